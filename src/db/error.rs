//! What went wrong with the database, and what the caller can do about it.
//!
//! Every failure ends as a [`DbError`]: a class that decides, and a sentence for the operator that
//! says what, why and what to do. It never holds a password, and for [`Class::Data`] it holds no
//! value of a row: the driver's own error, whose DETAIL quotes rows, is taken apart and dropped.

use std::fmt;

use tokio_postgres::error::{Severity, SqlState};

use super::explain;
use super::url::DatabaseUrl;

/// SQLSTATE of a lock that was not to be had within `lock_timeout`, or at once.
const LOCK_NOT_AVAILABLE: &str = "55P03";
/// SQLSTATE of a statement that took longer than `statement_timeout`, or was cancelled.
const QUERY_CANCELED: &str = "57014";
/// SQLSTATE of a session that an administrator ends, or that ends with the server's orderly stop.
const ENDED_BY_ORDER: &str = "57P01";
/// SQLSTATE of a full disk.
const DISK_FULL: &str = "53100";

/// What the caller can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The connection is gone, or the server is starting, stopping or full of sessions: connect
    /// again and repeat what had not committed.
    Lost,
    /// Another transaction was in the way, with a lock or by a deadlock or a serialization
    /// failure: repeat the transaction soon.
    Conflict,
    /// We may not do this, or may not come in: a person must act.
    Rights,
    /// The server takes no writes: a replica, or made read-only by its host.
    ReadOnly,
    /// The server's disk or memory is full: stop writing, tell the operator.
    Full,
    /// The data is refused: a value, a constraint, or a function that raised.
    Data,
    /// Everything else: our mistake, or a server that is not what we take it for.
    Bug,
}

/// A failure of the database or of the way to it.
///
/// `Display` is the operator's sentence; [`DbError::summary`] is one line without data.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DbError(Box<Parts>);

