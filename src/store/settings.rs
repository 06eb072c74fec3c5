//! What the learner has set, and leave that was given.

use rusqlite::OptionalExtension;
use rusqlite::params;
use rusqlite::types::FromSql;

use super::Store;
use super::StoreError;
use crate::deck::Deck;
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

    /// Returns whether the learner lets the programs of `deck` run where they cannot be confined. Leave is for the deck as it
    /// was: whatever changes in a question ends it.
    pub fn may_run_unconfined(&self, deck: &Deck) -> Result<bool, StoreError> {
        Ok(self.setting::<bool>(&leave(deck))?.unwrap_or(false))
    }

    /// Lets the programs of `deck`, as it is, run where they cannot be confined.
    pub fn let_run_unconfined(&mut self, deck: &Deck) -> Result<(), StoreError> {
        self.write(|connection| {
            let mut keep = connection.prepare_cached("insert or replace into settings (name, value) values (?, ?)")?;
            keep.execute(params![leave(deck), true])?;
            Ok(())
        })
    }

    fn setting<T: FromSql>(&self, name: &str) -> Result<Option<T>, StoreError> {
        let mut statement = self.connection.prepare_cached("select value from settings where name = ?")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }
}

/// Returns the name of the setting that gives leave to `deck` as it is.
fn leave(deck: &Deck) -> String {
    let mut hasher = blake3::Hasher::new();
    for question in &deck.questions {
        hasher.update(question.digest.to_string().as_bytes());
    }
    format!("unconfined {} {}", deck.id, hasher.finalize().to_hex())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures;

    #[test]
    fn leave_is_for_a_deck_as_it_was() {
        let mut store = Store::in_memory().expect("a store");
        let mut deck = fixtures::deck("a", &["q"]);
        assert!(!store.may_run_unconfined(&deck).expect("an answer"));
        store.let_run_unconfined(&deck).expect("kept");
        assert!(store.may_run_unconfined(&deck).expect("an answer"));
        assert!(!store.may_run_unconfined(&fixtures::deck("b", &["q"])).expect("an answer"), "another deck");
        deck.questions[0].digest = fixtures::digest("something else?");
        assert!(!store.may_run_unconfined(&deck).expect("an answer"), "a deck that was changed");
    }

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
