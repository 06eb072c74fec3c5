//! Decks where nothing can be confined: what runs all the same, what does not, and how leave is given and ends.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

use super::machine;

const HEAD: &str = "format: 1\nid: added\ntitle: Added\ntopics: [topic.yaml]\n";
const TOPIC: &str = r#"
concepts: [{id: sum, title: Sums, teach: They add.}]
questions:
  - id: one
    concept: sum
    kind: outcomes
    ask: What is n?
    scenario: {code: "n = 1\n", observe: n}
    choices: [1, 2]
"#;

/// Returns a home with a deck that was added.
fn home() -> TempDir {
    let home = TempDir::new().expect("a folder");
    let deck = home.path().join("data/decks/added");
    fs::create_dir_all(&deck).expect("folders can be made");
    fs::write(deck.join("deck.yaml"), HEAD).expect("files can be written");
    fs::write(deck.join("topic.yaml"), TOPIC).expect("files can be written");
    home
}

/// Runs the product where the kernel has neither Landlock nor seccomp, and returns all that it says.
#[expect(clippy::disallowed_methods, reason = "tests start the binary")]
fn said(home: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(machine::helper());
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("RACEDAY_DATA_DIR", home.join("data"))
        .env("COLUMNS", "100");
    command.env("RACEDAY_PYTHON", machine::interpreter().path).stdin(Stdio::null());
    let output = command.output().expect("the binary starts");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Does something where nothing can be confined.
fn unconfined(act: impl FnOnce() + Send) {
    let _alone = machine::alone();
    let calls = [&machine::LANDLOCK[..], &[libc::SYS_seccomp]].concat();
    machine::without_calls(&calls, libc::ENOSYS, act);
}

const NOTE: &str = "note: this system cannot confine programs: they run with your rights";
const REFUSAL: &str = "this system cannot keep a program from reaching the rest of it";

#[test]
fn own_programs_run_with_a_note() {
    unconfined(|| {
        let home = home();
        let file = home.path().join("own.py");
        fs::write(&file, "n = 1\n").expect("files can be written");
        let said = said(home.path(), &["explore", "--observe", "n", &file.display().to_string()]);
        assert!(said.contains(NOTE) && said.contains("1 outcome"), "{said}");
    });
}

#[test]
fn the_doctor_says_that_nothing_is_confined() {
    unconfined(|| {
        let said = said(home().path(), &["doctor"]);
        assert!(said.contains("confinement: none") && !said.contains("was refused"), "{said}");
    });
}

#[test]
fn built_in_decks_run_with_a_note() {
    unconfined(|| {
        let said = said(home().path(), &["quiz", "thread-safety", "--count", "60"]);
        assert!(!said.contains(REFUSAL), "{said}");
    });
}

#[test]
fn leave_is_for_one_deck_as_it_is() {
    unconfined(|| {
        let home = home();
        let quiz = |more: &[&str]| said(home.path(), &[&["quiz", "added"], more].concat());
        let before = quiz(&[]);
        assert!(before.contains(REFUSAL) && before.contains("--unconfined"), "{before}");
        let given = quiz(&["--unconfined"]);
        assert!(given.contains(NOTE) && given.contains("What is n?"), "{given}");
        let after = quiz(&[]);
        assert!(after.contains("What is n?") && !after.contains(REFUSAL), "{after}");
        let topic = home.path().join("data/decks/added/topic.yaml");
        fs::write(topic, TOPIC.replace("n = 1", "n = 1 + 0")).expect("files can be written");
        let changed = quiz(&[]);
        assert!(changed.contains(REFUSAL), "{changed}");
    });
}

#[test]
fn checking_an_added_deck_needs_leave_too() {
    unconfined(|| {
        let home = home();
        let refused = said(home.path(), &["check", "added"]);
        assert!(refused.contains(REFUSAL), "{refused}");
        let given = said(home.path(), &["check", "added", "--unconfined"]);
        assert!(given.contains("1 proven"), "{given}");
        let again = said(home.path(), &["check", "added"]);
        assert!(again.contains(REFUSAL), "checking remembers nothing: {again}");
    });
}
