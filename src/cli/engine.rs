//! Explores scenarios with Python, within a budget, and remembers the reports.
//!
//! This is where `explore`, `python` and the store of reports meet. The Python is looked for when the first scenario
//! is run; its processes are kept by `workers`.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::clock::Stopwatch;
use crate::deck::DeckId;
use crate::explore;
use crate::explore::Bounds;
use crate::explore::Dpor;
use crate::explore::Found;
use crate::explore::Progress;
use crate::explore::RacingPair;
use crate::explore::Report;
use crate::explore::SeekRaces;
use crate::explore::Strategy;
use crate::explore::Unfinished;
use crate::python;
use crate::python::Confined;
use crate::python::Confinement;
use crate::python::Interpreter;
use crate::python::Level;
use crate::python::Program;
use crate::python::PythonError;
use crate::python::Search;
use crate::python::Shared;
use crate::python::Team;
use crate::python::Worker;
use crate::scenario::Replay;
use crate::scenario::Scenario;
use crate::scenario::Schedule;
use crate::store::ReportKey;
use crate::store::Store;

use super::Anew;
use super::Cache;
use super::Failure;
use super::World;
use super::progress;
use super::workers::Workers;

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

/// How many bytes are kept of the replays of all that an exploration found: some hundred thousand steps. A program has as many outcomes as
/// it likes, and each is told in up to ten thousand steps.
pub(super) const MOST_TOLD: usize = 128 << 20;

/// For how long an execution may go on that is being made as the time for all is over.
const A_MOMENT: Duration = Duration::from_secs(1);

/// What an exploration found.
#[derive(Clone, Debug)]
pub struct Explored {
    /// What it found.
    pub report: Report,
    /// How long it took.
    pub elapsed: Duration,
}

