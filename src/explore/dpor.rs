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
//!   the manner may change (see [`Access::Attempt`]); until it is executed there, it counts as a write.
//! - *Nobody sleeps beyond a leaf.* A sequence is inserted only where no sleeper is a weak initial of it, which is to say
//!   that it wakes them all. So whoever executes is free to choose beyond the sequence, and needs to know of no sleepers.
//!   Where an operation turns out to be a failed try, a sleeper may be left over; it is woken too, for in other orders it
//!   would not be one of those that the first to go stands for. A class may then be executed twice, but none is missed:
//!   that there is one execution a class is certain of programs without tries only.
//! - *Races are looked at once.* A race whose second step lies in the part that an execution shares with the one before
//!   it was reversed already.
//! - *Foresight.* Sequences are inserted to the right of those that are there, and never below a leaf. So every leaf is
//!   certain to be executed, and may be executed any time.

use std::collections::HashMap;
use std::collections::VecDeque;

use super::Causality;
use super::Strategy;
use super::causality::Race;
use super::causality::Second;
use crate::scenario::Access;
use crate::scenario::Execution;
use crate::scenario::Location;
use crate::scenario::Operation;
use crate::scenario::Request;
use crate::scenario::ThreadId;
use crate::scenario::Touch;

/// How many acts the wakeup trees may hold (16 bytes each). Only executions of many thousands of steps come near; what
/// has no room is left out, and the report is bounded.
const MAX_ACTS: usize = 8_000_000;

/// Makes one execution of each class.
#[derive(Debug, Default)]
pub struct Dpor {
    /// The current execution; `frames[i]` is the state before its step `i`.
    frames: Vec<Frame>,
    /// The sequence that was requested last leads to the state `frames[leaf]`.
    leaf: usize,
    /// The branches that the sequence left on its way: at which depth, and which.
    passed: VecDeque<(usize, VecDeque<Branch>)>,
    begun: bool,
    operations: Operations,
    /// How many acts all branches hold.
    acts: usize,
    /// Whether a sequence found no room.
    cut: bool,
    /// Scratch: the sequence that reverses a race.
    sequence: Vec<Act>,
}

/// A state on the way of the current execution.
#[derive(Debug)]
struct Frame {
    /// The step that is done here, whose branch of the wakeup tree is being explored.
    act: Act,
    /// `sleep`: what was explored from here, or from before here and would be the same here.
    sleep: Vec<Act>,
    /// `wut`: the branches that are still to be explored from here, leftmost first.
    rest: VecDeque<Branch>,
}

/// A thread, and what it does next.
#[derive(Clone, Copy, Debug)]
struct Act {
    thread: ThreadId,
    operation: OperationId,
}

/// A part of a wakeup tree: acts that follow each other without a choice, at least one, and what can follow then.
#[derive(Debug)]
struct Branch {
    acts: Vec<Act>,
    /// None at a leaf, otherwise several.
    children: VecDeque<Branch>,
}

impl Strategy for Dpor {
    fn start_over(&mut self) {
        *self = Dpor::default();
    }

    fn next(&mut self) -> Option<Request> {
        if !std::mem::replace(&mut self.begun, true) {
            return Some(Request::default());
        }
        while self.frames.last()?.rest.is_empty() {
            self.frames.pop();
        }
        let request = self.request(self.frames.len() - 1, 0);
        self.leaf = request.prefix.len();
        self.acts -= self.leaf - (self.frames.len() - 1);
        self.enter_branch();
        Some(request)
    }

    fn foresee(&self, most: usize, requests: &mut Vec<Request>) {
        let frames = self.frames.iter().enumerate().rev();
        let branches = frames.flat_map(|(depth, frame)| (0..frame.rest.len()).map(move |branch| (depth, branch)));
        requests.extend(branches.take(most).map(|(depth, branch)| self.request(depth, branch)));
    }

    fn take(&mut self, execution: &Execution, causality: &Causality) {
        let from = self.frames.len().saturating_sub(1);
        self.descend(execution, from);
        for race in causality.races() {
            if matches!(race.second, Second::Step(second) if second < from) {
                continue;
            }
            self.reverse(*race, execution, causality);
        }
    }

