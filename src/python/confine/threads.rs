//! How many threads a worker has, counted before each new one: never more than it may have, not for a moment.
//!
//! Who is told that it may start a thread starts it a little later, by itself. Until that shows, nobody else is told so: it shows in
//! the number, which nobody else can raise, or in that who was told goes on to something else. Until then all of the worker's calls
//! that need an answer wait.

use std::fs;
use std::thread;
use std::time::Duration;

use super::limits;

/// How long to wait between two looks at a worker's threads.
const PAUSE: Duration = Duration::from_micros(100);
/// How often to look whether a thread has gone, where there are as many as may be: who waits for its end hears of that a moment before
/// the kernel counts it no more.
const LOOKS: usize = 20;

/// How often to look whether a thread that was allowed has come, before another is told that there can be none now.
const PATIENCE: usize = 10_000;

/// The threads of a worker.
pub(super) struct Threads {
    pid: u32,
    /// The last one that was allowed, as long as it does not show.
    granted: Option<Granted>,
}

/// A thread that may be started.
struct Granted {
    /// Who may start it.
    by: u32,
    /// How many there were.
    before: u64,
}

/// What the kernel says of a thread.
struct Look {
    /// How many threads its process has.
    threads: u64,
    /// Whether it neither runs nor waits inside the kernel. Who was just answered has not come to rest before it has done what it was
    /// allowed to do, or will have to ask again.
    rests: bool,
}

impl Threads {
    /// Returns the threads of the process `pid`.
    pub(super) fn of(pid: u32) -> Threads {
        Threads { pid, granted: None }
    }

    /// Whether the thread `by` may start one. It is asked for each, and one at a time may.
    pub(super) fn may_grow(&mut self, by: u32) -> bool {
        // On a busy machine that takes a while. Who was told and does something else instead must not hold up all others for ever.
        let mut looks = 0;
        while !self.is_settled(by) {
            looks += 1;
            if looks > PATIENCE {
                return false;
            }
            thread::sleep(PAUSE);
        }
        for _ in 0..LOOKS {
            match self.look(by) {
                Some(look) if look.threads < limits::THREADS => {
                    self.granted = Some(Granted { by, before: look.threads });
                    return true;
                }
                Some(_) => thread::sleep(PAUSE),
                // It has gone.
                None => return false,
            }
        }
        false
    }

    /// Whether the thread that was allowed is among those that are there, or never will be.
    fn is_settled(&mut self, asking: u32) -> bool {
        let Some(granted) = &self.granted else { return true };
        let settled = granted.by == asking
            // Nobody else may start one, so if there are more it is this one. Who has gone or rests is done with starting it.
            || self.look(granted.by).is_none_or(|look| look.rests || look.threads > granted.before);
        if settled {
            self.granted = None;
        }
        settled
    }

    /// Looks at a thread, if it is there.
    fn look(&self, thread: u32) -> Option<Look> {
        let stat = fs::read(format!("/proc/{}/task/{thread}/stat", self.pid)).ok()?;
        // The thread's name may have anything in it, and need not be text.
        let stat = String::from_utf8_lossy(&stat);
        let mut fields = stat.rsplit(") ").next()?.split_whitespace();
        let rests = !matches!(fields.next()?, "R" | "D");
        Some(Look { threads: fields.nth(16)?.parse().ok()?, rests })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_allowed_is_waited_for_until_it_shows() {
        let mut threads = Threads::of(std::process::id());
        let own = rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs();
        assert!(threads.may_grow(own));
        assert!(threads.granted.is_some());
        // Who asks again is done with the one before.
        assert!(threads.is_settled(own) && threads.granted.is_none());
        threads.granted = Some(Granted { by: u32::MAX, before: u64::MAX });
        assert!(threads.is_settled(own), "who has gone starts none");
        threads.granted = Some(Granted { by: own, before: 0 });
        assert!(threads.is_settled(u32::MAX), "there are more than before");
        threads.granted = Some(Granted { by: own, before: u64::MAX });
        assert!(!threads.is_settled(u32::MAX), "it runs, and may be about to");
    }
}
