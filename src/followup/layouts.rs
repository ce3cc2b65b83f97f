//! The layouts of a list: each takes a text apart in its own way, or leaves it whole.
//!
//! Pure. What comes out is raw: `priorities` makes titles of it and decides which layout it was.

use std::ops::Range;

/// The highest number of an item that is looked for.
const NUMBER_MAX: usize = 99;

/// What stands behind a number that marks an item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// "1.", "1)", "1:", "1-", "#1".
    Signed,
    /// "1" at the start or behind a space.
    Bare,
}

/// Items behind 1, 2, 3 in order. Numbers with a sign count first: "1. hire 2 managers 2. rest".
pub(super) fn numbered(text: &str) -> Vec<String> {
    let marks = marks(text);
    [Mark::Signed, Mark::Bare]
        .into_iter()
        .map(|kind| {
            let of_kind = marks
                .iter()
                .filter(|(_, _, mark)| *mark == kind || kind == Mark::Bare);
            let mut wanted = 1;
            let mut spans: Vec<Range<usize>> = Vec::new();
            for (number, span, _) in of_kind {
                if *number == wanted {
                    spans.push(span.clone());
                    wanted += 1;
                }
            }
            between(text, &spans)
        })
        .find(|items| {
            items.len() >= 2 || items.len() == 1 && text.starts_with('1') && marks.len() == 1
        })
        .unwrap_or_default()
}

/// Numbers that may mark an item, with the bytes that they and their sign take.
fn marks(text: &str) -> Vec<(usize, Range<usize>, Mark)> {
    let bytes = text.as_bytes();
    let is_digit = |place: usize| bytes.get(place).is_some_and(u8::is_ascii_digit);
    let mut marks = Vec::new();
    let mut place = 0;
    while place < bytes.len() {
        if !is_digit(place) {
            place += 1;
            continue;
        }
        let end = (place..bytes.len())
            .find(|at| !is_digit(*at))
            .unwrap_or(bytes.len());
        let before = text.get(..place).and_then(|head| head.chars().next_back());
        let after = text.get(end..).and_then(|tail| tail.chars().next());
        let next_digit = is_digit(end + 1);
        let open =
            before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '#' | ',' | ';' | '.'));
        let number: usize = text
            .get(place..end)
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0);
        let signed = match after {
            Some('.' | ')' | ':' | '-') => !next_digit,
            _ => before == Some('#'),
        };
        if open && (1..=NUMBER_MAX).contains(&number) {
            let start = if matches!(before, Some('(' | '#')) {
                place - 1
            } else {
                place
            };
            let mark = if signed { Mark::Signed } else { Mark::Bare };
            marks.push((number, start..end, mark));
        }
        place = end;
    }
    marks
}

/// The texts behind each mark, up to the next one.
fn between(text: &str, marks: &[Range<usize>]) -> Vec<String> {
    marks
        .iter()
        .enumerate()
        .map(|(place, mark)| {
            let end = marks.get(place + 1).map_or(text.len(), |next| next.start);
            let item = text.get(mark.end..end).unwrap_or_default();
            item.trim_start_matches(['.', ')', ':', '-', ' '])
                .to_owned()
        })
        .collect()
}

/// "First …, second …, third …".
pub(super) fn ordinals(text: &str) -> Vec<String> {
    const ORDINALS: [&[&str]; 3] = [
        &[
            "first",
            "firstly",
            "first of all",
            "1st",
            "primero",
            "erstens",
            "premierement",
        ],
        &[
            "second",
            "secondly",
            "2nd",
            "segundo",
            "zweitens",
            "deuxiemement",
        ],
        &[
            "third", "thirdly", "3rd", "lastly", "finally", "tercero", "drittens",
        ],
    ];
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return Vec::new();
    }
    let mut spans: Vec<Range<usize>> = Vec::new();
    for words in ORDINALS {
        let from = spans.last().map_or(0, |span| span.end);
        let found = words.iter().filter_map(|word| {
            let begun = from + lower.get(from..)?.find(word)?;
            let end = begun + word.len();
            let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            let before = lower.get(..begun)?.chars().next_back();
            let after = lower.get(end..)?.chars().next();
            // "The first call" is no list: an ordinal opens the answer or a clause.
            let opens = begun == 0
                || lower
                    .get(..begun)?
                    .trim_end()
                    .ends_with([',', '.', ';', '\n', 'd']);
            (free(before) && free(after) && opens).then_some(begun..end)
        });
        let Some(span) = found.min_by_key(|span| (span.start, usize::MAX - span.end)) else {
            break;
        };
        spans.push(span);
    }
    if spans.first().is_some_and(|first| first.start > 0) {
        return Vec::new();
    }
    between(text, &spans)
}

