# Iterators in C: what they are made of, and going on with them. Part of the harness; see core.py.
#
# They go on with other iterators, and call functions, without a line of Python in between: so one turn of such an iterator, or a
# call in C that takes many, is one act. It touches what any of its parts does. Only once one of these has run code of the
# scenario's, which has taken a step, may others come in between, and then each part announces what it does by itself.

TeeIterator = type(itertools.tee(())[0])
TeeData = next(type(each) for each in gc.get_referents(itertools.tee(())[0]) if type(each) is not type)
CallIterator, TupleIterator = type(iter(int, 1)), type(iter(()))
# Those that read an element a turn at most, wherever they read, and those that may read more.
READ_ONE = frozenset((enumerate, zip, map, itertools.accumulate, itertools.chain, itertools.cycle, itertools.starmap, itertools.takewhile,
                      itertools.zip_longest, TeeIterator, CallIterator))  # fmt: skip
READ_MORE = frozenset((filter, *(vars(itertools)[name] for name in (
    "batched compress dropwhile filterfalse groupby islice pairwise _grouper".split()
) if name in vars(itertools))))  # fmt: skip
PASSING = READ_ONE | READ_MORE | {Turns, OpaqueTurns, Passed}
BUILT_IN = (types.BuiltinFunctionType, type)
FRESH = (*(type(iter(each)) for each in (range(0), range(1 << 70), "", "\u20ac", b"")), itertools.count, itertools.repeat)
WALKING = (type(iter([])), *REVERSED, *(type(iter(each)) for each in ({}, {}.values(), {}.items(), set(), collections.deque())))
INNER = PASSING | {TeeData, TupleIterator, *FRESH, *WALKING}

at_once = -1  # after how many steps a call began that goes on through iterators in C and has announced what that touches
at_once_parts = {}  # their parts by their ids, which nobody else has meanwhile


class Innards:
    """What an iterator in C is made of."""

    __slots__ = ("iterators", "sources", "read", "walked", "functions", "announcing", "by_id", "is_once", "is_c")


class Function:
    """What an iterator in C calls, if it is not the scenario's own."""

    __slots__ = ("function",)

    def __init__(self, function):
        self.function = function

    def __call__(self, /, *arguments, **keywords):
        function = self.function
        if solo or not (at_once == position and id(self) in at_once_parts and only_looks(function)):
            return rd_call(function, *arguments, **keywords)
        if type(function) is Method:
            if id(function.args[0]) in names:
                for each in arguments:
                    publish(each)
            return function.args[3](*arguments, **keywords)
        return function(*arguments, **keywords)


def only_looks(function):
    """Whether it is known what calling `function` touches: what it is given, or the container whose method it is."""
    kind = type(function)
    if kind is Method:
        thing = function.args[0]
        return type(function.args[3]) in BUILT_IN_METHODS and type(thing) in CONTAINERS and id(thing) not in namespaces
    if kind is types.MethodDescriptorType:
        return function.__objclass__ in ATOMS
    if kind is types.BuiltinFunctionType:
        owner = function.__self__
        return (owner is None or type(owner) in ATOMS) and (function.__module__, function.__name__) not in CHANGES
    return kind is type or kind is operator.itemgetter or kind is operator.attrgetter


def function_touches(function, elements):
    """What calling it touches with any of `elements`."""
    if type(function) is Method:
        thing, name, shape = function.args[:3]
        looks = name in WHOLE[shape] or name in ("get", "__contains__", "__len__") or name == "__getitem__"
        own = whole_touches(shape, thing) if looks else structure_touches(shape, thing, WRITE)
        return own + deep_touches(elements, False)
    return deep_touches(elements, looks_at_attributes(function) or attributes_got((function,)))


def innards_of(thing):
    parts = Innards()
    parts.iterators = []
    parts.sources = []  # those that announce themselves what they read of a container
    parts.announcing = 0  # how many announce themselves what they do
    parts.read = []  # the containers that others read
    parts.walked = []  # tuples of what they go through or begin with, in which there may be some
    parts.functions = []
    parts.by_id = seen = {}
    parts.is_once = True  # a turn reads no more than an element of each
    parts.is_c = True  # and runs no code of the scenario's, as far as is known
    left = [thing]
    while left:
        part = left.pop()
        kind = type(part)
        if kind in ATOMS:
            continue
        if id(part) in seen:
            parts.is_once = parts.is_once and kind is tuple
            continue
        seen[id(part)] = part
        if kind is Turns:
            parts.announcing += 1
            parts.sources.append(part)
        elif kind in INNER:
            parts.iterators.append(part)
            if kind in READ_MORE:
                parts.is_once = False
            if kind is Passed or kind is OpaqueTurns:
                parts.announcing += 1
                left.append(part.inner)
                if kind is OpaqueTurns and opaque_kinds.get(type(part.thing)) == "alias":
                    parts.iterators.append(part.thing)
                continue
            referents = gc.get_referents(part)
            if kind in WALKING:
                parts.read += filter(None, map(container_of, referents))
            else:
                if kind is TupleIterator:
                    parts.walked += referents
                elif kind is itertools.accumulate:
                    parts.walked.append(tuple(referents))  # what it has come to, and begins with
                left += reversed(referents)
        elif kind is tuple:
            left += gc.get_referents(part)  # the last first; `zip_longest` leaves holes where one has ended, which crash who takes them
        elif kind is Function or kind is Method:
            function = part.function if kind is Function else part
            parts.functions.append(function)
            parts.is_c = parts.is_c and only_looks(function)
        elif hasattr(kind, "__next__"):
            if opaqueness(kind) == "iterator":
                parts.iterators.append(part)
            parts.is_c = False
        elif callable(part):
            parts.is_c = parts.is_c and kind is type and part.__module__ != "__main__"
    return parts


