//! Every question of the built-in decks that runs a program: its key and its distractors are proven by running it.

use std::time::Duration;

use raceday::cli::Budget;
use raceday::cli::Engine;
use raceday::cli::prove;
use raceday::deck_files::Library;
use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Found;
use raceday::explore::Unfinished;
use raceday::explore::explore;
use raceday::python;
use raceday::python::Confinement;
use raceday::python::Forgetful;
use raceday::python::Limits;
use raceday::python::Search;
use raceday::python::Worker;
use raceday::scenario::Scenario;

#[test]
fn keys_are_what_running_the_programs_shows() {
    let library = Library::builtin();
    assert!(library.faulty.is_empty(), "{}", library.faulty[0].faults);
    let search = Search::by(variable("RACEDAY_PYTHON"), variable("PATH"));
    let mut engine = Engine::with_python(search, confinement());
    for deck in library.decks() {
        let proof = prove(deck, &mut engine, &mut |_, _, _| {}).unwrap_or_else(|failure| panic!("{}", failure.message));
        let findings: Vec<String> =
            proof.findings.iter().map(|finding| format!("{}:{finding}", finding.place.file)).collect();
        assert!(findings.is_empty(), "{}:\n{}", deck.id, findings.join("\n"));
        assert!(proof.proven >= 12, "only {} questions of {} run programs", proof.proven, deck.id);
    }
}

/// A program that answered each replay just in time held Raceday up for ten seconds an outcome, whatever the budget.
#[test]
fn who_takes_too_long_to_replay_is_not_waited_for() {
    let search = Search::by(variable("RACEDAY_PYTHON"), variable("PATH"));
    let mut engine = Engine::with_python(search, confinement());
    let no_time = Budget { executions: 9, time: Duration::ZERO };
    let failure =
        engine.prove(&Scenario::new("slow.py", "x = 1\n"), no_time, &mut |_| {}).expect_err("there is no time");
    assert_eq!(failure.message, "`slow.py` does not replay in time: 0 of 1 execution in 0 s");

    let scenario = Scenario::new("other.py", "x = 1\n");
    let report = engine.explore(&scenario, Budget::QUESTION, &mut |_| true).expect("it is explored").report;
    let found: Vec<&Found> = report.outcomes.iter().collect();
    for (time, made, unfinished) in [(Duration::ZERO, 0, Some(Unfinished::Time)), (Budget::QUESTION.time, 1, None)] {
        let confirmed = engine.confirm(&scenario, &found, time, &mut |_| {}).expect("it replays");
        assert_eq!((confirmed.replays.len(), confirmed.unfinished), (made, unfinished));
    }
}

fn confinement() -> Confinement {
    Confinement::by(env!("CARGO_BIN_EXE_raceday"))
}

#[expect(clippy::disallowed_methods, reason = "the Python to test with is the environment's")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

#[test]
fn every_witness_replays_in_another_process() {
    let interpreter = python::find(&Search::by(variable("RACEDAY_PYTHON"), variable("PATH")), &mut Forgetful)
        .expect("this test needs a CPython");
    let mut first = Worker::start(&interpreter, &confinement(), Limits::default()).expect("a worker starts");
    let mut second = Worker::start(&interpreter, &confinement(), Limits::default()).expect("a worker starts");
    let library = Library::builtin();
    for question in library.decks().flat_map(|deck| &deck.questions) {
        let Some(scenario) = question.kind.scenario() else { continue };
        let mut program = first.load(scenario).expect("it loads");
        let report = explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
        let mut program = second.load_knowing(scenario, program.shared()).expect("it loads");
        for found in &report.outcomes {
            let replay = program.replay(&found.witness).expect("it replays");
            assert_eq!(replay.execution.outcome, found.outcome, "{}: {}", question.id, found.witness);
        }
    }
}
