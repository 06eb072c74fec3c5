//! Several workers that explore one scenario side by side.
//!
//! Each batch goes to the worker that has least left to do, whether or not it is its turn to be listened to. What one of them
//! finds to be shared, which means that everything begins again, the others are told before they go on, so all of them always
//! execute the same program. Which executions are made is the search's business; here they are only shared out.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::thread;
use std::thread::JoinHandle;

use crate::scenario::Answer;
use crate::scenario::Execute;
use crate::scenario::Request;

use super::PythonError;
use super::Shared;
use super::program::Program;
use super::worker::Worker;

/// After how many executions more workers are started, and after how many more they join. Most programs are done by then, and starting
/// a worker takes as long as some hundred executions.
const MANY: u64 = 500;

/// A scenario loaded in one worker or more.
pub struct Team<'a> {
    /// The first is who was there from the beginning.
    hands: Vec<Program<'a>>,
    /// The batches that were prepared and not executed to their end, first the first: whose they are, and how much of them is left.
    under_way: VecDeque<(usize, usize)>,
    executed: u64,
    reserve: Reserve,
}

/// What starts a worker.
pub type Start = Box<dyn FnOnce() -> Result<Worker, PythonError> + Send>;

/// Those who may join the team.
enum Reserve {
    Waiting(Vec<Start>),
    Starting(Vec<JoinHandle<Result<Worker, PythonError>>>),
}

impl<'a> Team<'a> {
    /// Returns a team of one. Once it has made so many executions that it is worth while, it calls each of `reserve` to start
    /// another worker, which joins it some time later.
    pub fn new(program: Program<'a>, reserve: Vec<Start>) -> Team<'a> {
        Team { hands: vec![program], under_way: VecDeque::new(), executed: 0, reserve: Reserve::Waiting(reserve) }
    }

    /// Lets a worker join.
    ///
    /// # Errors
    ///
    /// It cannot load the scenario.
    pub fn join(&mut self, worker: Worker) -> Result<(), PythonError> {
        let first = &self.hands[0];
        let mut program = worker.into_program(&first.scenario, &first.shared)?;
        program.tells_lines = first.tells_lines;
        program.worker.stop_when(Arc::clone(&first.worker.is_stopped));
        program.worker.keep_apart(&first.worker, self.hands.len());
        self.hands.push(program);
        let workers = self.hands.len();
        self.hands.iter_mut().for_each(|hand| hand.worker.work_with(workers));
        Ok(())
    }

    /// Returns what executing the scenario has shown about it so far.
    pub fn shared(&self) -> &Shared {
        self.hands[0].shared()
    }

    /// Returns how many workers there can be, `most` at most, and how much memory each may have, so that together they have that of one.
    fn hands_that_fit(&self, most: usize) -> (usize, Option<u64>) {
        let fits = |hands| Some((hands, Some(self.hands[0].worker.share_of_memory(hands)?)));
        (2..=most).rev().find_map(fits).unwrap_or((1, None))
    }

    /// Has more workers start, or join, if it is time to.
    fn grow(&mut self) {
        match &mut self.reserve {
            Reserve::Waiting(reserve) if self.executed >= MANY => {
                let mut reserve = mem::take(reserve);
                reserve.truncate(self.hands_that_fit(1 + reserve.len()).0 - 1);
                // Where the system allows no more threads, it is done without them.
                let starting = reserve.into_iter().map_while(|start| thread::Builder::new().spawn(start).ok());
                self.reserve = Reserve::Starting(starting.collect());
            }
            // They have had more time than it takes. Who joins when is up to no chance: the order of executions depends on it.
            Reserve::Starting(starting) if self.executed >= 2 * MANY => {
                // Whatever is wrong with one of them, the others do without.
                let mut workers: Vec<Worker> =
                    mem::take(starting).into_iter().filter_map(|start| start.join().ok()?.ok()).collect();
                let (hands, share) = self.hands_that_fit(1 + workers.len());
                let Some(share) = share.filter(|&share| self.hands[0].worker.limit_memory(share)) else { return };
                workers.truncate(hands - 1);
                for mut worker in workers {
                    if worker.limit_memory(share) {
                        let _ = self.join(worker);
                    }
                }
            }
            Reserve::Waiting(_) | Reserve::Starting(_) => {}
        }
    }
}

impl Execute for Team<'_> {
    type Error = PythonError;

    fn hands(&self) -> usize {
        self.hands.len()
    }

    fn prepare(&mut self, requests: &[Request]) {
        let hand = match &mut self.hands[..] {
            [_] => 0,
            hands => (0..hands.len()).min_by_key(|&hand| hands[hand].left()).expect("somebody is there"),
        };
        self.hands[hand].prepare(requests);
        self.under_way.push_back((hand, requests.len()));
    }

    fn limit_crews(&mut self) -> Result<(), PythonError> {
        self.under_way.clear();
        match self.hands.iter_mut().try_for_each(Execute::limit_crews) {
            // As in `execute`: nobody wants to know any more.
            Err(PythonError::Broken { .. }) if (self.hands[0].worker.is_stopped)() => Ok(()),
            limited => limited,
        }
    }

    fn execute(&mut self, requests: &[Request]) -> Result<Answer, PythonError> {
        if self.under_way.is_empty() {
            self.prepare(requests);
        }
        let (hand, left) = self.under_way.front_mut().expect("was just prepared");
        let hand = *hand;
        let answer = self.hands[hand].execute(requests);
        match &answer {
            Ok(Answer::Executions(executions)) => {
                self.executed += executions.len() as u64;
                *left = left.saturating_sub(executions.len());
                if *left == 0 {
                    self.under_way.pop_front();
                }
                self.grow();
            }
            Ok(Answer::StartOver) => {
                self.under_way.clear();
                let shared = self.hands[hand].shared().clone();
                let others = self.hands.iter_mut().enumerate().filter(|(index, _)| *index != hand);
                others.map(|(_, other)| other).try_for_each(|other| other.learn(&shared))?;
            }
            Ok(Answer::Hung(..) | Answer::Full | Answer::Stopped) | Err(_) => self.under_way.clear(),
        }
        match answer {
            // It was given up because somebody wants no more, or broke when nobody wants to know any more.
            Err(PythonError::Broken { .. }) if (self.hands[hand].worker.is_stopped)() => Ok(Answer::Stopped),
            answer => answer,
        }
    }
}
