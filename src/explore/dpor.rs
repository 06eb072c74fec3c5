//! One schedule of each class that differs: Optimal DPOR with source sets, sleep sets and wakeup trees.
//!
//! Two executions are of one class (a *Mazurkiewicz trace*) if they differ only in the order of steps that do not
//! conflict; they have the same outcome. The algorithm is Algorithm 2 of Abdulla, Aronis, Jonsson and Sagonas, "Optimal
//! dynamic partial order reduction" (POPL 2014), whose words are kept: `E` is an execution, `E'` a prefix of it, `e` and
//! `e'` are two steps that race, `notdep(e, E)` the steps after `e` that do not happen after it, `WI(v)` the *weak
//! initials* of a sequence `v`: the threads that could go first in some order of some continuation of `v`. The proofs
//! are in "Source sets: a foundation for optimal dynamic partial order reduction" (JACM 2017).
//!
//! Where this differs from the literature:
//!
//! - *Waiting.* The papers begin with operations that never disable each other. Which steps an operation with a guard
//!   races with is said in `causality`; from there on nothing is special: `notdep(e, E).e'` can be executed, since the
//!   guard of `e'` is open there. The operations that threads wait with at the end of an execution race as well.
//! - *Sequences carry operations.* The next operation of a thread depends on its past alone, so an operation seen in `E`
//!   is the same in every order that keeps that past. Only of `e'` itself, which is moved before what it conflicts with,
//!   the manner may change (see [`Access::Attempt`]). Where a guard decides that (see [`Try`]), it is known: by the last step
//!   still before it that changed the guard. Of other tries it is not, and until it is executed there, it counts as a write.
//!   Or it takes another's turn (see [`Operation::turn`](crate::scenario::Operation::turn)): that of the first whose own comes after it then.
//! - *Nobody sleeps beyond a leaf.* A sequence is inserted only where no sleeper is a weak initial of it, which is to say
//!   that it wakes them all. So whoever executes is free to choose beyond the sequence, and needs to know of no sleepers.
//!   Where such an operation turns out to be a failed try, a sleeper may be left over; it is woken too, for in other orders it
//!   would not be one of those that the first to go stands for. A class may then be executed twice, but none is missed:
//!   that there is one execution a class is certain where the manner of each try is known.
//! - *Every race of every execution is reversed*, as in the paper. It is not enough to reverse one with the first execution that
//!   has it: a sleeper may be a weak initial of `notdep(e, E).e'` there, and not where `E` goes on in another way.
//! - *Any order.* The papers go depth first. Here everything that is still to be explored is kept as one tree, and a
//!   sequence that was inserted may be executed any time, together with others: sequences are inserted to the right of
//!   those that are there and never below a leaf, so every leaf is certain to be executed, and who sleeps at a state is
//!   told by the branches to its left, explored or not.
//! - *Nested orders.* Of a leaf's sequence an equivalent order may be executed (see `nesting`); what comes back is brought into the
//!   leaf's order first, so everything here is as if that had been executed.

use std::collections::VecDeque;

use super::Causality;
use super::Strategy;
use super::Unfinished;
use super::acts::Act;
use super::acts::Operations;
use super::causality::Race;
use super::causality::Second;
use super::nesting::nest;
use super::nesting::restore;
use super::wakeup::NodeId;
use super::wakeup::Tree;
use crate::scenario::Execution;
use crate::scenario::Request;
use crate::scenario::ThreadId;

/// How many acts the tree may hold (16 bytes each). Only executions of many thousands of steps come near; what has no
/// room is left out, and the report is bounded.
const MAX_ACTS: usize = 8_000_000;

/// Makes one execution of each class.
#[derive(Debug, Default)]
pub struct Dpor {
    tree: Tree,
    /// The leaves that were asked for and not taken yet, in that order; where another order was asked for, with theirs.
    asked: VecDeque<(NodeId, Option<Vec<ThreadId>>)>,
    operations: Operations,
    /// Whether a sequence found no room.
    cut: bool,
    /// The acts of the execution that is being taken.
    acts: Vec<Act>,
    /// The nodes that it goes through, each with the depth at which it begins.
    way: Vec<(usize, NodeId)>,
    asleep: Asleep,
    /// Scratch: the sequence that reverses a race, or is asked for.
    sequence: Vec<Act>,
}

/// `sleep` of each state on a way: what is explored from there, or from before there and would be the same there.
#[derive(Debug, Default)]
struct Asleep {
    /// Those of the first state, then those of the second, and so on.
    acts: Vec<Act>,
    /// Where each state's end.
    ends: Vec<usize>,
}

impl Strategy for Dpor {
    fn start_over(&mut self) {
        *self = Dpor::default();
    }

    fn waiting(&self) -> usize {
        self.tree.waiting()
    }

