# Logging among threads: what `logging` gets in place of locks, names and times, and which of its acts are steps. Part of the harness; see
# core.py.
#
# `logging` itself is not rewritten: what it does is part of the step that called it, so its locks have nothing to guard, and
# as real locks they would block the one thread that runs. Only where a thread takes steps while it has a handler's lock (the scenario's code
# runs there, or takes that lock itself) do threads meet inside. Once that was seen, the locks of handlers are modelled.

HANDLER_LOCKS = ("locks", "logging")


class HandlerLock:
    """The lock of one of logging's handlers, as long as nobody was seen to meet another there."""

    __slots__ = ("place", "holders")

    def __init__(self):
        self.place = sync_place((new_name(), "handler"))
        self.holders = []  # each with the number of steps there were then

    def acquire(self, blocking=True, timeout=-1):
        if not ended:
            if any(holder is not cur and not enabled & holder.bit for holder, _ in self.holders) or is_taken_by_scenario():
                found.add(HANDLER_LOCKS)
            self.holders.append((cur, position))
        return True

    def release(self):
        for at in range(len(self.holders) - 1, -1, -1):
            holder, since = self.holders[at]
            if holder is cur:
                del self.holders[at]
                # One step alone is as good as one with the lock.
                if position > since + 1 and trace[3 * since :: 3].count(cur.index) > 1:
                    found.add(HANDLER_LOCKS)
                break

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()


def is_taken_by_scenario():
    """Whether the scenario's own code takes a handler's lock."""
    frame = sys._getframe(2)
    while frame.f_code.co_name in ("acquire", "__enter__"):
        frame = frame.f_back
    return frame.f_globals is program_globals


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
    """The running thread's name, found when a record's text is made: a pool's task has none unless the pool has workers."""

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


def late_thread():
    """`threading.current_thread` for records: all that they take of it is the name."""
    if cur.pool is None:
        introduce()
    return types.SimpleNamespace(name=thread_of(cur).name if program.names_records else LateName(cur))


logging_used = False  # by the scenario, or by the one before
logging_is_adapted = False


def adapt_logging():
    """Gives `logging` locks, names and times of ours."""
    global logging_is_adapted
    import logging
    from functools import partialmethod

    logging_is_adapted = True

    def create_lock(handler):
        handler.lock = RLock() if HANDLER_LOCKS in program.tracked else HandlerLock()

    threads = types.ModuleType("threading")
    threads.RLock = threads.Lock = NoLock
    threads.get_ident = lambda: LateIdent(cur)
    threads.current_thread = late_thread
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
    for name in ("isEnabledFor", "hasHandlers", "getEffectiveLevel"):
        setattr(logging.Logger, name, partialmethod(ask_logger, getattr(logging.Logger, name)))
    logging.StreamHandler.emit = partialmethod(emit_record, logging.StreamHandler.emit)
    for kind, name in ((logging.Filterer, "addFilter"), (logging.Filterer, "removeFilter"), (logging.Logger, "addHandler"),
                       (logging.Logger, "removeHandler"), (logging.Logger, "setLevel"), (logging.Handler, "setLevel")):  # fmt: skip
        setattr(kind, name, partialmethod(configure_logging, getattr(kind, name)))
    disable, name_level, make_record = logging.disable, logging.addLevelName, logging.makeLogRecord
    configure = logging.basicConfig
    # It looks whether there are handlers under the lock under which it adds them.
    logging.basicConfig = lambda **keywords: configure_logging(functools.partial(configure, **keywords), atomically)
    logging.len = lambda thing: length_for_logging(thing, logging.root.handlers)
    logging.disable = lambda level=logging.CRITICAL: configure_logging(level, disable)
    logging.addLevelName = lambda level, levelName: configure_logging(level, name_level, levelName)
    logging.makeLogRecord = lambda dict: make_record(rd_whole(dict))
    level_names.extend((table, dict(table)) for table in (logging._levelToName, logging._nameToLevel))
    logging.Handler.setFormatter = lambda handler, fmt: wr_attr(fmt, handler, "formatter")
    logging.StreamHandler.setStream = set_stream
    for kind, name, before in (
        (logging.Handler, "format", lambda handler, *_: my_getattr(handler, "formatter")),
        (logging.Logger, "makeRecord", lambda logger, *given: rd_whole(given[8]) if len(given) > 8 else None),
        *((kind, "_format", lambda style, _: rd_whole(getattr(style, "_defaults", None)))
          for kind in (logging.PercentStyle, logging.StrFormatStyle, logging.StringTemplateStyle)),
    ):  # fmt: skip
        setattr(kind, name, partialmethod(look_first, before, getattr(kind, name)))
    loggers_kept.update(logging.root.manager.loggerDict)


def look_first(thing, look, act, *arguments, **keywords):
    """What looks at something that threads may share, which is a step."""
    if not solo:
        look(thing, *arguments)
    return act(thing, *arguments, **keywords)


