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

    _rd_kind = "future"
    locals().update(only_cpythons("_condition _result _exception _waiters _done_callbacks _invoke_callbacks"))

    def __init__(self):
        self._rd_named()
        name = self._rd_name_
        known = future_acts.get(name)
        if known is None:
            done = guard_number((name, "done"))
            known = future_acts[name] = done, op_of(((self._rd_place, READ),), done), sync_place((name, "phase"))
        done, self._rd_wait_op, self._rd_phase = known
        self._rd_done = Guard(done, False)
        self._rd_stage = PENDING
        self._value = None
        self._rd_error = None
        self._rd_asked = False
        self._rd_callbacks = []
        self._rd_watches = []
        self._rd_watchers = []
        self._rd_strand = None
        self._rd_task = None
        self._rd_with_end = False  # whether the step that settled it was the end of its task too
        futures.append(self)

    def _rd_parts(self):
        return {"_condition": made_in_c("_thread", "RLock")}

    # Asking

    def _rd_called(self):
        """What a replay calls it: its task, or as the scenario does if it has none."""
        return called(self) if self._rd_task is None else self._rd_label

    def _rd_phase_op(self):
        """Asking whether it has begun, and whether it is over."""
        return op_of(((self._rd_place, READ), (self._rd_phase, READ)))

    def done(self):
        ask(self._rd_read)
        answer = self._rd_done.open
        if detail and not solo:
            note("is done?", self._rd_called(), show(answer))
        return answer

    def running(self):
        ask(self._rd_phase_op())
        answer = self._rd_stage == RUNNING
        if detail and not solo:
            note("is running?", self._rd_called(), show(answer))
        return answer

    @property
    def _state(self):
        ask(self._rd_phase_op())
        if detail and not solo:
            note("read", self._rd_called() + "._state", show(self._rd_stage))
        return self._rd_stage

    @_state.setter
    def _state(self, state):
        self._rd_stage = state

    def cancelled(self):
        ask(self._rd_read)
        answer = self._rd_stage in (CANCELLED, CANCELLED_AND_NOTIFIED)
        if detail and not solo:
            note("is cancelled?", self._rd_called(), show(answer))
        return answer

    def _rd_is_done(self):
        return self._rd_done.open

    def _rd_await(self, timeout, error_is_raised=False):
        if timeout is not None:
            if not timed(timeout, self._rd_is_done, lambda: self._rd_read.touches):
                raise failing(FuturesTimeoutError(), "wait", self)
            if detail and not solo:
                note("wait", self._rd_called())
        else:
            self._rd_until_done()
        is_cancelled = self._rd_stage in (CANCELLED, CANCELLED_AND_NOTIFIED)
        if detail and (is_cancelled or error_is_raised and self._rd_error is not None):
            failing(CancelledError() if is_cancelled else self._rd_error, "wait", self)
        self._rd_asked = True
        self._rd_known_over()
        if is_cancelled:
            raise CancelledError()

    def _rd_known_over(self):
        """Who has seen it settled knows that its task is over."""
        if self._rd_with_end:
            joined(self._rd_strand)

    def _rd_until_done(self):
        if not (solo and self._rd_done.open):
            cur.waits = self
            visible(self._rd_wait_op, self._rd_done)
            cur.waits = None
            if detail:
                note("wait", self._rd_called())

    def result(self, timeout=None):
        self._rd_await(timeout, error_is_raised=True)
        if self._rd_error is not None:
            try:
                raise self._rd_error
            finally:
                self = None
        return self._value

    def exception(self, timeout=None):
        self._rd_await(timeout)
        return self._rd_error

    def add_done_callback(self, function):
        publish(function)
        if not solo:
            visible(self._rd_write)
            if detail:
                note("add a callback to", self._rd_called())
        if self._rd_done.open:
            run_callback(function, self)
        else:
            self._rd_callbacks.append(function)

    def _rd_cancel_touches(self):
        if self._rd_stage == PENDING:
            return ((self._rd_phase, WRITE),) + self._rd_write.touches
        return ((self._rd_phase, ATTEMPT), (self._rd_place, ATTEMPT))

    def cancel(self):
        if not solo:
            announce(self._rd_cancel_touches)
        if detail and not solo:
            note("cancel", self._rd_called(), show(False) if self._rd_stage in (RUNNING, FINISHED) else None)
        if self._rd_stage in (RUNNING, FINISHED):
            return False
        if self._rd_stage in (CANCELLED, CANCELLED_AND_NOTIFIED):
            return True
        self._rd_stage = CANCELLED
        self._rd_settled()
        return True

    def _rd_is_over(self):
        """What `wait` and `as_completed` wait for: a cancelled future is over once a worker has come upon it."""
        return self._rd_stage in (FINISHED, CANCELLED_AND_NOTIFIED)

    # Settling

    def _rd_settle_touches(self):
        touches = self._rd_write.touches
        watchers = self._rd_watchers
        if len(watchers) == 1:
            # Before somebody watched, who was settled first nobody could tell.
            return ((watchers[0], WRITE), (watched(watchers[0]), HANGS), *touches)
        return touches + tuple((place, WRITE) for place in watchers) if watchers else touches

    def _rd_settled(self):
        self._rd_done.set(True)
        if self._rd_stage == FINISHED:
            self._rd_tell_watchers()
        callbacks, self._rd_callbacks = self._rd_callbacks, []
        for function in callbacks:
            run_callback(function, self)

    def _rd_tell_watchers(self):
        settled_order.append(self)
        for watch in self._rd_watches:
            watch()

    def _rd_take_up_touches(self):
        return (self._rd_settle_touches() if self._rd_stage == CANCELLED else self._rd_write.touches) + ((self._rd_phase, WRITE),)

    def _rd_take_up(self):
        """Whether it is to be run, for it was not cancelled. Within a step with `_take_up_touches()`."""
        if self._rd_stage == CANCELLED:
            self._rd_stage = CANCELLED_AND_NOTIFIED
            self._rd_tell_watchers()
            return False
        if self._rd_stage != PENDING:
            log_of_futures("critical", "Future %s in unexpected state: %s", id(self), self._rd_stage)
            raise failing(RuntimeError("Future in unexpected state"), "set running", self)
        self._rd_stage = RUNNING
        return True

    def set_running_or_notify_cancel(self):
        if not solo:
            announce(self._rd_take_up_touches)
            if detail:
                note("set running", self._rd_called(), None if self._rd_stage == PENDING else "it was cancelled")
        return self._rd_take_up()

    def set_result(self, result):
        publish(result)
        self._rd_set("set result", result, None)

    def set_exception(self, exception):
        if program.buries:
            publish(exception)
        self._rd_set("set exception", None, exception)

    def _rd_set(self, act, value, error):
        if not solo:
            announce(self._rd_settle_touches)
        if self._rd_done.open:
            raise failing(InvalidStateError("%s: %s" % (self._rd_stage, self._rd_as_text())), act, self)
        if detail and not solo:
            note(act, self._rd_called(), show(value if error is None else error))
        self._value, self._rd_error, self._rd_stage = value, error, FINISHED
        doubt_if_mortal(value)
        self._rd_settled()
        if program.buries and self._rd_strand is None and self._rd_task is None:
            futures[:] = [each for each in futures if each is not self]

    def __repr__(self):
        if not showing:
            ask(self._rd_phase_op())
            if detail and not solo:
                note("look at", self._rd_called())
        return self._rd_as_text()

    def _rd_as_text(self):
        what = NAMES_OF_STATES[self._rd_stage]
        if self._rd_stage == FINISHED:
            if self._rd_error is not None:
                what += " raised %s" % type(self._rd_error).__name__
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
        if not future._rd_done.open:
            future.cancel()
        raise
    finally:
        del future


