//! Asking for an answer, as each kind of question wants it: picks, words, a judgement, what came to mind.

use std::io::Write as _;

use crate::deck::Kind;
use crate::grade::Answer;
use crate::grade::Judgement;
use crate::report;
use crate::session::Asked;
use crate::session::Mode;
use crate::srs::Rating;
use crate::terminal::Count;
use crate::terminal::Line;
use crate::terminal::Pick;
use crate::terminal::Reply;

use super::ASKING;
use super::Drill;
use super::Failure;
use super::SHOWING;
use super::map;

impl<'a> Drill<'a> {
    /// Asks for the answer alone.
    pub(super) fn ask_answer(&mut self, asked: &Asked<'a>) -> Result<Reply<Answer>, Failure> {
        let out = &mut self.world.out;
        let options = report::options(asked, self.ask.indent(), self.page);
        let pick = |count| Pick { options: &options, count, commands: ASKING };
        Ok(match &asked.subject.question.kind {
            Kind::Recall { answer } => {
                let line = Line {
                    prompt: "Your answer, or Enter to see it",
                    may_be_empty: true,
                    commands: ASKING,
                    legend: true,
                };
                match self.ask.line(out, &line)? {
                    Reply::Answer(_) => {
                        let answer = answer.clone();
                        return self.ask_recalled(&answer);
                    }
                    Reply::Command(key) => Reply::Command(key),
                    Reply::End => Reply::End,
                }
            }
            Kind::Cloze(cloze) => {
                let gaps = cloze.gaps().count();
                let typed = &mut self.typed;
                let mut legend = true;
                while typed.len() < gaps {
                    let prompt = if gaps == 1 { "[…]".to_owned() } else { format!("[{}…]", typed.len() + 1) };
                    let line = Line { prompt: &prompt, may_be_empty: false, commands: ASKING, legend };
                    legend = false;
                    match self.ask.line(out, &line)? {
                        Reply::Answer(text) => match all_gaps(&text, gaps) {
                            Some(texts) if typed.is_empty() => *typed = texts,
                            _ => typed.push(text),
                        },
                        Reply::Command(key) => return Ok(Reply::Command(key)),
                        Reply::End => return Ok(Reply::End),
                    }
                }
                Reply::Answer(Answer::Typed(std::mem::take(typed)))
            }
            Kind::Choice { options } => {
                let single = options.iter().filter(|option| option.correct).count() == 1;
                let reply = self.ask.pick(out, &pick(if single { Count::One(None) } else { Count::Any }))?;
                map(reply, |picked| picks(asked, &picked))
            }
            Kind::Outcomes { .. } => map(self.ask.pick(out, &pick(Count::Any))?, |picked| picks(asked, &picked)),
            Kind::Verdict { .. } => {
                map(self.ask.pick(out, &pick(Count::One(None)))?, |picked| Answer::Judged(Judgement::ALL[picked[0]]))
            }
        })
    }

    /// Shows what should have come to mind, and asks whether it did.
    fn ask_recalled(&mut self, answer: &str) -> Result<Reply<Answer>, Failure> {
        writeln!(self.world.out)?;
        report::write_markdown(&mut self.world.out, answer, 2, self.page)?;
        writeln!(self.world.out)?;
        match self.session.mode() {
            Mode::Quiz => {
                let options = ["I knew it".to_owned(), "I did not".to_owned()];
                let pick = Pick { options: &options, count: Count::One(None), commands: SHOWING };
                let reply = self.ask.pick(&mut self.world.out, &pick)?;
                Ok(map(reply, |picked| Answer::Recalled(picked == [0])))
            }
            Mode::Review => {
                let card = self.card_at_hand()?;
                Ok(match self.ask_rating(card, None, SHOWING)? {
                    Reply::Answer(rating) => {
                        self.rating = rating;
                        Reply::Answer(Answer::Recalled(rating != Some(Rating::Again)))
                    }
                    Reply::Command(key) => Reply::Command(key),
                    Reply::End => Reply::End,
                })
            }
        }
    }
}

/// Returns the texts of all gaps, if they were typed on one line: `acquire, release`.
fn all_gaps(line: &str, gaps: usize) -> Option<Vec<String>> {
    let texts: Vec<String> = line.split([',', ';']).map(|text| text.trim().to_owned()).collect();
    (gaps > 1 && texts.len() == gaps).then_some(texts)
}

/// Turns places on the screen into places in the deck.
fn picks(asked: &Asked<'_>, picked: &[usize]) -> Answer {
    Answer::Picked(picked.iter().map(|&place| asked.order[place]).collect())
}
