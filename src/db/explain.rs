//! The operator's sentences: what happened, why, and what to do.
//!
//! Pure: errors in, words out. Nothing here decides anything but wording, except whether an error
//! of the driver means that the connection is gone.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError};
use tokio_postgres::error::SqlState;

use super::error::{Class, DbError};
use super::url::DatabaseUrl;

/// A prepared statement that is not there, or is there already: somebody between us and the server
/// gives each transaction another session.
const POOLED_AWAY: [&str; 2] = ["26000", "42P05"];
const POOLER_ADVICE: &str = "a transaction pooler stands in between that does not keep prepared \
                             statements: use PgBouncer 1.21 or later with \
                             max_prepared_statements above 0, pool_mode = session, or a direct \
                             address";

/// The sentence for a failure in an established session.
pub(super) fn sentence(
    class: Class,
    code: Option<&SqlState>,
    message: &str,
    hint: Option<&str>,
) -> String {
    let what = match code {
        Some(code) => format!("{message} (SQLSTATE {})", code.code()),
        None => message.to_owned(),
    };
    if let Some(hint) = hint {
        return format!("{what}; {hint}");
    }
    if code.is_some_and(|code| POOLED_AWAY.contains(&code.code())) {
        return format!("{what}; {POOLER_ADVICE}");
    }
    if let Some(advice) = code.and_then(|code| of_limits(code.code())) {
        return format!("{what}; {advice}");
    }
    let advice = match class {
        Class::Lost => {
            "a daemon connects again by itself, a command can be repeated; if this lasts, check \
             the server"
        }
        Class::Conflict => "another transaction was in the way; repeating it is safe",
        Class::Rights => "grant the right to the user of the connection URL, or connect as another",
        Class::ReadOnly => {
            "this is a read-only replica or a server that takes no writes; connect to the primary"
        }
        Class::Full => "the server is out of disk or memory; free some, nothing is lost meanwhile",
        Class::Data => return what,
        Class::Bug => {
            "the statement and the database do not fit; run `pgcascade deploy` if the \
                       program is newer than the database"
        }
    };
    format!("{what}; {advice}")
}

/// What to do about a limit of the server's or of the stage's that was met.
fn of_limits(code: &str) -> Option<&'static str> {
    match code {
        "57014" => Some(
            "it took longer than the stage's timeout or the database's statement_timeout allows, \
             or somebody cancelled it; raise timeout in pipeline.stages, or lower its batch_size",
        ),
        "55P03" => Some(
            "others hold what it needs; a daemon tries again by itself, a command can be repeated",
        ),
        _ if code.starts_with("54") => {
            Some("a value is larger than the server can take; make it smaller")
        }
        _ => None,
    }
}

/// The sentence for an attempt to connect; None where the general one says enough.
pub(super) fn connecting(
    error: &tokio_postgres::Error,
    plain: &DbError,
    url: &DatabaseUrl,
) -> Option<String> {
    if let Some(reason) = find::<rustls::Error>(error) {
        return Some(format!("cannot connect to {url}: {}", certificate(reason)));
    }
    let said = plain.message();
    let user = url.config().get_user().unwrap_or("(none)");
    let advice = match plain.sqlstate() {
        Some("28P01") => {
            format!("the password for user \"{user}\" is wrong; correct it in the URL")
        }
        Some("28000") => format!(
            "the server does not let user \"{user}\" in from here: {said}; check the user's name \
             and the server's pg_hba.conf, or add sslmode=require"
        ),
        Some("3D000") => {
            let database = url.config().get_dbname().unwrap_or(user);
            format!("there is no database \"{database}\"; create it or correct the URL")
        }
        Some("42501") => format!("user \"{user}\" may not connect to this database: {said}"),
        Some("53300") => format!("all connections are taken: {said}; use fewer, or a pooler"),
        Some("57P03") => format!(
            "the server is not ready: {said}; a daemon tries again by itself, a command can be \
             repeated"
        ),
        Some(code) => format!("{said} (SQLSTATE {code})"),
        None => unreached(error)?,
    };
    Some(format!("cannot connect to {url}: {advice}"))
}

