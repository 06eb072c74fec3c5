//! How many threads a worker has, counted before each new one: never more than it may have, not for a moment.
//!
//! Who is told that it may start a thread starts it a little later, by itself. Until that shows, nobody else is told so: it shows in
//! the number, which nobody else can raise, or in that who was told goes on to something else. Until then those that want to start one
//! wait, and no others.

use std::collections::VecDeque;
use std::fs;

use rustix::event::Timespec;

use super::limits;
use super::listener::Call;

/// How long to wait between two looks at a worker's threads: 100 microseconds.
const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000 };
/// For how many pauses to look whether a thread has gone, where there are as many as may be: who waits for its end hears of that a moment
/// before the kernel counts it no more.
const FULL: usize = 20;
/// For how many pauses to look whether a thread that was allowed has come, before others are told that there can be none now.
const UNSETTLED: usize = 10_000;

/// The threads of a worker.
pub(super) struct Threads {
    pid: u32,
    /// The last one that was allowed, as long as it does not show.
    granted: Option<Granted>,
    /// Who wants to start one, in the order in which they asked.
    asking: VecDeque<Asking>,
}

/// A call that starts a thread, if it may.
struct Asking {
    call: Call,
    /// For how many pauses it has waited.
    pauses: usize,
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
        Threads { pid, granted: None, asking: VecDeque::new() }
    }

    /// Takes a call that starts a thread, to be decided on.
    pub(super) fn ask(&mut self, call: Call) {
        // A thread makes one call at a time: if it has made another, a signal has taken that back.
        self.asking.retain(|asking| asking.call.thread != call.thread);
        self.asking.push_back(Asking { call, pauses: 0 });
    }

    /// Returns when to look again, if anybody waits for it.
    pub(super) fn patience(&self) -> Option<Timespec> {
        (!self.asking.is_empty()).then_some(PAUSE)
    }

    /// Says that a pause has passed.
    pub(super) fn pause(&mut self) {
        self.asking.iter_mut().for_each(|asking| asking.pauses += 1);
    }

    /// Returns the calls that can be decided on by now, and whether each may be made. That one may be is the last thing said, for the
    /// next depends on what comes of it.
    pub(super) fn decided(&mut self) -> Vec<(Call, bool)> {
        let mut decided = Vec::new();
        while let Some(call) = self.asking.front().map(|asking| asking.call) {
            let pauses = match self.is_settled().then(|| self.look(call.thread)) {
                None => UNSETTLED,
                // It has gone.
                Some(None) => {
                    self.asking.pop_front();
                    decided.push((call, false));
                    continue;
                }
                Some(Some(look)) if look.threads < limits::THREADS => {
                    self.granted = Some(Granted { by: call.thread, before: look.threads });
                    self.asking.pop_front();
                    decided.push((call, true));
                    break;
                }
                Some(Some(_)) => FULL,
            };
            // Who asked later has waited no longer.
            let late = self.asking.iter().take_while(|asking| asking.pauses >= pauses).count();
            decided.extend(self.asking.drain(..late).map(|asking| (asking.call, false)));
            break;
        }
        decided
    }

    /// Whether the thread that was allowed is among those that are there, or never will be.
    fn is_settled(&mut self) -> bool {
        let Some(granted) = &self.granted else { return true };
        // Who asks again is done with it.
        let settled = self.asking.iter().any(|asking| asking.call.thread == granted.by)
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

    /// Returns the number of this thread, which runs.
    fn own() -> u32 {
        rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs()
    }

    #[test]
    fn one_that_is_allowed_is_waited_for_until_it_shows() {
        let mut threads = Threads::of(std::process::id());
        let call = Call::by(own());
        assert!(threads.decided().is_empty() && threads.patience().is_none());
        threads.ask(call);
        assert_eq!(threads.decided(), [(call, true)]);
        assert!(threads.granted.is_some() && threads.patience().is_none());
        threads.ask(call);
        assert!(threads.is_settled() && threads.granted.is_none(), "who asks again is done with the one before");
        threads.asking.clear();
        threads.granted = Some(Granted { by: u32::MAX, before: u64::MAX });
        assert!(threads.is_settled(), "who has gone starts none");
        threads.granted = Some(Granted { by: own(), before: 0 });
        assert!(threads.is_settled(), "there are more than before");
        threads.granted = Some(Granted { by: own(), before: u64::MAX });
        assert!(!threads.is_settled(), "it runs, and may be about to");
    }

    #[test]
    fn who_waits_for_another_to_start_one_is_told_in_the_end_that_there_is_none() {
        let mut threads = Threads::of(std::process::id());
        let runs = Granted { by: own(), before: u64::MAX };
        threads.granted = Some(runs);
        let (first, second) = (Call::by(1), Call::by(2));
        threads.ask(first);
        threads.pause();
        threads.ask(second);
        threads.ask(second);
        assert!(threads.patience().is_some());
        (2..UNSETTLED).for_each(|_| threads.pause());
        assert_eq!(threads.decided(), []);
        threads.pause();
        assert_eq!(threads.decided(), [(first, false)]);
        threads.pause();
        assert_eq!(threads.decided(), [(second, false)]);
        assert!(threads.asking.is_empty());
    }

    #[test]
    fn who_has_gone_is_not_waited_for() {
        let mut threads = Threads::of(std::process::id());
        let (gone, here) = (Call::by(u32::MAX), Call::by(own()));
        threads.ask(gone);
        threads.ask(here);
        assert_eq!(threads.decided(), [(gone, false), (here, true)]);
    }
}
