# Loops that wait for a change, sleeping, and the clock. Part of the harness; see core.py.


TURNS_RECALLED = 4  # that a loop may take to come back to what was before, and be known for one that waits
MOST_IDLE = 16  # turns after which it is not looked for that
ENOUGH_TURNS = 10_000  # of an execution that is made again anyway, with more known to be shared


def turn(site):
    """At the top of each turn of a `while` loop: a turn that changed nothing will repeat until somebody else does."""
    me = cur
    if ended:
        raise Abandon
    me.turns += 1
    if me.turns > ENOUGH_TURNS:
        if me.turns > MAX_TURNS:
            if seeing:
                raise Endless
            finish("limit", me)
        if found - program.tracked and not seeing:
            finish("limit", me)
    if solo:
        return True
    frame = sys._getframe(1)
    if frame.f_code.co_name == "<module>":
        state = None
    else:
        state = variables_of(frame)
    before = me.marks.get(site, ())
    # How many turns have done nothing that counts.
    idle = before[0][7] + 1 if before and before[0][0] is frame and before[0][1] == me.acts else 0
    last = come_back_to(before, frame, state) if idle else None
    if last is not None and is_steady(state, loop_mentions[site]):
        since = last[3]
        first_read = {}
        for seen in me.segments[last[5] :]:
            for place, when in seen.items():
                first_read.setdefault(place, when)
        given_back = locks_given_back(since, last[6])
        if given_back == 1:
            # It holds a lock that it will give back: only then does it wait for a change, or nobody else could make one.
            me.stuck = (first_read, me.acts, position, me.turns)
        elif not given_back:
            if not me.refusals or ordered or NOTICED in program.tracked or not stop_if_in_vain(since, last[6], first_read):
                wait_for_change(first_read)
            state = state if state is None else variables_of(frame)
    if me.seen:  # a turn that read nothing needs no place for it
        me.seen = {}
        me.segments.append(me.seen)
    # Who goes on for long without that computes. And what is remembered lives on: where that is seen it is of the last turn only.
    older = before[: TURNS_RECALLED - 1] if 0 < idle < MOST_IDLE and not program.sees_deaths else ()
    me.marks[site] = (frame, me.acts, state, position, me.held, len(me.segments) - 1, me.turns, idle), *older
    return True


def come_back_to(before, frame, state):
    """Which of the turns before began as things are now, if any: the last, or another of few, as where a thread looks at one thing after the other and
    then again."""
    for mark in before:
        if mark[0] is not frame or mark[1] != cur.acts:
            return None
        if mark[4] == cur.held and same_state(mark[2], state):
            return mark
    return None


def locks_given_back(since, first):
    """How many locks the running thread has given back in its turn of a loop that it had when that began: after step `since`, as its turn number
    `first`."""
    count = 0
    for step, taken in reversed(cur.given_back):
        if step <= since:
            break
        count += taken < first
    return count


def wait_where_stuck():
    """In a loop whose last turn changed nothing, the running thread wants a lock: once it has given back what it had."""
    me = cur
    first_read, acts, since, first = me.stuck
    if acts != me.acts:
        me.stuck = None
    elif locks_given_back(since, first):
        me.stuck = None
        wait_for_change(first_read)


def unchanged(first_read):
    """Whether nobody has written any of these places since the thread first read them. (What was written before, this turn
    of the loop saw, and so will the next.)"""
    return all(last_write.get(place, 0) <= when for place, when in first_read.items())


def same_state(before, after):
    if before is None or after is None:
        return before is after
    for name, other in before.items():  # what was bound first in this turn, this turn has not read before
        value = after.get(name, MISSING)
        if other is value:
            continue
        if name.startswith("__rd_") or name in program.delays:
            continue
        kind = type(value)
        if kind is not type(other) or kind not in (int, str, float, bool) or other != value:
            return False
    return True


def stores_the_same(me):
    """Whether a thread that takes its step stores what is there already: nobody who waits for a change sees one."""
    fetch, where, value = me.storing
    me.storing = None
    try:
        other = fetch(*where)
    except Exception:
        return False  # there is nothing
    if other is value or type(value) in (int, str) and type(other) is type(value) and other == value:
        unchanging.add(position - 1)
        return True
    return False


unchanging = set()  # the steps of an execution that stored what was there already


loop_mentions = {}  # of each loop, see `mentioned_in`


