//! Random programs, really run: Optimal DPOR against every execution there is.
//!
//! Of each program are held: that the outcomes are those of the exhaustive twin; that executions of one class (a
//! Mazurkiewicz trace, told by a canonical order that shares no code with what is tested) have one outcome; that each class
//! is executed once; that none is given up; that each witness replays, also in a second worker that was only told what is
//! shared; that no execution at all with an outcome has fewer context switches than its witness; and that the outcomes are the same
//! if what only one thread has to do with is announced like all else.
//!
//! `cargo test` holds some. To hold more: `RACEDAY_RANDOM=FIRST..LAST cargo test --test engine random_programs`.

mod found;
pub(crate) mod programs;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;

use raceday::explore::Bounds;
use raceday::explore::Causality;
use raceday::explore::Dpor;
use raceday::explore::Exhaustive;
use raceday::explore::Report;
use raceday::explore::Strategy;
use raceday::explore::Unfinished;
use raceday::explore::explore;
use raceday::python::Program;
use raceday::python::PythonError;
use raceday::python::Shared;
use raceday::python::Worker;
use raceday::scenario::Access;
use raceday::scenario::Answer;
use raceday::scenario::Ending;
use raceday::scenario::Execute;
use raceday::scenario::Execution;
use raceday::scenario::Outcome;
use raceday::scenario::Request;
use raceday::scenario::Scenario;
use raceday::scenario::Schedule;
use raceday::scenario::Sleeps;
use raceday::scenario::Step;
use raceday::scenario::ThreadId;

use super::pythons::scenario;
use super::pythons::variable;
use super::pythons::worker;
use super::states::class_of;
use super::states::every_state;
use super::states::is_bound;

/// Up to which size programs are held.
#[derive(Clone, Copy)]
struct Sizes {
    /// Programs that need more executions than this to reach every state are not held.
    states: usize,
    /// Programs with more executions in all than this are held against those that reach every state only.
    all: usize,
}

const SHORT: Sizes = Sizes { states: 250, all: 120 };
const LONG: Sizes = Sizes { states: 3000, all: 200 };

/// What holding one program showed.
#[derive(Debug, Default)]
struct Held {
    executions: u64,
    classes: u64,
    all: u64,
}

/// The two workers that programs are run by: the second has seen nothing of what the first did.
struct Workers {
    first: Worker,
    second: Worker,
}

/// Remembers the executions that it passes on.
struct Recorder<E> {
    inner: E,
    executions: Vec<Execution>,
    restarts: usize,
}

impl<E: Execute> Execute for Recorder<E> {
    type Error = E::Error;

    fn limit_crews(&mut self) -> Result<(), E::Error> {
        self.executions.clear();
        self.inner.limit_crews()
    }

    fn execute(&mut self, requests: &[Request]) -> Result<Answer, E::Error> {
        let answer = self.inner.execute(requests)?;
        match &answer {
            Answer::Executions(executions) => self.executions.extend(executions.iter().cloned()),
            Answer::Hung(..) | Answer::Full | Answer::Stopped => {}
            Answer::StartOver => {
                self.executions.clear();
                self.restarts += 1;
            }
        }
        Ok(answer)
    }
}

/// The strategy, and the executions as it took them.
#[derive(Default)]
struct Arranging(Dpor, Vec<Execution>);

impl Strategy for Arranging {
    fn start_over(&mut self) {
        *self = Arranging::default();
    }

    fn waiting(&self) -> usize {
        self.0.waiting()
    }

    fn next(&mut self, most: usize, requests: &mut Vec<Request>) {
        self.0.next(most, requests);
    }