    fn is_exhaustive(&self) -> bool {
        !self.cut
    }
}

impl Dpor {
    /// Returns the request for the leftmost leaf of a branch that is left at `depth`.
    fn request(&self, depth: usize, branch: usize) -> Request {
        let frame = &self.frames[depth];
        let mut prefix: Vec<ThreadId> = self.frames[..depth].iter().map(|frame| frame.act.thread).collect();
        let mut next = frame.rest.get(branch);
        while let Some(branch) = next {
            prefix.extend(branch.acts.iter().map(|act| act.thread));
            next = branch.children.front();
        }
        Request { prefix }
    }

    /// Leaves the branch that was explored from the last frame, and goes to the leftmost leaf of the next one.
    fn enter_branch(&mut self) {
        let mut depth = self.frames.len() - 1;
        let frame = &mut self.frames[depth];
        let mut branch = frame.rest.pop_front().expect("the frame has a branch left");
        frame.sleep.push(frame.act); // line 17
        frame.act = branch.acts[0];
        self.passed.clear();
        loop {
            depth += branch.acts.len();
            let Some(child) = branch.children.pop_front() else { break };
            self.passed.push_back((depth, branch.children));
            branch = child;
        }
    }

    /// Makes frames of the steps of `execution` from `from` on: the wakeup sequence, and what was chosen after it.
    fn descend(&mut self, execution: &Execution, from: usize) {
        for (index, step) in execution.steps.iter().enumerate().skip(from) {
            let act = Act { thread: step.thread, operation: self.operations.id(&step.operation) };
            if let Some(frame) = self.frames.get_mut(index) {
                frame.act = act;
                continue;
            }
            let sleep = match self.frames.last() {
                Some(last) if index < self.leaf => self.operations.still_asleep(&last.sleep, last.act),
                _ => Vec::new(),
            };
            let rest = self.passed.pop_front_if(|&mut (depth, _)| depth == index).map(|(_, rest)| rest);
            self.frames.push(Frame { act, sleep, rest: rest.unwrap_or_default() });
        }
    }

    /// Sees to it that a race will also go the other way (lines 3 to 7).
    fn reverse(&mut self, race: Race, execution: &Execution, causality: &Causality) {
        // v = notdep(e, E).e'
        let mut sequence = std::mem::take(&mut self.sequence);
        sequence.clear();
        let after = race.first + 1..execution.steps.len();
        sequence.extend(after.filter(|&step| !causality.is_before(race.first, step)).map(|step| self.frames[step].act));
        let (thread, operation) = match race.second {
            Second::Step(step) => (self.frames[step].act.thread, self.frames[step].act.operation),
            Second::Pending(index) => {
                let pending = &execution.pending[index];
                (pending.thread, self.operations.id(&pending.operation))
            }
        };
        sequence.push(Act { thread, operation: self.operations.elsewhere(operation) });
        // E' = pre(E, e)
        let frame = &mut self.frames[race.first];
        if !frame.sleep.iter().any(|&act| self.operations.begins(act, &sequence).is_some()) {
            if self.acts + sequence.len() <= MAX_ACTS {
                self.acts += self.operations.insert(&mut frame.rest, &mut sequence);
            } else {
                self.cut = true;
            }
        }
        self.sequence = sequence;
    }
}

/// How a thread can be the first to go in a sequence, or in a continuation of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    /// It goes in the sequence, here, and nothing before that conflicts.
    Within(usize),
    /// It does not go in the sequence, and conflicts with nothing there.
    Beside,
}

/// The operations seen so far, each kept once.
#[derive(Debug, Default)]
struct Operations {
    ids: HashMap<Vec<Touch>, OperationId>,
    known: Vec<Known>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OperationId(u32);

#[derive(Debug)]
struct Known {
    touches: Vec<Touch>,
    /// One bit a location, read or written; several locations may have one bit.
    touched: u64,
    written: u64,
    /// The same operation where its manner is not known.
    elsewhere: OperationId,
}

impl Operations {
    fn id(&mut self, operation: &Operation) -> OperationId {
        self.id_of(&operation.touches)
    }

