# Queues where to put an item and to get an earlier one are in no conflict, whichever comes first. Each item has a place of its own, which who puts
# it writes and who gets it takes; what conflicts is who gets before whom, and who puts before whom. So to put takes a turn at one end of the
# queue, and to get at the other (TURN). To say that an item is done conflicts with nothing but to wait for that. A queue that is used in another
# way while several threads live, to see how full it is, say, is one place to all (queues.py), once that was found. And a semaphore is
# such a queue, of what it lets its takers have: to release puts one there, and to acquire gets one. Part of the harness; see core.py.

MIXED = "mixed queue"  # with the name of a queue, or of what is modelled as one: that it is used in another way
JOINED = "joined queue"  # likewise: that somebody waits until all is done, while several threads live
lane_acts = {}  # of a program: of each queue's name, what is done, and to which item: the operation
lane_guards = {}  # the numbers of the guards, likewise


class Entrance(Guard):
    """What those wait for who want to take a turn: open where there is something for the next one. The other side hears of the
    guard of each turn (see Lane.guard)."""

    __slots__ = ()

    def __init__(self, is_open):
        self.id = 0
        self.open = is_open
        self.waiting = 0

    def set(self, is_open):
        global enabled
        self.open = is_open
        if is_open:
            enabled |= self.waiting
        else:
            enabled &= ~self.waiting


class Lane:
    """Of one queue, or what is modelled as one, in one execution: how many items were put, were got and are done, and by whom."""

    __slots__ = ("model", "name", "most", "first", "puts", "gets", "some", "room", "guards", "held", "outsiders", "joiner", "joined")

    def __init__(self, model, most, first=0):
        self.model = model
        self.name = model._rd_name_
        self.most = most
        self.first = self.puts = first  # so many are there from the first on
        self.gets = 0
        self.some, self.room = Entrance(first > 0), Entrance(True)
        self.guards = {}  # by what has become of an item, and its number
        self.held = {}  # of each thread, the items that it got and did not say to be done
        self.outsiders = set()  # who put while he held none, while several threads lived
        self.joiner = None  # who waits until all is done
        self.joined = 0  # of so many items he knows it

    def mix(self):
        """It is used in another way. What comes of this execution is of no use."""
        found.add((MIXED, self.name))

    def guard(self, what, item):
        """What opens as that becomes of the item."""
        guard = self.guards.get((what, item))
        if guard is None:
            key = self.name, what, item
            number = lane_guards.get(key)
            if number is None:
                number = lane_guards[key] = guard_number(key)
            guard = self.guards[what, item] = Guard(number, True) if what == "put" and item < self.first else shut_guard(number)
        return guard

    def act(self, what, item):
        """The operation of who puts or gets an item, says that it is done, or waits for that."""
        guard = None
        if what == "get":
            guard = self.guard("put", item)
        elif what == "put" and 0 < self.most <= item:
            guard = self.guard("got", item - self.most)
        elif what == "join":
            guard = self.guard("done", item)
        key = self.name, what, item, self.most, self.first
        op = lane_acts.get(key)
        if op is None:
            if what == "task done" or what == "join":
                touches = ((sync_place((self.name, "done", item)), WRITE if what == "task done" else READ),)
            else:
                touches = ((sync_place((self.name, what)), WRITE), (sync_place((self.name, "item", item)), WRITE))
                if what == "put" and guard is not None:
                    touches += ((sync_place((self.name, "item", item - self.most)), READ),)
                touches += ((len(touches), TURN),)
            op = lane_acts[key] = op_of(touches, 0 if guard is None else guard.id)
        return op

    def wait(self, what, item, entrance):
        if solo and entrance.open:
            return
        cur.waits = self.awaited(what)
        visible(self.act(what, item), entrance)
        cur.waits = None

    def awaited(self, what):
        """What a thread waits for, as its `waits` has it."""
        return self.model, what

    def before_put(self):
        if not solo and not self.held.get(cur):
            self.outsiders.add(cur)
            self.see_joiner()
        self.wait("put", self.puts, self.room)

    def before_get(self):
        self.wait("get", self.gets, self.some)

    def has_put(self):
        self.guard("put", self.puts).set(True)
        self.puts += 1
        self.has_taken_turn("put", self.puts, self.room)

    def has_got(self):
        if self.most > 0:
            self.guard("got", self.gets).set(True)
        self.held.setdefault(cur, []).append(self.gets)
        self.gets += 1
        self.has_taken_turn("get", self.gets, self.some)

    def has_taken_turn(self, what, item, entrance):
        """Who waits for a turn there waits for the next one now."""
        self.some.set(self.puts > self.gets)
        self.room.set(not 0 < self.most <= self.puts - self.gets)
        waiting = entrance.waiting
        while waiting:
            strand = strands[(waiting & -waiting).bit_length() - 1]
            waiting &= waiting - 1
            strand.op = self.act(what, item) if plain else dressed(self.act(what, item), strand)

    def is_done(self):
        """Says of an item which the running thread got that it is done. Returns whether that is a step: only if somebody waits for it."""
        mine = self.held.get(cur)
        if solo:
            mine = mine or next(filter(None, self.held.values()), None)
        if not mine:
            self.mix()  # in another order it might not have been put yet
            return False
        item = mine.pop(0)
        if (JOINED, self.name) not in program.tracked:
            return False
        is_step = not solo
        if is_step:
            visible(self.act("task done", item))
        self.guard("done", item).set(True)
        return is_step

    def see_joiner(self):
        """Who holds an item puts others before it is done, so nobody waits for all in vain or too early. But whoever else puts could do so
        before or after."""
        if self.joiner is not None and self.outsiders - {self.joiner}:
            self.mix()

    def is_joined(self):
        """Whether it is known that somebody waits until all is done."""
        if (JOINED, self.name) in program.tracked:
            return True
        if not solo:
            found.add((JOINED, self.name))
        return False

    def join(self):
        """Waits until each item is done."""
        if self.joiner is not cur and self.joiner is not None and not solo:
            self.mix()
        self.joiner = cur
        self.see_joiner()
        tell = aside
        while self.joined < self.puts:
            guard = self.guard("done", self.joined)
            if not (solo and guard.open):
                cur.waits = (self.model, "join")
                visible(self.act("join", self.joined), guard)
                cur.waits = None
                tell = note
            self.joined += 1
        if detail and not solo:
            tell("join", called(self.model), None)


def lane_of(queue, most):
    """A lane for a queue, unless it was found to be used in another way."""
    return None if QUEUES in program.tracked or is_mixed(queue) else Lane(queue, most)


def is_mixed(model):
    """Whether it has to be one place to all."""
    return shows_order() or (MIXED, model._rd_name_) in program.tracked


class Permits(Lane):
    """What a semaphore lets its takers have. Which of them a thread gets nobody can tell; that it gets the next one says who gets one before whom."""

    __slots__ = ()

    def awaited(self, what):
        return self.model

    def before_release(self, count):
        """Before the running thread gives so many back."""
        held = self.held.get(cur, [])
        if not solo and (count > 1 or self.model._rd_bounded and not held):
            self.mix()  # these are one act; and whether those are too many hangs on who has taken some by then
        del held[-count:]
        self.before_put()


def permits_of(semaphore, first):
    """The lane of a semaphore for which threads may have to wait, unless it was found to be used in another way."""
    return None if is_mixed(semaphore) else Permits(semaphore, 0, first)
