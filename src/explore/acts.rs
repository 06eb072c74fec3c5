//! Acts, the letters that the sequences of `wakeup` and `dpor` are made of: which conflict, and who can be the first of a
//! sequence.

use std::sync::Arc;

use foldhash::HashMap;

use crate::scenario::Access;
use crate::scenario::Location;
use crate::scenario::Operation;
use crate::scenario::ThreadId;
use crate::scenario::Touch;
use crate::scenario::Try;

/// A thread, and what it does next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act {
    pub(super) thread: ThreadId,
    pub(super) operation: OperationId,
    /// Whether the thread could go on after it, in the execution where it was seen. Who switches from it then preempts it.
    pub(super) goes_on: bool,
}

/// How a thread can be the first to go in a sequence, or in a continuation of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// It goes in the sequence, here, and nothing before that conflicts.
    Within(usize),
    /// It does not go in the sequence, and conflicts with nothing there.
    Beside,
}

/// The operations seen so far, each kept once.
#[derive(Debug, Default)]
pub(super) struct Operations {
    ids: HashMap<Arc<[Touch]>, OperationId>,
    known: Vec<Known>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OperationId(u32);

/// Of how many acts the order is changed at most: it takes the square of their number.
pub(super) const MOST_GATHERED: usize = 100;

#[derive(Debug)]
struct Known {
    touches: Arc<[Touch]>,
    /// One bit a location, read or written; several locations may have one bit.
    touched: u64,
    written: u64,
    /// The same operation where its manner is not known.
    elsewhere: OperationId,
}

impl Operations {
    pub(super) fn id(&mut self, operation: &Operation) -> OperationId {
        self.id_of(&operation.touches)
    }

    fn id_of(&mut self, touches: &Arc<[Touch]>) -> OperationId {
        if let Some(&id) = self.ids.get(touches) {
            return id;
        }
        let bit = |location: Location| 1 << (location.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58);
        let writes = |touch: &&Touch| touch.access.writes();
        let id = OperationId(u32::try_from(self.known.len()).expect("a program has far fewer operations"));
        self.ids.insert(Arc::clone(touches), id);
        self.known.push(Known {
            touches: Arc::clone(touches),
            touched: touches.iter().fold(0, |bits, touch| bits | bit(touch.location)),
            written: touches.iter().filter(writes).fold(0, |bits, touch| bits | bit(touch.location)),
            elsewhere: id,
        });
        if touches.iter().any(|touch| touch.access == Access::Attempt) {
            let write = |touch: &Touch| match touch.access {
                Access::Attempt => Touch { access: Access::Write, ..*touch },
                Access::Read | Access::Within | Access::Write => *touch,
            };
            let elsewhere: Arc<[Touch]> = touches.iter().map(write).collect();
            self.known[id.0 as usize].elsewhere = self.id_of(&elsewhere);
        }
        id
    }

    pub(super) fn elsewhere(&self, id: OperationId) -> OperationId {
        self.known[id.0 as usize].elsewhere
    }

    /// Returns the same operation as a try that succeeds there, or does not.
    pub(super) fn tried(&mut self, id: OperationId, tries: Try, succeeds: bool) -> OperationId {
        let access = if succeeds { Access::Write } else { Access::Attempt };
        let mut touches = self.known[id.0 as usize].touches.to_vec();
        for touch in touches.iter_mut().take(tries.touches) {
            if matches!(touch.access, Access::Attempt | Access::Write) {
                touch.access = access;
            }
        }
        self.id_of(&touches.into())
    }

    fn conflict(&self, a: OperationId, b: OperationId) -> bool {
        let (a, b) = (&self.known[a.0 as usize], &self.known[b.0 as usize]);
        (a.written & b.touched != 0 || a.touched & b.written != 0)
            && a.touches.iter().any(|ours| {
                b.touches.iter().any(|theirs| ours.location == theirs.location && ours.access.conflicts(theirs.access))
            })
    }

    /// Brings `acts`, before which `last` went, into an equivalent order in which each thread goes on for as long as it can: to hand on
    /// to another takes longer than most acts do.
    pub(super) fn gather(&self, acts: &mut [Act], mut last: Option<ThreadId>) {
        if acts.len() > MOST_GATHERED {
            return;
        }
        for done in 0..acts.len() {
            let left = &mut acts[done..];
            // The thread's next act, if nothing before it has to come first.
            let next = left.iter().position(|act| Some(act.thread) == last);
            let free =
                next.filter(|&at| left[..at].iter().all(|act| !self.conflict(act.operation, left[at].operation)));
            left[..=free.unwrap_or(0)].rotate_right(1);
            last = Some(left[0].thread);
        }
    }

    /// Returns whether `sleeper` sleeps on when `act` is done.
    pub(super) fn sleeps_on(&self, sleeper: Act, act: Act) -> bool {
        sleeper.thread != act.thread && !self.conflict(sleeper.operation, act.operation)
    }

    /// Returns whether the thread of `act`, which would do it next, is a weak initial of `sequence`.
    pub(super) fn begins(&self, act: Act, sequence: &[Act]) -> Option<Begins> {
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
}
