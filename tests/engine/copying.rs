//! What threads are put in order by cannot be copied, nor can what has it within: who tries fails as in CPython.

use raceday::python::PythonError;

use super::pythons::explored;
use super::pythons::prints_what_python_does;
use super::pythons::scenario;

#[test]
fn what_cannot_be_copied_is_not() {
    prints_what_python_does(
        r#"
import copy, dataclasses, pickle, queue, threading
from concurrent.futures import Future, ThreadPoolExecutor

@dataclasses.dataclass
class Holder:
    held: object

class Worker(threading.Thread):
    def __init__(self, what):
        self.what = what
        super().__init__()
        self.after = 1

class Stack(queue.Queue):
    def _put(self, item):
        self.queue.appendleft(item)

class Mine(threading.local):
    n = 1

class Loud:
    def __deepcopy__(self, memo):
        print("copied")
        return self

def attempt(act, make):
    try:
        act(make())
        print("done")
    except Exception as error:
        print(type(error).__name__, error)

full = queue.Queue()
full.put(Loud())
makers = [
    threading.Lock, threading.RLock, threading.Condition, lambda: threading.Condition(threading.Lock()), threading.Semaphore,
    threading.BoundedSemaphore, threading.Event, lambda: threading.Barrier(2), threading.Thread, lambda: threading.Timer(1, print),
    threading.current_thread, threading.local, Mine, queue.Queue, queue.LifoQueue, queue.PriorityQueue, queue.SimpleQueue, Stack,
    ThreadPoolExecutor, Future, lambda: Worker(3), lambda: Worker(Loud()), lambda: threading.Thread(target=print, args=[Loud()]), lambda: full,
]
for make in makers:
    attempt(copy.deepcopy, make)
    attempt(copy.deepcopy, lambda: [make()])
    attempt(copy.deepcopy, lambda: Holder(make()))
    attempt(dataclasses.asdict, lambda: Holder(make()))
    attempt(dataclasses.astuple, lambda: Holder(make()))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        attempt(lambda thing: pickle.dumps(thing, protocol), make)
        attempt(lambda thing: pickle.dumps(thing, protocol), lambda: Holder({"n": make()}))
"#,
    );
}

