# `queue`, modelled: one step an act, CPython's errors; and CPython's own acts where they run the scenario's code. Part of the harness; see
# core.py.

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
        if self._rd_by_python is None:
            reach_into_queues()
        return vars(self)[name]

    return property(lock)


def runs_scenario_code(kind):
    """Whether a class of queues sees to what is within by code of the scenario's own."""
    if kind in MODEL_CLASSES:
        return False
    model = next(each for each in kind.__mro__ if each in MODEL_CLASSES)
    return any(getattr(kind, name) is not getattr(model, name) for name in OVERRIDDEN)


def reach_into_queues():
    """The scenario takes part in what queues do: so that has to be in CPython's own steps."""
    found.add(REACHED_INTO)
    raise StartOver("a queue's own locks and items")


REACHED_INTO = ("queues", "reached into")


class Queue(Model):
    """`queue.Queue`. Where the scenario's own code sees to what is within, or takes a queue's own lock, others may look at that in the midst of
    an act: then the acts are CPython's own, whose locks are modelled."""

    _rd_kind = "queue"
    _rd_by_python = None  # the class that has CPython's own acts, if they are this queue's
    _rd_lane = None  # as long as it has a place for each item (lanes.py)

    def __init__(self, maxsize=0):
        self._rd_named()
        self._rd_most = maxsize
        if REACHED_INTO in program.tracked or runs_scenario_code(type(self)):
            self._rd_by_python = RealQueue
            vars(self)["unfinished_tasks"] = 0
            self._init(maxsize)
            mutex = vars(self)["mutex"] = Lock()
            for name in ("not_empty", "not_full", "all_tasks_done"):
                vars(self)[name] = Condition(mutex)
            self.is_shutdown = False
            return
        self._init(maxsize)
        self._rd_some, self._rd_get_op = self._rd_guarded("some", False)
        self._rd_room, self._rd_put_op = self._rd_guarded("room", True)
        self._rd_within = ()
        if type(self) is Queue:
            self._rd_lane = lane_of(self, maxsize)
        if QUEUES in program.tracked and isinstance(self._rd_items, CONTAINERS):
            shared_here.add(name_of(self._rd_items))
            self._rd_within = structure_touches(kind_of(type(self._rd_items)), self._rd_items, WRITE)
            self._rd_get_op = op_of(self._rd_get_op.touches + self._rd_within, self._rd_get_op.guard)
            self._rd_put_op = op_of(self._rd_put_op.touches + self._rd_within, self._rd_put_op.guard)
        self._rd_all_done = Guard(guard_number((self._rd_name_, "all done")), True)
        self._rd_join_op = op_of(((self._rd_place, READ),), self._rd_all_done.id)
        self._rd_unfinished = 0
        self.is_shutdown = False

    def _rd_parts(self):
        if not solo:
            raise Unsupported("copying a queue while several threads live", "others may change it before the copying fails")
        return {"maxsize": self._rd_most, "queue": self._rd_items, "mutex": allocate_lock()}

    def _init(self, maxsize):
        self._rd_items = SeenDeque() if QUEUES in program.tracked and self._rd_by_python is None else collections.deque()

    def _qsize(self):
        return len(self._rd_items) if self._rd_by_python is None else rd_call(len, self._rd_items)

    def _put(self, item):
        if self._rd_by_python is None:
            collections.deque.append(self._rd_items, item)
        else:
            rd_method(self._rd_items, "append")(item)

    def _get(self):
        return collections.deque.popleft(self._rd_items) if self._rd_by_python is None else rd_method(self._rd_items, "popleft")()

    @property
    def queue(self):
        if self._rd_by_python is None:
            found.add(QUEUES)
        return self._rd_items

    @queue.setter
    def queue(self, items):
        if asking_function() != "_init":
            raise Unsupported("another `queue` in a queue.Queue", "what a queue holds is modelled with it")
        self._rd_items = items

    @property
    def unfinished_tasks(self):
        if self._rd_by_python is not None:
            if REACHED_INTO in program.tracked or sys._getframe(1).f_globals is not vars(sys.modules["queue"]):
                ask(self._rd_read)
            return vars(self)["unfinished_tasks"]
        self._rd_look()
        if detail and not solo:
            note("read", called(self) + ".unfinished_tasks", show(self._rd_unfinished))
        return self._rd_unfinished

    @unfinished_tasks.setter
    def unfinished_tasks(self, count):
        if self._rd_by_python is None:
            reach_into_queues()
        act(self._rd_write)
        if detail and not solo:
            note("write", called(self) + ".unfinished_tasks", show(count))
        vars(self)["unfinished_tasks"] = count

    def qsize(self):
        if self._rd_by_python is not None:
            return self._rd_by_python.qsize(self)
        self._rd_look()
        if detail and not solo:
            note("qsize", called(self), show(self._qsize()))
        return self._qsize()

    def empty(self):
        if self._rd_by_python is not None:
            return self._rd_by_python.empty(self)
        self._rd_look()
        if detail and not solo:
            note("is empty?", called(self), show(not self._qsize()))
        return not self._qsize()

    def full(self):
        if self._rd_by_python is not None:
            return self._rd_by_python.full(self)
        self._rd_look()
        is_full = 0 < self._rd_most <= self._qsize()
        if detail and not solo:
            note("is full?", called(self), show(is_full))
        return is_full

    @property
    def maxsize(self):
        return self._rd_most

    @maxsize.setter
    def maxsize(self, most):
        if not solo:
            raise Unsupported("another `maxsize` of a queue that threads may share")
        self._rd_most = most
        if self._rd_lane is not None:
            self._rd_lane.mix()
        if self._rd_by_python is None:
            self._rd_settle()

    mutex, not_empty, not_full, all_tasks_done = map(own_lock, ("mutex", "not_empty", "not_full", "all_tasks_done"))

    def _rd_look(self):
        """Before somebody sees how full it is."""
        self._rd_mix()
        ask(self._rd_read)

    def _rd_mix(self):
        if self._rd_lane is not None and not solo:
            self._rd_lane.mix()

    def _rd_has_item(self):
        return self._rd_some.open

    def _rd_has_room(self):
        return self.is_shutdown or not 0 < self._rd_most <= atomically(self._qsize)

    def _rd_tried(self, timeout, possible, guard):
        self._rd_mix()
        return timed(timeout, possible, lambda: (
            ((self._rd_place, WRITE), (guard.id, HANGS), *self._rd_within) if possible() else ((self._rd_place, ATTEMPT), (guard.id, HANGS))
        ))  # fmt: skip

    def _rd_settle(self):
        size = atomically(self._qsize)
        self._rd_some.set(size > 0 or self.is_shutdown)
        self._rd_room.set(self._rd_most <= 0 or size < self._rd_most or self.is_shutdown)
        self._rd_all_done.set(self._rd_unfinished == 0)

    def put(self, item, block=True, timeout=None):
        publish(item)
        if self._rd_by_python is not None:
            return self._rd_by_python.put(self, item, block, timeout)
        if timeout is not None and block and timeout < 0 < self._rd_most:
            self._rd_turn_away("put")
        lane = self._rd_lane
        if block and timeout is None:
            if lane is not None:
                lane.before_put()
            elif not (solo and self._rd_room.open):
                cur.waits = (self, "put")
                visible(self._rd_put_op, self._rd_room)
                cur.waits = None
        elif not self._rd_tried(timeout if block else 0, self._rd_has_room, self._rd_room):
            raise failing(Full(), "try to put", self)
        if self.is_shutdown:
            raise failing(ShutDown(), "put", self)
        if detail and not solo:
            note("put", called(self), show(item))
        atomically(self._put, item)
        self._rd_unfinished += 1
        if lane is not None:
            lane.has_put()
        self._rd_settle()

    def get(self, block=True, timeout=None):
        if self._rd_by_python is not None:
            return self._rd_by_python.get(self, block, timeout)
        if timeout is not None and block and timeout < 0:
            self._rd_turn_away("get")
        lane = self._rd_lane
        if block and timeout is None:
            if lane is not None:
                lane.before_get()
            elif not (solo and self._rd_some.open):
                cur.waits = (self, "get")
                visible(self._rd_get_op, self._rd_some)
                cur.waits = None
        elif not self._rd_tried(timeout if block else 0, self._rd_has_item, self._rd_some):
            raise failing(Empty(), "try to get", self)
        if self.is_shutdown and not self._qsize():
            raise failing(ShutDown(), "get", self)
        item = atomically(self._get)
        if lane is not None:
            lane.has_got()
        self._rd_settle()
        if detail and not solo:
            note("get", called(self), show(item))
        return item

    def _rd_turn_away(self, verb):
        """The error of who says how long to wait, and says less than nothing. That the queue is shut down comes before it; who wants
        to get something is told so only if nothing is left."""
        tell = aside
        if sys.version_info >= (3, 13):
            self._rd_look()
            tell = note
        if self.is_shutdown and not (verb == "get" and atomically(self._qsize)):
            raise failing(ShutDown(), verb, self, tell)
        raise failing(ValueError("'timeout' must be a non-negative number"), verb, self, tell)

    def put_nowait(self, item):
        return self.put(item, block=False)

    def get_nowait(self):
        return self.get(block=False)

    def task_done(self):
        if self._rd_by_python is not None:
            return self._rd_by_python.task_done(self)
        tell = note
        if self._rd_lane is None:
            act(self._rd_write)
        elif not self._rd_lane.is_done():
            tell = aside
        if self._rd_unfinished <= 0:
            raise failing(ValueError("task_done() called too many times"), "task done", self, tell)
        self._rd_unfinished -= 1
        if detail and not solo:
            tell("task done", called(self), "%d left" % self._rd_unfinished)
        self._rd_settle()

    def join(self):
        if self._rd_by_python is not None:
            return self._rd_by_python.join(self)
        if self._rd_lane is not None and self._rd_lane.is_joined():
            self._rd_lane.join()
        elif not (solo and self._rd_all_done.open):
            cur.waits = (self, "join")
            visible(self._rd_join_op, self._rd_all_done)
            cur.waits = None
            if detail:
                note("join", called(self))

    if sys.version_info >= (3, 13):

        def shutdown(self, immediate=False):
            if self._rd_by_python is not None:
                return self._rd_by_python.shutdown(self, immediate)
            if self._rd_lane is not None:
                self._rd_lane.mix()
            act(op_of(self._rd_write.touches + self._rd_within))
            if detail and not solo:
                note("shut down", called(self))
            self.is_shutdown = True
            if immediate:
                while self._qsize():
                    atomically(self._get)
                    if self._rd_unfinished > 0:
                        self._rd_unfinished -= 1
            self._rd_settle()

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
        reach_into_queues()

    changes = STRUCTURE["L"] - {"__init__"} | {"__setitem__", "__delitem__", "__iadd__", "__imul__"}
    return type(kind.__name__, (kind,), {name: refuse for name in changes if hasattr(kind, name)})


