//! A rating from 1 to 10 in an answer: "9", "9/10", "nine", "10!!", "4 out of 5".
//!
//! Pure. Out of five is doubled, out of a hundred divided. A number that says a time, a place or an
//! amount is no rating ("see you at 9"); two ratings that differ by more than one are none.

use crate::words::{Kind, Word, Words};

/// Before a number these say where or when.
const PLACES: &[&str] = &[
    "at", "by", "around", "room", "booth", "table", "hall", "stand", "till", "til", "until",
    "after", "before", "from", "since", "about", "in", "for", "day", "session", "track", "floor",
    "suite", "gate", "level", "step", "top", "chapter", "least", "page", "number", "numbers",
    "over", "next", "last", "past", "the",
];

/// After a number these say what it counts.
const UNITS: &[&str] = &[
    "am",
    "pm",
    "oclock",
    "min",
    "mins",
    "minutes",
    "minute",
    "hour",
    "hours",
    "hrs",
    "hr",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "people",
    "guys",
    "ppl",
    "persons",
    "k",
    "m",
    "percent",
    "st",
    "nd",
    "rd",
    "th",
    "dollars",
    "bucks",
    "leads",
    "employees",
    "locations",
    "trucks",
    "crews",
    "times",
    "more",
    "things",
    "other",
    "others",
    "questions",
    "of",
    "thing",
    "person",
    "guy",
    "issue",
    "problem",
    "question",
    "note",
    "notes",
    "kids",
];

/// Number words of the languages that people answer in, from 0.
const NUMBER_WORDS: [&[&str]; 11] = [
    &["zero", "cero", "null"],
    &["one", "uno", "un", "eins", "um"],
    &["two", "dos", "deux", "zwei", "dois"],
    &["three", "tres", "trois", "drei"],
    &["four", "cuatro", "quatre", "vier", "quatro"],
    &["five", "cinco", "cinq", "funf", "fuenf"],
    &["six", "seis", "sechs"],
    &["seven", "siete", "sept", "sieben", "sete"],
    &["eight", "ocho", "huit", "acht", "oito", "eigth", "ate"],
    &["nine", "nueve", "neuf", "neun", "nove", "nien"],
    &["ten", "diez", "dix", "zehn", "dez", "tenn"],
];

/// A rating with how sure it is, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rated {
    pub points: u8,
    pub confidence: f32,
}

/// The value of a number word, 0 to 10.
pub(super) fn number_word(plain: &str) -> Option<u8> {
    let place = NUMBER_WORDS
        .iter()
        .position(|words| words.contains(&plain))?;
    u8::try_from(place).ok()
}

/// The rating in an answer, if there is exactly one.
pub(super) fn rating(words: &Words) -> Option<Rated> {
    let list = &words.words;
    let spoken = list.iter().filter(|word| word.kind != Kind::Emoji).count();
    let mut found: Vec<Rated> = Vec::new();
    let mut place = 0;
    while place < list.len() {
        let (length, rated) = at(list, place, spoken);
        found.extend(rated);
        place += length;
    }
    let first = *found.first()?;
    let low = found.iter().map(|rated| rated.points).min()?;
    let high = found.iter().map(|rated| rated.points).max()?;
    match high - low {
        0 => Some(first),
        // "8 or 9": the lower one, which flatters nobody.
        1 if found.len() == 2 => Some(Rated {
            points: low,
            confidence: 0.7,
        }),
        _ => None,
    }
}

/// How many words to go on by, and the rating that stands there; `spoken` counts words and numbers.
fn at(list: &[Word], place: usize, spoken: usize) -> (usize, Option<Rated>) {
    let Some(word) = list.get(place) else {
        return (1, None);
    };
    let Some(value) = value(list, place) else {
        return (1, None);
    };
    if let Some((length, scale)) = scale(list, place) {
        return (length, scaled(value, scale));
    }
    let following = list
        .get(place + 1)
        .filter(|next| next.clause == word.clause);
    let next = following.map_or("", |next| next.plain.as_str());
    // "9 a.m."
    let of_day = matches!(next, "a" | "p") && following.is_some_and(|next| next.after == '.');
    if matches!(
        next,
        "star" | "stars" | "estrellas" | "etoiles" | "sterne" | "estrelas"
    ) {
        return (2, scaled(value, 5.0));
    }
    let before = place.checked_sub(1).and_then(|place| list.get(place));
    let before = before.filter(|before| before.sentence == word.sentence);
    let located = before.is_some_and(|before| PLACES.contains(&before.plain.as_str()));
    let signed = matches!(word.before, '@' | '#' | '$' | ':' | '/' | '-' | '€' | '£')
        || matches!(word.after, ':' | '/')
        || word.after == '-' && next.chars().any(|c| c.is_ascii_digit());
    if word.after == '%' {
        return (1, scaled(value, 100.0));
    }
    if located || signed || of_day || UNITS.contains(&next) || is_of_list(list, place) {
        return (1, None);
    }
    // "11" of ten is enthusiasm only with a scale; alone it is a number like any other.
    let bound = if value > 10.0 {
        None
    } else {
        scaled(value, 10.0)
    };
    // A word like "one" is a pronoun more often than a rating.
    if word.kind == Kind::Word && spoken > 2 && !is_given(list, place) {
        return (1, None);
    }
    let sure = if spoken <= 3 { 0.95 } else { 0.8 };
    (
        1,
        bound.map(|rated| Rated {
            confidence: rated.confidence.min(sure),
            ..rated
        }),
    )
}

