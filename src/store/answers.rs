//! The log of answers: adding to it, taking reviews back, and reading it.

use chrono::DateTime;
use chrono::Utc;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::named_params;
use rusqlite::params;

use super::Store;
use super::StoreError;
use super::cards;
use super::columns;
use crate::deck::CardId;
use crate::deck::Digest;
use crate::notes::AnswerId;
use crate::srs;
use crate::srs::Card;
use crate::srs::Model;
use crate::srs::Moment;
use crate::srs::Rating;
use crate::srs::Review;

/// What was asked and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Which question.
    pub card: &'a CardId,
    /// What it asked.
    pub digest: Digest,
    /// What the learner answered, in words.
    pub text: &'a str,
    /// Whether that is right; `None` where only the learner can tell.
    pub correct: Option<bool>,
    /// How many hints were shown.
    pub hints: u32,
}

/// What a review did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answered {
    /// The answer's number in the log.
    pub id: AnswerId,
    /// The card as the review found it.
    pub before: Card,
    /// The card as the review left it.
    pub after: Card,
}

/// What taking a review back did.
#[derive(Clone, Debug, PartialEq)]
pub struct Undone {
    /// The number of the answer that counts no more.
    pub id: AnswerId,
    /// Which card it was about.
    pub card: CardId,
    /// The review that was taken back.
    pub review: Review,
    /// The card as it is again.
    pub restored: Card,
}

/// An answer in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct PastAnswer {
    /// Its number.
    pub id: AnswerId,
    /// Which card it was about, by the name that it has now.
    pub card: CardId,
    /// What was asked.
    pub digest: Digest,
    /// What the learner answered.
    pub text: String,
    /// Whether that was right; `None` where only the learner could tell.
    pub correct: Option<bool>,
    /// How many hints were shown.
    pub hints: u32,
    /// On what occasion.
    pub occasion: Occasion,
}

/// Why a question was asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Occasion {
    /// To keep it in memory.
    Review {
        /// How it went.
        review: Review,
        /// Whether it was taken back.
        undone: bool,
    },
    /// In a quiz, which memory knows nothing of.
    Quiz {
        /// When.
        at: Moment,
        /// How long the answer took.
        seconds: f32,
    },
}

