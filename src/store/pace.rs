//! How long the learner usually takes to answer.

use rusqlite::Connection;
use rusqlite::params;

use super::StoreError;
use crate::srs::Pace;

/// How many past answers say how long an answer usually takes.
const PACE_ANSWERS: u32 = 200;

/// Returns the pace of the last reviews that still count.
pub(super) fn pace(connection: &Connection) -> Result<Pace, StoreError> {
    let mut statement = connection.prepare_cached(
        "select seconds from live_log where kind = 'review' and (was = 'new') = ? order by id desc limit ?",
    )?;
    let mut seconds = |new: bool| -> rusqlite::Result<Vec<f32>> {
        statement.query_map(params![new, PACE_ANSWERS], |row| Ok(row.get::<_, f64>(0)? as f32))?.collect()
    };
    Ok(Pace::of_history(seconds(false)?, seconds(true)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srs::Model;
    use crate::srs::Rating;
    use crate::srs::Review;
    use crate::store::Store;
    use crate::store::fixtures::answer;
    use crate::store::fixtures::card;
    use crate::store::fixtures::moment;
    use crate::store::fixtures::review;

    #[test]
    fn the_pace_is_that_of_what_counts() {
        let mut store = Store::in_memory().expect("a store");
        let model = Model::default();
        for index in 0..7 {
            let id = card(&format!("deck/q{index}"));
            let slow = Review { seconds: 40.0, ..review(Rating::Good, moment(0)) };
            store.answer(&answer(&id), &slow, &model).expect("kept");
            let quick = Review { seconds: 5.0, ..review(Rating::Good, moment(1)) };
            store.answer(&answer(&id), &quick, &model).expect("kept");
        }
        assert_eq!(store.read(pace).expect("a pace"), Pace { review_seconds: 5.0, new_seconds: 40.0 });
    }
}
