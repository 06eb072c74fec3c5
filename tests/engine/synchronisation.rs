//! Waits with a time limit, pools, hooks and logging: what the models promise beyond what CPython's own tests ask.

use raceday::explore::Report;
use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Worker;
use raceday::scenario::Ending;
use raceday::scenario::ThreadId;

use super::pythons::confinement;
use super::pythons::explored;
use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::scenario;

/// Explores to the end and returns what each outcome showed and how it ended, sorted.
#[track_caller]
fn outcomes(source: &str, observe: Option<&str>) -> Vec<String> {
    let report = explored(&scenario(source, observe)).expect("it explores");
    assert!(report.is_exhaustive(), "the search ended early");
    shown(&report)
}

fn shown(report: &Report) -> Vec<String> {
    let mut shown: Vec<String> = report
        .outcomes
        .iter()
        .map(|found| {
            let outcome = &found.outcome;
            let seen = outcome.value.clone().or(outcome.stdout.clone()).unwrap_or_default();
            let ending =
                if outcome.ending == Ending::Finished { String::new() } else { format!(" {:?}", outcome.ending) };
            let raised: String = outcome.exceptions.iter().map(|raised| format!(" {}", raised.class)).collect();
            format!("{}{ending}{raised}", seen.trim_end())
        })
        .collect();
    shown.sort();
    shown
}

#[test]
fn a_new_thread_may_have_the_identifier_of_one_that_is_gone() {
    let source = "
import threading
seen = set()
def see():
    seen.add(threading.get_ident())
first = threading.Thread(target=see)
second = threading.Thread(target=see)
first.start()
first.join()
second.start()
second.join()
";
    let together = source.replace("first.join()\n", "");
    for interpreter in interpreters() {
        let joining_lets_go = interpreter.version.minor >= 13;
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let mut outcomes = |source| {
            let report = explored_by(&mut worker, &scenario(source, Some("len(seen)"))).expect("it explores");
            assert!(report.is_exhaustive());
            shown(&report)
        };
        assert_eq!(outcomes(source), if joining_lets_go { &["1"][..] } else { &["1", "2"] }, "{interpreter:?}");
        assert_eq!(outcomes(&together), if joining_lets_go { &["2"][..] } else { &["1", "2"] }, "{interpreter:?}");
    }
}

/// CPython 3.12.0 and 3.12.1 start no thread once the main thread's code is over; all others do as long as there is one.
#[test]
fn a_thread_may_be_refused_once_the_main_thread_is_over() {
    let source = "
import threading
def last():
    print('last')
def first():
    try:
        threading.Thread(target=last).start()
    except RuntimeError as error:
        print(error)
threading.Thread(target=first).start()
";
    let submitted = "
import threading
from concurrent import futures
pool = futures.ThreadPoolExecutor()
def first():
    try:
        print(pool.submit(abs, 1).result())
    except RuntimeError as error:
        print(error)
threading.Thread(target=first).start()
";
    let exit = "cannot schedule new futures after interpreter shutdown";
    let refused = "can't create new thread at interpreter shutdown";
    for interpreter in interpreters() {
        let refuses = interpreter.version.minor == 12 && interpreter.version.patch < 2;
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let mut outcomes = |source| {
            let report = explored_by(&mut worker, &scenario(source, None)).expect("it explores");
            assert!(report.is_exhaustive());
            shown(&report)
        };
        let possible = |all: &[&'static str]| -> Vec<_> {
            all.iter().copied().filter(|each| refuses || *each != refused).collect()
        };
        assert_eq!(outcomes(source), possible(&[refused, "last"]), "{interpreter:?}");
        assert_eq!(outcomes(submitted), possible(&["1", refused, exit]), "{interpreter:?}");
    }
}

/// It once did not replay: that the other future was settled meanwhile was told of no step.
#[test]
fn a_future_may_be_settled_between_two_that_as_completed_gives() {
    let source = "
from concurrent import futures
seen = []
def called(future):
    seen.append(future.done())
def second():
    first.add_done_callback(called)
pool = futures.ThreadPoolExecutor(2)
first = pool.submit(int)
other = pool.submit(second)
for future in futures.as_completed([first, other]):
    seen.append(future is first)
pool.shutdown()
";
    let possible = ["[False, True, True]", "[True, False, True]", "[True, True, False]"];
    assert_eq!(outcomes(source, Some("seen")), possible);
}

#[test]
fn a_loop_that_fails_to_take_something_waits_until_it_is_there() {
    for (there, take, raises, give) in [
        ("[]", "things.pop()", "IndexError", "things.append(1)"),
        ("[]", "things.pop(0)", "IndexError", "things.append(1)"),
        ("[]", "heapq.heappop(things)", "IndexError", "heapq.heappush(things, 1)"),
        ("[]", "[things[0]].remove(0); del things[0]", "(IndexError, ValueError)", "things.append(0)"),
        ("collections.deque()", "things.popleft()", "IndexError", "things.append(1)"),
        ("set()", "things.pop()", "KeyError", "things.add(1)"),
        ("{}", "things.pop('key')", "KeyError", "things['key'] = 1"),
        ("{}", "things.popitem()", "KeyError", "things['key'] = 1"),
        ("queue.Queue()", "things.get_nowait()", "queue.Empty", "things.put(1)"),
        ("queue.SimpleQueue()", "things.get(timeout=1)", "queue.Empty", "things.put(1)"),
    ] {
        let source = format!(
            "
import collections, heapq, queue, threading
things = {there}
taken = False
def take():
    global taken
    while True:
        try:
            {take}
            break
        except {raises}:
            pass
    taken = True
def give():
    {give}
for body in take, give:
    threading.Thread(target=body).start()
"
        );
        assert_eq!(outcomes(&source, Some("taken")), ["True"], "{take}");
        let never = source.replace(&format!("    {give}\n"), "    pass\n");
        assert_eq!(outcomes(&never, Some("taken")), ["False Spin"], "{take}");
    }
}

