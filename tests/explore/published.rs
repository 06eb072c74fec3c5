//! The numbers of executions that Abdulla, Aronis, Jonsson and Sagonas published for Optimal DPOR (POPL 2014, table 1).

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::explore;

use crate::toy::Act;
use crate::toy::Program;
use crate::toy::Value;
use crate::toy::Var;
use crate::twin::explored;

#[track_caller]
fn check(mut program: Program, executions: u64) {
    program.keep = false;
    let report = explored(&mut program, Dpor::default(), 64, u64::MAX);
    assert_eq!((report.executions, report.is_exhaustive()), (executions, true));
}

/// One thread writes a variable, `count` others read it.
fn readers(count: usize) -> Program {
    let writer = vec![Act::Write(Var::At(0), Value::Is(1))];
    let reader = vec![Act::Read(Var::At(0), 0)];
    Program::of(1, std::iter::once(writer).chain(std::iter::repeat_n(reader, count)).collect())
}

/// `count` threads put four messages each into a hash table of 128 places; who finds a place taken goes to the next.
fn indexer(count: usize) -> Program {
    let thread = |id: usize| {
        let insert = |message: usize| {
            let hash = ((message * 11 + id) * 7 % 128) as i64;
            // Register 0 is the place, 1 whether it was free.
            [
                Act::Let(0, Value::Is(hash)),
                Act::Swap(Var::Indexed(0, 0), 1),
                Act::Unless(1, 0, 2),
                Act::Let(0, Value::Of(0, 1)),
                Act::Back(3),
            ]
        };
        (1..=4).flat_map(insert).collect()
    };
    Program::of(129, (0..count).map(thread).collect())
}

/// Thread `i` of `count` sets element `i` of an array to one more than the element before; another thread looks for the
/// last element that is zero.
fn lastzero(count: usize) -> Program {
    let writer = |i: usize| vec![Act::Read(Var::At(i - 1), 0), Act::Write(Var::At(i), Value::Of(0, 1))];
    // Register 0 is the index, 1 what is there; 2 stays zero.
    let reader = vec![
        Act::Let(0, Value::Is(count as i64)),
        Act::Read(Var::Indexed(0, 0), 1),
        Act::Unless(1, 0, 1),
        Act::Unless(2, 1, 2),
        Act::Let(0, Value::Of(0, -1)),
        Act::Back(4),
    ];
    Program::of(count + 1, std::iter::once(reader).chain((1..=count).map(writer)).collect())
}

#[test]
fn readers_as_published() {
    check(readers(8), 256);
    check(readers(13), 8192);
}

#[test]
fn indexer_as_published() {
    check(indexer(11), 1);
    check(indexer(12), 8);
    check(indexer(15), 4096);
}

#[test]
fn lastzero_as_published() {
    check(lastzero(5), 64);
    check(lastzero(10), 3328);
}

#[test]
fn estimates_come_to_the_published_number() {
    for (program, executions) in [(readers(8), 256), (lastzero(10), 3328)] {
        let mut program = program;
        program.keep = false;
        let mut estimates = Vec::new();
        let bounds = Bounds { batch: 64, ..Bounds::default() };
        let report = explore(&mut program, Dpor::default(), bounds, &mut |progress| {
            estimates.push(progress.estimate.unwrap_or_default());
            true
        });
        assert_eq!(report.expect("toys do not fail").executions, executions);
        assert_eq!(estimates.last(), Some(&executions));
        let at_half = estimates[estimates.len() / 2];
        assert!(at_half > executions / 3 && at_half < executions * 3, "{at_half} of {executions}");
    }
}

#[cfg(not(debug_assertions))]
#[test]
fn lastzero_15_as_published() {
    check(lastzero(15), 147_456);
}
