//! Pools with more tasks than workers: few executions, and what can come of so few workers all the same.

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::python::PythonError;
use raceday::scenario::Ending;
use raceday::scenario::Schedule;

use super::pythons::explored;
use super::pythons::outputs;
use super::pythons::scenario;
use super::pythons::worker;

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

/// A condition's lock is given back by who waits, whoever took it.
#[test]
fn a_lock_that_a_condition_gives_back_can_take_up_all_workers() {
    let first = "lock, x = threading.Lock(), 0\ncond = threading.Condition(lock)\n\
        def taking():\n    global x\n    lock.acquire()\n    x = 0\n\
        def looking():\n    if x == 0:\n        with lock: pass\n\
        def waiting():\n    cond.wait(timeout=0.1)\n    lock.release()";
    let report = pool(1, first, "pool.submit(taking), pool.submit(looking), pool.submit(waiting)");
    assert_eq!(report.outcomes.len(), 1);
    assert_eq!(report.outcomes[0].outcome.ending, Ending::Deadlock);
}

/// With one worker the second task never sees what the first has not finished: it does not meet what is not supported, nor hang.
#[test]
fn what_would_take_more_workers_is_neither_refused_nor_waited_for() {
    for deed in ["threading.settrace(None)", "print('y' * 10**8)"] {
        let first =
            format!("x = 0\ndef both():\n    global x\n    x = 1\n    x = 0\ndef seen():\n    if x == 1: {deed}");
        assert_eq!(outputs(&pool(1, &first, "pool.submit(both), pool.submit(seen)\nprint('done')")), ["done\n"]);
    }
}

#[test]
fn a_schedule_that_takes_more_workers_is_refused() {
    let source = "from concurrent.futures import ThreadPoolExecutor\nx = 0\ndef add():\n    global x\n    x += 1\n\
        with ThreadPoolExecutor(1) as pool:\n    pool.submit(add), pool.submit(add)\n";
    let mut worker = worker();
    let mut program = worker.load(&scenario(source, Some("x"))).expect("it loads");
    let report = explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
    assert_eq!(report.outcomes.len(), 1);
    let schedule: Schedule = "0*2 1*2 2*4 1*2 0*2".parse().expect("a schedule");
    let refused = program.replay(&schedule).expect_err("there is but one worker");
    assert!(matches!(refused, PythonError::Schedule { .. }), "{refused}");
}

/// What one task of a worker has locked its next one can lock again, and give back: a reentrant lock knows threads, not tasks.
#[test]
fn a_worker_owns_what_its_tasks_have_locked() {
    let first = "lock = threading.RLock()\nn = 0\n\
        def f(i):\n    global n\n    lock.acquire()\n    n += 10 // i\n    lock.release()";
    let body = "pool.submit(f, 0), pool.submit(f, 5)\nprint(n)";
    assert_eq!(outputs(&pool(1, first, body)), ["2\n"]);
    let first = "cond = threading.Condition()\ndef back(): cond.notify(), cond.release()";
    let body = "a, b = pool.submit(cond.acquire), pool.submit(back)\nprint(b.exception())";
    assert_eq!(outputs(&pool(1, first, body)), ["None\n"]);
}

#[test]
fn a_worker_that_shuts_its_pool_down_does_not_wait_for_itself() {
    let first = "def f():\n    pool.shutdown()";
    let report = pool(1, first, "a = pool.submit(f)\nprint(a.exception())");
    assert_eq!(outputs(&report), ["cannot join current thread\n"]);
    assert_eq!(report.outcomes[0].outcome.ending, Ending::Finished);
}
