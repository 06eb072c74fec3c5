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
/// How many bytes they take together, at most.
const MOST_BYTES: i64 = 128 << 20;
/// How many bytes a report takes that is kept, at most: hundreds of times what most take. Who explores what finds more does so again.
const LARGEST: usize = 4 << 20;

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

impl fmt::Display for ReportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ReportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReportKey({self})")
    }
}

impl Store {
    /// Returns the report that is kept under `key`, as JSON.
    pub fn report(&self, key: &ReportKey) -> Result<Option<String>, StoreError> {
        let mut statement = self.connection.prepare_cached("select report from reports where key = ?")?;
        Ok(statement.query_row([key.0], |row| row.get(0)).optional()?)
    }

    /// Keeps a report, in JSON, in place of what was kept under `key`. The oldest make room. One that is too large is not kept: a deck
    /// could fill the disk.
    pub fn keep_report(&mut self, key: &ReportKey, report: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        if serde_json::from_str::<serde::de::IgnoredAny>(report).is_err() {
            return Err(StoreError::NotJson);
        }
        if report.len() > LARGEST {
            return Ok(());
        }
        self.write(|connection| {
            connection
                .prepare_cached("insert or replace into reports (key, report, made_ms) values (?, ?, ?)")?
                .execute(params![key.0, report, columns::Instant(now)])?;
            connection
                .prepare_cached(
                    "delete from reports where key in (
                        select key from (
                            select key, row_number() over newest as place, sum(octet_length(report)) over newest as bytes
                            from reports
                            window newest as (order by made_ms desc, key)
                        ) where place > ? or bytes > ?
                    )",
                )?
                .execute([MOST, MOST_BYTES])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::moment;

    #[test]
    fn a_report_is_kept_under_its_key() {
        let mut store = Store::in_memory().expect("a store");
        let (one, two) = (ReportKey::of(&["ab", "c"]), ReportKey::of(&["a", "bc"]));
        assert_ne!(one, two);
        assert_eq!(one, ReportKey::of(&["ab", "c"]));
        assert_eq!(store.report(&one).expect("read"), None);
        store.keep_report(&one, r#"{"executions": 7}"#, moment(0).at).expect("kept");
        store.keep_report(&one, r#"{"executions": 8}"#, moment(1).at).expect("kept");
        assert_eq!(store.report(&one).expect("read").as_deref(), Some(r#"{"executions": 8}"#));
        assert_eq!(store.report(&two).expect("read"), None);
        assert!(matches!(store.keep_report(&two, "{", moment(0).at), Err(StoreError::NotJson)));
    }

    /// A deck whose programs find as much as there is room for took 17 MB for each question.
    #[test]
    fn reports_do_not_fill_the_disk() {
        let mut store = Store::in_memory().expect("a store");
        let key = |number: i64| ReportKey::of(&[&number.to_string()]);
        let large = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
        store.keep_report(&key(-1), &large(LARGEST + 1), moment(0).at).expect("it is no fault");
        assert_eq!(store.report(&key(-1)).expect("read"), None);
        let fit = MOST_BYTES / LARGEST as i64;
        for number in 0..=fit {
            store.keep_report(&key(number), &large(LARGEST), moment(number).at).expect("kept");
        }
        assert_eq!(store.report(&key(0)).expect("read"), None);
        assert!((1..=fit).all(|number| store.report(&key(number)).expect("read").is_some()));
    }

    #[test]
    fn the_oldest_reports_make_room() {
        let mut store = Store::in_memory().expect("a store");
        let key = |number: i64| ReportKey::of(&[&number.to_string()]);
        store
            .write(|connection| {
                let mut keep = connection.prepare("insert into reports (key, report, made_ms) values (?, '{}', ?)")?;
                for number in 0..MOST {
                    keep.execute(params![key(number).0, columns::Instant(moment(number).at)])?;
                }
                Ok(())
            })
            .expect("kept");
        store.keep_report(&key(MOST), "{}", moment(MOST).at).expect("kept");
        assert_eq!(store.report(&key(0)).expect("read"), None);
        assert!(store.report(&key(1)).expect("read").is_some());
        assert!(store.report(&key(MOST)).expect("read").is_some());
    }
}
