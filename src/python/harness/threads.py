# Threads of `threading` and what is local to them, modelled: one step an act, CPython's errors. Part of the harness; see core.py.


def code_of_thread():
    """The code of the thread that runs: which of a pool's workers it is can be told from what is local to it."""
    if cur is None:
        return 0
    if cur.pool is not None:
        thread_of(cur)
    return cur.code


def count_act():
    """Something has changed that others do not see, and a loop may go by."""
    if cur is not None:
        cur.acts += 1


class Local:
    """`threading.local`: every thread has attributes of its own."""

    _rd_in_c = "_thread", "_local"

    def __new__(cls, *arguments, **keywords):
        self = object.__new__(cls)
        object.__setattr__(self, "_rd_made_with", (arguments, keywords))
        object.__setattr__(self, "_rd_tables", {code_of_thread(): {}})  # for its maker `__init__` runs in any case
        if program.sees_deaths:
            locals_made.append(weak_reference(self))
        return self

    def _rd_table(self):
        tables = object.__getattribute__(self, "_rd_tables")
        code = code_of_thread()
        table = tables.get(code)
        if table is None:
            table = tables[code] = {}
            if type(self).__init__ is not object.__init__:
                arguments, keywords = object.__getattribute__(self, "_rd_made_with")
                type(self).__init__(self, *arguments, **keywords)
        return table

    def __getattribute__(self, name):
        if name.startswith("_rd_"):
            return object.__getattribute__(self, name)
        table = Local._rd_table(self)
        if name == "__dict__":
            return table
        if name in table and not Local._rd_is_of_class(self, name):
            return table[name]
        return object.__getattribute__(self, name)

    def __getattr__(self, name):
        raise AttributeError(Local._rd_missing(self, name))

    def _rd_missing(self, name):
        kind = "_thread._local" if type(self) is Local else type(self).__name__
        return "'%s' object has no attribute '%s'" % (kind, name)

    def _rd_is_of_class(self, name):
        """Whether the class says what the attribute is: a slot, which all threads share, or a property."""
        return any(hasattr(type(vars(kind).get(name)), "__set__") for kind in type(self).__mro__)

    def __reduce_ex__(self, protocol):
        return reduced_model(self, protocol)

    def __setattr__(self, name, value):
        count_act()
        table = Local._rd_table(self)
        if Local._rd_is_of_class(self, name):
            object.__setattr__(self, name, value)
        else:
            table[name] = value
            doubt_if_mortal(value)

    def __delattr__(self, name):
        count_act()
        table = Local._rd_table(self)
        if Local._rd_is_of_class(self, name):
            object.__delattr__(self, name)
            return
        if name not in table:
            raise AttributeError(Local._rd_missing(self, name) if sys.version_info >= (3, 11) else name)
        del table[name]


locals_made = []  # in an execution in which the deaths of objects are seen


OWN_OF_THREADS = only_cpythons(
    "_started _ident _native_id _bootstrap _bootstrap_inner _stderr _delete _set_ident _set_native_id _invoke_excepthook "
    + ("_tstate_lock _is_stopped _wait_for_tstate_lock _set_tstate_lock" if sys.version_info < (3, 13) else "_handle _os_thread_handle")
)


