//! The `fsrs` crate behind our own types, with the guards that it leaves to its callers.

use fsrs::FSRS;
use fsrs::FSRS6_DEFAULT_DECAY;
use fsrs::MemoryState;

use super::Day;
use super::Memory;
use super::Moment;
use super::Rating;
use super::Seen;

/// How memory fades and grows, and how well the learner wants to remember.
#[derive(Clone, Debug)]
pub struct Model {
    fsrs: FSRS,
    retention: f32,
}

impl Model {
    /// The chance of recall at which a card is due, unless the learner wants another.
    pub const DEFAULT_RETENTION: f64 = 0.9;
    /// Below the first, cards are more often forgotten than worth it; above the second, intervals shrink to nothing.
    pub const RETENTIONS: (f64, f64) = (0.70, 0.99);
    /// The longest time that a card is put off: a hundred years, as far as FSRS's own range of stability goes.
    pub const MAX_INTERVAL_DAYS: u32 = 36_500;

    /// Returns FSRS's model of the average learner, for one who wants this chance of recall when a card is due; it is
    /// brought into [`Model::RETENTIONS`].
    pub fn with_retention(retention: f64) -> Model {
        Model { fsrs: FSRS::default(), retention: in_range(retention) }
    }

    /// Returns the chance of recall at which a card is due.
    pub fn retention(&self) -> f64 {
        f64::from(self.retention)
    }

    /// Returns how much of the chance of recall is lost if the card is left from `today` to tomorrow.
    pub(super) fn loss_of_waiting(&self, seen: &Seen, today: Day) -> f32 {
        let days = today.days_since(seen.last.day).max(0);
        self.recall_after(seen.memory, days) - self.recall_after(seen.memory, days.saturating_add(1))
    }

    /// Returns the memory after a review `days` after the last one, and for how many days the card can be left.
    pub(super) fn after(&self, memory: Option<Memory>, rating: Rating, days: u32) -> (Memory, u32) {
        let state = memory.map(|memory| MemoryState { stability: memory.stability, difficulty: memory.difficulty });
        let states = self
            .fsrs
            .next_states(state, self.retention, days)
            .expect("memory in range and checked weights give finite numbers");
        let next = match rating {
            Rating::Again => states.again,
            Rating::Hard => states.hard,
            Rating::Good => states.good,
            Rating::Easy => states.easy,
        };
        let memory = Memory {
            stability: next.memory.stability.clamp(0.001, 36500.0),
            difficulty: next.memory.difficulty.clamp(1.0, 10.0),
        };
        // The cast saturates, and makes 0 of what is not a number.
        (memory, (next.interval.round() as u32).clamp(1, Model::MAX_INTERVAL_DAYS))
    }

    fn recall_after(&self, memory: Memory, days: i32) -> f32 {
        let state = MemoryState { stability: memory.stability, difficulty: memory.difficulty };
        fsrs::current_retrievability(state, days as f32, FSRS6_DEFAULT_DECAY)
    }
}

impl Default for Model {
    fn default() -> Model {
        Model::with_retention(Model::DEFAULT_RETENTION)
    }
}

impl Moment {
    /// Returns for how many of the learner's days memory had time to fade between two reviews.
    ///
    /// It is the number of day starts in between, except that travelling westwards does not make time vanish: whole
    /// spans of 24 hours count too. The three hours left out are the most by which clocks were ever put back in this
    /// century, so that a long day is never counted twice where the learner stayed.
    pub(super) fn days_until(self, later: Moment) -> u32 {
        let days = i64::from(later.day.days_since(self.day));
        let spans = ((later.at - self.at).num_hours() - 3).div_euclid(24);
        u32::try_from(days.max(spans).max(0)).unwrap_or(u32::MAX)
    }
}

fn in_range(retention: f64) -> f32 {
    let (least, most) = Model::RETENTIONS;
    let retention = if retention.is_nan() { Model::DEFAULT_RETENTION } else { retention };
    retention.clamp(least, most) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_brought_into_range() {
        for (asked, given) in [(0.0, 0.7), (1.5, 0.99), (-1.0, 0.7), (0.85, 0.85), (f64::NAN, 0.9), (f64::MAX, 0.99)] {
            assert!((Model::with_retention(asked).retention() - given).abs() < 1e-6, "{asked}");
        }
    }

    #[test]
    fn memory_out_of_practice_fades() {
        let model = Model::default();
        let memory = Memory::new(10.0, 5.0).expect("in range");
        assert_eq!(model.recall_after(memory, 0), 1.0);
        // Stability is defined as the days after which nine of ten are recalled.
        assert!((model.recall_after(memory, 10) - 0.9).abs() < 1e-4);
        assert!(model.recall_after(memory, 11) < model.recall_after(memory, 10));
    }
}
