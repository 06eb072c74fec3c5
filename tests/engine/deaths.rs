//! Scenarios that kill their interpreter: an outcome like any other, as long as it comes again.

use std::process::Command;

use raceday::explore::Unfinished;
use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Worker;
use raceday::scenario::Ending;
use raceday::scenario::Scenario;

use crate::pythons::confinement;
use crate::pythons::explored;
use crate::pythons::explored_by;
use crate::pythons::interpreters;
use crate::pythons::replayed;
use crate::pythons::scenario;
use crate::pythons::worker;

/// Dies unless the other thread came first, which has something else to do before.
const IMPATIENT: &str = "
import os
from threading import Lock, Thread
lock = Lock()
log = []
ready = False
def prepare():
    global ready
    log.append('preparing')
    with lock:
        ready = True
def use():
    with lock:
        if not ready:
            DIE
    log.append('used')
threads = [Thread(target=use, name='user'), Thread(target=prepare)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";

fn impatient(death: &str) -> Scenario {
    scenario(&IMPATIENT.replace("DIE", death), Some("log"))
}

/// Explores and returns each outcome's ending and value.
#[track_caller]
fn ends(scenario: &Scenario) -> Vec<(Ending, Option<String>)> {
    let report = explored(scenario).expect("it explores");
    assert!(report.is_exhaustive(), "{report:?}");
    report.outcomes.into_iter().map(|found| (found.outcome.ending, found.outcome.value)).collect()
}

#[test]
fn a_thread_that_kills_the_interpreter_in_some_orders_hides_none_of_the_others() {
    let fine = (Ending::Finished, Some("['preparing', 'used']".to_owned()));
    assert_eq!(ends(&impatient("os.abort()")), [(Ending::Crash, None), fine]);
}

#[test]
fn what_came_before_a_death_is_told_and_where_it_was() {
    let replay = replayed(&impatient("os.abort()"), |report| report.outcomes[0].witness.clone());
    let steps: Vec<String> = replay
        .execution
        .steps
        .iter()
        .zip(&replay.details)
        .map(|(step, detail)| format!("{} {} {} {}", step.thread, detail.line, detail.verb, detail.location))
        .collect();
    assert_eq!(steps, ["1 0 begin ", "1 13 acquire lock", "1 14 read ready"]);
    assert_eq!(replay.names, ["MainThread", "user"]);
    assert_eq!(replay.details[2].value.as_deref(), Some("False"));
    let death = replay.death.expect("it died");
    assert_eq!((death.thread.to_string().as_str(), death.line, death.how.as_str()), ("1", 15, "killed by SIGABRT"));
    assert_eq!((replay.execution.outcome.ending, replay.execution.lived), (Ending::Crash, Some(3)));
}

#[test]
#[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
fn whatever_kills_the_interpreter_is_told() {
    for (source, how, line) in [
        ("import os\nos.kill(os.getpid(), 9)\n", "killed by SIGKILL", 2),
        ("import os\n\nos.abort()\n", "killed by SIGABRT", 3),
        ("import faulthandler\nfaulthandler._sigsegv()\n", "killed by SIGSEGV", 2),
        ("import os\nos._exit(0)\n", "ended with exit code 0", 2),
        ("import os\nos._exit(3)\n", "ended with exit code 3", 2),
        (
            "import sys\nsys.setrecursionlimit(10 ** 8)\ndef deep():\n    nested = ()\n    for _ in range(10 ** 6):\n        \
             nested = (nested,)\n    return hash(nested)\ndeep()\n",
            "killed by SIGSEGV",
            0,
        ),
    ] {
        if how == "killed by SIGSEGV" && line == 0 && interpreters()[0].version.minor > 13 {
            eprintln!("SKIPPED since CPython 3.14, which looks how deep its stack is: {source}");
            continue;
        }
        let scenario = scenario(source, None);
        assert_eq!(ends(&scenario), [(Ending::Crash, None)], "{source}");
        let death = replayed(&scenario, |report| report.outcomes[0].witness.clone()).death.expect("it died");
        assert_eq!((death.how.as_str(), death.line), (how, line), "{source}");
    }
}

#[test]
fn every_python_dies_alike() {
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let report = explored_by(&mut worker, &impatient("os.abort()")).expect("it explores");
        let endings: Vec<Ending> = report.outcomes.iter().map(|found| found.outcome.ending).collect();
        assert_eq!(endings, [Ending::Crash, Ending::Finished], "{}", interpreter.version);
    }
}

