//! How a command ends badly: the exit code, and what is printed.
//!
//! A failure says what, why and what to do. The sentences are made where the reason is known (most
//! in `db`); here they are put together, and two are added that only the command line knows: a
//! database without our tables, and a signal.

use std::process::ExitCode;

use super::output::{complain, error_word, text_width, wrap};
use crate::config::ConfigError;
use crate::db::DbError;

/// Exit code of a command that failed.
const FAILED: u8 = 1;
/// Exit code of wrong usage; clap's, too.
const USAGE: u8 = 2;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// Exit code 1, with an error to print.
    Failed(anyhow::Error),
    /// Exit code 1; everything has been said already.
    Said,
    /// Exit code 1: a signal came before the work was done.
    Interrupted,
    /// Exit code 2, with what to write instead.
    Usage(String),
}

/// What a command returns.
pub type Done = Result<(), Failure>;

impl<E> From<E> for Failure
where
    anyhow::Error: From<E>,
{
    fn from(error: E) -> Self {
        let error = anyhow::Error::from(error);
        match error.downcast_ref::<ConfigError>() {
            Some(wrong) => Self::Usage(wrong.to_string()),
            None => Self::Failed(error),
        }
    }
}

impl Failure {
    /// Prints what must be printed and returns the exit code.
    pub fn report(&self) -> ExitCode {
        match self {
            Self::Said => {}
            Self::Interrupted => print(&["interrupted before it was done; run it again".into()]),
            Self::Usage(words) => {
                print(std::slice::from_ref(words));
                return ExitCode::from(USAGE);
            }
            Self::Failed(error) => print(&sentences(error)),
        }
        ExitCode::from(FAILED)
    }
}

/// The chain of causes, outermost first, each said once.
fn sentences(error: &anyhow::Error) -> Vec<String> {
    if let Some(words) = not_deployed(error) {
        return words;
    }
    let mut sentences: Vec<String> = Vec::new();
    for cause in error.chain() {
        let words = cause.to_string();
        // Transparent errors repeat their cause.
        if !sentences.iter().any(|said| said.contains(&words)) {
            sentences.push(words);
        }
    }
    sentences
}

/// A table, schema or function that is missing means that nobody deployed, or an older program did.
fn not_deployed(error: &anyhow::Error) -> Option<Vec<String>> {
    let db = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<DbError>())?;
    let is_missing = matches!(db.sqlstate()?, "42P01" | "3F000" | "42883" | "42703");
    is_missing.then(|| {
        vec![
            "this database does not have what this program needs".to_owned(),
            format!("the server says: {}", db.message()),
            "run `pgcascade deploy`, which adds what is missing and keeps all data".to_owned(),
        ]
    })
}

fn print(sentences: &[String]) {
    let mut at_start = true;
    for sentence in sentences {
        for line in wrap(sentence, text_width().saturating_sub(7)) {
            if at_start {
                complain(&format!("{} {line}", error_word()));
            } else {
                complain(&format!("       {line}"));
            }
            at_start = false;
        }
    }
}
