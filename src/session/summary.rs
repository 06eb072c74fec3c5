//! What a session came to.

use crate::deck::CardId;
use crate::deck::Concept;

/// What a session came to so far. First answers count; what came back is counted apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary<'a> {
    /// How many questions were answered, not counting those that came back or were undone.
    pub answered: usize,
    /// How many of those are right.
    pub right: usize,
    /// How many could not be decided.
    pub undecided: usize,
    /// How many were asked for the first time in the learner's life.
    pub new: usize,
    /// Concept by concept, in the order in which they were met.
    pub concepts: Vec<ConceptScore<'a>>,
    /// What was missed, in the order in which it was asked.
    pub missed: Vec<CardId>,
    /// How many of those came back.
    pub retried: usize,
    /// How many of those that came back were right in the end.
    pub mended: usize,
    /// What could not be asked, and why.
    pub skipped: Vec<Skipped>,
    /// How many questions are left; in a review also those that were to come back.
    pub left: usize,
}

/// The score of one concept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConceptScore<'a> {
    /// Which.
    pub concept: &'a Concept,
    /// How many questions about it were answered and decided.
    pub answered: usize,
    /// How many of those are right.
    pub right: usize,
}

/// A question that could not be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Which.
    pub card: CardId,
    /// Why not.
    pub why: String,
}
