# The world that a scenario sees: modules and builtins. Part of the harness; see core.py.


def model_module(name, real, members, refused=""):
    """A module that the scenario gets instead of `real`."""
    module = types.ModuleType(name, real.__doc__)
    module.__dict__.update(members)
    module.__file__ = getattr(real, "__file__", None)
    public = [each for each in getattr(real, "__all__", dir(real)) if each in members]
    module.__all__ = public

    def missing(attribute):
        if attribute.startswith("__") or not hasattr(real, attribute):
            raise AttributeError("module %r has no attribute %r" % (name, attribute))
        raise Unsupported("%s.%s" % (name, attribute))

    module.__getattr__ = missing
    return module


class StrandRandom:
    """Functions of `random`. A program that sets the seed has one sequence, from which threads draw in some order. Where nobody does, any
    numbers may come, and every thread has a sequence of its own, so that chance does not depend on who runs first."""

    def __init__(self, name):
        self.name = name

    def __call__(self, *arguments, **keywords):
        me = cur
        me.acts += not program.draws_delays
        if program.seeds:
            generator = sequence_of_all()
            if self.name != "shuffle" or solo:
                draw_again()
        else:
            if me.rng is None:
                me.rng = RealRandom(me.code * 7919)
            generator = me.rng
        function = getattr(generator, self.name)
        if self.name == "seed" and [*arguments, *keywords.values(), None][0] is None:
            return function(0)
        if self.name == "shuffle" and not solo:
            if shuffles(function, arguments, keywords):
                return shuffled(generator, *arguments, *keywords.values(), draw_again if program.seeds else nothing)
            return call_changing(function, 0, arguments, keywords)
        for argument in (*arguments, *keywords.values()):
            if type(argument) not in ATOMS:
                rd_whole(argument)
        return function(*arguments, **keywords)


def draw_again():
    """The step of who draws from what all threads draw from."""
    act(draw_op)
    if detail and not solo:
        note("draw", "random")


def nothing():
    pass


draw_op = op_of(((outside_place("random"), WRITE),))
RealRandom = None  # once the scenario imports `random`
common_sequence = None


def sequence_of_all():
    """What all threads draw from."""
    global common_sequence
    if common_sequence is None:
        common_sequence = RealRandom(0)
    return common_sequence


def forget_draws():
    """Each execution draws the same."""
    global common_sequence
    common_sequence = None


def clock_members():
    members = {
        "sleep": sleep,
        "time": lambda: EPOCH + now(),
        "time_ns": lambda: int((EPOCH + now()) * 1e9),
        "monotonic": lambda: 1000.0 + now(),
        "monotonic_ns": lambda: int((1000.0 + now()) * 1e9),
        "perf_counter": lambda: 1000.0 + now(),
        "perf_counter_ns": lambda: int((1000.0 + now()) * 1e9),
        "process_time": now,
        "thread_time": now,
        "gmtime": lambda seconds=None: real_time.gmtime(EPOCH + now() if seconds is None else seconds),
        "localtime": lambda seconds=None: real_time.gmtime(EPOCH + now() if seconds is None else seconds),
        "ctime": lambda seconds=None: real_time.asctime(real_time.gmtime(EPOCH + now() if seconds is None else seconds)),
        "asctime": lambda when=None: real_time.asctime(when or real_time.gmtime(EPOCH + now())),
        "strftime": lambda form, when=None: real_time.strftime(form, when or real_time.gmtime(EPOCH + now())),
    }
    for name in ("strptime", "mktime", "struct_time", "timezone", "tzname", "altzone", "daylight"):
        members[name] = getattr(real_time, name)
    return members


MODELS = {}


def restore_modules():
    """Undoes what the last execution did to modules' attributes."""
    for module, before in changed_modules.values():
        namespace = vars(module)
        for name in list(namespace):
            if name not in before:
                del namespace[name]
        namespace.update(before)
    changed_modules.clear()