    fn arrange(&mut self, execution: &mut Execution) {
        self.0.arrange(execution);
        self.1.push(execution.clone());
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

/// Returns who went at each step, and who could have.
fn choices(execution: &Execution) -> Vec<(ThreadId, BTreeSet<ThreadId>)> {
    let could_go = |step: &Step| {
        let threads = execution.threads.iter().enumerate();
        threads.filter(|(index, _)| step.enabled >> index & 1 == 1).map(|(_, &thread)| thread).collect()
    };
    execution.steps.iter().map(|step| (step.thread, could_go(step))).collect()
}

/// Holds one program; `None` where it is too large, or not supported.
fn hold(workers: &mut Workers, scenario: &Scenario, sizes: Sizes) -> Result<Option<Held>, String> {
    let said = |error: PythonError| format!("{error}");
    let program = match workers.first.load(scenario) {
        Ok(program) => program,
        Err(error) => return Err(said(error)),
    };
    let mut recorder = Recorder { inner: program, executions: Vec::new(), restarts: 0 };
    let bounds = Bounds { executions: sizes.states as u64, batch: 16, ..Bounds::default() };
    let mut strategy = Arranging::default();
    let report = match explore(&mut recorder, &mut strategy, bounds, &mut |_| true) {
        Ok(report) => report,
        Err(PythonError::Unsupported { .. }) => return Ok(None),
        Err(error) => return Err(said(error)),
    };
    if report.executions >= sizes.states as u64 {
        return Ok(None);
    }
    // Behind an execution that was cut off there may be more, and the report says so.
    if !report.is_exhaustive() {
        return Ok(None);
    }
    let mut made = std::mem::take(&mut recorder.executions);
    recorder.restarts = 0;
    if made.iter().any(|execution| !execution.crews.is_empty()) {
        return hold_crews(&mut workers.second, scenario, recorder, &report, &mut made, sizes);
    }
    let Some(states) = every_state(&mut recorder, sizes.states).map_err(said)? else { return Ok(None) };
    recorder.executions.clear();
    let all = everything(&mut recorder, sizes.all).map_err(said)?;
    if recorder.restarts > 0 {
        return Err("the twin found more that is shared".to_owned());
    }
    let mut held = compare(&report, &made, &states)?;
    if let Some(all) = &all {
        held.all = compare(&report, &made, all)?.all;
    }
    let fewest = all.as_deref().map(fewest_switches);
    let mut chance = programs::Chance::new(states.len() as u64);
    for execution in states.iter().take(40) {
        let schedule = equivalent(execution, &mut chance);
        let request = Request { prefix: schedule.threads().to_vec() };
        let answer = recorder.inner.execute(&[request]);
        let Ok(Answer::Executions(again)) = answer else {
            return Err(format!("`{}` should be the same as `{schedule}`, but: {answer:?}", execution.schedule()));
        };
        if again[0].outcome != execution.outcome || class_of(&again[0]) != class_of(execution) {
            return Err(format!(
                "`{}` should be the same as `{schedule}`, but they end as {:?} and {:?}",
                execution.schedule(),
                execution.outcome,
                again[0].outcome
            ));
        }
    }
    // What was executed in another order is told as it would have been in this one.
    let arranged = strategy.1.iter().filter(|told| made.iter().all(|made| made.schedule() != told.schedule()));
    for told in arranged.take(40) {
        let request = Request { prefix: told.schedule().threads().to_vec() };
        let answer = recorder.inner.execute(&[request]);
        let Ok(Answer::Executions(again)) = answer else {
            return Err(format!("`{}` cannot be executed as it is told: {answer:?}", told.schedule()));
        };
        if again[0].outcome != told.outcome || choices(&again[0]) != choices(told) {
            return Err(format!("`{}` is told otherwise: {told:?}, but {:?}", told.schedule(), again[0]));
        }
    }
    let mut announcing = workers.second.load_knowing(scenario, &everything_shared()).map_err(said)?;
    let bounds = Bounds { executions: 4 * sizes.states as u64, batch: 16, ..Bounds::default() };
    let other = explore(&mut announcing, Dpor::default(), bounds, &mut |_| true).map_err(said)?;
    if other.is_exhaustive() && outcomes(&other) != outcomes(&report) {
        return Err(format!("if everything is announced: {:?}, but {:?}", outcomes(&other), outcomes(&report)));
    }
    let shared = recorder.inner.shared().clone();
    for found in &report.outcomes {
        let least = fewest.as_ref().and_then(|fewest| fewest.get(&found.outcome));
        if least.is_some_and(|&least| least != found.switches) {
            return Err(format!("{found:?} could have {least:?} switches"));
        }
        let replay = recorder.inner.replay(&found.witness).map_err(said)?;
        if replay.execution.outcome != found.outcome {
            return Err(format!("{found:?} replays as {:?}", replay.execution.outcome));
        }
        let mut again = workers.second.load_knowing(scenario, &shared).map_err(said)?;
        let replay = again.replay(&found.witness).map_err(said)?;
        if replay.execution.outcome != found.outcome {
            return Err(format!("{found:?} replays in another worker as {:?}", replay.execution.outcome));
        }
    }
    Ok(Some(held))
}

/// Holds a program whose tasks do not wait for a worker, of which `made` are the executions and `report` is told: against every execution in
/// which there are never more than there are workers, and against those of the program whose tasks wait.
fn hold_crews(
    second: &mut Worker,
    scenario: &Scenario,
    mut recorder: Recorder<Program<'_>>,
    report: &Report,
    made: &mut Vec<Execution>,
    sizes: Sizes,
) -> Result<Option<Held>, String> {
    let said = |error: PythonError| format!("{error}");
    let mut twice = BTreeSet::new();
    if let Some(again) = made.iter().find(|execution| !twice.insert(class_of(execution))) {
        return Err(format!("the class of `{}` was executed twice", again.schedule()));
    }
    let mut held = Held { executions: made.len() as u64, classes: made.len() as u64, all: 0 };
    if let Some(mut all) = everything(&mut recorder, 20 * sizes.all).map_err(said)? {
        held.all = all.len() as u64;
        all.retain(has_enough_workers);
        let classes: BTreeSet<u64> = all.iter().map(class_of).collect();
        made.retain(|execution| classes.contains(&class_of(execution)));
        compare(report, made, &all)?;
        let fewest = fewest_switches(&all);
        if let Some(found) = report.outcomes.iter().find(|found| fewest.get(&found.outcome) != Some(&found.switches)) {
            return Err(format!("{found:?} could have {:?} switches", fewest.get(&found.outcome)));
        }
    }
    if recorder.restarts > 0 {
        return Err("the twin found more that is shared".to_owned());
    }
    for found in &report.outcomes {
        let replay = recorder.inner.replay(&found.witness).map_err(said)?;
        if replay.execution.outcome != found.outcome || !has_enough_workers(&replay.execution) {
            return Err(format!("{found:?} replays as {:?}", replay.execution));
        }
    }
    let mut waiting = second.load_knowing(scenario, &everything_shared()).map_err(said)?;
    let bounds = Bounds { executions: 40 * sizes.states as u64, batch: 16, ..Bounds::default() };
    let other = explore(&mut waiting, Dpor::default(), bounds, &mut |_| true).map_err(said)?;
    if !other.is_exhaustive() {
        return Ok(None);
    }
    if outcomes(&other) != outcomes(report) {
        return Err(format!("if tasks wait: {:?}, but {:?}", outcomes(&other), outcomes(report)));
    }
    Ok(Some(held))
}

/// Whether at no step more tasks of a pool have begun and not ended than it has workers.
fn has_enough_workers(execution: &Execution) -> bool {
    execution.crews.iter().all(|crew| {
        let at = |task: &usize| {
            let steps = execution.steps.iter().enumerate();
            let own = steps.filter(|(_, step)| step.thread == execution.threads[*task]).map(|(index, _)| index);
            (own.clone().min(), own.max())
        };
        let spans: Vec<_> = crew.tasks.iter().map(at).collect();
        spans.iter().enumerate().all(|(nth, (first, _))| {
            let over = spans.iter().filter(|(_, last)| last < first).count();
            nth < crew.workers + over
        })
    })
}

/// Returns what a program is loaded with that is to announce everything that another thread could have to do with.
fn everything_shared() -> Shared {
    serde_json::from_value(serde_json::json!({"names": [["everything", "shared"]], "workers": false}))
        .expect("it is written as it is kept")
}

fn outcomes(report: &Report) -> BTreeSet<&Outcome> {
    report.outcomes.iter().map(|found| &found.outcome).collect()
}

/// Makes every execution there is, unless there are more than `most`.
fn everything<E: Execute>(execute: &mut E, most: usize) -> Result<Option<Vec<Execution>>, E::Error> {
    let mut all = Recorder { inner: execute, executions: Vec::new(), restarts: 0 };
    let bounds = Bounds { executions: most as u64 + 1, batch: 32, crowded: u64::MAX };
    explore(&mut all, Exhaustive::default(), bounds, &mut |_| true)?;
    Ok(Some(all.executions).filter(|all| all.len() <= most))
}

fn compare(report: &Report, made: &[Execution], all: &[Execution]) -> Result<Held, String> {
    let mut classes: BTreeMap<u64, &Execution> = BTreeMap::new();
    for execution in all {
        let class = class_of(execution);
        let other = classes.entry(class).or_insert(execution);
        if other.outcome != execution.outcome {
            return Err(format!(
                "`{}` and `{}` are of one class and end as {:?} and {:?}",
                other.schedule(),
                execution.schedule(),
                other.outcome,
                execution.outcome,
            ));
        }
    }
    let seen: BTreeSet<&Outcome> = report.outcomes.iter().map(|found| &found.outcome).collect();
    let outcomes = all.iter().map(|execution| &execution.outcome);
    let possible: BTreeSet<&Outcome> = outcomes.filter(|outcome| outcome.ending != Ending::Redundant).collect();
    if let Some(missed) = possible.difference(&seen).next() {
        let example = all.iter().find(|execution| execution.outcome == **missed);
        let schedule = example.map(|execution| execution.schedule().to_string()).unwrap_or_default();
        return Err(format!("missed {missed:?}, as by `{schedule}`"));
    }
    if let Some(wrong) = seen.difference(&possible).next() {
        return Err(format!("saw {wrong:?}, which the twin did not"));
    }
    let covered: BTreeSet<u64> = made.iter().map(class_of).collect();
    if let Some((_, missed)) = classes.iter().find(|(class, _)| !covered.contains(*class)) {
        let told = told(&[std::slice::from_ref(*missed), made].concat());
        return Err(format!(
            "missed the class of `{}`, with an outcome that others have too\n{told}",
            missed.schedule()
        ));
    }
    // What becomes of a try is known where that hangs on a guard; of those of containers it is not.
    let tries = all.iter().flat_map(|execution| &execution.steps).any(|step| {
        let known = step.operation.tries.map_or(0, |tries| tries.touches);
        step.operation.touches[known..].iter().any(|touch| touch.access == Access::Attempt)
    });
    let (executions, classes) = (made.len() as u64, classes.len() as u64);
    if executions != classes && !tries {
        return Err(format!("{executions} executions of {classes} classes"));
    }
    Ok(Held { executions, classes, all: all.len() as u64 })
}

fn fewest_switches(all: &[Execution]) -> BTreeMap<Outcome, usize> {
    let mut fewest = BTreeMap::new();
    for execution in all {
        let switches = execution.schedule().switches();
        let known = fewest.entry(execution.outcome.clone()).or_insert(switches);
        *known = switches.min(*known);
    }
    fewest
}

/// Returns an order of the steps of `execution` that is equivalent to the one in which they were done.
fn equivalent(execution: &Execution, chance: &mut programs::Chance) -> Schedule {
    let steps = &execution.steps;
    let mut left: Vec<usize> = (0..steps.len()).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let free: Vec<usize> = (0..left.len())
            .filter(|&at| left[..at].iter().all(|&before| !is_bound(execution, before, left[at])))
            .collect();
        order.push(steps[left.remove(free[chance.below(free.len())])].thread);
    }
    order.into_iter().collect()
}

/// Makes a failing program as small as it fails still, and says why it does.
fn shrunk(
    workers: &mut Workers,
    program: programs::Program,
    of: impl Fn(&programs::Program) -> Scenario,
    why: String,
    sizes: Sizes,
) -> (programs::Program, String) {
    let (mut smallest, mut reason) = (program, why);
    'again: loop {
        for candidate in smallest.smaller() {
            if let Err(why) = hold(workers, &of(&candidate), sizes) {
                (smallest, reason) = (candidate, why);
                continue 'again;
            }
        }
        return (smallest, reason);
    }
}

