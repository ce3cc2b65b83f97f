//! Quiet hours: whether a text may be sent now, when next, and when last before.
//!
//! Pure. The windows are rows that people edit; the places are every zone and state where the
//! recipient may be (`recipient_zone`). An instant is allowed when it lies within the windows of
//! every region in every zone: the strictest of them all wins. A state's windows come on top of its
//! country's, and `*` is the country of all that have no rows.
//!
//! Source of the federal window: 47 CFR 64.1200(c)(1), 8 AM to 9 PM at the called party's location.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use thiserror::Error;

/// How far ahead or back an allowed instant is looked for: a week for windows that open on one
/// weekday, and one more for the places' days to meet.
const HORIZON_DAYS: u64 = 15;

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// Years in which local time can be reckoned without running off the calendar.
const YEARS: RangeInclusive<i32> = 1..=9999;

/// The region of windows for countries that have none of their own.
const EVERYWHERE: &str = "*";

/// One row: on these days, in this region, texts may arrive from `start` until before `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    region: String,
    days: Weekdays,
    start_secs: u32,
    end_secs: u32,
}

/// A set of weekdays: bit 0 is Monday, bit 6 Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(u8);

/// A window that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadWindow {
    /// It ends before it starts.
    #[error("a window ends after it starts: for hours across midnight write two rows")]
    Backwards,
    /// A day that is none.
    #[error("weekdays are 1 (Monday) to 7 (Sunday), at least one")]
    Days,
    /// No region.
    #[error("a window names its region: a state (US-TX), a country (US) or * for everywhere")]
    Region,
}

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);

    /// From ISO day numbers, 1 (Monday) to 7 (Sunday).
    ///
    /// # Errors
    ///
    /// [`BadWindow::Days`] for another number, or none at all.
    pub fn from_iso(days: &[i16]) -> Result<Self, BadWindow> {
        let mut bits = 0;
        for day in days {
            bits |= match day {
                1..=7 => 1 << (day - 1),
                _ => return Err(BadWindow::Days),
            };
        }
        if bits == 0 {
            return Err(BadWindow::Days);
        }
        Ok(Self(bits))
    }

    fn has(self, date: NaiveDate) -> bool {
        self.0 >> date.weekday().num_days_from_monday() & 1 == 1
    }
}

impl Window {
    /// A window of a region (`US-TX`, `US`, `*`). An `end` of 00:00 is the end of the day.
    ///
    /// # Errors
    ///
    /// [`BadWindow`] says what to correct in the row.
    pub fn new(
        region: &str,
        days: Weekdays,
        start: NaiveTime,
        end: NaiveTime,
    ) -> Result<Self, BadWindow> {
        let region = region.trim().to_uppercase();
        if region.is_empty() {
            return Err(BadWindow::Region);
        }
        let midnight = NaiveTime::MIN;
        let start_secs = (start - midnight).num_seconds().unsigned_abs();
        let end_secs = match (end - midnight).num_seconds().unsigned_abs() {
            0 => 86_400,
            end_secs => end_secs,
        };
        if start_secs >= end_secs {
            return Err(BadWindow::Backwards);
        }
        Ok(Self {
            region,
            days,
            start_secs: u32::try_from(start_secs).unwrap_or(0),
            end_secs: u32::try_from(end_secs).unwrap_or(86_400),
        })
    }

    fn holds(&self, date: NaiveDate, second_of_day: u32) -> bool {
        self.days.has(date) && (self.start_secs..self.end_secs).contains(&second_of_day)
    }
}

/// The hours that one recipient may be texted.
#[derive(Clone, Debug)]
pub struct Hours<'a> {
    zones: Vec<Tz>,
    /// The windows of each region that has any; an instant must lie in one of each group.
    groups: Vec<Vec<&'a Window>>,
}

