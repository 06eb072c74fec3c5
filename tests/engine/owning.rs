//! What only one thread has to do with is its own business: no step, however it is changed. What others have to do with as well, if
//! only in some orders or by ways around, is a step in all of them.

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::explore;

use super::pythons::explored;
use super::pythons::replayed;
use super::pythons::scenario;
use super::pythons::worker;

fn outcomes(source: &str, observe: &str) -> Vec<String> {
    let report = explored(&scenario(source, Some(observe))).expect("it explores");
    assert!(report.is_exhaustive(), "{source}");
    let mut values: Vec<String> = report.outcomes.iter().filter_map(|found| found.outcome.value.clone()).collect();
    values.sort();
    values
}

#[test]
fn a_threads_own_containers_and_the_modules_own_names_are_no_steps() {
    let source = "
from threading import Thread
total = 0
def work():
    global total
    own = [1]
    for each in range(3):
        own.append(each)
    counts = {}
    for each in own:
        counts[each] = counts.get(each, 0) + 1
    total += len(counts)
threads = []
for number in range(2):
    thread = Thread(target=work, name=str(number))
    threads.append(thread)
    thread.start()
for thread in threads:
    thread.join()
";
    let scenario = scenario(source, Some("total"));
    let verbs: Vec<String> = replayed(&scenario, |report| {
        let found = report.outcomes.iter().find(|found| found.outcome.value.as_deref() == Some("6"));
        found.expect("nobody's count is lost").witness.clone()
    })
    .details
    .into_iter()
    .map(|detail| format!("{} {}", detail.verb, detail.location))
    .collect();
    let of_one = ["begin ", "read total", "write total", "end "];
    let expected: Vec<&str> = ["start 1"].into_iter().chain(of_one).chain(of_one).chain(["join 0", "join 1"]).collect();
    assert_eq!(verbs, expected);
}

#[test]
fn what_two_threads_use_in_some_orders_only_is_shared_in_all() {
    let source = "
from threading import Thread
x = 0
a, b = [], []
def first():
    global x
    x = 1
    b.append(1)
def second():
    (a if x else b).append(2)
threads = [Thread(target=first), Thread(target=second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, "a, b"), ["([2], [1])", "([], [1, 2])", "([], [2, 1])"]);
}

#[test]
fn who_only_looks_shares_with_who_changes() {
    let source = "
from threading import Thread
there, seen = [], []
def change():
    there.append(1)
def look():
    seen.append(len(there))
threads = [Thread(target=change), Thread(target=look)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, "seen"), ["[0]", "[1]"]);
    let reversed = source.replace("target=change), Thread(target=look", "target=look), Thread(target=change");
    assert_eq!(outcomes(&reversed, "seen"), ["[0]", "[1]"]);
}

/// Once its own names were no steps any more, a loop of the module that counts with them could look like one that waits.
#[test]
fn a_loop_that_counts_with_the_modules_own_names_is_not_waiting() {
    let source = "
from threading import Thread
thread = Thread(target=print)
thread.start()
turns = 0
while turns < 5:
    turns += 1
kept = []
while True:
    kept.append(turns)
    if len(kept) == 3:
        break
thread.join()
";
    assert_eq!(outcomes(source, "turns, kept"), ["(5, [5, 5, 5])"]);
}

#[test]
fn waiting_for_a_container_that_nobody_has_changed_yet_ends_when_somebody_does() {
    let source = "
from threading import Thread
there = []
def wait():
    while not there:
        pass
    there.append(2)
thread = Thread(target=wait)
thread.start()
there.append(1)
thread.join()
";
    assert_eq!(outcomes(source, "there"), ["[1, 2]"]);
}

#[test]
fn names_that_others_come_by_in_other_ways_are_shared() {
    let by = |way: &str| {
        let source = format!(
            "
from threading import Thread
import sys
seen = []
def look():
    {way}
thread = Thread(target=look)
value = 1
thread.start()
value = 2
thread.join()
"
        );
        assert_eq!(outcomes(&source, "seen"), ["[1]", "[2]"], "{way}");
    };
    by("seen.append(globals()['value'])");
    by("seen.append(look.__globals__['value'])");
    by("seen.append(sys._getframe().f_globals['value'])");
    by("seen.append((lambda: value)())");
    by("seen.extend([value for _ in range(1)])");
    by("class Reads:\n        kept = value\n    seen.append(Reads.kept)");
}

