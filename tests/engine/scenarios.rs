//! Small programs and what must come of them.

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Worker;
use raceday::scenario::Answer;
use raceday::scenario::Ending;
use raceday::scenario::Execute;
use raceday::scenario::Request;
use raceday::scenario::Schedule;

use super::pythons::confinement;
use super::pythons::explored;
use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::replayed;
use super::pythons::scenario;
use super::pythons::worker;

/// Explores and returns the outcomes as `value or output (ending) exceptions`, sorted.
#[track_caller]
fn outcomes(source: &str, observe: Option<&str>) -> Vec<String> {
    let report = explored(&scenario(source, observe)).expect("it explores");
    assert!(report.is_exhaustive(), "the search ended early");
    texts(&report)
}

fn texts(report: &Report) -> Vec<String> {
    let mut texts: Vec<String> = report
        .outcomes
        .iter()
        .map(|found| {
            let outcome = &found.outcome;
            let mut text = outcome.value.clone().or(outcome.stdout.clone()).unwrap_or_default().trim_end().to_owned();
            if outcome.ending != Ending::Finished {
                text.push_str(&format!(" ({:?})", outcome.ending).to_lowercase());
            }
            for exception in &outcome.exceptions {
                let swallowed = if exception.swallowed { ", swallowed" } else { "" };
                text.push_str(&format!(" {}: {}{swallowed}", exception.class, exception.message));
            }
            text.trim().to_owned()
        })
        .collect();
    texts.sort();
    texts
}

/// A bank account without a lock, as tutorials have it.
const WITHDRAW: &str = r#"
import time
from concurrent.futures import ThreadPoolExecutor

class BankAccount:
    def __init__(self):
        self.balance = 1000

    def withdraw(self, amount):
        if self.balance >= amount:
            new_balance = self.balance - amount
            time.sleep(0.1)
            self.balance = new_balance
        else:
            raise ValueError("Insufficient balance")

account = BankAccount()

with ThreadPoolExecutor(max_workers=2) as executor:
    executor.submit(account.withdraw, 500)
    executor.submit(account.withdraw, 700)
"#;

const WITHDRAW_LOCKED: &str = r#"
import threading
import time
from concurrent.futures import ThreadPoolExecutor

class BankAccount:
    def __init__(self):
        self.balance = 1000
        self.lock = threading.Lock()

    def withdraw(self, amount):
        with self.lock:
            if self.balance >= amount:
                new_balance = self.balance - amount
                time.sleep(0.1)
                self.balance = new_balance
            else:
                raise ValueError("Insufficient balance")

account = BankAccount()

with ThreadPoolExecutor(max_workers=2) as executor:
    executor.submit(account.withdraw, 500)
    executor.submit(account.withdraw, 700)
"#;

#[test]
fn a_withdrawal_without_a_lock_on_every_python() {
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Default::default()).expect("a worker starts");
        let report = explored_by(&mut worker, &scenario(WITHDRAW, Some("account.balance"))).expect("it explores");
        assert!(report.is_exhaustive());
        let mut values: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.clone()).collect();
        values.sort();
        values.dedup();
        assert_eq!(values, ["-200", "300", "500"], "{}", interpreter.version);
        assert_eq!(report.executions, 6, "{}", interpreter.version);
    }
}

#[test]
fn a_withdrawal_with_a_lock() {
    assert_eq!(
        outcomes(WITHDRAW_LOCKED, Some("account.balance")),
        ["300 ValueError: Insufficient balance, swallowed", "500 ValueError: Insufficient balance, swallowed"]
    );
}

#[test]
fn taking_a_lock_twice_is_a_deadlock_that_says_who_waits_for_what() {
    let source = "
import threading
lock = threading.Lock()
def work():
    with lock:
        with lock:
            print('never')
thread = threading.Thread(target=work, name='worker')
thread.start()
thread.join()
";
    assert_eq!(outcomes(source, None), ["(deadlock)"]);
    let replay = replayed(&scenario(source, None), |report| report.outcomes[0].witness.clone());
    let waits: Vec<_> = replay
        .blocked
        .iter()
        .map(|blocked| {
            (blocked.line, blocked.verb.as_str(), blocked.location.as_str(), blocked.held_by.map(|id| id.to_string()))
        })
        .collect();
    assert_eq!(waits, [(10, "join", "worker", Some("1".to_owned())), (6, "acquire", "lock", Some("1".to_owned()))]);
}

