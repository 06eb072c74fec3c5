//! Asking by keys: a list that moves under the arrow keys, digits and letters that pick, letters that command.
//!
//! dialoguer's own lists swallow letters, so keys are read here; lines are dialoguer's.

use std::collections::BTreeSet;
use std::io::Write;

use console::Key;
use console::Style;
use console::Term;
use dialoguer::Input;
use dialoguer::theme::SimpleTheme;

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
use super::selection::Selection;

/// Ctrl-D: the end of the input, typed.
const END: char = '\u{4}';

/// Asks in a real terminal.
pub struct Keyboard {
    term: Term,
    colour: bool,
    guard: Filter,
    /// What was marked of these options when a command came between: a hint takes nothing away.
    marked: Option<(Vec<String>, BTreeSet<usize>)>,
}

/// Returns of a text what may go to a terminal, where sequences for colour are welcome or not.
pub type Filter = fn(&str, bool) -> String;

impl Keyboard {
    /// Returns what asks in the terminal that standard output is, in colour if it is welcome. All that is not its own goes
    /// through `guard`.
    pub fn new(colour: bool, guard: Filter) -> Keyboard {
        Keyboard { term: Term::stdout(), colour, guard, marked: None }
    }

    fn faint(&self) -> Style {
        Style::new().dim().force_styling(self.colour)
    }

    fn strong(&self) -> Style {
        Style::new().bold().force_styling(self.colour)
    }

    /// Reads a key. Ctrl-C is an error.
    fn key(&self) -> Result<Key, AskError> {
        let _reading = interrupt::reading();
        match self.term.read_key_raw()? {
            Key::CtrlC => Err(AskError::Interrupted),
            key => Ok(key),
        }
    }

    /// Writes `lines` and returns how many rows of the screen they take.
    fn draw(&self, lines: &[String]) -> Result<usize, AskError> {
        let columns = usize::from(self.term.size().1).max(1);
        let mut rows = 0;
        for line in lines {
            let line = (self.guard)(line, self.colour);
            self.term.write_line(&line)?;
            rows += console::measure_text_width(&line).max(1).div_ceil(columns);
        }
        Ok(rows)
    }

    fn list(&self, pick: &Pick<'_>, selection: &Selection) -> Vec<String> {
        let labels = Labels::new(pick.options);
        let mut lines = Vec::new();
        for (place, option) in pick.options.iter().enumerate() {
            let arrow = if place == selection.at { '›' } else { ' ' };
            let label = format!("{:>2}", labels.label(place));
            let head = match pick.count {
                Count::One(_) => format!(" {arrow} {label}  "),
                Count::Any if selection.marked.contains(&place) => format!(" {arrow} {label} [x] "),
                Count::Any => format!(" {arrow} {label} [ ] "),
            };
            for (row, text) in option.lines().enumerate() {
                let indent = " ".repeat(console::measure_text_width(&head));
                let line = format!("{}{text}", if row == 0 { &head } else { &indent });
                lines.push(if place == selection.at { self.strong().apply_to(line).to_string() } else { line });
            }
        }
        lines
    }

    fn footer(&self, how: &str, commands: &[Command]) -> Vec<String> {
        let text = [how.to_owned(), legend(commands)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let columns = usize::from(self.term.size().1);
        let mut lines = vec![String::new()];
        for word in text.join(" · ").split(" · ") {
            let line = lines.last_mut().expect("there is a first line");
            let joined = if line.is_empty() { format!(" {word}") } else { format!("{line} · {word}") };
            if console::measure_text_width(&joined) < columns || line.is_empty() {
                *line = joined;
            } else {
                lines.push(format!(" {word}"));
            }
        }
        lines.iter().map(|line| self.faint().apply_to(line).to_string()).collect()
    }

    fn pick_by_keys(&mut self, pick: &Pick<'_>) -> Result<Reply<Vec<usize>>, AskError> {
        let options = pick.options.len();
        let start = match pick.count {
            Count::One(Some(proposal)) => proposal,
            Count::One(None) | Count::Any => 0,
        };
        let mut selection = Selection::new(options, start);
        if pick.count == Count::Any
            && let Some((_, marked)) = self.marked.take().filter(|(of, _)| of == pick.options)
        {
            selection.marked = marked;
        }
        let mut sure_of_none = false;
        let mut useless = None;
        loop {
            let how = match pick.count {
                Count::Any if sure_of_none => "nothing is marked: Enter again if none is right",
                Count::Any => "space marks · Enter answers",
                Count::One(_) => "Enter answers",
            };
            let mut screen = self.list(pick, &selection);
            screen.push(String::new());
            screen.extend(self.footer(&and_useless(useless.take(), how), pick.commands));
            let rows = self.draw(&screen)?;
            let key = self.key();
            self.term.clear_last_lines(rows)?;
            let was_sure = std::mem::take(&mut sure_of_none);
            let done = match key {
                Err(error) => {
                    self.draw(&self.list(pick, &selection))?;
                    return Err(error);
                }
                Ok(Key::ArrowDown | Key::Tab) => {
                    selection.down();
                    None
                }
                Ok(Key::ArrowUp | Key::BackTab) => {
                    selection.up();
                    None
                }
                Ok(Key::Home) => {
                    selection.at = 0;
                    None
                }
                Ok(Key::End) => {
                    selection.at = options.saturating_sub(1);
                    None
                }
                Ok(Key::Enter) => match pick.count {
                    Count::One(_) => Some(Reply::Answer(vec![selection.at])),
                    Count::Any if selection.marked.is_empty() && !was_sure => {
                        sure_of_none = true;
                        None
                    }
                    Count::Any => Some(Reply::Answer(selection.marked.iter().copied().collect())),
                },
                Ok(Key::Char(END)) => Some(Reply::End),
                Ok(Key::Char(typed)) => match (command(&typed.to_string(), pick.commands), pick.count) {
                    (Some(key), _) => Some(Reply::Command(key)),
                    (None, Count::Any) if typed == ' ' => {
                        selection.toggle(selection.at);
                        None
                    }
                    (None, count) => match (Labels::new(pick.options).place(&typed.to_string()), count) {
                        (Some(place), Count::One(_)) => {
                            selection.at = place;
                            Some(Reply::Answer(vec![place]))
                        }
                        (Some(place), Count::Any) => {
                            selection.at = place;
                            selection.toggle(place);
                            None
                        }
                        (None, _) => {
                            useless = Some(typed);
                            None
                        }
                    },
                },
                Ok(_) => None,
            };
            if let Some(reply) = done {
                // What was picked stays to be seen; a command's question is asked again.
                if matches!(reply, Reply::Answer(_)) {
                    self.draw(&self.list(pick, &selection))?;
                } else if pick.count == Count::Any {
                    self.marked = Some((pick.options.to_vec(), selection.marked));
                }
                return Ok(reply);
            }
        }
    }
}

impl Ask for Keyboard {
    fn pick(&mut self, out: &mut dyn Write, pick: &Pick<'_>) -> Result<Reply<Vec<usize>>, AskError> {
        interrupt::take_back();
        out.flush()?;
        self.term.hide_cursor()?;
        let reply = self.pick_by_keys(pick);
        self.term.show_cursor()?;
        reply
    }