/// What to do when no server answered as one.
fn unreached(error: &tokio_postgres::Error) -> Option<String> {
    let said = driver_message(error);
    if said.contains("password missing") {
        return Some("the server asks for a password and the URL has none".to_owned());
    }
    if said.contains("does not allow writes") {
        return Some(
            "this is a read-only replica and the URL asks for read-write; name the primary"
                .to_owned(),
        );
    }
    if said.contains("server does not support TLS") {
        return Some(
            "the server offers no TLS; turn ssl on there, or say sslmode=disable if the network \
             between is trusted"
                .to_owned(),
        );
    }
    if said.contains("channel binding") {
        return Some(format!(
            "{said}; remove channel_binding=require, or use sslmode=require"
        ));
    }
    let io = find::<io::Error>(error)?;
    Some(match io.kind() {
        io::ErrorKind::ConnectionRefused => {
            "nothing listens there; start the server, or correct host and port".to_owned()
        }
        io::ErrorKind::TimedOut => {
            "no answer in time; check host, port, and any firewall between".to_owned()
        }
        io::ErrorKind::NotFound => format!("{io}; start the server, or correct the path"),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            "the other end hung up; is it PostgreSQL, and is it running?".to_owned()
        }
        _ if io.to_string().contains("lookup") => {
            format!("the host's name cannot be resolved ({io}); correct it, or check DNS")
        }
        _ => format!("{said}; check host, port and network"),
    })
}

/// What to do about a certificate.
fn certificate(reason: &rustls::Error) -> String {
    match reason {
        rustls::Error::InvalidCertificate(invalid) => match invalid {
            CertificateError::UnknownIssuer => "the server's certificate is not trusted; give its \
                authority's file as sslrootcert=/path/to/ca.pem"
                .to_owned(),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "the server's certificate is for another name; connect by the name it was issued \
                 to, or say sslmode=verify-ca"
                    .to_owned()
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the server's certificate has expired; renew it there".to_owned()
            }
            other => format!("the server's certificate is refused ({other:?}); see sslrootcert"),
        },
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA,
        ) => "the server wants a certificate of ours that it trusts; give sslcert and sslkey"
            .to_owned(),
        other => format!("TLS failed: {other}"),
    }
}

/// Whether we were not let in, or would not go in: TLS, a missing password, channel binding. The
/// driver has no other way to tell these from a line that broke than its wording.
pub(super) fn is_refusal(error: &tokio_postgres::Error) -> bool {
    find::<rustls::Error>(error).is_some()
        || driver_message(error).contains("server does not support TLS")
        || matches!(
            error.to_string().as_str(),
            "authentication error" | "invalid configuration"
        )
}

/// Whether the driver says that there is no connection (any more).
pub(super) fn is_lost(error: &tokio_postgres::Error) -> bool {
    error.is_closed()
        || (find::<io::Error>(error).is_some() && find::<rustls::Error>(error).is_none())
        || error.to_string() == "timeout waiting for server"
}

/// The driver's message with its cause, which the driver's own `Display` leaves out.
pub(super) fn driver_message(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// The first cause of the given type, looked for inside I/O errors too.
fn find<T: Error + 'static>(error: &tokio_postgres::Error) -> Option<&T> {
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<T>() {
            return Some(found);
        }
        // An I/O error hides what it wraps from `source`.
        if let Some(inner) = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            && let Some(found) = (inner as &(dyn Error + 'static)).downcast_ref::<T>()
        {
            return Some(found);
        }
        next = cause.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pooler_that_loses_prepared_statements_is_named() {
        let code = SqlState::from_code("26000");
        let message = "prepared statement s1 does not exist";
        let said = sentence(Class::Bug, Some(&code), message, None);
        assert!(said.contains("max_prepared_statements"), "{said}");
    }
}
