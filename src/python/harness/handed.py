# What code in C is handed by the scenario's own generators and functions. C looks at that in no step of its own: so it is read as it is handed
# over, in a step that comes after those of the code that made it. Part of the harness; see core.py.

NAMED = (types.BuiltinFunctionType, types.FunctionType, type)


def handed_by(function, arguments, keywords, going=None):
    """`arguments` for `function`, which is the library's, where what it goes through runs code of the scenario's: that hands over what is read
    then. `going` is how it goes through that, if not as it is."""
    at, reading = HANDED.get((function.__module__, function.__qualname__), NOTHING) if type(function) in NAMED else NOTHING
    in_c = type(function) is not types.FunctionType
    if len(arguments) <= at or not is_handing(arguments[at], in_c):
        return arguments
    if (function is min or function is max) and (len(arguments) > 1 or keywords.get("key") is not None):
        return arguments  # they are what is compared, or what the key makes of them is
    gone_through = arguments[at]
    if reading is reading_pairs and hasattr(type(gone_through), "keys") or function is operator.contains and looks_by_itself(type(gone_through)):
        return arguments
    read = reading(*arguments, **keywords)
    return [*arguments[:at], map(read, going(gone_through) if going else gone_through), *arguments[at + 1 :]]


def looks_by_itself(kind):
    """Whether things of a class say what is in them, and not who goes through them."""
    looks = getattr(kind, "__contains__", None)
    return looks is not None and getattr(looks, "__qualname__", "") not in ("Sequence.__contains__", "ValuesView.__contains__")


def is_handing(thing, in_c=True):
    """Whether going through `thing` runs code of the scenario's, so that nobody knows beforehand what comes; not `in_c`, if several
    turns are not one act anyway."""
    kind = type(thing)
    if kind in ATOMS or issubclass(kind, type):
        return False
    if kind in PASSING:
        return not in_c or not innards_of(thing).is_c
    if kind is types.GeneratorType:
        return comes_by_item(thing)
    if kind in VIEWS_OF:
        return is_handing(stands_for(thing))
    goes = getattr(kind, "__iter__", None) or getattr(kind, "__getitem__", None)
    return kind.__module__ == "__main__" and type(goes) is types.FunctionType or kind is SequenceIterator or kind is GoneInto


def gone_into(thing, hinted=True):
    """What C goes through where it takes all of `thing` at once: what the scenario's own `__iter__` makes of that, which runs first. Nobody comes
    in between the items of what that returns, if it is one of Python's own. It is `hinted` where C asks for the length, too."""
    kind = type(thing)
    if solo or kind.__module__ != "__main__" or kind in ATOMS:
        return thing
    going = getattr(kind, "__iter__", None)
    if not is_written_here(going) or going.__code__.co_flags & IS_GENERATOR:
        return thing
    iterator = iter(thing)
    if hinted and (hasattr(kind, "__len__") or hasattr(kind, "__length_hint__")):
        operator.length_hint(thing)
    again = getattr(type(iterator), "__iter__", None)
    return GoneInto(iterator) if again is None or is_written_here(again) else iterator


class GoneInto:
    """What has been asked for an iterator of the scenario's own: who asks again is given that, and it is not asked itself."""

    __slots__ = ("iterator",)

    def __init__(self, iterator):
        self.iterator = iterator

    def __iter__(self):
        return self.iterator


IS_GENERATOR = 0x20  # of a code's flags


def rd_all(thing):
    """Before all of `thing` is unpacked into targets. Returns what to unpack."""
    return rd_whole(gone_into(thing, False))


SequenceIterator = type(iter(type("", (), {"__getitem__": None})()))


def rd_mapping(thing):
    """Before all keys and elements of a mapping are taken at once. Returns it, or what stands for it."""
    return rd_whole(mapped(thing))


def mapped(thing):
    """What stands for `thing` in the hands of C, if that is a mapping whose keys code of the scenario's gives."""
    kind = type(thing)
    keys = None if kind in ATOMS or issubclass(kind, dict) else getattr(kind, "keys", None)
    return thing if keys is None or not is_written_here(keys) else Mapped(thing)


