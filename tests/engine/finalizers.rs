//! Objects whose class has a `__del__`: who runs it, and when.

use super::pythons::explored;
use super::pythons::scenario;

/// Checks that a program whose resource says when it dies prints exactly that.
#[track_caller]
fn check(program: &str, expected: &[&str]) {
    let source = format!(
        "import gc, queue, threading
from concurrent.futures import ThreadPoolExecutor
class R:
    def __init__(self, n): self.n = n
    def __del__(self): print('closed', self.n)
def run(*bodies):
    threads = [threading.Thread(target=body) for body in bodies]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
{program}"
    );
    let report = explored(&scenario(&source, None)).expect("it explores");
    let printed: Vec<String> = report
        .outcomes
        .iter()
        .map(|found| found.outcome.stdout.as_deref().unwrap_or_default().trim_end().replace('\n', ", "))
        .collect();
    assert_eq!(printed, expected, "{source}");
    assert!(report.is_exhaustive(), "{source}");
}

#[test]
fn what_a_function_held_dies_as_it_returns() {
    check("def work():\n    r = R(1)\n    print('work')\nrun(work)\nprint('end')", &["work, closed 1, end"]);
    check(
        "def work():\n    r = [R(1), R(2)]\n    r = None\n    print('work')\nrun(work)",
        &["closed 2, closed 1, work"],
    );
    check(
        "def work():\n    r = [R(1), R(2)]\n    print('work')\nrun(work)\nprint('end')",
        &["work, closed 2, closed 1, end"],
    );
}

/// Natively seen: whoever lets go of it last runs its `__del__`.
#[test]
fn who_lets_go_last_has_it_die() {
    check(
        "def work(r, event): event.set()
def main():
    r, event = R(1), threading.Event()
    thread = threading.Thread(target=work, args=(r, event))
    thread.start()
    event.wait()
    del r
    print('main')
    thread.join()
main()",
        &["closed 1, main", "main, closed 1"],
    );
    check(
        "r = R(1)
def work():
    print('got' if r else 'gone')
def drop():
    global r
    r = None
    print('dropped')
run(work, drop)",
        &[
            "closed 1, dropped, gone",
            "closed 1, dropped, got",
            "closed 1, gone, dropped",
            "closed 1, got, dropped",
            "dropped, closed 1, got",
            "gone, closed 1, dropped",
            "got, closed 1, dropped",
        ],
    );
    check(
        "kept = [R(1)]
def use():
    for each in kept: print('use')
def drop():
    del kept[:]
    print('deleted')
run(use, drop)",
        &["closed 1, deleted", "deleted, use, closed 1", "use, closed 1, deleted", "use, deleted, closed 1"],
    );
}

#[test]
fn who_overwrites_has_it_die() {
    check(
        "slot = {'r': R(0)}
def put(n): slot['r'] = R(n)
run(lambda: put(1), lambda: put(2))
slot.clear()",
        &[
            "closed 0, closed 1, closed 2",
            "closed 0, closed 2, closed 1",
            "closed 1, closed 0, closed 2",
            "closed 2, closed 0, closed 1",
        ],
    );
}

#[test]
fn an_exception_lets_go_of_its_frames() {
    check("def work():\n    r = R(1)\n    raise ValueError\nrun(work)\nprint('end')", &["closed 1, end"]);
    check("r = R(1)\ndef work():\n    own = R(2)\n    raise ValueError\nwork()", &["closed 2, closed 1"]);
}

#[test]
fn what_is_a_threads_own_dies_with_it() {
    check(
        "local = threading.local()\ndef work():\n    local.r = R(1)\n    print('work')\nrun(work)\nprint('end')",
        &["work, closed 1, end"],
    );
    check(
        "class Worker(threading.Thread):
    def __init__(self):
        super().__init__()
        self.r = R(1)
    def run(self): print('work')
Worker().start()",
        &["work, closed 1"],
    );
}

#[test]
fn what_a_task_had_to_do_with_dies_after_its_result_is_there() {
    check(
        "def work(r): return r.n
with ThreadPoolExecutor(1) as pool:
    print('got', pool.submit(work, R(1)).result())
print('end')",
        &["closed 1, got 1, end", "got 1, closed 1, end"],
    );
    check(
        "with ThreadPoolExecutor(1) as pool:\n    future = pool.submit(R, 1)\nprint('end')\nfuture = None\nprint('really')",
        &["end, closed 1, really"],
    );
}

#[test]
fn what_a_container_held_that_was_shared_dies_with_it() {
    check(
        "kept = []\nlock = threading.Lock()
def work():
    with lock: kept.append(R(1))
run(work)
print('end')
kept = None
print('really')",
        &["end, closed 1, really"],
    );
}

