//! Lists of which only elements change, queues with a place for each item, semaphores with plenty for all, and barriers that tell nobody
//! who came first: few executions, and every outcome all the same.

use raceday::explore::Report;
use raceday::python::Limits;
use raceday::python::Worker;
use raceday::scenario::Ending;

use super::pythons::confinement;
use super::pythons::explored;
use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::outputs;
use super::pythons::scenario;

const ENDS: &str = "for thread in threads: thread.start()\nfor thread in threads: thread.join()\n";

/// Explores threads that each run one of these bodies, after `first`.
fn threads(first: &str, bodies: &[&str]) -> Report {
    let mut source = format!("import queue, threading\nq = queue.Queue()\n{first}\n");
    for (number, body) in bodies.iter().enumerate() {
        source += &format!("def body{number}():\n    {body}\n");
    }
    source += "threads = [threading.Thread(target=body) for name, body in sorted(globals().items()) if name.startswith('body')]\n";
    source += ENDS;
    let report = explored(&scenario(&source, None)).expect("it explores");
    assert!(report.is_exhaustive());
    report
}

#[test]
fn a_producer_and_a_consumer_have_one_order() {
    let produce = "for n in range(8): q.put(n)";
    let consume = "for n in range(8): assert q.get() == n";
    assert_eq!(threads("", &[produce, consume]).executions, 1);
    assert_eq!(threads("q = queue.Queue(2)", &[produce, consume]).executions, 1);
    assert_eq!(threads("q = queue.SimpleQueue()", &[produce, consume]).executions, 1);
    let joins = "for n in range(4): q.put(n)\n    q.join()";
    let done = "for n in range(4): q.get(), q.task_done()";
    assert_eq!(threads("", &[joins, done]).executions, 1);
}

/// Who reads all of a list is in conflict with who changes an element, and that one with nobody who changes another.
#[test]
fn of_those_who_read_all_elements_only_who_changes_one_is_in_the_way() {
    let first = "xs, seen = [1, 2, 3], []";
    let sum = "assert sum(xs) > 5";
    assert_eq!(threads(first, &[sum, sum, "xs.reverse()"]).executions, 4, "each sees it before or after");
    assert_eq!(threads(first, &[sum, "xs[0] = 4", "xs[1] = 5"]).executions, 4);
    assert_eq!(threads(first, &["xs[0] = 4", "xs[1] = 5", "xs[2] = 6"]).executions, 1);
    // Which element the last one is hangs on what was added.
    let report = threads(first, &["xs[-1] = 4", "xs.append(5)", "seen.append(xs[2])\n    print(xs, seen)"]);
    assert!(report.executions <= 24, "{}", report.executions);
    assert_eq!(outputs(&report).len(), 7, "{:?}", outputs(&report));
}

/// That somebody asked a cache changes its counts, in whatever order it was.
#[test]
fn the_counts_of_a_cache_conflict_with_who_looks_at_them() {
    let first = "import functools\n@functools.lru_cache\ndef square(x): return x * x";
    let asks = |from: u32| format!("for each in range(4): square({from} + each)");
    assert_eq!(threads(first, &[&asks(0), &asks(10)]).executions, 1);
    let looks = threads(&format!("{first}\nsquare.cache_info()"), &[&asks(0), "print(square.cache_info().misses)"]);
    assert_eq!(outputs(&looks).len(), 5);
}

/// It matters who gets which item, and who puts first; not what was got when more was put.
#[test]
fn of_several_producers_and_consumers_the_turns_count() {
    let get = "for n in range(3): q.get()";
    let put = "for n in range(6): q.put(n)";
    for queue in ["", "q = queue.SimpleQueue()", "q = queue.Queue(2)"] {
        assert_eq!(threads(queue, &[put, get, get]).executions, 20, "6 choose 3: {queue}");
    }
    let put = "q.put(0), q.put(1)";
    assert_eq!(threads("", &[put, put, "for n in range(4): q.get()"]).executions, 6, "4 choose 2");
    let done = "for n in range(2): q.get(), q.task_done()";
    assert_eq!(threads("", &["for n in range(4): q.put(n)\n    q.join()", done, done]).executions, 6);
    // Who gets something puts more before he is done, so nobody waits too short.
    let more = "if q.get() == 0: q.put(1)\n    q.task_done()";
    assert_eq!(threads("", &["q.put(0), q.join(), print('all')", more, more]).executions, 2);
}

/// Who waits for a turn waits for the next one, whoever took that which he saw.
#[test]
fn who_gets_nothing_is_told() {
    let get = "print(q.get())";
    let report = threads("", &["q.put('one')", get, get]);
    assert_eq!(outputs(&report), ["one\n"]);
    assert_eq!(report.outcomes[0].outcome.ending, Ending::Deadlock);
    assert_eq!(report.executions, 2);
}

#[test]
fn a_semaphore_that_nobody_waits_for_has_one_order() {
    let body = "with s: pass";
    assert_eq!(threads("s = threading.Semaphore(3)", &[body, body, body]).executions, 1);
    assert_eq!(threads("s = threading.BoundedSemaphore(3)", &[body, body, body]).executions, 1);
    assert!(threads("s = threading.Semaphore(2)", &[body, body, body]).executions > 6);
    let two = "s.acquire(), s.acquire(), s.release(), s.release()";
    let report = threads("s = threading.Semaphore(2)", &[two, two]);
    let ends: Vec<Ending> = report.outcomes.iter().map(|found| found.outcome.ending).collect();
    assert!(ends.contains(&Ending::Deadlock) && ends.contains(&Ending::Finished));
    let report = threads("s = threading.BoundedSemaphore(2)", &["s.acquire()", "s.release()"]);
    assert_eq!(report.outcomes.len(), 2, "to release it first is an error");
    let report = threads("s = threading.Semaphore(3)", &["s.acquire()", "print(s._value)"]);
    let mut told = outputs(&report);
    told.sort_unstable();
    assert_eq!(told, ["2\n", "3\n"]);
}