impl Store {
    /// Keeps an answered card: the log's row, what is remembered of the card, and the day's counts, at once.
    ///
    /// The card is taken as it is now in the database, whoever answered it since it was read.
    pub fn answer(&mut self, answer: &Answer<'_>, review: &Review, model: &Model) -> Result<Answered, StoreError> {
        self.write(|connection| {
            let row = cards::row_of(connection, answer.card, Some(answer.digest))?;
            let before = cards::card_of_row(connection, row)?;
            let after = srs::review(model, &before, review.rating, review.at);
            let seen = after.seen().expect("a card that was reviewed has been seen");
            connection
                .prepare_cached(
                    "insert into log (kind, card, deck, question, at_ms, offset_s, day, digest, answer, correct, hints,
                        seconds, proposed, rating, was, state, stability, difficulty, due)
                    values ('review', :card, :deck, :question, :at, :offset, :day, :digest, :answer, :correct, :hints,
                        :seconds, :proposed, :rating, :was, :state, :stability, :difficulty, :due)",
                )?
                .execute(named_params! {
                    ":card": row,
                    ":deck": answer.card.deck,
                    ":question": answer.card.question,
                    ":at": columns::Instant(review.at.at),
                    ":offset": review.at.offset_s,
                    ":day": review.at.day,
                    ":digest": answer.digest,
                    ":answer": answer.text,
                    ":correct": answer.correct,
                    ":hints": answer.hints,
                    ":seconds": in_range(review.seconds),
                    ":proposed": review.proposed,
                    ":rating": review.rating,
                    ":was": columns::state_name(&before),
                    ":state": columns::state_name(&after),
                    ":stability": f64::from(seen.memory.stability()),
                    ":difficulty": f64::from(seen.memory.difficulty()),
                    ":due": seen.due,
                })?;
            let id = AnswerId(connection.last_insert_rowid());
            connection
                .prepare_cached("insert or replace into memories select * from memories_of_log where card = ?")?
                .execute([row])?;
            connection
                .prepare_cached(
                    "insert into days (day, deck, new, reviewed, relearned)
                    values (:day, :deck, :was = 'new', :was = 'reviewed', :was = 'learning')
                    on conflict do update set new = new + excluded.new, reviewed = reviewed + excluded.reviewed,
                        relearned = relearned + excluded.relearned",
                )?
                .execute(named_params! {
                    ":day": review.at.day,
                    ":deck": answer.card.deck,
                    ":was": columns::state_name(&before),
                })?;
            Ok(Answered { id, before, after })
        })
    }

    /// Keeps an answer in a quiz. It does not touch memory.
    pub fn answer_quiz(&mut self, answer: &Answer<'_>, now: Moment, seconds: f32) -> Result<AnswerId, StoreError> {
        self.write(|connection| {
            let row = cards::row_of(connection, answer.card, Some(answer.digest))?;
            connection
                .prepare_cached(
                    "insert into log
                        (kind, card, deck, question, at_ms, offset_s, day, digest, answer, correct, hints, seconds)
                    values ('quiz', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                )?
                .execute(params![
                    row,
                    answer.card.deck,
                    answer.card.question,
                    columns::Instant(now.at),
                    now.offset_s,
                    now.day,
                    answer.digest,
                    answer.text,
                    answer.correct,
                    answer.hints,
                    in_range(seconds),
                ])?;
            Ok(AnswerId(connection.last_insert_rowid()))
        })
    }

    /// Takes back the last review that still counts, in whatever session it was; again for the one before. Memory and
    /// counts are as if it had not been; the log keeps it, and says that it was taken back.
    pub fn undo(&mut self, now: Moment) -> Result<Option<Undone>, StoreError> {
        self.write(|connection| {
            let last: Option<(PastAnswer, i64)> = connection
                .prepare_cached(&format!(
                    "{PAST_ANSWERS} where log.kind = 'review' and not undone order by log.id desc limit 1"
                ))?
                .query_row([], |row| Ok((past_answer(row)?, row.get("card")?)))
                .optional()?;
            let Some((PastAnswer { id, card, occasion: Occasion::Review { review, .. }, .. }, row)) = last else {
                return Ok(None);
            };
            connection
                .prepare_cached(
                    "insert into log (kind, card, deck, question, at_ms, offset_s, day, undoes)
                    values ('undo', ?, ?, ?, ?, ?, ?, ?)",
                )?
                .execute(
                    params![row, card.deck, card.question, columns::Instant(now.at), now.offset_s, now.day, id,],
                )?;
            connection.prepare_cached("delete from memories where card = ?")?.execute([row])?;
            connection
                .prepare_cached("insert into memories select * from memories_of_log where card = ?")?
                .execute([row])?;
            connection
                .prepare_cached(
                    "update days set new = new - (undone.was = 'new'), reviewed = reviewed - (undone.was = 'reviewed'),
                        relearned = relearned - (undone.was = 'learning')
                    from log as undone
                    where undone.id = ? and days.day = undone.day and days.deck = undone.deck",
                )?
                .execute([id])?;
            connection
                .prepare_cached("delete from days where day = ? and new = 0 and reviewed = 0 and relearned = 0")?
                .execute([review.at.day])?;
            let restored = cards::card_of_row(connection, row)?;
            Ok(Some(Undone { id, card, review, restored }))
        })
    }

    /// Returns the last answers, the latest first: reviews, also those that were taken back, and quizzes.
    pub fn last_answers(&self, limit: u32) -> Result<Vec<PastAnswer>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "{PAST_ANSWERS} where log.kind in ('review', 'quiz') order by log.id desc limit ?"
        ))?;
        let rows = statement.query_map([limit], past_answer)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the answer with this number.
    pub fn past_answer(&self, id: AnswerId) -> Result<Option<PastAnswer>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("{PAST_ANSWERS} where log.kind in ('review', 'quiz') and log.id = ?"))?;
        Ok(statement.query_row([id], past_answer).optional()?)
    }
}

const PAST_ANSWERS: &str = "select log.id, log.kind, log.card, cards.deck, cards.question, log.digest, log.answer,
        log.correct, log.hints, log.seconds, log.proposed, log.rating, log.at_ms, log.offset_s, log.day,
        exists (select 1 from log as taken_back where taken_back.undoes = log.id) as undone
    from log join cards on cards.id = log.card";

/// Reads a row of [`PAST_ANSWERS`].
fn past_answer(row: &Row<'_>) -> rusqlite::Result<PastAnswer> {
    let at = columns::moment(row, "at_ms", "offset_s", "day")?;
    let seconds = row.get::<_, f64>("seconds")? as f32;
    let occasion = match row.get::<_, Option<Rating>>("rating")? {
        Some(rating) => Occasion::Review {
            review: Review { at, rating, proposed: row.get("proposed")?, seconds },
            undone: row.get("undone")?,
        },
        None => Occasion::Quiz { at, seconds },
    };
    Ok(PastAnswer {
        id: row.get("id")?,
        card: columns::card_id(row)?,
        digest: row.get("digest")?,
        text: row.get("answer")?,
        correct: row.get("correct")?,
        hints: row.get("hints")?,
        occasion,
    })
}

