//! Raceday: a quiz and flashcard engine for thread safety that checks answers by running every interleaving.

// The core: values in, values out.
pub mod scenario;
pub mod explore;
pub mod deck;
pub mod srs;
pub mod grade;
pub mod session;
pub mod notes;
pub mod report;

// The edges: one foreign thing each.
pub mod python;
pub mod store;
pub mod deck_files;
pub mod terminal;
pub mod clock;

// Where they meet.
pub mod cli;
