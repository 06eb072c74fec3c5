"""Runs CPython's own tests of its synchronisation objects against Raceday's models of them.

    python3 tests/engine/conformance.py            with this Python: what fails, and a count
    python3 tests/engine/conformance.py --table PYTHON...   prints docs/conformance.md, with each of these Pythons

The tests are those of the `test` package that the interpreter was installed with: `lock_tests`, `test_queue` and
`test_concurrent_futures`. Their source is given to the harness as a scenario (src/python/harness), so it is rewritten like a learner's,
and `threading`, `queue`, `time`, `concurrent.futures` are the models. Every test method is one execution for each of several
orders of steps. These tests count on time: that what sleeps lets all others go as far as they can. So the orders are
those of a computer without end of speed: a sleep or a timed wait ends only when nobody else can go, the earliest first.

What cannot apply to a model is listed in NOT_APPLICABLE with the reason. Anything else that fails makes this program fail.
"""

import os
import re
import subprocess
import sys

WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "python", "worker.rs")
ORDERS = ["stay", "rotate", "random 1"]
MORE_ORDERS = ["random 2", "random 3"]  # for the table

# What a test of such a name relies on that no model has; as `Class.method`, with regular expressions.
NOT_APPLICABLE = [
    (r".*\.test_weakref_deleted", "reference counts: an object that threads share lives until the execution ends"),
    (r".*\.test_at_fork_reinit", "`os.fork`"),
    (r".*\.test_reentrancy", "garbage collection in the middle of a call: the harness collects between executions"),
    (r".*\.(test_free_reference.*|test_no_stale_references|test_references)", "reference counts of results"),
    (r".*\.(test_del_shutdown|test_thread_names_\w+)", "the pool is to end because it is collected: at exit it does so here"),
    (r".*\.(test_interpreter_shutdown|test_submit_after_interpreter_shutdown|test_cancel_futures_wait_false|test_hang_gh83386|test_hang_issue39205)",
     "a process of its own; what happens at exit is tested by Raceday's own tests"),
    (r".*\.test_hang_gh94440", "signals"),
    (r".*\.test_hang_global_shutdown_lock", "`os.fork`"),
    (r".*\.test_default_workers", "the number of processors of this machine: for a scenario it is always 8"),
    (r"FutureTests\.test_exception_with_success", "it sets the state of a future by hand, under its inner condition"),
]

# Tests that take it for granted that a thread goes on at once when it is started, or when it has settled a future.
EAGER = r".*\.(test_cancel_futures|test_idle_thread_reuse)"


# What becomes part of the harness: time for these tests, and who goes next.
TIME = '''
test_now = 0.0
order = "stay"
chance = None


def virtual_clock():
    cur.acts += 1
    return 1000.0 + test_now


def sleep(seconds):
    global test_now
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if solo:
        test_now += seconds
        return
    cur.patience = (test_now + seconds, lambda: False)
    visible(op_of(()))
    cur.patience = None


def timed(seconds, there, touches, *arguments):
    global test_now
    until = test_now + max(seconds, 0)
    if solo:
        if not there():
            test_now = until
        return there()
    cur.patience = (until, there)
    announce(touches, *arguments)
    cur.patience = None
    return there()


def choose(mine):
    global ending_now, test_now
    if position >= 60_000:
        ending_now = "limit"
        return None
    able = [strand for strand in strands if enabled & strand.bit]
    ready = [strand for strand in able if strand.patience is None or strand.patience[1]()]
    if not ready:
        if able:
            first = min(able, key=lambda strand: (strand.patience[0], strand.index))
            test_now = max(test_now, first.patience[0])
            return first
        ending_now = what_spins() if any(s.waits == "spin" and not s.done for s in strands) else "deadlock"
        return None
    if order == "stay" and cur in ready:
        return cur
    if order.startswith("random"):
        return chance.choice(ready)
    return min(ready, key=lambda strand: (strand.index - cur.index - 1) % len(strands))
'''

# What comes after the source of the tests.
TAIL = '''

def rd_conformance_run():
    for rd_name, rd_kind in list(globals().items()):
        if rd_name == rd_conformance_class:
            rd_conformance_result.run(rd_kind, rd_conformance_method)

rd_conformance_run()
'''

