//! The words for a threaded program: scenarios, threads, operations, steps, executions, outcomes.
//!
//! Everything that explores, grades or shows an execution speaks in these types; the trait [`Execute`] is
//! how an exploration gets one. This module knows nothing of Python, of processes or of how schedules are chosen.

mod replay;
mod schedule;

pub use replay::Aside;
pub use replay::Blocked;
pub use replay::Death;
pub use replay::Detail;
pub use replay::Replay;
pub use schedule::ParseScheduleError;
pub use schedule::Schedule;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;

/// A program with threads, and what to observe of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scenario {
    /// The file name that tracebacks and messages show.
    pub name: String,
    /// The program's text.
    pub source: String,
    /// The expression whose `repr` is the observed value, evaluated in the module's globals when an execution ends.
    /// Without one, what the program prints is observed.
    pub observe: Option<String>,
    /// Expressions whose truth is noted at the end of each execution, in this order (see [`Outcome::claims`]).
    pub claims: Vec<String>,
    /// What `time.sleep` means.
    pub sleeps: Sleeps,
}

impl Scenario {
    /// Returns a scenario of `source` that observes what it prints and lets sleeps order nothing.
    pub fn new(name: impl Into<String>, source: impl Into<String>) -> Scenario {
        Scenario {
            name: name.into(),
            source: source.into(),
            observe: None,
            claims: Vec::new(),
            sleeps: Sleeps::Unordered,
        }
    }
}

/// What `time.sleep` means in a scenario. No real time passes either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sleeps {
    /// Sleeping is not synchronisation: it orders nothing.
    #[default]
    Unordered,
    /// A virtual clock: who sleeps shorter wakes first.
    Ordered,
}

/// Which thread of an execution.
///
/// An id is a path of birth: the main thread is `0`, the threads that main starts are `1`, `2`, … in the order it
/// starts them, the second thread that `1` starts is `1.2`. So a thread has the same id in every execution that it
/// occurs in, whatever else happened in between, and a schedule means the same to every worker.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(u64);

impl ThreadId {
    /// The thread that runs the module.
    pub const MAIN: ThreadId = ThreadId(0);
    /// How many threads one thread may start.
    pub const MAX_CHILDREN: u64 = 4095;

    /// Returns the `nth` thread (from 1) that this thread starts, if there is an id for it.
    pub fn child(self, nth: u64) -> Option<ThreadId> {
        if nth == 0 || nth > Self::MAX_CHILDREN || self.0 >= 1 << 36 {
            return None;
        }
        Some(ThreadId(self.0 << 12 | nth))
    }

    /// Returns the thread that started this one; the main thread has none.
    pub fn parent(self) -> Option<ThreadId> {
        (self.0 != 0).then_some(ThreadId(self.0 >> 12))
    }

    /// Returns the number that stands for this id in a worker's messages: the path in base 4096.
    pub fn code(self) -> u64 {
        self.0
    }

    /// Returns the id that `code` stands for (see [`ThreadId::code`]), if it stands for one.
    pub fn from_code(code: u64) -> Option<ThreadId> {
        let mut rest = code;
        while rest > 0 {
            if rest & 0xfff == 0 {
                return None;
            }
            rest >>= 12;
        }
        (code < 1 << 48).then_some(ThreadId(code))
    }
}

impl Serialize for ThreadId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ThreadId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ThreadId, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent()
            && parent != ThreadId::MAIN
        {
            write!(f, "{parent}.")?;
        }
        write!(f, "{}", self.0 & 0xfff)
    }
}

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ThreadId({self})")
    }
}

/// Why a text is not a thread's id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a thread: threads are written 0 (main), 1, 2, or 1.2 for the second thread that 1 started")]
pub struct ParseThreadIdError(pub String);

impl FromStr for ThreadId {
    type Err = ParseThreadIdError;

