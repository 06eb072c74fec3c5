//! A warm Python process that runs scenarios, one loaded at a time.

use std::collections::VecDeque;
use std::ops::Deref;
use std::ops::DerefMut;
use std::time::Duration;

use crate::scenario::Answer;
use crate::scenario::Execute;
use crate::scenario::Replay;
use crate::scenario::Request;
use crate::scenario::Scenario;
use crate::scenario::Schedule;
use crate::scenario::ThreadId;

use super::Confined;
use super::Confinement;
use super::Interpreter;
use super::PythonError;
use super::confine::Attempt;
use super::confine::HelperEnd;
use super::process::Process;
use super::protocol::Ask;
use super::protocol::Fault;
use super::protocol::Hello;
use super::protocol::Meanings;
use super::protocol::Ran;
use super::protocol::Said;
use super::protocol::Shared;

/// What the child is given on its command line: it reads the harness from its standard input and becomes it.
const BOOT: &str = include_str!("harness/boot.py");

/// The harness: one namespace, in files by subject, because names of one module are the fastest that Python has.
pub(super) const HARNESS: &str = concat!(
    include_str!("harness/core.py"),
    include_str!("harness/shared.py"),
    include_str!("harness/containers.py"),
    include_str!("harness/opaque.py"),
    include_str!("harness/wording.py"),
    include_str!("harness/trees.py"),
    include_str!("harness/rewrite.py"),
    include_str!("harness/threads.py"),
    include_str!("harness/sync.py"),
    include_str!("harness/pool.py"),
    include_str!("harness/caches.py"),
    include_str!("harness/world.py"),
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
    compiled: Option<Vec<u8>>,
    /// The processor that its process is to keep to; if it is not said, one of the process's choice.
    processor: Option<usize>,
    running: Option<Running>,
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
        compiled: Vec<u8>,
    ) -> Result<Worker, PythonError> {
        Worker::start_with(interpreter, confinement, limits, Some(compiled))
    }

    fn start_with(
        interpreter: &Interpreter,
        confinement: &Confinement,
        limits: Limits,
        compiled: Option<Vec<u8>>,
    ) -> Result<Worker, PythonError> {
        let (interpreter, confinement) = (interpreter.clone(), confinement.clone());
        let running = Running::start(&interpreter, &confinement, limits, compiled.as_deref())?;
        Ok(Worker { interpreter, confinement, limits, compiled, processor: None, running: Some(running) })
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
        let said = self.ask(1, |id| Ask::Code { id })?.code;
        let digits: Option<Vec<u32>> = said.chars().map(|digit| digit.to_digit(16)).collect();
        let bytes = digits.filter(|digits| digits.len() % 2 == 0).map(|digits| {
            digits
                .chunks_exact(2)
                .map(|pair| u8::try_from(pair[0] << 4 | pair[1]).expect("two digits are a byte"))
                .collect()
        });
        bytes.ok_or_else(|| self.broken("its code is not in digits".to_owned()))
    }

    /// Has the processes to come start from the compiled harness.
    pub(super) fn keep_compiled(&mut self) -> Result<(), PythonError> {
        if self.compiled.is_none() {
            self.compiled = Some(self.compiled()?);
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

    /// Returns the interpreter that this is a process of.
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// Returns a digest of the harness: executions of different harnesses need not agree.
    pub fn harness_digest() -> String {
        blake3::hash(HARNESS.as_bytes()).to_hex().to_string()
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
            self.running = Some(running);
        }
        let loaded = self.ask(1, |id| Ask::Load {
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
            running.meanings.forget_scenario();
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

    /// Returns how long `executions` executions may take.
    fn patience(&self, executions: usize) -> Duration {
        self.limits.execution * u32::try_from(executions.max(1)).unwrap_or(u32::MAX)
    }

    /// Asks, and waits for the answer to `executions` executions.
    fn ask<'a>(&mut self, executions: usize, ask: impl FnOnce(u64) -> Ask<'a>) -> Result<Said, PythonError> {
        let patience = self.patience(executions);
        let Some(running) = self.running.as_mut() else {
            let what = "it had ended".to_owned();
            return Err(PythonError::Broken { what, death: String::new(), said: String::new() });
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
        let (said, flooded) = self.running.take().map(|mut running| running.process.kill()).unwrap_or_default();
        let what = if flooded { "it did not stop printing".to_owned() } else { what };
        PythonError::Broken { what, death, said }
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
        let harness = match compiled {
            Some(compiled) => [b"c", compiled].concat(),
            None => [b"s", HARNESS.as_bytes()].concat(),
        };
        process.send_all(&[&confinement.plan(attempt, process.id()), &harness]);
        let hello = process
            .receive(limits.start)
            .and_then(|frame| serde_json::from_slice::<Hello>(&frame).map_err(|_| "it did not say hello".to_owned()));
        let what = match hello {
            Ok(hello) => match confinement.check(attempt, process.id(), hello.confined.as_ref()) {
                Ok(confined) => {
                    if !confined.counts_threads {
                        process.count_threads();
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
        let payload = serde_json::to_vec(&ask(self.asked)).map_err(|error| error.to_string())?;
        self.process.send(&payload);
        Ok(())
    }

    /// Returns the next answer, or the next word of it.
    pub(super) fn receive(&mut self, patience: Duration) -> Result<Said, String> {
        let frame = self.process.receive(patience)?;
        self.understand(&frame)
    }

    /// Returns the next word of an answer whose first word was received, within what time was left for all of it.
    pub(super) fn receive_more(&mut self, patience: Duration) -> Result<Said, String> {
        let frame = self.process.receive_more(patience)?;
        self.understand(&frame)
    }

    /// As [`Running::receive`], for an answer that is there in next to no time.
    fn receive_soon(&mut self, patience: Duration) -> Result<Said, String> {
        let frame = self.process.receive_soon(patience)?;
        self.understand(&frame)
    }

    fn understand(&mut self, frame: &[u8]) -> Result<Said, String> {
        let mut said: Said = serde_json::from_slice(frame).map_err(|error| format!("its answer is wrong: {error}"))?;
        if said.id != self.answered + 1 {
            return Err("it answered another question".to_owned());
        }
        self.answered += u64::from(said.word.is_none());
        self.meanings.learn(&mut said).map_err(|nonsense| nonsense.0.to_owned())?;
        Ok(said)
    }
}

/// A scenario loaded in a worker.
pub struct Program<'a> {
    pub(super) worker: Hold<'a>,
    pub(super) scenario: Scenario,
    pub(super) shared: Shared,
    pub(super) tells_lines: bool,
    /// The execution before, to tell whether this one agrees with it as far as their schedules do.
    pub(super) before: Option<Ran>,
    /// What the process was asked to execute, first what it was asked first.
    begun: VecDeque<Begun>,
}

/// A worker that somebody lent, or that is a program's own.
pub(super) enum Hold<'a> {
    Lent(&'a mut Worker),
    Own(Box<Worker>),
}

impl Deref for Hold<'_> {
    type Target = Worker;

    fn deref(&self) -> &Worker {
        match self {
            Hold::Lent(worker) => worker,
            Hold::Own(worker) => worker,
        }
    }
}

impl DerefMut for Hold<'_> {
    fn deref_mut(&mut self) -> &mut Worker {
        match self {
            Hold::Lent(worker) => worker,
            Hold::Own(worker) => worker,
        }
    }
}

/// A batch that the process was asked to execute.
struct Begun {
    requests: Vec<Request>,
    answer: Option<Result<Said, PythonError>>,
}

/// Up to how many executions are awaited without sleeping.
const SOON: usize = 4;

impl<'a> Program<'a> {
    fn load(mut worker: Hold<'a>, scenario: &Scenario, shared: &Shared) -> Result<Program<'a>, PythonError> {
        worker.send_scenario(scenario, shared)?;
        let (scenario, shared) = (scenario.clone(), shared.clone());
        Ok(Program { worker, scenario, shared, tells_lines: false, before: None, begun: VecDeque::new() })
    }

    /// Returns what executing the scenario has shown about it so far.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Loads the scenario anew with what another worker found out about it. What was prepared is forgotten.
    pub(super) fn learn(&mut self, shared: &Shared) -> Result<(), PythonError> {
        self.give_up();
        self.before = None;
        self.shared = shared.clone();
        self.worker.send_scenario(&self.scenario, shared)
    }

    /// Makes the executions to come say at which line each step was, which takes longer.
    pub fn tell_lines(&mut self) {
        self.tells_lines = true;
    }

    /// Executes one schedule and tells it in full.
    ///
    /// Beyond the schedule's end the running thread goes on while it can.
    ///
    /// # Errors
    ///
    /// A thread that the schedule names cannot go, the scenario shares more than was known when it was loaded, or as for
    /// [`Execute::execute`].
    pub fn replay(&mut self, schedule: &Schedule) -> Result<Replay, PythonError> {
        if self.worker.running.is_none() {
            // The schedule before was one that kills.
            self.restart()?;
        }
        let codes = schedule.threads().iter().map(|thread| thread.code()).collect();
        let said = self.worker.ask(1, |id| Ask::Replay { id, schedule: codes });
        let mut said = match said {
            Err(PythonError::Broken { death, .. }) if !death.is_empty() => return self.replay_carefully(schedule),
            said => said?,
        };
        if said.start_over {
            self.shared = said.shared;
            return Err(PythonError::Unexplored);
        }
        let told = (|| {
            let running = self.worker.running.as_ref()?;
            let execution = running.meanings.execution(said.executions.first()?).ok()?;
            let (names, details, blocked) = (std::mem::take(&mut said.names), said.details(), said.blocked().ok()?);
            let whole = details.len() == execution.steps.len() && names.len() == execution.threads.len();
            whole.then_some(Replay { execution, names, details, blocked, death: None })
        })();
        told.ok_or_else(|| self.worker.broken("its telling of an execution makes no sense".to_owned()))
    }

    /// Compares with the execution before: as long as the same threads went, they did the same.
    pub(super) fn agree(&mut self, ran: Ran) -> Result<(), PythonError> {
        if let Some(before) = &self.before {
            for (step, (now, then)) in ran.1.chunks_exact(3).zip(before.1.chunks_exact(3)).enumerate() {
                let thread =
                    |ran: &Ran, step: &[u64]| usize::try_from(step[0]).ok().and_then(|index| ran.0.get(index).copied());
                let who = thread(&ran, now);
                if who != thread(before, then) {
                    break;
                }
                if now[1] != then[1] {
                    let thread = who.and_then(ThreadId::from_code).unwrap_or(ThreadId::MAIN);
                    return Err(PythonError::NotReplayable { step: step + 1, thread });
                }
            }
        }
        self.before = Some(ran);
        Ok(())
    }
}

impl Execute for Program<'_> {
    type Error = PythonError;

    fn prepare(&mut self, requests: &[Request]) {
        let code = |threads: &[ThreadId]| threads.iter().map(|thread| thread.code()).collect();
        let coded = requests.iter().map(|request| code(&request.prefix)).collect();
        let lines = self.tells_lines;
        // What cannot be sent is not answered either.
        if let Some(running) = &mut self.worker.running {
            let _ = running.send(|id| Ask::Run { id, requests: coded, lines });
        }
        self.begun.push_back(Begun { requests: requests.to_vec(), answer: None });
    }

    fn execute(&mut self, requests: &[Request]) -> Result<Answer, PythonError> {
        let said = match self.executed(requests) {
            Err(PythonError::Broken { what, death, said }) if !death.is_empty() => {
                // With the process went what else it was asked.
                self.begun.clear();
                return self.execute_carefully(requests, PythonError::Broken { what, death, said });
            }
            said => said,
        };
        if !said.as_ref().is_ok_and(|said| !said.start_over) {
            self.give_up();
        }
        let said = said?;
        if said.start_over {
            self.before = None;
            return Ok(Answer::StartOver);
        }
        if said.executions.is_empty() || said.executions.len() > requests.len() {
            return Err(self.worker.broken("it executed another number of schedules".to_owned()));
        }
        let mut executions = Vec::with_capacity(said.executions.len());
        for ran in said.executions {
            let execution = self.worker.running().meanings.execution(&ran);
            executions.push(execution.map_err(|nonsense| self.worker.broken(nonsense.0.to_owned()))?);
            self.agree(ran)?;
        }
        Ok(Answer::Executions(executions))
    }
}

impl Program<'_> {
    /// Returns the answer to `requests`, which the process is asked now unless it was before.
    fn executed(&mut self, requests: &[Request]) -> Result<Said, PythonError> {
        let begun = self.begun.iter().position(|begun| begun.requests == requests);
        let place = begun.unwrap_or_else(|| {
            self.prepare(requests);
            self.begun.len() - 1
        });
        loop {
            if let Some(answer) = self.begun[place].answer.take() {
                self.begun.remove(place);
                return answer;
            }
            let next = self.begun.iter().position(|begun| begun.answer.is_none()).unwrap_or(place);
            let answer = self.receive(self.begun[next].requests.len());
            if matches!(answer, Err(PythonError::Broken { .. })) {
                return answer;
            }
            self.begun[next].answer = Some(answer);
        }
    }

    /// Returns the answer to the first batch of those without one, of so many requests.
    fn receive(&mut self, requests: usize) -> Result<Said, PythonError> {
        let patience = self.worker.patience(requests);
        let is_soon = requests <= SOON;
        let answer = match &mut self.worker.running {
            Some(running) if is_soon => running.receive_soon(patience),
            Some(running) => running.receive(patience),
            None => Err("it had ended".to_owned()),
        };
        let answer = self.worker.answered(answer);
        if let Ok(Said { start_over: true, shared, .. }) = &answer {
            self.shared = shared.clone();
        }
        answer
    }

    /// Waits until nothing is under way any more, and forgets it.
    fn give_up(&mut self) {
        while let Some(begun) = self.begun.pop_front() {
            if begun.answer.is_none() && self.worker.running.is_some() {
                // Whatever is wrong with it shows again when it is asked again.
                let _ = self.receive(begun.requests.len());
            }
        }
    }
}
