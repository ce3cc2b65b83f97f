//! Names and companies by their capital letters: a best effort, and said to be one.
//!
//! Pure. Two or three capitalised words in a row are a name; with a word like Corp or Roofing among
//! them, or behind a person and "from", they are a company. Titles of sessions, places and the
//! words that begin a sentence are left out by a list. English order of words.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// Words that open a note and are no part of a name.
static OPENERS: LazyLock<HashSet<&str>> = LazyLock::new(|| set("opener"));

/// Words with capitals that name days, places of an event and things, never people.
static THINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| set("thing"));

/// What a company is called.
static COMPANY_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| set("company"));

/// What was found by capital letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capitals {
    /// People, in order of appearance, each once.
    pub names: Vec<String>,
    /// Companies, in order of appearance, each once.
    pub companies: Vec<String>,
}

/// At most so many of each are kept of one text.
const FOUND_MAX: usize = 20;

/// Finds names and companies in a text.
pub fn find(text: &str) -> Capitals {
    let mut found = Capitals::default();
    let words = words(text);
    let mut place = 0;
    while place < words.len() {
        let run = run(text, &words, place);
        if run.is_empty() {
            place += 1;
            continue;
        }
        sort_in(text, &words, run.clone(), &mut found);
        place = run.end.max(place + 1);
    }
    found.names.truncate(FOUND_MAX);
    found.companies.truncate(FOUND_MAX);
    found
}

/// The words of a text, without the punctuation around them.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut begun = None;
    for (place, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let part = c.is_alphanumeric() || matches!(c, '\'' | '’' | '&' | '-' | '.' | '@' | '_');
        match (part, begun) {
            (true, None) => begun = Some(place),
            (false, Some(start)) => {
                let word = text.get(start..place).unwrap_or_default();
                let bare = word.trim_matches(['\'', '’', '-', '.', '_']);
                let initial = bare.chars().count() == 1 && word.ends_with('.');
                let lead = word.len() - word.trim_start_matches(['\'', '’', '-', '.', '_']).len();
                let end = start + lead + bare.len() + usize::from(initial);
                if !bare.is_empty() {
                    words.push(start + lead..end);
                }
                begun = None;
            }
            _ => {}
        }
    }
    words
}

fn is_capital(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && (word.chars().any(char::is_lowercase) || word.len() <= 5)
        && !word.contains('@')
}

/// The words of a class in the list.
fn set(class: &str) -> HashSet<&'static str> {
    include_str!("data/capitals.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(name, _)| *name == class)
        .flat_map(|(_, words)| words.split_ascii_whitespace())
        .collect()
}

fn listed(list: &HashSet<&str>, word: &str) -> bool {
    list.contains(word.to_lowercase().as_str())
}

/// Particles within a name.
fn is_particle(word: &str) -> bool {
    matches!(
        word,
        "de" | "la" | "van" | "von" | "der" | "den" | "del" | "da" | "dos" | "bin" | "al" | "&"
    )
}

/// The capitalised words from this one on, openers left out; empty when there is none.
fn run(text: &str, words: &[Range<usize>], place: usize) -> Range<usize> {
    let word = |place: usize| {
        words
            .get(place)
            .and_then(|span| text.get(span.clone()))
            .unwrap_or_default()
    };
    let first = word(place);
    if !is_capital(first) || listed(&OPENERS, first) || listed(&THINGS, first) {
        return place..place;
    }
    let mut end = place + 1;
    while end < words.len() && end - place < 6 && is_close(text, words, end) {
        let next = word(end);
        let particle = is_particle(next) && (1..=2).any(|ahead| is_capital(word(end + ahead)));
        if !particle && (!is_capital(next) || listed(&THINGS, next)) {
            break;
        }
        end += 1;
    }
    while end > place + 1 && is_particle(word(end - 1)) {
        end -= 1;
    }
    place..end
}

