//! Pools whose tasks did not wait for a worker: which executions could have been made with no more workers than there are.
//!
//! A task can begin if fewer than there are workers have begun and not ended. What a thread has done, and that a task has ended, takes
//! nothing away from what others can do then. So whoever goes on wherever anybody can finds an order, if there is one.

use super::Causality;

/// Returns the threads, by index, in an equivalent order in which each task of a pool begins when there is a worker for it; `None` if
/// there is none.
pub(super) fn order_with_few_workers(causality: &Causality) -> Option<Vec<usize>> {
    let threads = causality.threads();
    let steps: usize = (0..threads).map(|thread| causality.steps_of(thread).len()).sum();
    let mut done = vec![0; threads];
    let mut order = Vec::with_capacity(steps);
    while order.len() < steps {
        let before = order.len();
        for thread in 0..threads {
            order.extend(std::iter::repeat_n(thread, go_on(causality, thread, &mut done)));
        }
        if order.len() == before {
            return None;
        }
    }
    Some(order)
}

/// Has `thread` go on for as long as it can after so many steps of each thread are `done`, and returns how many steps that are.
pub(super) fn go_on(causality: &Causality, thread: usize, done: &mut [u32]) -> usize {
    let first = done[thread];
    if first == 0 && !may_begin(causality, thread, done) {
        return 0;
    }
    for &step in &causality.steps_of(thread)[first as usize..] {
        done[thread] += 1;
        if causality.clock(step).iter().zip(&*done).any(|(needed, done)| needed > done) {
            done[thread] -= 1;
            break;
        }
    }
    (done[thread] - first) as usize
}

/// Returns whether `thread` is no task of a pool, or there is a worker for it.
fn may_begin(causality: &Causality, thread: usize, done: &[u32]) -> bool {
    causality.crews().iter().all(|crew| match crew.tasks.iter().position(|&task| task == thread) {
        None => true,
        Some(nth) => {
            let has_ended = |&&task: &&usize| done[task] > 0 && done[task] as usize == causality.steps_of(task).len();
            nth < crew.workers.saturating_add(crew.tasks.iter().filter(has_ended).count())
        }
    })
}
