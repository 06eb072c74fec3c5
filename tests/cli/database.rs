//! Databases that cannot be used: what is said, and that they are left as they were.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use crate::tiny;
use crate::world::Output;
use crate::world::World;

/// Returns a world with a note in its database.
fn world() -> World {
    let world = tiny::world();
    let output = world.run(&["note", "add", "tiny", "-m", "kept"]);
    assert_eq!(output.code, Some(0), "{output}");
    world
}

/// Returns what is in the folder of the database, by name; folders and other things are there without content.
fn contents(world: &World) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(world.path("data")).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut contents: Vec<_> = entries
        .map(|entry| {
            let content =
                if entry.metadata().is_ok_and(|it| it.is_file()) { fs::read(entry.path()) } else { Ok(vec![]) };
            (entry.file_name().to_string_lossy().into_owned(), content.expect("the test may read everything"))
        })
        .collect();
    contents.sort();
    contents
}

/// Checks that commands that need the database fail and say so, with what to do, and that nothing has changed.
#[track_caller]
fn check(world: &World, expected: &str) {
    check_by(world, expected, &|arguments| world.run(arguments));
}

#[track_caller]
fn check_by(world: &World, expected: &str, run: &dyn Fn(&[&str]) -> Output) {
    let before = contents(world);
    for arguments in [["note", "add", "tiny", "-m", "x"].as_slice(), &["review"], &[]] {
        let output = run(arguments);
        assert_eq!(output.code, Some(3), "{arguments:?}: {output}");
        assert!(output.stderr.starts_with("error: ") && output.stderr.contains(expected), "{arguments:?}: {output}");
        assert!(output.stderr.contains("\nhint: "), "{arguments:?}: {output}");
    }
    // The database is looked at even where there is no Python, and the test is quicker so.
    let output = run(&["doctor", "--python", "/none"]);
    assert!(output.stdout.contains("Database   !! "), "{output}");
    assert!(contents(world) == before, "{expected}: something has changed");
}

#[test]
fn what_is_no_database_of_ours_is_refused_and_stays() {
    let world = world();
    let path = world.path("data/raceday.db");
    let sound = fs::read(&path).expect("a database");
    for (bytes, expected) in [
        (b"not a database\n".repeat(999), "`data/raceday.db` is not a database"),
        (b"x".to_vec(), "`data/raceday.db` is not a database"),
        (sound[..10_000].to_vec(), "the learner's database is damaged"),
        (sound[..4096].to_vec(), "the learner's database is damaged"),
        ([&sound[..100], &[0x5a; 4000], &sound[4100..]].concat(), "the learner's database is damaged"),
    ] {
        fs::write(&path, bytes).expect("written");
        check(&world, expected);
    }
    fs::write(&path, &sound).expect("written");
    Connection::open(&path).and_then(|database| database.pragma_update(None, "user_version", 99)).expect("changed");
    check(&world, "was written by a newer Raceday: it has version 99");
    fs::remove_file(&path).expect("removed");
    Connection::open(&path).and_then(|database| database.execute_batch("create table theirs (x)")).expect("made");
    check(&world, "is a database of another program");
    // What was kept is there again once the file is.
    fs::write(&path, &sound).expect("written");
    assert!(world.run(&["note", "list"]).stdout.contains("kept"));
}

/// A view in it that never ends was read from, and what failed was told with all its SQL.
#[test]
fn a_database_with_other_views_and_triggers_is_refused_and_stays() {
    const ENDLESS: &str = "drop view live_log; create view live_log as
        with recursive number (n) as (select 1 union all select n + 1 from number) select log.* from log, number";
    let world = world();
    let path = world.path("data/raceday.db");
    let sound = fs::read(&path).expect("a database");
    for (sql, expected) in [
        (ENDLESS, "was changed by another program: the view `live_log` is another"),
        (
            "create trigger more after insert on notes begin insert into settings values ('x', 1); end",
            "was changed by another program: the trigger `more` is none of Raceday's",
        ),
        ("drop table settings", "was changed by another program: the table `settings` is missing"),
        ("pragma user_version = 0", "was changed by another program: it has version 0, and is not empty"),
        ("pragma user_version = -1", "was changed by another program: it has version -1"),
    ] {
        fs::write(&path, &sound).expect("written");
        Connection::open(&path).and_then(|database| database.execute_batch(sql)).expect(sql);
        check(&world, expected);
        for arguments in [["doctor", "--rebuild", "--python", "/none"].as_slice(), &["note", "list"]] {
            let output = world.run(arguments);
            assert!(!format!("{output}").to_lowercase().contains("create "), "{sql}: {output}");
        }
    }
    fs::write(&path, &sound).expect("written");
    assert!(world.run(&["note", "list"]).stdout.contains("kept"));
}