#[test]
fn a_loop_around_a_timed_wait_on_a_condition_waits_for_a_change() {
    let source = "
import threading
cv = threading.Condition()
done = False
def finish():
    global done
    with cv:
        done = True
        cv.notify()
thread = threading.Thread(target=finish)
thread.start()
with cv:
    while not done:
        cv.wait(timeout=1)
thread.join()
";
    assert_eq!(outcomes(source, Some("done")), ["True"]);
    // Without the notification, time goes by until the loop finds it.
    assert_eq!(outcomes(&source.replace("        cv.notify()\n", ""), Some("done")), ["True"]);
    // And where nobody ever does it, the loop turns for ever.
    assert_eq!(outcomes(&source.replace("done = True", "pass"), Some("done")), ["False Spin"]);
}

/// The second turn was as the first, and so it stood still before the wait that gives the lock back.
#[test]
fn a_loop_that_is_woken_for_nothing_gives_its_lock_back() {
    let source = "
import threading
cv = threading.Condition(threading.Lock())
done = False
def work():
    with cv:
        while not done:
            WAIT
worker = threading.Thread(target=work)
worker.start()
with cv:
    cv.notify()
with cv:
    FINISH
    cv.notify()
worker.join()
";
    let waits = [
        "cv.wait()",
        "cv.wait(timeout=1)",
        "cv.release(); cv.acquire()",
        "cv.release()\n            with other: pass\n            cv.acquire()",
        "with other, last: pass\n            cv.release(); cv.acquire()",
    ];
    for wait in waits {
        let source = source
            .replace("WAIT", wait)
            .replace("done = False", "done = False\nother, last = threading.Lock(), threading.Lock()");
        assert_eq!(outcomes(&source.replace("FINISH", "done = True"), Some("done")), ["True"], "{wait}");
        let stuck = if wait == "cv.wait()" { "False Deadlock" } else { "False Spin" };
        assert_eq!(outcomes(&source.replace("FINISH", "pass"), Some("done")), [stuck], "{wait}");
    }
}

#[test]
fn two_loops_that_poll_under_one_lock_do_not_keep_each_other_turning() {
    let source = "
import threading, time
lock = threading.Lock()
ready = False
seen = []
def poll():
    while True:
        with lock:
            if ready:
                break
        time.sleep(0.1)
    seen.append(1)
def set_ready():
    global ready
    with lock:
        ready = True
threads = [threading.Thread(target=poll) for _ in range(2)] + [threading.Thread(target=set_ready)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("len(seen)")), ["2"]);
}

#[test]
fn a_consumer_that_asks_a_queue_again_and_again() {
    let source = "
import queue, threading
box = queue.Queue()
got = []
def consume():
    while True:
        try:
            item = box.get(timeout=1)
        except queue.Empty:
            continue
        if item is None:
            break
        got.append(item)
        box.task_done()
thread = threading.Thread(target=consume)
thread.start()
box.put(1)
box.put(2)
box.put(None)
thread.join()
";
    assert_eq!(outcomes(source, Some("got")), ["[1, 2]"]);
    assert_eq!(
        outcomes(
            &source.replace("queue.Queue()", "queue.SimpleQueue()").replace("        box.task_done()\n", ""),
            Some("got")
        ),
        ["[1, 2]"]
    );
}

#[test]
fn a_timed_wait_that_is_no_loop_has_both_its_ends() {
    let source = "
import threading
event = threading.Event()
condition = threading.Condition()
def wake():
    event.set()
    with condition:
        condition.notify()
with condition:
    thread = threading.Thread(target=wake)
    thread.start()
    notified = condition.wait(timeout=1)
seen = event.wait(timeout=1)
thread.join()
";
    assert_eq!(outcomes(source, Some("(notified, seen)")), ["(False, False)", "(False, True)", "(True, True)"]);
}

#[test]
fn the_hook_for_exceptions_of_threads_can_be_set() {
    let source = "
import threading
told = []
def hook(args):
    told.append((args.exc_type.__name__, str(args.exc_value), args.thread.name))
threading.excepthook = hook
def fail():
    raise ValueError('no')
thread = threading.Thread(target=fail, name='worker')
thread.start()
thread.join()
";
    assert_eq!(outcomes(source, Some("told")), ["[('ValueError', 'no', 'worker')] ValueError"]);
}

#[test]
fn what_a_scenario_does_to_a_module_ends_with_the_execution() {
    let source = "
import threading, time
before = hasattr(time, 'mark')
time.mark = 1
def work():
    global count
    count += 1
count = 0
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("(before, count)")), ["(False, 1)", "(False, 2)"]);
}

#[test]
fn what_a_scenario_does_to_a_class_of_the_library_ends_with_the_execution() {
    let source = "
import json, queue, string, threading
before = string.Template.delimiter, hasattr(queue.Queue, 'mark'), hasattr(json.JSONEncoder, 'mark'), hasattr(threading.Thread, 'mark')
string.Template.delimiter = '%'
queue.Queue.mark = 1
setattr(json.JSONEncoder, 'mark', 1)
type.__setattr__(threading.Thread, 'mark', 1)
try:
    int.real = 1
except TypeError:
    pass
def work():
    global count
    count += 1
count = 0
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let fresh = "('$', False, False, False)";
    assert_eq!(outcomes(source, Some("(before, count)")), [format!("({fresh}, 1)"), format!("({fresh}, 2)")]);
}

#[test]
fn several_threads_log() {
    let source = "
import logging, sys, threading
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format='%(threadName)s %(message)s')
log = logging.getLogger('work')
def work(n):
    log.info('does %d', n)
threads = [threading.Thread(target=work, args=(n,), name='thread %d' % n) for n in (1, 2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, None), ["thread 1 does 1\nthread 2 does 2", "thread 2 does 2\nthread 1 does 1"]);
}