#[test]
fn cycles_die_when_garbage_is_collected() {
    check(
        "def work():\n    r = R(1)\n    r.me = r\n    print('made')\nrun(work)\nprint('collect')\ngc.collect()\nprint('end')",
        &["made, collect, closed 1, end"],
    );
    let source = "
import gc, threading
class Node:
    def __init__(self): self.me = self
    def __del__(self): print('collected in', threading.current_thread().name)
Node()
thread = threading.Thread(target=gc.collect, name='T')
thread.start()
gc.collect()
thread.join()
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert!(report.is_exhaustive());
    let printed: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.stdout.as_deref()).collect();
    assert_eq!(printed, ["collected in MainThread\n", "collected in T\n"]);
}

#[test]
fn what_globals_hold_dies_as_the_interpreter_ends() {
    check("b, a = R('b'), R('a')\nprint('end')", &["end, closed b, closed a"]);
    check("kept = {'r': R(1)}\nrun(lambda: print('work'))", &["work, closed 1"]);
    // A daemon in the middle of the program's code keeps all of it.
    check(
        "r = R(1)\nevent = threading.Event()\nthreading.Thread(target=event.wait, daemon=True).start()\nprint('end')",
        &["end"],
    );
}

/// What an execution left died in the next one.
#[test]
fn what_a_class_holds_dies_in_its_own_execution() {
    check(
        "class One:
    one = None
    def __new__(cls):
        if cls.one is None:
            cls.one = super().__new__(cls)
        return cls.one
    def __del__(self): print('gone')
got = []
run(lambda: got.append(One()), lambda: got.append(One()))
got.clear()
print('end')",
        &["end, gone", "gone, end, gone"],
    );
}

/// In what order they come hangs on when CPython last looked for garbage by itself.
#[test]
fn an_order_that_nobody_knows_is_not_all_there_is() {
    let source = "
class R:
    def __init__(self, n): self.n = n
    def __del__(self): print('closed', self.n)
kept = [R(1), R(2)]
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert!(!report.is_exhaustive());
}

/// To an instance of a class with slots no weak references lead.
/// Models and what they hold live on: reports said that nothing else could happen.
#[test]
fn what_lives_longer_than_in_cpython_is_no_proof() {
    let weak = "import threading, weakref\nfrom concurrent.futures import ThreadPoolExecutor\nclass Own: pass\n";
    for program in [
        "locks = weakref.WeakValueDictionary()\ndef use():\n    lock = locks[1] = threading.Lock()\n    with lock: pass\nthread = threading.Thread(target=use)\nthread.start()\nthread.join()\nseen = len(locks)",
        "thread = threading.Thread(target=int)\nto = weakref.ref(thread)\nthread.start()\nthread.join()\ndel thread\nseen = to() is None",
        "with ThreadPoolExecutor(1) as pool:\n    future = pool.submit(Own)\n    to = weakref.ref(future.result())\n    del future\nseen = to() is None",
        "own, to = threading.local(), []\ndef use():\n    own.thing = Own()\n    to.append(weakref.ref(own.thing))\nthread = threading.Thread(target=use)\nthread.start()\nthread.join()\nseen = to[0]() is None",
        "known = weakref.WeakValueDictionary()\ndef make():\n    known[1] = own = Own()\n    return own\nwith ThreadPoolExecutor(1) as pool:\n    pool.submit(make).result()\nseen = len(known)",
    ] {
        let report = explored(&scenario(&format!("{weak}{program}"), Some("seen"))).expect("it explores");
        assert!(!report.is_exhaustive(), "{program}");
    }
    // A key is no weak reference, though a task may return the same number.
    let program = "known, kept = weakref.WeakValueDictionary(), []\ndef keep(number):\n    kept.append(Own())\n    known[number] = kept[-1]\n    return number\nwith ThreadPoolExecutor(1) as pool:\n    pool.submit(keep, 1).result()\nknown[1] = kept[0]\nseen = len(known)";
    let report = explored(&scenario(&format!("{weak}{program}"), Some("seen"))).expect("it explores");
    assert!(report.is_exhaustive());
}

#[test]
fn what_has_slots_dies_as_others_do() {
    let slots = "class S:
    __slots__ = ('n',)
    def __init__(self, n): self.n = n
    def __del__(self): print('closed', self.n)
";
    check(
        &format!("{slots}def work():\n    s = S(1)\n    s = None\n    print('work')\nrun(work)"),
        &["closed 1, work"],
    );
    check(
        &format!("{slots}def work():\n    s = [S(1), S(2)]\n    print('work')\nrun(work, lambda: None)"),
        &["work, closed 2, closed 1"],
    );
    check(
        &format!(
            "{slots}s = S(1)
def work():
    print('got' if s else 'gone')
def drop():
    global s
    s = None
    print('dropped')
run(work, drop)"
        ),
        &[
            "closed 1, dropped, gone",
            "closed 1, dropped, got",
            "closed 1, gone, dropped",
            "closed 1, got, dropped",
            "dropped, closed 1, got",
            "gone, closed 1, dropped",
            "got, closed 1, dropped",
        ],
    );
}

