//! Who watches a child: that it answers in time, takes no more than it may have, and rests while nobody waits for it.
//!
//! How much is too much is for `confine` to say, how a child is signalled for `leader`. What it is asked, and answers, is for `process`.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::mpsc;
use std::time::Duration;

use super::confine;
use super::confine::Excess;
use super::leader::Leader;

/// How often to look.
const TICK: Duration = Duration::from_millis(20);
/// How often to look where threads are to be counted.
const SHORT_TICK: Duration = Duration::from_millis(5);
/// How long a child has to answer when nobody wants to know any more: what is as good as there is still taken.
const GRACE: Duration = Duration::from_millis(300);
/// How long nobody waits for a child that owes no answers before it is stopped: what goes on in it is no business of ours, nor does anybody look
/// then how long that takes.
const REST: Duration = Duration::from_millis(60);
/// How long nobody waits for one that owes some: while others are waited for it has the time that an execution may take.
const BUSY: Duration = Duration::from_secs(10);

/// Says whether nobody wants a child's answers any more.
pub type IsStopped = Arc<dyn Fn() -> bool + Send + Sync>;

/// Why a child was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It did not answer in time.
    Late,
    /// It had too many threads, which the kernel does not count.
    Crowded,
    /// The kernel kept too much for it.
    Gorged,
}

/// What one child's watchdog goes by. Time is counted in looks: while this process is stopped none goes by.
pub(super) struct Watchdog {
    state: Mutex<State>,
    is_stopped: Mutex<IsStopped>,
}

struct State {
    /// Whether somebody waits for the child to answer.
    is_awaited: bool,
    /// How long it still has for that, or had when it last answered.
    left: Duration,
    /// How long nobody has waited.
    idle: Duration,
    /// Whether there are answers to come, whoever waits for them.
    owes: bool,
    /// Whether its threads are to be counted.
    has_threads_counted: bool,
    verdict: Option<Verdict>,
}

impl Watchdog {
    pub(super) fn new() -> Watchdog {
        let state = State {
            is_awaited: false,
            left: Duration::MAX,
            idle: Duration::ZERO,
            owes: false,
            has_threads_counted: false,
            verdict: None,
        };
        Watchdog { state: Mutex::new(state), is_stopped: Mutex::new(Arc::new(|| false)) }
    }

    /// Counts the child's threads from now on: the kernel does not.
    pub(super) fn count_threads(&self) {
        self.state().has_threads_counted = true;
    }

    /// Gives the child little time to answer once `is_stopped` says that nobody wants to know any more.
    pub(super) fn stop_when(&self, is_stopped: IsStopped) {
        *self.is_stopped.lock().unwrap_or_else(PoisonError::into_inner) = is_stopped;
    }

    /// Begins to wait for an answer of `child`, which has so long for it; nothing means: as long as the one before left.
    pub(super) fn begin(&self, child: &Leader, patience: Option<Duration>) {
        let mut state = self.state();
        state.is_awaited = true;
        state.idle = Duration::ZERO;
        if let Some(patience) = patience {
            state.left = patience.saturating_add(tick(&state));
        }
        child.go_on();
    }

    /// Waits no longer, and returns why the child was killed, if it was.
    pub(super) fn end(&self) -> Option<Verdict> {
        let mut state = self.state();
        state.is_awaited = false;
        state.verdict
    }

    /// Says whether there are answers of `child` to come. Who owes none has nothing to do.
    pub(super) fn owes(&self, child: &Leader, answers: bool) {
        let mut state = self.state();
        state.owes = answers;
        if answers {
            child.go_on();
        }
    }

    /// Returns why the child was killed, if it was.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        self.state().verdict
    }

    /// Kills `child` when its time is over or it has taken too much, and stops it while nobody waits for it, until nobody needs it any more.
    pub(super) fn watch(&self, child: &Leader, gone: &mpsc::Receiver<()>) {
        loop {
            let pause = tick(&self.state());
            if gone.recv_timeout(pause) != Err(mpsc::RecvTimeoutError::Timeout) {
                return;
            }
            if !child.rests() {
                self.look(child, pause);
            }
        }
    }

    fn look(&self, child: &Leader, pause: Duration) {
        let is_stopped = Arc::clone(&self.is_stopped.lock().unwrap_or_else(PoisonError::into_inner));
        let most = if is_stopped() { GRACE } else { Duration::MAX };
        let (is_looked_at, is_counted) = {
            let state = self.state();
            (state.is_awaited || child.may_stop(), state.has_threads_counted)
        };
        // Nobody is held up by this, who waits or begins to.
        let excess = Some(child.id()).filter(|_| is_looked_at).and_then(confine::excess);
        let is_crowded = is_counted && confine::is_crowded(child.id());

        let mut state = self.state();
        if state.is_awaited {
            state.left = state.left.min(most).saturating_sub(pause);
        } else {
            state.idle += pause;
        }
        let verdict = match excess {
            _ if is_crowded => Some(Verdict::Crowded),
            Some(Excess::Gorged) => Some(Verdict::Gorged),
            _ if state.is_awaited && state.left.is_zero() => Some(Verdict::Late),
            _ => None,
        };
        state.verdict = state.verdict.or(verdict);
        let rest = if state.owes { BUSY } else { REST };
        // Who has no first thread any more may have ended by itself.
        if verdict.is_some() || excess == Some(Excess::Headless) {
            child.kill();
        } else if child.may_stop() && !state.is_awaited && state.idle >= rest {
            child.rest();
        }
    }

    /// What a thread that panicked left behind is still true: nothing is changed in two steps.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tick(state: &State) -> Duration {
    if state.has_threads_counted { SHORT_TICK } else { TICK }
}
