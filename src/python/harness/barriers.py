# `threading.Barrier`, modelled. Part of the harness; see core.py.


class BrokenBarrierError(RuntimeError):
    """The barrier is broken."""


BrokenBarrierError.__module__ = "threading"


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

    def wait(self, timeout=None):
        if timeout is None:
            timeout = self._timeout
        act(self._rd_act_op, self._rd_calm)
        if self._broken:
            raise failing(BrokenBarrierError(), "arrive at", self)
        mine = self._rd_round
        index = mine.count
        mine.count += 1
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
        act(self._rd_act_op, self._rd_calm)
        if detail and not solo:
            note("reset", called(self))
        if self._rd_round.count:
            self._rd_round.broken = True
            self._rd_round.guard.set(True)
        self._rd_round = Round(self)
        self._broken = False

    def abort(self):
        act(self._rd_act_op, self._rd_calm)
        if detail and not solo:
            note("abort", called(self))
        self._break()

    @property
    def parties(self):
        return self._parties

    @property
    def n_waiting(self):
        ask(self._rd_read)
        count = 0 if self._broken else self._rd_round.count
        if detail and not solo:
            note("read", called(self) + ".n_waiting", show(count))
        return count

    @property
    def broken(self):
        ask(self._rd_read)
        if detail and not solo:
            note("read", called(self) + ".broken", show(self._broken))
        return self._broken

    def __repr__(self):
        look_at(self)
        return represented(self, "broken" if self._broken else "waiters=%d/%d" % (self._rd_round.count, self._parties))


class Round:
    """One round of a barrier."""

    __slots__ = ("count", "over", "broken", "late", "guard", "op")

    def __init__(self, barrier):
        me = cur
        me.names += 1
        self.count = 0
        self.over = self.broken = False
        self.late = 0  # how many have yet to leave, once it is over
        self.guard = Guard(guard_number(("round", me.code, me.names)), False)
        self.op = op_of(((barrier._rd_place, READ),), self.guard.id)
