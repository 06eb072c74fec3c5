//! In which of its equivalent orders a sequence is executed.
//!
//! To hand on from a thread that is in the middle of something to another that is, too, takes an execution as long as a third of
//! all its steps. A thread that begins while another waits, and is over before that one goes on, can instead be called like a
//! function. So of a sequence that is not *nested* in this way an equivalent order is executed that is, if one is found; and
//! what came of it is told in the order that was meant. Which steps conflict is for `acts`.

use super::acts::Act;
use super::acts::MOST_GATHERED;
use super::acts::Operations;
use crate::scenario::Execution;
use crate::scenario::Guard;
use crate::scenario::Operation;
use crate::scenario::Step;
use crate::scenario::ThreadId;

/// Brings `acts` into an equivalent order with fewer threads that go on in the middle of others. Returns whether there is one that is
/// known.
pub(super) fn nest(acts: &mut [Act], operations: &Operations) -> bool {
    let crossings = if acts.len() > MOST_GATHERED { 0 } else { crossings(acts.iter()) };
    if crossings == 0 {
        return false;
    }
    // Each thread as late as it can: who has to go last is on top of those that go on beyond the sequence.
    let mut backwards: Vec<Act> = acts.iter().rev().copied().collect();
    operations.gather(&mut backwards, None);
    if self::crossings(backwards.iter().rev()) >= crossings {
        return false;
    }
    backwards.reverse();
    acts.copy_from_slice(&backwards);
    true
}

/// Returns how often a thread goes on while one that began after it is not over.
fn crossings<'a>(acts: impl DoubleEndedIterator<Item = &'a Act> + Clone) -> usize {
    let is_over = |thread: ThreadId| {
        let mut later = acts.clone();
        later.rfind(|act| act.thread == thread).is_some_and(|last| !last.goes_on)
    };
    let mut left = acts.clone();
    let mut begun: Vec<ThreadId> = Vec::new();
    let mut crossings = 0;
    while let Some(act) = left.next() {
        if let Some(place) = begun.iter().position(|&thread| thread == act.thread) {
            let above = begun.split_off(place + 1);
            let goes_on = |&thread: &ThreadId| left.clone().any(|act| act.thread == thread) || !is_over(thread);
            crossings += usize::from(above.into_iter().any(|thread| goes_on(&thread)));
        } else {
            begun.push(act.thread);
        }
    }
    crossings
}

/// Tells `execution`, which was of an equivalent order, in the order in which it begins with `asked`.
pub(super) fn restore(execution: &mut Execution, asked: &[ThreadId]) {
    let mut starts = starts(&execution.steps);
    for (index, &thread) in asked.iter().enumerate() {
        let there = execution.steps[index..].iter().position(|step| step.thread == thread);
        let until = index + there.expect("the orders are equivalent");
        if let Some(lived) = execution.lived.as_mut().filter(|lived| (index + 1..=until + 1).contains(lived)) {
            *lived = if *lived == until + 1 { index + 1 } else { *lived + 1 };
        }
        execution.steps[index..=until].rotate_right(1);
        starts[index + 1..=until + 1].rotate_right(1);
        if let Some(lines) = execution.lines.get_mut(index..=until) {
            lines.rotate_right(1);
        }
    }
    let could_go = could_go(execution, &starts[..asked.len()]);
    for (step, could_go) in execution.steps.iter_mut().zip(could_go) {
        step.enabled = could_go;
    }
}

/// Returns who was there at first, and then whom each step started, as in [`Step::enabled`].
fn starts(steps: &[Step]) -> Vec<u64> {
    let mut known = 0;
    let mut new = |could_go: u64| {
        let new = could_go & !known;
        known |= new;
        new
    };
    let mut starts: Vec<u64> = steps.iter().map(|step| new(step.enabled)).collect();
    // Whom the last one started never went, and nobody saw that he could.
    starts.push(new(u64::MAX));
    starts
}

/// Returns of each step that has a place in `starts` which threads could have gone instead: those with something to do for which they
/// need not wait.
fn could_go(execution: &Execution, starts: &[u64]) -> Vec<u64> {
    let index_of = |thread| execution.threads.iter().position(|&other| other == thread);
    let mut to_do: Vec<Vec<&Operation>> = vec![Vec::new(); execution.threads.len()];
    let pending = execution.pending.iter().rev().map(|pending| (pending.thread, &pending.operation));
    let done = execution.steps.iter().rev().map(|step| (step.thread, &step.operation));
    for (thread, operation) in pending.chain(done) {
        to_do[index_of(thread).expect("a step's thread is among the execution's")].push(operation);
    }
    let mut shut: Vec<Guard> = execution.shut.clone();
    let mut started = 0;
    let mut all = Vec::with_capacity(starts.len());
    for (index, (step, new)) in execution.steps.iter().zip(starts).enumerate() {
        started |= new;
        // Who is to take a turn would take the next one.
        let as_it_is = |operation: &Operation| {
            let line = operation.line()?;
            let next = execution.steps[index..].iter().map(|step| &step.operation);
            next.chain(execution.pending.iter().map(|pending| &pending.operation))
                .find(|next| next.line() == Some(line))
        };
        let waits_for = |operation: &Operation| {
            as_it_is(operation).unwrap_or(operation).guard.is_some_and(|guard| shut.contains(&guard))
        };
        let mut could_go = 0;
        for (index, to_do) in to_do.iter().enumerate() {
            let can = to_do.last().is_some_and(|next| !waits_for(next));
            could_go |= (u64::from(can) << index) & started;
        }
        let goes = index_of(step.thread).expect("a step's thread is among the execution's");
        // Where nobody can, time goes on until one has slept enough.
        all.push(if could_go == 0 { 1 << goes } else { could_go });
        to_do[goes].pop();
        for &(guard, open) in &step.guards {
            shut.retain(|&other| other != guard);
            if !open {
                shut.push(guard);
            }
        }
    }
    all
}