/// What became of running again what an exploration found.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// The executions of those that were confirmed, the first of all, told in full. Those for whose telling there is no room beside that of
    /// the ones before are left out.
    pub replays: Vec<Option<Replay>>,
    /// Why the others were not confirmed, if not all were.
    pub unfinished: Option<Unfinished>,
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
    cache: Cache,
    interpreter: Option<Interpreter>,
    workers: Workers,
    /// Whether to believe what was remembered of the Python.
    anew: bool,
    /// Whether it was said that programs run unconfined.
    warned: bool,
    /// What explorations showed about their scenarios, without which a schedule cannot be replayed.
    known: HashMap<Scenario, Shared>,
    /// Whether somebody has pressed Ctrl-C, while that stops a search.
    is_stopped: fn() -> bool,
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
        Engine::with_cache(search, confinement, Cache::default())
    }

    fn with_cache(search: Search, confinement: Confinement, cache: Cache) -> Engine {
        Engine {
            search,
            workers: Workers::new(confinement, cache.clone()),
            cache,
            interpreter: None,
            anew: false,
            warned: false,
            known: HashMap::new(),
            is_stopped: || false,
            memory: None,
        }
    }

    /// Returns an engine that uses the Python that `world` names, and keeps reports in its database.
    pub(super) fn new(world: &World) -> Engine {
        let environment = &world.environment;
        let search = Search {
            flag: world.python.clone(),
            variable: environment.python.clone(),
            path: environment.path.clone(),
            pyenv: Some(environment.pyenv.clone()),
            minder: Some(world.program.clone()),
        };
        let (clock, welcome) = (world.clock, progress::is_welcome(world));
        let memory = world.database().map(|database| Memory { database, clock, welcome, store: None });
        let confinement = Confinement::by(&world.program);
        Engine { memory, ..Engine::with_cache(search, confinement, world.cache.clone()) }
    }

    /// Has the Python asked what it is, whatever is remembered of that.
    pub(super) fn ask_anew(&mut self) {
        self.anew = true;
    }

    /// Returns the Python.
    pub fn interpreter(&mut self) -> Result<&Interpreter, Failure> {
        if self.interpreter.is_none() {
            let found = match self.anew {
                true => python::find(&self.search, &mut Anew(&mut self.cache))?,
                false => python::find(&self.search, &mut self.cache)?,
            };
            self.interpreter = Some(found);
        }
        Ok(self.interpreter.as_ref().expect("was just found"))
    }

    /// Runs programs of `deck` from now on, or the learner's own.
    pub fn work_for(&mut self, deck: Option<&DeckId>) {
        self.workers.work_for(deck);
    }

    /// Lets programs of these decks run where the system cannot confine them, as the learner's own do.
    pub fn trust(&mut self, decks: impl IntoIterator<Item = DeckId>) {
        self.workers.trust(decks);
    }

    /// Has explorations end soon once `is_stopped` says so, whatever the program does, and so what runs again what they found.
    pub(super) fn stop_when(&mut self, is_stopped: fn() -> bool) {
        self.is_stopped = is_stopped;
    }

    /// Returns how the last program was confined, if any was run.
    pub fn confined(&self) -> Option<&Confined> {
        self.workers.confined()
    }

    /// Says, once, if programs run unconfined.
    pub(super) fn warn(&mut self, world: &mut World) -> io::Result<()> {
        let is_open = self.confined().is_some_and(|confined| confined.level == Level::None);
        // Also if only what matters is to be said: this does.
        if is_open && !std::mem::replace(&mut self.warned, true) {
            world.say("note", "this system cannot confine programs: they run with your rights")?;
        }
        Ok(())
    }

    /// Explores `scenario` within `budget`; `watch` hears of each execution and says whether to go on.
    ///
    /// The process that explored is not used again: whatever the program did to it ends there, and what it is said to have
    /// found is confirmed in a fresh one.
    pub fn explore(
        &mut self,
        scenario: &Scenario,
        budget: Budget,
        watch: &mut dyn FnMut(&Progress) -> bool,
    ) -> Result<Explored, Failure> {
        self.explore_by(scenario, &mut Dpor::default(), false, budget, watch)
    }

    /// Explores `scenario` within `budget`, and returns the races of its executions too.
    pub fn explore_races(
        &mut self,
        scenario: &Scenario,
        budget: Budget,
        watch: &mut dyn FnMut(&Progress) -> bool,
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
        watch: &mut dyn FnMut(&Progress) -> bool,
    ) -> Result<Explored, Failure> {
        let bounds = Bounds { executions: budget.executions, ..Bounds::default() };
        let interpreter = self.interpreter()?.clone();
        self.workers.start_two(scenario, &interpreter)?;
        let reserve = self.workers.reserve(&interpreter);
        if self.workers.run_the_learners_own() {
            // What was found out about the program before need not be found out again, which takes an execution or two.
            self.recall_shared(scenario)?;
        }
        let is_stopped = self.is_stopped;
        let explored = self.with(scenario, |mut program| {
            // Starting Python is not exploring.
            let stopwatch = Stopwatch::start();
            let most = budget.time.saturating_add(A_MOMENT);
            program.stop_when(Arc::new(move || is_stopped() || stopwatch.elapsed() > most));
            if lines {
                program.tell_lines();
            }
            let mut team = Team::new(program, reserve);
            let mut report = explore::explore(&mut team, strategy, bounds, &mut |progress| {
                watch(progress) && stopwatch.elapsed() < budget.time
            })
            .map_err(unasked)?;
            let is_late = stopwatch.elapsed() >= budget.time;
            if is_late && !is_stopped() && report.unfinished == Some(Unfinished::Stopped) {
                report.unfinished = Some(Unfinished::Time);
            }
            Ok((Explored { report, elapsed: stopwatch.elapsed() }, team.shared().clone()))
        });
        self.workers.retire();
        let (explored, shared) = explored?;
        if self.workers.run_the_learners_own() {
            // For `--replay`, which may be asked of another process. Of questions the report keeps it.
            let key = self.key(scenario, "shared")?;
            self.cache.keep_shared(&key, &shared);
        }
        self.known.insert(scenario.clone(), shared);
        Ok(explored)
    }

    /// Explores `scenario` within `budget`, and confirms everything that was found.
    pub fn prove(
        &mut self,
        scenario: &Scenario,
        budget: Budget,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<Explored, Failure> {
        let explored = self.explore(scenario, budget, &mut |so_far| {
            watch(so_far);
            true
        })?;
        // Who shows one of them later has it told again.
        let found: Vec<&Found> = explored.report.outcomes.iter().collect();
        let confirmed = self.confirm_within(scenario, &found, budget.time, 0, &mut |_| {})?;
        match confirmed.unfinished {
            Some(_) => {
                Err(Failure::replays_too_slowly(&scenario.name, confirmed.replays.len(), found.len(), budget.time))
            }
            None => Ok(explored),
        }
    }

    /// Runs `scenario` under the witness of each that an exploration found, told in full, in a process that explored nothing, one after
    /// another until the `time` is over or it is stopped; `watch` hears how many it has done.
    ///
    /// # Errors
    ///
    /// One of them ends otherwise there: then nothing is shown.
    pub fn confirm(
        &mut self,
        scenario: &Scenario,
        found: &[&Found],
        time: Duration,
        watch: &mut dyn FnMut(usize),
    ) -> Result<Confirmed, Failure> {
        self.confirm_within(scenario, found, time, MOST_TOLD, watch)
    }

    /// As [`Engine::confirm`], with room for so many bytes.
    fn confirm_within(
        &mut self,
        scenario: &Scenario,
        found: &[&Found],
        time: Duration,
        room: usize,
        watch: &mut dyn FnMut(usize),
    ) -> Result<Confirmed, Failure> {
        let witnesses: Vec<&Schedule> = found.iter().map(|found| &found.witness).collect();
        let mut room = Room(room);
        let mut differs = None;
        let mut replays = Vec::new();
        let unfinished = self.replay_each(scenario, &witnesses, time, &mut |replay| {
            let found = found[replays.len()];
            if replay.execution.outcome != found.outcome {
                differs.get_or_insert(&found.witness);
            }
            replays.push(room.keep(replay));
            watch(replays.len());
        })?;
        match differs {
            Some(witness) => Err(Failure::not_confirmed(&scenario.name, witness)),
            None => Ok(Confirmed { replays, unfinished }),
        }
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
        let report = self.prove(scenario, Budget::QUESTION, &mut |explored| progress.explored(explored))?.report;
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
        let replay = self.replay_one(scenario, schedule, unasked)?;
        if let Some(memory) = &mut self.memory {
            memory.keep(&key, &replay);
        }
        Ok(replay)
    }

    /// Explores `scenario`, unless it was explored before, for what its threads share: without that a schedule says nothing.
    pub fn learn(
        &mut self,
        scenario: &Scenario,
        budget: Budget,
        watch: &mut dyn FnMut(&Progress),
    ) -> Result<(), Failure> {
        if self.known.contains_key(scenario) {
            return Ok(());
        }
        if !self.recall_shared(scenario)? {
            self.explore(scenario, budget, &mut |so_far| {
                watch(so_far);
                true
            })?;
        }
        Ok(())
    }

    /// Recalls what an exploration of `scenario` showed before, and returns whether there was one.
    fn recall_shared(&mut self, scenario: &Scenario) -> Result<bool, Failure> {
        let key = self.key(scenario, "shared")?;
        let shared = self.cache.shared(&key);
        Ok(shared.map(|shared| self.known.insert(scenario.clone(), shared)).is_some())
    }

    /// Runs `scenario` under `schedule`, which somebody asks for, told in full. A scenario that was not explored yet is explored first.
    pub fn replay(&mut self, scenario: &Scenario, schedule: &Schedule) -> Result<Replay, Failure> {
        self.replay_one(scenario, schedule, |error| error)
    }

    fn replay_one(
        &mut self,
        scenario: &Scenario,
        schedule: &Schedule,
        explain: fn(PythonError) -> PythonError,
    ) -> Result<Replay, Failure> {
        let mut told = None;
        let time = Budget::QUESTION.time;
        self.replay_all(scenario, &[schedule], time, explain, &mut |replay| told = Some(replay))?;
        told.ok_or_else(|| Failure::replays_too_slowly(&scenario.name, 0, 1, time))
    }

    /// Runs `scenario` under each of `schedules`, which an exploration found, told in full; `take` has one after the other, and keeps of
    /// them what it has room for. The scenario is loaded once.
    ///
    /// Returns why those at the end were left out, if some were: all together take more than `time`, as they do not in a program that
    /// answers as fast as it explored, or it was stopped.
    pub fn replay_each(
        &mut self,
        scenario: &Scenario,
        schedules: &[&Schedule],
        time: Duration,
        take: &mut dyn FnMut(Replay),
    ) -> Result<Option<Unfinished>, Failure> {
        self.replay_all(scenario, schedules, time, unasked, take)
    }

    fn replay_all(
        &mut self,
        scenario: &Scenario,
        schedules: &[&Schedule],
        time: Duration,
        explain: fn(PythonError) -> PythonError,
        take: &mut dyn FnMut(Replay),
    ) -> Result<Option<Unfinished>, Failure> {
        self.learn(scenario, Budget::QUESTION, &mut |_| {})?;
        let stopwatch = Stopwatch::start();
        let is_stopped = self.is_stopped;
        let most = time.saturating_add(A_MOMENT);
        self.with(scenario, |mut program| {
            program.stop_when(Arc::new(move || is_stopped() || stopwatch.elapsed() > most));
            let mut replay_next = |schedule: &Schedule| {
                if is_stopped() {
                    return Ok(Some(Unfinished::Stopped));
                }
                if stopwatch.elapsed() > time {
                    return Ok(Some(Unfinished::Time));
                }
                match program.replay(schedule) {
                    // It was given up because nobody wants to know any more.
                    Err(PythonError::Broken { .. }) if is_stopped() => return Ok(Some(Unfinished::Stopped)),
                    Err(PythonError::Broken { late: true, .. }) if stopwatch.elapsed() > time => {
                        return Ok(Some(Unfinished::Time));
                    }
                    replay => take(replay.map_err(explain)?),
                }
                Ok(None)
            };
            let cut = schedules.iter().find_map(|schedule| replay_next(schedule).transpose()).transpose();
            // Who is asked next has time of his own.
            program.stop_when(Arc::new(|| false));
            cut
        })
    }

    /// Does something with `scenario` in a worker that has run no other, which is started if there is none.
    fn with<T>(
        &mut self,
        scenario: &Scenario,
        act: impl FnOnce(Program<'_>) -> Result<T, PythonError>,
    ) -> Result<T, Failure> {
        let interpreter = self.interpreter()?.clone();
        let worker = self.workers.one_for(scenario, &interpreter)?;
        let nothing = Shared::default();
        let program = worker.load_knowing(scenario, self.known.get(scenario).unwrap_or(&nothing))?;
        Ok(act(program)?)
    }

    /// Returns the key of all that `what` of `scenario` depends on.
    fn key(&mut self, scenario: &Scenario, what: &str) -> Result<ReportKey, Failure> {
        let program = serde_json::to_string(scenario).expect("a scenario is JSON");
        let budget = format!("{:?}", Budget::QUESTION);
        let python = self.interpreter()?.version.to_string();
        Ok(ReportKey::of(&["4", what, &program, &budget, &python, Worker::harness_digest()]))
    }
}

/// Returns what it means that a schedule cannot be which nobody asked for: it was found by running the program, which does something else
/// now. That a schedule fits one program is of no use to who typed none.
fn unasked(error: PythonError) -> PythonError {
    match error {
        PythonError::Schedule { step, thread, .. } => PythonError::NotReplayable { step, thread },
        error => error,
    }
}

/// How many bytes there still is room for. Once something did not fit nothing does: what has steps and what has none is then clear to see.
struct Room(usize);

impl Room {
    /// Returns `replay` if there is room for it.
    fn keep(&mut self, replay: Replay) -> Option<Replay> {
        let rest = self.0.checked_sub(replay.size());
        self.0 = rest.unwrap_or(0);
        rest.map(|_| replay)
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

#[cfg(test)]
mod tests {
    use crate::scenario::Detail;
    use crate::scenario::Ending;
    use crate::scenario::Execution;
    use crate::scenario::Operation;
    use crate::scenario::Outcome;
    use crate::scenario::Step;
    use crate::scenario::ThreadId;

    use super::*;

    /// Returns an execution of so many steps, of one thread, each of which tells so much.
    fn told(steps: usize, name: &str, value: &str) -> Replay {
        let operation = Operation { touches: Vec::new().into(), guard: None, tries: None, turn: None };
        let step = Step { thread: ThreadId::MAIN, operation, enabled: 1, guards: Vec::new() };
        let detail = Detail {
            line: 1,
            verb: "read".to_owned(),
            location: "x".to_owned(),
            value: Some(value.to_owned()),
            holds: Vec::new(),
            asides: Vec::new(),
        };
        let outcome =
            Outcome { value: None, stdout: None, ending: Ending::Finished, exceptions: Vec::new(), claims: Vec::new() };
        let execution = Execution {
            threads: vec![ThreadId::MAIN],
            shut: Vec::new(),
            steps: vec![step; steps],
            lines: Vec::new(),
            pending: Vec::new(),
            lived: None,
            crews: Vec::new(),
            unsure: None,
            outcome,
        };
        let names = vec![name.to_owned()];
        Replay { execution, names, details: vec![detail; steps], blocked: Vec::new(), death: None }
    }

    /// Each replay is bounded, but the replays of a few hundred outcomes took 4 GB.
    #[test]
    fn what_is_kept_of_all_replays_is_bounded() {
        let keep = |replay: &Replay| {
            let mut room = Room(MOST_TOLD);
            (0..1_000_000).take_while(|_| room.keep(replay.clone()).is_some()).count() * replay.execution.steps.len()
        };
        assert!(keep(&told(40, "MainThread", "1000")) > 300_000, "what people look at has room");
        let long = "v".repeat(1000);
        assert!(keep(&told(2000, "MainThread", &long)) * 1000 < MOST_TOLD);
        assert!(keep(&told(2000, &long, "1")) * 1000 < MOST_TOLD, "a name is told again with each step");
        let mut room = Room(20_000);
        assert!(room.keep(told(1, "a", "1")).is_some());
        assert!(room.keep(told(1000, "a", "1")).is_none());
        assert!(room.keep(told(1, "a", "1")).is_none(), "nothing is told after what did not fit");
        assert!(Room(0).keep(told(0, "a", "")).is_none());
    }
}
