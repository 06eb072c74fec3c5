//! A child process and its number: who may do something with that, and until when.
//!
//! What it says and is told is for `process` to see to.

use std::process::Child;
use std::process::ExitStatus;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// A child, the leader of its process group, and its number. That is its own until it was waited for; then it may be somebody else's.
pub(super) struct Leader {
    id: u32,
    /// Nothing once it was waited for.
    child: Mutex<Option<Child>>,
}

impl Leader {
    pub(super) fn new(child: Child) -> Leader {
        Leader { id: child.id(), child: Mutex::new(Some(child)) }
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
