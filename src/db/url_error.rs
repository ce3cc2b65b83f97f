//! Why a connection URL cannot be used. No message repeats the password.

/// Why a connection URL cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UrlError {
    /// Nothing was given.
    #[error("the connection URL is empty; write postgresql://user:password@host:5432/database")]
    Empty,
    /// Not a PostgreSQL URL.
    #[error("a connection URL begins with postgresql:// and not with {0}://")]
    Scheme(String),
    /// The key=value form is broken.
    #[error(
        "the connection string is neither a postgresql:// URL nor key=value pairs; quote \
         a value that holds spaces: password='a b'"
    )]
    Pairs,
    /// A word nobody knows.
    #[error(
        "the connection URL has an unknown parameter \"{0}\"; correct its spelling or remove it"
    )]
    Unknown(String),
    /// A word whose value nobody knows.
    #[error("the connection URL says {name}={value}, but {name} must be {allowed}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: String,
        /// What would be right.
        allowed: &'static str,
    },
    /// Two words that do not go together.
    #[error("the connection URL is contradictory: {0}")]
    Contradiction(&'static str),
    /// No host, so nowhere to connect to.
    #[error(
        "the connection URL names no host; write postgresql://user:password@host:5432/database, \
         or ?host=/path for a socket"
    )]
    NoHost,
    /// An unescaped character in the password most likely.
    #[error(
        "the connection URL has a host name with \"@\" in it; write @ in a password as \
         %40, / as %2F, ? as %3F, # as %23 and : as %3A"
    )]
    Unescaped,
    /// The driver refuses the rest.
    #[error("the connection URL cannot be read: {0}")]
    Driver(String),
}
