//! See `raceday_fuzz::note`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use raceday_fuzz::note;

fuzz_target!(|input: (u8, u8, &str, &str)| note::check(input));
