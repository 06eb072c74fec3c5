//! Small random Python programs with threads, and how to make a failing one smaller.
//!
//! A program is threads of operations; the text of what they use is added where they use it. What a thread sees it
//! writes to a log of its own that no other thread reads, so that logging orders nothing.

use std::fmt::Write as _;

/// A program. Its first body is the main thread's.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) bodies: Vec<Vec<Op>>,
    /// Whether the bodies after the first are tasks of a pool, and of how many workers; otherwise they are threads.
    pub(crate) pool: Option<usize>,
    /// Whether the first of those bodies is over before the others begin.
    pub(crate) phases: bool,
    /// Whether what is printed is observed.
    pub(crate) prints: bool,
}

/// One operation, in Python.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// Statements on one line.
    Line(String),
    /// Statements under a head, and lines that follow them.
    Block { head: String, body: Vec<Op>, after: Vec<String> },
}

/// What programs are made of, by theme: plain statements. `v` is the thread's own; `LOG` logs it.
type Theme = &'static [&'static str];

const GLOBALS: Theme = &[
    "x += 1",
    "x = 1",
    "x = 2",
    "v = x; LOG",
    "y = x",
    "v = y; LOG",
    "y = v + 1",
    "x, y = y, x",
    "v = x + y; LOG",
    "y += x",
    "v = (y := x); LOG",
    "v = f'{x}{y}'; LOG",
    "del y",
];
const ATTRIBUTES: Theme = &[
    "o.a += 1",
    "v = o.a; LOG",
    "Box.a = 5",
    "v = Box.a; LOG",
    "o.b = 2",
    "v = getattr(o, 'b', None); LOG",
    "v = hasattr(o, 'b'); LOG",
    "setattr(o, 'b', 3)",
    "del o.b",
    "o.a = 7",
    "v = o.double; LOG",
    "Sub.a = 9",
    "v = Sub.a; LOG",
    "v = Sub().a; LOG",
];
const LISTS: Theme = &[
    "xs.append(3)",
    "v = xs.pop(); LOG",
    "v = xs.pop(0); LOG",
    "v = len(xs); LOG",
    "v = 3 in xs; LOG",
    "xs[0] = 7",
    "xs[1] = 6",
    "xs[-1] = 8",
    "xs[-2] += 1",
    "v = xs[-1]; LOG",
    "v = xs[0]; LOG",
    "v = xs[1]; LOG",
    "xs.insert(0, 9)",
    "del xs[0]",
    "v = sum(xs); LOG",
    "v = str(xs); LOG",
    "for v in xs: LOG",
    "xs.sort()",
    "xs[1:] = [4]",
    "v = str(xs[:1]); LOG",
    "xs += [5]",
    "xs.remove(1)",
    "v = xs == [1, 2]; LOG",
    "v = bool(xs); LOG",
    "v = xs.index(2); LOG",
    "v = xs.count(7); LOG",
    "v = str([z for z in xs]); LOG",
    "xs[0], xs[1] = xs[1], xs[0]",
    "for k, v in enumerate(xs): LOG",
    "xs.clear()",
    "xs.reverse()",
    "xs.extend(ys)",
    "ys.append(1)",
    "a, b = xs; v = a; LOG",
];
const DEQUES: Theme = &[
    "dq.append(3)",
    "dq.appendleft(4)",
    "v = dq.popleft(); LOG",
    "v = dq.pop(); LOG",
    "v = len(dq); LOG",
    "v = dq[0]; LOG",
    "v = dq[-1]; LOG",
    "dq[0] = 5",
    "dq.rotate(1)",
    "v = str(dq); LOG",
    "for v in dq: LOG",
];
const DICTS: Theme = &[
    "d['a'] = 1",
    "d['b'] = 2",
    "v = d.get('a'); LOG",
    "v = d.get('b', 0); LOG",
    "v = d.setdefault('a', 5); LOG",
    "v = d.setdefault('b', 6); LOG",
    "v = d.pop('a', None); LOG",
    "v = d.pop('k'); LOG",
    "v = 'a' in d; LOG",
    "v = 'a' in d.keys(); LOG",
    "v = 1 in d.values(); LOG",
    "v = len(d); LOG",
    "del d['k']",
    "v = d['k']; LOG",
    "d['k'] += 1",
    "for v in d: LOG",
    "for v, w in d.items(): LOG",
    "for v in d.values(): LOG",
    "v = str(d); LOG",
    "v = str(sorted(d.items())); LOG",
    "v = str(d.popitem()); LOG",
    "d.clear()",
    "d.update(b=3)",
    "d |= {'k': 4}",
    "v = str(list(d)); LOG",
    "v = bool(d); LOG",
    "d[1] = 1",
    "v = d.get(1.0); LOG",
];
const DEFAULTS: Theme = &[
    "dd['a'] += 1",
    "dd['b'] += 1",
    "v = dd['a']; LOG",
    "v = dd.get('a'); LOG",
    "v = len(dd); LOG",
    "v = 'b' in dd; LOG",
    "v = str(dict(dd)); LOG",
    "cn['a'] += 1",
    "v = cn['a']; LOG",
    "cn.update(['a', 'b'])",
    "v = str(cn.most_common(1)); LOG",
    "v = len(cn); LOG",
    "dl['a'].append(1)",
    "v = len(dl['a']); LOG",
];
const SETS: Theme = &[
    "st.add(1)",
    "st.add(2)",
    "st.discard(1)",
    "st.discard(3)",
    "v = 1 in st; LOG",
    "v = len(st); LOG",
    "v = st.pop(); LOG",
    "st.remove(3)",
    "v = str(sorted(st)); LOG",
    "st |= {2}",
    "st.update([1])",
    "for v in st: LOG",
    "st.clear()",
    "v = str(st & {1, 3}); LOG",
    "v = st == {3}; LOG",
];
const CELLS: Theme = &["v = inc(); LOG", "v = get(); LOG", "put(5)", "inc()", "v = get() + get(); LOG"];
const LOCKS: Theme = &[
    "v = L.locked(); LOG",
    "L.acquire()",
    "L.release()",
    "v = L.acquire(False); LOG",
    "v = L.acquire(timeout=1); LOG",
    "v = M.acquire(blocking=False); LOG",
    "M.release()",
    "M.acquire()",
    "R.acquire()",
    "R.release()",
    "v = R.acquire(False); LOG",
    "v = R.acquire(timeout=1); LOG",
];
const SEMAPHORES: Theme = &[
    "S.acquire()",
    "S.release()",
    "v = S.acquire(False); LOG",
    "v = S.acquire(timeout=1); LOG",
    "BS.acquire()",
    "BS.release()",
    "v = BS.acquire(blocking=False); LOG",
    "S.release(2)",
];
const EVENTS: Theme = &[
    "E.set()",
    "E.clear()",
    "v = E.is_set(); LOG",
    "v = E.wait(); LOG",
    "v = E.wait(1); LOG",
    "F.set()",
    "v = F.wait(); LOG",
    "v = F.wait(1); LOG",
];
const CONDITIONS: Theme = &[
    "CV.notify()",
    "CV.notify_all()",
    "v = CV.wait(); LOG",
    "v = CV.wait(1); LOG",
    "v = CV.wait_for(lambda: x > 0); LOG",
    "v = CV.wait_for(lambda: x > 0, 1); LOG",
    "x += 1",
    "v = x; LOG",
];
const QUEUES: Theme = &[
    "q.put(1)",
    "q.put(2)",
    "v = q.get(); LOG",
    "v = q.get_nowait(); LOG",
    "v = q.get(timeout=1); LOG",
    "v = q.empty(); LOG",
    "v = q.qsize(); LOG",
    "q.task_done()",
    "q.join()",
    "b.put(1)",
    "b.put_nowait(2)",
    "b.put(3, timeout=1)",
    "v = b.get(); LOG",
    "v = b.get(block=False); LOG",
    "v = b.full(); LOG",
    "pq.put(2)",
    "pq.put(1)",
    "v = pq.get(); LOG",
    "lq.put(1)",
    "lq.put(2)",
    "v = lq.get(); LOG",
    "sq.put(1)",
    "v = sq.get(); LOG",
];
const BARRIERS: Theme = &[
    "v = B.wait(); LOG",
    "v = B.wait(1); LOG",
    "B.abort()",
    "B.reset()",
    "v = B.n_waiting; LOG",
    "v = B.broken; LOG",
    "v = A.wait(); LOG",
    "v = x; LOG",
];
const THREADS: Theme = &[
    "v = T1.is_alive(); LOG",
    "T1.join()",
    "T2.join()",
    "T1.join(0.1)",
    "T2.join(0.1); v = T2.is_alive(); LOG",
    "N.start()",
    "N.join()",
    "v = N.is_alive(); LOG",
    "n = threading.Thread(target=nested); n.start()",
    "n = threading.Thread(target=nested); n.start(); n.join()",
    "n = threading.Thread(target=nested, daemon=True); n.start()",
    "v = threading.active_count(); LOG",
    "v = x; LOG",
    "raise ValueError(v)",
    "z.append(1); v = len(z); LOG",
];
const FUTURES: Theme = &[
    "v = f1.result(); LOG",
    "v = f1.done(); LOG",
    "v = f2.done(); LOG",
    "v = f2.result(timeout=1); LOG",
    "v = f2.result(); LOG",
    "v = f2.cancel(); LOG",
    "v = f1.cancelled(); LOG",
    "v = f2.running(); LOG",
    "v = repr(f1.exception()); LOG",
    "v = len(futures.wait([f1, f2], return_when=futures.FIRST_COMPLETED).done); LOG",
    "v = len(futures.wait([f1, f2], timeout=1).done); LOG",
    "futures.wait([f1, f2])",
    "v = str([f.done() for f in futures.as_completed([f1, f2])]); LOG",
    "v = str([f is f1 for f in futures.as_completed([f1, f2])]); LOG",
    "f1.add_done_callback(called)",
    "n = pool.submit(nested)",
    "n = pool.submit(nested); v = n.result(); LOG",
    "p.set_result(4)",
    "v = p.result(); LOG",
    "v = p.done(); LOG",
    "p.cancel()",
    "p.set_exception(KeyError(1))",
    "for v in pool.map(abs, [1]): LOG",
    "pool.shutdown(wait=False)",
    "x += 1",
];
const PRINTS: Theme = &["print(1)", "print(2)", "print(v)", "print(x)", "x += 1", "sys.stdout.write('w')"];
const SPINS: Theme = &[
    "while not x: pass",
    "while x < 2: v += 1",
    "x = 1",
    "x += 1",
    "x = 0",
    "while not xs: pass",
    "xs.append(1)",
    "while 'a' not in d: time.sleep(0.1)",
    "d['a'] = 1",
    "while not E.is_set(): pass",
    "E.set()",
];

