//! What the learner remembers: ratings, memory, cards, and what a review does to a card.
//!
//! Everything here is a function of its arguments: the moment and the zone are handed in, never read. Which question
//! a card belongs to and where its history is kept is left to others.

mod day;
mod due;
mod fsrs;
mod pace;
mod proposal;

pub use day::DAY_STARTS_AT_HOUR;
pub use day::Day;
pub use day::Moment;
pub use day::day_of;
pub use due::Counts;
pub use due::Limits;
pub use due::Plan;
pub use due::due_order;
pub use due::plan;
pub use fsrs::Model;
pub use pace::Pace;
pub use proposal::Evidence;
pub use proposal::MAX_SECONDS;
pub use proposal::propose;

use std::fmt;

/// Returns `card` as it is after the learner answered it `now` and rated the answer.
///
/// A card that was rated [`Rating::Again`] is due the same day and stays so until it is recalled; any other rating
/// puts it off by at least a day. A further review on the same day is counted as short-term practice.
pub fn review(model: &Model, card: &Card, rating: Rating, now: Moment) -> Card {
    let (memory, days) = match card.seen() {
        None => (None, 0),
        Some(seen) => (Some(seen.memory), seen.last.days_until(now)),
    };
    let (memory, interval_days) = model.after(memory, rating, days);
    match rating {
        Rating::Again => Card::Learning(Seen { memory, due: now.day, last: now }),
        Rating::Hard | Rating::Good | Rating::Easy => {
            Card::Reviewed(Seen { memory, due: now.day.plus(interval_days), last: now })
        }
    }
}

/// The learner's side of a question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Card {
    /// Never answered.
    #[default]
    New,
    /// Not recalled the last time: it comes back the same day.
    Learning(Seen),
    /// Recalled the last time: it comes back on its due day.
    Reviewed(Seen),
}

impl Card {
    /// Returns what is known of a card that was answered before.
    pub fn seen(&self) -> Option<&Seen> {
        match self {
            Card::New => None,
            Card::Learning(seen) | Card::Reviewed(seen) => Some(seen),
        }
    }

    /// Returns whether the card should be asked again on `today` or should have been before. New cards are not due.
    pub fn is_due(&self, today: Day) -> bool {
        self.seen().is_some_and(|seen| seen.due <= today)
    }
}

/// What is known of a card that was answered before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// How well it is remembered.
    pub memory: Memory,
    /// The first day on which it should be asked again.
    pub due: Day,
    /// When it was last answered.
    pub last: Moment,
}

/// How well a card is remembered, in FSRS's two numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    stability: f32,
    difficulty: f32,
}

impl Memory {
    /// Returns a memory of these numbers; `None` where one is out of FSRS's range.
    pub fn new(stability: f32, difficulty: f32) -> Option<Memory> {
        let valid = (0.001..=36500.0).contains(&stability) && (1.0..=10.0).contains(&difficulty);
        valid.then_some(Memory { stability, difficulty })
    }

    /// Returns after how many days the chance of recall is down to 90 %.
    pub fn stability(&self) -> f32 {
        self.stability
    }

    /// Returns how hard the card is, from 1 to 10.
    pub fn difficulty(&self) -> f32 {
        self.difficulty
    }
}

/// How an answer went, in the learner's judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rating {
    /// Not recalled.
    Again,
    /// Recalled with trouble.
    Hard,
    /// Recalled.
    Good,
    /// Recalled at once.
    Easy,
}

impl Rating {
    /// All four, the worst first.
    pub const ALL: [Rating; 4] = [Rating::Again, Rating::Hard, Rating::Good, Rating::Easy];

    /// Returns the number that FSRS and the review log use, from 1.
    pub fn number(self) -> u32 {
        match self {
            Rating::Again => 1,
            Rating::Hard => 2,
            Rating::Good => 3,
            Rating::Easy => 4,
        }
    }

    /// Returns the rating with this number (see [`Rating::number`]).
    pub fn from_number(number: u32) -> Option<Rating> {
        Rating::ALL.into_iter().find(|rating| rating.number() == number)
    }
}

impl fmt::Display for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Rating::Again => "Again",
            Rating::Hard => "Hard",
            Rating::Good => "Good",
            Rating::Easy => "Easy",
        })
    }
}

