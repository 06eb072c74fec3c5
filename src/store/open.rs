//! Opening the learner's database: the file and its folder, the settings of a connection, and whose it is.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;

use super::Store;
use super::StoreError;
use super::migrations;
use super::schema;

/// How long to wait for another process. Transactions take milliseconds; what takes longer has stopped.
const PATIENCE: Duration = Duration::from_secs(10);

/// "Race", as the first migration writes it into the file's head.
const APPLICATION_ID: i64 = 0x5261_6365;

/// The smallest database that is not empty.
const SMALLEST_PAGE: u64 = 512;

static MAKING: Mutex<()> = Mutex::new(());

impl Store {
    /// Opens the database at `path`, makes it where there is none, and brings it up to date.
    ///
    /// What a learner answers and notes is theirs alone: the file, and the folder if it is made here, can be read by
    /// nobody else.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let cannot_open = |source| StoreError::CannotOpen { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    let what = format!("`{}` is a file, not a folder", folder.display());
                    cannot_open(io::Error::new(io::ErrorKind::NotADirectory, what))
                }
                _ => cannot_open(error),
            })?;
        }
        // Closing a file lets go of all locks that this process has on it, whoever took them: while one thread makes the
        // file, no other may be at it.
        let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        refuse_what_lost_its_beginning(path)?;
        make_file(path).map_err(cannot_open)?;
        refuse_what_is_no_file(path)?;
        // SQLite takes what is shorter than its smallest page for empty, and writes over it.
        let length = fs::metadata(path).map_err(cannot_open)?.len();
        if (1..SMALLEST_PAGE).contains(&length) {
            return Err(StoreError::NotADatabase { path: path.to_owned() });
        }
        let opened = match prepare(connect(path)?, path) {
            // Processes find each other by a file that takes room. Who has the database alone does without, and can read at least.
            Err(StoreError::Full) => {
                let connection = connect(path)?;
                connection.pragma_update(None, "locking_mode", "exclusive")?;
                prepare(connection, path).map_err(|error| match error {
                    StoreError::Locked => StoreError::Full,
                    error => error,
                })
            }
            opened => opened,
        };
        opened.map_err(|error| match error {
            StoreError::ReadOnly => read_only(path),
            error => error,
        })
    }

    /// Returns whether there is a database at `path`, or something that takes its place, or what was last written to one that is there no more.
    pub fn is_there(path: &Path) -> bool {
        let is_there =
            |path: &Path| !fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        is_there(path) || is_there(&log_of(path))
    }

    /// Returns which version of the schema the database has.
    pub fn version(&self) -> Result<i64, StoreError> {
        Ok(migrations::version(&self.connection)?)
    }

    /// Makes a database that is gone when it is dropped.
    pub fn in_memory() -> Result<Store, StoreError> {
        prepare(Connection::open_in_memory()?, Path::new(":memory:"))
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| about(path, error))?;
    if connection.is_readonly("main")? {
        return Err(read_only(path));
    }
    Ok(connection)
}

fn prepare(mut connection: Connection, path: &Path) -> Result<Store, StoreError> {
    connection.busy_timeout(PATIENCE)?;
    // A file from elsewhere runs no functions of ours by way of its views and triggers, and a broken one shows early.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // The first look at the file: this is where something that is no database shows.
    if !is_ours(&connection).map_err(|error| about(path, error))? {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    let version = migrations::version(&connection)?;
    if version > migrations::NEWEST {
        return Err(StoreError::Newer { path: path.to_owned(), found: version, known: migrations::NEWEST });
    }
    if let Some(what) = schema::difference(&mut connection)? {
        return Err(StoreError::Altered { path: path.to_owned(), what });
    }
    use_write_ahead_log(&connection)?;
    // A power failure takes no answer along either; answers come seconds apart, so the wait is not felt.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Or `insert or replace` would pass by the triggers that keep the log from being shortened.
    connection.pragma_update(None, "recursive_triggers", true)?;
    migrations::migrate(&mut connection)?;
    Ok(Store { connection })
}

/// Returns whether the file is ours to write to: it says so, or there is nothing in it.
fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    // One statement, so that a file that another process is just making is seen before or after, never in between.
    let (id, tables): (i64, i64) = connection.query_row(
        "select (select application_id from pragma_application_id), (select count(*) from sqlite_schema)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(id == APPLICATION_ID || (id == 0 && tables == 0))
}

/// Readers and a writer do not wait for each other then, and a commit is one write.
fn use_write_ahead_log(connection: &Connection) -> Result<(), StoreError> {
    // SQLite does not wait for others where it changes this setting, so we do: a transaction of our own ends after
    // theirs. Each other process makes the change at most once.
    for _ in 0..100 {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                connection.execute_batch("begin immediate; rollback")?;
            }
            result => return Ok(result?),
        }
    }
    Err(StoreError::Locked)
}