class Mapped:
    """A mapping of the scenario's of whose keys C makes a list, and then takes one element after the other."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def keys(self):
        return list(rd_spread(self.thing.keys()))

    def __getitem__(self, key):
        return rd_item(self.thing, key)


def reading_pairs(*_, **__):
    return rd_whole


def reading_truth(*_, **__):
    return rd_truth


def adding(_, start=0, **__):
    """What adds each item to those before, and the first to `start`."""
    others = (start,)

    def read(item):
        nonlocal others
        if not solo:
            rd_wholes((*others, item))
        others = ()
        return item

    return read


def comparing_items(*_, **__):
    """What compares each item with one or another of those before."""
    return comparing(itself)


def reducing(_, __, *start):
    """What puts each item together with those before, or first with `start`."""
    return comparing(itself, start)


def looking(_, key=None):
    return looking_for(key)


def looking_for(key):
    """What compares each item with `key`."""

    def read(item):
        if not solo and not (type(key) in ATOMS and type(item) in ATOMS):
            rd_all_deep((key, item))
        return item

    return read


def itself(item):
    return item


# What goes through all of its only argument in one go, or of its first by position, and whether it asks that for its length.
GOES_THROUGH = {id(each): hinted for hinted, those in (
    (True, (list, tuple, sorted)), (False, (sum, min, max, any, all, set, frozenset, collections.deque)),
) for each in those}  # fmt: skip

LIST_ASKS_FIRST = sys.version_info < (3, 10)  # for the length, and then for the iterator, and for the length again


def is_one_going(function, arguments, keywords):
    """Whether `function`, one of those, goes through what it is given first, with no code of the scenario's in between."""
    if not arguments or runs_python(keywords.get("key")):
        return False
    if function is min or function is max:
        return len(arguments) == 1
    return not (function is list and LIST_ASKS_FIRST and hasattr(type(arguments[0]), "__len__"))

# What looks into the items that it goes through, by module and name: which of its arguments that is, and how it looks into each. What only keeps
# them or hands them on is not there.
NOTHING = (sys.maxsize, None)
HANDED = {
    (module, name): (at, reading) for module, names_there, at, reading in (
        ("builtins", "any all", 0, reading_truth),
        ("builtins", "dict", 0, reading_pairs),
        ("collections", "OrderedDict", 0, reading_pairs),
        ("collections", "defaultdict", 1, reading_pairs),
        ("itertools", "starmap", 1, lambda *_: rd_whole),
        ("itertools", "compress", 1, reading_truth),
        ("builtins", "sum", 0, adding),
        ("_operator", "contains countOf indexOf", 0, looking),
        ("builtins", "min max", 0, comparing_items),
        ("heapq", "nlargest nsmallest", 1, comparing_items),
        ("itertools", "groupby", 0, comparing_items),
        ("_functools", "reduce", 1, reducing),
    ) for name in names_there.split()
}  # fmt: skip


def asked_by(function, arguments):
    """`arguments` for `function`, which makes an iterator in C, where that looks into what a function of the scenario's among them returns."""
    if function is iter and len(arguments) == 2:
        at, read = 0, looking_for(arguments[1])
    elif function in (filter, itertools.filterfalse, itertools.takewhile, itertools.dropwhile):
        at, read = 0, rd_truth
    elif function is itertools.groupby:
        at, read = 1, comparing(itself)
    else:
        return arguments
    asked = arguments[at] if len(arguments) > at else None
    return [*arguments[:at], then_read(read, asked), *arguments[at + 1 :]] if runs_python(asked) else arguments


def then_read(read, function):
    """`function`, with what it returns given to `read`."""

    def called(*arguments):
        return read(function(*arguments))

    return called


def is_asked_at_once(key, things):
    """Whether `key`, by which C sorts `things` or looks for the least of them, is a method by which it asks a dict of Python's own, so
    that all of it is one act."""
    if type(key) is not Method:
        return False
    asked = key.args[0]
    if type(asked) is not dict or key.__name__ not in ("get", "__getitem__") or type(things) not in CONTAINERS:
        return False
    return all(type(each) in ATOMS for each in raw_iter(things)) and not compares_in_python(list(dict.values(asked)))
