//! Progress of what takes longer than a second: one moving line on standard error, in a terminal only.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::explore;
use crate::report;
use crate::terminal::Status;

use super::World;

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is drawn anew.
const PERIOD: Duration = Duration::from_millis(100);

/// Returns whether somebody would see progress, and wants to.
pub(super) fn is_welcome(world: &World) -> bool {
    world.terminals.err && !world.is_dumb && !world.quiet
}

/// Shows that something goes on, also while nothing is heard of how far it has come. The line vanishes when this is dropped.
pub(super) struct Progress {
    stopwatch: Stopwatch,
    /// When its text was last made; nothing if it is to be made at once.
    told: Option<Duration>,
    what: String,
    line: Option<Line>,
}

/// The line, and who draws it.
struct Line {
    text: Arc<Mutex<String>>,
    /// As long as this is there, it is drawn.
    keep_drawing: Option<mpsc::Sender<()>>,
    drawer: Option<thread::JoinHandle<()>>,
}

impl Progress {
    /// Returns the progress of `what`, which begins now.
    /// Nothing is shown where it is not `welcome` (see [`is_welcome`]).
    pub(super) fn new(what: impl Into<String>, welcome: bool) -> Progress {
        let what = what.into();
        let line = welcome.then(|| Line::new(&what));
        Progress { stopwatch: Stopwatch::start(), told: None, what, line }
    }

    /// Says what goes on from now on.
    pub(super) fn name(&mut self, what: &str) {
        if self.what != what {
            what.clone_into(&mut self.what);
            self.told = None;
        }
    }

    /// Shows how far an exploration has come, if it is time to.
    pub(super) fn explored(&mut self, progress: &explore::Progress) {
        self.show(|| {
            let made = progress.executions;
            let executions = match progress.estimate.map(rounded).filter(|&all| all > made) {
                Some(all) => format!("{} of some {}", report::grouped(made), report::count(all, "execution")),
                None => report::count(made, "execution"),
            };
            format!("{executions}, {}", report::count(progress.outcomes as u64, "outcome"))
        });
    }

    /// Shows how many of so many are done, if it is time to.
    pub(super) fn done(&mut self, done: usize, all: usize, one: &str) {
        self.show(|| format!("{} of {}", report::grouped(done as u64), report::count(all as u64, one)));
    }

    fn show(&mut self, how_far: impl FnOnce() -> String) {
        let Some(line) = &self.line else { return };
        let elapsed = self.stopwatch.elapsed();
        if self.told.is_some_and(|told| elapsed - told < PERIOD) {
            return;
        }
        self.told = Some(elapsed);
        *lock(&line.text) = format!("{}: {}", self.what, how_far());
    }
}

impl Line {
    fn new(text: &str) -> Line {
        let text = Arc::new(Mutex::new(text.to_owned()));
        let (keep_drawing, kept) = mpsc::channel();
        let shown = Arc::clone(&text);
        let draw = move || {
            let mut line = None;
            let mut wait = PATIENCE;
            while kept.recv_timeout(wait) == Err(mpsc::RecvTimeoutError::Timeout) {
                let text = lock(&shown).clone();
                line.get_or_insert_with(Status::new).show(&report::clean_line(&text));
                wait = PERIOD;
            }
        };
        // Where no thread can be had nothing is shown.
        Line { text, keep_drawing: Some(keep_drawing), drawer: thread::Builder::new().spawn(draw).ok() }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.keep_drawing = None;
        // What is shown next comes after the line has gone.
        if let Some(drawer) = self.drawer.take() {
            let _ = drawer.join();
        }
    }
}

/// A text is changed in one step: what a thread that panicked left is still one.
fn lock(text: &Mutex<String>) -> MutexGuard<'_, String> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the number with one digit that says something, for more would say too much of a guess.
fn rounded(number: u64) -> u64 {
    let unit = 10_u64.pow(number.checked_ilog10().unwrap_or(0));
    number.saturating_add(unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn a_guess_has_one_digit() {
        for (number, round) in [(0, 0), (7, 7), (14, 10), (15, 20), (2_499, 2_000), (97_000, 100_000)] {
            assert_eq!(rounded(number), round);
        }
        assert!(rounded(u64::MAX) > 0);
    }
}
