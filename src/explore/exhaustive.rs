//! Every schedule: the twin that tests compare with.
//!
//! Depth first, the default continuation of a prefix before its alternatives. It has no use for what orders steps, so
//! it shares nothing with `dpor` that both could have wrong.

use std::collections::VecDeque;

use super::Causality;
use super::Strategy;
use super::Unfinished;
use crate::scenario::Execution;
use crate::scenario::Request;

/// Makes every execution there is.
#[derive(Clone, Debug)]
pub struct Exhaustive {
    /// What has yet to be executed, what comes next at the end.
    rest: Vec<Request>,
    /// How long the prefixes were that were asked for, in that order.
    asked: VecDeque<usize>,
}

impl Default for Exhaustive {
    fn default() -> Exhaustive {
        Exhaustive { rest: vec![Request::default()], asked: VecDeque::new() }
    }
}

impl Strategy for Exhaustive {
    fn start_over(&mut self) {
        *self = Exhaustive::default();
    }

    fn waiting(&self) -> usize {
        self.rest.len()
    }

    fn next(&mut self, most: usize, requests: &mut Vec<Request>) {
        for request in self.rest.drain(self.rest.len().saturating_sub(most)..).rev() {
            self.asked.push_back(request.prefix.len());
            requests.push(request);
        }
    }

    fn arrange(&mut self, _execution: &mut Execution) {}

    fn take(&mut self, execution: &Execution, _causality: &Causality) {
        let given = self.asked.pop_front().expect("an execution is of a request");
        for (depth, step) in execution.steps.iter().enumerate().skip(given) {
            let others = execution.threads.iter().enumerate().rev();
            let others = others.filter(|&(index, &thread)| step.enabled & 1 << index != 0 && thread != step.thread);
            for (_, &thread) in others {
                let before = execution.steps[..depth].iter().map(|step| step.thread);
                self.rest.push(Request { prefix: before.chain([thread]).collect() });
            }
        }
    }

    fn give_up(&mut self) {
        self.asked.pop_front().expect("what is given up was asked for");
    }

    fn unfinished(&self) -> Option<Unfinished> {
        None
    }
}