def is_one_act(thing):
    """Whether a turn of an iterator in C is one act anyway, whoever announces it: one iterator reads one element, and nothing is called."""
    parts = innards_of(thing)
    if parts.functions or parts.read or takes_apart(parts):
        return False
    if parts.announcing == 0:
        return all(id(each) not in names for each in parts.iterators)
    return parts.announcing == 1 and parts.is_once


def is_of_c(thing):
    """Whether going through all of `thing` runs no code of the scenario's, as far as is known."""
    return type(thing) in PASSING and innards_of(thing).is_c


def enter_within(thing, touches):
    """Comes into the generator that an iterator in C goes through with each turn, as `enter` does, if it goes through nothing else."""
    if not touches:
        return
    parts = innards_of(thing)
    generators = [each for each in parts.iterators if type(each) is types.GeneratorType]
    if len(generators) == 1 and not parts.sources and is_shared_opaque(generators[0]):
        if all(type(each) in GOES_ON for each in parts.iterators if each is not generators[0]):
            enter(generators[0], touches)


# Those that go on with what they go through in each of their turns, unless that is over.
GOES_ON = frozenset((enumerate, map, filter, itertools.filterfalse, itertools.starmap, itertools.accumulate, OpaqueTurns, Passed))


def takes_apart(parts):
    """Whether one of them looks into each element, or gives a function what is in it, or goes through it."""
    return any(type(each) in TAKING_APART or type(each) is itertools.chain and goes_deeper(each) for each in parts.iterators)


def goes_deeper(chain):
    """Whether an `itertools.chain` goes on with what something else gives, and not with a row of things that it was given."""
    rows = [gc.get_referents(each) for each in gc.get_referents(chain) if type(each) is TupleIterator]
    return not rows or any(container_of(each) is not None for row in rows for row_of_things in row for each in row_of_things)


TAKING_APART = frozenset((itertools.starmap, itertools.groupby, itertools.accumulate, itertools.compress))


def turn_touches(thing):
    """What it touches to go on with an iterator in C."""
    parts = innards_of(thing)
    return parts_touches(parts, not parts.is_once)


def parts_touches(parts, whole):
    """What it touches to go on with something of these parts by one element, or by any number."""
    touches = ()
    for each in parts.iterators:
        if opaque_kinds.get(type(each)) == "alias":
            touches += state_touches(each, READ)
        elif id(each) in names:
            touches += ((digest((name_of(each), "state")), WRITE),)
    for turns in parts.sources:
        touches += turns.touches()
        if whole and turns.shape != "-":
            touches += whole_touches(turns.shape, turns.thing)
    for container in parts.read:
        touches += whole_touches(*container)
    if parts.functions or takes_apart(parts):
        elements = elements_of(parts)
        if takes_apart(parts):
            touches += deep_touches(elements, False)
        for function in parts.functions:
            if only_looks(function):
                touches += function_touches(function, elements)
    return tuple(dict.fromkeys(touches))


def elements_of(parts):
    """What the elements come from that pass through something of these parts, or are made by a method of a container's."""
    asked = [function.args[0] for function in parts.functions if type(function) is Method]
    return [turns.thing for turns in parts.sources] + [thing for _, thing in parts.read] + parts.walked + asked


def rd_unpacked_at_once(iterator):
    """Before all of an iterator in C is taken apart, which Python does in one go. Returns it."""
    global at_once, at_once_parts
    touches = announce(through_touches, (iterator,), (), True, False)
    if touches:
        tell_read(containers_among([turns.thing for turns in innards_of(iterator).sources]))
    at_once, at_once_parts = position, innards_of(iterator).by_id
    return iterator


def go_at_once(touches, iterators, function, arguments, keywords):
    """Calls what goes on through `iterators`, once it has announced what that touches: one act until code of the scenario's takes a step."""
    global at_once, at_once_parts
    outer = at_once, at_once_parts
    at_once, at_once_parts = position, {}
    for each in iterators:
        parts = innards_of(each)
        # What is given to a function that the scenario's own code made is not known before.
        at_once_parts.update((key, part) for key, part in parts.by_id.items() if parts.is_c or type(part) is not Function)
    try:
        return in_the_middle(touches, function, arguments, keywords)
    finally:
        at_once, at_once_parts = outer
