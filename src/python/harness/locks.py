# What all models are made of, and the locks of `threading`, modelled: one step an act, CPython's errors. Part of the harness; see core.py.


def act(op, guard=None):
    """One act on a synchronisation object. A thread that is alone acts without a step, unless it has to wait."""
    if solo and (guard is None or guard.open):
        return
    visible(op, guard)


def polled(op):
    """Remembers what an act that changed nothing looked at, for the loop that may be polling."""
    seen = cur.seen
    for place, _ in op.touches:
        seen.setdefault(place, position)


def timed(seconds, there, touches, *arguments):
    """The act of a timed wait: whenever it is chosen it gets what it waits for, if that is there, or its time is up. On the virtual
    clock it is up when that says so, and whoever finds that others took what was there waits on.

    A wait on a condition takes another step to get the lock back."""
    me = cur
    until = virtual_now[0] + seconds
    while not solo:
        wait_on_clock(until, there, touches, *arguments)
        me.patience = (seconds, there)
        announce(touches, *arguments)
        me.patience = None
        if not ordered or virtual_now[0] >= until or there():
            break
    if there():
        return True
    spend(seconds)
    return False


def address_of(model):
    """What `repr` says of where a model lies: the same in every execution."""
    return "0x%x" % (0x7F0000000000 + (model._rd_name_ >> 20 << 16) + ((model._rd_name_ & 0xFFFFF) << 4))


model_acts = {}  # of each name that a model had: its place, what writes and what reads that, and its number


guarded_acts = {}  # of each name and what is waited for: the number of its guard, and the act


class OnlyCPythons:
    """An attribute by which CPython's objects work, and the models do not. (A `__getattr__` would make all their others slow to read.)"""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __get__(self, thing, kind):
        if thing is None:
            return self
        raise Unsupported("`%s` of a %s" % (self.name, kind.__name__), "it is no part of what the library promises")

    def __set__(self, thing, value):
        if getattr(thing, "_initialized", True):  # else CPython sets it anew
            self.__get__(thing, type(thing))


def only_cpythons(names):
    """Such attributes by their names, for the body of a class."""
    return {name: OnlyCPythons(name) for name in names.split()}


class Model:
    """A synchronisation object: a named thing with a place of its own. What a subclass of the scenario's might call its own begins with `_rd_`."""

    __slots__ = ()
    _rd_kind = "object"
    _rd_in_c = None  # of which module and by which name CPython makes what the model stands for, where that is written in C

    def __hash__(self):
        return hash(getattr(self, "_rd_name_", 0))

    def _rd_named(self):
        if not solo and hasattr(self, "_rd_name_"):
            raise Unsupported("%s.__init__() again while several threads live" % type(self).__name__)
        name = self._rd_name_ = new_name()
        names[id(self)] = (name, self)
        known = model_acts.get(name)
        if known is None:
            place = sync_place((name, "state"))
            known = model_acts[name] = place, op_of(((place, WRITE),)), op_of(((place, READ),)), "-%d" % (name & 0xFFFFF)
        self._rd_place, self._rd_write, self._rd_read, number = known
        self._rd_write.weight = 1
        self._rd_label = self._rd_kind + number

    def __reduce_ex__(self, protocol):
        return reduced_model(self, protocol)

    def _rd_parts(self):
        """What CPython's own has among its attributes, as far as the first of it that cannot be copied."""
        return {"_cond": allocate_lock()}

    def _rd_guarded(self, key, is_open):
        name = self._rd_name_, key
        known = guarded_acts.get(name)
        if known is None:
            number = guard_number(name)
            known = guarded_acts[name] = number, op_of(((self._rd_place, WRITE),), number)
        number, op = known
        op.weight = 1
        return Guard(number, is_open), op

    def _rd_called(self):
        """What a replay calls it."""
        return called(self)


def look_at(model):
    """Before a model is shown as a text, which says what it is like."""
    if not showing:
        ask(model._rd_read)
        if detail and not solo:
            note("look at", called(model))
        if isinstance(model, Exclusive):
            refused(model)


def ask(op):
    """The step in which somebody asks what a model is like."""
    if not solo:
        visible(op)
        polled(op)


# What locks consist of, which take no attributes of the program's.
PARTS_OF_LOCKS = (
    "_rd_name_", "_rd_place", "_rd_write", "_rd_read", "_rd_label", "_rd_free", "_rd_acquire_op", "_rd_holder", "_rd_wakers", "_rd_turn",
    "__weakref__",
)  # fmt: skip