/// Acquiring and releasing were in conflict: with five threads there were 9,720 orders, and with one who says when another may go on there were two.
#[test]
fn of_a_semaphore_count_who_acquires_before_whom_and_who_releases_before_whom() {
    // Who goes first, second and so on, and each time but the last which of two is out first.
    let body = "with s: pass";
    assert_eq!(threads("s = threading.Semaphore(2)", &[body; 5]).executions, 120 * 16);
    assert_eq!(threads("s = threading.Semaphore(0)", &["s.release()", "s.acquire(), print('on')"]).executions, 1);
    let put = "for n in range(3): room.acquire(), q.put(n), some.release()";
    let get = "for n in range(3): some.acquire(), print(q.get()), room.release()";
    let report = threads("room, some = threading.Semaphore(2), threading.Semaphore(0)", &[put, get]);
    assert_eq!((report.executions, outputs(&report)), (1, vec!["0\n1\n2\n"]));
    // Who waits is told, and who is let go by two at once goes on.
    let report = threads("s = threading.Semaphore(1)", &["s.acquire(), s.acquire()"]);
    assert_eq!(report.outcomes[0].outcome.ending, Ending::Deadlock);
    let report = threads("s = threading.Semaphore(0)", &["s.release(2)", "s.acquire(), s.acquire(), print('on')"]);
    assert_eq!(outputs(&report), ["on\n"]);
    // Whether it is released too often hangs on who has acquired it by then.
    let report = threads("s = threading.BoundedSemaphore(1)", &["s.acquire()", "s.release()"]);
    assert_eq!(report.outcomes.len(), 2);
}

/// Three phases of three threads had 6 orders for each time that they met, and did not come to an end.
#[test]
fn at_a_barrier_it_does_not_matter_who_comes_first_unless_somebody_looks() {
    let body = "for n in range(3): b.wait(), b.wait()";
    for interpreter in interpreters() {
        let source =
            "import threading\nb = threading.Barrier(3)\ndef body():\n    for n in range(6):\n        b.wait()\n";
        let source = format!("{source}threads = [threading.Thread(target=body) for _ in range(3)]\n{ENDS}");
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("it starts");
        let report = explored_by(&mut worker, &scenario(&source, None)).expect("it explores");
        assert_eq!((report.executions, report.is_exhaustive()), (1, true), "{}", interpreter.version);
    }
    // Here they are in a tuple: somebody could look.
    assert!(threads("b = threading.Barrier(2)", &[body, body]).executions > 1);
    let meet = "b.wait()";
    assert_eq!(threads("b = threading.Barrier(2)", &[meet, "b.wait()\n    print(b.n_waiting)"]).outcomes.len(), 1);
    let report = threads("b = threading.Barrier(2)", &["print(b.wait())", meet]);
    let mut told = outputs(&report);
    told.sort_unstable();
    assert_eq!(told, ["0\n", "1\n"]);
    // Of three, two meet, and one waits for ever.
    let report = threads(
        "b = threading.Barrier(2)",
        &["b.wait()\n    print(0)", "b.wait()\n    print(1)", "b.wait()\n    print(2)"],
    );
    let ends: Vec<Ending> = report.outcomes.iter().map(|found| found.outcome.ending).collect();
    assert_eq!(ends, [Ending::Deadlock; 6], "each pair, whichever prints first");
}

/// A barrier was taken for that of the same name in another order, which was for fewer: a deadlock was reported that cannot be.
#[test]
fn a_barrier_may_be_for_as_many_as_somebody_says_meanwhile() {
    let first = "n, made, ready = 3, [], threading.Event()";
    let make = "made.append(threading.Barrier(n)), ready.set()";
    let meets =
        |me: u32| format!("ready.wait()\n    if {me} < made[0].parties:\n        made[0].wait()\n        print({me})");
    let (first_one, second, third) = (meets(0), meets(1), meets(2));
    let bodies = [make, "global n; n = 2", &first_one, &second, &third];
    let report = threads(first, &bodies);
    assert!(report.outcomes.iter().all(|found| found.outcome.ending == Ending::Finished));
    assert_eq!(report.outcomes.len(), 8, "two or three who print in any order");
}

/// Only who waited last was known, and that others put meanwhile was not seen.
#[test]
fn two_who_wait_until_all_is_done_see_what_is_put_between() {
    let report = threads("", &["q.join()", "q.join()\n    q.put(1)"]);
    let ends: Vec<Ending> = report.outcomes.iter().map(|found| found.outcome.ending).collect();
    assert!(ends.contains(&Ending::Finished) && ends.contains(&Ending::Deadlock), "{ends:?}");
}

/// What was done before there were threads did not count.
#[test]
fn who_is_done_too_often_may_be_so_before_more_is_put() {
    let done =
        "q.get()\n    try: q.task_done(), q.task_done(), print('fine')\n    except ValueError: print('too many')";
    let report = threads("q.put(0), q.get(), q.task_done()", &["q.put(1), q.put(2)", done]);
    let mut told = outputs(&report);
    told.sort_unstable();
    assert_eq!(told, ["fine\n", "too many\n"]);
}
