//! Field validation: what plain scripts do natively is in their reports.
//!
//! Every scenario of the built-in decks, and random programs, run natively many times by `field.py`, which knows nothing of
//! the engine. Each outcome that is ever seen there has to be in the report that the same Python gives.
//!
//! `cargo test` runs each a few times. A long run, with every Python that is here: `RACEDAY_FIELD=RUNS cargo test --test
//! engine field`; `RACEDAY_FIELD=RUNS,FIRST..LAST` says which random programs.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use raceday::deck::Kind;
use raceday::deck_files::Library;
use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::python::Interpreter;
use raceday::python::Limits;
use raceday::python::Worker;
use raceday::scenario::Ending;
use raceday::scenario::Outcome;
use raceday::scenario::Scenario;
use raceday::scenario::Sleeps;
use serde::Deserialize;
use serde_json::json;

use super::pythons::confinement;
use super::pythons::interpreters;
use super::pythons::variable;
use super::random::of;
use super::random::programs;

/// A Python that runs scripts natively, until it is spent.
pub(crate) struct Field<'a> {
    pub(crate) interpreter: &'a Interpreter,
    running: Option<(Child, BufReader<std::process::ChildStdout>)>,
}

/// What a script did natively, and how often.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen(
    pub(crate) Option<String>,
    Option<String>,
    pub(crate) String,
    Vec<(String, String, String)>,
    pub(crate) u64,
);

#[derive(Deserialize)]
struct Answer {
    seen: Vec<Seen>,
    spent: bool,
}

impl<'a> Field<'a> {
    pub(crate) fn new(interpreter: &'a Interpreter) -> Field<'a> {
        Field { interpreter, running: None }
    }

    pub(crate) fn run(&mut self, scenario: &Scenario, mode: &str, runs: u64) -> Vec<Seen> {
        // Who waits with a timeout, or sleeps, is not stuck yet.
        let passes = scenario.sleeps == Sleeps::Ordered || scenario.source.contains("timeout");
        let patience = if passes && !scenario.source.contains("0.0003") { 3.0 } else { 0.3 };
        let job = json!({
            "patience": patience,
            "name": scenario.name, "source": scenario.source, "observe": scenario.observe, "mode": mode, "runs": runs,
            "ordered": scenario.sleeps == Sleeps::Ordered,
        });
        // A CPython that is traced so may die, though seldom.
        let answer = (0..3).find_map(|_| {
            let answer = self.answer(&job);
            if answer.as_ref().is_none_or(|answer| answer.spent) {
                self.end();
            }
            answer
        });
        answer.unwrap_or_else(|| panic!("no answer to {}", scenario.source)).seen
    }

    #[expect(clippy::disallowed_methods, reason = "a plain Python is run beside the engine, not by it")]
    fn answer(&mut self, job: &serde_json::Value) -> Option<Answer> {
        let (child, answers) = self.running.get_or_insert_with(|| {
            let mut child = Command::new(&self.interpreter.path)
                .args(["-B", "-c", include_str!("field.py")])
                .env("PYTHONHASHSEED", "0")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("a Python starts");
            let answers = BufReader::new(child.stdout.take().expect("it is piped"));
            (child, answers)
        });
        let mut jobs = child.stdin.as_ref().expect("it is piped");
        writeln!(jobs, "{job}").ok()?;
        let mut line = String::new();
        answers.read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok()
    }

    fn end(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            drop(child.stdin.take());
            _ = child.kill();
            child.wait().expect("it was started here");
        }
    }
}

impl Drop for Field<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns whether the report has what was seen.
fn has(report: &Report, seen: &Seen) -> bool {
    report.outcomes.iter().any(|found| is_of(&found.outcome, seen))
}

/// Returns whether that outcome was seen.
pub(crate) fn is_of(outcome: &Outcome, seen: &Seen) -> bool {
    let ending = match outcome.ending {
        Ending::Finished => "finished",
        _ => "stuck",
    };
    let said = outcome.exceptions.iter().filter(|exception| !exception.swallowed);
    let mut exceptions: Vec<_> =
        said.map(|each| (each.thread.clone(), each.class.clone(), each.message.clone())).collect();
    exceptions.sort();
    ending == seen.2 && outcome.value == seen.0 && outcome.stdout == seen.1 && exceptions == seen.3
}

