//! Taking a note in the middle of a review or a quiz: on what, and which words.

use std::io::Write as _;

use crate::notes::LineRange;
use crate::notes::Lines;
use crate::notes::NoteText;
use crate::notes::Target;
use crate::report;
use crate::report::clean_line;
use crate::session::Subject;
use crate::terminal::Count;
use crate::terminal::Line;
use crate::terminal::Pick;
use crate::terminal::Reply;

use super::BACK;
use super::Drill;
use super::Failure;
use super::FailureKind;
use super::note;

impl<'a> Drill<'a> {
    /// Takes a note, and says what came of it.
    pub(super) fn note_on(&mut self, subject: Subject<'a>) -> Result<(), Failure> {
        let said = self.take_note(subject)?;
        self.say(said)
    }

    /// Takes a note on the concept alone, and says what came of it.
    pub(super) fn note_on_concept(&mut self, subject: Subject<'a>) -> Result<(), Failure> {
        let text = format!("A note on the concept: {}", clean_line(&subject.concept().title));
        report::write_wrapped(&mut self.world.out, &text, self.page)?;
        let said = self.write_note(&concept_of(subject))?;
        self.say(Some(said))
    }

    /// Asks what to attach a note to, and for its text. Returns what is to be said of it, if it was not given up.
    pub(super) fn take_note(&mut self, subject: Subject<'a>) -> Result<Option<String>, Failure> {
        let card = subject.card();
        let concept = clean_line(&subject.concept().title).into_owned();
        let mut options = vec!["this question".to_owned(), format!("the concept: {concept}")];
        options.extend(subject.scenario().map(|_| "lines of the program".to_owned()));
        writeln!(self.world.out, "A note on:")?;
        let pick = Pick { options: &options, count: Count::One(Some(0)), commands: &[BACK] };
        let target = match self.ask.pick(&mut self.world.out, &pick)? {
            Reply::Answer(picked) if picked == [0] => Target::Question(card),
            Reply::Answer(picked) if picked == [1] => concept_of(subject),
            Reply::Answer(_) => match self.ask_lines(subject)? {
                Some(lines) => Target::Lines(lines),
                None => return Ok(None),
            },
            Reply::Command(_) | Reply::End => return Ok(None),
        };
        Ok(Some(self.write_note(&target)?))
    }

    /// Asks for a note's text, and returns what is to be said of it.
    fn write_note(&mut self, target: &Target) -> Result<String, Failure> {
        let Some(text) = self.ask_note_text()? else { return Ok("No note was written.".to_owned()) };
        let id = self.store.add_note(target, &text, self.world.clock.now())?;
        Ok(format!("Note {id} is on {}.", target.address()))
    }

    /// Says what became of a note.
    pub(super) fn say(&mut self, said: Option<String>) -> Result<(), Failure> {
        if let Some(said) = said {
            report::write_wrapped(&mut self.world.out, &said, self.page)?;
            writeln!(self.world.out)?;
        }
        Ok(())
    }

    fn ask_lines(&mut self, subject: Subject<'a>) -> Result<Option<Lines>, Failure> {
        let Some(scenario) = subject.scenario() else { return Ok(None) };
        let line = Line {
            prompt: "Which lines, as in 7 or 7-9 (Enter: back)",
            may_be_empty: true,
            commands: &[BACK],
            legend: false,
        };
        loop {
            let Reply::Answer(typed) = self.ask.line(&mut self.world.out, &line)? else { return Ok(None) };
            if typed.is_empty() {
                return Ok(None);
            }
            let (first, last) = typed.split_once('-').unwrap_or((&typed, &typed));
            let range = match (first.trim().parse(), last.trim().parse()) {
                (Ok(first), Ok(last)) => LineRange::new(first, last),
                _ => None,
            };
            match range.and_then(|range| Some((range, range.of(&scenario.source)?))) {
                Some((range, text)) => return Ok(Some(Lines { card: subject.card(), range, text })),
                None => {
                    let lines = scenario.source.lines().count();
                    writeln!(self.world.out, "`{}` are no lines of 1 to {lines}.", clean_line(&typed))?;
                }
            }
        }
    }

    fn ask_note_text(&mut self) -> Result<Option<NoteText>, Failure> {
        let (prompt, commands) = match self.ask.is_person() {
            true => ("Note (Enter: your editor, q: back)", [BACK].as_slice()),
            false => ("Note", [].as_slice()),
        };
        let line = Line { prompt, may_be_empty: true, commands, legend: false };
        let Reply::Answer(typed) = self.ask.line(&mut self.world.out, &line)? else { return Ok(None) };
        if typed.is_empty() && self.ask.is_person() {
            return match note::edited(self.world, "") {
                // Without a note the questions go on all the same.
                Err(failure) if matches!(failure.kind, FailureKind::Broken | FailureKind::Unusable) => {
                    writeln!(self.world.out, "{}", report::clean(&failure.message))?;
                    Ok(None)
                }
                edited => edited,
            };
        }
        Ok(NoteText::new(&typed).ok())
    }
}

fn concept_of(subject: Subject<'_>) -> Target {
    Target::Concept { deck: subject.deck.id.clone(), concept: subject.concept().id.clone() }
}