#[test]
fn a_file_in_place_of_the_data_folder_is_named() {
    let output = world().file("notes.txt", "").run(&["--data-dir", "notes.txt", "note", "list"]);
    insta::assert_snapshot!(output, @"
    exit code 3
    --- stderr
    error: the database `notes.txt/raceday.db` cannot be opened: `notes.txt` is a file, not a folder
    hint: may you write there? use another folder with `--data-dir DIR`
    ");
}

#[test]
fn what_is_no_file_is_neither_read_nor_removed() {
    let world = world();
    let path = world.path("data/raceday.db");
    for name in ["raceday.db-wal", "raceday.db"] {
        let odd = world.path(format!("data/{name}"));
        let _ = fs::remove_file(&path);
        if odd != path {
            world.run(&["note", "list"]);
        }
        fs::create_dir(&odd).expect("a folder");
        check(&world, &format!("/{name}` is not a file"));
        fs::remove_dir(&odd).expect("removed");
        // A pipe would be waited for, for ever.
        assert!(command("mkfifo").arg(&odd).status().expect("mkfifo is there").success());
        check(&world, &format!("/{name}` is not a file"));
        fs::remove_file(&odd).expect("removed");
    }
    for target in ["nowhere", "raceday.db"] {
        std::os::unix::fs::symlink(target, &path).expect("a link");
        check(&world, "the database `data/raceday.db` cannot be opened: ");
        fs::remove_file(&path).expect("removed");
    }
    std::os::unix::fs::symlink("/dev/zero", &path).expect("a link");
    check(&world, "`/dev/zero` is not a file");
}

#[test]
fn what_may_not_be_written_is_told() {
    let world = world();
    let (folder, database) = (world.path("data"), world.path("data/raceday.db"));
    // Root may do everything, so somebody else has to try.
    let is_root = fs::metadata(world.path(".")).expect("a home").uid() == 0;
    let binary = world.path("raceday");
    fs::copy(env!("CARGO_BIN_EXE_raceday"), &binary).expect("copied");
    if is_root {
        let chown = command("chown").args(["-R", "1500:1500"]).arg(world.path(".")).status();
        assert!(chown.expect("chown is there").success());
    }
    let run = |arguments: &[&str]| {
        let mut command = match is_root {
            true => command("setpriv"),
            false => command("env"),
        };
        if is_root {
            command.args(["--reuid=1500", "--regid=1500", "--clear-groups"]);
        }
        let output = command
            .arg(&binary)
            .args(arguments)
            .current_dir(world.path("."))
            .env("HOME", world.path("."))
            .env("RACEDAY_DATA_DIR", "data")
            .output()
            .expect("setpriv is there");
        Output {
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
            code: output.status.code(),
        }
    };
    let changed = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("changed");
    };
    assert!(run(&["note", "list"]).stdout.contains("kept"), "{}", run(&["note", "list"]));
    for (path, mode, expected) in [
        (&database, 0o444, "the database `data/raceday.db` cannot be opened: it is read-only"),
        (&database, 0o000, "the database `data/raceday.db` cannot be opened: the system refuses it"),
        (&folder, 0o555, "the database `data/raceday.db` cannot be opened: it is read-only, or its folder is"),
        (&folder, 0o000, "the database `data/raceday.db` cannot be opened: Permission denied"),
    ] {
        let usual = fs::metadata(path).expect("it is there").permissions().mode();
        changed(path, mode);
        if is_root {
            check_by(&world, expected, &run);
        } else {
            // What may not be read cannot be compared either.
            assert!(run(&["note", "list"]).stderr.contains(expected), "{}", run(&["note", "list"]));
        }
        changed(path, usual);
        assert!(run(&["note", "list"]).stdout.contains("kept"), "{expected}");
    }
}

