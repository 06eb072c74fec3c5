# `weakref.finalize`: which are made, and that those which are left are called at exit. What they do as something dies is for weak.py. Part of
# the harness; see core.py.

Finalize = None  # `weakref.finalize`, once somebody imports it
finalizers_op = op_of((*at_exit_op.touches, (outside_place("finalizers"), WRITE)))
calls_finalizers = False  # whether those that are left are to be called at exit


def adapt_finalizers(kind):
    """Has `weakref.finalize` call at exit what was made in this execution, and by what is modelled."""
    global Finalize
    Finalize = kind
    kind._registered_with_atexit = True
    kind.__init__ = finalizing_in_turn(watching(kind.__init__))


def finalizing_in_turn(make):
    def call(self, obj, func, /, *args, **kwargs):
        global calls_finalizers
        for each in (func, *args, *kwargs.values()):
            publish(each)
        act(finalizers_op)  # who is made last is called first, and the first one says when all are
        make(self, obj, func, *args, **kwargs)
        if not calls_finalizers:
            calls_finalizers = True
            at_exit.append((finalize_the_rest, (), {}))

    return named_as(make, call)


def forget_finalizers():
    """Makes sure that nothing is called any more of what an execution has left."""
    global calls_finalizers
    calls_finalizers = False
    if Finalize is not None:
        Finalize._registry.clear()
        Finalize._shutdown = False


def finalize_the_rest():
    """Calls the finalizers that are left, the last first, as CPython does at exit: who is to be called is asked anew only if one was made meanwhile."""
    pending = None
    while True:
        if not solo:
            announce(rest_touches)
        if pending is None or Finalize._dirty:
            pending = Finalize._select_for_exit()
            Finalize._dirty = False
        if not pending:
            break
        known = Finalize._registry.pop(pending.pop(), None)
        if known is not None:
            call_to_the_end(callee(known.func), known.args, known.kwargs or {})
    Finalize._shutdown = True  # no other death calls anything from now on


def rest_touches():
    touches = finalizers_op.touches
    for each in Finalize._registry:
        touches += state_touches(each, WRITE)
    return touches
