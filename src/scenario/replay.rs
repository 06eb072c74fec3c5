//! An execution with everything a person wants to know of it: names, lines, values, who held what.

use serde::Deserialize;
use serde::Serialize;

use super::Execution;
use super::ThreadId;

/// One execution of a given schedule, told in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// What happened.
    pub execution: Execution,
    /// The threads' names, in the order of [`Execution::threads`].
    pub names: Vec<String>,
    /// What each step did, in the order of [`Execution::steps`].
    pub details: Vec<Detail>,
    /// The threads that were left waiting, if the execution ended with some.
    pub blocked: Vec<Blocked>,
    /// How the process died, if it did.
    #[serde(default)]
    pub death: Option<Death>,
}

/// What one step did, in the scenario's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The line of the scenario, from 1; 0 where there is none.
    pub line: u32,
    /// What was done: `read`, `write`, `acquire`, `release`, `start`, `join`, `begin`, `end`, `print`, …
    pub verb: String,
    /// What it was done to: `account.balance`, `lock`; empty where there is nothing to name.
    pub location: String,
    /// `repr` of the value read or written, or of the act's result, where there is one.
    pub value: Option<String>,
    /// The locks that the thread held before it did this.
    #[serde(default)]
    pub holds: Vec<String>,
}

/// A thread that was left waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// Who waits.
    pub thread: ThreadId,
    /// Where, from 1.
    pub line: u32,
    /// What it would have done: `acquire`, `join`, …
    pub verb: String,
    /// What it waits for: `lock`, `Thread-1`.
    pub location: String,
    /// Who holds that, where somebody does.
    pub held_by: Option<ThreadId>,
    /// The locks that it holds meanwhile.
    #[serde(default)]
    pub holds: Vec<String>,
}

/// How a process died that ran a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Death {
    /// The thread that ran.
    pub thread: ThreadId,
    /// The line of the scenario that it was at, from 1; 0 where that is not known.
    pub line: u32,
    /// How the process ended: `killed by SIGSEGV`, `ended with exit code 3`.
    pub how: String,
}
