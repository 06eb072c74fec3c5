//! `verdict`: does the claim hold in every order, can an order break it, can an order get stuck.
//!
//! Both can be: an order that breaks the claim and another that never ends. Then either answer is right. An
//! execution that gets stuck neither keeps nor breaks the claim, which speaks of the end. A claim that cannot be
//! evaluated, because a name was never set or something raised, does not hold.

use crate::deck::Claim;
use crate::explore::Report;
use crate::scenario::Ending;
use crate::scenario::Outcome;

use super::Graded;
use super::Mark;
use super::Parts;
use super::Pick;
use super::Truth;
use super::outcomes::simplest;

/// What can be said of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Judgement {
    /// It holds in every order.
    Holds,
    /// Some order breaks it.
    Breaks,
    /// Some order never ends: deadlock, or a loop that waits for ever.
    Sticks,
}

impl Judgement {
    /// All, in the order in which they are offered.
    pub const ALL: [Judgement; 3] = [Judgement::Holds, Judgement::Breaks, Judgement::Sticks];
}

pub(super) fn truths(claim: &Claim, report: Option<&Report>) -> Vec<Truth> {
    let breaking = report.and_then(|report| simplest(report, |outcome| breaks(claim, outcome)));
    let sticking = report.and_then(|report| simplest(report, sticks));
    let crashing = report.and_then(|report| simplest(report, |outcome| outcome.ending == Ending::Crash));
    let complete = report.is_some_and(Report::decides);
    let absent = if complete { Truth::Refuted } else { Truth::Unknown };
    // Where the interpreter died, nothing held.
    let holds = match breaking.or(sticking).or(crashing) {
        Some(found) => Truth::Contradicted(found),
        None if complete => Truth::Proven,
        None => Truth::Unknown,
    };
    vec![holds, breaking.map_or(absent, Truth::Witnessed), sticking.map_or(absent, Truth::Witnessed)]
}

pub(super) fn grade(truths: &[Truth], judgement: Judgement) -> Graded {
    let picks: Vec<Pick> = Judgement::ALL
        .iter()
        .zip(truths)
        .map(|(&offered, &truth)| Pick { picked: offered == judgement, truth })
        .collect();
    let picked = picks.iter().find(|pick| pick.picked).expect("every judgement is offered");
    let mark = match picked.truth.is_true() {
        Some(true) => Mark::Right,
        Some(false) => Mark::Wrong,
        None => Mark::Undecided,
    };
    Graded { mark, parts: Parts::Picks(picks) }
}

fn breaks(claim: &Claim, outcome: &Outcome) -> bool {
    let wanted = match claim {
        Claim::Always(_) => true,
        Claim::Never(_) => false,
    };
    outcome.ending == Ending::Finished && outcome.claims.first().copied().flatten() != Some(wanted)
}

fn sticks(outcome: &Outcome) -> bool {
    matches!(outcome.ending, Ending::Deadlock | Ending::Spin | Ending::Livelock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deck::Kind;
    use crate::grade::Answer;
    use crate::grade::outcomes::tests::report;
    use crate::scenario::Scenario;

    const ALWAYS: fn(String) -> Claim = Claim::Always;
    const NEVER: fn(String) -> Claim = Claim::Never;

    /// Checks the marks of the three answers, in the order in which they are offered.
    #[track_caller]
    fn check(claim: fn(String) -> Claim, found: &[(Ending, Option<bool>)], exhaustive: bool, marks: [Mark; 3]) {
        let kind = Kind::Verdict { scenario: Scenario::new("a.py", ""), claim: claim("x".to_owned()) };
        let outcomes = found.iter().map(|&(ending, claim)| Outcome {
            value: None,
            stdout: None,
            ending,
            exceptions: Vec::new(),
            claims: vec![claim],
        });
        let report = report(outcomes, exhaustive);
        let given =
            Judgement::ALL.map(|judgement| super::super::grade(&kind, &Answer::Judged(judgement), Some(&report)).mark);
        assert_eq!(given, marks);
    }

    use Ending::Deadlock;
    use Ending::Finished;
    use Ending::Livelock;
    use Ending::Spin;
    use Mark::Right;
    use Mark::Undecided;
    use Mark::Wrong;

    #[test]
    fn an_exhaustive_report_decides() {
        check(ALWAYS, &[(Finished, Some(true))], true, [Right, Wrong, Wrong]);
        check(ALWAYS, &[(Finished, Some(true)), (Finished, Some(false))], true, [Wrong, Right, Wrong]);
        check(ALWAYS, &[(Finished, Some(true)), (Deadlock, Some(false))], true, [Wrong, Wrong, Right]);
        check(ALWAYS, &[(Finished, Some(true)), (Spin, None)], true, [Wrong, Wrong, Right]);
        check(ALWAYS, &[(Finished, Some(true)), (Livelock, None)], true, [Wrong, Wrong, Right]);
        check(NEVER, &[(Finished, Some(false))], true, [Right, Wrong, Wrong]);
        check(NEVER, &[(Finished, Some(true))], true, [Wrong, Right, Wrong]);
    }

    #[test]
    fn a_claim_that_can_break_and_stick_is_rightly_judged_either_way() {
        check(ALWAYS, &[(Finished, Some(false)), (Deadlock, None)], true, [Wrong, Right, Right]);
    }

    #[test]
    fn a_claim_that_cannot_be_evaluated_does_not_hold() {
        check(ALWAYS, &[(Finished, None)], true, [Wrong, Right, Wrong]);
        check(NEVER, &[(Finished, None)], true, [Wrong, Right, Wrong]);
    }

    #[test]
    fn nothing_holds_where_the_interpreter_died() {
        let crash = (Ending::Crash, None);
        check(ALWAYS, &[(Finished, Some(true)), crash], true, [Wrong, Undecided, Undecided]);
        check(NEVER, &[(Finished, Some(false)), crash], true, [Wrong, Undecided, Undecided]);
        check(ALWAYS, &[(Finished, Some(false)), crash], true, [Wrong, Right, Undecided]);
    }

    #[test]
    fn a_bounded_report_decides_by_what_it_found_alone() {
        check(ALWAYS, &[(Finished, Some(true))], false, [Undecided, Undecided, Undecided]);
        check(ALWAYS, &[(Finished, Some(false))], false, [Wrong, Right, Undecided]);
        check(ALWAYS, &[(Deadlock, None)], false, [Wrong, Undecided, Right]);
    }
}
