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
}

/// Three segments of the plain alphabet.
const CHARS_MAX: usize = 459;
/// Nobody is sent there, and no address is invented.
const NEVER: [&str; 6] = ["http", "www.", "@", "{", "}", "$"];

/// Why a text cannot be sent; None if it can. The text itself is not quoted: it may hold anything.
pub fn objection(text: &str, facts: &Facts<'_>) -> Option<String> {
    let said = text.trim();
    if said.is_empty() {
        return Some("it is empty".to_owned());
    }
    let chars = said.chars().count();
    if chars > CHARS_MAX {
        return Some(format!(
            "it has {chars} characters; {CHARS_MAX} are the most"
        ));
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
    let known = facts.all.to_lowercase();
    // The facts are JSON, so that braces are no fact.
    let unknown = |word: &str| matches!(word, "{" | "}") || !known.contains(word);
    if let Some(word) = NEVER
        .iter()
        .find(|word| lower.contains(**word) && unknown(word))
    {
        return Some(format!("it holds {word}"));
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
        }
    }

    const GOOD: &str = "Hi Ada, meet Zeek Test of Zeek 24 Co (Houston, TX): you both work on \
        controlling lead flow. Ask what worked. Reply YES to get an intro, or LATER.";

    #[test]
    fn what_names_the_facts_and_nothing_else_passes() {
        assert_eq!(objection(GOOD, &facts()), None);
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
            (GOOD.repeat(5), "characters"),
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
