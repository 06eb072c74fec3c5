# Strands, which are a scenario's threads and the tasks of its pools; what carries them, and how one hands on to another. Who that is is for
# core.py to choose. Part of the harness; see core.py.


class Carrier:
    """An operating system thread that carries one strand after another."""

    __slots__ = ("baton", "strand")

    def __init__(self):
        self.baton = allocate_lock()
        self.baton.acquire()
        self.strand = None
        start_new_thread(carry, (self,))


class AtFirst:
    """What is so of a strand until something else is said: most never are otherwise, and each execution makes all strands anew."""

    wakes = alarm = None
    naps = 0  # how often it has slept
    rng = None
    resuming = False  # whether the step it takes is that by which the library goes on with an act that called the scenario's code
    printing = None
    line = 0
    holds = ()
    patience = None  # for a timed wait: how long, and whether what it waits for is there; a test's clock goes by it
    stuck = vain = None
    storing = None  # how to see what is where it is about to store something, and that
    given_back = ()  # a list once there are any: after which step it gave back a lock, and since which turn of a loop it had that
    refusals = ()  # so too: after which step it found a lock taken, which, who had it, and since which of his turns of loops


class Strand(AtFirst):
    """A thread of the scenario, or a task of a pool."""

    __slots__ = (
        "code", "index", "bit", "baton", "op", "guard", "children", "names", "target", "model", "label", "name",
        "life", "begin_op", "end_op", "join_op", "alive_op", "over", "began", "done", "seen", "segments", "acts", "turns",
        "marks", "inside", "clock", "daemon", "pool", "waits", "make", "known", "held", "above", "below", "alone",
    )  # fmt: skip

    def __init__(self, code, target, label, daemon=False):
        global enabled, live, plain
        if len(strands) >= MAX_THREADS:
            raise Unsupported("more than %d threads and tasks in one execution" % MAX_THREADS)
        self.code = code
        self.index = len(strands)
        self.bit = 1 << self.index
        self.baton = None
        self.above = self.below = self.alone = None  # who runs on top of its stack, and on top of whose it runs
        self.guard = None
        self.children = 0
        self.names = 0
        self.target = target
        self.model = None
        self.label = label
        self.name = label
        self.daemon = daemon
        self.pool = None
        self.began = self.done = False
        self.seen = {}  # what it has read since a loop's turn last began, and at which step first
        self.segments = [self.seen]  # the same of each turn of a loop, one after the other
        self.acts = 0
        self.turns = 0
        self.marks = {}
        self.clock = 0.0
        self.inside = ()  # what the act touches that the library is in the middle of, if it called the scenario's code
        self.waits = self.make = None
        self.known = set()  # the strands whose end it has seen itself
        self.held = 0  # the sum of the places of the locks it holds
        self.end_op, self.begin_op, self.join_op, self.life, _ = life_ops.get(code) or life_of(code)
        self.alive_op = self.begin_op
        self.op = self.begin_op
        if daemon:
            plain = False
        if not plain:
            self.op = dressed(self.op, self)
        self.over = None
        strands.append(self)
        by_code[code] = self
        enabled |= self.bit
        live += 1

    def is_alive(self):
        """Whether `is_alive` says so: the main thread is over once it has only others to wait for."""
        return not (self.done or self.code == 0 and self.over is not None and self.over.open)


    def end_is_told(self):
        """Makes the guard of those who wait for its end."""
        self.over = Guard(life_ops[self.code][4], False)


LEAVING = "leaving"  # `done` of who is over for all others, and has a step to go (see `end_and_let_go`)
life_ops = {}  # of each thread's code: its end, its first step and its joining, the place of its life, and the guard of its end


def life_of(code):
    life = sync_place(("life", code))
    over = guard_number(("over", code))
    known = life_ops[code] = (
        op_of(((life, WRITE),)), op_of(((life, READ),)), op_of(((life, READ),), over), life, over,
    )  # fmt: skip
    return known


idle = []
reaped = allocate_lock()
reaped.acquire()


def child_code(parent, counted=True):
    """The code of the next thread that `parent` starts; `counted` if it starts it now."""
    number = parent.children + 1
    if number > 4095 or parent.code >= 1 << 36:
        raise Unsupported("a thread that starts so many threads")
    if counted:
        parent.children = number
    return parent.code << 12 | number


Context = None  # of context variables, once the scenario has any: then each strand has its own, and each execution others


