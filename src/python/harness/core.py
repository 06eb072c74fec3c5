"""Runs a scenario one chosen step at a time.

This file is the Python side of Raceday's engine. The Rust side starts a CPython (3.9 to 3.14) with it, sends a scenario,
and then schedule prefixes; each comes back as a whole execution. Nothing here decides which schedules are worth running.

How it works. The scenario's syntax tree is rewritten (class Rewriter) so that every access to something that threads can share
calls a function of this file first. While only one thread lives, those functions do nothing but the access. Otherwise
they *announce* an operation (`visible`) and wait to be chosen. Real threads carry the scenario's threads, but only one of
them runs at any moment: to switch is to release the other's baton and to wait for one's own. A thread that begins while another waits
runs on top of that one's stack, where the schedule allows it (`run_on_top`).
The synchronisation objects of `threading` and `concurrent.futures` are replaced by models of their own whose acts are one operation each.

What is shared. Names and attributes count as shared once some thread has been seen to write them while others lived (`tracked`). A
write to a name that is not tracked yet makes the execution worthless: the answer says `start_over`, and the scenario is
rewritten with that name tracked. A container is shared once one thread changed it and another used it, and until then its
elements are no steps (`is_step`); names that no code but the module's own mentions are the main thread's.

Names of things. An object that threads can reach gets a name when it is first published (stored where another
thread can find it): the thread that published it and a number of that thread. So the same object has the same name in all
equivalent executions, and locations mean the same from one execution to the next.
"""

# A scenario that waits to be explored waits for these imports. So what is only needed now and then is imported then, and of some
# modules only the part that is compiled: what is around it takes longer than exploring a program does.
import _ast as ast
import _collections as collections
import _functools as functools
import _operator as operator
import builtins
import gc
import io
import itertools
import marshal
import sys
import time as real_time
import types
from _thread import TIMEOUT_MAX, _ExceptHookArgs, allocate_lock, start_new_thread
from _weakref import ref as weak_reference

try:
    import posix as os
except ImportError:
    import os

__name__ = "raceday_harness"  # so that the models' classes are told from the scenario's, which are `__main__`'s

MAX_STEPS = 10_000
PATIENCE = 500  # steps that a thread makes at a time, where no schedule says so
NAPS = 3  # every so many sleeps it makes way too: what comes of few turns of a loop that sleeps is what anybody sees, so it is explored first
MAX_TURNS = 2_000_000
MAX_OUTPUT = 1 << 20
MAX_TOLD = 8 << 20
MAX_THREADS = 64
CPUS = 8


class Abandon(BaseException):
    """Unwinds a thread of an execution that is over."""


class Endless(BaseException):
    """Cuts off what is evaluated on our behalf, not by the program, and does not end: what is observed, or a text to show."""


class Stop(BaseException):
    """Whatever the scenario catches, this execution tells nothing but that: it is kept as its problem at once."""

    def __init__(self, *arguments):
        global problem
        super().__init__(*arguments)
        if problem is None:
            problem = self


class Unsupported(Stop):
    """The scenario uses something that is not modelled."""

    def __init__(self, what, why=""):
        super().__init__(what)
        self.what = what
        self.why = why


class StartOver(Stop):
    """What is found by now, and noted in `found`, changes how the scenario is to be run."""


class NoRoom(BaseException):
    """All outcomes together have become too long: there is to be no other."""


class Diverged(BaseException):
    """The schedule names a thread that cannot go."""


# ---------------------------------------------------------------------------------------------------------------------
# Operations and guards
# ---------------------------------------------------------------------------------------------------------------------


def digest(key):
    """A number for `key` (of ints and strings) that is the same in every worker: PYTHONHASHSEED is 0. As a location, data."""
    return hash(key) & 0x7FFFFFFFFFFFF


def sync_place(key):
    """The location of something that is there to put threads in order."""
    return digest(key) | 1 << 52


def outside_place(key):
    """The location of something beyond the program."""
    return digest(key) | 1 << 51


# The manners of touching a location: a read, a write, and a read that might have been a write had it found something else; and a write
# somewhere within what the location stands for, which changes places with others of its kind.
# And what is no touch: the number of the guard on which it hangs whether those before it write or attempt to; and that so many before it are
# of a turn that is taken at the first of them, so that who takes another's turn touches what that one does.
READ, WRITE, ATTEMPT, HANGS, TURN, WITHIN = 0, 1, 2, 3, 4, 5


