//! A warm Python process that runs scenarios, one loaded at a time.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use crate::scenario::Scenario;
use crate::scenario::ThreadId;

use super::Confined;
use super::Confinement;
use super::Interpreter;
use super::Level;
use super::PythonError;
use super::confine;
use super::confine::Attempt;
use super::confine::HelperEnd;
use super::process::Process;
use super::program::Hold;
use super::program::Program;
use super::protocol::Ask;
use super::protocol::Fault;
use super::protocol::Hello;
use super::protocol::Meanings;
use super::protocol::Said;
use super::protocol::Shared;
use super::room;
use super::watchdog::IsStopped;

/// What the child is given on its command line: it reads the harness from its standard input and becomes it.
const BOOT: &str = include_str!("harness/boot.py");

/// The harness: one namespace, in files by subject, because names of one module are the fastest that Python has.
pub(super) const HARNESS: &str = concat!(
    include_str!("harness/core.py"),
    include_str!("harness/strands.py"),
    include_str!("harness/naming.py"),
    include_str!("harness/mistakes.py"),
    include_str!("harness/shared.py"),
    include_str!("harness/attributes.py"),
    include_str!("harness/resuming.py"),
    include_str!("harness/containers.py"),
    include_str!("harness/elements.py"),
    include_str!("harness/turns.py"),
    include_str!("harness/methods.py"),
    include_str!("harness/calls.py"),
    include_str!("harness/opaque.py"),
    include_str!("harness/mixins.py"),
    include_str!("harness/iterators.py"),
    include_str!("harness/handed.py"),
    include_str!("harness/wording.py"),
    include_str!("harness/trees.py"),
    include_str!("harness/scopes.py"),
    include_str!("harness/beforehand.py"),
    include_str!("harness/delays.py"),
    include_str!("harness/rewrite.py"),
    include_str!("harness/locks.py"),
    include_str!("harness/threads.py"),
    include_str!("harness/population.py"),
    include_str!("harness/waiting.py"),
    include_str!("harness/livelock.py"),
    include_str!("harness/sync.py"),
    include_str!("harness/barriers.py"),
    include_str!("harness/lanes.py"),
    include_str!("harness/queues.py"),
    include_str!("harness/futures.py"),
    include_str!("harness/sets.py"),
    include_str!("harness/pool.py"),
    include_str!("harness/caches.py"),
    include_str!("harness/counters.py"),
    include_str!("harness/copies.py"),
    include_str!("harness/registries.py"),
    include_str!("harness/bytecodes.py"),
    include_str!("harness/warned.py"),
    include_str!("harness/output.py"),
    include_str!("harness/dates.py"),
    include_str!("harness/world.py"),
    include_str!("harness/bare.py"),
    include_str!("harness/signals.py"),
    include_str!("harness/logs.py"),
    include_str!("harness/weak.py"),
    include_str!("harness/references.py"),
    include_str!("harness/finalizers.py"),
    include_str!("harness/settings.py"),
    include_str!("harness/execution.py"),
    include_str!("harness/careful.py"),
    include_str!("harness/confine.py"),
    include_str!("harness/serve.py"),
);

/// What a child sees of the environment. Hashes are fixed so that sets have the same order in every process; `-I` would ignore that.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("PYTHONHASHSEED", "0"),
    ("PYTHONSAFEPATH", "1"),
    ("PYTHONNOUSERSITE", "1"),
    ("LC_ALL", "C.UTF-8"),
    ("TZ", "UTC"),
    ("MALLOC_ARENA_MAX", "2"),
];

/// What a worker may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take to get ready.
    pub start: Duration,
    /// How long one execution may take. No real time passes in a scenario's sleeps and waits, so this is computation.
    pub execution: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { start: Duration::from_secs(20), execution: Duration::from_secs(10) }
    }
}

