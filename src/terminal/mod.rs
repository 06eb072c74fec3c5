//! Asking: by keys in a real terminal, by lines where there is none.
//!
//! [`Ask`] is what the program wants to know of a person: one of several, some of several, a line, a key. [`Keyboard`]
//! asks with lists that move under the arrow keys; [`Lines`] prints numbered lines and reads lines, so that a pipe, a
//! dumb terminal or a screen reader gets the same questions. Nothing here knows what is asked about: texts come ready
//! to show, wrapped to the room that [`Ask::indent`] leaves.

mod editor;
mod interrupt;
mod keyboard;
mod lines;
mod selection;
mod status;

pub use editor::EditError;
pub use editor::edit;
pub use interrupt::Followers;
pub use interrupt::Search;
pub use interrupt::begin_search;
pub use interrupt::end_if_asked;
pub use interrupt::end_on_interrupt;
pub use interrupt::is_search_stopped;
pub use interrupt::outlive_full_files;
pub use interrupt::stop_together;
pub use keyboard::Filter;
pub use keyboard::Keyboard;
pub use lines::Lines;
pub use status::Status;

use std::io;
use std::io::Write;

/// Asks a person, or a script that stands in for one.
pub trait Ask {
    /// Asks for one or several of `pick.options`; gives their places, in order.
    fn pick(&mut self, out: &mut dyn Write, pick: &Pick<'_>) -> Result<Reply<Vec<usize>>, AskError>;

    /// Asks for a line of text. One that is the key of a command is that command.
    fn line(&mut self, out: &mut dyn Write, line: &Line<'_>) -> Result<Reply<String>, AskError>;

    /// Waits until the person has read what is shown, or chooses a command. A script has always read it.
    fn pause(&mut self, out: &mut dyn Write, pause: &Pause<'_>) -> Result<Reply<()>, AskError>;

    /// Returns whether somebody is there who can be asked more than the answer: a rating, whether to go on.
    fn is_person(&self) -> bool;

    /// Returns how many columns stand before the text of an option.
    fn indent(&self) -> usize;
}

/// Some of these.
#[derive(Clone, Copy, Debug)]
pub struct Pick<'a> {
    /// What there is; may have several lines each.
    pub options: &'a [String],
    /// How many may be picked.
    pub count: Count,
    /// What can be done instead.
    pub commands: &'a [Command],
}

/// How many of the options may be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly one. If there is a proposal, it is what Enter or an empty line means.
    One(Option<usize>),
    /// Any number, none included.
    Any,
}

/// A line of text.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What to type.
    pub prompt: &'a str,
    /// Whether nothing is an answer.
    pub may_be_empty: bool,
    /// What can be done instead.
    pub commands: &'a [Command],
    /// Whether to say so. Of several lines in a row, one does.
    pub legend: bool,
}

/// A moment to read.
#[derive(Clone, Copy, Debug)]
pub struct Pause<'a> {
    /// What Enter does.
    pub enter: &'a str,
    /// What can be done instead.
    pub commands: &'a [Command],
}

/// Something else than an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// The key, in lower case.
    pub key: char,
    /// What it does, in a word or two.
    pub what: &'static str,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<T> {
    /// An answer.
    Answer(T),
    /// The command with this key.
    Command(char),
    /// The input has ended.
    End,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// Line after line was no answer.
    #[error("{0} lines in a row were no answer to the question")]
    NoAnswer(usize),
    /// The input or the output failed.
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for AskError {
    fn from(error: io::Error) -> AskError {
        match error.kind() {
            io::ErrorKind::Interrupted => AskError::Interrupted,
            _ => AskError::Io(error),
        }
    }
}

/// Returns the command that `text` is the key of.
fn command(text: &str, commands: &[Command]) -> Option<char> {
    let mut letters = text.trim().chars();
    let (first, rest) = (letters.next()?, letters.next());
    let key = first.to_lowercase().next().filter(|_| rest.is_none())?;
    commands.iter().find(|command| command.key == key).map(|command| command.key)
}

/// Returns `? hint · n note`.
fn legend(commands: &[Command]) -> String {
    let words: Vec<String> = commands.iter().map(|command| format!("{} {}", command.key, command.what)).collect();
    words.join(" · ")
}
