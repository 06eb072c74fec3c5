//! The loop of a review or a quiz: what the session needs next, the terminal, Python and the database give.
//!
//! Which question comes when, and what follows from an answer, is the session's; how things look is `report`'s. Each
//! answer is in the database before the next question is asked, so that whenever the program ends, nothing is lost
//! but the question on the screen. `answering` asks for an answer, `noting` takes a note in between.

mod answering;
mod noting;

use std::collections::BTreeSet;
use std::io;
use std::io::Write;

use crate::clock::Stopwatch;
use crate::deck::DeckId;
use crate::deck::Kind;
use crate::grade::Answer;
use crate::grade::Judgement;
use crate::grade::Parts;
use crate::notes::Address;
use crate::report;
use crate::report::Page;
use crate::report::Style;
use crate::scenario::Scenario;
use crate::session::Asked;
use crate::session::Mode;
use crate::session::Session;
use crate::session::Shown;
use crate::session::Step;
use crate::session::Subject;
use crate::srs;
use crate::srs::Card;
use crate::srs::Model;
use crate::srs::Rating;
use crate::srs::Review;
use crate::store;
use crate::store::Store;
use crate::terminal;
use crate::terminal::Ask;
use crate::terminal::Command;
use crate::terminal::Count;
use crate::terminal::Keyboard;
use crate::terminal::Lines;
use crate::terminal::Pause;
use crate::terminal::Pick;
use crate::terminal::Reply;

use super::Exit;
use super::Failure;
use super::FailureKind;
use super::World;
use super::engine::Engine;
use super::learner;
use super::note;

const HINT: Command = Command { key: '?', what: "hint" };
const TEACH: Command = Command { key: 't', what: "teach" };
const NOTE: Command = Command { key: 'n', what: "note" };
const STEPS: Command = Command { key: 's', what: "steps" };
const UNDO: Command = Command { key: 'u', what: "undo" };
const STOP: Command = Command { key: 'q', what: "stop" };
const BACK: Command = Command { key: 'q', what: "back" };

/// What can be done while a question waits for its answer.
const ASKING: &[Command] = &[HINT, TEACH, NOTE, UNDO, STOP];
/// What can be done once it is answered.
const SHOWING: &[Command] = &[TEACH, NOTE, UNDO, STOP];
/// The same where there are more executions to show.
const SHOWING_MORE: &[Command] = &[STEPS, TEACH, NOTE, UNDO, STOP];

/// The widest text.
const WIDEST: usize = 100;

/// Returns what asks: by keys in a terminal that can move the cursor, by lines everywhere else.
pub(super) fn ask(world: &mut World) -> Box<dyn Ask> {
    terminal::end_on_interrupt();
    if world.interactive && world.terminals.out {
        return Box::new(Keyboard::new(world.colour.out, report::guarded));
    }
    let input = std::mem::replace(&mut world.input, Box::new(io::empty()));
    Box::new(Lines::new(input, world.terminals.input))
}

/// A session and all that it is held with.
pub(super) struct Drill<'a> {
    world: &'a mut World,
    store: Store,
    model: Model,
    session: Session<'a>,
    engine: Engine,
    ask: Box<dyn Ask>,
    page: Page,
    /// Since when the question is on the screen.
    since: Stopwatch,
    /// The gaps that are filled so far: a hint in between takes nothing away.
    typed: Vec<String>,
    /// The rating that a learner who recalled something gave at once.
    rating: Option<Rating>,
    /// What was said of programs that cannot be run, so that it is said once.
    said: BTreeSet<String>,
}

/// Whether the session goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// It does.
    On,
    /// The learner stops it: there is its sum to be said.
    Stop,
    /// It is over, and all is said.
    End,
}

