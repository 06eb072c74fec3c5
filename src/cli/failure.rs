//! The one place where errors become text, a hint, and an exit code.

use std::io;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::clock::ClockError;
use crate::deck::CardId;
use crate::deck::ConceptId;
use crate::deck::Deck;
use crate::deck::ParseCardIdError;
use crate::deck_files::Library;
use crate::notes::NoteTextError;
use crate::notes::ParseAddressError;
use crate::notes::ParseNoteIdError;
use crate::notes::TargetError;
use crate::python::FindError;
use crate::python::NEWEST;
use crate::python::OLDEST;
use crate::python::PythonError;
use crate::report::Page;
use crate::report::clean;
use crate::report::clean_line;
use crate::report::count;
use crate::report::cut;
use crate::report::wrap;
use crate::scenario::Schedule;
use crate::store::StoreError;
use crate::terminal::AskError;
use crate::terminal::EditError;

/// How much of a line of somebody's program is quoted.
const LONGEST_QUOTE: usize = 100;

/// What the text is called that says what to observe.
const OBSERVED: &str = "<observe>";
/// What the text of a claim is called.
const CLAIMED: &str = "<claim>";
/// What to say where a program does something else than before.
const REPLAYS_ARE_ALIKE: &str =
    "does it depend on something outside: the time, files, the order of a set of objects, when objects die?";
/// What to say where a schedule cannot be.
const SCHEDULES_FIT: &str = "a schedule fits the program, and the version of it, that it was made for";

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Fine,
    /// What was to hold does not: a claim is violated, a deck has faults.
    Violated,
    /// The arguments or the input cannot be used.
    Unusable,
    /// Something that the program needs is missing or broken.
    Broken,
    /// The learner pressed Ctrl-C.
    Interrupted,
}

impl Exit {
    /// Returns the process's exit code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Exit::Fine => 0,
            Exit::Violated => 1,
            Exit::Unusable => 2,
            Exit::Broken => 3,
            Exit::Interrupted => 130,
        })
    }
}

/// Why a command could not do its work, in words for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What sort it is; decides the exit code.
    pub kind: FailureKind,
    /// What is wrong: lower case, no full stop, with names and places. May have several lines.
    pub message: String,
    /// What to do.
    pub hints: Vec<String>,
}

/// Sorts of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// What was typed or given cannot be used.
    Unusable,
    /// Something that the program needs is missing or broken.
    Broken,
    /// Whoever read the output has gone, which is no fault.
    BrokenPipe,
    /// The learner pressed Ctrl-C.
    Interrupted,
}

impl Failure {
    /// Returns a failure of what was typed or given.
    pub fn unusable(message: impl Into<String>) -> Failure {
        Failure { kind: FailureKind::Unusable, message: message.into(), hints: Vec::new() }
    }

    /// Returns a failure of what the program needs.
    pub fn broken(message: impl Into<String>) -> Failure {
        Failure { kind: FailureKind::Broken, message: message.into(), hints: Vec::new() }
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hints.push(hint.into());
        self
    }

    pub(super) fn no_data_dir() -> Failure {
        Failure::broken("there is no home folder to keep reviews and notes in")
            .hint("name a folder with `--data-dir DIR`")
    }

    /// Returns the failure to `act` on a file: `read`, `write`.
    pub fn file(act: &str, file: &Path, error: &io::Error) -> Failure {
        let name = file.display().to_string();
        let failure = Failure::unusable(format!("cannot {act} `{}`: {error}", clean_line(&name)));
        match error.kind() {
            io::ErrorKind::NotFound => failure.hint("is the name right, and are you in the right folder?"),
            _ => failure,
        }
    }

    pub(super) fn no_deck(wanted: &str, library: &Library) -> Failure {
        let shown = clean_line(wanted);
        if library.faulty_called(wanted).is_some() {
            return Failure::unusable(format!("the deck `{shown}` has faults, and nothing of it is used"))
                .hint(format!("`raceday check {shown}` says which"));
        }
        if Path::new(wanted).is_file() {
            return Failure::unusable(format!("`{shown}` is a file"))
                .hint("a deck is a folder with a `deck.yaml` in it: name the folder");
        }
        let failure = Failure::unusable(match wanted.contains(std::path::is_separator) {
            true => format!("there is no folder `{shown}`, and no deck of that name"),
            false => format!("there is no deck `{shown}`"),
        });
        let ids: Vec<String> = library.decks().map(|deck| format!("`{}`", deck.id)).collect();
        match ids.as_slice() {
            [] => failure.hint("`raceday doctor` says where decks are looked for"),
            ids => failure.hint(format!("there is {}", ids.join(", "))),
        }
    }