class Op:
    """What a step touches: interned, because the same operations come again in every execution."""

    __slots__ = ("id", "touches", "guard", "writes", "parts", "weight")

    def __init__(self, touches, guard):
        self.id = len(ops)
        self.weight = 1  # 0 for taking and giving back a lock: both together leave nothing behind
        self.touches = touches
        self.guard = guard
        self.parts = tuple(place for place, manner in touches if manner == WITHIN)
        self.writes = tuple(place for place, manner in touches if manner == WRITE) + self.parts


ops = []
ops_by_key = {}
reads = {}
writes = {}
ops_sent = 0


def op_of(touches, guard=0):
    """The operation with these (location, manner) pairs and that guard's number."""
    key = (touches, guard)
    op = ops_by_key.get(key)
    if op is None:
        op = ops_by_key[key] = Op(touches, guard)
        ops.append(op)
    return op


def read_op(name, key):
    op = reads.get((name, key))
    if op is None:
        op = reads[name, key] = op_of(((digest((name, key)), READ),))
    return op


def write_op(name, key):
    op = writes.get((name, key))
    if op is None:
        op = writes[name, key] = op_of(((digest((name, key)), WRITE),))
    return op


class Guard:
    """What a blocking operation waits for; open or shut."""

    __slots__ = ("id", "open", "waiting")

    def __init__(self, number, is_open):
        self.id = number
        self.open = is_open
        self.waiting = 0
        if not is_open:
            if position:
                guard_changes.append((position - 1, number, False))
            else:
                shut_at_first.add(number)

    def set(self, is_open):
        global enabled
        if self.open is is_open:
            return
        self.open = is_open
        if position:
            guard_changes.append((position - 1, self.id, is_open))
        elif is_open:
            shut_at_first.discard(self.id)
        else:
            shut_at_first.add(self.id)
        if self.waiting:
            if is_open:
                enabled |= self.waiting
            else:
                enabled &= ~self.waiting


def shut_guard(number):
    """A guard that is shut from the first on, whoever in the execution mentions it first."""
    guard = Guard(number, True)
    guard.open = False
    shut_at_first.add(number)
    return guard


def guard_number(key):
    """The number of the guard with that key (of ints and strings)."""
    return digest(("guard", key))


# ---------------------------------------------------------------------------------------------------------------------
# The state of the execution that is going on. Module globals: they are the fastest thing Python has.
# ---------------------------------------------------------------------------------------------------------------------

solo = True  # only one thread lives, and all others' ends are known to it: nothing is a step
ended = True  # the execution is over: whoever still runs is unwound
detail = False  # a replay that is told in full
lined = False  # each step's line is noted: in replays, and where it is asked for
cur = None  # the thread that runs
strands = []
by_code = {}
enabled = 0
prefix = ()
prefix_length = 0
position = 0
look_up_at = 0  # after how many steps who goes on looks whether others could
trace = []
journal = None  # the trace, in a careful execution
pending = []
guard_changes = []
shut_at_first = set()
live = 0
unjoined = set()
loops = True  # whether the scenario has loops that could wait for a change: only they ask who read and wrote what, and when
last_write = {}  # of each place that was written: after how many steps
spinning = {}
names = {}
kinds = {}
futures = []
pools = []
failures = []
output = []
output_size = 0
outcome = None
problem = None
unsure = 0  # why it could have ended otherwise, where something hangs on what is not modelled
UNSURE_OF_LIVES, UNSURE_OF_ORDER, UNSURE_OF_LIBRARY = 1, 2, 3
handed_on = False  # whether a lock was given back by another than who took it
found = set()  # what turned out to be written while several threads lived, though it is not tracked
details = []
MOST_ASIDES = 8  # of one step
asides = []  # what is told beside those: after which of them, line, verb, place, value
ordered = False  # sleeping orders: there is a virtual clock
collects = False  # whether the scenario may collect garbage where that is seen
plain = True  # no operation has to be dressed
program = None


ending_now = None