class Exclusive(Model):
    """What one thread at a time can hold."""

    __slots__ = ()

    def _rd_named(self):
        super()._rd_named()
        self._rd_free, self._rd_acquire_op = self._rd_guarded("free", True)
        self._rd_acquire_op.weight = self._rd_write.weight = 0
        self._rd_holder = None
        self._rd_wakers = []

    def _rd_wait(self):
        if cur.stuck is not None:
            wait_where_stuck()
        cur.waits = self
        visible(self._rd_acquire_op, self._rd_free)

    def _rd_take(self):
        self._rd_holder = cur
        self._rd_turn = cur.turns
        cur.held += self._rd_place
        self._rd_set_free(False)

    def _rd_give_back(self):
        global handed_on
        if self._rd_holder is not cur:
            handed_on = True
        if loops:
            cur.given_back = cur.given_back or []
            cur.given_back.append((position, self._rd_turn))
        self._rd_holder = None
        self._rd_set_free(True)

    def _rd_set_free(self, free):
        self._rd_free.set(free)
        if self._rd_wakers:
            for guard in self._rd_wakers:
                guard.set(free)

    def _rd_try_touches(self):
        return ((self._rd_place, WRITE if self._rd_holder is None else ATTEMPT), (self._rd_free.id, HANGS))

    def _rd_is_free(self):
        return self._rd_holder is None

    def _rd_tried(self, timeout):
        """An attempt that does not wait for ever: an act if it succeeds, and else a look that changes nothing."""
        if loops:
            op_of(((self._rd_place, WRITE), (self._rd_free.id, HANGS))).weight = 0
        free = timed(timeout, self._rd_is_free, self._rd_try_touches)
        if not free:
            refused(self)
        if detail and not solo:
            note("acquire" if free else "try to acquire", called(self), None if free else "no")
        return free


def checked_timeout(blocking, timeout):
    if blocking and timeout == -1:
        return
    # A real lock, free and of nobody else's knowledge, says what is wrong in this Python's words.
    allocate_lock().acquire(blocking, timeout)


def missing_from(real):
    """A `__getattr__` of a model: messages have the names that CPython gives to classes in C."""

    def missing(_, name):
        raise AttributeError("'%s' object has no attribute '%s'" % (real, name))

    return missing


class InC(type):
    """A class that CPython has in C: messages have its name with its module's, and it itself says the name alone."""

    @property
    def __name__(self):
        return self.__qualname__


def say_in_c(kind, module, name, in_messages):
    """Has a class say of itself what CPython's own says, which is in C."""
    type.__dict__["__name__"].__set__(kind, in_messages)
    kind.__qualname__ = name
    kind.__module__ = module


say_in_c(InC, "builtins", "type", "type")
ATOMS.add(InC)


class Lock(Exclusive, metaclass=InC):
    """`threading.Lock`."""

    __slots__ = PARTS_OF_LOCKS
    __getattr__ = missing_from("_thread.lock")
    _rd_kind = "lock"
    _rd_in_c = "_thread", "allocate_lock"

    def __init__(self, *given, **named):
        if given or named:
            type(allocate_lock())(*given, **named)
        self._rd_named()

    def __init_subclass__(cls):
        raise TypeError("type '_thread.lock' is not an acceptable base type")

    def acquire(self, blocking=True, timeout=-1):
        checked_timeout(blocking, timeout)
        if blocking and timeout == -1:
            if not (solo and self._rd_free.open):
                self._rd_wait()
                if detail:
                    note("acquire", called(self))
            self._rd_take()
            return True
        if not self._rd_tried(timeout if blocking else 0):
            return False
        self._rd_take()
        return True

    def release(self):
        if not solo:
            visible(self._rd_write)
        if self._rd_holder is None:
            raise failing(RuntimeError("release unlocked lock"), "release", self)
        if detail and not solo:
            note("release", called(self), None if self._rd_holder is cur else "%s held it" % self._rd_holder.label)
        cur.held -= self._rd_place
        self._rd_give_back()

    def locked(self):
        ask(self._rd_read)
        refused(self)
        if detail and not solo:
            note("is locked?", called(self), show(self._rd_holder is not None))
        return self._rd_holder is not None

    def __enter__(self):
        if solo and self._rd_free.open:
            self._rd_take()
            return True
        return self.acquire()

    def __exit__(self, *_):
        self.release()

    def _at_fork_reinit(self):
        raise Unsupported("os.fork()", "processes share nothing that Raceday could explore")

    acquire_lock = acquire
    release_lock = release
    locked_lock = locked

    def __repr__(self):
        look_at(self)
        return "<%s _thread.lock object at %s>" % ("unlocked" if self._rd_holder is None else "locked", address_of(self))


