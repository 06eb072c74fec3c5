//! Threads that run on top of the stack of one that waits: nobody can tell, and where it cannot be, it is not.

use std::collections::BTreeSet;

use raceday::scenario::Ending;

use super::pythons::explored;
use super::pythons::scenario;

/// Returns what `observed` can be at the end of `source`, with `deadlock` for an end at which all wait.
fn outcomes(source: &str, observed: &str) -> BTreeSet<String> {
    let report = explored(&scenario(source, Some(observed))).expect("it explores");
    assert!(report.is_exhaustive());
    let told = report.outcomes.iter().map(|found| match found.outcome.ending {
        Ending::Finished => found.outcome.value.clone().expect("it is observed"),
        other => format!("{other:?}").to_lowercase(),
    });
    told.collect()
}

fn check(source: &str, observed: &str, possible: &[&str]) {
    assert_eq!(outcomes(source, observed), possible.iter().map(|&each| each.to_owned()).collect(), "{source}");
}

#[test]
fn what_one_thread_handles_is_no_context_of_what_another_raises() {
    check(
        "
from threading import Thread
n = 0
seen = []
def one():
    global n
    try:
        raise KeyError
    except KeyError:
        n += 1
        n += 1
def two():
    global n
    try:
        n += 1
        raise ValueError
    except ValueError as error:
        seen.append(repr(error.__context__))
threads = [Thread(target=one), Thread(target=two)]
for thread in threads: thread.start()
for thread in threads: thread.join()
",
        "seen",
        &["['None']"],
    );
}

#[test]
fn all_threads_can_recurse_as_deep() {
    let source = "
from threading import Thread
n = 0
depths = set()
def deeper(depth):
    global n
    n = depth
    try:
        deeper(depth + 1)
    except RuntimeError:
        depths.add(depth)
        raise
def work():
    try:
        deeper(0)
    except Exception:
        pass
def other():
    global n
    n = 0
thread, another = Thread(target=other), Thread(target=work)
";
    // The second is in the middle of a long way down wherever the first comes in, so that would be many orders.
    let whole = format!("{source}another.start()\nanother.join()\nthread.start()\nthread.join()\n");
    check(&whole, "len(depths) > 0 and max(depths) > 900", &["True"]);
    let at_once = "
from threading import Thread
n = 0
depths = []
def deeper(depth):
    try:
        deeper(depth + 1)
    except Exception:
        if not depths or depths[-1] != depth + 1:
            depths.append(depth)
        raise
def first():
    global n
    n += 1
    n += 1
def second():
    global n
    n += 1
    try:
        deeper(0)
    except Exception:
        n += 1
threads = [Thread(target=first), Thread(target=second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    assert_eq!(outcomes(at_once, "depths[0]").len(), 1, "however the two come in between each other");
}

/// Each waits for the others in turn, so whoever is on top of whose stack has to give way.
#[test]
fn threads_that_wait_for_those_below_them_go_on() {
    check(
        "
from threading import Event, Thread
a, b, c = Event(), Event(), Event()
log = []
def one():
    log.append(1)
    a.set()
    b.wait()
    log.append(2)
    c.set()
def two():
    a.wait()
    log.append('a')
    b.set()
    c.wait()
    log.append('b')
threads = [Thread(target=one), Thread(target=two)]
for thread in threads: thread.start()
for thread in threads: thread.join()
",
        "log",
        &["[1, 'a', 2, 'b']"],
    );
    check(
        "
from threading import Barrier, Thread
barrier = Barrier(3)
log = []
def work(name):
    log.append(1)
    barrier.wait()
    log.append(2)
threads = [Thread(target=work, args=(name,)) for name in 'abc']
for thread in threads: thread.start()
for thread in threads: thread.join()
",
        "log",
        &["[1, 1, 1, 2, 2, 2]"],
    );
}

/// Two wait for each other's lock, one on top of the other's stack.
#[test]
fn threads_on_top_of_each_other_can_be_in_a_deadlock() {
    check(
        "
from threading import Lock, Thread
a, b = Lock(), Lock()
n = 0
def work(first, second):
    global n
    with first:
        with second:
            n += 1
threads = [Thread(target=work, args=each) for each in ((a, b), (b, a))]
for thread in threads: thread.start()
for thread in threads: thread.join()
",
        "n",
        &["2", "deadlock"],
    );
}

/// A program that asks what is below it in the stack is told of nobody else's frames.
#[test]
fn no_frames_of_others_are_below_a_thread() {
    check(
        "
import sys
from threading import Thread
n = 0
seen = set()
def outer():
    global n
    n += 1
    n += 1
def inner():
    global n
    n += 1
    frame, names = sys._getframe(), []
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    seen.add('outer' in names or '<module>' in names)
threads = [Thread(target=outer), Thread(target=inner)]
for thread in threads: thread.start()
for thread in threads: thread.join()
",
        "seen",
        &["{False}"],
    );
}

/// A kept exception led to the variables of whoever was below, and they outlived their functions.
#[test]
fn an_exception_that_is_kept_keeps_nothing_of_those_below() {
    check(
        "
from threading import Thread
out = []
def bad(): raise ValueError
def gen():
    try: yield 1
    finally: out.append('closed')
def use():
    g = gen(); next(g)
    t = Thread(target=bad); t.start(); t.join()
use()
out.append('used')
",
        "out",
        &["['closed', 'used']"],
    );
}

/// Whose text is being made Python notes by the operating system's thread.
#[test]
fn two_threads_can_show_one_list_at_a_time() {
    check(
        "
from threading import Thread
n = 0
out = []
class P:
    def __repr__(self):
        global n
        n += 1
        return 'P'
shared = [P()]
def work(): out.append(repr(shared))
threads = [Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
",
        "sorted(out)",
        &["['[P]', '[P]']"],
    );
}

#[test]
fn who_catches_too_deep_a_recursion_in_any_way_does_so_at_one_depth() {
    for (catch, after) in
        [("except (ValueError, RuntimeError):", "pass"), ("except IndexError:", "pass\n    finally:\n        return")]
    {
        let source = format!(
            "
from threading import Thread
n = 0
depths = []
def deeper(depth):
    depths.append(depth)
    deeper(depth + 1)
def first():
    global n
    n += 1
    n += 1
def second():
    global n
    n += 1
    try:
        deeper(0)
    {catch}
        {after}
threads = [Thread(target=first), Thread(target=second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"
        );
        assert_eq!(outcomes(&source, "len(depths)").len(), 1, "{source}");
    }
}