def choose(mine):
    """Who goes next; None if nobody can, and then `ending_now` says what that is."""
    global ending_now, prefix_length, look_up_at
    if not enabled and ordered:
        let_time_pass()
    if position < prefix_length:
        nxt = by_code.get(prefix[position])
        if nxt is not None and enabled & nxt.bit:
            return nxt
        if detail or not program.sees_deaths:
            diverge()
            ending_now = None
            return None
        # What dies may be another thread's to let die in this order (see weak.py). Who asked sees that it was not followed.
        prefix_length = position
    if position >= MAX_STEPS:
        ending_now = "limit"
        return None
    if enabled & mine:
        if position < look_up_at:
            return cur
        look_up_at = min(position + PATIENCE, MAX_STEPS)
        others = enabled & ~mine
        if not others:
            return cur
        # Who goes on and on makes way, in turn, or those that he waits for, or is cut off by, would never come to their ends.
        later = others >> cur.index << cur.index or others
        return strands[(later & -later).bit_length() - 1]
    if enabled:
        # The main thread last: as a rule it waits for the others in turn, and would only look in after each. Of the others the one
        # that went last, for on its stack nobody else is; then those that have not begun, in their order.
        others = enabled & ~1 or enabled
        if others & others - 1:
            for at in range(3 * position - 3, -1, -3):
                if others >> trace[at] & 1:
                    return strands[trace[at]]
        return strands[(others & -others).bit_length() - 1]
    ending_now = what_spins() if any(s.waits == "spin" and not s.done for s in strands) else "deadlock"
    if ending_now == "redundant" and detail:
        go_on_trying()
        return choose(mine)
    return None


def diverge():
    global problem
    code = prefix[position]
    strand = by_code.get(code)
    if strand is None:
        why = "there is no such thread then"
    elif strand.done:
        why = "that thread has ended by then"
    else:
        why = "that thread is waiting then"
    problem = Diverged(position, code, why)


def visible(op, guard=None, make=None):
    """Announces the running thread's next operation and returns when it has been chosen.

    `make` is a function and its arguments: what the operation touches, asked anew if others went in between."""
    global position
    me = cur
    if ended:
        raise Abandon
    if not plain:
        if kept:
            announced_at = position
            bury()
            if make is not None and position != announced_at:
                touches = touches_now(*make)
                op = ops_by_key.get((touches, 0)) or op_of(touches)
        if me.inside:
            resume_later(me)
        op = dressed(op, me)
    # Mostly the thread just goes on, and then nobody else gets to see what it announced.
    if (
        lined
        or not enabled & me.bit
        or (prefix[position] != me.code if position < prefix_length else position >= look_up_at)
        or guard is not None and not guard.open
    ):  # fmt: skip
        op = wait_for_turn(op, guard, make)
    trace.extend((me.index, op.id, enabled))
    position += 1
    if loops and op.writes:
        wrote(me, op)
    if lined:
        details.append(["", "", None, me.line, me.holds])


def wrote(me, op):
    """Tells loops that wait of what a step writes."""
    if me.storing is not None and stores_the_same(me):
        return
    me.acts += op.weight
    for place in op.writes:
        last_write[place] = position
    if spinning:
        wake_spinners(op)


def wait_for_turn(op, guard, make):
    """Returns when the running thread has been chosen again, with its operation as it is then."""
    global enabled
    me = cur
    me.op = op
    me.make = make
    announced_at = position
    if guard is not None:
        me.guard = guard
        guard.waiting |= me.bit
        if not guard.open:
            enabled &= ~me.bit
    if lined:
        me.line = line_now()
        if detail:
            me.holds = locks_of(me)
    nxt = choose(me.bit)
    if nxt is not me:
        let_go(nxt, me)
    op = me.op  # as time may have changed it
    if make is not None:
        if position != announced_at:
            op = op_now(me)
        me.make = None
    if guard is not None:
        guard.waiting &= ~me.bit
        me.guard = None
    return op


def let_go(nxt, me):
    """Lets `nxt` go, which is another, or nobody, and returns when `me` has been chosen."""
    global cur
    while nxt is not me:
        if nxt is None:
            finish(ending_now, me)
        if on_top and nxt.baton is None and may_go_on_top(nxt, me):
            cur = nxt
            run_on_top(nxt, me)
            if ended:
                raise Abandon
            if problem is not None:
                finish(None, me)
            nxt = choose(0)
        else:
            hand_to(nxt, me)
            me.baton.acquire()
            if ended:
                raise Abandon
            return
    cur = me


def op_now(strand):
    """What the operation that the strand has announced touches as things are."""
    touches = touches_now(*strand.make)
    op = ops_by_key.get((touches, 0)) or op_of(touches)
    return op if plain else dressed(op, strand)


