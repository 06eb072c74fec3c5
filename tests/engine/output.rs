//! What a learner sees of a program that runs in a terminal: what it writes to standard output and to standard error, and that it failed.

use raceday::explore::Report;
use raceday::python::PythonError;

use super::pythons::explored;
use super::pythons::outputs;
use super::pythons::scenario;

/// Explores two threads that each run `work` with their number.
fn two(work: &str) -> Report {
    let source = format!(
        "
import logging, os, sys, threading, traceback, warnings
def work(me):
{work}
threads = [threading.Thread(target=work, args=(me,)) for me in (1, 2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"
    );
    let report = explored(&scenario(&source, None)).expect("it explores");
    assert!(report.is_exhaustive());
    report
}

/// Each act writes one line, whole, to standard error: two threads do so in two orders.
#[test]
fn what_is_written_to_standard_error_is_observed() {
    for (act, line) in [
        ("print(me, file=sys.stderr)", "ME"),
        ("sys.stderr.write('%d\\n' % me)", "ME"),
        ("sys.stderr.writelines(['%d' % me, '\\n'])", "ME"),
        ("sys.__stderr__.write('\\udc80%d\\n' % me)", "\\udc80ME"),
        ("print([me], 'said', file=sys.stderr)", "[ME] said"),
        ("os.write(2, b'%d\\n' % me)", "ME"),
        ("os.write(sys.stdout.fileno(), b'%d\\n' % me)", "ME"),
        ("logging.warning(me)", "WARNING:root:ME"),
        ("logging.getLogger('a').warning(me)", "ME"),
        ("print('out' if me == 1 else me, file=sys.stdout if me == 1 else sys.stderr)", ""),
    ] {
        let report = two(&format!("    {act}"));
        let mut told = outputs(&report);
        told.sort_unstable();
        let text = |me: &str| line.replace("ME", me) + "\n";
        let [one, other] = if line.is_empty() { ["out\n".to_owned(), "2\n".to_owned()] } else { ["1", "2"].map(text) };
        let mut expected = [one.clone() + &other, other + &one];
        expected.sort_unstable();
        assert_eq!(told, expected, "{act}");
    }
}

/// The first warning that was shown did not quote the program, and in a process that had shown one it did.
#[test]
fn a_warning_quotes_the_program_in_every_execution() {
    let report = two("    warnings.warn('careful %d' % me)");
    let line = |me: u32| format!("scenario.py:4: UserWarning: careful {me}\n  warnings.warn('careful %d' % me)\n");
    let mut told = outputs(&report);
    told.sort_unstable();
    assert_eq!(told, [line(1) + &line(2), line(2) + &line(1)]);
    // The same from the same line is shown once, whoever gives it first.
    let report = two("    warnings.warn('the same')");
    assert_eq!(outputs(&report), ["scenario.py:4: UserWarning: the same\n  warnings.warn('the same')\n"]);
}

/// What would be written around what is observed is refused: it was lost without a word.
#[test]
fn what_cannot_be_observed_of_the_output_is_refused() {
    for name in ["stdout", "stderr"] {
        let source = format!("import sys\nsys.{name}.buffer.write(b'lost')\n");
        match explored(&scenario(&source, None)) {
            Err(PythonError::Unsupported { what, .. }) => assert_eq!(what, format!("sys.{name}.buffer")),
            other => panic!("{other:?}"),
        }
    }
}

/// Line by line they would have 20 orders.
#[test]
fn a_traceback_is_printed_in_one_piece() {
    let report = two("    try:\n        1 / 0\n    except ZeroDivisionError:\n        traceback.print_exc()");
    assert_eq!((report.outcomes.len(), report.executions), (1, 2));
    let told = outputs(&report)[0];
    assert_eq!(told.matches("Traceback (most recent call last):\n").count(), 2, "{told}");
    assert!(told.ends_with("ZeroDivisionError: division by zero\n"), "{told}");
}

#[test]
fn a_program_that_says_that_it_failed_has_failed() {
    for (end, raised) in [
        ("sys.exit(n)", Some("2")),
        ("sys.exit('lost')", Some("lost")),
        ("sys.exit(n != 2)", None),
        ("sys.exit()", None),
        ("sys.exit(n == 2)", Some("True")),
        ("sys.exit(0.0)", Some("0.0")),
        ("raise SystemExit(3)", Some("3")),
    ] {
        let source = format!("import sys\nn = 2\n{end}\n");
        let report = explored(&scenario(&source, None)).expect("it explores");
        let exceptions = &report.outcomes[0].outcome.exceptions;
        let told = exceptions.first().map(|each| (&*each.thread, &*each.class, &*each.message));
        assert_eq!(told, raised.map(|message| ("MainThread", "SystemExit", message)), "{end}");
    }
}

/// They take their time from the scenario's clock, and fail with an exit status.
#[test]
fn unit_tests_of_threads_pass_in_some_orders_only() {
    let source = "
import threading, unittest
class Counts(unittest.TestCase):
    def test_two(self):
        self.n = 0
        def count(): self.n += 1
        threads = [threading.Thread(target=count) for _ in range(2)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        self.assertEqual(self.n, 2)
unittest.main()
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert!(report.is_exhaustive());
    let ends: Vec<(bool, usize)> = report
        .outcomes
        .iter()
        .map(|found| &found.outcome)
        .map(|outcome| {
            let told = outcome.stdout.as_deref().unwrap_or_default();
            (told.ends_with("Ran 1 test in 0.000s\n\nOK\n"), outcome.exceptions.len())
        })
        .collect();
    assert_eq!(ends.iter().filter(|end| **end == (true, 0)).count(), 1, "{ends:?}");
    assert_eq!(ends.iter().filter(|end| **end == (false, 1)).count(), 1, "{ends:?}");
}

/// It was told as an object that finds the name later, which has no text to be put beside another.
#[test]
fn a_handler_of_the_programs_own_finds_a_records_thread_by_its_name() {
    let source = "
import json, logging, threading
class Told(logging.Handler):
    def emit(self, record):
        print('[' + record.threadName + ']', type(record.threadName).__name__, json.dumps([record.threadName]))
        print(vars(record)['threadName'] + '.')
logging.getLogger().addHandler(Told())
thread = threading.Thread(target=logging.warning, args=('it',), name='worker')
thread.start()
thread.join()
";
    let report = explored(&scenario(source, None)).expect("it explores");
    assert_eq!(report.outcomes[0].outcome.stdout.as_deref(), Some("[worker] str [\"worker\"]\nworker.\n"));
}

#[test]
fn what_is_told_of_an_exception_that_python_ignores_has_the_programs_own_frames_alone() {
    let source = "
import threading
def inner():
    yield 1
def outer(made):
    yield from made
made = inner()
def work(made):
    try:
        next(made)
    except ValueError:
        pass
threads = [threading.Thread(target=work, args=(outer(made),)) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    let report = explored(&scenario(source, None)).expect("it explores");
    let told = outputs(&report);
    assert!(told.iter().any(|text| text.contains("Exception ignored") && text.contains("in outer")), "{told:?}");
    assert!(!told.iter().any(|text| text.contains("harness")), "{told:?}");
}
