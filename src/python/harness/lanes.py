# Queues of which one thread puts and one gets: to put an item and to get an earlier one are in no conflict, whichever comes first. So each item has
# a place of its own, which who puts it writes and who gets it takes; the next place hangs on a thread's own past alone. A queue that is used in
# another way while several threads live, by a third thread or to see how full it is, say, is one place to all (queues.py), once that was found.
# Part of the harness; see core.py.

MIXED = "mixed queue"  # with a queue's name: that it is used in another way
JOINED = "joined queue"  # likewise: that somebody waits until all is done, while several threads live
lane_acts = {}  # of a program: of each queue's name, what is done, and to which item: the operation
lane_guards = {}  # the numbers of the guards, likewise


class Lane:
    """Of one queue, in one execution: who has put and who has got, and how many items."""

    __slots__ = ("queue", "name", "most", "puts", "gets", "done", "putter", "getter", "joiner", "filled", "freed")

    def __init__(self, queue, most):
        self.queue = queue
        self.name = queue._rd_name_
        self.most = most
        self.puts = self.gets = self.done = 0
        self.putter = self.getter = self.joiner = None
        self.filled, self.freed = {}, {}  # by an item's number: the guard that opens as it is put, and as it is got

    def mix(self):
        """The queue is used in another way. What comes of this execution is of no use."""
        found.add((MIXED, self.name))

    def guard(self, guards, what, item):
        guard = guards.get(item)
        if guard is None:
            key = self.name, what, item
            number = lane_guards.get(key)
            if number is None:
                number = lane_guards[key] = guard_number(key)
            guard = guards[item] = Guard(number, True)
            guard.open = False  # as if from the first on: it has nothing to do with who mentions it first
            shut_at_first.add(number)
        return guard

    def act(self, what, item, guard):
        """The operation of who puts or gets an item."""
        key = self.name, what, item, self.most
        op = lane_acts.get(key)
        if op is None:
            touches = ((sync_place((self.name, "item", item)), WRITE),)
            if what == "put" and guard is not None:
                touches += ((sync_place((self.name, "item", item - self.most)), READ),)
            op = lane_acts[key] = op_of(touches, 0 if guard is None else guard.id)
        return op

    def before_put(self):
        item, guard = self.puts, None
        if not solo:
            if self.putter is not cur and self.putter is not None or self.joiner is not None and self.joiner is not cur:
                self.mix()
            self.putter = cur
        if 0 < self.most <= item:
            guard = self.guard(self.freed, "got", item - self.most)
        self.wait("put", item, guard)

    def before_get(self):
        item = self.gets
        guard = self.guard(self.filled, "put", item)
        if not solo:
            if self.getter is not cur and self.getter is not None:
                self.mix()
            self.getter = cur
        self.wait("get", item, guard)

    def wait(self, what, item, guard):
        if solo and (guard is None or guard.open):
            return
        cur.waits = (self.queue, what)
        visible(self.act(what, item, guard), guard)
        cur.waits = None

    def has_put(self):
        self.guard(self.filled, "put", self.puts).set(True)
        self.puts += 1

    def has_got(self):
        if self.most > 0:
            self.guard(self.freed, "got", self.gets).set(True)
        self.gets += 1

    def is_done(self):
        """Whether to say that an item is done is no step: nobody waits for that, and who says so has got it."""
        self.done += 1
        if solo:
            return False
        if self.getter is not cur or self.done > self.gets:
            self.mix()
        return (JOINED, self.name) not in program.tracked

    def before_join(self):
        """Who puts can wait until all is done: then no more is put. Others could do so between any two items."""
        if not solo:
            found.add((JOINED, self.name))
            if {self.putter, self.joiner} - {None, cur}:
                self.mix()
            self.joiner = cur


def lane_of(queue, most):
    """A lane for a queue, unless it was found to be used in another way, or it shows who came after whom, by a clock or as something dies."""
    if program.sees_deaths or program.reads_clocks or EVERYTHING in program.tracked or QUEUES in program.tracked or (MIXED, queue._rd_name_) in program.tracked:
        return None
    return Lane(queue, most)
