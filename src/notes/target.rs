//! What a note is attached to, and how that is written: `thread-safety/withdraw-final-balance:11-13`.

use std::fmt;
use std::str::FromStr;

use crate::deck::CardId;
use crate::deck::ConceptId;
use crate::deck::DeckId;
use crate::deck::ParseCardIdError;
use crate::deck::ParseIdError;

/// What a note is attached to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A deck as a whole.
    Deck(DeckId),
    /// A concept, with all of its questions.
    Concept {
        /// Which deck's.
        deck: DeckId,
        /// Which concept.
        concept: ConceptId,
    },
    /// A question.
    Question(CardId),
    /// Lines of a question's scenario.
    Lines(Lines),
    /// One past answer.
    Answer(AnswerId),
}

impl Target {
    /// Returns how this is written.
    pub fn address(&self) -> Address {
        match self {
            Target::Deck(deck) => Address::Deck(deck.clone()),
            Target::Concept { deck, concept } => Address::Concept { deck: deck.clone(), concept: concept.clone() },
            Target::Question(card) => Address::Question(card.clone()),
            Target::Lines(lines) => Address::Lines { card: lines.card.clone(), range: lines.range },
            Target::Answer(answer) => Address::Answer(*answer),
        }
    }
}

/// Lines of a question's scenario, with their text, by which they are found again when the scenario changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lines {
    /// Which question's.
    pub card: CardId,
    /// Which lines.
    pub range: LineRange,
    /// What they said when the note was attached.
    pub text: String,
}

/// Some lines of a text, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineRange {
    first: u32,
    last: u32,
}

impl LineRange {
    /// Returns the lines from `first` (counted from 1) to `last`, if there are any.
    pub fn new(first: u32, last: u32) -> Option<LineRange> {
        (1 <= first && first <= last).then_some(LineRange { first, last })
    }

    /// Returns the first line, from 1.
    pub fn first(self) -> u32 {
        self.first
    }

    /// Returns the last line, from 1.
    pub fn last(self) -> u32 {
        self.last
    }

    /// Returns these lines of `source`, if it has them.
    pub fn of(self, source: &str) -> Option<String> {
        let count = (self.last - self.first) as usize + 1;
        let lines: Vec<&str> = source.lines().skip(self.first as usize - 1).take(count).collect();
        (lines.len() == count).then(|| lines.join("\n"))
    }
}

impl fmt::Display for LineRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.last > self.first {
            write!(f, "-{}", self.last)?;
        }
        Ok(())
    }
}

/// The number of one past answer in the learner's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnswerId(pub i64);

impl fmt::Display for AnswerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a [`Target`] is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// `thread-safety`
    Deck(DeckId),
    /// `thread-safety/concept:lock`
    Concept {
        /// Which deck's.
        deck: DeckId,
        /// Which concept.
        concept: ConceptId,
    },
    /// `thread-safety/withdraw-final-balance`
    Question(CardId),
    /// `thread-safety/withdraw-final-balance:11-13`, or `…:11`
    Lines {
        /// Which question's.
        card: CardId,
        /// Which lines.
        range: LineRange,
    },
    /// `answer:17`
    Answer(AnswerId),
}

/// Why nothing can be attached at an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The question has no scenario, so there are no lines.
    #[error("`{0}` has no program, so a note cannot be attached to its lines")]
    NoScenario(CardId),
    /// The scenario is shorter.
    #[error("`{card}` has no line {line}: its program has {lines} lines")]
    NoSuchLine {
        /// Which question.
        card: CardId,
        /// The line that was asked for.
        line: u32,
        /// How many there are.
        lines: usize,
    },
}

