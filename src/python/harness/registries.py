# What registries of the library hold: the functions of a `functools.singledispatch`, and the classes of an `abc.ABC` of the scenario's. Part
# of the harness; see core.py.

REGISTRIES = ("registries", "library")  # whether anything is registered while several threads live
abc_place = outside_place("abc")


def write_registry(place, label):
    """The step of who registers something."""
    if not solo:
        found.add(REGISTRIES)
        visible(op_of(((place, WRITE),)))
        if detail:
            note("register", label)


def look_at_registry(place, label):
    """The step of who goes by what is registered, if that changes."""
    if not solo and REGISTRIES in program.tracked:
        ask(op_of(((place, READ),)))
        if detail:
            note("look up", label)


def single_dispatch(function):
    """`functools.singledispatch`."""
    dispatched = python_functools.singledispatch(function)
    place = digest((new_name(), "registry"))
    label = function.__name__

    def wrapper(*arguments, **keywords):
        look_at_registry(place, label)
        return dispatched(*arguments, **keywords)

    def dispatch(kind):
        look_at_registry(place, label)
        return dispatched.dispatch(kind)

    def register(kind, *given, **named):
        write_registry(place, label)
        made = dispatched.register(kind, *given, **named)
        if made is kind or given or named:
            return made
        return lambda function: register(kind, function)  # a decorator that is yet to be called

    python_functools.update_wrapper(wrapper, function)
    wrapper.dispatch, wrapper.register = dispatch, register
    wrapper.registry, wrapper._clear_cache = dispatched.registry, dispatched._clear_cache
    return wrapper


single_dispatch.__name__ = single_dispatch.__qualname__ = "singledispatch"
single_dispatch.__module__ = "functools"


def adapt_registering(module):
    """Has the classes that are registered with an `abc.ABC` of the scenario's be looked at and added in steps."""
    kind = module.ABCMeta
    register = kind.register

    def registered(base, other):
        if base.__module__ == "__main__":
            write_registry(abc_place, base.__name__)
        return register(base, other)

    def looking(check):
        def called(base, other):
            if base.__module__ == "__main__":
                look_at_registry(abc_place, base.__name__)
            return check(base, other)

        return called

    kind.register = registered
    kind.__instancecheck__, kind.__subclasscheck__ = looking(kind.__instancecheck__), looking(kind.__subclasscheck__)