#[test]
fn what_is_in_a_queue_dies_with_it() {
    check(
        "def work():\n    q = queue.Queue()\n    q.put(R(1))\n    q = None\n    print('work')\nrun(work, lambda: None)",
        &["closed 1, work"],
    );
    check(
        "def work():
    q = queue.SimpleQueue()
    q.put(R(1))
    got = q.get()
    del got
    q.put(R(2))
    q = None
run(work, lambda: None)",
        &["closed 1, closed 2"],
    );
    check(
        "def work(q):
    q.put(R(1))
    print('put')
def main():
    q = queue.Queue()
    threads = [threading.Thread(target=work, args=(each,)) for each in (q, queue.Queue())]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
main()
print('end')",
        &["put, closed 1, put, closed 1, end", "put, put, closed 1, closed 1, end"],
    );
}

#[test]
fn an_iterator_at_its_end_lets_go_of_what_it_went_through() {
    check(
        "def work():\n    it = iter([R(1)])\n    next(it)\n    next(it, None)\n    print('work')\nrun(work, lambda: None)",
        &["closed 1, work"],
    );
    // Which holds what it was given until all of that has come to the end.
    check(
        "import itertools
def work():
    it = itertools.chain([R(1)], [2])
    next(it), next(it)
    print('work')
    next(it, None)
    print('end')
run(work, lambda: None)",
        &["work, closed 1, end"],
    );
}

/// The worker has the result for a while after it is there.
#[test]
fn what_a_future_holds_dies_with_it() {
    check(
        "with ThreadPoolExecutor(1) as pool:
    future = pool.submit(lambda: R(1))
    future.result()
    future = None
    print('end')",
        &["closed 1, end", "end, closed 1"],
    );
    check(
        "from concurrent.futures import Future
def work():
    future = Future()
    future.set_result(R(1))
    future = None
    print('work')
run(work, lambda: None)",
        &["closed 1, work"],
    );
    check(
        "from concurrent.futures import wait
with ThreadPoolExecutor(2) as pool:
    done, _ = wait([pool.submit(int, '1'), pool.submit(int, '2')])
    print(sorted(future.result() for future in done))",
        &["[1, 2]"],
    );
}

/// Those that are left were not called at all.
#[test]
fn finalizers_that_are_left_are_called_at_exit_the_last_made_first() {
    let told = [
        "end, finalized a, finalized b, finalized r, registered, closed 1",
        "end, finalized b, finalized a, finalized r, registered, closed 1",
    ];
    check(
        "import atexit, weakref
class C: pass
r, kept = R(1), [C(), C()]
atexit.register(print, 'registered')
weakref.finalize(r, print, 'finalized', 'r')
def work(at, name): weakref.finalize(kept[at], print, 'finalized', name)
run(lambda: work(0, 'a'), lambda: work(1, 'b'))
print('end')",
        &told,
    );
    // One that is called, detached, or said not to be called at exit is not, and one that is made by another is.
    check(
        "import weakref
class C: pass
c = C()
called, detached, unsaid = (weakref.finalize(c, print, each) for each in ('called', 'detached', 'unsaid'))
called()
detached.detach()
unsaid.atexit = False
def fails():
    weakref.finalize(c, print, 'made at exit')
    raise ValueError
weakref.finalize(c, fails)
run(lambda: print('work'))",
        &["called, work, made at exit"],
    );
    // A daemon may still be the one to call it, and be cut off before it prints.
    check(
        "import weakref
class C: pass
c = C()
f = weakref.finalize(c, print, 'finalized')
threading.Thread(target=f, daemon=True).start()",
        &["", "finalized"],
    );
}

/// The first one registers at `atexit` what calls them: who does that, and who registers something else, were in no conflict.
#[test]
fn finalizers_come_among_what_is_called_at_exit_as_cpython_has_it() {
    check(
        "import atexit, weakref
class C: pass
c = C()
run(lambda: atexit.register(print, 'registered'), lambda: weakref.finalize(c, print, 'finalized'))",
        &["finalized, registered", "registered, finalized"],
    );
    // Once they were called none is made that would be; and which are called is asked again only if one was made.
    check(
        "import atexit, weakref
class C: pass
c = C()
atexit.register(lambda: weakref.finalize(c, print, 'late'))
def turn_off():
    print('off')
    first.atexit = False
first = weakref.finalize(c, print, 'first')
weakref.finalize(c, turn_off)
try: weakref.finalize(c)
except TypeError as error: print(str(error)[:19])
run(lambda: print('work'))",
        &["finalize.__init__(), work, off, first"],
    );
}
