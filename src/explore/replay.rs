//! One given schedule.

use super::Causality;
use super::Strategy;
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

    fn next(&mut self) -> Option<Request> {
        let first = !std::mem::replace(&mut self.asked, true);
        first.then(|| Request { prefix: self.schedule.threads().to_vec() })
    }

    fn foresee(&self, _most: usize, _requests: &mut Vec<Request>) {}

    fn take(&mut self, _execution: &Execution, _causality: &Causality) {}

    fn is_exhaustive(&self) -> bool {
        false
    }
}
