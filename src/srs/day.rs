//! Days as learners live them: from four in the morning to four in the morning, on their own clock.

use std::fmt;

use chrono::DateTime;
use chrono::Datelike;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::Offset;
use chrono::TimeDelta;
use chrono::TimeZone;
use chrono::Utc;

/// The hour at which a day starts. Who learns past midnight is still at the evening before.
pub const DAY_STARTS_AT_HOUR: u32 = 4;

/// Returns the learner's day at an instant: the date on which it began at four.
///
/// Days never run backwards in a zone: where clocks are put back across four, the new day stays begun.
pub fn day_of<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> Day {
    let wall = wall(at, zone);
    let date = wall.checked_sub_signed(TimeDelta::hours(i64::from(DAY_STARTS_AT_HOUR))).unwrap_or(wall).date();
    let Some(tomorrow) = date.succ_opt() else { return Day::of_date(date) };
    let four = NaiveTime::from_hms_opt(DAY_STARTS_AT_HOUR, 0, 0).expect("an hour of the day");
    let starts = zone.from_local_datetime(&tomorrow.and_time(four));
    // At the very end of an overlap some zones answer with an instant at which their clocks show another time.
    let started = [starts.clone().earliest(), starts.latest()].into_iter().flatten().any(|start| {
        let start = start.to_utc();
        start <= at && self::wall(start, zone) == tomorrow.and_time(four)
    });
    Day::of_date(if started { tomorrow } else { date })
}

/// What the clock on the wall shows.
fn wall<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> NaiveDateTime {
    let utc = at.naive_utc();
    utc.checked_add_offset(zone.offset_from_utc_datetime(&utc).fix()).unwrap_or(utc)
}

/// A day of the learner's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// Returns the day that began on this date.
    pub fn of_date(date: NaiveDate) -> Day {
        Day(date.num_days_from_ce() - EPOCH_FROM_CE)
    }

    /// Returns the day with this number (see [`Day::number`]), if it is on the calendar.
    pub fn from_number(number: i64) -> Option<Day> {
        let number = i32::try_from(number).ok()?;
        let from_ce = number.checked_add(EPOCH_FROM_CE)?;
        NaiveDate::from_num_days_from_ce_opt(from_ce).map(|_| Day(number))
    }

    /// Returns the number of days since 1970-01-01.
    pub fn number(self) -> i64 {
        i64::from(self.0)
    }

    /// Returns the date on which the day began.
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + EPOCH_FROM_CE).expect("days are on the calendar")
    }

    /// Returns the day so many days later, or the calendar's last.
    pub fn plus(self, days: u32) -> Day {
        let number = self.number() + i64::from(days);
        Day::from_number(number).unwrap_or(Day::of_date(NaiveDate::MAX))
    }

    /// Returns how many days this day is after `earlier`.
    pub fn days_since(self, earlier: Day) -> i32 {
        self.0 - earlier.0
    }
}

/// 1970-01-01, counted as chrono counts days.
const EPOCH_FROM_CE: i32 = 719_163;

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({self})")
    }
}

/// A moment as the learner lived it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The instant, to the millisecond.
    pub at: DateTime<Utc>,
    /// How far the learner's clock was ahead of UTC.
    pub offset_s: i32,
    /// The learner's day.
    pub day: Day,
}