def go(me, op, guard):
    """Records that `me` takes its step."""
    global position
    if guard is not None:
        guard.waiting &= ~me.bit
        me.guard = None
    trace.extend((me.index, op.id, enabled))
    position += 1
    if loops and op.writes:
        wrote(me, op)
    if lined:
        details.append(["begin", "", None, 0, ()])


def dressed(op, strand):
    """The operation with what it touches because of who does it, and when.

    What a daemon does is cut off by the end of the program: the end conflicts with all of it. On the virtual clock, all that
    happens before time goes on happens before all that happens after. What there is when garbage is collected is there before. And
    what the scenario's code does while the library's has called it in the middle of an act goes along with a part of that act."""
    if not (strand.daemon or ordered or strand.inside or collects):
        return op
    touches = op.touches
    for touch in strand.inside:
        if touch not in touches:
            touches += (touch,)
    if strand.daemon:
        touches += ((PROCESS, READ),)
    if ordered and (CLOCK, WRITE) not in touches:
        touches += ((CLOCK, READ),)
    if collects and (GARBAGE, WRITE) not in touches:
        touches += ((GARBAGE, READ),)
    key = (touches, op.guard)
    known = ops_by_key.get(key) or op_of(*key)
    known.weight = op.weight
    return known


PROCESS = outside_place("process")
CLOCK = outside_place("clock")
GARBAGE = outside_place("garbage")
POPULATION = outside_place("population")  # which threads there are: written by who asks, so that starting threads does not conflict
STARTS = outside_place("starts")  # no step touches it: what loops that wait for a thread to start wait for
EXITING = outside_place("exiting")  # whether the interpreter still takes tasks
FINALIZING = outside_place("finalizing")  # and whether it still starts threads, where that hangs on the main thread


def let_time_pass():
    """Nobody can go but who sleeps: the one who wakes first may, and makes time go on (see `sleep`)."""
    global enabled
    first = None
    for strand in strands:
        if strand.wakes is not None and not strand.done and (first is None or strand.wakes < first.wakes):
            first = strand
    if first is not None:
        enabled |= first.bit
        first.op = dressed(op_of(((CLOCK, WRITE),), first.alarm.id), first)


def finish(ending, me):
    """Ends the execution, seen from whichever thread found that nobody can go on. Never returns to a live strand."""
    global ended, solo, cur
    main = strands[0]
    if problem is None and ending is not None:
        if detail:
            remember_blocked()
        see(ending)
    remember_pending()
    ended = True
    solo = False
    if me.baton is main.baton:
        raise Abandon
    if not main.done:
        cur = main
        main.baton.release()
    if me.done is True:
        return
    me.baton.acquire()
    raise Abandon


def remember_pending():
    """What the threads that have not ended would do next."""
    for strand in strands:
        if strand.done is not True:
            pending.append(strand.index)
            pending.append(strand.op.id)


def fail(error):
    """Ends the execution with a fault that the answer will carry."""
    global problem
    if problem is None:
        problem = error
    finish(None, cur)


def note(verb, place="", value=None):
    """Tells a replay what the last step did."""
    if ended or not details:
        return
    entry = details[-1]
    entry[0], entry[1], entry[2] = verb, place, value
    if journal is not None:
        journal.did(len(details) - 1)


def aside(verb, place, value, line=None):
    """Tells a replay what the running thread has done since the last step, though it is none; at that line, if not at the one where it is."""
    if ended or not details:
        return
    step = len(details) - 1
    beside = sum(other[0] == step for other in asides[-MOST_ASIDES:])
    if beside < MOST_ASIDES:
        last = beside == MOST_ASIDES - 1
        asides.append((step, 0, "and so on", "", None) if last else (step, line_now() if line is None else line, verb, place, value))


def failing(error, verb, thing, tell=note):
    """Tells a replay that the running thread did that to `thing`, a model or what it is called, and was met with `error`, which is
    returned to be raised. What was no step of its own is told beside the last one, by `aside`."""
    if detail and not solo:
        tell(verb, thing if type(thing) is str else thing._rd_called(), raised(error))
    return error


def locks_of(strand):
    """What the thread holds, as it is called where it runs."""
    models = [known[1] for known in names.values() if issubclass(type(known[1]), Exclusive)]  # what a proxy stands for may be dead
    return [called(model) for model in models if model._rd_holder is strand]


def line_now():
    """The line of the scenario that the running thread is at."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename == program.filename:
            return frame.f_lineno
        frame = frame.f_back
    return 0