    fn next(&mut self, most: usize, requests: &mut Vec<Request>) {
        for _ in 0..most {
            self.sequence.clear();
            let Some(leaf) = self.tree.ask(&mut self.sequence) else { break };
            let threads = |acts: &[Act]| acts.iter().map(|act| act.thread).collect();
            let meant = threads(&self.sequence);
            if nest(&mut self.sequence, &self.operations) {
                self.asked.push_back((leaf, Some(meant)));
                requests.push(Request { prefix: threads(&self.sequence) });
            } else {
                self.asked.push_back((leaf, None));
                requests.push(Request { prefix: meant });
            }
        }
    }

    fn arrange(&mut self, execution: &mut Execution) {
        if let Some((_, Some(meant))) = self.asked.front() {
            restore(execution, meant);
        }
    }

    fn take(&mut self, execution: &Execution, causality: &Causality) {
        let (leaf, _) = self.asked.pop_front().expect("an execution is of a request");
        self.acts.clear();
        for (index, step) in execution.steps.iter().enumerate() {
            let next = execution.steps.get(index + 1);
            let goes_on = next.is_some_and(|next| next.enabled >> causality.thread_of(index) & 1 == 1);
            self.acts.push(Act { thread: step.thread, operation: self.operations.id(&step.operation), goes_on });
        }
        self.tree.way_to(leaf, &mut self.way);
        self.tree.walk(leaf, &self.acts, &self.way);
        self.asleep.follow(&self.way, &self.acts, &self.tree, &self.operations);
        for race in causality.races() {
            self.reverse(*race, execution, causality);
        }
        self.tree.close(leaf);
    }

    fn give_up(&mut self) {
        let (leaf, _) = self.asked.pop_front().expect("what is given up was asked for");
        self.tree.give_up(leaf);
    }

    fn share(&self) -> Option<f64> {
        Some(self.tree.share())
    }

    fn unfinished(&self) -> Option<Unfinished> {
        self.cut.then_some(Unfinished::Room)
    }
}

impl Dpor {
    /// Sees to it that a race will also go the other way (lines 3 to 7).
    fn reverse(&mut self, race: Race, execution: &Execution, causality: &Causality) {
        // v = notdep(e, E).e'
        self.sequence.clear();
        let after = race.first + 1..execution.steps.len();
        let not_after = after.filter(|&step| !causality.is_before(race.first, step));
        self.sequence.extend(not_after.map(|step| self.acts[step]));
        let (thread, goes_on, seen) = match race.second {
            Second::Step(step) => (self.acts[step].thread, self.acts[step].goes_on, &execution.steps[step].operation),
            Second::Pending(index) => (execution.pending[index].thread, false, &execution.pending[index].operation),
        };
        let operation = match race.turn {
            Some(turn) => self.operations.id(&seen.taking_turn_of(&execution.steps[turn].operation)),
            None => self.operations.id(seen),
        };
        let operation = match seen.tries.zip(race.succeeds) {
            Some((tries, succeeds)) => self.operations.tried(operation, tries, succeeds),
            None => self.operations.elsewhere(operation),
        };
        self.sequence.push(Act { thread, operation, goes_on });
        // At E' = pre(E, e).
        let mut asleep = self.asleep.at(race.first).iter();
        if asleep.any(|&act| self.operations.begins(act, &self.sequence).is_some()) {
            return;
        }
        if self.tree.size() + self.sequence.len() > MAX_ACTS {
            self.cut = true;
            return;
        }
        self.tree.insert(&mut self.way, race.first, &mut self.sequence, &self.operations);
    }
}

impl Asleep {
    /// Finds out who sleeps along the way of an execution that did `acts`.
    fn follow(&mut self, way: &[(usize, NodeId)], acts: &[Act], tree: &Tree, operations: &Operations) {
        self.acts.clear();
        self.ends.clear();
        let mut since = 0;
        for (index, &(start, node)) in way.iter().enumerate() {
            // The state before a node is the one after the node before.
            tree.for_left_of(node, |explored| self.acts.push(explored)); // line 17
            let end = way.get(index + 1).map_or(acts.len(), |&(start, _)| start);
            if end > start {
                self.ends.push(self.acts.len());
            }
            let leaf = tree.leaf_within(node).unwrap_or(usize::MAX);
            for depth in start + 1..=end {
                let before = std::mem::replace(&mut since, self.acts.len())..self.acts.len();
                if depth - start < leaf {
                    for sleeper in before {
                        let sleeper = self.acts[sleeper];
                        if operations.sleeps_on(sleeper, acts[depth - 1]) {
                            self.acts.push(sleeper);
                        }
                    }
                }
                if depth < end {
                    self.ends.push(self.acts.len());
                }
            }
        }
    }

    /// Returns who sleeps at the state before step `step`.
    fn at(&self, step: usize) -> &[Act] {
        let start = step.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.acts[start..self.ends[step]]
    }
}