def restore_classes():
    """Undoes what the last execution did to attributes of classes that are not its own."""
    for (_, name), (kind, before) in changed_classes.items():
        if vars(kind).get(name, MISSING) is before:
            continue  # it could not be set
        if before is MISSING:
            type.__delattr__(kind, name)
        else:
            type.__setattr__(kind, name, before)
    changed_classes.clear()


def make_models():
    """Has the models pass for the classes that they model."""
    for each in (Queue, LifoQueue, PriorityQueue, SimpleQueue):
        each.__module__ = "queue" if each is not SimpleQueue else "_queue"
        MODEL_CLASSES.add(each)
    for each in (Thread, Lock, RLock, Local, Condition, Semaphore, BoundedSemaphore, Event, Barrier, Timer):
        each.__module__ = "threading"
        MODEL_CLASSES.add(each)
    MODEL_CLASSES.update((ThreadPoolExecutor, Future))
    Executor.__module__ = Future.__module__ = "concurrent.futures._base"
    ThreadPoolExecutor.__module__ = BrokenThreadPool.__module__ = "concurrent.futures.thread"
    MainThread.__module__ = BareThread.__module__ = "threading"
    Local.__name__ = Local.__qualname__ = "_local"
    Local.__module__ = "_thread"
    say_in_c(Lock, "_thread", "lock", "_thread.lock")
    say_in_c(RLock, "_thread", "RLock", "_thread.RLock")
    MODEL_CLASSES.add(FunctionInC)
    opaque_kinds[FunctionInC] = ""
    make_rlock.__name__ = make_rlock.__qualname__ = "RLock"
    make_rlock.__module__ = "threading"
    real_threading = LateModule("threading", "Thread module emulating a subset of Java's threading model.")
    real_threading.__all__ = (
        "get_ident", "active_count", "Condition", "current_thread", "enumerate", "main_thread", "TIMEOUT_MAX", "Event", "Lock", "RLock",
        "Semaphore", "BoundedSemaphore", "Thread", "Barrier", "BrokenBarrierError", "Timer", "ThreadError", "local", "stack_size",
        "excepthook", "ExceptHookArgs", "get_native_id",
    )  # fmt: skip
    MODELS["threading"] = model_module("threading", real_threading, {
        "Thread": Thread, "Lock": allocate if sys.version_info < (3, 13) else Lock, "RLock": make_rlock, "local": Local,
        "current_thread": current_thread,
        "currentThread": current_thread, "main_thread": main_thread, "get_ident": get_ident, "get_native_id": get_native_id,
        "Condition": Condition, "Semaphore": Semaphore, "BoundedSemaphore": BoundedSemaphore, "Event": Event,
        "Barrier": Barrier, "BrokenBarrierError": BrokenBarrierError, "Timer": Timer,
        "enumerate": enumerate_threads, "active_count": active_count, "activeCount": active_count,
        "TIMEOUT_MAX": TIMEOUT_MAX, "ThreadError": RuntimeError, "ExceptHookArgs": ExceptHookArgs,
        "stack_size": stack_size, "excepthook": excepthook, "__excepthook__": excepthook,
    })  # fmt: skip


def make_futures():
    members = {
        "ThreadPoolExecutor": ThreadPoolExecutor, "Executor": Executor, "Future": Future, "wait": wait,
        "as_completed": as_completed, "CancelledError": CancelledError, "TimeoutError": FuturesTimeoutError,
        "InvalidStateError": InvalidStateError, "BrokenExecutor": BrokenExecutor, "FIRST_COMPLETED": FIRST_COMPLETED,
        "FIRST_EXCEPTION": FIRST_EXCEPTION, "ALL_COMPLETED": ALL_COMPLETED,
    }  # fmt: skip
    # What imports the real one imports `logging`, and with that another twenty modules.
    real = LateModule("concurrent.futures", "Execute computations asynchronously using threads or processes.")
    real.__all__ = (
        "FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED", "CancelledError", "TimeoutError", "InvalidStateError",
        "BrokenExecutor", "Future", "Executor", "wait", "as_completed", "ThreadPoolExecutor",
    )  # fmt: skip
    module = model_module("concurrent.futures", real, members)
    thread_members = {"ThreadPoolExecutor": ThreadPoolExecutor, "BrokenThreadPool": BrokenThreadPool}
    module.thread = model_module("concurrent.futures.thread", real, thread_members)
    concurrent = types.ModuleType("concurrent")
    concurrent.futures = module
    MODELS.update({
        "concurrent": concurrent, "concurrent.futures": module, "concurrent.futures.thread": module.thread,
    })  # fmt: skip


