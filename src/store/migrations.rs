//! The list of `migrations/`, and how a database gets from whatever version it has to the newest.

use rusqlite::Connection;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;
use rusqlite_migration::HookError;
use rusqlite_migration::HookResult;
use rusqlite_migration::M;
use rusqlite_migration::Migrations;

use super::StoreError;

/// The files of `migrations/`, in order. A released one is never edited: its text is how databases out there came to be.
const FILES: &[(&str, &str)] = &[("0001_learner.sql", include_str!("../../migrations/0001_learner.sql"))];

/// The version of a database that went through all of them.
pub(super) const NEWEST: i64 = FILES.len() as i64;

/// Returns the version that a database has; a new file has 0.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings a database to [`NEWEST`].
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    let mut before = version(connection)?;
    while before < NEWEST {
        match migrations().to_latest(connection) {
            Ok(()) => return Ok(()),
            Err(error) => {
                // If somebody else was quicker, what we failed at is done.
                let now = version(connection)?;
                if now == before {
                    return Err(migration_error(error));
                }
                before = now;
            }
        }
    }
    Ok(())
}

/// Makes in an empty database what one of this version, which is one of ours, has in it.
pub(super) fn make(connection: &mut Connection, version: usize) -> Result<(), StoreError> {
    migrations().to_version(connection, version).map_err(migration_error)
}

fn migrations() -> Migrations<'static> {
    let migrations = FILES.iter().enumerate().map(|(index, (_, sql))| {
        M::up_with_hook(sql, move |transaction: &Transaction<'_>| unless_done(transaction, index)).foreign_key_check()
    });
    Migrations::new(migrations.collect())
}

/// Fails, and so undoes the migration, if another process did it since this one looked at the version.
fn unless_done(transaction: &Transaction<'_>, index: usize) -> HookResult {
    let version = version(transaction)?;
    if version > index as i64 {
        return Err(HookError::Hook(format!("migration {} was done by another process", index + 1)));
    }
    Ok(())
}

fn migration_error(error: rusqlite_migration::Error) -> StoreError {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => StoreError::Damaged { what: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn migrations_are_valid() {
        migrations().validate().expect("valid migrations");
    }

    #[test]
    fn the_list_is_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .collect();
        names.sort();
        let listed: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, listed);
        for (index, name) in listed.iter().enumerate() {
            assert!(name.starts_with(&format!("{:04}_", index + 1)), "{name} is not numbered in order");
        }
    }

    /// A file that is here was released, and learners' databases went through it. To change something, add a file.
    #[test]
    fn released_files_are_not_edited() {
        let released = [("0001_learner.sql", "b4637cf7da1899732fcf48029254b9b42dc4ef2b0c22888ec2f2e40cc963beee")];
        let files: Vec<(&str, String)> =
            FILES.iter().map(|(name, sql)| (*name, blake3::hash(sql.as_bytes()).to_hex().to_string())).collect();
        for (name, digest) in released {
            let file = files.iter().find(|(file, _)| *file == name).unwrap_or_else(|| panic!("{name} is gone"));
            assert_eq!(file.1, digest, "{name} was edited");
        }
        assert_eq!(files.len(), released.len(), "a new file is entered here when it is released");
    }

    #[test]
    fn a_migration_that_another_process_did_is_not_done_again() {
        let mut connection = Connection::open_in_memory().expect("a database");
        migrate(&mut connection).expect("migrated");
        let transaction = connection.transaction().expect("a transaction");
        assert!(unless_done(&transaction, 0).is_err());
        assert!(unless_done(&transaction, FILES.len()).is_ok());
    }
}
