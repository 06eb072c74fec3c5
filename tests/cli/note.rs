//! `raceday note`.

use std::fs;

use crate::ignored::ignores;
use crate::tiny;
use crate::world::World;

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
    hint: a review says it of each answer that it keeps, as in `answer:3`
    ");
    let empty = world.run(&["note", "add", "tiny", "-m", " "]);
    insta::assert_snapshot!(empty, @"
    exit code 2
    --- stderr
    error: the note is empty
    hint: give its text with `-m TEXT`, or on the standard input
    ");
}

#[cfg(unix)]
#[test]
fn a_note_is_edited_in_the_learners_editor() {
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
    for (editor, said) in [
        ("no-such-editor", "cannot edit with `no-such-editor`: "),
        ("no-such-editor --wait", "cannot edit with `no-such-editor --wait`: "),
        ("#x", "`#x` names no editor"),
        ("'", "`'` names no editor"),
        ("false", "`false` failed (exit status: 1), so the text is not kept"),
    ] {
        let world = tiny::world().variable("EDITOR", editor);
        world.run(&["note", "add", "tiny", "-m", "one line"]);
        let output = world.run(&["note", "edit", "1"]);
        assert_eq!(output.code, Some(3), "{output}");
        assert!(output.stderr.starts_with(&format!("error: {said}")), "{output}");
        assert!(world.run(&["note", "show", "1"]).stdout.contains("one line"));
    }
}

/// Returns a world with a note and this editor, whose temporary files are in a folder of its own.
#[cfg(unix)]
fn world_with_editor(script: &str, arguments: &str) -> World {
    use std::os::unix::fs::PermissionsExt as _;

    let world = tiny::world().file("my editor", format!("#!/bin/sh\n{script}\n")).file("tmp/x", "");
    let editor = world.path("my editor");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o700)).expect("a file can be made executable");
    let editor = format!("'{}' {arguments}", editor.display());
    let temporary = world.path("tmp").display().to_string();
    let world = world.variable("EDITOR", editor.trim()).variable("TMPDIR", &temporary);
    world.run(&["note", "add", "tiny", "-m", "one line"]);
    world
}

#[cfg(unix)]
#[test]
fn the_text_is_nobody_elses_on_its_way_through_the_editor() {
    let script = r#"
        stat -c '%a %F' "$3" "$(dirname "$3")"
        echo "$3"
        # As many editors do: another file takes the place of the first, and a copy stays beside it.
        cp "$3" "$3~"; sed s/one/two/ "$3" > "$3.new"; mv "$3.new" "$3"
        printf '\n%s %s\n' "$1" "$2" >> "$3"
    "#;
    let world = world_with_editor(script, "--wait '$(touch pwned);`touch pwned`' ");
    let output = world.run(&["note", "edit", "1"]);
    let mut lines = output.stdout.lines();
    assert_eq!(lines.next(), Some("600 regular file"), "{output}");
    assert_eq!(lines.next(), Some("700 directory"), "{output}");
    let first = lines.next().expect("a path").to_owned();
    assert!(first.starts_with("[HOME]/tmp/raceday-") && first.ends_with("/note.md"), "{output}");
    assert!(output.stdout.ends_with("Note 1 has changed.\n"), "{output}");
    let shown = world.run(&["note", "show", "1", "--json"]).stdout;
    assert!(shown.contains("two line\\n--wait $(touch pwned);`touch pwned`"), "{shown}");
    assert!(!world.path("pwned").exists());
    assert_eq!(fs::read_dir(world.path("tmp")).expect("a folder").count(), 1, "nothing is left but what was there");
    let again = world.run(&["note", "edit", "1"]).stdout;
    assert_ne!(again.lines().nth(2), Some(first.as_str()), "its name cannot be foreseen");
}

/// A pipe in the place of the file was waited for, for ever.
#[cfg(unix)]
#[test]
fn what_an_editor_leaves_is_read_only_if_it_is_a_file() {
    for script in [
        "rm \"$1\"; mkfifo \"$1\"",
        "rm \"$1\"; mkdir \"$1\"",
        "echo two > other; rm \"$1\"; ln -s \"$PWD/other\" \"$1\"",
        "rm \"$1\"",
    ] {
        let world = world_with_editor(script, "");
        let output = world.run(&["note", "edit", "1"]);
        assert_eq!(output.code, Some(3), "{script}: {output}");
        assert!(output.stderr.contains("left no file in the place of the one"), "{script}: {output}");
        assert!(world.run(&["note", "show", "1"]).stdout.contains("one line"), "{script}");
        assert_eq!(fs::read_dir(world.path("tmp")).expect("a folder").count(), 1, "{script}");
    }
}

