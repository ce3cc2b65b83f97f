//! "What are your top three priorities?": the answer, in any common layout, as a list.
//!
//! Pure. Layouts are tried from the most to the least certain: numbers, ordinals, lines, bullets,
//! semicolons, commas, sentences, "and" between two things to do, and at last the whole as one.

use super::layouts;

/// At most so many things are kept, in the order of the answer.
pub const PRIORITIES_MAX: usize = 10;

/// Characters of an answer that are looked at.
const CHARS_MAX: usize = 4000;

/// Characters of one thing: a title, not a chapter.
const TITLE_CHARS_MAX: usize = 250;

/// How the answer was laid out, which says how sure the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// "1. a 2. b"
    Numbered,
    /// "first a, second b"
    Ordinals,
    /// A line each, or a bullet each.
    Lines,
    /// "a; b"
    Semicolons,
    /// "a, b and c"
    Commas,
    /// "A. B."
    Sentences,
    /// "call a and book b"
    Joined,
    /// One thing.
    Single,
}

impl Layout {
    /// How sure a list of this layout is, 0 to 1: `extraction_confidence`.
    pub fn confidence(self) -> f64 {
        match self {
            Self::Numbered => 0.98,
            Self::Ordinals | Self::Lines | Self::Semicolons => 0.95,
            Self::Commas => 0.85,
            Self::Sentences | Self::Single => 0.8,
            Self::Joined => 0.7,
        }
    }
}

/// The things that an answer lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priorities {
    /// How they were laid out.
    pub layout: Layout,
    /// Titles, the most important first.
    pub titles: Vec<String>,
}

/// Takes a text apart in one layout.
type TakeApart = fn(&str) -> Vec<String>;

/// Reads an answer; no titles where it names nothing.
pub fn read(text: &str) -> Priorities {
    let text: String = text
        .chars()
        .take(CHARS_MAX)
        .filter(|c| {
            *c == '\n'
                || !c.is_control()
                    && !matches!(c, '\u{FE0F}' | '\u{20E3}' | '\u{200B}'..='\u{200F}')
        })
        .collect();
    let text = text.trim();
    let tries: [(Layout, TakeApart); 7] = [
        (Layout::Numbered, layouts::numbered),
        (Layout::Ordinals, layouts::ordinals),
        (Layout::Lines, layouts::lines),
        (Layout::Semicolons, layouts::semicolons),
        (Layout::Commas, layouts::commas),
        (Layout::Sentences, layouts::sentences),
        (Layout::Joined, layouts::joined),
    ];
    let bare = without_lead(text);
    for (layout, try_layout) in tries {
        let source = if matches!(layout, Layout::Numbered | Layout::Lines) {
            text
        } else {
            bare
        };
        let mut titles: Vec<String> = try_layout(source)
            .iter()
            .filter_map(|part| title(part))
            .collect();
        if titles.len() >= 2 || layout == Layout::Numbered && titles.len() == 1 {
            titles.truncate(PRIORITIES_MAX);
            return Priorities { layout, titles };
        }
    }
    Priorities {
        layout: Layout::Single,
        titles: title(bare).into_iter().collect(),
    }
}

/// A part as a title: without what joins it to the others.
fn title(part: &str) -> Option<String> {
    let signs = [
        ' ', '\n', '\t', ',', ';', '.', '-', '–', '—', '•', '*', '·', ':', '!', '&', '"',
    ];
    let mut bare = part.trim_matches(signs);
    for join in [
        "and ", "then ", "also ", "to ", "lastly ", "finally ", "y ", "et ", "und ", "e ",
    ] {
        let head = bare.get(..join.len()).unwrap_or_default();
        if head.eq_ignore_ascii_case(join) {
            bare = bare
                .get(join.len()..)
                .unwrap_or_default()
                .trim_start_matches(signs);
        }
    }
    let bare = bare
        .strip_suffix(" and")
        .unwrap_or(bare)
        .trim_matches(signs);
    let title: String = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = title.chars().take(TITLE_CHARS_MAX).collect();
    title.chars().any(char::is_alphanumeric).then_some(title)
}

/// The answer without "My top 3 are:" and its like.
fn without_lead(text: &str) -> &str {
    const LEADS: [&str; 14] = [
        "priorit",
        "top 3",
        "top three",
        "my top",
        "top two",
        "top 2",
        "i want to",
        "i need to",
        "i'd like to",
        "i would like to",
        "i plan to",
        "goals",
        "sure",
        "here",
    ];
    if let Some((lead, rest)) = text.split_once(':') {
        let lower = lead.to_lowercase();
        let about = LEADS.iter().any(|known| lower.contains(known));
        if about && lead.chars().count() <= 60 && !rest.trim().is_empty() {
            return rest.trim();
        }
    }
    for lead in [
        "i want to ",
        "i need to ",
        "i'd like to ",
        "i would like to ",
        "i plan to ",
        "i will ",
        "we need to ",
    ] {
        if text
            .get(..lead.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(lead))
        {
            return text.get(lead.len()..).unwrap_or_default().trim();
        }
    }
    text
}