LOCK_CLASSES = '''
class Lock(LockTests, unittest.TestCase):
    locktype = staticmethod(threading.Lock)

class RLock(RLockTests, unittest.TestCase):
    locktype = staticmethod(threading.RLock)

class Event(EventTests, unittest.TestCase):
    eventtype = staticmethod(threading.Event)

class Condition(ConditionTests, unittest.TestCase):
    condtype = staticmethod(threading.Condition)

class ConditionAsRLock(RLockTests, unittest.TestCase):
    locktype = staticmethod(threading.Condition)

class Semaphore(SemaphoreTests, unittest.TestCase):
    semtype = staticmethod(threading.Semaphore)

class BoundedSemaphore(BoundedSemaphoreTests, unittest.TestCase):
    semtype = staticmethod(threading.BoundedSemaphore)

class Barrier(BarrierTests, unittest.TestCase):
    barriertype = staticmethod(threading.Barrier)
'''


def main():
    if sys.argv[1:2] == ["--table"]:
        print(table(sys.argv[2:]), end="")
        return
    if sys.argv[1:2] == ["--rows"]:
        rows(sys.argv[2:])
        return
    lines = list(outcomes(sys.argv[1:]))
    failed = [line for line in lines if line[2] == "FAILED"]
    for suite, test, verdict, why in failed:
        print("FAILED %s %s: %s" % (suite, test, why))
    for kind in ("passed", "not applicable", "skipped"):
        print("%d %s" % (sum(line[2] == kind for line in lines), kind))
    if not lines:
        print("SKIPPED: the `test` package of CPython %s is not installed" % sys.version.split()[0])
    sys.stdout.flush()
    os._exit(1 if failed else 0)


# The tests -------------------------------------------------------------------------------------------------------------