/// Sorts an error of a file that may not be a database at all.
fn about(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { path: path.to_owned() },
        Some(ErrorCode::CannotOpen) => {
            // What SQLite adds to it is that it cannot open the file.
            let refused = "the system refuses it, or a file that goes with it";
            StoreError::CannotOpen { path: path.to_owned(), source: io::Error::other(refused) }
        }
        _ => error.into(),
    }
}

fn read_only(path: &Path) -> StoreError {
    let source = io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "it is read-only, or its folder is");
    StoreError::CannotOpen { path: path.to_owned(), source }
}

/// Refuses a database that is empty, or is not there, while the log of what was last written to it is: SQLite would throw that away.
fn refuse_what_lost_its_beginning(path: &Path) -> Result<(), StoreError> {
    let log = log_of(path);
    let length = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    // In this order: whoever makes a database writes the beginning of that before there is a log.
    if length(&log) > 0 && length(path) == 0 {
        return Err(StoreError::WithoutBeginning { path: path.to_owned(), log });
    }
    Ok(())
}

/// Returns where SQLite keeps what was last written to the database at `path`: beside it, wherever a link leads to it.
fn log_of(path: &Path) -> PathBuf {
    let mut log = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).into_os_string();
    log.push("-wal");
    PathBuf::from(log)
}