/// All of it was lost.
#[cfg(unix)]
#[test]
fn what_can_be_no_note_is_kept_in_a_file() {
    let long = "x".repeat(100_000);
    for (script, code, message, kept) in [
        ("printf 'two \\377' > \"$1\"", 3, "is not text of at most 1048576 bytes; it is kept in `", "two \u{fffd}"),
        ("head -c 100000 /dev/zero | tr '\\0' x > \"$1\"", 2, "has 100000 bytes; 65536 are allowed; it is", &long),
        ("head -c 70000000 /dev/zero > \"$1\"", 3, "; its first 64 MiB are kept in `", &"\0".repeat(64 << 20)),
    ] {
        let world = world_with_editor(script, "");
        let output = world.run(&["note", "edit", "1"]);
        assert_eq!(output.code, Some(code), "{script}: {output}");
        assert!(output.stderr.contains(message), "{script}: {output}");
        let (_, file) = output.stderr.split_once("kept in `").expect("it says where");
        let file = file.split('`').next().expect("a path").replace("[HOME]", world.path("").to_str().expect("UTF-8"));
        let found = fs::read(world.path(file)).expect("it is there");
        assert!(String::from_utf8_lossy(&found) == kept, "{script}");
        assert!(world.run(&["note", "show", "1"]).stdout.contains("one line"), "{script}");
        assert_eq!(fs::read_dir(world.path("tmp")).expect("a folder").count(), 1, "{script}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_the_editors_and_leaves_nothing_behind() {
    if ignores("-INT") {
        return;
    }
    // What `nohup` starts is no different: it ignores another signal.
    for ignored in ["", "HUP", "HUP TERM"] {
        for (script, code, text) in [
            ("echo started > started; read x < go", 130, "one line"),
            ("trap 'echo two > \"$1\"; exit 0' INT; exec 3<> go; echo started > started; read x <&3", 0, "two"),
        ] {
            let (world, mut child) = editing(script, ignored);
            let group = format!("-{}", child.id());
            assert!(command("kill").args(["-INT", "--", &group]).status().expect("kill is there").success());
            assert_eq!(child.wait().expect("it ends").code(), Some(code), "{script}, {ignored} ignored");
            assert!(world.run(&["note", "show", "1"]).stdout.contains(text), "{script}");
            assert_eq!(fs::read_dir(world.path("tmp")).expect("a folder").count(), 1, "{script}, {ignored} ignored");
        }
    }
}

#[cfg(unix)]
#[test]
fn who_ends_it_while_the_editor_is_at_work_has_to_wait_for_the_text() {
    for (signal, code) in [("-TERM", 143), ("-HUP", 129), ("-QUIT", 131)] {
        if ignores(signal) {
            continue;
        }
        let script = "exec 3<> go; echo started > started; read x <&3; echo two > \"$1\"";
        let (world, mut child) = editing(script, "");
        assert!(command("kill").args([signal, &child.id().to_string()]).status().expect("kill is there").success());
        fs::write(world.path("go"), "go\n").expect("it is waited for");
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{signal}");
        assert!(world.run(&["note", "show", "1"]).stdout.contains("two"), "{signal}");
        assert_eq!(fs::read_dir(world.path("tmp")).expect("a folder").count(), 1, "{signal}");
    }
}

/// Starts `note edit`, with some signals ignored, in a process group of its own, as a terminal's foreground is one. The editor runs
/// a script, which says that it has started to a pipe `started`; there is another, `go`.
#[cfg(unix)]
#[track_caller]
fn editing(script: &str, ignored: &str) -> (World, std::process::Child) {
    use std::os::unix::process::CommandExt as _;

    let world = world_with_editor(script, "");
    for pipe in ["started", "go"] {
        assert!(command("mkfifo").arg(world.path(pipe)).status().expect("mkfifo is there").success());
    }
    let first = if ignored.is_empty() { String::new() } else { format!("trap '' {ignored}") };
    let mut shell = world.command_after(&first, &["note", "edit", "1"]);
    let child = shell.process_group(0).spawn().expect("the binary starts");
    assert_eq!(fs::read_to_string(world.path("started")).expect("a line"), "started\n");
    (world, child)
}

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "other programs bring about what is tested")]
fn command(program: &str) -> std::process::Command {
    std::process::Command::new(program)
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
    assert!(review.stdout.contains("Rated Good: tiny/how-many comes back"), "{review}");
    let output = world.run(&["note", "add", "answer:1", "-m", "guessed"]);
    assert_eq!(output.stdout, "Note 1 is on answer:1.\n", "{output}");
}