def carry(carrier):
    """What an operating system thread does: runs strands, for ever."""
    while True:
        carrier.baton.acquire()
        strand = carrier.strand
        live_through(strand)
        carrier.strand = None
        strand.done = True
        idle.append(carrier)
        if ended:
            reaped.release()
        elif problem is not None:
            finish(None, strand)
        else:
            leave(strand)


def live_through(strand):
    """Runs a strand from its first step to its last."""
    global problem
    try:
        go(strand, strand.op, strand.guard)
        if Context is None:
            strand.target()
        else:
            Context().run(strand.target)  # who carried others before has nothing of theirs
    except Abandon:
        pass
    except BaseException as error:  # a fault of ours, or Unsupported: told once, by whoever answers
        if problem is None:
            problem = error


def end(strand):
    """The strand's last step."""
    visible(strand.end_op)
    if detail:
        note("end")
    close_strand(strand)


def close_strand(strand):
    global live, enabled
    strand.done = True
    live -= 1
    enabled &= ~strand.bit
    unjoined.add(strand.code)
    if strand.over is not None:
        strand.over.set(True)
    if strand.pool is not None:
        strand.pool.task_over()


def leave(strand):
    """Hands on from a strand that does no more; if it is done, its carrier is idle already."""
    nxt = choose(0)
    if nxt is None:
        finish(ending_now, strand)
    else:
        hand_to(nxt, strand)


def hand_to(nxt, me):
    """Lets `nxt` go, which is another."""
    global cur
    cur = nxt
    if nxt.baton is None:
        try:
            carrier = idle.pop() if idle else Carrier()
        except RecursionError:
            raise
        except RuntimeError:
            cur = me
            return fail(Unsupported("a thread more", "the system lets Raceday start no other just now"))
        launch(nxt, carrier)
    elif nxt.above is None:
        nxt.baton.release()
    else:
        give_way(nxt, me)


def launch(strand, carrier):
    carrier.strand = strand
    strand.baton = carrier.baton
    strand.began = True
    carrier.baton.release()


# To hand on from one operating system thread to another takes as long as some hundred instructions of Python's. So where a strand waits
# and another is to begin, that one runs on top of the stack of the one that waits, as if it was called, and is back when it is over.
# Until then, nobody below it in the stack can go: if one has to after all, the execution is made again with a carrier for each.

on_top = False  # whether the execution may do that
never_on_top = set()  # pairs of codes, of which the second came to wait for the first when it ran on top of it
lengths = {}  # how many steps each strand had when all went on while they could
FEW_FRAMES = 64  # frames: who is deeper in has nobody run on top of it, who may be as deep


class GiveWay(BaseException):
    """The execution has to be made again, with a carrier for each strand."""


def give_way(nxt, me):
    """Ends an execution in which `nxt` is to go, and cannot before who runs on top of its stack is over."""
    global problem
    if position < prefix_length:
        lengths[nxt.above.code] = MAX_STEPS  # it has more steps than was thought, in some orders
    else:
        never_on_top.add((nxt.code, nxt.above.code))
    if problem is None:
        problem = GiveWay()
    finish(None, me)


def may_go_on_top(nxt, me):
    """Whether `nxt` will presumably be over before `me` or anybody below it has to go; and cannot tell where it runs."""
    if me.held or me.inside or (me.code, nxt.code) in never_on_top:
        return False
    if position + 1 < prefix_length:
        to_come = prefix[position:prefix_length]
        below = me
        while below is not None:
            if below.code in to_come:
                before = to_come[: to_come.index(below.code)]
                if before.count(nxt.code) < lengths.get(nxt.code, MAX_STEPS):
                    return False
            below = below.below
    if sys.exc_info()[1] is not None:
        return False  # it would be the context of what is raised there
    limit = recursion_limit()
    try:
        set_recursion_limit(FEW_FRAMES)
    except RecursionError:
        return False
    set_recursion_limit(limit)
    return True


recursion_limit, set_recursion_limit = sys.getrecursionlimit, sys.setrecursionlimit


def run_on_top(strand, me):
    """Runs a strand from its first step to its last, on top of the stack of `me`."""
    me.above = strand
    strand.below = me
    strand.baton = me.baton
    strand.began = True
    strand.alone = alone(strand)
    next(strand.alone)
    strand.done = True
    me.above = None


def alone(strand):
    """Lives through the strand as a generator, which has nobody below it any more when it is suspended: who keeps an exception that was
    raised there does not keep what the strands below have in their variables. So it is kept until the execution is over."""
    live_through(strand)
    yield