#[test]
fn tasks_log_under_their_workers_names() {
    let source = "
import logging, sys
from concurrent.futures import ThreadPoolExecutor
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format='%(threadName)s %(message)s')
with ThreadPoolExecutor(max_workers=1, thread_name_prefix='pool') as pool:
    pool.submit(logging.info, 'here')
";
    assert_eq!(outcomes(source, None), ["pool_0 here"]);
    // Nobody sees who it was, or that it was: the pool needs no workers, and logging is no step.
    let unseen = source.replace("stream=sys.stdout, ", "").replace("%(threadName)s ", "");
    let report = explored(&scenario(&unseen, Some("1"))).expect("it explores");
    assert_eq!(report.executions, 1);
}

#[test]
fn a_handler_of_the_scenarios_own_is_entered_by_one_thread_at_a_time() {
    let source = "
import logging, threading
class Counter(logging.Handler):
    def __init__(self):
        super().__init__()
        self.count = 0
    def emit(self, record):
        self.count += 1
handler = Counter()
logging.getLogger().addHandler(handler)
def work():
    logging.warning('once')
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("handler.count")), ["2"]);
}

/// A handler has its lock while the text of an entry is made, and so has who takes it by hand.
#[test]
fn who_is_in_a_handler_has_its_lock_whatever_is_done_there() {
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("None", "with handler.lock: print(1); print(2)", "with handler.lock: print(3)", &["1\n2\n3", "3\n1\n2"]),
        (
            "None",
            "handler.acquire(); print(1); print(2); handler.release()",
            "handler.acquire(); print(3); handler.release()",
            &["1\n2\n3", "3\n1\n2"],
        ),
        ("None", "logging.error(Text())", "with lock: logging.error('b')", &["", " Deadlock"]),
        ("None", "logging.error('%s', Text())", "with lock: logging.error('b')", &["", " Deadlock"]),
        ("print", "logging.error(Text())", "logging.error(Text())", &["1\n2\n1\n2"]),
        ("print", "logging.error(Text())", "logging.error('a'); print(3)", &["1\n2\n3", "1\n3\n2", "3\n1\n2"]),
    ];
    for (how, one, other, expected) in cases {
        let source = format!(
            "
import io, logging, threading
lock = threading.Lock()
class Text:
    def __str__(self):
        if {how}:
            print(1)
            print(2)
        else:
            with lock:
                pass
        return 'text'
handler = logging.StreamHandler(io.StringIO())
logging.getLogger().addHandler(handler)
def first():
    {one}
def second():
    {other}
threads = [threading.Thread(target=each) for each in (first, second)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
        );
        assert_eq!(outcomes(&source, None), *expected, "{one} and {other}");
    }
}

#[test]
fn an_entry_that_runs_no_code_of_the_programs_takes_one_step() {
    let source = "
import io, logging, threading
stream = io.StringIO()
logging.basicConfig(stream=stream)
threads = [threading.Thread(target=logging.error, args=(each,)) for each in 'ab']
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let report = explored(&scenario(source, Some("stream.tell()"))).expect("it explores");
    assert_eq!(report.executions, 2);
    assert_eq!(report.outcomes[0].witness.threads().iter().filter(|thread| **thread != ThreadId::MAIN).count(), 6);
}

#[test]
fn a_pool_with_workers_ends_at_exit() {
    let source = "
from concurrent.futures import ThreadPoolExecutor
done = []
pool = ThreadPoolExecutor(max_workers=2, initializer=done.append, initargs=('begun',))
pool.submit(done.append, 'task')
";
    assert_eq!(outcomes(source, Some("done")), ["['begun', 'task']"]);
}

#[test]
fn a_cancelled_future_is_over_once_a_worker_has_come_upon_it() {
    let source = "
from concurrent.futures import Future, wait
future = Future()
future.cancel()
future.set_running_or_notify_cancel()
wait([future])
";
    assert_eq!(outcomes(source, Some("future.cancelled()")), ["True"]);
    let unnoticed = source.replace("future.set_running_or_notify_cancel()\n", "");
    assert_eq!(outcomes(&unnoticed, Some("future.cancelled()")), ["True Deadlock"]);
}

#[test]
fn a_simple_queue_is_a_class_of_its_own() {
    let source = "
import queue
box = queue.SimpleQueue()
has = [name for name in ('put', 'get', 'empty', 'qsize', 'join', 'task_done', 'full', 'maxsize') if hasattr(box, name)]
";
    assert_eq!(
        outcomes(source, Some("(has, isinstance(box, queue.Queue), type(box).__name__)")),
        ["(['put', 'get', 'empty', 'qsize'], False, 'SimpleQueue')"]
    );
}

#[test]
fn nobody_gets_into_a_barrier_while_its_action_runs() {
    let source = "
import threading
shared = 0
broken = []
def action():
    global shared
    shared += 1
barrier = threading.Barrier(2, action)
def work():
    try:
        barrier.wait(timeout=1)
    except threading.BrokenBarrierError:
        broken.append(shared)
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    // All pass after the action, or the first one's time is up before the second comes, and there was no action.
    assert_eq!(outcomes(source, Some("(shared, broken)")), ["(0, [0, 0])", "(1, [])"]);
}

#[test]
fn a_bare_except_hides_nothing_that_is_not_supported() {
    let source = "
import queue
try:
    queue.Queue().queue = []
except:
    pass
";
    let error = explored(&scenario(source, Some("1"))).expect_err("what a queue holds is modelled with it");
    assert!(
        matches!(&error, PythonError::Unsupported { what, .. } if what == "another `queue` in a queue.Queue"),
        "{error}"
    );
}

#[test]
fn tasks_of_one_worker_find_what_the_one_before_left_in_its_thread() {
    for (there, set, get) in [
        ("local = threading.local()", "lambda: setattr(local, 'x', 1)", "lambda: getattr(local, 'x', None)"),
        ("v = contextvars.ContextVar('v', default=0)", "lambda: v.set(1)", "v.get"),
    ] {
        let source = format!(
            "
import contextvars, threading
from concurrent.futures import ThreadPoolExecutor
{there}
with ThreadPoolExecutor(1) as pool:
    pool.submit({set})
    print(pool.submit({get}).result())
"
        );
        assert_eq!(outcomes(&source, None), ["1"], "{there}");
    }
}

