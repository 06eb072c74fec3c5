//! Pools with more tasks than workers: few executions, and what can come of so few workers all the same.

use raceday::explore::Report;
use raceday::scenario::Ending;

use super::pythons::explored;
use super::pythons::outputs;
use super::pythons::scenario;

/// Explores a pool of so many workers that is given the tasks of `body`, after `first`.
fn pool(workers: usize, first: &str, body: &str) -> Report {
    let source = format!(
        "import threading\nfrom concurrent.futures import ThreadPoolExecutor, as_completed\n{first}\n\
         with ThreadPoolExecutor({workers}) as pool:\n    {body}\n"
    );
    let report = explored(&scenario(&source, None)).expect("it explores");
    assert!(report.is_exhaustive(), "{source}");
    report
}

#[test]
fn tasks_that_have_nothing_in_common_have_one_order() {
    let report = pool(3, "", "print(list(pool.map(abs, range(8))))");
    assert_eq!((report.executions, outputs(&report)), (1, vec!["[0, 1, 2, 3, 4, 5, 6, 7]\n"]));
}

/// With two workers one of the two oldest tasks comes next.
#[test]
fn no_more_tasks_are_under_way_than_there_are_workers() {
    for tasks in 3..7 {
        let report = pool(2, "", &format!("for n in range({tasks}): pool.submit(print, n)"));
        assert_eq!(report.outcomes.len(), 1 << (tasks - 1), "{tasks}");
    }
    assert_eq!(outputs(&pool(1, "", "for n in range(5): pool.submit(print, n)")), ["0\n1\n2\n3\n4\n"]);
}

/// Of many orders of their steps few are possible: then tasks wait for a worker.
#[test]
fn one_worker_does_one_task_after_the_other() {
    let first = "n = 0\ndef add():\n    global n\n    for _ in range(3): n += 1";
    let report = pool(1, first, "for _ in range(3): pool.submit(add)\nprint(n)");
    assert_eq!((report.executions, outputs(&report)), (1, vec!["9\n"]));
}

#[test]
fn who_waits_for_a_task_that_has_no_worker_waits_for_ever() {
    let first = "def outer():\n    return pool.submit(abs, -1).result()";
    let body = "print(pool.submit(outer).result())";
    assert_eq!(outputs(&pool(1, first, body)), [""], "a deadlock");
    assert_eq!(outputs(&pool(2, first, body)), ["1\n"]);
    let first = "ready = threading.Event()";
    let report = pool(1, first, "pool.submit(ready.wait), pool.submit(ready.set)");
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(report.outcomes[0].outcome.ending, Ending::Deadlock);
}

/// Both workers want what the main thread holds, which waits for a task that none of them takes up.
#[test]
fn a_lock_that_others_hold_can_take_up_all_workers() {
    let first = "lock = threading.Lock()\ndef locked():\n    with lock: pass";
    let body =
        "with lock:\n        pool.submit(locked), pool.submit(locked)\n        print(pool.submit(abs, -1).result())";
    let report = pool(2, first, body);
    assert_eq!(outputs(&report), [""]);
    assert_eq!(report.outcomes[0].outcome.ending, Ending::Deadlock);
}

/// Two workers wait for what is given back by a task that none of them takes up.
#[test]
fn a_lock_that_another_task_gives_back_can_take_up_all_workers() {
    let first = "lock = threading.Lock()\nlock.acquire()\ndef locked():\n    with lock: pass";
    let report = pool(2, first, "pool.submit(locked), pool.submit(locked), pool.submit(lock.release)");
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(report.outcomes[0].outcome.ending, Ending::Deadlock);
}

/// Workers that wait for each other take up no further task, which would print something.
#[test]
fn a_deadlock_of_all_workers_ends_the_pool() {
    let first = "a, b = threading.Lock(), threading.Lock()\ndef one():\n    with a:\n        with b: pass\ndef other():\n    with b:\n        with a: pass";
    let report = pool(2, first, "pool.submit(one), pool.submit(other), pool.submit(print, 'free')");
    let mut told = outputs(&report);
    told.sort_unstable();
    assert_eq!(told, ["", "free\n"]);
}
