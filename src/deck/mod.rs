//! Decks: concepts, what is asked about them, and how an answer is checked.
//!
//! This module knows the format: it makes a [`Deck`] of the texts of a deck's files, or says everything that is
//! wrong with them. It opens no files itself, runs no scenario and knows nothing of learners.

mod parse;
mod problem;
mod fault;
mod id;
mod digest;
mod format;
mod kinds;
mod record;
mod scalars;
mod schema;
mod links;
mod paths;
mod reading;
mod tree;
mod source;
mod nearest;

pub use digest::Digest;
pub use digest::ParseDigestError;
pub use fault::Fault;
pub use fault::Faults;
pub use fault::Mark;
pub use id::CardId;
pub use id::ConceptId;
pub use id::DeckId;
pub use id::MAX_ID_LENGTH;
pub use id::ParseCardIdError;
pub use id::ParseIdError;
pub use id::QuestionId;
pub use parse::parse;
pub use parse::parse_with_refused;
pub use problem::Problem;
pub use schema::schema;
pub use source::is_forbidden;

use crate::scenario::Ending;
use crate::scenario::Scenario;

/// The largest file of a deck: a thousand times what a topic needs.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// The most files of a deck.
pub const MAX_FILES: usize = 1000;
/// How many files and folders of any sort may lie in a deck's folder: a deck that lies among a hundred thousand other files is lying in
/// the wrong place.
pub const MAX_ENTRIES: usize = 10 * MAX_FILES;
/// How many folders deep a file of a deck may lie.
pub const MAX_FOLDER_DEPTH: usize = 16;
/// How many folders may lie where the learner's decks do.
pub const MAX_DECKS: usize = 1000;
/// The most bytes of all files of a deck together.
pub const MAX_DECK_BYTES: usize = 16 << 20;

/// Concepts, and questions about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deck {
    /// Its name for ever.
    pub id: DeckId,
    /// Its name for people.
    pub title: String,
    /// What it is about, in Markdown.
    pub about: Option<String>,
    /// In teaching order: no concept comes before one that it requires.
    pub concepts: Vec<Concept>,
    /// In teaching order: those of the first concept, as the author ordered them, then those of the second, …
    pub questions: Vec<Question>,
}

impl Deck {
    /// Returns the concept with this id.
    pub fn concept(&self, id: &ConceptId) -> Option<&Concept> {
        self.concepts.iter().find(|concept| concept.id == *id)
    }

    /// Returns the question with this id.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == *id)
    }

    /// Returns the id that the learner's side of `question` goes by.
    pub fn card(&self, question: &Question) -> CardId {
        CardId { deck: self.id.clone(), question: question.id.clone() }
    }
}

/// A thing to learn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concept {
    /// Its name for ever.
    pub id: ConceptId,
    /// Its name for people.
    pub title: String,
    /// What is better learned before. It orders new cards and locks nothing.
    pub requires: Vec<ConceptId>,
    /// The teaching text, in Markdown.
    pub teach: String,
    /// Where to read on.
    pub refs: Vec<Reference>,
}

/// Where to read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What is found there.
    pub title: String,
    /// Where it is.
    pub url: String,
}

/// One thing to ask about a concept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name for ever: history hangs on it, never on the text.
    pub id: QuestionId,
    /// What it is about.
    pub concept: ConceptId,
    /// The question, in Markdown.
    pub ask: String,
    /// Help, one at a time, the vaguest first.
    pub hints: Vec<String>,
    /// What follows the answer, right or wrong, in Markdown.
    pub explain: Option<String>,
    /// Ids that this question once had.
    pub formerly: Vec<QuestionId>,
    /// How it is answered and checked.
    pub kind: Kind,
    /// What it asks, in short: differs when the question or its check does.
    pub digest: Digest,
    /// Where in the deck it is written.
    pub place: Place,
}

/// How a question is answered, and what an answer is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The learner recalls, reveals, and says how it went.
    Recall {
        /// What should have come to mind, in Markdown.
        answer: String,
    },
    /// The learner types the words that are hidden.
    Cloze(Cloze),
    /// The learner picks all that is right among the author's options.
    Choice {
        /// At least one is correct and at least one is not; their texts differ.
        options: Vec<ChoiceOption>,
    },
    /// The learner picks all the outcomes that a scenario can have.
    Outcomes {
        /// What runs.
        scenario: Scenario,
        /// What can be picked, each once. Exploring says which are possible.
        choices: Vec<OutcomeChoice>,
    },
    /// The learner says whether a claim holds in every order, can fail, or can deadlock.
    Verdict {
        /// What runs; its first claim is the expression of `claim`.
        scenario: Scenario,
        /// What is claimed of it.
        claim: Claim,
    },
}

impl Kind {
    /// Returns the word that decks use for this kind.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Recall { .. } => "recall",
            Kind::Cloze(_) => "cloze",
            Kind::Choice { .. } => "choice",
            Kind::Outcomes { .. } => "outcomes",
            Kind::Verdict { .. } => "verdict",
        }
    }

    /// Returns the program that an answer is checked with, if it takes one.
    pub fn scenario(&self) -> Option<&Scenario> {
        match self {
            Kind::Recall { .. } | Kind::Cloze(_) | Kind::Choice { .. } => None,
            Kind::Outcomes { scenario, .. } | Kind::Verdict { scenario, .. } => Some(scenario),
        }
    }
}

/// A text with gaps, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloze {
    /// What is shown and what is hidden, in order.
    pub parts: Vec<Part>,
}

impl Cloze {
    /// Returns the gaps, in order.
    pub fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Gap(gap) => Some(gap),
        })
    }
}

/// A part of a text with gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is shown.
    Text(String),
    /// What is hidden.
    Gap(Gap),
}

/// Hidden words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What may stand here, the author's first choice first; never empty.
    pub accepted: Vec<String>,
}

/// One of the author's options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    /// What it says, in Markdown.
    pub text: String,
    /// Whether it should be picked.
    pub correct: bool,
    /// What is said of it afterwards, in Markdown.
    pub feedback: Option<String>,
}

/// An outcome that a scenario may or may not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeChoice {
    /// The observed value: as Python's `repr` has it or, where it is a string, the string itself. Without an
    /// observed expression, the printed text, not counting the last line break.
    Value(String),
    /// How it ends: [`Ending::Deadlock`] or [`Ending::Spin`].
    Ending(Ending),
}

/// What is claimed of a scenario: a Python expression over the module's globals when an execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is true at the end of every execution.
    Always(String),
    /// It is true at the end of none.
    Never(String),
}

impl Claim {
    /// Returns the Python expression.
    pub fn expression(&self) -> &str {
        match self {
            Claim::Always(expression) | Claim::Never(expression) => expression,
        }
    }
}

/// A place in a deck's files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's path inside the deck.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

#[cfg(test)]
mod tests;
