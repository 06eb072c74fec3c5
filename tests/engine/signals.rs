//! Programs that handle signals: they set handlers, and who raises one in the main thread has it handled there and then.

use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Worker;
use raceday::scenario::Ending;

use super::pythons::confinement;
use super::pythons::explored;
use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::outputs;
use super::pythons::printed;
use super::pythons::scenario;

#[test]
fn a_signal_that_the_main_thread_raises_is_handled_there_and_then() {
    let source = "
import os, signal, threading
stop, n = threading.Event(), 0
def handler(number, frame):
    stop.set()
print(signal.signal(signal.SIGTERM, handler) is signal.SIG_DFL, signal.getsignal(signal.SIGTERM) is handler)
def work():
    global n
    while not stop.is_set() and n < 2:
        n += 1
thread = threading.Thread(target=work)
thread.start()
RAISE
thread.join()
print(n)
";
    for raise in ["signal.raise_signal(signal.SIGTERM)", "os.kill(os.getpid(), signal.SIGTERM)"] {
        let report = explored(&scenario(&source.replace("RAISE", raise), None)).expect("it explores");
        assert!(report.is_exhaustive());
        let mut values = outputs(&report);
        values.sort_unstable();
        assert_eq!(values, ["True True\n0\n", "True True\n1\n", "True True\n2\n"]);
    }
}

/// Against the same program without Raceday, with signals as they are at first.
#[test]
fn handlers_are_set_and_named_as_in_cpython() {
    let source = "
import os, signal, threading
def attempt(*given):
    try:
        print(signal.signal(*given))
    except BaseException as error:
        print(type(error).__name__, error)
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.getsignal(signal.SIGPIPE), signal.getsignal(signal.SIGUSR1))
attempt(signal.SIGUSR1, signal.SIG_IGN)
attempt(signal.SIGUSR1, signal.SIG_DFL)
attempt(1, 1)
attempt(1000, signal.SIG_DFL)
attempt(signal.SIGKILL, signal.SIG_DFL)
attempt(signal.SIGTERM, 5)
attempt('a', signal.SIG_IGN)
thread = threading.Thread(target=attempt, args=(signal.SIGINT, signal.SIG_IGN))
thread.start()
thread.join()
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print('interrupted')
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.raise_signal(signal.SIGINT)
print(signal.strsignal(signal.SIGTERM), signal.Signals(2).name)
";
    for interpreter in interpreters() {
        let at_first = "import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
";
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let report = explored_by(&mut worker, &scenario(source, None)).expect("it explores");
        assert_eq!(outputs(&report), [printed(interpreter, &format!("{at_first}{source}"))], "{}", interpreter.version);
    }
}

/// Whatever the process that explores does with the signal.
#[test]
fn a_signal_without_a_handler_ends_the_process() {
    for raise in [
        "signal.raise_signal(signal.SIGTERM)",
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\nsignal.raise_signal(signal.SIGINT)",
        "signal.signal(signal.SIGPIPE, signal.SIG_DFL)\nsignal.raise_signal(signal.SIGPIPE)",
    ] {
        let report = explored(&scenario(&format!("import signal\n{raise}\n"), None)).expect("it explores");
        assert_eq!(report.outcomes[0].outcome.ending, Ending::Crash, "{raise}");
    }
}

#[test]
fn what_is_not_modelled_of_signals_is_refused_by_name() {
    for (act, name) in [
        (
            "signal.signal(signal.SIGTERM, print)\nthreading.Thread(target=signal.raise_signal, args=(15,)).start()",
            "signal that is raised in a thread other than the main one",
        ),
        ("signal.raise_signal(signal.SIGSTOP)", "SIGSTOP"),
        ("signal.pause()", "signal.pause"),
        ("import unittest\nunittest.installHandler()", "unittest.installHandler"),
        ("import unittest\nunittest.main(catchbreak=True)", "unittest.installHandler"),
    ] {
        match explored(&scenario(&format!("import signal, threading\n{act}\n"), None)) {
            Err(PythonError::Unsupported { what, .. }) => assert!(what.contains(name), "{what}"),
            other => panic!("{act}: {other:?}"),
        }
    }
}

/// A scheduler of `sched` guards what it keeps with a lock; it waits by sleeping, which orders nothing unless the clock does.
#[test]
fn a_scheduler_runs_its_events_in_their_order() {
    let source = "
import sched, threading, time
clock, ran = sched.scheduler(time.time, time.sleep), []
clock.enter(2, 1, ran.append, ('late',))
event = clock.enter(1, 1, ran.append, argument=('early',))
def cancel():
    try:
        clock.cancel(event)
    except ValueError:
        ran.append('too late')
threads = [threading.Thread(target=clock.run), threading.Thread(target=cancel)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(*ran, clock.empty())
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert!(report.is_exhaustive());
    let mut values = outputs(&report);
    values.sort_unstable();
    assert_eq!(
        values,
        ["early late too late True\n", "early too late late True\n", "late True\n", "too late early late True\n"]
    );
}
