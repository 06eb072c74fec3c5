//! Which schedules of a scenario are worth running, and what running them showed.
//!
//! [`explore`] asks a [`Strategy`] for one execution after the other, gets them from an [`Execute`] in batches, and
//! gathers every outcome with its witness in a [`Report`]. It knows no Python and no clock: how an execution is made is
//! the business of whoever implements [`Execute`], and when to stop is the caller's.

mod acts;
mod causality;
mod crews;
mod dpor;
mod exhaustive;
mod nesting;
mod races;
mod replay;
mod report;
mod wakeup;
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
pub use report::Unfinished;

use std::collections::VecDeque;

use crate::scenario::Answer;
use crate::scenario::Execute;
use crate::scenario::Execution;
use crate::scenario::Request;
use report::Gathering;

/// Chooses which executions to make.
///
/// The exploration asks for requests with [`Strategy::next`], several at a time, and answers each, in the order in which
/// they were given, with [`Strategy::take`] or [`Strategy::give_up`].
///
/// # Determinism
///
/// What is chosen depends on the executions taken, on the order of these calls, and on nothing else.
pub trait Strategy {
    /// Forgets everything, as if nothing had been asked for.
    fn start_over(&mut self);

    /// Returns how many requests [`Strategy::next`] could give now.
    fn waiting(&self) -> usize;

    /// Adds at most `most` requests, none of which it gave before. If it gives none and all that it gave are answered,
    /// there is nothing left to see.
    fn next(&mut self, most: usize, requests: &mut Vec<Request>);

    /// Brings an execution of the request that was given first of those without an answer into the order in which it is taken: what
    /// was requested may be another, equivalent one.
    fn arrange(&mut self, execution: &mut Execution);

    /// Takes the execution of the request that was given first of those without an answer, and what orders its steps.
    fn take(&mut self, execution: &Execution, causality: &Causality);

    /// Gives up what is behind the request that was given first of those without an answer.
    fn give_up(&mut self);

    /// Returns a guess at which share of all executions was taken, from 0 to 1; `None` if there is no telling.
    fn share(&self) -> Option<f64> {
        None
    }

    /// Returns why not all that can happen has been seen once it has nothing left to ask for; nothing if it has.
    fn unfinished(&self) -> Option<Unfinished>;
}

impl<S: Strategy + ?Sized> Strategy for &mut S {
    fn start_over(&mut self) {
        S::start_over(self);
    }

    fn waiting(&self) -> usize {
        S::waiting(self)
    }

    fn next(&mut self, most: usize, requests: &mut Vec<Request>) {
        S::next(self, most, requests);
    }

    fn arrange(&mut self, execution: &mut Execution) {
        S::arrange(self, execution);
    }

    fn take(&mut self, execution: &Execution, causality: &Causality) {
        S::take(self, execution, causality);
    }

    fn give_up(&mut self) {
        S::give_up(self);
    }

    fn share(&self) -> Option<f64> {
        S::share(self)
    }

    fn unfinished(&self) -> Option<Unfinished> {
        S::unfinished(self)
    }
}

/// How far an exploration may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// At most so many executions.
    pub executions: u64,
    /// At most so many requests at once. Answers are taken in the order in which they were asked for, so the smaller batches are, the
    /// sooner whoever is done has something to do again; the larger, the fewer messages there are.
    pub batch: usize,
    /// After so many executions that take more workers than a pool has, if they are more than half of all, its tasks are to wait for a
    /// worker: then there are none of these, though there may be more of the others.
    pub crowded: u64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { executions: u64::MAX, batch: 16, crowded: 50 }
    }
}

/// How far an exploration has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many executions are in the report so far.
    pub executions: u64,
    /// How many different outcomes they had.
    pub outcomes: usize,
    /// A guess at how many executions there are in all, once there is one. As a rule it is too low at first, and gets better.
    pub estimate: Option<u64>,
    /// How often everything was forgotten because more turned out to be shared (see [`Answer::StartOver`]), or tasks are to wait for a
    /// worker (see [`Execute::limit_crews`]).
    pub restarts: u32,
}

/// How often an exploration begins again before it gives up with an empty report.
///
/// Each time but one, at least one location more is known to be shared. A scenario that keeps sharing anew does not settle.
const MAX_RESTARTS: u32 = 1000;

/// In how many executions the process may die before an exploration ends with a bounded report: each time processes are started
/// to find out where, which takes many times longer than an execution.
const MAX_DEATHS: u32 = 20;

/// How many requests are not shared out among several hands.
const WORTH: usize = 4;

/// After how many executions at least it is guessed anew how many there will be, for a guess takes longer than an execution may.
const ESTIMATE_PERIOD: u64 = 50;

/// The share of the executions made so far, one in so many, after which it is guessed anew at most: a guess looks at all that is
/// kept, and that grows with the executions where the tree is wide.
const ESTIMATE_GROWTH: u64 = 16;

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
    let mut restarts = 0;
    loop {
        if let Some(report) = attempt(execute, &mut strategy, bounds, restarts, go_on)? {
            return Ok(report);
        }
        restarts += 1;
        strategy.start_over();
        let nothing = |why| Ok(Gathering::default().report(Some(why)));
        if restarts > MAX_RESTARTS {
            return nothing(Unfinished::Sharing);
        }
        if !go_on(&Progress { restarts, ..Progress::default() }) {
            return nothing(Unfinished::Stopped);
        }
    }
}

