//! The words of a connection URL as libpq and other clients know them, and what becomes of each.
//!
//! The driver's own words go to the driver, TLS words become a [`TlsMode`], the habits of other
//! clients are dropped, and anything else is refused by name.

use std::path::PathBuf;
use std::time::Duration;

use super::tls::{Roots, TlsMode, Verify};
use super::url_error::UrlError;
use super::words::Words;

/// Words that the driver understands as libpq does.
const DRIVER_WORDS: [&str; 18] = [
    "user",
    "password",
    "dbname",
    "host",
    "hostaddr",
    "port",
    "options",
    "application_name",
    "sslmode",
    "sslnegotiation",
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];
/// Words of other clients, and of libpq where nothing here depends on them.
const DROPPED_WORDS: [&str; 11] = [
    "connection_limit",
    "pool_timeout",
    "schema",
    "statement_cache_size",
    "uselibpqcompat",
    "socket_timeout",
    "client_encoding",
    "fallback_application_name",
    "gssencmode",
    "sslcompression",
    "sslsni",
];

/// Takes the TLS words out, and leaves the driver the mode it knows.
pub(super) fn take_tls(words: &mut Words) -> Result<TlsMode, UrlError> {
    let mode = words.take("sslmode");
    let roots = words.take("sslrootcert").filter(|value| !value.is_empty());
    let system = roots.as_deref() == Some("system");
    // libpq: naming the system's roots without a mode means full verification.
    let mode = mode.unwrap_or_else(|| if system { "verify-full" } else { "prefer" }.to_owned());
    let (driver_mode, verify) = read_mode(&mode, roots.is_some())?;
    if system && verify != Verify::ChainAndName {
        return Err(UrlError::Contradiction(
            "sslrootcert=system needs sslmode=verify-full",
        ));
    }
    words.put("sslmode", driver_mode);
    let roots = match roots {
        Some(path) if !system => Roots::File(PathBuf::from(path)),
        _ => Roots::System,
    };
    let client = match (words.take("sslcert"), words.take("sslkey")) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((certificate.into(), key.into())),
        _ => {
            return Err(UrlError::Contradiction(
                "sslcert and sslkey are given together or not at all",
            ));
        }
    };
    Ok(TlsMode {
        verify,
        roots,
        client,
    })
}

/// What the driver calls a mode, and how much of the certificate it verifies.
fn read_mode(mode: &str, has_roots: bool) -> Result<(&'static str, Verify), UrlError> {
    Ok(match mode {
        "disable" => ("disable", Verify::Nothing),
        "allow" | "prefer" => ("prefer", Verify::Nothing),
        // libpq: `require` with a certificate at hand verifies the chain.
        "require" if has_roots => ("require", Verify::Chain),
        "require" => ("require", Verify::Nothing),
        "verify-ca" => ("require", Verify::Chain),
        "verify-full" => ("require", Verify::ChainAndName),
        _ => {
            return Err(UrlError::Value {
                name: "sslmode",
                value: mode.to_owned(),
                allowed: "disable, prefer, require, verify-ca or verify-full",
            });
        }
    })
}

/// libpq gives this time in milliseconds where the driver would read seconds.
pub(super) fn take_user_timeout(words: &mut Words) -> Result<Option<Duration>, UrlError> {
    let Some(value) = words.take("tcp_user_timeout") else {
        return Ok(None);
    };
    match value.parse::<u64>() {
        Ok(milliseconds) => Ok(Some(Duration::from_millis(milliseconds))),
        Err(_) => Err(UrlError::Value {
            name: "tcp_user_timeout",
            value,
            allowed: "a number of milliseconds",
        }),
    }
}

/// Says in the driver's words what libpq says in others.
pub(super) fn translate(words: &mut Words) {
    if let Some(count) = words.take("keepalives_count") {
        words.put("keepalives_retries", &count);
    }
    if let Some(wanted) = words.take("target_session_attrs") {
        words.put(
            "target_session_attrs",
            if wanted == "primary" {
                "read-write"
            } else {
                &wanted
            },
        );
    }
}

/// Drops the words of other clients.
pub(super) fn drop_foreign(words: &mut Words) {
    for name in DROPPED_WORDS {
        if words.take(name).is_some() {
            tracing::debug!(
                parameter = name,
                "the connection URL's parameter has no effect here"
            );
        }
    }
}

/// Refuses a word that nobody knows: a misspelt `sslmode` must not mean "no encryption".
pub(super) fn refuse_unknown(words: &Words) -> Result<(), UrlError> {
    match words.names().find(|name| !DRIVER_WORDS.contains(name)) {
        Some(name) => Err(UrlError::Unknown(name.to_owned())),
        None => Ok(()),
    }
}
