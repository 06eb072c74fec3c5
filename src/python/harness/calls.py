# Calls and operators: what they read and change of what they are given. Part of the harness; see core.py.

MODEL_CLASSES = set()
LENGTH = {len, bool, reversed}
LAZY = {enumerate, zip, map, filter, iter, *(
    vars(itertools)[name] for name in (
        "accumulate batched chain compress cycle dropwhile filterfalse groupby islice pairwise starmap takewhile tee zip_longest".split()
    ) if name in vars(itertools)
)}  # fmt: skip
# Those of them that call what they are given.
CALLING = {iter, *(vars(itertools)[name] for name in "accumulate dropwhile filterfalse groupby starmap takewhile".split())}
BLIND = {isinstance, id, type, callable, super, hash, issubclass, getattr, setattr, hasattr, staticmethod,
         classmethod, property, range, int, float, ord, chr, abs, round, divmod, pow, object, next, slice, sys._getframe}  # fmt: skip
# By what they are, not by what they are equal to: a scenario's object may say that with a side effect.
LENGTH_IDS, LAZY_IDS, BLIND_IDS = (set(map(id, each)) for each in (LENGTH, LAZY, BLIND))
# What changes a container that it is given: by module and name, which of its arguments that is.
CHANGES = {
    ("_heapq", name + kind): 0 for name in ("heapify", "heappop", "heappush", "heappushpop", "heapreplace") for kind in ("", "_max")
}
CHANGES.update((("_operator", name), 0) for name in (
    "setitem delitem iadd iand iconcat ifloordiv ilshift imatmul imod imul ior ipow irshift isub itruediv ixor".split()
))  # fmt: skip
CHANGES.update({("_bisect", "insort_left"): 0, ("_bisect", "insort_right"): 0, ("_struct", "pack_into"): 1, ("_elementtree", "SubElement"): 0})
# Those whose functions and methods keep what they are given, or look at who calls them, or are modelled. All others of the library look at it.
APART = frozenset((
    "abc contextlib functools logging logging.handlers threading traceback typing warnings concurrent.futures atexit types "
    "contextvars importlib importlib._bootstrap _frozen_importlib"
).split())  # fmt: skip
APART_NAMES = frozenset("currentframe stack trace getgeneratorstate getgeneratorlocals".split())  # of `inspect`
# Methods that change the container that they are given, first of all or by name.
CHANGING = frozenset("shuffle readinto readinto1 pack_into recv_into".split())
# Those that look at no more than the container itself.
SHALLOW = {len, bool, list, tuple, set, frozenset, bytes, bytearray, collections.deque, collections.OrderedDict,
           collections.defaultdict, functools.reduce}  # fmt: skip
SHALLOW_IDS = frozenset(map(id, SHALLOW))
# Of a dict they look at the keys alone, which are nobody's to change.
BY_KEY_IDS = frozenset(map(id, (sorted, min, max, sum, any, all)))
KEYED_IDS = frozenset(map(id, (sorted, min, max)))
MAKES_VIEW = ("keys", "values", "items")
GOES_BY_KEY = frozenset((dict, collections.defaultdict, collections.OrderedDict, *KEY_VIEWS))
SHALLOW_MODULES = frozenset(("_collections", "collections", "itertools", "math", "random", "statistics", "_statistics"))
CALLED = frozenset((types.BuiltinFunctionType, type, operator.attrgetter, operator.itemgetter, operator.methodcaller,
                    types.MethodDescriptorType, Method))  # fmt: skip
UNBOUND = (types.MethodDescriptorType, types.WrapperDescriptorType)
BUILT_IN_METHODS = (types.BuiltinFunctionType, types.MethodWrapperType)
BY_NAME = {"__iter__": go_through, "__setattr__": store_attr, "__delattr__": store_attr, "__getattribute__": load_attr, "__init__": fill_again}
STORING = ("__setattr__", "__delattr__")
SLOTS = (types.WrapperDescriptorType, types.MethodWrapperType)
COPYING = frozenset("__reduce__ __reduce_ex__ __getstate__ __dir__".split())  # what looks at all attributes
DIRECT = frozenset((types.FunctionType, types.MethodType, functools.partial, Method))
REPLACED = frozenset("print getattr hasattr setattr delattr vars locals dir next".split())
BUILTIN_NAMES = frozenset(vars(builtins)) - REPLACED
BLIND_BUILTINS = REPLACED | {each.__name__ for each in BLIND if vars(builtins).get(each.__name__) is each}


