//! What an exploration promises whatever the strategy: bounds, honesty about what was not seen, reports that last.

use std::convert::Infallible;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Exhaustive;
use raceday::explore::OneSchedule;
use raceday::explore::Possible;
use raceday::explore::Progress;
use raceday::explore::Report;
use raceday::explore::Unfinished;
use raceday::explore::explore;
use raceday::scenario::Answer;
use raceday::scenario::Ending;
use raceday::scenario::Execute;
use raceday::scenario::Execution;
use raceday::scenario::Hang;
use raceday::scenario::Request;
use raceday::scenario::Schedule;
use raceday::scenario::Step;
use raceday::scenario::ThreadId;

use crate::toy::Act;
use crate::toy::Program;
use crate::toy::Value;
use crate::toy::Var;
use crate::twin::explored;

const READ: Act = Act::Read(Var::At(0), 0);
const WRITE: Act = Act::Write(Var::At(0), Value::Of(0, 1));

/// `threads` threads that add one to a variable, each in two steps.
fn lost_update(threads: usize) -> Program {
    Program::bare(1, vec![vec![READ, WRITE]; threads])
}

/// Two threads that take two locks in opposite orders.
fn embrace() -> Program {
    let thread = |one, other| vec![Act::Acquire(one), Act::Acquire(other), Act::Release(other), Act::Release(one)];
    Program::bare(1, vec![thread(0, 1), thread(1, 0)])
}

fn schedule(text: &str) -> Schedule {
    text.parse().expect("a schedule")
}

fn outcome_begins(report: &Report, value: &str) -> Vec<(usize, String)> {
    let value =
        |found: &&raceday::explore::Found| found.outcome.value.as_ref().is_some_and(|seen| seen.starts_with(value));
    report.outcomes.iter().filter(value).map(|found| (found.switches, found.witness.to_string())).collect()
}

#[test]
fn every_schedule_is_executed_once() {
    let mut program = lost_update(2);
    let report = explored(&mut program, Exhaustive::default(), 64, u64::MAX);
    let mut schedules: Vec<String> = program.executions.iter().map(|made| made.schedule().to_string()).collect();
    schedules.sort();
    assert_eq!(schedules, ["1 2 1 2", "1 2*2 1", "1*2 2*2", "2 1 2 1", "2 1*2 2", "2*2 1*2"]);
    assert!(report.is_exhaustive());

    let report = explored(&mut lost_update(3), Exhaustive::default(), 64, u64::MAX);
    assert_eq!((report.executions, report.is_exhaustive()), (90, true));
}

#[test]
fn classes_of_a_lost_update() {
    // One after the other, either way; and two reads, then two writes, either way.
    let mut program = lost_update(2);
    let report = explored(&mut program, Dpor::default(), 64, u64::MAX);
    assert_eq!(report.executions, 4);
    assert_eq!(outcome_begins(&report, "[1]"), [(2, "1 2*2 1".to_owned())]);
    assert_eq!(outcome_begins(&report, "[2]").len(), 2);
}

/// To hand on from a thread in the middle of something to another takes longer than to call one that is over before the other goes on.
#[test]
fn of_equivalent_orders_one_is_executed_in_which_threads_are_nested() {
    let mut program = lost_update(2);
    explored(&mut program, Dpor::default(), 1, u64::MAX);
    let mut schedules: Vec<String> = program.executions.iter().map(|made| made.schedule().to_string()).collect();
    schedules.sort();
    // Not `1 2 1 2`: who writes last reads first.
    assert_eq!(schedules, ["1 2*2 1", "1*2 2*2", "2 1*2 2", "2*2 1*2"]);
}

#[test]
fn threads_that_wait_for_each_other_are_found() {
    let report = explored(&mut embrace(), Dpor::default(), 64, u64::MAX);
    // One first, the other first, each with one lock.
    assert_eq!((report.executions, report.is_exhaustive()), (3, true));
    let Possible::Shown(found) = report.possible(|outcome| outcome.ending == Ending::Deadlock) else {
        panic!("no deadlock in {report:#?}");
    };
    assert_eq!((found.switches, found.executions), (1, 1));
}

#[test]
fn a_report_that_is_cut_short_says_so() {
    for executions in 0..90 {
        let mut program = lost_update(3);
        let report = explored(&mut program, Exhaustive::default(), 8, executions);
        assert_eq!((report.executions, report.unfinished), (executions, Some(Unfinished::Executions)));
        assert_eq!(program.executions.len() as u64, executions, "nothing is executed in vain");
    }
    assert!(explored(&mut lost_update(3), Exhaustive::default(), 64, 90).is_exhaustive());
}

