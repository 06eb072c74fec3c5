//! The virtual clock of `--sleeps ordered`: who waits with a limit waits until then, and no longer than he has to.

use raceday::explore::Report;
use raceday::python::Limits;
use raceday::python::Worker;
use raceday::scenario::Sleeps;
use raceday::scenario::ThreadId;

use super::pythons::confinement;
use super::pythons::explored;
use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::replayed;
use super::pythons::scenario;

fn report_of(source: &str) -> Report {
    let mut scenario = scenario(source, Some("seen"));
    scenario.sleeps = Sleeps::Ordered;
    let report = explored(&scenario).expect("it explores");
    assert!(report.is_exhaustive(), "{source}");
    report
}

fn seen(report: &Report) -> Vec<&str> {
    let mut seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
    seen.sort_unstable();
    seen.dedup(); // threads may end in different ways
    seen
}

/// How what is waited for comes about after a second, and how it is waited for with a limit of `LIMIT`: what is seen if it
/// comes in time.
const WAITS: &[(&str, &str, &str)] = &[
    ("event.set()", "event.wait(LIMIT)", "True"),
    ("q.put(5)", "got(lambda: q.get(timeout=LIMIT))", "5"),
    ("simple.put(5)", "got(lambda: simple.get(timeout=LIMIT))", "5"),
    ("full.get()", "got(lambda: full.put(2, timeout=LIMIT))", "None"),
    ("lock.release()", "lock.acquire(timeout=LIMIT)", "True"),
    ("sem.release()", "sem.acquire(timeout=LIMIT)", "True"),
    ("future.set_result(5)", "got(lambda: future.result(LIMIT))", "5"),
    ("future.set_result(5)", "len(futures.wait([future], LIMIT).done) == 1", "True"),
    ("future.set_result(5)", "got(lambda: len(list(futures.as_completed([future], LIMIT))))", "1"),
    ("pass", "(thread.join(LIMIT), not thread.is_alive())[1]", "True"),
    ("notify()", "waited(LIMIT)", "True"),
    ("notify()", "waited_for(LIMIT)", "True"),
    ("barrier.wait()", "got(lambda: barrier.wait(LIMIT) in (0, 1))", "True"),
];

const THERE: &str = "
import queue, threading, time
from concurrent import futures
event, lock, sem, future = threading.Event(), threading.Lock(), threading.Semaphore(0), futures.Future()
q, simple, full = queue.Queue(), queue.SimpleQueue(), queue.Queue(1)
full.put(1)
lock.acquire()
condition, barrier = threading.Condition(), threading.Barrier(2)
is_there = False
def notify():
    global is_there
    with condition:
        is_there = True
        condition.notify()
def waited(limit):
    with condition:
        return condition.wait(limit)
def waited_for(limit):
    with condition:
        return condition.wait_for(lambda: is_there, limit)
def got(ask):
    try:
        return ask()
    except Exception:
        return False
def come():
    time.sleep(1)
    ACT
thread = threading.Thread(target=come)
thread.daemon = True
thread.start()
seen = WAIT
";

#[test]
fn who_waits_with_a_limit_waits_until_then() {
    for (act, wait, in_time) in WAITS {
        let source = THERE.replace("ACT", act).replace("WAIT", wait);
        for (limit, expected) in [("5", &[*in_time][..]), ("0.5", &["False"]), ("0", &["False"])] {
            assert_eq!(seen(&report_of(&source.replace("LIMIT", limit))), expected, "{act}, {wait}: {limit}");
        }
        // At the same moment, either may be first.
        let mut expected = ["False", in_time];
        expected.sort_unstable();
        assert_eq!(seen(&report_of(&source.replace("LIMIT", "1"))), expected, "{act}, {wait}");
    }
}

#[test]
fn a_wait_on_the_clock_is_told_as_one() {
    let source = "
import threading, time
event = threading.Event()
seen = []
def see():
    seen.append(event.wait(5))
thread = threading.Thread(target=see)
thread.start()
time.sleep(1)
event.set()
thread.join()
";
    let mut scenario = scenario(source, Some("seen"));
    scenario.sleeps = Sleeps::Ordered;
    let replay = replayed(&scenario, |report| report.outcomes[0].witness.clone());
    let told = replay.execution.steps.iter().zip(&replay.details).filter(|(step, _)| step.thread != ThreadId::MAIN);
    let told: Vec<_> = told.map(|(_, detail)| format!("{} {}", detail.verb, detail.location)).collect();
    let told: Vec<_> =
        told.iter().map(|each| each.trim()).filter(|each| !each.is_empty() && *each != "begin").collect();
    assert_eq!(told, ["wait event", "wait until 5 s", "wait event", "end"]);
}

/// It went on until the step limit: each turn took no time.
#[test]
fn a_loop_around_a_wait_with_a_limit_turns_as_often_as_time_allows() {
    let source = "
import threading, time
done = threading.Event()
turns = 0
def spin():
    global turns
    while not done.wait(0.25):
        turns += 1
thread = threading.Thread(target=spin)
thread.start()
time.sleep(1.125)
done.set()
thread.join()
seen = turns
";
    assert_eq!(seen(&report_of(source)), ["4"]);
}

#[test]
fn a_timer_goes_off_when_its_time_has_come() {
    let source = "
import threading, time
begun = time.monotonic()
seen = []
timers = [threading.Timer(seconds, seen.append, [seconds]) for seconds in (3, 1, 2)]
for timer in timers:
    timer.start()
time.sleep(1.5)
seen.append('main')
timers[2].cancel()
for timer in timers:
    timer.join()
seen.append(time.monotonic() - begun)
";
    assert_eq!(seen(&report_of(source)), ["[1, 'main', 3, 3.0]"]);
}

/// Who finds that somebody else was sooner has not used up its time.
#[test]
fn who_is_too_late_for_what_came_waits_on() {
    let source = "
import queue, threading, time
q = queue.Queue()
seen = []
def get():
    seen.append(q.get(timeout=9))
threads = [threading.Thread(target=get) for _ in range(2)]
for thread in threads:
    thread.start()
for item in 1, 2:
    time.sleep(2)
    q.put(item)
for thread in threads:
    thread.join()
";
    assert_eq!(seen(&report_of(source)), ["[1, 2]"]);
}

/// It said what the machine's clock did: what came of it did not replay.
#[test]
fn datetime_has_the_time_of_the_clock() {
    let source = "
import threading, time
from datetime import datetime, timedelta, timezone
begun = datetime.now()
threading.Thread(target=time.sleep, args=(2,)).start()
time.sleep(5)
took = datetime.now(timezone.utc).replace(tzinfo=None) - begun
made = isinstance(datetime.min, datetime) and type(datetime.now() + took) is type(datetime.max - took) is datetime
seen = took, str(datetime.today()), made, str(datetime), repr(datetime(2020, 1, 2))
";
    let expected = "(datetime.timedelta(seconds=5), '2023-11-14 22:13:25', True, \"<class 'datetime.datetime'>\", \
                    'datetime.datetime(2020, 1, 2, 0, 0)')";
    assert_eq!(seen(&report_of(source)), [expected]);
    let source = "
import threading
from datetime import datetime
seen = []
def look():
    seen.append(datetime.utcnow())
threads = [threading.Thread(target=look) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
seen = seen[0] < seen[1]
";
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("it starts");
        let report = explored_by(&mut worker, &scenario(source, Some("seen"))).expect("it explores");
        assert_eq!(seen(&report), ["False", "True"], "{}", interpreter.version);
    }
}
