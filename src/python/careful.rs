//! What is done when a scenario kills its process: it is found out where, and what else could have happened. And when one hangs: it is
//! found out where.
//!
//! A batch of executions in which the process died is made again, one at a time in a new process, and each step is told before
//! it is done. So it is known which step the process did not survive. It has to die there twice: what happens once only is an
//! error, like anything else that does not replay.
//!
//! # What else could have happened
//!
//! Where a thread kills the process the others have no say any more, and what they would have done, had they gone first, remains
//! unseen. So the execution is made once more, and the fatal thread stops for ever where it would have done that step,
//! while the others go on. That is an execution of another program: one whose threads stop where the real ones would kill. Which
//! steps are fatal depends on the past of their threads alone, so the two programs are the same but for that, all rules for
//! executions hold, and an exploration that sees all orders of the one has seen all ends of the other: those in which nobody
//! stopped, and death (see [`Execution::lived`]).
//!
//! # Who hangs
//!
//! A process that says nothing in the time for an execution is killed, and the batch made again in the same way. If an execution does not
//! come to its end there either, the steps until then are known; at which line it is, a third try has it tell, which takes longer in all.
//! What else could have happened is not looked for, as each such order would take the time again: the search ends there.

use std::time::Duration;

use crate::scenario::Answer;
use crate::scenario::Death;
use crate::scenario::Detail;
use crate::scenario::Ending;
use crate::scenario::Execution;
use crate::scenario::Hang;
use crate::scenario::Operation;
use crate::scenario::Outcome;
use crate::scenario::Replay;
use crate::scenario::Request;
use crate::scenario::Schedule;
use crate::scenario::Step;
use crate::scenario::ThreadId;

use super::PythonError;
use super::program::Program;
use super::protocol::Ask;
use super::protocol::Said;
use super::protocol::Word;
use super::protocol::check_choice;
use super::protocol::detail;
use super::room;
use super::room::Nonsense;
use super::room::Room;

/// What an execution told on its way.
#[derive(Default)]
struct Journal {
    threads: Vec<ThreadId>,
    names: Vec<String>,
    steps: Vec<Step>,
    details: Vec<Option<Detail>>,
    /// How much of it was taken in.
    room: Room,
    line: u32,
    is_over: bool,
}

/// How a careful execution ended.
enum Careful {
    Survived(Box<Said>),
    Died { journal: Journal, how: String },
    Hung { journal: Journal, error: PythonError },
}

/// What became of one request.
enum Alone {
    Made(Box<Execution>),
    /// More turned out to be shared.
    Learned,
    Hung(Hang),
}