/// A Python process that runs scenarios.
///
/// Any failure but one of the scenario's own ends the process; the next scenario that is loaded starts a new one.
pub struct Worker {
    interpreter: Interpreter,
    confinement: Confinement,
    pub(super) limits: Limits,
    compiled: Option<Arc<[u8]>>,
    /// The processor that its process is to keep to; if it is not said, one of the process's choice.
    processor: Option<usize>,
    /// Whether who does not sleep while he waits for the other is in nobody's way.
    spare_processors: bool,
    /// How much memory its process may have, if that is less than its confinement says.
    memory: Option<u64>,
    /// Whether who waits for its answers wants none any more.
    pub(super) is_stopped: IsStopped,
    pub(super) running: Option<Running>,
}

/// A process that is there.
pub(super) struct Running {
    process: Process,
    confined: Confined,
    pub(super) meanings: Meanings,
    /// How many questions were asked, which is the last one's number, and how many of them were answered.
    asked: u64,
    answered: u64,
}

impl Worker {
    /// Starts a worker that is confined by `confinement`.
    ///
    /// # Errors
    ///
    /// The interpreter does not start, does not get ready in time, or does not prove that it is confined.
    pub fn start(interpreter: &Interpreter, confinement: &Confinement, limits: Limits) -> Result<Worker, PythonError> {
        Worker::start_with(interpreter, confinement, limits, None)
    }

    /// Starts a worker from what [`Worker::compiled`] of one with the same harness and version of Python returned: several
    /// times sooner than [`Worker::start`].
    ///
    /// # Errors
    ///
    /// As for [`Worker::start`], and `compiled` is something else.
    pub fn start_compiled(
        interpreter: &Interpreter,
        confinement: &Confinement,
        limits: Limits,
        compiled: Arc<[u8]>,
    ) -> Result<Worker, PythonError> {
        Worker::start_with(interpreter, confinement, limits, Some(compiled))
    }

    fn start_with(
        interpreter: &Interpreter,
        confinement: &Confinement,
        limits: Limits,
        compiled: Option<Arc<[u8]>>,
    ) -> Result<Worker, PythonError> {
        let (interpreter, confinement) = (interpreter.clone(), confinement.clone());
        let running = Running::start(&interpreter, &confinement, limits, compiled.as_deref())?;
        Ok(Worker {
            interpreter,
            confinement,
            limits,
            compiled,
            processor: None,
            spare_processors: has_more_processors_than(1),
            memory: None,
            is_stopped: Arc::new(|| false),
            running: Some(running),
        })
    }

    /// Returns how the process is confined, if there is one just now.
    pub fn confined(&self) -> Option<&Confined> {
        self.running.as_ref().map(|running| &running.confined)
    }

    /// Returns the harness as this Python compiled it.
    ///
    /// To be asked of a worker that has loaded no scenario yet: who is handed this again had better not get it from one.
    ///
    /// # Errors
    ///
    /// The process has ended, or says something else.
    pub fn compiled(&mut self) -> Result<Vec<u8>, PythonError> {
        let said = self.ask(|id| Ask::Code { id })?;
        said.code.ok_or_else(|| self.broken("it did not say its code".to_owned()))
    }

    /// Has the processes to come start from the compiled harness.
    pub(super) fn keep_compiled(&mut self) -> Result<(), PythonError> {
        if self.compiled.is_none() {
            self.compiled = Some(self.compiled()?.into());
        }
        Ok(())
    }

    /// Keeps the process to a processor of its own, the `nth` after the one that `other` keeps to, as far as there are enough.
    pub(super) fn keep_apart(&mut self, other: &Worker, nth: usize) {
        let next = other.running.as_ref().and_then(|running| running.process.processor_after(nth));
        self.processor = next;
        if let (Some(processor), Some(running)) = (next, &self.running) {
            running.process.keep_to(processor);
        }
    }

    /// Has it be given up, once `is_stopped` says that nobody wants its answers any more, if it does not answer soon.
    pub fn stop_when(&mut self, is_stopped: IsStopped) {
        if let Some(running) = &self.running {
            running.process.stop_when(Arc::clone(&is_stopped));
        }
        self.is_stopped = is_stopped;
    }

    /// Takes part in an exploration by so many workers, and who searches.
    pub(super) fn work_with(&mut self, workers: usize) {
        self.spare_processors = has_more_processors_than(workers);
    }

