//! `raceday note`.

use crate::tiny;

#[test]
fn notes_are_added_listed_shown_edited_found_and_removed() {
    let world = tiny::world();
    let run = |arguments: &[&str]| world.run(arguments).to_string();
    insta::assert_snapshot!(run(&["note", "add", "tiny/concept:lock", "-m", "Locks\n\nprotect data"]), @"
    exit code 0
    --- stdout
    Note 1 is on tiny/concept:lock.
    ");
    world.run_with_input(&["note", "add", "tiny/how-many"], "only one\nat a time\n");
    insta::assert_snapshot!(run(&["note", "list"]), @"
    exit code 0
    --- stdout
    1  tiny/concept:lock
       Locks
    2  tiny/how-many
       only one
    ");
    insta::assert_snapshot!(run(&["note", "show", "1"]), @"
    exit code 0
    --- stdout
    Note 1 on tiny/concept:lock
      Locks

      protect data
    ");
    insta::assert_snapshot!(run(&["note", "search", "prot"]), @"
    exit code 0
    --- stdout
    1  tiny/concept:lock
       Locks  protect data
    ");
    insta::assert_snapshot!(run(&["note", "edit", "2", "--text", "just one"]), @"
    exit code 0
    --- stdout
    Note 2 has changed.
    ");
    insta::assert_snapshot!(run(&["note", "remove", "2"]), @"
    exit code 0
    --- stdout
    Note 2 is removed. `raceday note edit 2` brings it back.
    ");
    insta::assert_snapshot!(run(&["note", "list", "tiny", "--json"]), @r#"
    exit code 0
    --- stdout
    [
      {
        "changed": "2026-03-02T09:00:00.000Z",
        "created": "2026-03-02T09:00:00.000Z",
        "id": 1,
        "target": "tiny/concept:lock",
        "text": "Locks\n\nprotect data"
      }
    ]
    "#);
    insta::assert_snapshot!(run(&["note", "show", "2", "--history"]), @"
    exit code 0
    --- stdout

    2026-03-02 09:00, on tiny/how-many
      only one at a time

    2026-03-02 09:00, on tiny/how-many
      just one

    2026-03-02 09:00, removed
      just one
    ");
    insta::assert_snapshot!(run(&["note", "show", "2"]), @"
    exit code 2
    --- stderr
    error: there is no note 2
    hint: `raceday note list` has the numbers
    hint: it was removed; `raceday note show 2 --history` shows what it was
    ");
    insta::assert_snapshot!(run(&["note", "edit", "2", "-m", "back again"]), @"
    exit code 0
    --- stdout
    Note 2 is there again.
    ");
    insta::assert_snapshot!(run(&["note", "search", "again", "--json"]), @r#"
    exit code 0
    --- stdout
    [
      {
        "changed": "2026-03-02T09:00:00.000Z",
        "created": "2026-03-02T09:00:00.000Z",
        "excerpt": "back again",
        "id": 2,
        "target": "tiny/how-many",
        "text": "back again"
      }
    ]
    "#);
}

#[test]
fn what_a_note_cannot_be_attached_to_is_named() {
    let world = tiny::world();
    let run = |target: &str| world.run(&["note", "add", target, "-m", "text"]).to_string();
    insta::assert_snapshot!(run("tiny/concept:luck"), @"
    exit code 2
    --- stderr
    error: the deck `tiny` has no concept `luck`
    hint: it has `lock`, `race`
    ");
    insta::assert_snapshot!(run("tiny/how-few"), @"
    exit code 2
    --- stderr
    error: the deck `tiny` has no question `how-few`
    hint: `raceday deck show tiny` lists them
    ");
    insta::assert_snapshot!(run("tiny/how-many:3"), @"
    exit code 2
    --- stderr
    error: `tiny/how-many` has no program, so a note cannot be attached to its lines
    ");
    insta::assert_snapshot!(run("Tiny deck"), @"
    exit code 2
    --- stderr
    error: `Tiny deck` is not an id: ids are lower-case letters and digits, in words joined by single hyphens
    hint: notes are attached to DECK, DECK/concept:CONCEPT, DECK/QUESTION, DECK/QUESTION:LINES or answer:NUMBER
    ");
    insta::assert_snapshot!(run("answer:7"), @"
    exit code 2
    --- stderr
    error: there is no answer 7
    hint: a review says the number of each answer that it keeps
    ");
    let empty = world.run(&["note", "add", "tiny", "-m", " "]);
    assert_eq!((empty.code, empty.stderr.as_str()), (Some(2), "error: the note is empty\n"));
}

#[cfg(unix)]
#[test]
fn a_note_is_edited_in_the_learners_editor() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    let world = tiny::world().file("editor", "#!/bin/sh\nsed -i s/one/two/ \"$1\"\n");
    let editor = world.path("editor");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o700)).expect("a file can be made executable");
    let world = world.variable("EDITOR", editor.to_str().expect("UTF-8"));
    world.run(&["note", "add", "tiny", "-m", "one line"]);
    assert_eq!(world.run(&["note", "edit", "1"]).stdout, "Note 1 has changed.\n");
    assert!(world.run(&["note", "show", "1"]).stdout.contains("two line"));
    assert_eq!(world.run(&["note", "edit", "1"]).stdout, "Note 1 is as it was.\n");
}

#[test]
fn an_editor_that_is_not_there_is_named() {
    let world = tiny::world().variable("EDITOR", "no-such-editor");
    world.run(&["note", "add", "tiny", "-m", "one line"]);
    let output = world.run(&["note", "edit", "1"]);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(output.stderr.starts_with("error: cannot edit with `no-such-editor`: "), "{output}");
}

#[test]
fn a_note_follows_its_lines() {
    let world = tiny::with_program();
    world.run(&["note", "add", "runs/total:8", "-m", "not one step"]);
    assert!(world.run(&["note", "show", "1"]).stdout.starts_with("Note 1 on runs/total:8\n        count += 1\n"));
    let program = std::fs::read_to_string(world.path("data/decks/runs/count.py")).expect("a program");
    let world = world.file("data/decks/runs/count.py", format!("# Counts.\n{program}"));
    assert!(world.run(&["note", "show", "1"]).stdout.starts_with("Note 1 on runs/total:8, now 9\n"));
    let world = world.file("data/decks/runs/count.py", program.replace("count += 1", "count = 1"));
    let output = world.run(&["note", "show", "1"]);
    assert!(output.stdout.starts_with("Note 1 on runs/total:8, which have changed since\n"), "{output}");
}

#[test]
fn a_past_answer_takes_a_note_under_the_number_that_the_review_said() {
    let world = tiny::world();
    let review = world.run_with_input(&["review", "tiny"], "one\n");
    assert!(review.stdout.contains("Kept as answer 1: tiny/how-many is rated Good"), "{review}");
    let output = world.run(&["note", "add", "answer:1", "-m", "guessed"]);
    assert_eq!(output.stdout, "Note 1 is on answer:1.\n", "{output}");
}