impl Moment {
    /// Returns the moment at which it is `at`, for a learner in `zone`.
    pub fn of<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> Moment {
        let at = DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at);
        let offset_s = zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
        Moment { at, offset_s, day: day_of(at, zone) }
    }
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::*;

    /// Checks that at each UTC time the learner's day is the given one.
    #[track_caller]
    fn check(zone: Tz, expected: &[(&str, &str)]) {
        for (at, day) in expected {
            let at: DateTime<Utc> = at.parse().expect("an instant");
            assert_eq!(day_of(at, &zone).to_string(), *day, "{at} in {zone}");
        }
    }

    #[test]
    fn a_day_starts_at_four() {
        check(
            chrono_tz::Europe::Berlin,
            &[
                ("2026-01-15T02:59:59.999Z", "2026-01-14"),
                ("2026-01-15T03:00:00Z", "2026-01-15"),
                ("2026-07-15T01:59:59.999Z", "2026-07-14"),
                ("2026-07-15T02:00:00Z", "2026-07-15"),
            ],
        );
        check(
            chrono_tz::Asia::Kathmandu,
            &[("2026-01-14T22:14:59Z", "2026-01-14"), ("2026-01-14T22:15:00Z", "2026-01-15")],
        );
    }

    #[test]
    fn the_day_of_a_spring_gap_is_a_day() {
        // At 2:00 clocks go to 3:00.
        check(
            chrono_tz::Europe::Berlin,
            &[
                ("2026-03-28T03:00:00Z", "2026-03-28"),
                ("2026-03-29T00:59:59Z", "2026-03-28"),
                ("2026-03-29T01:59:59Z", "2026-03-28"),
                ("2026-03-29T02:00:00Z", "2026-03-29"),
                ("2026-03-30T01:59:59Z", "2026-03-29"),
                ("2026-03-30T02:00:00Z", "2026-03-30"),
            ],
        );
        // At 3:00 clocks go to 4:00: the gap ends where the day starts.
        check(
            chrono_tz::Europe::Helsinki,
            &[("2026-03-29T00:59:59Z", "2026-03-28"), ("2026-03-29T01:00:00Z", "2026-03-29")],
        );
    }

    #[test]
    fn a_gap_across_four_starts_the_day_at_its_end() {
        // On 2009-10-18 at 2:00 clocks went to 5:00.
        check(
            chrono_tz::Antarctica::Casey,
            &[("2009-10-17T17:59:59Z", "2009-10-17"), ("2009-10-17T18:00:00Z", "2009-10-18")],
        );
    }

    #[test]
    fn the_day_of_an_autumn_overlap_is_a_day() {
        // At 3:00 clocks go back to 2:00.
        check(
            chrono_tz::Europe::Berlin,
            &[
                ("2026-10-24T02:00:00Z", "2026-10-24"),
                ("2026-10-25T01:59:59Z", "2026-10-24"),
                ("2026-10-25T02:59:59Z", "2026-10-24"),
                ("2026-10-25T03:00:00Z", "2026-10-25"),
            ],
        );
        // At 4:00 clocks go back to 3:00, so that it is four only an hour later.
        check(
            chrono_tz::Europe::Helsinki,
            &[
                ("2026-10-25T00:59:59Z", "2026-10-24"),
                ("2026-10-25T01:00:00Z", "2026-10-24"),
                ("2026-10-25T01:59:59Z", "2026-10-24"),
                ("2026-10-25T02:00:00Z", "2026-10-25"),
            ],
        );
    }

    #[test]
    fn an_overlap_across_four_does_not_take_the_day_back() {
        // At 4:30 clocks went back to 3:30.
        check(
            chrono_tz::Asia::Hong_Kong,
            &[
                ("1946-11-30T18:59:59Z", "1946-11-30"),
                ("1946-11-30T19:00:00Z", "1946-12-01"),
                ("1946-11-30T19:30:00Z", "1946-12-01"),
                ("1946-12-01T19:59:59Z", "1946-12-01"),
                ("1946-12-01T20:00:00Z", "1946-12-02"),
            ],
        );
    }

    #[test]
    fn changes_at_midnight_move_no_day() {
        // In spring midnight is skipped, in autumn the last hour of the day comes twice.
        check(
            chrono_tz::America::Santiago,
            &[
                ("2025-09-07T03:59:59Z", "2025-09-06"),
                ("2025-09-07T04:00:00Z", "2025-09-06"),
                ("2025-09-07T06:59:59Z", "2025-09-06"),
                ("2025-09-07T07:00:00Z", "2025-09-07"),
                ("2026-04-05T02:59:59Z", "2026-04-04"),
                ("2026-04-05T03:00:00Z", "2026-04-04"),
                ("2026-04-05T07:59:59Z", "2026-04-04"),
                ("2026-04-05T08:00:00Z", "2026-04-05"),
            ],
        );
    }

    #[test]
    fn a_skipped_date_is_no_day() {
        // Samoa crossed the date line at the end of 2011-12-29.
        check(
            chrono_tz::Pacific::Apia,
            &[
                ("2011-12-30T09:59:59Z", "2011-12-29"),
                ("2011-12-30T10:00:00Z", "2011-12-30"),
                ("2011-12-30T14:00:00Z", "2011-12-31"),
            ],
        );
    }

    #[test]
    fn a_moment_keeps_its_offset() {
        let at: DateTime<Utc> = "2026-07-15T12:00:00.123456Z".parse().expect("an instant");
        let moment = Moment::of(at, &chrono_tz::America::St_Johns);
        assert_eq!(moment.offset_s, -9000);
        assert_eq!(moment.at.timestamp_subsec_micros(), 123_000);
        assert_eq!(Moment::of(moment.at, &chrono_tz::America::St_Johns), moment);
    }

    #[test]
    fn travelling_makes_no_time_vanish() {
        let moment = |at: &str, zone: Tz| Moment::of(at.parse().expect("an instant"), &zone);
        let auckland = moment("2026-06-10T18:00:00Z", chrono_tz::Pacific::Auckland);
        let honolulu = moment("2026-06-11T18:00:00Z", chrono_tz::Pacific::Honolulu);
        assert_eq!(auckland.day, honolulu.day);
        assert_eq!(auckland.days_until(honolulu), 0, "a day's length is not yet sure to have passed");
        let later = moment("2026-06-11T21:00:00Z", chrono_tz::Pacific::Honolulu);
        assert_eq!(auckland.days_until(later), 1);
        // Eastwards the date says more than the hours.
        let evening = moment("2026-06-11T04:00:00Z", chrono_tz::Pacific::Honolulu);
        assert_eq!(evening.days_until(moment("2026-06-11T19:00:00Z", chrono_tz::Pacific::Auckland)), 2);
        assert_eq!(later.days_until(auckland), 0, "a clock that was set back");
    }

    #[test]
    fn the_ends_of_time_have_days() {
        for zone in [FixedOffset::east_opt(50_400).unwrap(), FixedOffset::west_opt(43_200).unwrap()] {
            day_of(DateTime::<Utc>::MAX_UTC, &zone);
            day_of(DateTime::<Utc>::MIN_UTC, &zone);
        }
        assert_eq!(Day::of_date(NaiveDate::MAX).plus(u32::MAX), Day::of_date(NaiveDate::MAX));
        assert_eq!(Day::from_number(i64::MAX), None);
        assert_eq!(Day::from_number(i64::from(i32::MAX)), None);
    }

    proptest! {
        /// In whatever zone, whatever was done to its clocks since 1900.
        #[test]
        fn days_never_run_backwards(
            zone in 0..chrono_tz::TZ_VARIANTS.len(),
            seconds in -2_208_988_800i64..4_102_444_800,
            later in 0i64..200_000,
        ) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let at = |seconds| DateTime::from_timestamp(seconds, 0).expect("an instant");
            prop_assert!(day_of(at(seconds), &zone) <= day_of(at(seconds + later), &zone));
        }

        #[test]
        fn staying_in_a_zone_days_are_day_starts(
            zone in 0..chrono_tz::TZ_VARIANTS.len(),
            seconds in 946_684_800i64..2_000_000_000,
            later in 0i64..5_000_000,
        ) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            // The few places that crossed the date line since 2000 lost a day for good.
            prop_assume!(!["Pacific/Apia", "Pacific/Fakaofo"].contains(&zone.name()));
            let at = |seconds| Moment::of(DateTime::from_timestamp(seconds, 0).expect("an instant"), &zone);
            let (first, second) = (at(seconds), at(seconds + later));
            prop_assert_eq!(first.days_until(second) as i32, second.day.days_since(first.day));
        }

        #[test]
        fn day_numbers_round_trip(number in -90_000_000i64..90_000_000) {
            let day = Day::from_number(number).expect("on the calendar");
            prop_assert_eq!(day.number(), number);
            prop_assert_eq!(Day::of_date(day.date()), day);
        }
    }
}
