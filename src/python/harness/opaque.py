# Things of the library that change when they are used, in ways that nobody looks into: iterators, streams in memory, arrays. Each
# has one place, and whatever is done with one that threads share may change it. Part of the harness; see core.py.

OPAQUE = ("objects", "opaque")  # whether the scenario was seen to share any but iterators: their methods have any names
uses_opaque = False
OPAQUE_CLASSES = frozenset((
    "array.array _io.StringIO _io.BytesIO collections.UserDict collections.UserList collections.UserString "
    "collections.ChainMap weakref.WeakValueDictionary weakref.WeakKeyDictionary _weakrefset.WeakSet _random.Random"
).split())  # fmt: skip
opaque_kinds = {}  # for the classes that were asked for: what makes them opaque, or nothing
opaque_kinds_made = []


def opaqueness(kind):
    """What makes things of a class opaque: `class` or `iterator`; or nothing."""
    known = opaque_kinds.get(kind)
    if known is None:
        if any("%s.%s" % (each.__module__, each.__qualname__) in OPAQUE_CLASSES for each in kind.__mro__):
            known = "class"
        elif kind is Turns or hasattr(kind, "__next__") and kind.__module__ not in ("__main__", __name__):
            known = "iterator"
        else:
            known = ""
        opaque_kinds[kind] = known
        if kind.__flags__ & 512:
            opaque_kinds_made.append(kind)
    return known


def forget_opaque_kinds():
    """Forgets the classes that Python code made, as the scenario does: the next execution has others."""
    for kind in opaque_kinds_made:
        opaque_kinds.pop(kind, None)  # two threads may have asked for one at a time
    opaque_kinds_made.clear()


def is_shared_opaque(thing):
    """Whether it is opaque and more than one thread may know it. Those who go through containers announce each turn themselves."""
    kind = type(thing)
    return opaque_kinds.get(kind) and id(thing) in names and kind is not Turns


def publish_opaque(thing):
    """Names what is opaque, if `thing` is. Returns whether it is."""
    what = opaqueness(type(thing))
    if what == "class":
        found.add(OPAQUE)
    return bool(what)


def state_touches(thing):
    """What any use of it touches."""
    touches = ((digest((name_of(thing), "state")), WRITE),)
    inner = dict_of(thing)
    if inner:
        # The containers that the library's own containers are made of, which a scenario's class may use by name.
        for container in containers_among([inner.get("data"), *(inner.get("maps") or ())]):
            touches += structure_touches(*container, WRITE)
    return touches


def use(thing, name="", function=None):
    """Before something opaque is used: by its method of that name, or by `function`, that is not the scenario's. Returns what that
    touches."""
    if not solo and is_shared_opaque(thing):
        if function is None:
            function = getattr(type(thing), name, None)
        if not is_written_here(function):
            touches = announce(state_touches, thing)
            if detail:
                note(name.strip("_") or "use", place_of(thing))
            return touches
    return ()


def is_written_here(function):
    """Whether a function or method is the scenario's own, which announces what it does."""
    function = getattr(function, "__func__", function)
    return type(function) is types.FunctionType and function.__globals__ is program_globals


def rd_opaque(thing, name):
    """`thing.name`, where things that are opaque are shared."""
    value = getattr(thing, name)
    if not solo and is_shared_opaque(thing) and not is_written_here(value):
        if callable(value) and getattr(value, "__self__", None) is thing:
            return functools.partial(call_opaque, thing, name, value)
        use(thing, name, value)
        return getattr(thing, name)
    return value


def call_opaque(thing, name, method, /, *arguments, **keywords):
    """Calls a method of something opaque: one step."""
    for argument in arguments:
        publish(argument)
    touches = use(thing, name, method)
    return in_the_middle(touches, method, arguments, keywords) if touches else method(*arguments, **keywords)


class OpaqueTurns:
    """Iterates over something opaque, which others may do too, a step a turn."""

    __slots__ = ("thing", "inner")

    def __init__(self, thing):
        self.thing = thing
        self.inner = iter(thing)

    def __iter__(self):
        return self

    def __next__(self):
        return call_opaque(self.thing, "__next__", next, self.inner)

    def send(self, value):
        return call_opaque(self.thing, "send", self.inner.send, value)

    def throw(self, *error):
        return call_opaque(self.thing, "throw", self.inner.throw, *error)

    def close(self):
        return call_opaque(self.thing, "close", self.inner.close)
