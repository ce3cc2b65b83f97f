//! Days that people name: "Tuesday", "next week", "in 3 days", "tomorrow at 10".
//!
//! Pure: today comes as the person's local date. A weekday is its next one, never today. "Next
//! week" is its Monday, "next Tuesday" the one of next week. A date without a year is the next such
//! day.

use std::sync::LazyLock;

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;

use super::clock;
use crate::words::{self, Kind, Phrases, Word};

/// The farthest a day may lie ahead: what is later is a slip of the finger.
const DAYS_AHEAD_MAX: u64 = 400;

/// A day that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The local date, after today unless today was named.
    pub date: NaiveDate,
    /// A local time, if one was named.
    pub time: Option<NaiveTime>,
}

/// What a phrase says of a day.
#[derive(Clone, Copy, Debug)]
enum Phrase {
    /// So many days from today.
    In(u64),
    Weekday(Weekday),
    NextWeek,
    NextMonth,
    EndOfWeek,
    EndOfMonth,
    Weekend,
    AfterWeekend,
    LaterThisWeek,
}

static PHRASES: LazyLock<Phrases<Phrase>> = LazyLock::new(|| {
    use Phrase::{
        AfterWeekend, EndOfMonth, EndOfWeek, In, LaterThisWeek, NextMonth, NextWeek, Weekend,
    };
    let days = WEEKDAYS.iter().flat_map(|(day, names)| {
        names
            .split('|')
            .map(move |name| (name, Phrase::Weekday(*day)))
    });
    let others = [
        (
            In(0),
            "today|tonight|this afternoon|this evening|later today|hoy|heute|hoje",
        ),
        (
            In(1),
            "tomorrow|tmrw|tmrow|tmr|tomorow|tommorow|tommorrow|2moro|manana|demain|morgen|amanha",
        ),
        (
            In(2),
            "day after tomorrow|the day after tomorrow|pasado manana|apres demain|ubermorgen",
        ),
        (
            In(2),
            "uebermorgen|depois de amanha|couple of days|couple days|couple of more days",
        ),
        (In(3), "few days|few more days"),
        (
            In(7),
            "in a week|a week from now|a week from today|give me a week|en una semana",
        ),
        (
            In(7),
            "dans une semaine|in einer woche|em uma semana|another week",
        ),
        (In(14), "couple of weeks|couple weeks|fortnight"),
        (In(21), "few weeks"),
        (In(30), "in a month|a month from now|another month"),
        (
            NextWeek,
            "next week|nxt week|next wk|nextweek|la proxima semana|proxima semana",
        ),
        (
            NextWeek,
            "la semana que viene|semana que viene|la semaine prochaine|semaine prochaine",
        ),
        (
            NextWeek,
            "nachste woche|naechste woche|semana que vem|na proxima semana",
        ),
        (
            NextMonth,
            "next month|el proximo mes|le mois prochain|nachsten monat|naechsten monat",
        ),
        (NextMonth, "proximo mes|mes que vem"),
        (
            EndOfWeek,
            "end of week|end of the week|eow|end of this week|fin de semana laboral",
        ),
        (
            EndOfMonth,
            "end of month|end of the month|eom|end of this month|fin de mes",
        ),
        (
            Weekend,
            "this weekend|the weekend|weekend|over the weekend|el fin de semana|le weekend",
        ),
        (
            AfterWeekend,
            "after the weekend|after weekend|beginning of next week|early next week",
        ),
        (
            LaterThisWeek,
            "later this week|later in the week|this week|esta semana|diese woche",
        ),
    ];
    let others = others
        .into_iter()
        .flat_map(|(phrase, names)| names.split('|').map(move |name| (name, phrase)));
    Phrases::new(days.chain(others))
});

const WEEKDAYS: [(Weekday, &str); 7] = [
    (
        Weekday::Mon,
        "monday|mon|mondays|lunes|lundi|montag|segunda feira|segunda",
    ),
    (
        Weekday::Tue,
        "tuesday|tues|tue|tuseday|tusday|martes|mardi|dienstag|terca feira|terca",
    ),
    (
        Weekday::Wed,
        "wednesday|wed|weds|wensday|wendsday|miercoles|mercredi|mittwoch|quarta feira|quarta",
    ),
    (
        Weekday::Thu,
        "thursday|thurs|thur|thu|thrusday|jueves|jeudi|donnerstag|quinta feira|quinta",
    ),
    (
        Weekday::Fri,
        "friday|fri|firday|viernes|vendredi|freitag|sexta feira|sexta",
    ),
    (Weekday::Sat, "saturday|sabado|samedi|samstag"),
    (Weekday::Sun, "sunday|domingo|dimanche|sonntag"),
];

