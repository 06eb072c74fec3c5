//! What had to happen before what in an execution: happens-before by vector clocks, conflicts, and races that could
//! have gone the other way.
//!
//! # Happens-before
//!
//! A step happens before another if it comes earlier and the two are of one thread, or their operations conflict
//! ([`crate::scenario::Operation::conflicts`]), or it started the other's thread; and so on transitively. Orders of the
//! steps that agree with this relation are equivalent: each is a valid schedule with the same outcome.
//!
//! # Races
//!
//! The literature calls two steps a reversible race if they conflict, nothing stands between them in happens-before, and
//! the second could have gone before the first. With operations that wait, that misses the race of two threads for one
//! lock: between the two acquisitions stands the release, and the release cannot be overtaken. So here the *second* step
//! `e'` looks back past what it could not have overtaken:
//!
//! - A step `e` of another thread is *overtakable* by `e'` if the two conflict, `e` does not happen before `e'`'s
//!   predecessor in its thread (nor before the start of its thread), and the guard of `e'`, if it has one, is open in the
//!   order that leaves out `e` and all that happens after `e`. That order reaches the operation of `e'`, for everything
//!   before `e'` in its thread is still there; whether its guard is open is told by the last step still in the order
//!   that changed it, for steps that change a guard conflict with each other, so that what is left of them is a prefix.
//! - The races of `e'` are with those overtakable steps after which, in happens-before, comes no other overtakable one.
//!
//! Without guards this is the definition of the literature. What threads wait for at the end of an execution counts as a
//! second step too: the lock that nobody gave back in a deadlock could have been taken by who waits for it.

use std::ops::Range;

use foldhash::HashMap;

use crate::scenario::Access;
use crate::scenario::Crew;
use crate::scenario::Execution;
use crate::scenario::Guard;
use crate::scenario::Location;
use crate::scenario::Operation;
use crate::scenario::ThreadId;

/// The order in which the steps of one execution had to happen.
///
/// One value serves execution after execution and keeps its memory.
#[derive(Debug, Default)]
pub struct Causality {
    threads: usize,
    /// Of each step: its thread, as an index of [`Execution::threads`], and how many steps of that thread there were
    /// with it.
    steps: Vec<(usize, u32)>,
    /// `threads` numbers a step: how many steps of each thread happened before it, itself included.
    clocks: Vec<u32>,
    /// Of each thread, its steps.
    steps_of: Vec<Vec<u32>>,
    races: Vec<Race>,
    crews: Vec<Crew>,

    // What the steps so far did to each location and each guard.
    locations: HashMap<Location, usize>,
    touched: Vec<Touched>,
    in_use: Vec<usize>,
    guards: HashMap<Guard, usize>,
    changed: Vec<Changed>,
    // Scratch.
    /// What the operation at hand touches, by the indices of its locations.
    places: Vec<(usize, Access)>,
    past: Vec<u32>,
    born: Vec<usize>,
    overtakable: Vec<u32>,
}

/// Two operations that could have come in the other order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Race {
    /// The step that came first.
    pub(super) first: usize,
    /// The one that could have overtaken it.
    pub(super) second: Second,
    /// Whether it would succeed then, if it is a try of which that is known.
    pub(super) succeeds: Option<bool>,
    /// Whose turn it would take then, if that is a step's and not its own.
    pub(super) turn: Option<usize>,
}

/// What could have come earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Second {
    /// A step, by its index.
    Step(usize),
    /// What a thread was left waiting for, by its index in [`Execution::pending`].
    Pending(usize),
}

/// The steps that touched a location, in order.
///
/// They come in *runs*: such as conflict with none of each other, one after the other. A step of one run conflicts with each of the run
/// before, so that what is in the runs before that happens before it anyway.
#[derive(Debug, Default)]
struct Touched {
    by: Vec<u32>,
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    /// The place of its first step in [`Touched::by`].
    from: usize,
    /// How its steps touch the location.
    access: Access,
}

impl Touched {
    /// Returns how many runs there are up to the last that conflicts with an access that comes next.
    fn until(&self, access: Access) -> usize {
        let joins = self.runs.last().is_some_and(|run| !run.access.conflicts(access));
        self.runs.len() - usize::from(joins)
    }

    /// Returns the places in [`Touched::by`] of the steps of a run.
    fn run(&self, run: usize) -> Range<usize> {
        let until = self.runs.get(run + 1).map_or(self.by.len(), |next| next.from);
        self.runs[run].from..until
    }
}

/// The steps that changed a guard.
#[derive(Debug, Default)]
struct Changed {
    shut_at_first: bool,
    /// Steps in order, and whether they opened it.
    by: Vec<(u32, bool)>,
}

