//! Racing pairs: acts on the same data, one of them a change, that nothing puts in order.
//!
//! # What puts steps in order
//!
//! Here a step happens before another if it comes earlier and the two are of one thread, or the earlier one started the
//! other's thread, or the earlier one wrote a location that is there for synchronisation and the other one touches it;
//! and so on transitively. Release and acquire, put and get, set and wait, end and join all are of this kind. Unlike in
//! `causality`, acts on data order nothing: that one of them came first was luck. Two threads that print do not wait for
//! each other either.
//!
//! # Which pairs
//!
//! Two steps of one execution race if both touch the same data, one of them writes it, and neither happens before the
//! other. Each execution that an exploration makes stands for all those that are equivalent to it; they have the same
//! operations, and the same order of acts on synchronisation objects, so they have the same races. So an exhaustive
//! exploration finds every pair that there is, unless the process died in some executions: those are looked at until then. Pairs are told apart by location, lines, and who writes; of the
//! executions that show a pair, the one with the fewest switches until then is kept.

use std::collections::BTreeMap;
use std::collections::HashMap;

use serde::Deserialize;
use serde::Serialize;

use super::Causality;
use super::Strategy;
use super::Unfinished;
use crate::scenario::Access;
use crate::scenario::Execution;
use crate::scenario::Location;
use crate::scenario::Operation;
use crate::scenario::Request;
use crate::scenario::Schedule;
use crate::scenario::ThreadId;

/// Two acts on the same data that no synchronisation keeps apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RacingPair {
    /// What both touch.
    pub location: Location,
    /// The act that came first, which was luck.
    pub first: RacingAct,
    /// The other one.
    pub second: RacingAct,
    /// An execution that shows it.
    pub schedule: Schedule,
}

/// One side of a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RacingAct {
    /// Who.
    pub thread: ThreadId,
    /// Which step of the execution, from 0.
    pub step: usize,
    /// The line of the program, if lines were told (see [`Execution::lines`]), otherwise 0.
    pub line: u32,
    /// Whether it writes.
    pub writes: bool,
}

/// A strategy that notes the races of all executions on the way.
#[derive(Debug, Default)]
pub struct SeekRaces<S> {
    strategy: S,
    races: Races,
}

impl<S: Strategy> SeekRaces<S> {
    /// Returns the strategy that makes the executions of `strategy` and looks for races in them.
    pub fn new(strategy: S) -> SeekRaces<S> {
        SeekRaces { strategy, races: Races::default() }
    }

    /// Returns the pairs that were found, in the order of their lines.
    pub fn into_pairs(self) -> Vec<RacingPair> {
        self.races.into_pairs()
    }
}

impl<S: Strategy> Strategy for SeekRaces<S> {
    fn start_over(&mut self) {
        self.strategy.start_over();
        self.races = Races::default();
    }

    fn waiting(&self) -> usize {
        self.strategy.waiting()
    }

    fn next(&mut self, most: usize, requests: &mut Vec<Request>) {
        self.strategy.next(most, requests);
    }

    fn arrange(&mut self, execution: &mut Execution) {
        self.strategy.arrange(execution);
    }

    fn take(&mut self, execution: &Execution, causality: &Causality) {
        // What others would have done when the process was dead cannot be shown to anybody.
        match execution.until_death() {
            Some(happened) => self.races.note(&happened),
            None => self.races.note(execution),
        }
        self.strategy.take(execution, causality);
    }

    fn give_up(&mut self) {
        self.strategy.give_up();
    }

    fn share(&self) -> Option<f64> {
        self.strategy.share()
    }

    fn unfinished(&self) -> Option<Unfinished> {
        self.strategy.unfinished()
    }
}

/// The races of the executions so far.
#[derive(Debug, Default)]
struct Races {
    /// What shows each pair, and how good that is: its switches, then its threads, so that chance has no say.
    found: BTreeMap<Key, (RacingPair, Rank)>,
    /// Of each thread, how many steps of each thread happened before its next one.
    clocks: Vec<Vec<u32>>,
    /// Of each synchronisation object, how many steps of each thread happened before whoever touches it next.
    handed_on: HashMap<Location, Vec<u32>>,
    /// Who touched each location; of the acts of one thread at one line, the last.
    acts: HashMap<Location, Vec<Act>>,
}