    fn from_str(text: &str) -> Result<ThreadId, ParseThreadIdError> {
        let wrong = || ParseThreadIdError(text.to_owned());
        if text == "0" {
            return Ok(ThreadId::MAIN);
        }
        let mut thread = ThreadId::MAIN;
        for part in text.split('.') {
            let canonical = !part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit());
            let nth = part.parse().ok().filter(|_| canonical).ok_or_else(wrong)?;
            thread = thread.child(nth).ok_or_else(wrong)?;
        }
        Ok(thread)
    }
}

/// Something that two operations can both touch: a variable, an element, a lock.
///
/// Beyond its identity, the number says what it is of: data, unless it has one of the bits below. The same thing has the
/// same location in all executions of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location(pub u64);

impl Location {
    /// The bit of a location that is there to put threads in order: of a lock, a queue, a thread's life.
    pub const SYNCHRONISATION: u64 = 1 << 52;
    /// The bit of a location that is beyond the program: the process, and what it prints.
    pub const OUTSIDE: u64 = 1 << 51;

    /// Returns whether it is a variable, an attribute, an element or the like.
    pub fn is_data(self) -> bool {
        self.0 & (Self::SYNCHRONISATION | Self::OUTSIDE) == 0
    }

    /// Returns whether acts on it put threads in order.
    pub fn is_synchronisation(self) -> bool {
        self.0 & Self::SYNCHRONISATION != 0
    }
}

/// How an operation touches a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Access {
    /// Two reads can change places without a trace.
    Read,
    /// A read that was a try and changed nothing, such as acquiring a lock that is taken without waiting for it. It
    /// conflicts as a read does, but in another order the same act may be a write.
    Attempt,
    /// A write somewhere within what the location stands for as a whole: of one element of a list, say. It changes places with others of
    /// its kind, for which part each writes is said by a location of that part's own; with whoever reads or writes the whole it does not.
    /// (What databases call an intention to write: J. Gray, "Notes on data base operating systems", 1978.)
    Within,
    /// A write, or an act on a synchronisation object, changes places with nothing else at its location.
    Write,
}

impl Access {
    /// Returns whether two accesses to one location cannot change places.
    pub fn conflicts(self, other: Access) -> bool {
        let only_read = |access| matches!(access, Access::Read | Access::Attempt);
        let both_within = self == Access::Within && other == Access::Within;
        !(only_read(self) && only_read(other) || both_within)
    }

    /// Returns whether it changes something.
    pub fn writes(self) -> bool {
        matches!(self, Access::Write | Access::Within)
    }
}

/// One location that an operation touches, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Touch {
    /// What is touched.
    pub location: Location,
    /// How.
    pub access: Access,
}

/// A condition that a blocking operation waits for: "the lock is free", "the queue is not empty".
///
/// A guard is open or shut. It starts open unless the execution says otherwise (see [`Execution::shut`]), and changes
/// only in steps that write the location it belongs to; those steps say so (see [`Step::guards`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Guard(pub u64);

/// One visible act of one thread.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Operation {
    /// What it touches, as it was done. Which locations an act touches depends on its thread's past alone, unless it takes a turn;
    /// where its manner of touching one depends on what the act finds there, it is a write or an [`Access::Attempt`].
    ///
    /// A thread's start and its end write a location that stands for its life, its first step and joining it read it.
    pub touches: Arc<[Touch]>,
    /// What it waits for. An operation with a shut guard is blocked. It touches the location that the guard belongs
    /// to; where that is data, reading it is how a loop waits for a change. A thread's first step waits for nothing.
    pub guard: Option<Guard>,
    /// What it finds out, if it is known to be a try.
    pub tries: Option<Try>,
    /// What it takes, if that is a turn.
    #[serde(default)]
    pub turn: Option<Turn>,
}

