//! The variables of this daemon that webhooks may name: signing secrets and secret headers.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

/// Only variables that begin so may be named by a row. The database checks the same.
pub const PREFIX: &str = "PGCASCADE_WEBHOOK_";

/// Values shorter than this are no secrets, and hiding them would garble texts.
const SECRET_CHARS_MIN: usize = 6;

/// The variables and their values.
#[derive(Debug, Clone, Default)]
pub struct Variables(BTreeMap<String, SecretString>);

/// A variable that a row names and this daemon does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// It is not set, or empty.
    #[error("the variable {0} is not set for this daemon; set it and start the daemon again")]
    Unset(String),
    /// It is none that a webhook may name.
    #[error("{0} is no variable that a webhook may name: its name must begin with {PREFIX}")]
    Foreign(String),
    /// A reference that does not end, or an odd character.
    #[error("the header {0} is not written as ${{{PREFIX}…}}")]
    Malformed(String),
}

impl Variables {
    /// Keeps those with the prefix.
    pub fn new(all: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = all
            .into_iter()
            .filter(|(name, value)| name.starts_with(PREFIX) && !value.trim().is_empty())
            .map(|(name, value)| (name, SecretString::from(value.trim().to_owned())));
        Self(ours.collect())
    }

    /// One variable's value.
    ///
    /// # Errors
    /// It is not set, or none that a webhook may name.
    pub fn get(&self, name: &str) -> Result<&SecretString, VariableError> {
        if !name.starts_with(PREFIX) {
            return Err(VariableError::Foreign(name.to_owned()));
        }
        self.0
            .get(name)
            .ok_or_else(|| VariableError::Unset(name.to_owned()))
    }

    /// A header's value with every `${NAME}` replaced.
    ///
    /// # Errors
    /// As [`Variables::get`], or the reference is malformed; `header` is its name.
    pub fn fill_in(&self, header: &str, value: &str) -> Result<String, VariableError> {
        let mut pieces = value.split("${");
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let Some((name, rest)) = piece.split_once('}') else {
                return Err(VariableError::Malformed(header.to_owned()));
            };
            filled.push_str(self.get(name)?.expose_secret());
            filled.push_str(rest);
        }
        Ok(filled)
    }

    /// The text without any of the values: a receiver may echo what it was sent.
    pub fn conceal(&self, text: &str) -> String {
        let parts = self
            .0
            .values()
            .flat_map(|secret| secret.expose_secret().split_whitespace());
        parts
            .filter(|part| part.len() >= SECRET_CHARS_MIN)
            .fold(text.to_owned(), |text, part| text.replace(part, "[key]"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        Variables::new([
            ("PGCASCADE_WEBHOOK_KEY".to_owned(), "s3cret-key".to_owned()),
            ("PGCASCADE_WEBHOOK_EMPTY".to_owned(), " ".to_owned()),
            ("DATABASE_URL".to_owned(), "postgresql://p4ss".to_owned()),
        ])
    }

    #[test]
    fn a_reference_becomes_the_value_and_nothing_else_is_reachable() {
        let all = variables();
        let fill_in = |value: &str| all.fill_in("x-key", value);
        assert_eq!(
            fill_in("Bearer ${PGCASCADE_WEBHOOK_KEY}!").as_deref(),
            Ok("Bearer s3cret-key!")
        );
        assert_eq!(fill_in("plain").as_deref(), Ok("plain"));
        assert!(matches!(
            fill_in("${DATABASE_URL}"),
            Err(VariableError::Foreign(_))
        ));
        assert!(matches!(
            fill_in("${PGCASCADE_WEBHOOK_EMPTY}"),
            Err(VariableError::Unset(_))
        ));
        assert!(matches!(
            fill_in("${PGCASCADE_WEBHOOK_KEY"),
            Err(VariableError::Malformed(_))
        ));
    }

    #[test]
    fn values_are_concealed_and_never_printed() {
        let all = variables();
        assert_eq!(all.conceal("you sent s3cret-key"), "you sent [key]");
        assert!(!format!("{all:?}").contains("s3cret"));
    }
}
