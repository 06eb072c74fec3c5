//! Asking by lines: numbered options are printed, answers are read as lines.

use std::io;
use std::io::BufRead;
use std::io::Read as _;
use std::io::Write;

use super::Ask;
use super::AskError;
use super::Command;
use super::Count;
use super::Line;
use super::Pause;
use super::Pick;
use super::Reply;
use super::command;
use super::interrupt;
use super::legend;
use super::selection::Labels;

/// How many lines in a row may be no answer before the question is given up.
const PATIENCE: usize = 20;

/// How much of a line is read. What is longer is no answer to anything.
const LONGEST_LINE: u64 = 64 * 1024;

/// Asks by lines.
pub struct Lines {
    input: Box<dyn BufRead>,
    /// Whether a person types, at a terminal that cannot do more, and sees what is typed.
    person: bool,
}

impl Lines {
    /// Returns what asks by printing lines and reading `input`, which a `person` types or a script gives.
    pub fn new(input: Box<dyn BufRead>, person: bool) -> Lines {
        Lines { input, person }
    }

    /// Reads lines until `understand` makes something of one; it says what is wrong with those before.
    fn ask<T>(
        &mut self,
        out: &mut dyn Write,
        prompt: &str,
        commands: &[Command],
        understand: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Reply<T>, AskError> {
        interrupt::take_back();
        for _ in 0..PATIENCE {
            write!(out, "{prompt}")?;
            out.flush()?;
            let Some(line) = self.read_line()? else {
                writeln!(out)?;
                return Ok(Reply::End);
            };
            if !self.person {
                // Nobody else shows what was typed.
                writeln!(out, "{}", shown(&line))?;
            }
            if let Some(key) = command(&line, commands) {
                return Ok(Reply::Command(key));
            }
            match understand(&line) {
                Ok(answer) => return Ok(Reply::Answer(answer)),
                Err(wrong) => writeln!(out, "{wrong}")?,
            }
        }
        Err(AskError::NoAnswer(PATIENCE))
    }

    /// Returns the next line without its end, or nothing where there are no more.
    fn read_line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.last() != Some(&b'\n') && bytes.len() as u64 == LONGEST_LINE {
            // The rest of the line is not another answer.
            let mut rest = Vec::new();
            while self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut rest)? > 0 && !rest.ends_with(b"\n") {
                rest.clear();
            }
        }
        Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned()))
    }
}

impl Ask for Lines {
    fn pick(&mut self, out: &mut dyn Write, pick: &Pick<'_>) -> Result<Reply<Vec<usize>>, AskError> {
        let labels = Labels::new(pick.options);
        for (place, option) in pick.options.iter().enumerate() {
            for (row, text) in option.lines().enumerate() {
                match row {
                    0 => writeln!(out, "{:>3}) {text}", labels.label(place))?,
                    _ => writeln!(out, "{:1$}{text}", "", self.indent())?,
                }
            }
        }
        if self.person && !pick.commands.is_empty() {
            writeln!(out, "({})", legend(pick.commands))?;
        }
        let (first, last) = (labels.label(0), labels.label(pick.options.len().saturating_sub(1)));
        let how = match pick.count {
            Count::One(None) => format!("type one from {first} to {last}"),
            Count::One(Some(proposal)) => {
                format!("type one from {first} to {last}, or nothing for {}", labels.label(proposal))
            }
            Count::Any => {
                format!("type all that apply, as in `{first} {last}`, or {} if nothing does", labels.none())
            }
        };
        let prompt = match pick.count {
            Count::One(None) => "> ".to_owned(),
            Count::One(Some(proposal)) => format!("[{}] > ", labels.label(proposal)),
            Count::Any => "(all that apply) > ".to_owned(),
        };
        self.ask(out, &prompt, pick.commands, |line| {
            let wrong = |what: String| {
                let what = shown(&what);
                let what = if what.is_empty() { "nothing".to_owned() } else { format!("`{what}`") };
                format!("{what} is not among them: {how}{}", below(pick.commands))
            };
            if let (Count::One(Some(proposal)), "") = (pick.count, line.trim()) {
                return Ok(vec![proposal]);
            }
            let picked: Vec<usize> = labels.places(line).map_err(wrong)?.into_iter().collect();
            match pick.count {
                Count::One(_) if picked.is_empty() => Err(wrong(line.trim().to_owned())),
                Count::One(_) if picked.len() > 1 => Err(format!("only one can be right: {how}")),
                _ => Ok(picked),
            }
        })
    }

    fn line(&mut self, out: &mut dyn Write, line: &Line<'_>) -> Result<Reply<String>, AskError> {
        self.ask(out, &format!("{} > ", line.prompt), line.commands, |text| match text.trim() {
            "" if !line.may_be_empty => Err(format!("type a line{}", below(line.commands))),
            text => Ok(text.to_owned()),
        })
    }

    fn pause(&mut self, out: &mut dyn Write, pause: &Pause<'_>) -> Result<Reply<()>, AskError> {
        if !self.person {
            return Ok(Reply::Answer(()));
        }
        self.ask(out, &format!("Enter {}{} > ", pause.enter, instead(pause.commands)), pause.commands, |_| Ok(()))
    }

    fn is_person(&self) -> bool {
        self.person
    }

    fn indent(&self) -> usize {
        5
    }
}

