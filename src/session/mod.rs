//! A session: from the first question to the summary.
//!
//! A [`Session`] is a value that says what it needs next ([`Session::next_step`]) and is told what came of it: a report
//! ([`Session::explored`]), an answer ([`Session::answered`]), a rating ([`Session::concluded`]). It shows nothing,
//! runs nothing, stores nothing and reads no clock; the loop that does is `cli::drill`. What a review or a quiz asks,
//! and in which order, is in the file of that name.

mod quiz;
mod review;
mod shuffle;
mod summary;
#[cfg(test)]
mod tests;

pub use summary::ConceptScore;
pub use summary::Skipped;
pub use summary::Summary;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::time::Duration;

use crate::deck::CardId;
use crate::deck::Concept;
use crate::deck::ConceptId;
use crate::deck::Deck;
use crate::deck::DeckId;
use crate::deck::Kind;
use crate::deck::Question;
use crate::explore::Report;
use crate::grade;
use crate::grade::Answer;
use crate::grade::Graded;
use crate::grade::Mark;
use crate::scenario::Scenario;
use crate::srs;
use crate::srs::Evidence;
use crate::srs::MAX_SECONDS;
use crate::srs::Pace;
use crate::srs::Rating;

use shuffle::Chance;

/// A review or a quiz under way.
#[derive(Clone, Debug)]
pub struct Session<'a> {
    mode: Mode,
    decks: Vec<&'a Deck>,
    seed: u64,
    /// What is to be asked, in order.
    waiting: VecDeque<Attempt<'a>>,
    /// What was missed and comes back.
    returning: VecDeque<Returning<'a>>,
    /// What can be asked in place of something that cannot.
    spare: VecDeque<Subject<'a>>,
    current: Option<Current<'a>>,
    /// What was answered, in order.
    past: Vec<Past<'a>>,
    /// Concepts whose teaching note need not be shown any more.
    met: BTreeSet<(DeckId, ConceptId)>,
    reports: BTreeMap<CardId, Report>,
    skipped: Vec<Skipped>,
    /// How long the learner usually takes.
    pace: Pace,
}

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Remembering: answers are rated, what is missed comes back after some others until it is not.
    Review,
    /// Knowing where one stands: nothing is rated, what is missed comes back once at the end.
    Quiz,
}

/// What is asked about: a question, and where it belongs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject<'a> {
    /// The deck.
    pub deck: &'a Deck,
    /// The question.
    pub question: &'a Question,
}

impl<'a> Subject<'a> {
    /// Returns all there is to ask about, in teaching order.
    pub fn all(decks: &[&'a Deck]) -> impl Iterator<Item = Subject<'a>> {
        decks.iter().flat_map(|&deck| deck.questions.iter().map(move |question| Subject { deck, question }))
    }

    /// Returns what `card` asks about, if its question is among `decks`.
    pub fn find(decks: &[&'a Deck], card: &CardId) -> Option<Subject<'a>> {
        let deck = decks.iter().copied().find(|deck| deck.id == card.deck)?;
        Some(Subject { deck, question: deck.question(&card.question)? })
    }

    /// Returns the id that the learner's side goes by.
    pub fn card(&self) -> CardId {
        self.deck.card(self.question)
    }

    /// Returns the concept that is asked about.
    pub fn concept(&self) -> &'a Concept {
        self.deck.concept(&self.question.concept).expect("a deck has the concepts of its questions")
    }

    /// Returns the program that an answer is checked with, if it takes one.
    pub fn scenario(&self) -> Option<&'a Scenario> {
        self.question.kind.scenario()
    }

    fn met(&self) -> (DeckId, ConceptId) {
        (self.deck.id.clone(), self.question.concept.clone())
    }
}

/// What a session needs next.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    /// The report on a scenario, before its question is asked: [`Session::explored`] or [`Session::unexplored`].
    Explore(Subject<'a>, &'a Scenario),
    /// The teaching note of a concept that is met for the first time: [`Session::taught`].
    Teach(Subject<'a>),
    /// An answer: [`Session::answered`].
    Ask(Asked<'a>),
    /// What became of it is shown, and in a review it is rated: [`Session::concluded`].
    Show(Box<Shown<'a>>),
    /// Nothing. [`Session::undone`] takes it up again.
    Done,
}

/// A question to ask.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// What.
    pub subject: Subject<'a>,
    /// The order in which to show what can be picked, as places in the deck's order.
    pub order: Vec<usize>,
    /// How many questions come before it in this session, and itself; what came back is not counted.
    pub number: usize,
    /// How many questions the session has, what comes back not counted.
    pub of: usize,
    /// Whether the learner never saw it.
    pub new: bool,
    /// Whether it was missed before in this session.
    pub again: bool,
    /// The hints shown so far.
    pub hints: &'a [String],
}

/// What became of an answer.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// What was asked.
    pub asked: Asked<'a>,
    /// How it was answered.
    pub answer: Answer,
    /// What that is worth.
    pub graded: Graded,
    /// What exploring the scenario found.
    pub report: Option<Report>,
    /// What the answer took.
    pub effort: Effort,
    /// The rating that the answer suggests; none in a quiz and where nothing could be decided.
    pub proposed: Option<Rating>,
}

/// What an answer took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// How many hints were shown.
    pub hints: u32,
    /// How long it took, at most [`MAX_SECONDS`].
    pub seconds: f32,
}

/// An answer, to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered<'a> {
    /// To what.
    pub subject: Subject<'a>,
    /// What was said.
    pub answer: Answer,
    /// How right it was.
    pub mark: Mark,
    /// What it took.
    pub effort: Effort,
    /// The rating that it suggested, in a review.
    pub proposed: Option<Rating>,
    /// The rating that it got; without one it changes no memory.
    pub rating: Option<Rating>,
}