const THEMES: &[Theme] = &[
    GLOBALS, ATTRIBUTES, LISTS, DEQUES, DICTS, DEFAULTS, SETS, CELLS, LOCKS, SEMAPHORES, EVENTS, CONDITIONS, QUEUES,
    BARRIERS, THREADS, PRINTS, SPINS,
];

/// What lets go of objects that tell when they die, and what looks how many have.
pub(crate) const DEATHS: &[Theme] = &[&[
    "hold.a = None",
    "hold.b = None",
    "hold.a = hold.b",
    "hold.b = Thing()",
    "hold.list.clear()",
    "hold.list.pop()",
    "hold.kept['a'] = None",
    "del hold.kept['a']",
    "u = hold.a",
    "u = hold.b",
    "u = None",
    "u = hold.kept.get('a')",
    "u = Thing()",
    "v = hold.a is None; LOG",
    "v = len(hold.list); LOG",
    "v = x; LOG",
    "x += 1",
]];

/// What lets go of objects to which weak references lead, and what looks whether they are there.
pub(crate) const LIVES: &[Theme] = &[&[
    "hold.a = None",
    "hold.b = None",
    "hold.b = ref()",
    "hold.a = hold.b",
    "hold.list.clear()",
    "hold.list.pop()",
    "hold.kept['a'] = None",
    "del hold.kept['a']",
    "u = ref()",
    "u = None",
    "u = hold.b",
    "u = cache.get('a')",
    "u = Thing(); live.add(u)",
    "v = ref() is None; LOG",
    "v = part() is None; LOG",
    "v = hold.a is None; LOG",
    "v = len(live); LOG",
    "v = len(cache); LOG",
    "v = x; LOG",
    "x += 1",
]];

