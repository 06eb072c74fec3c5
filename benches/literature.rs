//! Programs of the literature, as Python: how long each takes to explore whole, and how much memory.
//!
//! Each is explored once, in a worker of its own, and makes exactly as many executions as were published for Optimal DPOR (Abdulla
//! et al., JACM 2017). Beside the time on the clock stands that of processors, of this process and the worker, which other work on the
//! machine disturbs less. Memory is the most that ever was resident: `VmHWM` of this process, reset before each program, and of the
//! worker. Linux only.
//!
//! `cargo bench --bench literature`, or with a part of a name: `cargo bench --bench literature -- 'lastzero(10)'`.

#![expect(clippy::disallowed_methods, reason = "a bench asks for the time, and for what is on this machine")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::fs;
use std::time::Instant;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::explore;
use raceday::python;
use raceday::python::Confinement;
use raceday::python::Forgetful;
use raceday::python::Limits;
use raceday::python::Search;
use raceday::python::Worker;
use raceday::scenario::Scenario;

const READERS: &str = include_str!("../tests/data/literature/readers.py");
const INDEXER: &str = include_str!("../tests/data/literature/indexer.py");
const LASTZERO: &str = include_str!("../tests/data/literature/lastzero.py");

/// Name, program, size, and the published number of executions.
const PROGRAMS: &[(&str, &str, usize, u64)] = &[
    ("readers(8)", READERS, 8, 256),
    ("readers(13)", READERS, 13, 8192),
    ("indexer(12)", INDEXER, 12, 8),
    ("indexer(15)", INDEXER, 15, 4096),
    ("lastzero(5)", LASTZERO, 5, 64),
    ("lastzero(10)", LASTZERO, 10, 3328),
    ("lastzero(15)", LASTZERO, 15, 147_456),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let (named, search_path) = (std::env::var_os("RACEDAY_PYTHON"), std::env::var_os("PATH"));
    let interpreter = python::find(&Search::by(named, search_path), &mut Forgetful).expect("a bench needs a CPython");
    println!("CPython {}\n", interpreter.version);
    println!(
        "| program | executions | seconds | ms an execution | processor ms an execution | explorer, MB | worker, MB |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for &(name, source, n, published) in PROGRAMS {
        if !wanted.is_empty() && !wanted.iter().any(|each| name.contains(each.as_str())) {
            continue;
        }
        let mut worker =
            Worker::start(&interpreter, &Confinement::by(env!("CARGO_BIN_EXE_raceday")), Limits::default())
                .expect("a worker starts");
        let source = format!("N = {n}\n{source}");
        let scenario = Scenario { observe: Some("0".to_owned()), ..Scenario::new("literature.py", source) };
        fs::write("/proc/self/clear_refs", "5").expect("the peak can be reset");
        let (started, busy) = (Instant::now(), processor_milliseconds());
        let mut program = worker.load(&scenario).expect("it loads");
        let report = explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
        let seconds = started.elapsed().as_secs_f64();
        assert!(report.is_exhaustive(), "{name}");
        assert_eq!(report.executions, published, "{name}");
        println!(
            "| {name} | {} | {seconds:.2} | {:.3} | {:.3} | {} | {} |",
            report.executions,
            seconds * 1000.0 / report.executions as f64,
            (processor_milliseconds() - busy) / report.executions as f64,
            peak("self").expect("this process is there"),
            workers().iter().filter_map(|process| peak(process)).sum::<u64>(),
        );
    }
}

/// Returns the most memory that a process ever had, in megabytes.
fn peak(process: &str) -> Option<u64> {
    let kibibytes: u64 = entry(process, "VmHWM:")?.split_whitespace().next()?.parse().ok()?;
    Some((kibibytes * 1024).div_ceil(1_000_000))
}

/// Returns how long processors have worked for this process and its workers.
fn processor_milliseconds() -> f64 {
    const A_TICK: f64 = 10.0;
    let mut ticks = 0;
    for process in workers().iter().map(String::as_str).chain(["self"]) {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // Behind the name, which ends with the last parenthesis: the state is field 3; 14 and 15 are of the user and the system.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(14 - 3).take(2);
        ticks += fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
    }
    ticks as f64 * A_TICK
}

/// Returns the processes that this one started.
fn workers() -> Vec<String> {
    let mine = std::process::id().to_string();
    let entries = fs::read_dir("/proc").expect("this is Linux").flatten();
    let names = entries.map(|each| each.file_name().to_string_lossy().into_owned());
    names.filter(|each| entry(each, "PPid:").is_some_and(|parent| parent.trim() == mine)).collect()
}

fn entry(process: &str, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned)
}
