//! Explores scenarios with Python, within a budget, and remembers the reports.
//!
//! This is where `explore`, `python` and the store of reports meet. The Python is looked for when the first scenario
//! is run, and its worker stays warm.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::clock::Stopwatch;
use crate::explore;
use crate::explore::Bounds;
use crate::explore::Dpor;
use crate::explore::Progress;
use crate::explore::RacingPair;
use crate::explore::Report;
use crate::explore::SeekRaces;
use crate::explore::Strategy;
use crate::python;
use crate::python::Confinement;
use crate::python::Interpreter;
use crate::python::Limits;
use crate::python::Program;
use crate::python::PythonError;
use crate::python::Search;
use crate::python::Shared;
use crate::python::Worker;
use crate::scenario::Replay;
use crate::scenario::Scenario;
use crate::scenario::Schedule;
use crate::store::ReportKey;
use crate::store::Store;

use super::Cache;
use super::Failure;
use super::World;
use super::progress;

/// How much an exploration may take.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// How many executions.
    pub executions: u64,
    /// How much time.
    pub time: Duration,
}

impl Budget {
    /// For a question: more than any question should need.
    pub const QUESTION: Budget = Budget { executions: 100_000, time: Duration::from_secs(60) };
}

/// What an exploration found.
#[derive(Clone, Debug)]
pub struct Explored {
    /// What it found.
    pub report: Report,
    /// How long it took.
    pub elapsed: Duration,
}

/// What is kept of an exploration.
#[derive(Serialize, Deserialize)]
struct Kept {
    report: Report,
    /// What the report's schedules mean something with.
    shared: Shared,
}

/// Runs scenarios.
pub struct Engine {
    search: Search,
    confinement: Confinement,
    cache: Cache,
    interpreter: Option<Interpreter>,
    worker: Option<Worker>,
    /// What explorations showed about their scenarios, without which a schedule cannot be replayed.
    known: HashMap<Scenario, Shared>,
    memory: Option<Memory>,
}

/// Where reports are kept.
struct Memory {
    database: PathBuf,
    clock: Clock,
    /// Whether progress can be shown.
    welcome: bool,
    store: Option<Store>,
}

impl Engine {
    /// Returns an engine that uses the Python that `search` finds, confined by `confinement`, and keeps nothing.
    pub fn with_python(search: Search, confinement: Confinement) -> Engine {
        let cache = Cache::default();
        Engine { search, confinement, cache, interpreter: None, worker: None, known: HashMap::new(), memory: None }
    }

    /// Returns an engine that uses the Python that `world` names, and keeps reports in its database.
    pub(super) fn new(world: &World) -> Engine {
        let environment = &world.environment;
        let search = Search {
            flag: world.python.clone(),
            variable: environment.python.clone(),
            path: environment.path.clone(),
            pyenv: Some(environment.pyenv.clone()),
        };
        let (clock, welcome) = (world.clock, progress::is_welcome(world));
        let memory = world.database().map(|database| Memory { database, clock, welcome, store: None });
        let confinement = Confinement::by(&world.program).or_none();
        Engine { memory, cache: world.cache.clone(), ..Engine::with_python(search, confinement) }
    }

    /// Returns the Python.
    pub fn interpreter(&mut self) -> Result<&Interpreter, Failure> {
        if self.interpreter.is_none() {
            let found = python::find(&self.search, &mut self.cache)?;
            self.interpreter = Some(found);
        }
        Ok(self.interpreter.as_ref().expect("was just found"))
    }