/// Returns the legend on a line of its own.
fn below(commands: &[Command]) -> String {
    if commands.is_empty() { String::new() } else { format!("\n({})", legend(commands)) }
}

fn instead(commands: &[Command]) -> String {
    if commands.is_empty() { String::new() } else { format!(" ({})", legend(commands)) }
}

/// Returns as much of what was typed as is good to show: no control codes, and not all of a very long line.
fn shown(line: &str) -> String {
    let mut shown: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
    if line.chars().count() > 200 {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: &[Command] = &[Command { key: '?', what: "hint" }, Command { key: 'q', what: "stop" }];

    /// Asks for one or several of three options, with `input` to read.
    fn pick(count: Count, input: &str) -> (Result<Reply<Vec<usize>>, AskError>, String) {
        let options = ["500", "a deadlock,\nfor ever", "-200"].map(str::to_owned);
        let mut lines = Lines::new(Box::new(io::Cursor::new(input.to_owned())), false);
        let mut out = Vec::new();
        let reply = lines.pick(&mut out, &Pick { options: &options, count, commands: COMMANDS });
        (reply, String::from_utf8(out).expect("text"))
    }

    #[track_caller]
    fn check(count: Count, input: &str, expected: Reply<Vec<usize>>) {
        let (reply, shown) = pick(count, input);
        assert_eq!(reply.expect("a reply"), expected, "{shown}");
    }

    #[test]
    fn answers_are_read_as_lines() {
        check(Count::One(None), "2\n", Reply::Answer(vec![1]));
        check(Count::One(None), "c", Reply::Answer(vec![2]));
        check(Count::Any, "3 1\n", Reply::Answer(vec![0, 2]));
        check(Count::Any, "0\n", Reply::Answer(vec![]));
        check(Count::Any, "1,3\r\n", Reply::Answer(vec![0, 2]));
        check(Count::One(Some(2)), "\n", Reply::Answer(vec![2]));
    }

    #[test]
    fn commands_work_and_the_end_is_an_end() {
        check(Count::One(None), "?\n", Reply::Command('?'));
        check(Count::Any, "Q\n", Reply::Command('q'));
        check(Count::One(None), "", Reply::End);
        check(Count::One(None), "7\n", Reply::End);
    }

    #[test]
    fn what_is_no_answer_is_explained_and_asked_again() {
        let (reply, shown) = pick(Count::One(None), "7\n1 2\n\n0\n1\n");
        assert_eq!(reply.expect("a reply"), Reply::Answer(vec![0]));
        assert_eq!(
            shown,
            "  1) 500\n  2) a deadlock,\n     for ever\n  3) -200\n\
             > 7\n`7` is not among them: type one from 1 to 3\n(? hint · q stop)\n\
             > 1 2\nonly one can be right: type one from 1 to 3\n\
             > \nnothing is not among them: type one from 1 to 3\n(? hint · q stop)\n\
             > 0\n`0` is not among them: type one from 1 to 3\n(? hint · q stop)\n\
             > 1\n"
        );
    }

    #[test]
    fn nonsense_without_end_is_given_up() {
        let (reply, _) = pick(Count::Any, &"nonsense\n".repeat(1000));
        assert!(matches!(reply, Err(AskError::NoAnswer(20))), "{reply:?}");
    }

    #[test]
    fn a_line_without_end_is_one_wrong_line() {
        let mut input = "x".repeat(3 * LONGEST_LINE as usize);
        input.push_str("\n2\n");
        let (reply, shown) = pick(Count::One(None), &input);
        assert_eq!(reply.expect("a reply"), Reply::Answer(vec![1]));
        assert!(shown.len() < 1000, "{}", shown.len());
    }

    #[test]
    fn bytes_that_are_no_text_are_no_answer() {
        let mut lines = Lines::new(Box::new(io::Cursor::new(b"\xff\xfe\x1b[2J\n1\n".to_vec())), false);
        let mut out = Vec::new();
        let pick = Pick { options: &["yes".to_owned()], count: Count::One(None), commands: &[] };
        assert_eq!(lines.pick(&mut out, &pick).expect("a reply"), Reply::Answer(vec![0]));
        assert!(!out.contains(&0x1b));
    }

    #[test]
    fn a_script_has_always_read_what_is_shown() {
        let mut lines = Lines::new(Box::new(io::Cursor::new("1\n")), false);
        let pause = Pause { enter: "goes on", commands: COMMANDS };
        assert_eq!(lines.pause(&mut Vec::new(), &pause).expect("a reply"), Reply::Answer(()));
        let line = Line { prompt: "word", may_be_empty: false, commands: COMMANDS, legend: true };
        assert_eq!(lines.line(&mut Vec::new(), &line).expect("a reply"), Reply::Answer("1".to_owned()));
    }

    #[test]
    fn a_person_at_a_plain_terminal_is_waited_for() {
        let mut lines = Lines::new(Box::new(io::Cursor::new("\nq\n")), true);
        let pause = Pause { enter: "goes on", commands: COMMANDS };
        assert_eq!(lines.pause(&mut Vec::new(), &pause).expect("a reply"), Reply::Answer(()));
        assert_eq!(lines.pause(&mut Vec::new(), &pause).expect("a reply"), Reply::Command('q'));
    }
}
