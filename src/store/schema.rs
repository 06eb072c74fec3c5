//! Whether a database has the tables, views and triggers that our migrations make, and no others.
//!
//! A file from elsewhere can say that it is ours. A view or a trigger in it is a program, which runs when we read or write: it could
//! go on for ever, or change what is kept behind our back. So nothing is read of a database before this was looked at.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::StoreError;
use super::migrations;

/// What SQLite makes beside our tables is its own affair, as far as that can run nothing.
const THEIRS: [&str; 2] = ["sqlite_", "note_words_"];

/// The digest of what a database of the newest version has in it. To make one to compare with takes as long as all else that a command
/// does with its database, so that is done only where this does not settle it.
const NEWEST_DIGEST: &str = "fb781585fad43c08fb6f0378e58f0a0a3df855137a4f075d66c9c1f7814636a8";

/// How much of a name is told.
const LONGEST_NAME: usize = 60;

/// One thing of a schema: what it is, its name, whose it is, and how it was made, where that is ours to say.
type Thing = (String, String, String, Option<String>);

/// Returns the first difference between what is in a database and what belongs in one of its version; nothing, if there is none.
pub(super) fn difference(connection: &mut Connection) -> Result<Option<String>, StoreError> {
    // Another process may just be making it, so both are read at one moment.
    let transaction = connection.transaction()?;
    let version = migrations::version(&transaction)?;
    let found = things(&transaction)?;
    drop(transaction);
    let Some(version) = usize::try_from(version).ok().filter(|&version| version as i64 <= migrations::NEWEST) else {
        return Ok(Some(format!("it has version {version}")));
    };
    if version == 0 {
        return Ok((!found.is_empty()).then(|| "it has version 0, and is not empty".to_owned()));
    }
    if version as i64 == migrations::NEWEST && digest(&found) == NEWEST_DIGEST {
        return Ok(None);
    }
    let mut made = Connection::open_in_memory()?;
    migrations::make(&mut made, version)?;
    let expected = things(&made)?;
    let more = found.difference(&expected).next().map(|(kind, name, ..)| {
        let is_known = expected.iter().any(|(other_kind, other, ..)| other_kind == kind && other == name);
        let what = if is_known { "another" } else { "none of Raceday's" };
        format!("the {kind} `{}` is {what}", cut(name))
    });
    let less = || expected.difference(&found).next().map(|(kind, name, ..)| format!("the {kind} `{name}` is missing"));
    Ok(more.or_else(less))
}

/// Returns a digest that no two schemas share: in what is hashed each text has its quotes.
fn digest(things: &BTreeSet<Thing>) -> String {
    blake3::hash(format!("{things:?}").as_bytes()).to_hex().to_string()
}

/// Returns the beginning of a name, which can be of any length.
fn cut(name: &str) -> String {
    name.chars().take(LONGEST_NAME).collect()
}

/// Returns what is in a database. Of what SQLite makes of its own accord only the tables' names are compared, and nothing of its indexes
/// and statistics: another version of it may make them otherwise.
fn things(connection: &Connection) -> Result<BTreeSet<Thing>, StoreError> {
    let mut statement = connection.prepare("select type, name, tbl_name, sql from sqlite_schema")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut things = BTreeSet::new();
    for row in rows {
        let (kind, name, table, sql): Thing = row?;
        let is_theirs = THEIRS.iter().any(|start| name.starts_with(start));
        match kind.as_str() {
            "table" | "index" if is_theirs && name.starts_with("sqlite_") => {}
            "table" if is_theirs => _ = things.insert((kind, name, table, None)),
            _ => _ = things.insert((kind, name, table, sql)),
        }
    }
    Ok(things)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what differs in a database of ours after `sql`.
    fn after(sql: &str) -> Option<String> {
        let mut connection = Connection::open_in_memory().expect("a database");
        migrations::migrate(&mut connection).expect("migrated");
        connection.execute_batch(sql).expect(sql);
        difference(&mut connection).expect("read")
    }

    #[test]
    fn the_digest_is_that_of_what_the_migrations_make() {
        let mut made = Connection::open_in_memory().expect("a database");
        migrations::migrate(&mut made).expect("migrated");
        assert_eq!(
            digest(&things(&made).expect("read")),
            NEWEST_DIGEST,
            "put the digest there whenever there is another migration"
        );
    }

    #[test]
    fn what_the_migrations_make_is_ours_and_so_is_what_sqlite_adds() {
        assert_eq!(after(""), None);
        assert_eq!(after("analyze"), None);
        assert_eq!(difference(&mut Connection::open_in_memory().expect("a database")).expect("read"), None);
    }

    #[test]
    fn what_could_run_or_is_missing_is_named() {
        for (sql, expected) in [
            ("create view v as select 1", "the view `v` is none of Raceday's"),
            ("create trigger t after insert on log begin select 1; end", "the trigger `t` is none of Raceday's"),
            ("drop view live_log; create view live_log as select * from log", "the view `live_log` is another"),
            ("create table t (x, y as (x + 1))", "the table `t` is none of Raceday's"),
            ("create index i on log (abs(id))", "the index `i` is none of Raceday's"),
            ("drop trigger log_is_not_changed", "the trigger `log_is_not_changed` is missing"),
            ("drop table settings", "the table `settings` is missing"),
            ("pragma user_version = 0", "it has version 0, and is not empty"),
            ("pragma user_version = -1", "it has version -1"),
            ("pragma user_version = 7", "it has version 7"),
        ] {
            assert_eq!(after(sql).as_deref(), Some(expected), "{sql}");
        }
    }
}
