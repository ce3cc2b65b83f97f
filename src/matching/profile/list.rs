//! Cells that hold a list, in every form in which people and programs write one, and the key under
//! which two spellings of a word are the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// More entries than a person can mean; the rest is left out.
const ITEMS_MAX: usize = 64;
/// A longer text is no name of a thing.
pub(super) const KEY_CHARS_MAX: usize = 60;
/// What people write who have nothing to say.
const NOTHING: [&str; 12] = [
    "na",
    "n_a",
    "none",
    "nothing",
    "null",
    "nil",
    "other",
    "test",
    "tbd",
    "unknown",
    "x",
    "undefined",
];

/// The entries of a cell: a JSON array, a JSON object of switches, a PostgreSQL array, or text
/// split at commas, semicolons, bars and line ends. Trimmed, without blanks, in the order written.
pub(super) fn items(cell: &str) -> Vec<String> {
    let cell = cell.trim();
    let found = json_items(cell)
        .or_else(|| array_items(cell))
        .unwrap_or_else(|| split_items(cell));
    found
        .into_iter()
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .take(ITEMS_MAX)
        .collect()
}

/// One spelling of a word: lower case, without accents, `_` for everything between letters and
/// digits, `and` for `&`. None where nothing is left, where it is too long to be a name, and for
/// words that mean "nothing", such as `n/a`.
pub(super) fn key(text: &str) -> Option<String> {
    // Counting stops early: the text may be a book.
    if text.chars().nth(4 * KEY_CHARS_MAX).is_some() {
        return None;
    }
    let mut key = String::with_capacity(text.len());
    for c in text
        .replace('&', " and ")
        .nfkd()
        .flat_map(char::to_lowercase)
    {
        if c.is_alphanumeric() {
            key.push(c);
        } else if !is_combining_mark(c)
            && !is_apostrophe(c)
            && !key.is_empty()
            && !key.ends_with('_')
        {
            key.push('_');
        }
    }
    let key = key.trim_end_matches('_');
    let is_name =
        !key.is_empty() && key.chars().count() <= KEY_CHARS_MAX && !NOTHING.contains(&key);
    is_name.then(|| key.to_owned())
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`')
}

fn json_items(cell: &str) -> Option<Vec<String>> {
    if !cell.starts_with(['[', '{', '"']) {
        return None;
    }
    match serde_json::from_str(cell).ok()? {
        serde_json::Value::Array(values) => Some(values.iter().filter_map(json_text).collect()),
        serde_json::Value::Object(switches) => {
            let on = switches.into_iter().filter(|(_, value)| is_on(value));
            Some(on.map(|(name, _)| name).collect())
        }
        // A string that holds a list was encoded twice; the inner text cannot start so again for
        // ever, because each decoding is shorter.
        serde_json::Value::String(inner) => Some(items(&inner)),
        _ => None,
    }
}

/// The text of an entry; of an object its name.
fn json_text(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Object(fields) => ["name", "label", "value", "key"]
            .iter()
            .find_map(|name| fields.get(*name)?.as_str().map(str::to_owned)),
        _ => None,
    }
}

fn is_on(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Bool(on) => *on,
        serde_json::Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        _ => false,
    }
}

/// `{a,"b, c"}` as PostgreSQL writes it.
fn array_items(cell: &str) -> Option<Vec<String>> {
    let inner = cell.strip_prefix('{')?.strip_suffix('}')?;
    let mut found = Vec::new();
    let mut item = String::new();
    let mut quoted = false;
    let mut letters = inner.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => item.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => found.push(std::mem::take(&mut item)),
            _ => item.push(c),
        }
    }
    found.push(item);
    Some(found)
}

fn split_items(cell: &str) -> Vec<String> {
    let quotes = ['"', '[', ']', '{', '}'];
    cell.split([',', ';', '|', '\n', '\r', '•'])
        .map(|item| item.trim().trim_matches(quotes).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_list_holds_the_same_entries() {
        let expected = ["Roofing", "Windows & Doors"];
        for cell in [
            r#"["Roofing", "Windows & Doors"]"#,
            r#""[\"Roofing\", \"Windows & Doors\"]""#,
            r#"{Roofing,"Windows & Doors"}"#,
            "Roofing, Windows & Doors",
            " Roofing ;; Windows & Doors; ",
            "Roofing\nWindows & Doors",
            r#"[{"name": "Roofing"}, {"label": "Windows & Doors"}]"#,
            r#"{"Roofing": true, "Siding": false, "Windows & Doors": 1}"#,
            r#"[Roofing, Windows & Doors]"#,
        ] {
            assert_eq!(items(cell), expected, "{cell}");
        }
        assert!(items("").is_empty());
        assert!(items("[]").is_empty());
        assert_eq!(items(&"a,".repeat(10_000)).len(), ITEMS_MAX);
    }

    #[test]
    fn two_spellings_have_one_key() {
        for spelling in [
            "Operational Efficiency",
            "operational_efficiency",
            " OPERATIONAL-efficiency! ",
        ] {
            assert_eq!(key(spelling).as_deref(), Some("operational_efficiency"));
        }
        assert_eq!(key("Windows & Doors"), key("windows and doors"));
        assert_eq!(key("Café 24"), Some("cafe_24".into()));
        for nothing in ["", "🙂", "N/A", " - ", "none"] {
            assert_eq!(key(nothing), None, "{nothing}");
        }
        assert_eq!(key(&"long ".repeat(2_000)), None);
    }
}
