//! Why a template is not saved, and why one gave no text.
//!
//! Pure. Both speak to whoever wrote the template, and quote the template, never a value.

use thiserror::Error;

use super::template::SOURCE_CHARS_MAX;

/// Why a template is not saved.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// Nothing but spaces.
    #[error("the template is empty: write the text, or delete the template")]
    Empty,
    /// More than [`SOURCE_CHARS_MAX`] characters.
    #[error("the template has {chars} characters, {SOURCE_CHARS_MAX} are allowed: shorten it")]
    TooLong {
        /// How many it has.
        chars: usize,
    },
    /// It does not compile.
    #[error("line {line}: {detail}; values stand in {{{{ … }}}}, conditions in {{% if … %}}")]
    Syntax {
        /// Where, from 1.
        line: usize,
        /// What the parser met.
        detail: String,
    },
    /// A variable that texts of this type do not have.
    #[error("there is no {name:?} in texts of this type: use one of {known}")]
    UnknownVariable {
        /// The variable, with its path.
        name: String,
        /// What there is, comma separated.
        known: String,
    },
    /// A filter, test, function or statement that templates do not have.
    #[error("line {line}: texts have no {what} {name:?}: use one of {known}")]
    UnknownWord {
        /// Where, from 1.
        line: usize,
        /// filter, test, function, statement.
        what: &'static str,
        /// The word.
        name: String,
        /// What there is, comma separated.
        known: String,
    },
    /// `{firstName}`, which is a placeholder of stored texts and would be sent as it stands.
    #[error("line {line}: {found:?} would be sent as it stands: write a value as {{{{ name }}}}")]
    SingleBraces {
        /// Where, from 1.
        line: usize,
        /// What was found.
        found: String,
    },
}

/// Why a template gave no text. Names variables, never their values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RenderError {
    /// A value is missing or blank and the template has no fallback.
    #[error(
        "line {line}: {name:?} is missing: fill it in, or give the template a fallback, such as \
         {{{{ {name}|default(\"there\") }}}}"
    )]
    Missing {
        /// Where, from 1.
        line: usize,
        /// What stands between the braces.
        name: String,
    },
    /// A value is no text: a list or an object.
    #[error("line {line}: {name:?} is a list or an object: name one of its fields, or use |join")]
    NotText {
        /// Where, from 1.
        line: usize,
        /// What stands between the braces.
        name: String,
    },
    /// The text or the work to write it grew beyond all bounds.
    #[error("the text grows too long: repeat less in {{% for %}}")]
    TooMuch,
    /// Nothing came out.
    #[error("no text came out of the template: give its conditions an {{% else %}}")]
    Blank,
    /// Whatever else fails, such as adding a number to a word.
    #[error("line {line}: {name:?} cannot be reckoned: {detail}")]
    Failed {
        /// Where, from 1.
        line: usize,
        /// What stands there.
        name: String,
        /// The kind of failure.
        detail: String,
    },
}
