# Things of the library that change when they are used, in ways that nobody looks into: iterators, streams in memory, arrays. Each
# has one place, and whatever is done with one that threads share may change it, unless it is known only to look. Any class of the library
# is taken for such but those that are known to be constant, or to be modelled elsewhere. And things that stand for others: weak proxies
# and views. Part of the harness; see core.py.

import _weakref

OPAQUE = ("objects", "opaque")  # whether the scenario was seen to share any but iterators: their methods have any names
uses_opaque = False
# The library's classes that are not: whose objects are constant, change by nothing but their attributes, or are modelled.
KNOWN_MODULES = frozenset((
    "builtins types typing abc _abc enum numbers datetime zoneinfo fractions uuid pathlib pathlib._local pathlib._abc ipaddress re _sre operator functools "
    "string.templatelib struct _struct time calendar _calendar ast _ast dataclasses inspect itertools statistics annotationlib "
    "collections.abc _collections_abc threading _thread _threading_local queue _queue concurrent.futures concurrent.futures._base "
    "concurrent.futures.thread contextvars _contextvars logging logging.handlers json.encoder json.decoder importlib "
    "_frozen_importlib _frozen_importlib_external traceback warnings weakref _weakref os posix"
).split())  # fmt: skip
KNOWN_CLASSES = frozenset((
    "decimal.Decimal random.SystemRandom argparse.Namespace contextlib.AbstractContextManager contextlib.ContextDecorator "
    "contextlib.nullcontext contextlib.suppress contextlib.closing contextlib.redirect_stdout contextlib.redirect_stderr "
    "contextlib._RedirectStream _io._IOBase _io._TextIOBase "
    "io.IOBase io.TextIOBase"
).split())  # fmt: skip
OPAQUE_CLASSES = frozenset("weakref.WeakValueDictionary weakref.WeakKeyDictionary weakref.finalize".split())  # of modules that are known
# What stands for something else, and the attribute that says for what.
VIEWS_OF = {memoryview: "obj"}  # and those of modules that are imported
PROXIES = (_weakref.ProxyType, _weakref.CallableProxyType)
# For the classes that were asked for: what makes them opaque, or nothing.
opaque_kinds = dict.fromkeys((*VIEWS_OF, *PROXIES, types.MappingProxyType, bytearray), "alias")
opaque_kinds_made = []
kinds_with_fields = set()  # those of the same whose instances have attributes of the scenario's choice
# Methods that change nothing, of any class but iterators.
LOOKS = frozenset((
    "__contains__ __copy__ __deepcopy__ __eq__ __getitem__ __iter__ __len__ buffer_info copy count get getstate getvalue hex index "
    "items keys tell tobytes tolist tounicode valuerefs values"
).split())  # fmt: skip


def opaqueness(kind):
    """What makes things of a class opaque: `class`, `family`, `iterator` or `alias`; or nothing."""
    known = opaque_kinds.get(kind)
    if known is None:
        if kind.__module__ == "__main__" and kind.__bases__ == (object,) or issubclass(kind, CONTAINERS):
            known = ""
        elif kind is Turns or kind is OpaqueTurns or hasattr(kind, "__next__") and kind.__module__ not in ("__main__", __name__) and not issubclass(kind, io.IOBase):
            known = "iterator"
        elif any(opaque_kinds.get(each) == "family" for each in kind.__mro__):
            known = "family"
        elif kind is Context or not issubclass(kind, (tuple, BaseException)) and any(map(changes_unseen, kind.__mro__)):
            known = "class"
        else:
            known = ""
        opaque_kinds[kind] = known
        if issubclass(kind, BaseException) or has_fields(kind):
            kinds_with_fields.add(kind)
        if kind.__flags__ & 512 and kind not in MODEL_CLASSES:
            opaque_kinds_made.append(kind)
    return known


def changes_unseen(kind):
    """Whether objects of a class may change in ways that nobody looks into, as far as that class itself has to do with it."""
    if kind.__module__ in ("__main__", __name__):
        return False
    name = "%s.%s" % (kind.__module__, kind.__qualname__)
    return name in OPAQUE_CLASSES or kind.__module__ not in KNOWN_MODULES and name not in KNOWN_CLASSES