    fn line(&mut self, out: &mut dyn Write, line: &Line<'_>) -> Result<Reply<String>, AskError> {
        if line.legend && !line.commands.is_empty() {
            for text in self.footer("", line.commands) {
                writeln!(out, "{text}")?;
            }
        }
        interrupt::take_back();
        out.flush()?;
        let prompt = (self.guard)(line.prompt, self.colour);
        loop {
            let input = Input::<String>::with_theme(&SimpleTheme).with_prompt(&prompt).allow_empty(true);
            let reading = interrupt::reading();
            let typed = input.interact_text_on(&self.term);
            drop(reading);
            let typed = match typed {
                Ok(typed) => typed,
                Err(dialoguer::Error::IO(error)) => {
                    self.term.show_cursor()?;
                    // The shell's prompt begins a line of its own. Ctrl-C is a signal as well, and whoever of the two ends
                    // the process has to see to it.
                    self.term.write_line("")?;
                    return Err(error.into());
                }
            };
            if let Some(key) = command(&typed, line.commands) {
                return Ok(Reply::Command(key));
            }
            if line.may_be_empty || !typed.trim().is_empty() {
                return Ok(Reply::Answer(typed.trim().to_owned()));
            }
        }
    }

    fn pause(&mut self, out: &mut dyn Write, pause: &Pause<'_>) -> Result<Reply<()>, AskError> {
        interrupt::take_back();
        out.flush()?;
        let how = format!("Enter {}", pause.enter);
        let mut useless = None;
        loop {
            let rows = self.draw(&self.footer(&and_useless(useless.take(), &how), pause.commands))?;
            let key = self.key();
            self.term.clear_last_lines(rows)?;
            match key? {
                Key::Enter | Key::Char(' ') => return Ok(Reply::Answer(())),
                Key::Char(END) => return Ok(Reply::End),
                Key::Char(typed) => match command(&typed.to_string(), pause.commands) {
                    Some(key) => return Ok(Reply::Command(key)),
                    None => useless = Some(typed),
                },
                _ => {}
            }
        }
    }

    fn is_person(&self) -> bool {
        true
    }

    fn indent(&self) -> usize {
        10
    }
}

/// Returns how to go on, after what is said of a key that does nothing here: who pressed it may believe that all is stuck.
fn and_useless(key: Option<char>, how: &str) -> String {
    match key.filter(|key| !key.is_whitespace() && !key.is_control()) {
        Some(key) => format!("{key} does nothing here · {how}"),
        None => how.to_owned(),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::File;
    use std::io::Read as _;
    use std::io::Seek as _;

    use super::*;

    #[test]
    fn what_is_listed_goes_through_the_guard() {
        let mut screen = tempfile::tempfile().expect("a file");
        let nobody = File::open("/dev/null").expect("it is everywhere");
        let term = Term::read_write_pair(nobody, screen.try_clone().expect("a second handle"));
        let keyboard = Keyboard { term, colour: false, guard: |text, _| text.replace('\u{1b}', "ESC"), marked: None };
        let options = ["two\nlines \u{1b}[2J".to_owned()];
        let pick = Pick { options: &options, count: Count::One(None), commands: &[] };
        keyboard.draw(&keyboard.list(&pick, &Selection::new(1, 1))).expect("a file takes it");
        let mut shown = String::new();
        screen.rewind().and_then(|()| screen.read_to_string(&mut shown)).expect("it is text");
        assert_eq!(shown, "    1  two\n       lines ESC[2J\n");
    }
}
