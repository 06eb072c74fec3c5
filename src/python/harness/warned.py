# `warnings`: its filters, and who shows what they let through, are one for all threads. Part of the harness; see core.py.

WARNINGS = ("warnings", "configuration")  # whether that is changed while several threads live
FILTERS, SHOWN = (outside_place(("warnings", each)) for each in ("filters", "shown"))
given_op = op_of(((outside_place(("warnings", "given")), WRITE),))
warnings_kept = None  # the filters and functions, as they were before the first execution
warnings_changed = False  # in this execution, or the one before


def adapt_warnings(module):
    """Has `warnings` take a step where it looks at what threads share or changes it. Warnings that are recorded are appended to a list
    that threads may share too."""
    global warnings_kept
    catching = module.catch_warnings
    enter, leave = catching.__enter__, catching.__exit__
    catching.__enter__ = lambda self: begin_catching(self, enter, module)
    if sys.version_info >= (3, 14):
        # There a lock guards it, which whoever warns has until the warning is shown, and it may be each thread's own.
        module.warn = warning_at_once(module)
        return
    catching.__exit__ = lambda self, *error: within_warnings(self, leave, module, *error)
    warnings_kept = module, list(module.filters), module.showwarning, module._showwarnmsg_impl
    for name in ("simplefilter", "filterwarnings", "resetwarnings"):
        setattr(module, name, changing_filters(getattr(module, name)))
    module.warn = warning_from(module.warn)
    module._showwarnmsg = showing_of(module._showwarnmsg)


def begin_catching(catching, enter, module):
    """`catch_warnings.__enter__`."""
    caught = enter(catching) if sys.version_info >= (3, 14) else within_warnings(catching, enter, module)
    if caught is not None and getattr(module, "_showwarnmsg_impl", None) == caught.append:
        module._showwarnmsg_impl = rd_method(caught, "append")
    return caught


def within_warnings(catching, act, module, *error):
    """Enters or leaves `catch_warnings`, which is written in Python: others may come in between its acts."""
    global warnings_changed
    if catching._module is not module:
        return act(catching, *error)
    warnings_changed = True
    if solo:
        return act(catching, *error)
    catching._module = WarningsSeen(module)
    try:
        return act(catching, *error)
    finally:
        catching._module = module


class WarningsSeen:
    """The module as `catch_warnings` has it: what it reads and writes are steps. What it does to both functions is one."""

    __slots__ = ("_rd_module", "_rd_last")

    def __init__(self, module):
        object.__setattr__(self, "_rd_module", module)
        object.__setattr__(self, "_rd_last", None)

    def __getattr__(self, name):
        if name in ("filters", "showwarning", "_showwarnmsg_impl"):
            self._rd_step(name, READ)
        return getattr(self._rd_module, name)

    def __setattr__(self, name, value):
        self._rd_step(name, WRITE)
        setattr(self._rd_module, name, value)

    def _rd_step(self, name, manner):
        place = FILTERS if name == "filters" else SHOWN
        if self._rd_last != (place, manner):
            object.__setattr__(self, "_rd_last", (place, manner))
            step_of_warnings(place, manner)


def step_of_warnings(place, manner):
    """The step of who looks at the configuration or changes it."""
    found.add(WARNINGS)
    visible(op_of(((place, manner),)))
    if detail:
        note("read" if manner == READ else "write", "the filters of warnings" if place == FILTERS else "what shows warnings")


def look_at_warnings(place):
    """The step in which a warning is given or shown, if anybody changes how that is done."""
    if not solo and WARNINGS in program.tracked:
        step_of_warnings(place, READ)


def changing_filters(change):
    """A function that changes the filters."""

    def called(*arguments, **keywords):
        global warnings_changed
        warnings_changed = True
        if not solo:
            step_of_warnings(FILTERS, WRITE)
        return change(*arguments, **keywords)

    called.__name__ = called.__qualname__ = change.__name__
    return called


def warning_from(warn):
    """`warnings.warn`, which goes by who calls it."""

    def called(message, category=None, stacklevel=1, source=None, **more):
        look_at_warnings(FILTERS)
        if not solo:
            visible(given_op)  # as a rule each is shown once for each line that gives it
            if detail:
                note("warn")
        return warn(message, category, max(stacklevel, 2 if more.get("skip_file_prefixes") else 1) + 1, source, **more)

    called.__name__ = called.__qualname__ = "warn"
    return called


def warning_at_once(module):
    """`warnings.warn`, where that is one act, with the showing."""
    warn = module.warn

    def touches():
        shows = getattr(module, "_showwarnmsg_impl", None)
        kept = structure_touches("L", shows.args[0], WRITE) if type(shows) is Method else ()
        return (*given_op.touches, *print_op.touches, *kept)

    def called(message, category=None, stacklevel=1, source=None, **more):
        level = max(stacklevel, 2 if more.get("skip_file_prefixes") else 1)
        if solo:
            return warn(message, category, level + 1, source, **more)
        if "linecache" not in sys.modules:
            real_import("linecache")  # see below
            adapt_modules()
        announce(touches)
        if detail:
            note("warn")
        return atomically(functools.partial(warn, message, category, level + 2, source, **more))

    called.__name__ = called.__qualname__ = "warn"
    return called


def showing_of(show):
    """What shows a warning, in a step of its own."""

    def called(message):
        look_at_warnings(SHOWN)
        if "linecache" not in sys.modules:
            real_import("linecache")  # as whoever shows one does, which would quote the program from the second on
            adapt_modules()
        show(message)

    return called


def restore_warnings():
    """Undoes what the last execution did to the filters, and to who shows warnings."""
    global warnings_changed
    warnings_changed = False
    module, filters, module.showwarning, module._showwarnmsg_impl = warnings_kept
    module.filters = list(filters)
    module._filters_mutated()
