# `concurrent.futures`, modelled. A task of a pool is a thread of its own that may begin once a worker would be free for it: which
# worker that is nobody can tell. A scenario that asks (see NeedsWorkers) is explored anew with `program.workers` set, and
# then the pool has workers, made, named and reused as CPython does. Part of the harness; see core.py.


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

class BrokenExecutor(RuntimeError):
    """The executor cannot be used any more."""


class BrokenThreadPool(BrokenExecutor):
    """A worker's initializer failed."""


pool_counter = [0]
PENDING, RUNNING, CANCELLED, FINISHED = "PENDING", "RUNNING", "CANCELLED", "FINISHED"
CANCELLED_AND_NOTIFIED = "CANCELLED_AND_NOTIFIED"  # a worker has come upon it


class Future(Model):
    """`concurrent.futures.Future`."""

    _kind = "future"

    def __init__(self):
        self._named()
        self._done, self._wait_op = self._guarded("done", False)
        self._wait_op = op_of(((self._place, READ),), self._done.id)
        self._state = PENDING
        self._value = None
        self._error = None
        self._asked = False
        self._callbacks = []
        self._watches = []
        self._watchers = []
        self._strand = None
        self._task = None
        self._with_end = False  # whether the step that settled it was the end of its task too
        # Whether its call has begun: a place of its own, for few want to know.
        self._phase = sync_place((self._name_, "phase"))
        futures.append(self)

    # Asking

    def _look(self):
        if not solo:
            visible(self._read)
            polled(self._read)

    def done(self):
        self._look()
        answer = self._done.open
        if detail and not solo:
            note("is done?", self._label, show(answer))
        return answer

    def running(self):
        if not solo:
            op = op_of(((self._place, READ), (self._phase, READ)))
            visible(op)
            polled(op)
        return self._state == RUNNING

    def cancelled(self):
        self._look()
        return self._state in (CANCELLED, CANCELLED_AND_NOTIFIED)

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
        if self._state in (CANCELLED, CANCELLED_AND_NOTIFIED):
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
        if self._done.open:
            run_callback(function, self)
        else:
            self._callbacks.append(function)

    def _cancel_touches(self):
        if self._state == PENDING:
            return ((self._phase, WRITE),) + self._write.touches
        return ((self._phase, ATTEMPT), (self._place, ATTEMPT))

    def cancel(self):
        if not solo:
            announce(self._cancel_touches)
        if detail and not solo:
            note("cancel", self._label)
        if self._state in (RUNNING, FINISHED):
            return False
        if self._state in (CANCELLED, CANCELLED_AND_NOTIFIED):
            return True
        self._state = CANCELLED
        self._settled()
        return True

    def _is_over(self):
        """What `wait` and `as_completed` wait for: a cancelled future is over once a worker has come upon it."""
        return self._state in (FINISHED, CANCELLED_AND_NOTIFIED)

    # Settling

    def _settle_touches(self):
        touches = self._write.touches + tuple((place, WRITE) for place in self._watchers)
        return touches + ((settling_place, WRITE),) if settling_is_told else touches

    def _settled(self):
        self._done.set(True)
        if self._state == FINISHED:
            self._tell_watchers()
        callbacks, self._callbacks = self._callbacks, []
        for function in callbacks:
            run_callback(function, self)

    def _tell_watchers(self):
        settled_order.append(self)
        for watch in self._watches:
            watch()

    def _take_up_touches(self):
        return ((self._phase, WRITE),) + (self._settle_touches() if self._state == CANCELLED else self._write.touches)

    def _take_up(self):
        """Whether it is to be run, for it was not cancelled. Within a step with `_take_up_touches()`."""
        if self._state == CANCELLED:
            self._state = CANCELLED_AND_NOTIFIED
            self._tell_watchers()
            return False
        if self._state != PENDING:
            log_of_futures("critical", "Future %s in unexpected state: %s", id(self), self._state)
            raise RuntimeError("Future in unexpected state")
        self._state = RUNNING
        return True

    def set_running_or_notify_cancel(self):
        if not solo:
            announce(self._take_up_touches)
        return self._take_up()

    def set_result(self, result):
        publish(result)
        if not solo:
            announce(self._settle_touches)
        if self._done.open:
            raise InvalidStateError("%s: %r" % (self._state, self))
        if detail and not solo:
            note("set result", self._label, show(result))
        self._value = result
        self._state = FINISHED
        self._settled()

    def set_exception(self, exception):
        if not solo:
            announce(self._settle_touches)
        if self._done.open:
            raise InvalidStateError("%s: %r" % (self._state, self))
        if detail and not solo:
            note("set exception", self._label, show(exception))
        self._error = exception
        self._state = FINISHED
        self._settled()

    def __repr__(self):
        what = NAMES_OF_STATES[self._state]
        if self._state == FINISHED:
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
        function(future)
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