/// As [`explore`], after so many `restarts`. Returns nothing if what was executed is of no use.
fn attempt<E: Execute>(
    execute: &mut E,
    mut strategy: impl Strategy,
    bounds: Bounds,
    restarts: u32,
    go_on: &mut dyn FnMut(&Progress) -> bool,
) -> Result<Option<Report>, E::Error> {
    let mut causality = Causality::default();
    let mut gathering = Gathering::default();
    let mut batches: Batches = Batches::default();
    let mut followed = true;
    let mut estimate = None;
    let mut next_estimate = ESTIMATE_PERIOD;
    loop {
        batches.fill(execute, &mut strategy, bounds, gathering.executions());
        let Some(batch) = batches.under_way.front_mut() else { break };
        let (executions, hang) = match execute.execute(batch.make_contiguous())? {
            Answer::Executions(executions) => (executions, None),
            Answer::Hung(executions, hang) => (executions, Some(hang)),
            Answer::Full => return Ok(Some(gathering.report(Some(Unfinished::Room)))),
            Answer::Stopped => return Ok(Some(gathering.report(Some(Unfinished::Stopped)))),
            Answer::StartOver => return Ok(None),
        };
        for mut execution in executions {
            let request = batches.next().expect("no more executions than requests");
            // An execution that ended before its prefix did (where a process died and nobody looked further, say) tells
            // nothing of what lies beyond.
            let follows = follows(&execution, &request);
            if follows {
                strategy.arrange(&mut execution);
            }
            causality.trace(&execution);
            gathering.add(&execution, &causality);
            if follows {
                strategy.take(&execution, &causality);
            } else {
                strategy.give_up();
                followed = false;
            }
            let (executions, outcomes) = (gathering.executions(), gathering.outcomes());
            if executions >= next_estimate || strategy.waiting() == 0 && batches.under_way.is_empty() {
                next_estimate = executions + (executions / ESTIMATE_GROWTH).max(ESTIMATE_PERIOD);
                let share = strategy.share().filter(|&share| share > 0.0);
                estimate = share.map(|share| (executions as f64 / share).round() as u64);
            }
            let progress = Progress { executions, outcomes, estimate, restarts };
            let why = match go_on(&progress) {
                false => Unfinished::Stopped,
                true if gathering.deaths() >= MAX_DEATHS => Unfinished::Deaths,
                true => continue,
            };
            let is_done = batches.under_way.is_empty() && strategy.waiting() == 0;
            return Ok(Some(gathering.report(if is_done { unseen(&strategy, followed) } else { Some(why) })));
        }
        let is_crowded = gathering.crowded() >= bounds.crowded && gathering.crowded() * 2 > gathering.executions();
        // With so few workers it may never come to a hang.
        if is_crowded || hang.is_some() && gathering.has_crews() {
            execute.limit_crews()?;
            return Ok(None);
        }
        if let Some(hang) = hang {
            return Ok(Some(gathering.report(Some(Unfinished::Hang(hang)))));
        }
    }
    let is_done = strategy.waiting() == 0;
    if is_done && gathering.crowded() > 0 && gathering.outcomes() == 0 {
        // Nothing that was seen can happen, so what does is something else.
        execute.limit_crews()?;
        return Ok(None);
    }
    Ok(Some(gathering.report(if is_done { unseen(&strategy, followed) } else { Some(Unfinished::Executions) })))
}

/// Returns why not everything was seen where nothing is left to ask for; `followed` says whether all executions went where they were to go.
fn unseen(strategy: &impl Strategy, followed: bool) -> Option<Unfinished> {
    if followed { strategy.unfinished() } else { Some(Unfinished::Lives) }
}

fn follows(execution: &Execution, request: &Request) -> bool {
    execution.steps.len() >= request.prefix.len()
        && request.prefix.iter().zip(&execution.steps).all(|(&thread, step)| thread == step.thread)
}

/// What was asked for and is not made yet.
#[derive(Default)]
struct Batches {
    under_way: VecDeque<VecDeque<Request>>,
}

impl Batches {
    /// Sees to it that all hands have something to do, as far as there is something and `bounds` allow it.
    fn fill<E: Execute>(&mut self, execute: &mut E, strategy: &mut impl Strategy, bounds: Bounds, made: u64) {
        // One for each hand, one that it finds when it is done, and one more, for who is done does not wait for whose turn it is.
        let places = 3 * execute.hands();
        while self.under_way.len() < places {
            let asked: usize = self.under_way.iter().map(VecDeque::len).sum();
            let left = bounds.executions.saturating_sub(made).saturating_sub(asked as u64);
            // What there is, in equal shares, as far as that is worth a batch.
            let share = strategy.waiting().div_ceil(places - self.under_way.len()).max(WORTH);
            let most = share.min(bounds.batch).min(usize::try_from(left).unwrap_or(usize::MAX));
            let mut batch = Vec::with_capacity(most);
            strategy.next(most, &mut batch);
            if batch.is_empty() {
                break;
            }
            execute.prepare(&batch);
            self.under_way.push_back(batch.into());
        }
    }

    /// Returns the request whose execution comes next.
    fn next(&mut self) -> Option<Request> {
        let batch = self.under_way.front_mut()?;
        let request = batch.pop_front();
        if batch.is_empty() {
            self.under_way.pop_front();
        }
        request
    }
}