def forget_opaque_kinds():
    """Forgets the classes that Python code made, as the scenario does, and what is shared: the next execution has others."""
    for kind in opaque_kinds_made:
        opaque_kinds.pop(kind, None)  # two threads may have asked for one at a time
        kinds_with_fields.discard(kind)
    opaque_kinds_made.clear()


def is_of_library(kind):
    """Whether objects of a class are opaque, and their attributes none of the scenario's own."""
    return kind.__module__ != "__main__" and opaqueness(kind) == "class"


def stand_for(kinds, attribute):
    """From now on, objects of `kinds` are known to stand for what that attribute holds."""
    VIEWS_OF.update(dict.fromkeys(kinds, attribute))
    opaque_kinds.update(dict.fromkeys(kinds, "alias"))


def adapt_views(module):
    stand_for((module.KeysView, module.ValuesView, module.ItemsView), "_mapping")


def is_shared_opaque(thing):
    """Whether it is opaque and more than one thread may know it. Those who go through containers announce each turn themselves."""
    kind = type(thing)
    what = opaque_kinds.get(kind)
    if what is None:
        what = opaqueness(kind)
    return what and (
        what == "alias" or what == "family" or id(thing) in names and kind is not Turns or what == "class" and stands_on_known(thing)
    )


def stands_on_known(thing):
    """Whether something opaque that no other thread knows stands on what others know. From now on it counts as known to them."""
    if id(thing) in names or not any(id(each) in names for _, each, _ in held_by(thing)):
        return False
    publish(thing)
    return True


def adapt_database(module):
    """Connections and cursors of `sqlite3` are one thing: what one of them does another may see."""
    opaque_kinds.update(dict.fromkeys((module.Connection, module.Cursor), "family"))


def publish_opaque(thing):
    """Names what is opaque, if `thing` is. Returns whether it is."""
    what = opaqueness(type(thing))
    if what == "class" or what == "family":
        found.add(OPAQUE)
    elif what == "iterator" and type(thing) in PASSING and type(thing) is not Turns:
        if innards_of(thing).sources:
            found.add(EVERYTHING)  # who goes through it does not always say through what
    elif what == "alias":
        publish(stands_for(thing))
        if type(thing) is memoryview:
            found.add(OPAQUE)
    return bool(what)


def stands_for(alias):
    """What a proxy or a view stands for; nothing if that is gone. A bytearray, which has more methods than other containers,
    stands for itself."""
    if type(alias) is bytearray:
        return alias
    try:
        if type(alias) in PROXIES:
            return alias.__reduce_ex__.__self__
        if type(alias) is types.MappingProxyType:
            return gc.get_referents(alias)[0]
        return getattr(alias, VIEWS_OF[type(alias)])
    except (ReferenceError, ValueError, AttributeError):
        return None


def manner_of_use(thing, name):
    """Whether the method of that name only looks at `thing`, or may change it."""
    kind = type(thing)
    if name == "__next__" or kind is bytearray:
        return WRITE if hasattr(kind, "__next__") else READ
    return READ if name in LOOKS and opaque_kinds.get(kind) != "iterator" else WRITE


def state_touches(thing, manner):
    """What any use of it touches."""
    if opaque_kinds.get(type(thing)) == "alias":
        if type(thing) in PROXIES:
            program.uses_proxies = True
        container = container_of(stands_for(thing))
        return () if container is None else touches_as(manner, *container)
    if opaque_kinds.get(type(thing)) == "family":
        return ((digest(("family", "state")), manner),)  # there is one
    touches = ((digest((name_of(thing), "state")), manner),)
    if opaque_kinds.get(type(thing)) == "iterator":
        return tuple(dict.fromkeys(touches + turn_touches(thing)))
    told = {id(thing)}
    left = held_by(thing)
    for shape, each, is_part in left:  # which grows
        if id(each) in told:
            continue
        told.add(id(each))
        if shape == "O" and opaque_kinds.get(type(each)) == "class":
            touches += ((digest((name_of(each), "state")), manner),)
            left += held_by(each)
        else:
            touches += touches_as(manner if is_part or shape == "O" else READ, shape, each)
            if is_part and issubclass(type(each), collections.defaultdict):
                touches += making_touches(each, None)
    return touches


