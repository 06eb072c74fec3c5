# What a scenario writes and reads: standard output and standard error, which are observed together, as a terminal shows them; `print`; and its
# empty input. Part of the harness; see core.py.

STDOUT = outside_place("stdout")
print_op = op_of(((STDOUT, WRITE),))


class Output(io.TextIOBase):
    """The scenario's standard output, or (see below) standard error: one `write` is one act, if what is printed is observed."""

    encoding = "utf-8"
    errors = "strict"
    name = "<stdout>"
    number = 1
    line_buffering = True

    def __init__(self, observed):
        self.is_observed = observed

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        text = self.encoded(text)
        if not self.is_observed or peeking or not text:
            return len(text)
        unfinished = cur.printing
        if unfinished is not None and unfinished.tell():
            before = unfinished.getvalue()
            unfinished.seek(0)
            unfinished.truncate()
            self.write(before)
        if not solo and not seeing:
            visible(print_op)
        return self.put(text)

    def writelines(self, lines):
        """One act, where no code of the scenario's makes the lines."""
        if type(lines) not in (list, tuple) or solo or seeing or peeking or not self.is_observed or cur.printing is not None:
            for line in rd_turns(lines):
                self.write(line)
            return
        announce(lambda: touches_of_all(containers_among([lines])) + print_op.touches)
        texts = []
        try:
            for line in lines:
                if not isinstance(line, str):
                    raise TypeError("write() argument must be str, not %s" % type(line).__name__)
                texts.append(self.encoded(line))
        finally:
            self.put("".join(texts))

    def encoded(self, text):
        """The text as it comes out: a lone surrogate is an error, as for any stream of text, or is written as its number."""
        return text if text.isascii() else text.encode(self.encoding, self.errors).decode(self.encoding)

    def put(self, text):
        """What is written, in a step that was announced."""
        global output_size
        if detail and not solo and not seeing:
            note("print", "", repr(text.rstrip("\n"))[:200])
        if ended:
            return len(text)
        output_size += len(text)
        if output_size > MAX_OUTPUT:
            fail(Unsupported("more than %d characters of output in one execution" % MAX_OUTPUT))
        output.append(text)
        return len(text)

    def __repr__(self):
        return "<_io.TextIOWrapper name='%s' mode='w' encoding='utf-8'>" % self.name

    def writable(self):
        return True

    def flush(self):
        pass

    def isatty(self):
        return False

    def fileno(self):
        return self.number

    @property
    def buffer(self):
        raise Unsupported("sys.%s.buffer" % self.name.strip("<>"), "what is written there would be seen by nobody")


OUR_FRAME = '  File "<harness>", line '


class ErrorOutput(Output):
    """The scenario's standard error."""

    errors = "backslashreplace"
    name = "<stderr>"
    number = 2

    def write(self, text):
        if type(text) is str and text.startswith(OUR_FRAME):
            return len(text)  # what Python itself prints, of an exception that it ignores, has our frames too
        return super().write(text)


def write_by_number(fd, data, /):
    """`os.write`, to what a scenario may write to."""
    for stream in sys.__stdout__, sys.__stderr__:
        if stream.number == fd:
            data = bytes(data)
            stream.write(data.decode("utf-8", "backslashreplace"))
            return len(data)
    return real_write(fd, data)


real_write = None  # once somebody imports `os`


class NoInput:
    """The scenario's standard input."""

    def __getattr__(self, name):
        raise Unsupported("sys.stdin.%s" % name, "a scenario has no keyboard")

    def __iter__(self):
        raise Unsupported("reading sys.stdin", "a scenario has no keyboard")


stdout_observed, stderr_observed = Output(True), ErrorOutput(True)
stdout_ignored, stderr_ignored = Output(False), ErrorOutput(False)
seeing = False


def my_print(*values, sep=" ", end="\n", file=None, flush=False, **wrong):
    """The scenario's `print`: one write, and one more before each value but the first whose text the scenario's own code makes, for others
    may come in between there."""
    if wrong:
        builtins.print(**wrong)
    if prints_at_once(values, file):
        # CPython reads them and writes their texts without letting anybody in between.
        announce(lambda: deep_touches(values, False) + print_op.touches)
        text = io.StringIO()
        builtins.print(*values, sep=sep, end=end, file=text)
        stream = sys.stdout if file is None else file
        stream.put(stream.encoded(text.getvalue()))
        return
    if not solo:
        rd_all_deep(values)
        if file is None and "stdout" in tracked_attributes:
            announce(attribute_touches, sys, "stdout", READ)
            if detail:
                note("read", "sys.stdout")
    stream = sys.stdout if file is None else file
    if not issubclass(type(stream), Output):
        if is_shared_opaque(stream) and any(map(says_itself, values)):
            builtins.print(sep=sep, end=end, file=io.StringIO())  # which says what is wrong with these
            print_in_pieces(values, sep, end, functools.partial(call_opaque, stream, "write", stream.write))
            if flush:
                call_opaque(stream, "flush", stream.flush)
            return
        use(stream, "write")
        if stream is not None:
            builtins.print(*values, sep=sep, end=end, file=stream, flush=flush)
        return
    text = io.StringIO()
    if all(type(value) in ATOMS for value in values):
        builtins.print(*values, sep=sep, end=end, file=text)
        stream.write(text.getvalue())
        return
    builtins.print(sep=sep, end=end, file=io.StringIO())
    me = cur
    outer, me.printing = me.printing, text
    try:
        for index, value in enumerate(values):
            # What the value's own code prints comes after what is before the value.
            text.write((" " if sep is None else sep) * (index > 0))
            if not solo and text.tell() and says_itself(value):
                before = text.getvalue()
                text.seek(0)
                text.truncate()
                stream.write(before)
            text.write(str(value))
        text.write("\n" if end is None else end)
    finally:
        me.printing = outer
        if text.tell():
            stream.write(text.getvalue())


def print_in_pieces(values, sep, end, write):
    """`print` to something of the library's, where code of the scenario's own makes a text: what is before that has been written by then."""
    text = ""
    for index, value in enumerate(values):
        text += (" " if sep is None else sep) * (index > 0)
        if text and says_itself(value):
            write(text)
            text = ""
        text += str(value)
    write(text + ("\n" if end is None else end))


def prints_at_once(values, file):
    """Whether to print is to read containers that threads share and to write what they hold in one step."""
    stream = sys.stdout if file is None else file
    return (
        not (solo or seeing or showing)
        and any(type(value) not in ATOMS for value in values)
        and issubclass(type(stream), Output)
        and stream.is_observed
        and not (file is None and "stdout" in tracked_attributes)
        and cur.printing is None
        and not any(map(says_itself, values))
        and bool(within(values, False)[0])
    )


def says_itself(value, ways=("__str__", "__repr__"), seen=()):
    """Whether code of the scenario's own makes the text of a value."""
    kind = type(value)
    if kind in ATOMS or any(value is each for each in seen):
        return False
    for way in ways:
        made_by = getattr(kind, way)
        if type(made_by) is types.FunctionType:
            return kind.__module__ == "__main__" and made_by.__globals__ is not globals()
        if way == "__str__" and made_by is not object.__str__:
            break
    if issubclass(kind, BaseException):
        parts = value.args
    elif kind in CONTAINERS or kind in (tuple, frozenset):
        parts = [*value, *value.values()] if kind is dict else value
    else:
        return False
    return any(says_itself(each, ("__repr__",), (*seen, value)) for each in parts)