impl Answered<'_> {
    /// Returns whether it was right; `None` where that is not for us to say.
    pub fn is_right(&self) -> Option<bool> {
        match (&self.answer, self.mark) {
            (Answer::Recalled(_), _) | (_, Mark::Undecided) => None,
            (_, mark) => Some(mark == Mark::Right),
        }
    }
}

/// A question on its way to the learner.
#[derive(Clone, Copy, Debug)]
struct Attempt<'a> {
    subject: Subject<'a>,
    /// Whether the learner never saw it, before this session.
    new: bool,
    /// How often it came back.
    round: usize,
}

/// A question that comes back.
#[derive(Clone, Copy, Debug)]
struct Returning<'a> {
    attempt: Attempt<'a>,
    /// How many answers the session should have before.
    after: usize,
}

#[derive(Clone, Debug)]
struct Current<'a> {
    attempt: Attempt<'a>,
    hints: u32,
    answered: Option<(Answer, Graded, Effort)>,
}

#[derive(Clone, Debug)]
struct Past<'a> {
    attempt: Attempt<'a>,
    mark: Mark,
    rating: Option<Rating>,
}

impl Past<'_> {
    /// Returns whether it counts as right; `None` where that was not decided.
    fn is_right(&self) -> Option<bool> {
        match (self.rating, self.mark) {
            (Some(rating), _) => Some(rating != Rating::Again),
            (None, Mark::Undecided) => None,
            (None, mark) => Some(mark == Mark::Right),
        }
    }
}

