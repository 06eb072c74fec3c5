# Signals, as far as a program deals with its own: handlers are set, and called by who raises a signal in the main thread. From outside none
# ever comes: nobody presses Ctrl-C in an exploration. Part of the harness; see core.py.

handlers = {}  # of this execution, by the number of the signal: what the program has set
signals_place = outside_place("signals")
read_signals_op, write_signals_op = op_of(((signals_place, READ),)), op_of(((signals_place, WRITE),))
INVALID_ARGUMENT = 22  # what `errno.EINVAL` is
STOPPING = ()  # the signals that stop a process, unless it handles them
real_kill = own_process = None  # once somebody imports `os`
real_signal = None  # once the scenario imports `signal`


def number_of(signalnum):
    """The signal's number, or CPython's own error."""
    real_signal.getsignal(signalnum)
    return int(signalnum)


def name_of_signal(number):
    return next((each.name for each in real_signal.Signals if each == number), "signal %d" % number)


def handler_of(number):
    """What is called as a signal comes."""
    if number in handlers:
        return handlers[number]
    if number == real_signal.SIGINT:
        return real_signal.default_int_handler
    return real_signal.SIG_IGN if number in (real_signal.SIGPIPE, real_signal.SIGXFSZ) else real_signal.SIG_DFL


def set_handler(signalnum, handler):
    """`signal.signal`."""
    if cur.code:
        raise ValueError("signal only works in main thread of the main interpreter")
    number = number_of(signalnum)
    if number in (real_signal.SIGKILL, real_signal.SIGSTOP):
        raise OSError(INVALID_ARGUMENT, "Invalid argument")
    standard = handler in (real_signal.SIG_DFL, real_signal.SIG_IGN)
    if not standard and not callable(handler):
        raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
    publish(handler)
    act(write_signals_op)
    if detail and not solo:
        note("set the handler of", name_of_signal(number))
    before = handler_of(number)
    handlers[number] = real_signal.Handlers(handler) if standard else handler
    return before


def get_handler(signalnum):
    """`signal.getsignal`."""
    number = number_of(signalnum)
    act(read_signals_op)
    return handler_of(number)


def raise_signal(signalnum, /):
    """`signal.raise_signal`."""
    come(operator.index(signalnum), sys._getframe(1))


def come(number, frame):
    """Does what a signal does that comes while the running thread is in that frame."""
    if number not in real_signal.valid_signals():
        raise OSError(INVALID_ARGUMENT, "Invalid argument")
    act(read_signals_op)
    if detail and not solo:
        note("raise", name_of_signal(number))
    handler = handler_of(number)
    if number in STOPPING and handler != real_signal.SIG_IGN and not callable(handler):
        raise Unsupported("raising %s" % name_of_signal(number), "nobody would have the process go on")
    if handler == real_signal.SIG_DFL:
        if number in handlers and not cur.code:
            real_signal.signal(number, handler)  # else the process may have it otherwise than the program
        real_signal.raise_signal(number)
    elif handler != real_signal.SIG_IGN:
        if cur.code:
            raise Unsupported(
                "a signal that is raised in a thread other than the main one",
                "when the main thread runs the handler is not modelled: raise it there",
            )
        callee(handler)(number, frame)


def kill(pid, signal, /):
    """`os.kill`: the only process that a scenario may signal is its own."""
    if pid != own_process() or signal == 0:
        return real_kill(pid, signal)
    model_of("signal")
    come(operator.index(signal), sys._getframe(1))


def adapt_killing(module):
    """Has `os` know how the program takes signals."""
    global real_kill, own_process
    real_kill, own_process = module.kill, module.getpid
    module.kill = kill


def make_signals():
    global real_signal, STOPPING
    import signal as real_signal

    STOPPING = real_signal.SIGSTOP, real_signal.SIGTSTP, real_signal.SIGTTIN, real_signal.SIGTTOU
    members = {name: value for name, value in vars(real_signal).items() if name.isupper() or isinstance(value, type)}
    for name in ("strsignal", "valid_signals", "default_int_handler"):
        members[name] = getattr(real_signal, name)
    members.update(signal=set_handler, getsignal=get_handler, raise_signal=raise_signal)
    MODELS["signal"] = model_module("signal", real_signal, members)


MAKERS["signal"] = make_signals
for function, name in ((set_handler, "signal"), (get_handler, "getsignal"), (kill, "kill")):
    look_like(function, name)