    /// Returns whether there are more processors than workers: then it takes less time to look for what will be there soon than to
    /// sleep and to be woken.
    pub(super) fn has_processors_to_spare(&self) -> bool {
        self.spare_processors
    }

    /// Returns how much memory each of so many workers may have, of which this one has worked for a while, so that all together have
    /// what one may; `None` if it has come to need more.
    pub(super) fn share_of_memory(&self, workers: usize) -> Option<u64> {
        let running = self.running.as_ref()?;
        match running.confined.level {
            Level::None => Some(u64::MAX),
            Level::Strict | Level::Full => confine::share_of_memory(running.process.id(), workers),
        }
    }

    /// Leaves it with so much memory from now on, and returns whether that is certain.
    pub(super) fn limit_memory(&mut self, share: u64) -> bool {
        self.memory = Some(share);
        self.running.as_ref().is_some_and(|running| running.limit_memory(share))
    }

    /// Returns the interpreter that this is a process of.
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// Returns a digest of the harness: executions of different harnesses need not agree.
    pub fn harness_digest() -> &'static str {
        static DIGEST: LazyLock<String> = LazyLock::new(|| blake3::hash(HARNESS.as_bytes()).to_hex().to_string());
        &DIGEST
    }

    /// Loads a scenario of which nothing is known yet, ready to be executed. It takes the place of the one loaded before.
    ///
    /// # Errors
    ///
    /// The scenario is not Python, or uses syntax that is not supported.
    pub fn load(&mut self, scenario: &Scenario) -> Result<Program<'_>, PythonError> {
        self.load_knowing(scenario, &Shared::default())
    }

    /// Loads a scenario that was explored before, with what that showed about it (see [`Program::shared`]): schedules mean
    /// what they meant then.
    ///
    /// # Errors
    ///
    /// As for [`Worker::load`].
    pub fn load_knowing(&mut self, scenario: &Scenario, shared: &Shared) -> Result<Program<'_>, PythonError> {
        Program::load(Hold::Lent(self), scenario, shared)
    }

    /// As [`Worker::load_knowing`], for a worker that is there for this scenario only.
    ///
    /// # Errors
    ///
    /// As for [`Worker::load`].
    pub(super) fn into_program(self, scenario: &Scenario, shared: &Shared) -> Result<Program<'static>, PythonError> {
        Program::load(Hold::Own(Box::new(self)), scenario, shared)
    }

    /// Has the process load a scenario, or a new one if the one before has gone.
    pub(super) fn send_scenario(&mut self, scenario: &Scenario, shared: &Shared) -> Result<(), PythonError> {
        if self.running.is_none() {
            let compiled = self.compiled.as_deref();
            let running = Running::start(&self.interpreter, &self.confinement, self.limits, compiled)?;
            self.processor.inspect(|&processor| running.process.keep_to(processor));
            self.memory.inspect(|&memory| _ = running.limit_memory(memory));
            running.process.stop_when(Arc::clone(&self.is_stopped));
            self.running = Some(running);
        }
        let loaded = self.ask(|id| Ask::Load {
            id,
            name: &scenario.name,
            source: &scenario.source,
            observe: scenario.observe.as_deref(),
            claims: &scenario.claims,
            sleeps: scenario.sleeps,
            shared,
        });
        // All answers until then were about the scenario before.
        if let Some(running) = &mut self.running {
            running.meanings.begin_scenario(scenario.claims.len());
        }
        loaded.map_err(|error| match error {
            // Python does not say where a character is that it does not get past at all.
            PythonError::Syntax { name, line, message, text } if name.is_empty() => {
                PythonError::Syntax { name: scenario.name.clone(), line, message, text }
            }
            error => error,
        })?;
        Ok(())
    }

    pub(super) fn running(&mut self) -> &mut Running {
        self.running.as_mut().expect("a process is there from a scenario's loading to the first failure")
    }

    /// Asks, and waits for the answer, which has the time of one execution: of many it has made by then, the process tells those.
    pub(super) fn ask<'a>(&mut self, ask: impl FnOnce(u64) -> Ask<'a>) -> Result<Said, PythonError> {
        let patience = self.limits.execution;
        let Some(running) = self.running.as_mut() else {
            let what = "it had ended".to_owned();
            return Err(PythonError::Broken { what, death: String::new(), late: false, said: String::new() });
        };
        let answer = running.ask(patience, ask);
        self.answered(answer)
    }

    /// Returns the answer, or what it means that there is none.
    pub(super) fn answered(&mut self, answer: Result<Said, String>) -> Result<Said, PythonError> {
        match answer {
            Ok(said) => match said.error {
                Some(fault) => Err(self.fault(fault)),
                None => Ok(said),
            },
            Err(what) => Err(self.broken(what)),
        }
    }

    fn fault(&mut self, fault: Fault) -> PythonError {
        let Fault { kind, what, why, line, file, text, step, thread } = fault;
        // It is in English, or of the program's own lines: a process that was taken over may say more.
        let ([what, why, text], file) = ([what, why, text].map(room::told), file.map(room::told));
        match kind.as_str() {
            "syntax" => PythonError::Syntax { name: file.unwrap_or_default(), line, message: what, text },
            "unsupported" => PythonError::Unsupported { what, line, why },
            "diverged" => match ThreadId::from_code(thread) {
                Some(thread) => PythonError::Schedule { step: step.saturating_add(1), thread, why: what },
                None => self.broken("a thread has no id".to_owned()),
            },
            "mistake" => {
                // Whatever it left behind, the next scenario is not to meet it.
                drop(self.broken(String::new()));
                PythonError::Mistake { what, line }
            }
            _ => self.broken(what),
        }
    }

    pub(super) fn broken(&mut self, what: String) -> PythonError {
        let death = self.running.as_ref().and_then(|running| running.process.death()).unwrap_or_default();
        let late = self.running.as_ref().is_some_and(|running| running.process.was_late());
        let (said, flooded) = self.running.take().map(|mut running| running.process.kill()).unwrap_or_default();
        let what = if flooded { "it did not stop printing".to_owned() } else { what };
        PythonError::Broken { what, death, late: late && !flooded, said }
    }
}

