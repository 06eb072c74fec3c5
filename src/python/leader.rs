//! A child process and its number: who may do something with that, and until when.
//!
//! What it says and is told is for `process` to see to.

use std::process::Child;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::Weak;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// A child, the leader of its process group, and its number. That is its own until it was waited for; then it may be somebody else's.
pub(super) struct Leader {
    id: u32,
    /// Nothing once it was waited for.
    child: Mutex<Option<Child>>,
    /// Whether it may be stopped.
    may_stop: AtomicBool,
    /// Whether it is stopped because it has nothing to do. Only its watchdog changes that, and who changes it has [`WORKERS`].
    rests: AtomicBool,
}

/// The workers that there may be, of those that are stopped with this process.
static WORKERS: Mutex<Workers> = Mutex::new(Workers { each: Vec::new(), are_held: false });

struct Workers {
    each: Vec<Weak<Leader>>,
    /// Whether this process is about to be stopped, or is, and nobody lets one go on.
    are_held: bool,
}

impl Leader {
    pub(super) fn new(child: Child) -> Leader {
        Leader {
            id: child.id(),
            child: Mutex::new(Some(child)),
            may_stop: AtomicBool::new(false),
            rests: AtomicBool::new(false),
        }
    }

    /// Lets this one be stopped, by [`stop_workers`] too. It has to end with this process by itself: who is stopped before it has said so to the
    /// kernel would stay for ever.
    pub(super) fn let_stop(self: &Arc<Leader>) {
        self.may_stop.store(true, Ordering::SeqCst);
        let mut workers = workers();
        workers.each.retain(|worker| worker.strong_count() > 0);
        workers.each.push(Arc::downgrade(self));
        if workers.are_held {
            self.stop();
        }
    }

    /// Returns the child's number.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Does something with the child's number as long as that is its own, and returns what came of it.
    #[cfg(target_os = "linux")]
    pub(super) fn while_there<T>(&self, act: impl FnOnce(u32) -> T) -> Option<T> {
        let child = self.child();
        child.as_ref().map(|_| act(self.id))
    }

    /// Returns whether it may be stopped.
    pub(super) fn may_stop(&self) -> bool {
        self.may_stop.load(Ordering::SeqCst)
    }

    /// Stops the child until it is to go on by itself.
    pub(super) fn rest(&self) {
        let _workers = workers();
        self.rests.store(true, Ordering::SeqCst);
        self.stop();
    }

    /// Returns whether it was stopped until it is to go on.
    pub(super) fn rests(&self) -> bool {
        self.rests.load(Ordering::SeqCst)
    }

    /// Has a child that rests go on, now or when all do.
    pub(super) fn go_on(&self) {
        if !self.rests() {
            return;
        }
        let workers = workers();
        self.rests.store(false, Ordering::SeqCst);
        if !workers.are_held {
            self.resume();
        }
    }

    #[cfg(unix)]
    fn stop(&self) {
        self.signal(rustix::process::Signal::STOP);
    }

    #[cfg(unix)]
    fn resume(&self) {
        self.signal(rustix::process::Signal::CONT);
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        // Its number is its own for as long as nobody has waited for it.
        let child = self.child();
        if let Some(group) = child.as_ref().and_then(|_| pid(self.id)) {
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }

    /// Here nobody is stopped.
    #[cfg(not(unix))]
    fn stop(&self) {}

    /// Here nobody was stopped.
    #[cfg(not(unix))]
    fn resume(&self) {}

    /// Kills the child and all that it may have started.
    pub(super) fn kill(&self) {
        if let Some(child) = &mut *self.child() {
            kill_group(self.id);
            let _ = child.kill();
        }
    }

    /// Waits for the end of a child that was killed, and returns how it ended, to who asks first.
    pub(super) fn wait(&self) -> Option<ExitStatus> {
        // Nobody does anything with its number meanwhile.
        self.child().take()?.wait().ok()
    }

    /// What a thread that panicked left behind is still true: nothing is changed in two steps.
    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn workers() -> MutexGuard<'static, Workers> {
    WORKERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stops all workers of this process, which are in sessions of their own and do not hear of it when that is stopped: nobody looks meanwhile what
/// they take. [`let_workers_go_on`] has them go on.
pub fn stop_workers() {
    let mut workers = workers();
    workers.are_held = true;
    workers.each.iter().filter_map(Weak::upgrade).for_each(|worker| worker.stop());
}

/// Has all workers go on that [`stop_workers`] has stopped, but for those that rest.
pub fn let_workers_go_on() {
    let mut workers = workers();
    workers.are_held = false;
    let each = workers.each.iter().filter_map(Weak::upgrade);
    each.filter(|worker| !worker.rests.load(Ordering::SeqCst)).for_each(|worker| worker.resume());
}

/// Kills a child's whole process group, so that nothing it may have started stays behind.
#[cfg(unix)]
pub(super) fn kill_group(leader: u32) {
    if let Some(group) = pid(leader) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
pub(super) fn kill_group(_leader: u32) {}

/// Returns the number as the operating system's functions take it.
#[cfg(unix)]
pub(super) fn pid(id: u32) -> Option<rustix::process::Pid> {
    i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw)
}