#[test]
fn two_locks_in_two_orders() {
    let source = "
import threading
a, b = threading.Lock(), threading.Lock()
def one():
    with a, b:
        pass
def two():
    with b, a:
        pass
threads = [threading.Thread(target=each) for each in (one, two)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print('done')
";
    assert_eq!(outcomes(source, None), ["(deadlock)", "done"]);
}

#[test]
fn every_kind_of_shared_place() {
    let threads = "
threads = [Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    for (setting, work, observe) in [
        ("n = 0", "global n; n += 1", "n"),
        ("class C: n = 0", "C.n += 1", "C.n"),
        ("class C:\n    n = 0\nc = C()", "c.n += 1", "c.n"),
        ("class C:\n    __slots__ = ['n']\nc = C()\nc.n = 0", "c.n += 1", "c.n"),
        ("n = [0]", "n[0] += 1", "n[0]"),
        ("n = [0]", "n[-1] += 1", "n[0]"),
        ("n = {'k': 0}", "n['k'] += 1", "n['k']"),
        ("from collections import Counter\nn = Counter()", "n['k'] += 1", "n['k']"),
        ("from collections import defaultdict\nn = defaultdict(int)", "n['k'] += 1", "n['k']"),
        ("n = {}", "n['k'] = n.get('k', 0) + 1", "n['k']"),
        ("n = []", "n.append(len(n) + 1)", "max(n)"),
        ("class N: pass\nn = N(); n.x = N(); n.x.y = 0", "n.x.y += 1", "n.x.y"),
        ("n = 0", "globals()['n'] = n + 1", "n"),
        ("class C: pass\nc = C(); c.n = 0", "setattr(c, 'n', getattr(c, 'n') + 1)", "c.n"),
        ("class C: pass\nc = C(); c.n = 0", "c.__dict__['n'] += 1", "c.n"),
    ] {
        let source = format!("from threading import Thread\n{setting}\ndef work():\n    {work}\n{threads}");
        assert_eq!(outcomes(&source, Some(observe)), ["1", "2"], "{setting}: {work}");
    }
}

#[test]
fn variables_of_enclosing_functions() {
    let source = "
from threading import Thread
def main():
    count = 0
    def work():
        nonlocal count
        count += 1
    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count
result = main()
";
    assert_eq!(outcomes(source, Some("result")), ["1", "2"]);
}

#[test]
fn one_call_on_a_container_is_one_step() {
    let source = "
from threading import Thread
items = []
threads = [Thread(target=items.append, args=(n,)) for n in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("sorted(items)")), ["[0, 1, 2]"]);
    assert_eq!(outcomes(source, Some("items")).len(), 6);
}

#[test]
fn while_one_thread_lives_nothing_is_a_step() {
    let source = "
from threading import Thread
x = 0
for _ in range(100):
    x += 1
thread = Thread(target=lambda: None)
thread.start()
thread.join()
for _ in range(100):
    x += 1
";
    let report = explored(&scenario(source, Some("x"))).expect("it explores");
    assert_eq!(report.executions, 1);
    assert!(report.outcomes[0].witness.threads().len() <= 3, "{}", report.outcomes[0].witness);
}

#[test]
fn a_thread_that_ended_unseen_can_still_have_raced() {
    // Main joins the second thread first; the first may have ended by then, or not.
    let source = "
from threading import Thread
x = 0
def write():
    global x
    x = 1
first, second = Thread(target=write), Thread(target=lambda: None)
first.start()
second.start()
second.join()
seen = x
first.join()
";
    assert_eq!(outcomes(source, Some("seen")), ["0", "1"]);
}

#[test]
fn spinning_waits_for_a_write() {
    let source = "
from threading import Thread
ready = False
data = None
def produce():
    global ready, data
    data = 42
    ready = True
def consume():
    while not ready:
        pass
    print(data)
threads = [Thread(target=consume), Thread(target=produce)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, None), ["42"]);
}

#[test]
fn spinning_for_ever_is_an_outcome() {
    let source = "
from threading import Thread
ready = False
def consume():
    while not ready:
        pass
def produce():
    global ready
    if not ready:
        ready = False
threads = [Thread(target=consume), Thread(target=produce)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, None), ["(spin)"]);
}

/// `__enter__` made the loop one that runs code nobody knows, so it was cut off at the step limit.
#[test]
fn a_lock_that_spins_as_it_is_entered_waits() {
    let source = "
from itertools import count
from threading import Thread
class Ticket:
    def __init__(self):
        self.tickets = count()
        self.serving = 0
    def __enter__(self):
        mine = next(self.tickets)
        while self.serving != mine:
            pass
    def __exit__(self, *exception):
        self.serving += 1
lock = Ticket()
seen = []
def work(n):
    with lock:
        seen.append(n)
threads = [Thread(target=work, args=(n,)) for n in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("seen")), ["[0, 1]", "[1, 0]"]);
}

/// Time stood still in a loop that only looked at the clock, which was cut off at the step limit.
#[test]
fn a_loop_that_goes_by_the_clock_ends() {
    let source = "
import threading, time
done = False
def work():
    global done
    done = True
thread = threading.Thread(target=work)
thread.start()
end = time.monotonic() + 5
while not done and time.monotonic() < end:
    pass
saw = done
thread.join()
";
    assert_eq!(outcomes(source, Some("saw")), ["False", "True"]);
    let mut ordered = scenario(source, Some("saw"));
    ordered.sleeps = raceday::scenario::Sleeps::Ordered;
    let report = explored(&ordered).expect("it explores");
    assert!(report.is_exhaustive());
    assert_eq!(report.outcomes.len(), 1, "time goes on when nobody else can go");
    let busy = "
import threading, time
jobs, done, late = list(range(30)), [], False
def work():
    global late
    deadline = time.monotonic() + 5
    while jobs:
        if time.monotonic() > deadline:
            late = True
            break
        done.append(jobs.pop())
thread = threading.Thread(target=work)
thread.start()
thread.join()
";
    assert_eq!(outcomes(busy, Some("late, len(done)")), ["(False, 30)"], "a loop that does something does not wait");
    let alone = "import time\nend = time.time() + 60\nwhile time.time() < end:\n    pass\nlate = time.time() >= end\n";
    assert_eq!(outcomes(alone, Some("late")), ["True"]);
}