fn value(list: &[Word], place: usize) -> Option<f32> {
    let word = list.get(place)?;
    match word.kind {
        Kind::Number if word.plain.len() <= 5 => word.plain.parse().ok(),
        Kind::Word => number_word(&word.plain).map(f32::from),
        Kind::Number | Kind::Emoji => None,
    }
}

/// "/10", "out of 10", "of 5", "von 10", "sur 10" behind a number: how many words both take.
fn scale(list: &[Word], place: usize) -> Option<(usize, f32)> {
    let plain = |ahead: usize| {
        list.get(place + ahead)
            .map_or("", |word| word.plain.as_str())
    };
    let ahead = match (plain(1), plain(2)) {
        ("out", "of") => 3,
        ("outta", _) => 2,
        ("star" | "stars", "out") if plain(3) == "of" => 4,
        ("star" | "stars", "of") => 3,
        ("of" | "von" | "sur" | "de" | "sobre" | "over", _) => 2,
        _ if list.get(place)?.after == '/' => 1,
        _ => return None,
    };
    let whole = value(list, place + ahead)?;
    [5.0, 10.0, 100.0]
        .into_iter()
        .find(|known| (known - whole).abs() < f32::EPSILON)
        .map(|scale| (ahead + 1, scale))
}

/// Points of ten; beyond the scale counts as its end, less surely.
fn scaled(value: f32, scale: f32) -> Option<Rated> {
    let points = value * 10.0 / scale;
    let inside = (1.0..=10.0).contains(&points);
    let rounded = points.round().clamp(1.0, 10.0);
    let points = (1..=10_u8).find(|points| (f32::from(*points) - rounded).abs() < 0.5)?;
    let confidence = if inside { 0.95 } else { 0.75 };
    Some(Rated { points, confidence })
}

/// "1,2" and "1 and 3": members of a list.
fn is_of_list(list: &[Word], place: usize) -> bool {
    let number = |place: Option<usize>| {
        place
            .and_then(|place| list.get(place))
            .is_some_and(|word| word.kind == Kind::Number)
    };
    let joined = |place: Option<usize>| {
        let word = place.and_then(|place| list.get(place));
        word.is_some_and(|word| matches!(word.plain.as_str(), "and" | "y" | "et" | "und" | "e"))
    };
    let close = list
        .get(place)
        .is_some_and(|word| matches!(word.after, ',' | '&') || matches!(word.before, ',' | '&'));
    let apart = number(place.checked_sub(1)) || number(Some(place + 1));
    close && apart
        || joined(Some(place + 1)) && number(Some(place + 2))
        || joined(place.checked_sub(1)) && number(place.checked_sub(2))
}

/// "a nine", "give it an eight", "solid seven"; "nine for sure" at the start.
fn is_given(list: &[Word], place: usize) -> bool {
    const BEFORE: &str = "a an solid it say rate him her them strong easy definitely is un une \
        eine um perfect like";
    const AFTER: &str = "for definitely easily easy thanks great loved awesome probably maybe";
    let listed = |list: &str, word: &Word| list.split(' ').any(|entry| entry == word.plain);
    let next = list.get(place + 1);
    match place.checked_sub(1).and_then(|place| list.get(place)) {
        Some(before) => listed(BEFORE, before),
        None => next.is_some_and(|next| listed(AFTER, next)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;

    fn of(text: &str) -> Option<u8> {
        rating(&words::read(text)).map(|rated| rated.points)
    }

    #[test]
    fn a_rating_is_read_in_any_usual_form() {
        for (text, expected) in [
            ("9", 9),
            ("9/10", 9),
            ("9 / 10", 9),
            ("nine", 9),
            ("10!!", 10),
            ("4 out of 5", 8),
            ("4/5", 8),
            ("4.5 out of 5", 9),
            ("five stars", 10),
            ("I'd give it an 8", 8),
            ("a solid seven", 7),
            ("8.5", 9),
            ("11/10", 10),
            ("100%", 10),
            ("90/100", 9),
            ("8 or 9", 8),
            ("ten out of ten", 10),
            ("9 - loved every minute of it", 9),
            ("Diez", 10),
            ("8 sur 10", 8),
            ("9 von 10", 9),
            ("7️⃣", 7),
            ("Session started at 9, rating: 6", 6),
            ("0", 1),
        ] {
            assert_eq!(of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_ratings() {
        for text in [
            "see you at 9",
            "booth 7",
            "1,2",
            "1 and 3",
            "in 5 minutes",
            "9am",
            "9:30",
            "#4",
            "we have 7 trucks",
            "512 555 0123",
            "2 of my guys",
            "one of the best",
            "this one was great",
            "12",
            "between 3 and 9",
            "",
            "day 2",
            "$5",
            "2026",
            "99999999999999999999",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