/// On a disk of 1 MB, in a namespace of mounts that vanishes with the shell in it.
#[test]
fn a_full_disk_keeps_what_was_kept() {
    const SCRIPT: &str = r#"
        mount -t tmpfs -o size=1M none data || exit 77
        head -c 500000 /dev/zero > data/filler
        kept=0
        for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            "$0" note add thread-safety -m "note $number $1" > told 2>&1
            code=$?
            [ $code = 0 ] || break
            kept=$number
        done
        echo "kept $kept, then $code"
        cat told
        cat /dev/zero > data/more 2> /dev/null
        "$0" note list > told 2>&1 && echo "full, $(grep -c '^ *note ' told)" || { echo "list $?"; cat told; }
        "$0" note add thread-safety -m "note more $1" > told 2>&1 && echo "added" || cat told
        "$0" doctor --python /none > told 2>&1
        grep -A 1 '^Data ' told
        rm data/filler data/more
        "$0" note list | grep -c '^ *note '
        "$0" note add thread-safety -m last
        "$0" doctor --python /none | grep '^Database'
    "#;
    let world = World::new().variable("RACEDAY_DATA_DIR", "data").file("data/x", "");
    let mut shell = world.command(&[]);
    let environment: Vec<_> =
        shell.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    shell = command("unshare");
    shell.args(["--mount", "--map-root-user", "sh", "-c", SCRIPT, env!("CARGO_BIN_EXE_raceday"), &"x".repeat(20_000)]);
    shell.current_dir(world.path(".")).env_clear();
    shell.envs(environment.into_iter().filter_map(|(name, value)| Some((name, value?))));
    let output = match shell.output() {
        Ok(output) if output.status.code() == Some(0) => String::from_utf8(output.stdout).expect("text"),
        other => {
            let mut err = std::io::stderr().lock();
            std::io::Write::write_all(
                &mut err,
                format!("NOT TESTED, no disk can be mounted here: {other:?}\n").as_bytes(),
            )
            .expect("standard error is there");
            return;
        }
    };
    let kept = output.strip_prefix("kept ").and_then(|rest| rest.split(',').next()).expect("a number");
    assert!((1..20).contains(&kept.parse().expect("a number")), "{output}");
    let expected = [
        format!(
            "kept {kept}, then 3\nerror: there is no room left on the disk for the learner's database\nhint: make room"
        ),
        // Nothing could be read either.
        format!("\nfull, {kept}\nerror: there is no room left"),
        "\nData       !! data cannot be written to: No space left on device".to_owned(),
        format!("\n{kept}\nNote "),
        "\nDatabase   ok data/raceday.db, version ".to_owned(),
    ];
    for expected in expected {
        assert!(output.contains(&expected), "{expected}: {output}");
    }
}

/// It ended the process without a word, even after it had said that the note is kept.
#[test]
fn where_no_file_may_grow_an_error_says_so() {
    let mut codes = Vec::new();
    for blocks in [20, 80, 200, 400, 4000] {
        let world = World::new();
        let limit = format!("ulimit -f {blocks}");
        let output = world.command_after(&limit, &["note", "add", "thread-safety", "-m", "kept"]).output();
        let output = output.expect("the binary ends");
        let (code, told) = (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned());
        assert!(code == Some(0) || code == Some(3) && told.contains("hint: "), "{blocks}: {code:?}, {told}");
        assert_eq!(world.run(&["note", "list"]).stdout.contains("kept"), code == Some(0), "{blocks}");
        codes.extend(code);
    }
    assert_eq!((codes.first(), codes.last()), (Some(&3), Some(&0)), "{codes:?}");
}

#[expect(clippy::disallowed_methods, reason = "other programs bring about what is tested")]
fn command(program: &str) -> Command {
    Command::new(program)
}
