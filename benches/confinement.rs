//! What confining a worker costs: how long one takes to get ready, and an execution in it, against one that is a process like any other.
//!
//! Both kinds are taken in turns, so that whatever else the machine does concerns both, and each as often first as second: processes that
//! are started one after another keep to different processors. Shown are medians of the time on the clock, and what the confined
//! ones take more; of executions also those of the fastest and of the slowest worker of each kind. `cargo bench --bench confinement`.

#![expect(clippy::disallowed_methods, reason = "a bench asks for the time, and for what is on this machine")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::explore;
use raceday::python;
use raceday::python::Confinement;
use raceday::python::Forgetful;
use raceday::python::Layers;
use raceday::python::Level;
use raceday::python::Limits;
use raceday::python::Search;
use raceday::python::Worker;
use raceday::scenario::Scenario;

/// How often two of each kind of worker are started.
const STARTS: usize = 40;
/// How many workers of each kind explore the program, and how often each does. Some are faster than others of their kind, for their whole life.
const WORKERS: usize = 6;
const EXPLORATIONS: usize = 10;

const COUNTERS: &str = include_str!("../tests/data/counters.py");

fn main() {
    let (named, search_path) = (std::env::var_os("RACEDAY_PYTHON"), std::env::var_os("PATH"));
    let interpreter = python::find(&Search::by(named, search_path), &mut Forgetful).expect("a bench needs a CPython");
    let confined = Confinement::by(env!("CARGO_BIN_EXE_raceday"));
    let plain = confined.clone().with_layers(Layers::NONE);
    let mut first = Worker::start(&interpreter, &confined, Limits::default()).expect("a worker starts");
    let compiled: Arc<[u8]> = first.compiled().expect("the harness is compiled").into();
    let start = |confinement: &Confinement| {
        let before = Instant::now();
        let worker = Worker::start_compiled(&interpreter, confinement, Limits::default(), Arc::clone(&compiled));
        (before.elapsed(), worker.expect("a worker starts"))
    };
    println!("CPython {}\n", interpreter.version);
    println!("| what | confined | plain | more |");
    println!("| --- | --- | --- | --- |");

    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        with.push(start(&confined).0);
        without.push(start(&plain).0);
        without.push(start(&plain).0);
        with.push(start(&confined).0);
    }
    let (with, without) = (median(with), median(without));
    println!("| a start | {:.1} ms | {:.1} ms | {:.1} ms |", ms(with), ms(without), ms(with) - ms(without));

    let scenario = Scenario { observe: Some("n".to_owned()), ..Scenario::new("bench.py", COUNTERS) };
    let execution = |worker: &mut Worker| {
        let mut program = worker.load(&scenario).expect("it loads");
        let before = Instant::now();
        let report = explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
        before.elapsed().div_f64(report.executions as f64)
    };
    let mut workers: Vec<(Worker, Vec<Duration>)> =
        (0..WORKERS).flat_map(|_| [&confined, &plain]).map(|confinement| (start(confinement).1, Vec::new())).collect();
    // Another begins each round, so that what hangs on the place in it concerns all.
    let count = workers.len();
    for at in (0..EXPLORATIONS * count).map(|turn| (turn % count + turn / count) % count) {
        let (worker, times) = &mut workers[at];
        times.push(execution(worker));
    }
    let level = |worker: &Worker| worker.confined().map(|confined| confined.level);
    let [with, without] = [Level::Full, Level::None].map(|kind| {
        let of_kind = workers.iter().filter(|(worker, _)| level(worker) == Some(kind));
        let mut medians: Vec<Duration> = of_kind.map(|(_, times)| median(times.clone())).collect();
        medians.sort();
        assert_eq!(medians.len(), WORKERS, "each is what it is called");
        medians
    });
    let more = 100.0 * (ms(median(with.clone())) / ms(median(without.clone())) - 1.0);
    let shown = |medians: &[Duration]| {
        let [least, middle, most] = [0, medians.len() / 2, medians.len() - 1].map(|at| ms(medians[at]));
        format!("{middle:.4} ms ({least:.4} to {most:.4})")
    };
    println!("| an execution, four threads that count | {} | {} | {more:+.1} % |", shown(&with), shown(&without));
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
