//! CPython's own tests of locks, queues and pools, against the models of them: `conformance.py` beside this file runs them.

use std::process::Command;

use raceday::python::Interpreter;

use super::pythons::interpreters;

#[test]
fn of_the_default_python() {
    conforms(&interpreters()[0]);
}

#[test]
fn of_the_newest_python_here() {
    let newest = interpreters().iter().max_by_key(|interpreter| interpreter.version.minor);
    conforms(newest.expect("there is always one"));
}

/// Runs the tests that this interpreter was installed with.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "the tests are CPython's: they run in its process")]
#[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
fn conforms(interpreter: &Interpreter) {
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/conformance.py");
    let output = Command::new(&interpreter.path)
        .args(["-B", driver])
        .env("PYTHONHASHSEED", "0")
        .output()
        .expect("the interpreter starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "CPython {}:\n{said}\n{complained}", interpreter.version);
    if said.contains("SKIPPED") {
        eprintln!("CPython {}: {said}", interpreter.version);
    } else {
        let passed: u32 = said
            .lines()
            .find_map(|line| line.strip_suffix(" passed"))
            .and_then(|count| count.parse().ok())
            .expect("it says how many passed");
        assert!(passed > 90, "CPython {}: hardly a test ran:\n{said}", interpreter.version);
    }
}
