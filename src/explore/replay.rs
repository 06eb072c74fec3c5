//! One given schedule.

use super::Causality;
use super::Strategy;
use super::Unfinished;
use crate::scenario::Execution;
use crate::scenario::Request;
use crate::scenario::Schedule;

/// Makes the one execution of a given schedule. Where the schedule ends before the execution does, the running thread
/// goes on while it can.
#[derive(Clone, Debug)]
pub struct OneSchedule {
    schedule: Schedule,
    asked: bool,
}

impl OneSchedule {
    /// Returns the strategy that replays `schedule`.
    pub fn new(schedule: Schedule) -> OneSchedule {
        OneSchedule { schedule, asked: false }
    }
}

impl Strategy for OneSchedule {
    fn start_over(&mut self) {
        self.asked = false;
    }

    fn waiting(&self) -> usize {
        usize::from(!self.asked)
    }

    fn next(&mut self, most: usize, requests: &mut Vec<Request>) {
        if most > 0 && !std::mem::replace(&mut self.asked, true) {
            requests.push(Request { prefix: self.schedule.threads().to_vec() });
        }
    }

    fn arrange(&mut self, _execution: &mut Execution) {}

    fn take(&mut self, _execution: &Execution, _causality: &Causality) {}

    fn give_up(&mut self) {}

    fn unfinished(&self) -> Option<Unfinished> {
        Some(Unfinished::Executions)
    }
}