/// Which part of an operation's touches are those of a turn.
///
/// Who takes a turn does what the next one is to do, whoever he is: to get the next item of a queue, say. The first touch is a write of the line
/// where the turns are taken, and the others, as the operation's guard, depend on which turn it is. Who takes the turn of another does
/// what that one did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Turn {
    /// The first of them.
    pub from: usize,
    /// The one after the last.
    pub until: usize,
}

/// What the manner of an operation that waits for nothing hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Try {
    /// It writes where this is open, and attempts to where it is shut. All who change that write what it tries to.
    pub guard: Guard,
    /// So many of what it touches, from the first, it touches in that manner; the rest as it would anyway.
    pub touches: usize,
}

impl Operation {
    /// Returns where it takes a turn, if it does.
    pub fn line(&self) -> Option<Location> {
        self.turn.and_then(|turn| self.touches.get(turn.from)).map(|touch| touch.location)
    }

    /// Returns what it is if it takes the turn of `other`, which takes one at the same line.
    pub fn taking_turn_of(&self, other: &Operation) -> Operation {
        let (Some(own), Some(theirs)) = (self.turn, other.turn) else { return self.clone() };
        let taken = other.touches.get(theirs.from..theirs.until).unwrap_or_default();
        let before = self.touches.get(..own.from).unwrap_or_default();
        let after = self.touches.get(own.until..).unwrap_or_default();
        let turn = Turn { from: own.from, until: own.from + taken.len() };
        Operation {
            touches: [before, taken, after].concat().into(),
            guard: other.guard,
            tries: self.tries,
            turn: Some(turn),
        }
    }

    /// Returns whether the order of the two operations, done by different threads, can matter.
    pub fn conflicts(&self, other: &Operation) -> bool {
        self.touches.iter().any(|ours| {
            other.touches.iter().any(|theirs| ours.location == theirs.location && ours.access.conflicts(theirs.access))
        })
    }
}

/// One operation together with the invisible computation up to the thread's next operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// Who.
    pub thread: ThreadId,
    /// What.
    pub operation: Operation,
    /// Which threads could have gone instead, the one that did among them: bit `i` is `threads[i]` of
    /// the execution. A thread that was just started can go.
    pub enabled: u64,
    /// The guards that this step opened (`true`) or shut (`false`).
    pub guards: Vec<(Guard, bool)>,
}

/// What a thread that has not ended would have done next.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pending {
    /// Who.
    pub thread: ThreadId,
    /// What.
    pub operation: Operation,
}

/// One run of a scenario under one schedule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Execution {
    /// All threads, main first, in the order in which they were started; at most 64.
    pub threads: Vec<ThreadId>,
    /// The guards that were shut before the first step.
    pub shut: Vec<Guard>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// The line of the program that each step was at, from 1, and 0 where there is none; empty unless lines were asked
    /// for.
    #[serde(default)]
    pub lines: Vec<u32>,
    /// The threads that had not ended, and what each waits for (or, at the step limit, would do).
    pub pending: Vec<Pending>,
    /// Where the process died, if it did ([`Ending::Crash`]): it lived through so many of the steps, the last of which it did not
    /// survive.
    ///
    /// The steps that come after are what the other threads would have done had that thread stopped there for ever, before
    /// it did what its last step announces. So they show how the execution could have gone otherwise, as long as somebody
    /// looked; nobody did if they are not there although other threads could go.
    #[serde(default)]
    pub lived: Option<usize>,
    /// The pools whose tasks did not wait for a worker, although there were more of them than workers.
    #[serde(default)]
    pub crews: Vec<Crew>,
    /// Why it could have ended otherwise with these same steps, if it could: something hangs on what nobody models.
    #[serde(default)]
    pub unsure: Option<Unsure>,
    /// What the learner could see.
    pub outcome: Outcome,
}

/// A pool with fewer workers than tasks, each of which begins with a step of its own, as if there were a worker for each.
///
/// With no more workers than there are, a task begins when one of the workers is left over. In an execution of which no
/// equivalent order allows that, nothing shows what can come of the program.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Crew {
    /// How many tasks can have begun and not ended.
    pub workers: usize,
    /// The tasks, as indices of [`Execution::threads`], in the order in which workers take them up.
    pub tasks: Vec<usize>,
}

