//! Mistakes with threads themselves end as they do in CPython: in the thread that makes them, with the same error.

use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Worker;

use super::pythons::confinement;
use super::pythons::explored;
use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::outputs;
use super::pythons::printed;
use super::pythons::scenario;

/// What is there for each of them.
const THERE: &str = "
import sys, threading
from threading import Thread
threading.excepthook = lambda failed: print('a thread ends:', failed.exc_type.__name__, failed.exc_value)
def f(x=1):
    print('f', x)
def run(thread):
    thread.start()
    thread.join()
class Lazy(Thread):
    def __init__(self):
        pass
";

/// Mistakes, or what looks like one. No two threads run at a time, so there is one outcome.
const MISTAKES: &[&str] = &[
    "run(Thread(target=f, args=(5)))",
    "run(Thread(target=f, args=None))",
    "run(Thread(target=f, kwargs=[('x', 1)]))",
    "run(Thread(target=f, args=5, kwargs=7))",
    "run(Thread(target=f()))",
    "run(Thread(target=5))",
    "run(Thread(f))",
    "run(Thread(target=f, args=[3]))",
    "run(Thread(target=print, args='ab'))",
    "run(threading.Timer(0, f, args=5))",
    "t = Thread(target=f); t.run(); run(t)",
    "t = Thread(target=f); run(t); run(t)",
    "t = Thread(target=f, name=''); print(t.name)",
    "Lazy().start()",
    "Lazy().join()",
    "Lazy().is_alive()",
    "Lazy().name",
    "Lazy().ident",
    "Lazy().daemon",
    "Lazy().name = 'a'",
    "Lazy().daemon = True",
    "repr(Lazy())",
    "
class Named(Thread):
    def __init__(self):
        super().__init__()
        self._name = 'a name'
    def run(self):
        print(self.name, threading.current_thread().name)
run(Named())",
    "
class Stoppable(Thread):
    def __init__(self):
        super().__init__()
        self._stop = threading.Event()
    def run(self):
        print('runs', self._stop.is_set())
run(Stoppable())",
    "
class Stoppable(Thread):
    def _stop(self):
        print('stops')
t = Stoppable(target=f)
run(t)
print(t.is_alive())",
    "
class Hidden(Thread):
    def __init__(self):
        super().__init__()
        self._target = 5
        self._kwargs = 6
run(Hidden())",
];

#[test]
fn they_end_as_they_do_in_cpython() {
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        for mistake in MISTAKES {
            let body = mistake.trim().replace("; ", "\n").replace('\n', "\n    ");
            let source = format!(
                "{THERE}try:\n    {body}\nexcept BaseException as error:\n    print(type(error).__name__, error)\n"
            );
            let report = explored_by(&mut worker, &scenario(&source, None)).expect("it explores");
            assert_eq!(outputs(&report), [printed(interpreter, &source)], "{interpreter:?}: {mistake}");
        }
    }
}

/// Such names were also those by which the models work, which then failed or said what no program says.
#[test]
fn what_a_program_calls_its_own_is_its_own() {
    let names = "_read _write _place _label _kind _body _begin _look _strand _starter _named _items _room _some _holder _free _left _round _task _work";
    let source = format!(
        "
import queue, threading
from concurrent import futures
kinds = [threading.Thread, threading.Event, threading.Semaphore, threading.Condition, queue.Queue, queue.LifoQueue, futures.ThreadPoolExecutor]
def run():
    event.set()
    semaphore.release()
    with condition:
        condition.notify()
    items.put(5)
    return stack.get_nowait()
made = []
for kind in kinds:
    class Mine(kind):
        def __init__(self, *given, **named):
            super().__init__(*given, **named)
            for name in names:
                assert not hasattr(self, name), name
                setattr(self, name, 5)
    names = '{names}'.split()
    made.append(Mine(**(dict(target=run) if kind is threading.Thread else {{}})))
thread, event, semaphore, condition, items, stack, pool = made
stack.put(6)
thread.start()
seen = [event.wait(), semaphore.acquire(), items.get(), pool.submit(len, 'ab').result()]
thread.join()
pool.shutdown()
seen.append({{getattr(each, name) for each in made for name in names}})
"
    );
    let report = explored(&scenario(&source, Some("seen"))).expect("it explores");
    let seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
    assert_eq!(seen, ["[True, True, 5, 2, {5}]"]);
}

/// Refused, where to go on would blame the program for what it has not done.
#[test]
fn what_only_cpythons_own_have_is_refused_by_name() {
    for (source, refused) in [
        ("threading.Thread()._started", "`_started` of a Thread"),
        ("getattr(threading.Semaphore(), '_cond')", "`_cond` of a Semaphore"),
        ("threading.Event()._cond", "`_cond` of a Event"),
        ("threading.Barrier(2)._count", "`_count` of a Barrier"),
        ("futures.ThreadPoolExecutor(1)._work_queue.qsize()", "`_work_queue` of a ThreadPoolExecutor"),
        ("futures.Future()._condition", "`_condition` of a Future"),
        (
            "class Mine(threading.Thread):\n    def _bootstrap(self):\n        pass\nMine().start()",
            "a thread with a `_bootstrap` of its own",
        ),
        ("t = threading.Thread()\nt._started = False\nt.start()", "`_started` of a Thread"),
    ] {
        let program = format!("import threading\nfrom concurrent import futures\n{source}\n");
        let error = explored(&scenario(&program, None)).expect_err("it is refused");
        assert!(matches!(&error, PythonError::Unsupported { what, .. } if what == refused), "{source}: {error}");
    }
    // What no thread has in CPython is missing as anywhere else.
    let source = "import threading\nt = threading.Thread()\nmissing = [hasattr(t, '_started_at_all'), getattr(t, 'result', None)]\n";
    let report = explored(&scenario(source, Some("missing"))).expect("it explores");
    assert_eq!(report.outcomes[0].outcome.value.as_deref(), Some("[False, None]"));
}

#[test]
fn the_hook_for_what_ends_the_main_thread_can_be_set() {
    let source = "
import sys, threading
lock = threading.Lock()
count = 0
def add():
    global count
    with lock:
        count += 1
def hook(kind, error, trace):
    add()
    print('crashed:', kind.__name__, error, trace is not None, count)
sys.excepthook = hook
threading.Thread(target=add).start()
raise ValueError('boom')
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert_eq!(outputs(&report), ["crashed: ValueError boom True 1\n", "crashed: ValueError boom True 2\n"]);
}

/// They lacked the lines of the program: where it lies no worker can read it.
#[test]
fn tracebacks_quote_the_program() {
    let source = "
import inspect, sys, threading, traceback
def share(total, among):
    return [total // each for each in among]
def work(among):
    try:
        share(10, among)
    except Exception:
        traceback.print_exc(file=sys.stdout)
thread = threading.Thread(target=work, args=([2, 0],))
thread.start()
thread.join()
try:
    with threading.Lock():
        share(*(None, [1])); done = True
except TypeError:
    print(traceback.format_exc())
print(inspect.getsource(work), sys.stdout)";
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let report = explored_by(&mut worker, &scenario(source, None)).expect("it explores");
        assert_eq!(outputs(&report), [printed(interpreter, source)], "{interpreter:?}");
    }
}
