//! What plain Python makes of two threads that run one after the other, or one between two instructions of the other, is among what
//! exploration finds.
//!
//! `between.py` beside this file combines what gives containers with what takes them, mostly in C, and what changes them: what is read
//! in no step shows as an outcome that is missing. `cargo test` tries some hundreds of the combinations. All of them, or some:
//! `RACEDAY_BETWEEN=0..60000 cargo test --release --test engine between`.

use std::process::Command;

use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::scenario;
use super::pythons::variable;
use super::pythons::worker;

/// How it is told, its source, what is observed, and what plain Python makes of it.
type Program = (String, String, String, Vec<String>);

#[expect(clippy::disallowed_methods, reason = "the comparison is with Python itself, without a worker")]
fn programs() -> Vec<Program> {
    let range = variable("RACEDAY_BETWEEN").map_or("0..400".to_owned(), |range| range.to_string_lossy().into_owned());
    let (first, last) = range.split_once("..").expect("RACEDAY_BETWEEN is FIRST..LAST");
    let output = Command::new(&interpreters()[0].path)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/between.py"))
        .args([first, last])
        .output()
        .expect("an interpreter that was found starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("it writes UTF-8");
    lines.lines().map(|line| serde_json::from_str(line).expect("it writes JSON")).collect()
}

#[test]
fn what_comes_of_one_thread_between_two_instructions_of_the_other_is_found() {
    let programs = programs();
    assert!(!programs.is_empty());
    let mut worker = worker();
    let mut wrong = Vec::new();
    for (told, source, observed, expected) in programs {
        match explored_by(&mut worker, &scenario(&source, Some(&observed))) {
            Err(error) => wrong.push(format!("{told}: {error}")),
            Ok(report) => {
                let found: Vec<_> = report.outcomes.iter().filter_map(|each| each.outcome.value.as_deref()).collect();
                let missing: Vec<_> = expected.iter().filter(|each| !found.contains(&each.as_str())).collect();
                if !missing.is_empty() || !report.is_exhaustive() {
                    wrong.push(format!("{told}: no {missing:?} among {found:?} of {} executions", report.executions));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