pub(crate) fn of(program: &programs::Program) -> Scenario {
    let (source, observe) = program.source();
    scenario(&source, observe.as_deref())
}

#[test]
fn programs_that_failed_once() {
    let mut workers = Workers { first: worker(), second: worker() };
    for (name, source, observe) in found::FOUND {
        let held =
            hold(&mut workers, &scenario(source, Some(observe)), LONG).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(held.is_some(), "{name} is too large");
    }
}

/// The program with a virtual clock, and threads that sleep before they do anything.
fn on_the_clock(program: &programs::Program) -> Scenario {
    let mut scenario = of(program);
    for (body, seconds) in [(1, "1"), (2, "1"), (3, "0.5")] {
        let head = format!("def t{body}():\n    global x, y, xs, d, st\n");
        assert!(scenario.source.contains(&head) || body >= program.bodies.len(), "threads begin so: {head}");
        scenario.source = scenario.source.replace(&head, &format!("{head}    time.sleep({seconds})\n"));
    }
    scenario.sleeps = Sleeps::Ordered;
    scenario
}

#[test]
fn random_programs() {
    hold_all(0..60, programs::program, of);
}

#[test]
fn random_programs_on_the_clock() {
    hold_all(1000..1040, programs::program, on_the_clock);
}

#[test]
fn random_programs_that_let_go() {
    hold_all(0..40, |seed| programs::program_of(seed, programs::LIVES), of);
}

