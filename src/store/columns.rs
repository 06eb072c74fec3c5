//! Our types as columns.

use chrono::DateTime;
use chrono::Utc;
use rusqlite::Row;
use rusqlite::types::FromSql;
use rusqlite::types::FromSqlError;
use rusqlite::types::FromSqlResult;
use rusqlite::types::ToSql;
use rusqlite::types::ToSqlOutput;
use rusqlite::types::ValueRef;

use super::StoreError;
use crate::deck::CardId;
use crate::deck::ConceptId;
use crate::deck::DeckId;
use crate::deck::Digest;
use crate::deck::QuestionId;
use crate::notes::AnswerId;
use crate::notes::NoteId;
use crate::notes::NoteText;
use crate::srs::Card;
use crate::srs::Day;
use crate::srs::Memory;
use crate::srs::Moment;
use crate::srs::Rating;
use crate::srs::Seen;

macro_rules! text_column {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.to_string()))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<$name> {
                value.as_str()?.parse().map_err(FromSqlError::other)
            }
        }
    )*};
}

text_column!(DeckId, ConceptId, QuestionId, Digest);

macro_rules! number_column {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<$name> {
                value.as_i64().map($name)
            }
        }
    )*};
}

number_column!(AnswerId, NoteId);

impl ToSql for Day {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.number()))
    }
}

impl FromSql for Day {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Day> {
        let number = value.as_i64()?;
        Day::from_number(number).ok_or(FromSqlError::OutOfRange(number))
    }
}

impl ToSql for Rating {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.number()))
    }
}

impl FromSql for Rating {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Rating> {
        let number = value.as_i64()?;
        let rating = u32::try_from(number).ok().and_then(Rating::from_number);
        rating.ok_or(FromSqlError::OutOfRange(number))
    }
}

impl ToSql for NoteText {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for NoteText {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<NoteText> {
        NoteText::new(value.as_str()?).map_err(FromSqlError::other)
    }
}

/// An instant, to the millisecond.
pub(super) struct Instant(pub(super) DateTime<Utc>);

impl ToSql for Instant {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.timestamp_millis()))
    }
}

impl FromSql for Instant {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Instant> {
        let millis = value.as_i64()?;
        DateTime::from_timestamp_millis(millis).map(Instant).ok_or(FromSqlError::OutOfRange(millis))
    }
}

/// Returns the card that the columns `deck` and `question` name.
pub(super) fn card_id(row: &Row<'_>) -> rusqlite::Result<CardId> {
    Ok(CardId { deck: row.get("deck")?, question: row.get("question")? })
}

/// Returns the moment that three columns hold.
pub(super) fn moment(row: &Row<'_>, at_ms: &str, offset_s: &str, day: &str) -> rusqlite::Result<Moment> {
    Ok(Moment { at: row.get::<_, Instant>(at_ms)?.0, offset_s: row.get(offset_s)?, day: row.get(day)? })
}

/// Returns what `memories` holds of a card; a card without a row there (whose columns are null) is new.
pub(super) fn card(row: &Row<'_>) -> Result<Card, StoreError> {
    let Some(state) = row.get::<_, Option<String>>("state")? else { return Ok(Card::New) };
    let (stability, difficulty): (f64, f64) = (row.get("stability")?, row.get("difficulty")?);
    let memory = Memory::new(stability as f32, difficulty as f32).ok_or_else(|| StoreError::Damaged {
        what: format!("a card's stability is {stability} and its difficulty {difficulty}"),
    })?;
    let last = moment(row, "last_at_ms", "last_offset_s", "last_day")?;
    let seen = Seen { memory, due: row.get("due")?, last };
    match state.as_str() {
        "learning" => Ok(Card::Learning(seen)),
        "reviewed" => Ok(Card::Reviewed(seen)),
        _ => Err(StoreError::Damaged { what: format!("a card's state is `{state}`") }),
    }
}

/// Returns the word for a card's state.
pub(super) fn state_name(card: &Card) -> &'static str {
    match card {
        Card::New => "new",
        Card::Learning(_) => "learning",
        Card::Reviewed(_) => "reviewed",
    }
}