COUNTS = ("counts", "locks")  # whether a thread was seen to look how often another holds a lock


class RLock(Exclusive, metaclass=InC):
    """`threading.RLock`. Nobody else can tell how often its owner holds it, but from its text."""

    __slots__ = (*PARTS_OF_LOCKS, "_count")
    __getattr__ = missing_from("_thread.RLock")

    _rd_kind = "rlock"
    _rd_in_c = "_thread", "RLock"
    locals().update(only_cpythons("_owner _block"))

    def __init__(self):
        self._rd_named()
        self._count = 0

    def acquire(self, blocking=True, timeout=-1):
        checked_timeout(blocking, timeout)
        if self._rd_holder is cur:
            self._rd_count_from_elsewhere("acquire again")
            self._count += 1
            return True
        if blocking and timeout == -1:
            if not (solo and self._rd_free.open):
                self._rd_wait()
                if detail:
                    note("acquire", called(self))
        else:
            if not self._rd_tried(timeout if blocking else 0):
                return False
        self._count = 1
        self._rd_take()
        return True

    def release(self):
        if self._rd_holder is not cur:
            # Whoever has it, this thread has not: that is no step.
            raise failing(RuntimeError("cannot release un-acquired lock"), "release", self, aside)
        if self._count > 1:
            self._rd_count_from_elsewhere("release once")
            self._count -= 1
            return
        if not solo:
            visible(self._rd_write)
            if detail:
                note("release", called(self))
        self._count = 0
        cur.held -= self._rd_place
        self._rd_give_back()

    def _rd_count_from_elsewhere(self, verb):
        """The owner's second acquisition is a step only if somebody looks at the count."""
        if COUNTS in program.tracked and not solo:
            visible(self._rd_write)
            if detail:
                note(verb, called(self))

    def _release_save(self):
        if self._rd_holder is not cur:
            raise RuntimeError("cannot release un-acquired lock")
        count, self._count = self._count, 1
        self.release()
        return count, ident_of(cur)

    def _acquire_restore(self, state):
        self.acquire()
        self._count = state[0]

    def _recursion_count(self):
        return self._count if self._rd_holder is cur else 0

    _at_fork_reinit = Lock._at_fork_reinit

    if sys.version_info >= (3, 14):
        locked = Lock.locked

    def _is_owned(self):
        return self._rd_holder is cur

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()

    def __repr__(self):
        look_at(self)
        if not solo and not showing and self._rd_holder is not cur:
            found.add(COUNTS)
        return "<%s _thread.RLock object owner=%s count=%d at %s>" % (
            "unlocked" if self._rd_holder is None else "locked", 0 if self._rd_holder is None else ident_of(self._rd_holder),
            self._count, address_of(self),
        )  # fmt: skip


class FunctionInC:
    # A function in C that makes locks. (What were said of it here as usual would be said of each.)
    __slots__ = ("__name__", "__qualname__", "__doc__")
    __module__ = property(lambda self: "_thread")

    def __new__(cls, *_):
        raise TypeError("cannot create 'builtin_function_or_method' instances")

    def __call__(self, *given, **named):
        if given or named:
            made_in_c("_thread", self.__name__, *given, **named)
        return Lock()

    def __repr__(self):
        return "<built-in function %s>" % self.__name__

    def __reduce_ex__(self, protocol):
        return self.__name__


FunctionInC.__name__ = FunctionInC.__qualname__ = "builtin_function_or_method"
ATOMS.add(FunctionInC)


def function_in_c(name):
    """What makes locks and has that name in `_thread`. Before CPython 3.13 `threading.Lock` is such a function too."""
    function = object.__new__(FunctionInC)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = allocate_lock.__doc__
    return function


allocate = function_in_c("allocate_lock")


def make_rlock(*_, **__):
    """Factory function that returns a new reentrant lock."""
    return RLock()
