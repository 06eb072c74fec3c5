# Threads of `_thread`: what starts one gets no object to join, `threading` does not know it, and the program's end does not wait for it.
# Modelled upon those of threads.py. Part of the harness; see core.py.


class BareThread(Thread):
    """What `_thread.start_new_thread` starts; the program sees it once the thread itself asks `threading` which it is."""

    _rd_is_known = False

    def __init__(self, function, args, kwargs):
        self._rd_named()
        self._target, self._args, self._kwargs = function, args, {**kwargs}
        self._rd_own_kwargs = self._kwargs
        self._name = getattr(function, "__name__", "thread")
        self._daemonic = True
        self._initialized = True

    def _rd_live(self):
        function = self._target
        try:
            self.run()
        except (Abandon, Unsupported, Diverged, StartOver):
            raise
        except SystemExit:
            pass
        except BaseException as error:
            failure = fail_with(cur.code, self._name, error)
            hook = my_getattr(sys, "unraisablehook")
            if hook is sys.__unraisablehook__:
                tell_failure(failure)
            else:
                message = "Exception ignored in thread started by"
                call_hook(hook, types.SimpleNamespace(
                    exc_type=type(error), exc_value=error, exc_traceback=error.__traceback__, err_msg=message, object=function,
                ))  # fmt: skip

    def _rd_introduce(self):
        """Has `threading` know the thread from now on, as one that it has not made itself."""
        if not solo:
            found.add(THREAD_NAMES)
            visible(introduce_op)
            if detail:
                note("take the name", "Dummy-%d" % (thread_counter[0] + 1))
        thread_counter[0] += 1
        self._rd_is_known = True
        self._name = self._rd_strand.name = "Dummy-%d" % thread_counter[0]

    def join(self, timeout=None):
        raise (AssertionError if sys.version_info < (3, 13) else RuntimeError)("cannot join a dummy thread")


BareThread.__name__ = BareThread.__qualname__ = "_DummyThread"
introduce_op = op_of(((outside_place("thread names"), WRITE), (POPULATION, READ), (THREADS_ORDER_PLACE, WRITE)))


def start_bare(*given):
    """`_thread.start_new_thread`."""
    if not 2 <= len(given) <= 3:
        bound, most = ("least", 2) if len(given) < 2 else ("most", 3)
        raise TypeError("start_new_thread expected at %s %d arguments, got %d" % (bound, most, len(given)))
    function, args, kwargs = (*given, {})[:3]
    if not callable(function):
        raise TypeError("first arg must be callable")
    if not isinstance(args, tuple):
        raise TypeError("2nd arg must be a tuple")
    if not isinstance(kwargs, dict):
        raise TypeError("optional 3rd arg must be a dictionary")
    thread = BareThread(function, args, kwargs)
    thread.start()
    return ident_of(thread._rd_strand)  # most look at no identifier, and who does asks for others too


def exit_bare():
    """`_thread.exit`."""
    raise SystemExit


def make_bare():
    import _thread as real

    members = {
        "start_new_thread": start_bare, "start_new": start_bare, "allocate_lock": allocate, "allocate": function_in_c("allocate"),
        "LockType": Lock, "lock": Lock,
        "RLock": RLock, "get_ident": get_ident, "get_native_id": get_native_id, "exit": exit_bare, "exit_thread": exit_bare,
        "error": RuntimeError, "TIMEOUT_MAX": TIMEOUT_MAX, "stack_size": stack_size, "_local": Local,
        "daemon_threads_allowed": lambda: True,
    }  # fmt: skip
    MODELS["_thread"] = model_module("_thread", real, {name: member for name, member in members.items() if hasattr(real, name)})


MAKERS["_thread"] = make_bare
for function, name in ((start_bare, "start_new_thread"), (exit_bare, "exit")):
    look_like(function, name)