/// What tries for locks again and again.
pub(crate) const TRYING: &[Theme] = &[&[
    "while not one(L): pass",
    "while not one(M): pass",
    "while not both(L, M): pass",
    "while not both(M, L): pass",
    "while not either(L, M): pass",
    "x += 1",
    "v = x; LOG",
]];
/// The same among others who notice that locks are taken for a while.
pub(crate) const NOTICING: &[Theme] = &[&[
    "while not one(L): pass",
    "while not both(L, M): pass",
    "while not both(M, L): pass",
    "while not either(L, M): pass",
    "while M.locked(): pass",
    "v = L.locked(); LOG",
    "v = M.locked(); LOG",
    "v = one(L); LOG",
    "v = one(M); LOG",
    "E.set()",
    "E.wait()",
    "with L: E.wait()",
    "with M: E.wait(); L.acquire(); L.release()",
]];
/// Queues that have a place for each item: of one thread that puts and one that gets, of several, and now and then with somebody who looks.
pub(crate) const LANES: &[Theme] = &[
    &[
        "la.put(v)",
        "la.put(1)",
        "la.put(1); la.put(2)",
        "v = la.get(); LOG",
        "v = la.get(); la.task_done(); LOG",
        "v = la.get(); la.put(v + 1); la.task_done()",
        "la.task_done(); LOG",
        "if here('t1'): la.join()",
        "if here('t1'): la.put(3); la.join(); LOG",
        "lb.put(2)",
        "v = lb.get(); LOG",
        "v = lb.get(); lb.task_done(); LOG",
        "if here('t1'): lb.join()",
        "ls.put(v)",
        "v = ls.get(); LOG",
        "x += 1",
        "v = x; LOG",
    ],
    &[
        "if here('t1'): la.put(v)",
        "if here('t1'): la.put(1); la.put(2)",
        "if here('t2'): v = la.get(); LOG",
        "if here('t2'): v = la.get(); la.task_done(); LOG",
        "if here('t1'): la.join()",
        "if here('t2'): la.join()",
        "if here('t3'): la.join()",
        "if here('t3'): la.put(3)",
        "if here('t1'): lb.put(v)",
        "if here('t1'): lb.put(1); lb.put(2)",
        "if here('t2'): v = lb.get(); LOG",
        "if here('t2'): v = lb.get(); x += 1; lb.task_done()",
        "if here('t2'): la.task_done(); LOG",
        "if here('t2'): le.task_done(); LOG",
        "if here('t2'): v = le.get(); le.task_done(); LOG",
        "if here('t1'): le.put(1)",
        "if here('t1'): le.join()",
        "if here('t2'): ls.put(x)",
        "if here('t1'): v = ls.get(); LOG",
        "x += 1",
        "v = x; LOG",
        "with L: x += 1",
    ],
    &[
        "if here('t1'): la.put(v)",
        "if here('t2'): v = la.get(); LOG",
        "if here('t2'): la.task_done()",
        "if here('t3'): la.put(3)",
        "if here('t2'): v = la.qsize(); LOG",
        "if here('t2'): v = la.get(timeout=1); LOG",
        "if here('t2'): la.join()",
        "if here('t1'): v = lb.full(); lb.put(v); LOG",
        "if here('t2'): v = lb.get_nowait(); LOG",
        "if here('t2'): v = lb.get(); LOG",
        "v = x; LOG",
    ],
];
/// What tasks do of which there are more than workers: for the most part nothing that hangs on how many there are.
const CREW: Theme = &[
    "x += 1",
    "v = x; LOG",
    "x = 2; y = v",
    "v = y; LOG",
    "with L: x += 1",
    "with L: v = x; LOG",
    "with M: v = y; LOG",
    "L.acquire(); y += 1; L.release()",
    "xs.append(v)",
    "v = len(xs); LOG",
    "raise ValueError(v)",
    "pass",
];
/// And what does: for the main thread, and for tasks now and then.
const CREWED: Theme = &[
    "v = f1.result(); LOG",
    "v = f3.done(); LOG",
    "v = f3.result(); LOG",
    "v = f2.running(); LOG",
    "v = f3.cancel(); LOG",
    "v = f2.result(timeout=1); LOG",
    "v = str([f is f1 for f in futures.as_completed([f1, f2, f3])]); LOG",
    "v = len(futures.wait([f1, f2, f3], return_when=futures.FIRST_COMPLETED).done); LOG",
    "E.set()",
    "v = E.wait(); LOG",
    "n = pool.submit(nested)",
    "with M: v = f1.result(); LOG",
    "v = x; LOG",
    "L.acquire()",
    "L.release()",
    "if L.locked(): L.release()",
    "v = M.acquire(False); LOG",
    "with CV: v = CV.wait(1); LOG",
];
/// Semaphores that may have plenty for all, or not, or nothing at first.
pub(crate) const PLENTY: &[Theme] = &[
    &[
        "SS.acquire(); v = x; SS.release(); LOG",
        "with SS: x += 1",
        "if here('t1'): SS.acquire()",
        "if here('t1'): SS.release(); SS.acquire()",
        "with BB: x += 1",
        "if here('t1'): BB.acquire(); BB.acquire()",
        "if here('t2'): BB.release()",
        "with ST: v = x; LOG",
        "ST.acquire(False)",
        "ST.release(); v = 1",
        "if here('t3'): v = ST.acquire(timeout=1); LOG",
        "x += 1",
        "v = x; LOG",
    ],
    &[
        "with SS: x += 1",
        "if here('t2'): v = SS._value; LOG",
        "if here('t1'): v = SS.acquire(False); LOG",
        "if here('t1'): SS.release()",
        "BB.acquire()",
        "BB.release()",
        "v = x; LOG",
    ],
    &[
        "SZ.acquire(); LOG",
        "SZ.acquire()",
        "SZ.release()",
        "with S: x += 1",
        "S.acquire(); v = x; S.release(); LOG",
        "with SS: LOG",
        "SS.acquire()",
        "SS.release()",
        "SS.release(2)",
        "with BS: x += 1",
        "if here('t1'): BB.acquire()",
        "BB.release()",
        "x += 1",
        "v = x; LOG",
    ],
];
/// What threads do that meet at a barrier, for the most part.
const MEETING: Theme = &["x += 1", "v = x; LOG", "with L: x += 1", "xs.append(v)", "x = 1; v = y; LOG", "pass"];
/// And what they and the main thread do there now and then, by which more than the meeting can be told.
const MIXED_MEETING: Theme = &[
    "B2.wait()",
    "B3.wait()",
    "v = B2.wait(); LOG",
    "v = B3.wait(); LOG",
    "v = B2.wait(1); LOG",
    "B2.abort()",
    "B3.reset()",
    "v = B2.n_waiting; LOG",
    "v = B3.broken; LOG",
    "v = x; LOG",
];
/// How it looks where threads meet there for nothing else, and how it looks where they see who came first.
pub(crate) const MEETS: [(&str, &str); 2] = [("B2.wait()", "w = B2.wait()"), ("B3.wait()", "w = B3.wait()")];
/// How a thread tries for a lock in these, and how it would wait for that.
pub(crate) const TRIES: (&str, &str) = ("acquire(blocking=0)", "acquire()");

