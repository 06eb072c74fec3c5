//! What exploring a scenario showed: every outcome, each with the execution that shows it best.
//!
//! How a witness is found is `witness`'s; what follows from a report for an answer is `grade`'s.

use std::collections::HashMap;

use serde::Deserialize;
use serde::Serialize;

use super::causality::Causality;
use super::crews::order_with_few_workers;
use super::witness::Search;
use crate::scenario::Ending;
use crate::scenario::Execution;
use crate::scenario::Hang;
use crate::scenario::Outcome;
use crate::scenario::Schedule;
use crate::scenario::Unsure;

/// What exploring a scenario showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Every outcome that was seen, in the order of outcomes.
    pub outcomes: Vec<Found>,
    /// How many executions were made.
    pub executions: u64,
    /// Why not every outcome that is possible was seen; nothing if each was, and the report is *exhaustive*. A report that is not is
    /// *bounded*: it proves what it found and disproves nothing.
    pub unfinished: Option<Unfinished>,
}

/// Why an exploration has not seen everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfinished {
    /// It has made as many executions as it was to make.
    Executions,
    /// Its time was over.
    Time,
    /// Whoever watched it wanted no more.
    Stopped,
    /// What it found, or what it would have to look at yet, has no room.
    Room,
    /// An execution was cut off at the step limit.
    Steps,
    /// An execution did not come to an end.
    Hang(Hang),
    /// The process died too often, or where nobody could look further.
    Deaths,
    /// Each time it began again, more turned out to be shared.
    Sharing,
    /// It is not known in every order which objects die when.
    Lives,
    /// The order of a set of futures is not known, and there are too many to try.
    Order,
    /// Threads used a thing of the library at once that lets others in while it works.
    Library,
}

impl Report {
    /// Returns whether every outcome that is possible was seen.
    pub fn is_exhaustive(&self) -> bool {
        self.unfinished.is_none()
    }

    /// Returns whether the process dies in some order. A program that does so proves nothing, whatever its other orders show.
    pub fn crashes(&self) -> bool {
        self.outcomes.iter().any(|found| found.outcome.ending == Ending::Crash)
    }

    /// Returns whether what it did not find is impossible, and what all of it agrees on is proven: every order was seen, and none
    /// killed the process.
    pub fn decides(&self) -> bool {
        self.is_exhaustive() && !self.crashes()
    }

    /// Returns whether an outcome for which `holds` is true is possible, and what shows it.
    pub fn possible(&self, mut holds: impl FnMut(&Outcome) -> bool) -> Possible<'_> {
        let shown = self.outcomes.iter().filter(|found| holds(&found.outcome)).min_by_key(|found| found.switches);
        match shown {
            Some(found) => Possible::Shown(found),
            None if self.is_exhaustive() => Possible::Never,
            None => Possible::Unknown,
        }
    }
}

/// Whether something can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possible<'a> {
    /// It can: this shows it, with the fewest switches of all that do.
    Shown(&'a Found),
    /// It cannot: nothing shows it, and everything was seen.
    Never,
    /// Nothing shows it, but not everything was seen.
    Unknown,
}

/// An outcome, and what shows that it is possible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What the learner could see.
    pub outcome: Outcome,
    /// A whole schedule that leads there, with as few context switches as were found to do.
    pub witness: Schedule,
    /// How many context switches the witness has.
    pub switches: usize,
    /// How many executions ended so.
    pub executions: u64,
}

/// A report in the making.
#[derive(Default)]
pub(super) struct Gathering {
    outcomes: HashMap<Outcome, Shown>,
    executions: u64,
    /// How many of them took more workers than there are.
    crowded: u64,
    /// Whether there were tasks that did not wait for a worker.
    has_crews: bool,
    deaths: u32,
    /// Why what came after some end was not seen, if it was not.
    cut: Option<Unfinished>,
    search: Search,
}

struct Shown {
    witness: Schedule,
    switches: usize,
    executions: u64,
}

impl Gathering {
    pub(super) fn executions(&self) -> u64 {
        self.executions
    }

    pub(super) fn outcomes(&self) -> usize {
        self.outcomes.len()
    }