impl<'a> Hours<'a> {
    /// The hours of a recipient who may be in any of these zones and regions.
    ///
    /// Without zones, `fallback` is taken (the event's zone). Without any window for the regions,
    /// nor for `*`, every hour is allowed: rows decide.
    pub fn new(windows: &'a [Window], zones: &[Tz], regions: &[String], fallback: Tz) -> Self {
        let mut names: Vec<String> = Vec::new();
        for region in regions {
            let region = region.trim().to_uppercase();
            if let Some((country, _)) = region.split_once('-') {
                names.push(country.to_owned());
            }
            names.push(region);
        }
        names.sort();
        names.dedup();
        let of = |name: &str| -> Vec<&'a Window> {
            let own = windows.iter().filter(|window| window.region == name);
            own.collect()
        };
        let mut groups: Vec<Vec<&Window>> = names.iter().map(|name| of(name)).collect();
        groups.retain(|group| !group.is_empty());
        let bare = |name: &String| !name.contains('-') && of(name).is_empty();
        if names.is_empty() || names.iter().any(bare) {
            let default = of(EVERYWHERE);
            groups.extend((!default.is_empty()).then_some(default));
        }
        let mut zones = zones.to_vec();
        if zones.is_empty() {
            zones.push(fallback);
        }
        Self { zones, groups }
    }

    /// Whether a text may be sent at this instant. Never before the year 1 or after 9999.
    pub fn allow(&self, instant: DateTime<Utc>) -> bool {
        YEARS.contains(&instant.year())
            && self.zones.iter().all(|zone| {
                let local = instant.with_timezone(zone).naive_local();
                let second = local.time() - NaiveTime::MIN;
                let second = u32::try_from(second.num_seconds()).unwrap_or(0);
                self.groups
                    .iter()
                    .all(|group| group.iter().any(|w| w.holds(local.date(), second)))
            })
    }

    /// The first allowed instant from this one on: itself, if it is allowed. None when no hour
    /// suits all places within two weeks, or the calendar ends.
    pub fn next(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.allow(instant) {
            return Some(instant);
        }
        if !YEARS.contains(&instant.year()) {
            return None;
        }
        let first = instant.date_naive();
        (0..=HORIZON_DAYS).find_map(|ahead| {
            let changes = self.changes(first.checked_add_days(Days::new(ahead))?);
            changes
                .into_iter()
                .find(|change| *change > instant && self.allow(*change))
        })
    }

    /// The last allowed instant up to this one: itself, if it is allowed; otherwise the end of the
    /// hours before it, less `margin`, so that a queue has time to be sent before they end (their
    /// beginning, where they are shorter; at least a second before the end). None when no hour
    /// suited all places within two weeks.
    pub fn latest(&self, instant: DateTime<Utc>, margin: TimeDelta) -> Option<DateTime<Utc>> {
        if self.allow(instant) {
            return Some(instant);
        }
        if !YEARS.contains(&instant.year()) {
            return None;
        }
        let margin = margin.max(SECOND);
        let last = instant.date_naive();
        // Going back from change to change: `end` is where allowed hours end, once they are met.
        let (mut later, mut run) = (instant, None);
        for back in 0..=HORIZON_DAYS {
            let changes = self.changes(last.checked_sub_days(Days::new(back))?);
            for change in changes.into_iter().rev().filter(|c| *c <= instant) {
                match (run, self.allow(change)) {
                    (None, false) => later = change,
                    (Some(_), false) => return Some(later),
                    (_, true) => {
                        let end = run.unwrap_or(later);
                        let wanted = end.checked_sub_signed(margin)?;
                        if change <= wanted {
                            return Some(wanted);
                        }
                        (later, run) = (change, Some(end));
                    }
                }
            }
        }
        run.map(|_| later)
    }

    /// The instants of a UTC day at which the answer may change, in order: where a window starts or
    /// ends on a local date that touches the day, and where a clock is set. Between two of them the
    /// answer stands.
    fn changes(&self, day: NaiveDate) -> Vec<DateTime<Utc>> {
        let mut found = Vec::new();
        let Some(next_day) = day.succ_opt() else {
            return found;
        };
        let begins = day.and_time(NaiveTime::MIN).and_utc();
        let ends = next_day.and_time(NaiveTime::MIN).and_utc();
        for zone in &self.zones {
            // From the second before, so that a clock set at midnight belongs to this day.
            let (eve, last) = (begins - SECOND, ends - SECOND);
            let (before, after) = (offset(*zone, eve), offset(*zone, last));
            if before != after {
                found.push(clock_change(*zone, eve, last));
            }
            let windows = self.groups.iter().flatten();
            for local_day in [day.pred_opt(), Some(day), Some(next_day)]
                .into_iter()
                .flatten()
            {
                for edge in windows.clone().flat_map(|w| [w.start_secs, w.end_secs]) {
                    let local = local_day.and_time(NaiveTime::MIN).and_utc()
                        + TimeDelta::seconds(i64::from(edge));
                    found.extend([before, after].map(|offset| local - offset));
                }
            }
        }
        found.retain(|change| *change >= begins && *change < ends);
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn offset(zone: Tz, instant: DateTime<Utc>) -> TimeDelta {
    let offset = zone.offset_from_utc_datetime(&instant.naive_utc()).fix();
    TimeDelta::seconds(i64::from(offset.local_minus_utc()))
}

/// The second at which the offset changes within a day on which it does (no zone sets its clock
/// twice a day).
fn clock_change(zone: Tz, begins: DateTime<Utc>, ends: DateTime<Utc>) -> DateTime<Utc> {
    let before = offset(zone, begins);
    let (mut low, mut high) = (begins, ends);
    while high - low > SECOND {
        let middle = low + (high - low) / 2;
        let middle = DateTime::from_timestamp(middle.timestamp(), 0).unwrap_or(middle);
        if offset(zone, middle) == before {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
