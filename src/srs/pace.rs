//! How long answers take, and so how long today will.

use std::time::Duration;

use super::MAX_SECONDS;
use super::Plan;

/// Below this many answers the usual time is a guess of ours, not the learner's.
const MIN_HISTORY: usize = 5;

/// How long a learner usually takes to answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// For a card met before.
    pub review_seconds: f32,
    /// For a new card, reading its teaching note included.
    pub new_seconds: f32,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { review_seconds: 30.0, new_seconds: 60.0 }
    }
}

impl Pace {
    /// Returns the median of past times, or the default where there are too few. Times over [`MAX_SECONDS`] count as
    /// that.
    pub fn of_history(review_seconds: Vec<f32>, new_seconds: Vec<f32>) -> Pace {
        let default = Pace::default();
        Pace {
            review_seconds: median(review_seconds).unwrap_or(default.review_seconds),
            new_seconds: median(new_seconds).unwrap_or(default.new_seconds),
        }
    }

    /// Returns how long `plan` will take.
    pub fn estimate<Id>(&self, plan: &Plan<Id>) -> Duration {
        let seconds = plan.reviews.len() as f32 * self.review_seconds + plan.new.len() as f32 * self.new_seconds;
        Duration::from_secs_f32(seconds)
    }
}

fn median(mut seconds: Vec<f32>) -> Option<f32> {
    seconds.retain(|seconds| *seconds >= 0.0);
    if seconds.len() < MIN_HISTORY {
        return None;
    }
    seconds.sort_by(f32::total_cmp);
    Some(seconds[seconds.len() / 2].min(MAX_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_long_lunch_changes_little() {
        let pace = Pace::of_history(vec![10.0, 12.0, 3000.0, 11.0, 13.0], vec![5.0, 5.0]);
        assert_eq!(pace, Pace { review_seconds: 12.0, new_seconds: Pace::default().new_seconds });
        assert_eq!(Pace::of_history(vec![9000.0; 5], vec![f32::NAN; 9]).review_seconds, MAX_SECONDS);
        assert_eq!(Pace::of_history(Vec::new(), vec![f32::NAN; 9]), Pace::default());
    }

    #[test]
    fn today_takes_what_its_cards_take() {
        let plan = Plan { reviews: vec![1, 2, 3], new: vec![4], reviews_waiting: 7, new_waiting: 7 };
        assert_eq!(Pace { review_seconds: 10.0, new_seconds: 40.0 }.estimate(&plan), Duration::from_secs(70));
        let nothing = Plan::<u8> { reviews: Vec::new(), new: Vec::new(), reviews_waiting: 0, new_waiting: 0 };
        assert_eq!(Pace::default().estimate(&nothing), Duration::ZERO);
    }
}
