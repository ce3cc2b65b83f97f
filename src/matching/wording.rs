//! Whether words of a model may be sent to people: they name who and what is known, and nothing
//! else. Pure.

/// What the text may and must say.
#[derive(Debug, Default)]
pub struct Facts<'a> {
    /// Of the reader.
    pub first_name: Option<&'a str>,
    /// Of whom the text is about.
    pub peer_name: Option<&'a str>,
    /// Where the peer works.
    pub peer_company: Option<&'a str>,
    /// The peer's market.
    pub peer_place: Option<&'a str>,
    /// Whether the two are far enough apart to be called so.
    pub is_non_competing: bool,
    /// Everything that the model was told, for what it may repeat.
    pub all: String,
    /// Words about the peer that are not for the reader before both have said yes.
    pub hidden: Vec<&'a str>,
}

/// Three segments in the plain alphabet of networks, in septets.
const SEPTETS_MAX: usize = 459;
/// Three segments with any other character in it, in UTF-16 units: less than half as much.
const UNITS_MAX: usize = 201;
/// Beside ASCII: letters of the plain alphabet, and signs that are spelled in it before sending.
const PLAIN: &str = "\u{a3}\u{a5}\u{e8}\u{e9}\u{f9}\u{ec}\u{f2}\u{c7}\u{d8}\u{f8}\u{c5}\u{e5}\
    \u{c6}\u{e6}\u{df}\u{c9}\u{c4}\u{d6}\u{d1}\u{dc}\u{a7}\u{bf}\u{e4}\u{f6}\u{f1}\u{fc}\u{e0}\
    \u{2018}\u{2019}\u{201c}\u{201d}\u{2013}\u{2014}\u{2026}\u{a0}";
/// These take two septets.
const TWICE: &str = "^{}\\[~]|";
/// Nobody is sent there, and no address is invented.
const NEVER: [&str; 6] = ["http", "www.", "@", "{", "}", "$"];

/// Why a text cannot be sent; None if it can. The text itself is not quoted: it may hold anything.
pub fn objection(text: &str, facts: &Facts<'_>) -> Option<String> {
    let said = text.trim();
    if said.is_empty() {
        return Some("it is empty".to_owned());
    }
    if let Some(why) = too_long(said) {
        return Some(why);
    }
    if said.chars().any(|c| c.is_control() && c != '\n') {
        return Some("it holds control characters".to_owned());
    }
    for (what, value) in [
        ("the reader's first name", facts.first_name),
        ("the peer's name", facts.peer_name),
        ("the peer's company", facts.peer_company),
        ("the peer's place", facts.peer_place),
    ] {
        let value = value.unwrap_or_default();
        if !said.contains(value) {
            return Some(format!("it does not name {what}"));
        }
    }
    let lower = said.to_lowercase();
    if facts
        .hidden
        .iter()
        .any(|word| holds_word(&lower, &word.to_lowercase()))
    {
        return Some("it tells of the peer what the event does not show yet".to_owned());
    }
    let known = facts.all.to_lowercase();
    // The facts are JSON, so that braces are no fact.
    let unknown = |word: &str| matches!(word, "{" | "}") || !known.contains(word);
    if let Some(word) = NEVER
        .iter()
        .find(|word| lower.contains(**word) && unknown(word))
    {
        return Some(format!("it holds {word}"));
    }
    if lower.split_whitespace().any(|word| {
        is_address(word) && !known.contains(word.trim_matches(|c: char| !c.is_alphanumeric()))
    }) {
        return Some("it holds an address that nobody gave".to_owned());
    }
    if numbers(said).any(|number| !numbers(&facts.all).any(|known| known == number)) {
        return Some("it holds a number that nobody gave".to_owned());
    }
    if !facts.is_non_competing && (lower.contains("competing") || lower.contains("competitor")) {
        return Some("it says something about competition that nobody knows".to_owned());
    }
    if !said.contains("YES") || !said.contains("LATER") {
        return Some("it does not say how to answer".to_owned());
    }
    None
}