/// What can stand around other operations: a head, lines that follow, and which theme it goes with.
const BLOCKS: &[(&str, &[&str])] = &[
    ("with L:", &[]),
    ("with M:", &[]),
    ("with R:", &[]),
    ("with S:", &[]),
    ("with CV:", &[]),
    ("if L.acquire(blocking=False):", &["L.release()"]),
    ("if v:", &[]),
    ("if not v:", &[]),
    ("if x == 1:", &[]),
    ("if xs:", &[]),
    ("if 'a' not in d:", &[]),
    ("if o.a == 0:", &[]),
    ("try:", &["except Exception as error:", "    v = type(error).__name__; LOG"]),
    ("for _ in range(2):", &[]),
];

/// What names stand for: a line of the program's head, needed where the name occurs.
const MEANINGS: &[(&str, &str, Option<&str>)] = &[
    ("x", "x = 0", Some("globals().get('x')")),
    ("y", "y = 0", Some("globals().get('y')")),
    ("Box", "class Box:\n    a = 0\n    @property\n    def double(self):\n        return self.a * 2", Some("Box.a")),
    ("Sub", "class Sub(Box):\n    pass", Some("Sub.a")),
    ("o", "o = Box()", Some("str(sorted(o.__dict__.items()))")),
    ("xs", "xs = [1, 2]", Some("str(xs)")),
    ("ys", "ys = [0]", Some("str(ys)")),
    ("z", "z = []", Some("str(z)")),
    ("dq", "dq = collections.deque([1, 2])", Some("str(dq)")),
    ("d", "d = {'k': 1}", Some("str(d)")),
    ("dd", "dd = collections.defaultdict(int)", Some("str(dict(dd))")),
    ("dl", "dl = collections.defaultdict(list)", Some("str(dict(dl))")),
    ("cn", "cn = collections.Counter()", Some("str(cn)")),
    ("st", "st = {3}", Some("str(sorted(st))")),
    ("inc", CELL, Some("get()")),
    ("get", CELL, Some("get()")),
    ("put", CELL, Some("get()")),
    ("L", "L = threading.Lock()", None),
    ("M", "M = threading.Lock()", None),
    ("R", "R = threading.RLock()", None),
    ("S", "S = threading.Semaphore(1)", None),
    ("BS", "BS = threading.BoundedSemaphore(1)", None),
    ("SS", "SS = threading.Semaphore(2)", None),
    ("SZ", "SZ = threading.Semaphore(0)", None),
    ("BB", "BB = threading.BoundedSemaphore(2)", None),
    ("ST", "ST = threading.Semaphore(3)\nST.acquire()", None),
    ("B2", "B2 = threading.Barrier(2)", None),
    ("B3", "B3 = threading.Barrier(3)", None),
    ("E", "E = threading.Event()", None),
    ("F", "F = threading.Event()", None),
    ("CV", "CV = threading.Condition()", None),
    ("q", "q = queue.Queue()", Some("str(list(q.queue))")),
    ("b", "b = queue.Queue(1)", Some("str(list(b.queue))")),
    ("pq", "pq = queue.PriorityQueue()", None),
    ("lq", "lq = queue.LifoQueue()", None),
    ("sq", "sq = queue.SimpleQueue()", None),
    ("here", "def here(name): return threading.current_thread().name == name", None),
    ("la", "la = queue.Queue()", None),
    ("lb", "lb = queue.Queue(1)", None),
    ("le", "le = queue.Queue()\nle.put(0)\nle.get()\nle.task_done()", None),
    ("ls", "ls = queue.SimpleQueue()", None),
    ("B", "B = threading.Barrier(2)", None),
    ("A", "x = 0\ndef together():\n    global x\n    x += 1\nA = threading.Barrier(2, together)", Some("x")),
    ("nested", NESTED, Some("str(z)")),
    ("N", "N = threading.Thread(target=nested, name='nested')", None),
    ("p", "p = futures.Future()", None),
    ("hold", HOLD, None),
    ("Thing", HOLD, None),
    ("ref", "import weakref\nref = weakref.ref(hold.a)", Some("ref() is None")),
    ("part", "import weakref\npart = weakref.ref(hold.a.part)", Some("part() is None")),
    ("live", "import weakref\nlive = weakref.WeakSet([hold.a])", Some("len(live)")),
    ("cache", "import weakref\ncache = weakref.WeakValueDictionary(a=hold.a)", Some("len(cache)")),
    ("one", ATTEMPTS, Some("x")),
    ("both", ATTEMPTS, Some("x")),
    ("either", ATTEMPTS, Some("x")),
    ("called", "z = []\ndef called(future):\n    z.append('called')", Some("str(z)")),
];