def my_next(*iterator):
    """The scenario's `next`: the iterator goes on, so a loop that does that is not polling."""
    global at_once
    cur.acts += 1
    at_once = -1  # that is not what a call in C goes through
    if not iterator or solo:
        return next(*iterator)
    thing = iterator[0]
    if type(thing) in PASSING and type(thing) is not Turns:
        if id(thing) in names:
            return go_at_once(use(thing, "__next__"), (thing,), next, iterator, {})
        return next(*iterator) if type(thing) in (OpaqueTurns, Passed) or is_one_act(thing) else one_turn(*iterator)
    touches = use(thing, "__next__")
    return in_the_middle(touches, next, iterator, {}) if touches else next(*iterator)


def is_direct(function):
    """Whether a call of `function` needs no announcement: it is the scenario's own, a model, or looks at nothing."""
    kind = type(function)
    if kind is types.MethodType and type(function.__func__) is types.FunctionType:
        place = function.__func__.__globals__
        if place is program_globals or place is HARNESS and type(function.__self__) in MODEL_CLASSES:
            return True  # as most are
    if kind in DIRECT or id(function) in BLIND_IDS:
        if kind is functools.partial:
            return is_direct(function.func)
        written = function.__func__ if kind is types.MethodType else function
        if kind is types.MethodType and (type(written) in UNBOUND or is_shared_opaque(function.__self__) and not is_written_here(written)):
            return False
        if type(written) is not types.FunctionType:
            return True
        place = written.__globals__
        return place is program_globals or place is HARNESS or place.get("__name__") in APART or written.__name__ in APART_NAMES
    if issubclass(kind, type):
        if function.__module__ == "__main__":
            return function.__bases__ == (object,) or opaqueness(function) != "class" and not is_made_by_library(function)
        return function.__module__ == "typing" or function in MODEL_CLASSES
    return kind.__module__ == "__main__" or kind in (StrandRandom, CachedFunction, FunctionInC)


HARNESS = globals()


def is_made_by_library(kind):
    """Whether code of the library's looks at what a class of the scenario's is called with: it makes a container of that."""
    makes = issubclass(kind, (*CONTAINERS, frozenset)) or opaqueness(kind) == "class"
    return makes and not is_written_here(kind.__init__) and not is_written_here(kind.__new__)


class Announced(functools.partial):
    """A call of code that is not the scenario's. In messages it goes by the name of what it calls."""

    __module__ = property(lambda self: self.args[0].__module__)

    def __getattr__(self, name):
        return getattr(self.args[0], name)

    def __str__(self):
        return str(self.args[0])


def callee(function):
    """What to call instead of `function` so that the containers it is given are read by an announced act."""
    if is_direct(function):
        return function
    if type(getattr(function, "__self__", None)) is types.GeneratorType:
        cur.acts += 1  # as in `my_next`
    return Announced(rd_call, function)


def called_within(function):
    """What an iterator in C is to call instead of `function`."""
    called = function if type(function) is Method else callee(function)
    return Function(function) if type(called) in (Announced, Method) else called


def rd_call(function, /, *arguments, **keywords):
    """Calls `function`. Code that is not the scenario's own reads the containers it is given."""
    if is_direct(function) and not (function is type and len(arguments) == 3):
        return function(*arguments, **keywords)
    if issubclass(type(function), type) and function.__module__ == "__main__" and not is_made_by_library(function):
        return adopted(function(*arguments, **keywords))  # what it holds its own code has given it
    return adopted(call_read(function, *arguments, **keywords))