def source_of(name):
    """The text of a module of CPython's `test` package, or None."""
    import sysconfig

    path = os.path.join(sysconfig.get_path("stdlib"), "test", *name.split("."))
    try:
        with open(path + ".py", encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def suites():
    """The suites: name, source, which of its classes."""
    locks = source_of("lock_tests")
    if locks is not None:
        yield "lock_tests", locks + LOCK_CLASSES, r"Lock|RLock|Event|Condition|ConditionAsRLock|Semaphore|BoundedSemaphore|Barrier"
    queues = source_of("test_queue")
    if queues is not None:
        yield "test_queue", queues, r"C\w+Test"
    whole = source_of("test_concurrent_futures")
    if whole is None:
        names = ("util", "executor", "test_thread_pool", "test_shutdown", "test_init", "test_wait", "test_as_completed", "test_future")
        parts = [source_of("test_concurrent_futures." + name) for name in names]
        whole = "\n".join(parts) if None not in parts else None
    if whole is not None:
        yield "test_concurrent_futures", whole, r"ThreadPool\w*|FutureTests"


def outcomes(wanted):
    """Yields (suite, class.method, verdict, why) of every test, those that apply run."""
    space = harness()
    for suite, source, pattern in suites():
        source = adapted(source)
        for mode in (False, True) if suite == "test_concurrent_futures" else (False,):
            name = suite + (", workers" if mode else "")
            space["learned"] = {"names": [], "workers": mode}
            for test in tests_of(space, source, pattern):
                if wanted and not any(each in name + "." + test for each in wanted):
                    continue
                why = [reason for form, reason in NOT_APPLICABLE if re.fullmatch(form, test)]
                if why:
                    yield name, test, "not applicable", why[0]
                else:
                    yield (name, test) + run_in_all_orders(space, source, test)


def adapted(source):
    """The source without what starts the tests, and with futures made as they are to be found."""
    source = re.sub(r'(?m)^if __name__ == "__main__":', "if False:", source)
    source = source.replace(
        "    f._state = state\n    f._exception = exception\n    f._result = result\n", "    rd_make(f, state, exception, result)\n"
    )
    # Enough for every meeting of threads that the tests are about.
    for large, small in (("1024*64", "64"), ("range(10000)", "range(60)"), ("range(1000)", "range(60)"), ("N = 50", "N = 8")):
        source = source.replace(large, small)
    return source + TAIL


def tests_of(space, source, pattern):
    result = Result()
    result.listing = re.compile(pattern)
    execute(space, source, "", "", result, "stay")
    if not result.listed:
        raise SystemExit("no tests were found: %s" % (result.problem,))
    return result.listed


class Result:
    """What came of one execution; its `run` is called by the scenario."""

    def __init__(self):
        self.listing = None
        self.listed = []
        self.faults = None
        self.skipped = None
        self.problem = None

    def run(self, kind, method):
        import unittest

        result = unittest.TestResult()
        kind(method).run(result)
        self.faults = [text for _, text in result.errors + result.failures]
        self.skipped = result.skipped[0][1] if result.skipped else None


def run_in_all_orders(space, source, test):
    kind, method = test.split(".")
    for order in ("rotate",) if re.fullmatch(EAGER, test) else ORDERS:
        result = Result()
        execute(space, source, kind, method, result, order)
        if result.skipped is not None:
            return "skipped", result.skipped
        if result.problem or result.faults is None or result.faults:
            why = result.problem or (result.faults and result.faults[0]) or "no result"
            return "FAILED", "order %r: %s" % (order, why)
    return "passed", ""


# The harness --------------------------------------------------------------------------------------------------------------


def harness():
    """The harness's namespace, without the conversation that it ends with."""
    with open(WORKER, encoding="utf-8") as file:
        listed = file.read().partition("HARNESS: &str")[2].partition(");")[0]
    text = ""
    for part in re.findall(r'include_str!\("(harness/\w+\.py)"\)', listed):
        with open(os.path.join(os.path.dirname(WORKER), part), encoding="utf-8") as file:
            text += file.read()
    assert text.endswith("\nserve()\n")
    space = {"__name__": "raceday_harness"}
    exec(compile(text[: -len("serve()\n")], "<harness>", "exec"), space)
    exec(compile(TIME, "<time>", "exec"), space)
    space["MAX_STEPS"] = 0  # so that who goes on is asked for at each step
    space["MAX_THREADS"] = 200
    space["real_stderr"] = sys.stderr
    sys.setswitchinterval(1000.0)
    import logging.handlers  # noqa: F401

    space["make_models"]()
    for root in space["MAKERS"]:
        space["model_of"](root)
    space["adapt_logging"]()
    worlds(space)
    space["scenario_builtins"] = space["make_builtins"]()
    return space


def execute(space, source, kind, method, result, order):
    """One execution of the tests' module that runs one test, or lists them."""
    import random

    if space.get("loaded") != (source, space["learned"]["workers"]):
        space["loaded"] = (source, space["learned"]["workers"])
        answer = space["load"]({
            "name": "tests.py", "source": source, "observe": None, "claims": [], "sleeps": "unordered", "shared": space["learned"],
        })
        if "error" in answer:
            raise SystemExit("the tests do not load: %s" % (answer["error"],))
    builtins = space["scenario_builtins"]
    builtins["rd_conformance_class"], builtins["rd_conformance_method"] = kind, method
    builtins["rd_conformance_result"] = result
    space["order"] = order
    out = sys.stdout
    while True:
        space["test_now"] = 0.0
        space["chance"] = random.Random(order)
        space["logging_used"] = True
        result.faults = result.skipped = result.problem = None
        try:
            answer = space["run"]({"requests": [[]]})
        finally:
            sys.stdout = out
        if not answer.get("start_over"):
            break
    if "error" in answer:
        result.problem = "%(kind)s: %(what)s (line %(line)s)" % dict({"line": 0}, **answer["error"])
        return
    outcome = space["outcome"]
    if outcome[2] != "finished":
        result.problem = outcome[2]
    elif result.faults is None and outcome[3]:
        result.problem = str(outcome[3])


def worlds(space):
    """What the tests' module finds when it imports."""
    import contextlib
    import types
    import unittest

    models = space["MODELS"]

    def module(name, **members):
        made = types.ModuleType(name)
        made.__dict__.update(members)
        return made

    time = models["time"]
    for name in ("time", "monotonic", "perf_counter"):
        setattr(time, name, space["virtual_clock"])
    time.sleep = space["sleep"]
    threading = models["threading"]

    def start_new_thread(function, arguments, keywords=None):
        thread = threading.Thread(target=function, args=arguments, kwargs=keywords or {}, daemon=True)
        thread.start()
        return thread.ident

    def sleeping_retry(timeout, message=None, *, error=True, init_delay=0.01, max_delay=1.0):
        deadline = time.monotonic() + timeout
        delay = init_delay
        while True:
            yield
            if time.monotonic() >= deadline:
                break
            time.sleep(delay)
            delay = min(delay * 2, max_delay)
        if error:
            raise AssertionError(message or "timed out")

    def busy_retry(timeout, message=None, *, error=True):
        return sleeping_retry(timeout, message, error=error)

    def always(*_, **__):
        return lambda decorated: decorated

    def decorate(decorated=None, *_, **__):
        return decorated if callable(decorated) else always()

    @contextlib.contextmanager
    def nothing(*_, **__):
        yield

    @contextlib.contextmanager
    def captured_stderr():
        import io

        before, sys.stderr = sys.stderr, io.StringIO()
        try:
            yield sys.stderr
        finally:
            sys.stderr = before

    @contextlib.contextmanager
    def start_threads(threads, unlock=None):
        threads = list(threads)
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()

    @contextlib.contextmanager
    def swap_attr(thing, name, value):
        before = getattr(thing, name)
        setattr(thing, name, value)
        try:
            yield
        finally:
            setattr(thing, name, before)

    helpers = dict(
        threading_setup=lambda: (0, 0), threading_cleanup=lambda *_: None, wait_threads_exit=nothing,
        join_thread=lambda thread, timeout=None: thread.join(), requires_working_threading=decorate, reap_threads=decorate,
        start_threads=start_threads, reap_children=lambda: None,
    )  # fmt: skip
    threading_helper = module("threading_helper", **helpers)
    import_helper = module(
        "import_helper", import_fresh_module=lambda name, **_: models[name], import_module=lambda name, **_: module(name)
    )
    support = module(
        "support", threading_helper=threading_helper, import_helper=import_helper, SHORT_TIMEOUT=30.0, LONG_TIMEOUT=300.0,
        LOOPBACK_TIMEOUT=5.0, verbose=0, has_fork_support=True, requires_fork=always, sleeping_retry=sleeping_retry,
        busy_retry=busy_retry, gc_collect=lambda: None, cpython_only=decorate, requires_resource=always,
        requires_gil_enabled=always, Py_GIL_DISABLED=False, captured_stderr=captured_stderr, swap_attr=swap_attr,
        import_fresh_module=import_helper.import_fresh_module, import_module=import_helper.import_module,
        skip_if_broken_multiprocessing_synchronize=lambda: None, skip_if_sanitizer=always, check_sanitizer=lambda **_: False,
        skip_if_broken_multiprocessing=always, bigmemtest=always, **helpers
    )  # fmt: skip
    support.setswitchinterval = lambda _: None

    class Unavailable:
        def __getattr__(self, name):
            raise unittest.SkipTest("processes")

    base = module("concurrent.futures._base", **{
        name: space[name] for name in ("PENDING", "RUNNING", "CANCELLED", "CANCELLED_AND_NOTIFIED", "FINISHED", "Future",
                                       "BrokenExecutor")
    })  # fmt: skip

    def check_system_limits():
        raise NotImplementedError("processes")

    process = module("concurrent.futures.process", _check_system_limits=check_system_limits, BrokenProcessPool=RuntimeError,
                     _ExecutorManagerThread=object)  # fmt: skip
    models["concurrent.futures"].ProcessPoolExecutor = type("ProcessPoolExecutor", (), {})
    models["concurrent.futures"]._base = base
    models["concurrent.futures"].process = process
    threads = module("_thread", start_new_thread=start_new_thread, TIMEOUT_MAX=threading.TIMEOUT_MAX,
                     get_ident=threading.get_ident, allocate_lock=threading.Lock, LockType=threading.Lock)  # fmt: skip
    multiprocessing = module("multiprocessing", process=module("process"), util=module("util", _cleanup_tests=lambda: None),
                             get_context=lambda *_: None)  # fmt: skip
    script_helper = module("script_helper", assert_python_ok=None)
    given = {
        "_thread": threads, "test": module("test", support=support), "test.support": support,
        "test.support.threading_helper": threading_helper, "test.support.import_helper": import_helper,
        "test.support.script_helper": script_helper, "test.support.hashlib_helper": module("hashlib_helper"),
        "concurrent.futures._base": base, "concurrent.futures.process": process, "multiprocessing": multiprocessing,
        "multiprocessing.process": multiprocessing.process, "multiprocessing.util": multiprocessing.util,
    }  # fmt: skip
    support.hashlib_helper = module("hashlib_helper", requires_hashdigest=always)
    support.script_helper = script_helper
    scenario_import = space["my_import"]

    class Package:
        """The package's other modules: all of them are this one."""

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return space["program_globals"][name]

    def import_for_tests(name, globals=None, locals=None, fromlist=(), level=0):
        if globals is space["program_globals"]:
            if level:
                return Package()
            if name in given:
                return given[name] if fromlist or "." not in name else given[name.split(".")[0]]
            if name in ("signal", "pickle", "gc", "weakref", "unittest", "os", "sys"):
                return space["real_import"](name, globals, locals, fromlist, level)
        return scenario_import(name, globals, locals, fromlist, level)

    space["my_import"] = import_for_tests

    def make(future, state, exception, result):
        future._state, future._rd_error, future._value = state, exception, result
        if state not in ("PENDING", "RUNNING"):
            future._rd_done.set(True)
        if future._rd_is_over():
            future._rd_tell_watchers()

    vars(space["builtins"])["rd_make"] = make

    # With no class asked for, the tail finds none: the globals are listed from here.
    see = space["see"]

    def see_and_list(ending):
        result = space["scenario_builtins"]["rd_conformance_result"]
        if result.listing is not None:
            for name, kind in list(space["program_globals"].items()):
                if isinstance(kind, type) and issubclass(kind, unittest.TestCase) and result.listing.fullmatch(name):
                    for method in sorted(dir(kind)):
                        if method.startswith("test"):
                            result.listed.append("%s.%s" % (name, method))
        see(ending)

    space["see"] = see_and_list


# The table ---------------------------------------------------------------------------------------------------------------


def rows(wanted):
    """For `--table`: one line a test."""
    ORDERS.extend(MORE_ORDERS)
    for line in outcomes(wanted):
        print("\t".join(part.replace("\t", " ").replace("\n", " ") for part in line))
    sys.stdout.flush()
    os._exit(0)


def table(pythons):
    """The text of docs/conformance.md."""
    found = {}
    versions = []
    failed = []
    for python in pythons:
        environment = dict(os.environ, PYTHONHASHSEED="0")
        said = subprocess.run([python, "-c", "import sys; print(sys.version.split()[0])"], check=True, stdout=subprocess.PIPE)
        version = said.stdout.decode().strip()
        versions.append(version)
        said = subprocess.run([python, "-B", __file__, "--rows"], check=True, stdout=subprocess.PIPE, env=environment)
        for line in said.stdout.decode().splitlines():
            suite, test, verdict, why = line.split("\t")
            kind, method = test.split(".")
            cell = found.setdefault((suite, kind), {}).setdefault(version, {})
            cell.setdefault(verdict, []).append((method, why))
            if verdict == "FAILED":
                failed.append("- CPython %s, %s `%s`: %s" % (version, suite, test, why))
    text = [HEAD]
    text.append("| tests | class | " + " | ".join(versions) + " |")
    text.append("| --- | --- |" + " --- |" * len(versions))
    totals = {version: {} for version in versions}
    for (suite, kind), cells in sorted(found.items()):
        row = []
        for version in versions:
            cell = cells.get(version)
            if cell is None:
                there = any(other == suite and version in them for (other, _), them in found.items())
                row.append("no such class" if there else "not installed")
                continue
            for verdict, tests in cell.items():
                totals[version][verdict] = totals[version].get(verdict, 0) + len(tests)
            row.append(counted(cell, len))
        text.append("| %s | %s | %s |" % (suite, kind, " | ".join(row)))
    row = [counted(totals[version], lambda count: count) for version in versions]
    text.append("| all | | %s |" % " | ".join(row))
    text += ["", "## Not applicable", ""]
    reasons = {}
    for (suite, kind), cells in found.items():
        for cell in cells.values():
            for method, why in cell.get("not applicable", []) + cell.get("skipped", []):
                reasons.setdefault(why, set()).add("`%s.%s`" % (kind, method))
    for why, tests in sorted(reasons.items()):
        text += wrapped("- **%s**: %s" % (why, ", ".join(sorted(tests))))
    if failed:
        text += ["", "## Failed", ""] + failed
    return "\n".join(text) + "\n"


def counted(cell, size):
    parts = []
    for verdict, short in (("passed", "%d passed"), ("FAILED", "**%d failed**"), ("not applicable", "%d n/a"), ("skipped", "%d skipped")):
        if cell.get(verdict):
            parts.append(short % size(cell[verdict]))
    return ", ".join(parts)


def wrapped(text):
    import textwrap

    return textwrap.wrap(text, 118, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


HEAD = """# Conformance

CPython's own tests of its synchronisation objects, run against Raceday's models of them: `lock_tests`, `test_queue` and the parts of
`test_concurrent_futures` that are about threads, from the `test` package that each CPython was installed with. Each test method
is rewritten and run as a scenario is, once for each of five orders of steps (the same thread as long as it can; each
in turn; three at random). A sleep or a timed wait ends only when no other thread can go, the earliest first. The tests of
`test_concurrent_futures` run twice: with a thread for each task, as a scenario does whose workers nobody can tell apart,
and with workers.

`test_cancel_futures` and `test_idle_thread_reuse` take it for granted that a thread goes on at once when it is started or has
settled a future, and run in turns only. Loops of thousands of items are cut to dozens.

This file is written by

```sh
python3 tests/engine/conformance.py --table PYTHON... > docs/conformance.md
```

and `tests/engine/conformance.rs` fails if any test fails that is not among the ones below that do not apply.
"Not installed" is an interpreter that came without these tests.
"""


if __name__ == "__main__":
    main()
