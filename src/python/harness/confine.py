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
    call = None
    if plan["filter"]:
        try:
            import _ctypes
        except ImportError:
            pass
        else:
            call, where_is = library(_ctypes)
            install(call, where_is, plan["seccomp"], bytes.fromhex(plan["filter"]))
    refused, allowed = [], []
    for name, attempt in probes(call):
        try:
            attempt()
        except PermissionError:
            refused.append(name)
        except Exception as error:
            allowed.append("%s (%s)" % (name, describe(error)))
        else:
            allowed.append(name)
    return {"second": call is not None, "refused": refused, "allowed": allowed}


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


def install(call, where_is, seccomp, instructions):
    """Sets a seccomp filter for all threads, of which there is one so far. Nobody may read this process's memory either."""
    pr_set_dumpable, set_mode_filter, tsync = 4, 1, 1
    call("prctl", pr_set_dumpable, 0, 0, 0, 0)
    program = bytearray(instructions)
    # As `struct sock_fprog` has it: how many instructions in two bytes, and where they are, after what aligns a pointer.
    width = sys.maxsize.bit_length() // 8 + 1
    count, place = len(program) // 8, where_is(program)
    head = bytearray(count.to_bytes(2, sys.byteorder) + bytes(width - 2) + place.to_bytes(width, sys.byteorder))
    if call("syscall", seccomp, set_mode_filter, tsync, where_is(head)) != 0:
        raise OSError("cannot set the second list of system calls")


def try_to_fork():
    if os.fork() == 0:
        os._exit(0)


def try_to_connect(call, family):
    if call is not None:
        return os.close(call("socket", family, 1, 0))
    import _socket  # which takes longer than the other way

    _socket.socket(family, _socket.SOCK_STREAM).close()


def probes(call):
    """What to try, by name. Each is harmless where it is not refused, and there wherever Linux is, so that nothing is refused for
    want of it."""
    return (
        ("read a file", lambda: os.close(os.open("/proc/self/environ", os.O_RDONLY))),
        ("list a folder", lambda: os.listdir("/")),
        ("write to a file", lambda: os.close(os.open("/dev/null", os.O_WRONLY))),
        ("start a process", try_to_fork),
        ("execute a program", lambda: os.execv("/nonexistent", ["nonexistent"])),
        ("signal another process", lambda: os.kill(os.getppid(), 0)),
        ("use the network", lambda: try_to_connect(call, 2)),
        ("use a local socket", lambda: try_to_connect(call, 1)),
    )
