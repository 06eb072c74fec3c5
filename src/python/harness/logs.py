# Logging among threads: what `logging` gets in place of locks, names and times, and which of its acts are steps. Part of the harness; see
# core.py.
#
# `logging` itself is not rewritten: what it does is part of the step that called it, so its locks have nothing to guard, and
# as real locks they would block the one thread that runs. Only where a handler runs the scenario's own code (a handler, a
# stream, a formatter or a filter of its own) do threads meet inside, and then the handler's lock is a modelled one.


class HandlerLock:
    """The lock of one of logging's handlers."""

    def __init__(self, handler):
        self.handler = weak_reference(handler)
        self.model = None

    def runs_scenario_code(self):
        handler = self.handler()
        parts = [handler, getattr(handler, "stream", None), getattr(handler, "formatter", None)]
        parts += getattr(handler, "filters", ())
        return any(type(part).__module__ == "__main__" or isinstance(part, types.FunctionType) for part in parts)

    def acquire(self):
        if not ended and (self.model is not None or self.runs_scenario_code()):
            if self.model is None:
                self.model = RLock()
            self.model.acquire()
        return True

    def release(self):
        if self.model is not None and self.model._holder is cur:
            self.model.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()


class NoLock:
    """Guards what nobody can come between."""

    def acquire(self):
        return True

    def release(self):
        pass

    def __enter__(self):
        return True

    def __exit__(self, *_):
        pass


class LateName:
    """The running thread's name, found when somebody asks: a pool's task has none unless the pool has workers."""

    __slots__ = ("strand",)

    def __init__(self, strand):
        self.strand = strand

    def __str__(self):
        return thread_of(self.strand).name

    def __repr__(self):
        return repr(str(self))

    def __format__(self, how):
        return format(str(self), how)

    def __eq__(self, other):
        return str(self) == other

    def __hash__(self):
        return hash(str(self))

    def __getattr__(self, name):
        return getattr(str(self), name)


class LateIdent:
    """The running thread's identifier, likewise."""

    __slots__ = ("strand",)

    def __init__(self, strand):
        self.strand = strand

    def __index__(self):
        thread_of(self.strand)
        return ident_of(self.strand)

    __int__ = __hash__ = __index__

    def __eq__(self, other):
        return int(self) == other

    def __str__(self):
        return str(int(self))

    __repr__ = __str__


logging_used = False  # by the scenario, or by the one before
logging_is_adapted = False


def adapt_logging():
    """Gives `logging` locks, names and times of ours."""
    global logging_is_adapted
    import logging
    from functools import partialmethod

    logging_is_adapted = True

    def create_lock(handler):
        handler.lock = HandlerLock(handler)

    threads = types.ModuleType("threading")
    threads.RLock = threads.Lock = NoLock
    threads.get_ident = lambda: LateIdent(cur)
    threads.current_thread = lambda: types.SimpleNamespace(name=LateName(cur))
    clock = types.ModuleType("time")
    clock.__dict__.update(clock_members())
    clock.time = lambda: EPOCH + cur.clock
    clock.time_ns = lambda: int((EPOCH + cur.clock) * 1e9)
    logging.threading = threads
    logging.time = clock
    logging._lock = NoLock()
    logging._startTime = EPOCH if isinstance(logging._startTime, float) else int(EPOCH * 1e9)
    logging.Handler.createLock = create_lock
    logging.Logger.handle = partialmethod(handle_record, logging.Logger.handle)
    for name in ("isEnabledFor", "hasHandlers"):
        setattr(logging.Logger, name, partialmethod(ask_logger, getattr(logging.Logger, name)))
    logging.StreamHandler.emit = partialmethod(emit_record, logging.StreamHandler.emit)
    for kind, name in ((logging.Filterer, "addFilter"), (logging.Filterer, "removeFilter"), (logging.Logger, "addHandler"),
                       (logging.Logger, "removeHandler"), (logging.Logger, "setLevel"), (logging.Handler, "setLevel")):  # fmt: skip
        setattr(kind, name, partialmethod(configure_logging, getattr(kind, name)))
    disable = logging.disable
    logging.disable = lambda level=logging.CRITICAL: configure_logging(level, disable)
    logging.lastResort.createLock()
    loggers_kept.update(logging.root.manager.loggerDict)


def handle_record(logger, handle, record):
    """`Logger.handle`, where what is logged is read in the end."""
    if not solo:
        given = record.args if type(record.args) is tuple else (record.args,)
        if issubclass(type(record.args), collections.defaultdict):
            rd_formatted((record.msg, record.args))
            try:
                record.msg % record.args  # what that makes is there from now on, though the text is made in a later step
            except Exception as error:
                sound(error)
        else:
            rd_all_deep((record.msg, *given))
    return handle(logger, record)


LOGGING = ("logging", "configuration")  # whether levels, handlers and filters are changed while several threads live
logging_write, logging_read = (op_of(((outside_place("logging"), manner),)) for manner in (WRITE, READ))


def configure_logging(thing, change, *arguments, **keywords):
    """What changes levels, handlers and filters: one step."""
    if not solo:
        found.add(LOGGING)
        visible(logging_write)
        if detail:
            note("configure logging")
    return change(thing, *arguments, **keywords)


def ask_logger(logger, method, *arguments):
    """`Logger.isEnabledFor`, which every call that logs begins with, and what else asks how things are."""
    if not solo and LOGGING in program.tracked:
        ask(logging_read)
        if detail:
            note("read", "the configuration of logging")
    return method(logger, *arguments)


def emit_record(handler, emit, record):
    """`StreamHandler.emit`: a stream in memory is one of the things that nobody looks into."""
    touches = ()
    if not solo:
        publish(handler.stream)
        if is_shared_opaque(handler.stream):
            touches = announce(state_touches, handler.stream, WRITE)
            if detail and touches:
                note("write", place_of(handler.stream))
    return in_the_middle(touches, emit, (handler, record), {}) if touches else emit(handler, record)


loggers_kept = {}


def restore_logging():
    """Forgets the loggers, handlers and levels of the last execution."""
    global logging_used
    import logging

    logging_used = False
    root = logging.root
    for logger in [root] + list(root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.filters.clear()
            logger.disabled = False
            logger.propagate = True
            logger.level = logging.WARNING if logger is root else logging.NOTSET
            logger._cache.clear()
    for name in list(root.manager.loggerDict):
        if name not in loggers_kept:
            del root.manager.loggerDict[name]
    root.manager.disable = 0
    root.manager.loggerClass = root.manager.logRecordFactory = None
    logging.setLoggerClass(logging.Logger)
    logging.setLogRecordFactory(logging.LogRecord)
    logging._handlers.clear()
    logging._handlerList.clear()


def adapt_log_handlers(module):
    """`logging.handlers` gets the models: its queue listener has a thread."""
    module.threading = MODELS["threading"]
    module.queue = model_of("queue")


not_adapted["logging.handlers"] = adapt_log_handlers
