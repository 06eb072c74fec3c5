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

impl Replay {
    /// Returns about how many bytes it takes, here and in the telling, which has a thread's name again with each of its steps.
    pub fn size(&self) -> usize {
        let text = |texts: &[String]| texts.iter().map(|text| size_of::<String>() + text.len()).sum::<usize>();
        let name_of = |thread| {
            let index = self.execution.threads.iter().position(|&other| other == thread);
            index.and_then(|index| self.names.get(index)).map_or(0, String::len)
        };
        let of_steps = self
            .execution
            .steps
            .iter()
            .map(|step| size_of_val(step) + size_of_val(step.guards.as_slice()) + name_of(step.thread));
        let of_details = self.details.iter().map(|detail| {
            let value = detail.value.as_ref().map_or(0, String::len);
            let of_asides = detail.asides.iter().map(|aside| {
                let value = aside.value.as_ref().map_or(0, String::len);
                size_of_val(aside) + aside.verb.len() + aside.location.len() + value
            });
            let of_texts = detail.verb.len() + detail.location.len() + value + text(&detail.holds);
            size_of_val(detail) + of_texts + of_asides.sum::<usize>()
        });
        let of_blocked = self
            .blocked
            .iter()
            .map(|blocked| size_of_val(blocked) + blocked.verb.len() + blocked.location.len() + text(&blocked.holds));
        size_of_val(self) + text(&self.names) + of_steps.chain(of_details).chain(of_blocked).sum::<usize>()
    }
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
    /// What the thread did next that is worth telling though it is no step: to notify a condition, say, which nobody notices before the
    /// lock is released.
    #[serde(default)]
    pub asides: Vec<Aside>,
}

/// What a thread did between two of its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// The line of the scenario, from 1; 0 where there is none.
    pub line: u32,
    /// What was done: `notify`, `notify_all`.
    pub verb: String,
    /// What it was done to.
    pub location: String,
    /// What came of it.
    pub value: Option<String>,
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
