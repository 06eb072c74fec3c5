# What the interpreter and its library keep for all threads at once, and have functions to read and to set: each call is a step. Part of the
# harness; see core.py.

# What a program may set though it changes nothing here: who goes on is chosen step by step, when garbage is collected is certain, and how
# large stacks are nobody sees.
settings = {}
changed_settings = {}  # of those that do change something, once that was done: by name, what sets it, and to what before the execution


def in_a_step(setting, function, changes=lambda *_, **__: False):
    """A function that reads `setting`, or sets it where `changes` says so of what it is given."""
    place = digest(("setting", setting))
    reads_it, writes_it = op_of(((place, READ),)), op_of(((place, WRITE),))

    def called(*arguments, **keywords):
        if solo:
            return function(*arguments, **keywords)
        sets = changes(*arguments, **keywords)
        if sets:
            cur.acts += 1
            visible(writes_it)
        else:
            ask(reads_it)
        if not detail:
            return function(*arguments, **keywords)
        given = ", ".join(map(show, (*arguments, *keywords.values()))) if sets else None
        return told(lambda: function(*arguments, **keywords), "write" if sets else "read", setting, given)

    return named_as(function, called)


def always(*_, **__):
    return True


def keep_setting(module, reading, setting):
    """Has two functions of `module` take steps, and what they set be as before in the next execution."""
    read, write = getattr(module, reading, None), getattr(module, setting, None)
    if write is None:
        return  # not every version has every setting
    name = "%s.%s" % (module.__name__, setting)

    def set_it(*arguments, **keywords):
        if arguments or keywords or reading != setting:
            before = read()
            result = write(*arguments, **keywords)
            changed_settings.setdefault(name, (write, before if type(before) is tuple else (before,)))
            return result
        return read()

    setattr(module, setting, in_a_step(name, named_as(write, set_it), always if reading != setting else lambda *given, **named: bool(given or named)))
    if reading != setting:
        setattr(module, reading, in_a_step(name, read))


def restore_settings():
    """Undoes what the last execution set."""
    for write, before in changed_settings.values():
        write(*before)
    changed_settings.clear()


def set_here(name, default, check):
    """Two functions that read and set what changes nothing here. `check` returns what is to be kept of what is given."""

    def read():
        return settings.get(name, default)

    def write(value):
        settings[name] = check(value)

    return read, write


def positive_interval(interval):
    interval = float(interval)
    if interval <= 0:
        raise ValueError("switch interval must be strictly positive")
    return interval


def size_of_stack(size):
    size = operator.index(size)
    if size < 0:
        raise ValueError("size must be 0 or a positive value")
    if 0 < size < SMALLEST_STACK:
        raise ValueError("size not valid: %d bytes" % size)
    return size


SMALLEST_STACK = 1 << 15
read_stack_size, write_stack_size = set_here("stack size", 0, size_of_stack)


@functools.partial(in_a_step, "threading.stack_size", changes=always)
def stack_size(size=0, /):
    before = read_stack_size()
    if size or before:
        write_stack_size(size)
    return before


def adapt_interpreter():
    """What `sys` has."""
    read, write = set_here("interval", 0.005, positive_interval)
    sys.getswitchinterval = in_a_step("sys.setswitchinterval", named_as(sys.getswitchinterval, read))
    sys.setswitchinterval = in_a_step("sys.setswitchinterval", named_as(sys.setswitchinterval, write), always)
    keep_setting(sys, "get_int_max_str_digits", "set_int_max_str_digits")


def adapt_collection(module):
    """What asks for the collector. Only `gc.collect` ever collects here."""
    module.collect = collect
    module.isenabled = in_a_step("gc.isenabled", named_as(module.isenabled, lambda: settings.get("collects", True)))
    module.enable = in_a_step("gc.isenabled", named_as(module.enable, lambda: settings.update(collects=True)), always)
    module.disable = in_a_step("gc.isenabled", named_as(module.disable, lambda: settings.update(collects=False)), always)
    keep_setting(module, "get_threshold", "set_threshold")


def adapt_csv(module):
    """`csv` has a limit for all, and a `DictWriter` writes what a generator of its own makes of a row: others fit in with each field."""
    keep_setting(module, "field_size_limit", "field_size_limit")
    fields = module.DictWriter._dict_to_list
    module.DictWriter._dict_to_list = lambda self, row: Interrupted(fields(self, row))


def adapt_mapping(module):
    """Memory that is no file's and that processes could share is refused to a worker, and there are no others to share it with."""
    if not hasattr(module, "MAP_SHARED"):
        return  # there are no workers that are confined
    RealMapping, shared, private = module.mmap, module.MAP_SHARED, module.MAP_PRIVATE

    class mmap(RealMapping):
        def __new__(cls, fileno, length, flags=shared, *more, **named):
            access = named.get("access", module.ACCESS_WRITE)
            if fileno == -1 and access in (module.ACCESS_WRITE, module.ACCESS_READ):
                flags = flags & ~shared | private
                if named.pop("access", None) == module.ACCESS_READ:  # flags cannot be said with `access`, but with what it stands for
                    named.setdefault("prot", module.PROT_READ)
            return RealMapping.__new__(cls, fileno, length, flags, *more, **named)

    mmap.__module__, mmap.__qualname__, mmap.__doc__ = RealMapping.__module__, RealMapping.__qualname__, RealMapping.__doc__
    module.mmap = mmap


not_adapted["gc"] = adapt_collection
not_adapted["mmap"] = adapt_mapping
not_adapted["csv"] = adapt_csv