class Thread(Model):
    """`threading.Thread`.

    Who did not start a thread looks at `_rd_place` to learn whether somebody else did."""

    _rd_kind = "thread"
    _rd_strand = None
    _rd_starter = None
    _rd_started_at = -1
    _rd_is_known = True  # to `threading`
    _rd_numbered = False  # named by a number that other threads were about to take too
    locals().update(OWN_OF_THREADS)
    _initialized = False
    _rd_is_over = sys.version_info >= (3, 13)  # as far as `_stop` was told, where there is one

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None, context=None):
        assert group is None, "group argument must be None for now"
        self._rd_named()
        self._target = target
        self._args = args
        self._kwargs = self._rd_own_kwargs = {}
        if kwargs is not None:
            self._kwargs = kwargs
        self._name = str(name) if name else None
        if not name:
            self._rd_set_own_name()
        self._daemonic = daemon if daemon is not None else cur.daemon
        self._initialized = True

    def _rd_parts(self):
        if not solo and self._rd_strand is not None:
            raise Unsupported("copying a thread that runs", "it lets go of what it was given when it ends")
        # A function of ours that stands for one of the library's is no hindrance, as that is none.
        given = {
            name: value for name, value in vars(self).items()
            if name in ("_target", "_args", "_kwargs") and getattr(value, "__globals__", None) is not globals()
        }  # fmt: skip
        return {**given, "_handle": made_in_c("_thread", "allocate_lock" if sys.version_info < (3, 13) else "_ThreadHandle")}

    def _rd_set_own_name(self):
        if not solo:
            # The number tells who made a thread first: a step, where the name is seen.
            if THREAD_NAMES in program.tracked:
                visible(thread_names_op)
                if detail:
                    note("take the name", "Thread-%d" % (thread_counter[0] + 1))
            else:
                self._rd_numbered = True
        thread_counter[0] += 1
        self._name = "Thread-%d" % thread_counter[0]
        if sys.version_info >= (3, 10) and self._target is not None:
            label = getattr(self._target, "__name__", None)
            if label is not None:
                self._name += " (%s)" % label

    def start(self):
        if not self._initialized:
            raise RuntimeError("thread.__init__() not called")
        if type(self) is not Thread:
            self._rd_refuse_own()
        publish(self)
        if self._rd_strand is None:
            # Whether the target can be called so turns out when the thread runs; and who has run it by hand has none left.
            publish(getattr(self, "_target", None))
            for given in getattr(self, "_args", None), getattr(self, "_kwargs", None):
                if type(given) not in (tuple, dict) or given:
                    publish(given)
        before = position
        is_step = not solo or position  # what came before anything was a step comes before everything
        if is_step:
            announce(self._rd_start_touches)
        if finalizing and self._rd_strand is None:
            raise self._rd_refused_start(NO_NEW_THREAD)
        if self._rd_strand is not None:
            if self._rd_started_at >= before and self._rd_starter is not cur:
                raise Unsupported("starting one thread from two at once", "CPython looks whether it was, and starts it, in two steps")
            raise self._rd_refused_start("threads can only be started once")
        if detail and is_step:
            note("start", self._name)
        if loops and not solo:
            last_write[STARTS] = position
            wake_spinners_on(STARTS)
        self._rd_begin()

    def _rd_refused_start(self, why):
        error = RuntimeError(why)
        if detail:
            note("start", self._name, raised(error))
        return error

    def _rd_refuse_own(self):
        """Refuses a thread whose class has an attribute by which CPython's threads work, and these do not."""
        for kind in type(self).__mro__:
            if kind is Thread:
                return
            for name in sorted(OWN_OF_THREADS.keys() & vars(kind).keys()):
                raise Unsupported("a thread with a `%s` of its own" % name, "CPython's threads work by it")

    def _rd_start_touches(self):
        if finalizing:
            return ((FINALIZING, READ), (self._rd_place, READ))
        manner = WRITE if self._rd_strand is None else ATTEMPT
        code = child_code(cur, False)
        place = (life_ops.get(code) or life_of(code))[3]
        touches = ((place, manner), (self._rd_place, manner), (POPULATION, READ))
        if DAEMONS_CHANGE in program.tracked:
            touches += read_op(name_of(self), "daemon").touches
        if MAIN_STARTS_THE_LAST:
            touches += ((FINALIZING, READ),)
        return touches + ((THREADS_ORDER_PLACE, WRITE),) if THREADS_ORDER in program.tracked else touches

    def _rd_begin(self):
        """Makes the thread live, within a step that was announced."""
        global solo
        code = child_code(cur)
        body = functools.partial(live_and_let_go, [self]) if program.buries else self._rd_body
        strand = Strand(code, body, self._name, self._daemonic)
        strand.model = self
        strand.end_is_told()
        self._rd_strand = strand
        self._rd_starter = cur
        self._rd_started_at = position
        strand.clock = own_clock() if program.reads_clocks else cur.clock
        if THREADS_ORDER in program.tracked:
            strand.op = dressed(op_of(strand.begin_op.touches + ((THREADS_ORDER_PLACE, WRITE),)), strand)
        solo = False
        keep_mortal()

    def _rd_body(self):
        self._rd_live()
        end(cur)

    def _rd_live(self):
        try:
            self.run()
        except (Abandon, Unsupported, Diverged, StartOver):
            raise
        except BaseException as error:
            failure = None if isinstance(error, SystemExit) else fail_with(cur.code, self._rd_named_aloud(), error)
            hook = my_getattr(MODELS["threading"], "excepthook")
            if hook is excepthook:
                if failure is not None:
                    tell_failure(failure)
            else:
                call_hook(hook, ExceptHookArgs((type(error), error, error.__traceback__, self)))

    def run(self):
        try:
            if self._target is not None:
                # What it is given in a container it reads when it runs.
                if type(self._args) is not tuple or self._kwargs is not self._rd_own_kwargs:
                    given = [each for each in (self._args, self._kwargs) if type(each) is not tuple and each is not self._rd_own_kwargs]
                    if given:
                        rd_wholes(given)
                callee(self._target)(*self._args, **self._kwargs)
        finally:
            if not ended:
                del self._target, self._args, self._kwargs

    def join(self, timeout=None):
        if not self._initialized:
            raise RuntimeError("Thread.__init__() not called")
        looked = self._rd_look()
        strand = self._rd_strand
        if strand is None:
            tell = note if looked else aside
            raise failing(RuntimeError("cannot join thread before it is started"), "join", self._name, tell)
        if strand is cur:
            raise failing(RuntimeError("cannot join current thread"), "join", self._name, aside)
        if timeout is not None:
            over = timed(timeout, lambda: strand.done, lambda: strand.alive_op.touches)
            if detail and not solo:
                note("join", self._name, None if over else "timed out")
            if not over:
                return
        else:
            join_strand(strand, self._name)
        joined(strand)
        if not self._rd_is_over:
            self._rd_find_over()

    def _rd_look(self):
        """Whether it was started: others than who did that have to look. Returns whether they did, in a step."""
        if solo or self._rd_starter is cur or self._rd_strand is cur:
            return False
        ask(self._rd_read)
        return True

    def _rd_look_for(self, attribute):
        if self._rd_look() and detail:
            note("read", place_of(self, attribute), show(None) if self._rd_strand is None else None)

    def is_alive(self):
        assert self._initialized, "Thread.__init__() not called"
        looked = self._rd_look()
        strand = self._rd_strand
        if strand is None:
            if detail and looked:
                note("is alive?", self._name, show(False))
            return False
        if not solo and strand is not cur:
            ask(strand.alive_op)
            if not listed_apart and strand.code in missed():
                found.add(LISTED)
            if detail:
                note("is alive?", self._name, show(strand.is_alive()))
        return strand.is_alive() or not self._rd_find_over()

    def _rd_find_over(self):
        """What CPython before 3.13 does where it finds the thread over. Many a program has an event of that name, which cannot be called.
        Returns whether the thread is now known to be over."""
        if not self._rd_is_over:
            self._stop()
        return self._rd_is_over

    def _stop(self):
        self._rd_is_over = True

    isAlive = None  # gone since 3.9; a name that reads as missing

    def _rd_named_aloud(self):
        # What a replay shows of a thread is not what the program sees of it.
        if self._rd_numbered and not showing:
            found.add(THREAD_NAMES)
        return self._name

    @property
    def name(self):
        assert self._initialized, "Thread.__init__() not called"
        if NAMES_CHANGE in program.tracked and not solo and not showing:
            ask(read_op(name_of(self), "name"))
            if detail:
                note("read", place_of(self, "name"), show(self._name))
        return self._rd_named_aloud()

    @name.setter
    def name(self, name):
        assert self._initialized, "Thread.__init__() not called"
        if not solo:
            found.add(NAMES_CHANGE)
            visible(write_op(name_of(self), "name"))
            if detail:
                note("write", place_of(self, "name"), show(name))
        self._name = str(name)
        self._rd_numbered = False
        if self._rd_strand is not None:
            self._rd_strand.name = self._name

    def getName(self):
        return self.name

    def setName(self, name):
        self.name = name

    @property
    def ident(self):
        assert self._initialized, "Thread.__init__() not called"
        self._rd_look_for("ident")
        return None if self._rd_strand is None else seen_ident_of(self._rd_strand)

    @property
    def native_id(self):
        assert self._initialized, "Thread.__init__() not called"
        self._rd_look_for("native_id")
        return None if self._rd_strand is None else native_id_of(self._rd_strand)

    @property
    def daemon(self):
        assert self._initialized, "Thread.__init__() not called"
        if DAEMONS_CHANGE in program.tracked and not solo and not showing:
            ask(read_op(name_of(self), "daemon"))
            if detail:
                note("read", place_of(self, "daemon"), show(self._daemonic))
        return self._daemonic

    @daemon.setter
    def daemon(self, daemonic):
        if not self._initialized:
            raise RuntimeError("Thread.__init__() not called")
        looked = self._rd_look()
        if self._rd_strand is not None:
            tell = note if looked else aside
            raise failing(RuntimeError("cannot set daemon status of active thread"), "write", place_of(self, "daemon"), tell)
        if not solo:
            found.add(DAEMONS_CHANGE)
            visible(write_op(name_of(self), "daemon"))
            if detail:
                note("write", place_of(self, "daemon"), show(daemonic))
        self._daemonic = bool(daemonic)

    def isDaemon(self):
        return self.daemon

    def setDaemon(self, daemonic):
        self.daemon = daemonic

    def __repr__(self):
        assert self._initialized, "Thread.__init__() was not called"
        self.is_alive()
        strand = self._rd_strand
        status = "initial" if strand is None else "stopped" if strand.done else "started"
        if self.daemon:
            status += " daemon"
        if strand is not None:
            status += " %d" % seen_ident_of(strand)
        return "<%s(%s, %s)>" % (type(self).__name__, self.name, status)


