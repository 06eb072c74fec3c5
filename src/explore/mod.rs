//! Which schedules of a scenario are worth running, and what running them showed.
//!
//! [`explore`] asks a [`Strategy`] for one execution after the other, gets them from an [`Execute`] in batches, and
//! gathers every outcome with its witness in a [`Report`]. It knows no Python and no clock: how an execution is made is
//! the business of whoever implements [`Execute`], and when to stop is the caller's.

mod causality;
mod dpor;
mod exhaustive;
mod races;
mod replay;
mod report;
mod witness;

pub use causality::Causality;
pub use dpor::Dpor;
pub use exhaustive::Exhaustive;
pub use races::RacingAct;
pub use races::RacingPair;
pub use races::SeekRaces;
pub use replay::OneSchedule;
pub use report::Found;
pub use report::Possible;
pub use report::Report;

use std::collections::HashMap;

use crate::scenario::Answer;
use crate::scenario::Execute;
use crate::scenario::Execution;
use crate::scenario::Request;
use report::Gathering;

/// Chooses which executions to make.
///
/// The exploration calls [`Strategy::next`] and hands the execution of that request to [`Strategy::take`] before it
/// asks again. In between it may ask what else will be needed, to have several executions made at once.
///
/// # Determinism
///
/// What is chosen depends on the executions taken alone, never on what was foreseen.
pub trait Strategy {
    /// Forgets everything, as if no execution had been taken.
    fn start_over(&mut self);

    /// Returns the request that is needed now; `None` when there is nothing left to see.
    ///
    /// Asked again without the execution having been taken, it gives up everything behind that request.
    fn next(&mut self) -> Option<Request>;

    /// Adds at most `most` requests that [`Strategy::next`] is certain to return later, whatever the executions until
    /// then show; soonest first.
    fn foresee(&self, most: usize, requests: &mut Vec<Request>);

    /// Takes the execution of the request that [`Strategy::next`] returned last, and what orders its steps.
    fn take(&mut self, execution: &Execution, causality: &Causality);

    /// Returns whether all that can happen has been seen once [`Strategy::next`] returned `None`.
    fn is_exhaustive(&self) -> bool;
}

impl<S: Strategy + ?Sized> Strategy for &mut S {
    fn start_over(&mut self) {
        S::start_over(self);
    }

    fn next(&mut self) -> Option<Request> {
        S::next(self)
    }

    fn foresee(&self, most: usize, requests: &mut Vec<Request>) {
        S::foresee(self, most, requests);
    }

    fn take(&mut self, execution: &Execution, causality: &Causality) {
        S::take(self, execution, causality);
    }

    fn is_exhaustive(&self) -> bool {
        S::is_exhaustive(self)
    }
}

/// How far an exploration may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// At most so many executions.
    pub executions: u64,
    /// At most so many requests at once.
    pub batch: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { executions: u64::MAX, batch: 64 }
    }
}

/// How far an exploration has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many executions are in the report so far.
    pub executions: u64,
    /// How many different outcomes they had.
    pub outcomes: usize,
    /// How often everything was forgotten because more turned out to be shared (see [`Answer::StartOver`]).
    pub restarts: u32,
}

/// How often an exploration begins again before it gives up with an empty report.
///
/// Each time, at least one location more is known to be shared. A scenario that keeps sharing anew does not settle.
const MAX_RESTARTS: u32 = 1000;

/// In how many executions the process may die before an exploration ends with a bounded report: each time processes are started
/// to find out where, which takes many times longer than an execution.
const MAX_DEATHS: u32 = 20;

/// How many steps the executions may have that were made ahead and not yet needed; a bound on memory.
const MAX_STEPS_AHEAD: usize = 100_000;

/// Makes the executions that `strategy` chooses and returns what they showed.
///
/// After each execution `go_on` says whether to go on; a report that was cut short by it or by `bounds` is not
/// exhaustive.
pub fn explore<E: Execute>(
    execute: &mut E,
    mut strategy: impl Strategy,
    bounds: Bounds,
    go_on: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Report, E::Error> {
    let mut causality = Causality::default();
    let mut gathering = Gathering::default();
    let mut ahead = Ahead::default();
    let mut restarts = 0;
    let mut followed = true;
    while let Some(request) = strategy.next() {
        let made = gathering.executions();
        if made >= bounds.executions {
            return Ok(gathering.report(false));
        }
        let execution = match ahead.remove(&request) {
            Some(execution) => execution,
            None => {
                let batch = ahead.batch(request.clone(), &strategy, bounds.batch, bounds.executions - made);
                match execute.execute(&batch)? {
                    Answer::Executions(executions) => ahead.add(batch, executions),
                    Answer::StartOver => {
                        restarts += 1;
                        strategy.start_over();
                        gathering = Gathering::default();
                        ahead = Ahead::default();
                        followed = true;
                        let progress = Progress { restarts, ..Progress::default() };
                        if restarts > MAX_RESTARTS || !go_on(&progress) {
                            return Ok(gathering.report(false));
                        }
                        continue;
                    }
                }
            }
        };
        causality.trace(&execution);
        gathering.add(&execution, &causality);
        // An execution that ended before its prefix did (where a process died and nobody looked further, say) tells nothing of
        // what lies beyond.
        if follows(&execution, &request) {
            strategy.take(&execution, &causality);
        } else {
            followed = false;
        }
        let progress = Progress { executions: gathering.executions(), outcomes: gathering.outcomes(), restarts };
        if !go_on(&progress) || gathering.deaths() >= MAX_DEATHS {
            let done = strategy.next().is_none();
            return Ok(gathering.report(done && followed && strategy.is_exhaustive()));
        }
    }
    Ok(gathering.report(followed && strategy.is_exhaustive()))
}

fn follows(execution: &Execution, request: &Request) -> bool {
    execution.steps.len() >= request.prefix.len()
        && request.prefix.iter().zip(&execution.steps).all(|(&thread, step)| thread == step.thread)
}

/// Executions that were made before they are needed, so that several can be had at once.
#[derive(Default)]
struct Ahead {
    executions: HashMap<Request, Execution>,
    steps: usize,
}

impl Ahead {
    fn remove(&mut self, request: &Request) -> Option<Execution> {
        let execution = self.executions.remove(request)?;
        self.steps -= execution.steps.len();
        Some(execution)
    }

    /// Returns `first` and what is worth making together with it: at most `most` requests, and no more than `left`
    /// together with what is here already, so that little is made in vain when the bound is reached.
    fn batch(&self, first: Request, strategy: &impl Strategy, most: usize, left: u64) -> Vec<Request> {
        let here = self.executions.len();
        let left = usize::try_from(left).unwrap_or(usize::MAX).saturating_sub(here);
        let more = most.min(left).saturating_sub(1);
        let mut batch = vec![first];
        if more > 0 && self.steps < MAX_STEPS_AHEAD {
            // What is here was foreseen too, and still is.
            strategy.foresee(more + here, &mut batch);
            batch.retain(|request| !self.executions.contains_key(request));
            batch.truncate(more + 1);
        }
        batch
    }

    /// Keeps the executions of `batch`, as many as there are, apart from the first, which it returns.
    fn add(&mut self, batch: Vec<Request>, executions: Vec<Execution>) -> Execution {
        assert!(executions.len() <= batch.len(), "at most an execution a request");
        let mut pairs = batch.into_iter().zip(executions);
        let (_, first) = pairs.next().expect("a batch has a request, and an answer at least one execution");
        for (request, execution) in pairs {
            self.steps += execution.steps.len();
            self.executions.insert(request, execution);
        }
        first
    }
}