impl Running {
    /// Starts a process in the ways that the confinement knows, one after another.
    fn start(
        interpreter: &Interpreter,
        confinement: &Confinement,
        limits: Limits,
        compiled: Option<&[u8]>,
    ) -> Result<Running, PythonError> {
        let mut attempt = confinement.first().map_err(|why| PythonError::CannotConfine { why })?;
        loop {
            let (error, code) = match Running::try_to_start(interpreter, confinement, attempt, limits, compiled) {
                Ok(running) => return Ok(running),
                Err(failed) => failed,
            };
            attempt = confinement.next(attempt, code).ok_or(error)?;
        }
    }

    /// Starts a process, or returns why not, and the exit code if it ended by itself.
    fn try_to_start(
        interpreter: &Interpreter,
        confinement: &Confinement,
        attempt: Attempt,
        limits: Limits,
        compiled: Option<&[u8]>,
    ) -> Result<Running, (PythonError, Option<i32>)> {
        let path = &interpreter.path;
        let arguments = ["-s", "-S", "-B", "-X", "utf8", "-c", BOOT];
        let (program, arguments) = confinement.command(attempt, interpreter, &arguments);
        let mut process = Process::start(&program, &arguments, &ENVIRONMENT, attempt.leaves_by_itself())
            .map_err(|source| (PythonError::Start { path: program, source }, None))?;
        let plan = confinement.plan(attempt, process.id(), next_processor());
        let harness = compiled.map_or([b"s", HARNESS.as_bytes()], |compiled| [b"c", compiled]);
        process.send_all(&[&[&plan], &harness]);
        let supervision = confinement.supervision(attempt, interpreter);
        let listen = |process: &mut Process| {
            let frame = process.receive(limits.start)?;
            serde_json::from_slice::<Hello>(&frame).map_err(|_| "it did not say hello".to_owned())
        };
        let mut hello = listen(&mut process);
        let listener = hello.as_ref().ok().and_then(|hello| hello.listener);
        if let Some(listener) = listener {
            if let Err(error) = supervision.begin(process.leader(), listener) {
                let why = format!("nobody can answer for its calls: {error}");
                return Err((PythonError::NotConfined { why }, Attempt::without_supervisor(&error)));
            }
            hello = listen(&mut process);
        }
        let what = match hello {
            Ok(hello) => match confinement.check(attempt, process.id(), hello.confined.as_ref(), listener.is_some()) {
                Ok(confined) => {
                    if !confined.counts_threads {
                        process.count_threads();
                    }
                    if confined.level > Level::None {
                        process.leader().let_stop();
                    }
                    return Ok(Running { process, confined, meanings: Meanings::default(), asked: 0, answered: 0 });
                }
                Err(why) => return Err((PythonError::NotConfined { why }, None)),
            },
            Err(what) => what,
        };
        let (said, _) = process.kill();
        let code = process.exit_code();
        let why = said.trim_end().to_owned();
        let error = match attempt.ended_by(code) {
            Some(HelperEnd::Unable) => PythonError::CannotConfine { why },
            Some(HelperEnd::Failed) => PythonError::NotConfined { why },
            None => PythonError::NotReady { path: path.clone(), what, said },
        };
        Err((error, code))
    }

