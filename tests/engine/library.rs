//! Acts on containers that threads share by way of the library: whatever reads or changes one conflicts with what changes it.

use super::pythons::explored_by;
use super::pythons::replayed;
use super::pythons::scenario;
use super::pythons::worker;

/// What there is, and two acts of two threads whose order shows: what one thread makes of it, and what another sees.
const ACTS: &[(&str, &str, &str)] = &[
    ("q=[5]", "heapq.heappush(q,1)", "r.append(len(q))"),
    ("q=[5]", "heapq.heappop(q)", "r.append(len(q))"),
    ("q=[5,4,3]", "heapq.heapify(q)", "r.append(q[0])"),
    ("q=[5]", "heapq.heapreplace(q,1)", "r.append(q[0])"),
    ("q=[5]", "heapq.heappushpop(q,7)", "r.append(q[0])"),
    ("q=[5]", "bisect.insort(q,1)", "r.append(len(q))"),
    ("q=[1,2,3,4,5,6,7,8]", "random.shuffle(q)", "r.append(list(q))"),
    ("q=[1,2,3]", "q.append(4)", "r.append(sorted(random.sample(q,len(q)))==[1,2,3])"),
    ("q=[1]", "q[0]=2", "r.append(random.choice(q))"),
    ("q=[5]", "list.append(q,1)", "r.append(len(q))"),
    ("q={}", "dict.update(q,a=1)", "r.append(len(q))"),
    ("q={}", r#"q["a"]=1"#, r#"r.append(dict.get(q,"a"))"#),
    ("q=[]", "q.append(1)", "r.append(list.__len__(q))"),
    ("q=[1]", "q.__setitem__(0,2)", "r.append(q[0])"),
    ("q=[1]", "operator.setitem(q,0,2)", "r.append(q[0])"),
    ("q=[1]", "operator.delitem(q,0)", "r.append(len(q))"),
    ("q=[1]", "operator.iadd(q,[2])", "r.append(len(q))"),
    ("q=[1]", "q[0]=2", "r.append(operator.itemgetter(0)(q))"),
    ("q=[1]", "q[0]=2", "r.append(operator.getitem(q,0))"),
    ("q=[1]", r#"operator.methodcaller("append",1)(q)"#, "r.append(len(q))"),
    ("q=[1]", "q.append(2)", "r.append(json.dumps(q))"),
    ("q=[1]", "q.append(2)", "r.append(copy.copy(q))"),
    ("q=[1]", "q.append(2)", "r.append(copy.deepcopy(q))"),
    ("q=[1]", "q.append(2)", "r.append(statistics.mean(q))"),
    ("q=[1]", "q.append(2)", "r.append(functools.reduce(operator.add,q))"),
    ("q=[1]", "f=q.append; f(2)", "r.append(len(q))"),
    ("q=collections.deque([1,2])", "q.rotate(1)", "r.append(q[0])"),
    ("q=collections.deque([1,2])", "q+=[1]", "r.append(len(q))"),
    ("q=collections.Counter()", r#"q.update("a")"#, r#"r.append(q["a"])"#),
    ("q=collections.Counter()", r#"q["a"]+=1"#, "r.append(q.most_common(1))"),
    ("q=collections.OrderedDict(a=1,b=2)", r#"q.move_to_end("a")"#, "r.append(list(q))"),
    ("q=collections.OrderedDict(a=1,b=2)", "q.popitem(last=False)", "r.append(list(q))"),
    ("q=collections.defaultdict(list)", r#"q["a"]"#, "r.append(len(q))"),
    (r#"q=bytearray(b"a")"#, r#"q.extend(b"b")"#, "r.append(len(q))"),
    (r#"q=bytearray(b"aaaa")"#, r#"struct.pack_into("i",q,0,1)"#, "r.append(q[0])"),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append("".join(q))"#),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append("{}".format(q))"#),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append("%s" % (q,))"#),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append(f"{q}")"#),
    (r#"q=["a"]"#, r#"q.append("b")"#, "r.append((lambda *a: len(a))(*q))"),
    (r#"q=["a"]"#, r#"q.append("b")"#, "[*z]=q;r.append(z)"),
    (r#"q=["a"]"#, r#"q.append("b")"#, r#"r.append(q==["a"])"#),
    ("q=[1,2]", "del q[:]", "r.append(len(q))"),
    ("q=[1,2]", "q[:]=[]", "r.append(len(q))"),
    ("q=[1,2]", "q.clear()", "r.append(pprint.pformat(q))"),
    ("q=[1]", "q.append(2)", "r.append(len(pickle.dumps(q)))"),
    ("q=[2,1]", "q.append(0)", "r.append(sorted(q,key=lambda x:-x))"),
    ("q=[2,1]", "q.append(9)", "r.append(sum(x for x in q))"),
    ("q=[]", r#"re.sub("a",lambda m:q.append(1) or "b","a")"#, "r.append(len(q))"),
    ("q=M()", r#"q["a"]=1"#, "r.append(len(q))"),
    ("q=M()", "q.update(a=1)", "r.append(len(q))"),
    ("q=M()", r#"q.setdefault("a",1)"#, "r.append(len(q))"),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, "r.append(str(q))"),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, r#"r.append(f"{q}")"#),
    ("q=[[1]]", "q[0].append(2)", r#"r.append("%s" % (q,))"#),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, "r.append(json.dumps(q))"),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, r#"r.append(q=={"a":[1]})"#),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, "r.append(copy.deepcopy(q))"),
    (r#"q={"a":[1]}"#, r#"q["a"].append(2)"#, r#"r.append("{}".format(q))"#),
    ("q=X()", r#"q["a"]=3"#, "r.append(len(q))"),
    ("q=X(a=1)", r#"q["a"]=3"#, r#"r.append(q["a"])"#),
    ("q=[2,1]", "q.sort()", "r.append(q[0])"),
];

#[test]
fn each_order_of_two_acts_has_its_outcome() {
    let mut worker = worker();
    for (there, one, other) in ACTS {
        let source = format!(
            "
import array, bisect, collections, copy, functools, heapq, itertools, json, operator, pickle, pprint, random, re, statistics, struct
import threading
class X(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value)
    def __getitem__(self, key):
        return super().__getitem__(key)
class M(collections.abc.MutableMapping):
    def __init__(self): self.d = {{}}
    def __getitem__(self, key): return self.d[key]
    def __setitem__(self, key, value): self.d[key] = value
    def __delitem__(self, key): del self.d[key]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
r = []
{there}
def act():
    global q
    {one}
def look():
    {other}
threads = [threading.Thread(target=act), threading.Thread(target=look)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
        );
        let report = explored_by(&mut worker, &scenario(&source, Some("r"))).expect("it explores");
        let seen: Vec<_> =
            report.outcomes.iter().map(|found| (&found.outcome.value, &found.outcome.exceptions)).collect();
        assert!(report.exhaustive && seen.len() == 2, "`{one}` and `{other}`: {seen:?}");
        assert!(seen.iter().all(|(_, exceptions)| exceptions.is_empty()), "`{one}` and `{other}`: {seen:?}");
    }
}

#[test]
fn a_heap_under_a_condition_wakes_who_waits_for_it() {
    let source = "
import heapq, threading
items, filled = [], threading.Condition()
def put():
    for item in (2, 1):
        with filled:
            heapq.heappush(items, item)
            filled.notify()
def get():
    for _ in range(2):
        with filled:
            while len(items) == 0:
                filled.wait()
            got.append(heapq.heappop(items))
got = []
threads = [threading.Thread(target=put), threading.Thread(target=get)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let report = explored_by(&mut worker(), &scenario(source, Some("got"))).expect("it explores");
    let seen: Vec<_> = report.outcomes.iter().map(|found| found.outcome.value.as_deref()).collect();
    assert!(report.exhaustive);
    assert_eq!(seen, [Some("[1, 2]"), Some("[2, 1]")]);
}

#[test]
fn a_replay_may_show_a_thread_that_has_no_name_of_its_own() {
    let source = "
import threading
threads = []
for _ in range(2):
    thread = threading.Thread(target=print)
    threads.append(thread)
    thread.start()
for thread in threads:
    thread.join()
";
    let replay = replayed(&scenario(source, None), |report| report.outcomes[0].witness.clone());
    assert!(replay.details.iter().any(|detail| detail.verb == "join"), "{:?}", replay.details);
}

#[test]
fn the_order_of_a_set_is_always_the_same() {
    let source = "
import threading
from concurrent import futures
class Thing:
    def __init__(self, number):
        self.number = number
things = {Thing(number) for number in range(6)}
locks = [threading.Lock() for _ in range(6)]
with futures.ThreadPoolExecutor(2) as pool:
    done, _ = futures.wait([pool.submit(int, number) for number in range(3)])
print([thing.number for thing in things], [locks.index(lock) for lock in set(locks)], [each.result() for each in done])
";
    for _ in 0..3 {
        let report = explored_by(&mut worker(), &scenario(source, None)).expect("it explores");
        let seen: Vec<_> = report.outcomes.iter().map(|found| found.outcome.stdout.as_deref()).collect();
        assert_eq!(seen, [Some("[0, 1, 2, 3, 4, 5] [0, 1, 2, 3, 4, 5] [0, 1, 2]\n")]);
    }
}