#[test]
fn what_cannot_be_copied_is_not_where_several_threads_live() {
    prints_what_python_does(
        r#"
import copy, dataclasses, pickle, queue, threading
from concurrent.futures import Future, ThreadPoolExecutor

@dataclasses.dataclass
class Holder:
    held: object

class Worker(threading.Thread):
    pass

def attempt(act, thing):
    try:
        act(thing)
        return "done"
    except Exception as error:
        return "%s %s" % (type(error).__name__, error)

makers = [
    threading.Lock, threading.RLock, threading.Condition, lambda: threading.Condition(threading.Lock()), threading.Semaphore,
    threading.BoundedSemaphore, threading.Event, lambda: threading.Barrier(2), threading.Thread, lambda: threading.Timer(1, print),
    threading.local, queue.SimpleQueue, ThreadPoolExecutor, Future, Worker
]
kept = {}
def work(me):
    said = kept[me] = []
    for make in makers:
        holder = Holder(make())
        said.append((
            attempt(copy.deepcopy, holder.held), attempt(copy.deepcopy, holder), attempt(copy.deepcopy, [holder]),
            attempt(pickle.dumps, holder.held), attempt(pickle.dumps, [holder]), attempt(dataclasses.asdict, holder),
        ))
threads = [threading.Thread(target=work, args=(me,)) for me in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(kept[0] == kept[1])
for each in kept[0]:
    print(*each)
"#,
    );
}

/// A class of the program's may say how its things are copied, and what lies before the first lock is seen to before that.
#[test]
fn what_can_be_copied_is() {
    prints_what_python_does(
        r#"
import copy, pickle, queue, threading
def attempt(act, *things):
    try:
        act(*things)
        print("done")
    except Exception as error:
        print(type(error).__name__, error)
def local():
    class Here(threading.Thread): pass
    return Here()
attempt(copy.deepcopy, threading.Thread(target=lambda: 0))
attempt(pickle.dumps, local())
attempt(copy.deepcopy, local())
class Remade(threading.Event):
    def __reduce__(self):
        return Remade, ()
attempt(pickle.dumps, Remade())
copied = copy.deepcopy(Remade())
copied.set()
print(copied.is_set(), type(copied).__name__)
class Own(queue.Queue):
    def __deepcopy__(self, memo):
        return Own(self.maxsize)
print(copy.deepcopy(Own(3)).maxsize)
class Bare(threading.Thread):
    def __init__(self): self.n = [1]
print(copy.deepcopy(Bare()).n)
shared = threading.Lock()
class Keeps:
    def __init__(self): self.lock, self.n = threading.Lock(), 5
    def __getstate__(self):
        state = dict(vars(self))
        del state["lock"]
        return state
    def __setstate__(self, state):
        vars(self).update(state)
        self.lock = threading.Lock()
a = Keeps()
b = copy.deepcopy(a)
c = pickle.loads(pickle.dumps(a))
print(b.n, c.n, a.lock is b.lock, type(c.lock).__name__)
print(copy.copy([shared])[0] is shared)
print(copy.deepcopy([shared], {id(shared): shared})[0] is shared)
t = threading.Thread(target=print, args=(1,)); t.start(); t.join()
attempt(copy.deepcopy, t)
attempt(pickle.dumps, t)
for p in 0, 1:
  for m in threading.Lock, threading.RLock, threading.local, queue.SimpleQueue, threading.Event, queue.Queue, threading.Thread:
    attempt(pickle.dumps, m(), p)
"#,
    );
}

#[test]
fn a_copy_that_would_share_a_lock_is_refused_by_name() {
    for (source, refused) in [
        ("copy.copy(threading.Event())", "copying an Event"),
        ("copy.copy(threading.Condition())", "copying a Condition"),
        ("copy.copy(queue.Queue())", "copying a Queue"),
        ("copy.copy(Future())", "copying a Future"),
        ("class Worker(threading.Thread): pass\ncopy.copy(Worker())", "copying a Thread"),
        ("class Saved(queue.Queue):\n    def __getstate__(self): return {}\ncopy.deepcopy(Saved())", "copying a Queue"),
        (
            "q = queue.Queue()\nt = threading.Thread(target=q.get)\nt.start()\ncopy.deepcopy(q)",
            "copying a queue while several threads live",
        ),
        ("t = threading.Thread(target=print)\nt.start()\ncopy.deepcopy(t)", "copying a thread that runs"),
    ] {
        let program = format!("import copy, queue, threading\nfrom concurrent.futures import Future\n{source}\n");
        let error = explored(&scenario(&program, None)).expect_err("it is refused");
        assert!(matches!(&error, PythonError::Unsupported { what, .. } if what == refused), "{source}: {error}");
    }
}

/// The copy went through the container with the same turns as what it was a copy of.
#[test]
fn a_copy_of_an_iterator_goes_on_by_itself() {
    prints_what_python_does(
        "
import copy, pickle
made = {1: 'a', 2: 'b'}
for make in lambda: iter([1, 2, 3]), lambda: reversed([1, 2, 3]), lambda: iter(made), lambda: iter(made.items()), lambda: iter((1, 2, 3)):
    for copies in copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each)):
        its_own = make()
        next(its_own)
        other = copies(its_own)
        print(list(other), list(its_own))
",
    );
}

/// How far what is copied has come is another thread's, too.
#[test]
fn a_copy_of_an_iterator_that_threads_share_begins_where_that_is() {
    let source = "
import copy, threading
its_own = iter([1, 2, 3])
seen = []
def copies():
    seen.append(list(copy.copy(its_own)))
threads = [threading.Thread(target=each) for each in (copies, lambda: next(its_own))]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    for threads in ["(copies, lambda: next(its_own))", "(lambda: next(its_own), copies)"] {
        let source = source.replace("(copies, lambda: next(its_own))", threads);
        let report = explored(&scenario(&source, Some("seen"))).expect("it explores");
        let mut seen: Vec<_> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
        seen.sort_unstable();
        assert_eq!(seen, ["[[1, 2, 3]]", "[[2, 3]]"]);
        assert!(report.is_exhaustive());
    }
}