/// The built-in decks' scenarios, each once.
fn shipped() -> Vec<Scenario> {
    let library = Library::builtin();
    let mut all = BTreeMap::new();
    for question in library.decks().flat_map(|deck| &deck.questions) {
        if let Kind::Outcomes { scenario, .. } | Kind::Verdict { scenario, .. } = &question.kind {
            all.insert((scenario.source.clone(), scenario.observe.clone()), scenario.clone());
        }
    }
    all.into_values().collect()
}

/// A random program whose timeouts pass in no time.
fn quick(seed: u64) -> Scenario {
    let mut scenario = of(&programs::program(seed));
    scenario.source = scenario.source.replace("timeout=1)", "timeout=0.0003)").replace(".wait(1)", ".wait(0.0003)");
    scenario.source = scenario.source.replace("> 0, 1)", "> 0, 0.0003)").replace("join(0.1)", "join(0.0003)");
    scenario
}

/// What was seen natively in all: runs, and outcomes in reports that were seen.
#[derive(Debug, Default)]
struct Total {
    scripts: u64,
    runs: u64,
    outcomes: usize,
    seen: usize,
    missing: Vec<String>,
}

fn validate(interpreter: &Interpreter, scenarios: &[Scenario], runs: u64, total: &mut Total) {
    let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
    let mut field = Field::new(interpreter);
    for scenario in scenarios {
        let report = worker.load(scenario).and_then(|mut program| {
            explore(&mut program, Dpor::default(), Bounds { executions: 3000, ..Bounds::default() }, &mut |_| true)
        });
        let Ok(report) = report else { continue };
        if !report.is_exhaustive() {
            continue;
        }
        total.scripts += 1;
        total.outcomes += report.outcomes.len();
        let mut seen = Vec::new();
        for mode in ["traced", "tiny", "default"] {
            let runs = if mode == "default" { runs / 4 } else { runs };
            if runs == 0 {
                continue;
            }
            for each in field.run(scenario, mode, runs) {
                total.runs += each.4;
                if !has(&report, &each) {
                    total.missing.push(format!(
                        "{} ({mode}, Python {}): {each:?}\n{}",
                        scenario.name, interpreter.version, scenario.source
                    ));
                }
                seen.push((each.0, each.1, each.2, each.3));
            }
        }
        seen.sort();
        seen.dedup();
        total.seen += seen.len();
    }
}

/// Holds scripts with the Pythons, and as often, as is wished for.
#[expect(clippy::print_stderr, reason = "the figures of a long run are what it is for")]
fn hold(what: &str, runs: Option<u64>, scenarios: &[Scenario]) {
    let pythons = if runs.is_some() { interpreters() } else { &interpreters()[..1] };
    let mut missing = Vec::new();
    for interpreter in pythons {
        let mut total = Total::default();
        validate(interpreter, scenarios, runs.unwrap_or(3), &mut total);
        eprintln!(
            "Python {}: {} {what} ran {} times; of {} outcomes in their reports {} were seen, and {} others",
            interpreter.version,
            total.scripts,
            total.runs,
            total.outcomes,
            total.seen,
            total.missing.len()
        );
        missing.append(&mut total.missing);
    }
    assert!(missing.is_empty(), "seen natively, but not in the report:\n{}", missing.join("\n"));
}

/// How many runs are wished for, and of which random programs.
fn wish() -> (Option<u64>, std::ops::Range<u64>) {
    let Some(wish) = variable("RACEDAY_FIELD").map(|wish| wish.to_string_lossy().into_owned()) else {
        return (None, 0..6);
    };
    let (runs, range) = wish.split_once(',').unwrap_or((&wish, "0..200"));
    let (first, last) = range.split_once("..").expect("FIRST..LAST");
    let number = |text: &str| text.parse::<u64>().expect("a number");
    (Some(number(runs)), number(first)..number(last))
}

#[test]
fn what_shipped_scenarios_do_in_the_field_is_in_their_reports() {
    hold("shipped scenarios", wish().0, &shipped());
}

#[test]
fn what_random_programs_do_in_the_field_is_in_their_reports() {
    let (runs, seeds) = wish();
    hold("random programs", runs, &seeds.map(quick).collect::<Vec<_>>());
}
