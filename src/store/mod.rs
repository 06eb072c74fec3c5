//! The learner's database: answers, memory, notes and reports in SQLite.
//!
//! Every answer is one transaction. The log of answers is only ever added to; what is remembered and counted follows
//! from it (see [`Store::rebuild`]). Functions are named for the question they answer, take the moment as an
//! argument, and leave what a review means to `srs` and what a session asks to others.

mod answers;
mod cards;
mod columns;
mod error;
mod integrity;
mod migrations;
mod notes;
mod open;
mod pace;
mod reports;
mod schema;
mod settings;

pub use answers::Answer;
pub use answers::Answered;
pub use answers::Occasion;
pub use answers::PastAnswer;
pub use answers::Undone;
pub use cards::ChangedCard;
pub use cards::DeckCard;
pub use cards::Met;
pub use cards::Today;
pub use error::StoreError;
pub use notes::NoteHit;
pub use reports::ReportKey;
pub use settings::Settings;

use rusqlite::Connection;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;

/// A connection to the learner's database.
///
/// Several may be open at once, in one process or in many: each writes whole transactions, one after the other.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Does `work` in a transaction that nobody else can write into, and that is undone if it fails.
    ///
    /// It is immediate: what `work` reads is still so when it writes.
    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Does `work` on one state of the database, whatever others write meanwhile.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)?;
        work(&transaction)
    }
}

/// Decks and moments for the tests of this module.
#[cfg(test)]
mod fixtures {
    use chrono::DateTime;
    use chrono::TimeDelta;
    use chrono::Utc;

    use super::Answer;
    use crate::deck::CardId;
    use crate::deck::Concept;
    use crate::deck::Deck;
    use crate::deck::Digest;
    use crate::deck::Kind;
    use crate::deck::Place;
    use crate::deck::Question;
    use crate::srs::Moment;
    use crate::srs::Rating;
    use crate::srs::Review;

    /// Returns noon of 2026-03-02, so many minutes later.
    pub(super) fn moment(minutes: i64) -> Moment {
        let noon: DateTime<Utc> = "2026-03-02T12:00:00Z".parse().expect("an instant");
        Moment::of(noon + TimeDelta::minutes(minutes), &Utc)
    }

    pub(super) fn card(text: &str) -> CardId {
        text.parse().expect("a card")
    }

    pub(super) fn digest(ask: &str) -> Digest {
        Digest::of(ask, &Kind::Recall { answer: String::new() })
    }

    pub(super) fn answer(card: &CardId) -> Answer<'_> {
        Answer { card, digest: digest("?"), text: "-200", correct: Some(true), hints: 0 }
    }

    pub(super) fn review(rating: Rating, at: Moment) -> Review {
        Review { at, rating, proposed: Some(Rating::Good), seconds: 12.5 }
    }

    /// Returns a deck with these questions. One that is written `new<old` was once called `old`.
    pub(super) fn deck(id: &str, questions: &[&str]) -> Deck {
        let question = |text: &&str| {
            let mut names = text.split('<').map(|name| name.parse().expect("an id"));
            Question {
                id: names.next().expect("a name"),
                concept: "lock".parse().expect("an id"),
                ask: "?".to_owned(),
                hints: Vec::new(),
                explain: None,
                formerly: names.collect(),
                kind: Kind::Recall { answer: String::new() },
                digest: digest("?"),
                place: Place { file: "lock.yaml".to_owned(), line: 1, column: 1 },
            }
        };
        Deck {
            id: id.parse().expect("an id"),
            title: id.to_owned(),
            about: None,
            concepts: vec![Concept {
                id: "lock".parse().expect("an id"),
                title: "Locks".to_owned(),
                requires: Vec::new(),
                teach: String::new(),
                refs: Vec::new(),
            }],
            questions: questions.iter().map(question).collect(),
        }
    }
}