STREAMS = frozenset("_io _csv".split())


def held_by(thing):
    """What something opaque is made of, or stands on: containers and opaque things, each with its shape, and whether to use `thing` is
    to do the same with it."""
    inner = dict_of(thing) or {}
    parts = [(each, name == "data") for name, each in inner.items()]
    if type(inner.get("maps")) is list:
        parts += [(each, True) for each in inner["maps"]]
    if any(kind.__module__ in STREAMS for kind in type(thing).__mro__):
        parts += [(getattr(each, "__self__", each), True) for each in gc.get_referents(thing)]
    held = []
    for each, is_part in parts:
        kind = type(each)
        if kind not in ATOMS and not issubclass(kind, type):
            shape = kinds.get(kind) or kind_of(kind)
            if shape != "-":
                held.append((shape, each, is_part))
            elif opaqueness(kind) in ("class", "family", "alias"):
                held.append(("O", each, True))
    return held


def touches_as(manner, shape, thing):
    """What reading or changing all of a container touches."""
    if shape == "O":
        return state_touches(thing, manner)
    return whole_touches(shape, thing) if manner == READ else structure_touches(shape, thing, WRITE)


def use(thing, name="", function=None, arguments=()):
    """Before something opaque is used: by its method of that name, or by `function`, that is not the scenario's, with those arguments
    if anything hangs on them. Returns what that touches."""
    if solo or not is_shared_opaque(thing):
        return ()
    kind = type(thing)
    if function is None:
        function = getattr(type(stands_for(thing)) if kind in PROXIES else kind, name, None)
    if is_written_here(function) or kind is memoryview and name == "__len__":
        return ()
    if kind in BUFFERED and type(getattr(thing, "raw", None)).__module__ == "__main__":
        raise Unsupported("`%s` that threads share" % kind.__name__, "it has a lock while it runs the code of your stream, and that is not modelled")
    manner = manner_of_use(thing, name)
    if thing is environ and manner == WRITE:
        raise Unsupported("changing os.environ while several threads live", "the library reads it in no step of its own")
    looked_into = arguments
    if opaque_kinds.get(kind) == "iterator":
        looked_into = ()
    elif name in COMPARING or name == "__contains__":
        looked_into = (thing, *arguments) if name == "sort" or any(type(each) not in ATOMS for each in arguments) else ()
    elif name in KEEPS and not any(type(each) is slice for each in arguments):
        looked_into = ()
    touches = announce(use_touches, thing, manner, looked_into, function)
    if detail and touches:
        note(name.strip("_") or "use", place_of(thing))
    if at_work or name in LETS_IN:
        go_to_work(thing, name, touches)
    if name in ENTERS and kind in ENTERS[name]:
        enter(thing, touches, arguments)
    elif name == "__next__" and kind in PASSING:
        enter_within(thing, touches)
    elif kind is types.GeneratorType and name in ("close", "throw"):
        if id(thing) in entered or thing.gi_running:
            # CPython 3.11 takes what a generator has just done for its state, and may die of it.
            raise ValueError("generator already executing")
        if handles(thing):
            enter(thing, touches)
    return touches


BUFFERED = (io.BufferedReader, io.BufferedWriter, io.BufferedRandom)

# Methods that look at nothing that they are given.
KEEPS = KEEPING | frozenset("send throw close run __next__ __enter__ __exit__ callback push enter_context".split())


def use_touches(thing, manner, arguments, function):
    """What using it touches, and what its method looks into, or changes."""
    touches = state_touches(thing, manner)
    if all(type(each) in ATOMS for each in arguments):
        return touches
    if getattr(function, "__name__", "") in CHANGING:
        container = container_of(arguments[0])
        return with_others(touches if container is None else touches + touches_as(WRITE, *container), arguments[0], arguments[1:])
    return touches + asked_touches(arguments, False, keys_asked(function, arguments))


