//! The rating that the evidence of an answer suggests; the learner has the last word.

use super::Rating;

/// The longest time that an answer is taken to have been thought about. Beyond it the learner was away, and the time
/// says nothing.
pub const MAX_SECONDS: f32 = 300.0;

/// Below this no answer is slow, however quick the learner usually is.
const NEVER_SLOW_SECONDS: f32 = 30.0;

/// How many times the usual time makes an answer slow.
const SLOW: f32 = 3.0;

/// What was seen of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Whether it was right, all of it.
    pub right: bool,
    /// How many hints were shown.
    pub hints: u32,
    /// How long it took.
    pub seconds: f32,
    /// How long the learner usually takes (see [`super::Pace`]).
    pub usual_seconds: f32,
}

/// Returns the rating that `evidence` suggests.
///
/// It is never [`Rating::Easy`]: an answer that was quick and right may have been a guess, and only the learner knows.
pub fn propose(evidence: &Evidence) -> Rating {
    let slow = (NEVER_SLOW_SECONDS.max(SLOW * evidence.usual_seconds)..MAX_SECONDS).contains(&evidence.seconds);
    if !evidence.right {
        Rating::Again
    } else if evidence.hints > 0 || slow {
        Rating::Hard
    } else {
        Rating::Good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(right: bool, hints: u32, seconds: f32, usual_seconds: f32, expected: Rating) {
        assert_eq!(propose(&Evidence { right, hints, seconds, usual_seconds }), expected);
    }

    #[test]
    fn a_wrong_answer_is_forgotten_whatever_else() {
        check(false, 0, 1.0, 20.0, Rating::Again);
        check(false, 3, 1000.0, 20.0, Rating::Again);
    }

    #[test]
    fn help_makes_it_hard() {
        check(true, 1, 5.0, 20.0, Rating::Hard);
        check(true, 0, 5.0, 20.0, Rating::Good);
    }

    #[test]
    fn slow_is_hard_and_away_says_nothing() {
        check(true, 0, 59.0, 20.0, Rating::Good);
        check(true, 0, 61.0, 20.0, Rating::Hard);
        check(true, 0, 299.0, 20.0, Rating::Hard);
        check(true, 0, 301.0, 20.0, Rating::Good);
        check(true, 0, 29.0, 2.0, Rating::Good);
        check(true, 0, f32::NAN, 20.0, Rating::Good);
        check(true, 0, 31.0, f32::NAN, Rating::Hard);
    }
}
