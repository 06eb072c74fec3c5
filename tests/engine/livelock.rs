//! Threads that try for locks again and again: what comes of it in the end, and that they may keep one another from it for ever.

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::scenario::Ending;
use raceday::scenario::Sleeps;

use super::pythons::explored;
use super::pythons::outputs;
use super::pythons::replayed;
use super::pythons::scenario;
use super::pythons::worker;

/// Two threads that take one of two locks and try for the other, each the other way round, by `BODY`; what each does is written down.
fn two(body: &str) -> String {
    format!(
        "
import threading, time, random
a, b = threading.Lock(), threading.RLock()
seen = []
def work(first, second, name):
    delay = 0.1
    while True:
{body}
threads = [threading.Thread(target=work, args=(a, b, 1)), threading.Thread(target=work, args=(b, a, 2))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
    )
}

fn report_of(source: &str) -> Report {
    let report = explored(&scenario(source, Some("seen"))).expect("it explores");
    assert!(report.is_exhaustive(), "{source}");
    assert!(report.executions < 100, "{} executions\n{source}", report.executions);
    report
}

/// What was seen, and how that ended where it was not as it should.
fn ends(report: &Report) -> Vec<String> {
    let end = |ending, value: &str| match ending {
        Ending::Finished => value.to_owned(),
        ending => format!("{value} {ending:?}"),
    };
    let mut ends: Vec<String> = report
        .outcomes
        .iter()
        .map(|found| end(found.outcome.ending, found.outcome.value.as_deref().unwrap_or_default()))
        .collect();
    ends.sort_unstable();
    ends
}

const HOLDS_AND_TRIES: &str = "
        with first:
            if second.acquire(blocking=False):
                seen.append(name)
                second.release()
                return
";

/// It was explored for ever: each thread woke the other whenever it gave a lock back.
#[test]
fn who_holds_a_lock_and_tries_for_another_may_go_on_so_for_ever() {
    let tries_both = "
        if first.acquire(blocking=False):
            try:
                got = second.acquire(False)
                if got:
                    seen.append(name)
                    second.release()
                    break
            finally:
                first.release()
";
    for body in [HOLDS_AND_TRIES, tries_both] {
        assert_eq!(ends(&report_of(&two(body))), ["[1, 2]", "[2, 1]", "[] Livelock"], "{body}");
    }
}

/// However long they sleep: that is drawn by chance and grows, and orders nothing.
#[test]
fn who_backs_off_for_a_while_may_go_on_so_for_ever() {
    let slept = "        time.sleep(delay * random.uniform(0.5, 1))\n        delay = min(2 * delay, 5)\n";
    let body = format!("{HOLDS_AND_TRIES}{slept}");
    assert_eq!(ends(&report_of(&two(&body))), ["[1, 2]", "[2, 1]", "[] Livelock"]);
}

/// Then each turn is another one.
#[test]
fn a_delay_that_is_looked_at_is_no_mere_delay() {
    let looks = [
        "time.sleep(delay)\n        delay *= 2\n        seen.append(delay)",
        "time.sleep(delay)\n        delay *= 2\n        if delay > 3:\n            return",
        "time.sleep(note(delay))\n        delay += 1",
        "time.sleep((0.1, 0.2, 0.4)[int(delay)])\n        delay += 1",
        "time.sleep(0.1 if delay < 3 else seen[delay])\n        delay += 1",
        "time.sleep(1 / delay)\n        delay += -0.05",
        "delay = note(delay + 1)\n        time.sleep(delay)",
        "other.sleep(delay)\n        delay += 1",
        "time.sleep(delay)\n        delay = random.randint(0, 9)\n        seen.append(random.random())",
    ];
    for look in looks {
        let body = format!("{HOLDS_AND_TRIES}        {look}\n");
        let mut worker = worker();
        let own =
            "seen = []\ndef note(delay):\n    seen.append(delay)\n    return delay\nclass other:\n    sleep = note";
        let source = two(&body).replace("seen = []", own);
        let mut program = worker.load(&scenario(&source, Some("seen"))).expect("it loads");
        let bounds = Bounds { executions: 300, ..Bounds::default() };
        let ends = ends(&explore(&mut program, Dpor::default(), bounds, &mut |_| true).expect("it explores"));
        assert!(!ends.iter().any(|end| end.ends_with("Livelock")), "{look}: {ends:?}");
        assert!(ends.len() > 2, "{look}: {ends:?}");
    }
}

#[test]
fn who_waits_for_his_second_lock_keeps_nobody_for_ever() {
    let source = two(HOLDS_AND_TRIES).replace(
        "threading.Thread(target=work, args=(b, a, 2))",
        "threading.Thread(target=lambda: [b.acquire(), a.acquire(), seen.append(2), a.release(), b.release()])",
    );
    assert_eq!(ends(&report_of(&source)), ["[1, 2]", "[2, 1]"]);
}

#[test]
fn philosophers_who_put_their_fork_back_starve_all_the_same() {
    let source = "
import threading
forks = [threading.Lock() for _ in range(3)]
seen = 0
total = threading.Lock()
def dine(left, right):
    global seen
    while True:
        left.acquire()
        if right.acquire(timeout=1):
            break
        left.release()
    with total:
        seen += 1
    right.release()
    left.release()
threads = [threading.Thread(target=dine, args=(forks[i], forks[(i + 1) % 3])) for i in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let report = report_of(source);
    assert_eq!(ends(&report), ["0 Livelock", "3"]);
    let told = replayed(&scenario(source, Some("seen")), |report| {
        let livelock = report.outcomes.iter().find(|found| found.outcome.ending == Ending::Livelock);
        livelock.expect("just seen").witness.clone()
    });
    assert_eq!(told.execution.outcome.ending, Ending::Livelock);
    let trying: Vec<&str> = told.blocked.iter().map(|blocked| blocked.verb.as_str()).collect();
    assert_eq!(trying, ["join", "retry", "retry", "retry"]);
}

/// Nobody keeps it from him in turns of his own: it is never given back.
#[test]
fn a_lock_that_stays_taken_is_waited_for_in_vain() {
    let source = "
import threading
lock = threading.Lock()
seen = []
def work():
    while not lock.acquire(blocking=False):
        pass
    seen.append(1)
lock.acquire()
threading.Thread(target=work).start()
RELEASE
";
    assert_eq!(ends(&report_of(&source.replace("RELEASE", ""))), ["[] Spin"]);
    assert_eq!(ends(&report_of(&source.replace("RELEASE", "lock.release()"))), ["[1]"]);
    // Each of two that look whether the other is at it has a turn in which he is not.
    let looks = two("        with first:\n            if not second.locked() and last.acquire(blocking=False):\n                return\n")
        .replace("seen = []", "seen = []\nlast = threading.Lock()\nlast.acquire()");
    let looks = looks.replace("threading.RLock()", "threading.Lock()");
    assert_eq!(ends(&report_of(&looks)), ["[] Livelock", "[] Spin"]);
    let free = looks
        .replace("        with first", "        if second.locked(): pass\n        with first")
        .replace("not second.locked() and ", "");
    assert_eq!(ends(&report_of(&free)), ["[] Livelock", "[] Spin"], "no execution had an outcome");
    let itself = source.replace("lock.acquire()\n", "").replace("    while not", "    with lock:\n      while not");
    assert_eq!(ends(&report_of(&itself.replace("RELEASE", ""))), ["[] Spin"]);
}

/// Somebody else ends it, sooner or later.
#[test]
fn who_is_told_to_stop_does_not_try_for_ever() {
    let source = two(HOLDS_AND_TRIES)
        .replace("while True", "while not stop")
        .replace("seen = []", "seen = []\nstop = []")
        .replace(
            "for thread in threads:\n    thread.join()",
            "stop.append(1)\nfor thread in threads:\n    thread.join()",
        );
    let ends = ends(&report_of(&source));
    assert_eq!(ends, ["[1, 2]", "[1]", "[2, 1]", "[2]", "[]"]);
}

/// That a turn in vain had a lock for a while may be all that somebody needed.
#[test]
fn what_others_make_of_a_turn_in_vain_is_not_lost() {
    let source = "
import threading
a, b = threading.Lock(), threading.Lock()
taken, told = threading.Event(), threading.Event()
seen = False
def keep():
    with b:
        taken.set()
        told.wait()
        with a:
            pass
def work():
    while True:
        with a:
            if b.acquire(blocking=False):
                b.release()
                return
def notice():
    global seen
    NOTICE
    told.set()
keeper = threading.Thread(target=keep)
keeper.start()
taken.wait()
threads = [threading.Thread(target=work), threading.Thread(target=notice)]
for thread in threads:
    thread.start()
for thread in [*threads, keeper]:
    thread.join()
";
    for notice in [
        "seen = not a.acquire(blocking=False)\n    if not seen: a.release()",
        "seen = a.locked()",
        "seen = repr(a).startswith('<locked')",
    ] {
        assert_eq!(ends(&report_of(&source.replace("NOTICE", notice))), ["False", "True"], "{notice}");
    }
}

/// There a turn takes time, and so it is not as if it had never been.
#[test]
fn on_the_virtual_clock_each_turn_counts() {
    let body = format!("{HOLDS_AND_TRIES}        time.sleep(name)\n");
    let mut program = scenario(&two(&body), Some("seen"));
    program.sleeps = Sleeps::Ordered;
    let report = explored(&program).expect("it explores");
    assert!(report.is_exhaustive());
    assert_eq!(ends(&report), ["[1, 2]", "[2, 1]"]);
}

/// Who looked at one thing after the other in turn was taken for somebody who goes on and on.
#[test]
fn who_looks_here_and_there_in_turn_waits_for_a_change() {
    for others in [2, 3, 4] {
        let source = format!(
            "
import threading
flags = [False] * {others}
def look():
    i = 0
    while not flags[i]:
        i = (i + 1) % {others}
    print(i)
def set_one(i):
    flags[i] = True
threads = [threading.Thread(target=look), threading.Thread(target=set_one, args=(0,)), threading.Thread(target=set_one, args=(1,))]
for thread in threads: thread.start()
for thread in threads: thread.join()
"
        );
        let report = explored(&scenario(&source, None)).expect("it explores");
        assert!(report.is_exhaustive(), "{others}: {} executions", report.executions);
        let mut told = outputs(&report);
        told.sort_unstable();
        assert_eq!(told, ["0\n", "1\n"], "{others}");
    }
}
