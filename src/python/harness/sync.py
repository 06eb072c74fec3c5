# The rest of `threading`'s synchronisation objects, modelled. Part of the harness; see core.py.


def shows_order():
    """Whether the program shows who came after whom where nothing else does, by a clock or as something dies; or all is announced."""
    return program.sees_deaths or program.reads_clocks or EVERYTHING in program.tracked


WAITERS = ("waiters", "conditions")  # whether a thread was seen to count them that does not hold the lock


class Condition(Model):
    """`threading.Condition`. Its waiters are guarded by its lock, so that notifying is no step of its own, but where it notifies one who
    waits with a limit: his time may be up while somebody holds the lock."""

    _rd_kind = "condition"

    def __init__(self, lock=None):
        if lock is None:
            lock = RLock()
        if not isinstance(lock, Exclusive):
            raise Unsupported("a condition on what is neither a Lock nor an RLock")
        self._rd_named()
        self._lock = lock
        self._waiters = collections.deque()
        self.acquire = lock.acquire
        self.release = lock.release

    def _rd_parts(self):
        return {"_lock": self._lock}

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *arguments):
        return self._lock.__exit__(*arguments)

    def __repr__(self):
        if not solo and not showing:
            if self._lock._rd_holder is not cur:
                found.add(WAITERS)
            ask(op_of(self._lock._rd_read.touches + self._rd_read.touches))
            if detail:
                note("look at", called(self))
        return "<Condition(%r, %d)>" % (self._lock, len(self._waiters))

    if sys.version_info >= (3, 14):

        def locked(self):
            return self._lock.locked()

    def _is_owned(self):
        """Who does not hold a Lock cannot know whether somebody else does, and tries to take it: who tries meanwhile fails."""
        lock = self._lock
        if lock._rd_holder is cur or isinstance(lock, RLock):
            return lock._rd_holder is cur
        if lock.acquire(False):
            lock.release()
            return False
        return True

    def __getattr__(self, name):
        if name in ("_release_save", "_acquire_restore", "_recursion_count"):
            return getattr(self._lock, name)
        raise AttributeError("%r object has no attribute %r" % (type(self).__name__, name))

    def wait(self, timeout=None):
        if not self._is_owned():
            raise failing(RuntimeError("cannot wait on un-acquired lock"), "wait", self, aside)
        lock = self._lock
        me = cur
        count = lock._count if isinstance(lock, RLock) else 1
        visible(lock._rd_write)
        if detail:
            note("wait", called(self))
        waiter = Waiter(self, timeout is not None)
        self._waiters.append(waiter)
        if lock._rd_holder is None:  # another thread had it, who has given it back by now
            raise failing(RuntimeError("release unlocked lock"), "wait", self)
        lock._rd_give_back()
        if timeout is None:
            me.waits = self
            me.stuck = None  # it waits until it is told, whatever changes
            try:
                visible(waiter.op, waiter.guard)
            finally:
                waiter.leave()
            notified = True
            if detail:
                note("wake", called(self))
        else:
            me.waits = None
            wait_on_clock(virtual_now[0] + timeout, lambda: waiter.notified, lambda: self._rd_write.touches)
            me.waits = "spin" if waiter.guard is not None else None
            me.patience = (timeout, lambda: waiter.notified)
            visible(waiter.op, waiter.guard)
            spin_no_more(waiter.looks_at, waiter.guard)
            me.patience = None
            # Whoever notifies it from now on, before it has the lock again, does so in vain.
            notified = waiter.notified
            if detail:
                note("wake" if notified else "time out", called(self))
            me.waits = lock
            visible(lock._rd_acquire_op, lock._rd_free)
            if detail:
                note("acquire", called(lock))
        if not notified:
            spend(timeout)
            if waiter in self._waiters:
                self._waiters.remove(waiter)
        if isinstance(lock, RLock):
            lock._count = count
        me.held -= lock._rd_place  # so far it was as if it held it all along
        lock._rd_take()
        return notified

    def wait_for(self, predicate, timeout=None):
        predicate = callee(predicate)
        result = predicate()
        until = None if timeout is None else clock_now() + timeout
        while not rd_truth(result):
            left = timeout if until is None or not ordered else until - clock_now()
            if not self.wait(left):
                return predicate()
            result = predicate()
        return result

    def notify(self, n=1):
        self._rd_notify(n, "notify")

    def _rd_notify(self, n, verb):
        if not self._is_owned():
            raise failing(RuntimeError("cannot notify on un-acquired lock"), verb, self, aside)
        tell = aside  # who holds the lock is noticed by nobody as he notifies: it is no step
        if n > 0 and self._waiters:
            cur.acts += 1
            if WAITERS in program.tracked or any(waiter.has_limit for waiter in itertools.islice(self._waiters, n)):
                visible(self._rd_write)
                tell = note
        if detail and not solo:
            reached = ", ".join(waiter.whose for waiter in itertools.islice(self._waiters, max(n, 0)))
            tell(verb, called(self), reached or ("nobody" if self._waiters else "nobody waits"))
        while n > 0 and self._waiters:
            self._waiters.popleft().notify()
            n -= 1

    def notify_all(self):
        self._rd_notify(len(self._waiters), "notify_all")

    if sys.version_info < (3, 14):
        notifyAll = notify_all


