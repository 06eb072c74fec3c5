//! Executions to show in tests, written down by hand.

use crate::scenario::Access;
use crate::scenario::Blocked;
use crate::scenario::Detail;
use crate::scenario::Ending;
use crate::scenario::Execution;
use crate::scenario::Location;
use crate::scenario::Operation;
use crate::scenario::Outcome;
use crate::scenario::Pending;
use crate::scenario::Replay;
use crate::scenario::Step;
use crate::scenario::ThreadId;
use crate::scenario::Touch;

pub(super) const LOST_UPDATE: &str = "\
import threading

count = 0

def work():
    global count
    count += 1

threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads: t.start()
for t in threads: t.join()
";

pub(super) const DEADLOCK: &str = "\
import threading
a, b = threading.Lock(), threading.Lock()

def one():
    with a:
        with b:
            pass

def two():
    with b:
        with a:
            pass

threading.Thread(target=one).start()
threading.Thread(target=two).start()
";

/// Two threads that add one each, and lose one.
pub(super) fn lost_update() -> Replay {
    replay(
        &["MainThread", "Thread-1 (work)", "Thread-2 (work)"],
        &[
            (0, "01", 10, "write", "t", Some("<Thread(Thread-2 (work), initial)>")),
            (0, "01", 10, "read", "t", Some("<Thread(Thread-2 (work), initial)>")),
            (0, "01", 10, "start", "Thread-2 (work)", None),
            (1, "12", 0, "begin", "", None),
            (1, "12", 7, "read", "count", Some("0")),
            (2, "12", 7, "read", "count", Some("0")),
            (2, "12", 7, "write", "count", Some("1")),
            (1, "1", 7, "write", "count", Some("1")),
            (0, "0", 11, "join", "Thread-1 (work)", None),
            (0, "0", 11, "join", "Thread-2 (work)", None),
        ],
        &[],
    )
}

/// Two threads that take two locks in two orders, and stand still.
pub(super) fn deadlock() -> Replay {
    replay(
        &["MainThread", "Thread-1", "Thread-2"],
        &[
            (0, "01", 14, "start", "Thread-1", None),
            (1, "01", 5, "acquire", "a", None),
            (0, "01", 15, "start", "Thread-2", None),
            (2, "12", 10, "acquire", "b", None),
        ],
        &[(1, 6, "acquire", "b", Some(2)), (2, 11, "acquire", "a", Some(1))],
    )
}

/// `threads` threads that all read and write.
pub(super) fn readers(threads: usize) -> Replay {
    let names: Vec<String> = (0..=threads).map(|index| format!("Thread-{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let all: String = (0..=threads).map(|index| index.to_string()).collect();
    let each = |index: usize| {
        [
            (0, all.as_str(), 10, "start", names[index], None),
            (index, all.as_str(), 7, "read", "registry['a rather long key'].account.balance", Some("1000000")),
            (index, all.as_str(), 7, "write", "registry['a rather long key'].account.balance", Some("999999")),
            (index, all.as_str(), 7, "print", "", Some("'a line that was printed'")),
            (0, all.as_str(), 11, "join", names[index], None),
        ]
    };
    let steps: Vec<_> = (1..=threads).flat_map(each).collect();
    replay(&names, &steps, &[])
}

type StepText<'a> = (usize, &'a str, u32, &'a str, &'a str, Option<&'a str>);

/// Makes a replay of threads with `names`, of steps (thread, who could go, line, verb, location, value), and of those
/// who are left waiting (thread, line, verb, location, holder).
fn replay(names: &[&str], steps: &[StepText], blocked: &[(usize, u32, &str, &str, Option<usize>)]) -> Replay {
    let thread = |index: usize| match index {
        0 => ThreadId::MAIN,
        _ => ThreadId::MAIN.child(index as u64).expect("in range"),
    };
    let operation = |name: &str| {
        let first = steps.iter().position(|(.., location, _)| *location == name);
        let location = Location(first.map_or(u64::MAX, |first| first as u64));
        Operation { touches: [Touch { location, access: Access::Write }].into(), guard: None, tries: None, turn: None }
    };
    let step = |(actor, enabled, _, _, location, _): &StepText| Step {
        thread: thread(*actor),
        operation: operation(location),
        enabled: enabled.bytes().map(|digit| 1 << (digit - b'0')).sum(),
        guards: Vec::new(),
    };
    let mut held: Vec<Vec<String>> = vec![Vec::new(); names.len()];
    let mut detail = |(actor, _, line, verb, location, value): &StepText| {
        let detail = Detail {
            line: *line,
            verb: (*verb).to_owned(),
            location: (*location).to_owned(),
            value: value.map(str::to_owned),
            holds: held[*actor].clone(),
            asides: Vec::new(),
        };
        match *verb {
            "acquire" => held[*actor].push((*location).to_owned()),
            "release" => held[*actor].retain(|lock| lock != location),
            _ => {}
        }
        detail
    };
    let details = steps.iter().map(&mut detail).collect();
    let outcome = Outcome {
        value: Some("1".to_owned()),
        stdout: None,
        ending: if blocked.is_empty() { Ending::Finished } else { Ending::Deadlock },
        exceptions: Vec::new(),
        claims: Vec::new(),
    };
    Replay {
        execution: Execution {
            threads: (0..names.len()).map(thread).collect(),
            shut: Vec::new(),
            steps: steps.iter().map(step).collect(),
            lines: Vec::new(),
            pending: blocked
                .iter()
                .map(|(index, _, _, location, _)| Pending { thread: thread(*index), operation: operation(location) })
                .collect(),
            lived: None,
            crews: Vec::new(),
            unsure: None,
            outcome,
        },
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        details,
        blocked: blocked
            .iter()
            .map(|(index, line, verb, location, holder)| Blocked {
                thread: thread(*index),
                line: *line,
                verb: (*verb).to_owned(),
                location: (*location).to_owned(),
                held_by: holder.map(thread),
                holds: held[*index].clone(),
            })
            .collect(),
        death: None,
    }
}