    pub(super) fn no_concept(deck: &Deck, wanted: &ConceptId) -> Failure {
        let ids: Vec<String> = deck.concepts.iter().map(|concept| format!("`{}`", concept.id)).collect();
        Failure::unusable(format!("the deck `{}` has no concept `{wanted}`", deck.id))
            .hint(format!("it has {}", ids.join(", ")))
    }

    pub(super) fn no_question(deck: &Deck, wanted: &CardId) -> Failure {
        Failure::unusable(format!("the deck `{}` has no question `{}`", deck.id, wanted.question))
            .hint(format!("`raceday deck show {}` lists them", deck.id))
    }

    /// Returns the failure of a text that is not UTF-8 from a byte on.
    pub fn not_utf8(file: &Path, offset: usize) -> Failure {
        let name = file.display().to_string();
        Failure::unusable(format!("`{}` is not UTF-8 from byte {offset} on", clean_line(&name)))
            .hint("save it as UTF-8")
    }

    /// Returns the failure of a claim that cannot be evaluated anywhere.
    pub fn claim_always_raises(expression: &str) -> Failure {
        Failure::unusable(format!("`{}` raises an exception wherever it is evaluated", clean_line(expression)))
            .hint("a claim is an expression over the module's globals when the program has ended")
    }

    /// Returns the failure to observe anything, in any order, for what it `raised`: `<NameError: name 'x' is not defined>`.
    pub(super) fn observes_nothing(expression: &str, raised: &str) -> Failure {
        let raised = raised.trim_start_matches('<').trim_end_matches('>');
        let (expression, raised) = (clean_line(expression), cut(&clean_line(raised), LONGEST_QUOTE));
        Failure::unusable(format!("`{expression}` cannot be observed in any order: {raised}"))
            .hint("is it spelled right? it is evaluated over the module's globals when the program has ended")
    }

    /// Returns the failure of a schedule of `steps` steps, of which only `made` could be made.
    pub(super) fn schedule_goes_on(steps: usize, made: usize) -> Failure {
        let made = count(made as u64, "step");
        Failure::unusable(format!(
            "the schedule has {}, but the execution ends after {made}",
            count(steps as u64, "step")
        ))
        .hint(SCHEDULES_FIT)
    }

    pub(super) fn not_confirmed(name: &str, schedule: &Schedule) -> Failure {
        let (name, schedule) = (clean_line(name), cut(&schedule.to_string(), LONGEST_QUOTE));
        Failure::unusable(format!(
            "`{name}` does not replay: in a fresh process, the schedule `{schedule}` ends otherwise"
        ))
        .hint(REPLAYS_ARE_ALIKE)
    }

    /// Returns the failure of a scenario of which only so many executions `of` all could be made again in the `time` for it.
    pub(super) fn replays_too_slowly(name: &str, made: usize, of: usize, time: Duration) -> Failure {
        let (name, all) = (clean_line(name), count(of as u64, "execution"));
        let time = time.as_secs();
        Failure::unusable(format!("`{name}` does not replay in time: {made} of {all} in {time} s"))
            .hint("`raceday explore` has `--budget-seconds`, and `--observe` tells fewer outcomes apart")
    }

    pub(super) fn seed(text: &str) -> Failure {
        Failure::unusable(format!("`{text}` is not a seed")).hint("`RACEDAY_SEED` is a whole number from 0")
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => {
                Failure { kind: FailureKind::BrokenPipe, message: error.to_string(), hints: Vec::new() }
            }
            io::ErrorKind::Interrupted => {
                Failure { kind: FailureKind::Interrupted, message: error.to_string(), hints: Vec::new() }
            }
            _ => Failure::broken(format!("the standard input or output failed: {error}")),
        }
    }
}