impl Program<'_> {
    /// Executes `requests` one at a time until one kills the process or hangs, which `once` says one did; the executions until then are
    /// the answer, that one included if it died.
    pub(super) fn execute_carefully(&mut self, requests: &[Request], once: PythonError) -> Result<Answer, PythonError> {
        if let (PythonError::Broken { late: true, .. }, Some(first)) = (&once, requests.first())
            && first.prefix.is_empty()
            && let Some(error) = self.hung_at_once(&once)
        {
            return Err(error);
        }
        self.restart()?;
        let mut executions = Vec::new();
        for request in requests {
            match self.execute_alone(request)? {
                Alone::Learned => return Ok(Answer::StartOver),
                Alone::Hung(hang) => return Ok(Answer::Hung(executions, hang)),
                Alone::Made(execution) => {
                    let died = execution.outcome.ending == Ending::Crash;
                    executions.push(*execution);
                    if died {
                        return Ok(Answer::Executions(executions));
                    }
                }
            }
        }
        match once {
            // It was the machine that had other things to do.
            PythonError::Broken { late: true, .. } => Ok(Answer::Executions(executions)),
            once => Err(once),
        }
    }

    /// Tells the execution of a schedule that kills the process, as far as it goes.
    pub(super) fn replay_carefully(&mut self, schedule: &Schedule) -> Result<Replay, PythonError> {
        self.restart()?;
        match self.careful(schedule.threads(), &[], true, self.worker.limits.execution)? {
            Careful::Survived(_) => Err(self.unsteady()),
            Careful::Hung { error, .. } => Err(error),
            Careful::Died { journal, how } => Ok(journal.into_replay(how, self.crash())),
        }
    }

    fn execute_alone(&mut self, request: &Request) -> Result<Alone, PythonError> {
        let mut stops: Vec<usize> = Vec::new();
        let patience = self.worker.limits.execution;
        // Each time one thread more stops, so this ends.
        loop {
            let journal = match self.careful(&request.prefix, &stops, false, patience)? {
                Careful::Survived(said) => return self.survived(*said, &stops),
                // Where nothing was asked for, no order is known to end.
                Careful::Hung { error, .. } if request.prefix.is_empty() => return Err(error),
                Careful::Hung { journal, .. } => return Ok(Alone::Hung(self.hang(request, &stops, journal)?)),
                Careful::Died { journal, .. } => journal,
            };
            self.restart()?;
            match self.careful(&request.prefix, &stops, false, patience)? {
                Careful::Died { journal: again, .. } if again.steps == journal.steps => {}
                _ => return Err(self.unsteady()),
            }
            self.restart()?;
            let Some(fatal) = journal.steps.len().checked_sub(1) else {
                return Ok(Alone::Made(Box::new(self.dead_on_arrival())));
            };
            // What dies where a thread is to stop does so by something else.
            if stops.contains(&fatal) {
                return Err(self.unsteady());
            }
            stops.push(fatal);
        }
    }

    /// Returns what is known of the first execution of all, which hung `once`, if it hangs again.
    fn hung_at_once(&mut self, once: &PythonError) -> Option<PythonError> {
        let PythonError::Broken { what, death, late, said } = once else { return None };
        let again = self.restart().and_then(|()| self.careful(&[], &[], true, self.worker.limits.execution / 2));
        let place = match again {
            Ok(Careful::Survived(_)) => return None,
            Ok(Careful::Hung { journal, .. }) => {
                let line = if journal.line > 0 { format!(" at line {}", journal.line) } else { String::new() };
                format!(", in {}{line}", journal.last().1)
            }
            Ok(Careful::Died { .. }) | Err(_) => String::new(),
        };
        let (what, death, late, said) = (format!("{what}{place}"), death.clone(), *late, said.clone());
        Some(PythonError::Broken { what, death, late, said })
    }

    /// Returns what is known of the execution of `request`, which hung after what `journal` says.
    fn hang(&mut self, request: &Request, stops: &[usize], journal: Journal) -> Result<Hang, PythonError> {
        self.restart()?;
        let line = match self.careful(&request.prefix, stops, true, self.worker.limits.execution / 2)? {
            Careful::Hung { journal: again, .. } if again.steps == journal.steps => again.line,
            _ => 0,
        };
        let (thread, name) = journal.last();
        let (name, schedule) = (name.to_owned(), journal.steps.iter().map(|step| step.thread).collect());
        Ok(Hang { schedule, thread, name, line, seconds: self.worker.limits.execution.as_secs() })
    }

    /// Returns the execution that `said` tells of, in which the threads that would have killed the process stopped.
    fn survived(&mut self, mut said: Said, stops: &[usize]) -> Result<Alone, PythonError> {
        if said.start_over {
            self.before = None;
            self.shared = said.shared;
            return Ok(Alone::Learned);
        }
        let ran = said.executions.pop().ok_or(Nonsense("it executed nothing"));
        let told = ran.and_then(|ran| Ok((self.worker.running().meanings.execution(&ran, &mut Room::default())?, ran)));
        let (mut execution, ran) = told.map_err(|nonsense| self.worker.broken(nonsense.0.to_owned()))?;
        if let Some(&first) = stops.iter().min() {
            let stopped: Vec<ThreadId> =
                stops.iter().filter_map(|&stop| execution.steps.get(stop)).map(|step| step.thread).collect();
            execution.pending.retain(|pending| !stopped.contains(&pending.thread));
            execution.lived = Some(first + 1);
            let is_cut = execution.outcome.ending == Ending::Limit;
            execution.outcome = self.crash();
            if is_cut && let Some(happened) = execution.until_death() {
                execution = Execution { lived: None, ..happened };
            }
        } else {
            self.agree(ran)?;
        }
        Ok(Alone::Made(Box::new(execution)))
    }

    /// Starts a new process in place of the one that died.
    pub(super) fn restart(&mut self) -> Result<(), PythonError> {
        // Its numbers mean something else.
        self.before = None;
        self.worker.send_scenario(&self.scenario, &self.shared)?;
        // There will be more of them.
        self.worker.keep_compiled()
    }

    /// Makes one execution that tells of itself as it goes, within `patience`.
    fn careful(
        &mut self,
        prefix: &[ThreadId],
        stops: &[usize],
        detail: bool,
        patience: Duration,
    ) -> Result<Careful, PythonError> {
        let schedule = prefix.iter().map(|thread| thread.code()).collect();
        let lines = self.tells_lines;
        let mut journal = Journal::default();
        let running = self.worker.running();
        let sent = running.send(|id| Ask::Careful { id, schedule, stops, lines, detail });
        let mut answer = sent.and_then(|()| running.receive(patience));
        // However many words there are, they have the time of one execution.
        let answer = loop {
            answer = match answer {
                Ok(Said { word: Some(word), .. }) => journal
                    .note(word, |number| running.meanings.operation(number))
                    .map_err(|nonsense| nonsense.0.to_owned())
                    .and_then(|()| running.receive_more(patience)),
                answer => break answer,
            };
        };
        match self.worker.answered(answer) {
            Ok(said) => Ok(Careful::Survived(Box::new(said))),
            Err(PythonError::Broken { death, late, said, .. }) if !death.is_empty() && journal.is_over => {
                // The scenario had survived.
                let what = "it ended while what is observed was evaluated".to_owned();
                Err(PythonError::Broken { what, death, late, said })
            }
            Err(PythonError::Broken { death, .. }) if !death.is_empty() => Ok(Careful::Died { journal, how: death }),
            Err(error @ PythonError::Broken { late: true, .. }) if !journal.is_over && !(self.worker.is_stopped)() => {
                Ok(Careful::Hung { journal, error })
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the execution of a program that kills its process before there is a step.
    fn dead_on_arrival(&self) -> Execution {
        Execution {
            threads: vec![ThreadId::MAIN],
            shut: Vec::new(),
            steps: Vec::new(),
            lines: Vec::new(),
            pending: Vec::new(),
            lived: Some(0),
            crews: Vec::new(),
            unsure: None,
            outcome: self.crash(),
        }
    }

    /// Returns what is there to see of an execution whose process died.
    fn crash(&self) -> Outcome {
        Outcome {
            value: None,
            stdout: None,
            ending: Ending::Crash,
            exceptions: Vec::new(),
            claims: vec![None; self.scenario.claims.len()],
        }
    }

    fn unsteady(&mut self) -> PythonError {
        self.worker.broken("it ended, but not so when the same was done again".to_owned())
    }
}

impl Journal {
    /// Returns who took the last step, and its name.
    fn last(&self) -> (ThreadId, &str) {
        let thread = self.steps.last().map_or(ThreadId::MAIN, |step| step.thread);
        let index = self.threads.iter().position(|&other| other == thread);
        (thread, index.map_or("MainThread", |index| &self.names[index]))
    }

    fn note(&mut self, word: Word, operation: impl Fn(u64) -> Result<Operation, Nonsense>) -> Result<(), Nonsense> {
        match word {
            Word::Step { thread, operation: number, enabled, threads } => {
                let id = |code| ThreadId::from_code(code).ok_or(Nonsense("a thread has no id"));
                if self.threads.len() + threads.len() > room::MAX_THREADS || self.steps.len() == room::MAX_STEPS {
                    return Err(Nonsense("an execution has too many threads or steps"));
                }
                for (code, name) in threads {
                    let name = room::called(name);
                    self.room.read(name.len())?;
                    self.threads.push(id(code)?);
                    self.names.push(name);
                }
                let (thread, operation) = (id(thread)?, operation(number)?);
                if !self.threads.contains(&thread) {
                    return Err(Nonsense("the threads are wrong"));
                }
                check_choice(thread, enabled, &self.threads)?;
                self.room.touch(&operation)?;
                self.steps.push(Step { thread, operation, enabled, guards: Vec::new() });
                self.details.push(None);
            }
            Word::Did(step, did) => {
                let detail = detail(did);
                self.room.hear(&detail)?;
                *self.details.get_mut(step).ok_or(Nonsense("no such step"))? = Some(detail);
            }
            Word::Line(line) => self.line = line,
            Word::Seeing => self.is_over = true,
        }
        Ok(())
    }

    fn into_replay(self, how: String, outcome: Outcome) -> Replay {
        let Journal { mut threads, mut names, steps, details, line, .. } = self;
        if threads.is_empty() {
            threads.push(ThreadId::MAIN);
            names.push("MainThread".to_owned());
        }
        // Only the last step may not have come so far as to say what it did.
        let begins = |step: usize| steps[..step].iter().all(|other: &Step| other.thread != steps[step].thread);
        let untold = |step: usize| Detail {
            line: 0,
            verb: if begins(step) { "begin" } else { "step" }.to_owned(),
            location: String::new(),
            value: None,
            holds: Vec::new(),
            asides: Vec::new(),
        };
        let details = details.into_iter().enumerate();
        let details = details.map(|(step, detail)| detail.unwrap_or_else(|| untold(step))).collect();
        let thread = steps.last().map_or(ThreadId::MAIN, |step| step.thread);
        let lived = Some(steps.len());
        let (shut, lines, pending) = (Vec::new(), Vec::new(), Vec::new());
        let execution =
            Execution { threads, shut, steps, lines, pending, lived, crews: Vec::new(), unsure: None, outcome };
        Replay { execution, names, details, blocked: Vec::new(), death: Some(Death { thread, line, how }) }
    }
}
