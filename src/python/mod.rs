//! Python, which runs scenarios one chosen step at a time.
//!
//! [`find`] finds an interpreter and learns what it reads, a [`Worker`] is a child process of it that stays, and a
//! [`Program`] is a scenario loaded there, which implements [`Execute`](crate::scenario::Execute). What is worth executing is for `explore` to say; what runs inside the child is
//! in `harness/`.

mod belief;
mod careful;
mod confine;
mod elf;
mod foreign;
mod interpreter;
mod leader;
mod minder;
mod numbers;
mod process;
mod program;
mod protocol;
mod pyenv;
mod room;
mod stamp;
mod team;
mod watchdog;
mod worker;

pub use confine::Confined;
pub use confine::Confinement;
pub use confine::Layers;
pub use confine::Level;
pub use interpreter::Described;
pub use interpreter::FindError;
pub use interpreter::Forgetful;
pub use interpreter::Interpreter;
pub use interpreter::NEWEST;
pub use interpreter::OLDEST;
pub use interpreter::Remember;
pub use interpreter::Search;
pub use interpreter::Version;
pub use interpreter::find;
pub use leader::let_workers_go_on;
pub use leader::stop_workers;
pub use program::Program;
pub use protocol::Shared;
#[doc(hidden)]
pub use protocol::replays_in;
pub use pyenv::PyenvVariables;
pub use team::Start;
pub use team::Team;
pub use watchdog::IsStopped;
pub use worker::Limits;
pub use worker::Worker;

use std::ffi::OsString;
use std::io::Read;
use std::io::Write;
use std::process::ExitCode;

use crate::scenario::ThreadId;

/// Becomes a confined Python, or minds a program, if `arguments` (the program's name first) ask for it, and otherwise returns nothing. It
/// is to be called before anything else, while there is one thread. Returns the exit code once that is over, or has failed, having said
/// why on `err`.
pub fn sandbox(
    arguments: impl IntoIterator<Item = OsString>,
    input: impl Read + Send + 'static,
    err: &mut dyn Write,
) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter().skip(1);
    let first = arguments.next()?;
    if first == confine::SUBCOMMAND {
        return Some(confine::sandbox(&arguments.collect::<Vec<_>>(), err));
    }
    (first == minder::SUBCOMMAND).then(|| minder::mind(&arguments.collect::<Vec<_>>(), input, err))
}

/// Why a scenario could not be run.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// The scenario is not Python.
    #[error("`{name}` is not Python: {message}{}", at_line(*.line))]
    Syntax {
        /// The scenario's name, or `<observe>` or `<claim>` for the expressions that come with it.
        name: String,
        /// Where, from 1; 0 if it is not known.
        line: u32,
        /// What Python says.
        message: String,
        /// The line itself, as far as it is known.
        text: String,
    },
    /// The scenario uses something that is not modelled.
    #[error("not supported: {what}{}{}", at_line(*.line), because(.why))]
    Unsupported {
        /// What it uses.
        what: String,
        /// Where, from 1; 0 if it is not known.
        line: u32,
        /// Why not, if there is more to say than that it has not been done.
        why: String,
    },
    /// A schedule names a thread that cannot go.
    #[error("step {step} of the schedule cannot be: thread {thread} was to go, but {why}")]
    Schedule {
        /// Which step, from 1.
        step: usize,
        /// Who was to go.
        thread: ThreadId,
        /// Why it cannot.
        why: String,
    },
    /// A schedule was to be replayed, but what the scenario shares was not known, so that the schedule means nothing.
    #[error("the scenario has to be explored before a schedule of it can be replayed")]
    Unexplored,
    /// The scenario did something else under the same schedule.
    #[error("the scenario does not replay: at step {step}, thread {thread} did something else than before")]
    NotReplayable {
        /// The first step that differs, from 1.
        step: usize,
        /// Who went.
        thread: ThreadId,
    },
    /// The Python side failed by a mistake of its own, so that nothing is known of the scenario.
    #[error("Raceday's own Python failed{}: {what}", at_line(*.line))]
    Mistake {
        /// The exception, and the function of the harness that it comes from.
        what: String,
        /// The scenario's line that it happened at, from 1; 0 if it is not known.
        line: u32,
    },
    /// The process ended, said nothing in time, or said nonsense while it ran the scenario.
    #[error("the scenario broke its runner: {what}{}{}", because(.death), last_words(.said))]
    Broken {
        /// What happened.
        what: String,
        /// How the process ended, if it did so by itself; otherwise empty.
        death: String,
        /// Whether it was killed because it had said nothing in time.
        late: bool,
        /// The end of what it printed on standard error.
        said: String,
    },
    /// The process was started, and did not become what runs scenarios.
    #[error("`{}` does not get ready to run scenarios: {what}{}", .path.display(), last_words(.said))]
    NotReady {
        /// The interpreter.
        path: std::path::PathBuf,
        /// What happened.
        what: String,
        /// The end of what it printed on standard error.
        said: String,
    },
    /// The process could not be confined, or did not prove that it is.
    #[error("a program could reach more than it may: {why}")]
    NotConfined {
        /// What went wrong.
        why: String,
    },
    /// The system has no way to confine a process.
    #[error("this system cannot keep a program from reaching the rest of it: {why}")]
    CannotConfine {
        /// What is missing.
        why: String,
    },
    /// The process could not be started.
    #[error("cannot start `{}`", .path.display())]
    Start {
        /// The interpreter.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn at_line(line: u32) -> String {
    if line == 0 { String::new() } else { format!(", line {line}") }
}

fn because(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(" ({why})") }
}

/// How many characters are told of what a process said last: those at the end.
const LONGEST_WORDS: usize = 400;

fn last_words(said: &str) -> String {
    let last = said.trim_end().lines().last().unwrap_or_default();
    let start = last.char_indices().rev().nth(LONGEST_WORDS - 1).map_or(0, |(start, _)| start);
    let cut = if start > 0 { "…" } else { "" };
    if last.is_empty() { String::new() } else { format!("; its last words were `{cut}{}`", &last[start..]) }
}

#[cfg(test)]
mod tests {
    /// Who prints without end was quoted with 16 KB on one line.
    #[test]
    fn last_words_are_short() {
        assert_eq!(super::last_words("one\nthe last\n"), "; its last words were `the last`");
        assert_eq!(super::last_words("\n"), "");
        let long = format!("{}{}", "x".repeat(1000), "ä".repeat(400));
        assert_eq!(super::last_words(&long), format!("; its last words were `…{}`", "ä".repeat(400)));
        assert_eq!(super::last_words(&"x".repeat(400)).chars().filter(|&c| c == 'x').count(), 400);
    }
}
