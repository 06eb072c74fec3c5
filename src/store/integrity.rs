//! Whether the database is sound, and making anew what follows from the log.

use super::Store;
use super::StoreError;

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
                faults.push(format!("`{table}` does not follow from the log in {differences} rows"));
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

    /// Makes anew, from the log and the notes, all that follows from them: memory, counts, the index of words.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute_batch(
                "delete from memories;
                insert into memories select * from memories_of_log;
                delete from days;
                insert into days select * from days_of_log;
                insert into note_words (note_words) values ('rebuild');",
            )?;
            Ok(())
        })
    }
}
