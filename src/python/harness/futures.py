# The futures of `concurrent.futures`, modelled, and waiting for several of them. Part of the harness; see core.py.


class Error(Exception):
    """Base class for all future-related exceptions."""


class CancelledError(Error):
    """The Future was cancelled."""


class InvalidStateError(Error):
    """The operation is not allowed in this state."""


if sys.version_info >= (3, 11):
    FuturesTimeoutError = TimeoutError
else:

    class FuturesTimeoutError(Error):
        """The operation exceeded the given deadline."""


for each, its_name in ((Error, "Error"), (CancelledError, "CancelledError"), (InvalidStateError, "InvalidStateError"),
                       (FuturesTimeoutError, "TimeoutError")):  # fmt: skip
    if each is not TimeoutError:
        each.__module__ = "concurrent.futures._base"
        each.__name__ = each.__qualname__ = its_name


PENDING, RUNNING, CANCELLED, FINISHED = "PENDING", "RUNNING", "CANCELLED", "FINISHED"
CANCELLED_AND_NOTIFIED = "CANCELLED_AND_NOTIFIED"  # a worker has come upon it


# Of each name that a future had: the number of the guard that opens when it is done, who waits for that, and the place of whether its
# call has begun, which is one of its own, for few want to know.
future_acts = {}


