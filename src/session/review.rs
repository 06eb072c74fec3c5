//! A review: what is due, then what is new; what is missed comes back.

use std::collections::BTreeSet;

use crate::deck::CardId;
use crate::deck::Deck;
use crate::srs::Pace;
use crate::srs::Plan;

use super::Attempt;
use super::Mode;
use super::Session;
use super::Subject;

/// How many others are asked before what was missed comes back, if there are as many.
const OTHERS: usize = 4;

/// How often something comes back in one session. What is missed more often than that needs another day.
const RETURNS: usize = 3;

impl<'a> Session<'a> {
    /// Begins a review of what `plan` says. Cards whose questions are not among `decks` are left out.
    ///
    /// The concepts of the cards in `known`, those ever answered before, need not be taught again. `pace` tells slow
    /// answers from quick ones.
    pub fn review(
        decks: &[&'a Deck],
        plan: &Plan<CardId>,
        known: &BTreeSet<CardId>,
        pace: Pace,
        seed: u64,
    ) -> Session<'a> {
        let attempt = |new| move |card| Subject::find(decks, card).map(|subject| Attempt { subject, new, round: 0 });
        let reviews = plan.reviews.iter().filter_map(attempt(false));
        let waiting = reviews.chain(plan.new.iter().filter_map(attempt(true)));
        let mut session = Session::new(Mode::Review, decks, seed, waiting.collect());
        session.met = known.iter().filter_map(|card| Some(Subject::find(decks, card)?.met())).collect();
        session.pace = pace;
        session
    }
}

/// Returns how many answers the session should have when a question that was missed comes back, if it does: it came
/// back `round` times so far, and the session has `answers`.
pub(super) fn comes_back_after(round: usize, answers: usize) -> Option<usize> {
    (round < RETURNS).then_some(answers + OTHERS)
}
