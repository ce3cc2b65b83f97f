//! What of a chat model's names is believed: those that stand in the text.
//!
//! Pure.

use serde_json::{Value, json};

/// At most so many names, and so many companies, are kept.
const FOUND_MAX: usize = 20;
/// A longer name is none.
const NAME_CHARS_MAX: usize = 80;

/// The names and companies of an answer that stand in the text as whole words, each once; what is a
/// company is nobody's name.
pub fn standing_in(text: &str, said: &Value) -> Value {
    let companies = there(&said["companies"], text, true);
    let mut names = there(&said["names"], text, false);
    names.retain(|name| !companies.contains(name));
    json!({ "names": names, "companies": companies })
}

/// What of a list stands in the text; people have no digits.
fn there(found: &Value, text: &str, digits: bool) -> Vec<String> {
    let said = format!(" {} ", bare_words(text));
    let mut names: Vec<String> = Vec::new();
    let found = found.as_array().into_iter().flatten();
    for name in found.filter_map(Value::as_str).map(str::trim) {
        let words = bare_words(name);
        let is_name = name.chars().any(char::is_alphabetic)
            && name.chars().count() <= NAME_CHARS_MAX
            && !name.chars().any(char::is_control)
            && (digits || !name.chars().any(char::is_numeric))
            && said.contains(&format!(" {words} "));
        if is_name && !names.iter().any(|known| bare_words(known) == words) {
            names.push(name.to_owned());
        }
    }
    names.truncate(FOUND_MAX);
    names
}

/// Words with one space between them, in lower case.
fn bare_words(text: &str) -> String {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_in_the_text_is_believed() {
        let text = "talked to maria lopez (O'Neil & Sons), she knows 3M";
        let said = json!({
            "names": ["Maria Lopez", "maria lopez", "John Invented", "mar", "3M", "", "a\u{0}"],
            "companies": ["O'Neil & Sons", "3M", "Acme Corp", 7],
        });
        assert_eq!(
            standing_in(text, &said),
            json!({"names": ["Maria Lopez"], "companies": ["O'Neil & Sons", "3M"]})
        );
        assert_eq!(
            standing_in(text, &json!({"names": "all"})),
            json!({"names": [], "companies": []})
        );
    }
}
