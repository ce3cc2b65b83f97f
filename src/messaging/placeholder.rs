//! The placeholders of stored texts: `{firstName}`, `{name}`, `{eventName}`.
//!
//! Pure. Texts that came with their rows are no templates: these three are replaced as they stand,
//! once, and what is put in their place is not read again. Every other `{word}` is refused when the
//! text is stored, because somebody meant it to be replaced.

use thiserror::Error;

/// What the placeholders stand for. A blank value counts as none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Placeholders<'a> {
    /// `{firstName}`
    pub first_name: Option<&'a str>,
    /// `{name}`
    pub name: Option<&'a str>,
    /// `{eventName}`
    pub event_name: Option<&'a str>,
}

/// Why a stored text cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlaceholderError {
    /// A placeholder that nobody replaces.
    #[error("{0:?} would be sent as it stands: use {{firstName}}, {{name}} or {{eventName}}")]
    Unknown(String),
    /// A placeholder without its value.
    #[error("the value of {0:?} is missing: fill it in, or write the text without it")]
    Missing(&'static str),
}

/// Refuses a text with a placeholder that nobody replaces.
///
/// # Errors
///
/// [`PlaceholderError::Unknown`].
pub fn check(text: &str) -> Result<(), PlaceholderError> {
    let some = Some("x");
    let all = Placeholders {
        first_name: some,
        name: some,
        event_name: some,
    };
    fill(text, &all).map(drop)
}

/// The text with its placeholders replaced.
///
/// # Errors
///
/// An unknown placeholder, or one without a value: never a text with a hole.
pub fn fill(text: &str, values: &Placeholders<'_>) -> Result<String, PlaceholderError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        // As far as a name goes, so that a text of open braces is not searched again for each.
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let end = end.filter(|end| after.get(*end..).is_some_and(|rest| rest.starts_with('}')));
        let word = end.and_then(|end| after.get(..end));
        let Some(word) = word.filter(|word| is_name(word)) else {
            out.push('{');
            rest = after;
            continue;
        };
        let (name, value) = match word {
            "firstName" => ("{firstName}", values.first_name),
            "name" => ("{name}", values.name),
            "eventName" => ("{eventName}", values.event_name),
            other => {
                let shown = other.chars().take(60).collect::<String>();
                return Err(PlaceholderError::Unknown(format!("{{{shown}}}")));
            }
        };
        let value = value.filter(|value| !value.trim().is_empty());
        out.push_str(value.ok_or(PlaceholderError::Missing(name))?);
        rest = after.get(word.len() + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const JANE: Placeholders<'_> = Placeholders {
        first_name: Some("{eventName} & \"Jane\""),
        name: Some("{{ name }}"),
        event_name: None,
    };

    #[test]
    fn values_are_put_in_as_typed_and_not_read_again() {
        let text = fill("Hey {firstName}! { no } {} {1} {{name}}", &JANE);
        let expected = "Hey {eventName} & \"Jane\"! { no } {} {1} {{{ name }}}";
        assert_eq!(text.as_deref(), Ok(expected));
    }

    #[test]
    fn a_hole_is_refused() {
        assert_eq!(
            fill("at {eventName}", &JANE),
            Err(PlaceholderError::Missing("{eventName}"))
        );
        let unknown = PlaceholderError::Unknown("{peerFirstName}".to_owned());
        assert_eq!(check("meet {peerFirstName}"), Err(unknown));
        assert_eq!(check("meet {firstName} at {eventName}, {name}"), Ok(()));
    }
}