def is_steady(state, mentioned=None):
    """Whether the loop's variables and whatever can be reached from them change by acts alone that are counted or are seen in
    the variables. An iterator goes on by itself, and what is the library's own may do so in each of its methods.

    If the names are known that the loop has to do with, what only others lead to does not matter."""
    if program.uses_contexts:
        return False  # nobody sees what is set there
    left = [] if state is None else [value for name, value in state.items() if mentioned is None or name in mentioned]
    passed = set()
    while left:
        thing = left.pop()
        kind = type(thing)
        if kind in ATOMS or kind in MODEL_CLASSES or kind is types.GeneratorType or id(thing) in passed:
            continue
        is_container = (kinds.get(kind) or kind_of(kind)) != "-"
        if not is_container and (kind.__module__ == "_contextvars" or kind.__module__ != __name__ and opaqueness(kind)):
            return False
        passed.add(id(thing))
        if len(passed) > MANY_THINGS:
            return False
        if mentioned is not None and not is_container and kind.__module__ == "__main__":
            attributes = attributes_among(mentioned, thing)
            if attributes is None:
                return is_steady(state)
            left += attributes
        elif is_container or kind is functools.partial or kind.__module__ == "__main__" or kind in HOLDERS:
            left += gc.get_referents(thing)
        elif kind is types.FunctionType:
            left += thing.__closure__ or ()
        elif kind in BUILT_IN_METHODS or kind is types.MethodType:
            left.append(thing.__self__)
    return True


NOT_FOR_USE = ("__init__", "__new__", "__repr__", "__str__")  # what no loop runs that does not call it by name
ON_ENTRY = ("__enter__", "__exit__")  # and that has no `with`


def attributes_among(names, thing):
    """The attributes of these names of something of the scenario's, and of its class; nothing if to ask for one, or to use the thing
    itself, may run code of the scenario's, which knows others."""
    inner = dict_of(thing)
    if inner is None:
        return None
    found = [inner[name] for name in names if name in inner]
    if any(callable(each) and type(each) not in MODEL_CLASSES for each in found):
        return None
    for kind in type(thing).__mro__:
        if kind.__module__ == "__main__":
            for name, value in vars(kind).items():
                if name in names:
                    if hasattr(type(value), "__get__"):
                        return None
                    found.append(value)
                elif name.startswith("__") and is_written_here(value) and name not in NOT_FOR_USE and not (name in ON_ENTRY and "with" not in names):
                    return None
    return found


MANY_THINGS = 5000  # that are looked through: where there are more, no loop waits
HOLDERS = (tuple, frozenset, CellType)


def wait_for_change(first_read):
    """Waits until somebody has written one of these places: the next turn of the loop would be the same until then.

    It is a step even if somebody has, for whether he was sooner than the end of the turn, nobody can tell."""
    me = cur
    me.acts += 1
    guard = Guard(guard_number(("spin", me.code, me.acts)), not unchanged(first_read))
    op = op_of(looking_at(first_read), guard.id)
    if guard.open:
        tell_openers(guard, first_read)
    spin_on(first_read, guard)
    me.waits = "spin"
    visible(op, guard)
    spin_no_more(first_read, guard)
    me.waits = None
    if detail:
        note("look again")


def spin_on(places, guard):
    """Has whoever writes one of these places open the guard."""
    for place in places:
        spinning.setdefault(place, []).append(guard)


def spin_no_more(places, guard):
    """Nobody waits for that any more."""
    for place in places:
        guards = spinning.get(place, ())
        if guard in guards:
            guards.remove(guard)
            if not guards:
                del spinning[place]


def looking_at(places):
    """What touches who waits for one of these places to be written."""
    return tuple((POPULATION, WRITE) if place == STARTS else (place, READ) for place in sorted(places))


def tell_openers(guard, first_read):
    """Tells who has opened a guard that was never seen shut: in another order of the same steps it would have been there before them."""
    guard_changes.append((min(first_read.values()) - 1, guard.id, False))
    for place, when in first_read.items():
        for step in range(when, position):
            op = ops[trace[3 * step + 1]]
            if place in op.writes and step not in unchanging or place == STARTS and (POPULATION, READ) in op.touches:
                guard_changes.append((step, guard.id, True))
                if place != STARTS and place not in op.parts:
                    break


def wake_spinners(op):
    """Opens the guards of the loops that wait for a write to what `op` has just written. Of each place the first who writes is told, for
    the others come after him. Those who write parts of it, or start threads, may come in any order: each would do, and each is told."""
    for place in op.writes:
        if place in op.parts:
            wake_spinners_on(place)
        else:
            for guard in spinning.pop(place, ()):
                open_guard(guard)


def wake_spinners_on(place):
    for guard in spinning.get(place, ()):
        open_guard(guard)


def open_guard(guard):
    """Opens a guard that may be open already: then the running thread is one more who would have done it."""
    if guard.open:
        guard_changes.append((position - 1, guard.id, True))
    else:
        guard.set(True)


# Time --------------------------------------------------------------------------------------------------------------------

EPOCH = 1_700_000_000.0
TICK = 64e-6
LOOP_TICK = 1e-3  # the least that passes while a loop goes round that only waits
LONGEST_TICK = 1e5
SOLO_TURNS = 1000
THREADS_A_TICK = 64


