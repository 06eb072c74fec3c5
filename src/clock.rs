//! The clock and the time zone: the system's, or fixed ones for tests.
//!
//! Nothing else in the program reads a clock. What depends on the moment takes it as an argument.

use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use chrono::DateTime;
use chrono::FixedOffset;
use chrono::Local;
use chrono::MappedLocalTime;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::Offset as _;
use chrono::TimeZone;
use chrono::Utc;

/// Says what time it is, and where.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    fixed: Option<DateTime<Utc>>,
    zone: Zone,
}

/// Why a clock cannot be set as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The moment does not read as one.
    #[error("`{0}` is not a moment")]
    Now(String),
    /// The zone does not read as one.
    #[error("`{0}` is not an offset from UTC")]
    Zone(String),
}

impl Clock {
    /// Returns a clock that stands at `now` (RFC 3339), or goes if there is none, in the zone `zone` (an offset from
    /// UTC such as `+02:00`), or the system's (which `TZ` can set) if there is none.
    pub fn new(now: Option<&str>, zone: Option<&str>) -> Result<Clock, ClockError> {
        let moment = |text: &str| {
            let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| ClockError::Now(text.to_owned()))?;
            Ok(parsed.with_timezone(&Utc))
        };
        let offset = |text: &str| match text {
            "UTC" | "Z" => Ok(Zone::Fixed(Utc.fix())),
            _ => text.parse().map(Zone::Fixed).map_err(|_| ClockError::Zone(text.to_owned())),
        };
        Ok(Clock { fixed: now.map(moment).transpose()?, zone: zone.map(offset).transpose()?.unwrap_or(Zone::System) })
    }

    /// Returns the moment.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    pub fn now(&self) -> DateTime<Utc> {
        self.fixed.unwrap_or_else(Utc::now)
    }

    /// Returns the learner's zone.
    pub fn zone(&self) -> Zone {
        self.zone
    }
}

/// Measures how long something takes, in real time, whatever the [`Clock`] says. The time that the process was stopped is none.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    start: Instant,
    /// How long the process had been stopped in all by then.
    stopped: Duration,
}

/// How long this process was stopped.
static STOPPED: Mutex<Stopped> = Mutex::new(Stopped { since: None, in_all: Duration::ZERO });

struct Stopped {
    since: Option<Instant>,
    in_all: Duration,
}

fn stopped() -> MutexGuard<'static, Stopped> {
    STOPPED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    pub fn start() -> Stopwatch {
        Stopwatch { start: Instant::now(), stopped: stopped().in_all }
    }

    /// Returns the time since the start.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed().saturating_sub(stopped().in_all.saturating_sub(self.stopped))
    }

    /// Says that this process is about to be stopped, until [`Stopwatch::go_on_all`] is called.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    pub fn stop_all() {
        stopped().since = Some(Instant::now());
    }

    /// Says that this process goes on.
    pub fn go_on_all() {
        let mut stopped = stopped();
        if let Some(since) = stopped.since.take() {
            stopped.in_all += since.elapsed();
        }
    }
}

/// A time zone: the system's with its daylight saving, or a fixed offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// The system's.
    System,
    /// One that is always as far from UTC.
    Fixed(FixedOffset),
}

/// How far a moment in a [`Zone`] is from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Zone,
    offset: FixedOffset,
}

impl std::fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.offset.fmt(f)
    }
}

impl chrono::Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.offset
    }
}

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Zone {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        let mapped = match self {
            Zone::System => Local.offset_from_local_date(local),
            Zone::Fixed(fixed) => fixed.offset_from_local_date(local),
        };
        mapped.map(|offset| ZoneOffset { zone: *self, offset })
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        let mapped = match self {
            Zone::System => Local.offset_from_local_datetime(local),
            Zone::Fixed(fixed) => fixed.offset_from_local_datetime(local),
        };
        mapped.map(|offset| ZoneOffset { zone: *self, offset })
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        let offset = match self {
            Zone::System => Local.offset_from_utc_date(utc),
            Zone::Fixed(fixed) => fixed.offset_from_utc_date(utc),
        };
        ZoneOffset { zone: *self, offset }
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        let offset = match self {
            Zone::System => Local.offset_from_utc_datetime(utc),
            Zone::Fixed(fixed) => fixed.offset_from_utc_datetime(utc),
        };
        ZoneOffset { zone: *self, offset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands() {
        let clock = Clock::new(Some("2026-03-01T02:30:00+01:00"), Some("+05:30")).expect("a clock");
        assert_eq!(clock.now().to_rfc3339(), "2026-03-01T01:30:00+00:00");
        assert_eq!(clock.now().with_timezone(&clock.zone()).to_rfc3339(), "2026-03-01T07:00:00+05:30");
        assert_eq!(clock.now().with_timezone(&clock.zone()).timezone(), clock.zone());
    }

    #[test]
    fn a_clock_that_is_not_fixed_goes() {
        let clock = Clock::new(None, None).expect("a clock");
        assert!(clock.now().timestamp() > 1_700_000_000);
        assert_eq!(clock.zone(), Zone::System);
    }

    #[test]
    fn while_the_process_is_stopped_no_time_passes() {
        let watch = Stopwatch::start();
        Stopwatch::stop_all();
        let (before, long) = (watch.start.elapsed(), Duration::from_millis(2));
        while watch.start.elapsed() < before + long {
            std::thread::yield_now();
        }
        Stopwatch::go_on_all();
        let elapsed = watch.elapsed();
        assert!(elapsed + long <= watch.start.elapsed(), "{elapsed:?}");
    }

    #[test]
    fn what_is_no_moment_or_zone_is_named() {
        assert_eq!(Clock::new(Some("noon"), None).map(|_| ()), Err(ClockError::Now("noon".to_owned())));
        assert_eq!(Clock::new(None, Some("Mars")).map(|_| ()), Err(ClockError::Zone("Mars".to_owned())));
    }
}
