//! Any bytes as what a worker answers: read, explored as if they were executions, and shown.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use raceday::deck::is_forbidden;
use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Found;
use raceday::explore::explore;
use raceday::python::replays_in;
use raceday::report;
use raceday::report::Exploration;
use raceday::report::Page;
use raceday::report::Witnessed;
use raceday::scenario::Answer;
use raceday::scenario::Execute;
use raceday::scenario::Execution;
use raceday::scenario::Request;
use raceday::scenario::Scenario;

/// Answers with what the frames told, whatever is asked.
struct Told {
    executions: Vec<Execution>,
    next: usize,
}

impl Execute for Told {
    type Error = Infallible;

    fn limit_crews(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn execute(&mut self, requests: &[Request]) -> Result<Answer, Infallible> {
        let mut next = || {
            self.next += 1;
            self.executions[self.next % self.executions.len()].clone()
        };
        Ok(Answer::Executions(requests.iter().map(|_| next()).collect()))
    }
}

/// Does it with one input.
pub fn check(data: &[u8]) {
    let replays = replays_in(data);
    if replays.is_empty() {
        return;
    }
    let executions = replays.iter().map(|replay| replay.execution.clone()).collect();
    let mut told = Told { executions, next: 0 };
    let bounds = Bounds { executions: 100, batch: 8, crowded: u64::MAX };
    let Ok(report) = explore(&mut told, Dpor::default(), bounds, &mut |_| true);
    assert!(report.executions <= 100);

    let scenario = Scenario::new("any.py", "import threading\nx = 1\n");
    let outcomes = replays.into_iter().map(|replay| {
        let witness = replay.execution.schedule();
        let outcome = replay.execution.outcome.clone();
        let found = Found { outcome, switches: witness.switches(), witness, executions: 1 };
        Witnessed { found, replay: Some(replay) }
    });
    let outcomes: BTreeMap<usize, Witnessed> = (1..).zip(outcomes).collect();
    let exploration = Exploration {
        scenario: &scenario,
        python: "3",
        unfinished: report.unfinished,
        executions: report.executions,
        elapsed: Duration::ZERO,
        found: outcomes.len(),
        unconfirmed: 0,
        outcomes,
        claims: Vec::new(),
        races: None,
    };
    let page = Page { width: 80, colour: false };
    let mut shown = Vec::new();
    report::write_exploration(&mut shown, &exploration, page).expect("memory takes it");
    report::write_replay(&mut shown, &exploration, page).expect("memory takes it");
    report::write_json(&mut shown, &exploration).expect("memory takes it");
    report::write_html(&mut shown, &exploration, true).expect("memory takes it");
    let shown = String::from_utf8(shown).expect("text");
    assert!(!shown.chars().any(is_forbidden));
}
