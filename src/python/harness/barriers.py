# `threading.Barrier`, modelled. A barrier at which just as many threads meet as it has parties, and that is used for nothing but that, does
# not tell who came first: each arrival has a place of its own, and who passes reads those of all others (`Meeting`). Who is to come has to be
# known before, so an execution finds that out and is begun again. Any other barrier is one place to all. Part of the harness; see core.py.

PARTIES = "parties"  # with a barrier's name: the codes of the threads that meet there
MIXED_BARRIER = "mixed barrier"  # with its name: that it is used for more, or by others too
arrivals = {}  # of a program: of each barrier's name, round and thread: the number of the guard, what who arrives does, and who waits for him


class BrokenBarrierError(RuntimeError):
    """The barrier is broken."""


BrokenBarrierError.__module__ = "threading"


class Meeting:
    """What is known of a barrier that tells nobody who came first: who meets there, and how often each has arrived."""

    __slots__ = ("name", "codes", "rounds", "guards", "missing")

    def __init__(self, name, codes):
        self.name = name
        self.codes = codes
        self.rounds = dict.fromkeys(codes, 0)
        self.guards = {}  # by round and thread
        self.missing = {}  # of each round that some have come to, and not all: for how many they wait

    def arrival(self, turn, code):
        """The guard that opens as that thread arrives, what it does then, and what who waits for it does."""
        key = self.name, turn, code
        known = arrivals.get(key)
        if known is None:
            number, place = guard_number(("arrival",) + key), sync_place(key)
            known = arrivals[key] = number, op_of(((place, WRITE),)), op_of(((place, READ),), number)
        number, arrive, wait = known
        guard = self.guards.get((turn, code))
        if guard is None:
            guard = self.guards[turn, code] = shut_guard(number)
        return guard, arrive, wait

    def arrive(self, barrier):
        """Returns when all have arrived as often as the running thread, which is one of them."""
        mine = cur.code
        turn = self.rounds[mine]
        self.rounds[mine] += 1
        guard, arrive, _ = self.arrival(turn, mine)
        act(arrive)
        guard.set(True)
        missing = self.missing.pop(turn, len(self.codes)) - 1
        if missing:
            self.missing[turn] = missing
        if detail and not solo:
            note("arrive at", called(barrier), "%d of %d" % (len(self.codes) - missing, len(self.codes)))
        cur.waits = barrier
        for code in self.codes:
            if code != mine:
                guard, _, wait = self.arrival(turn, code)
                act(wait, guard)
        cur.waits = None
        if detail and not solo:
            note("pass", called(barrier))

    def waiting(self):
        """How many have arrived for whom others are missing."""
        return sum(len(self.codes) - missing for missing in self.missing.values())


def meeting_at(name, parties):
    """What is known of the barrier of that name, if it tells nobody who came first."""
    known = [each[2:] for each in program.tracked if each[:2] == (PARTIES, name)]
    if not known:
        return None
    if len(known) > 1 or len(known[0]) != parties:  # in another order it is for others, or for more
        found.add((MIXED_BARRIER, name))
        return None
    return Meeting(name, known[0])


def is_dropped(frame):
    """Whether that frame does nothing with what the call returns that is going on in it: by its next instruction, so it is not seen what code
    in C, which that frame has called, does with it."""
    import opcode

    instructions, after = frame.f_code.co_code, frame.f_lasti + 2
    while instructions[after] == 0:  # where a specialised instruction keeps what it knows, which is no instruction
        after += 2
    return instructions[after] == opcode.opmap["POP_TOP"]


