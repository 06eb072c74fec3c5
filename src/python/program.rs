//! A scenario loaded in a worker, which executes it: batches that are asked for ahead, replays, and whether they agree.
//!
//! How a process is kept and asked is for `worker`; what is done when the scenario kills it, for `careful`.

use std::collections::VecDeque;
use std::ops::Deref;
use std::ops::DerefMut;

use crate::scenario::Answer;
use crate::scenario::Execute;
use crate::scenario::Replay;
use crate::scenario::Request;
use crate::scenario::Scenario;
use crate::scenario::Schedule;
use crate::scenario::ThreadId;

use super::PythonError;
use super::protocol::Ask;
use super::protocol::Ran;
use super::protocol::Said;
use super::protocol::Shared;
use super::room::Room;
use super::watchdog::IsStopped;
use super::worker::Running;
use super::worker::Worker;

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
    /// Has the worker load `scenario`, of which so much is known to be shared.
    pub(super) fn load(mut worker: Hold<'a>, scenario: &Scenario, shared: &Shared) -> Result<Program<'a>, PythonError> {
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

    /// Has the process be given up that does not answer soon once `is_stopped` says that nobody wants to know any more.
    pub fn stop_when(&mut self, is_stopped: IsStopped) {
        self.worker.stop_when(is_stopped);
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
        let said = self.worker.ask(|id| Ask::Replay { id, schedule: codes });
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
            let execution = running.meanings.execution(said.executions.first()?, &mut Room::default()).ok()?;
            let (names, details, blocked) = (said.names(), said.details(), said.blocked().ok()?);
            let whole = details.len() == execution.steps.len() && names.len() == execution.threads.len();
            whole.then_some(Replay { execution, names, details, blocked, death: None })
        })();
        let told = told.ok_or_else(|| self.worker.broken("its telling of an execution makes no sense".to_owned()))?;
        if !told.execution.has_enough_workers() {
            // Where tasks wait for a worker it is told which step cannot be.
            self.limit_crews()?;
            return self.replay(schedule);
        }
        Ok(told)
    }

    /// Returns how many executions the process has still to make, or to tell; what it has told is taken from it.
    pub(super) fn left(&mut self) -> usize {
        while let Some(next) = self.begun.iter().position(|begun| begun.answer.is_none()) {
            if !self.worker.running.as_ref().is_some_and(Running::has_said) {
                break;
            }
            let answer = self.receive(self.begun[next].requests.len());
            if matches!(answer, Err(PythonError::Broken { .. })) {
                // Each batch is made anew when it is its turn.
                self.begun.clear();
                let _ = self.restart();
                break;
            }
            self.begun[next].answer = Some(answer);
        }
        self.begun.iter().filter(|begun| begun.answer.is_none()).map(|begun| begun.requests.len()).sum()
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
        let (lines, awake) = (self.tells_lines, self.worker.has_processors_to_spare());
        // What cannot be sent is not answered either.
        if let Some(running) = &mut self.worker.running {
            let _ = running.send(|id| Ask::Run { id, requests: coded, lines, awake });
        }
        self.begun.push_back(Begun { requests: requests.to_vec(), answer: None });
    }

    fn limit_crews(&mut self) -> Result<(), PythonError> {
        let mut shared = self.shared.clone();
        shared.limit_pools();
        self.learn(&shared)
    }

    fn execute(&mut self, requests: &[Request]) -> Result<Answer, PythonError> {
        let said = match self.executed(requests) {
            Err(once @ PythonError::Broken { .. }) if self.is_worth_care(&once) => {
                // With the process went what else it was asked.
                self.begun.clear();
                return self.execute_carefully(requests, once);
            }
            said => said,
        };
        if !said.as_ref().is_ok_and(|said| !said.start_over && !said.full) {
            self.give_up();
        }
        let said = said?;
        if said.start_over {
            self.before = None;
            return Ok(Answer::StartOver);
        }
        if said.full {
            return Ok(Answer::Full);
        }
        if said.executions.is_empty() || said.executions.len() > requests.len() {
            return Err(self.worker.broken("it executed another number of schedules".to_owned()));
        }
        let mut executions = Vec::with_capacity(said.executions.len());
        let mut room = Room::default();
        for ran in said.executions {
            let execution = self.worker.running().meanings.execution(&ran, &mut room);
            executions.push(execution.map_err(|nonsense| self.worker.broken(nonsense.0.to_owned()))?);
            self.agree(ran)?;
        }
        Ok(Answer::Executions(executions))
    }
}

impl Program<'_> {
    /// Returns whether it can be found out at which step the process went: it died, or hung although somebody wants to know.
    fn is_worth_care(&self, error: &PythonError) -> bool {
        match error {
            PythonError::Broken { death, late, .. } => !death.is_empty() || *late && !(self.worker.is_stopped)(),
            _ => false,
        }
    }

    /// Returns the answer to `requests`, which the process is asked now unless it was before.
    fn executed(&mut self, requests: &[Request]) -> Result<Said, PythonError> {
        let begun = self.begun.iter().position(|begun| begun.requests == requests);
        let mut place = begun.unwrap_or_else(|| {
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
                if next == place {
                    return answer;
                }
                // It broke at another batch, which is made anew when it is that one's turn.
                self.begun.clear();
                self.restart()?;
                self.prepare(requests);
                place = 0;
                continue;
            }
            self.begun[next].answer = Some(answer);
        }
    }

    /// Returns the answer to the first batch of those without one, of so many requests.
    fn receive(&mut self, requests: usize) -> Result<Said, PythonError> {
        // Of a batch the process tells what it has made after a moment, so an answer takes no longer than one execution.
        let patience = self.worker.limits.execution;
        let is_soon = requests <= SOON && self.worker.has_processors_to_spare();
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