/// Longer than three segments: it would cost more than the template, and come in pieces.
fn too_long(said: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii() && c != '`' || PLAIN.contains(c);
    let (length, most) = match said.chars().find(|c| !is_plain(*c)) {
        None => (
            said.chars()
                .map(|c| 1 + usize::from(TWICE.contains(c)))
                .sum(),
            SEPTETS_MAX,
        ),
        Some(_) => (said.encode_utf16().count(), UNITS_MAX),
    };
    (length > most).then(|| {
        format!("it takes more than three segments: {length} characters, where {most} fit")
    })
}

/// Whether a text holds a word or several, and not only as a part of a longer one.
pub(super) fn holds_word(text: &str, word: &str) -> bool {
    !word.is_empty()
        && text.match_indices(word).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let after = text[at + found.len()..].chars().next();
            let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            !is_letter(before) && !is_letter(after)
        })
}

/// A word that people can tap: letters, a dot, letters.
fn is_address(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.split_once('.').is_some_and(|(name, rest)| {
        let is_name = |part: &str| part.chars().next().is_some_and(char::is_alphabetic);
        is_name(name) && is_name(rest) && rest.chars().count() > 1
    })
}

fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_numeric())
        .filter(|run| !run.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts<'static> {
        Facts {
            first_name: Some("Ada"),
            peer_name: Some("Zeek Test"),
            peer_company: Some("Zeek 24 Co"),
            peer_place: Some("Houston, TX"),
            is_non_competing: true,
            all: r#"{"company": "Zeek 24 Co", "shared": ["controlling lead flow"]}"#.to_owned(),
            hidden: Vec::new(),
        }
    }

    const GOOD: &str = "Hi Ada, meet Zeek Test of Zeek 24 Co (Houston, TX): you both work on \
        controlling lead flow. Ask what worked. Reply YES to get an intro, or LATER.";

    #[test]
    fn what_names_the_facts_and_nothing_else_passes() {
        assert_eq!(objection(GOOD, &facts()), None);
    }

    #[test]
    fn typography_costs_nothing_and_three_segments_are_not_too_long() {
        let text = GOOD.replace("Ask what", "Ask Ada\u{2019}s crew \u{2013} what");
        assert_eq!(objection(&text, &facts()), None);
        let long = format!("{GOOD} {}", "Do go there soon. ".repeat(16));
        assert_eq!(objection(long.trim(), &facts()), None, "{}", long.len());
    }

    #[test]
    fn what_is_not_shown_yet_is_not_said_in_any_spelling() {
        let hidden = |word: &'static str| Facts {
            hidden: vec![word],
            ..facts()
        };
        let said = |text: &str, word| objection(text, &hidden(word)).unwrap_or_default();
        for word in ["Ortiz", "O'Neil & Sons"] {
            let text = format!("{GOOD} Ask for {}.", word.to_uppercase());
            assert!(said(&text, word).contains("does not show"), "{text}");
            assert_eq!(said(GOOD, word), "");
        }
        assert_eq!(said(GOOD, "worke"), "", "a part of another word is none");
    }

    #[test]
    fn words_that_are_wrong_are_refused_with_the_reason() {
        for (text, why) in [
            (String::new(), "empty"),
            (GOOD.replace("Zeek Test", "Zack Test"), "the peer's name"),
            (GOOD.replace("Zeek 24 Co", "his firm"), "the peer's company"),
            (GOOD.replace("Houston, TX", "Dallas"), "the peer's place"),
            (GOOD.replace("Ada", "Bob"), "first name"),
            (format!("{GOOD} He grew 40 percent."), "a number"),
            (format!("{GOOD} See http://evil.example"), "http"),
            (format!("{GOOD} {{first_name}}"), "holds {"),
            (GOOD.replace("YES", "yes"), "how to answer"),
            (GOOD.repeat(5), "segments"),
            (
                format!("{GOOD} \u{1f600} {}", "Do go there. ".repeat(6)),
                "segments",
            ),
            (format!("{GOOD} More at evil.example/x."), "an address"),
        ] {
            let said = objection(&text, &facts()).unwrap_or_default();
            assert!(said.contains(why), "{said:?} for {text}");
        }
        let near = Facts {
            is_non_competing: false,
            ..facts()
        };
        let text = format!("{GOOD} No competing there.");
        assert!(objection(&text, &near).is_some());
    }
}