class Future(Model):
    """`concurrent.futures.Future`."""

    _kind = "future"
    locals().update(only_cpythons("_condition _result _exception _waiters _done_callbacks _invoke_callbacks"))

    def __init__(self):
        self._named()
        name = self._name_
        known = future_acts.get(name)
        if known is None:
            done = guard_number((name, "done"))
            known = future_acts[name] = done, op_of(((self._place, READ),), done), sync_place((name, "phase"))
        done, self._wait_op, self._phase = known
        self._done = Guard(done, False)
        self._stage = PENDING
        self._value = None
        self._error = None
        self._asked = False
        self._callbacks = []
        self._watches = []
        self._watchers = []
        self._strand = None
        self._task = None
        self._with_end = False  # whether the step that settled it was the end of its task too
        futures.append(self)

    # Asking

    def _phase_op(self):
        """Asking whether it has begun, and whether it is over."""
        return op_of(((self._place, READ), (self._phase, READ)))

    def done(self):
        ask(self._read)
        answer = self._done.open
        if detail and not solo:
            note("is done?", self._label, show(answer))
        return answer

    def running(self):
        ask(self._phase_op())
        return self._stage == RUNNING

    @property
    def _state(self):
        ask(self._phase_op())
        return self._stage

    @_state.setter
    def _state(self, state):
        self._stage = state

    def cancelled(self):
        ask(self._read)
        return self._stage in (CANCELLED, CANCELLED_AND_NOTIFIED)

    def _is_done(self):
        return self._done.open

    def _await(self, timeout):
        if timeout is not None:
            done = timed(timeout, self._is_done, lambda: self._read.touches)
            if detail and not solo:
                note("wait", self._label, None if done else "timed out")
            if not done:
                raise FuturesTimeoutError()
        else:
            self._until_done()
        self._asked = True
        self._known_over()
        if self._stage in (CANCELLED, CANCELLED_AND_NOTIFIED):
            raise CancelledError()

    def _known_over(self):
        """Who has seen it settled knows that its task is over."""
        if self._with_end:
            joined(self._strand)

    def _until_done(self):
        if not (solo and self._done.open):
            cur.waits = self
            visible(self._wait_op, self._done)
            if detail:
                note("wait", self._label)

    def result(self, timeout=None):
        self._await(timeout)
        if self._error is not None:
            try:
                raise self._error
            finally:
                self = None
        return self._value

    def exception(self, timeout=None):
        self._await(timeout)
        return self._error

    def add_done_callback(self, function):
        publish(function)
        if not solo:
            visible(self._write)
            if detail:
                note("add a callback to", self._label)
        if self._done.open:
            run_callback(function, self)
        else:
            self._callbacks.append(function)

    def _cancel_touches(self):
        if self._stage == PENDING:
            return ((self._phase, WRITE),) + self._write.touches
        return ((self._phase, ATTEMPT), (self._place, ATTEMPT))

    def cancel(self):
        if not solo:
            announce(self._cancel_touches)
        if detail and not solo:
            note("cancel", self._label)
        if self._stage in (RUNNING, FINISHED):
            return False
        if self._stage in (CANCELLED, CANCELLED_AND_NOTIFIED):
            return True
        self._stage = CANCELLED
        self._settled()
        return True

    def _is_over(self):
        """What `wait` and `as_completed` wait for: a cancelled future is over once a worker has come upon it."""
        return self._stage in (FINISHED, CANCELLED_AND_NOTIFIED)

    # Settling

    def _settle_touches(self):
        touches = self._write.touches + ((settling_place, WRITE),) if settling_is_told else self._write.touches
        watchers = self._watchers
        if len(watchers) == 1:
            # Before somebody watched, who was settled first nobody could tell.
            return ((watchers[0], WRITE), (watched(watchers[0]), HANGS), *touches)
        return touches + tuple((place, WRITE) for place in watchers) if watchers else touches

    def _settled(self):
        self._done.set(True)
        if self._stage == FINISHED:
            self._tell_watchers()
        callbacks, self._callbacks = self._callbacks, []
        for function in callbacks:
            run_callback(function, self)

    def _tell_watchers(self):
        settled_order.append(self)
        for watch in self._watches:
            watch()

    def _take_up_touches(self):
        return (self._settle_touches() if self._stage == CANCELLED else self._write.touches) + ((self._phase, WRITE),)

    def _take_up(self):
        """Whether it is to be run, for it was not cancelled. Within a step with `_take_up_touches()`."""
        if self._stage == CANCELLED:
            self._stage = CANCELLED_AND_NOTIFIED
            self._tell_watchers()
            return False
        if self._stage != PENDING:
            log_of_futures("critical", "Future %s in unexpected state: %s", id(self), self._stage)
            raise RuntimeError("Future in unexpected state")
        self._stage = RUNNING
        return True

    def set_running_or_notify_cancel(self):
        if not solo:
            announce(self._take_up_touches)
        return self._take_up()

    def set_result(self, result):
        publish(result)
        self._set("set result", result, None)

    def set_exception(self, exception):
        self._set("set exception", None, exception)

    def _set(self, act, value, error):
        if not solo:
            announce(self._settle_touches)
        if self._done.open:
            raise InvalidStateError("%s: %s" % (self._stage, self._as_text()))
        if detail and not solo:
            note(act, self._label, show(value if error is None else error))
        self._value, self._error, self._stage = value, error, FINISHED
        self._settled()

    def __repr__(self):
        if not showing:
            ask(self._phase_op())
        return self._as_text()

    def _as_text(self):
        what = NAMES_OF_STATES[self._stage]
        if self._stage == FINISHED:
            if self._error is not None:
                what += " raised %s" % type(self._error).__name__
            else:
                what += " returned %s" % type(self._value).__name__
        return "<%s at %s state=%s>" % (type(self).__name__, address_of(self), what)

    __class_getitem__ = classmethod(types.GenericAlias)


NAMES_OF_STATES = {
    PENDING: "pending", RUNNING: "running", CANCELLED: "cancelled", CANCELLED_AND_NOTIFIED: "cancelled", FINISHED: "finished",
}  # fmt: skip


def run_callback(function, future):
    try:
        callee(function)(future)
    except Exception as error:
        sound(error)
        log_of_futures("exception", "exception calling callback for %r", future)


def log_of_futures(how, *arguments, **keywords):
    """CPython logs what goes wrong in others' code, and goes on. Nobody sees it unless the scenario logs."""
    if not logging_used:
        return
    import logging

    getattr(logging.getLogger("concurrent.futures"), how)(*arguments, **keywords)


def result_or_cancel(future, timeout):
    """The future's result; it is cancelled if that does not come, since nobody else will ask for it."""
    try:
        return future.result(timeout)
    except FuturesTimeoutError:
        if not future._done.open:
            future.cancel()
        raise
    finally:
        del future


settled_order = []
# Whether the scenario was seen to ask for futures in the order in which they were settled after they were.
settling_is_told = False
SETTLING = ("order", "settling")
settling_place = sync_place(SETTLING)


