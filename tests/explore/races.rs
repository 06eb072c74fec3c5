//! Racing pairs: what locks, queues, events and threads' lives keep apart is none, all else is, and a deliberately naive
//! look at every execution finds the same.

use std::collections::BTreeSet;

use raceday::explore::Dpor;
use raceday::explore::Exhaustive;
use raceday::explore::RacingPair;
use raceday::explore::SeekRaces;
use raceday::scenario::Access;
use raceday::scenario::Execution;
use raceday::scenario::Location;

use crate::random::Mix;
use crate::random::program;
use crate::toy::Act;
use crate::toy::Program;
use crate::toy::Value;
use crate::toy::Var;
use crate::twin::explored;

const READ: Act = Act::Read(Var::At(0), 0);
const WRITE: Act = Act::Write(Var::At(0), Value::Of(0, 1));

fn pairs(program: &Program) -> Vec<RacingPair> {
    let mut strategy = SeekRaces::new(Dpor::default());
    assert!(explored(&mut program.clone(), &mut strategy, 64, u64::MAX).is_exhaustive());
    strategy.into_pairs()
}

/// A location, and of both acts their lines and whether they write, the smaller first.
type Place = (Location, (u32, bool), (u32, bool));

fn place(pair: &RacingPair) -> Place {
    let side = |act: &raceday::explore::RacingAct| (act.line, act.writes);
    let (one, two) = (side(&pair.first), side(&pair.second));
    (pair.location, one.min(two), one.max(two))
}

/// Checks that the threads of these bodies race at these lines (see `toy`), and nowhere else.
#[track_caller]
fn check(program: &Program, expected: &[(u32, u32)]) {
    let found: Vec<(u32, u32)> = pairs(program).iter().map(place).map(|(_, one, two)| (one.0, two.0)).collect();
    assert_eq!(found, expected);
}

fn locked(acts: &[Act]) -> Vec<Act> {
    [&[Act::Acquire(0)], acts, &[Act::Release(0)]].concat()
}

#[test]
fn a_lost_update_races_at_each_read_and_write() {
    check(&Program::of(1, vec![vec![READ, WRITE]; 2]), &[(101, 202), (102, 201), (102, 202)]);
}

#[test]
fn reads_do_not_race() {
    check(&Program::of(1, vec![vec![READ]; 3]), &[]);
}

#[test]
fn a_lock_around_all_keeps_apart() {
    check(&Program::of(1, vec![locked(&[READ, WRITE]); 2]), &[]);
}

#[test]
fn a_lock_around_the_writes_alone_does_not() {
    let thread = [vec![READ], locked(&[WRITE])].concat();
    check(&Program::of(1, vec![thread; 2]), &[(101, 203), (103, 201)]);
}

#[test]
fn two_locks_are_none() {
    let other = vec![Act::Acquire(1), WRITE, Act::Release(1)];
    check(&Program::of(1, vec![locked(&[WRITE]), other]), &[(102, 202)]);
}

#[test]
fn starting_and_joining_keeps_apart() {
    let main = vec![WRITE, Act::Start(1), Act::Join(1), READ, Act::Start(2), Act::Join(2), WRITE];
    let program = Program { bodies: vec![main, vec![READ, WRITE], vec![WRITE]], ..Program::of(1, Vec::new()) };
    check(&program, &[]);
}

#[test]
fn a_thread_that_was_not_joined_races_with_its_parent() {
    let program = Program { bodies: vec![vec![WRITE, Act::Start(1), READ], vec![WRITE]], ..Program::of(1, Vec::new()) };
    check(&program, &[(3, 101)]);
}

#[test]
fn handing_over_keeps_apart() {
    let queue = vec![vec![WRITE, Act::Put(0, Value::Is(1))], vec![Act::GetInto(0, 1), WRITE]];
    check(&Program::of(2, queue), &[]);
    let event = vec![vec![WRITE, Act::Set(0)], vec![Act::Wait(0), READ]];
    check(&Program::of(1, event), &[]);
    let late = vec![vec![Act::Set(0), WRITE], vec![Act::Wait(0), READ]];
    check(&Program::of(1, late), &[(102, 202)]);
}

#[test]
fn looking_at_a_lock_tells_nobody() {
    // The first to look sees nothing that would keep its read before the other's write.
    let threads = vec![vec![READ, Act::IsTaken(0, 1)], locked(&[WRITE])];
    check(&Program::of(1, threads), &[(101, 202)]);
}

