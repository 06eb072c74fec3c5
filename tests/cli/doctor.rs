//! `raceday doctor`.

use crate::world::World;

#[test]
fn a_fresh_home_is_fine() {
    let output = World::new().run(&["doctor"]);
    assert_eq!(output.code, Some(0), "{output}");
    for expected in ["Python     ok CPython 3.", "every order", "Database   -- ", "thread-safety (built in), "] {
        assert!(output.stdout.contains(expected), "{expected}: {output}");
    }
    assert!(!output.stdout.contains("!!"), "{output}");
}

#[test]
fn a_python_that_is_none_is_named_with_what_to_do() {
    let output = World::new().run(&["doctor", "--python", "/no/such/python"]);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(output.stdout.contains("!! `/no/such/python`"), "{output}");
    assert!(output.stdout.contains("--python PATH"), "{output}");
}

#[test]
fn a_database_that_is_none_is_named() {
    let world = World::new().file("data/raceday.db", "this is not a database, whatever its name says; not at all");
    let output = world.run(&["doctor", "--data-dir", "data"]);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(output.stdout.contains("Database   !! "), "{output}");
}

#[test]
fn faulty_decks_are_told() {
    let world = World::new().file("data/decks/broken/deck.yaml", "format: 1\n");
    let output = world.run(&["doctor", "--data-dir", "data"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stdout.contains("raceday check"), "{output}");
}