/// What was raised there to unwind the execution went no further, and it seemed to have finished.
#[test]
fn who_gets_stuck_as_the_last_thing_is_deleted_does_not_finish() {
    let source = "
import threading
lock = threading.Lock()
lock.acquire()
class Thing:
    def __del__(self): lock.acquire()
thing = Thing()
del thing
";
    assert_eq!(outcomes(source, None), [" Deadlock"]);
}

#[test]
fn who_leaves_a_barrier_late_may_find_it_broken() {
    let source = "
import threading
barrier = threading.Barrier(2)
def late():
    try:
        barrier.wait()
        print('through')
    except threading.BrokenBarrierError:
        print('broken')
def breaks():
    barrier.wait()
    barrier.abort()
threads = [threading.Thread(target=target) for target in (late, breaks)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    // Who breaks it may also be who leaves late, but then he has not broken it yet.
    assert_eq!(outcomes(source, None), ["broken", "through"]);
}

#[test]
fn who_joins_the_main_thread_waits_for_the_end_of_the_module() {
    let waits = "
import threading
def work():
    threading.main_thread().join()
    print('after main')
thread = threading.Thread(target=work)
thread.start()
";
    assert_eq!(outcomes(&format!("{waits}print('main')"), None), ["main\nafter main"]);
    assert_eq!(outcomes(&format!("{waits}thread.join()"), None), [" Deadlock"]);
}

#[test]
fn a_condition_waits_for_a_list_to_be_filled() {
    let source = "
import threading
condition = threading.Condition()
items = []
def wait():
    with condition:
        print(bool(condition.wait_for(lambda: items, timeout=1)))
threads = [threading.Thread(target=wait), threading.Thread(target=items.append, args=(1,))]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, None), ["False", "True"]);
}

#[test]
fn what_a_future_is_printed_as_depends_on_when() {
    let source = "
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
future = pool.submit(pow, 2, 3)
print(str(future).split('state=')[1])
";
    assert_eq!(outcomes(source, None), ["finished returned int>", "pending>", "running>"]);
}

/// The worker's answer was none that could be read.
#[test]
fn others_print_in_between_where_a_value_says_itself_what_it_is() {
    let printed = |value: &str| {
        let source = format!(
            "
import threading
class Named:
    def __init__(self, name): self.name = name
    def __repr__(self): return self.name
def work(name): print({value}, {value})
threads = [threading.Thread(target=work, args=(name,)) for name in 'ab']
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
        );
        outcomes(&source, None)
    };
    assert_eq!(printed("name"), ["a a\nb b", "b b\na a"]);
    assert_eq!(printed("[name]"), ["['a'] ['a']\n['b'] ['b']", "['b'] ['b']\n['a'] ['a']"]);
    let mixed = ["a a\nb b", "a b a\nb", "a b b\na", "b a a\nb", "b a b\na", "b b\na a"];
    assert_eq!(printed("Named(name)"), mixed);
    let within = mixed.map(|text| text.replace('a', "(a,)").replace('b', "(b,)"));
    assert_eq!(printed("(Named(name),)"), within);
}

#[test]
fn half_a_character_is_shown_by_its_number() {
    let source = "
import threading
thread = threading.Thread(target=print, args=('a',), name='half \\ud800')
thread.start()
thread.join()
raise ValueError('\\udfff of one')
";
    let report = explored(&scenario(source, Some("thread.name"))).expect("it explores");
    let outcome = &report.outcomes[0].outcome;
    assert_eq!(outcome.value.as_deref(), Some("'half \\ud800'"));
    assert_eq!(outcome.exceptions[0].message, "\\udfff of one");
}

#[test]
fn what_is_logged_depends_on_who_changes_the_message_the_level_and_the_stream_when() {
    for (there, one, other, seen, expected) in [
        ("pass", "logging.info('a')", "logging.info('b')", "stream.getvalue()", ["'a\\nb\\n'", "'b\\na\\n'"]),
        ("pass", "logging.info('a')", "logging.getLogger().setLevel(40)", "stream.getvalue()", ["''", "'a\\n'"]),
        (
            "pass",
            "logging.info('a')",
            "logging.getLogger().handlers[0].setLevel(40)",
            "stream.getvalue()",
            ["''", "'a\\n'"],
        ),
        ("items = [1]", "logging.info(items)", "items.append(2)", "stream.getvalue()", ["'[1, 2]\\n'", "'[1]\\n'"]),
    ] {
        let source = format!(
            "
import io, logging, threading
stream = io.StringIO()
logging.basicConfig(stream=stream, level=20, format='%(message)s')
{there}
threads = [threading.Thread(target=lambda: {one}), threading.Thread(target=lambda: {other})]
for thread in threads: thread.start()
for thread in threads: thread.join()
"
        );
        assert_eq!(outcomes(&source, Some(seen)), expected, "{one}, {other}");
    }
}

/// To say what it is like was a step of its own there, and others came in between.
#[test]
fn who_settles_a_future_twice_is_told_in_the_same_step() {
    let source = "
import threading
from concurrent.futures import Future, InvalidStateError
future = Future()
future.set_result(1)
def again():
    try:
        future.set_exception(ValueError())
    except InvalidStateError as error:
        assert 'FINISHED: <Future at' in str(error)
thread = threading.Thread(target=again)
thread.start()
thread.join()
";
    let report = explored(&scenario(source, Some("0"))).expect("it explores");
    assert!(report.outcomes[0].outcome.exceptions.is_empty(), "{:?}", report.outcomes);
    let steps = report.outcomes[0].witness.threads().iter().filter(|thread| **thread != ThreadId::MAIN).count();
    assert_eq!(steps, 3, "it begins, tries, and ends");
}

