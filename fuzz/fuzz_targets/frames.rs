//! See `raceday_fuzz::frames`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use raceday_fuzz::frames;

fuzz_target!(|data: &[u8]| frames::check(data));
