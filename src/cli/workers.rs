//! The processes that run scenarios: who is started when, under which confinement, who runs what, and who is not used again.
//!
//! What is asked of them is for `engine` to say.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::thread::JoinHandle;

use crate::deck::DeckId;
use crate::python::Confined;
use crate::python::Confinement;
use crate::python::Interpreter;
use crate::python::Limits;
use crate::python::PythonError;
use crate::python::Start;
use crate::python::Worker;
use crate::scenario::Scenario;

use super::Cache;
use super::Failure;

/// How many processes explore at most: each takes some 40 MB, and the search gives no more something to do.
const MAX_HANDS: usize = 4;

/// The processes that run scenarios, one of which stays warm.
pub(super) struct Workers {
    confinement: Confinement,
    /// Where the compiled harness is kept.
    cache: Cache,
    /// The deck whose programs are run; none for the learner's own.
    deck: Option<DeckId>,
    /// The decks that may run where the system cannot confine their programs.
    trusted: BTreeSet<DeckId>,
    /// A process that has explored nothing yet, see [`Workers::retire`], and the scenario that it has run, if any.
    worker: Option<(Worker, Option<Scenario>)>,
    /// The processes that get ready.
    coming: Coming,
    /// The processes that end.
    leaving: Leaving,
    /// The harness as this Python compiled it, from before any program ran there.
    compiled: Option<Arc<[u8]>>,
    /// How the last worker that was started is confined.
    confined: Option<Confined>,
}

impl Workers {
    /// Returns none yet. They will be confined by `confinement`.
    pub(super) fn new(confinement: Confinement, cache: Cache) -> Workers {
        Workers {
            confinement,
            cache,
            deck: None,
            trusted: BTreeSet::new(),
            worker: None,
            coming: Coming::default(),
            leaving: Leaving::default(),
            compiled: None,
            confined: None,
        }
    }

    /// Has them run programs of `deck` from now on, or the learner's own.
    pub(super) fn work_for(&mut self, deck: Option<&DeckId>) {
        if self.deck.as_ref() != deck {
            self.deck = deck.cloned();
            self.worker = None;
            self.coming = Coming::default();
        }
    }

    /// Returns whether they run programs of no deck.
    pub(super) fn run_the_learners_own(&self) -> bool {
        self.deck.is_none()
    }

    /// Lets programs of these decks run where the system cannot confine them, as the learner's own do.
    pub(super) fn trust(&mut self, decks: impl IntoIterator<Item = DeckId>) {
        self.trusted.extend(decks);
    }

    /// Returns how the last one that was started is confined, if any was.
    pub(super) fn confined(&self) -> Option<&Confined> {
        self.confined.as_ref()
    }

    /// Returns one that has run no other scenario than this, which is started if there is none.
    pub(super) fn one_for(&mut self, scenario: &Scenario, interpreter: &Interpreter) -> Result<&mut Worker, Failure> {
        self.retire_stranger(scenario);
        if self.worker.is_none() {
            self.worker = Some((self.start(interpreter)?, None));
        }
        let (worker, ran) = self.worker.as_mut().expect("was just started");
        ran.get_or_insert_with(|| scenario.clone());
        Ok(worker)
    }

    /// Starts the process that will explore, if there is none, and beside it the one that will confirm what it finds. Who is ready
    /// first explores.
    pub(super) fn start_two(&mut self, scenario: &Scenario, interpreter: &Interpreter) -> Result<(), Failure> {
        self.recall_harness(interpreter);
        self.retire_stranger(scenario);
        if self.worker.is_none() {
            self.send_for(2, interpreter);
            self.worker = Some((self.start(interpreter)?, None));
        }
        self.send_for(1, interpreter);
        Ok(())
    }

    /// Returns what starts those who help to explore what takes long: one for each processor but the first.
    pub(super) fn reserve(&self, interpreter: &Interpreter) -> Vec<Start> {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let more = processors.min(MAX_HANDS).saturating_sub(1);
        let compiled = self.compiled.as_ref();
        compiled.map_or_else(Vec::new, |compiled| (0..more).map(|_| self.start_later(interpreter, compiled)).collect())
    }

    /// Has the worker end. One that explored is not used again: whatever the program did to it ends there.
    pub(super) fn retire(&mut self) {
        if let Some((worker, _)) = self.worker.take() {
            self.leaving.add(worker);
        }
    }

    /// Has a worker end that has run another scenario than `scenario`: a program can do anything to its process, and what a process says of
    /// another program then is nothing to go by, nor to be kept.
    fn retire_stranger(&mut self, scenario: &Scenario) {
        if self.worker.as_ref().and_then(|(_, ran)| ran.as_ref()).is_some_and(|ran| ran != scenario) {
            self.retire();
        }
    }

