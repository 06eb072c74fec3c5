//! Every question of the built-in decks that runs a program: its key and its distractors are proven by running it.

use raceday::cli::Engine;
use raceday::cli::prove;
use raceday::deck_files::Library;

#[test]
fn keys_are_what_running_the_programs_shows() {
    let library = Library::builtin();
    assert!(library.faulty.is_empty(), "{}", library.faulty[0].faults);
    let mut engine = Engine::with_python(None, variable("RACEDAY_PYTHON"), variable("PATH"));
    for deck in library.decks() {
        let proof = prove(deck, &mut engine, &mut |_, _| {}).unwrap_or_else(|failure| panic!("{}", failure.message));
        let findings: Vec<String> =
            proof.findings.iter().map(|finding| format!("{}:{finding}", finding.place.file)).collect();
        assert!(findings.is_empty(), "{}:\n{}", deck.id, findings.join("\n"));
        assert!(proof.proven >= 12, "only {} questions of {} run programs", proof.proven, deck.id);
    }
}

#[expect(clippy::disallowed_methods, reason = "the Python to test with is the environment's")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
