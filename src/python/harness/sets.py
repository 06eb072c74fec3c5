# Sets of futures, in any order. Part of the harness; see core.py.

MOST_IN_ANY_ORDER = 6  # futures: of more each order would be too many
MOST_STRANDS = 48  # of all that an execution may have, those that may be there once such strands have come, for the program needs others


def any_order(members):
    """Futures in an order that hangs on where they lie, which nobody knows. Every one is explored: for each of them there is a strand of a
    single step, and whose comes first is the first."""
    global solo, unsure
    if len(members) < 2 or seeing or showing or peeking or ended:
        return members
    if len(members) > MOST_IN_ANY_ORDER or len(strands) + len(members) > MOST_STRANDS:
        unsure = unsure or UNSURE_OF_ORDER
        return members
    me = cur
    me.names += 1
    turn = sync_place(("set", me.code, me.names))
    first = me.children + 1
    if not solo or position:
        codes = [me.code << 12 | number for number in range(first, first + len(members))]
        visible(op_of(tuple(((life_ops.get(code) or life_of(code))[3], WRITE) for code in codes)))
        if detail:
            note("look through a set of", ", ".join(future._rd_called() for future in members))
    order = []
    places = []
    for future in members:
        place = Strand(child_code(me), None, "place of %s" % future._rd_label)
        place.target = functools.partial(come_next, order, future, place)
        place.end_is_told()
        place.op = op_of(((place.life, WRITE), (turn, WRITE)))
        place.clock = own_clock() if program.reads_clocks else me.clock
        if not plain:
            place.op = dressed(place.op, place)
        places.append(place)
    solo = False
    keep_mortal()
    for place in places:
        join_strand(place, place.label)
        joined(place)
    return order


def come_next(order, future, place):
    """All that a strand does that gives a future its place in the order of a set."""
    if detail:
        note("come next in the set")
    order.append(future)
    close_strand(place)


class SetOfFutures(set):
    """What `wait` returns: a set that is in any order, once somebody looks."""

    _rd_order = None

    def __iter__(self):
        members = list(set.__iter__(self))
        if len(members) < 2 or seeing or showing or peeking or ended:
            return iter(members)
        order = self._rd_known_order()
        if not all(member in order for member in members):
            # What was added since may be anywhere among the others. Copies that were made before have the order that they had.
            members.sort(key=operator.attrgetter("_rd_name_"))
            drawn = {future: place for place, future in enumerate(any_order(members))}
            if order:
                self._rd_order = order = drawn
            else:
                order.update(drawn)
        members.sort(key=order.get)
        return self._rd_each(members)

    def _rd_known_order(self):
        """Where each comes: nothing before somebody looked. Copies share it."""
        if self._rd_order is None:
            self._rd_order = {}
        return self._rd_order

    def copy(self):
        """`set.copy`."""
        value = SetOfFutures(set.__iter__(self))
        value._rd_order = self._rd_known_order()
        return value

    def _rd_each(self, members):
        before = len(self)
        for each in members:
            if len(self) != before:
                raise RuntimeError("Set changed size during iteration")
            yield each

    def pop(self):
        """`set.pop`."""
        for each in self:
            set.remove(self, each)
            return each
        return set.pop(self)

    def __repr__(self):
        return "{%s}" % ", ".join(map(repr, self)) if self else "set()"

    def __reduce__(self):
        return set, (list(self),)


def making_sets_of_futures(method):
    """A method of `set` that gives another set, which is in any order too."""

    def made(self, *others):
        value = method(self, *others)
        return value if value is NotImplemented else SetOfFutures(value)

    return made


for method_name in "__or__ __and__ __sub__ __xor__ union intersection difference symmetric_difference".split():
    setattr(SetOfFutures, method_name, making_sets_of_futures(getattr(set, method_name)))
SetOfFutures.__name__ = SetOfFutures.__qualname__ = "set"
SetOfFutures.__module__ = "builtins"
