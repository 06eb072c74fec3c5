//! Which classes of executions a program has, by a search that shares no code with what is tested: from every state each thread
//! that can go is let go. Programs are held to it that have too many executions to make all of them.

use std::collections::HashSet;

use raceday::scenario::Answer;
use raceday::scenario::Execute;
use raceday::scenario::Execution;
use raceday::scenario::Request;
use raceday::scenario::ThreadId;

/// Makes executions until from every state each thread that could go went. Orders of the same steps that agree on what
/// conflicts lead to one state, so there are far fewer states than executions, and yet there is an execution of each class.
pub(crate) fn every_state<E: Execute>(execute: &mut E, most: usize) -> Result<Option<Vec<Execution>>, E::Error> {
    let mut states = HashSet::new();
    let mut todo = vec![Request::default()];
    let mut all = Vec::new();
    while !todo.is_empty() {
        let batch = todo.split_off(todo.len().saturating_sub(32));
        let Answer::Executions(executions) = execute.execute(&batch)? else { return Ok(Some(all)) };
        todo.extend_from_slice(&batch[executions.len()..]);
        for (request, execution) in batch.into_iter().zip(executions) {
            let mut state = 0u64;
            for (index, (step, cone)) in execution.steps.iter().zip(cones(&execution)).enumerate() {
                if index >= request.prefix.len() && states.insert(state) {
                    let others = execution
                        .threads
                        .iter()
                        .enumerate()
                        .filter(|&(bit, &thread)| step.enabled & 1 << bit != 0 && thread != step.thread);
                    for (_, &thread) in others {
                        let before = execution.steps[..index].iter().map(|step| step.thread);
                        todo.push(Request { prefix: before.chain([thread]).collect() });
                    }
                }
                state = state.wrapping_add(cone);
            }
            all.push(execution);
        }
        if all.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(all))
}

/// Returns whether step `earlier` had to come before step `later`, as far as the two of them tell.
pub(crate) fn is_bound(execution: &Execution, earlier: usize, later: usize) -> bool {
    let (before, step) = (&execution.steps[earlier], &execution.steps[later]);
    before.thread == step.thread
        || before.operation.conflicts(&step.operation)
        || starts(execution, earlier, step.thread)
}

/// Returns whether `thread` could go from the step on that follows `step`.
fn starts(execution: &Execution, step: usize, thread: ThreadId) -> bool {
    let bit = execution.threads.iter().position(|&other| other == thread).expect("it is among them");
    let first = execution.steps.iter().position(|step| step.enabled & 1 << bit != 0);
    first == Some(step + 1)
}

/// Returns a number for each step that stands for it and all that had to happen before it, in whatever order.
fn cones(execution: &Execution) -> Vec<u64> {
    let mut cones: Vec<u64> = Vec::with_capacity(execution.steps.len());
    for (index, step) in execution.steps.iter().enumerate() {
        let mut cone = step.thread.code().wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for (before, other) in cones.iter().enumerate() {
            if is_bound(execution, before, index) {
                cone = cone.wrapping_add(other ^ other >> 29);
            }
        }
        cone = (cone ^ cone >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        cones.push((cone ^ cone >> 27).wrapping_mul(0x94d0_49bb_1331_11eb));
    }
    cones
}

/// Returns a number that equivalent executions share, and no others. Deliberately without any of the code under test.
pub(crate) fn class_of(execution: &Execution) -> u64 {
    cones(execution).into_iter().fold(0, u64::wrapping_add)
}