/// A time that is none, from a clock that was set, is no reason to lose an answer.
fn in_range(seconds: f32) -> f64 {
    if seconds.is_finite() { f64::from(seconds.max(0.0)) } else { 0.0 }
}

impl PastAnswer {
    /// Returns when it was given.
    pub fn at(&self) -> DateTime<Utc> {
        match self.occasion {
            Occasion::Review { review, .. } => review.at.at,
            Occasion::Quiz { at, .. } => at.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::srs::Counts;
    use crate::store::fixtures::answer;
    use crate::store::fixtures::card;
    use crate::store::fixtures::moment;
    use crate::store::fixtures::review;

    #[test]
    fn an_answer_is_kept_whole() {
        let mut store = Store::in_memory().expect("a store");
        let id = card("deck/a");
        let given = Answer { text: "500, -200", correct: Some(false), hints: 2, ..answer(&id) };
        let at = Moment::of(moment(0).at, &chrono_tz::Asia::Kathmandu);
        let again = Review { proposed: Some(Rating::Hard), ..review(Rating::Again, at) };
        let answered = store.answer(&given, &again, &Model::default()).expect("kept");
        assert_eq!(answered.before, Card::New);
        assert_eq!(answered.after, srs::review(&Model::default(), &Card::New, Rating::Again, at));
        assert_eq!(store.card(&id).expect("a card"), answered.after);
        let kept = PastAnswer {
            id: answered.id,
            card: id.clone(),
            digest: given.digest,
            text: "500, -200".to_owned(),
            correct: Some(false),
            hints: 2,
            occasion: Occasion::Review { review: again, undone: false },
        };
        assert_eq!(kept.at(), at.at);
        assert_eq!(store.past_answer(answered.id).expect("an answer"), Some(kept.clone()));
        assert_eq!(store.last_answers(9).expect("answers"), [kept]);
        assert_eq!(store.past_answer(AnswerId(99)).expect("no answer"), None);
    }

    #[test]
    fn a_quiz_does_not_touch_memory() {
        let mut store = Store::in_memory().expect("a store");
        let id = card("deck/a");
        let quizzed = store.answer_quiz(&answer(&id), moment(0), f32::NAN).expect("kept");
        assert_eq!(store.card(&id).expect("a card"), Card::New);
        assert_eq!(store.counts_of_day(moment(0).day).expect("counts"), Counts::default());
        let answers = store.last_answers(9).expect("answers");
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0].id, quizzed);
        assert_eq!(answers[0].occasion, Occasion::Quiz { at: moment(0), seconds: 0.0 });
        assert_eq!(store.undo(moment(1)).expect("nothing"), None);
    }

    #[test]
    fn undo_goes_several_deep_and_the_log_stays() {
        let mut store = Store::in_memory().expect("a store");
        let model = Model::default();
        let (a, b) = (card("deck/a"), card("deck/b"));
        let first = store.answer(&answer(&a), &review(Rating::Again, moment(0)), &model).expect("kept");
        let second = store.answer(&answer(&b), &review(Rating::Good, moment(1)), &model).expect("kept");
        let third = store.answer(&answer(&a), &review(Rating::Good, moment(2)), &model).expect("kept");
        assert_eq!(store.counts_of_day(moment(0).day).expect("counts"), Counts { new: 2, reviewed: 0, relearned: 1 });

        let undone = store.undo(moment(3)).expect("undone").expect("something");
        assert_eq!((undone.id, undone.card, undone.restored), (third.id, a.clone(), first.after));
        assert_eq!(undone.review, review(Rating::Good, moment(2)));
        let undone = store.undo(moment(4)).expect("undone").expect("something");
        assert_eq!((undone.id, undone.restored), (second.id, Card::New));
        assert_eq!(store.card(&a).expect("a card"), first.after);
        assert_eq!(store.counts_of_day(moment(0).day).expect("counts"), Counts { new: 1, reviewed: 0, relearned: 0 });
        assert_eq!(store.undo(moment(5)).expect("undone").expect("something").id, first.id);
        assert_eq!(store.undo(moment(6)).expect("nothing left"), None);
        assert_eq!(store.counts_of_day(moment(0).day).expect("counts"), Counts::default());

        let answers = store.last_answers(9).expect("answers");
        assert_eq!(answers.len(), 3);
        assert!(answers.iter().all(|answer| matches!(answer.occasion, Occasion::Review { undone: true, .. })));
    }

