//! What the learner has set.

use rusqlite::OptionalExtension;
use rusqlite::params;
use rusqlite::types::FromSql;

use super::Store;
use super::StoreError;
use crate::srs::Limits;
use crate::srs::Model;

/// What the learner has set; defaults where nothing was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How much to take on in a day.
    pub limits: Limits,
    /// The chance of recall at which a card is due.
    pub retention: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { limits: Limits::default(), retention: Model::DEFAULT_RETENTION }
    }
}

impl Store {
    /// Returns what the learner has set.
    pub fn settings(&self) -> Result<Settings, StoreError> {
        let default = Settings::default();
        let limits = Limits {
            new_per_day: self.setting("new per day")?.unwrap_or(default.limits.new_per_day),
            reviews_per_day: self.setting("reviews per day")?.unwrap_or(default.limits.reviews_per_day),
        };
        Ok(Settings { limits, retention: self.setting("retention")?.unwrap_or(default.retention) })
    }

    /// Keeps what the learner has set.
    pub fn keep_settings(&mut self, settings: &Settings) -> Result<(), StoreError> {
        self.write(|connection| {
            let mut keep = connection.prepare_cached("insert or replace into settings (name, value) values (?, ?)")?;
            keep.execute(params!["new per day", settings.limits.new_per_day])?;
            keep.execute(params!["reviews per day", settings.limits.reviews_per_day])?;
            keep.execute(params!["retention", settings.retention])?;
            Ok(())
        })
    }

    fn setting<T: FromSql>(&self, name: &str) -> Result<Option<T>, StoreError> {
        let mut statement = self.connection.prepare_cached("select value from settings where name = ?")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_stays_set() {
        let mut store = Store::in_memory().expect("a store");
        assert_eq!(store.settings().expect("settings"), Settings::default());
        for retention in [0.85, 1.0] {
            let settings = Settings { limits: Limits { new_per_day: 3, reviews_per_day: u32::MAX }, retention };
            store.keep_settings(&settings).expect("kept");
            assert_eq!(store.settings().expect("settings"), settings);
        }
    }
}
