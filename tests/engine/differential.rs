//! Programs of one thread, run as they are and as the harness rewrites them: nobody may be able to tell.
//!
//! `differential.py` beside this file does the work, in every CPython that is here; each gets generated programs of its own.

use std::process::Command;

use super::pythons::interpreters;
use super::pythons::variable;

/// How many programs are generated for each CPython, unless `RACEDAY_DIFFERENTIAL` says another number.
const COUNT: u64 = 8;

#[expect(clippy::disallowed_methods, reason = "the comparison is a Python program of its own, without a worker")]
fn run(minor: &[u32], count: u64) {
    for interpreter in interpreters().iter().filter(|each| minor.contains(&each.version.minor)) {
        let output = Command::new(&interpreter.path)
            .args(["-W", "ignore"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/differential.py"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/python/worker.rs"))
            .args([
                "--count",
                &count.to_string(),
                "--seed",
                &(u64::from(interpreter.version.minor) * 1_000_000).to_string(),
            ])
            .env("PYTHONHASHSEED", "0")
            .output()
            .expect("an interpreter that was found starts");
        assert!(
            output.status.success(),
            "CPython {} ({}):\n{}{}",
            interpreter.version,
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn count() -> u64 {
    variable("RACEDAY_DIFFERENTIAL").map_or(COUNT, |count| {
        count.to_str().and_then(|count| count.parse().ok()).expect("RACEDAY_DIFFERENTIAL is a number of programs")
    })
}

#[test]
fn nobody_can_tell_a_rewritten_program_in_3_9() {
    run(&[9], count());
}

#[test]
fn nobody_can_tell_a_rewritten_program_in_3_10() {
    run(&[10], count());
}

#[test]
fn nobody_can_tell_a_rewritten_program_in_3_11() {
    run(&[11], count());
}

#[test]
fn nobody_can_tell_a_rewritten_program_in_3_12() {
    run(&[12], count());
}

#[test]
fn nobody_can_tell_a_rewritten_program_since_3_13() {
    run(&[13, 14], count());
}