class Barrier(Model):
    """`threading.Barrier`. Who leaves late cannot be told from who leaves at once unless the barrier is broken before he has left, so
    the next round may begin meanwhile."""

    _rd_kind = "barrier"
    locals().update(only_cpythons("_cond _state _count _enter _wait _exit _release"))

    def __init__(self, parties, action=None, timeout=None):
        if parties < 1 and sys.version_info >= (3, 13):
            raise ValueError("parties must be > 0" if sys.version_info < (3, 14) else "parties must be >= 1")
        self._rd_named()
        self._parties = parties
        self._action = action
        self._timeout = timeout
        self._rd_round = Round(self)
        self._rd_leaving = None  # the round that is over, which not all may have left
        self._broken = False
        # The action runs with the barrier's own lock held: meanwhile nobody arrives, breaks it or finds his time up.
        self._rd_calm, self._rd_act_op = self._rd_guarded("calm", True)
        # Whether it has been used for nothing but to meet at.
        self._rd_meets = not (
            parties < 2 or shows_order() or (MIXED_BARRIER, self._rd_name_) in program.tracked
        )
        self._rd_meeting = meeting_at(self._rd_name_, parties) if self._rd_meets else None  # takes the place of rounds

    def _rd_mix(self):
        """The barrier is used for more than to meet at. If more was taken for granted, what comes of this execution is of no use."""
        if self._rd_meeting is not None:
            found.add((MIXED_BARRIER, self._rd_name_))
        self._rd_meets, self._rd_meeting = False, None

    def _rd_look(self):
        """Before somebody sees how many have arrived, or whether it is broken."""
        if not solo:
            self._rd_mix()

    def wait(self, timeout=None):
        if timeout is None:
            timeout = self._timeout
        if self._rd_meets:
            meeting = self._rd_meeting
            if timeout is not None or self._action is not None or meeting is not None and cur.code not in meeting.codes or not is_dropped(sys._getframe(1)):
                self._rd_mix()
            elif meeting is not None:
                return meeting.arrive(self)
        act(self._rd_act_op, self._rd_calm)
        if self._broken:
            raise failing(BrokenBarrierError(), "arrive at", self)
        mine = self._rd_round
        index = mine.count
        mine.count += 1
        mine.codes.append(cur.code)
        if detail and not solo:
            note("arrive at", called(self), "%d of %d" % (mine.count, self._parties))
        if mine.count == self._parties:
            if self._action is not None:
                self._rd_calm.set(False)
                try:
                    callee(self._action)()
                except Abandon:
                    raise
                except BaseException as error:
                    act(self._rd_write)
                    failing(error, "run the action of", self)
                    self._rd_calm.set(True)
                    self._break()
                    raise
                act(self._rd_write)
                if detail and not solo:
                    note("pass", called(self))
                self._rd_calm.set(True)
            if self._rd_meets and not solo and not pools:
                found.add((PARTIES, self._rd_name_, *sorted(mine.codes)))
            self._rd_round = Round(self)
            mine.over = True
            mine.late = self._parties - 1
            self._rd_leaving = mine
            mine.guard.set(True)
            return index
        cur.waits = self
        if timeout is None:
            visible(mine.op, mine.guard)
            self._rd_tell_end(mine, "find broken")
        else:
            wait_on_clock(virtual_now[0] + timeout, lambda: mine.over or mine.broken, lambda: self._rd_act_op.touches)
            cur.patience = (timeout, lambda: mine.over or mine.broken)
            act(self._rd_act_op, self._rd_calm)
            cur.patience = None
            if not mine.over and not mine.broken:
                spend(timeout)
                self._break()
                self._rd_tell_end(mine, "time out")
            else:
                self._rd_tell_end(mine, "find broken")
        if mine.over:
            mine.late -= 1
        if mine.broken:
            raise BrokenBarrierError
        return index

    def _rd_tell_end(self, mine, verb):
        """Tells how a round has ended for the running thread; by `verb`, if it is broken."""
        if detail and not solo:
            if mine.broken:
                note(verb, called(self), raised(BrokenBarrierError()))
            else:
                note("pass", called(self))

    def _break(self):
        self._broken = True
        if self._rd_leaving is not None and self._rd_leaving.late:
            self._rd_leaving.broken = True
        self._rd_round.broken = True
        self._rd_round.guard.set(True)

    def reset(self):
        self._rd_mix()
        act(self._rd_act_op, self._rd_calm)
        if detail and not solo:
            note("reset", called(self))
        if self._rd_round.count:
            self._rd_round.broken = True
            self._rd_round.guard.set(True)
        self._rd_round = Round(self)
        self._broken = False

    def abort(self):
        self._rd_mix()
        act(self._rd_act_op, self._rd_calm)
        if detail and not solo:
            note("abort", called(self))
        self._break()

    @property
    def parties(self):
        return self._parties

    @property
    def n_waiting(self):
        self._rd_look()
        ask(self._rd_read)
        count = 0 if self._broken else self._rd_round.count
        if detail and not solo:
            note("read", called(self) + ".n_waiting", show(count))
        return count

    @property
    def broken(self):
        self._rd_look()
        ask(self._rd_read)
        if detail and not solo:
            note("read", called(self) + ".broken", show(self._broken))
        return self._broken

    def __repr__(self):
        if not showing:
            self._rd_look()
        look_at(self)
        meeting = self._rd_meeting
        count = self._rd_round.count if meeting is None else meeting.waiting()
        return represented(self, "broken" if self._broken else "waiters=%d/%d" % (count, self._parties))


class Round:
    """One round of a barrier."""

    __slots__ = ("count", "codes", "over", "broken", "late", "guard", "op")

    def __init__(self, barrier):
        me = cur
        me.names += 1
        self.count = 0
        self.codes = []  # of those who have arrived
        self.over = self.broken = False
        self.late = 0  # how many have yet to leave, once it is over
        self.guard = Guard(guard_number(("round", me.code, me.names)), False)
        self.op = op_of(((barrier._rd_place, READ),), self.guard.id)