const MONTHS: [&str; 12] = [
    "january|jan|enero|janvier|januar|janeiro",
    "february|feb|febrero|fevrier|februar|fevereiro",
    "march|mar|marzo|mars|marz|maerz|marco",
    "april|apr|abril|avril",
    "may|mayo|mai|maio",
    "june|jun|junio|juin|juni|junho",
    "july|jul|julio|juillet|juli|julho",
    "august|aug|agosto|aout",
    "september|sep|sept|septiembre|septembre|setembro",
    "october|oct|octubre|octobre|oktober|outubro",
    "november|nov|noviembre|novembre|novembro",
    "december|dec|diciembre|decembre|dezember|dezembro",
];

/// The first day that a text names, if it names one that is not past.
pub fn read(text: &str, today: NaiveDate) -> Option<When> {
    let words = words::read(text).words;
    let date = (0..words.len()).find_map(|place| date_at(&words, place, today))?;
    let last = today.checked_add_days(Days::new(DAYS_AHEAD_MAX))?;
    (today..=last).contains(&date).then(|| When {
        date,
        time: clock::time(&words),
    })
}

/// The instant of a local date and time. Of an hour that comes twice the first is meant; one that a
/// clock change leaves out is read as the same time after it.
pub fn instant(date: NaiveDate, time: NaiveTime, zone: Tz) -> Option<DateTime<Utc>> {
    let local = date.and_time(time);
    let found = zone.from_local_datetime(&local).earliest();
    // No change leaves out more than a day (Samoa, 2011).
    let hours = || (1..=24).map(move |hours| local + TimeDelta::hours(hours));
    found
        .or_else(|| hours().find_map(|later| zone.from_local_datetime(&later).earliest()))
        .map(|instant| instant.to_utc())
}

fn date_at(words: &[Word], place: usize, today: NaiveDate) -> Option<NaiveDate> {
    let plain = |ahead: usize| {
        words
            .get(place + ahead)
            .map_or("", |word| word.plain.as_str())
    };
    counted(words, place, today)
        .or_else(|| next_weekday(plain(0), words, place, today))
        .or_else(|| {
            let (_, phrase) = PHRASES.at(words, place)?;
            of_phrase(phrase, today)
        })
        .or_else(|| written(words, place, today))
}

/// "In 3 days", "in two weeks", "3 weeks from now", "2 more days".
fn counted(words: &[Word], place: usize, today: NaiveDate) -> Option<NaiveDate> {
    let plain = |ahead: usize| {
        words
            .get(place + ahead)
            .map_or("", |word| word.plain.as_str())
    };
    let number: u64 = match plain(0) {
        "one" => 1,
        "two" | "dos" | "deux" | "zwei" | "dois" => 2,
        "three" | "tres" | "trois" | "drei" => 3,
        "four" | "cuatro" | "quatre" | "vier" | "quatro" => 4,
        "five" | "cinco" | "cinq" => 5,
        "six" | "seis" | "sechs" => 6,
        "ten" | "diez" | "dix" | "zehn" | "dez" => 10,
        plain => plain
            .parse()
            .ok()
            .filter(|number| *number <= DAYS_AHEAD_MAX)?,
    };
    let unit = if plain(1) == "more" {
        plain(2)
    } else {
        plain(1)
    };
    match unit {
        "day" | "days" | "dias" | "jours" | "tage" | "tagen" => {
            today.checked_add_days(Days::new(number))
        }
        "week" | "weeks" | "wks" | "semanas" | "semaines" | "wochen" => {
            today.checked_add_days(Days::new(7 * number))
        }
        "month" | "months" | "meses" | "mois" | "monate" | "monaten" => {
            today.checked_add_months(Months::new(u32::try_from(number).ok()?))
        }
        _ => None,
    }
}

/// "Next Tuesday": the one of next week.
fn next_weekday(first: &str, words: &[Word], place: usize, today: NaiveDate) -> Option<NaiveDate> {
    if !matches!(first, "next" | "nxt" | "proximo" | "nachsten" | "naechsten") {
        return None;
    }
    match PHRASES.at(words, place + 1)? {
        (_, Phrase::Weekday(day)) => {
            let monday = monday_after(today)?;
            monday.checked_add_days(Days::new(u64::from(day.num_days_from_monday())))
        }
        _ => None,
    }
}