del Thread.isAlive
if sys.version_info >= (3, 13):
    del Thread._stop


def live_and_let_go(held):
    """A thread's life where objects do something as they die. Before its end Python lets go of the thread itself, and of what is local to it."""
    thread = held.pop()
    thread._rd_live()
    forget_frames(cur.code)
    if kept:
        bury()
    cur.model = None
    del thread
    for known in locals_made:
        local = known()
        if local is not None:
            object.__getattribute__(local, "_rd_tables").pop(cur.code, None)
    end(cur)


class MainThread(Thread):
    """The main thread's `Thread` object."""

    def __init__(self, strand):
        self._rd_named()
        self._name = "MainThread"
        self._daemonic = False
        self._initialized = True
        self._rd_strand = strand
        self._target = None


MainThread.__name__ = MainThread.__qualname__ = "_MainThread"


def call_hook(hook, *arguments):
    """Has the scenario's own hook see an error. What it raises itself CPython prints, and goes on."""
    try:
        hook(*arguments)
    except (Abandon, Unsupported, Diverged, StartOver):
        raise
    except BaseException as another:
        sound(another)


ExceptHookArgs = _ExceptHookArgs


def excepthook(args, /):
    """`threading.excepthook` as it is at first. It prints nothing: what it is given is told as an exception anyway."""
    if type(args) is not ExceptHookArgs:
        raise TypeError("_thread.excepthook argument type must be ExceptHookArgs")


