//! What is asked today, and in which order.

use super::Card;
use super::Day;
use super::Model;

/// Returns the cards that are due on `today`, those first that are most worth saving.
///
/// Worth saving is what would be lost by waiting: the cards whose chance of recall falls most from today to tomorrow.
/// A young card at the point of being forgotten comes before an old one that can wait another week, and before one
/// that is as good as forgotten already, so a backlog that is larger than a day's limit costs as little as it can.
/// Cards of equal worth come as they are given.
pub fn due_order<Id>(model: &Model, cards: impl IntoIterator<Item = (Id, Card)>, today: Day) -> Vec<(Id, Card)> {
    let mut due: Vec<(f32, (Id, Card))> = cards
        .into_iter()
        .filter_map(|(id, card)| {
            let seen = card.seen().filter(|_| card.is_due(today))?;
            Some((model.loss_of_waiting(seen, today), (id, card)))
        })
        .collect();
    due.sort_by(|(ours, _), (theirs, _)| theirs.total_cmp(ours));
    due.into_iter().map(|(_, card)| card).collect()
}

/// Returns what to ask for the rest of a day, given what is `due` in its order (see [`due_order`]), the `new` cards in
/// teaching order, and what was `done` on that day already, in whatever session.
pub fn plan<Id>(due: Vec<(Id, Card)>, new: Vec<Id>, limits: Limits, done: Counts) -> Plan<Id> {
    let mut reviews_left = limits.reviews_per_day.saturating_sub(done.reviewed);
    let mut plan = Plan { reviews: Vec::new(), new: Vec::new(), reviews_waiting: 0, new_waiting: 0 };
    for (id, card) in due {
        match card {
            // What failed comes back until it is recalled: it was counted when it failed.
            Card::Learning(_) => plan.reviews.push(id),
            Card::New | Card::Reviewed(_) if reviews_left > 0 => {
                reviews_left -= 1;
                plan.reviews.push(id);
            }
            Card::New | Card::Reviewed(_) => plan.reviews_waiting += 1,
        }
    }
    let new_left = limits.new_per_day.saturating_sub(done.new);
    for id in new {
        if plan.new.len() < new_left as usize {
            plan.new.push(id);
        } else {
            plan.new_waiting += 1;
        }
    }
    plan
}

/// How much the learner takes on in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many cards may be met for the first time.
    pub new_per_day: u32,
    /// How many due cards may be asked; new ones, and failed ones that come back, do not count.
    pub reviews_per_day: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { new_per_day: 10, reviews_per_day: 200 }
    }
}

/// What was done on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answers to cards that had never been answered.
    pub new: u32,
    /// Answers to cards that had been recalled the last time.
    pub reviewed: u32,
    /// Answers to cards that had failed the last time.
    pub relearned: u32,
}

impl Counts {
    /// Returns the number of all answers.
    pub fn total(&self) -> u32 {
        self.new + self.reviewed + self.relearned
    }
}

/// What to ask: reviews, then new cards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan<Id> {
    /// Cards to review, those first that are most worth saving.
    pub reviews: Vec<Id>,
    /// Cards to meet, in teaching order.
    pub new: Vec<Id>,
    /// How many more are due and wait for another day because of the limit.
    pub reviews_waiting: usize,
    /// How many more are new and wait for another day because of the limit.
    pub new_waiting: usize,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono::TimeDelta;
    use chrono::Utc;

    use super::*;
    use crate::srs::Memory;
    use crate::srs::Moment;
    use crate::srs::Seen;

    fn today() -> Moment {
        Moment::of("2026-03-02T12:00:00Z".parse::<DateTime<Utc>>().expect("an instant"), &Utc)
    }

    fn seen(stability: f32, last_days_ago: i64, due_in_days: i64) -> Seen {
        Seen {
            memory: Memory::new(stability, 5.0).expect("in range"),
            due: Day::from_number(today().day.number() + due_in_days).expect("a day"),
            last: Moment::of(today().at - TimeDelta::days(last_days_ago), &Utc),
        }
    }

    #[test]
    fn what_can_be_saved_comes_first() {
        let cards = [
            ("can wait", Card::Reviewed(seen(300.0, 300, 0))),
            ("about to go", Card::Reviewed(seen(2.0, 2, 0))),
            ("as good as gone", Card::Reviewed(seen(2.0, 900, -898))),
            ("failed today", Card::Learning(seen(0.3, 0, 0))),
            ("not yet due", Card::Reviewed(seen(1.0, 1, 1))),
            ("new", Card::New),
        ];
        let order: Vec<&str> = due_order(&Model::default(), cards, today().day).into_iter().map(|(id, _)| id).collect();
        assert_eq!(order, ["failed today", "about to go", "can wait", "as good as gone"]);
    }

    #[test]
    fn equals_stay_in_order() {
        let cards = (0..50).map(|id| (id, Card::Reviewed(seen(2.0, 2, 0))));
        let order: Vec<i32> = due_order(&Model::default(), cards, today().day).into_iter().map(|(id, _)| id).collect();
        assert!(order.is_sorted());
    }

    #[test]
    fn limits_hold_across_the_sessions_of_a_day() {
        let due = || {
            vec![
                (1, Card::Reviewed(seen(2.0, 2, 0))),
                (2, Card::Learning(seen(0.3, 0, 0))),
                (3, Card::Reviewed(seen(2.0, 2, 0))),
                (4, Card::Reviewed(seen(2.0, 2, 0))),
            ]
        };
        let check = |done: Counts, reviews: &[i32], new: &[i32], waiting: (usize, usize)| {
            let limits = Limits { new_per_day: 2, reviews_per_day: 3 };
            let plan = plan(due(), vec![5, 6, 7], limits, done);
            assert_eq!((&plan.reviews[..], &plan.new[..]), (reviews, new));
            assert_eq!((plan.reviews_waiting, plan.new_waiting), waiting);
        };
        check(Counts::default(), &[1, 2, 3, 4], &[5, 6], (0, 1));
        check(Counts { new: 1, reviewed: 1, relearned: 9 }, &[1, 2, 3], &[5], (1, 2));
        check(Counts { new: 2, reviewed: 3, relearned: 0 }, &[2], &[], (3, 3));
        check(Counts { new: 9, reviewed: 9, relearned: 0 }, &[2], &[], (3, 3));
    }
}
