# The conversation with the Rust side: scenarios and prefixes of schedules in, executions out. Part of the harness; see core.py.


def load(request):
    global program
    try:
        program = Program(request)
    except UnsupportedSyntax as error:
        return {"error": {"kind": "unsupported", "what": error.what, "line": error.line, "why": ""}}
    except SyntaxError as error:
        return {"error": {"kind": "syntax", "what": error.msg, "line": error.lineno or 0, "file": error.filename,
                          "text": (error.text or "").rstrip("\n")}}  # fmt: skip
    except (RecursionError, MemoryError):
        return {"error": {"kind": "unsupported", "what": "code that is nested so deeply", "line": 0, "why": ""}}
    except (ValueError, OverflowError) as error:
        return {"error": {"kind": "syntax", "what": describe(error), "line": 0, "file": request["name"], "text": ""}}
    return {"loaded": True}


def line_of(error):
    """The scenario's innermost line in the error's traceback."""
    line = 0
    trace_back = error.__traceback__
    while trace_back is not None:
        if trace_back.tb_frame.f_code.co_filename == program.filename:
            line = trace_back.tb_lineno
        trace_back = trace_back.tb_next
    return line


def problem_answer():
    error = problem
    if isinstance(error, NoRoom):
        return {"full": True}
    if isinstance(error, Unsupported):
        return {"error": {"kind": "unsupported", "what": error.what, "why": error.why, "line": line_of(error)}}
    if isinstance(error, Diverged):
        step, code, why = error.args
        return {"error": {"kind": "diverged", "step": step, "thread": code, "what": why}}
    innermost = error.__traceback__
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    where = ", in `%s`" % innermost.tb_frame.f_code.co_name if innermost is not None else ""
    reaches = any(word in program.source for word in REACHING)
    if reaches or isinstance(error, (RecursionError, MemoryError)):
        # Nobody knows whose it is where a program has Raceday's own things at hand. That there was no room left is the program's.
        what = "a program that reaches for Raceday's own things" if reaches else "a program that leaves Raceday no room"
        return {"error": {"kind": "unsupported", "what": what, "why": describe(error) + where, "line": line_of(error)}}
    return {"error": {"kind": "mistake", "what": describe(error) + where, "line": line_of(error)}}


# What programs say that could get hold of the harness: by frames, by what the collector knows, by functions' globals.
REACHING = ("_getframe", "_current_frames", "f_back", "f_globals", "f_builtins", "tb_frame", "gi_frame", "get_objects", "get_refer",
            "__globals__", "__builtins__", "__subclasses__", "sys.modules")  # fmt: skip


def tell(numbers, crowded):
    """Adds the execution that is over, in numbers: each list after its count. `crowded` is what `crowds` says of it."""
    if outcome is None:
        number = -1
    else:
        number = program.outcomes.setdefault(outcome, len(program.outcomes))
    numbers += (
        len(strands), *by_code,  # which has them in the order of their numbers
        len(trace), *trace,
        len(pending), *pending,
        number + UNSURE * unsure,
        3 * len(guard_changes), *itertools.chain.from_iterable(guard_changes),
        len(shut_at_first), *shut_at_first,
        len(details), *[entry[3] for entry in details],
        len(crowded),
    )  # fmt: skip
    for workers, tasks in crowded:
        numbers += (workers, len(tasks), *tasks)


UNSURE = 1 << 40  # so many times the reason is added to an outcome's number where the execution could have ended otherwise


def run(request):
    global awake
    awake = request.get("awake", False)
    found.clear()
    numbers = []
    until = monotonic() + LONG
    for one in request["requests"]:
        execute(one, request.get("detail", False), request.get("lines", False))
        crowded = crowds(request.get("lines", False))
        if found and found - program.tracked and (problem is None or type(problem) in (Diverged, StartOver)):
            return learn(set(found), False)
        if problem is not None and crowded and not isinstance(problem, NoRoom):
            return learn({each for each in found if each[0] == LIMITED}, False)  # with so few workers it may never come to that
        if type(problem) is NeedsWorkers and not program.workers:
            return learn(set(), True)
        if isinstance(problem, NoRoom) and numbers:
            break  # whoever asks for more hears of it
        if problem is not None:
            return problem_answer()
        tell(numbers, crowded)
        release()
        if monotonic() > until:
            break
    return answer_of(numbers)