thread_counter = [0]
THREAD_NAMES = ("counter", "threads")
NAMES_CHANGE = ("names", "threads")  # whether a thread was given another name while several lived
THREADS_ORDER = ("order", "threads")  # whether a thread was seen to ask for all that live, which come in the order in which they began
THREADS_ORDER_PLACE = outside_place("order of threads")  # starting one writes it too: those that have not begun come in that order
DAEMONS_CHANGE = ("daemons", "threads")  # whether one was made a daemon, or not, while several lived
thread_names_op = op_of(((outside_place("thread names"), WRITE),))
exiting = False
# In CPython 3.12.0 and 3.12.1 nobody starts a thread once the main thread's code is over (gh-113964).
MAIN_STARTS_THE_LAST = (3, 12, 0) <= sys.version_info[:3] <= (3, 12, 1)
NO_NEW_THREAD = "can't create new thread at interpreter shutdown"
finalizing = False
finalize_op = op_of(((FINALIZING, WRITE),))


def join_strand(strand, label):
    """Waits for the strand's end."""
    if not (solo and strand.done):
        cur.waits = strand
        visible(strand.join_op, strand.over)
        cur.waits = None
        if detail:
            note("join", label)


def joined(strand):
    """The running thread knows that `strand` is over."""
    global solo
    unjoined.discard(strand.code)
    cur.known.add(strand.code)
    if program.reads_clocks:
        own_clock()
    if strand.clock > cur.clock:
        cur.clock = strand.clock
    if live == 1 and not unjoined:
        solo = True
        kept.clear()
        if program.buries:
            for each in strands:
                each.marks.clear()
