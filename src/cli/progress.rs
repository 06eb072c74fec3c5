//! Progress of what takes longer than a second: one moving line on standard error, in a terminal only.

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

/// Shows that something goes on. The line vanishes when this is dropped.
pub(super) struct Progress {
    stopwatch: Stopwatch,
    drawn: Duration,
    welcome: bool,
    what: String,
    line: Option<Status>,
}

impl Progress {
    /// Returns the progress of `what`, which begins now.
    /// Nothing is shown where it is not `welcome` (see [`is_welcome`]).
    pub(super) fn new(what: impl Into<String>, welcome: bool) -> Progress {
        Progress { stopwatch: Stopwatch::start(), drawn: Duration::ZERO, welcome, what: what.into(), line: None }
    }

    /// Says what goes on from now on.
    pub(super) fn name(&mut self, what: &str) {
        what.clone_into(&mut self.what);
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
        let elapsed = self.stopwatch.elapsed();
        if !self.welcome || elapsed < PATIENCE || elapsed - self.drawn < PERIOD {
            return;
        }
        self.drawn = elapsed;
        let text = format!("{}: {}", self.what, how_far());
        self.line.get_or_insert_with(Status::new).show(&report::clean_line(&text));
    }
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
