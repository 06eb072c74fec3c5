//! Any text as what is typed on the command line: schedules, ids, cards, numbers and addresses of notes.

#![no_main]

use std::fmt::Display;
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use raceday::deck::CardId;
use raceday::deck::ConceptId;
use raceday::notes::Address;
use raceday::notes::NoteId;
use raceday::scenario::Schedule;
use raceday::scenario::ThreadId;

/// What is understood is understood alike when it is written anew.
fn check<T: FromStr<Err: Display> + Display + PartialEq>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => assert!(value.to_string().parse::<T>().is_ok_and(|again| again == value)),
        Err(error) => assert!(error.to_string().len() < 2000),
    }
}

fuzz_target!(|text: &str| {
    check::<Schedule>(text);
    check::<ThreadId>(text);
    check::<CardId>(text);
    check::<ConceptId>(text);
    check::<NoteId>(text);
    check::<Address>(text);
});
