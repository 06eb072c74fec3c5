//! Whether the database is sound, and making anew what follows from the log.

use rusqlite::Row;

use super::Store;
use super::StoreError;
use crate::deck::DeckId;
use crate::deck::QuestionId;

impl Store {
    /// Returns what is wrong with the database; nothing, if it is sound.
    pub fn integrity(&mut self) -> Result<Vec<String>, StoreError> {
        let mut faults = Vec::new();
        {
            let mut statement = self.connection.prepare("pragma integrity_check")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let line: String = row.get(0)?;
                if line != "ok" {
                    faults.push(line);
                }
            }
            let mut statement = self.connection.prepare("pragma foreign_key_check")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
                faults.push(format!("a row of `{table}` belongs to a row of `{parent}` that is not there"));
            }
        }
        for (table, view) in [("memories", "memories_of_log"), ("days", "days_of_log")] {
            let differences: i64 = self.connection.query_row(
                &format!(
                    "select (select count(*) from (select * from {table} except select * from {view}))
                        + (select count(*) from (select * from {view} except select * from {table}))"
                ),
                [],
                |row| row.get(0),
            )?;
            if differences > 0 {
                let rows = if differences == 1 { "row" } else { "rows" };
                faults.push(format!("`{table}` does not follow from the log in {differences} {rows}"));
            }
        }
        // What other commands read of each row is read as they do.
        let read = [
            self.settings().map(|_| ()),
            self.read_all::<(DeckId, QuestionId)>("select deck, question from cards", |row| {
                Ok((row.get(0)?, row.get(1)?))
            }),
        ];
        for fault in read {
            match fault {
                Err(StoreError::Damaged { what }) => faults.push(what),
                other => other?,
            }
        }
        // With a rank of 1 the index is compared with the notes too.
        let index = "insert into note_words (note_words, rank) values ('integrity-check', 1)";
        match self.connection.execute(index, []).map_err(StoreError::from) {
            Ok(_) => {}
            Err(StoreError::Damaged { .. }) => faults.push("the index of the notes does not fit them".to_owned()),
            Err(error) => return Err(error),
        }
        Ok(faults)
    }

    /// Reads all rows of `query`, which are to be as they should.
    fn read_all<T>(&self, query: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(query)?;
        for row in statement.query_map([], read)? {
            row?;
        }
        Ok(())
    }

    /// Makes anew, from the log and the notes, all that follows from them: memory, counts, the index of words. What is set to what cannot be
    /// is set no more.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute_batch(
                "delete from settings where typeof(value) not in ('integer', 'real') or value < 0;
                delete from memories;
                insert into memories select * from memories_of_log;
                delete from days;
                insert into days select * from days_of_log;
                insert into note_words (note_words) values ('rebuild');",
            )?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::NoteText;
    use crate::notes::Target;
    use crate::srs::Model;
    use crate::srs::Rating;
    use crate::store::fixtures::answer;
    use crate::store::fixtures::card;
    use crate::store::fixtures::moment;
    use crate::store::fixtures::review;

    #[test]
    fn what_does_not_follow_from_the_log_is_found_and_mended() {
        let mut store = Store::in_memory().expect("a store");
        let id = card("deck/one");
        let after =
            store.answer(&answer(&id), &review(Rating::Good, moment(0)), &Model::default()).expect("kept").after;
        let text = NoteText::new("lock").expect("a note");
        store.add_note(&Target::Question(id.clone()), &text, moment(0).at).expect("added");
        assert_eq!(store.integrity().expect("checked"), [""; 0]);
        for (sql, fault) in [
            ("update memories set due = due + 1", "`memories` does not follow from the log in 2 rows"),
            ("delete from memories", "`memories` does not follow from the log in 1 row"),
            ("update days set new = 7", "`days` does not follow from the log in 2 rows"),
            (
                "insert into note_words (note_words, rowid, text) values ('delete', 1, 'lock')",
                "the index of the notes does not fit them",
            ),
        ] {
            store.connection.execute_batch(sql).expect("damaged");
            assert_eq!(store.integrity().expect("checked"), [fault]);
            store.rebuild().expect("rebuilt");
            assert_eq!(store.integrity().expect("checked"), [""; 0]);
        }
        assert_eq!(store.card(&id).expect("a card"), after);
    }

    /// Other commands said that it was damaged, and that the doctor knew how bad it was, which called it sound.
    #[test]
    fn what_other_commands_cannot_read_is_found() {
        let mut store = Store::in_memory().expect("a store");
        store
            .connection
            .execute_batch("insert or replace into settings (name, value) values ('retention', x'ff00')")
            .expect("damaged");
        assert!(store.settings().is_err());
        assert_eq!(store.integrity().expect("checked").len(), 1);
        store.rebuild().expect("rebuilt");
        assert_eq!(store.integrity().expect("checked"), [""; 0]);
        assert_eq!(store.settings().expect("settings"), crate::store::Settings::default());
        store.connection.execute_batch("insert into cards (deck, question) values ('\u{1b}', 'q')").expect("damaged");
        assert_eq!(store.integrity().expect("checked").len(), 1);
    }

    #[test]
    fn a_row_without_its_owner_is_found() {
        let mut store = Store::in_memory().expect("a store");
        store
            .connection
            .execute_batch(
                "pragma foreign_keys = off;
                insert into notes (kind, card, text, created_ms, changed_ms, removed) values ('question', 9, 'x', 0, 0, 0);",
            )
            .expect("damaged");
        let faults = store.integrity().expect("checked");
        assert!(
            faults.contains(&"a row of `notes` belongs to a row of `cards` that is not there".to_owned()),
            "{faults:?}"
        );
    }
}
