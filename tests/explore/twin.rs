//! Optimal DPOR makes exactly one execution of each class that the exhaustive twin makes executions of.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use raceday::explore::Bounds;
use raceday::explore::Causality;
use raceday::explore::Dpor;
use raceday::explore::Exhaustive;
use raceday::explore::Found;
use raceday::explore::OneSchedule;
use raceday::explore::Report;
use raceday::explore::Strategy;
use raceday::explore::Unfinished;
use raceday::explore::explore;
use raceday::scenario::Answer;
use raceday::scenario::Execute;
use raceday::scenario::Execution;
use raceday::scenario::Guard;
use raceday::scenario::Outcome;
use raceday::scenario::Request;
use raceday::scenario::Schedule;
use raceday::scenario::Step;
use raceday::scenario::ThreadId;

use crate::random::Mix;
use crate::random::chained;
use crate::random::program;
use crate::random::wide;
use crate::states;
use crate::toy::Act;
use crate::toy::Program;
use crate::toy::Value;
use crate::toy::Var;

/// Explores to the end, or as far as `most` executions, `batch` at once.
pub(crate) fn explored(program: &mut Program, strategy: impl Strategy, batch: usize, most: u64) -> Report {
    explore(program, strategy, Bounds { executions: most, batch, ..Bounds::default() }, &mut |_| true)
        .expect("toys do not fail")
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
    if !all.is_exhaustive() {
        return false;
    }
    explored(&mut program.clone(), Arranging(Dpor::default(), program), 64, u64::MAX);
    // Depth first, and in other orders.
    let mut reports = Vec::new();
    for batch in [1, 3, 64] {
        let mut toy = program.clone();
        let report = explored(&mut toy, Dpor::default(), batch, u64::MAX);
        check_classes(program, &toy, &twin);
        assert!(report.is_exhaustive());
        assert_eq!(outcomes(&report), outcomes(&all), "outcomes of {program:#?}");
        check_witnesses(program, &report, &twin.executions);
        assert_eq!(prefixes(&toy).len() as u64, report.executions, "executions of {program:#?}");
        let found = |found: &Found| (found.outcome.clone(), found.switches);
        reports.push(report.outcomes.iter().map(found).collect::<Vec<_>>());
    }
    assert!(reports.iter().all(|report| report == &reports[0]), "{reports:#?} of {program:#?}");
    check_replays(program, &twin.executions);
    true
}

/// The strategy, held to telling of each execution just what comes of the order that it says it had.
struct Arranging<'a>(Dpor, &'a Program);

impl Strategy for Arranging<'_> {
    fn start_over(&mut self) {
        self.0.start_over();
    }

    fn waiting(&self) -> usize {
        self.0.waiting()
    }

    fn next(&mut self, most: usize, requests: &mut Vec<Request>) {
        self.0.next(most, requests);
    }

    fn arrange(&mut self, execution: &mut Execution) {
        self.0.arrange(execution);
        let order = Request { prefix: execution.schedule().threads().to_vec() };
        let Ok(Answer::Executions(made)) = Program { keep: false, ..self.1.clone() }.execute(&[order]) else {
            panic!("a toy never starts over");
        };
        assert_eq!(told(execution), told(&made[0]), "steps of {:#?}", self.1);
    }

    fn take(&mut self, execution: &Execution, causality: &Causality) {
        self.0.take(execution, causality);
    }

    fn give_up(&mut self) {
        self.0.give_up();
    }

    fn unfinished(&self) -> Option<Unfinished> {
        self.0.unfinished()
    }
}

/// Returns what an execution tells, in words that do not depend on the order in which threads were started.
fn told(execution: &Execution) -> impl PartialEq + std::fmt::Debug {
    let could_go = |step: &Step| -> BTreeSet<ThreadId> {
        let threads = execution.threads.iter().enumerate();
        threads.filter(|(index, _)| step.enabled >> index & 1 == 1).map(|(_, &thread)| thread).collect()
    };
    let operations = execution.steps.iter().map(|step| &step.operation);
    let all = operations.chain(execution.pending.iter().map(|pending| &pending.operation));
    let waited_for: BTreeSet<Guard> = all.filter_map(|operation| operation.guard).collect();
    let told = |step: &Step| {
        let guards: Vec<_> = step.guards.iter().copied().filter(|(guard, _)| waited_for.contains(guard)).collect();
        (step.thread, step.operation.clone(), could_go(step), guards)
    };
    let pending: BTreeMap<_, _> = execution.pending.iter().map(|each| (each.thread, each.operation.clone())).collect();
    let steps: Vec<_> = execution.steps.iter().map(told).collect();
    (steps, execution.lines.clone(), pending, execution.lived, execution.outcome.clone())
}

