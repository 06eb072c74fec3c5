//! Numbers on the command line, and what to write in place of what is none.

use std::str::FromStr;
use std::time::Duration;

/// Returns how many: a whole number from 1.
pub(super) fn parse_count<N: FromStr + PartialOrd + From<u8>>(text: &str) -> Result<N, String> {
    text.parse().ok().filter(|count| *count >= N::from(1)).ok_or_else(|| "write a whole number from 1".to_owned())
}

/// Returns where chance starts from: a whole number from 0.
pub(super) fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a whole number from 0".to_owned())
}

/// Returns how long: a number of seconds above 0.
pub(super) fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|seconds| !seconds.is_zero()).ok_or_else(|| "write a number of seconds above 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_have_fractions_but_no_other_sense() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "soon", "inf", "nan"] {
            assert!(parse_seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_begin_with_one_and_seeds_with_none() {
        assert_eq!(parse_count::<u32>("1"), Ok(1));
        assert_eq!(parse_count::<u64>("18446744073709551615"), Ok(u64::MAX));
        for text in ["0", "-1", "1.5", "many", "", "4294967296"] {
            assert!(parse_count::<u32>(text).is_err(), "{text}");
        }
        assert_eq!(parse_seed("0"), Ok(0));
        assert!(parse_seed("-1").is_err());
    }
}
