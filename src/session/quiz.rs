//! A quiz: some questions, spread over the concepts, asked in teaching order; what was missed comes back at the end.

use std::collections::BTreeMap;

use crate::deck::Deck;

use super::Attempt;
use super::Mode;
use super::Session;
use super::Subject;
use super::shuffle::Chance;

impl<'a> Session<'a> {
    /// Begins a quiz of `count` questions, or of as many as there are.
    pub fn quiz(decks: &[&'a Deck], count: usize, seed: u64) -> Session<'a> {
        let mut chosen = spread(decks, seed);
        let spare = chosen.split_off(count.min(chosen.len()));
        // Teaching order, so that what builds on something comes after it.
        chosen.sort_by_key(|(place, _)| *place);
        let waiting = chosen.into_iter().map(|(_, subject)| Attempt { subject, new: false, round: 0 });
        let mut session = Session::new(Mode::Quiz, decks, seed, waiting.collect());
        session.spare = spare.into_iter().map(|(_, subject)| subject).collect();
        session
    }
}

/// Returns when a question that was missed comes back, if it does: once, when there is nothing else.
pub(super) fn comes_back_after(round: usize) -> Option<usize> {
    (round == 0).then_some(usize::MAX)
}

/// Returns all there is to ask, with its place in teaching order, such that any beginning touches as many concepts
/// as it can.
fn spread<'a>(decks: &[&'a Deck], seed: u64) -> Vec<(usize, Subject<'a>)> {
    let mut chance = Chance::new(seed, "quiz");
    let mut concepts: BTreeMap<_, Vec<(usize, Subject<'_>)>> = BTreeMap::new();
    for (place, subject) in Subject::all(decks).enumerate() {
        concepts.entry(subject.met()).or_default().push((place, subject));
    }
    let mut concepts: Vec<_> = concepts.into_values().collect();
    concepts.iter_mut().for_each(|questions| chance.shuffle(questions));
    chance.shuffle(&mut concepts);
    let longest = concepts.iter().map(Vec::len).max().unwrap_or_default();
    (0..longest)
        .flat_map(|turn| concepts.iter().filter_map(move |questions| questions.get(turn)).copied().collect::<Vec<_>>())
        .collect()
}