const CELL: &str = "
def make():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    def get():
        return n
    def put(m):
        nonlocal n
        n = m
    return inc, get, put
inc, get, put = make()";

const ATTEMPTS: &str = "x = 0
def one(lock):
    global x
    got = lock.acquire(blocking=0)
    if got:
        x += 1
        lock.release()
    return got
def both(first, second):
    with first:
        return one(second)
def either(first, second):
    if first.acquire(blocking=0):
        try:
            return one(second)
        finally:
            first.release()";

const HOLD: &str = "
class Thing: pass
class Hold: pass
hold = Hold()
hold.a = hold.b = Thing()
hold.a.part = Thing()
hold.list = [hold.a, Thing()]
hold.kept = {'a': hold.a}";

const NESTED: &str = "z = []\ndef nested():\n    z.append('n')";

/// Numbers that look like chance, the same for the same seed everywhere.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ bits >> 31) % bound as u64).expect("it is below a usize")
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// Returns the program of a seed.
pub(crate) fn program(seed: u64) -> Program {
    program_of(seed, THEMES)
}

/// Returns the program of a seed that has a pool of more tasks than workers.
pub(crate) fn crew(seed: u64) -> Program {
    let mut chance = Chance::new(seed);
    let workers = 1 + chance.below(2);
    let seldom = chance.below(4) == 0;
    let mut bodies = vec![(0..chance.below(3)).map(|_| Op::Line(chance.one_of(CREWED).to_owned())).collect()];
    for _ in 0..3 {
        let count = 1 + chance.below(2);
        let themes = if seldom { &[CREW, CREWED][..] } else { &[CREW][..] };
        bodies.push((0..count).map(|_| op(&mut chance, themes, 1)).collect());
    }
    let prints = chance.below(8) == 0;
    Program { bodies, pool: Some(workers), phases: false, prints }
}