/// A guess looks at all that is kept, and with five threads of a counter that is a lot: guessed after every fiftieth execution, a third
/// of the search's time went there.
#[test]
fn how_many_there_will_be_is_guessed_less_often_the_more_there_are() {
    let (mut guesses, mut last) = (Vec::new(), None);
    let bounds = Bounds { batch: 64, executions: 20_000, ..Bounds::default() };
    let report = explore(&mut lost_update(5), Dpor::default(), bounds, &mut |progress: &Progress| {
        if progress.estimate.is_some() && progress.estimate != last {
            last = progress.estimate;
            guesses.push(progress.executions);
        }
        true
    });
    let report = report.expect("a toy does not fail");
    assert!(report.executions > 5_000, "{}", report.executions);
    // One for each sixteenth more: ln(400) / ln(17/16) is 99. What is known to be the end is no guess.
    assert!(guesses.len() > 20 && guesses.len() < 110, "{guesses:?}");
}

/// Returns how often a thread that could have gone on made way to another.
fn preemptions(execution: &Execution) -> usize {
    let could_go_on = |pair: &&[Step]| {
        let thread = execution.threads.iter().position(|&thread| thread == pair[0].thread).expect("it is there");
        pair[0].thread != pair[1].thread && pair[1].enabled >> thread & 1 == 1
    };
    execution.steps.windows(2).filter(could_go_on).count()
}

/// Who looks at few executions sees those with few preemptions, in which most errors show.
#[test]
fn executions_with_few_preemptions_come_first() {
    let mut program = lost_update(4);
    let report = explored(&mut program, Dpor::default(), 1, u64::MAX);
    let preemptions: Vec<usize> = program.executions.iter().map(preemptions).collect();
    assert_eq!((report.executions, preemptions.iter().max()), (576, Some(&4)));
    assert!(preemptions[..100].iter().all(|&count| count <= 2), "{preemptions:?}");
    assert!(preemptions[..400].iter().all(|&count| count <= 3), "{preemptions:?}");

    let report = explored(&mut lost_update(4), Dpor::default(), 64, 60);
    let sums: Vec<_> = (1..=4).map(|sum| outcome_begins(&report, &format!("[{sum}]")).len()).collect();
    assert!(sums.iter().all(|&ways| ways > 0) && !report.is_exhaustive(), "{sums:?}");
}

#[test]
fn the_caller_says_when_to_stop() {
    let stop_after = |most: u64| {
        let mut go_on = |progress: &Progress| progress.executions < most;
        explore(&mut lost_update(2), Dpor::default(), Bounds::default(), &mut go_on).expect("toys do not fail")
    };
    assert_eq!((stop_after(3).executions, stop_after(3).unfinished), (3, Some(Unfinished::Stopped)));
    // There was nothing left to do.
    assert_eq!((stop_after(4).executions, stop_after(4).is_exhaustive()), (4, true));
}

#[test]
fn progress_counts_outcomes() {
    let mut last = Progress::default();
    let mut go_on = |progress: &Progress| {
        last = *progress;
        true
    };
    let report =
        explore(&mut lost_update(2), Dpor::default(), Bounds::default(), &mut go_on).expect("toys do not fail");
    assert_eq!(last, Progress { executions: 4, outcomes: report.outcomes.len(), estimate: Some(4), restarts: 0 });
}

#[test]
fn what_ends_at_the_step_limit_was_not_seen_whole() {
    let mut program = Program { limit: Some(3), ..lost_update(2) };
    let report = explored(&mut program, Dpor::default(), 64, u64::MAX);
    assert_eq!(report.unfinished, Some(Unfinished::Steps));
    assert!(report.outcomes.iter().all(|found| found.outcome.ending == Ending::Limit));
}

#[test]
fn one_schedule_proves_only_what_it_shows() {
    let mut program = lost_update(2);
    let report = explored(&mut program, OneSchedule::new(schedule("2 1*2 2")), 64, u64::MAX);
    assert_eq!((report.executions, report.is_exhaustive()), (1, false));
    assert_eq!(outcome_begins(&report, "[1]").len(), 1);
    assert_eq!(report.possible(|outcome| outcome.ending == Ending::Deadlock), Possible::Unknown);
}

#[test]
fn what_was_not_found_is_impossible_in_an_exhaustive_report() {
    let report = explored(&mut lost_update(2), Dpor::default(), 64, u64::MAX);
    assert_eq!(report.possible(|outcome| outcome.ending == Ending::Deadlock), Possible::Never);
}

#[test]
fn starting_over_forgets_everything() {
    /// Knows better after so many batches.
    struct Learning(Program, usize);

    impl Execute for Learning {
        fn limit_crews(&mut self) -> Result<(), Self::Error> {
            Ok(())
        }

        type Error = Infallible;

        fn execute(&mut self, requests: &[Request]) -> Result<Answer, Infallible> {
            if self.1 == 0 {
                return self.0.execute(requests);
            }
            self.1 -= 1;
            if self.1 == 0 { Ok(Answer::StartOver) } else { lost_update(2).execute(requests) }
        }
    }

    let straight = explored(&mut embrace(), Dpor::default(), 1, u64::MAX);
    let bounds = Bounds { batch: 1, ..Bounds::default() };
    let late = explore(&mut Learning(embrace(), 3), Dpor::default(), bounds, &mut |_| true);
    assert_eq!(late, Ok(straight));
}