#[test]
fn a_flag_of_data_hands_nothing_over() {
    // As in `while not ready: pass`: it works in CPython, by luck of how it is made.
    let threads = vec![
        vec![Act::Write(Var::At(1), Value::Is(7)), Act::Write(Var::At(0), Value::Is(1))],
        vec![READ, Act::Unless(0, 1, 1), Act::Read(Var::At(1), 1)],
    ];
    check(&Program::of(2, threads), &[(101, 203), (102, 201)]);
}

#[test]
fn waiting_for_a_change_is_no_act_but_reading_is() {
    let threads = vec![vec![Act::Spin(Var::At(0), 1)], vec![Act::Write(Var::At(0), Value::Is(1))]];
    check(&Program::of(1, threads), &[(101, 201)]);
}

#[test]
fn a_pair_is_shown_with_few_switches() {
    for pair in pairs(&Program::bare(1, vec![vec![READ, WRITE]; 2])) {
        let shown = pair.schedule.threads()[..=pair.second.step].to_vec();
        assert_eq!(shown[pair.first.step], pair.first.thread);
        assert_eq!(shown[pair.second.step], pair.second.thread);
        let switches = shown.windows(2).filter(|two| two[0] != two[1]).count();
        assert_eq!(switches, 1, "{pair:?}");
    }
}

/// The races of an execution by the definition: the order is the transitive closure, of steps and not of clocks.
fn races(execution: &Execution, found: &mut BTreeSet<Place>) {
    let steps = &execution.steps;
    let born = |thread| {
        let index = execution.threads.iter().position(|&other| other == thread).expect("a thread of the execution");
        steps.iter().position(|step| step.enabled >> index & 1 == 1).expect("it goes, so it could go")
    };
    let is_next = |one: usize, two: usize| {
        steps[one].thread == steps[two].thread
            || born(steps[two].thread) == one + 1
            || steps[one].operation.touches.iter().any(|touch| {
                touch.access == Access::Write
                    && touch.location.is_synchronisation()
                    && steps[two].operation.touches.iter().any(|other| other.location == touch.location)
            })
    };
    let mut before: Vec<Vec<bool>> = Vec::new();
    for two in 0..steps.len() {
        let passed = |one: usize, mid: usize| before.get(mid).is_some_and(|mid| mid[one]) && is_next(mid, two);
        let all = (0..two).map(|one| is_next(one, two) || (one + 1..two).any(|mid| passed(one, mid))).collect();
        before.push(all);
    }
    for (two, before) in before.iter().enumerate() {
        for one in (0..two).filter(|&one| !before[one]) {
            let data = |step: usize| {
                let operation = &steps[step].operation;
                let is_act = |touch: &&raceday::scenario::Touch| {
                    touch.location.is_data() && (operation.guard.is_none() || touch.access.writes())
                };
                operation.touches.iter().filter(is_act).copied().collect::<Vec<_>>()
            };
            // Acts that touch several locations in common make one pair.
            for (theirs, ours) in data(two).iter().flat_map(|b| data(one).into_iter().map(move |a| (*b, a))) {
                let (ours_writes, theirs_writes) = (ours.access.writes(), theirs.access.writes());
                if ours.location == theirs.location && ours.access.conflicts(theirs.access) {
                    let sides = ((execution.lines[one], ours_writes), (execution.lines[two], theirs_writes));
                    found.insert((ours.location, sides.0.min(sides.1), sides.0.max(sides.1)));
                    break;
                }
            }
        }
    }
}

#[test]
fn a_naive_look_at_every_execution_finds_the_same() {
    let plain = [Mix::Variables, Mix::Locks, Mix::Tries, Mix::Waits, Mix::Spins];
    for mix in plain.into_iter().chain([Mix::Starts, Mix::Daemons, Mix::All, Mix::Parts]) {
        let (mut checked, mut racing) = (0, 0);
        for seed in 0..40 {
            let toy = program(mix, seed);
            let mut twin = toy.clone();
            if !explored(&mut twin, Exhaustive::default(), 64, 1000).is_exhaustive() {
                continue;
            }
            let mut all = BTreeSet::new();
            twin.executions.iter().for_each(|execution| races(execution, &mut all));
            let found: BTreeSet<Place> = pairs(&toy).iter().map(place).collect();
            assert_eq!(found, all, "{mix:?} {seed}: {toy:#?}");
            checked += 1;
            racing += usize::from(!all.is_empty());
        }
        assert!(checked > 20 && racing > 1, "{mix:?}: {racing} of {checked}");
    }
}
