# Going through containers and taking values apart, turn by turn. Part of the harness; see core.py.


class Turns:
    """Iterates over a container, a read a turn."""

    __slots__ = ("thing", "inner", "ahead", "index", "step", "shape", "values", "row", "held")

    def __init__(self, thing, shape, inner, values, backwards=False):
        self.thing = thing
        self.shape = shape
        self.inner = inner
        self.values = values
        self.ahead = iter(thing) if values else None
        self.index, self.step = (operator.length_hint(inner) - 1, -1) if backwards else (0, 1)
        self.row = None  # what an element goes through that is unpacked
        self.held = False  # whether something holds what it goes through beyond its end, as `itertools.chain` does to its own

    def __iter__(self):
        return self

    def __length_hint__(self):
        return operator.length_hint(self.inner)

    def twin(self):
        """What `copy.copy` makes of it. As a method of Python's own for that, `itertools.tee` would take it for its own, too."""
        if not solo:
            announce(self.touches)
        twin = Turns.__new__(Turns)
        for name in Turns.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.inner, twin.ahead = map(copy_module.copy, (self.inner, self.ahead))
        return twin

    def __reduce_ex__(self, protocol):
        if not solo:
            announce(self.touches)
        return self.inner.__reduce_ex__(protocol)

    def __next__(self):
        if not solo and not (at_once == position and id(self) in at_once_parts):
            touches = announce(self.touches)
            if detail and touches:
                place = item_place(self.thing, self.index) if self.shape == "L" else "next(%s)" % place_of(self.thing)
                element = told(self.go_on, "read", place)
                return element if self.row is None else self.row(element)
        self.index += self.step
        if self.ahead is not None:
            next(self.ahead, None)
        try:
            element = next(self.inner)
        except StopIteration:
            self.end()
            raise
        return element if self.row is None else self.row(element)

    def go_on(self):
        self.index += self.step
        if self.ahead is not None:
            next(self.ahead, None)
        try:
            return next(self.inner)
        except StopIteration:
            self.end()
            raise

    def end(self):
        """Where objects do something as they die: an iterator that has come to the end lets go of what it went through."""
        global unsure
        if not program.buries or self.held or isinstance(self.thing, collections.deque):
            return
        if not solo and id(self) in names:
            unsure = unsure or UNSURE_OF_LIVES  # others have it too: who came to the end would have things die that another may hold
        else:
            self.thing, self.inner, self.ahead, self.shape = (), iter(()), None, "-"

    def touches(self):
        if id(self) in names:
            # How far it has come is shared too.
            return self.touches_of_turn() + ((digest((name_of(self), "state")), WRITE),)
        return self.touches_of_turn()

    def touches_of_turn(self):
        if self.shape == "-":
            return ()
        if self.shape == "L":
            if not is_step(self.thing, False):
                return ()
            name = name_of(self.thing)
            return ((digest((name, self.index)), READ), (digest((name, "*")), READ))
        if self.values:
            return whole_touches(self.shape, self.thing)
        return structure_touches(self.shape, self.thing, READ)


def rd_turns(thing):
    """What a loop over `thing` iterates over."""
    kind = type(thing)
    if kind in ATOMS or kind is Turns:
        return thing
    if kind in VIEWS:
        inner = gc.get_referents(thing)[0]
        if isinstance(inner, dict):
            measured(inner, "D")
            return Turns(inner, "D", iter(thing), kind not in KEY_VIEWS)
        return thing
    shape = kinds.get(kind) or kind_of(kind)
    if shape == "-" or "__iter__" in kind.__dict__ and kind.__module__ == "__main__":
        cur.acts += 1  # an iterator of any kind may go on, and a loop that does that is not polling
        if kind in PASSING and id(thing) not in names:
            return thing if kind is OpaqueTurns or kind is Passed or is_one_act(thing) else Passed(thing)
        if kind in REVERSED and id(thing) not in names:
            container = walked_backwards(thing)
            return thing if container is None else Turns(container[1], container[0], thing, container[0] == "D", True)
        return OpaqueTurns(thing) if is_shared_opaque(thing) else thing
    if shape != "L" or issubclass(kind, collections.deque):
        measured(thing, shape)
    return Turns(thing, shape, iter(thing), False)


