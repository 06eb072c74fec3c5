//! See `raceday_fuzz::schedule`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use raceday_fuzz::schedule;

fuzz_target!(|text: &str| schedule::check(text));