    /// Returns how many executions took more workers than a pool has, in any order.
    pub(super) fn crowded(&self) -> u64 {
        self.crowded
    }

    /// Returns whether there were tasks that did not wait for a worker.
    pub(super) fn has_crews(&self) -> bool {
        self.has_crews
    }

    /// Returns in how many executions the process died, and it was found out where.
    pub(super) fn deaths(&self) -> u32 {
        self.deaths
    }

    pub(super) fn add(&mut self, execution: &Execution, causality: &Causality) {
        self.executions += 1;
        self.has_crews |= !execution.crews.is_empty();
        self.deaths += u32::from(execution.lived.is_some());
        let cut = match execution.outcome.ending {
            Ending::Redundant => return,
            Ending::Limit => Some(Unfinished::Steps),
            Ending::Crash => execution.lived.is_none().then_some(Unfinished::Deaths),
            Ending::Finished | Ending::Deadlock | Ending::Spin | Ending::Livelock => {
                execution.unsure.map(|unsure| match unsure {
                    Unsure::Lives => Unfinished::Lives,
                    Unsure::Order => Unfinished::Order,
                    Unsure::Library => Unfinished::Library,
                })
            }
        };
        let given = match execution.crews.is_empty() {
            true => execution.schedule(),
            // With no more workers than there are, nothing like it happens.
            false => match order_with_few_workers(causality) {
                Some(order) => schedule(execution, &order),
                None => {
                    self.crowded += 1;
                    return;
                }
            },
        };
        self.cut = self.cut.take().or(cut);
        match fatal_past(execution, causality) {
            Some(past) => {
                let mut causality = Causality::default();
                causality.trace(&past);
                self.keep(&past, past.schedule(), &causality);
            }
            None => self.keep(execution, given, causality),
        }
    }

    /// Keeps an execution, of which `given` is an order.
    fn keep(&mut self, execution: &Execution, given: Schedule, causality: &Causality) {
        let outcome = &execution.outcome;
        let switches = given.switches();
        if let Some(shown) = self.outcomes.get_mut(outcome) {
            shown.executions += 1;
            let fewer = self.search.fewer_switches(causality, switches.min(shown.switches + 1), Search::SHORT);
            let witness = fewer.map_or(given, |order| schedule(execution, &order));
            let switches = witness.switches();
            // Of equals the first in the order of schedules: it matters less which was made first.
            if (switches, witness.threads()) < (shown.switches, shown.witness.threads()) {
                (shown.switches, shown.witness) = (switches, witness);
            }
        } else {
            let fewer = self.search.fewer_switches(causality, switches, Search::LONG);
            let witness = fewer.map_or(given, |order| schedule(execution, &order));
            let switches = witness.switches();
            self.outcomes.insert(outcome.clone(), Shown { witness, switches, executions: 1 });
        }
    }

    pub(super) fn report(self, unfinished: Option<Unfinished>) -> Report {
        let mut outcomes: Vec<Found> = self
            .outcomes
            .into_iter()
            .map(|(outcome, Shown { witness, switches, executions })| Found { outcome, witness, switches, executions })
            .collect();
        outcomes.sort_by(|a, b| a.outcome.cmp(&b.outcome));
        // Where the process died, an execution does not go where it was to go either.
        let unfinished = match unfinished {
            None | Some(Unfinished::Lives) => self.cut.or(unfinished),
            why => why,
        };
        // Who has seen no end of any execution has not seen everything.
        let unfinished = unfinished.or(outcomes.is_empty().then_some(Unfinished::Steps));
        Report { outcomes, executions: self.executions, unfinished }
    }
}

fn schedule(execution: &Execution, order: &[usize]) -> Schedule {
    order.iter().map(|&thread| execution.threads[thread]).collect()
}

/// Returns what of an execution in which the process died led there: the steps that came, by need, before the one it did not
/// survive.
fn fatal_past(execution: &Execution, causality: &Causality) -> Option<Execution> {
    let mut past = execution.until_death()?;
    let fatal = past.steps.len().checked_sub(1);
    let mut index = 0;
    past.steps.retain(|_| {
        index += 1;
        fatal.is_some_and(|fatal| causality.is_before(index - 1, fatal))
    });
    past.lines.clear();
    Some(past)
}
