//! How long an execution takes: whole programs explored in a warm worker, and the time divided by the executions made. On two
//! processors the worker has one to itself, on one it shares it with the search. Then a team with a worker for each processor.

use std::time::Duration;
use std::time::Instant;

use criterion::Criterion;
use criterion::Throughput;
use criterion::criterion_group;
use criterion::criterion_main;
use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::python;
use raceday::python::Confinement;
use raceday::python::Forgetful;
use raceday::python::Limits;
use raceday::python::Search;
use raceday::python::Team;
use raceday::python::Worker;
use raceday::scenario::Execute;
use raceday::scenario::Scenario;

/// A bank account without a lock, as tutorials have it.
const WITHDRAW: &str = r#"
import time
from concurrent.futures import ThreadPoolExecutor

class BankAccount:
    def __init__(self):
        self.balance = 1000

    def withdraw(self, amount):
        if self.balance >= amount:
            new_balance = self.balance - amount
            time.sleep(0.1)
            self.balance = new_balance
        else:
            raise ValueError("Insufficient balance")

account = BankAccount()

with ThreadPoolExecutor(max_workers=2) as executor:
    executor.submit(account.withdraw, 500)
    executor.submit(account.withdraw, 700)
"#;

/// Four threads that count with a read and a write each.
const COUNTERS: &str = include_str!("../tests/data/counters.py");

/// Of so many executions, which take a second, fewer explorations are told apart.
const MANY: u64 = 1000;

fn explored(worker: &mut Worker, scenario: &Scenario) -> Report {
    let mut program = worker.load(scenario).expect("it loads");
    explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores")
}

/// Benches each program, where the process may use the processors that it may use now.
#[expect(clippy::disallowed_methods, reason = "a bench finds what is on this machine and takes time")]
fn benchmark_on(criterion: &mut Criterion, processors: &str) {
    let named = std::env::var_os("RACEDAY_PYTHON");
    let search_path = std::env::var_os("PATH");
    let interpreter = python::find(&Search::by(named, search_path), &mut Forgetful).expect("a bench needs a CPython");
    let mut worker = Worker::start(&interpreter, &Confinement::by(env!("CARGO_BIN_EXE_raceday")), Limits::default())
        .expect("a worker starts");
    let mut group = criterion.benchmark_group(format!("an execution, {processors}, CPython {}", interpreter.version));
    let five = COUNTERS.replace("range(4)", "range(5)");
    for (name, source, observe) in
        [("withdrawal", WITHDRAW, "account.balance"), ("four counters", COUNTERS, "n"), ("five counters", &five, "n")]
    {
        let scenario = Scenario { observe: Some(observe.to_owned()), ..Scenario::new("bench.py", source) };
        let executions = explored(&mut worker, &scenario).executions;
        group.throughput(Throughput::Elements(1));
        group.sample_size(if executions > MANY { 10 } else { 100 });
        group.bench_function(format!("{name} ({executions} executions)"), |bencher| {
            let mut program = worker.load(&scenario).expect("it loads");
            bencher.iter_custom(|times| per_execution(times, executions, &mut program));
        });
    }
    group.finish();
}

/// Benches as many workers as there are processors, up to four, at a program that is worth it.
#[expect(clippy::disallowed_methods, reason = "a bench finds what is on this machine and takes time")]
fn benchmark_team(criterion: &mut Criterion) {
    let hands = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(4);
    let named = std::env::var_os("RACEDAY_PYTHON");
    let search_path = std::env::var_os("PATH");
    let interpreter = python::find(&Search::by(named, search_path), &mut Forgetful).expect("a bench needs a CPython");
    let start = || {
        Worker::start(&interpreter, &Confinement::by(env!("CARGO_BIN_EXE_raceday")), Limits::default())
            .expect("a worker starts")
    };
    let mut first = start();
    let scenario = Scenario {
        observe: Some("n".to_owned()),
        ..Scenario::new("bench.py", COUNTERS.replace("range(4)", "range(5)"))
    };
    let mut team = Team::new(first.load(&scenario).expect("it loads"), Vec::new());
    (1..hands).for_each(|_| team.join(start()).expect("it joins"));
    let name = format!("an execution, {hands} workers, CPython {}", interpreter.version);
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(1));
    group.sample_size(10);
    group.bench_function("five counters (14400 executions)", |bencher| {
        bencher.iter_custom(|times| per_execution(times, 14_400, &mut team));
    });
    group.finish();
}

/// Returns how long `times` executions take, of explorations that make `executions` each.
#[expect(clippy::disallowed_methods, reason = "a bench takes time")]
fn per_execution(times: u64, executions: u64, execute: &mut impl Execute<Error: std::fmt::Debug>) -> Duration {
    let explorations = times.div_ceil(executions);
    let start = Instant::now();
    for _ in 0..explorations {
        let report = explore(execute, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
        assert_eq!(report.executions, executions);
    }
    start.elapsed().mul_f64(times as f64 / (explorations * executions) as f64)
}

fn benchmark(criterion: &mut Criterion) {
    benchmark_on(criterion, "all processors");
    benchmark_team(criterion);
    #[cfg(target_os = "linux")]
    {
        let all = rustix::thread::sched_getaffinity(None).expect("a thread knows where it may run");
        let first = (0..rustix::thread::CpuSet::MAX_CPU).find(|&processor| all.is_set(processor)).expect("it may run");
        let mut one = rustix::thread::CpuSet::new();
        one.set(first);
        rustix::thread::sched_setaffinity(None, &one).expect("a thread may be kept to one processor");
        benchmark_on(criterion, "one processor");
    }
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