/// What an execution hangs on that nobody models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unsure {
    /// When which object dies.
    Lives,
    /// The order of a set of so many futures that not every one is tried.
    Order,
    /// What the library does where several threads use a thing of its at once.
    Library,
}

impl Execution {
    /// Returns which thread went at each step.
    pub fn schedule(&self) -> Schedule {
        self.steps.iter().map(|step| step.thread).collect()
    }

    /// Returns whether no task of a pool begins, in this order of the steps, before there is a worker for it (see [`Crew`]).
    pub fn has_enough_workers(&self) -> bool {
        let first = |task: usize| self.steps.iter().position(|step| step.thread == self.threads[task]);
        let last = |task: usize| self.steps.iter().rposition(|step| step.thread == self.threads[task]);
        self.crews.iter().all(|crew| {
            crew.tasks.iter().enumerate().all(|(nth, &task)| {
                let Some(begins) = first(task) else { return true };
                let over = crew.tasks.iter().filter(|&&other| last(other).is_some_and(|last| last < begins)).count();
                nth < crew.workers.saturating_add(over)
            })
        })
    }

    /// Returns what of it really happened, if the process died: the steps it lived through, and the one it did not survive.
    pub fn until_death(&self) -> Option<Execution> {
        let lived = self.lived?;
        let mut until = self.clone();
        until.steps.truncate(lived);
        until.lines.truncate(lived);
        until.pending.clear();
        Some(until)
    }
}

/// What a learner could see of an execution.
///
/// Two executions with equal outcomes look the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Outcome {
    /// `repr` of the observed expression, if one is observed.
    pub value: Option<String>,
    /// What the program printed, if that is observed.
    pub stdout: Option<String>,
    /// How it ended.
    pub ending: Ending,
    /// The exceptions that nobody caught, in a stable order.
    pub exceptions: Vec<Exception>,
    /// The truth of each of the scenario's claims; `None` where evaluating it raised.
    pub claims: Vec<Option<bool>>,
}

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// Every thread ended, or only daemons were left.
    Finished,
    /// All that are left wait for each other.
    Deadlock,
    /// Somebody re-reads for ever what nobody will write.
    Spin,
    /// Threads try for ever to take locks that they keep from one another, and give back what they have each time.
    Livelock,
    /// The step limit.
    Limit,
    /// Somebody had tried something in vain, and was not followed further: whatever could come of it another execution shows, in which
    /// that was never tried. It is no outcome.
    Redundant,
    /// The process died, or ended without the interpreter's doing: there is nothing to observe.
    Crash,
}

/// An exception that ended a thread or a pool's task.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Exception {
    /// The thread's or the task's name.
    pub thread: String,
    /// The exception's class.
    #[serde(rename = "type")]
    pub class: String,
    /// Its text.
    pub message: String,
    /// Whether a future swallowed it and nobody asked for it.
    pub swallowed: bool,
}

/// One execution to make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Request {
    /// Who goes, step by step, as far as it is given. Beyond it the running thread goes on while it can, then
    /// whichever enabled thread the implementation likes.
    pub prefix: Vec<ThreadId>,
}

/// An execution that did not come to an end in the time for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hang {
    /// The steps that it took. The last one did not end, or what comes after it before its thread's next.
    pub schedule: Schedule,
    /// The thread that ran.
    pub thread: ThreadId,
    /// Its name.
    pub name: String,
    /// The line of the scenario that it was at, from 1; 0 where that is not known.
    pub line: u32,
    /// How many seconds it had.
    pub seconds: u64,
}

