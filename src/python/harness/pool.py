# The pools of `concurrent.futures`, modelled. A task of a pool is a thread of its own that may begin once a worker would be free for it: which
# worker that is nobody can tell. A scenario that asks (see NeedsWorkers) is explored anew with `program.workers` set, and
# then the pool has workers, made, named and reused as CPython does. Part of the harness; see core.py.


class BrokenExecutor(RuntimeError):
    """The executor cannot be used any more."""


class BrokenThreadPool(BrokenExecutor):
    """A worker's initializer failed."""


pool_counter = [0]
LIMITED = "limited pool"  # with a pool's name: that its tasks have to wait for a worker; the other side says so of "every" one


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
        deadline = None if timeout is None else clock_now() + timeout
        arguments = zip(*map(rd_turns, iterables))
        pending = collections.deque(self.submit(fn, *each) for each in itertools.islice(arguments, most))

        def results():
            try:
                while pending:
                    if most is not None:
                        for each in itertools.islice(arguments, 1):
                            pending.append(self.submit(fn, *each))
                    yield result_or_cancel(pending.popleft(), None if deadline is None else deadline - clock_now())
            finally:
                for future in reversed(pending):
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

    _rd_kind = "pool"
    locals().update(only_cpythons("_work_queue _idle_semaphore _shutdown_lock _thread_name_prefix _adjust_thread_count"))

    def __init__(self, max_workers=None, thread_name_prefix="", initializer=None, initargs=()):
        if max_workers is None:
            max_workers = min(32, CPUS + 4)
        if max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._rd_named()
        pools.append(self)
        self._max_workers = max_workers
        self._rd_shut = False
        self._rd_to_end = False  # whether workers are told to end
        self._rd_tasks = []
        self._rd_over = 0
        # As long as nothing hangs on it, no task waits for a worker. Which executions need no more workers than there are tells the search (see crowds).
        self._rd_limited = (LIMITED, self._rd_name_) in program.tracked or (LIMITED, "every") in program.tracked
        self._rd_ends = {}  # by how many tasks are over then: what opens
        self._rd_slots = sync_place((self._rd_name_, "slots"))
        self._initializer = initializer
        self._initargs = initargs
        self._broken = False
        self._rd_queue = collections.deque()
        self._rd_some, self._rd_get_op = self._rd_guarded("some", False)
        self._rd_idle = 0
        self._rd_workers = []
        pool_counter[0] += 1
        self._rd_prefix = thread_name_prefix or "ThreadPoolExecutor-%d" % (pool_counter[0] - 1)
        if initializer is not None and not program.workers:
            raise NeedsWorkers

    def _rd_parts(self):
        return {"_max_workers": self._max_workers, "_work_queue": made_in_c("_queue", "SimpleQueue")}

    @property
    def _threads(self):
        if not program.workers:
            raise NeedsWorkers
        return set(self._rd_workers)

    @property
    def _shutdown(self):
        ask(self._rd_read)
        if detail and not solo:
            note("read", called(self) + "._shutdown", show(self._rd_shut))
        return self._rd_shut

    def _rd_submit_touches(self):
        code = child_code(cur, False)
        touches = self._rd_write.touches + (life_ops.get(code) or life_of(code))[0].touches + ((EXITING, READ),)
        if MAIN_STARTS_THE_LAST:
            touches += ((FINALIZING, READ),)
        return touches

    def submit(self, fn, /, *args, **kwargs):
        global solo
        publish(fn)
        for argument in (*args, *kwargs.values()) if kwargs else args:
            if type(argument) not in ATOMS:
                publish(argument)
        is_step = not solo or position  # as with the start of a thread
        if is_step:
            announce(self._rd_submit_touches)
        if self._broken:
            raise refused_task(BrokenThreadPool(self._broken), fn, is_step)
        if self._rd_shut:
            raise refused_task(RuntimeError("cannot schedule new futures after shutdown"), fn, is_step)
        if exiting:
            # The first worker that is told to end shuts the pool, and then the message is the other. Who is the only one is not told yet.
            if self._rd_tasks and not program.workers and (cur.pool is not self or min(len(self._rd_tasks), self._max_workers) > 1):
                raise NeedsWorkers
            raise refused_task(RuntimeError("cannot schedule new futures after interpreter shutdown"), fn, is_step)
        if finalizing and not program.workers:
            raise NeedsWorkers  # a worker that is there takes the task
        future = Future()
        number = len(self._rd_tasks) + 1
        label = name_of_call(fn)
        task = Task(self, future, fn, args, kwargs)
        if program.workers:
            future._rd_task = task
            future._rd_label = "task-%d (%s)" % (number, label)
            self._rd_tasks.append(task)
            if detail and is_step:
                note("submit", future._rd_label)
            self._rd_hand_to_workers(task)
            return future
        strand = Strand(child_code(cur), task.run, "task-%d (%s)" % (number, label))
        strand.end_is_told()
        strand.pool = self
        strand.clock = own_clock() if program.reads_clocks else cur.clock
        strand.model = task
        task.strand = future._rd_strand = strand
        future._rd_task = task
        future._rd_label = "task-%d" % number
        if detail and is_step:
            note("submit", strand.label)
        self._rd_tasks.append(strand)
        if number > self._max_workers and self._rd_limited:
            # It goes on when a worker is left over. In what order tasks begin nobody can tell, only how many are over.
            over = number - self._max_workers
            task.turn = self._rd_end(over)
            task.turn_op = op_of(((self._rd_place_of_end(over), READ), (future._rd_phase, WRITE)), task.turn.id)
        else:
            strand.op = dressed(op_of(strand.begin_op.touches + ((future._rd_phase, WRITE),)), strand)
        solo = False
        keep_mortal()
        return future

    def _rd_hand_to_workers(self, task):
        """What CPython's `submit` does with a task: queues it, and makes a worker unless one is idle."""
        self._rd_queue.append(task)
        self._rd_some.set(True)
        if self._rd_idle:
            self._rd_idle -= 1
        elif len(self._rd_workers) < self._max_workers:
            if finalizing:
                raise refused_task(RuntimeError(NO_NEW_THREAD), task.function, True)
            worker = Thread(target=None, name="%s_%d" % (self._rd_prefix, len(self._rd_workers)), daemon=False)
            worker._target = functools.partial(self._rd_work, worker)
            worker._rd_begin()
            self._rd_workers.append(worker)

    def _rd_work(self, worker):
        """A worker's life."""
        if self._initializer is not None:
            try:
                callee(self._initializer)(*self._initargs)
            except (Abandon, Unsupported, Diverged, StartOver):
                raise
            except BaseException as error:
                sound(error)
                log_of_futures("critical", "Exception in initializer:", exc_info=True)
                visible(self._rd_write)
                failing(error, "break", self)
                self._broken = "A thread initializer failed, the thread pool is not usable anymore"
                while self._rd_queue:
                    self._rd_queue.popleft().future.set_exception(BrokenThreadPool(self._broken))
                return
        first = True
        while True:
            task = None
            if not first or sys.version_info >= (3, 12):
                # CPython 3.12 looks before it counts itself idle; older ones count themselves first.
                visible(self._rd_write)
                if sys.version_info < (3, 12) or not self._rd_queue:
                    self._rd_idle += 1
                if self._rd_queue:
                    task = self._rd_queue.popleft()
            if task is None:
                cur.waits = self, "get a task of"
                visible(self._rd_get_op, self._rd_some)
                if self._rd_queue:
                    task = self._rd_queue.popleft()
            if detail and task is not None:
                note("take", task.future._rd_label)
            self._rd_some.set(bool(self._rd_queue) or self._rd_to_end)
            first = False
            if task is None:
                if not self._rd_shut:
                    visible(self._rd_write)
                    self._rd_shut = True
                return
            task.run_in_worker()

    def _rd_place_of_end(self, over):
        return sync_place((self._rd_name_, "end", over))

    def _rd_end(self, over):
        """What opens when so many tasks are over."""
        guard = self._rd_ends.get(over)
        if guard is None:
            guard = self._rd_ends[over] = shut_guard(guard_number((self._rd_name_, "end", over)))
        return guard

    def task_over(self):
        """Called in the step that ends one: it needs no worker any more."""
        self._rd_over += 1
        if self._rd_limited:
            self._rd_end(self._rd_over).set(True)

    def shutdown(self, wait=True, *, cancel_futures=False):
        if not solo:
            visible(self._rd_write)
            if wait and cur.pool is self and not program.workers:
                raise NeedsWorkers  # a worker does not wait for itself
            if cancel_futures and self._rd_tasks and not program.workers:
                raise NeedsWorkers  # what a worker has taken is not cancelled, though it has not begun
            if detail:
                note("shut down", called(self))
        self._rd_shut = self._rd_to_end = True
        if program.workers:
            self._rd_some.set(True)
        if cancel_futures:
            self._rd_drain()
        if wait:
            self._rd_wait_for_all()

    def _rd_drain(self):
        """Takes the tasks that no worker has taken, one after the other, and cancels them. Workers go on taking some meanwhile."""
        while True:
            if not solo:
                announce(self._rd_drain_touches)
            if not self._rd_queue:
                return
            future = self._rd_queue.popleft().future
            if detail and not solo:
                note("cancel", future._rd_label)
            if future._rd_stage == PENDING:
                future._rd_stage = CANCELLED
                future._rd_settled()
            if not self._rd_queue:
                return

    def _rd_drain_touches(self):
        return self._rd_write.touches + (self._rd_queue[0].future._rd_cancel_touches() if self._rd_queue else ())

    def _rd_end_workers(self):
        """What the interpreter does with a pool that has workers at its end: the first worker that it reaches shuts the pool."""
        visible(self._rd_write)
        if detail:
            note("shut down", called(self))
        self._rd_to_end = True
        self._rd_some.set(True)

    def _rd_wait_for_all(self):
        if program.workers:
            for worker in self._rd_workers:
                worker.join()
            return
        for strand in self._rd_tasks:
            if strand.code not in cur.known:
                join_strand(strand, strand.label)
                joined(strand)