class LateModule(types.ModuleType):
    """A module that is imported once somebody asks for what is not known of it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(real_import(self.__name__, None, None, (name,)), name)


def make_time():
    MODELS["time"] = model_module("time", real_time, clock_members())


def make_random():
    global RealRandom
    import random as real_random

    class SeededRandom(real_random.Random):
        """`random.Random()` without a seed gets one that is always the same."""

        def __init__(self, seed=None):
            super().__init__(0 if seed is None else seed)

    RealRandom = real_random.Random
    module = model_module("random", real_random, {
        name: StrandRandom(name) for name in real_random.__all__ if name[0].islower()
    })  # fmt: skip
    module.Random = SeededRandom
    MODELS["random"] = module


def make_queue():
    global Empty, Full, ShutDown, RealQueue
    import queue as real_queue

    RealQueue = real_queue.Queue
    real_queue.time = now

    Empty, Full, ShutDown = real_queue.Empty, real_queue.Full, getattr(real_queue, "ShutDown", None)
    members = {
        "Queue": Queue, "LifoQueue": LifoQueue, "PriorityQueue": PriorityQueue, "SimpleQueue": SimpleQueue,
        "Empty": Empty, "Full": Full,
    }  # fmt: skip
    if ShutDown is not None:
        members["ShutDown"] = ShutDown
    MODELS["queue"] = model_module("queue", real_queue, members)


at_exit = []  # what the scenario wants to have called when the interpreter ends


def register_at_exit(func, /, *args, **kwargs):
    """`atexit.register`."""
    if not callable(func):
        raise TypeError("the first argument must be callable")
    for each in (func, *args, *kwargs.values()):
        publish(each)
    act(at_exit_op)
    at_exit.append((func, args, kwargs))
    return func


def unregister_at_exit(func, /):
    """`atexit.unregister`."""
    act(at_exit_op)
    at_exit[:] = [each for each in at_exit if each[0] != func]


at_exit_op = op_of(((outside_place("atexit"), WRITE),))


def call_at_exit():
    """Calls what was registered, the last first."""
    while at_exit:
        call_to_the_end(*at_exit.pop())


def call_to_the_end(function, arguments, keywords):
    """Calls what is called as the interpreter ends."""
    try:
        function(*arguments, **keywords)
    except (Abandon, Unsupported, Diverged, StartOver):
        raise
    except BaseException as error:
        sound(error)  # CPython prints it and goes on


def make_atexit():
    import atexit as real_atexit

    MODELS["atexit"] = model_module("atexit", real_atexit, {"register": register_at_exit, "unregister": unregister_at_exit})


environ = environment = environment_kept = None  # `os.environ`, the dict in it, and that as it was, once somebody imports `os`


def adapt_system(module):
    global real_write
    adapt_environment(module)
    adapt_killing(module)
    real_write, module.write = module.write, write_by_number


def adapt_environment(module):
    global environ, environment, environment_kept
    environ, environment = module.environ, module.environ._data
    environment_kept = dict(environment)
    stand_for((type(environ),), "_data")


def restore_environment():
    """Undoes what the last execution did to `os.environ`."""
    environment.clear()
    environment.update(environment_kept)


# What the scenario gets in place of real modules: made when it first imports them.
MAKERS = {"atexit": make_atexit, "concurrent": make_futures, "time": make_time, "random": make_random, "queue": make_queue, "functools": make_functools}


def model_of(root):
    """The model that the scenario gets as `root`, if there is one."""
    if root not in MODELS and root in MAKERS:
        MAKERS[root]()
    return MODELS.get(root)


REFUSED = {
    "multiprocessing": "processes share nothing that Raceday could explore",
    "multiprocessing.dummy": "a pool of threads is `concurrent.futures.ThreadPoolExecutor`",
    "multiprocessing.pool": "a pool of threads is `concurrent.futures.ThreadPoolExecutor`",
    "asyncio": "coroutines are not threads",
    "subprocess": "a scenario may start no process",
    "socket": "a scenario may not use the network",
    "select": "a scenario may not use the network",
    "selectors": "a scenario may not use the network",
    "ssl": "a scenario may not use the network",
    "http": "a scenario may not use the network",
    "urllib": "a scenario may not use the network",
    "socketserver": "a scenario may not use the network",
    "ctypes": "foreign code cannot be explored",
    "importlib": "it would import around what is modelled; use `import`",
    "tempfile": "a scenario has no files",
}
real_import = builtins.__import__


def my_import(name, globals=None, locals=None, fromlist=(), level=0):
    """The scenario's `import`."""
    if globals is not None and globals is not program_globals:
        return real_import(name, globals, locals, fromlist, level)
    wanted = name, fromlist if type(fromlist) is not list else tuple(fromlist)  # code in C gives a list
    known = imported_models.get(wanted)
    if known is not None and len(sys.modules) == modules_known:
        return known
    root = name.split(".")[0]
    refused = REFUSED.get(name) or REFUSED.get(root) or REFUSED.get(root.removeprefix("_"))  # or the part of it in C
    if refused is not None and name != "urllib.parse":
        raise Unsupported("import %s" % name, refused)
    if name == "unittest.mock" or name == "unittest" and "mock" in (fromlist or ()):
        raise Unsupported("import unittest.mock", "mocks change in ways that nobody looks into")
    if model_of(root) is not None:
        module = MODELS.get(name)
        if module is None:
            raise Unsupported("import %s" % name)
        for each in fromlist or ():
            if each != "*":
                getattr(module, each)
        if len(sys.modules) != modules_known:
            adapt_modules()
        known = imported_models[wanted] = module if fromlist else MODELS[root]
        return known
    if root == "logging" and not logging_is_adapted:
        adapt_logging()
    try:
        module = real_import(name, globals, locals, fromlist, level)
    except ModuleNotFoundError as error:
        if error.name != root or root in getattr(sys, "stdlib_module_names", ()) or root in program.optional:
            raise
        raise Unsupported("import %s" % name, "only the standard library can be imported") from None
    if root == "logging" and not logging_used:
        begin_logging()
    if len(sys.modules) != modules_known:
        adapt_modules()
    return module


