//! Every schedule: the twin that tests compare with.
//!
//! Depth first, the default continuation of a prefix before its alternatives. It has no use for what orders steps, so
//! it shares nothing with `dpor` that both could have wrong.

use super::Causality;
use super::Strategy;
use crate::scenario::Execution;
use crate::scenario::Request;
use crate::scenario::ThreadId;

/// Makes every execution there is.
#[derive(Clone, Debug, Default)]
pub struct Exhaustive {
    path: Vec<Choice>,
    begun: bool,
}

/// Who went at one step of the current execution, and who has yet to.
#[derive(Clone, Debug)]
struct Choice {
    thread: ThreadId,
    rest: Vec<ThreadId>,
}

impl Exhaustive {
    fn request(&self, depth: usize, thread: ThreadId) -> Request {
        let mut prefix: Vec<ThreadId> = self.path[..depth].iter().map(|choice| choice.thread).collect();
        prefix.push(thread);
        Request { prefix }
    }
}

impl Strategy for Exhaustive {
    fn start_over(&mut self) {
        *self = Exhaustive::default();
    }

    fn next(&mut self) -> Option<Request> {
        if !std::mem::replace(&mut self.begun, true) {
            return Some(Request::default());
        }
        while let Some(choice) = self.path.last_mut() {
            if let Some(thread) = choice.rest.pop() {
                choice.thread = thread;
                return Some(self.request(self.path.len() - 1, thread));
            }
            self.path.pop();
        }
        None
    }

    fn foresee(&self, most: usize, requests: &mut Vec<Request>) {
        let choices = self.path.iter().enumerate().rev();
        let rest = choices.flat_map(|(depth, choice)| choice.rest.iter().rev().map(move |&thread| (depth, thread)));
        requests.extend(rest.take(most).map(|(depth, thread)| self.request(depth, thread)));
    }

    fn take(&mut self, execution: &Execution, _causality: &Causality) {
        for step in &execution.steps[self.path.len()..] {
            let others = execution.threads.iter().enumerate().rev();
            let rest = others
                .filter(|&(index, &thread)| step.enabled & 1 << index != 0 && thread != step.thread)
                .map(|(_, &thread)| thread)
                .collect();
            self.path.push(Choice { thread: step.thread, rest });
        }
    }

    fn is_exhaustive(&self) -> bool {
        true
    }
}