/// Who had slept told a later time than who took the lock after him.
#[test]
fn time_does_not_go_back_from_one_thread_to_the_next() {
    let source = "
import threading, time
lock = threading.Lock()
last = time.monotonic()
stamp = None
gaps = []
def look():
    global last
    with lock:
        now = time.monotonic()
        gaps.append(now > last)
        last = now
def first():
    global stamp
    time.sleep(1)
    look()
    stamp = time.time()
def second():
    look()
    if stamp:
        gaps.append(time.time() > stamp)
threads = [threading.Thread(target=first), threading.Thread(target=second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
gaps.append(time.monotonic() > last)
";
    assert_eq!(outcomes(source, Some("set(gaps)")), ["{True}"]);
}

/// A daemon that went on to the step limit kept everybody else from going: one execution, and a claim that it broke held.
#[test]
fn who_goes_on_for_ever_makes_way() {
    let source = "
import threading, time
def beat():
    while True:
        print('beat')
        time.sleep(1)
threading.Thread(target=beat, daemon=True).start()
n = 0
def work():
    global n
    n += 1
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    let scenario = scenario(source, Some("n"));
    let bounds = Bounds { executions: 500, ..Bounds::default() };
    let mut worker = worker();
    let mut program = worker.load(&scenario).expect("it loads");
    let report = explore(&mut program, Dpor::default(), bounds, &mut |_| true).expect("it explores");
    let mut values: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values, ["1", "2"]);
}

/// `sys.getswitchinterval()` told of the harness's own, and `gc.isenabled()` too.
#[test]
fn what_a_program_sets_it_finds_set_and_nothing_before() {
    let source = "
import gc, sys, threading
def work():
    sys.setswitchinterval(0.25)
    gc.disable()
before = sys.getswitchinterval(), gc.isenabled()
thread = threading.Thread(target=work)
thread.start()
thread.join()
seen = before, sys.getswitchinterval(), gc.isenabled()
";
    assert_eq!(outcomes(source, Some("seen")), ["((0.005, True), 0.25, False)"]);
}

/// What stands in for functions and classes of the library took less than they do.
#[test]
fn what_is_given_by_name_and_mapped_without_a_file_is_as_in_cpython() {
    let source = "
import csv, io, mmap, threading
class P:
    def __str__(self): return 'P'
bytes_written = io.BytesIO()
text = io.TextIOWrapper(bytes_written)
csv.field_size_limit(new_limit=5000)
mapped = mmap.mmap(-1, 4096)
mmap.mmap(-1, 4096, access=mmap.ACCESS_WRITE)
unchanging = mmap.mmap(-1, 4096, access=mmap.ACCESS_READ)
try:
    unchanging[0] = 1
except TypeError as error:
    refused = str(error)
def work():
    mapped[0] = 7
    print('a', P(), file=text, flush=True)
thread = threading.Thread(target=work)
thread.start()
try:
    print('a', P(), sep=3, file=text)
except TypeError as error:
    why = str(error)
thread.join()
seen = csv.field_size_limit(), mapped[0], bytes_written.getvalue(), why, unchanging[0], refused[-16:]
";
    let seen = "(5000, 7, b'a P\\n', 'sep must be None or a string, not int', 0, 'only memory map.')";
    assert_eq!(outcomes(source, Some("seen")), [seen]);
}

/// It was refused, though the program can do without.
#[test]
fn what_a_program_can_do_without_is_not_there() {
    let source = "
try:
    import numpy as np
    from tqdm import tqdm
except ImportError as error:
    np, why = None, str(error)
import threading
thread = threading.Thread(target=lambda: None)
thread.start()
thread.join()
";
    assert_eq!(outcomes(source, Some("np, why")), ["(None, \"No module named 'numpy'\")"]);
    let refused = explored(&scenario("import numpy", None)).expect_err("nobody expects that it is missing");
    assert!(refused.to_string().contains("only the standard library"), "{refused}");
}

/// `exit` was not defined: Python's site has it, and workers have none.
#[test]
fn exit_and_quit_end_a_thread_or_the_program() {
    let source = "
import threading
seen = []
def work():
    try:
        quit(3)
    except SystemExit as left:
        seen.append(left.code)
    exit()
    seen.append('never')
thread = threading.Thread(target=work)
thread.start()
thread.join()
seen.append('on')
exit(0)
seen.append('never')
";
    assert_eq!(outcomes(source, Some("seen")), ["[3, 'on']"]);
}

/// It was the machine's day, while `datetime.now` goes by the modelled clock.
#[test]
fn the_day_is_that_of_the_clock() {
    let source = "
import datetime, time
same = datetime.date.today() == datetime.datetime.now().date(), str(datetime.date.today()) == time.strftime('%Y-%m-%d')
";
    assert_eq!(outcomes(source, Some("same")), ["(True, True)"]);
}

/// A thread kept what it was given.
#[test]
fn what_a_thread_was_given_dies_with_its_run() {
    let source = "
import threading
class Given:
    def __del__(self): print('freed')
thread = threading.Thread(target=lambda given: print('work'), args=(Given(),))
thread.start()
thread.join()
print('end')
";
    assert_eq!(outcomes(source, None), ["work\nfreed\nend"]);
}

/// Telling of a step emptied what `locals()` had given.
#[test]
fn what_locals_gave_stays() {
    let source = "
import threading
x = 0
def work(n):
    global x
    x += 1
    text = '{n}'.format(**locals())
    names = locals()
    x += 1
    print(text, names['n'])
threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, None), ["0 0\n1 1", "1 1\n0 0"]);
    let told = replayed(&scenario(source, None), |report| report.outcomes[0].witness.clone());
    assert!(["0 0\n1 1\n", "1 1\n0 0\n"].contains(&told.execution.outcome.stdout.as_deref().unwrap_or_default()));
}

/// Who failed to take a lock handed his time on to who failed after him, though their order is nobody's business.
#[test]
fn attempts_that_fail_do_not_hand_time_on() {
    let source = "
import threading, time
lock = threading.Lock()
lock.acquire()
start = time.monotonic()
early = []
def slow():
    time.sleep(10)
    lock.acquire(blocking=False)
def quick():
    lock.acquire(blocking=False)
    early.append(time.monotonic() - start < 5)
threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, Some("early")), ["[True]"]);
}