/// Whether nothing but a space stands between a word and the one before it.
fn is_close(text: &str, words: &[Range<usize>], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|before| words.get(before));
    let gap = before
        .zip(words.get(place))
        .and_then(|(a, b)| text.get(a.end..b.start));
    // "Acme, Inc." is one name.
    let legal = words
        .get(place)
        .and_then(|span| text.get(span.clone()))
        .is_some_and(|word| matches!(word.trim_end_matches('.'), "Inc" | "LLC" | "Ltd" | "Corp"));
    gap.is_some_and(|gap| gap == " " || gap == "  " || legal && gap == ", ")
}

/// Decides what a run is.
fn sort_in(text: &str, words: &[Range<usize>], run: Range<usize>, found: &mut Capitals) {
    let word = |place: usize| {
        words
            .get(place)
            .and_then(|span| text.get(span.clone()))
            .unwrap_or_default()
    };
    let (Some(first), Some(last)) = (words.get(run.start), words.get(run.end.saturating_sub(1)))
    else {
        return;
    };
    let whole = text
        .get(first.start..last.end)
        .unwrap_or_default()
        .to_owned();
    let count = run.len();
    let before = run.start.checked_sub(1).map_or("", word).to_lowercase();
    let company = run
        .clone()
        .skip(1)
        .any(|place| listed(&COMPANY_WORDS, word(place)));
    let acronym = run
        .clone()
        .all(|place| !word(place).chars().any(char::is_lowercase));
    // "Zoe Ruiz from Bolt": behind a person, unless it is a city.
    let employer = matches!(before.as_str(), "from" | "@")
        && !is_place(text, last.end)
        && !found.names.is_empty();
    if company && count >= 2 || employer || is_camel(&whole) && count == 1 {
        push(&mut found.companies, whole);
    } else if (2..=4).contains(&count) && !acronym && before != "at" {
        push(&mut found.names, whole);
    }
}

/// "Houston, TX": a city and its state.
fn is_place(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let state: String = rest
        .trim_start_matches([',', ' '])
        .chars()
        .take(2)
        .collect();
    rest.starts_with(',') && state.len() == 2 && state.chars().all(|c| c.is_ascii_uppercase())
}

/// "BuildPro", "SunWorks": two capitals in one word, but "McDonald" and "O'Neil" are people.
fn is_camel(word: &str) -> bool {
    let inner = word.chars().skip(1).filter(|c| c.is_uppercase()).count();
    inner == 1
        && word.chars().count() >= 6
        && !word.starts_with("Mc")
        && !word.starts_with("Mac")
        && !word.contains(['\'', '’', '-'])
        && word.ends_with(char::is_lowercase)
}

fn push(list: &mut Vec<String>, found: String) {
    if !list.contains(&found) {
        list.push(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_companies_are_told_apart() {
        for (text, names, companies) in [
            ("Met John Smith - amazing", &["John Smith"][..], &[][..]),
            (
                "Talked to Sarah O'Neil from Acme Corp",
                &["Sarah O'Neil"],
                &["Acme Corp"],
            ),
            (
                "Ana de la Cruz and Bo McDonald",
                &["Ana de la Cruz", "Bo McDonald"],
                &[],
            ),
            (
                "BuildPro Solutions has a demo",
                &[],
                &["BuildPro Solutions"],
            ),
            (
                "Dr. Jane Q. Doe, Acme, Inc.",
                &["Jane Q. Doe"],
                &["Acme, Inc"],
            ),
            ("Zoe Ruiz from Houston, TX", &["Zoe Ruiz"], &[]),
            ("Zoe Ruiz from Bolt", &["Zoe Ruiz"], &["Bolt"]),
            ("Main Stage at 2, Growing with AI", &[], &[]),
            ("great idea about hiring", &[], &[]),
            (
                "Talk to Acme Roofing & Siding",
                &[],
                &["Acme Roofing & Siding"],
            ),
        ] {
            let found = find(text);
            assert_eq!(found.names, names, "{text}");
            assert_eq!(found.companies, companies, "{text}");
        }
    }
}
