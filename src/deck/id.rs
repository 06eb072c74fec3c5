//! Names that last: of decks, concepts and questions, and the card id that a learner's history hangs on.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;

/// The longest id: enough for words, short enough for a line of a list.
pub const MAX_ID_LENGTH: usize = 64;

/// Why a text is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseIdError {
    /// It has other characters than an id may have, or hyphens where none may be.
    #[error("`{0}` is not an id: ids are lower-case letters and digits, in words joined by single hyphens")]
    Form(String),
    /// It is longer than [`MAX_ID_LENGTH`].
    #[error("`{0}` is too long for an id: {MAX_ID_LENGTH} characters are allowed")]
    Length(String),
}

fn checked(text: &str) -> Result<String, ParseIdError> {
    if text.len() > MAX_ID_LENGTH {
        // The text is cut, so that a message stays a line whatever was read.
        return Err(ParseIdError::Length(text.chars().take(20).chain(['…']).collect()));
    }
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if text.split('-').all(word) { Ok(text.to_owned()) } else { Err(ParseIdError::Form(text.to_owned())) }
}

macro_rules! id {
    ($(#[$docs:meta])* $name:ident) => {
        $(#[$docs])*
        ///
        /// Lower-case letters and digits, in words joined by single hyphens; at most [`MAX_ID_LENGTH`] of them.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<$name, ParseIdError> {
                checked(text).map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// Which deck.
    DeckId
}
id! {
    /// Which concept of a deck.
    ConceptId
}
id! {
    /// Which question of a deck.
    QuestionId
}

/// What a learner's history hangs on: a question, wherever its deck lies and however it is worded. Written
/// `deck/question`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardId {
    /// Which deck.
    pub deck: DeckId,
    /// Which of its questions.
    pub question: QuestionId,
}

impl fmt::Display for CardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.deck, self.question)
    }
}

impl fmt::Debug for CardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardId({self})")
    }
}

/// Why a text is not a card's id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseCardIdError {
    /// There is no slash, or more than one.
    #[error("`{0}` is not a card: cards are written DECK/QUESTION, as in `thread-safety/withdraw-final-balance`")]
    Form(String),
    /// The deck or the question is no id.
    #[error(transparent)]
    Id(#[from] ParseIdError),
}

impl FromStr for CardId {
    type Err = ParseCardIdError;

    fn from_str(text: &str) -> Result<CardId, ParseCardIdError> {
        match text.split_once('/') {
            Some((deck, question)) if !question.contains('/') => {
                Ok(CardId { deck: deck.parse()?, question: question.parse()? })
            }
            _ => Err(ParseCardIdError::Form(text.chars().take(200).collect())),
        }
    }
}

impl Serialize for CardId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CardId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CardId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in ["", "A", "a_b", "a b", "-a", "a-", "a--b", "ä", "a/b", ".", "a\n"] {
            assert_eq!(text.parse::<QuestionId>(), Err(ParseIdError::Form(text.to_owned())), "{text:?}");
        }
        assert!("a".repeat(64).parse::<QuestionId>().is_ok());
        let long = "a".repeat(65).parse::<QuestionId>().expect_err("too long");
        assert_eq!(long.to_string(), "`aaaaaaaaaaaaaaaaaaaa…` is too long for an id: 64 characters are allowed");
    }

    #[test]
    fn what_is_not_a_card_is_refused() {
        for text in ["", "deck", "deck/a/b", "deck/", "/a", "Deck/a"] {
            assert!(text.parse::<CardId>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn ids_round_trip(text in "[a-z0-9]{1,12}(-[a-z0-9]{1,12}){0,3}") {
            let id: ConceptId = text.parse().expect("an id");
            prop_assert_eq!(id.to_string(), text.clone());
            let json = serde_json::to_string(&id).expect("a string");
            prop_assert_eq!(serde_json::from_str::<ConceptId>(&json).expect("an id"), id);
        }

        #[test]
        fn cards_round_trip(deck in "[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,3}", question in "[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,3}") {
            let card = CardId { deck: deck.parse().expect("an id"), question: question.parse().expect("an id") };
            prop_assert_eq!(card.to_string().parse::<CardId>(), Ok(card.clone()));
            let json = serde_json::to_string(&card).expect("a string");
            prop_assert_eq!(serde_json::from_str::<CardId>(&json).expect("a card"), card);
        }

        #[test]
        fn any_text_is_an_id_or_refused(text in ".{0,80}") {
            if let Ok(id) = text.parse::<DeckId>() {
                prop_assert_eq!(id.as_str(), text.as_str());
            }
        }
    }
}
