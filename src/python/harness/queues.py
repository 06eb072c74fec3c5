# `queue`, modelled: one step an act, CPython's errors; and CPython's own acts where they run the scenario's code. Part of the harness; see core.py.

Empty = Full = ShutDown = RealQueue = None  # the real ones, once the scenario imports `queue`


def atomically(function, *arguments):
    """Runs the scenario's own code (comparisons of a heap) within the current step."""
    global solo
    before = solo
    solo = True
    try:
        return function(*arguments)
    finally:
        solo = before


def own_lock(name):
    """A lock of a queue's own, or one of the conditions on it."""

    def lock(self):
        if self._by_python is None:
            raise Unsupported("queue.Queue.mutex", "a queue's own locks are modelled with it")
        return vars(self)[name]

    return property(lock)


def runs_scenario_code(kind):
    """Whether a class of queues sees to what is within by code of the scenario's own."""
    if kind in MODEL_CLASSES:
        return False
    model = next(each for each in kind.__mro__ if each in MODEL_CLASSES)
    return any(getattr(kind, name) is not getattr(model, name) for name in OVERRIDDEN)


class Queue(Model):
    """`queue.Queue`. Where the scenario's own code sees to what is within, others may look at that in the midst of an act: then the acts
    are CPython's own, whose locks are modelled."""

    _kind = "queue"
    _by_python = None  # the class that has CPython's own acts, if they are this queue's

    def __init__(self, maxsize=0):
        self._named()
        self._most = maxsize
        if runs_scenario_code(type(self)):
            self._by_python = RealQueue
            vars(self)["unfinished_tasks"] = 0
            self._init(maxsize)
            mutex = vars(self)["mutex"] = Lock()
            for name in ("not_empty", "not_full", "all_tasks_done"):
                vars(self)[name] = Condition(mutex)
            self.is_shutdown = False
            return
        self._init(maxsize)
        self._some, self._get_op = self._guarded("some", False)
        self._room, self._put_op = self._guarded("room", True)
        self._within = ()
        if QUEUES in program.tracked and isinstance(self._items, CONTAINERS):
            shared_here.add(name_of(self._items))
            self._within = structure_touches(kind_of(type(self._items)), self._items, WRITE)
            self._get_op = op_of(self._get_op.touches + self._within, self._get_op.guard)
            self._put_op = op_of(self._put_op.touches + self._within, self._put_op.guard)
        self._all_done = Guard(guard_number((self._name_, "all done")), True)
        self._join_op = op_of(((self._place, READ),), self._all_done.id)
        self._unfinished = 0
        self.is_shutdown = False

    def _init(self, maxsize):
        self._items = SeenDeque() if QUEUES in program.tracked and self._by_python is None else collections.deque()

    def _qsize(self):
        return len(self._items) if self._by_python is None else rd_call(len, self._items)

    def _put(self, item):
        if self._by_python is None:
            collections.deque.append(self._items, item)
        else:
            rd_method(self._items, "append")(item)

    def _get(self):
        return collections.deque.popleft(self._items) if self._by_python is None else rd_method(self._items, "popleft")()

    @property
    def queue(self):
        if self._by_python is None:
            found.add(QUEUES)
        return self._items

    @queue.setter
    def queue(self, items):
        if asking_function() != "_init":
            raise Unsupported("another `queue` in a queue.Queue", "what a queue holds is modelled with it")
        self._items = items

    @property
    def unfinished_tasks(self):
        if self._by_python is not None:
            if sys._getframe(1).f_globals is not vars(sys.modules["queue"]):
                ask(self._read)
            return vars(self)["unfinished_tasks"]
        ask(self._read)
        return self._unfinished

    @unfinished_tasks.setter
    def unfinished_tasks(self, count):
        if self._by_python is None:
            raise Unsupported("another `unfinished_tasks` of a queue")
        act(self._write)
        if detail:
            note("count tasks", called(self), show(count))
        vars(self)["unfinished_tasks"] = count

    def qsize(self):
        if self._by_python is not None:
            return self._by_python.qsize(self)
        ask(self._read)
        if detail and not solo:
            note("qsize", called(self), show(self._qsize()))
        return self._qsize()

    def empty(self):
        if self._by_python is not None:
            return self._by_python.empty(self)
        ask(self._read)
        if detail and not solo:
            note("is empty?", called(self), show(not self._qsize()))
        return not self._qsize()

    def full(self):
        if self._by_python is not None:
            return self._by_python.full(self)
        ask(self._read)
        return 0 < self._most <= self._qsize()

    @property
    def maxsize(self):
        return self._most

    @maxsize.setter
    def maxsize(self, most):
        if not solo:
            raise Unsupported("another `maxsize` of a queue that threads may share")
        self._most = most
        if self._by_python is None:
            self._settle()

    mutex, not_empty, not_full, all_tasks_done = map(own_lock, ("mutex", "not_empty", "not_full", "all_tasks_done"))

    def _has_item(self):
        return self._some.open

    def _has_room(self):
        return self.is_shutdown or not 0 < self._most <= atomically(self._qsize)

    def _tried(self, timeout, possible, guard):
        return timed(timeout, possible, lambda: (
            ((self._place, WRITE), (guard.id, HANGS), *self._within) if possible() else ((self._place, ATTEMPT), (guard.id, HANGS))
        ))  # fmt: skip

    def _settle(self):
        size = atomically(self._qsize)
        self._some.set(size > 0 or self.is_shutdown)
        self._room.set(self._most <= 0 or size < self._most or self.is_shutdown)
        self._all_done.set(self._unfinished == 0)

    def put(self, item, block=True, timeout=None):
        publish(item)
        if self._by_python is not None:
            return self._by_python.put(self, item, block, timeout)
        if timeout is not None and block and timeout < 0 < self._most:
            self._turn_away()
        if block and timeout is None:
            if not (solo and self._room.open):
                cur.waits = (self, "put")
                visible(self._put_op, self._room)
        elif not self._tried(timeout if block else 0, self._has_room, self._room):
            if detail:
                note("try to put", called(self), "full")
            raise Full
        if self.is_shutdown:
            raise ShutDown
        if detail:
            note("put", called(self), show(item))
        atomically(self._put, item)
        self._unfinished += 1
        self._settle()

    def get(self, block=True, timeout=None):
        if self._by_python is not None:
            return self._by_python.get(self, block, timeout)
        if timeout is not None and block and timeout < 0:
            self._turn_away(gets=True)
        if block and timeout is None:
            if not (solo and self._some.open):
                cur.waits = (self, "get")
                visible(self._get_op, self._some)
        elif not self._tried(timeout if block else 0, self._has_item, self._some):
            if detail:
                note("try to get", called(self), "empty")
            raise Empty
        if self.is_shutdown and not self._qsize():
            raise ShutDown
        item = atomically(self._get)
        self._settle()
        if detail:
            note("get", called(self), show(item))
        return item

    def _turn_away(self, gets=False):
        """The error of who says how long to wait, and says less than nothing. That the queue is shut down comes before it; who `gets`
        is told so only if nothing is left."""
        if sys.version_info >= (3, 13):
            ask(self._read)
        if self.is_shutdown and not (gets and atomically(self._qsize)):
            raise ShutDown
        raise ValueError("'timeout' must be a non-negative number")

    def put_nowait(self, item):
        return self.put(item, block=False)

    def get_nowait(self):
        return self.get(block=False)

    def task_done(self):
        if self._by_python is not None:
            return self._by_python.task_done(self)
        act(self._write)
        if self._unfinished <= 0:
            raise ValueError("task_done() called too many times")
        self._unfinished -= 1
        if detail:
            note("task done", called(self), "%d left" % self._unfinished)
        self._settle()

    def join(self):
        if self._by_python is not None:
            return self._by_python.join(self)
        if not (solo and self._all_done.open):
            cur.waits = (self, "join")
            visible(self._join_op, self._all_done)
            if detail:
                note("join", called(self))

    if sys.version_info >= (3, 13):

        def shutdown(self, immediate=False):
            if self._by_python is not None:
                return self._by_python.shutdown(self, immediate)
            act(op_of(self._write.touches + self._within))
            self.is_shutdown = True
            if immediate:
                while self._qsize():
                    atomically(self._get)
                    if self._unfinished > 0:
                        self._unfinished -= 1
            self._settle()

    __class_getitem__ = classmethod(types.GenericAlias)


