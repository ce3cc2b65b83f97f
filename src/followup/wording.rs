//! Whether a model's words for a follow-up may be sent: they ask what the template asks, name what
//! it names, and invent nothing. Pure.

use std::collections::HashSet;

use serde_json::Value;

use super::capitals;

/// Two segments of the plain alphabet.
const CHARS_MAX: usize = 306;
/// Nobody is sent anywhere, unless the template does it.
const LINKS: [&str; 4] = ["http", "www.", "@", "$"];

/// Why the words cannot be sent in place of the template; None if they can. `known` is what the
/// model was told. The words are not quoted: they may hold anything.
pub fn objection(said: &str, known: &Value) -> Option<String> {
    let text = |name: &str| known[name].as_str().unwrap_or_default();
    let template = text("template");
    let hint = |name: &str| known["hints"][name].as_str().unwrap_or_default();
    form(said)
        .or_else(|| invented(said, template, &strings(known)))
        .or_else(|| {
            left_out(
                said,
                template,
                [text("first_name"), hint("mention_event"), text("event")],
            )
        })
}

fn form(said: &str) -> Option<String> {
    let chars = said.chars().count();
    if said.trim().is_empty() {
        Some("it is empty".to_owned())
    } else if chars > CHARS_MAX {
        Some(format!(
            "it has {chars} characters; {CHARS_MAX} are the most"
        ))
    } else if said.chars().any(char::is_control) {
        Some("it holds control characters".to_owned())
    } else if said.contains(['{', '}']) {
        Some("it holds braces".to_owned())
    } else {
        None
    }
}

/// What stands in the words and was not given.
fn invented(said: &str, template: &str, known: &str) -> Option<String> {
    let (lower, allowed) = (said.to_lowercase(), template.to_lowercase());
    if let Some(link) = LINKS
        .iter()
        .find(|link| lower.matches(**link).count() > allowed.matches(**link).count())
    {
        return Some(format!("it holds {link}, which the template does not"));
    }
    if numbers(said).any(|number| !numbers(known).any(|known| known == number)) {
        return Some("it holds a number that nobody gave".to_owned());
    }
    let given = capital_words(known);
    if capital_words(said).iter().any(|word| !given.contains(word)) {
        return Some("it holds a word in capitals that nobody gave".to_owned());
    }
    let known = known.to_lowercase();
    names(said)
        .iter()
        .any(|name| !known.contains(&name.to_lowercase()))
        .then(|| "it names somebody whom nobody named".to_owned())
}

/// What the words must hold and do not.
fn left_out(said: &str, template: &str, wanted: [&str; 3]) -> Option<String> {
    let [first_name, mentioned, event] = wanted;
    let lower = said.to_lowercase();
    let lacks = |value: &str| !value.is_empty() && !lower.contains(&value.to_lowercase());
    if template.contains(first_name) && lacks(first_name) {
        return Some("it does not name the reader".to_owned());
    }
    if lacks(mentioned) || template.contains(event) && lacks(event) {
        return Some("it does not name the event".to_owned());
    }
    if names(template).iter().any(|name| lacks(name)) {
        return Some("it does not name whom the template names".to_owned());
    }
    let kept = capital_words(said);
    if capital_words(template)
        .iter()
        .any(|word| !kept.contains(word))
    {
        return Some("it does not say how to answer".to_owned());
    }
    if numbers(template).any(|number| !numbers(said).any(|kept| kept == number)) {
        return Some("it leaves out a number".to_owned());
    }
    let links = template
        .split_whitespace()
        .filter(|word| word.contains("://") || word.starts_with("www."));
    if links.into_iter().any(|link| !said.contains(link)) {
        return Some("it leaves out a link".to_owned());
    }
    (template.contains('?') && !said.contains('?')).then(|| "it asks nothing".to_owned())
}

/// The people and companies of a text; "Reply DONE" is neither.
fn names(text: &str) -> Vec<String> {
    let found = capitals::find(text);
    let mut names = found.names;
    names.extend(found.companies);
    names.retain(|name| capital_words(name).is_empty());
    names
}

/// All that was given, without the names of the fields.
fn strings(known: &Value) -> String {
    match known {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.iter().map(strings).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => fields.values().map(strings).collect::<Vec<_>>().join("\n"),
        Value::Null | Value::Bool(_) => String::new(),
    }
}

/// Words in capitals, which say how to answer, such as DONE; a short one may be an abbreviation.
fn capital_words(text: &str) -> HashSet<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= 3 && word.chars().all(char::is_uppercase))
        .collect()
}

fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_numeric())
        .filter(|run| !run.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known() -> Value {
        json!({
            "template": "Hey! Just checking in. Have you reached out to John Smith yet?",
            "tone": "friendly",
            "first_name": "Ana",
            "event": "Power100 Dallas",
            "item": "Follow up with John Smith",
            "hints": {
                "mention_event": "Power100 Dallas",
                "reference_note": "AI automation discussion",
            },
        })
    }

    const GOOD: &str = "Hey! Just checking in. Have you had a chance to connect with John Smith \
        from the Power100 Dallas event? I know you were interested in his insights on AI \
        automation.";

    #[test]
    fn the_documented_words_pass() {
        assert_eq!(objection(GOOD, &known()), None);
    }

    #[test]
    fn words_that_are_wrong_are_refused_with_the_reason() {
        for (said, why) in [
            (String::new(), "empty"),
            (GOOD.repeat(2), "characters"),
            (GOOD.replace("John Smith", "Jon"), "whom the template names"),
            (GOOD.replace("Power100 Dallas", "Dallas"), "the event"),
            (GOOD.replace('?', "."), "asks nothing"),
            (format!("{GOOD} Call 5125550123."), "a number"),
            (format!("{GOOD} See http://evil.example"), "http"),
            (format!("{GOOD} {{firstName}}"), "braces"),
            (format!("{GOOD}\u{0}"), "control"),
            (format!("{GOOD} Reply STOP."), "in capitals"),
            (format!("{GOOD} Ask Zoe Ruiz."), "whom nobody named"),
        ] {
            let found = objection(&said, &known()).unwrap_or_default();
            assert!(found.contains(why), "{found:?} for {said}");
        }
    }

    #[test]
    fn how_to_answer_and_links_are_kept() {
        let mut known = known();
        known["template"] = json!("Ana, is it done? https://example.com/9 Reply DONE.");
        known["hints"] = json!({});
        for (said, why) in [
            ("Ana, is it done? https://example.com/9 Reply DONE.", ""),
            (
                "Is it done? https://example.com/9 Reply DONE.",
                "the reader",
            ),
            ("Ana, is it done? https://example.com/9", "how to answer"),
            ("Ana, is it done? 9 Reply DONE.", "a link"),
        ] {
            let found = objection(said, &known).unwrap_or_default();
            assert!(found.contains(why), "{found:?} for {said}");
            assert_eq!(found.is_empty(), why.is_empty(), "{found}");
        }
    }
}