#[test]
fn no_two_threads_read_the_same_time() {
    let source = "
import threading, time
seen = set()
threads = [threading.Thread(target=lambda: seen.add(time.perf_counter_ns())) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
seen.add(time.perf_counter_ns())
";
    assert_eq!(outcomes(source, Some("len(seen)")), ["4"]);
}

#[test]
fn petersons_lock_excludes() {
    let source = "
from threading import Thread
flag = [False, False]
turn = 0
count = 0
def work(me):
    global turn, count
    other = 1 - me
    flag[me] = True
    turn = other
    while flag[other] and turn == other:
        pass
    count += 1
    flag[me] = False
threads = [Thread(target=work, args=(me,)) for me in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("count")), ["2"]);
}

#[test]
fn dekkers_lock_excludes() {
    let source = "
from threading import Thread
wants = [False, False]
turn = count = 0
def work(me):
    global turn, count
    other = 1 - me
    wants[me] = True
    while wants[other]:
        if turn != me:
            wants[me] = False
            while turn != me: pass
            wants[me] = True
    count += 1
    turn = other
    wants[me] = False
threads = [Thread(target=work, args=(me,)) for me in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, Some("count")), ["2"]);
}

#[test]
fn lamports_bakery_excludes() {
    let source = "
from threading import Thread
choosing = [False, False]
number = [0, 0]
count = 0
def work(me):
    global count
    choosing[me] = True
    number[me] = 1 + max(number)
    choosing[me] = False
    for other in range(2):
        while choosing[other]: pass
        while number[other] != 0 and (number[other], other) < (number[me], me): pass
    count += 1
    number[me] = 0
threads = [Thread(target=work, args=(me,)) for me in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, Some("count")), ["2"]);
}

/// Returns a program of so many threads that take a lock of the program's own, count, and then do that. Who sets again what is set already
/// changes nothing: once each such turn was one more, up to the limit.
fn test_and_set(threads: usize, then: &str) -> String {
    format!(
        "
from threading import Lock, Thread
class SpinLock:
    def __init__(self):
        self.guard, self.held = Lock(), False
    def test_and_set(self):
        with self.guard:
            before = self.held
            self.held = True
            return before
    def acquire(self):
        while self.test_and_set(): pass
    def release(self):
        with self.guard:
            self.held = False
lock = SpinLock()
count = 0
def work():
    global count
    lock.acquire()
    count += 1
    {then}
threads = [Thread(target=work) for _ in range({threads})]
for thread in threads: thread.start()
for thread in threads: thread.join()
"
    )
}

#[test]
fn a_test_and_set_lock_excludes() {
    assert_eq!(outcomes(&test_and_set(3, "lock.release()"), Some("count")), ["3"]);
}

#[test]
fn who_never_gives_a_test_and_set_lock_back_has_the_other_spin() {
    assert_eq!(outcomes(&test_and_set(2, "pass"), Some("count")), ["1 (spin)"]);
}

#[test]
fn exceptions_are_of_whom_they_are_of() {
    let source = "
from threading import Thread
from concurrent.futures import ThreadPoolExecutor
def fail(what):
    raise what
thread = Thread(target=fail, args=(KeyError('of a thread'),))
thread.start()
thread.join()
with ThreadPoolExecutor() as pool:
    asked = pool.submit(fail, ValueError('asked for'))
    pool.submit(fail, ValueError('of a future'))
    asked.exception()
raise OSError('of main')
";
    assert_eq!(outcomes(source, None), ["OSError: of main KeyError: 'of a thread' ValueError: of a future, swallowed"]);
}

#[test]
fn attempts_do_not_wait() {
    let source = "
from threading import Lock, Thread
lock = Lock()
got = []
def work(n):
    if lock.acquire(blocking=False):
        got.append(n)
        lock.release()
threads = [Thread(target=work, args=(n,)) for n in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("sorted(got)")), ["[0, 1]", "[0]", "[1]"]);
}

#[test]
fn a_lock_stays_held_when_its_holder_dies() {
    let source = "
from threading import Lock, Thread
lock = Lock()
def die():
    lock.acquire()
    raise ValueError
def work():
    with lock:
        pass
threads = [Thread(target=die), Thread(target=work)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, None), ["(deadlock) ValueError:", "ValueError:"]);
}

#[test]
fn daemons_are_cut_off_anywhere() {
    let source = "
from threading import Thread
done = []
def work():
    done.append(1)
    done.append(2)
Thread(target=work, daemon=True).start()
";
    assert_eq!(outcomes(source, Some("done")), ["[1, 2]", "[1]", "[]"]);
}

#[test]
fn workers_can_be_told_apart() {
    let source = "
from threading import current_thread
from concurrent.futures import ThreadPoolExecutor
ran = []
def work(n):
    ran.append((n, current_thread().name[-1]))
with ThreadPoolExecutor(2) as pool:
    pool.submit(work, 1)
    pool.submit(work, 2)
";
    assert_eq!(
        outcomes(source, Some("sorted(ran)")),
        ["[(1, '0'), (2, '0')]", "[(1, '0'), (2, '1')]", "[(1, '1'), (2, '0')]", "[(1, '1'), (2, '1')]"]
    );
}

#[test]
fn more_tasks_than_workers() {
    let source = "
from concurrent.futures import ThreadPoolExecutor
running = most = 0
def work():
    global running, most
    running += 1
    most = max(most, running)
    running -= 1
with ThreadPoolExecutor(1) as pool:
    for _ in range(3):
        pool.submit(work)
";
    assert_eq!(outcomes(source, Some("most")), ["1"]);
}