class Passed:
    """Goes on with what an iterator in C passes on: a turn is one act, whatever it reads, until it runs code of the scenario's."""

    __slots__ = ("inner",)

    def __init__(self, inner):
        self.inner = inner

    def __iter__(self):
        return self

    def __next__(self):
        if solo or at_once == position and id(self) in at_once_parts:
            return next(self.inner)
        return one_turn(self.inner)

    def __length_hint__(self):
        return operator.length_hint(self.inner)


def one_turn(iterator, *default):
    """`next(iterator, *default)` of an iterator in C that nobody else knows."""
    parts = innards_of(iterator)
    if not (parts.is_c or parts.read):
        return next(iterator, *default)  # others come in between where code of the scenario's runs, and each part announces what it does
    touches = announce(turn_touches, iterator)
    if detail and touches:
        note("read", ", ".join(place_of(turns.thing) for turns in innards_of(iterator).sources), None)
    enter_within(iterator, touches)
    return go_at_once(touches, (iterator,), next, (iterator, *default), {})


def rd_rows(thing, pattern=None):
    """What a loop over `thing` iterates over if each element is unpacked: by `pattern` (see `unpacked`), if there is another within."""
    turns = rd_turns(thing)
    kind = type(turns)
    made_here = type(turns.inner) if kind is Passed or kind is OpaqueTurns else kind
    if pattern is None and made_here in (enumerate, zip) or not hasattr(kind, "__iter__"):
        return turns  # nobody else knows these rows
    row = rd_whole if pattern is None else functools.partial(rd_unpacked, pattern=pattern)
    if kind is Turns and turns is not thing:
        turns.row = row
        return turns
    return map(row, turns)


def rd_unpacked(value, pattern):
    """The value of an assignment to targets of which some have others within."""
    return value if solo or type(value) in ATOMS else unpacked(value, pattern)


def unpacked(value, pattern):
    """What is unpacked into targets that are unpacked into in turn. `pattern` has those before a star and those after it, if there is
    one: for each such a pattern, or nothing if it is a name."""
    rd_whole(value)
    kind = type(value)
    if not hasattr(kind, "__iter__"):
        return value  # Python says what is wrong with it
    before, after = pattern
    if after is None:
        inner = iter(value)
        return map(later, inner, itertools.chain(before, itertools.repeat(None)))
    every = list(iter(value))  # as Python does, which does not ask `value` for its length
    if len(every) < len(before) + len(after):
        return every
    within = (*before, *[None] * (len(every) - len(before) - len(after)), *after)
    return [later(each, its) for each, its in zip(every, within)]


def later(value, pattern):
    return value if pattern is None or type(value) in ATOMS else Later(value, pattern)


class Later:
    """What is unpacked when it is its turn."""

    __slots__ = ("value", "pattern")

    def __init__(self, value, pattern):
        self.value = value
        self.pattern = pattern

    def __iter__(self):
        value = self.value
        if not hasattr(type(value), "__iter__") and not hasattr(type(value), "__getitem__"):
            raise TypeError("cannot unpack non-iterable %s object" % type(value).__name__)
        return iter(unpacked(value, self.pattern))


def rd_spread(thing, hinted=True):
    """What all of is unpacked at once; it is `hinted` where it is asked for its length."""
    thing = gone_into(thing, hinted)
    if not solo and type(thing) in PASSING:
        return rd_call(list, thing)
    return rd_whole(thing)


def rd_late(thing):
    """What is starred, and all that is given by position: Python takes it only once it has what is given by name."""
    return Late(thing) if hasattr(type(thing), "__iter__") else thing


class Late:
    """What is spread when it is its turn."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __iter__(self):
        thing = gone_into(self.thing)
        if thing is not self.thing:
            self.thing = ()  # it has been asked for its length
        return iter(rd_spread(thing))

    def __length_hint__(self):
        return operator.length_hint(self.thing, 10)


def measured(thing, shape):
    """Making an iterator of a dict, set or deque notes its size: the first turn fails if that has changed since."""
    if not solo:
        touches = announce(structure_touches, shape, thing, READ)
        if detail and touches:
            note("read", "len(%s)" % place_of(thing), show(raw_len(thing)))