def crowds(seeks_races):
    """Of each pool with more tasks than workers that none of them waits for: how many workers it has, and the tasks' strands.

    What becomes of them is what would become of them with so few workers, in those executions that some equivalent order makes with these. That
    says all only if no task ever waits for what another would do that has no worker yet: tasks wait for nothing but locks, which
    nobody else holds, and all come to their end. Else, or where it counts what a worker does after what (`seeks_races`), what comes of this
    execution is of no use."""
    if isinstance(problem, Diverged):
        return ()
    crowded = [pool for pool in pools if not (pool._rd_limited or program.workers) and len(pool._rd_tasks) > pool._max_workers]
    if not crowded:
        return ()
    if seeks_races or ordered or shows_order() or not hangs_on_nothing({strand.index for pool in crowded for strand in pool._rd_tasks}):
        found.update((LIMITED, pool._rd_name_) for pool in crowded)
    return [(pool._max_workers, [strand.index for strand in pool._rd_tasks]) for pool in crowded]


def hangs_on_nothing(tasks):
    """Whether those strands wait for nothing but locks that they alone take, and give back themselves, in an execution that came to its end.

    What others took before there were several threads is no step of theirs; but to give it back is."""
    if journal is not None or outcome is None or outcome[2] != "finished" or handed_on:
        return False
    locks = [known[1] for known in names.values() if isinstance(known[1], Exclusive)]
    by_guard, places = {lock._rd_free.id for lock in locks}, {lock._rd_place for lock in locks}
    locked_by_tasks, locked_by_others = set(), set()
    for at in range(0, len(trace), 3):
        op, is_task = ops[trace[at + 1]], trace[at] in tasks
        if is_task and op.guard and op.guard not in by_guard:
            return False
        for place, _ in op.touches:
            if place in places:
                (locked_by_tasks if is_task else locked_by_others).add(place)
    return not locked_by_tasks & locked_by_others