monotonic = real_time.monotonic
LONG = 0.05  # seconds, after which whoever asked hears what there is


def release():
    """Lets go of what the execution left, and now and then of what holds itself.

    Most of that is taken apart here: what is freed at once is taken again while it is still in the processor's cache, and to look for
    the rest takes as long as there is of it."""
    global executions_since_collection
    names.clear()
    for future in futures:
        future._rd_task = future._rd_strand = None
        if future._rd_error is not None:
            BaseException.with_traceback(future._rd_error, None)
    for failure in failures:
        BaseException.with_traceback(failure[2], None)
    futures.clear()
    pools.clear()
    failures.clear()
    program_globals.clear()
    for strand in strands:
        strand.model = strand.target = strand.pool = strand.alone = strand.below = None
        if strand.marks:  # a loop of ten thousand turns has left a megabyte, which would wait for the collection
            strand.marks.clear()
            strand.segments.clear()
    executions_since_collection += 1
    if executions_since_collection >= COLLECTION_PERIOD or program.buries or gc.get_count()[0] >= LITTER:
        executions_since_collection = 0
        collect_garbage()
        if not program.is_settled:
            # What a program has imported by now stays, and need not be looked through again and again.
            program.is_settled = True
            gc.freeze()


executions_since_collection = 0
COLLECTION_PERIOD = 100
LITTER = 100_000  # objects that may lie around, if nobody uses them, before they are looked for


def learn(more, workers):
    """The program shares more than was known: rewrites it."""
    if any("\ud800" <= letter <= "\udfff" for each in more for part in each if type(part) is str for letter in part):
        return {"error": {"kind": "unsupported", "what": "a name with half of a pair of surrogates", "why": "", "line": 0}}
    program.tracked = program.tracked | more
    program.lessons += 1
    if program.lessons > MANY_LESSONS:
        program.tracked.add(EVERYTHING)
    program.workers = program.workers or workers
    program.compile()
    release()
    return {"start_over": True, "shared": {"names": sorted(program.tracked, key=str), "workers": program.workers}}


MANY_LESSONS = 10  # after so many, nothing is anybody's own


def fresh_ops():
    """The operations that the other side does not know yet."""
    global ops_sent
    fresh = ops[ops_sent:]
    ops_sent = len(ops)
    return [[[part for touch in op.touches for part in (touch[0], int(touch[1]))], op.guard] for op in fresh]


def answer_of(numbers):
    answer = {BEHIND: marshal.dumps(numbers, 2)}  # which takes a fraction of the time that JSON would
    if len(ops) > ops_sent:
        answer["ops"] = fresh_ops()
    if len(program.outcomes) > program.outcomes_sent:
        answer["outcomes"] = fresh_outcomes()
    return answer


def fresh_outcomes():
    """The outcomes that the other side does not know yet."""
    fresh = list(program.outcomes)[program.outcomes_sent :]
    program.outcomes_sent = len(program.outcomes)
    return [
        {"value": value, "stdout": stdout, "ending": ending, "claims": claims,
         "exceptions": [
             {"thread": name, "type": kind, "message": message, "swallowed": swallowed}
             for name, kind, message, swallowed in exceptions
         ]}
        for value, stdout, ending, exceptions, claims in fresh
    ]  # fmt: skip