def sleep(seconds):
    """`time.sleep`. No real time passes, and the thread's own clock goes on.

    It orders nothing, unless the scenario says that sleeps do. Then time stands still as long as anybody can go. When nobody
    can, whoever wakes first makes time go on, in a step of its own after all that happened and before all that will;
    those who wake at the same moment can go from then on in any order."""
    global look_up_at
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if ordered and not solo:
        cur.clock += seconds
        looks.pop(cur.index, None)
        sleep_until(virtual_now[0] + seconds)
    else:
        cur.naps += 1
        if cur.naps % NAPS == 0 and prefix_length <= position < look_up_at:
            look_up_at = position
        spend(seconds)


def spend(seconds):
    """Time goes on for the running thread; on the virtual clock, if nobody else lives."""
    me = cur
    if program.reads_clocks:
        own_clock()
        looks.pop(me.index, None)
    me.clock += max(seconds, 0)
    if ordered and solo:
        virtual_now[0] = max(virtual_now[0] + seconds, me.clock)


def sleep_until(moment, places=()):
    """Sleeps on the virtual clock, or until somebody has written one of these places."""
    me = cur
    me.names += 1
    me.acts += 1
    guard = Guard(guard_number(("sleep", me.code, me.names)), False)
    spin_on(places, guard)
    me.wakes = moment
    me.alarm = guard
    visible(op_of(tuple((place, READ) for place in places), guard.id), guard)
    spin_no_more(places, guard)
    me.wakes = None
    if detail and not (guard.open and virtual_now[0] < moment):
        note("wake", "at %g s" % moment)
    if not guard.open:
        # This thread made time go on.
        guard.set(True)
        virtual_now[0] = moment
        for strand in strands:
            if strand.wakes == moment and not strand.done:
                strand.alarm.set(True)


def wait_on_clock(until, there, touches, *arguments):
    """What a timed wait does first where there is a virtual clock: looks, and sleeps, until what it waits for is there or its time is
    up. To look changes nothing."""
    if not ordered:
        return
    waits = False
    while virtual_now[0] < until:
        places = sorted({place for place, _ in touches(*arguments)})
        visible(op_of(tuple((place, READ) for place in places)))
        if there():
            return
        if detail and not waits:
            note("wait", "until %g s" % until)
        waits = True
        sleep_until(until, places)


looks = {}  # by the number of a thread that looked at a clock: after how many turns and acts, and how much time went by then
passed_on = 0  # how far `pass_time_on` has come in the trace
times = {READ: {}, WRITE: {}, WITHIN: {}}  # by manner and place: the latest that a clock said of those who touched it so
# After whom somebody comes who touches a place in that manner.
COMES_AFTER = {READ: (WRITE, WITHIN), ATTEMPT: (WRITE, WITHIN), WITHIN: (WRITE, READ), WRITE: (WRITE, WITHIN, READ)}


def pass_time_on():
    """Has the clock of each thread say at least what it said to whoever made a step before that conflicts with one of the thread's own. So
    what a thread reads follows from what happened before, and is the same in every order that is equivalent."""
    global passed_on
    while passed_on < len(trace):
        strand, op = strands[trace[passed_on]], ops[trace[passed_on + 1]]
        passed_on += 3
        clock = strand.clock
        for place, manner in op.touches:
            for before in COMES_AFTER.get(manner, ()):
                clock = max(clock, times[before].get(place, clock))
        strand.clock = clock
        for place, manner in op.touches:
            if manner in COMES_AFTER:
                of_manner = times[READ if manner == ATTEMPT else manner]
                of_manner[place] = max(clock, of_manner.get(place, clock))


def own_clock():
    """How far the running thread's own clock has gone on."""
    if not solo:
        pass_time_on()
    return cur.clock


def forget_times():
    global passed_on
    passed_on = 0
    looks.clear()
    for of_manner in times.values():
        of_manner.clear()


virtual_now = [0.0]


def clock_now():
    """What limits of time are counted from. To ask is nothing that a loop does."""
    return virtual_now[0] if ordered else cur.clock


def now():
    """What a clock of the running thread's says. A loop that only looks at it finds that more and more time has passed, or none of those that
    wait for a time to come would end. Who comes after another's step reads a later time than that one before it. Where there is no
    virtual clock, no two threads read the same."""
    me = cur
    turns, acts, tick = looks.get(me.index, (me.turns, me.acts, TICK))
    if solo:
        waits = me.turns > turns + SOLO_TURNS  # what else a loop does nobody counts
    else:
        waits = me.turns > turns and me.acts == acts
        turns = me.turns
    me.acts += 1
    tick = min(max(2 * tick, LOOP_TICK), LONGEST_TICK) if waits else TICK
    looks[me.index] = turns, me.acts, tick
    if not ordered:
        me.clock = own_clock() + tick
        return me.clock + me.code / (me.code + THREADS_A_TICK) * TICK  # who was started later reads the later time
    if tick > TICK:
        me.clock += tick
        if solo:
            virtual_now[0] += tick
        else:
            sleep_until(virtual_now[0] + tick)
    return virtual_now[0]