impl Address {
    /// Returns the target at this address. `source` is the program of the question, where the address names one and it
    /// has one.
    pub fn target(self, source: Option<&str>) -> Result<Target, TargetError> {
        Ok(match self {
            Address::Deck(deck) => Target::Deck(deck),
            Address::Concept { deck, concept } => Target::Concept { deck, concept },
            Address::Question(card) => Target::Question(card),
            Address::Answer(answer) => Target::Answer(answer),
            Address::Lines { card, range } => {
                let Some(source) = source else { return Err(TargetError::NoScenario(card)) };
                match range.of(source) {
                    Some(text) => Target::Lines(Lines { card, range, text }),
                    None => {
                        return Err(TargetError::NoSuchLine { card, line: range.last, lines: source.lines().count() });
                    }
                }
            }
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Deck(deck) => write!(f, "{deck}"),
            Address::Concept { deck, concept } => write!(f, "{deck}/concept:{concept}"),
            Address::Question(card) => write!(f, "{card}"),
            Address::Lines { card, range } => write!(f, "{card}:{range}"),
            Address::Answer(answer) => write!(f, "answer:{answer}"),
        }
    }
}

/// Why a text names nothing that a note can be attached to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseAddressError {
    /// A deck's or concept's id is none.
    #[error(transparent)]
    Id(#[from] ParseIdError),
    /// A question's id is none.
    #[error(transparent)]
    Card(#[from] ParseCardIdError),
    /// What stands after the question is not a range of lines.
    #[error("`{0}` is not a range of lines: write LINE or FIRST-LAST, counted from 1")]
    Lines(String),
    /// What stands after `answer:` is not a number.
    #[error("`{0}` is not the number of an answer")]
    Answer(String),
}

impl FromStr for Address {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Address, ParseAddressError> {
        let cut = |text: &str| text.chars().take(80).collect();
        if let Some(answer) = text.strip_prefix("answer:") {
            return match number(answer) {
                Some(number) => Ok(Address::Answer(AnswerId(number))),
                None => Err(ParseAddressError::Answer(cut(answer))),
            };
        }
        let Some((deck, rest)) = text.split_once('/') else { return Ok(Address::Deck(text.parse()?)) };
        if let Some(concept) = rest.strip_prefix("concept:") {
            return Ok(Address::Concept { deck: deck.parse()?, concept: concept.parse()? });
        }
        let Some((card, range)) = text.rsplit_once(':') else { return Ok(Address::Question(text.parse()?)) };
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let line = |text| number(text).and_then(|line| u32::try_from(line).ok());
        let range = match (line(first), line(last)) {
            (Some(first), Some(last)) => LineRange::new(first, last),
            _ => None,
        };
        let card = card.parse()?;
        match range {
            Some(range) => Ok(Address::Lines { card, range }),
            None => Err(ParseAddressError::Lines(cut(text.rsplit(':').next().unwrap_or_default()))),
        }
    }
}

/// Reads a number from 1, as it is written.
pub(super) fn number(text: &str) -> Option<i64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| canonical)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_what_they_say() {
        let check = |text: &str, expected: Address| {
            assert_eq!(text.parse(), Ok(expected.clone()));
            assert_eq!(expected.to_string(), text);
        };
        let deck: DeckId = "thread-safety".parse().expect("an id");
        let card: CardId = "thread-safety/withdraw".parse().expect("a card");
        let range = |first, last| LineRange::new(first, last).expect("lines");
        check("thread-safety", Address::Deck(deck.clone()));
        check("thread-safety/concept:lock", Address::Concept { deck, concept: "lock".parse().expect("an id") });
        check("thread-safety/withdraw", Address::Question(card.clone()));
        check("thread-safety/withdraw:11-13", Address::Lines { card: card.clone(), range: range(11, 13) });
        check("thread-safety/withdraw:11", Address::Lines { card, range: range(11, 11) });
        check("answer:17", Address::Answer(AnswerId(17)));
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_is_wrong() {
        for (text, message) in [
            ("", "`` is not an id"),
            ("Thread Safety", "`Thread Safety` is not an id"),
            ("deck/concept:", "`` is not an id"),
            ("deck/a/b", "is not a card"),
            ("deck/question:", "`` is not a range of lines"),
            ("deck/question:0", "`0` is not a range of lines"),
            ("deck/question:3-2", "`3-2` is not a range of lines"),
            ("deck/question:1-x", "`1-x` is not a range of lines"),
            ("deck/question:99999999999", "`99999999999` is not a range of lines"),
            ("answer:", "`` is not the number of an answer"),
            ("answer:-4", "`-4` is not the number of an answer"),
        ] {
            let error = text.parse::<Address>().expect_err(text).to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn lines_take_their_text_along() {
        let address: Address = "deck/question:2-3".parse().expect("an address");
        let card: CardId = "deck/question".parse().expect("a card");
        let Ok(Target::Lines(lines)) = address.clone().target(Some("one\ntwo\nthree\n")) else { panic!("no lines") };
        assert_eq!(lines.text, "two\nthree");
        assert_eq!(Target::Lines(lines).address(), address);
        assert_eq!(
            address.clone().target(Some("one\ntwo\n")),
            Err(TargetError::NoSuchLine { card: card.clone(), line: 3, lines: 2 })
        );
        assert_eq!(address.target(None), Err(TargetError::NoScenario(card)));
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_refused(text in "([a-z0-9:/-]{0,20}|.{0,20})") {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert_eq!(address.to_string().parse(), Ok(address));
            }
        }
    }
}