impl Causality {
    /// Finds the order of the steps of `execution`, and its races.
    pub(super) fn trace(&mut self, execution: &Execution) {
        self.clear(execution);
        for (step, done) in execution.steps.iter().enumerate() {
            let thread = index_of(execution, done.thread);
            self.set_past(thread);
            self.set_places(&done.operation);
            self.find_races(Second::Step(step), &done.operation, execution);
            self.join_conflicting();
            self.past[thread] += 1;
            self.clocks.extend_from_slice(&self.past);
            self.steps.push((thread, self.past[thread]));
            self.steps_of[thread].push(as_u32(step));
            self.note(step, &done.guards);
        }
        for (index, pending) in execution.pending.iter().enumerate() {
            let thread = index_of(execution, pending.thread);
            self.set_past(thread);
            self.set_places(&pending.operation);
            self.find_races(Second::Pending(index), &pending.operation, execution);
        }
    }

    /// Returns the races of the execution, in the order of their second steps.
    pub(super) fn races(&self) -> &[Race] {
        &self.races
    }

    /// Returns whether step `earlier` had to happen before step `later`, of which it is an earlier one or the same.
    pub(super) fn is_before(&self, earlier: usize, later: usize) -> bool {
        let (thread, nth) = self.steps[earlier];
        self.clocks[later * self.threads + thread] >= nth
    }

    /// Returns the thread that did `step`, as an index of [`Execution::threads`].
    pub(super) fn thread_of(&self, step: usize) -> usize {
        self.steps[step].0
    }

    /// Returns how many threads the execution had.
    pub(super) fn threads(&self) -> usize {
        self.threads
    }

    /// Returns the steps of `thread` in order.
    pub(super) fn steps_of(&self, thread: usize) -> &[u32] {
        &self.steps_of[thread]
    }

    /// Returns of each thread how many of its steps happened before `step`, itself included.
    pub(super) fn clock(&self, step: u32) -> &[u32] {
        let start = step as usize * self.threads;
        &self.clocks[start..start + self.threads]
    }

    /// Returns the pools whose tasks did not wait for a worker.
    pub(super) fn crews(&self) -> &[Crew] {
        &self.crews
    }

    fn clear(&mut self, execution: &Execution) {
        self.crews.clone_from(&execution.crews);
        self.threads = execution.threads.len();
        self.steps.clear();
        self.clocks.clear();
        self.races.clear();
        self.steps_of.resize_with(self.threads.max(self.steps_of.len()), Vec::new);
        self.steps_of.iter_mut().for_each(Vec::clear);
        for location in self.in_use.drain(..) {
            let touched = &mut self.touched[location];
            touched.by.clear();
            touched.runs.clear();
        }
        for changed in &mut self.changed {
            changed.by.clear();
            changed.shut_at_first = false;
        }
        for &guard in &execution.shut {
            self.changed_of(guard).shut_at_first = true;
        }
        // A thread can go from the step on that follows the one that started it.
        self.born.clear();
        self.born.resize(self.threads, execution.steps.len());
        let mut known = 0;
        for (step, done) in execution.steps.iter().enumerate() {
            let mut new = done.enabled & !known;
            known |= new;
            while new != 0 {
                self.born[new.trailing_zeros() as usize] = step;
                new &= new - 1;
            }
        }
    }

    /// Sets `past` to what happened before the next step of `thread`, leaving its own conflicts out.
    fn set_past(&mut self, thread: usize) {
        let last = match self.steps_of[thread].last() {
            Some(&last) => Some(last as usize),
            None => self.born[thread].checked_sub(1),
        };
        self.past.clear();
        match last {
            Some(last) => self.past.extend_from_slice(&self.clocks[last * self.threads..][..self.threads]),
            None => self.past.resize(self.threads, 0),
        }
    }

    fn set_places(&mut self, operation: &Operation) {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        places.extend(operation.touches.iter().map(|touch| (self.location_index(touch.location), touch.access)));
        self.places = places;
    }

    fn is_past(&self, step: u32) -> bool {
        let (thread, nth) = self.steps[step as usize];
        self.past[thread] >= nth
    }