/// Where two acts are, the smaller line first, and what they touch.
type Key = ((u32, bool), (u32, bool), Location);

type Rank = (usize, ThreadId, ThreadId);

#[derive(Clone, Copy, Debug)]
struct Act {
    act: RacingAct,
    /// The thread's place among the execution's.
    thread: usize,
    /// Which of its thread's steps, from 1.
    nth: u32,
    access: Access,
}

impl Races {
    fn into_pairs(self) -> Vec<RacingPair> {
        self.found.into_values().map(|(pair, _)| pair).collect()
    }

    /// Adds the races of `execution`.
    fn note(&mut self, execution: &Execution) {
        let threads = execution.threads.len();
        self.clocks.clear();
        self.clocks.resize(threads, vec![0; threads]);
        self.handed_on.clear();
        self.acts.values_mut().for_each(Vec::clear);
        let mut known = 0;
        let mut switches = 0;
        let mut before: Option<usize> = None;
        for (index, step) in execution.steps.iter().enumerate() {
            // Who can go for the first time was started in the step before, or before there were steps.
            let mut new = step.enabled & !known;
            known |= new;
            while new != 0 {
                let born = new.trailing_zeros() as usize;
                if let Some(parent) = before {
                    self.clocks[born] = self.clocks[parent].clone();
                }
                new &= new - 1;
            }
            let thread = execution.threads.iter().position(|&other| other == step.thread);
            let thread = thread.expect("a step's thread is among the execution's");
            switches += usize::from(before.is_some_and(|before| before != thread));
            before = Some(thread);
            self.synchronise(thread, &step.operation);
            let line = execution.lines.get(index).copied().unwrap_or(0);
            let act = RacingAct { thread: step.thread, step: index, line, writes: false };
            let act = Act { act, thread, nth: self.clocks[thread][thread], access: Access::Read };
            self.access(act, &step.operation, execution, switches);
        }
    }

    /// Lets `thread` know of what happened before its step.
    fn synchronise(&mut self, thread: usize, operation: &Operation) {
        let clock = &mut self.clocks[thread];
        clock[thread] += 1;
        let objects = operation.touches.iter().filter(|touch| touch.location.is_synchronisation());
        for touch in objects.clone() {
            if let Some(handed_on) = self.handed_on.get(&touch.location) {
                clock.iter_mut().zip(handed_on).for_each(|(ours, &theirs)| *ours = (*ours).max(theirs));
            }
        }
        for touch in objects.filter(|touch| touch.access == Access::Write) {
            self.handed_on.entry(touch.location).or_default().clone_from(clock);
        }
    }

    /// Notes the races of an act with those before it, and the act itself.
    fn access(&mut self, act: Act, operation: &Operation, execution: &Execution, switches: usize) {
        // Acts that touch several locations in common make one pair.
        let mut paired: Vec<usize> = Vec::new();
        for touch in operation.touches.iter() {
            let (access, writes) = (touch.access, touch.access.writes());
            if !touch.location.is_data() || operation.guard.is_some() && !writes {
                continue;
            }
            let act = Act { act: RacingAct { writes, ..act.act }, access, ..act };
            let acts = self.acts.entry(touch.location).or_default();
            for other in acts.iter() {
                let is_ordered = other.thread == act.thread || self.clocks[act.thread][other.thread] >= other.nth;
                if is_ordered || !other.access.conflicts(access) || paired.contains(&other.act.step) {
                    continue;
                }
                paired.push(other.act.step);
                let side = |act: &RacingAct| ((act.line, act.writes), act.thread);
                let (one, two) = (side(&other.act), side(&act.act));
                let ((one, its), (two, others)) = (one.min(two), one.max(two));
                let (key, rank) = ((one, two, touch.location), (switches, its, others));
                let is_better = self.found.get(&key).is_none_or(|(_, best)| rank < *best);
                if is_better {
                    let schedule = execution.schedule();
                    let pair = RacingPair { location: touch.location, first: other.act, second: act.act, schedule };
                    self.found.insert(key, (pair, rank));
                }
            }
            let place = |act: &Act| (act.thread, act.act.line, act.act.writes, act.access == Access::Within);
            match acts.iter_mut().find(|other| place(other) == place(&act)) {
                Some(same) => *same = act,
                None => acts.push(act),
            }
        }
    }
}