class Executor:
    """`concurrent.futures.Executor`."""

    def submit(self, fn, /, *args, **kwargs):
        raise NotImplementedError()

    def map(self, fn, *iterables, timeout=None, chunksize=1, **keywords):
        most = None
        if sys.version_info >= (3, 14):
            most = keywords.pop("buffersize", None)
            if most is not None and not isinstance(most, int):
                raise TypeError("buffersize must be an integer or None")
            if most is not None and most < 1:
                raise ValueError("buffersize must be None or > 0")
        if keywords:
            raise TypeError("map() got an unexpected keyword argument %r" % next(iter(keywords)))
        deadline = None if timeout is None else cur.clock + timeout
        arguments = zip(*map(rd_turns, iterables))
        pending = collections.deque(self.submit(fn, *each) for each in itertools.islice(arguments, most))

        def results():
            try:
                while pending:
                    if most is not None:
                        for each in itertools.islice(arguments, 1):
                            pending.append(self.submit(fn, *each))
                    yield result_or_cancel(pending.popleft(), None if deadline is None else deadline - cur.clock)
            finally:
                for future in pending:
                    future.cancel()

        return results()

    def shutdown(self, wait=True, *, cancel_futures=False):
        pass

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        self.shutdown(wait=True)
        return False


class ThreadPoolExecutor(Executor, Model):
    """`concurrent.futures.ThreadPoolExecutor`."""

    _kind = "pool"

    def __init__(self, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
        if max_workers is None:
            max_workers = min(32, CPUS + 4)
        if max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._named()
        pools.append(self)
        self._max_workers = max_workers
        self._shut = False
        self._tasks = []
        self._over = 0
        self._slots = sync_place((self._name_, "slots"))
        self._initializer = initializer
        self._initargs = initargs
        self._broken = False
        self._queue = collections.deque()
        self._some, self._get_op = self._guarded("some", False)
        self._idle = 0
        self._workers = []
        pool_counter[0] += 1
        self._prefix = thread_name_prefix or "ThreadPoolExecutor-%d" % (pool_counter[0] - 1)
        if initializer is not None and not program.workers:
            raise NeedsWorkers

    @property
    def _threads(self):
        if not program.workers:
            raise NeedsWorkers
        return set(self._workers)

    @property
    def _shutdown(self):
        return self._shut

    def _submit_touches(self):
        touches = self._write.touches + life_of(child_code(cur, False))[0].touches + ((EXITING, READ),)
        if len(self._tasks) >= self._max_workers and not program.workers:
            # Whether a worker is left over depends on which tasks are over.
            touches += ((self._slots, WRITE),) + tuple((strand.life, READ) for strand in self._tasks)
        return touches

    def submit(self, fn, /, *args, **kwargs):
        global solo
        publish(fn)
        for argument in args:
            publish(argument)
        for argument in kwargs.values():
            publish(argument)
        if not solo:
            announce(self._submit_touches)
        if self._broken:
            raise BrokenThreadPool(self._broken)
        if self._shut:
            raise RuntimeError("cannot schedule new futures after shutdown")
        if exiting:
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")
        future = Future()
        number = len(self._tasks) + 1
        label = getattr(fn, "__name__", None) or type(fn).__name__
        task = Task(self, future, fn, args, kwargs)
        if program.workers:
            future._task = task
            future._label = "task-%d (%s)" % (number, label)
            self._tasks.append(task)
            self._hand_to_workers(task)
            return future
        strand = Strand(child_code(cur), task.run, "task-%d (%s)" % (number, label))
        strand.over = Guard(("over", strand.code), False)
        strand.pool = self
        strand.clock = cur.clock
        strand.model = task
        task.strand = future._strand = strand
        future._task = task
        future._label = "task-%d" % number
        if detail and not solo:
            note("submit", strand.label)
        self._tasks.append(strand)
        if number > self._max_workers:
            # It goes on when a worker is left over. In what order tasks begin nobody can tell, only how many are not over.
            task.turn = Guard(("turn", strand.code), number <= self._over + self._max_workers)
            task.turn_op = op_of(((self._slots, READ), (future._phase, WRITE)), task.turn.id)
        else:
            strand.op = dressed(op_of(strand.begin_op.touches + ((future._phase, WRITE),)), strand)
        solo = False
        return future

    def _hand_to_workers(self, task):
        """What CPython's `submit` does with a task: queues it, and makes a worker unless one is idle."""
        self._queue.append(task)
        self._some.set(True)
        if detail and not solo:
            note("submit", task.future._label)
        if self._idle:
            self._idle -= 1
        elif len(self._workers) < self._max_workers:
            worker = Thread(target=None, name="%s_%d" % (self._prefix, len(self._workers)), daemon=False)
            worker._target = functools.partial(self._work, worker)
            worker._begin()
            self._workers.append(worker)

    def _work(self, worker):
        """A worker's life."""
        if self._initializer is not None:
            try:
                self._initializer(*self._initargs)
            except (Abandon, Unsupported, Diverged, NeedsWorkers):
                raise
            except BaseException as error:
                sound(error)
                log_of_futures("critical", "Exception in initializer:", exc_info=True)
                visible(self._write)
                self._broken = "A thread initializer failed, the thread pool is not usable anymore"
                while self._queue:
                    self._queue.popleft().future.set_exception(BrokenThreadPool(self._broken))
                return
        first = True
        while True:
            task = None
            if not first or sys.version_info >= (3, 12):
                # CPython 3.12 looks before it counts itself idle; older ones count themselves first.
                visible(self._write)
                if sys.version_info < (3, 12) or not self._queue:
                    self._idle += 1
                if self._queue:
                    task = self._queue.popleft()
            if task is None:
                cur.waits = self, "get a task of"
                visible(self._get_op, self._some)
                if self._queue:
                    task = self._queue.popleft()
            if detail and task is not None:
                note("take", task.future._label)
            self._some.set(bool(self._queue) or self._shut)
            first = False
            if task is None:
                return
            task.run_in_worker()

    def task_over(self, strand):
        """Called in the step that ends `strand`."""
        if not strand.model.drained:
            self._count_over()

    def _count_over(self):
        """One more task needs no worker any more."""
        self._over += 1
        following = self._over + self._max_workers
        if following <= len(self._tasks):
            self._tasks[following - 1].model.turn.set(True)

    def shutdown(self, wait=True, *, cancel_futures=False):
        if not solo:
            visible(self._write)
            if detail:
                note("shut down", called(self))
        self._shut = True
        if program.workers:
            self._some.set(True)
        if cancel_futures:
            self._drain()
        if wait:
            self._wait_for_all()

    def _drain(self):
        """Takes the tasks that no worker has begun, one after the other, and cancels them. Workers go on taking some meanwhile."""
        while True:
            if not solo:
                announce(self._drain_touches)
            task = self._first_queued()
            if task is None:
                return
            future = task.future
            if detail and not solo:
                note("drop", future._label)
            task.drained = True
            if program.workers:
                self._queue.popleft()
            else:
                self._count_over()
            if future._state == PENDING:
                future._state = CANCELLED
                future._settled()
            if self._first_queued() is None:
                return

    def _first_queued(self):
        """The task that whoever asks for one is given next, if any."""
        if program.workers:
            return self._queue[0] if self._queue else None
        for strand in self._tasks:
            task = strand.model
            if not task.drained and not strand.done and task.future._state in (PENDING, CANCELLED):
                return task
        return None

    def _drain_touches(self):
        task = self._first_queued()
        if program.workers:
            return self._write.touches + (task.future._cancel_touches() if task is not None else ())
        # Which it is, and whether it is the last, hangs on which were taken before.
        touches = tuple((strand.model.future._phase, READ) for strand in self._tasks if strand.model is not task)
        if task is None:
            return touches
        touches += task.future._cancel_touches()
        return touches + ((self._slots, WRITE),) if len(self._tasks) > self._max_workers else touches

    def _exit(self):
        """What the interpreter does with a pool at its end."""
        if program.workers and not solo:
            visible(self._write)
        self._shut = True
        if program.workers:
            self._some.set(True)
        self._wait_for_all()

    def _wait_for_all(self):
        if program.workers:
            for worker in self._workers:
                worker.join()
            return
        for strand in self._tasks:
            if strand.code not in cur.known:
                join_strand(strand, strand.label)
                joined(strand)


class Task:
    """One submitted call."""

    __slots__ = ("pool", "future", "function", "arguments", "keywords", "strand", "turn", "turn_op", "drained")

    def __init__(self, pool, future, function, arguments, keywords):
        self.pool = pool
        self.future = future
        self.function = function
        self.arguments = arguments
        self.keywords = keywords
        self.strand = None
        self.turn = None
        self.drained = False  # cancelled by the pool's shutdown: no worker ever comes upon it

    def run(self):
        future = self.future
        if self.turn is not None:
            self.strand.waits = self.pool, "get a worker of"
            visible(self.turn_op, self.turn)
            if detail:
                note("get a worker of", called(self.pool))
        if self.drained:
            end(self.strand)
            return
        if future._state == CANCELLED:
            announce(self.end_touches)
            future._take_up()
            close_strand(self.strand)
            return
        future._state = RUNNING
        value, error = self.called()
        # The result and the task's end are one step, unless callbacks may run in between.
        strand = self.strand
        if not program.callbacks:
            announce(self.end_touches)
            future._with_end = True
            self.settle(value, error)
            close_strand(strand)
            return
        announce(future._settle_touches)
        self.settle(value, error)
        announce(self.end_touches)
        if detail:
            note("end")
        close_strand(strand)

    def called(self):
        """Calls what was submitted; returns its value and its exception."""
        error = value = None
        try:
            value = self.function(*self.arguments, **self.keywords)
        except (Abandon, Unsupported, Diverged, NeedsWorkers):
            raise
        except BaseException as raised:
            error = sound(raised)
        self.function = self.arguments = self.keywords = None
        publish(value)
        return value, error

    def run_in_worker(self):
        future = self.future
        announce(future._take_up_touches)
        if not future._take_up():
            return
        value, error = self.called()
        announce(future._settle_touches)
        self.settle(value, error)

    def end_touches(self):
        """The last step: the task's end, what hangs on its future, and the worker that is left over."""
        future, pool = self.future, self.pool
        touches = self.strand.end_op.touches
        if future._state in (RUNNING, CANCELLED):
            touches += future._settle_touches()
        if len(pool._tasks) > pool._max_workers:
            touches += ((pool._slots, WRITE),)
        return touches

    def settle(self, value, error):
        future = self.future
        future._value = value
        future._error = error
        future._state = FINISHED
        if detail:
            if error is not None:
                note("end", "", "raises %s" % show(error))
            else:
                note("end", "", None if value is None else "returns %s" % show(value))
        future._settled()


# wait and as_completed -------------------------------------------------------------------------------------------------

FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED = "FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"
DoneAndNotDoneFutures = collections.namedtuple("DoneAndNotDoneFutures", "done not_done")


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
            if future._state == CANCELLED:
                # Nobody may ever come upon it.
                wait_until(future._is_over, [future], watch([future]))
    elif waited:
        wait_until(enough, waited, watch(waited))
    over = {future for future in waited if future._is_over()}
    for future in over:
        future._known_over()
    return DoneAndNotDoneFutures(over, set(waited) - over)


def watch(waited):
    """From here on the order in which `waited` are settled can be told. Returns the place that they will write then."""
    me = cur
    me.names += 1
    place = sync_place(("order", me.code, me.names))
    if not solo and waited:
        visible(op_of(tuple((future._place, WRITE) for future in waited)))
        if detail:
            note("watch", ", ".join(future._label for future in waited))
    for future in waited:
        future._watchers.append(place)
    return place


def wait_until(enough, waited, place):
    """Waits until `enough()`, which only the settling of watched futures can change."""
    if solo and enough():
        return
    me = cur
    me.names += 1
    guard = Guard(("enough", me.code, me.names), enough())
    if not guard.open:
        for future in waited:
            if not future._is_over():
                future._watches.append(functools.partial(open_when, guard, enough))
    cur.waits = waited[0]
    visible(op_of(((place, READ),), guard.id), guard)
    if detail:
        note("wait", ", ".join(future._label for future in waited))


def open_when(guard, enough):
    if enough():
        guard.set(True)


def as_completed(fs, timeout=None):
    """`concurrent.futures.as_completed`."""
    waited = list(dict.fromkeys(rd_whole(fs)))
    deadline = None if timeout is None else cur.clock + timeout
    place = watch(waited)
    if not settling_is_told and sum(future._is_over() for future in waited) > 1:
        found.add(SETTLING)
    yielded = set()
    while len(yielded) < len(waited):
        left = [each for each in waited if each not in yielded]
        ready = lambda: [each for each in settled_order if each in waited and each not in yielded]  # noqa: E731
        if timeout is not None:
            if not timed(deadline - cur.clock, lambda: bool(ready()), lambda: ((place, READ),)):
                raise FuturesTimeoutError("%d (of %d) futures unfinished" % (len(left), len(waited)))
        else:
            wait_until(lambda: bool(ready()), left, place)
        for future in ready():
            yielded.add(future)
            future._known_over()
            yield future