    /// Notes the races of `operation`, of `execution`, which comes after `past` in its thread and touches `places`.
    fn find_races(&mut self, second: Second, operation: &Operation, execution: &Execution) {
        self.overtakable.clear();
        let own_guard = operation.guard.map(|guard| self.guard_index(guard));
        for &(location, access) in &self.places {
            for run in (0..self.touched[location].until(access)).rev() {
                if !self.touched[location].runs[run].access.conflicts(access) {
                    continue;
                }
                let mut hides = false;
                for at in self.touched[location].run(run).rev() {
                    let step = self.touched[location].by[at];
                    // What happens before a step in the past, or before an overtakable one, is of no interest.
                    let covered = self.is_past(step)
                        || self.overtakable.iter().any(|&other| {
                            step == other || step < other && self.is_before(step as usize, other as usize)
                        });
                    if !covered {
                        let guard = match self.turn_without(operation, step as usize) {
                            Some(turn) => execution.steps[turn].operation.guard.map(|guard| self.guards[&guard]),
                            None => own_guard,
                        };
                        if !guard.is_none_or(|guard| self.is_open_without(guard, step as usize)) {
                            continue;
                        }
                        let (steps, clocks, threads) = (&self.steps, &self.clocks, self.threads);
                        self.overtakable.retain(|&other| {
                            let (thread, nth) = steps[other as usize];
                            other > step || clocks[step as usize * threads + thread] < nth
                        });
                        self.overtakable.push(step);
                    }
                    hides = true;
                }
                // What is in the runs before happened before that step.
                if hides {
                    break;
                }
            }
        }
        let tries = operation.tries.map(|tries| self.guard_index(tries.guard));
        for index in 0..self.overtakable.len() {
            let first = self.overtakable[index] as usize;
            let succeeds = tries.map(|guard| self.is_open_without(guard, first));
            let turn = self.turn_without(operation, first);
            self.races.push(Race { first, second, succeeds, turn });
        }
    }

    /// Returns whose turn `operation` takes in the order that leaves out `step` and all that happened after it: of those that are left
    /// out the first. `None` if none of them takes a turn where it does, or it takes none.
    fn turn_without(&self, operation: &Operation, step: usize) -> Option<usize> {
        let line = self.locations.get(&operation.line()?)?;
        // All who take a turn there write the line, and so happen one after another: what happens before one does before those that follow.
        let taken = &self.touched[*line].by;
        let kept = taken.partition_point(|&by| (by as usize) < step || !self.is_before(step, by as usize));
        taken.get(kept).map(|&by| by as usize)
    }

    /// Returns whether `guard` is open in the order that leaves out `step` and all that happened after it.
    fn is_open_without(&self, guard: usize, step: usize) -> bool {
        let changed = &self.changed[guard];
        let kept = changed.by.iter().rev().find(|&&(by, _)| {
            let by = by as usize;
            by < step || by > step && !self.is_before(step, by)
        });
        kept.map_or(!changed.shut_at_first, |&(_, open)| open)
    }

    /// Adds to `past` what happened before the steps that an operation which touches `places` conflicts with.
    fn join_conflicting(&mut self) {
        for &(location, access) in &self.places {
            let touched = &self.touched[location];
            let Some(last) = touched.until(access).checked_sub(1) else { continue };
            for &step in &touched.by[touched.run(last)] {
                let clock = &self.clocks[step as usize * self.threads..][..self.threads];
                for (ours, &theirs) in self.past.iter_mut().zip(clock) {
                    *ours = (*ours).max(theirs);
                }
            }
        }
    }

    fn note(&mut self, step: usize, guards: &[(Guard, bool)]) {
        for &(location, access) in &self.places {
            let touched = &mut self.touched[location];
            if touched.by.is_empty() {
                self.in_use.push(location);
            }
            if touched.until(access) == touched.runs.len() {
                touched.runs.push(Run { from: touched.by.len(), access });
            }
            touched.by.push(as_u32(step));
        }
        for &(guard, open) in guards {
            self.changed_of(guard).by.push((as_u32(step), open));
        }
    }

    fn location_index(&mut self, location: Location) -> usize {
        let next = self.touched.len();
        let index = *self.locations.entry(location).or_insert(next);
        if index == next {
            self.touched.push(Touched::default());
        }
        index
    }

    fn guard_index(&mut self, guard: Guard) -> usize {
        let next = self.changed.len();
        let index = *self.guards.entry(guard).or_insert(next);
        if index == next {
            self.changed.push(Changed::default());
        }
        index
    }

    fn changed_of(&mut self, guard: Guard) -> &mut Changed {
        let index = self.guard_index(guard);
        &mut self.changed[index]
    }
}

fn index_of(execution: &Execution, thread: ThreadId) -> usize {
    execution.threads.iter().position(|&other| other == thread).expect("a step's thread is among the execution's")
}

pub(super) fn as_u32(step: usize) -> u32 {
    u32::try_from(step).expect("an execution has far fewer steps")
}