    fn id_of(&mut self, touches: &[Touch]) -> OperationId {
        if let Some(&id) = self.ids.get(touches) {
            return id;
        }
        let bit = |location: Location| 1 << (location.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58);
        let writes = |touch: &&Touch| touch.access == Access::Write;
        let id = OperationId(u32::try_from(self.known.len()).expect("a program has far fewer operations"));
        self.ids.insert(touches.to_vec(), id);
        self.known.push(Known {
            touches: touches.to_vec(),
            touched: touches.iter().fold(0, |bits, touch| bits | bit(touch.location)),
            written: touches.iter().filter(writes).fold(0, |bits, touch| bits | bit(touch.location)),
            elsewhere: id,
        });
        if touches.iter().any(|touch| touch.access == Access::Attempt) {
            let write = |touch: &Touch| match touch.access {
                Access::Attempt => Touch { access: Access::Write, ..*touch },
                Access::Read | Access::Write => *touch,
            };
            let elsewhere: Vec<Touch> = touches.iter().map(write).collect();
            self.known[id.0 as usize].elsewhere = self.id_of(&elsewhere);
        }
        id
    }

    fn elsewhere(&self, id: OperationId) -> OperationId {
        self.known[id.0 as usize].elsewhere
    }

    fn conflict(&self, a: OperationId, b: OperationId) -> bool {
        let (a, b) = (&self.known[a.0 as usize], &self.known[b.0 as usize]);
        (a.written & b.touched != 0 || a.touched & b.written != 0)
            && a.touches.iter().any(|ours| {
                b.touches.iter().any(|theirs| {
                    ours.location == theirs.location && (ours.access == Access::Write || theirs.access == Access::Write)
                })
            })
    }

    /// Returns those of `sleep` that `act` does not wake.
    fn still_asleep(&self, sleep: &[Act], act: Act) -> Vec<Act> {
        let asleep = |other: &&Act| other.thread != act.thread && !self.conflict(other.operation, act.operation);
        sleep.iter().filter(asleep).copied().collect()
    }

    /// Returns whether the thread of `act`, which would do it next, is a weak initial of `sequence`.
    fn begins(&self, act: Act, sequence: &[Act]) -> Option<Begins> {
        for (index, other) in sequence.iter().enumerate() {
            if other.thread == act.thread {
                return Some(Begins::Within(index));
            }
            if self.conflict(act.operation, other.operation) {
                return None;
            }
        }
        Some(Begins::Beside)
    }

    /// Adds to a wakeup tree what makes it cover `sequence`, unless it does already, and returns how many acts that are:
    /// `insert` of the paper.
    fn insert(&self, mut branches: &mut VecDeque<Branch>, sequence: &mut [Act]) -> usize {
        // What of the sequence is not on the way yet.
        let mut left = sequence;
        // The first branch that can begin a continuation of the sequence takes it.
        while let Some(branch) = branches.iter().position(|branch| self.begins(branch.acts[0], left).is_some()) {
            let branch = &mut branches[branch];
            for along in 0..branch.acts.len() {
                match self.begins(branch.acts[along], left) {
                    Some(Begins::Within(index)) => {
                        left[..=index].rotate_right(1);
                        left = &mut left[1..];
                    }
                    Some(Begins::Beside) => {}
                    None => {
                        let other = Branch { acts: left.to_vec(), children: VecDeque::new() };
                        let rest = Branch {
                            acts: branch.acts.split_off(along),
                            children: std::mem::take(&mut branch.children),
                        };
                        branch.children = VecDeque::from([rest, other]);
                        return left.len();
                    }
                }
                if left.is_empty() {
                    return 0;
                }
            }
            // A leaf takes it as it is.
            if branch.children.is_empty() {
                return 0;
            }
            branches = &mut branch.children;
        }
        branches.push_back(Branch { acts: left.to_vec(), children: VecDeque::new() });
        left.len()
    }
}
