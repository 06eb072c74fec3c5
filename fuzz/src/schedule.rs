//! Any text as what is typed on the command line: schedules, ids, cards, numbers and addresses of notes.

use std::fmt::Display;
use std::str::FromStr;

use raceday::deck::CardId;
use raceday::deck::ConceptId;
use raceday::notes::Address;
use raceday::notes::NoteId;
use raceday::scenario::Schedule;
use raceday::scenario::ThreadId;

/// What is understood is understood alike when it is written anew.
fn understand<T: FromStr<Err: Display> + Display + PartialEq>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => assert!(value.to_string().parse::<T>().is_ok_and(|again| again == value)),
        // It may repeat what was typed, once.
        Err(error) => assert!(error.to_string().len() < text.len() + 300),
    }
}

/// Does it with one input.
pub fn check(text: &str) {
    understand::<Schedule>(text);
    understand::<ThreadId>(text);
    understand::<CardId>(text);
    understand::<ConceptId>(text);
    understand::<NoteId>(text);
    understand::<Address>(text);
}