#[test]
fn work_without_end_meets_the_step_limit() {
    let source = "
from threading import Thread
n = 0
def work():
    global n
    while True:
        n += 1
Thread(target=work).start()
n
";
    let bounds = Bounds { executions: 2, ..Bounds::default() };
    let mut worker = worker();
    let mut program = worker.load(&scenario(source, Some("0"))).expect("it loads");
    let report = explore(&mut program, Dpor::default(), bounds, &mut |_| true).expect("it explores");
    assert!(!report.is_exhaustive());
    assert_eq!(texts(&report), ["0 (limit)"]);

    // A schedule does not lead beyond it.
    let found = &report.outcomes[0].witness;
    let longer: Schedule =
        found.threads().iter().copied().chain([found.threads()[found.threads().len() - 1]; 9]).collect();
    let replay = program.replay(&longer).expect("it replays");
    assert_eq!((replay.execution.steps.len(), replay.execution.outcome.ending), (10_000, Ending::Limit));
}

#[test]
fn what_is_not_supported_is_named_with_its_line() {
    for (source, what, line) in [
        ("import asyncio\n", "import asyncio", 1),
        ("from importlib import import_module\n", "import importlib", 1),
        ("x = 1\nimport multiprocessing.pool\n", "import multiprocessing.pool", 2),
        ("async def f():\n    pass\n", "async functions", 1),
        ("import threading\n\nthreading.settrace(None)\n", "threading.settrace", 3),
        ("exec('x = 1')\n", "exec()", 1),
        ("import builtins\nbuiltins.abs = float\n", "setting `builtins.abs`", 2),
        ("import builtins\nvars(builtins)['abs'] = float\n", "`vars(builtins)`", 2),
        (
            "import threading\nclass A: pass\ndef f():\n    A.__len__ = int\nthreading.Thread(target=f).start()\n",
            "another `A.__len__` while several threads live",
            4,
        ),
    ] {
        match explored(&scenario(source, None)) {
            Err(PythonError::Unsupported { what: named, line: at, .. }) => {
                assert_eq!((named.as_str(), at), (what, line))
            }
            other => panic!("{source}: {other:?}"),
        }
    }
}

#[test]
fn a_mistake_of_the_harness_is_no_outcome() {
    let works = [
        // Nobody catches it; everybody does; it ends a thread, a task, and what is observed.
        ("pop('rd_all_deep')", "print(1)\n", "NameError: name 'rd_all_deep' is not defined, in `my_print`", 5),
        (
            "pop('visible')",
            "try:\n    thread.join()\nexcept:\n    pass\n",
            "NameError: name 'visible' is not defined, in `join_strand`",
            6,
        ),
        (
            "pop('checked_timeout')",
            "threading.Thread(target=threading.Lock().acquire).start()\n",
            "NameError: name 'checked_timeout' is not defined, in `acquire`",
            0,
        ),
        (
            "pop('timed')",
            "from concurrent.futures import ThreadPoolExecutor\n\
             pool = ThreadPoolExecutor()\n\
             pool.submit(pool.submit(time.sleep, 0).result, 1)\n",
            "NameError: name 'timed' is not defined, in `_rd_await`",
            0,
        ),
        (
            "update(MAX_STEPS='many')",
            "try:\n    thread.join()\nexcept Exception:\n    pass\n",
            "TypeError: '>=' not supported between instances of 'int' and 'str', in `choose`",
            6,
        ),
    ];
    for (sabotage, rest, message, line) in works {
        let source = format!(
            "import threading, time\n\
             thread = threading.Thread(target=time.sleep, args=(0,))\n\
             thread.start()\n\
             getattr(type(threading.Lock()).acquire, '__global' + 's__').{sabotage}\n\
             {rest}"
        );
        let mut worker = worker();
        match explored_by(&mut worker, &scenario(&source, None)) {
            Err(PythonError::Mistake { what, line: at }) => assert_eq!((what.as_str(), at), (message, line)),
            other => panic!("{sabotage}: {other:?}"),
        }
        let report = explored_by(&mut worker, &scenario(WITHDRAW, Some("account.balance"))).expect("the next one runs");
        assert_eq!(report.executions, 6);
    }
}

#[test]
fn what_a_scenario_does_to_the_harness_is_no_mistake_of_the_harness() {
    let works = [
        (
            "type(threading.Lock()).acquire.__globals__.pop('visible')\nthread.join()\n",
            "reaches for Raceday's own things",
        ),
        (
            "frame = sys._getframe()\nwhile 'visible' not in frame.f_globals:\n    frame = frame.f_back\n\
             frame.f_globals.pop('visible')\nthread.join()\n",
            "reaches for Raceday's own things",
        ),
        (
            "ours = getattr(type(threading.Lock()).acquire, '__global' + 's__')\nreal = ours['end']\n\
             def end(strand):\n    end(strand)\nours['end'] = end\nthread.join()\n",
            "leaves Raceday no room",
        ),
    ];
    for (rest, expected) in works {
        let source = format!(
            "import sys, threading, time\n\
             thread = threading.Thread(target=time.sleep, args=(0,))\n\
             thread.start()\n\
             {rest}"
        );
        match explored_by(&mut worker(), &scenario(&source, None)) {
            Err(PythonError::Unsupported { what, .. }) => assert!(what.ends_with(expected), "{what}"),
            other => panic!("{rest}: {other:?}"),
        }
    }
}

