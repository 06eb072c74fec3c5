//! What can be wrong with the learner's database, sorted by what the learner can do about it.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::notes::AnswerId;
use crate::notes::NoteId;

/// SQLite's `SQLITE_IOERR_SHMSIZE`: the file beside the database by which processes find each other cannot grow. Even
/// reading needs it, and this is how a full disk shows then.
const NO_ROOM_BESIDE: i32 = 4874;

/// Why the store could not do its work. Nothing of what was asked for has happened then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A later version of Raceday has been here.
    #[error(
        "the database `{path}` was written by a newer Raceday: it has version {found}, and this one knows versions up \
         to {known}"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// The file's version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The file is no database.
    #[error("`{path}` is not a database")]
    NotADatabase {
        /// Which file.
        path: PathBuf,
    },
    /// The file is a database, and not ours.
    #[error("`{path}` is a database of another program")]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// The file says that it is ours, and its tables, views or triggers are not those that we make.
    #[error("the database `{path}` was changed by another program: {what}")]
    Altered {
        /// Which file.
        path: PathBuf,
        /// The first difference.
        what: String,
    },
    /// The database is empty, or is not there, and what was last written to it is still beside it.
    #[error("the database `{path}` is empty, and `{log}` holds what was last written to it")]
    WithoutBeginning {
        /// Which file.
        path: PathBuf,
        /// The file beside it.
        log: PathBuf,
    },
    /// There is something that is no file where the database, or a file that goes with it, should be.
    #[error("`{path}` is not a file, and the database should be there")]
    NotAFile {
        /// What it is that is there.
        path: PathBuf,
    },
    /// The folder could not be made, or the file not opened.
    #[error("the database `{path}` cannot be opened")]
    CannotOpen {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database can be read and not written.
    #[error("the learner's database is read-only")]
    ReadOnly,
    /// There is no room.
    #[error("there is no room left on the disk for the learner's database")]
    Full,
    /// Another program holds the database, and did not let go in time.
    #[error("the learner's database is in use by another program")]
    Locked,
    /// The file is broken.
    #[error("the learner's database is damaged: {what}")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// There is no note with this number, or it was removed.
    #[error("there is no note {0}")]
    NoSuchNote(NoteId),
    /// There is no answer with this number.
    #[error("there is no answer {0}")]
    NoSuchAnswer(AnswerId),
    /// The report to keep is not JSON.
    #[error("the report is not JSON")]
    NotJson,
    /// Anything else that SQLite says.
    #[error("the learner's database failed: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        if error.sqlite_error().is_some_and(|error| error.extended_code == NO_ROOM_BESIDE) {
            return StoreError::Full;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly,
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Damaged { what: error.to_string() }
            }
            _ => match error {
                // Its own text has the whole statement in it, which may be the file's.
                rusqlite::Error::SqlInputError { error, msg, .. } => {
                    StoreError::Sqlite(rusqlite::Error::SqliteFailure(error, Some(msg)))
                }
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::Utf8Error(..) => StoreError::Damaged { what: error.to_string() },
                _ => StoreError::Sqlite(error),
            },
        }
    }
}
