//! Reckoning when a cron expression is due. Pure: every time comes from the caller.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds};

/// The step by which a time in the past is looked for; expressions know nothing finer.
const SECOND: TimeDelta = TimeDelta::seconds(1);

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
            cron: parser.parse(cron.trim()).map_err(|error| {
                TimetableError::Cron(error.to_string().trim_end_matches('.').to_owned())
            })?,
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

    /// The newest `most` of the times from `first` to `last`, both included, `first` being one.
    /// However many there are, few of them are reckoned.
    ///
    /// # Errors
    /// The expression matches nothing.
    pub fn newest(
        &self,
        first: DateTime<Utc>,
        last: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<DateTime<Utc>>, TimetableError> {
        let mut times = Vec::new();
        let mut at = first;
        while at <= last {
            if times.len() == most {
                return self.newest_of_many(first, last, most);
            }
            times.push(at);
            at = self.next(at)?;
        }
        Ok(times)
    }

    /// The same, from the end, where there are more than `most`.
    fn newest_of_many(
        &self,
        first: DateTime<Utc>,
        last: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<DateTime<Utc>>, TimetableError> {
        let mut times = Vec::new();
        let mut until = last;
        while times.len() < most {
            let Some(at) = self.latest(first, until)? else {
                break;
            };
            times.push(at);
            until = at - SECOND;
        }
        times.reverse();
        Ok(times)
    }

    /// The last time after `after` that is not after `until`. Only the next time can be reckoned,
    /// so it is looked for by steps back that double, and then by halves.
    fn latest(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, TimetableError> {
        if until <= after || self.next(after)? > until {
            return Ok(None);
        }
        let (mut from, mut to) = (until, until);
        let mut step = SECOND;
        loop {
            from = after.max(from - step);
            if from == after || self.next(from)? <= until {
                break;
            }
            to = from;
            step = step * 2;
        }
        while to - from > SECOND {
            let middle = from + (to - from) / 2;
            if self.next(middle)? <= until {
                from = middle;
            } else {
                to = middle;
            }
        }
        self.next(from).map(Some)
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
        let newest = |last: &str, most| table.newest(first, at(last), most).unwrap();
        assert_eq!(newest("2026-01-01T00:05:30Z", MISSED_MAX).len(), 6);
        let times = newest("2026-01-03T00:00:00Z", MISSED_MAX);
        assert_eq!(times.len(), MISSED_MAX);
        assert_eq!(times.first(), Some(&at("2026-01-02T07:21:00Z")));
        assert_eq!(times.last(), Some(&at("2026-01-03T00:00:00Z")));
        assert_eq!(
            newest("2026-01-03T00:00:59.9Z", 1),
            [at("2026-01-03T00:00:00Z")]
        );
        assert_eq!(newest("2026-01-01T00:00:30Z", 1), [first]);
    }

    #[test]
    fn the_newest_are_those_that_a_walk_over_all_finds() {
        for (cron, zone) in [
            ("* * * * * *", "UTC"),
            ("*/7 3,4 * * *", "Europe/Berlin"),
            ("30 2 * * *", "Europe/Berlin"),
            ("30 1 * * *", "America/New_York"),
            ("0 0 L * *", "Asia/Kolkata"),
            ("0 0 29 2 *", "UTC"),
        ] {
            let table = Timetable::parse(cron, zone).unwrap();
            let first = table.next(at("2026-03-20T00:00:00.25Z")).unwrap();
            let mut walked = vec![first];
            while walked.len() < 500 && *walked.last().unwrap() < at("2045-01-01T00:00:00Z") {
                walked.push(table.next(*walked.last().unwrap()).unwrap());
            }
            let last = *walked.last().unwrap();
            for most in [1, 2, walked.len() - 1, walked.len()] {
                let newest = table.newest(first, last, most).unwrap();
                assert_eq!(
                    newest,
                    walked[walked.len() - most..],
                    "{cron} {zone} {most}"
                );
            }
        }
    }

    #[test]
    fn years_of_missed_seconds_take_no_time() {
        let table = Timetable::parse("* * * * * *", "Europe/Berlin").unwrap();
        let (first, last) = (at("2020-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
        let began = std::time::Instant::now();
        assert_eq!(table.newest(first, last, 1).unwrap(), [last]);
        let thousand = table.newest(first, last, MISSED_MAX).unwrap();
        assert_eq!(thousand.len(), MISSED_MAX);
        // A walk over all of them would take minutes.
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }

    #[test]
    fn steps_go_by_the_face_of_the_clock() {
        // Berlin, 29 March 2026: there is no 02:00 and no 02:30.
        let table = Timetable::parse("*/30 2 * * *", "Europe/Berlin").unwrap();
        let due = |after: &str| table.next(at(after)).unwrap().to_rfc3339();
        assert_eq!(due("2026-03-28T12:00:00Z"), "2026-03-30T00:00:00+00:00");
        // 25 October 2026: 02:00 comes at 00:00 UTC and again at 01:00 UTC.
        assert_eq!(due("2026-10-24T12:00:00Z"), "2026-10-25T00:00:00+00:00");
        assert_eq!(due("2026-10-25T00:00:00Z"), "2026-10-25T00:30:00+00:00");
        assert_eq!(due("2026-10-25T00:30:00Z"), "2026-10-25T01:00:00+00:00");
        assert_eq!(due("2026-10-25T01:00:00Z"), "2026-10-25T01:30:00+00:00");
    }
}