/// Returns the program of a seed whose threads meet at a barrier, mostly just those whom it is for.
pub(crate) fn meeting(seed: u64) -> Program {
    let mut chance = Chance::new(seed);
    let parties = 2 + chance.below(2);
    let rounds = 1 + chance.below(2);
    let mixed = chance.below(4) == 0;
    let mut bodies = vec![Vec::new()];
    for _ in 0..parties {
        let mut ops = vec![Op::Line(format!("B{parties}.wait()")); rounds];
        for _ in 0..chance.below(3) {
            let theme = if mixed && chance.below(2) == 0 { MIXED_MEETING } else { MEETING };
            ops.insert(chance.below(ops.len() + 1), Op::Line(chance.one_of(theme).to_owned()));
        }
        bodies.push(ops);
    }
    if mixed && chance.below(2) == 0 {
        bodies[0].push(Op::Line(chance.one_of(MIXED_MEETING).to_owned()));
    }
    let prints = chance.below(8) == 0;
    Program { bodies, pool: None, phases: false, prints }
}

/// Returns the program of a seed that is about these themes.
pub(crate) fn program_of(seed: u64, all: &[Theme]) -> Program {
    let mut chance = Chance::new(seed);
    let pool = (chance.below(6) == 0).then(|| 1 + chance.below(2));
    let mut themes = vec![chance.one_of(all)];
    if chance.below(3) == 0 {
        themes.push(chance.one_of(all));
    }
    if pool.is_some() {
        themes = vec![FUTURES, chance.one_of(&[GLOBALS, LOCKS, EVENTS, LISTS, FUTURES])];
    }
    // The more threads, the fewer operations each: the exhaustive twin has to come to an end.
    let others = if pool.is_some() { 2 } else { 1 + chance.below(3) };
    let most = [0, 5, 3, 2][others];
    let mut bodies = Vec::new();
    for body in 0..=others {
        let least = usize::from(body > 0);
        let most = if body == 0 { most.min(2) } else { most };
        let count = least + chance.below(most + 1 - least);
        let ops: Vec<Op> = (0..count).map(|_| op(&mut chance, &themes, 0)).collect();
        bodies.push(ops);
    }
    let prints = themes.contains(&PRINTS) || chance.below(8) == 0;
    let phases = others > 1 && chance.below(4) == 0;
    Program { bodies, pool, phases, prints }
}