def adopted(made):
    """What code of the library's has made: something that stands on what others know is known to them, in effect; and a class is
    the scenario's, whoever has called for it."""
    kind = type(made)
    if kind in ATOMS and kind is not type:
        return made
    if issubclass(kind, type):
        if made.__module__ == __name__ and made not in MODEL_CLASSES and HARNESS.get(made.__name__) is not made:
            type.__setattr__(made, "__module__", "__main__")
    elif opaqueness(kind) == "class":
        stands_on_known(made)
    return made


def call_read(function, /, *arguments, **keywords):
    """As `rd_call`, of what is not the scenario's own."""
    if function is functools.partial:
        if arguments and type(arguments[0]) is Method:
            arguments[0].__dict__  # once it has one, it is not taken apart
        return function(*arguments, **keywords)
    if type(function) is functools.partial:
        return rd_call(function.func, *function.args, *arguments, **{**function.keywords, **keywords})
    if type(function) is type and issubclass(function, weak_reference):
        return refer(function, *arguments, **keywords)
    if issubclass(type(function), weak_reference) and not arguments and not keywords:
        return follow(function)
    if function is _weakref.proxy and arguments:
        return referred_by(function(*arguments, **keywords), arguments[0], *arguments[1:], *keywords.values())
    owner = getattr(function, "__self__", None)
    if type(function) is types.MethodType and type(function.__func__) in (*UNBOUND, types.BuiltinFunctionType):
        return rd_call(function.__func__, owner, *arguments, **keywords)
    if type(function) in BUILT_IN_METHODS and type(owner) not in ATOMS and function.__name__ in METHODS:
        # As `rd_method` has it, if the scenario calls it by another name.
        shape = kinds.get(type(owner)) or kind_of(type(owner))
        if shape != "-":
            return call_method(owner, function.__name__, shape, function, *arguments, **keywords)
    if owner is not None and type(function) is types.MethodType and not solo and shuffles(function, arguments, keywords):
        return call_opaque(owner, "shuffle", function, *arguments, **keywords)
    if owner is not None and is_shared_opaque(owner):
        return call_opaque(owner, function.__name__, function, *arguments, **keywords)
    if id(function) in LAZY_IDS:
        if function is itertools.groupby and len(arguments) == 1 and "key" in keywords:
            arguments, keywords = (*arguments, keywords["key"]), {name: given for name, given in keywords.items() if name != "key"}
        arguments = asked_by(function, arguments)
        if function in (filter, itertools.filterfalse) and arguments and arguments[0] is None:
            arguments = (bool, *arguments[1:])
        if arguments and (function is map or function is filter):
            # What is called later, and not by the scenario, looks at elements.
            return function(called_within(arguments[0]), *map(rd_turns, arguments[1:]))
        # What it calls later looks at elements too: a key of `groupby`, for one.
        compared = arguments[1:] if function is iter else ()  # with what the first returns: nobody goes through that
        taken = arguments[: len(arguments) - len(compared)]
        keywords = {name: called_within(given) if type(given) in CALLED else given for name, given in keywords.items()}
        if function is itertools.accumulate:
            if "iterable" in keywords:
                taken = [keywords.pop("iterable"), *taken]
            if len(taken) == 1 and "func" not in keywords:
                taken = [*taken, operator.add]
        calls = function in CALLING and (function is not iter or len(arguments) == 2)
        taken = [called_within(given) if calls and type(given) in CALLED else rd_turns(given) for given in handed_by(function, taken, keywords, rd_turns)]
        arguments = [*taken, *compared]
        if program.buries and function is itertools.chain:
            for each in arguments:
                if type(each) is Turns:
                    each.held = True
        return function(*arguments, **keywords)
    if type(function) is types.BuiltinFunctionType and function.__name__ == "from_iterable" and owner is itertools.chain and len(arguments) == 1:
        gone_through = rd_turns(arguments[0])
        return function(map(rd_turns, gone_through) if is_handing(arguments[0]) else gone_through)
    if not solo:
        if id(function) in GOES_THROUGH and is_one_going(function, arguments, keywords):
            arguments = (gone_into(arguments[0], GOES_THROUGH[id(function)]), *arguments[1:])
        if function is sorted and len(arguments) == 1 and is_handing(arguments[0]):
            is_entered = type(arguments[0]) is types.GeneratorType and id(arguments[0]) in names  # which is seen below
            arguments = arguments if is_entered else ([*rd_spread(arguments[0])],)  # it compares nothing before it has all of them
        key = keywords.get("key")
        if type(function) in BUILT_IN and len(arguments) == 1 and is_asked_at_once(key, arguments[0]):
            rd_all_deep((arguments[0], key.args[0]))
            return function(*arguments, **{**keywords, "key": key.args[3]})
        if function is functools.reduce and len(arguments) > 1 and runs_python(arguments[0]):
            return function(arguments[0], rd_turns(arguments[1]), *arguments[2:], **keywords)
        if type(function) is operator.attrgetter and len(arguments) == 1:
            names_read = function.__reduce__()[1]
            if len(names_read) == 1 and "." not in names_read[0]:
                return my_getattr(arguments[0], names_read[0])
        if type(function) is operator.itemgetter and len(arguments) == 1:
            keys = function.__reduce__()[1]
            if len(keys) == 1:
                return rd_item(arguments[0], keys[0])
        if runs_python(keywords.get("default")) and (function.__module__, getattr(function, "__name__", "")) in (("json", "dumps"), ("json", "dump")):
            keywords = {**keywords, "default": then_read(rd_deep, keywords["default"])}
        if id(function) in LENGTH_IDS:
            for argument in arguments:
                rd_truth(argument)
        elif type(function) is types.FunctionType and encodes and is_encoded_in_turn(function, keywords):
            return function(*arguments, **keywords)
        elif type(function) is types.MethodType and is_substituting(function, arguments):
            return function(AskedInTurn(arguments[0]), **keywords)
        elif changed_position(function) is not None:
            return call_changing(function, changed_position(function), arguments, keywords)
        elif type(function) is operator.methodcaller:
            return call_changing(function, 0, arguments, keywords)
        elif type(function) is types.MethodType and type(function.__func__) in UNBOUND:
            return rd_call(function.__func__, function.__self__, *arguments, **keywords)
        elif type(function) is types.WrapperDescriptorType and function.__name__ in BY_NAME:
            return BY_NAME[function.__name__](function, *arguments, **keywords)
        elif type(function) is types.MethodWrapperType and function.__name__ in BY_NAME:
            return BY_NAME[function.__name__](of_itself(function), function.__self__, *arguments, **keywords)
        elif (type(function) in UNBOUND and arguments and function.__name__ in METHODS
              and (kinds.get(type(arguments[0])) or kind_of(type(arguments[0]))) != "-"):  # fmt: skip
            thing, *rest = arguments
            return call_method(thing, function.__name__, kinds[type(thing)], functools.partial(function, thing), *rest, **keywords)
        elif type(function) is types.FunctionType and arguments and is_method_of(function, arguments[0]):
            thing, *rest = arguments
            method = functools.partial(function, thing)
            if is_shared_opaque(thing):
                return call_opaque(thing, function.__name__, method, *rest, **keywords)
            call = count if function.__qualname__ in COUNTING else call_method
            return call(thing, function.__name__, kinds[type(thing)], method, *rest, **keywords)
        else:
            given = arguments + tuple(keywords.values()) if keywords else arguments
            if (type(function) in BUILT_IN_METHODS and owner is not None and type(owner) not in ATOMS
                    and not (function.__name__ in MAKES_VIEW and isinstance(owner, dict))):  # fmt: skip
                given = (owner, *given)
            elif type(function) is types.MethodType and opaqueness(type(owner)) == "class":
                given = (owner, *given)
            if type(function) in BUILT_IN:
                passing = [each for each in given if is_of_c(each)]
                if passing:
                    return call_at_once(function, passing, arguments, keywords)
            elif is_shared_opaque(function):
                return call_opaque(function, "__call__", function, *arguments, **keywords)
            makes = keys_asked(function, (*arguments, *keywords.values()))
            if makes:
                objects = looks_at_attributes(function) or attributes_got((function, *given))
                touches = announce(asked_touches, given, objects, makes)
                if touches:
                    tell_read(containers_among(given))
            elif function is functools.reduce and given and not runs_python(given[0]):
                touches = rd_folded(*arguments)
            elif function is dict:
                # What it is given by name it keeps, as it does the values of another.
                arguments = [*map(mapped, arguments)]
                touches = rd_wholes(arguments) if all(isinstance(each, (dict, Mapped)) for each in arguments) else rd_all_deep(arguments)
            elif id(function) in KEYED_IDS and (runs_python(key) or key is not None and len(arguments) == 1 and is_handing(arguments[0])):
                touches = rd_wholes(arguments) if len(arguments) == 1 else ()
                keywords = {**keywords, "key": comparing(called_within(key), in_place=function is not sorted)}
            elif type(function) is types.FunctionType and (function.__module__, function.__name__) == ("copy", "copy"):
                touches = rd_copied(*arguments[:1])
            elif owner is not None and type(function) is types.BuiltinFunctionType and function.__name__ in COPYING:
                touches = rd_copied(owner)
            elif id(function) in BY_KEY_IDS and all(type(each) in GOES_BY_KEY for each in arguments):
                touches = rd_wholes(arguments)
            elif id(function) in SHALLOW_IDS or (getattr(function, "__module__", None) in SHALLOW_MODULES
                                                 and getattr(function, "__name__", "") not in COMPARING):  # fmt: skip
                touches = rd_wholes(given)
            else:
                # What the scenario's own key functions look at they announce themselves.
                touches = rd_all_deep(given, looks_at_attributes(function) or attributes_got((function, *given)))
            if touches:
                for each in given:
                    if type(each) is types.GeneratorType and is_shared_opaque(each):
                        enter(each, touches)
                    elif type(each) in PASSING:
                        enter_within(each, touches)
                return in_the_middle(touches, function, handed_by(function, arguments, keywords), keywords)
        arguments = handed_by(function, arguments, keywords)
    elif type(function) in SLOTS and function.__name__ in STORING:
        keep_outside(*(arguments if owner is None else (owner, *arguments))[:2])
    return function(*arguments, **keywords)


