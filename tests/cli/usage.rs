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
    let world = World::new();
    let mut child = world.command(&["--help"]).stdout(Stdio::piped()).spawn().expect("the binary starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("the binary ends").code(), Some(0));
}