class Waiter:
    """A thread that waits on a condition. Without a limit it goes on when it is notified and the lock is free. With one it goes on whenever
    it is chosen, and then wants the lock."""

    __slots__ = ("whose", "lock", "guard", "op", "notified", "has_limit", "looks_at")

    def __init__(self, condition, has_limit):
        me = cur
        me.names += 1
        self.whose = me.label
        self.lock = condition._lock
        self.has_limit = has_limit
        self.notified = False
        self.looks_at = ()  # what has to change before its time is up once more
        if has_limit:
            self.guard = None
            self.op = condition._rd_read
            self.be_patient(condition)
        else:
            self.guard = Guard(guard_number(("waiter", me.code, me.names)), False)
            self.op = op_of(((self.lock._rd_place, WRITE),), self.guard.id)
            self.op.weight = 0

    def be_patient(self, condition):
        """In a loop whose last turn timed out and changed nothing, time is up again only once something it reads has
        changed: until then every further turn would be the same."""
        me = cur
        stuck, me.stuck = me.stuck, None
        if stuck is None or stuck[1] != me.acts:
            return
        first_read = stuck[0]
        self.guard = Guard(guard_number(("waiter", me.code, me.names)), not unchanged(first_read))
        if self.guard.open:
            tell_openers(self.guard, first_read)
        self.op = op_of(((condition._rd_place, READ), *looking_at(first_read)), self.guard.id)
        self.looks_at = first_read
        spin_on(first_read, self.guard)

    def notify(self):
        self.notified = True
        if not self.has_limit:
            self.lock._rd_wakers.append(self.guard)
            if self.lock._rd_holder is None:
                self.guard.set(True)
        elif self.guard is not None:
            open_guard(self.guard)

    def leave(self):
        if self.guard in self.lock._rd_wakers:
            self.lock._rd_wakers.remove(self.guard)


def represented(model, state):
    """`repr` of what is written in Python: before 3.11 it tells no state."""
    kind = type(model)
    if sys.version_info < (3, 11):
        return "<%s.%s object at %s>" % (kind.__module__, kind.__qualname__, address_of(model))
    return "<%s.%s at %s: %s>" % (kind.__module__, kind.__qualname__, address_of(model), state)


SCARCE = "scarce semaphore"  # with a semaphore's name: that somebody could have to wait at it, or looks how many are left


class Semaphore(Model):
    """`threading.Semaphore`. As long as all threads together never want more than it has from the first on, in whatever order they
    come, it holds nobody up, and is no step of theirs. How many a thread has at most hangs on its own past alone, so one execution of
    a class shows that for all."""

    _rd_kind = "semaphore"
    _rd_bounded = False
    locals().update(only_cpythons("_cond"))

    def __init__(self, value=1):
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self._rd_named()
        self._rd_left = self._rd_first = value
        self._rd_some, self._rd_acquire_op = self._rd_guarded("some", value > 0)
        self._rd_plenty = value > 1 and not shows_order() and (SCARCE, self._rd_name_) not in program.tracked
        self._rd_lane = None if self._rd_plenty else permits_of(self, value)
        self._rd_spent = {}  # of each thread, how many it has taken and not given back, and how many that were at most

    def _rd_takes(self, count):
        """The running thread takes so many, or gives them back. Returns whether that is no step."""
        if not self._rd_plenty:
            return False
        has, most = self._rd_spent.get(cur, (0, 0))
        has += count
        self._rd_spent[cur] = has, max(has, most)
        if has < 0 and self._rd_bounded or sum(most for _, most in self._rd_spent.values()) > self._rd_first:
            self._rd_is_scarce()
            return False
        self._rd_left -= count
        return True

    def _rd_is_scarce(self):
        """From now on to acquire it is a step. What comes of this execution is of no use, if there are several threads."""
        if not solo:
            found.add((SCARCE, self._rd_name_))
        self._rd_plenty = False
        self._rd_some.set(self._rd_left > 0)

    def _rd_look(self):
        """Before somebody sees how many are left, or tries whether one is."""
        if solo:
            return
        if self._rd_plenty:
            self._rd_is_scarce()
            found.add((MIXED, self._rd_name_))
        elif self._rd_lane is not None:
            self._rd_lane.mix()

    @property
    def _value(self):
        self._rd_look()
        ask(self._rd_read)
        if detail and not solo:
            note("read", called(self) + "._value", show(self._rd_left))
        return self._rd_left

    def acquire(self, blocking=True, timeout=None):
        if not blocking and timeout is not None:
            raise ValueError("can't specify timeout for non-blocking acquire")
        if self._rd_takes(1):
            if detail and not solo:
                aside("acquire", called(self), None)
            return True
        lane = self._rd_lane
        if not (blocking and timeout is None):
            self._rd_look()
            timed(timeout or 0, self._rd_some_left, self._rd_try_touches)
        elif lane is not None:
            lane.before_get()
        elif not (solo and self._rd_some.open):
            cur.waits = self
            visible(self._rd_acquire_op, self._rd_some)
        if self._rd_left == 0:
            if detail and not solo:
                note("try to acquire", called(self), "no")
            return False
        self._rd_left -= 1
        if detail and not solo:
            note("acquire", called(self), "%d left" % self._rd_left)
        if self._rd_left == 0:
            self._rd_some.set(False)
        if lane is not None:
            lane.has_got()
        return True

    def _rd_some_left(self):
        return self._rd_left > 0

    def _rd_try_touches(self):
        return ((self._rd_place, WRITE if self._rd_left > 0 else ATTEMPT), (self._rd_some.id, HANGS))

    __enter__ = acquire

    def release(self, n=1):
        if n < 1:
            raise ValueError("n must be one or more")
        if self._rd_takes(-n):
            if detail and not solo:
                aside("release", called(self), None)
            return
        lane = self._rd_lane
        if lane is None:
            act(self._rd_write)
        else:
            lane.before_release(n)
        self._rd_check(n)
        self._rd_left += n
        if lane is not None:
            for _ in range(n):
                lane.has_put()
        if detail and not solo:
            note("release", called(self), "%d left" % self._rd_left)
        self._rd_some.set(True)

    def _rd_check(self, n):
        pass

    def __exit__(self, *_):
        self.release()

    def __repr__(self):
        if not showing:
            self._rd_look()
        look_at(self)
        return represented(self, "value=%d" % self._rd_left)


