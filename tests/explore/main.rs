//! The search, held against the exhaustive twin, against counts of the literature, and against brute force, on toy
//! programs that run in memory.

mod death;
mod promises;
mod published;
mod races;
mod random;
mod states;
mod toy;
mod twin;
