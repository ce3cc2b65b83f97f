//! Reckoning when a cron expression is due. Pure: every time comes from the caller.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds};

/// More than this many missed times of one schedule are not made up for.
pub const MISSED_MAX: usize = 1000;

/// A cron expression in its time zone.
#[derive(Debug, Clone)]
pub struct Timetable {
    cron: Cron,
    zone: Tz,
}

/// What is wrong with a schedule, for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimetableError {
    /// The expression.
    #[error(
        "The cron expression cannot be read: {0}. Write minute, hour, day of month, month and day \
         of week, such as 0 20 * * MON-FRI; UPDATE the row and it is reckoned anew."
    )]
    Cron(String),
    /// The zone: the server knows it, this program does not.
    #[error("The time zone is unknown here. Write an IANA name such as Europe/Berlin.")]
    Zone,
    /// Nothing matches, such as 30 February.
    #[error("The cron expression matches no time at all. UPDATE the row and it is reckoned anew.")]
    Never,
}

impl Timetable {
    /// Reads an expression of five fields, or six with seconds first, and an IANA zone.
    ///
    /// # Errors
    /// See [`TimetableError`].
    pub fn parse(cron: &str, zone: &str) -> Result<Self, TimetableError> {
        let parser = CronParser::builder().seconds(Seconds::Optional).build();
        Ok(Self {
            cron: parser
                .parse(cron.trim())
                .map_err(|error| TimetableError::Cron(error.to_string()))?,
            zone: Tz::from_str(zone).map_err(|_| TimetableError::Zone)?,
        })
    }

    /// The first time after `after`.
    ///
    /// # Errors
    /// There is none.
    pub fn next(&self, after: DateTime<Utc>) -> Result<DateTime<Utc>, TimetableError> {
        let local = after.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&local, false);
        next.map(|next| next.with_timezone(&Utc))
            .map_err(|_| TimetableError::Never)
    }

    /// The times from `first` to `last`, both included: the newest [`MISSED_MAX`] of them, `first`
    /// being one.
    ///
    /// # Errors
    /// The expression matches nothing.
    pub fn between(
        &self,
        first: DateTime<Utc>,
        last: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, TimetableError> {
        let mut times = std::collections::VecDeque::new();
        let mut at = first;
        while at <= last {
            if times.len() == MISSED_MAX {
                times.pop_front();
            }
            times.push_back(at);
            at = self.next(at)?;
        }
        Ok(times.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn next(cron: &str, zone: &str, after: &str) -> String {
        let table = Timetable::parse(cron, zone).unwrap();
        table.next(at(after)).unwrap().to_rfc3339()
    }

    #[test]
    fn times_are_local() {
        let evening = next("0 20 * * *", "Europe/Berlin", "2026-06-01T12:00:00Z");
        assert_eq!(evening, "2026-06-01T18:00:00+00:00");
        let winter = next("0 20 * * *", "America/New_York", "2026-01-01T12:00:00Z");
        assert_eq!(winter, "2026-01-02T01:00:00+00:00");
        let seconds = next("*/15 * * * * *", "UTC", "2026-01-01T12:00:01.5Z");
        assert_eq!(seconds, "2026-01-01T12:00:15+00:00");
    }

    #[test]
    fn a_time_that_is_left_out_comes_right_after_the_change() {
        // 29 March 2026: 02:00 becomes 03:00 in Berlin, at 01:00 UTC.
        let gap = next("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z");
        assert_eq!(gap, "2026-03-29T01:00:00+00:00");
        let after = next("30 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z");
        assert_eq!(after, "2026-03-30T00:30:00+00:00");
    }

    #[test]
    fn a_time_that_is_repeated_comes_once() {
        // 1 November 2026: 02:00 becomes 01:00 in New York, so 01:30 comes twice: 05:30 and 06:30.
        let first = next("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z");
        assert_eq!(first, "2026-11-01T05:30:00+00:00");
        let second = next("30 1 * * *", "America/New_York", "2026-11-01T05:30:00Z");
        assert_eq!(second, "2026-11-02T06:30:00+00:00");
    }

    #[test]
    fn months_have_their_own_last_days() {
        let last = next("0 0 L * *", "UTC", "2028-02-01T00:00:00Z");
        assert_eq!(last, "2028-02-29T00:00:00+00:00");
        let leap = next("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z");
        assert_eq!(leap, "2028-02-29T00:00:00+00:00");
    }

    #[test]
    fn nonsense_is_explained() {
        let wrong = Timetable::parse("61 * * * *", "UTC").unwrap_err();
        assert!(wrong.to_string().contains("cannot be read"), "{wrong}");
        let zone = Timetable::parse("* * * * *", "Mars/Olympus").unwrap_err();
        assert_eq!(zone, TimetableError::Zone);
        let never = Timetable::parse("0 0 30 2 *", "UTC").unwrap();
        assert_eq!(
            never.next(at("2026-01-01T00:00:00Z")),
            Err(TimetableError::Never)
        );
    }

    #[test]
    fn of_many_missed_times_the_newest_are_kept() {
        let table = Timetable::parse("* * * * *", "UTC").unwrap();
        let first = at("2026-01-01T00:00:00Z");
        let times = table.between(first, at("2026-01-01T00:05:30Z")).unwrap();
        assert_eq!(times.len(), 6);
        let times = table.between(first, at("2026-01-03T00:00:00Z")).unwrap();
        assert_eq!(times.len(), MISSED_MAX);
        assert_eq!(times.last(), Some(&at("2026-01-03T00:00:00Z")));
    }
}
