//! See `raceday_fuzz::deck`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use raceday_fuzz::deck;

fuzz_target!(|data: &[u8]| deck::check(data));
