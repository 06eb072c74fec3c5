//! Is this answer right, and what shows it.
//!
//! [`grade`] takes a question, an answer and, where a program decides, the report of exploring it; one file a kind of
//! question has the rules. A bounded report proves what it found and disproves nothing: what it did not find never
//! makes an answer wrong. Words for people are made elsewhere.

mod choice;
mod cloze;
mod outcomes;
mod recall;
mod verdict;

pub use cloze::Change;
pub use cloze::Fit;
pub use cloze::GapFit;
pub use outcomes::shows;
pub use verdict::Judgement;

use std::collections::BTreeSet;

use crate::deck::Kind;
use crate::explore::Report;

/// What a learner answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To `recall`: whether it came to mind.
    Recalled(bool),
    /// To `cloze`: a text for each gap.
    Typed(Vec<String>),
    /// To `choice` and `outcomes`: which ones, by their place in the deck.
    Picked(BTreeSet<usize>),
    /// To `verdict`.
    Judged(Judgement),
}

/// How right an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// All of it.
    Right,
    /// A slip of the keyboard away from right. It counts as wrong unless the learner says otherwise.
    Nearly,
    /// Not.
    Wrong,
    /// The search did not finish, or the program kills its interpreter, and what was found does not decide.
    Undecided,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graded {
    /// How right it is as a whole.
    pub mark: Mark,
    /// What there is to say of its parts.
    pub parts: Parts,
}

/// The parts of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts {
    /// The learner judged the whole.
    Recall,
    /// One for each gap.
    Gaps(Vec<GapFit>),
    /// One for each thing that could be picked, in the deck's order; of a verdict, in the order of
    /// [`Judgement::ALL`].
    Picks(Vec<Pick>),
}

/// One of the things that could be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Whether the learner did.
    pub picked: bool,
    /// Whether one should.
    pub truth: Truth,
}

impl Pick {
    /// Returns whether picking it, or leaving it, was right; `None` where that is not known.
    pub fn is_right(&self) -> Option<bool> {
        Some(self.truth.is_true()? == self.picked)
    }
}

/// Whether something is so, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// The deck's author says whether.
    Key(bool),
    /// It is: this outcome of the report shows it.
    Witnessed(usize),
    /// It is: every execution was made, and all agree.
    Proven,
    /// It is not: every execution was made, and none has it.
    Refuted,
    /// It is not: this outcome of the report shows the contrary.
    Contradicted(usize),
    /// The search did not finish, and what it found does not decide.
    Unknown,
}

impl Truth {
    /// Returns whether it is so, where that is known.
    pub fn is_true(self) -> Option<bool> {
        match self {
            Truth::Key(correct) => Some(correct),
            Truth::Witnessed(_) | Truth::Proven => Some(true),
            Truth::Refuted | Truth::Contradicted(_) => Some(false),
            Truth::Unknown => None,
        }
    }

    /// Returns the outcome of the report that decides, if a single one does.
    pub fn outcome(self) -> Option<usize> {
        match self {
            Truth::Witnessed(found) | Truth::Contradicted(found) => Some(found),
            Truth::Key(_) | Truth::Proven | Truth::Refuted | Truth::Unknown => None,
        }
    }
}

/// Grades `answer` to a question of this kind; `report` is what exploring its scenario found, if it has one.
///
/// Without a report a program's outcomes are unknown. The answer must be of the sort that the kind takes.
pub fn grade(kind: &Kind, answer: &Answer, report: Option<&Report>) -> Graded {
    match (kind, answer) {
        (Kind::Recall { .. }, Answer::Recalled(known)) => recall::grade(*known),
        (Kind::Cloze(cloze), Answer::Typed(texts)) => cloze::grade(cloze, texts),
        (Kind::Choice { .. } | Kind::Outcomes { .. }, Answer::Picked(picked)) => picks(&truths(kind, report), picked),
        (Kind::Verdict { .. }, Answer::Judged(judgement)) => verdict::grade(&truths(kind, report), *judgement),
        _ => panic!("a `{}` question is not answered by {answer:?}", kind.name()),
    }
}

/// Returns the truth of each thing that can be picked in a question of this kind, in the order of [`Parts::Picks`].
pub fn truths(kind: &Kind, report: Option<&Report>) -> Vec<Truth> {
    match kind {
        Kind::Recall { .. } | Kind::Cloze(_) => Vec::new(),
        Kind::Choice { options } => choice::truths(options),
        Kind::Outcomes { choices, .. } => outcomes::truths(choices, report),
        Kind::Verdict { claim, .. } => verdict::truths(claim, report),
    }
}

/// Grades a pick of all that is true.
fn picks(truths: &[Truth], picked: &BTreeSet<usize>) -> Graded {
    let picks: Vec<Pick> =
        truths.iter().enumerate().map(|(index, &truth)| Pick { picked: picked.contains(&index), truth }).collect();
    let mark = if picks.iter().any(|pick| pick.is_right() == Some(false)) {
        Mark::Wrong
    } else if picks.iter().any(|pick| pick.is_right().is_none()) {
        Mark::Undecided
    } else {
        Mark::Right
    };
    Graded { mark, parts: Parts::Picks(picks) }
}
