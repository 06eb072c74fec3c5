//! What each fuzz target does with an input. tests/fuzz.rs feeds them with their seeds, so that they always compile.

pub mod deck;
pub mod frames;
pub mod note;
pub mod schedule;
