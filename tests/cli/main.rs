//! The binary as a user runs it: wiring and wording. What lies below is tested below.

mod world;

mod check;
mod deck;
mod doctor;
mod explore;
mod usage;