/// A line or a bullet each; a line that only announces the list is none of it.
pub(super) fn lines(text: &str) -> Vec<String> {
    let bulleted = text
        .replace(['•', '·', '‣', '▪'], "\n")
        .replace(" * ", "\n")
        .replace(" - ", "\n- ");
    let whole: &str = if text.contains(['•', '‣', '▪']) || text.starts_with(['-', '*']) {
        &bulleted
    } else {
        text
    };
    let lines = whole
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.ends_with(':'));
    let lines: Vec<String> = lines.map(str::to_owned).collect();
    let lead = lines.first().is_some_and(|first| {
        let lower = first.to_lowercase();
        lines.len() > 2 && (lower.contains("priorit") || lower.contains("top ")) && lower.len() < 40
    });
    lines.into_iter().skip(usize::from(lead)).collect()
}

/// "a; b".
pub(super) fn semicolons(text: &str) -> Vec<String> {
    text.split(';').map(str::to_owned).collect()
}

/// "a, b and c"; commas in brackets and before "Inc" part nothing.
pub(super) fn commas(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut depth = 0_u32;
    for (place, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let rest = text.get(place + 1..).unwrap_or_default().trim_start();
        let legal = ["Inc", "LLC", "Ltd", "Corp"]
            .iter()
            .any(|form| rest.starts_with(form));
        let digits = rest.starts_with(|c: char| c.is_ascii_digit())
            && text
                .get(..place)
                .is_some_and(|head| head.ends_with(|c: char| c.is_ascii_digit()));
        match parts.last_mut() {
            Some(last) if c != ',' || depth > 0 || legal || digits => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    let Some(last) = parts.pop().filter(|_| !parts.is_empty()) else {
        return Vec::new();
    };
    let joined = last.trim_start().to_lowercase();
    let begins = ["and ", "& ", "y ", "et ", "und "]
        .iter()
        .any(|join| joined.starts_with(join));
    match last.split_once(" and ").or_else(|| last.split_once(" & ")) {
        Some((one, other)) if !begins => parts.extend([one.to_owned(), other.to_owned()]),
        _ => parts.push(last),
    }
    parts
}

/// "Call Sam. Book the demo. Hire."
pub(super) fn sentences(text: &str) -> Vec<String> {
    const SHORT: [&str; 9] = ["mr", "mrs", "ms", "dr", "prof", "inc", "co", "st", "vs"];
    let mut parts: Vec<String> = vec![String::new()];
    for (place, c) in text.char_indices() {
        let rest = text.get(place + c.len_utf8()..).unwrap_or_default();
        let before = parts
            .last()
            .and_then(|part| part.rsplit(' ').next())
            .unwrap_or_default()
            .to_lowercase();
        let ends = matches!(c, '.' | '!' | '?')
            && (rest.is_empty() || rest.starts_with(char::is_whitespace))
            && !SHORT.contains(&before.as_str())
            && before.chars().count() > 1;
        match parts.last_mut() {
            Some(last) if !ends => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts
}

/// "Call Sam and book the demo": two things when both begin with something to do.
pub(super) fn joined(text: &str) -> Vec<String> {
    const VERBS: &str = "call book follow email hire implement send schedule meet talk reach set \
        buy try review research fix build start finish get sign plan contact connect prepare \
        launch train update find";
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(" and ").flat_map(|part| part.split(" then ")) {
        let first = part
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let is_task = VERBS.split_ascii_whitespace().any(|verb| verb == first);
        match parts.last_mut() {
            Some(last) if !is_task => {
                last.push_str(" and ");
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}