def of_itself(method):
    """A bound method as a function of what it is bound to, too."""
    return lambda _, *arguments, **keywords: method(*arguments, **keywords)


def call_at_once(function, passing, arguments, keywords):
    """Calls what goes through iterators in C to their end, or as far as it needs, and lets nobody in between."""
    given = (*arguments, *keywords.values())
    shallow = id(function) in SHALLOW_IDS and not (function is functools.reduce and not runs_python(given[0]))
    touches = announce(through_touches, passing, given, shallow, looks_at_attributes(function) or attributes_got((function, *given)))
    if touches:
        tell_read(containers_among([*(turns.thing for each in passing for turns in innards_of(each).sources), *given]))
    return go_at_once(touches, passing, function, arguments, keywords)


def through_touches(passing, given, shallow, objects):
    """What it touches to go through those of `given` that are `passing`, and to read the others."""
    things = [each for each in given if type(each) not in PASSING]
    touches = ()
    for each in passing:
        parts = innards_of(each)
        touches += parts_touches(parts, True)
        things += elements_of(parts)
    touches += touches_of_all(containers_among(things)) if shallow else deep_touches(things, objects)
    return tuple(dict.fromkeys(touches))


def rd_copied(thing=None):
    """Before `copy.copy` looks at a container or at the attributes of an object, and at nothing within."""
    if container_of(thing) is not None or not (type(thing).__module__ == "__main__" or has_fields(type(thing))):
        return rd_wholes((thing,))
    touches = announce(field_touches, thing)
    if touches:
        tell_read((("A", thing),))
    return touches