def name_of_call(function):
    return getattr(function, "__name__", None) or type(function).__name__


def refused_task(error, function, is_step):
    """Tells a replay that the last step was to submit that call, if it was one. Returns the error, which is to be raised."""
    if detail and is_step:
        note("submit", name_of_call(function), raised(error))
    return error


class Task:
    """One submitted call."""

    __slots__ = ("pool", "future", "function", "arguments", "keywords", "strand", "turn", "turn_op")

    def __init__(self, pool, future, function, arguments, keywords):
        self.pool = pool
        self.future = future
        self.function = function
        self.arguments = arguments
        self.keywords = keywords
        self.strand = None
        self.turn = None

    def run(self):
        future = self.future
        if self.turn is not None:
            self.strand.waits = self.pool, "get a worker of"
            visible(self.turn_op, self.turn)
            if detail:
                note("get a worker of", called(self.pool))
        if future._rd_stage == CANCELLED:
            announce(self.end_touches)
            if detail:
                note("end", "", "it was cancelled")
            future._rd_take_up()
            close_strand(self.strand)
            return
        future._rd_stage = RUNNING
        value, error = self.called()
        if self.strand.held:
            raise NeedsWorkers  # the next task of the same worker may have a lock that this one took
        # The result and the task's end are one step, unless callbacks may run in between.
        strand = self.strand
        if not program.callbacks and not program.buries:
            announce(self.end_touches)
            future._rd_with_end = True
            self.settle(value, error)
            close_strand(strand)
            return
        announce(future._rd_settle_touches)
        self.settle(value, error)
        if program.buries:
            hold(value)
            future = value = error = None
            self.empty()
        announce(self.end_touches)
        if detail:
            note("end")
        close_strand(strand)

    def called(self):
        """Calls what was submitted; returns its value and its exception."""
        error = value = None
        try:
            value = callee(self.function)(*self.arguments, **self.keywords)
        except (Abandon, Unsupported, Diverged, StartOver):
            raise
        except BaseException as raised:
            error = sound(raised)
            if detail:
                tell_raised(error)
        if not program.buries:
            self.function = self.arguments = self.keywords = None
        publish(value)
        return value, error

    def empty(self):
        """The call is over: Python lets go of all that it had to do with."""
        self.future = self.function = self.arguments = self.keywords = None

    def run_in_worker(self):
        future = self.future
        announce(future._rd_take_up_touches)
        if not future._rd_take_up():
            if detail:
                note("find cancelled", future._rd_label)
            return
        value, error = self.called()
        announce(future._rd_settle_touches)
        self.settle(value, error)
        if program.buries:
            hold(value)
            future = value = error = None
            self.empty()

    def end_touches(self):
        """The last step: the task's end, what hangs on its future, and the worker that is left over."""
        future, pool = self.future, self.pool
        touches = self.strand.end_op.touches
        if future is not None and future._rd_stage in (RUNNING, CANCELLED):
            touches = future._rd_settle_touches() + touches
        if pool._rd_limited:
            # To end takes a turn: who is the next that can begin hangs on how many are over.
            touches += ((pool._rd_slots, WRITE), (pool._rd_place_of_end(pool._rd_over + 1), WRITE), (2, TURN))
        return touches

    def settle(self, value, error):
        future = self.future
        future._value = value
        future._rd_error = error
        future._rd_stage = FINISHED
        if detail:
            if error is not None:
                note("end", "", "raises %s" % show(error))
            else:
                note("end", "", None if value is None else "returns %s" % show(value))
        future._rd_settled()
        if mortal:
            doubt_if_mortal(value)
        if program.buries and error is None:
            futures.remove(future)