/// One answered card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Review {
    /// When.
    pub at: Moment,
    /// The rating that counts: the learner's.
    pub rating: Rating,
    /// The rating that the evidence suggested, where there was evidence.
    pub proposed: Option<Rating>,
    /// How long the answer took.
    pub seconds: f32,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono::TimeDelta;
    use chrono::Utc;
    use proptest::prelude::*;

    use super::*;

    fn moment(days: i64) -> Moment {
        let noon: DateTime<Utc> = "2026-03-02T12:00:00Z".parse().expect("a moment");
        Moment::of(noon + TimeDelta::days(days), &Utc)
    }

    fn due_in(card: &Card, now: Moment) -> i32 {
        card.seen().expect("a seen card").due.days_since(now.day)
    }

    /// The figures are those of the `fsrs` crate's own documentation, rounded to days.
    #[test]
    fn first_reviews_follow_fsrs() {
        let model = Model::default();
        let days: Vec<i32> = Rating::ALL
            .into_iter()
            .map(|rating| due_in(&review(&model, &Card::New, rating, moment(0)), moment(0)))
            .collect();
        assert_eq!(days, [0, 1, 2, 8]);

        let good = review(&model, &Card::New, Rating::Good, moment(0));
        let days: Vec<i32> = Rating::ALL
            .into_iter()
            .map(|rating| due_in(&review(&model, &good, rating, moment(3)), moment(3)))
            .collect();
        assert_eq!(days, [0, 9, 14, 24]);
    }

    #[test]
    fn a_failed_card_stays_due_until_it_is_recalled() {
        let model = Model::default();
        let failed = review(&model, &Card::New, Rating::Again, moment(0));
        assert!(matches!(failed, Card::Learning(_)));
        assert!(failed.is_due(moment(0).day));
        let failed = review(&model, &failed, Rating::Again, moment(0));
        assert!(failed.is_due(moment(0).day));
        let recalled = review(&model, &failed, Rating::Good, moment(0));
        assert!(matches!(recalled, Card::Reviewed(_)));
        assert!(!recalled.is_due(moment(0).day));
        assert!(recalled.is_due(moment(1).day));
    }

    #[test]
    fn a_second_review_on_a_day_counts_less_than_one_on_the_next() {
        let model = Model::default();
        let good = review(&model, &Card::New, Rating::Good, moment(0));
        let stability = |card: Card| card.seen().expect("a seen card").memory.stability();
        let same_day = stability(review(&model, &good, Rating::Good, moment(0)));
        let due_day = stability(review(&model, &good, Rating::Good, moment(2)));
        assert!(stability(good) <= same_day && same_day < due_day, "{same_day} {due_day}");
    }

    #[test]
    fn a_clock_that_was_set_back_does_no_harm() {
        let model = Model::default();
        let future = review(&model, &Card::New, Rating::Good, moment(1000));
        let now = review(&model, &future, Rating::Good, moment(0));
        assert_eq!(
            now,
            review(
                &model,
                &Card::Reviewed(Seen { last: moment(0), ..*future.seen().unwrap() }),
                Rating::Good,
                moment(0)
            )
        );
    }

    #[test]
    fn ratings_have_the_numbers_of_fsrs() {
        for (rating, number, name) in [
            (Rating::Again, 1, "Again"),
            (Rating::Hard, 2, "Hard"),
            (Rating::Good, 3, "Good"),
            (Rating::Easy, 4, "Easy"),
        ] {
            assert_eq!((rating.number(), rating.to_string().as_str()), (number, name));
            assert_eq!(Rating::from_number(number), Some(rating));
        }
        assert_eq!((Rating::from_number(0), Rating::from_number(5)), (None, None));
    }

    #[test]
    fn numbers_out_of_range_are_no_memory() {
        for (stability, difficulty) in
            [(0.0, 5.0), (-1.0, 5.0), (f32::NAN, 5.0), (f32::INFINITY, 5.0), (1.0, 0.5), (1.0, 10.5), (1.0, f32::NAN)]
        {
            assert_eq!(Memory::new(stability, difficulty), None);
        }
        assert!(Memory::new(0.001, 1.0).is_some() && Memory::new(36500.0, 10.0).is_some());
    }

    proptest! {
        #[test]
        fn any_history_leads_to_a_card_that_comes_back(
            reviews in prop::collection::vec((1u32..=4, -3i64..40_000), 1..60),
            retention in -1.0f64..2.0,
        ) {
            let model = Model::with_retention(retention);
            let mut card = Card::New;
            let mut days = 0;
            for (rating, gap) in reviews {
                days += gap;
                let (rating, now) = (Rating::from_number(rating).unwrap(), moment(days));
                card = review(&model, &card, rating, now);
                let seen = card.seen().expect("a seen card");
                prop_assert_eq!(Memory::new(seen.memory.stability(), seen.memory.difficulty()), Some(seen.memory));
                let interval = seen.due.days_since(now.day);
                if rating == Rating::Again {
                    prop_assert_eq!(interval, 0);
                } else {
                    prop_assert!((1..=36_500).contains(&interval), "{}", interval);
                }
                prop_assert_eq!(seen.last, now);
            }
        }

        #[test]
        fn a_better_rating_never_brings_a_card_back_sooner(
            first in 1u32..=4, gap in 0i64..400, retention in 0.7f64..0.99,
        ) {
            let model = Model::with_retention(retention);
            let card = review(&model, &Card::New, Rating::from_number(first).unwrap(), moment(0));
            let due: Vec<i32> = Rating::ALL
                .into_iter()
                .map(|rating| due_in(&review(&model, &card, rating, moment(gap)), moment(gap)))
                .collect();
            prop_assert!(due.is_sorted(), "{:?}", due);
        }
    }
}