def rd_folded(function, *given):
    """Before a function in C puts all of what it is given together, pair by pair, and maybe all in the first."""
    first = given[1:] or (tuple(raw_iter(given[0]))[:1] if given and type(given[0]) in CONTAINERS else ())
    changed = container_of(first[0]) if first and changed_position(function) == 0 else None
    return announce(folded_touches, given, changed) if changed else rd_all_deep(given)


def folded_touches(given, changed):
    return deep_touches(given, False) + touches_as(WRITE, *changed)


def looks_at_attributes(function):
    """Whether `function` looks at attributes of objects of any class: it copies or formats them."""
    kind = type(function)
    if kind is types.BuiltinFunctionType:
        if (function.__module__ or type(function.__self__).__module__) == "_pickle":
            return True
        text = function.__self__
        return type(text) is str and function.__name__ in ("format", "format_map") and ("." in text or "[" in text)
    return kind in (types.FunctionType, types.MethodType)


def is_method_of(function, thing):
    """Whether a function of the library's is a method of a class, got from that, of something that threads share."""
    if "." not in function.__qualname__ or "<locals>" in function.__qualname__ or type(thing) in ATOMS:
        return False
    shape = kinds.get(type(thing)) or kind_of(type(thing))
    return is_shared_opaque(thing) if shape == "-" else function.__name__ in METHODS