#[test]
fn random_programs_that_try_again() {
    hold_all(0..40, |seed| programs::program_of(seed, programs::TRYING), of);
}

#[test]
fn random_programs_with_lanes() {
    hold_all(0..40, |seed| programs::program_of(seed, programs::LANES), of);
}

#[test]
fn random_programs_with_plenty_for_all() {
    hold_all(0..40, |seed| programs::program_of(seed, programs::PLENTY), of);
}

#[test]
fn random_programs_with_meetings() {
    hold_all(0..40, programs::meeting, of);
}

/// Nothing comes of who came first to a barrier if nobody looks.
#[test]
fn meeting_comes_to_what_telling_who_came_first_does() {
    let mut worker = worker();
    let mut ends = |source: &str, observe: Option<&str>| {
        let mut program = worker.load(&scenario(source, observe)).expect("it loads");
        let bounds = Bounds { executions: 3000, ..Bounds::default() };
        let report = explore(&mut program, Dpor::default(), bounds, &mut |_| true).expect("it runs");
        let is_exhaustive = report.is_exhaustive();
        let ends: BTreeSet<Outcome> = report.outcomes.into_iter().map(|found| found.outcome).collect();
        is_exhaustive.then_some((ends, report.executions))
    };
    let (mut held, mut fewer) = (0, 0);
    for seed in 0..80 {
        let (source, observe) = programs::meeting(seed).source();
        let telling = programs::MEETS.iter().fold(source.clone(), |source, (meet, tell)| {
            source.replace(&format!("= {meet}"), "=").replace(meet, tell).replace("v =;", &format!("v = {meet};"))
        });
        let (Some((ends, few)), Some((all, many))) =
            (ends(&source, observe.as_deref()), ends(&telling, observe.as_deref()))
        else {
            continue;
        };
        assert_eq!(ends, all, "seed {seed}:\n{source}");
        assert!(few <= many, "seed {seed}: {few} and {many} executions\n{source}");
        held += 1;
        fewer += u32::from(few < many);
    }
    assert!(held > 60 && fewer > 10, "{held} were small enough, {fewer} took fewer executions");
}