fn op(chance: &mut Chance, themes: &[Theme], depth: usize) -> Op {
    let theme = chance.one_of(themes);
    // What a condition is told, it is mostly told by who holds it.
    if theme == CONDITIONS && depth == 0 && chance.below(5) > 0 {
        let body = (0..1 + chance.below(2)).map(|_| Op::Line(chance.one_of(CONDITIONS).to_owned())).collect();
        return Op::Block { head: "with CV:".to_owned(), body, after: Vec::new() };
    }
    if depth < 2 && chance.below(5) == 0 {
        let (head, after) = chance.one_of(BLOCKS);
        let body = (0..1 + chance.below(2)).map(|_| op(chance, themes, depth + 1)).collect();
        return Op::Block { head: head.to_owned(), body, after: after.iter().map(|&line| line.to_owned()).collect() };
    }
    Op::Line(chance.one_of(theme).to_owned())
}

impl Program {
    /// Returns the program's text and what to observe of it.
    pub(crate) fn source(&self) -> (String, Option<String>) {
        let mut text = String::new();
        for body in 1..self.bodies.len() {
            let kind = if self.pool.is_some() { "return v" } else { "" };
            _ = write!(
                text,
                "def t{body}():\n    global x, y, xs, d, st\n    v = 0\n{}    {kind}\n",
                self.lines(body, 1)
            );
        }
        text.push_str("v = 0\n");
        let others = 1..self.bodies.len();
        if let Some(workers) = self.pool {
            _ = writeln!(text, "pool = futures.ThreadPoolExecutor({workers})");
            for body in others.clone() {
                _ = writeln!(text, "f{body} = pool.submit(t{body})");
                if self.phases && body == 1 {
                    _ = writeln!(text, "pool.shutdown()\npool = futures.ThreadPoolExecutor({workers})");
                }
            }
            text.push_str(&self.lines(0, 0));
            text.push_str("pool.shutdown()\n");
        } else {
            others
                .clone()
                .for_each(|body| _ = writeln!(text, "T{body} = threading.Thread(target=t{body}, name='t{body}')"));
            for body in others.clone() {
                _ = writeln!(text, "T{body}.start()");
                if self.phases && body == 1 {
                    text.push_str("T1.join()\n");
                }
            }
            text.push_str(&self.lines(0, 0));
            others.clone().for_each(|body| _ = writeln!(text, "T{body}.join()"));
        }
        // Threads that shrinking took away are still spoken of.
        for gone in (self.bodies.len()..3).filter(|_| self.pool.is_none()) {
            text = text.replace(&format!("T{gone}."), "threading.main_thread().");
        }

        let mut head = String::from(
            "import collections\nimport io\nimport queue\nimport sys\nimport threading\nimport time\nfrom concurrent import futures\n",
        );
        let mut needed = Vec::new();
        let mut seen: Vec<String> = (0..self.bodies.len()).map(|body| format!("W{body}.getvalue()")).collect();
        // Meanings may speak of other names themselves.
        loop {
            let before = needed.len();
            for (index, (name, meaning, value)) in MEANINGS.iter().enumerate() {
                let said = needed.iter().any(|&other: &usize| has_word(MEANINGS[other].1, name));
                if !needed.contains(&index) && (has_word(&text, name) && !is_declared_only(&text, name) || said) {
                    needed.push(index);
                    seen.extend(value.map(str::to_owned));
                    _ = meaning;
                }
            }
            if needed.len() == before {
                break;
            }
        }
        needed.sort_unstable();
        seen.sort_unstable();
        seen.dedup();
        let mut meanings: Vec<&str> = needed.into_iter().map(|index| MEANINGS[index].1).collect();
        meanings.dedup();
        for meaning in meanings {
            _ = writeln!(head, "{meaning}");
        }
        for body in 0..self.bodies.len() {
            _ = writeln!(head, "W{body} = io.StringIO()");
        }
        let seen = seen.join(", ");
        if self.prints {
            return (format!("{head}{text}print({seen})\n"), None);
        }
        (format!("{head}{text}"), Some(format!("({seen})")))
    }