QUEUES = ("queues", "within")  # whether the scenario was seen to look at what a queue holds
OVERRIDDEN = ("_init", "_qsize", "_put", "_get")  # the methods of a queue that a class of the scenario's may have its own of


def asking_function():
    """The name of the scenario's function that is running."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals is not program_globals:
        frame = frame.f_back
    return frame.f_code.co_name if frame is not None else ""


def unchangeable(kind):
    """A class of containers that a queue holds its items in where the scenario looks at them: only the queue changes them."""

    def refuse(*_, **__):
        raise Unsupported("changing `queue.Queue().queue`", "what a queue holds is modelled with it")

    changes = STRUCTURE["L"] - {"__init__"} | {"__setitem__", "__delitem__", "__iadd__", "__imul__"}
    return type(kind.__name__, (kind,), {name: refuse for name in changes if hasattr(kind, name)})


SeenDeque, SeenList = unchangeable(collections.deque), unchangeable(list)


class PriorityQueue(Queue):
    """`queue.PriorityQueue`."""

    def _init(self, maxsize):
        self._items = SeenList() if QUEUES in program.tracked and self._by_python is None else []

    def _put(self, item):
        from _heapq import heappush

        heappush(self._items, item) if self._by_python is None else rd_call(heappush, self._items, item)

    def _get(self):
        from _heapq import heappop

        return heappop(self._items) if self._by_python is None else rd_call(heappop, self._items)


class LifoQueue(Queue):
    """`queue.LifoQueue`."""

    _init = PriorityQueue._init

    def _put(self, item):
        if self._by_python is None:
            list.append(self._items, item)
        else:
            rd_method(self._items, "append")(item)

    def _get(self):
        return list.pop(self._items) if self._by_python is None else rd_method(self._items, "pop")()


class SimpleQueue(Model):
    """`queue.SimpleQueue`: without a bound, and nobody is told when items are done."""

    _kind = "queue"
    __getattr__ = missing_from("_queue.SimpleQueue")

    def __init__(self):
        self._named()
        self._items = collections.deque()
        self._some, self._get_op = self._guarded("some", False)

    def _has_item(self):
        return bool(self._items)

    def _get_touches(self):
        return ((self._place, WRITE if self._items else ATTEMPT), (self._some.id, HANGS))

    def qsize(self):
        ask(self._read)
        if detail and not solo:
            note("qsize", called(self), show(len(self._items)))
        return len(self._items)

    def empty(self):
        ask(self._read)
        if detail and not solo:
            note("is empty?", called(self), show(not self._items))
        return not self._items

    def put(self, item, block=True, timeout=None):
        publish(item)
        act(self._write)
        if detail:
            note("put", called(self), show(item))
        self._items.append(item)
        self._some.set(True)

    def get(self, block=True, timeout=None):
        if block and timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        if block and timeout is None:
            if not (solo and self._some.open):
                cur.waits = (self, "get")
                visible(self._get_op, self._some)
        elif not timed(timeout if block else 0, self._has_item, self._get_touches):
            if detail:
                note("try to get", called(self), "empty")
            raise Empty
        item = self._items.popleft()
        self._some.set(bool(self._items))
        if detail:
            note("get", called(self), show(item))
        return item

    def put_nowait(self, item):
        return self.put(item)

    def get_nowait(self):
        return self.get(block=False)

    __class_getitem__ = classmethod(types.GenericAlias)
