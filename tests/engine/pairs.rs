//! Pairs: whatever two threads do with one thing, what comes of it natively is in the report.
//!
//! `pairs.txt` has kinds of things that threads share, and what can be done with each. Every two of those, by a thread each, are
//! a program, and so are some with two in one thread against one in the other. Each is explored, and run natively by `field.py` with
//! stops at random bytecodes, the library's own too.
//!
//! `cargo test` holds a few. A long run, with every Python that is here: `RACEDAY_PAIRS=RUNS,FIRST..LAST cargo test --release --test
//! engine pairs -- --nocapture`, of all programs in an order that looks like chance and is always the same. Then outcomes that are in
//! a report and were never seen are printed too, for somebody to think about.

use std::collections::BTreeSet;
use std::ops::Range;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::python::Interpreter;
use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Worker;
use raceday::scenario::Scenario;

use super::field::Field;
use super::field::Seen;
use super::field::is_of;
use super::pythons::confinement;
use super::pythons::interpreters;
use super::pythons::scenario;
use super::pythons::variable;
use super::random::programs::Chance;

/// A kind of thing that threads share.
#[derive(Debug, Default)]
struct Kind {
    name: &'static str,
    /// Whether the main thread always does what the second thread would do.
    by_main: bool,
    /// Whether code of the library's, written in Python, is done at once, as exploration.md says, so that it has to be natively too.
    at_once: bool,
    /// The lines that make the thing.
    making: Vec<&'static str>,
    /// An expression that tells how it is in the end.
    end: &'static str,
    /// What can be done with it: expressions, or statements after `! `.
    acts: Vec<&'static str>,
}

fn kinds() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for line in include_str!("pairs.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(line) = line.strip_prefix("= ") {
            let name = line.split(" [").next().expect("there is one");
            let (by_main, at_once) = (line.contains("[by main]"), line.contains("[at once]"));
            kinds.push(Kind { name, by_main, at_once, ..Kind::default() });
            continue;
        }
        let kind = kinds.last_mut().expect("a kind begins with its name");
        match line.split_at(2) {
            ("| ", making) => kind.making.push(making),
            ("> ", end) => kind.end = end,
            _ => kind.acts.push(line),
        }
    }
    kinds
}

/// A program's kind, and what its two threads do.
#[derive(Debug)]
struct Pair<'a> {
    kind: &'a Kind,
    first: Vec<&'static str>,
    second: Vec<&'static str>,
    /// Whether the main thread does what the second would do.
    by_main: bool,
}

/// Every pair, and half as many programs of three acts, in the order in which they are held.
fn pairs(kinds: &[Kind]) -> Vec<Pair<'_>> {
    let mut chance = Chance::new(1);
    let mut all = Vec::new();
    for kind in kinds {
        for (index, first) in kind.acts.iter().enumerate() {
            for second in &kind.acts[index..] {
                all.push(Pair {
                    kind,
                    first: vec![first],
                    second: vec![second],
                    by_main: kind.by_main || chance.below(3) == 0,
                });
                if chance.below(2) == 0 {
                    let third = kind.acts[chance.below(kind.acts.len())];
                    let (one, other) = if chance.below(2) == 0 { (first, second) } else { (second, first) };
                    all.push(Pair {
                        kind,
                        first: vec![one, third],
                        second: vec![other],
                        by_main: kind.by_main || chance.below(3) == 0,
                    });
                }
            }
        }
    }
    for index in (1..all.len()).rev() {
        all.swap(index, chance.below(index + 1));
    }
    all
}

/// A function of the program that does these acts and keeps what came of each.
fn function(name: &str, kept: &str, acts: &[&str]) -> String {
    let mut lines = format!("def {name}():\n    global thing, base, bits, point\n");
    for act in acts {
        let tried = match act.strip_prefix("! ") {
            Some(statement) => format!("{statement}\n        {kept}.append(\"done\")"),
            None => format!("{kept}.append(\"%r\" % ({act},))"),
        };
        lines += &format!(
            "    try:\n        {tried}\n    except Exception as error:\n        {kept}.append(\"%r\" % error)\n"
        );
    }
    lines
}

fn program(pair: &Pair) -> Scenario {
    let mut source = String::from("import threading as t\n");
    for line in &pair.kind.making {
        source += &format!("{line}\n");
    }
    source += "one, two = [], []\n";
    source += &function("first", "one", &pair.first);
    source += &function("second", "two", &pair.second);
    source += if pair.by_main {
        "a = t.Thread(target=first)\na.start()\nsecond()\na.join()\n"
    } else {
        "a, b = t.Thread(target=first), t.Thread(target=second)\na.start()\nb.start()\na.join()\nb.join()\n"
    };
    let mut scenario = scenario(&source, Some(&format!("(one, two, {})", pair.kind.end)));
    scenario.name = format!("{}.py", pair.kind.name);
    scenario
}

/// What holding programs showed.
#[derive(Debug, Default)]
struct Total {
    programs: usize,
    refused: BTreeSet<String>,
    large: Vec<String>,
    runs: u64,
    /// Runs that came to what is known to be CPython's own mistake.
    known: u64,
    outcomes: usize,
    seen: usize,
    mistakes: Vec<String>,
    unseen: Vec<String>,
}