#[test]
fn a_scenario_that_never_settles_is_given_up() {
    struct Unsettled;

    impl Execute for Unsettled {
        fn limit_crews(&mut self) -> Result<(), Self::Error> {
            Ok(())
        }

        type Error = Infallible;

        fn execute(&mut self, _requests: &[Request]) -> Result<Answer, Infallible> {
            Ok(Answer::StartOver)
        }
    }

    let report = explore(&mut Unsettled, Dpor::default(), Bounds::default(), &mut |_| true);
    assert_eq!(report, Ok(Report { outcomes: Vec::new(), executions: 0, unfinished: Some(Unfinished::Sharing) }));
}

#[test]
fn what_was_found_before_an_execution_that_hangs_is_told() {
    /// Hangs in the batch after so many, when one of its executions is made.
    struct Hanging(Program, usize, Hang);

    impl Execute for Hanging {
        fn limit_crews(&mut self) -> Result<(), Self::Error> {
            Ok(())
        }

        type Error = Infallible;

        fn execute(&mut self, requests: &[Request]) -> Result<Answer, Infallible> {
            let Some(left) = self.1.checked_sub(1) else {
                let Answer::Executions(executions) = self.0.execute(&requests[..1])? else { panic!("it is a toy") };
                return Ok(Answer::Hung(executions, self.2.clone()));
            };
            self.1 = left;
            self.0.execute(requests)
        }
    }

    let schedule = schedule("1 2");
    let hang = Hang { schedule, thread: ThreadId::MAIN, name: "MainThread".to_owned(), line: 3, seconds: 10 };
    let bounds = Bounds { batch: 2, ..Bounds::default() };
    let mut hanging = Hanging(lost_update(3), 2, hang.clone());
    let report = explore(&mut hanging, Dpor::default(), bounds, &mut |_| true).expect("toys do not fail");
    assert_eq!((report.executions, report.unfinished), (4, Some(Unfinished::Hang(hang))));
}

#[test]
fn an_execution_that_leaves_its_prefix_makes_a_report_bounded() {
    /// Dies now and then after the first step.
    struct Dying(Program, usize);

    impl Execute for Dying {
        fn limit_crews(&mut self) -> Result<(), Self::Error> {
            Ok(())
        }

        type Error = Infallible;

        fn execute(&mut self, requests: &[Request]) -> Result<Answer, Infallible> {
            self.1 += 1;
            let answer = self.0.execute(requests)?;
            let Answer::Executions(mut executions) = answer else { return Ok(answer) };
            if self.1.is_multiple_of(2) {
                for execution in &mut executions {
                    execution.steps.truncate(1);
                    execution.pending.clear();
                    execution.outcome.ending = Ending::Finished;
                }
            }
            Ok(Answer::Executions(executions))
        }
    }

    let bounds = Bounds { batch: 1, ..Bounds::default() };
    let report = explore(&mut Dying(lost_update(3), 0), Dpor::default(), bounds, &mut |_| true);
    assert!(report.is_ok_and(|report| report.unfinished == Some(Unfinished::Lives) && report.executions > 1));
}

#[test]
fn reports_last() {
    for mut program in [lost_update(3), embrace()] {
        let report = explored(&mut program, Dpor::default(), 64, u64::MAX);
        let text = serde_json::to_string(&report).expect("reports are plain data");
        assert_eq!(serde_json::from_str::<Report>(&text).expect("the same data"), report);
    }
}

#[test]
fn a_witness_of_a_long_execution_switches_no_more_than_it() {
    let threads = vec![[READ, WRITE, Act::Acquire(0), READ, WRITE, Act::Release(0)].repeat(10); 4];
    let program = Program::bare(1, threads);
    for stride in 1..8 {
        // Whoever can go, a few threads on each time.
        let mut prefix = Vec::new();
        for turn in 0.. {
            let mut toy = program.clone();
            let given = OneSchedule::new(prefix.iter().copied().collect());
            explored(&mut toy, given, 1, 1);
            let made = toy.executions.pop().expect("one execution");
            let Some(step) = made.steps.get(prefix.len()) else { break };
            let can_go = |index: &usize| step.enabled & 1 << index != 0;
            let next = (0..).map(|on| (turn * stride + on) % made.threads.len()).find(can_go).expect("someone can go");
            prefix.push(made.threads[next]);
        }
        let given: Schedule = prefix.into_iter().collect();
        let found = explored(&mut program.clone(), OneSchedule::new(given.clone()), 1, 1).outcomes.remove(0);
        assert!(found.switches <= given.switches() && found.switches == found.witness.switches());
        let again = explored(&mut program.clone(), OneSchedule::new(found.witness.clone()), 1, 1).outcomes.remove(0);
        assert_eq!(again.outcome, found.outcome, "{given} became {}", found.witness);
    }
}