    /// Leaves it with so much memory, if its memory is limited, and returns whether it did.
    fn limit_memory(&self, share: u64) -> bool {
        self.confined.level == Level::None || confine::lower_memory(self.process.id(), share)
    }

    fn ask<'a>(&mut self, patience: Duration, ask: impl FnOnce(u64) -> Ask<'a>) -> Result<Said, String> {
        // Whoever asked before may not have waited for the answer.
        while self.answered < self.asked {
            self.receive(patience)?;
        }
        self.send(ask)?;
        self.receive(patience)
    }

    /// Asks something. The answer comes after those to what was asked before.
    pub(super) fn send<'a>(&mut self, ask: impl FnOnce(u64) -> Ask<'a>) -> Result<(), String> {
        self.asked += 1;
        self.process.owes(true);
        let payload = serde_json::to_vec(&ask(self.asked)).map_err(|error| error.to_string())?;
        self.process.send(&payload);
        Ok(())
    }

    /// Returns whether there is something to receive.
    pub(super) fn has_said(&self) -> bool {
        self.process.has_said()
    }

    /// Returns the next answer, or the next word of it.
    pub(super) fn receive(&mut self, patience: Duration) -> Result<Said, String> {
        let frame = self.process.receive(patience)?;
        self.understand(frame)
    }

    /// Returns the next word of an answer whose first word was received, within what time was left for all of it.
    pub(super) fn receive_more(&mut self, patience: Duration) -> Result<Said, String> {
        let frame = self.process.receive_more(patience)?;
        self.understand(frame)
    }

    /// As [`Running::receive`], for an answer that is there in next to no time.
    pub(super) fn receive_soon(&mut self, patience: Duration) -> Result<Said, String> {
        let frame = self.process.receive_soon(patience)?;
        self.understand(frame)
    }

    fn understand(&mut self, frame: Vec<u8>) -> Result<Said, String> {
        let mut said = Said::read(&frame)?;
        if said.id != self.answered + 1 {
            return Err("it answered another question".to_owned());
        }
        self.answered += u64::from(said.word.is_none());
        self.process.owes(self.answered < self.asked);
        self.meanings.learn(&mut said).map_err(|nonsense| nonsense.0.to_owned())?;
        Ok(said)
    }
}

fn has_more_processors_than(workers: usize) -> bool {
    thread::available_parallelism().is_ok_and(|processors| processors.get() > workers)
}

/// Returns the number of a processor, of which those who are there are counted round and round: another each time, so that processes that
/// start together are not in each other's way, and other ones in each process of ours.
fn next_processor() -> usize {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    std::process::id() as usize + STARTED.fetch_add(1, Ordering::Relaxed)
}
