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