def replay(request):
    """One execution, told in full."""
    request = {"requests": [request["schedule"]], "detail": True}
    answer = run(request)
    if BEHIND in answer:
        answer["names"] = [brief(strand.label) for strand in strands]
        answer["details"] = [briefly(told) for told in details]
        answer["asides"] = [[step, line, brief(verb), brief(place), brief(value, MOST_VALUE)] for step, line, verb, place, value in asides]
        answer["blocked"] = [
            [code, line, brief(verb), brief(place), holder, [brief(lock) for lock in held]]
            for code, line, verb, place, holder, held in blocked_now
        ]
    return answer


def code_of_harness(_):
    """The harness, compiled, for the next worker of the same Python."""
    return {"code": True, BEHIND: marshal.dumps(harness_code)}


def receive():
    """The next request."""
    global received
    data = received
    while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:4], "big"):
        data += read_some()
    size = 4 + int.from_bytes(data[:4], "big")
    received = data[size:]
    return read_json(str(data[4:size], "utf-8"), 0)[0]


received = b""


def read_some():
    """What there is to read, at least something.

    To sleep and to be woken takes about as long as an execution, so if that is in nobody's way the next request is
    waited for without sleeping, as long as it may be expected to come at once."""
    part = None
    if awake:
        os.set_blocking(0, False)
        for _ in range(TRIES):
            try:
                part = os.read(0, 1 << 16)
                break
            except BlockingIOError:
                pass
        os.set_blocking(0, True)
    if part is None:
        part = os.read(0, 1 << 16)
    if not part:
        os._exit(0)
    return part


TRIES = 100  # about 150 microseconds
awake = False


def write_all(data):
    view = memoryview(data)
    while view:
        view = view[os.write(answers, view) :]


def serve():
    global scenario_builtins, answers
    answers = os.dup(1)
    os.dup2(2, 1)
    plan = read_json(plan_json.decode(), 0)[0]
    sys.stdin = NoInput()
    sys.stdout = sys.__stdout__ = stdout_ignored
    pin(plan["processor"])
    sys.setswitchinterval(1000.0)
    adapt_interpreter()
    sys.setrecursionlimit(3000)
    make_models()
    scenario_builtins = make_builtins()
    confined = confine(plan)
    gc.freeze()
    send({"hello": "%d.%d.%d" % sys.version_info[:3], "threads": MAX_THREADS, "confined": confined})
    dispatch = {"load": load, "run": run, "replay": replay, "careful": careful, "code": code_of_harness}
    request = receive()
    close_listener()
    while True:
        answer = dispatch[request["do"]](request)
        answer["id"] = request["id"]
        send(answer)
        request = receive()


def pin(processor):
    """Stays on one processor, that of so many: handing on to a thread there is several times cheaper than across two. And whoever is woken
    waits until the waker waits: it could do nothing but wait for the interpreter's lock."""
    try:
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {processors[processor % len(processors)]})
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except (AttributeError, OSError):
        pass


def json_codec():
    """What reads and what writes JSON: the compiled parts of `json`, used as it uses them. The rest is some ten modules."""
    from _json import encode_basestring, make_encoder, make_scanner

    class Reading:
        strict = True
        object_hook = object_pairs_hook = parse_constant = None
        parse_float, parse_int = float, int
        memo = {}

    return make_scanner(Reading), make_encoder(None, None, encode_basestring, None, ":", ",", False, False, False)


read_json, write_json = json_codec()


BEHIND = "behind"  # the bytes that follow an answer's JSON, after a zero


def send(answer):
    behind = answer.pop(BEHIND, b"")
    data = encoded(answer) if len(answer) > 1 or "id" not in answer else b'{"id":%d}' % answer["id"]
    if behind:
        data += b"\0" + behind
    write_all(len(data).to_bytes(4, "big") + data)


def encoded(answer):
    text = "".join(write_json(answer, 0))
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Half of a pair of surrogates is no character, and is shown by its number.
        return "".join("\\\\u%04x" % ord(each) if "\ud800" <= each <= "\udfff" else each for each in text).encode()


answers = 1
serve()
