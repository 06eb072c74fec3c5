//! Several workers at one scenario: together they find what one of them finds alone.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::python::Start;
use raceday::python::Team;
use raceday::scenario::Ending;
use raceday::scenario::Execute as _;
use raceday::scenario::Scenario;

use crate::pythons::explored;
use crate::pythons::scenario;
use crate::pythons::worker;

/// Four threads that count with a read and a write each: 576 classes of orders.
const COUNTERS: &str = include_str!("../data/counters.py");

/// Explores with three workers in batches that are small enough for all to have some, and replays every witness with what the team
/// knows then.
fn explored_together(scenario: &Scenario) -> Report {
    let mut first = worker();
    let mut team = Team::new(first.load(scenario).expect("it loads"), Vec::new());
    team.join(worker()).expect("it joins");
    team.join(worker()).expect("it joins");
    let report = explore(&mut team, Dpor::default(), Bounds { batch: 4, ..Bounds::default() }, &mut |_| true);
    let report = report.expect("it explores");
    let mut other = worker();
    let mut program = other.load_knowing(scenario, team.shared()).expect("it loads");
    for found in &report.outcomes {
        let replay = program.replay(&found.witness).expect("it replays");
        assert_eq!(replay.execution.outcome, found.outcome);
    }
    report
}

#[test]
fn a_team_finds_what_one_worker_finds() {
    let scenario = scenario(COUNTERS, Some("n"));
    let report = explored_together(&scenario);
    assert_eq!(report.executions, 576);
    assert_eq!(report, explored(&scenario).expect("it explores"));
}

/// What only some orders show to be shared is found by one worker, and the others must take it for shared from then on.
#[test]
fn what_one_worker_finds_to_be_shared_the_others_know() {
    let source = "
from threading import Thread
n = late = later = 0
def count():
    global n, late, later
    seen = n
    n = seen + 1
    if seen == 0:
        late = late + 1
    if late == 3:
        later = later + 1
threads = [Thread(target=count) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let scenario = scenario(source, Some("n, late, later"));
    let report = explored_together(&scenario);
    assert!(report.is_exhaustive());
    let ends = |end: &str| report.outcomes.iter().any(|found| found.outcome.value.as_deref() == Some(end));
    assert!(ends("(1, 3, 1)") && ends("(1, 3, 3)") && ends("(3, 1, 0)"), "{report:#?}");
    assert_eq!(report, explored(&scenario).expect("it explores"));
}

#[test]
fn a_death_in_one_worker_is_found_and_the_others_go_on() {
    let source = "
import os
from threading import Thread
log = []
def work(name):
    log.append(name)
    if log[0] == 'b' and name == 'a':
        os.abort()
threads = [Thread(target=work, args=name) for name in 'abc']
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let scenario = scenario(source, Some("log"));
    let report = explored_together(&scenario);
    assert!(
        report.is_exhaustive() && report.outcomes.iter().any(|found| found.outcome.ending == Ending::Crash),
        "{report:#?}"
    );
    assert_eq!(report, explored(&scenario).expect("it explores"));
}

#[test]
fn more_workers_start_where_it_is_worth_while() {
    let started = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&started);
    let start: Start = Box::new(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(worker())
    });
    let mut first = worker();
    let mut team = Team::new(first.load(&scenario(COUNTERS, Some("n"))).expect("it loads"), vec![start]);
    let mut after = |executions| {
        let bounds = Bounds { executions, ..Bounds::default() };
        let report = explore(&mut team, Dpor::default(), bounds, &mut |_| true).expect("it explores");
        assert_eq!(report.executions, executions);
        (started.load(Ordering::SeqCst), team.hands())
    };
    assert_eq!(after(499), (0, 1));
    assert_eq!(after(499).1, 1);
    assert_eq!(after(576), (1, 2));
}

/// Somebody who cannot help is in nobody's way.
#[test]
fn a_worker_that_does_not_start_is_done_without() {
    let start: Start = Box::new(|| Err(raceday::python::PythonError::CannotConfine { why: "a test".to_owned() }));
    let mut first = worker();
    let mut team = Team::new(first.load(&scenario(COUNTERS, Some("n"))).expect("it loads"), vec![start]);
    for _ in 0..3 {
        let report = explore(&mut team, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
        assert_eq!((report.executions, team.hands()), (576, 1));
    }
}
