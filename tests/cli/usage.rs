//! Help, versions, wrong arguments, a wrong environment, streams that close.

use std::process::Stdio;

use crate::world::World;

#[test]
fn the_version_is_the_packages() {
    let output = World::new().run(&["--version"]);
    assert_eq!(output.stdout, concat!("raceday ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(output.code, Some(0));
}

#[test]
fn help_names_every_exit_code() {
    let output = World::new().run(&["--help"]);
    for line in ["  0  ", "  1  ", "  2  ", "  3  "] {
        assert!(output.stdout.contains(line), "{output}");
    }
    assert_eq!(output.code, Some(0));
}

#[test]
fn wrong_arguments_are_named() {
    insta::assert_snapshot!(World::new().run(&["explore", "a.py", "--budget-seconds", "soon"]), @"
    exit code 2
    --- stderr
    error: invalid value 'soon' for '--budget-seconds <S>': write a number of seconds above 0

    For more information, try '--help'.
    ");
    for (arguments, said) in [
        (["quiz", "--count", "-1"], "invalid value '-1' for '--count <N>': write a whole number from 1\n"),
        (["review", "--limit", "0"], "invalid value '0' for '--limit <N>': write a whole number from 1\n"),
        (["quiz", "--seed", "x"], "invalid value 'x' for '--seed <S>': write a whole number from 0\n"),
        (["explore", "a.py", "--observe="], "a value is required for '--observe <EXPR>' but none was supplied\n"),
    ] {
        let output = World::new().run(&arguments);
        assert_eq!(output.code, Some(2), "{output}");
        assert!(output.stderr.starts_with(&format!("error: {said}")), "{output}");
    }
}

#[test]
fn help_is_no_wider_than_the_terminal() {
    let world = World::new();
    for command in ["review", "quiz", "note", "note add", "explore", "check", "deck", "undo", "doctor", ""] {
        let output = world.run(&command.split_whitespace().chain(["--help"]).collect::<Vec<_>>());
        assert!(output.stdout.lines().all(|line| line.chars().count() <= 80), "{output}");
        let broken = output.stdout.split_once("Examples:").is_some_and(|(_, examples)| {
            examples.lines().skip(1).take_while(|line| !line.is_empty()).any(|line| !line.starts_with("  raceday"))
        });
        assert!(!broken, "examples can be copied line by line: {output}");
    }
}

#[test]
fn a_wrong_environment_is_named() {
    insta::assert_snapshot!(World::new().variable("RACEDAY_NOW", "noon").run(&["deck", "show", "none"]), @"
    exit code 2
    --- stderr
    error: `noon` is not a moment
    hint: `RACEDAY_NOW` is written like 2026-03-01T09:00:00Z
    ");
}

#[test]
fn colour_is_an_order_or_not_there() {
    let world = World::new();
    assert!(!world.run(&["deck", "show", "none"]).stderr.contains('\x1b'));
    assert!(world.run(&["deck", "show", "none", "--color", "always"]).stderr.contains("\x1b[1;31merror:\x1b[0m"));
}

#[test]
fn a_reader_who_has_gone_is_no_failure() {
    check_unread(&World::new(), &["--help"], 0);
    check_unread(&World::new().file("one.py", "print(1)\n"), &["explore", "one.py"], 0);
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_no_more_is_named() {
    let world = World::new().file("one.py", "print(1)\n");
    for arguments in [["explore", "one.py"].as_slice(), &["explore", "one.py", "--json"], &["deck", "list"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
        let output = world.command(arguments).stdout(full).output().expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert_eq!(said, "error: the standard input or output failed: No space left on device (os error 28)\n");
    }
}

/// As in `raceday explore … | head -1` under `pipefail`.
#[test]
fn what_was_found_is_said_to_those_too_who_do_not_read_it() {
    let world = World::new().file("one.py", "x = 1\n").file("deck/deck.yaml", "format: 1\n");
    let claim = ["explore", "one.py", "--observe", "x", "--always", "x > 1"];
    check_unread(&world, &claim, 1);
    check_unread(&world, &[claim.as_slice(), &["--json", "--html", "page.html"]].concat(), 1);
    assert!(world.path("page.html").exists());
    check_unread(&world, &["check", "deck"], 1);
    check_unread(&world, &["doctor", "--python", "/none"], 3);
}

/// Runs the binary with an output that nobody reads, and checks how it ends: without a complaint.
#[track_caller]
fn check_unread(world: &World, arguments: &[&str], code: i32) {
    let mut command = world.command(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(code), ""));
}
