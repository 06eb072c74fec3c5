//! Opening the learner's database: the file and its folder, the settings of a connection, and whose it is.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;

use super::Store;
use super::StoreError;
use super::migrations;

/// How long to wait for another process. Transactions take milliseconds; what takes longer has stopped.
const PATIENCE: Duration = Duration::from_secs(10);

/// "Race", as the first migration writes it into the file's head.
const APPLICATION_ID: i64 = 0x5261_6365;

impl Store {
    /// Opens the database at `path`, makes it where there is none, and brings it up to date.
    ///
    /// What a learner answers and notes is theirs alone: the file, and the folder if it is made here, can be read by
    /// nobody else.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let cannot_open = |source| StoreError::CannotOpen { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder).map_err(cannot_open)?;
        }
        make_file(path).map_err(cannot_open)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| about(path, error))?;
        if connection.is_readonly("main")? {
            return Err(StoreError::ReadOnly);
        }
        prepare(connection, path)
    }

    /// Makes a database that is gone when it is dropped.
    pub fn in_memory() -> Result<Store, StoreError> {
        prepare(Connection::open_in_memory()?, Path::new(":memory:"))
    }
}

fn prepare(mut connection: Connection, path: &Path) -> Result<Store, StoreError> {
    connection.busy_timeout(PATIENCE)?;
    // The first look at the file: this is where something that is no database shows.
    if !is_ours(&connection).map_err(|error| about(path, error))? {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    let version = migrations::version(&connection)?;
    if version > migrations::NEWEST {
        return Err(StoreError::Newer { path: path.to_owned(), found: version, known: migrations::NEWEST });
    }
    use_write_ahead_log(&connection)?;
    // A power failure takes no answer along either; answers come seconds apart, so the wait is not felt.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A file from elsewhere runs no functions of ours by way of its views and triggers.
    connection.pragma_update(None, "trusted_schema", false)?;
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
            StoreError::CannotOpen { path: path.to_owned(), source: io::Error::other(error) }
        }
        _ => error.into(),
    }
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