    #[test]
    fn the_log_is_only_ever_added_to() {
        let mut store = Store::in_memory().expect("a store");
        let id = card("deck/a");
        store.answer(&answer(&id), &review(Rating::Good, moment(0)), &Model::default()).expect("kept");
        for sql in ["update log set rating = 4", "delete from log", "insert or replace into log select * from log"] {
            assert!(store.connection.execute(sql, []).is_err(), "{sql}");
        }
    }

    /// What can happen to a few cards.
    #[derive(Clone, Debug)]
    enum Event {
        Review { card: usize, rating: u32 },
        Quiz { card: usize },
        Undo,
        Reset { card: usize },
        Rename { card: usize },
        Wait { minutes: i64 },
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            6 => (0..3usize, 1..=4u32).prop_map(|(card, rating)| Event::Review { card, rating }),
            1 => (0..3usize).prop_map(|card| Event::Quiz { card }),
            4 => Just(Event::Undo),
            1 => (0..3usize).prop_map(|card| Event::Reset { card }),
            1 => (0..3usize).prop_map(|card| Event::Rename { card }),
            3 => (1..9000i64).prop_map(|minutes| Event::Wait { minutes }),
        ];
        prop::collection::vec(event, 0..40)
    }

    /// The twin of the store: what happened and still counts, and what follows from it.
    #[derive(Default)]
    struct Twin(Vec<(usize, Option<(Rating, Moment)>)>);

    impl Twin {
        fn undo(&mut self) -> bool {
            let last = self.0.iter().rposition(|(_, review)| review.is_some());
            last.map(|index| self.0.remove(index)).is_some()
        }

        fn cards(&self, model: &Model) -> ([Card; 3], Vec<(srs::Day, Counts)>) {
            let mut cards = [Card::New; 3];
            let mut days: Vec<(srs::Day, Counts)> = Vec::new();
            for (index, review) in &self.0 {
                let Some((rating, at)) = review else {
                    cards[*index] = Card::New;
                    continue;
                };
                if days.last().is_none_or(|(day, _)| *day != at.day) {
                    days.push((at.day, Counts::default()));
                }
                let counts = &mut days.last_mut().expect("a day").1;
                match cards[*index] {
                    Card::New => counts.new += 1,
                    Card::Reviewed(_) => counts.reviewed += 1,
                    Card::Learning(_) => counts.relearned += 1,
                }
                cards[*index] = srs::review(model, &cards[*index], *rating, *at);
            }
            (cards, days)
        }
    }

    proptest! {
        #[test]
        fn whatever_happens_memory_follows_from_the_log(events in events()) {
            let model = Model::default();
            let mut store = Store::in_memory().expect("a store");
            let mut names = [card("deck/a"), card("deck/b"), card("other/c")];
            let mut twin = Twin::default();
            let mut now = 0;
            for (number, event) in events.iter().enumerate() {
                let at = moment(now);
                match *event {
                    Event::Review { card, rating } => {
                        let rating = Rating::from_number(rating).expect("a rating");
                        store.answer(&answer(&names[card]), &review(rating, at), &model).expect("kept");
                        twin.0.push((card, Some((rating, at))));
                    }
                    Event::Quiz { card } => {
                        store.answer_quiz(&answer(&names[card]), at, 1.0).expect("kept");
                    }
                    Event::Undo => {
                        prop_assert_eq!(store.undo(at).expect("undone").is_some(), twin.undo());
                    }
                    Event::Reset { card } => {
                        store.reset(&names[card], Some(answer(&names[card]).digest), at).expect("reset");
                        twin.0.push((card, None));
                    }
                    Event::Rename { card } => {
                        let new: CardId = format!("deck/renamed-{number}").parse().expect("a card");
                        if store.adopt(&names[card], &new).expect("adopted") {
                            names[card] = new;
                        }
                    }
                    Event::Wait { minutes } => now += minutes,
                }
            }
            let (cards, days) = twin.cards(&model);
            for rebuilt in [false, true] {
                if rebuilt {
                    store.rebuild().expect("rebuilt");
                }
                for (name, expected) in names.iter().zip(cards) {
                    prop_assert_eq!(store.card(name).expect("a card"), expected);
                }
                for (day, expected) in &days {
                    prop_assert_eq!(store.counts_of_day(*day).expect("counts"), *expected);
                }
                prop_assert_eq!(store.integrity().expect("checked"), Vec::<String>::new());
            }
        }
    }
}