# wait and as_completed -------------------------------------------------------------------------------------------------

FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED = "FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"
DoneAndNotDoneFutures = None


def done_and_not_done(done, not_done):
    """What `wait` returns: a class that is made when it is first needed, for most programs do without named tuples."""
    global DoneAndNotDoneFutures
    if DoneAndNotDoneFutures is None:
        from collections import namedtuple

        DoneAndNotDoneFutures = namedtuple("DoneAndNotDoneFutures", "done not_done")
    return DoneAndNotDoneFutures(done, not_done)


def wait(fs, timeout=None, return_when=ALL_COMPLETED):
    """`concurrent.futures.wait`."""
    if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
        raise ValueError("Invalid return condition: %r" % return_when)
    waited = list(dict.fromkeys(rd_whole(fs)))

    def enough():
        over = [future for future in waited if future._is_over()]
        if len(over) == len(waited) or return_when == FIRST_COMPLETED and over:
            return True
        return return_when == FIRST_EXCEPTION and any(future._error is not None for future in over)

    if timeout is not None:
        timed(timeout, enough, lambda: tuple((future._place, READ) for future in waited))
    elif return_when == ALL_COMPLETED:
        for future in waited:
            future._until_done()
            if future._stage == CANCELLED:
                # Nobody may ever come upon it.
                wait_until(future._is_over, [future], watch([future]))
    elif waited:
        wait_until(enough, waited, watch(waited))
    over = {future for future in waited if future._is_over()}
    for future in over:
        future._known_over()
    return done_and_not_done(over, set(waited) - over)


def watch(waited):
    """From here on the order in which `waited` are settled can be told. Returns the place that they will write then."""
    me = cur
    me.names += 1
    place = sync_place(("order", me.code, me.names))
    if not solo and waited:
        visible(op_of(tuple((future._place, WRITE) for future in waited)))
        if detail:
            note("watch", ", ".join(future._label for future in waited))
        shut_at_first.add(watched(place))
        guard_changes.append((position - 1, watched(place), True))
    for future in waited:
        future._watchers.append(place)
    return place


def watched(place):
    """The number of a guard that nobody waits for: open once somebody watches who writes that place."""
    return guard_number(("watched", place))


def wait_until(enough, waited, place, since=None):
    """Waits until `enough()`, which only the settling of watched futures can change; `since` is when the thread waited for that last."""
    if solo and enough():
        return
    me = cur
    me.names += 1
    guard = Guard(guard_number(("enough", me.code, me.names)), enough())
    if not guard.open:
        for future in waited:
            if not future._is_over():
                future._watches.append(functools.partial(open_when, guard, enough))
    elif since is not None:
        tell_who_settled(guard, place, since)
    cur.waits = waited[0]
    visible(op_of(((place, READ),), guard.id), guard)
    if detail:
        note("wait", ", ".join(future._label for future in waited))


def tell_who_settled(guard, place, since):
    """Tells who has opened a guard that was never seen shut, as `tell_openers` does."""
    for step in range(since, position):
        if place in ops[trace[3 * step + 1]].writes:
            guard_changes.append((since - 1, guard.id, False))
            guard_changes.append((step, guard.id, True))
            break


def open_when(guard, enough):
    if enough():
        guard.set(True)


def as_completed(fs, timeout=None):
    """`concurrent.futures.as_completed`."""
    waited = list(dict.fromkeys(rd_whole(fs)))
    deadline = None if timeout is None else clock_now() + timeout
    place = watch(waited)
    if not settling_is_told and sum(future._is_over() for future in waited) > 1:
        found.add(SETTLING)
    yielded = set()
    since = None
    while len(yielded) < len(waited):
        left = [each for each in waited if each not in yielded]
        ready = lambda: [each for each in settled_order if each in waited and each not in yielded]  # noqa: E731
        if timeout is not None:
            if not timed(deadline - clock_now(), lambda: bool(ready()), lambda: ((place, READ),)):
                raise FuturesTimeoutError("%d (of %d) futures unfinished" % (len(left), len(waited)))
        else:
            wait_until(lambda: bool(ready()), left, place, since)
        since = position
        for future in ready():
            yielded.add(future)
            future._known_over()
            yield future