settled_order = []


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
        over = [future for future in waited if future._rd_is_over()]
        if len(over) == len(waited) or return_when == FIRST_COMPLETED and over:
            return True
        return return_when == FIRST_EXCEPTION and any(future._rd_error is not None for future in over)

    if timeout is not None:
        in_time = timed(timeout, enough, lambda: tuple((future._rd_place, READ) for future in waited))
        if waited:
            tell_wait(waited, None if in_time else "timed out")
    elif return_when == ALL_COMPLETED:
        for future in waited:
            future._rd_until_done()
            if future._rd_stage == CANCELLED:
                # Nobody may ever come upon it.
                wait_until(future._rd_is_over, [future], watch([future]))
    elif waited:
        wait_until(enough, waited, watch(waited))
    over = [future for future in waited if future._rd_is_over()]
    for future in over:
        future._rd_known_over()
    return done_and_not_done(SetOfFutures(over), SetOfFutures(future for future in waited if future not in over))


def watch(waited):
    """From here on the order in which `waited` are settled can be told. Returns the place that they will write then."""
    me = cur
    me.names += 1
    place = sync_place(("order", me.code, me.names))
    if not solo and waited:
        visible(op_of(tuple((future._rd_place, WRITE) for future in waited)))
        if detail:
            note("watch", ", ".join(future._rd_called() for future in waited))
        shut_at_first.add(watched(place))
        guard_changes.append((position - 1, watched(place), True))
    for future in waited:
        future._rd_watchers.append(place)
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
            if not future._rd_is_over():
                future._rd_watches.append(functools.partial(open_when, guard, enough))
    elif since is not None:
        tell_who_settled(guard, place, since)
    cur.waits = waited[0]
    visible(op_of(((place, READ),), guard.id), guard)
    tell_wait(waited)


def tell_wait(waited, came=None):
    """Tells a replay that the last step was to wait for some of these futures."""
    if detail and not solo:
        note("wait", ", ".join(future._rd_called() for future in waited), came)


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
    since = position
    yielded = set()
    for future in any_order([each for each in waited if each._rd_is_over()]):
        yielded.add(future)
        future._rd_known_over()
        yield future
    while len(yielded) < len(waited):
        left = [each for each in waited if each not in yielded]
        ready = lambda: [each for each in settled_order if each in waited and each not in yielded]  # noqa: E731
        if timeout is not None:
            if not timed(deadline - clock_now(), lambda: bool(ready()), lambda: ((place, READ),)):
                tell_wait(left, "raises %s" % FuturesTimeoutError.__name__)
                raise FuturesTimeoutError("%d (of %d) futures unfinished" % (len(left), len(waited)))
            tell_wait(left)
        else:
            wait_until(lambda: bool(ready()), left, place, since)
        since = position
        for future in ready():
            yielded.add(future)
            future._rd_known_over()
            yield future
