//! An order of steps, and its one-line text form: `0*4 1*3 2`.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;

use super::ParseThreadIdError;
use super::ThreadId;

/// Which thread goes next, again and again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Schedule(Vec<ThreadId>);

impl Schedule {
    /// The longest schedule that is read from text: far above what a person or a report writes, far below what hurts.
    pub const MAX_STEPS: usize = 1_000_000;

    /// Returns the threads in the order in which they go.
    pub fn threads(&self) -> &[ThreadId] {
        &self.0
    }

    /// Returns how often a step's thread differs from the one before it.
    pub fn switches(&self) -> usize {
        self.0.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }
}

impl FromIterator<ThreadId> for Schedule {
    fn from_iter<I: IntoIterator<Item = ThreadId>>(threads: I) -> Schedule {
        Schedule(threads.into_iter().collect())
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Schedule, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, run) in self.0.chunk_by(|a, b| a == b).enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{}", run[0])?;
            if run.len() > 1 {
                write!(f, "*{}", run.len())?;
            }
        }
        Ok(())
    }
}

/// Why a text is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseScheduleError {
    /// A word names no thread.
    #[error(transparent)]
    Thread(#[from] ParseThreadIdError),
    /// What stands after `*` is not a number of steps.
    #[error("`{0}` is not a run of steps: write THREAD or THREAD*COUNT, as in `0*4 1*3 2`")]
    Count(String),
    /// More than [`Schedule::MAX_STEPS`] steps.
    #[error("the schedule has more than {} steps", Schedule::MAX_STEPS)]
    TooLong,
}

impl FromStr for Schedule {
    type Err = ParseScheduleError;

    fn from_str(text: &str) -> Result<Schedule, ParseScheduleError> {
        let mut threads = Vec::new();
        for word in text.split_whitespace() {
            let (thread, count) = match word.split_once('*') {
                None => (word, 1),
                Some((thread, count)) => {
                    let digits = count.bytes().all(|byte| byte.is_ascii_digit());
                    let count = count.parse::<usize>().ok().filter(|&count| digits && count > 0);
                    (thread, count.ok_or_else(|| ParseScheduleError::Count(word.to_owned()))?)
                }
            };
            let thread: ThreadId = thread.parse()?;
            if count > Schedule::MAX_STEPS - threads.len() {
                return Err(ParseScheduleError::TooLong);
            }
            threads.extend(std::iter::repeat_n(thread, count));
        }
        Ok(Schedule(threads))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_are_counted() {
        let schedule: Schedule = "0*4 1*3 2 1.2*2".parse().expect("a schedule");
        assert_eq!(schedule.threads().len(), 10);
        assert_eq!(schedule.switches(), 3);
        assert_eq!(schedule.to_string(), "0*4 1*3 2 1.2*2");
    }

    #[test]
    fn wrong_words_are_named() {
        for (text, message) in [
            ("0*", "`0*` is not a run of steps"),
            ("0*0", "`0*0` is not a run of steps"),
            ("0*+1", "`0*+1` is not a run of steps"),
            ("x*2", "`x` is not a thread"),
            ("0*1000000 1", "more than 1000000 steps"),
            ("0*99999999999999999999", "is not a run of steps"),
        ] {
            let error = text.parse::<Schedule>().expect_err(text).to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(threads in prop::collection::vec((1u64..4, 0u64..4), 0..40)) {
            let schedule: Schedule = threads
                .into_iter()
                .filter_map(|(nth, nested)| {
                    let thread = ThreadId::MAIN.child(nth)?;
                    if nested == 0 { Some(thread) } else { thread.child(nested) }
                })
                .collect();
            prop_assert_eq!(schedule.to_string().parse::<Schedule>(), Ok(schedule));
        }
    }
}