#[test]
fn random_programs_with_crews() {
    hold_all(0..60, programs::crew, of);
}

/// Who tries until he succeeds ends as who waits.
#[test]
fn trying_again_and_again_ends_as_waiting_does() {
    let mut worker = worker();
    let mut ends = |source: &str, observe: Option<&str>| {
        let mut program = worker.load(&scenario(source, observe)).expect("it loads");
        let report = explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it runs");
        assert!(report.is_exhaustive(), "{source}");
        let ended = report.outcomes.into_iter().filter(|found| found.outcome.ending == Ending::Finished);
        ended.map(|found| found.outcome).collect::<BTreeSet<Outcome>>()
    };
    for seed in 0..60 {
        let (source, observe) = programs::program_of(seed, programs::TRYING).source();
        let waiting = source.replace(programs::TRIES.0, programs::TRIES.1);
        assert_eq!(ends(&source, observe.as_deref()), ends(&waiting, observe.as_deref()), "seed {seed}:\n{source}");
    }
}

/// Whatever comes of it if everybody tries twice at most comes of it if they go on, unless somebody gave up.
#[test]
fn trying_again_and_again_misses_nothing_that_trying_twice_shows() {
    let mut worker = worker();
    let mut ends = |source: &str, observe: Option<&str>, most: u64| {
        let mut scenario = scenario(source, observe);
        scenario.claims = vec!["not given_up".to_owned()];
        let mut program = worker.load(&scenario).expect("it loads");
        let bounds = Bounds { executions: most, ..Bounds::default() };
        let report = explore(&mut program, Dpor::default(), bounds, &mut |_| true).expect("it runs");
        let is_end = |outcome: &Outcome| outcome.ending == Ending::Finished && outcome.claims == [Some(true)];
        let is_exhaustive = report.is_exhaustive();
        let ends = report.outcomes.into_iter().map(|found| found.outcome).filter(is_end);
        (ends.collect::<BTreeSet<Outcome>>(), is_exhaustive)
    };
    let mut held = 0;
    for seed in 0..60 {
        let (source, observe) = programs::program_of(seed, programs::NOTICING).source();
        let source = format!("given_up = []\n{source}");
        let twice = source.replace("while not ", "if not any(1 for _ in range(2) if ");
        let twice = twice.replace("while M.locked()", "if not any(1 for _ in range(2) if not M.locked()");
        let twice = twice.replace("): pass", ")): given_up.append(1)");
        let (all, exhaustive) = ends(&source, observe.as_deref(), 2000);
        let (some, _) = ends(&twice, observe.as_deref(), 2000);
        if exhaustive {
            held += 1;
            let missed: Vec<&Outcome> = some.difference(&all).collect();
            assert!(missed.is_empty(), "seed {seed} misses {missed:?}:\n{source}");
        }
    }
    assert!(held > 40, "only {held} were small enough");
}