fn of_phrase(phrase: Phrase, today: NaiveDate) -> Option<NaiveDate> {
    let from_monday = u64::from(today.weekday().num_days_from_monday());
    let ahead = |days: u64| today.checked_add_days(Days::new(days));
    match phrase {
        Phrase::In(days) => ahead(days),
        Phrase::Weekday(day) => ahead(
            match (7 + u64::from(day.num_days_from_monday()) - from_monday) % 7 {
                0 => 7,
                days => days,
            },
        ),
        Phrase::NextWeek | Phrase::AfterWeekend => monday_after(today),
        Phrase::NextMonth => off_weekend(today.with_day(1)?.checked_add_months(Months::new(1))?),
        // On Saturday the week that ends is the next one.
        Phrase::EndOfWeek => ahead(if from_monday < 4 {
            4 - from_monday
        } else {
            11 - from_monday
        }),
        Phrase::EndOfMonth => today
            .with_day(1)?
            .checked_add_months(Months::new(1))?
            .pred_opt(),
        Phrase::Weekend => ahead(if from_monday < 5 { 5 - from_monday } else { 1 }),
        Phrase::LaterThisWeek => ahead(match from_monday {
            0..=2 => 2,
            3 => 1,
            // The week is over but for its end.
            _ => 7 - from_monday,
        }),
    }
}

fn monday_after(today: NaiveDate) -> Option<NaiveDate> {
    let from_monday = u64::from(today.weekday().num_days_from_monday());
    today.checked_add_days(Days::new(7 - from_monday))
}

/// Nobody is reminded on a weekend of what is due "next month".
fn off_weekend(date: NaiveDate) -> Option<NaiveDate> {
    match date.weekday() {
        Weekday::Sat => date.checked_add_days(Days::new(2)),
        Weekday::Sun => date.succ_opt(),
        _ => Some(date),
    }
}

/// "Oct 16", "16 October", "10/16", "2026-10-16", "the 16th".
fn written(words: &[Word], place: usize, today: NaiveDate) -> Option<NaiveDate> {
    let word = words.get(place)?;
    let number = |ahead: usize| -> Option<u32> {
        let plain = &words.get(place + ahead)?.plain;
        let bare = plain.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let ending = plain.get(bare.len()..)?;
        let ordinal = matches!(ending, "" | "st" | "nd" | "rd" | "th");
        bare.parse()
            .ok()
            .filter(|number| ordinal && *number <= 9999)
    };
    let month = |ahead: usize| -> Option<u32> {
        let plain = words.get(place + ahead)?.plain.as_str();
        let found = MONTHS
            .iter()
            .position(|names| names.split('|').any(|name| name == plain))?;
        u32::try_from(found + 1).ok()
    };
    if let (Some(year), Some(month), Some(day)) = (number(0), number(1), number(2))
        && year > 2000
        && word.after == '-'
    {
        return NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
    }
    if let (Some(month), Some(day)) = (month(0), number(1)) {
        return next_such_day(month, day, today);
    }
    if let (Some(day), Some(month)) = (number(0), month(1)) {
        return next_such_day(month, day, today);
    }
    // "9/10" is a rating as well: only a slash between month and day that can be both counts, and
    // only behind a word that leads to a date.
    let before = place.checked_sub(1).and_then(|before| words.get(before));
    let led = before.is_some_and(|before| {
        matches!(
            before.plain.as_str(),
            "on" | "by" | "until" | "till" | "before" | "after" | "the"
        )
    });
    match (number(0), number(1)) {
        (Some(month), Some(day)) if led && word.after == '/' => next_such_day(month, day, today),
        (Some(day), _) if led && word.kind == Kind::Word => {
            let this = today.with_day(day).filter(|date| *date > today);
            this.or_else(|| {
                today
                    .with_day(1)?
                    .checked_add_months(Months::new(1))?
                    .with_day(day)
            })
        }
        _ => None,
    }
}

fn next_such_day(month: u32, day: u32, today: NaiveDate) -> Option<NaiveDate> {
    (today.year()..today.year() + 5)
        .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
        .find(|date| *date >= today)
}