# What only one thread at a time can be in, by the method that goes in. Others are let in after the first step of that, and are turned away
# until the second: a thread may lose the processor as soon as it has come in, whatever it does there.
ENTERS = {"__next__": (types.GeneratorType,), "send": (types.GeneratorType,)}
entered = set()


def enter(thing, touches, arguments=()):
    """The second step of using something that only one thread at a time can be in, or the error of who comes second."""
    if type(thing) is not types.GeneratorType:
        message = "cannot enter context: %r is already entered" % thing
        at_once = bool(arguments) and type(arguments[0]) is types.BuiltinFunctionType  # it runs no line of Python
    elif thing.gi_frame is None or thing.gi_running:
        return  # there is nothing to come into, or Python will say so itself
    else:
        message = "generator already executing"
        # Python turns away who sends something.
        at_once = bool(arguments) and arguments[0] is not None and arguments[0] is not thing and not has_begun(thing)
    if at_once and id(thing) not in entered:
        return  # it is over before anybody else could come
    if id(thing) in entered:
        raise (ValueError if type(thing) is types.GeneratorType else RuntimeError)(message)
    entered.add(id(thing))
    try:
        visible(op_of(touches))
        if detail:
            note("resume", place_of(thing))
    finally:
        entered.discard(id(thing))


# What lets others in while it is at work: SQLite gives the interpreter's lock back, and a sorter is written in Python. What comes of it where
# others use the same thing meanwhile nobody models.
LETS_IN = frozenset((
    "execute executemany executescript commit rollback fetchone fetchmany fetchall __next__ __exit__ close backup "
    "add prepare is_active get_ready done static_order"
).split())  # fmt: skip
at_work = set()  # what is, by the place of its state


def go_to_work(thing, name, touches):
    """The second step of using such a thing, so that it shows whether others could use it between the two."""
    global unsure
    place = touches[0][0] if touches else None
    if place in at_work:
        unsure = unsure or UNSURE_OF_LIBRARY
    elif name in LETS_IN and any(kind.__module__ in ("sqlite3", "graphlib") for kind in type(thing).__mro__):
        at_work.add(place)
        try:
            visible(op_of(touches))
        finally:
            at_work.discard(place)


def has_begun(generator):
    """Whether a generator that is neither over nor running has been asked for anything yet."""
    # Since CPython 3.11 a generator that has not begun has a last instruction, too.
    return getattr(generator, "gi_suspended", generator.gi_frame.f_lasti != -1)


def handles(generator):
    """Whether a generator that is thrown an exception runs any of its own code: a handler, a `finally`, what a `with` leaves."""
    if generator.gi_frame is None or not has_begun(generator):
        return False
    inner = generator.gi_yieldfrom
    if handles(inner) if type(inner) is types.GeneratorType else hasattr(inner, "close"):
        return True
    import opcode

    code = generator.gi_code
    at = generator.gi_frame.f_lasti
    if not hasattr(code, "co_exceptiontable"):
        # The handler of a `try` that has begun is still to come.
        unit = 2 if sys.version_info >= (3, 10) else 1
        reach = 0
        for place in range(0, at, 2):
            number, argument = code.co_code[place : place + 2]
            reach = reach << 8 | argument
            if number != opcode.EXTENDED_ARG:
                if opcode.opname[number] in ("SETUP_FINALLY", "SETUP_WITH") and place + 2 + reach * unit > at:
                    return True
                reach = 0
        return False
    table = handlers_of(code)
    while True:
        target = next((target for start, stop, target in table if start <= at < stop), None)
        if target is None:
            return False
        if code.co_code[target] == opcode.opmap["PUSH_EXC_INFO"]:
            return True
        # What only tidies up passes it on.
        passing_on = (opcode.opmap["RERAISE"], opcode.opmap.get("CLEANUP_THROW"))
        at = next(place for place in range(target, len(code.co_code), 2) if code.co_code[place] in passing_on)