/// Every class is executed, and once; but where a try can fail of which nobody knows when, perhaps more often, though never more often
/// than if failing were a write.
#[track_caller]
fn check_classes(program: &Program, toy: &Program, twin: &Program) {
    let all: BTreeSet<Vec<ThreadId>> = twin.executions.iter().map(class_of).collect();
    let seen: BTreeSet<Vec<ThreadId>> = toy.executions.iter().map(class_of).collect();
    assert_eq!(seen, all, "classes of {program:#?}");
    let tries = |act: &Act| matches!(act, Act::Swap(..));
    if program.bodies.iter().flatten().any(tries) {
        let mut writing = Program { tries_write: true, ..program.clone() };
        explored(&mut writing, Dpor::default(), 64, u64::MAX);
        assert!(toy.executions.len() <= writing.executions.len(), "executions of {program:#?}");
    } else {
        assert_eq!(toy.executions.len(), all.len(), "executions of {program:#?}");
    }
}

/// No schedule at all that ends with an outcome has fewer switches than its witness.
#[track_caller]
fn check_witnesses(program: &Program, report: &Report, executions: &[Execution]) {
    let mut fewest: BTreeMap<&Outcome, usize> = BTreeMap::new();
    for execution in executions {
        let switches = execution.schedule().switches();
        let outcome = &execution.outcome;
        fewest.entry(outcome).and_modify(|fewest| *fewest = switches.min(*fewest)).or_insert(switches);
    }
    for found in &report.outcomes {
        assert_eq!(found.switches, fewest[&found.outcome], "{found:?} of {program:#?}");
        assert_eq!(replayed(program, &found.witness).outcome, found.outcome, "{found:?} of {program:#?}");
    }
}

/// No equivalent order of an execution has fewer switches than the witness that replaying it gives.
#[track_caller]
fn check_replays(program: &Program, executions: &[Execution]) {
    let mut fewest: BTreeMap<Vec<ThreadId>, (usize, Schedule)> = BTreeMap::new();
    for execution in executions {
        let schedule = execution.schedule();
        let switches = schedule.switches();
        let (fewest, last) = fewest.entry(class_of(execution)).or_insert((switches, schedule.clone()));
        *fewest = switches.min(*fewest);
        *last = schedule;
    }
    for (switches, schedule) in fewest.values().take(20) {
        let found = replayed(program, schedule);
        assert_eq!(found.switches, *switches, "{schedule} gave {found:?} of {program:#?}");
    }
}

fn replayed(program: &Program, schedule: &Schedule) -> Found {
    let mut report = explored(&mut program.clone(), OneSchedule::new(schedule.clone()), 1, 1);
    report.outcomes.pop().expect("one execution has an outcome")
}

fn outcomes(report: &Report) -> Vec<&Outcome> {
    report.outcomes.iter().map(|found| &found.outcome).collect()
}

fn prefixes(program: &Program) -> BTreeSet<Vec<ThreadId>> {
    let prefixes: BTreeSet<_> = program.requests.iter().map(|request| request.prefix.clone()).collect();
    assert_eq!(prefixes.len(), program.requests.len(), "nothing is executed twice");
    prefixes
}

#[track_caller]
fn check_random(mix: Mix) {
    // Programs that start threads have the most schedules.
    let count = if mix == Mix::Starts { 80 } else { 300 };
    let count = if cfg!(debug_assertions) { count } else { 6 * count };
    let held = (0..count).filter(|&seed| check(&program(mix, seed), 6000)).count() as u64;
    assert!(held * 10 >= count * 9, "only {held} of {count} programs were small enough");
}

#[test]
fn random_variables() {
    check_random(Mix::Variables);
}

#[test]
fn random_locks() {
    check_random(Mix::Locks);
}

#[test]
fn random_tries() {
    check_random(Mix::Tries);
}

#[test]
fn random_waits() {
    check_random(Mix::Waits);
}