/// A step between the look and the end of the turn hid who had written, so an order was asked for that cannot be.
#[test]
fn a_loop_that_gives_back_a_lock_after_it_has_failed_to_get_another_waits_for_that() {
    let source = "
import threading
a, b = threading.Lock(), threading.Lock()
def first():
    for _ in range(2):
        while True:
            with a:
                if b.acquire(blocking=False):
                    b.release()
                    break
def second():
    with b:
        pass
threads = [threading.Thread(target=each) for each in (first, second)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("a.locked() or b.locked()")), ["False"]);
}

/// It was cut off at the limit of steps: to ask was taken for doing something.
#[test]
fn a_loop_that_asks_how_many_threads_there_are_waits_for_one_to_start_or_end() {
    let source = "
import threading
def work():
    pass
threading.Thread(target=work).start()
while threading.active_count() > 1:
    pass
print('alone')
";
    assert_eq!(outcomes(source, None), ["alone"]);
    let source = "
import threading
go = threading.Event()
def watch():
    while len(threading.enumerate()) < 3:
        pass
    go.set()
threading.Thread(target=watch).start()
threading.Thread(target=go.wait).start()
";
    assert_eq!(outcomes(source, Some("go.is_set()")), ["True"]);
}

/// CPython takes it from the list before it is over.
#[test]
fn a_thread_that_is_listed_no_more_may_still_be_alive() {
    let program = |there: &str, look: &str| {
        format!(
            "
import threading
def work():
    pass
thread = threading.Thread(target=work)
{there}thread.start()
seen = {look}
thread.join()
"
        )
    };
    let seen = |there: &str, look: &str| outcomes(&program(there, look), Some("seen"));
    let look = "threading.active_count(), thread.is_alive()";
    let possible = ["(1, False)", "(1, True)", "(2, False)", "(2, True)"];
    assert_eq!(seen("", look), possible);
    assert_eq!(seen("", "len(threading.enumerate()), thread.is_alive()"), possible);
    assert_eq!(seen("", "thread.is_alive(), threading.active_count()"), ["(False, 1)", "(True, 1)", "(True, 2)"]);
    // Where the system gives identifiers again, too.
    let there = "other = threading.Thread(target=work)\nother.start()\nidentifier = other.ident\nother.join()\n";
    assert_eq!(seen(there, &format!("{look}, thread.ident != 0")).len(), 4);
    // Who asks for one of both alone finds no other step.
    let explored = explored(&scenario(&program("", "threading.active_count()"), Some("seen"))).expect("it explores");
    assert_eq!((shown(&explored), explored.executions), (vec!["1".to_owned(), "2".to_owned()], 2));
    let steps =
        |report: &Report| report.outcomes[0].witness.threads().iter().filter(|each| **each != ThreadId::MAIN).count();
    assert_eq!(steps(&explored), 2, "it begins and ends");
}

#[test]
fn the_main_thread_is_over_once_it_waits_for_the_others() {
    let source = "
import threading
def look():
    print(threading.main_thread().is_alive())
threading.Thread(target=look).start()
";
    assert_eq!(outcomes(source, None), ["False", "True"]);
}