def handlers_of(code):
    """Which instructions have which handler: where a row of them starts and stops, and where the handler begins."""
    numbers = []
    number = 0
    for each in code.co_exceptiontable:
        # Six bits at a time; the seventh says that the number goes on, the eighth that a row of four numbers begins.
        number = number << 6 | each & 63
        if not each & 64:
            numbers.append(number)
            number = 0
    return [(2 * start, 2 * (start + length), 2 * target) for start, length, target in zip(numbers[::4], numbers[1::4], numbers[2::4])]


def is_written_here(function):
    """Whether a function or method is the scenario's own, which announces what it does."""
    function = getattr(function, "__func__", function)
    return type(function) is types.FunctionType and function.__globals__ is program_globals


def rd_opaque(thing, name):
    """`thing.name`, where things that are opaque are shared."""
    value = getattr(thing, name)
    if type(thing) is super:
        return opaque_of_super(value, name)
    if not solo and is_shared_opaque(thing) and not is_written_here(value):
        if callable(value) and getattr(value, "__self__", None) is thing:
            return functools.partial(call_opaque, thing, name, value)
        if type(thing) not in PROXIES:
            touches = announce(state_touches, thing, READ)
            if detail and touches:
                note(name, place_of(thing))
            return adopted(getattr(thing, name))
    return value


def opaque_of_super(value, name):
    """`super().name`, where that may be a method of a class of the library's whose objects are opaque."""
    thing = getattr(value, "__self__", None)
    is_step = not solo and thing is not None and callable(value) and is_shared_opaque(thing) and not is_written_here(value)
    return functools.partial(call_opaque, thing, name, value) if is_step else value


def call_opaque(thing, name, method, /, *arguments, **keywords):
    """Calls a method of something opaque: one step."""
    if not solo and is_mixed_in(method) and is_shared_opaque(thing):
        return call_mixed_in(thing, method, arguments, keywords)
    if name == "shuffle" and not solo and shuffles(method, arguments, keywords):
        return shuffled(thing, *arguments, *keywords.values(), functools.partial(use, thing, "getrandbits"))
    if name in SUBSTITUTING and not solo and is_substituting(method, arguments):
        use(thing, name, method)
        return method(AskedInTurn(arguments[0]), **keywords)
    for argument in arguments:
        publish(argument)
    touches = use(thing, name, method, (*arguments, *keywords.values()))
    if type(thing) in PASSING:
        return go_at_once(touches, (thing,), method, arguments, keywords)
    return adopted(in_the_middle(touches, method, interrupted(name, arguments), keywords)) if touches else method(*arguments, **keywords)


def rd_entered(thing):
    """What a `with` enters and leaves, where things that are opaque are shared: each is a step."""
    is_step = is_shared_opaque(thing) and not is_written_here(getattr(type(thing), "__enter__", None)) and hasattr(thing, "__exit__")
    return Entered(thing) if is_step else thing


class Entered:
    """Something opaque that a `with` enters."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return call_opaque(self.thing, "__enter__", self.thing.__enter__)

    def __exit__(self, *error):
        return call_opaque(self.thing, "__exit__", self.thing.__exit__, *error)


def looks_as_it_begins(kind):
    """Whether `iter` looks at a thing of that class: the keys of a `UserDict`, say, are counted, that changes may be noticed later."""
    begins = getattr(kind, "__iter__", None)  # those in C look when they are asked
    return type(begins) is types.FunctionType and not begins.__code__.co_flags & GENERATOR


GENERATOR = 0x20  # `inspect.CO_GENERATOR`, but to import that takes ten modules


class OpaqueTurns:
    """Iterates over something opaque, which others may do too, a step a turn."""

    __slots__ = ("thing", "inner")

    def __init__(self, thing):
        self.thing = thing
        self.inner = call_opaque(thing, "__iter__", iter, thing) if looks_as_it_begins(type(thing)) else iter(thing)

    def __iter__(self):
        return self

    def __next__(self):
        if at_once == position and id(self) in at_once_parts:
            return next(self.inner)
        return call_opaque(self.thing, "__next__", next, self.inner)

    def send(self, value):
        return call_opaque(self.thing, "send", self.inner.send, value)

    def throw(self, *error):
        return call_opaque(self.thing, "throw", self.inner.throw, *error)

    def close(self):
        return call_opaque(self.thing, "close", self.inner.close)