imported_models = {}  # by name, and what is wanted from there: the models that the scenario has imported before
modules_known = 0  # how many there were when they were last looked through


def adapt_modules():
    """Adapts what has come to be imported, by whomever."""
    global modules_known
    modules_known = len(sys.modules)
    for name in list(not_adapted):
        if name in sys.modules:
            not_adapted.pop(name)(sys.modules[name])


def adapt_context_managers(module):
    """`contextlib`'s managers do what they do in steps: those that redirect the output set `sys.stdout`, and an `ExitStack` looks whether it
    has callbacks before it takes one."""
    module.setattr, module.getattr = my_setattr, my_getattr
    module.deque = Callbacks


class Callbacks(collections.deque):
    """The callbacks of an `ExitStack`, between the look at which and the taking others may come in, where threads share it."""

    def pop(self):
        """`deque.pop`."""
        if not solo and cur.inside:
            visible(op_of(cur.inside))
            if detail:
                note("take a callback")
        return collections.deque.pop(self)


def adapt_contexts(_):
    """From now on each strand has a context of its own."""
    global Context
    from _contextvars import Context

    ENTERS["run"] = (Context,)


generated = {}  # what methods of data classes are compiled to, by their text


def adapt_dataclasses(module):
    """The methods that a data class is given look at attributes as if the scenario had them in its own text."""
    module.exec = run_generated
    adapt_fields(module)