/// What became of a batch of [`Request`]s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The executions of the requests, in their order. There is at least one, so that whoever asked hears from a slow program now
    /// and then; what is left out at the end has to be requested again.
    Executions(Vec<Execution>),
    /// The batch showed that more is shared between threads than was known. What was executed so far lacked steps:
    /// forget it and begin again.
    StartOver,
    /// One of them did not come to an end, even when it was made again: the executions of the requests before it, and what is known of it.
    Hung(Vec<Execution>, Hang),
    /// There is no room for what more executions would tell.
    Full,
    /// Whoever asked wants nothing more, and it would have taken longer than he waits for that.
    Stopped,
}

/// Runs a scenario, one execution a request.
///
/// # Determinism
///
/// The same request must give the same execution, and executions with a common prefix of steps must agree on
/// everything up to there and on what each thread does next. Implementations that notice a difference return an error.
pub trait Execute {
    /// Why an execution could not be had.
    type Error;

    /// Returns how many batches can be executed side by side.
    fn hands(&self) -> usize {
        1
    }

    /// Says that [`Execute::execute`] will be called with just these `requests`, after those that were prepared before, so
    /// that they can be begun. After [`Answer::StartOver`], [`Answer::Hung`] and an error nothing is prepared any more.
    fn prepare(&mut self, _requests: &[Request]) {}

    /// Executes `requests`, or the first of them. A prefix that names a thread which is not enabled is an error.
    fn execute(&mut self, requests: &[Request]) -> Result<Answer, Self::Error>;

    /// Has the tasks of all pools wait for a worker from now on, so that there are no [`Execution::crews`]. As after
    /// [`Answer::StartOver`], nothing is prepared any more, and what was executed so far is to be forgotten.
    fn limit_crews(&mut self) -> Result<(), Self::Error>;
}

impl<E: Execute + ?Sized> Execute for &mut E {
    type Error = E::Error;

    fn hands(&self) -> usize {
        E::hands(self)
    }

    fn prepare(&mut self, requests: &[Request]) {
        E::prepare(self, requests);
    }

    fn execute(&mut self, requests: &[Request]) -> Result<Answer, Self::Error> {
        E::execute(self, requests)
    }

    fn limit_crews(&mut self) -> Result<(), Self::Error> {
        E::limit_crews(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thread_ids_are_paths_of_birth() {
        let first = ThreadId::MAIN.child(1).expect("in range");
        let nested = first.child(2).expect("in range");
        assert_eq!(ThreadId::MAIN.to_string(), "0");
        assert_eq!(first.to_string(), "1");
        assert_eq!(nested.to_string(), "1.2");
        assert_eq!(nested.parent(), Some(first));
        assert_eq!(first.parent(), Some(ThreadId::MAIN));
        assert_eq!("1.2".parse(), Ok(nested));
        assert_eq!(ThreadId::from_code(nested.code()), Some(nested));
    }

    #[test]
    fn what_is_not_a_thread_id_is_refused() {
        for text in ["", "x", "01", "-1", "1.", ".1", "0.1", "4096", "1.1.1.1.1", "+1"] {
            assert!(text.parse::<ThreadId>().is_err(), "{text}");
        }
        assert_eq!(ThreadId::from_code(4096), None);
    }

    #[test]
    fn only_a_write_conflicts() {
        let operation = |location, access| Operation {
            touches: [Touch { location: Location(location), access }].into(),
            guard: None,
            turn: None,
            tries: None,
        };
        assert!(!operation(1, Access::Read).conflicts(&operation(1, Access::Read)));
        assert!(operation(1, Access::Read).conflicts(&operation(1, Access::Write)));
        assert!(operation(1, Access::Write).conflicts(&operation(1, Access::Write)));
        assert!(!operation(1, Access::Write).conflicts(&operation(2, Access::Write)));
        assert!(!operation(1, Access::Within).conflicts(&operation(1, Access::Within)));
        assert!(operation(1, Access::Within).conflicts(&operation(1, Access::Read)));
        assert!(operation(1, Access::Write).conflicts(&operation(1, Access::Within)));
    }
}