/// Refuses a pipe, a folder or a device in place of the database or of a file that SQLite keeps beside it: SQLite would
/// read from it, or remove it.
fn refuse_what_is_no_file(path: &Path) -> Result<(), StoreError> {
    let cannot_open = |source| StoreError::CannotOpen { path: path.to_owned(), source };
    // The database itself may be elsewhere, behind a link; what belongs to it is there then.
    let real = fs::canonicalize(path).map_err(cannot_open)?;
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = real.clone().into_os_string();
        name.push(suffix);
        let path = PathBuf::from(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Err(StoreError::NotAFile { path }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(cannot_open(error)),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// SQLite would make the file too, but readable for all that the umask lets; the files beside it take after it.
#[cfg(unix)]
fn make_file(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;

    done_or_there(fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path))
}

#[cfg(not(unix))]
fn make_file(path: &Path) -> io::Result<()> {
    done_or_there(fs::OpenOptions::new().write(true).create_new(true).open(path))
}

fn done_or_there(made: io::Result<fs::File>) -> io::Result<()> {
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srs::Card;
    use crate::srs::Model;
    use crate::srs::Rating;
    use crate::store::fixtures::answer;
    use crate::store::fixtures::card;
    use crate::store::fixtures::moment;
    use crate::store::fixtures::review;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn rate(store: &mut Store) -> Result<Card, StoreError> {
        let id = card("deck/one");
        store.answer(&answer(&id), &review(Rating::Good, moment(0)), &Model::default()).map(|answered| answered.after)
    }

    #[test]
    fn what_was_kept_is_there_again() {
        let folder = folder();
        let path = folder.path().join("new/folder/raceday.db");
        let after = rate(&mut Store::open(&path).expect("a store")).expect("kept");
        let mut store = Store::open(&path).expect("a store");
        assert_eq!(store.card(&card("deck/one")).expect("a card"), after);
        assert!(store.undo(moment(1)).expect("undone").is_some());
        drop(store);
        assert_eq!(Store::open(&path).expect("a store").card(&card("deck/one")).expect("a card"), Card::New);
    }

    #[test]
    fn a_connection_is_set_up() {
        let folder = folder();
        let store = Store::open(&folder.path().join("raceday.db")).expect("a store");
        let pragma = |name: &str| -> String {
            let value = store.connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
            match value.expect("a pragma") {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => panic!("{other:?}"),
            }
        };
        for (name, value) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("foreign_keys", "1"),
            ("trusted_schema", "0"),
            ("cell_size_check", "1"),
            ("recursive_triggers", "1"),
            ("busy_timeout", "10000"),
            ("application_id", "1382114149"),
        ] {
            assert_eq!(pragma(name), value, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = folder();
        let path = folder.path().join("data/raceday.db");
        let mut store = Store::open(&path).expect("a store");
        rate(&mut store).expect("kept");
        let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode(&folder.path().join("data")), 0o700);
        for entry in fs::read_dir(folder.path().join("data")).expect("a folder") {
            let path = entry.expect("an entry").path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        drop(store);

        // What was there before is not ours to change.
        fs::set_permissions(folder.path().join("data"), fs::Permissions::from_mode(0o755)).expect("changed");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        drop(Store::open(&path).expect("a store"));
        assert_eq!((mode(&folder.path().join("data")), mode(&path)), (0o755, 0o640));
    }

    /// Checks that the file is refused with this message, and left as it was.
    #[track_caller]
    fn check_refused(path: &Path, message: &str) {
        let before = fs::read(path).expect("a file");
        let error = Store::open(path).expect_err("refused");
        assert_eq!(error.to_string().replace(&path.display().to_string(), "FILE"), message);
        assert_eq!(fs::read(path).expect("a file"), before);
    }

    #[test]
    fn a_newer_database_is_refused() {
        let folder = folder();
        let path = folder.path().join("raceday.db");
        let mut store = Store::open(&path).expect("a store");
        rate(&mut store).expect("kept");
        store.connection.pragma_update(None, "user_version", migrations::NEWEST + 2).expect("changed");
        drop(store);
        check_refused(
            &path,
            "the database `FILE` was written by a newer Raceday: it has version 3, and this one knows versions up to 1",
        );
    }

    /// SQLite took it for a new one, and removed the log with the last answers.
    #[test]
    fn a_database_that_lost_all_but_its_log_is_refused_and_the_log_stays() {
        let folder = folder();
        let [path, copy] = ["raceday.db", "copy.db"].map(|name| folder.path().join(name));
        let mut store = Store::open(&path).expect("a store");
        rate(&mut store).expect("kept");
        let [log, copied_log] = ["raceday.db-wal", "copy.db-wal"].map(|name| folder.path().join(name));
        // As a process leaves it that is killed.
        fs::copy(&log, &copied_log).expect("copied");
        let before = fs::read(&copied_log).expect("a file");
        assert!(!before.is_empty());
        for is_there in [false, true] {
            if is_there {
                fs::write(&copy, "").expect("written");
            }
            let error = Store::open(&copy).expect_err("refused");
            assert!(matches!(error, StoreError::WithoutBeginning { .. }), "{error:?}");
            assert_eq!((fs::read(&copied_log).expect("a file"), copy.exists()), (before.clone(), is_there));
        }
        fs::copy(&path, &copy).expect("copied");
        assert_eq!(Store::open(&copy).expect("a store").last_answers(9).expect("answers").len(), 1);
    }

    #[test]
    fn what_is_no_database_is_refused() {
        let folder = folder();
        for text in ["x".to_owned(), "not a database\n".repeat(1000)] {
            let path = folder.path().join("raceday.db");
            fs::write(&path, text).expect("written");
            check_refused(&path, "`FILE` is not a database");
        }
    }

    #[test]
    fn another_programs_database_is_refused() {
        let folder = folder();
        for (name, sql) in [
            ("tables.db", "create table theirs (x)"),
            ("id.db", "pragma application_id = 7"),
            ("version.db", "create table theirs (x); pragma user_version = 99"),
        ] {
            let path = folder.path().join(name);
            Connection::open(&path).expect("a database").execute_batch(sql).expect("made");
            check_refused(&path, "`FILE` is a database of another program");
        }
    }

    #[test]
    fn what_cannot_be_opened_is_told() {
        let folder = folder();
        let file = folder.path().join("file");
        fs::write(&file, "").expect("written");
        let path = file.join("raceday.db");
        let error = Store::open(&path).expect_err("refused");
        assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("the database `{}` cannot be opened", path.display()));
        // An empty file is what SQLite leaves where it stopped before it began.
        assert!(Store::open(&file).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_and_stays() {
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;

        for name in ["raceday.db", "raceday.db-wal", "raceday.db-shm", "raceday.db-journal"] {
            let folder = folder();
            let path = folder.path().join("raceday.db");
            drop(Store::open(&path).expect("a store"));
            let odd = folder.path().join(name);
            if odd == path {
                fs::remove_file(&path).expect("removed");
            }
            let refused = || match Store::open(&path) {
                Err(StoreError::NotAFile { path }) => assert_eq!(path, fs::canonicalize(&odd).expect("it is there")),
                other => panic!("{name}: {other:?}"),
            };
            fs::create_dir(&odd).expect("a folder");
            refused();
            fs::remove_dir(&odd).expect("it is still there");
            let listener = UnixListener::bind(&odd).expect("a socket");
            refused();
            drop(listener);
            fs::remove_file(&odd).expect("it is still there");
            if odd != path {
                symlink("nowhere", &odd).expect("a link");
                assert!(matches!(Store::open(&path), Err(StoreError::NotAFile { .. })), "{name}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_database_may_be_behind_a_link() {
        let folder = folder();
        let (path, real) = (folder.path().join("raceday.db"), folder.path().join("real.db"));
        rate(&mut Store::open(&real).expect("a store")).expect("kept");
        std::os::unix::fs::symlink(&real, &path).expect("a link");
        assert_ne!(Store::open(&path).expect("a store").card(&card("deck/one")).expect("a card"), Card::New);
        assert!(fs::symlink_metadata(&path).expect("a link").is_symlink());
        fs::remove_file(&real).expect("removed");
        assert!(matches!(Store::open(&path), Err(StoreError::CannotOpen { .. })));
    }

    #[test]
    fn a_full_disk_loses_nothing() {
        let mut store = Store::in_memory().expect("a store");
        let text = "long ".repeat(20_000);
        let id = card("deck/one");
        let long = crate::store::Answer { text: &text, ..answer(&id) };
        let pages: i64 = store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).expect("a count");
        store.connection.pragma_update(None, "max_page_count", pages + 1).expect("limited");
        let error = store.answer(&long, &review(Rating::Good, moment(0)), &Model::default()).expect_err("no room");
        assert!(matches!(error, StoreError::Full), "{error:?}");
        assert_eq!(store.card(&id).expect("a card"), Card::New);
        assert_eq!(store.last_answers(9).expect("answers"), []);
        store.connection.pragma_update(None, "max_page_count", 10_000).expect("room made");
        store.answer(&long, &review(Rating::Good, moment(0)), &Model::default()).expect("kept");
        assert_eq!(store.integrity().expect("checked"), [""; 0]);
    }

    #[test]
    fn a_database_that_cannot_be_written_says_so() {
        let mut store = Store::in_memory().expect("a store");
        store.connection.pragma_update(None, "query_only", true).expect("set");
        let error = rate(&mut store).expect_err("refused");
        assert!(matches!(error, StoreError::ReadOnly), "{error:?}");
    }

    #[test]
    fn whoever_does_not_let_go_is_named() {
        let folder = folder();
        let path = folder.path().join("raceday.db");
        let mut store = Store::open(&path).expect("a store");
        let other = Store::open(&path).expect("a store");
        other.connection.execute_batch("begin immediate").expect("held");
        store.connection.busy_timeout(Duration::from_millis(20)).expect("set");
        let error = rate(&mut store).expect_err("refused");
        assert!(matches!(error, StoreError::Locked), "{error:?}");
        // Reading goes on meanwhile.
        assert_eq!(store.card(&card("deck/one")).expect("a card"), Card::New);
        other.connection.execute_batch("rollback").expect("let go");
        rate(&mut store).expect("kept");
    }

    #[test]
    fn a_damaged_file_is_found_out() {
        let folder = folder();
        let path = folder.path().join("raceday.db");
        let mut store = Store::open(&path).expect("a store");
        for _ in 0..300 {
            rate(&mut store).expect("kept");
        }
        drop(store);
        let mut bytes = fs::read(&path).expect("a file");
        let middle = bytes.len() / 2;
        bytes[8192..middle + 8192].fill(0x5a);
        fs::write(&path, bytes).expect("written");
        match Store::open(&path).and_then(|mut store| store.integrity()) {
            Ok(faults) => assert!(!faults.is_empty()),
            Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}"),
        }
    }

    /// Whatever is cut off or overwritten: what is read is an error or an answer, and who could not open it at all left it
    /// as it was.
    #[test]
    fn no_damage_goes_further_than_an_error() {
        let folder = folder();
        let path = folder.path().join("raceday.db");
        let mut store = Store::open(&path).expect("a store");
        for _ in 0..60 {
            rate(&mut store).expect("kept");
        }
        drop(store);
        let sound = fs::read(&path).expect("a file");
        let mut random = 7_u64;
        let mut below = |end: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % end
        };
        let mut refused = 0;
        for round in 0..100 {
            let mut bytes = sound.clone();
            match round % 4 {
                0 => bytes.truncate(below(sound.len())),
                // The head and the schema.
                1 => bytes[below(200)] = below(256) as u8,
                2 => bytes[below(sound.len())] ^= 1 << below(8),
                _ => {
                    let start = below(sound.len());
                    let end = (start + below(4096)).min(sound.len());
                    let byte = below(256) as u8;
                    bytes[start..end].fill(byte);
                }
            }
            fs::write(&path, &bytes).expect("written");
            match Store::open(&path) {
                Err(error) => {
                    refused += 1;
                    assert!(!matches!(error, StoreError::Full | StoreError::Locked), "round {round}: {error:?}");
                    // An empty file is a new database.
                    assert!(fs::read(&path).expect("a file") == bytes, "round {round}: {error:?}");
                }
                Ok(mut store) => {
                    // No power fails in a test.
                    let _ = store.connection.pragma_update(None, "synchronous", "off");
                    let _ = store.integrity();
                    let _ = (store.last_answers(100), store.notes(), store.settings());
                    let _ = (store.card(&card("deck/one")), store.undo(moment(1)), rate(&mut store));
                }
            }
            for suffix in ["-wal", "-shm", "-journal"] {
                let _ = fs::remove_file(folder.path().join(format!("raceday.db{suffix}")));
            }
        }
        assert!(refused > 15, "{refused}");
    }
}
