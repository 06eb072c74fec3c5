//! Threads that `_thread` starts: nobody can join them, `threading` does not know them, and no program waits for them.

use raceday::explore::Report;
use raceday::python::Limits;
use raceday::python::Worker;

use super::pythons::confinement;
use super::pythons::explored;
use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::outputs;
use super::pythons::printed;
use super::pythons::scenario;

/// What is printed in every order, sorted.
fn told(report: &Report) -> Vec<&str> {
    assert!(report.is_exhaustive());
    let mut told = outputs(report);
    told.sort_unstable();
    told
}

#[test]
fn the_programs_end_does_not_wait_for_a_bare_thread() {
    let report = explored(&scenario("import _thread\n_thread.start_new_thread(print, (1,))\nprint(2)\n", None))
        .expect("it explores");
    assert_eq!(told(&report), ["1\n2\n", "2\n", "2\n1\n"]);
}

#[test]
fn who_cannot_be_joined_is_waited_for_by_a_lock() {
    let source = "
import _thread
done, n = [_thread.allocate_lock(), _thread.allocate_lock()], 0
def work(me):
    global n
    n += 1
    done[me].release()
    _thread.exit()
for me in range(2):
    done[me].acquire()
    _thread.start_new_thread(work, (), {'me': me})
for each in done:
    each.acquire()
print(n)
";
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let report = explored_by(&mut worker, &scenario(source, None)).expect("it explores");
        assert_eq!(told(&report), ["1\n", "2\n"], "{}", interpreter.version);
    }
}

#[test]
fn what_a_bare_thread_raises_is_told() {
    let source = "
import _thread, sys
sys.unraisablehook = lambda told: (print(told.err_msg, told.exc_type.__name__, told.object.__name__), gate.release())
gate = _thread.allocate_lock()
gate.acquire()
def fail(): raise ValueError('oops')
_thread.start_new_thread(fail, ())
gate.acquire()
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert_eq!(told(&report), ["Exception ignored in thread started by ValueError fail\n"]);
    let raised = &report.outcomes[0].outcome.exceptions[0];
    assert_eq!((&*raised.thread, &*raised.class, &*raised.message), ("fail", "ValueError", "oops"));
}

/// Each takes the next number of all threads without a name, whoever asks first.
#[test]
fn a_bare_thread_that_asks_for_its_name_is_a_dummy() {
    let source = "
import _thread, threading
gate = threading.Semaphore(0)
names = {}
def ask(me):
    names[me] = threading.current_thread().name, threading.current_thread().daemon
    gate.release()
for me in range(2):
    _thread.start_new_thread(ask, (me,))
gate.acquire(); gate.acquire()
print(names[0], names[1])
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert_eq!(told(&report), ["('Dummy-1', True) ('Dummy-2', True)\n", "('Dummy-2', True) ('Dummy-1', True)\n"]);
}

#[test]
fn only_who_asked_is_listed() {
    let source = "
import _thread, threading
gate, never = _thread.allocate_lock(), _thread.allocate_lock()
gate.acquire(), never.acquire()
def ask():
    threading.current_thread()
    gate.release()
    never.acquire()
_thread.start_new_thread(never.acquire, ())
_thread.start_new_thread(ask, ())
print(threading.active_count())
gate.acquire()
print(*(thread.name for thread in threading.enumerate()))
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert_eq!(told(&report), ["1\nMainThread Dummy-1\n", "2\nMainThread Dummy-1\n"]);
}

/// As each CPython words them.
#[test]
fn mistakes_in_starting_one_are_cpythons() {
    let source = "
import _thread
def attempt(*given):
    try:
        _thread.start_new_thread(*given)
    except TypeError as error:
        print(error)
attempt(1, ())
attempt(print, [])
attempt(print, (), 1)
attempt(print)
attempt(print, (), {}, 1)
print(type(_thread.allocate_lock()) is _thread.LockType, _thread.error)
";
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let report = explored_by(&mut worker, &scenario(source, None)).expect("it explores");
        assert_eq!(told(&report), [printed(interpreter, source)], "{}", interpreter.version);
    }
}
