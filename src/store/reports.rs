//! What exploring a program found, kept so that a daily review does not wait.

use std::fmt;

use chrono::DateTime;
use chrono::Utc;
use rusqlite::OptionalExtension;
use rusqlite::params;

use super::Store;
use super::StoreError;
use super::columns;

/// How many reports are kept: those of a few large decks.
const MOST: i64 = 5000;

/// A digest of all that a report depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReportKey([u8; 32]);

impl ReportKey {
    /// Returns the key of what these texts say together, in this order: program, observation, options, versions.
    pub fn of(parts: &[&str]) -> ReportKey {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            // With their lengths, so that "ab" and "c" differ from "a" and "bc".
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        ReportKey(*hasher.finalize().as_bytes())
    }
}

impl fmt::Debug for ReportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportKey(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

impl Store {
    /// Returns the report that is kept under `key`, as JSON.
    pub fn report(&self, key: &ReportKey) -> Result<Option<String>, StoreError> {
        let mut statement = self.connection.prepare_cached("select report from reports where key = ?")?;
        Ok(statement.query_row([key.0], |row| row.get(0)).optional()?)
    }

    /// Keeps a report, in JSON, in place of what was kept under `key`. The oldest make room.
    pub fn keep_report(&mut self, key: &ReportKey, report: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        if serde_json::from_str::<serde::de::IgnoredAny>(report).is_err() {
            return Err(StoreError::NotJson);
        }
        self.write(|connection| {
            connection
                .prepare_cached("insert or replace into reports (key, report, made_ms) values (?, ?, ?)")?
                .execute(params![key.0, report, columns::Instant(now)])?;
            connection
                .prepare_cached(
                    "delete from reports where key in
                        (select key from reports order by made_ms desc, key limit -1 offset ?)",
                )?
                .execute([MOST])?;
            Ok(())
        })
    }

    /// Forgets all reports; they are found again by exploring.
    pub fn forget_reports(&mut self) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute("delete from reports", [])?;
            Ok(())
        })
    }
}