impl<'a> Drill<'a> {
    /// Returns a drill; the decks `trusted` may run programs where these cannot be confined.
    pub(super) fn new(
        world: &'a mut World,
        store: Store,
        model: Model,
        session: Session<'a>,
        trusted: Vec<DeckId>,
    ) -> Drill<'a> {
        let mut engine = Engine::new(world);
        engine.trust(trusted);
        let ask = ask(world);
        let page = world.page();
        // Longer lines are hard to read back from.
        let page = Page { width: page.width.min(WIDEST), ..page };
        Drill {
            world,
            store,
            model,
            session,
            engine,
            ask,
            page,
            since: Stopwatch::start(),
            typed: Vec::new(),
            rating: None,
            said: BTreeSet::new(),
        }
    }

    /// Leads the session to its end, or to where the learner stops it, and says what it came to.
    pub(super) fn run(mut self) -> Result<Exit, Failure> {
        loop {
            let flow = match self.session.next_step() {
                Step::Explore(subject, scenario) => self.explore(subject, scenario),
                Step::Teach(subject) => self.teach_new(subject),
                Step::Ask(asked) => self.ask_question(&asked),
                Step::Show(shown) => self.show(&shown),
                Step::Done => self.finish(),
            };
            match flow {
                Ok(Flow::On) => {}
                Ok(Flow::Stop) => break self.write_summary()?,
                Ok(Flow::End) => break,
                // What was answered is kept, so what it came to is worth saying; after Ctrl-C nobody wants to hear it.
                Err(failure) if failure.kind == FailureKind::Unusable => {
                    self.write_summary()?;
                    return Err(failure);
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(Exit::Fine)
    }

    fn explore(&mut self, subject: Subject<'a>, scenario: &Scenario) -> Result<Flow, Failure> {
        if let Err(failure) = self.engine.interpreter() {
            self.say_left_out("Questions that run a program are left out", &failure)?;
            self.session.unexplored(failure.message);
            return Ok(Flow::On);
        }
        self.engine.work_for(Some(&subject.deck.id));
        let report = self.engine.report(scenario);
        self.engine.warn(self.world)?;
        match report {
            Ok(report) => self.session.explored(report),
            Err(failure) => {
                self.say_left_out(&format!("{} is left out", subject.card()), &failure)?;
                self.session.unexplored(failure.message);
            }
        }
        Ok(Flow::On)
    }

    /// Says why something is not asked, once.
    fn say_left_out(&mut self, what: &str, failure: &Failure) -> io::Result<()> {
        let reason = failure.message.lines().next().unwrap_or_default();
        if self.said.insert(what.to_owned()) {
            report::write_wrapped(&mut self.world.out, &format!("{what}: {reason}."), self.page)?;
            for hint in &failure.hints {
                report::write_wrapped(&mut self.world.out, &format!("hint: {hint}"), self.page)?;
            }
            writeln!(self.world.out)?;
        }
        Ok(())
    }

    fn teach_new(&mut self, subject: Subject<'a>) -> Result<Flow, Failure> {
        self.write_teaching(subject)?;
        loop {
            let pause = Pause { enter: "goes on to the question", commands: &[NOTE, UNDO, STOP] };
            match self.ask.pause(&mut self.world.out, &pause)? {
                Reply::Answer(()) => {
                    self.session.taught();
                    return Ok(Flow::On);
                }
                // The question is not on the screen yet, so there is nothing to be noted on it.
                Reply::Command('n') => self.note_on_concept(subject)?,
                Reply::Command('u') => {
                    if self.undo()? {
                        return Ok(Flow::On);
                    }
                }
                Reply::Command(_) | Reply::End => return Ok(Flow::Stop),
            }
        }
    }

    /// Shows the teaching note to somebody who asked for it, and gives a person time to read it before the question pushes it
    /// away.
    fn teach_again(&mut self, subject: Subject<'a>) -> Result<Flow, Failure> {
        self.write_teaching(subject)?;
        if !self.ask.is_person() {
            return Ok(Flow::On);
        }
        loop {
            let pause = Pause { enter: "goes back to the question", commands: &[NOTE, STOP] };
            match self.ask.pause(&mut self.world.out, &pause)? {
                Reply::Answer(()) => return Ok(Flow::On),
                Reply::Command('n') => self.note_on(subject)?,
                Reply::Command(_) | Reply::End => return Ok(Flow::Stop),
            }
        }
    }

    fn ask_question(&mut self, asked: &Asked<'a>) -> Result<Flow, Failure> {
        report::write_question(&mut self.world.out, asked, self.page)?;
        self.since = Stopwatch::start();
        self.typed.clear();
        loop {
            match self.ask_answer(asked)? {
                Reply::Answer(answer) => {
                    self.session.answered(answer, self.since.elapsed());
                    writeln!(self.world.out)?;
                    return Ok(Flow::On);
                }
                Reply::Command('?') => self.give_hint()?,
                Reply::Command('t') => {
                    if self.teach_again(asked.subject)? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                    self.write_question_again()?;
                }
                Reply::Command('n') => {
                    let said = self.take_note(asked.subject)?;
                    self.write_question_again()?;
                    // Above the question, which may fill the screen, nobody would see it.
                    self.say(said)?;
                }
                Reply::Command('u') => {
                    if self.undo()? {
                        return Ok(Flow::On);
                    }
                }
                Reply::Command(_) | Reply::End => return Ok(Flow::Stop),
            }
        }
    }

    fn show(&mut self, shown: &Shown<'a>) -> Result<Flow, Failure> {
        report::write_feedback(&mut self.world.out, shown, self.page)?;
        let mut evidence = report::evidence(shown);
        // A person sees what was missed, and the rest on demand; a script cannot ask for it.
        let at_once = match &shown.graded.parts {
            _ if !self.ask.is_person() => evidence.len(),
            Parts::Picks(picks) => {
                let missed = picks.iter().filter(|pick| pick.is_right() == Some(false));
                let missed: BTreeSet<usize> = missed.filter_map(|pick| pick.truth.outcome()).collect();
                missed.len().max(1).min(evidence.len())
            }
            _ => 0,
        };
        let mut more = evidence.split_off(at_once);
        self.write_evidence(shown, &evidence)?;
        report::write_explanation(&mut self.world.out, shown, self.page)?;
        self.write_notes(shown.asked.subject)?;
        if shown.graded.parts != Parts::Recall || shown.asked.subject.question.explain.is_some() {
            writeln!(self.world.out)?;
        }
        loop {
            let commands = if more.is_empty() { SHOWING } else { SHOWING_MORE };
            let (reply, rating) = self.ask_conclusion(shown, commands)?;
            match reply {
                Reply::Answer(()) => {
                    self.conclude(rating)?;
                    return Ok(Flow::On);
                }
                Reply::Command('s') => {
                    let all = std::mem::take(&mut more);
                    self.write_evidence(shown, &all)?;
                    writeln!(self.world.out)?;
                }
                Reply::Command('t') => self.write_teaching(shown.asked.subject)?,
                Reply::Command('n') => self.note_on(shown.asked.subject)?,
                Reply::Command('u') => {
                    self.rating = None;
                    self.session.reopened();
                    writeln!(self.world.out, "Taken back: answer again.")?;
                    return Ok(Flow::On);
                }
                Reply::Command(_) | Reply::End => {
                    // The answer was given; only what the learner thinks of it is not known.
                    self.conclude(rating)?;
                    return Ok(Flow::Stop);
                }
            }
        }
    }

    /// Asks for the rating in a review, and whether to go on in a quiz. The rating is the one to keep, whatever the
    /// reply.
    fn ask_conclusion(
        &mut self,
        shown: &Shown<'a>,
        commands: &[Command],
    ) -> Result<(Reply<()>, Option<Rating>), Failure> {
        let given = self.rating;
        if self.session.mode() == Mode::Quiz || given.is_some() {
            let pause = Pause { enter: "goes on", commands };
            return Ok((self.ask.pause(&mut self.world.out, &pause)?, given));
        }
        if !self.ask.is_person() {
            return Ok((Reply::Answer(()), shown.proposed));
        }
        let card = self.card_at_hand()?;
        Ok(match self.ask_rating(card, shown.proposed, commands)? {
            Reply::Answer(rating) => (Reply::Answer(()), rating),
            Reply::Command(key) => (Reply::Command(key), shown.proposed),
            Reply::End => (Reply::End, shown.proposed),
        })
    }

    fn ask_rating(
        &mut self,
        card: Card,
        proposed: Option<Rating>,
        commands: &[Command],
    ) -> Result<Reply<Option<Rating>>, Failure> {
        let now = learner::moment(self.world);
        let options = Rating::ALL.map(|rating| {
            let after = srs::review(&self.model, &card, rating, now);
            format!("{rating:<5}  comes back {}", when(&after, now))
        });
        writeln!(self.world.out, "How well did you know it?")?;
        let start = proposed.map(|rating| rating.number() as usize - 1);
        let pick = Pick { options: &options, count: Count::One(start), commands };
        let reply = self.ask.pick(&mut self.world.out, &pick)?;
        Ok(map(reply, |picked| Some(Rating::ALL[picked[0]])))
    }

    /// Keeps the answer, and says so once it is kept.
    fn conclude(&mut self, rating: Option<Rating>) -> Result<(), Failure> {
        self.rating = None;
        let answered = self.session.concluded(rating);
        let card = answered.subject.card();
        let now = learner::moment(self.world);
        let text = words(answered.subject, &answered.answer);
        let kept = store::Answer {
            card: &card,
            digest: answered.subject.question.digest,
            text: &text,
            correct: answered.is_right(),
            hints: answered.effort.hints,
        };
        let seconds = answered.effort.seconds;
        match (self.session.mode(), rating) {
            (Mode::Quiz, _) => {
                self.store.answer_quiz(&kept, now, seconds)?;
            }
            (Mode::Review, None) => writeln!(self.world.out, "Not counted.\n")?,
            (Mode::Review, Some(rating)) => {
                let review = Review { at: now, rating, proposed: answered.proposed, seconds };
                let done = self.store.answer(&kept, &review, &self.model)?;
                // The last word is what a note on this answer is attached to.
                let back = when(&done.after, now);
                let text = format!("Rated {rating}: {card} comes back {back} (answer:{}).", done.id);
                for line in report::wrap(&text, self.page.width(), 2) {
                    writeln!(self.world.out, "{}", self.page.paint(Style::Faint, &line))?;
                }
                writeln!(self.world.out)?;
            }
        }
        self.world.out.flush()?;
        Ok(())
    }

    /// The session has asked all that it had to: says what it came to. A person may still take an answer back.
    fn finish(&mut self) -> Result<Flow, Failure> {
        self.write_summary()?;
        if !self.ask.is_person() || self.session.last().is_none() {
            return Ok(Flow::End);
        }
        writeln!(self.world.out)?;
        let pause = Pause { enter: "ends", commands: &[UNDO] };
        match self.ask.pause(&mut self.world.out, &pause)? {
            Reply::Command('u') if self.undo()? => Ok(Flow::On),
            _ => Ok(Flow::End),
        }
    }

    /// Takes the last answer back. Returns whether its question is at hand again.
    fn undo(&mut self) -> Result<bool, Failure> {
        self.rating = None;
        let (card, new) = match self.session.mode() {
            Mode::Quiz => (self.session.last(), false),
            Mode::Review => {
                let undone = self.store.undo(learner::moment(self.world))?;
                let new = undone.as_ref().is_some_and(|undone| undone.restored == Card::New);
                (undone.map(|undone| undone.card), new)
            }
        };
        let Some(card) = card else {
            self.say(Some("There is nothing to take back.".to_owned()))?;
            return Ok(false);
        };
        let here = self.session.undone(&card, new);
        let told = if here { "it is asked again" } else { "it is not among what is asked here" };
        self.say(Some(format!("Taken back: the answer to {card}; {told}.")))?;
        Ok(here)
    }

    fn give_hint(&mut self) -> Result<(), Failure> {
        let hint = self.session.hint();
        let Step::Ask(asked) = self.session.next_step() else { return Ok(()) };
        match hint {
            Some(hint) => report::write_hint(&mut self.world.out, asked.hints.len(), hint, self.page)?,
            None if asked.hints.is_empty() => writeln!(self.world.out, "There is no hint for this one.")?,
            None => writeln!(self.world.out, "There are no more hints.")?,
        }
        writeln!(self.world.out)?;
        Ok(())
    }

    /// Writes the question at hand once more, after something that pushed it away.
    fn write_question_again(&mut self) -> Result<(), Failure> {
        if let Step::Ask(asked) = self.session.next_step() {
            report::write_question(&mut self.world.out, &asked, self.page)?;
        }
        Ok(())
    }

    fn write_teaching(&mut self, subject: Subject<'a>) -> io::Result<()> {
        report::write_teaching(&mut self.world.out, subject.concept(), self.page)
    }

    /// Writes the executions that show these outcomes of the report.
    fn write_evidence(&mut self, shown: &Shown<'a>, outcomes: &[usize]) -> Result<(), Failure> {
        let (Some(report), Some(scenario)) = (&shown.report, shown.asked.subject.scenario()) else { return Ok(()) };
        self.engine.work_for(Some(&shown.asked.subject.deck.id));
        for &outcome in outcomes {
            let replay = match self.engine.tell(scenario, &report.outcomes[outcome].witness) {
                Ok(replay) => replay,
                // The report is as true as it was; only its pictures are missing.
                Err(failure) => {
                    {
                        let text = format!("The steps cannot be shown: {}.", failure.message);
                        return Ok(report::write_wrapped(&mut self.world.out, &text, self.page)?);
                    };
                }
            };
            report::write_evidence(&mut self.world.out, shown, outcome, &replay, self.page)?;
        }
        Ok(())
    }

    /// Writes what the learner noted on a question and its concept.
    fn write_notes(&mut self, subject: Subject<'a>) -> Result<(), Failure> {
        let concept = Address::Concept { deck: subject.deck.id.clone(), concept: subject.concept().id.clone() };
        let mut notes = self.store.notes_on(&Address::Question(subject.card()))?;
        notes.extend(self.store.notes_on(&concept)?);
        for note in &notes {
            writeln!(self.world.out)?;
            note::write_note(&mut self.world.out, note, subject.scenario(), self.page)?;
        }
        Ok(())
    }

    fn write_summary(&mut self) -> io::Result<()> {
        report::write_summary(&mut self.world.out, &self.session.summary(), self.session.mode(), self.page)
    }

    fn card_at_hand(&mut self) -> Result<Card, Failure> {
        let subject = match self.session.next_step() {
            Step::Ask(asked) => asked.subject,
            Step::Show(shown) => shown.asked.subject,
            Step::Explore(subject, _) | Step::Teach(subject) => subject,
            Step::Done => return Ok(Card::New),
        };
        Ok(self.store.card(&subject.card())?)
    }
}

fn map<T, U>(reply: Reply<T>, change: impl FnOnce(T) -> U) -> Reply<U> {
    match reply {
        Reply::Answer(answer) => Reply::Answer(change(answer)),
        Reply::Command(key) => Reply::Command(key),
        Reply::End => Reply::End,
    }
}

/// Returns an answer in words, for the log.
fn words(subject: Subject<'_>, answer: &Answer) -> String {
    match (answer, &subject.question.kind) {
        (Answer::Recalled(known), _) => if *known { "recalled" } else { "not recalled" }.to_owned(),
        (Answer::Typed(texts), _) => texts.join(" | "),
        (Answer::Judged(Judgement::Holds), _) => "holds".to_owned(),
        (Answer::Judged(Judgement::Breaks), _) => "breaks".to_owned(),
        (Answer::Judged(Judgement::Sticks), _) => "sticks".to_owned(),
        (Answer::Picked(picked), Kind::Choice { options }) => {
            picked.iter().map(|&place| options[place].text.trim()).collect::<Vec<_>>().join(" | ")
        }
        (Answer::Picked(picked), Kind::Outcomes { choices, .. }) => {
            picked.iter().map(|&place| report::outcome_text(&choices[place])).collect::<Vec<_>>().join(" | ")
        }
        (Answer::Picked(_), _) => String::new(),
    }
}

/// Returns when a card is asked again: `today`, `in 3 days`.
fn when(card: &Card, now: srs::Moment) -> String {
    let days = card.seen().map_or(0, |seen| seen.due.days_since(now.day));
    match days {
        ..=0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        2..60 => format!("in {days} days"),
        60..730 => format!("in {} months", (days + 15) / 30),
        _ => format!("in {} years", (days + 182) / 365),
    }
}
