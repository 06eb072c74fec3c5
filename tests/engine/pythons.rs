//! The interpreters that are here, and one call to explore a program with one of them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::python;
use raceday::python::Confinement;
use raceday::python::Forgetful;
use raceday::python::Interpreter;
use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Search;
use raceday::python::Worker;
use raceday::scenario::Replay;
use raceday::scenario::Scenario;
use raceday::scenario::Schedule;

/// Returns a supported CPython of every minor version that is here: the default one first, then pyenv's.
///
/// There is always one: a machine without Python cannot test what runs Python, and says so by failing.
#[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
pub(crate) fn interpreters() -> &'static [Interpreter] {
    static FOUND: OnceLock<Vec<Interpreter>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let search = Search::by(variable("RACEDAY_PYTHON"), variable("PATH"));
        let default = python::find(&search, &mut Forgetful)
            .expect("these tests need a CPython that is supported on the search path");
        let mut found = vec![default];
        let pyenv = variable("PYENV_ROOT").map(PathBuf::from);
        let home = variable("HOME").map(|home| PathBuf::from(home).join(".pyenv"));
        for root in pyenv.into_iter().chain(home) {
            for entry in std::fs::read_dir(root.join("versions")).into_iter().flatten().flatten() {
                let named = Search { flag: Some(entry.path().join("bin/python3")), ..Search::default() };
                if let Ok(interpreter) = python::find(&named, &mut Forgetful)
                    && found.iter().all(|known| known.version.minor != interpreter.version.minor)
                {
                    found.push(interpreter);
                }
            }
        }
        let versions: Vec<String> = found.iter().map(|each| each.version.to_string()).collect();
        eprintln!("testing with CPython {}; other minor versions are not here and are SKIPPED", versions.join(", "));
        found
    })
}

#[expect(clippy::disallowed_methods, reason = "a test finds what is on this machine")]
pub(crate) fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// Returns how workers are confined here: no test runs a program otherwise.
pub(crate) fn confinement() -> Confinement {
    Confinement::by(env!("CARGO_BIN_EXE_raceday"))
}

pub(crate) fn worker() -> Worker {
    Worker::start(&interpreters()[0], &confinement(), Limits::default()).expect("a worker starts")
}

pub(crate) fn scenario(source: &str, observe: Option<&str>) -> Scenario {
    let mut scenario = Scenario::new("scenario.py", source);
    scenario.observe = observe.map(str::to_owned);
    scenario
}

/// Explores in a worker of its own, as far as it goes.
pub(crate) fn explored(scenario: &Scenario) -> Result<Report, PythonError> {
    explored_by(&mut worker(), scenario)
}

pub(crate) fn explored_by(worker: &mut Worker, scenario: &Scenario) -> Result<Report, PythonError> {
    let mut program = worker.load(scenario)?;
    explore(&mut program, Dpor::default(), Bounds { executions: 200_000, ..Bounds::default() }, &mut |_| true)
}

/// Tells the execution of a schedule that an exploration of the same program gave.
pub(crate) fn replayed(scenario: &Scenario, choose: impl Fn(&Report) -> Schedule) -> Replay {
    let mut worker = worker();
    let mut program = worker.load(scenario).expect("it loads");
    let report = explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
    program.replay(&choose(&report)).expect("it replays")
}

/// What a program prints in each of its outcomes.
pub(crate) fn outputs(report: &Report) -> Vec<&str> {
    report.outcomes.iter().filter_map(|found| found.outcome.stdout.as_deref()).collect()
}

/// What Python prints of a program.
#[expect(clippy::disallowed_methods, reason = "the comparison is with Python itself, without a worker")]
pub(crate) fn printed(interpreter: &Interpreter, source: &str) -> String {
    let folder = tempfile::TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("scenario.py"), source).expect("it can be written");
    let output = Command::new(&interpreter.path).args(["-s", "scenario.py"]).current_dir(folder.path()).output();
    let output = output.expect("an interpreter that was found starts");
    let folder = folder.path().join("");
    String::from_utf8_lossy(&output.stdout).replace(&*folder.to_string_lossy(), "")
}

/// Holds a program that prints the same in every order against each CPython that is here.
pub(crate) fn prints_what_python_does(source: &str) {
    for interpreter in interpreters() {
        let mut worker = Worker::start(interpreter, &confinement(), Limits::default()).expect("a worker starts");
        let report = explored_by(&mut worker, &scenario(source, None)).expect("it explores");
        assert!(report.is_exhaustive());
        assert_eq!(outputs(&report), [printed(interpreter, source)], "{}", interpreter.version);
    }
}