def set_stream(handler, stream):
    """`StreamHandler.setStream`."""
    before = my_getattr(handler, "stream")
    if stream is before:
        return None
    handler.acquire()
    try:
        handler.flush()
        wr_attr(stream, handler, "stream")
    finally:
        handler.release()
    return before


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
        if LOGGING in program.tracked:
            # Between one handler and the next others may change which there are.
            ask(logging_read)
            if detail:
                note("read", "the configuration of logging")
            return in_the_middle(logging_read.touches, handle, (logger, record), {})
    return handle(logger, record)


LOGGING = ("logging", "configuration")  # whether levels, handlers and filters are changed while several threads live
logging_write, logging_read = (op_of(((outside_place("logging"), manner),)) for manner in (WRITE, READ))


def configure_logging(thing, change, *arguments, **keywords):
    """What changes levels, handlers and filters: one step."""
    if not solo:
        found.add(LOGGING)
        announce(configuring_touches, thing)
        if detail:
            note("configure logging")
    return change(thing, *arguments, **keywords)


CONFIGURED = frozenset("disabled filters handlers level propagate".split())  # attributes by which a program sees the configuration


def is_of_logging(kind):
    """Whether a class is one of `logging`, or inherits from one."""
    return logging_is_adapted and any(each.__module__ == "logging" for each in kind.__mro__)


def configuring_touches(thing):
    """What changing the configuration touches, of `thing` or, by `basicConfig`, of the root: others may have got hold of its lists."""
    touches = logging_write.touches
    for each in lists_of_logger(sys.modules["logging"].root if type(thing) is functools.partial else thing):
        touches += structure_touches("L", each, WRITE)
    return touches


def lists_of_logger(thing):
    """The handlers and filters of a logger, which are called after it: anybody may be the first to look at them. Nothing else has such."""
    inner = dict_of(thing) or {}
    lists = []
    if type(inner.get("name")) is str:
        for name in ("handlers", "filters"):
            each = inner.get(name)
            if type(each) is list:
                if id(each) not in names:
                    keep_name(each, digest(("logging", name, inner["name"])))
                lists.append(each)
    return lists


def length_for_logging(thing, handlers):
    """`len` in the module `logging`: its functions that log look first whether the root has any handlers."""
    if thing is handlers and not solo and LOGGING in program.tracked:
        ask(logging_read)
        if detail:
            note("read", "the handlers of logging")
    return len(thing)


def ask_logger(logger, method, *arguments):
    """`Logger.isEnabledFor`, which every call that logs begins with, and what else asks how things are. One step: which of them ask each
    other hangs on what a logger has in its cache, which nobody sees."""
    global asking
    if solo or LOGGING not in program.tracked or asking is cur:
        return method(logger, *arguments)
    ask(logging_read)
    if detail:
        note("read", "the configuration of logging")
    outer, asking = asking, cur
    try:
        return method(logger, *arguments)
    finally:
        asking = outer


asking = None  # the thread that asks a logger how things are


def emit_record(handler, emit, record):
    """`StreamHandler.emit`: a stream in memory is one of the things that nobody looks into."""
    touches = ()
    if not solo:
        publish(my_getattr(handler, "stream"))
        if is_shared_opaque(handler.stream):
            touches = announce(emitted_touches, handler)
            if detail and touches:
                note("write", place_of(handler.stream))
    return in_the_middle(touches, emit, (handler, record), {}) if touches else emit(handler, record)


def emitted_touches(handler):
    """What writing to a handler's stream touches. Who does that has the handler's lock, be it modelled or not."""
    touches = state_touches(handler.stream, WRITE)
    return (*touches, (handler.lock.place, WRITE)) if type(handler.lock) is HandlerLock else touches


loggers_kept = {}
level_names = []  # the tables of them, each with what it held at first


def begin_logging():
    """What happens where the scenario imports `logging` first."""
    global logging_used
    import logging

    logging_used = True
    logging.lastResort.createLock()


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
    for table, names_then in level_names:
        table.clear()
        table.update(names_then)
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
    module.BufferingHandler.emit = buffer_record
    module.BufferingHandler.flush = empty_buffer
    module.MemoryHandler.flush = flush_memory


def buffer_record(handler, record):
    """`BufferingHandler.emit`: what is in the buffer others may look at."""
    rd_method(handler.buffer, "append")(record)
    if handler.shouldFlush(record):
        handler.flush()


def empty_buffer(handler):
    """`BufferingHandler.flush`."""
    handler.acquire()
    try:
        rd_method(handler.buffer, "clear")()
    finally:
        handler.release()


def flush_memory(handler):
    """`MemoryHandler.flush`."""
    handler.acquire()
    try:
        if handler.target:
            for record in rd_turns(handler.buffer):
                handler.target.handle(record)
            rd_method(handler.buffer, "clear")()
    finally:
        handler.release()


not_adapted["logging.handlers"] = adapt_log_handlers
