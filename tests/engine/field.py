"""Runs plain scripts natively, again and again, and says what came of them.

Reads jobs, one JSON object a line, and answers each with one: every outcome that was seen. A script runs in this process with
a fresh namespace each time. Where threads are left over (a deadlock, a daemon) the process is spent and ends after
its answer. Nothing of Raceday's engine is used here.

Modes: `default` leaves the interpreter as it is, `tiny` switches threads as often as it can, `traced` gives others a
chance at random bytecodes, of the library too. `parted` has each thread stand still at up to three bytecodes, of the library too, for so
long that others may do all that they have to, and `apart` at the script's own bytecodes only, and nowhere else do they switch.
"""

import _thread
import builtins
import io
import itertools
import json
import os
import random
import re
import sys
import threading
import time

real_sleep = time.sleep
real_stdout, silence = sys.stdout, io.StringIO()
answered = threading.Lock()
dice = random.Random()  # a script has the module's own for itself


class Run:
    """One run of a script."""

    def __init__(self, job):
        self.job = job
        self.output = io.StringIO()
        self.failures = []
        self.namespace = {"__name__": "__main__", "__file__": job["name"], "print": self.print}

    def print(self, *values, sep=" ", end="\n", file=None, flush=False):
        """`print`, in one write."""
        text = io.StringIO()
        builtins.print(*values, sep=sep, end=end, file=text)
        (sys.stdout if file is None else file).write(text.getvalue())

    def outcome(self, ending):
        value = None
        if self.job["observe"] is not None:
            try:
                value = stable(repr(eval(self.job["observe"], self.namespace)))
            except BaseException as error:
                message = str(error)
                value = "<%s: %s>" % (type(error).__name__, message) if message else "<%s>" % type(error).__name__
        stdout = None if self.job["observe"] is not None else stable(self.output.getvalue())
        return json.dumps([value, stdout, ending, sorted(self.failures)])

    def failed(self, name, error):
        self.failures.append([name, type(error).__name__, stable(str(error))])


def stable(text):
    return re.sub(r"\bat 0x[0-9a-fA-F]+", "at 0x...", text)


def trace(frame, event, _):
    if is_spoilt(frame):
        return None
    frame.f_trace_opcodes = True
    if event == "opcode" and dice.random() < chance:
        real_sleep(0 if dice.random() < 0.7 else 0.00005)
        frame.f_locals  # see `Parted`
    return trace


def is_spoilt(frame):
    """Whether it is another program where somebody traces it: after a trace function CPython 3.12.1 takes from a module, or a class, the variables of the
    comprehensions that are in the middle of it, and gives them `None`."""
    return sys.version_info[:2] == (3, 12) and not frame.f_code.co_flags & OPTIMIZED


OPTIMIZED = 1  # of a code's flags: its variables are no dict
chance = 0.1
lengths = {}  # of each thread of a script, in the order in which they begin: after how many bytecodes it ended


class Parted:
    """The trace function of one run."""

    def __init__(self, filename=None):
        self.threads = {}
        self.numbers = itertools.count()
        self.filename = filename  # of the frames in which threads stop, if not in all

    def __call__(self, frame, event, _):
        if is_spoilt(frame) or self.filename is not None and frame.f_code.co_filename != self.filename:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            me = self.threads.get(threading.get_ident()) or self.begun()
            me[1] += 1
            if me[1] in me[2]:
                real_sleep(dice.choice((0.0002, 0.0005, 0.002)))
                # Before CPython 3.13 a frame gets back the variables that it shares with others as they were before this, unless
                # somebody has looked at them since.
                frame.f_locals
        return self

    def begun(self):
        number = next(self.numbers)
        lengths.setdefault(number, 100)
        stops = [dice.randrange(lengths[number] + 1) for _ in range(dice.randrange(4))]
        me = self.threads[threading.get_ident()] = [number, 0, stops]
        return me

    def over(self):
        for number, length, _ in self.threads.values():
            lengths[number] = length


