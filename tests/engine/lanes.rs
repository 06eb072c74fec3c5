//! Queues of which one thread puts and one gets: few executions, and every outcome all the same.

use raceday::explore::Report;
use raceday::scenario::Ending;

use super::pythons::explored;
use super::pythons::outputs;
use super::pythons::scenario;

/// Explores threads that each run one of these bodies, after `first`.
fn threads(first: &str, bodies: &[&str]) -> Report {
    let mut source = format!("import queue, threading\nq = queue.Queue()\n{first}\n");
    for (number, body) in bodies.iter().enumerate() {
        source += &format!("def body{number}():\n    {body}\n");
    }
    source += "threads = [threading.Thread(target=body) for name, body in sorted(globals().items()) if name.startswith('body')]\n";
    source += "for thread in threads: thread.start()\nfor thread in threads: thread.join()\n";
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
    // With a second consumer it matters who gets which.
    assert!(threads("", &["for n in range(2): q.put(n)", "q.get()", "q.get()"]).executions > 1);
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