#[test]
fn what_a_scenario_asks_wrongly_of_a_model_is_an_outcome() {
    let unhashable = match interpreters()[0].version.minor {
        ..14 => "TypeError: unhashable type: 'list'",
        _ => "TypeError: cannot use 'list' as a dict key (unhashable type: 'list')",
    };
    let works = [
        ("threading.Lock().acquire(0, 5)", "ValueError: can't specify a timeout for a non-blocking call"),
        ("threading.Lock().release()", "RuntimeError: release unlocked lock"),
        ("threading.Thread(target=nobody)", "NameError: name 'nobody' is not defined"),
        ("{}.pop('key')", "KeyError: 'key'"),
        ("shared[[]] = 1", unhashable),
        ("threading.Condition().locked_by", "AttributeError: 'Condition' object has no attribute 'locked_by'"),
    ];
    for (asked, message) in works {
        let source = format!(
            "import threading, time\n\
             shared = {{}}\n\
             thread = threading.Thread(target=time.sleep, args=(0,))\n\
             thread.start()\n\
             try:\n    {asked}\nexcept Exception as error:\n    print(type(error).__name__, error, sep=': ')\n"
        );
        assert_eq!(outcomes(&source, None), [message]);
    }
}

#[test]
fn what_does_not_end_when_it_is_looked_at_is_told_as_such() {
    let source = "
import threading
class Endless(Exception):
    def __repr__(self):
        while True:
            pass
    __str__ = __repr__
def fill():
    global held
    held = Endless()
    raise held
held = None
thread = threading.Thread(target=fill)
thread.start()
held = Endless()
thread.join()
";
    let scenario = scenario(source, Some("held"));
    let report = explored(&scenario).expect("it explores");
    let [found] = report.outcomes.as_slice() else { panic!("{report:?}") };
    let text = "<it takes too long to say>";
    assert_eq!(found.outcome.value.as_deref(), Some(text));
    assert_eq!(found.outcome.exceptions[0].message, text);
    let replay = replayed(&scenario, |report| report.outcomes[0].witness.clone());
    assert_eq!(replay.execution.outcome, found.outcome);
    let written: Vec<&str> = replay.details.iter().filter_map(|detail| detail.value.as_deref()).collect();
    assert_eq!(written, ["Endless()"; 3], "two writes and a read");
}

