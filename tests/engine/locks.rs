//! What makes locks is what it is in each CPython: a class, or a function in C or in Python, of which nobody inherits.

use super::pythons::prints_what_python_does;

#[test]
fn what_makes_locks_is_what_it_is_in_cpython() {
    prints_what_python_does(
        r#"
import _thread, collections, contextlib, copy, dataclasses, functools, queue, threading, typing
print(threading.Lock, type(threading.Lock), type(threading.RLock), _thread.allocate_lock, _thread.allocate)
print(_thread.LockType, _thread.RLock, getattr(_thread, "lock", None), threading.local, queue.SimpleQueue)
def attempt(act):
    try:
        print(act())
    except Exception as error:
        print(type(error).__name__, error)
l, r = threading.Lock(), threading.RLock()
class Slow(type(r)):
    extra = 1
    def acquire(self, *given):
        print("acquire")
        return super().acquire(*given)
s = Slow()
s.owner = "me"
print(s.owner, Slow.__name__, Slow, s.acquire(), s.release())
for act in (
    lambda: threading.Lock(1), lambda: threading.Lock(a=1), lambda: _thread.allocate(3),
    lambda: _thread.allocate_lock(a=1), lambda: threading.RLock(1).acquire(),
    lambda: threading.RLock(a=1).acquire(), lambda: isinstance(l, threading.Lock),
    lambda: issubclass(type(l), threading.Lock), lambda: threading.Lock | None, lambda: None | threading.RLock,
    lambda: type("S",(threading.Lock,),{}), lambda: type("S",(type(l),),{}),
    lambda: type("S",(type(r),),{}).__name__, lambda: type("S",(threading.RLock,),{}), lambda: setattr(l,"x",1),
    lambda: setattr(r,"x",1), lambda: l.x, lambda: delattr(l,"x"), lambda: setattr(l,"acquire",1), lambda: l+1,
    lambda: len(r), lambda: l<l, lambda: l(), lambda: iter(l), lambda: l[0], lambda: vars(l),
    lambda: threading.Lock.__name__, lambda: threading.Lock.__qualname__, lambda: threading.Lock.__module__,
    lambda: threading.RLock.__name__, lambda: threading.RLock.__module__, lambda: threading.RLock.__qualname__,
    lambda: type(l).__qualname__, lambda: type(l).__name__, lambda: type(type(l)),
    lambda: hash(threading.Lock)!=0, lambda: threading.Lock is _thread.allocate_lock,
    lambda: threading.Lock == threading.Lock, lambda: _thread.RLock is type(r),
    lambda: callable(threading.Lock), lambda: getattr(threading.Lock, "foo", 4),
    lambda: copy.deepcopy(threading.Lock), lambda: copy.copy(threading.Lock),
    lambda: typing.Optional[threading.Lock], lambda: hasattr(l, "__dict__"), lambda: "__dict__" in dir(l),
    lambda: [n for n in dir(l) if n[0] != "_"], lambda: [n for n in dir(r) if n[0] != "_"], lambda: r.locked(),
    lambda: threading.Condition().locked(),
    lambda: hash(l) == hash(l), lambda: collections.defaultdict(threading.Lock)[3].acquire(),
    lambda: collections.defaultdict(threading.RLock)[3].acquire(),
    lambda: list(map(type, map(lambda f: f(), [threading.Lock, threading.RLock]))),
    lambda: threading.RLock.__doc__ is not None,
):
    attempt(act)
def inherit():
    class Mine(threading.Lock):
        pass
attempt(inherit)
def inherit_again():
    class Mine(threading.RLock):
        pass
attempt(inherit_again)
class Has:
    make = threading.Lock
    def __init__(self):
        self.lock = self.make()
print(Has().lock.acquire())
class Bad:
    make = threading.RLock
    def __init__(self):
        self.lock = self.make()
print(Bad().lock.acquire())
@dataclasses.dataclass
class D:
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock, repr=False, compare=False)
    n: int = 0
print(D(), D() == D(), D.__annotations__["lock"] is threading.Lock)
print(contextlib.ExitStack().enter_context(threading.Lock()), functools.partial(threading.Lock)().acquire())
locks = {n: make() for n, make in enumerate([threading.Lock] * 3)}
def work():
    with locks[0], threading.Lock(), threading.RLock():
        pass
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"#,
    );
}

#[test]
fn the_classes_of_what_is_modelled_have_their_names() {
    prints_what_python_does(
        "
import queue, threading
from concurrent.futures import Future, ThreadPoolExecutor
for each in (
    threading.Lock(), threading.RLock(), threading.Event(), threading.Condition(), threading.Semaphore(), threading.local(),
    threading.BoundedSemaphore(), threading.Barrier(1), threading.Timer(1, print), threading.Thread(), threading.current_thread(),
    queue.Queue(), queue.LifoQueue(), queue.PriorityQueue(), queue.SimpleQueue(), ThreadPoolExecutor(), Future(),
):
    kind = type(each)
    print(kind, kind.__name__, kind.__module__, kind.__qualname__)
",
    );
}

#[test]
fn a_lock_has_no_attributes_of_the_programs() {
    prints_what_python_does(
        "
import threading
lock, rlock = threading.Lock(), threading.RLock()
for each in lock, rlock:
    for act in (
        lambda: setattr(each, 'owner', 'me'), lambda: setattr(each, 'acquire', print), lambda: delattr(each, 'owner'),
        lambda: each.owner, lambda: vars(each), lambda: len(each), lambda: each + 1, lambda: each < each, lambda: each(),
    ):
        try:
            print(act())
        except Exception as error:
            print(type(error).__name__, error)
try:
    lock.owner = 'me'
except AttributeError as error:
    print(error)
",
    );
}