/// Boxed, so that a `Result` stays small.
#[derive(Debug)]
struct Parts {
    class: Class,
    code: Option<SqlState>,
    constraint: Option<String>,
    /// The primary message, or what the driver said.
    message: String,
    hint: Option<String>,
    /// What, why and what to do.
    sentence: String,
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl DbError {
    /// What the caller can do.
    pub fn class(&self) -> Class {
        self.0.class
    }

    /// The five characters of the server's SQLSTATE; None when the server never answered.
    pub fn sqlstate(&self) -> Option<&str> {
        self.0.code.as_ref().map(SqlState::code)
    }

    /// Whether a lock was not to be had soon: nobody made a mistake, somebody takes long.
    pub fn is_locked_out(&self) -> bool {
        self.sqlstate() == Some(LOCK_NOT_AVAILABLE)
    }

    /// Whether a statement took longer than it may, or somebody cancelled it.
    pub fn is_timeout(&self) -> bool {
        self.sqlstate() == Some(QUERY_CANCELED)
    }

    /// Whether the server ended this session by order, of an administrator or of its own stop.
    pub fn is_ended_by_order(&self) -> bool {
        self.class() == Class::Lost && self.sqlstate() == Some(ENDED_BY_ORDER)
    }

    /// Whether the server says that its disk is full.
    pub fn is_disk_full(&self) -> bool {
        self.sqlstate() == Some(DISK_FULL)
    }

    /// The violated constraint, where the server names one.
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// The server's primary message without values of rows, or what the driver said.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The hint of the function or the server, where there is one.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// One line to store with a failed event: message, SQLSTATE and constraint, never row data.
    pub fn summary(&self) -> String {
        match (self.sqlstate(), self.constraint()) {
            (Some(code), Some(name)) => format!("{} ({code}, constraint {name})", self.message()),
            (Some(code), None) => format!("{} ({code})", self.message()),
            (None, _) => self.message().to_owned(),
        }
    }

    /// The error of an attempt to connect: its sentence names the target.
    pub(super) fn connecting(error: &tokio_postgres::Error, url: &DatabaseUrl) -> Self {
        let mut plain = Self::from_driver(error);
        if let Some(sentence) = explain::connecting(error, &plain, url) {
            plain.0.sentence = sentence;
        }
        // Connecting again would not help: somebody must change a setting first.
        if explain::is_refusal(error) {
            plain.0.class = Class::Rights;
        }
        plain
    }

    /// A failure that the driver does not know of, such as a time-out of ours.
    pub(crate) fn plain(class: Class, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self(Box::new(Parts {
            class,
            code: None,
            constraint: None,
            message: sentence.clone(),
            hint: None,
            sentence,
        }))
    }

    /// With a SQLSTATE that the server would have given.
    #[cfg(test)]
    pub(crate) fn with_code(mut self, code: &str) -> Self {
        self.0.code = Some(SqlState::from_code(code));
        self
    }

    /// Certificates that cannot be used.
    pub(super) fn tls_setup(reason: &str) -> Self {
        Self::plain(
            Class::Rights,
            format!(
                "TLS cannot be set up: {reason}; check sslrootcert, sslcert and sslkey in the \
                 connection URL"
            ),
        )
    }

    /// Takes the driver's error apart.
    pub(super) fn from_driver(error: &tokio_postgres::Error) -> Self {
        let Some(server) = error.as_db_error() else {
            let class = if explain::is_lost(error) {
                Class::Lost
            } else {
                Class::Bug
            };
            let message = explain::driver_message(error);
            return Self::plain(class, explain::sentence(class, None, &message, None));
        };
        let class = match classify(server.code()) {
            // Whoever ends a session says so fatally. This one goes on: a function raised it, about
            // a server that it called (dblink, postgres_fdw).
            Class::Lost if server.parsed_severity() == Some(Severity::Error) => Class::Data,
            class => class,
        };
        let message = match server.code().code().get(..2) {
            // Only data exceptions quote the value they refuse.
            Some("22") => without_quotes(server.message()),
            _ => server.message().to_owned(),
        };
        let hint = server.hint().map(str::to_owned);
        let sentence = explain::sentence(class, Some(server.code()), &message, hint.as_deref());
        Self(Box::new(Parts {
            class,
            code: Some(server.code().clone()),
            constraint: server.constraint().map(str::to_owned),
            message,
            hint,
            sentence,
        }))
    }
}

impl From<tokio_postgres::Error> for DbError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::from_driver(&error)
    }
}

/// The one place where a SQLSTATE becomes a class.
///
/// A state that PostgreSQL does not define is one that a function of ours or of the user's raised:
/// the SQL standard leaves classes that begin with 5 to 9 or I to Z to implementations, and
/// PostgreSQL itself uses 53 to 58, 72, F0, HV, P0 and XX.
pub(super) fn classify(state: &SqlState) -> Class {
    let code = state.code();
    match code {
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" | "53300" => return Class::Lost,
        "40001" | "40P01" | LOCK_NOT_AVAILABLE => return Class::Conflict,
        "42501" => return Class::Rights,
        "25006" => return Class::ReadOnly,
        DISK_FULL | "53200" => return Class::Full,
        "P0001" => return Class::Data,
        _ => {}
    }
    match code.get(..2).unwrap_or_default() {
        "08" => Class::Lost,
        "28" => Class::Rights,
        "22" | "23" => Class::Data,
        "53" | "54" | "55" | "57" | "58" | "72" | "P0" | "XX" => Class::Bug,
        other if other.starts_with(|first: char| matches!(first, '5'..='9' | 'I'..='Z')) => {
            Class::Data
        }
        _ => Class::Bug,
    }
}

/// The message with everything from the first quote to the last one blanked out: the value that is
/// quoted may hold quotes itself.
fn without_quotes(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}…{}", &message[..=first], &message[last..])
        }
        _ => message.to_owned(),
    }
}