impl<'a> Session<'a> {
    /// Returns what is needed next. Asking again without having done it gives the same.
    pub fn next_step(&mut self) -> Step<'a> {
        if self.current.is_none() {
            self.current = self.take_next().map(|attempt| Current { attempt, hints: 0, answered: None });
        }
        let Some(current) = &self.current else { return Step::Done };
        let subject = current.attempt.subject;
        if let Some((answer, graded, effort)) = &current.answered {
            return Step::Show(Box::new(Shown {
                asked: self.asked(current),
                answer: answer.clone(),
                graded: graded.clone(),
                report: self.reports.get(&subject.card()).cloned(),
                effort: *effort,
                proposed: self.propose(answer, graded.mark, *effort),
            }));
        }
        if let Some(scenario) = subject.scenario()
            && !self.reports.contains_key(&subject.card())
        {
            return Step::Explore(subject, scenario);
        }
        if self.mode == Mode::Review && current.attempt.new && !self.met.contains(&subject.met()) {
            return Step::Teach(subject);
        }
        Step::Ask(self.asked(current))
    }

    /// Takes what exploring the current question's scenario found.
    pub fn explored(&mut self, report: Report) {
        let card = self.at_hand().attempt.subject.card();
        self.reports.insert(card, report);
    }

    /// Leaves out the current question, whose scenario could not be explored. A quiz asks another instead.
    pub fn unexplored(&mut self, why: impl Into<String>) {
        let current = self.current.take().expect("a question is at hand");
        self.skipped.push(Skipped { card: current.attempt.subject.card(), why: why.into() });
        if let Some(subject) = self.spare.pop_front() {
            self.waiting.push_back(Attempt { subject, new: false, round: 0 });
        }
    }

    /// Takes note that the current concept's teaching note was shown.
    pub fn taught(&mut self) {
        let met = self.at_hand().attempt.subject.met();
        self.met.insert(met);
    }

    /// Returns the next hint, if there is one left, and remembers that it was given.
    pub fn hint(&mut self) -> Option<&'a str> {
        let current = self.at_hand();
        let hint = current.attempt.subject.question.hints.get(current.hints as usize)?;
        current.hints += 1;
        Some(hint)
    }

    /// Takes the answer to the current question, which took `elapsed`. Picks are places in the deck's order.
    pub fn answered(&mut self, answer: Answer, elapsed: Duration) {
        let card = self.at_hand().attempt.subject.card();
        let report = self.reports.get(&card).cloned();
        let current = self.at_hand();
        let subject = current.attempt.subject;
        let graded = grade::grade(&subject.question.kind, &answer, report.as_ref());
        let seconds = elapsed.as_secs_f32().min(MAX_SECONDS);
        let effort = Effort { hints: current.hints, seconds };
        current.answered = Some((answer, graded, effort));
    }

    /// Takes back the answer to the current question, which is then asked again. Returns whether there was one.
    pub fn reopened(&mut self) -> bool {
        self.current.as_mut().is_some_and(|current| current.answered.take().is_some())
    }

    /// Goes on from the current answer. In a review it got `rating`; without one it is set aside, as if not asked.
    ///
    /// What is returned is to be kept.
    pub fn concluded(&mut self, rating: Option<Rating>) -> Answered<'a> {
        let Current { attempt, answered, .. } = self.current.take().expect("a question is at hand");
        let (answer, graded, effort) = answered.expect("it was answered");
        let proposed = self.propose(&answer, graded.mark, effort);
        let past = Past { attempt, mark: graded.mark, rating };
        let missed = past.is_right() == Some(false);
        self.past.push(past);
        if missed && let Some(after) = self.comes_back_after(&attempt) {
            let again = Attempt { round: attempt.round + 1, ..attempt };
            self.returning.push_back(Returning { attempt: again, after });
        }
        Answered { subject: attempt.subject, answer, mark: graded.mark, effort, proposed, rating }
    }

    /// Asks `card` again at once, its last answer having been undone: one of this session, or of an earlier one. It
    /// is `new` if no other answer is left. Returns whether the card's question is among the session's decks.
    pub fn undone(&mut self, card: &CardId, new: bool) -> bool {
        let position = self.past.iter().rposition(|past| past.attempt.subject.card() == *card);
        let attempt = match position {
            Some(position) => {
                self.returning.retain(|returning| returning.attempt.subject.card() != *card);
                self.past.remove(position).attempt
            }
            None => match Subject::find(&self.decks, card) {
                None => return false,
                Some(subject) => Attempt { subject, new, round: 0 },
            },
        };
        if let Some(current) = self.current.take()
            && current.attempt.subject.card() != *card
        {
            self.waiting.push_front(current.attempt);
        }
        // An earlier session's card may wait here as well, because it was due again.
        self.waiting.retain(|waiting| waiting.subject.card() != *card);
        self.current = Some(Current { attempt, hints: 0, answered: None });
        true
    }

    /// Returns the card that was answered last, if any was.
    pub fn last(&self) -> Option<CardId> {
        self.past.last().map(|past| past.attempt.subject.card())
    }

    /// Returns what the session came to so far.
    pub fn summary(&self) -> Summary<'a> {
        let mut summary = Summary { skipped: self.skipped.clone(), ..Summary::default() };
        for past in self.past.iter().filter(|past| past.attempt.round == 0) {
            summary.answered += 1;
            summary.new += usize::from(past.attempt.new);
            let Some(right) = past.is_right() else {
                summary.undecided += 1;
                continue;
            };
            summary.right += usize::from(right);
            if !right {
                summary.missed.push(past.attempt.subject.card());
            }
            let concept = past.attempt.subject.concept();
            let known = summary.concepts.iter().position(|score| std::ptr::eq(score.concept, concept));
            let place = known.unwrap_or_else(|| {
                summary.concepts.push(ConceptScore { concept, answered: 0, right: 0 });
                summary.concepts.len() - 1
            });
            summary.concepts[place].answered += 1;
            summary.concepts[place].right += usize::from(right);
        }
        for card in &summary.missed {
            let mut later = self.past.iter().filter(|past| past.attempt.round > 0);
            let last = later.rfind(|past| past.attempt.subject.card() == *card);
            summary.retried += usize::from(last.is_some());
            summary.mended += usize::from(last.is_some_and(|past| past.is_right() == Some(true)));
        }
        let returning = self.returning.iter().map(|returning| &returning.attempt);
        let current = self.current.iter().map(|current| &current.attempt);
        let left = self.waiting.iter().chain(returning).chain(current);
        summary.left = match self.mode {
            Mode::Review => left.count(),
            Mode::Quiz => left.filter(|attempt| attempt.round == 0).count(),
        };
        summary
    }

    /// Returns what this session is for.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    fn new(mode: Mode, decks: &[&'a Deck], seed: u64, waiting: VecDeque<Attempt<'a>>) -> Session<'a> {
        Session {
            mode,
            decks: decks.to_vec(),
            seed,
            waiting,
            returning: VecDeque::new(),
            spare: VecDeque::new(),
            current: None,
            past: Vec::new(),
            met: BTreeSet::new(),
            reports: BTreeMap::new(),
            skipped: Vec::new(),
            pace: Pace::default(),
        }
    }

    fn at_hand(&mut self) -> &mut Current<'a> {
        self.current.as_mut().expect("a question is at hand")
    }

    /// Takes what is asked next: what is back after enough others, what waits, what comes back sooner than it should.
    fn take_next(&mut self) -> Option<Attempt<'a>> {
        if self.returning.front().is_some_and(|returning| returning.after <= self.past.len()) {
            return self.returning.pop_front().map(|returning| returning.attempt);
        }
        self.waiting.pop_front().or_else(|| self.returning.pop_front().map(|returning| returning.attempt))
    }

    /// Returns the rating that an answer suggests: none in a quiz, and none where it is not for us to say.
    fn propose(&self, answer: &Answer, mark: Mark, effort: Effort) -> Option<Rating> {
        let right = match (self.mode, answer, mark) {
            (Mode::Quiz, _, _) | (_, Answer::Recalled(_), _) | (_, _, Mark::Undecided) => return None,
            (Mode::Review, _, mark) => mark == Mark::Right,
        };
        let Effort { hints, seconds } = effort;
        Some(srs::propose(&Evidence { right, hints, seconds, usual_seconds: self.pace.review_seconds }))
    }

    fn comes_back_after(&self, attempt: &Attempt<'a>) -> Option<usize> {
        match self.mode {
            Mode::Review => review::comes_back_after(attempt.round, self.past.len()),
            Mode::Quiz => quiz::comes_back_after(attempt.round),
        }
    }

    fn asked(&self, current: &Current<'a>) -> Asked<'a> {
        let Attempt { subject, new, round } = current.attempt;
        let first = |attempt: &Attempt<'_>| attempt.round == 0;
        let before = self.past.iter().filter(|past| first(&past.attempt)).count();
        let here = usize::from(round == 0);
        Asked {
            subject,
            order: self.order(subject, round),
            number: before + here,
            of: before + here + self.waiting.iter().filter(|attempt| first(attempt)).count(),
            new,
            again: round > 0,
            hints: &subject.question.hints[..current.hints as usize],
        }
    }

    /// Returns the order in which to show what can be picked; another one each time a question comes back.
    fn order(&self, subject: Subject<'a>, round: usize) -> Vec<usize> {
        let count = match &subject.question.kind {
            Kind::Choice { options } => options.len(),
            Kind::Outcomes { choices, .. } => choices.len(),
            Kind::Recall { .. } | Kind::Cloze(_) | Kind::Verdict { .. } => 0,
        };
        let mut order: Vec<usize> = (0..count).collect();
        Chance::new(self.seed, &format!("{} {round}", subject.card())).shuffle(&mut order);
        order
    }
}
