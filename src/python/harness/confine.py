# The last step of the confinement, before any scenario arrives: the second list of system calls, and the proof that what has to
# be refused is refused. What was taken away before, and why, is for src/python/confine/ to say. Part of the harness; see core.py.


def confine(plan):
    """Takes away what only the start needed, and returns what can be had all the same; nothing where there is no confinement."""
    if not plan["confined"]:
        return None
    for name in plan["preload"]:
        try:
            __import__(name)
        except ImportError:
            pass  # not every version has every module
    if plan["preload"]:
        sys.meta_path.append(Unavailable)
    call, unsupervised, above = None, None, os.getppid()
    try:
        import _ctypes
    except ImportError:
        pass
    else:
        call, where_is = library(_ctypes)
        unsupervised = restrict(plan, call, where_is)
    refused, allowed = [], []
    for name, attempt in probes(call, listener is not None, above):
        try:
            attempt()
        except PermissionError:
            refused.append(name)
        except Exception as error:
            allowed.append("%s (%s)" % (name, describe(error)))
        else:
            allowed.append(name)
    return {"second": call is not None, "unsupervised": unsupervised, "refused": refused, "allowed": allowed}


def restrict(plan, call, where_is):
    """Sets the filters. Returns why nobody can be asked to answer for calls, if that was wanted and is so."""
    global listener
    unsupervised = None
    # For all threads, of which there is one so far: else it fails, or returns one that does not follow.
    tsync, new_listener, tsync_esrch, pr_set_dumpable = 1, 8, 16, 4
    if plan["asking"]:
        try:
            listener = install(call, where_is, plan["seccomp"], tsync | new_listener | tsync_esrch, plan["asking"])
        except OSError as error:  # there is one who is asked already, in a container perhaps
            unsupervised = describe(error)
        else:
            send({"listener": listener})
    if listener is None and plan["filter"] and install(call, where_is, plan["seccomp"], tsync, plan["filter"]) != 0:
        raise OSError("cannot set the second list of system calls")
    if listener is not None:
        # This waits for an answer, and so until the other side has opened what is closed to it in a moment.
        os.uname()
    if sys.argv[2] == "shut":
        call("prctl", pr_set_dumpable, 0, 0, 0, 0)
    return unsupervised


listener = None  # where the other side hears of calls that wait, until it has a descriptor of its own


def close_listener():
    """To be called when the other side has said anything, so that it has the listener, and before a scenario is loaded."""
    if listener is not None:
        os.close(listener)


class Unavailable:
    """Stands where modules are looked for that could be had if a file could be opened: that none is found says nothing."""

    @staticmethod
    def find_spec(name, *_):
        raise Unsupported("import %s" % name, "this system has no Landlock, so only common modules can be imported")


def library(c):
    """Two functions: what calls one of the C library's with whole numbers, and what tells where the bytes of a bytearray are.

    `c` is the compiled part of `ctypes`: to import what is around it takes a tenth of the worker's whole start."""

    class Long(c._SimpleCData):
        _type_ = "l"

    class Int(c._SimpleCData):
        _type_ = "i"

    class Function(c.CFuncPtr):
        _flags_ = c.FUNCFLAG_CDECL | c.FUNCFLAG_USE_ERRNO
        _restype_ = Int

    def call(name, *numbers):
        result = Function(c.dlsym(c.dlopen(None, 0), name))(*map(Long, numbers))
        if result == -1:
            raise OSError(c.get_errno(), name)
        return result

    return call, lambda data: c.addressof(Long.from_buffer(data))


def install(call, where_is, seccomp, flag, instructions):
    """Sets a seccomp filter, given in hexadecimal, and returns what that returns."""
    set_mode_filter = 1
    program = bytearray.fromhex(instructions)
    # As `struct sock_fprog` has it: how many instructions in two bytes, and where they are, after what aligns a pointer.
    width = sys.maxsize.bit_length() // 8 + 1
    count, place = len(program) // 8, where_is(program)
    head = bytearray(count.to_bytes(2, sys.byteorder) + bytes(width - 2) + place.to_bytes(width, sys.byteorder))
    return call("syscall", seccomp, set_mode_filter, flag, where_is(head))


def try_to_fork():
    if os.fork() == 0:
        os._exit(0)


def try_to_connect(call, family):
    if call is not None:
        return os.close(call("socket", family, 1, 0))
    import _socket  # which takes longer than the other way

    _socket.socket(family, _socket.SOCK_STREAM).close()


def probes(call, supervised, above):
    """What to try, by name; `above` is who started this process. Each is harmless where it is not refused, and there wherever Linux is, so that nothing is refused for
    want of it."""
    if supervised:
        yield "see whether a file is there", lambda: os.stat("/proc/self")
    yield from (
        ("read a file", lambda: os.close(os.open("/proc/self/environ", os.O_RDONLY))),
        ("list a folder", lambda: os.listdir("/")),
        ("write to a file", lambda: os.close(os.open("/dev/null", os.O_WRONLY))),
        ("start a process", try_to_fork),
        ("execute a program", lambda: os.execv("/nonexistent", ["nonexistent"])),
        ("signal another process", lambda: os.kill(above, 0)),
        ("use the network", lambda: try_to_connect(call, 2)),
        ("use a local socket", lambda: try_to_connect(call, 1)),
    )
