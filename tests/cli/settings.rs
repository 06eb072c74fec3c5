//! `raceday settings`.

use crate::tiny;

#[test]
fn limits_are_shown_set_and_kept_to() {
    let world = tiny::world();
    insta::assert_snapshot!(world.run(&["settings"]), @"
    exit code 0
    --- stdout
          10  new cards a day, at most
         200  due cards a day, at most
         90%  chance of recall when a card is due

    `raceday settings --help` says how to change them.
    ");
    assert!(world.run(&["review", "tiny"]).stdout.starts_with("0 cards due, 4 new\n"));
    insta::assert_snapshot!(world.run(&["settings", "--new", "3", "--retention", "85"]), @"
    exit code 0
    --- stdout
           3  new cards a day, at most (unless set: 10)
         200  due cards a day, at most
         85%  chance of recall when a card is due (unless set: 90%)
    ");
    let output = world.run(&["settings"]);
    assert!(output.stdout.contains("85%  chance of recall when a card is due (unless set: 90%)\n"), "{output}");
    assert!(world.run(&["review", "tiny"]).stdout.starts_with("0 cards due, 3 new\n"));
    world.run_with_input(&["review", "tiny"], "one\nq\n");
    assert!(world.run(&["review", "tiny"]).stdout.starts_with("0 cards due, 2 new\n"), "the limit is the day's");
    world.run(&["settings", "--new", "0"]);
    let fresh = tiny::world();
    fresh.run(&["settings", "--new", "0"]);
    assert!(fresh.run(&[]).stdout.contains("  raceday settings   no new cards a day are set"));
    let output = world.run(&["review", "tiny"]);
    assert!(output.stdout.starts_with("Done for today: "), "{output}");
}

#[test]
fn what_is_no_limit_is_refused() {
    for (flag, value, said) in [
        ("--new", "-1", "'-1' for '--new <N>': write a whole number from 0\n"),
        ("--reviews", "many", "'many' for '--reviews <N>': write a whole number from 0\n"),
        ("--retention", "0.9", "'0.9' for '--retention <PERCENT>': write a whole number from 70 to 99\n"),
    ] {
        let output = tiny::world().run(&["settings", flag, value]);
        assert_eq!(output.code, Some(2), "{output}");
        assert!(output.stderr.starts_with(&format!("error: invalid value {said}")), "{output}");
    }
}