SeenDeque, SeenList = unchangeable(collections.deque), unchangeable(list)


class PriorityQueue(Queue):
    """`queue.PriorityQueue`."""

    def _init(self, maxsize):
        self._rd_items = SeenList() if QUEUES in program.tracked and self._rd_by_python is None else []

    def _put(self, item):
        from _heapq import heappush

        heappush(self._rd_items, item) if self._rd_by_python is None else rd_call(heappush, self._rd_items, item)

    def _get(self):
        from _heapq import heappop

        return heappop(self._rd_items) if self._rd_by_python is None else rd_call(heappop, self._rd_items)


class LifoQueue(Queue):
    """`queue.LifoQueue`."""

    _init = PriorityQueue._init

    def _put(self, item):
        if self._rd_by_python is None:
            list.append(self._rd_items, item)
        else:
            rd_method(self._rd_items, "append")(item)

    def _get(self):
        return list.pop(self._rd_items) if self._rd_by_python is None else rd_method(self._rd_items, "pop")()


class SimpleQueue(Model):
    """`queue.SimpleQueue`: without a bound, and nobody is told when items are done."""

    _rd_kind = "queue"
    _rd_in_c = "_queue", "SimpleQueue"
    __getattr__ = missing_from("_queue.SimpleQueue")

    def __init__(self):
        self._rd_named()
        self._rd_items = collections.deque()
        self._rd_some, self._rd_get_op = self._rd_guarded("some", False)
        self._rd_lane = lane_of(self, 0)

    _rd_look, _rd_mix = Queue._rd_look, Queue._rd_mix

    def _rd_has_item(self):
        return bool(self._rd_items)

    def _rd_get_touches(self):
        return ((self._rd_place, WRITE if self._rd_items else ATTEMPT), (self._rd_some.id, HANGS))

    def qsize(self):
        self._rd_look()
        if detail and not solo:
            note("qsize", called(self), show(len(self._rd_items)))
        return len(self._rd_items)

    def empty(self):
        self._rd_look()
        if detail and not solo:
            note("is empty?", called(self), show(not self._rd_items))
        return not self._rd_items

    def put(self, item, block=True, timeout=None):
        publish(item)
        lane = self._rd_lane
        if lane is not None:
            lane.before_put()
        else:
            act(self._rd_write)
        if detail and not solo:
            note("put", called(self), show(item))
        self._rd_items.append(item)
        if lane is not None:
            lane.has_put()
        self._rd_some.set(True)

    def get(self, block=True, timeout=None):
        if block and timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        lane = self._rd_lane
        if block and timeout is None:
            if lane is not None:
                lane.before_get()
            elif not (solo and self._rd_some.open):
                cur.waits = (self, "get")
                visible(self._rd_get_op, self._rd_some)
                cur.waits = None
        elif self._rd_mix() or not timed(timeout if block else 0, self._rd_has_item, self._rd_get_touches):
            raise failing(Empty(), "try to get", self)
        item = self._rd_items.popleft()
        if lane is not None:
            lane.has_got()
        self._rd_some.set(bool(self._rd_items))
        if detail and not solo:
            note("get", called(self), show(item))
        return item

    def put_nowait(self, item):
        return self.put(item)

    def get_nowait(self):
        return self.get(block=False)

    __class_getitem__ = classmethod(types.GenericAlias)
