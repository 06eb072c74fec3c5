//! Programs that kill their process: every other outcome is found all the same, and what leads to death is told.

use std::collections::BTreeSet;

use raceday::explore::Dpor;
use raceday::explore::Exhaustive;
use raceday::explore::Report;
use raceday::scenario::Ending;
use raceday::scenario::Outcome;

use crate::random::Mix;
use crate::random::program;
use crate::toy::Act;
use crate::toy::Program;
use crate::toy::Value;
use crate::toy::Var;
use crate::twin::explored;

/// Programs with more executions are left out.
const MOST: u64 = 3_000;

const ANNOUNCE: Act = Act::Write(Var::At(0), Value::Is(1));

/// One that dies unless another one came first, and that other one, which has something else to do before.
fn impatient() -> Program {
    let deadly = vec![Act::Read(Var::At(0), 0), Act::Unless(0, 0, 1), Act::Die];
    Program::bare(2, vec![deadly, vec![Act::Read(Var::At(1), 0), ANNOUNCE]])
}

fn outcomes(report: &Report) -> BTreeSet<&Outcome> {
    report.outcomes.iter().map(|found| &found.outcome).collect()
}

fn endings(report: &Report) -> Vec<(Ending, String)> {
    report.outcomes.iter().map(|found| (found.outcome.ending, found.witness.to_string())).collect()
}

#[test]
fn what_happens_unless_the_process_dies_first_is_found() {
    let report = explored(&mut impatient(), Dpor::default(), 64, u64::MAX);
    assert_eq!(endings(&report), [(Ending::Crash, "1".to_owned()), (Ending::Finished, "2*2 1".to_owned())]);
    assert!(report.is_exhaustive());
    assert!(!report.decides());
}

#[test]
fn where_nobody_looks_further_the_report_is_bounded() {
    let mut program = Program { ends_at_death: true, ..impatient() };
    let report = explored(&mut program, Dpor::default(), 64, u64::MAX);
    assert_eq!(endings(&report), [(Ending::Crash, "1".to_owned())]);
    assert!(!report.is_exhaustive());
}

#[test]
fn a_witness_of_death_has_only_what_leads_there() {
    // The third thread writes what nobody reads, and goes first.
    let bystander = vec![Act::Write(Var::At(1), Value::Is(7)); 3];
    let deadly = vec![Act::Read(Var::At(0), 0), Act::Unless(0, 1, 1), Act::Die];
    let mut program = Program::bare(2, vec![bystander, vec![ANNOUNCE], deadly]);
    let report = explored(&mut program, Dpor::default(), 64, u64::MAX);
    assert_eq!(report.outcomes[0].outcome.ending, Ending::Crash);
    assert_eq!((report.outcomes[0].witness.to_string().as_str(), report.outcomes[0].switches), ("2 3", 1));
}

#[test]
fn too_many_deaths_end_an_exploration() {
    // Whoever comes last of four dies, after 24 orders.
    let thread = |var: usize| {
        let mine = Act::Write(Var::At(0), Value::Is(var as i64));
        vec![mine, Act::Read(Var::At(0), 0), Act::Die]
    };
    let mut program = Program::bare(1, (1..=4).map(thread).collect());
    let report = explored(&mut program, Dpor::default(), 64, u64::MAX);
    assert_eq!((report.executions, report.is_exhaustive()), (20, false));
}

#[test]
fn no_outcome_is_missed_in_random_programs_that_die() {
    let (mut whole, mut mixed) = (0, 0);
    for mix in [Mix::Variables, Mix::Locks, Mix::Tries, Mix::Waits, Mix::Starts, Mix::All] {
        for seed in 0..50 {
            let mut deadly = program(mix, seed);
            // After the first act, so that it is one that somebody chose; where a register says so.
            let body = 1 + seed as usize % (deadly.bodies.len() - 1);
            let at = 1 + seed as usize / 7 % deadly.bodies[body].len();
            let acts = [Act::Unless(seed as usize % 2, (seed / 3 % 3) as i64, 1), Act::Die];
            deadly.bodies[body].splice(at..at, acts);

            let mut real = Program { ends_at_death: true, ..deadly.clone() };
            let all = explored(&mut real, Exhaustive::default(), 64, MOST);
            if all.executions == MOST {
                continue;
            }
            let found = explored(&mut deadly, Dpor::default(), 64, u64::MAX);
            if found.is_exhaustive() {
                assert_eq!(outcomes(&found), outcomes(&all), "{mix:?} {seed}: {deadly:?}");
                whole += 1;
                mixed += u32::from(found.crashes() && found.outcomes.len() > 1);
            } else {
                assert!(outcomes(&found).is_subset(&outcomes(&all)), "{mix:?} {seed}: {deadly:?}");
            }
        }
    }
    assert!(whole > 200 && mixed > 25, "{whole} were explored to the end, {mixed} of them die in some orders only");
}