    fn lines(&self, body: usize, depth: usize) -> String {
        let mut text = String::new();
        lines(&self.bodies[body], depth, &format!("W{body}.write(repr(v) + ' ')"), &mut text);
        text
    }

    /// Returns programs that are this one with something taken away.
    pub(crate) fn smaller(&self) -> Vec<Program> {
        let mut all = Vec::new();
        if self.pool.is_none() {
            for body in (2..self.bodies.len()).rev() {
                let mut less = self.clone();
                less.bodies.remove(body);
                all.push(less);
            }
        }
        for body in 0..self.bodies.len() {
            for ops in smaller(&self.bodies[body]) {
                let mut less = self.clone();
                less.bodies[body] = ops;
                all.push(less);
            }
        }
        if self.prints {
            all.push(Program { prints: false, ..self.clone() });
        }
        if self.phases {
            all.push(Program { phases: false, ..self.clone() });
        }
        all
    }
}

fn is_declared_only(text: &str, name: &str) -> bool {
    let declared = "global x, y, xs, d, st";
    !has_word(&text.replace(declared, ""), name)
}

fn smaller(ops: &[Op]) -> Vec<Vec<Op>> {
    let mut all = Vec::new();
    for (index, op) in ops.iter().enumerate() {
        let mut without = ops.to_vec();
        without.remove(index);
        all.push(without.clone());
        match op {
            Op::Block { head, body, after } => {
                let mut unwrapped = without.clone();
                unwrapped.splice(index..index, body.iter().cloned());
                all.push(unwrapped);
                for body in smaller(body).into_iter().filter(|body| !body.is_empty()) {
                    let mut less = ops.to_vec();
                    less[index] = Op::Block { head: head.clone(), body, after: after.clone() };
                    all.push(less);
                }
            }
            Op::Line(line) => {
                if let Some(bare) = line.strip_suffix("; LOG") {
                    let mut less = ops.to_vec();
                    less[index] = Op::Line(bare.to_owned());
                    all.push(less);
                }
            }
        }
    }
    all
}

fn lines(ops: &[Op], depth: usize, log: &str, text: &mut String) {
    let indent = "    ".repeat(depth);
    for op in ops {
        match op {
            Op::Line(line) => _ = writeln!(text, "{indent}{}", line.replace("LOG", log)),
            Op::Block { head, body, after } => {
                _ = writeln!(text, "{indent}{head}");
                lines(body, depth + 1, log, text);
                let deeper = if head.starts_with("if ") { "    " } else { "" };
                for line in after {
                    _ = writeln!(text, "{indent}{deeper}{}", line.replace("LOG", log));
                }
            }
        }
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.match_indices(word).any(|(start, _)| {
        let before = start.checked_sub(1).map(|at| text.as_bytes()[at]);
        let after = text.as_bytes().get(start + word.len()).copied();
        let quoted = before == Some(b'\'') && after == Some(b'\'');
        let attribute = before == Some(b'.');
        !quoted && !attribute && !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}