def changed_position(function):
    """Which of its arguments a function or method that is not the scenario's own changes, if it is known to change one."""
    if type(function) is types.BuiltinFunctionType:
        place = CHANGES.get((function.__module__, function.__name__))
        return 0 if place is None and function.__name__ in CHANGING and function.__module__ is None else place
    return 0 if type(function) is types.MethodType and function.__name__ in CHANGING else None


def keys_asked(function, arguments):
    """The `defaultdict`s that a function of the library's asks for elements, each with the keys, or None if nobody knows them: what is
    not there it makes."""
    makers = [each for each in arguments if type(each) not in ATOMS and issubclass(type(each), collections.defaultdict)]
    kind = type(function)
    name = getattr(function, "__name__", "")
    asks = function is functools.reduce and arguments and getattr(arguments[0], "__name__", "") == "getitem"
    if asks or kind is types.BuiltinFunctionType and name == "format" and "[" in str(function.__self__):
        return [(thing, None) for shape, thing in within(arguments, True)[0] if issubclass(type(thing), collections.defaultdict)]
    if not makers:
        return ()
    keys = None
    if kind is operator.itemgetter:
        keys = function.__reduce__()[1]
    elif kind is types.BuiltinFunctionType and (function.__module__, name) == ("_operator", "getitem"):
        keys = arguments[1:]
    elif kind is types.BuiltinFunctionType and name == "format_map":
        keys = keys_of_format(function.__self__)
    elif kind is types.MethodType and function.__func__.__globals__.get("__name__") == "string":
        if name in ("substitute", "safe_substitute"):
            text = function.__self__
            keys = [found["named"] or found["braced"] for found in text.pattern.finditer(text.template)]
    else:
        return ()
    return [(each, keys) for each in makers]


def keys_of_format(text):
    """The keys that `text.format_map` asks for, or None."""
    import _string

    try:
        fields = [(field, form) for _, field, form, _ in _string.formatter_parser(text) if field is not None]
        return None if any("{" in form for _, form in fields) else [_string.formatter_field_name_split(field)[0] for field, _ in fields]
    except ValueError:
        return []  # as the call will say


def asked_touches(things, objects, asked):
    """What reading all of each of `things` touches where some are asked for keys, which may make elements."""
    touches = deep_touches(things, objects)
    for thing, keys in asked:
        touches += making_touches(thing, keys)
    return touches


def making_touches(thing, keys):
    """What looking keys up in a `defaultdict` touches beyond that: it makes what is not there. None stands for any keys."""
    if thing.default_factory is None:
        return ()
    return structure_touches("D", thing, WRITE if keys is None or not all(raw_has(thing, key) for key in keys) else ATTEMPT)


def attributes_got(things):
    """The names of attributes that those of `things` get from objects that are getters; False if none is."""
    getters = [each for each in things if type(each) is operator.attrgetter]
    names_read = frozenset(part for getter in getters for name in getter.__reduce__()[1] for part in name.split("."))
    return names_read or False