def finish(run):
    """What the interpreter does at exit: no more tasks, and who is no daemon is waited for."""
    pools = sys.modules.get("concurrent.futures.thread")
    if pools is not None:
        pools._python_exit()
        pools._shutdown = False
    while True:
        # Of those that are not counted any more, some may not be over yet.
        left = [each for each in list(threading._dangling) if each is not threading.main_thread() and not each.daemon and each.is_alive()]
        if not left:
            return
        for each in left:
            each.join()


def run_once(job, code):
    """Runs the script once and returns its outcome."""
    global current, chance
    threading.main_thread().name = "MainThread"
    threading._counter = itertools.count(1).__next__
    pools = sys.modules.get("concurrent.futures.thread")
    if pools is not None:
        pools.ThreadPoolExecutor._counter = itertools.count().__next__
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.root.manager.loggerDict.clear()
        logging.disable(logging.NOTSET)
    run = Run(job)
    threading.excepthook = lambda failed: (
        None if failed.exc_type is SystemExit else run.failed(failed.thread.name, failed.exc_value)
    )
    if not job["ordered"]:
        time.sleep = lambda seconds: real_sleep(seconds if seconds < 0 else dice.random() * 0.0005)
    sys.stdout = sys.stderr = run.output
    chance = dice.choice([0.02, 0.1, 0.3])
    current = run
    parted = Parted(job["name"] if job["mode"] == "apart" else None)
    traced = {"traced": trace, "parted": parted, "apart": parted}.get(job["mode"])
    if traced:
        threading.settrace(traced)
    try:
        try:
            if traced:
                sys.settrace(traced)
            exec(code, run.namespace)
        except BaseException as error:
            if not isinstance(error, SystemExit) or error.code is not None and error.code != 0:
                run.failed("MainThread", error)
        finally:
            sys.settrace(None)
        finish(run)
        parted.over()
        return run.outcome("finished")
    finally:
        threading.settrace(None)
        with answered:
            current = None
        time.sleep = real_sleep
        sys.stdout, sys.stderr = real_stdout, silence


current = None
seen = {}
asked_by = os.getppid()


def activity():
    """What the threads of this process but the asking one have done so far; None if one of them could go on."""
    done = []
    for task in sorted(os.listdir("/proc/self/task")):
        if int(task) == threading.get_native_id():
            continue
        try:
            with open("/proc/self/task/%s/stat" % task) as stat:
                state = stat.read().rpartition(")")[2].split()[0]
            with open("/proc/self/task/%s/schedstat" % task) as stat:
                done.append((task, stat.read()))
        except OSError:
            return None
        if state != "S":
            return None
    return done


def watch():
    """Ends the process when nothing moves any more, or moves for ever."""
    waited = 0.0
    before = None
    while True:
        real_sleep(0.05)
        if os.getppid() != asked_by:
            os._exit(1)  # nobody waits for an answer any more
        with answered:
            used = time.process_time()
            now = activity()
            if current is None or current is not before:
                before, began, last, waited = current, used, now, 0.0
                continue
            waited = waited + 0.05 if now is not None and now == last else 0.0
            last = now
            if waited > job["patience"] or used - began > 5:
                outcome = current.outcome("stuck")
                seen[outcome] = seen.get(outcome, 0) + 1
                answer(spent=True)
                os._exit(0)


def answer(spent):
    outcomes = [json.loads(outcome) + [count] for outcome, count in seen.items()]
    real_stdout.write(json.dumps({"seen": outcomes, "spent": spent}) + "\n")
    real_stdout.flush()


_thread.start_new_thread(watch, ())  # which a script does not see
sys.stderr = silence
for line in sys.stdin:
    job = json.loads(line)
    seen = {}
    lengths = {}
    code = compile(job["source"], job["name"], "exec")
    sys.setswitchinterval({"default": 0.005, "apart": 10}.get(job["mode"], 1e-6))
    spent = False
    for _ in range(job["runs"]):
        outcome = run_once(job, code)
        seen[outcome] = seen.get(outcome, 0) + 1
        if len(threading.enumerate()) > 1:
            real_sleep(0.05)
            if len(threading.enumerate()) > 1:
                spent = True
                break
    answer(spent)
    if spent:
        os._exit(0)