#[test]
fn random_spins() {
    check_random(Mix::Spins);
}

#[test]
fn random_starts() {
    check_random(Mix::Starts);
}

#[test]
fn random_daemons() {
    check_random(Mix::Daemons);
}

#[test]
fn random_parts() {
    check_random(Mix::Parts);
}

#[test]
fn random_anything() {
    check_random(Mix::All);
}

/// Holds a program to the classes that it has, told by going on from every state; returns how many executions were made of how many
/// classes, or `None` where it has too many states.
#[track_caller]
fn check_states(program: &Program, most: usize) -> Option<(usize, usize)> {
    let mut twin = Program { keep: false, ..program.clone() };
    let Ok(all) = states::every_state(&mut twin, most);
    let classes: BTreeMap<u64, Outcome> =
        all?.into_iter().map(|execution| (states::class_of(&execution), execution.outcome)).collect();
    let possible: BTreeSet<&Outcome> = classes.values().collect();
    let mut made = 0;
    for batch in [1, 64] {
        let mut toy = program.clone();
        let report = explored(&mut toy, Dpor::default(), batch, u64::MAX);
        assert!(report.is_exhaustive());
        assert_eq!(outcomes(&report).into_iter().collect::<BTreeSet<_>>(), possible, "outcomes of {program:#?}");
        let seen: BTreeSet<u64> = toy.executions.iter().map(states::class_of).collect();
        assert_eq!(seen.len(), classes.len(), "classes of {program:#?}");
        if !program.bodies.iter().flatten().any(|act| matches!(act, Act::Swap(..))) {
            assert_eq!(toy.executions.len(), classes.len(), "executions of {program:#?}");
        }
        made = toy.executions.len();
    }
    Some((made, classes.len()))
}

/// With each race reversed only by the first execution that had it, these lost a class, and the first an outcome.
#[test]
fn a_race_is_reversed_by_every_execution_that_has_it() {
    let write = |var, reg| Act::Write(Var::At(var), Value::Of(reg, 1));
    let copy = |from, to| vec![Act::Read(Var::At(from), 0), write(to, 0)];
    let lost_outcome =
        vec![vec![Act::Read(Var::At(0), 2)], vec![write(2, 0)], copy(2, 1), copy(2, 0), copy(0, 1), vec![write(2, 0)]];
    let hanging = [Act::Read(Var::At(2), 2), Act::Read(Var::At(2), 1), Act::Unless(1, 0, 1), Act::Read(Var::At(0), 2)];
    let lost_class = vec![vec![write(0, 0)], vec![write(1, 0)], hanging.to_vec(), copy(1, 2), copy(0, 1)];
    for bodies in [lost_outcome, lost_class] {
        assert!(check_states(&Program::bare(3, bodies), 30_000).is_some_and(|(executions, _)| executions > 10));
    }
}

/// Where the search loses a class, it may do so only where many threads race for one thing.
///
/// To hold more: `RACEDAY_WIDE=FIRST..LAST cargo test --release --test explore many_threads -- --nocapture`.
#[test]
#[expect(clippy::print_stderr, clippy::disallowed_methods, reason = "the figures of a long run are what it is for")]
fn random_programs_of_many_threads() {
    let range = std::env::var("RACEDAY_WIDE").ok();
    let (first, last) = match range.as_deref().map(|range| range.split_once("..").expect("FIRST..LAST")) {
        None => (0, 9),
        Some((first, last)) => (first.parse().expect("a number"), last.parse().expect("a number")),
    };
    let most = if range.is_some() { 60_000 } else { 6_000 };
    let hold = |name: &str, program: &dyn Fn(u64) -> Program| {
        let held: Vec<_> = (first..last).filter_map(|seed| check_states(&program(seed), most)).collect();
        let count = held.len();
        let (executions, classes) = held.iter().fold((0, 0), |sum, made| (sum.0 + made.0, sum.1 + made.1));
        eprintln!("{name}: {count} of {} held, {executions} executions for {classes} classes", last - first);
        assert!(count as u64 * 3 >= last - first, "only {count} were small enough");
    };
    hold("chains", &chained);
    for mix in Mix::PLAIN.into_iter().chain([Mix::All, Mix::Parts]) {
        hold(&format!("{mix:?}"), &|seed| wide(mix, seed));
    }
}