def call_changing(function, position_of_it, arguments, keywords):
    """Calls what is not the scenario's own and changes the container that is its argument at that position."""
    if function is operator.setitem and len(arguments) == 3:
        arguments = (*arguments[:2], given_slice(*arguments[1:]))
    given = [*arguments, *keywords.values()]
    thing = given[position_of_it] if len(given) > position_of_it else None
    shape, changed = (None if type(thing) in ATOMS else container_of(thing)) or ("-", None)
    others = [each for index, each in enumerate(given) if index != position_of_it]
    if shape == "-":
        return in_the_middle(rd_wholes(others), function, arguments, keywords)
    thing = changed
    if id(thing) in names:
        for argument in others:
            if type(argument) not in ATOMS:
                publish(argument)
    touches = announce(change_touches, shape, thing, others, function)
    if touches and runs_python(keywords.get("key")):
        keywords = {**keywords, "key": begun(keywords["key"])}
    if detail and touches:
        name, given = getattr(function, "__name__", "call"), ", ".join(map(show, others)) or None
        return told(lambda: in_the_middle(touches, function, arguments, keywords), name, place_of(thing), given)
    return in_the_middle(touches, function, arguments, keywords)


def change_touches(shape, thing, others, function):
    if shape == "O":
        return with_others(state_touches(thing, WRITE), thing, others)
    compared = ()
    if type(function) is types.BuiltinFunctionType and function.__module__ in ("_heapq", "_bisect"):
        compared = deep_touches([*others, *raw_iter(thing)], False)
    fails = type(function) is types.BuiltinFunctionType and function.__name__ == "heappop" and not raw_len(thing)
    return with_others(structure_touches(shape, thing, ATTEMPT if fails else WRITE), thing, others) + compared


AUGMENT = {
    "Add": operator.iadd, "Sub": operator.isub, "Mult": operator.imul, "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv, "Mod": operator.imod, "Pow": operator.ipow, "MatMult": operator.imatmul,
    "LShift": operator.ilshift, "RShift": operator.irshift, "BitOr": operator.ior, "BitXor": operator.ixor,
    "BitAnd": operator.iand,
}  # fmt: skip


def extension_touches(shape, left, right):
    return with_others(structure_touches(shape, left, WRITE), left, (right,))


def opaque_extension_touches(left, right, changes):
    touches = state_touches(left, WRITE if changes else READ) if is_shared_opaque(left) else ()
    return with_others(touches, left, (right,))


def augment_opaque(name, left, right):
    """`left += right` and its kin, where `left` is no container of Python's own."""
    in_place = getattr(type(left), "__%s__" % AUGMENT[name].__name__, None)
    if is_written_here(in_place or getattr(type(left), "__%s__" % AUGMENT[name].__name__[1:], None)):
        return AUGMENT[name](left, right)
    touches = announce(opaque_extension_touches, left, right, in_place is not None)
    if touches:
        publish(right)
        if detail:
            note("extend", place_of(left), show(right))
    return adopted(in_the_middle(touches, AUGMENT[name], (left, right), {}))


def augment(name, left, right):
    """`left += right` and its kin; in place for containers."""
    if not solo:
        kind = type(left)
        shape = kinds.get(kind) or kind_of(kind)
        if shape == "-" and not (kind in ATOMS and type(right) in ATOMS) and (opaque_kinds.get(kind) or container_of(right) is not None):
            return augment_opaque(name, left, right)
        if shape == "L" and name == "Add":
            right = gone_into(right, not issubclass(kind, collections.deque))
        if shape == "L" and name == "Add" and comes_by_item(right):
            return take_by_item(left, "__iadd__", shape, right)
        if shape == "D" and kind is not dict and counts_by_steps(kind, "__%s__" % AUGMENT[name].__name__):
            return AUGMENT[name](left, right)
        if shape != "-":
            if shape == "D" and id(left) in namespaces:
                call_method(left, "update", shape, left.update, right)
                return left
            touches = announce(extension_touches, shape, left, right)
            if detail and touches:
                note("extend", place_of(left), show(right))
            if type(right) not in ATOMS:
                if id(left) in names:
                    publish_given(right)
                if is_of_c(right):
                    return go_at_once(touches, (right,), AUGMENT[name], (left, right), {})
                return in_the_middle(touches, AUGMENT[name], (left, right), {})
    if id(left) in names and type(right) not in ATOMS:
        publish(right)
    return AUGMENT[name](left, right)