    /// Starts a worker, from the compiled harness if one is kept.
    fn start(&mut self, interpreter: &Interpreter) -> Result<Worker, Failure> {
        let worker = match self.coming.first() {
            Some(Ok(worker)) => worker,
            // What was in its way may not be there any more; if it is, it is told now.
            Some(Err(_)) | None => {
                self.recall_harness(interpreter);
                self.start_under(interpreter, &self.confinement_here())?
            }
        };
        self.confined = worker.confined().cloned();
        Ok(worker)
    }

    /// Lets processes get ready, until so many do. Only with a compiled harness: two that compile it get in each other's way.
    fn send_for(&mut self, workers: usize, interpreter: &Interpreter) {
        while self.coming.count < workers
            && let Some(compiled) = &self.compiled
        {
            let start = self.start_later(interpreter, compiled);
            // Who is not coming is started once he is needed.
            if !self.coming.add(start) {
                break;
            }
        }
    }

    fn start_later(&self, interpreter: &Interpreter, compiled: &Arc<[u8]>) -> Start {
        let (interpreter, confinement, compiled) = (interpreter.clone(), self.confinement_here(), Arc::clone(compiled));
        Box::new(move || Worker::start_compiled(&interpreter, &confinement, Limits::default(), compiled))
    }

    fn recall_harness(&mut self, interpreter: &Interpreter) {
        if self.compiled.is_none() {
            let kept = self.cache.harness(&interpreter.version.to_string(), Worker::harness_digest());
            self.compiled = kept.map(Arc::from);
        }
    }

    fn confinement_here(&self) -> Confinement {
        let trusted = self.deck.as_ref().is_none_or(|deck| self.trusted.contains(deck));
        if trusted { self.confinement.clone().or_none() } else { self.confinement.clone() }
    }

    fn start_under(&mut self, interpreter: &Interpreter, confinement: &Confinement) -> Result<Worker, Failure> {
        // What is kept may be of a Python that says it is this one and reads other code.
        if let Some(compiled) = self.compiled.take()
            && let Ok(worker) =
                Worker::start_compiled(interpreter, confinement, Limits::default(), Arc::clone(&compiled))
        {
            self.compiled = Some(compiled);
            return Ok(worker);
        }
        let mut worker = Worker::start(interpreter, confinement, Limits::default())?;
        let compiled = worker.compiled()?;
        self.cache.keep_harness(&interpreter.version.to_string(), Worker::harness_digest(), &compiled);
        self.compiled = Some(compiled.into());
        Ok(worker)
    }
}

/// Processes that end, which takes a millisecond, while something else goes on. In the end all are waited for: who was only killed would
/// be left to a system where nobody may do that.
#[derive(Default)]
struct Leaving(Vec<JoinHandle<()>>);

impl Leaving {
    fn add(&mut self, worker: Worker) {
        self.0.retain(|leaving| !leaving.is_finished());
        // Where the system allows no more threads, it ends here and now.
        self.0.extend(thread::Builder::new().spawn(move || drop(worker)));
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        for leaving in self.0.drain(..) {
            let _ = leaving.join();
        }
    }
}

/// Processes that get ready, each in a thread of its own.
struct Coming {
    count: usize,
    ready: mpsc::Receiver<Came>,
    here: mpsc::Sender<Came>,
}

/// How one came: the outer error is a panic.
type Came = thread::Result<Result<Worker, PythonError>>;

impl Default for Coming {
    fn default() -> Coming {
        let (here, ready) = mpsc::channel();
        Coming { count: 0, ready, here }
    }
}

impl Coming {
    /// Lets one get ready, and returns whether the system has a thread for that.
    fn add(&mut self, start: Start) -> bool {
        let here = self.here.clone();
        // If nobody waits for it any more, it ends.
        let come = move || drop(here.send(panic::catch_unwind(AssertUnwindSafe(start))));
        let is_coming = thread::Builder::new().spawn(come).is_ok();
        self.count += usize::from(is_coming);
        is_coming
    }

    /// Returns the one that is ready, or fails, first; `None` if none is coming.
    fn first(&mut self) -> Option<Result<Worker, PythonError>> {
        self.count = self.count.checked_sub(1)?;
        self.ready.recv().ok()?.ok()
    }
}

impl Drop for Coming {
    /// Waits for those whom nobody waited for, and ends them.
    fn drop(&mut self) {
        while self.count > 0 {
            drop(self.first());
        }
    }
}
