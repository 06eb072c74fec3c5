# Executions that may kill the process: each step is told before it is done, and threads can be made to stop where they would
# kill it. Part of the harness; see core.py.

MOST_LINES = 2000  # that are told between two steps


class Journal(list):
    """The trace of a careful execution: whoever takes a step tells of it here, and goes on if it may."""

    def __init__(self, request):
        super().__init__()
        self.id = request["id"]
        self.stops = request["stops"]
        self.tells_lines = request["detail"]
        self.known = 0  # threads that were told of
        self.line = 0
        self.lines_left = MOST_LINES

    def extend(self, step):
        super().extend(step)
        self.step(len(self) // 3 - 1)

    def step(self, number):
        if number:
            self.did(number - 1)
        index, op, could_go = self[-3:]
        new = strands[self.known :]
        self.known = len(strands)
        self.say({"step": {
            "thread": strands[index].code, "operation": op, "enabled": could_go,
            "threads": [[strand.code, brief(strand.label)] for strand in new],
        }}, fresh_ops())  # fmt: skip
        if number in self.stops:
            stop_for_ever()
        if self.tells_lines:
            self.lines_left = MOST_LINES
            sys.settrace(self.called)

    def did(self, number):
        """Tells what a step did, if that is known yet."""
        if detail and number < len(details) and details[number][0]:
            self.say({"did": [number, briefly(details[number])]})

    def called(self, frame, event, _):
        """A trace function: follows the scenario's own code."""
        if journal is not self:  # what carried a strand then still has it
            sys.settrace(None)
            return None
        if frame.f_code.co_filename == program.filename:
            return self.at_line
        return None

    def at_line(self, frame, event, _):
        if frame.f_lineno != self.line:
            self.lines_left -= 1
            if self.lines_left > 0:
                self.line = frame.f_lineno
                self.say({"line": self.line})
            elif self.line:
                self.line = 0
                self.say({"line": 0})
        return self.at_line

    def say(self, word, new_ops=()):
        send({"id": self.id, "word": word, "ops": new_ops})


def stop_for_ever():
    """The running thread has taken its step and does not do it; the others go on without it."""
    global enabled, position
    me = cur
    position += 1
    enabled &= ~me.bit
    me.wakes = None
    if lined:
        details.append(["", "", None, me.line, me.holds])
    leave(me)
    me.baton.acquire()
    raise Abandon


def careful(request):
    """One execution that tells of itself as it goes."""
    global trace, journal
    plain, trace = trace, Journal(request)
    journal = trace
    if request["detail"]:
        sys.settrace(journal.called)
    try:
        return run({"requests": [request["schedule"]], "detail": request["detail"], "lines": request["lines"]})
    finally:
        sys.settrace(None)
        trace, journal = plain, None