#[test]
fn several_threads_may_be_deadly() {
    // Each dies if it is not the first to come.
    let source = "
import os
from threading import Thread
came = []
def come():
    came.append(1)
    if len(came) > 1:
        os.abort()
for _ in range(2):
    Thread(target=come).start()
";
    assert_eq!(ends(&scenario(source, Some("came"))), [(Ending::Crash, None)]);
}

#[test]
fn who_stops_where_it_would_kill_leaves_the_others_what_it_held() {
    // Dying under the lock, and waiting under the lock for what never comes, must leave the same to be seen of the others.
    let fate = |fate: &str| {
        let source = "
import os
from threading import Event, Lock, Thread
lock = Lock()
turn = 0
seen = []
def deadly():
    global turn
    with lock:
        turn += 1
        if turn == 2:
            FATE
def other():
    global turn
    with lock:
        turn += 1
    seen.append(turn)
def third():
    seen.append(-turn)
threads = [Thread(target=each) for each in (deadly, other, third)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
        .replace("FATE", fate);
        let report = explored(&scenario(&source, Some("seen"))).expect("it explores");
        assert!(report.is_exhaustive());
        let (finished, stuck): (Vec<_>, Vec<_>) = report
            .outcomes
            .into_iter()
            .map(|found| found.outcome)
            .partition(|outcome| outcome.ending == Ending::Finished);
        assert!(!stuck.is_empty());
        finished.into_iter().map(|outcome| outcome.value).collect::<Vec<_>>()
    };
    let finished = fate("os.abort()");
    assert!(finished.len() > 2, "{finished:?}");
    assert_eq!(finished, fate("Event().wait()"));
}

#[test]
fn a_death_that_does_not_come_again_is_an_error() {
    // The process remembers how often it ran this, and dies the third time; a new one has to begin counting.
    let source = "
import os, sys
from threading import Thread
sys.path.append('again')
if sys.path.count('again') == 3:
    os.abort()
threads = [Thread(target=print, args=(number,)) for number in range(3)]
for thread in threads:
    thread.start()
";
    match explored(&scenario(source, None)) {
        Err(PythonError::Broken { what, death, .. }) => {
            assert_eq!((what.as_str(), death.as_str()), ("it ended", "killed by SIGABRT"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_dies_of_being_observed_broke_the_runner() {
    match explored(&scenario("x = 1\n", Some("__import__('os').abort()"))) {
        Err(PythonError::Broken { what, death, .. }) => {
            assert_eq!(what, "it ended while what is observed was evaluated");
            assert_eq!(death, "killed by SIGABRT");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_runner_that_dies_is_replaced() {
    let mut worker = worker();
    let deadly = scenario("import os\nos.kill(os.getpid(), 9)\n", None);
    assert!(explored_by(&mut worker, &deadly).expect("it explores").crashes());
    let report = explored_by(&mut worker, &scenario("print('fine')\n", None)).expect("the next one runs");
    assert_eq!(report.outcomes[0].outcome.stdout.as_deref(), Some("fine\n"));
}

#[test]
fn who_is_asked_to_tell_step_by_step_and_does_not_stop_telling_is_killed() {
    // It dies, so that it is asked; and then tells of a line without end, or nearly so, in the harness's name.
    let talkative = "
import os
import sys
frame = sys._getframe()
while frame is not None and frame.f_code.co_name != 'careful':
    frame = frame.f_back
if frame is None:
    os._exit(1)
for _ in range(2_000_000):
    frame.f_globals['send']({'id': frame.f_locals['request']['id'], 'word': {'line': 1}, 'ops': ()})
os._exit(1)
";
    let limits = Limits { execution: std::time::Duration::from_secs(1), ..Default::default() };
    let mut worker = Worker::start(&interpreters()[0], &confinement(), limits).expect("a worker starts");
    match explored_by(&mut worker, &scenario(talkative, None)) {
        Err(PythonError::Broken { what, .. }) => {
            assert_eq!(what, "it did not come to the end of its answer within 1 s");
        }
        other => panic!("{other:?}"),
    }
}

/// Everything that was found was lost, and nobody learned which order it was.
#[test]
fn an_order_that_hangs_ends_the_search_and_is_told() {
    let source = "
import threading
first = []
def work(name):
    first.append(name)
    if first[0] == 'b':
        pow(10, 10**9)
threads = [threading.Thread(target=work, args=(name,), name=name) for name in 'ab']
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let limits = Limits { execution: std::time::Duration::from_secs(2), ..Default::default() };
    let mut worker = Worker::start(&interpreters()[0], &confinement(), limits).expect("a worker starts");
    let report = explored_by(&mut worker, &scenario(source, Some("first"))).expect("it explores");
    let values: Vec<_> = report.outcomes.iter().map(|found| found.outcome.value.as_deref()).collect();
    assert_eq!(values, [Some("['a', 'b']")]);
    let Some(Unfinished::Hang(hang)) = report.unfinished else { panic!("{report:?}") };
    assert_eq!((hang.name.as_str(), hang.line, hang.seconds), ("b", 7, 2), "{hang:?}");
    assert_eq!(hang.schedule.threads().last(), Some(&hang.thread));
    let replay = worker.load_knowing(&scenario(source, Some("first")), &Default::default());
    assert!(replay.is_ok(), "the next one is started");
}

/// What carried a thread of one careful execution told of the next, too, by the number of the first: "it answered another question".
#[test]
#[expect(clippy::disallowed_methods, reason = "the harness is run without a worker")]
fn a_careful_execution_is_told_by_nobody_of_the_one_before() {
    let output = Command::new(&interpreters()[0].path)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/journals.py"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/python/worker.rs"))
        .output()
        .expect("an interpreter that was found starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "0\n", "{}", String::from_utf8_lossy(&output.stderr));
}

/// Only what is printed was counted: 40 MB of a message were shown.
#[test]
fn values_and_messages_are_bounded_like_what_is_printed() {
    for (source, observe) in [
        ("raise ValueError('x' * 2_000_000)\n", None),
        ("raise type('X' * 2_000_000, (Exception,), {})\n", None),
        ("x = 'x' * 2_000_000\n", Some("x")),
        ("for _ in range(3): print('x' * 400_000)\n", None),
    ] {
        let error = explored(&scenario(source, observe)).expect_err("that is too much");
        assert!(matches!(&error, PythonError::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains("more than 1048576 characters"), "{error}");
    }
    let report = explored(&scenario("raise ValueError('x' * 1_000_000)\n", None)).expect("it explores");
    assert_eq!(report.outcomes[0].outcome.exceptions[0].message.len(), 1_000_000);
}

/// Twenty-four orders that print a mebi each made Raceday take 0.9 GB and print 144 MB.
#[test]
fn what_comes_of_all_orders_is_bounded_together() {
    let source = "\
import threading
done = []
threads = [threading.Thread(target=done.append, args=(n,)) for n in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(done, 'x' * 900_000)
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert!(!report.is_exhaustive());
    assert_eq!(report.outcomes.len(), 8, "of 900,000 characters each, and one before it was known what is shared");
    let report = explored(&scenario(source, Some("done"))).expect("it explores");
    assert_eq!(report.outcomes.len(), 24);
}