impl From<ClockError> for Failure {
    fn from(error: ClockError) -> Failure {
        let hint = match &error {
            ClockError::Now(_) => "`RACEDAY_NOW` is written like 2026-03-01T09:00:00Z",
            ClockError::Zone(_) => "`RACEDAY_TIMEZONE` is written like +02:00",
        };
        Failure::unusable(error.to_string()).hint(hint)
    }
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Failure {
        let hint = match &error {
            FindError::None => "install Python 3.9 or later, or name one with `--python PATH`".to_owned(),
            FindError::NotPython { .. } | FindError::Unsupported { .. } => {
                format!("name a CPython 3.{OLDEST} to 3.{NEWEST} with `--python PATH` or `RACEDAY_PYTHON`")
            }
        };
        Failure::broken(clean_line(&error.to_string())).hint(hint)
    }
}

impl From<PythonError> for Failure {
    fn from(error: PythonError) -> Failure {
        let message = clean_line(&with_causes(&error)).into_owned();
        match &error {
            PythonError::Syntax { name, message, text, .. } if name == OBSERVED || name == CLAIMED => {
                let what = if name == OBSERVED { "what is to be observed" } else { "the claim" };
                let text = cut(&clean_line(text.trim()), LONGEST_QUOTE);
                Failure::unusable(format!("{what}, `{text}`, is not a Python expression: {}", clean_line(message)))
            }
            PythonError::Syntax { text, .. } if !text.trim().is_empty() => {
                Failure::unusable(format!("{message}\n  {}", cut(&clean_line(text.trim()), LONGEST_QUOTE)))
            }
            PythonError::Syntax { .. } => Failure::unusable(message),
            PythonError::Unsupported { .. } => Failure::unusable(message)
                .hint("Raceday refuses what it cannot run in every order; `docs/exploration.md` has the limits"),
            PythonError::Schedule { .. } => Failure::unusable(message).hint(SCHEDULES_FIT),
            PythonError::Unexplored => Failure::unusable(message).hint("what its threads share is only known then"),
            PythonError::NotReplayable { .. } => Failure::unusable(message)
                .hint(REPLAYS_ARE_ALIKE),
            PythonError::Mistake { .. } => Failure::broken(message)
                .hint("this is a mistake in Raceday, not in the program; whoever makes Raceday wants to see both"),
            PythonError::Broken { .. } => Failure::unusable(message)
                .hint("does it end its own process, or need more memory, output or time than a program gets?"),
            PythonError::CannotConfine { .. } => Failure::broken(message)
                .hint("name the deck, and add `--unconfined`, to run its programs with your rights: only for a deck you trust"),
            PythonError::NotReady { .. } | PythonError::Start { .. } | PythonError::NotConfined { .. } => {
                Failure::broken(message).hint("`raceday doctor` tries out the Python")
            }
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let message = clean_line(&with_causes(&error)).into_owned();
        match &error {
            StoreError::Newer { .. } => {
                Failure::broken(message).hint("use that newer Raceday, or another folder with `--data-dir DIR`")
            }
            StoreError::NotADatabase { .. } | StoreError::Foreign { .. } | StoreError::NotAFile { .. } => {
                Failure::broken(message).hint("move it away, or use another folder with `--data-dir DIR`")
            }
            StoreError::WithoutBeginning { .. } => Failure::broken(message)
                .hint("put back a copy of the database from before; or move both away, to begin anew"),
            StoreError::Altered { .. } => Failure::broken(message)
                .hint("put back a copy from before, or move it away, or use another folder with `--data-dir DIR`"),
            StoreError::CannotOpen { .. } | StoreError::ReadOnly => {
                Failure::broken(message).hint("may you write there? use another folder with `--data-dir DIR`")
            }
            StoreError::Locked => Failure::broken(message).hint("close the other Raceday, and try again"),
            StoreError::Damaged { .. } => Failure::broken(message).hint("`raceday doctor` says how bad it is"),
            StoreError::NoSuchNote(_) => Failure::unusable(message).hint("`raceday note list` has the numbers"),
            StoreError::NoSuchAnswer(_) => {
                Failure::unusable(message).hint("a review says it of each answer that it keeps, as in `answer:3`")
            }
            StoreError::Full => Failure::broken(message).hint("make room, and try again: what was kept before is safe"),
            StoreError::Sqlite(_) => Failure::broken(message).hint("`raceday doctor` says more"),
            StoreError::NotJson => Failure::broken(message),
        }
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Failure {
        match error {
            AskError::Interrupted => io::Error::from(io::ErrorKind::Interrupted).into(),
            AskError::Io(error) => error.into(),
            AskError::NoAnswer(_) => {
                Failure::unusable(error.to_string()).hint("what was answered before is kept; `q` stops")
            }
        }
    }
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Failure {
        if matches!(error, EditError::Interrupted) {
            return io::Error::from(io::ErrorKind::Interrupted).into();
        }
        Failure::broken(error.to_string())
            .hint("set `EDITOR` to a program, as in `vi` or `code --wait`, or give the text with `-m TEXT`")
    }
}

impl From<NoteTextError> for Failure {
    fn from(error: NoteTextError) -> Failure {
        let failure = Failure::unusable(error.to_string());
        match error {
            NoteTextError::Empty => failure.hint("give its text with `-m TEXT`, or on the standard input"),
            _ => failure,
        }
    }
}

impl From<ParseAddressError> for Failure {
    fn from(error: ParseAddressError) -> Failure {
        Failure::unusable(error.to_string()).hint(
            "notes are attached to DECK, DECK/concept:CONCEPT, DECK/QUESTION, DECK/QUESTION:LINES or answer:NUMBER",
        )
    }
}

impl From<ParseCardIdError> for Failure {
    fn from(error: ParseCardIdError) -> Failure {
        Failure::unusable(error.to_string()).hint("`raceday deck show DECK` lists the questions of a deck")
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Failure {
        Failure::unusable(error.to_string())
    }
}

impl From<ParseNoteIdError> for Failure {
    fn from(error: ParseNoteIdError) -> Failure {
        Failure::unusable(error.to_string()).hint("`raceday note list` has the numbers")
    }
}

/// Returns what an error says, and after it what the errors say that caused it.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// Returns what became of writing a result, where it is no failure that whoever read it has all it wanted, as in
/// `raceday explore … | head`: the exit code still says what was found.
pub(super) fn unless_unread(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Says what failed, if something did, and returns the exit code.
pub(super) fn conclude(result: Result<Exit, Failure>, err: &mut dyn Write, page: Page) -> ExitCode {
    match result {
        Ok(exit) => exit.code(),
        Err(failure) => {
            let exit = match failure.kind {
                // Who no longer reads what is asked or listed needs no more of it.
                FailureKind::BrokenPipe => return Exit::Fine.code(),
                FailureKind::Interrupted => return Exit::Interrupted.code(),
                FailureKind::Unusable => Exit::Unusable,
                FailureKind::Broken => Exit::Broken,
            };
            // If standard error is gone too, the exit code is all that can be said.
            let _ = write_failure(&failure, err, page);
            exit.code()
        }
    }
}

fn write_failure(failure: &Failure, err: &mut dyn Write, page: Page) -> io::Result<()> {
    write_said(err, "error", &failure.message, page)?;
    failure.hints.iter().try_for_each(|hint| write_said(err, "hint", hint, page))?;
    err.flush()
}

/// Writes what is said beside the output, after a word for what it is: `hint: …`. Lines that are quoted, which begin with a
/// space, stay as they are.
pub(super) fn write_said(err: &mut dyn Write, what: &str, text: &str, page: Page) -> io::Result<()> {
    let text = clean(text);
    let mut lines = text.lines();
    let first = format!("{what}: {}", lines.next().unwrap_or_default());
    let (colour, plain) = match what {
        _ if !page.colour => ("", ""),
        "error" => ("\x1b[1;31m", "\x1b[0m"),
        _ => ("\x1b[1;36m", "\x1b[0m"),
    };
    for (row, line) in wrap(&first, page.width(), 2).iter().enumerate() {
        match line.strip_prefix(what).and_then(|rest| rest.strip_prefix(':')).filter(|_| row == 0) {
            Some(rest) => writeln!(err, "{colour}{what}:{plain}{rest}")?,
            None => writeln!(err, "{line}")?,
        }
    }
    for line in lines {
        let width = if line.starts_with(' ') { usize::MAX } else { page.width() };
        wrap(line, width, 2).iter().try_for_each(|line| writeln!(err, "{line}"))?;
    }
    Ok(())
}