    /// Explores `scenario` within `budget`; `watch` hears of each execution.
    pub fn explore(
        &mut self,
        scenario: &Scenario,
        budget: Budget,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<Explored, Failure> {
        self.explore_by(scenario, &mut Dpor::default(), false, budget, watch)
    }

    /// Explores `scenario` within `budget`, and returns the races of its executions too.
    pub fn explore_races(
        &mut self,
        scenario: &Scenario,
        budget: Budget,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<(Explored, Vec<RacingPair>), Failure> {
        let mut strategy = SeekRaces::new(Dpor::default());
        let explored = self.explore_by(scenario, &mut strategy, true, budget, watch)?;
        Ok((explored, strategy.into_pairs()))
    }

    fn explore_by(
        &mut self,
        scenario: &Scenario,
        strategy: &mut impl Strategy,
        lines: bool,
        budget: Budget,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<Explored, Failure> {
        let bounds = Bounds { executions: budget.executions, ..Bounds::default() };
        let (explored, shared) = self.with(scenario, |program| {
            if lines {
                program.tell_lines();
            }
            // Starting Python is not exploring.
            let stopwatch = Stopwatch::start();
            let report = explore::explore(program, strategy, bounds, &mut |progress| {
                watch(progress);
                stopwatch.elapsed() < budget.time
            })?;
            Ok((Explored { report, elapsed: stopwatch.elapsed() }, program.shared().clone()))
        })?;
        self.known.insert(scenario.clone(), shared);
        Ok(explored)
    }

    /// Returns the report of a question's scenario: the one that is kept, or a new one, which is kept then.
    pub fn report(&mut self, scenario: &Scenario) -> Result<Report, Failure> {
        let key = self.key(scenario, "report")?;
        if let Some(Kept { report, shared }) = self.memory.as_mut().and_then(|memory| memory.recall(&key)) {
            self.known.insert(scenario.clone(), shared);
            return Ok(report);
        }
        let welcome = self.memory.as_ref().is_some_and(|memory| memory.welcome);
        let mut progress = progress::Progress::new("running the program in every order", welcome);
        let report = self.explore(scenario, Budget::QUESTION, &mut |explored| progress.explored(explored))?.report;
        let kept = Kept { report, shared: self.known.get(scenario).cloned().unwrap_or_default() };
        if let Some(memory) = &mut self.memory {
            memory.keep(&key, &kept);
        }
        Ok(kept.report)
    }

    /// Runs a question's scenario under a schedule of its report, told in full, or recalls how that went.
    pub fn tell(&mut self, scenario: &Scenario, schedule: &Schedule) -> Result<Replay, Failure> {
        let key = self.key(scenario, &format!("replay {schedule}"))?;
        if let Some(kept) = self.memory.as_mut().and_then(|memory| memory.recall(&key)) {
            return Ok(kept);
        }
        let replay = self.replay(scenario, schedule)?;
        if let Some(memory) = &mut self.memory {
            memory.keep(&key, &replay);
        }
        Ok(replay)
    }

    /// Runs `scenario` under `schedule`, told in full. A scenario that was not explored yet is explored first.
    pub fn replay(&mut self, scenario: &Scenario, schedule: &Schedule) -> Result<Replay, Failure> {
        if !self.known.contains_key(scenario) {
            self.explore(scenario, Budget::QUESTION, &mut |_| {})?;
        }
        self.with(scenario, |program| program.replay(schedule))
    }

    /// Does something with `scenario` in the worker, which is started if there is none.
    fn with<T>(
        &mut self,
        scenario: &Scenario,
        act: impl FnOnce(&mut Program<'_>) -> Result<T, PythonError>,
    ) -> Result<T, Failure> {
        self.interpreter()?;
        if self.worker.is_none() {
            self.worker = Some(self.start()?);
        }
        let worker = self.worker.as_mut().expect("was just started");
        let nothing = Shared::default();
        let mut program = worker.load_knowing(scenario, self.known.get(scenario).unwrap_or(&nothing))?;
        Ok(act(&mut program)?)
    }

    /// Starts a worker, from the compiled harness if one is kept.
    fn start(&mut self) -> Result<Worker, Failure> {
        let interpreter = self.interpreter()?.clone();
        let key = ReportKey::of(&["harness", &interpreter.version.to_string(), &Worker::harness_digest()]);
        // Only for somebody who has a database anyway: exploring a script leaves nothing behind.
        let memory = self.memory.as_mut().filter(|memory| memory.database.exists());
        let Some(memory) = memory else {
            return Ok(Worker::start(&interpreter, &self.confinement, Limits::default())?);
        };
        if let Some(compiled) = memory.recall(&key)
            && let Ok(worker) = Worker::start_compiled(&interpreter, &self.confinement, Limits::default(), compiled)
        {
            return Ok(worker);
        }
        let mut worker = Worker::start(&interpreter, &self.confinement, Limits::default())?;
        memory.keep(&key, &worker.compiled()?);
        Ok(worker)
    }

    /// Returns the key of all that `what` of `scenario` depends on.
    fn key(&mut self, scenario: &Scenario, what: &str) -> Result<ReportKey, Failure> {
        let program = serde_json::to_string(scenario).expect("a scenario is JSON");
        let budget = format!("{:?}", Budget::QUESTION);
        let python = self.interpreter()?.version.to_string();
        Ok(ReportKey::of(&["2", what, &program, &budget, &python, &Worker::harness_digest()]))
    }
}

impl Memory {
    /// Returns what is kept under `key`. What cannot be had or read is as good as nothing: it is made anew.
    fn recall<T: DeserializeOwned>(&mut self, key: &ReportKey) -> Option<T> {
        let kept = self.store()?.report(key).ok()??;
        serde_json::from_str(&kept).ok()
    }

    /// Keeps something. If that fails it will be made anew, which costs time and nothing else.
    fn keep(&mut self, key: &ReportKey, kept: &impl Serialize) {
        let json = serde_json::to_string(kept).expect("what is kept is JSON");
        let now = self.clock.now();
        if let Some(store) = self.store() {
            let _ = store.keep_report(key, &json, now);
        }
    }

    fn store(&mut self) -> Option<&mut Store> {
        if self.store.is_none() {
            self.store = Store::open(&self.database).ok();
        }
        self.store.as_mut()
    }
}
