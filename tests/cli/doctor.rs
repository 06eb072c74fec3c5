//! `raceday doctor`.

use std::fs;

use rusqlite::Connection;

use crate::tiny;
use crate::world::World;

#[test]
fn a_fresh_home_is_fine() {
    let output = World::new().run(&["doctor"]);
    assert_eq!(output.code, Some(0), "{output}");
    for expected in ["Python     ok CPython 3.", "every order", "Database   -- ", "thread-safety (built in), "] {
        assert!(output.stdout.contains(expected), "{expected}: {output}");
    }
    assert!(!output.stdout.contains("!!"), "{output}");
    #[cfg(target_os = "linux")]
    for expected in ["confinement: full", "one that tried to use the network was refused"] {
        assert!(output.stdout.contains(expected), "{expected}: {output}");
    }
}

#[test]
fn what_is_remembered_of_python_is_put_right() {
    let world = World::new().variable("XDG_CACHE_HOME", "");
    let world = world.file(".cache/raceday/unrelated", "");
    let first = world.run(&["doctor"]);
    assert!(first.stdout.contains("asked anew; what it said is kept in [HOME]/.cache/raceday"), "{first}");
    let remembered = || {
        let entries = fs::read_dir(world.path(".cache/raceday")).expect("a cache");
        let mut files = entries.map(|entry| entry.expect("an entry").path());
        files.find(|path| path.extension().is_some_and(|extension| extension == "json")).expect("what Python said")
    };
    let said = fs::read_to_string(remembered()).expect("a file");
    fs::write(remembered(), said.replace("CPython", "Nonsense")).expect("written");
    assert_eq!(world.run(&["doctor"]).code, Some(0));
    assert_eq!(fs::read_to_string(remembered()).expect("a file"), said);
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

#[test]
fn a_folder_in_which_nothing_can_be_made_is_named() {
    let world = World::new().file("file", "");
    let output = world.run(&["doctor", "--data-dir", "file/data"]);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(output.stdout.contains("Data       !! file/data"), "{output}");
    // Nobody can make files there, not even root.
    let output = world.run(&["doctor", "--data-dir", "/proc/self"]);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(output.stdout.contains("Data       !! /proc/self cannot be written to: "), "{output}");
}

#[test]
fn a_folder_that_can_be_made_is_not_made() {
    let world = World::new();
    let output = world.run(&["doctor", "--data-dir", "some/where"]);
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(fs::read_dir(world.path(".")).expect("a home").count(), 0, "{output}");
}

#[test]
fn a_damaged_database_is_told_with_what_to_do_now() {
    let world = World::new();
    world.run(&["--data-dir", "data"]);
    let path = world.path("data/raceday.db");
    let mut bytes = fs::read(&path).expect("a database");
    bytes.truncate(bytes.len() / 8192 * 4096);
    fs::write(&path, bytes).expect("half a database");
    let output = world.run(&["doctor", "--data-dir", "data"]);
    assert_eq!(output.code, Some(3), "{output}");
    assert!(output.stdout.contains("damaged") && output.stdout.contains("keep a copy"), "{output}");
    assert!(!output.stdout.contains("raceday doctor"), "{output}");
}

#[test]
fn what_follows_from_the_log_is_made_anew() {
    let world = tiny::world();
    world.run_with_input(&["review", "tiny"], "one\nq\n");
    let database = Connection::open(world.path("data/raceday.db")).expect("a database");
    database.execute_batch("update memories set due = due + 1; delete from days").expect("damaged");
    drop(database);
    let output = world.run(&["doctor"]);
    assert_eq!(output.code, Some(3), "{output}");
    for said in [
        " `memories` does not follow from the log in 2 rows\n",
        " `days` does not follow from the log in 1 row\n",
        " hint: keep a copy of the file, then try `raceday doctor --rebuild`\n",
    ] {
        assert!(output.stdout.contains(said), "{output}");
    }
    let output = world.run(&["doctor", "--rebuild"]);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("version 1, sound\n"), "{output}");
    assert!(world.run(&["undo"]).stdout.starts_with("Taken back: tiny/how-many was rated Good"));
}

#[test]
fn nothing_is_made_where_there_is_nothing_to_rebuild() {
    let world = World::new();
    world.run(&["doctor", "--rebuild", "--data-dir", "data"]);
    assert!(!world.path("data").exists());
}
