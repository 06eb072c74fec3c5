//! Scripts as tutorials have them, unmodified: each is explored whole, and what comes of it is what reasoning says.
//!
//! The scripts in `tests/data/tutorials/` were written for this repository in the manner of tutorials. Scripts that others
//! published were run too; `docs/validation.md` says which, and what came of them.
//!
//! `RACEDAY_TUTORIALS=1 cargo test --test engine tutorials -- --nocapture` prints the table of that page.

use raceday::python::Limits;
use raceday::python::Worker;
use raceday::scenario::Ending;
use raceday::scenario::Scenario;

use super::pythons::confinement;
use super::pythons::explored_by;
use super::pythons::interpreters;
use super::pythons::variable;

/// A script, its text, and all that it can print or how else it can end.
struct Tutorial {
    name: &'static str,
    source: &'static str,
    outcomes: &'static [&'static str],
}

macro_rules! tutorials {
    ($($name:literal => $outcomes:expr,)*) => {
        &[$(Tutorial {
            name: $name,
            source: include_str!(concat!("../data/tutorials/", $name, ".py")),
            outcomes: &$outcomes,
        }),*]
    };
}

const TUTORIALS: &[Tutorial] = tutorials![
    // The second transfer finds the money of the first, or none; or both hold what the other wants.
    "bank_transfer" => ["(deadlock)", "0 100", "50 50"],
    // Within a phase any order, across phases none.
    "barrier_phases" => [
        "['a0', 'b0', 'a1', 'b1'] [2, 4]",
        "['a0', 'b0', 'b1', 'a1'] [2, 4]",
        "['b0', 'a0', 'a1', 'b1'] [2, 4]",
        "['b0', 'a0', 'b1', 'a1'] [2, 4]",
    ],
    // Who asks second finds what the first computed.
    "cache" => ["[9, 9, 16] [3, 4]"],
    // Both may miss, and then both count; or one count is lost.
    "cache_unlocked" => ["{'a': 'A'} 1", "{'a': 'A'} 2"],
    // Nobody ever shares a connection.
    "connection_pool" => ["[True, True, True]"],
    // Each may hold a left fork.
    "dining_philosophers" => ["(deadlock)", "[1, 1, 1]"],
    "dining_philosophers_ordered" => ["[1, 1, 1]"],
    "dining_philosophers_waiter" => ["[1, 1, 1]"],
    "ping_pong" => ["ping\npong\nping\npong"],
    // The first to go is the most urgent of those that are there when somebody looks.
    "priority_queue" => [
        "['repair', 'paint', 'sweep']",
        "['repair', 'sweep', 'paint']",
        "['sweep', 'repair', 'paint']",
    ],
    "producer_consumer_condition" => ["put 0\ngot 0\nput 1\ngot 1\nreceived [0, 1]"],
    "producer_consumer_event" => ["[0, 1]"],
    // Nothing is there, then something is and there is no more to come: the consumer has asked for both in that order.
    "producer_consumer_event_wrong" => ["['last']", "[]"],
    // Whoever comes takes what is first.
    "producer_consumer_queue" => [
        "{'anna': ['bread', 'milk'], 'ben': []}",
        "{'anna': ['bread'], 'ben': ['milk']}",
        "{'anna': ['milk'], 'ben': ['bread']}",
        "{'anna': [], 'ben': ['bread', 'milk']}",
    ],
    // Two of three, whichever they are.
    "rate_limiter" => [
        "{0: False, 1: True, 2: True}",
        "{0: True, 1: False, 2: True}",
        "{0: True, 1: True, 2: False}",
    ],
    "rate_limiter_unlocked" => ["1 allowed", "2 allowed"],
    // Nobody sees a point that is half moved.
    "reader_writer" => [
        "[(0, 0), (0, 0)] {'x': 1, 'y': 1}",
        "[(0, 0), (1, 1)] {'x': 1, 'y': 1}",
        "[(1, 1), (1, 1)] {'x': 1, 'y': 1}",
    ],
    "singleton" => ["True 1"],
    // Both make one, and each gets its own, or both get the one that was stored last.
    "singleton_unlocked" => ["['ann', 'ann']", "['ann', 'bob']", "['bob', 'bob']"],
    "starting_gate" => ["blue, red", "red, blue"],
    "thread_pool_map" => ["[1, 4, 9] 3"],
    "worker_pool" => ["[4, 9]", "[9, 4]"],
    // The last task is there for both who look and for one who takes it.
    "worker_pool_unguarded" => ["(deadlock)", "[4, 9, 25]"],
];

#[test]
#[expect(clippy::print_stderr, reason = "the table is what it is for")]
fn tutorials_come_to_what_reasoning_says() {
    let tells = variable("RACEDAY_TUTORIALS").is_some();
    let mut worker = Worker::start(&interpreters()[0], &confinement(), Limits::default()).expect("a worker starts");
    for Tutorial { name, source, outcomes } in TUTORIALS {
        let report = explored_by(&mut worker, &Scenario::new(format!("{name}.py"), *source)).expect("it explores");
        assert!(report.is_exhaustive(), "{name}");
        let mut seen: Vec<String> = report
            .outcomes
            .iter()
            .map(|found| {
                assert!(found.outcome.exceptions.is_empty(), "{name}: {found:?}");
                let printed = found.outcome.stdout.as_deref().unwrap_or_default().trim_end();
                match found.outcome.ending {
                    Ending::Finished => printed.to_owned(),
                    ending => format!("{printed} ({ending:?})").trim_start().to_lowercase(),
                }
            })
            .collect();
        seen.sort();
        assert_eq!(seen, *outcomes, "{name}");
        if tells {
            let seen: Vec<String> = seen.iter().map(|each| format!("`{}`", each.replace('\n', " ⏎ "))).collect();
            eprintln!("| `{name}.py` | {} | {} |", report.executions, seen.join(", "));
        }
    }
}

/// What the library itself says of thread-local data: the examples of `_threading_local`, as they were installed.
#[test]
#[expect(clippy::disallowed_methods, reason = "the examples are asked for as anybody would ask")]
#[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
fn the_examples_of_the_library_come_to_what_it_says() {
    let examples = "
import _threading_local, doctest
examples = doctest.DocTestParser().get_examples(_threading_local.__doc__)
print('from threading import local')
print(''.join(example.source for example in examples if not example.exc_msg and example.source != 'del mydata\\n'))
";
    for interpreter in interpreters() {
        let output = std::process::Command::new(&interpreter.path).args(["-I", "-c", examples]).output();
        let source = String::from_utf8(output.expect("a Python starts").stdout).expect("it is text");
        if interpreter.version.minor > 13 {
            eprintln!("SKIPPED for CPython {}: it has no examples there", interpreter.version);
            continue;
        }
        assert!(source.contains("threading.Thread(target=f)"), "{source}");
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let mut scenario = Scenario::new("local.py", source);
        scenario.observe = Some("mydata.color, log, mydata.number".to_owned());
        let report = explored_by(&mut worker, &scenario).expect("it explores");
        let seen: Vec<_> = report.outcomes.iter().map(|found| found.outcome.value.as_deref()).collect();
        assert!(report.is_exhaustive());
        assert_eq!(seen, [Some("('red', [[('color', 'red')], 11, [], 11], 11)")], "Python {}", interpreter.version);
    }
}