/// The program with objects that tell when they die.
fn telling_of_deaths(program: &programs::Program) -> Scenario {
    let mut scenario = of(program);
    let telling = "fallen = []\nclass Thing:\n    def __del__(self): fallen.append('died')";
    scenario.source = scenario.source.replace("class Thing: pass", telling);
    scenario.observe = scenario.observe.map(|observe| format!("{observe}, globals().get('fallen')"));
    scenario
}

#[test]
fn random_programs_that_let_go_of_what_has_a_del() {
    hold_all(0..20, |seed| programs::program_of(seed, programs::DEATHS), telling_of_deaths);
}

/// Holds the programs of these seeds, or of those that are asked for.
#[expect(clippy::print_stderr, reason = "the figures of a long run are what it is for")]
fn hold_all(few: Range<u64>, program: impl Fn(u64) -> programs::Program, of: impl Fn(&programs::Program) -> Scenario) {
    let range = variable("RACEDAY_RANDOM").map(|range| range.to_string_lossy().into_owned());
    let sizes = if range.is_some() { LONG } else { SHORT };
    let (first, last) = match range.as_deref().map(|range| range.split_once("..").expect("FIRST..LAST")) {
        None => (few.start, few.end),
        Some((first, last)) => (first.parse().expect("a number"), last.parse().expect("a number")),
    };
    let mut workers = Workers { first: worker(), second: worker() };
    let (mut held, mut executions, mut classes, mut all) = (0, 0, 0, 0);
    let (mut more, mut failed) = (Vec::new(), Vec::new());
    for seed in first..last {
        let program = program(seed);
        if (seed - first) % 100 == 99 {
            eprintln!("up to {seed}: {held} held, {executions} executions for {classes} classes of {all}");
        }
        match hold(&mut workers, &of(&program), sizes) {
            Ok(None) => {}
            Ok(Some(each)) => {
                held += 1;
                executions += each.executions;
                classes += each.classes;
                all += each.all;
                if each.executions > each.classes {
                    more.push(seed);
                }
            }
            Err(why) => {
                let (smallest, why) = shrunk(&mut workers, program, &of, why, sizes);
                let (source, observe) = smallest.source();
                let observe = observe.unwrap_or_else(|| "stdout".to_owned());
                eprintln!("seed {seed}: {why}\n{source}# observe: {observe}\n{}", "-".repeat(80));
                failed.push(seed);
            }
        }
    }
    eprintln!(
        "of {} programs {held} were held: {executions} executions for {classes} classes of {all} executions; \
         executed more often than they have classes: {more:?}; failed: {failed:?}",
        last - first
    );
    assert!(failed.is_empty(), "seeds {failed:?} fail");
    assert!(held * 10 >= (last - first) * 3, "only {held} were small enough");
}

/// Tells executions for whoever looks for a fault: who touches what.
fn told(executions: &[Execution]) -> String {
    let mut places = BTreeMap::new();
    let mut text = String::new();
    for execution in executions {
        for step in &execution.steps {
            text.push_str(&format!("{}[", step.thread));
            for touch in step.operation.touches.iter() {
                let next = places.len();
                let place = places.entry(touch.location).or_insert(next);
                text.push_str(&format!("{}{place} ", &format!("{:?}", touch.access)[..1]));
            }
            text.push_str(if step.operation.guard.is_some() { "?] " } else { "] " });
        }
        text.push('\n');
    }
    text
}