/// Whoever has waited long enough wants the lock before it leaves: until then it may be notified, in vain.
#[test]
fn a_wait_whose_time_is_up_still_has_to_get_the_lock() {
    let source = "
import threading
condition = threading.Condition()
items = []
said = []
def take():
    with condition:
        while not items:
            if not condition.wait(timeout=1):
                said.append(('timeout', len(items)))
                return
        said.append(items.pop())
def give():
    with condition:
        items.append(5)
        condition.notify()
threads = [threading.Thread(target=each) for each in (take, give)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    assert_eq!(outcomes(source, Some("said")), ["[('timeout', 0)]", "[('timeout', 1)]", "[5]"]);
    let source = "
import threading
condition = threading.Condition()
said = []
def patient():
    with condition:
        condition.wait()
        said.append('patient')
def impatient():
    with condition:
        said.append(condition.wait(timeout=1))
def notify():
    with condition:
        condition.notify()
        said.append('notified')
threads = [threading.Thread(target=each) for each in (impatient, patient, notify)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let outcomes = outcomes(source, Some("said"));
    assert!(outcomes.contains(&"['notified', False] Deadlock".to_owned()), "{outcomes:?}");
}

/// A loop of a method was never taken for one that waits where the object held an iterator, a path or whatever else, though the loop
/// had nothing to do with that.
#[test]
fn a_loop_waits_whatever_else_its_object_holds() {
    for held in
        ["itertools.count()", "io.StringIO()", "collections.UserDict()", "pathlib.Path('a')", "array.array('i')"]
    {
        let source = format!(
            "
import array, collections, io, itertools, pathlib, threading
class Job:
    def __init__(self):
        self.held = {held}
        self.ready = False
    def wait(self):
        while not self.ready:
            pass
job = Job()
thread = threading.Thread(target=job.wait)
thread.start()
job.ready = True
thread.join()
"
        );
        let report = explored(&scenario(&source, Some("job.ready"))).expect("it explores");
        assert_eq!(
            (report.is_exhaustive(), report.executions, shown(&report)),
            (true, 2, vec!["True".to_owned()]),
            "{held}"
        );
    }
}

/// Such a loop must not be taken for one that waits: what it has to do with goes on by itself, if by a way around.
#[test]
fn a_loop_that_goes_on_by_its_objects_own_code_does_not_wait() {
    for (means, goes_on) in [
        ("def over(self): return not self.text.read(1)", "not self.over()"),
        ("over = property(lambda self: not self.text.read(1))", "not self.over"),
        ("def __bool__(self): return bool(self.text.read(1))", "self"),
        ("def __eq__(self, other): return not self.text.read(1)", "self != 5"),
        ("def __getattr__(self, name): return self.text.read(1)", "self.more"),
        ("kept = io.StringIO('abc')", "self.kept.read(1)"),
        ("read_more = staticmethod(text.read)", "self.read_more(1)"),
        ("", "self.text.read(1)"),
        ("", "self.more_text(1)"),
        ("", "read_of(self)"),
    ] {
        let source = format!(
            "
import io, threading
seen = False
text = io.StringIO('abc')
class Reader:
    {}
    def __init__(self):
        self.text = io.StringIO('abc')
        self.more_text = self.text.read
    def run(self):
        while {goes_on}:
            seen
read_of = lambda reader: reader.text.read(1)
def see():
    global seen
    seen = True
threads = [threading.Thread(target=Reader().run), threading.Thread(target=see)]
for thread in threads: thread.start()
for thread in threads: thread.join()
",
            if means.is_empty() { "pass" } else { means }
        );
        let report = explored(&scenario(&source, Some("seen"))).expect("it explores");
        assert!(report.is_exhaustive(), "{goes_on}");
        assert_eq!(shown(&report), ["True"], "{means} {goes_on}");
    }
}

/// It was told to be stuck: that such a loop changes something nobody else sees, and nobody looked.
#[test]
fn a_loop_that_counts_in_what_each_thread_has_of_its_own_does_not_wait() {
    for (made, still, next) in [
        ("threading.local()", "c.n < 3", "c.n += 1"),
        ("threading.local()", "hasattr(c, 'n')", "del c.n"),
        ("contextvars.ContextVar('c', default=1)", "c.get() < 3", "c.set(c.get() + 1)"),
    ] {
        let source = format!(
            "
import contextvars, threading
c = {made}
done = []
def count():
    if not hasattr(c, 'get'):
        c.n = 1
    while {still}:
        {next}
    done.append('done')
threads = [threading.Thread(target=count) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"
        );
        assert_eq!(outcomes(&source, Some("done")), ["['done', 'done']"], "{made}: {still}");
    }
}

/// Each turn is another, by what only the library's own things know. Such loops once waited, and the end without an item was lost.
#[test]
fn a_loop_that_counts_in_what_is_the_librarys_own_does_not_wait() {
    for (before, still, tried) in [
        ("b = UserList()", "len(b) < 3", "b.append(1)"),
        ("step = itertools.count().__next__", "step() < 3", "pass"),
        ("b = io.BytesIO()", "b.tell() < 3", "b.write(b'1')"),
    ] {
        let source = format!(
            "
import io, itertools
from collections import UserList
from threading import Thread
q = []
log = []
def taker():
    {before}
    while {still}:
        try:
            log.append(q.pop())
            return
        except IndexError:
            {tried}
    log.append('gave up')
def putter():
    q.append(5)
threads = [Thread(target=taker), Thread(target=putter)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"
        );
        let report = explored(&scenario(&source, Some("log"))).expect("it explores");
        let values: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
        assert_eq!(values, ["['gave up']", "[5]"], "{source}");
    }
}

/// A pool that a thread made in between was shut down in no step, and what was found did not replay.
#[test]
fn a_pool_that_is_made_while_the_main_thread_exits_takes_no_tasks() {
    let source = "
import threading
from concurrent.futures import ThreadPoolExecutor
log = []
def use_two():
    try:
        for number in range(2):
            with ThreadPoolExecutor(1) as pool:
                pool.submit(log.append, number)
    except RuntimeError as error:
        log.append(str(error)[-20:])
threading.Thread(target=use_two).start()
";
    let refused = "'interpreter shutdown'";
    assert_eq!(outcomes(source, Some("log")), [format!("[{refused}]"), format!("[0, {refused}]"), "[0, 1]".into()]);
}

/// Which of two messages it is was settled by when the main thread came to its exit; it is by whether a worker with nothing to do has.
#[test]
fn a_pool_is_shut_at_exit_by_the_first_of_its_workers_that_has_nothing_to_do() {
    let one = "
from concurrent.futures import ThreadPoolExecutor
log = []
pool, other = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
def work():
    for each in pool, other:
        try:
            each.submit(log.append, 'done')
        except RuntimeError as error:
            log.append(str(error).split('after ')[1])
pool.submit(work)
";
    // Its only worker is busy, and the other pool has none.
    let refused = "'interpreter shutdown'";
    let possible = ["['done', 'done']".to_owned(), format!("[{refused}, 'done']"), format!("[{refused}, {refused}]")];
    assert_eq!(outcomes(one, Some("sorted(log, key=len, reverse=True)")), possible);
    let two = "
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(2)
def work():
    try:
        pool.submit(int)
    except RuntimeError as error:
        print(str(error).split('after ')[1])
pool.submit(int)
pool.submit(work)
";
    assert_eq!(outcomes(two, None), ["", "interpreter shutdown", "shutdown"]);
}

/// Explores two threads: one does `first`, the other keeps what `look` says as `seen`.
#[track_caller]
fn seen(there: &str, first: &str, look: &str) -> Vec<String> {
    let source = format!(
        "
import collections, concurrent.futures, functools, logging, queue, threading
{there}
def first():
    {first}
def second():
    global seen
    seen = {look}
threads = [threading.Thread(target=first), threading.Thread(target=second)]
for each in threads:
    each.start()
for each in threads:
    each.join()
"
    );
    outcomes(&source, Some("seen"))
}

#[test]
fn what_a_model_is_like_is_seen_while_it_changes() {
    for (there, first, look, possible) in [
        ("thing = threading.Semaphore(1)", "thing.acquire()", "thing._value", &["0", "1"][..]),
        ("thing = threading.Event()", "thing.set()", "thing._flag", &["False", "True"]),
        ("thing = concurrent.futures.Future()", "thing.set_result(1)", "thing._state", &["'FINISHED'", "'PENDING'"]),
        ("thing = concurrent.futures.ThreadPoolExecutor(1)", "thing.shutdown()", "thing._shutdown", &["False", "True"]),
        ("thing = threading.Thread(target=int)", "thing.daemon = True", "thing.daemon", &["False", "True"]),
        ("thing = threading.Thread(target=int)", "thing.daemon = True", "'daemon' in repr(thing)", &["False", "True"]),
        ("thing = threading.Thread(target=int)", "thing.name = 'mine'", "'mine' in repr(thing)", &["False", "True"]),
        (
            "thing = threading.RLock()",
            "[thing.acquire(), thing.acquire()]",
            "repr(thing)[36:].split()[1]",
            &["'count=0'", "'count=1'", "'count=2'"],
        ),
        (
            "thing = logging.getLogger('x'); thing.propagate = False",
            "thing.addHandler(logging.NullHandler())",
            "thing.hasHandlers()",
            &["False", "True"],
        ),
        (
            "thing = logging.getLogger('x')",
            "logging.disable(logging.ERROR)",
            "thing.isEnabledFor(logging.ERROR)",
            &["False", "True"],
        ),
    ] {
        assert_eq!(seen(there, first, look), possible, "{look}");
    }
}

#[test]
fn who_does_not_hold_the_lock_of_a_condition_takes_it_to_find_that_out() {
    let there = "
lock = threading.Lock()
condition = threading.Condition(lock)
def notify():
    try:
        condition.notify()
    except RuntimeError:
        pass
";
    assert_eq!(seen(there, "notify()", "lock.acquire(False)"), ["False", "True"]);
}

#[test]
fn a_generator_that_runs_is_not_closed() {
    let there = "
def numbers():
    acts.append(1)
    yield 1
acts = []
thing = numbers()
def close():
    try:
        thing.close()
    except ValueError:
        acts.append('no')
";
    assert_eq!(
        seen(there, "close()", "next(thing, 2), acts"),
        ["(1, ['no', 1])", "(1, [1, 'no'])", "(1, [1])", "(2, [])",]
    );
}

#[test]
fn an_iterator_that_threads_share_is_gone_through_at_once() {
    for (there, first, look, possible) in [
        ("base = iter([1, 2])", "list(base)", "list(base)", &["[1, 2]", "[]"][..]),
        ("base = iter([1, 2])", "next(base, 0)", "sum(base)", &["2", "3"]),
        ("base = iter([1, 2, 3])", "next(base, 0)", "list(zip(base, base))", &["[(1, 2)]", "[(2, 3)]"]),
        ("base = {1: 2, 3: 4}", "base.pop(3)", "max(base, key=base.get)", &["1", "3"]),
        ("base = iter({1: 2, 3: 4}.items())", "next(base, 0)", "dict(base)", &["{1: 2, 3: 4}", "{3: 4}"]),
    ] {
        assert_eq!(seen(there, first, look), possible, "{look}");
    }
}

#[test]
fn a_partial_of_a_method_of_a_container_says_what_it_was_given() {
    let there = "base = []\nthing = functools.partial(base.append, 3)";
    assert_eq!(seen(there, "thing()", "(thing.args, len(base))"), ["((3,), 0)", "((3,), 1)"]);
}

#[test]
fn what_is_missing_is_missing_from_what_cpython_calls_it() {
    for (made, name) in [
        ("threading.Lock()", "_thread.lock"),
        ("threading.RLock()", "_thread.RLock"),
        ("threading.local()", "_thread._local"),
        ("queue.SimpleQueue()", "_queue.SimpleQueue"),
        ("threading.Semaphore()", "Semaphore"),
    ] {
        let there = format!(
            "thing = {made}\ndef look():\n    try:\n        thing.x\n    except AttributeError as error:\n        return str(error)"
        );
        let said = format!("\"'{name}' object has no attribute 'x'\"");
        assert_eq!(seen(&there, "pass", "look()"), [said], "{made}");
    }
}

/// Returns what comes of a program with each Python that is here and whose queues can be shut down.
fn with_shutdown(source: &str, observe: &str) -> Vec<Vec<String>> {
    let outcomes = |interpreter| {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        shown(&explored_by(&mut worker, &scenario(source, Some(observe))).expect("it explores"))
    };
    interpreters().iter().filter(|each| each.version.minor >= 13).map(outcomes).collect()
}

/// Each of these once was said to be stuck: what the loop looks at was told of no step that it could wait for.
#[test]
fn a_loop_that_asks_what_a_model_is_like_goes_on_when_that_changes() {
    let sources = [
        "
import threading
from concurrent.futures import ThreadPoolExecutor
event = threading.Event()
with ThreadPoolExecutor(1) as pool:
    future = pool.submit(event.wait)
    while not future.running():
        pass
    event.set()
",
        "
import threading
thread = threading.current_thread()
def work():
    thread.name = 'go'
threading.Thread(target=work).start()
while thread.name != 'go':
    pass
",
        "
import logging, threading
logger = logging.getLogger('a')
threading.Thread(target=logger.setLevel, args=(10,)).start()
while not logger.isEnabledFor(10):
    pass
",
    ];
    for source in sources {
        let report = explored(&scenario(source, Some("1"))).expect("it explores");
        assert!(report.is_exhaustive(), "{source}");
        assert_eq!(shown(&report), ["1"], "{source}");
    }
    let source = "
import threading
event = threading.Event()
both = [threading.Thread(target=event.wait, name=name) for name in 'ab']
for thread in both:
    thread.start()
while threading.enumerate()[1].name != 'b':
    pass
event.set()
";
    assert_eq!(outcomes(source, Some("1")), ["1", "1 Spin"], "it depends on who begins first");
    let source = "
import queue, threading
things = queue.Queue()
def get():
    while True:
        try:
            things.get(timeout=-1)
        except ValueError:
            pass
        except queue.ShutDown:
            break
thread = threading.Thread(target=get)
thread.start()
things.shutdown()
thread.join()
";
    assert!(with_shutdown(source, "1").iter().all(|seen| seen == &["1"]));
}

#[test]
fn threads_that_come_while_somebody_is_about_to_list_them_are_in_order_too() {
    let source = "
import threading
def work():
    threading.Thread(target=int, name='x').start()
    threading.Thread(target=int, name='y').start()
threading.Thread(target=work, name='t').start()
seen = [each.name for each in threading.enumerate()][1:]
";
    let lists = outcomes(source, Some("seen"));
    for possible in ["['t', 'y', 'x']", "['t', 'x', 'y']", "['x', 'y']", "['y', 'x']", "[]"] {
        assert!(lists.iter().any(|list| list == possible), "{possible} is missing from {lists:?}");
    }
}

#[test]
fn each_thread_initialises_what_is_local_to_it_and_nobody_else_sees_that() {
    let source = "
import threading
made = []
class Own(threading.local):
    def __init__(self):
        made.append(threading.current_thread().name)
own = Own()
def work():
    own.count = 1
    own.count += 1
threads = [threading.Thread(target=work, name=name) for name in 'ab']
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let report = explored(&scenario(source, Some("made"))).expect("it explores");
    assert_eq!(shown(&report), ["['MainThread', 'a', 'b']", "['MainThread', 'b', 'a']"]);
    assert_eq!(report.executions, 2);
}

#[test]
fn that_a_queue_is_shut_down_comes_before_that_a_time_limit_is_wrong() {
    let source = "
import queue, threading
things = queue.Queue()
seen = []
def get():
    try:
        things.get(timeout=-1)
    except Exception as error:
        seen.append(type(error).__name__)
thread = threading.Thread(target=get)
thread.start()
things.shutdown()
thread.join()
";
    assert!(with_shutdown(source, "seen").iter().all(|seen| seen == &["['ShutDown']", "['ValueError']"]));
}

#[test]
fn threads_are_listed_in_the_order_in_which_they_begin() {
    let source = "
import threading
def first():
    other.start()
def second():
    global seen
    seen = [each.name for each in threading.enumerate()[1:] if each.name != 'first']
other = threading.Thread(target=int, name='other')
for target in first, second:
    threading.Thread(target=target, name=target.__name__).start()
";
    assert_eq!(outcomes(source, Some("seen")), ["['other', 'second']", "['second', 'other']", "['second']"]);
    let source = "
import threading
def second():
    global seen
    seen = [each.name for each in threading.enumerate()]
threading.Thread(target=int, name='first').start()
threading.Thread(target=second, name='second').start()
";
    let main_first =
        ["'first', 'second'", "'second', 'first'", "'second'"].map(|rest| format!("['MainThread', {rest}]"));
    assert_eq!(outcomes(source, Some("seen")), main_first);
}

#[test]
fn who_waits_on_a_condition_is_counted_in_its_text() {
    let there = "
condition = threading.Condition()
def wait():
    with condition:
        condition.wait(1)
";
    assert_eq!(seen(there, "wait()", "repr(condition)[-3:]"), ["'0)>'", "'1)>'"]);
}

#[test]
fn to_enter_and_to_leave_what_is_the_librarys_are_steps() {
    let there = "
import contextlib
acts = []
stack = contextlib.ExitStack()
def leave():
    with stack:
        acts.append(5)
";
    assert_eq!(seen(there, "leave()", "stack.callback(acts.append, 4) and acts"), ["[5, 4]", "[5]"]);
}

/// What the program's own code did last was one step with whatever the library did after it.
#[test]
fn the_library_goes_on_with_a_step_after_the_programs_code() {
    let there = "
import contextlib
acts = []
stack = contextlib.ExitStack()
@contextlib.contextmanager
def thing():
    acts.append(3)
    yield
    acts.append(-3)
def leave():
    with stack:
        acts.append(5)
";
    assert_eq!(
        seen(there, "leave()", "stack.enter_context(thing()) or acts"),
        ["[3, 5, -3]", "[3, 5]", "[5, 3, -3]", "[5, 3]"]
    );
}

/// How that step is brought about must not undo what others do to variables before it.
#[test]
fn the_library_goes_on_with_variables_as_they_are() {
    let source = "
import contextlib, threading
stack = contextlib.ExitStack()
def make():
    count = 0
    lock = threading.Lock()
    class Counted:
        def __enter__(self):
            nonlocal count
            with lock:
                count += 1
        def __exit__(self, *error):
            pass
    def add():
        nonlocal count
        with lock:
            count += 10
    return Counted(), add, lambda: count
counted, add, get = make()
def leave():
    add()
    with stack:
        pass
thread = threading.Thread(target=leave)
thread.start()
stack.enter_context(counted)
thread.join()
";
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let report = explored_by(&mut worker, &scenario(source, Some("get()"))).expect("it explores");
        assert_eq!(shown(&report), ["11"], "{interpreter:?}");
        assert!(report.is_exhaustive() && report.executions > 8, "{interpreter:?}: {report:?}");
    }
}

#[test]
fn what_a_worker_has_taken_is_not_cancelled_with_what_waits() {
    let source = "
from concurrent import futures
pool = futures.ThreadPoolExecutor(1)
future = pool.submit(int)
pool.shutdown(False, cancel_futures=True)
left = not future.done()
cancelled = future.cancel()
";
    let possible = ["(False, False)", "(False, True)", "(True, False)", "(True, True)"];
    assert_eq!(outcomes(source, Some("(left, cancelled)")), possible);
}

#[test]
fn a_map_that_fails_cancels_the_last_of_its_tasks_first() {
    let source = "
from concurrent import futures
done = []
def work(number):
    if not number:
        raise KeyError
    done.append(number)
with futures.ThreadPoolExecutor(1) as pool:
    try:
        list(pool.map(work, [0, 1, 2]))
    except KeyError:
        pass
";
    assert_eq!(outcomes(source, Some("done")), ["[1, 2]", "[1]", "[]"]);
}

#[test]
fn the_text_of_an_event_is_that_of_its_python() {
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let report =
            explored_by(&mut worker, &scenario("import threading", Some("threading.Event()"))).expect("it explores");
        let said = if interpreter.version.minor < 11 { "Event object at 0x...>" } else { "Event at 0x...: unset>" };
        assert_eq!(shown(&report), [format!("<threading.{said}")], "{interpreter:?}");
    }
}