def run_generated(source, namespace, made):
    """`exec` of the text of a data class's methods."""
    if namespace is not program_globals:
        builtins.exec(source, namespace, made)
        return
    code = generated.get(source)
    if code is None:
        rewriter = GeneratedRewriter(parse(source, "<string>"))
        code = generated[source] = compile(rewriter.module, "<string>", "exec", dont_inherit=True)
    builtins.exec(code, namespace, made)


def clean_tracebacks(module):
    """Has the module `traceback` leave out the harness's frames, for a scenario's tracebacks are its own, and print each in one piece: its lines
    would have thousands of orders."""
    ours = globals()

    def without_ours(walk):
        # What is walked is (frame, line or positions).
        return lambda start: (each for each in walk(start) if each[0].f_globals is not ours)

    for name in ("walk_tb", "walk_stack", "_walk_tb_with_full_positions"):
        if hasattr(module, name):
            setattr(module, name, without_ours(getattr(module, name)))
    module.print_exception = in_one_piece(module.print_exception, 4)
    module.print_list = in_one_piece(module.print_list, 1)


def in_one_piece(show, most):
    """`show`, which prints something line by line to a `file` that is given by name or after `most` others, with one act."""

    def shown(*arguments, file=None, **keywords):
        stream = sys.stderr if file is None else file
        if len(arguments) > most or not issubclass(type(stream), Output):
            keywords.update({"file": file} if len(arguments) <= most else {})
            return show(*arguments, **keywords)
        text = io.StringIO()
        show(*arguments, file=text, **keywords)
        stream.write(text.getvalue())

    return shown


def adapt_scheduler(module):
    """A scheduler guards all that it keeps with a lock, takes the time from a clock, and sleeps."""
    module.threading = MODELS["threading"]
    clock = model_of("time")
    module.scheduler.__init__.__defaults__ = clock.monotonic, clock.sleep


def adapt_clock(module):
    """Has a module of the library's take the time from the scenario's clock."""
    module.time = model_of("time")


def refuse_handlers(module):
    """`unittest` would handle Ctrl-C, which nobody presses here, and keeps that it does for ever."""
    module.installHandler = refused_builtin("unittest.installHandler()", "no signal comes from outside")


