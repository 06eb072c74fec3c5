//! Programs that failed once, or would have for a reason that one that failed showed: `(name, text, what to observe)`.

/// Each is held as random programs are.
pub(crate) const FOUND: &[(&str, &str, &str)] = &[
    (
        "a pool is shut down by two threads",
        "
from concurrent import futures
pool = futures.ThreadPoolExecutor(2)
a = pool.submit(pool.shutdown, wait=False)
b = pool.submit(int)
pool.shutdown()
",
        "0",
    ),
    (
        "a third submission depends on which tasks are over",
        "
from concurrent import futures
z = []
pool = futures.ThreadPoolExecutor(2)
def outer():
    return pool.submit(z.append, 1).result()
a = pool.submit(outer)
b = pool.submit(int)
pool.shutdown()
",
        "z",
    ),
    (
        "a future is known by who did not submit it",
        "
from concurrent import futures
pool = futures.ThreadPoolExecutor(2)
a = pool.submit(int)
b = pool.submit(a.result)
pool.shutdown()
",
        "0",
    ),
    (
        "a call that has not begun is cancelled",
        "
from concurrent import futures
pool = futures.ThreadPoolExecutor(2)
a = pool.submit(int)
b = pool.submit(lambda: (a.running(), a.cancel()))
pool.shutdown()
",
        "(a.cancelled(), b.result())",
    ),
    (
        "a thread is joined that somebody else starts",
        "
import threading
z = []
N = threading.Thread(target=z.append, args=(1,))
def work():
    z.append(N.is_alive())
    N.join()
T = threading.Thread(target=work, name='t')
T.start()
N.start()
T.join()
",
        "z",
    ),
    (
        "a daemon is left by who is over",
        "
import threading
z = []
def work():
    threading.Thread(target=z.append, args=(1,), daemon=True).start()
T = threading.Thread(target=work)
T.start()
T.join()
",
        "z",
    ),
    (
        "an attribute is set on a class between",
        "
import threading
class Box:
    a = 0
class Sub(Box):
    pass
def work():
    Sub.a = 9
T = threading.Thread(target=work)
T.start()
seen = Sub().a
T.join()
",
        "seen",
    ),
    (
        "a condition on a plain lock that another thread holds",
        "
import threading
L = threading.Lock()
C = threading.Condition(L)
def work():
    with L:
        pass
T = threading.Thread(target=work)
T.start()
C.notify()
T.join()
",
        "0",
    ),
    (
        "a deque grows between its iterator and the first turn",
        "
import collections
import threading
dq = collections.deque([1])
T = threading.Thread(target=dq.append, args=(2,))
T.start()
z = [v for v in dq]
T.join()
",
        "z",
    ),
    (
        "an event is set after a wait that timed out",
        "
import threading
E = threading.Event()
seen = []
def work():
    seen.append(E.wait(1))
T = threading.Thread(target=work)
T.start()
E.set()
E.clear()
T.join()
",
        "seen",
    ),
    (
        "threads are counted while another thread starts one",
        "
import threading
def work():
    threading.Thread(target=int).start()
T = threading.Thread(target=work)
T.start()
seen = threading.active_count()
T.join()
",
        "seen",
    ),
    (
        "threads are named in the order in which they are made",
        "
import threading
def work():
    threading.Thread(target=int, args=('x',)).start()
A = threading.Thread(target=work, name='a')
B = threading.Thread(target=int, args=('y',))
A.start()
B.start()
threading.Thread(target=int, args=('z',)).start()
",
        "0",
    ),
    (
        "a list is extended by one that grows",
        "
import threading
xs, ys = [1, 2], [0]
def work():
    ys.append(1)
T = threading.Thread(target=work)
T.start()
xs.extend(ys)
T.join()
",
        "xs",
    ),
    (
        "a thread that was made by the name of another is shown",
        "
import threading
seen = []
A = threading.Thread(target=int, name='a')
A.start()
B = threading.Thread(target=seen.append, args=('b',))
B.start()
A.join()
",
        "seen",
    ),
    (
        "futures are asked for in the order of their ends, after their ends",
        "
from concurrent import futures
pool = futures.ThreadPoolExecutor(2)
f1 = pool.submit(int)
f2 = pool.submit(int)
seen = [f is f1 for f in futures.as_completed([f1, f2])]
pool.shutdown()
",
        "seen",
    ),
    (
        "a loop begins to wait before or after a write that it waits for in vain",
        "
import threading
x = 0
def wait():
    while not x: pass
def write():
    global x
    x = 0
A = threading.Thread(target=wait)
B = threading.Thread(target=write)
A.start()
B.start()
",
        "x",
    ),
    (
        "a value is looked for while another key gets it",
        "
import threading
d = {'k': 1}
seen = []
def look():
    del d['k']
    seen.append(1 in d.values())
def put():
    d['a'] = 1
A = threading.Thread(target=look)
B = threading.Thread(target=put)
A.start()
B.start()
A.join()
B.join()
",
        "seen",
    ),
    (
        "a semaphore is tried twice while it is taken and given back twice",
        "
import threading
S = threading.Semaphore(1)
seen = []
def take():
    S.acquire()
    S.release(2)
def attempt():
    seen.append(S.acquire(False))
A = threading.Thread(target=take)
B = threading.Thread(target=attempt)
A.start()
B.start()
v = S.acquire(timeout=1)
A.join()
B.join()
",
        "v, seen",
    ),
    (
        "tasks end before and after there are more of them than workers",
        "
from concurrent import futures
seen = []
pool = futures.ThreadPoolExecutor(2)
pool.submit(int)
pool.submit(int)
pool.submit(seen.append, 3)
pool.shutdown()
",
        "seen",
    ),
    (
        "a member that is not there is dropped while others are looked at",
        "
import threading
st = {3}
def take():
    st.pop()
    st.pop()
def drop():
    st.discard(1)
A = threading.Thread(target=take)
B = threading.Thread(target=drop)
A.start()
B.start()
v = str(sorted(st))
A.join()
B.join()
",
        "v, st",
    ),
    (
        "a task is submitted once all others are known to be over",
        "
from concurrent import futures
seen = []
pool = futures.ThreadPoolExecutor(1)
both = [pool.submit(int), pool.submit(int)]
v = [future.done() for future in futures.as_completed(both)]
v = pool.submit(seen.append, 1).result()
pool.shutdown()
",
        "seen",
    ),
    (
        "tasks end before and after somebody watches them",
        "
from concurrent import futures
pool = futures.ThreadPoolExecutor(2)
both = [pool.submit(int), pool.submit(int)]
seen = len(futures.wait(both, return_when=futures.FIRST_COMPLETED).done)
pool.shutdown()
",
        "seen",
    ),
    (
        "a thread is started once those before it are known to be over",
        "
import threading
names = {}
def count():
    global v
    v = len(names)
first = threading.Thread(target=int)
second = threading.Thread(target=count)
first.start()
first.join()
second.start()
names['a'] = 1
second.join()
",
        "v",
    ),
    (
        "a task is submitted to a new pool once those of the one before are known to be over",
        "
from concurrent import futures
names = {}
with futures.ThreadPoolExecutor(1) as pool:
    pool.submit(int)
with futures.ThreadPoolExecutor(1) as pool:
    v = pool.submit(len, names)
    names['a'] = 1
v = v.result()
",
        "v",
    ),
    (
        "a lock is a flag that is tested and set under another",
        "
import threading
guard = threading.Lock()
held = False
z = 0
def tested_and_set():
    global held
    with guard:
        before, held = held, True
        return before
def count():
    global held, z
    while tested_and_set(): pass
    z += 1
    with guard:
        held = False
threads = [threading.Thread(target=count) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
",
        "z",
    ),
    (
        "the same is given back without the other, and so can be lost",
        "
import threading
guard = threading.Lock()
state = {'held': False}
z = [0]
def count():
    while True:
        with guard:
            before, state['held'] = state['held'], True
        if not before: break
    z[0] = z[0] + 1
    state['held'] = False
threads = [threading.Thread(target=count) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
",
        "z",
    ),
    (
        "who waits says so with each look",
        "
import threading
waits = []
class Gate: open = False; asked = 0
gate = Gate()
def wait():
    while not gate.open:
        gate.asked = 1
def watch():
    waits.append(gate.asked)
    gate.open = True
threads = [threading.Thread(target=wait), threading.Thread(target=watch)]
for thread in threads: thread.start()
for thread in threads: thread.join()
",
        "waits",
    ),
];