/// It happened in no other execution, so that the order that was found did something else when it was told.
#[test]
fn no_code_of_the_programs_is_run_to_tell_what_a_value_is() {
    let told = [
        ("K()", "K()"),
        ("[K(), (K(),), {1: K()}]", "[K(), (K(),), {1: K()}]"),
        ("D(K())", "D(a=K())"),
        ("collections.UserList([K()])", "UserList(data=[K()])"),
        ("collections.deque([K()])", "deque(K())"),
        ("Row(K())", "Row(K())"),
        ("ValueError(K())", "ValueError(K())"),
        ("D(1)", "D(a=1)"),
        ("collections.UserList([1])", "[1]"),
    ];
    for (value, text) in told {
        let source = format!(
            "
import collections, dataclasses, threading
lock = threading.Lock()
class K:
    def __repr__(self):
        with lock:
            n.append(1)
        return 'K'
@dataclasses.dataclass
class D:
    a: object
Row = collections.namedtuple('Row', 'a')
n = []
items = [{value}]
def look():
    with lock:
        items[0]
threads = [threading.Thread(target=look), threading.Thread(target=items.append, args=(1,))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
        );
        let scenario = scenario(&source, Some("len(n)"));
        let replay = replayed(&scenario, |report| report.outcomes[0].witness.clone());
        assert_eq!(replay.execution.outcome.value.as_deref(), Some("0"), "{value}");
        let told = replay.details.iter().filter_map(|detail| detail.value.as_deref());
        assert!(told.clone().any(|told| told == text), "{value}: {:?}", told.collect::<Vec<_>>());
    }
}

#[test]
fn a_runner_that_hangs_is_killed() {
    let limits = Limits { execution: std::time::Duration::from_millis(600), ..Default::default() };
    let mut worker = Worker::start(&interpreters()[0], &confinement(), limits).expect("a worker starts");
    // Who goes from line to line is somewhere.
    for (source, place) in [("for _ in iter(int, 1):\n    pass\n", ""), ("x = 1\npow(10, 10**9)\n", " at line 2")] {
        match explored_by(&mut worker, &scenario(source, None)) {
            Err(PythonError::Broken { what, .. }) => {
                assert_eq!(what, format!("it did not answer within 0 s, in MainThread{place}"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_runner_that_floods_is_killed() {
    let source = "import posix\nwhile True:\n    posix.write(2, b'x' * 65536)\n";
    match explored(&scenario(source, None)) {
        Err(PythonError::Broken { what, .. }) => assert_eq!(what, "it did not stop printing"),
        other => panic!("{other:?}"),
    }
}

/// A program that got hold of the harness can have it say anything.
#[test]
fn a_runner_that_says_millions_of_things_is_broken() {
    for (said, behind, what) in [
        (r#"'"names":[' + ','.join(['"a"'] * 3000000) + ']'"#, "b''", "its answer has too many parts"),
        (r#"'"shared":{"workers":false,"names":' + '[' * 4000000"#, "b''", "its answer has too many parts"),
        (
            r#"'"shared":{"workers":false,"names":[[[0]]]}'"#,
            "b''",
            "its answer is wrong: invalid type: sequence, expected a text or a number",
        ),
        (r#"'"ops":[]'"#, r"b'\0[\0\0\x50\0' + b'F' * 5242880", "its answer is wrong: no numbers"),
    ] {
        let source = format!(
            "import threading\n\
             harness = type(threading.Lock()).acquire.__globals__\n\
             said = ('{{\"id\":2,' + {said} + '}}').encode() + {behind}\n\
             harness['write_all'](len(said).to_bytes(4, 'big') + said)\n"
        );
        match explored(&scenario(&source, None)) {
            Err(PythonError::Broken { what: said, .. }) => assert!(said.starts_with(what), "{said}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn making_an_iterator_of_a_dict_notes_its_size() {
    let source = "
from threading import Thread
d = {'a': 1}
seen = []
def put():
    d['b'] = 2
def walk():
    try:
        for key in d:
            seen.append(key)
    except RuntimeError:
        seen.append('changed')
putter, walker = Thread(target=put), Thread(target=walk)
putter.start()
walker.start()
putter.join()
walker.join()
";
    assert_eq!(outcomes(source, Some("seen")), ["['a', 'b']", "['a', 'changed']", "['a']", "['changed']"]);
}

#[test]
fn a_schedule_means_the_same_in_another_worker() {
    // What is a step depends on what was found to be shared: a worker that was not told could not replay this.
    let source = "
from threading import Thread
total = 0
def add_up():
    global total
    for price in (1, 2, 3):
        total += price
thread = Thread(target=add_up)
thread.start()
print(total)
";
    let scenario = scenario(source, None);
    let mut first = worker();
    let mut program = first.load(&scenario).expect("it loads");
    let report = explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
    let shared = program.shared().clone();
    let mut second = worker();
    assert!(matches!(
        second.load(&scenario).expect("it loads").replay(&report.outcomes[1].witness),
        Err(PythonError::Unexplored)
    ));
    for found in &report.outcomes {
        let replay = second.load_knowing(&scenario, &shared).expect("it loads").replay(&found.witness);
        assert_eq!(replay.expect("it replays").execution.outcome, found.outcome);
    }
}

#[test]
fn a_worker_starts_from_what_another_compiled() {
    let interpreter = &interpreters()[0];
    let compiled = worker().compiled().expect("it says so");
    let mut second = Worker::start_compiled(interpreter, &confinement(), Limits::default(), compiled.into())
        .expect("a worker starts");
    let report = explored_by(&mut second, &scenario(WITHDRAW, Some("account.balance"))).expect("it explores");
    assert_eq!(report.executions, 6);
    assert!(matches!(
        Worker::start_compiled(interpreter, &confinement(), Limits::default(), [0].into()),
        Err(PythonError::NotReady { .. })
    ));
}

#[test]
fn sleeps_order_on_the_virtual_clock_alone() {
    let source = "
import time
from threading import Thread
order = []
def work(name, seconds):
    time.sleep(seconds)
    order.append(name)
threads = [Thread(target=work, args=each) for each in (('slow', 2), ('fast', 1), ('too', 1))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("order")).len(), 6);
    let mut ordered = scenario(source, Some("order"));
    ordered.sleeps = raceday::scenario::Sleeps::Ordered;
    let report = explored(&ordered).expect("it explores");
    assert!(report.is_exhaustive());
    assert_eq!(texts(&report), ["['fast', 'too', 'slow']", "['too', 'fast', 'slow']"]);
}

#[test]
fn polling_on_the_virtual_clock_ends() {
    let source = "
import time
from threading import Thread
done = False
polls = 0
def work():
    global done
    time.sleep(1)
    done = True
thread = Thread(target=work)
thread.start()
while not done:
    polls += 1
    time.sleep(0.4)
thread.join()
";
    let mut ordered = scenario(source, Some("polls"));
    ordered.sleeps = raceday::scenario::Sleeps::Ordered;
    assert_eq!(texts(&explored(&ordered).expect("it explores")), ["3"]);
}

#[test]
fn tasks_that_wait_for_tasks_of_their_own_pool() {
    // What a submission touches depends on how many came before it: it is asked anew when others went in between.
    let source = "
from concurrent.futures import ThreadPoolExecutor
def price(item):
    return len(item)
def order(item):
    return pool.submit(price, item).result() + 1
bill = 0
with ThreadPoolExecutor(max_workers=2) as pool:
    tea = pool.submit(order, 'tea')
    cake = pool.submit(order, 'cake')
    bill = tea.result() + cake.result()
";
    assert_eq!(outcomes(source, Some("bill")), ["0 (deadlock)", "9"]);
}

#[test]
fn what_only_looks_like_text_is_told_all_the_same() {
    let source = "
class Odd:
    def __repr__(self):
        return 'odd \\ud800'
odd = Odd()
raise ValueError('\\udc80')
";
    assert_eq!(outcomes(source, Some("odd")), ["odd \\ud800 ValueError: \\udc80"]);
    let report = explored(&scenario("print('\\ud800')", None)).expect("it explores");
    assert_eq!(report.outcomes[0].outcome.exceptions[0].class, "UnicodeEncodeError");
}

#[test]
fn a_script_knows_its_name_and_has_no_keyboard_and_no_neighbours() {
    assert_eq!(outcomes("import sys\nprint(sys.argv)", None), ["['scenario.py']"]);
    for (source, what) in [
        ("import sys\nsys.stdin.read()", "sys.stdin.read"),
        ("import helper_beside_the_script", "import helper_beside_the_script"),
        ("x = 1\nfrom numpy_that_is_not_here import array", "import numpy_that_is_not_here"),
        (&format!("x = {}1", "-".repeat(20_000)), "code that is nested so deeply"),
    ] {
        match explored(&scenario(source, None)) {
            Err(PythonError::Unsupported { what: named, .. }) => assert_eq!(named, what),
            other => panic!("{source:.60}: {other:?}"),
        }
    }
}

#[test]
fn a_pool_maps_in_the_order_of_the_arguments() {
    let source = "
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    squares = list(pool.map(lambda number: number * number, [1, 2, 3]))
";
    assert_eq!(outcomes(source, Some("squares")), ["[1, 4, 9]"]);
}

#[test]
fn importing_by_a_call_gives_the_same_modules() {
    let source = "
from threading import Thread
lock = __import__('threading').Lock()
def work():
    with lock:
        pass
threads = [Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print('done')
";
    assert_eq!(outcomes(source, None), ["done"]);
}

/// A large batch is written by a thread of its own, and what is asked after it must not come before it.
#[test]
fn batches_are_executed_in_the_order_in_which_they_were_prepared() {
    let mut worker = worker();
    let scenario = scenario(WITHDRAW, Some("account.balance"));
    let shared = {
        let mut program = worker.load(&scenario).expect("it loads");
        explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
        program.shared().clone()
    };
    let mut program = worker.load_knowing(&scenario, &shared).expect("it loads");
    let Ok(Answer::Executions(first)) = program.execute(&[Request::default()]) else { panic!("no execution") };
    let whole = Request { prefix: first[0].schedule().threads().to_vec() };
    let (large, small) = (vec![whole; 1000], vec![Request::default(); 2]);
    for _ in 0..5 {
        program.prepare(&large);
        program.prepare(&small);
        for mut left in [large.as_slice(), small.as_slice()] {
            while !left.is_empty() {
                let answer = program.execute(left).expect("it executes");
                let Answer::Executions(executions) = answer else { panic!("nothing new is shared") };
                assert!(executions.iter().all(|execution| *execution == first[0]));
                left = &left[executions.len()..];
            }
        }
    }
}

#[test]
fn who_does_not_wait_for_what_was_begun_leaves_nothing_behind() {
    let mut worker = worker();
    let counters = scenario(
        "from threading import Thread\nn = 0\ndef count():\n    global n\n    n += 1\nThread(target=count).start()\ncount()",
        Some("n"),
    );
    let before = explored_by(&mut worker, &counters);
    let mut program = worker.load(&scenario(WITHDRAW, Some("account.balance"))).expect("it loads");
    program.prepare(&[Request::default()]);
    program.prepare(&[Request::default()]);
    assert_eq!(explored_by(&mut worker, &counters).expect("it explores"), before.expect("it explores"));
}

#[test]
fn what_is_as_deep_as_it_is_long_is_named_all_the_same() {
    let source = "
from threading import Thread
def build():
    chain = []
    for _ in range(5000):
        chain = [chain]
    return chain
chain = build()
def cut():
    chain.clear()
thread = Thread(target=cut)
thread.start()
print(len(chain))
thread.join()
";
    assert_eq!(outcomes(source, None), ["0", "1"]);
}

/// A table of the harness once kept every class that any execution had made: collecting garbage took longer and longer.
#[test]
fn executions_leave_no_classes_behind() {
    let source = "
import gc
from threading import Thread

class Account:
    pass

gc.collect()
classes = sum(1 for each in gc.get_objects() if isinstance(each, type) and each.__name__ == 'Account')
accounts = [Account()]

def work():
    accounts[0].balance = len(accounts)

threads = [Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let mut worker = worker();
    let scenario = scenario(source, Some("classes"));
    assert_eq!(texts(&explored_by(&mut worker, &scenario).expect("it explores")).len(), 1);
    let mut program = worker.load(&scenario).expect("it loads");
    for _ in 0..3 {
        let answer = program.execute(&vec![Request::default(); 20]);
        assert!(answer.is_ok(), "{answer:?}");
    }
    let report = explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
    assert_eq!(texts(&report), ["1"]);
}

#[test]
fn what_a_long_execution_leaves_behind_does_not_pile_up() {
    // Ten thousand turns of a loop are remembered while it goes on, and no longer.
    let source = "
import sys, threading
x = 0
def work():
    global x
    v = 0
    while x < 2:
        v += 1
thread = threading.Thread(target=work)
thread.start()
x += 1
thread.join()
";
    let mut worker = worker();
    let few = scenario(source, Some("sys.getallocatedblocks() < 1_000_000"));
    let mut program = worker.load(&few).expect("it loads");
    assert_eq!(program.execute(&[Request::default()]).expect("it executes"), Answer::StartOver);
    let mut executions = 0;
    while executions < 100 {
        let Answer::Executions(made) = program.execute(&vec![Request::default(); 3]).expect("it executes") else {
            panic!("all is known to be shared");
        };
        executions += made.len();
        for each in made {
            assert_eq!(each.outcome.value.as_deref(), Some("True"), "after {executions} executions");
        }
    }
}

#[test]
fn cycles_that_an_execution_leaves_behind_do_not_pile_up() {
    let source = "
class Node:
    def __init__(self):
        self.me = self
nodes = [Node() for _ in range(2000)]
import sys
";
    let mut worker = worker();
    // One execution leaves some 6,000 blocks.
    let scenario = scenario(source, Some("sys.getallocatedblocks() < 1_000_000"));
    let mut program = worker.load(&scenario).expect("it loads");
    let mut executions = 0;
    while executions < 400 {
        let Answer::Executions(made) = program.execute(&vec![Request::default(); 10]).expect("it executes") else {
            panic!("nothing is shared");
        };
        executions += made.len();
        for each in made {
            assert_eq!(each.outcome.value.as_deref(), Some("True"), "after {executions} executions");
        }
    }
}