/// Explores and runs one program. Where not all of its outcomes are seen, it is run up to eight times as often.
fn hold(worker: &mut Worker, field: &mut Field, pair: &Pair, runs: u64, total: &mut Total) {
    let scenario = program(pair);
    let about = format!("{}: {:?} against {:?}", pair.kind.name, pair.first, pair.second);
    let report = worker.load(&scenario).and_then(|mut program| {
        explore(&mut program, Dpor::default(), Bounds { executions: 5000, ..Bounds::default() }, &mut |_| true)
    });
    let report = match report {
        Ok(report) => report,
        Err(PythonError::Unsupported { what, .. }) => {
            total.refused.insert(format!("{}: {what}", pair.kind.name));
            return;
        }
        Err(error) => {
            total.mistakes.push(format!("{about} fails: {error}\n{}", scenario.source));
            return;
        }
    };
    if !report.is_exhaustive() {
        // Pools of two and loops that fight have too many orders, and that is known.
        total.large.push(format!("{about} by_main={}", pair.by_main));
        return;
    }
    total.programs += 1;
    total.outcomes += report.outcomes.len();
    let mut seen = BTreeSet::new();
    for round in 0..8 {
        let modes = if pair.kind.at_once { &[("apart", runs)][..] } else { &[("parted", runs), ("traced", runs / 3)] };
        for &(mode, runs) in modes {
            for each in field.run(&scenario, mode, runs) {
                total.runs += each.4;
                match found(&report, &each) {
                    Some(index) => _ = seen.insert(index),
                    None if is_known(pair.kind, field.interpreter, &each) => total.known += 1,
                    None => total.mistakes.push(format!(
                        "{about} ({mode}, Python {}) came to {each:?}\n{}",
                        field.interpreter.version, scenario.source
                    )),
                }
            }
        }
        let may_hang = report.outcomes.iter().any(|found| found.outcome.ending != raceday::scenario::Ending::Finished);
        if seen.len() == report.outcomes.len() || may_hang && round == 2 || runs < 10 {
            break;
        }
    }
    total.seen += seen.len();
    for (index, found) in report.outcomes.iter().enumerate() {
        if !seen.contains(&index) {
            total.unseen.push(format!(
                "{about} by_main={}\n    {} {:?} {} of {} outcomes by {}",
                pair.by_main,
                found.outcome.value.as_deref().unwrap_or_default(),
                found.outcome.ending,
                index + 1,
                report.outcomes.len(),
                found.witness,
            ));
        }
    }
}

/// Whether it came of what CPython itself does wrong, as exploration.md says: before 3.13 two threads that join a third at once may fail,
/// and `SimpleQueue.get` may wait for ever in spite of its limit.
fn is_known(kind: &Kind, interpreter: &Interpreter, seen: &Seen) -> bool {
    let said = seen.0.as_deref().unwrap_or_default();
    let joins = ["Thread", "Timer"].iter().any(|each| kind.name.starts_with(each));
    interpreter.version.minor < 13
        && joins
        && (said.contains("AssertionError()") || said.contains("release unlocked lock"))
        || kind.name == "SimpleQueue" && seen.2 == "stuck"
}

/// Which of the report's outcomes was seen, if any.
fn found(report: &Report, seen: &Seen) -> Option<usize> {
    report.outcomes.iter().position(|found| is_of(&found.outcome, seen))
}

fn hold_all(interpreter: &Interpreter, pairs: &[Pair], runs: u64) -> Total {
    let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
    let mut field = Field::new(interpreter);
    let mut total = Total::default();
    for pair in pairs {
        hold(&mut worker, &mut field, pair, runs, &mut total);
    }
    total
}

/// How many runs are wished for, and of which programs.
fn wish() -> Option<(u64, Range<usize>)> {
    let wish = variable("RACEDAY_PAIRS")?.to_string_lossy().into_owned();
    let (runs, range) = wish.split_once(',').expect("RUNS,FIRST..LAST");
    let (first, last) = range.split_once("..").expect("FIRST..LAST");
    let number = |text: &str| text.parse().expect("a number");
    Some((runs.parse().expect("a number"), number(first)..number(last)))
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures of a long run are what it is for")]
fn whatever_two_threads_do_with_one_thing_is_in_the_report() {
    let kinds = kinds();
    let all = pairs(&kinds);
    let (pythons, runs, range) = match wish() {
        Some((runs, range)) => (interpreters(), runs, range),
        None => (&interpreters()[..1], 3, 0..60),
    };
    let held = &all[range.start.min(all.len())..range.end.min(all.len())];
    let mut mistakes = Vec::new();
    for interpreter in pythons {
        let total = hold_all(interpreter, held, runs);
        eprintln!(
            "Python {}: {} of {} programs ran {} times; of {} outcomes in their reports {} were seen, {} times what CPython does wrong, \
             and {} mistakes",
            interpreter.version,
            total.programs,
            all.len(),
            total.runs,
            total.outcomes,
            total.seen,
            total.known,
            total.mistakes.len()
        );
        if variable("RACEDAY_PAIRS").is_some() {
            for each in &total.refused {
                eprintln!("refused: {each}");
            }
            for each in &total.large {
                eprintln!("too large: {each}");
            }
            for each in &total.unseen {
                eprintln!("never seen: {each}");
            }
            for each in &total.mistakes {
                eprintln!("mistake: {each}");
            }
        }
        mistakes.extend(total.mistakes);
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