/// A generator of the module may be run by anybody.
#[test]
fn names_in_a_generator_are_of_whoever_runs_it() {
    let source = "
from threading import Thread
seen = []
value = 1
def look(values):
    seen.extend(values)
thread = Thread(target=look, args=((value for _ in range(1)),))
thread.start()
value = 2
thread.join()
";
    assert_eq!(outcomes(source, "seen"), ["[1]", "[2]"]);
}

/// Each time something more turns out to be shared all begins again; that must not go on for as long as there are containers.
#[test]
fn what_turns_out_to_be_shared_bit_by_bit_is_soon_taken_to_be_all() {
    let source = "
from threading import Thread
x = 0
lists = [[] for _ in range(20)]
def first():
    global x
    for number in range(20):
        x = number
        lists[number].append(1)
def second():
    lists[x].append(2)
threads = [Thread(target=first), Thread(target=second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    let scenario = scenario(source, Some("[(n, each[0]) for n, each in enumerate(lists) if len(each) > 1]"));
    let mut worker = worker();
    let mut program = worker.load(&scenario).expect("it loads");
    let mut restarts = 0;
    let report = explore(&mut program, Dpor::default(), Bounds::default(), &mut |progress| {
        restarts = progress.restarts;
        true
    })
    .expect("it explores");
    assert!(report.is_exhaustive());
    // Before the first number is set, or after a number was: before or after that list has its first element.
    assert_eq!(report.outcomes.len(), 40, "{:?}", report.outcomes);
    assert!(restarts <= 12, "{restarts} restarts");
}

/// What a name is bound to may be known to others, though the name is not; and what was never published has another name in each
/// order, so that it is not told apart by that.
#[test]
fn what_others_come_by_without_its_name_is_shared() {
    let both = ["[1, 2]", "[2, 1]"];
    let by = |there: &str, first: &str, second: &str, seen: &str, expected: &[&str]| {
        let source = format!(
            "
from threading import Thread
from concurrent.futures import ThreadPoolExecutor
import array, collections, types
{there}
threads = [{first}, {second}]
for thread in threads: thread.start()
for thread in threads: thread.join()
"
        );
        assert_eq!(outcomes(&source, seen), expected, "{source}");
    };
    let appends = ["Thread(target=xs.append, args=(1,))", "Thread(target=xs.append, args=(2,))"];
    by("xs = []", appends[0], appends[1], "xs", &both);
    by("xs = put = []\nput = xs.append", "Thread(target=put, args=(1,))", "Thread(target=put, args=(2,))", "xs", &both);
    by(
        "P = collections.namedtuple('P', 'l m'); p = P([], [])",
        "Thread(target=lambda: p.l.append(1))",
        "Thread(target=lambda: p.l.append(2))",
        "p.l",
        &both,
    );
    by(
        "class C: pair = ([], [])",
        "Thread(target=lambda: C.pair[0].append(1))",
        "Thread(target=lambda: C.pair[0].append(2))",
        "C.pair[0]",
        &both,
    );
    by(
        "def put(value, kept=([],)): kept[0].append(value)",
        "Thread(target=put, args=(1,))",
        "Thread(target=put, args=(2,))",
        "put.__defaults__[0][0]",
        &both,
    );
    by(
        "def put(value): put.kept.append(value)\nput.kept = []",
        "Thread(target=put, args=(1,))",
        "Thread(target=put, args=(2,))",
        "put.kept",
        &both,
    );
    by(
        "m = types.ModuleType('m'); m.kept = []",
        "Thread(target=lambda: m.kept.append(1))",
        "Thread(target=lambda: m.kept.append(2))",
        "m.kept",
        &both,
    );
}

#[test]
fn tasks_that_call_methods_of_containers_share_them() {
    let source = "
from concurrent.futures import ThreadPoolExecutor
xs, ys = [], []
with ThreadPoolExecutor(2) as pool:
    pool.submit(xs.append, 1).add_done_callback(ys.append)
    pool.submit(xs.append, 2)
";
    assert_eq!(outcomes(source, "xs, len(ys)"), ["([1, 2], 1)", "([2, 1], 1)"]);
}

/// Acts of one's own in the middle of a longer act were none, and then nobody came in between.
#[test]
fn others_come_into_the_middle_of_an_act_that_runs_code_of_ones_own() {
    let source = "
from threading import Thread
xs = [3, 1, 2]
seen = []
def key(x):
    own = []
    own.append(x)
    return own
def first():
    xs.sort(key=key)
def second():
    seen.append(len(xs))
threads = [Thread(target=first), Thread(target=second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, "seen"), ["[0]", "[3]"]);
}

#[test]
fn a_loop_of_the_module_that_reads_a_stream_is_not_waiting() {
    let source = "
import io, threading
event = threading.Event()
thread = threading.Thread(target=event.wait)
thread.start()
stream = io.StringIO('a\\na\\na\\na\\n')
lines = 0
while True:
    line = stream.readline()
    if not line:
        break
    lines += 1
event.set()
thread.join()
";
    assert_eq!(outcomes(source, "lines"), ["4"]);
}

#[test]
fn things_that_nobody_looks_into_are_shared_without_their_names() {
    let source = "
import array, threading
s = array.array('i')
event = threading.Event()
waits = threading.Thread(target=event.wait)
waits.start()
threads = [threading.Thread(target=s.append, args=(each,)) for each in (1, 2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
event.set()
";
    assert_eq!(outcomes(source, "list(s)"), ["[1, 2]", "[2, 1]"]);
}

/// What was taken from the library before there was a thread was called as if nobody else knew the thing it belongs to.
#[test]
fn what_threads_are_given_to_call_says_what_it_does() {
    let threads = "
threads = [threading.Thread(target=target, args=given + (each,)) for each in (1, 2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    let pool = "
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    for each in (1, 2):
        pool.submit(target, *given, each)
";
    let timers = "
threads = [threading.Timer(1, target, given + (each,)) for each in (1, 2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    for (target, given, observe, expected) in [
        ("setattr", "(box, 'v')", "box.v", ["1", "2"]),
        ("object.__setattr__", "(box, 'v')", "box.v", ["1", "2"]),
        ("box.__setattr__", "('v',)", "box.v", ["1", "2"]),
        ("codes.append", "()", "list(codes)", ["[1, 2]", "[2, 1]"]),
        ("user.setdefault", "('k',)", "user['k']", ["1", "2"]),
        ("operator.setitem", "(plain, 0)", "plain", ["[1]", "[2]"]),
        ("plain.append", "()", "plain[1:]", ["[1, 2]", "[2, 1]"]),
    ] {
        for calls in [threads, pool, timers] {
            let source = format!(
                "
import array, collections, operator, threading
class Box: v = 0
box, codes, user, plain = Box(), array.array('i'), collections.UserDict(), [0]
target, given = {target}, {given}
{calls}"
            );
            assert_eq!(outcomes(&source, observe), expected, "{source}");
        }
    }
}

#[test]
fn what_writes_into_a_stream_for_a_pool_does_so_in_any_order() {
    let source = "
import io
from concurrent.futures import ThreadPoolExecutor
out = io.StringIO()
with ThreadPoolExecutor(2) as pool:
    pool.map(out.write, 'ab')
";
    assert_eq!(outcomes(source, "out.getvalue()"), ["'ab'", "'ba'"]);
}

#[test]
fn who_looks_at_a_dict_through_a_read_only_view_sees_what_others_change() {
    let source = "
import threading, types
d = {'k': 0}
view = types.MappingProxyType(d)
seen = []
def change(): d['k'] = 1
def look(): seen.append(view['k'])
threads = [threading.Thread(target=target) for target in (change, look)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, "seen"), ["[0]", "[1]"]);
}

/// Sorting with a key function of one's own was taken for reading every attribute of what is sorted.
#[test]
fn who_sorts_by_one_attribute_does_not_read_the_others() {
    let source = "
import threading
class Thing:
    def __init__(self, rank): self.rank, self.mark = rank, 0
things = [Thing(2), Thing(1)]
def order(): sorted(things, key=lambda thing: thing.rank)
def mark(): things[0].mark = 1
def look(): things[0].mark
threads = [threading.Thread(target=target) for target in (order, mark, look)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    let report = explored(&scenario(source, Some("things[0].mark"))).expect("it explores");
    assert_eq!(report.executions, 2, "only the mark is written and read");
}

#[test]
fn who_reads_what_a_class_holds_sees_what_others_change() {
    let source = "
import threading
class C: kind = 0
seen = []
def change(): C.kind = 1
def look(): seen.append((C.__dict__['kind'], vars(C)['kind']))
threads = [threading.Thread(target=target) for target in (change, look)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, "seen"), ["[(0, 0)]", "[(0, 1)]", "[(1, 1)]"]);
}

#[test]
fn a_dict_that_becomes_an_objects_attributes_is_shared_as_they_are() {
    let source = "
import threading
class Borg:
    state = {'n': 0}
seen = []
def first():
    borg = Borg()
    borg.__dict__ = Borg.state
    seen.append(borg.n)
def second():
    Borg.state['n'] = 1
threads = [threading.Thread(target=each) for each in (first, second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(source, "seen"), ["[0]", "[1]"]);
}