def keep_source(module):
    """Gives `linecache` the scenario's text, which lies in no file that a worker can read: tracebacks quote it."""
    lines = program.source.splitlines(True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    module.cache[program.filename] = (len(program.source), None, lines, program.filename)


not_adapted = {
    "_collections_abc": adapt_views, "_contextvars": adapt_contexts, "abc": adapt_registering, "collections": adapt_counters,
    "copy": adapt_copying, "datetime": adapt_dates,
    "contextlib": adapt_context_managers, "decimal": adapt_contexts, "dataclasses": adapt_dataclasses, "dis": adapt_disassembly,
    "faulthandler": lambda module: vars(module).update(enable=lambda file=None, all_threads=True: None),  # what it prints nobody could see
    "fractions": lambda module: compare_in_python(module.Fraction), "linecache": keep_source, "os": adapt_system,
    "json": adapt_json, "json.encoder": adapt_encoding, "sched": adapt_scheduler, "sqlite3": adapt_database, "traceback": clean_tracebacks,
    "unittest": refuse_handlers, "unittest.main": refuse_handlers, "unittest.case": adapt_clock, "unittest.runner": adapt_clock,
    "uuid": lambda module: compare_in_python(module.UUID), "warnings": adapt_warnings,
}  # fmt: skip


def refused_builtin(name, why):
    def refuse(*_, **__):
        raise Unsupported(name, why)

    refuse.__name__ = refuse.__qualname__ = name.rstrip("()")
    return refuse


def quitter(name):
    """`exit` or `quit`, which Python has where nobody starts it without its site."""

    def leave(code=None):
        raise SystemExit(code)

    look_like(leave, name)
    return leave


def look_like(function, name):
    """Makes a replaced builtin say what Python's own says of itself."""
    function.__name__ = function.__qualname__ = name
    function.__module__ = "builtins"


for function, name in ((my_print, "print"), (my_getattr, "getattr"), (my_hasattr, "hasattr"), (my_setattr, "setattr"),
                       (del_attr, "delattr"), (my_vars, "vars"), (my_locals, "locals"), (my_dir, "dir"),
                       (my_next, "next"), (register_at_exit, "register"), (unregister_at_exit, "unregister")):  # fmt: skip
    look_like(function, name)


def make_builtins():
    members = dict(vars(builtins))
    members.update({
        "__import__": my_import, "print": my_print, "getattr": my_getattr, "hasattr": my_hasattr, "setattr": my_setattr,
        "delattr": del_attr, "vars": my_vars, "locals": my_locals, "dir": my_dir, "next": my_next,
        "exec": refused_builtin("exec()", "code made at run time is not explored"),
        "eval": refused_builtin("eval()", "code made at run time is not explored"),
        "compile": refused_builtin("compile()", "code made at run time is not explored"),
        "input": refused_builtin("input()", "a scenario has no keyboard"),
        "open": refused_builtin("open()", "a scenario has no files"),
        "exit": quitter("exit"), "quit": quitter("quit"),
        "breakpoint": refused_builtin("breakpoint()", "a scenario has no keyboard"),
        "__rd_rd_global__": rd_global, "__rd_wr_global__": wr_global, "__rd_rd_cell__": rd_cell, "__rd_wr_cell__": wr_cell,
        "__rd_born__": born, "__rd_rd_attr__": rd_attr, "__rd_wr_attr__": wr_attr, "__rd_del_attr__": del_attr,
        "__rd_dict__": rd_dict, "__rd_wr_related__": wr_related, "__rd_rd_item__": rd_item, "__rd_wr_item__": wr_item, "__rd_del_item__": del_item,
        "__rd_in__": rd_in, "__rd_not_in__": rd_not_in, "__rd_whole__": rd_whole, "__rd_all__": rd_all, "__rd_deep__": rd_deep,
        "__rd_truth__": rd_truth, "__rd_turns__": rd_turns, "__rd_rows__": rd_rows, "__rd_unpacked__": rd_unpacked,
        "__rd_spread__": rd_spread, "__rd_mapping__": rd_mapping, "__rd_late__": rd_late,
        "__rd_opaque__": rd_opaque, "__rd_entered__": rd_entered, "__rd_subject__": rd_subject,
        "__rd_method__": rd_method, "__rd_call__": rd_call, "__rd_augment__": augment, "__rd_old_attr__": old_attr,
        "__rd_new_attr__": new_attr, "__rd_old_item__": old_item, "__rd_new_item__": new_item, "__rd_at_global__": at_global,
        "__rd_at_own__": at_own,
        "__rd_at_cell__": CellPlace, "__rd_at_attr__": AttributePlace, "__rd_at_item__": ItemPlace, "__rd_capture__": capture,
        "__rd_caught__": caught, "__rd_handled__": handled, "__rd_died__": died, "__rd_defines__": defines, "__rd_hashed__": hashed,
        "__rd_callee__": callee, "__rd_followed__": followed, **ON_BOTH,
        "__rd_turn__": turn, "__rd_slice__": slice, "__rd_begin_within__": begin_within, "__rd_leave_within__": leave_within,
    })  # fmt: skip
    return members


scenario_builtins = {}
