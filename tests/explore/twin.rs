//! Optimal DPOR makes exactly one execution of each class that the exhaustive twin makes executions of.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Exhaustive;
use raceday::explore::Report;
use raceday::explore::Strategy;
use raceday::explore::explore;
use raceday::scenario::Execution;
use raceday::scenario::Outcome;
use raceday::scenario::Request;
use raceday::scenario::ThreadId;

use crate::random::Mix;
use crate::random::program;
use crate::toy::Act;
use crate::toy::Program;
use crate::toy::Value;
use crate::toy::Var;

/// Explores to the end, or as far as `most` executions, `batch` at once.
pub(crate) fn explored(program: &mut Program, strategy: impl Strategy, batch: usize, most: u64) -> Report {
    explore(program, strategy, Bounds { executions: most, batch }, &mut |_| true).expect("toys do not fail")
}

/// Returns the one order that stands for all that are equivalent to this execution: again and again the first thread
/// whose next step waits for no earlier one. Deliberately naive, and without any of the code under test.
pub(crate) fn class_of(execution: &Execution) -> Vec<ThreadId> {
    let steps = &execution.steps;
    let mut left: Vec<usize> = (0..steps.len()).collect();
    let mut class = Vec::new();
    while !left.is_empty() {
        let free = |&step: &usize| {
            left.iter().take_while(|&&before| before < step).all(|&before| {
                steps[before].thread != steps[step].thread && !steps[before].operation.conflicts(&steps[step].operation)
            })
        };
        let first =
            left.iter().copied().filter(free).min_by_key(|&step| steps[step].thread).expect("some step is free");
        class.push(steps[first].thread);
        left.retain(|&step| step != first);
    }
    class
}

/// Holds a program against its twin; returns whether it was small enough to.
fn check(program: &Program, most: u64) -> bool {
    let mut twin = program.clone();
    let all = explored(&mut twin, Exhaustive::default(), 64, most);
    if !all.exhaustive {
        return false;
    }
    let classes: BTreeSet<Vec<ThreadId>> = twin.executions.iter().map(class_of).collect();

    let mut toy = program.clone();
    let report = explored(&mut toy, Dpor::default(), 1, u64::MAX);
    let seen: BTreeSet<Vec<ThreadId>> = toy.executions.iter().map(class_of).collect();
    assert!(report.exhaustive);
    assert_eq!(outcomes(&report), outcomes(&all), "outcomes of {program:#?}");
    assert_eq!(seen, classes, "classes of {program:#?}");
    assert_eq!(report.executions, classes.len() as u64, "executions of {program:#?}");
    assert_eq!(report.redundant, 0, "{program:#?}");

    let mut batched = program.clone();
    assert_eq!(explored(&mut batched, Dpor::default(), 64, u64::MAX), report, "{program:#?}");
    assert_eq!(requests(&batched), requests(&toy), "{program:#?}");

    let mut fewest: BTreeMap<&Outcome, usize> = BTreeMap::new();
    for execution in &twin.executions {
        let switches = execution.schedule().switches();
        let outcome = execution.outcome.as_ref().expect("nobody sleeps");
        fewest.entry(outcome).and_modify(|fewest| *fewest = switches.min(*fewest)).or_insert(switches);
    }
    for found in &report.outcomes {
        assert_eq!(found.switches, fewest[&found.outcome], "{found:?} of {program:#?}");
        let replayed = explored(&mut program.clone(), raceday::explore::OneSchedule::new(found.witness.clone()), 1, 1);
        assert_eq!(replayed.outcomes[0].outcome, found.outcome, "{found:?} of {program:#?}");
    }
    true
}

fn outcomes(report: &Report) -> Vec<&Outcome> {
    report.outcomes.iter().map(|found| &found.outcome).collect()
}

fn requests(program: &Program) -> BTreeSet<(Vec<ThreadId>, Vec<ThreadId>, usize)> {
    let parts = |request: &Request| (request.prefix.clone(), request.sleep.clone(), request.asleep_from);
    let requests: BTreeSet<_> = program.requests.iter().map(parts).collect();
    assert_eq!(requests.len(), program.requests.len(), "nothing is executed twice");
    requests
}

fn check_random(mix: Mix, seeds: std::ops::Range<u64>) {
    let mut held = 0;
    let count = seeds.end - seeds.start;
    for seed in seeds {
        held += u64::from(check(&program(mix, seed), 6000));
    }
    assert!(held * 10 >= count * 7, "only {held} of {count} programs were small enough");
}

#[test]
fn two_lost_updates() {
    let update = vec![Act::Read(Var::At(0), 0), Act::Write(Var::At(0), Value::Of(0, 1))];
    let program = Program::of(1, vec![update.clone(), update]);
    assert!(check(&program, 1_000_000));
}

#[test]
fn random_variables() {
    check_random(Mix::Variables, 0..300);
}

#[test]
fn random_locks() {
    check_random(Mix::Locks, 0..300);
}

#[test]
fn random_tries() {
    check_random(Mix::Tries, 0..300);
}

#[test]
fn random_waits() {
    check_random(Mix::Waits, 0..300);
}

#[test]
fn random_spins() {
    check_random(Mix::Spins, 0..300);
}

#[test]
fn random_starts() {
    check_random(Mix::Starts, 0..300);
}

#[test]
fn random_anything() {
    check_random(Mix::All, 0..300);
}
