# Python code of the library that goes on after it has called the scenario's: others can come in between, so it goes on with a step.
# Part of the harness; see core.py.


def resume_later(strand):
    """Has the library's code that the running thread's step was called by go on with a step, if that is in the middle of an act:
    `enter_context` keeps what it has entered, a `with` of several leaves the next. What called the step is known by the stack alone."""
    if ended or strand.resuming:
        return
    called = []
    inner = None
    frame = sys._getframe(2)
    while frame is not None and frame.f_code is not live_through.__code__:
        code = frame.f_code
        if code is in_the_middle.__code__:
            if inner is not None and inner.f_back.f_code.co_filename != code.co_filename:
                called.append(inner)
            inner = None
        elif code.co_filename == program.filename:
            inner = frame
        frame = frame.f_back
    for frame in reversed(called):
        if type(getattr(frame.f_trace, "__self__", None)) is not Return:
            Return(strand, frame)


class Return:
    """Waits for the return of a function of the scenario's that the library has called."""

    __slots__ = ("strand", "outer", "local")

    def __init__(self, strand, frame):
        self.strand = strand
        self.local = frame.f_trace
        self.outer = sys.gettrace()
        frame.f_trace = self.at
        if self.outer is None:
            sys.settrace(ignore)

    def at(self, frame, event, _):
        """A trace function."""
        if event != "return":
            return self.at
        frame.f_trace = self.local
        sys.settrace(self.outer)
        if not ended and cur is self.strand and self.strand.inside:
            self.strand.resuming = True
            try:
                visible(op_of(self.strand.inside))
            finally:
                self.strand.resuming = False
                # Before CPython 3.13 a frame gets back the variables, and others that share them too, as they were before this. Now
                # that is as they are.
                frame.f_locals
            if detail:
                note("return to", "the library")
        return self.local


def ignore(frame, event, _):
    """A trace function that follows nothing."""
    return None