class BoundedSemaphore(Semaphore):
    """`threading.BoundedSemaphore`."""

    _rd_bounded = True

    def __init__(self, value=1):
        super().__init__(value)
        self._initial_value = value

    def _rd_check(self, n):
        if self._rd_left + n > self._initial_value:
            raise failing(ValueError("Semaphore released too many times"), "release", self)

    def __repr__(self):
        if not showing:
            self._rd_look()
        look_at(self)
        return represented(self, "value=%d/%d" % (self._rd_left, self._initial_value))


class Event(Model):
    """`threading.Event`. Setting frees all who wait at that moment, whatever follows."""

    _rd_kind = "event"
    locals().update(only_cpythons("_cond"))

    def __init__(self):
        self._rd_named()
        self._rd_is_up = False
        self._rd_waiting = []
        self._rd_places = []

    @property
    def _flag(self):
        return self.is_set()

    def is_set(self):
        ask(self._rd_read)
        if detail and not solo:
            note("is set?", called(self), show(self._rd_is_up))
        return self._rd_is_up

    isSet = is_set

    def _rd_set_touches(self):
        # All who came to wait since it was last set, those whose time was up too: nothing but this tells their order.
        return self._rd_write.touches + tuple((place, WRITE) for place in self._rd_places)

    def set(self):
        if not solo:
            announce(self._rd_set_touches)
            if detail:
                note("set", called(self))
        self._rd_is_up = True
        for guard in self._rd_waiting:
            guard.set(True)
        self._rd_waiting.clear()
        self._rd_places.clear()

    def clear(self):
        if not solo:
            visible(self._rd_write)
            if detail:
                note("clear", called(self))
        self._rd_is_up = False

    def wait(self, timeout=None):
        ask(self._rd_read)
        if detail and not solo:
            note("wait", called(self), None if self._rd_is_up else "not set yet")
        if self._rd_is_up:
            return True
        me = cur
        me.names += 1
        place = sync_place(("event", me.code, me.names))
        guard = Guard(guard_number(("event", me.code, me.names)), timeout is not None)
        freed = Flag(guard)
        self._rd_waiting.append(freed)
        self._rd_places.append(place)
        me.waits = self
        if timeout is None:
            visible(op_of(((place, READ),), guard.id), guard)
        else:
            timed(timeout, lambda: freed.up, lambda: ((place, READ),))
            if not freed.up:
                self._rd_waiting.remove(freed)
        if detail and not solo:
            note("wait" if freed.up else "time out", called(self), "set now" if freed.up else None)
        return freed.up

    def __repr__(self):
        look_at(self)
        return represented(self, "set" if self._rd_is_up else "unset")


class Flag:
    """Whether an event's waiter was freed; opens its guard."""

    __slots__ = ("guard", "up")

    def __init__(self, guard):
        self.guard = guard
        self.up = False

    def set(self, _):
        self.up = True
        self.guard.set(True)


class Timer(Thread):
    """`threading.Timer`."""

    def __init__(self, interval, function, args=None, kwargs=None):
        super().__init__()
        self.interval = interval
        self.function = function
        self.args = args if args is not None else []
        self.kwargs = kwargs if kwargs is not None else {}
        self.finished = Event()

    def cancel(self):
        self.finished.set()

    def run(self):
        self.finished.wait(self.interval)
        if not self.finished.is_set():
            function, args, kwargs = (my_getattr(self, name) for name in ("function", "args", "kwargs"))
            rd_wholes((args, kwargs))
            callee(function)(*args, **kwargs)
        self.finished.set()
