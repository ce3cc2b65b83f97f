//! What goes wrong at the door, as JSON of one shape.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::db::DbError;
use crate::providers::WebhookError;

/// SQLSTATE of functions that do not find what they were asked about.
const NO_DATA_FOUND: &str = "P0002";
/// And of those that hear a person about somebody else's match.
const NOT_IN_THE_MATCH: &str = "PC003";

/// What could not be stored may come again after so long.
const AGAIN_SECONDS: u64 = 60;

/// Why the door could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Reachable from outside without a token.
    #[error(
        "{address} can be reached by others, so PGCASCADE_API_TOKEN must be set; or open on \
         loopback only: PGCASCADE_HTTP_ADDR=127.0.0.1:5000"
    )]
    Open {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The system refuses the address.
    #[error("cannot open {address}: {reason}; set PGCASCADE_HTTP_ADDR to a free address, or off")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        reason: std::io::Error,
    },
}

/// An answer other than success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    error: Cow<'static, str>,
    message: String,
    /// When to come again, in seconds.
    retry_after: Option<u64>,
}

impl Problem {
    /// There is no such path.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is nothing at this path; see /openapi.json, /healthz, /readyz and /metrics.",
        )
    }

    /// The token is missing or wrong.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Send the token: Authorization: Bearer …",
        )
    }

    /// A notification that does not prove where it comes from.
    pub fn unproved(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unproved", message)
    }

    /// A notification that proves itself and is not ours to take.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// A notification that nobody can read; nothing of it is repeated.
    pub fn unreadable(refusal: &WebhookError) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unreadable",
            refusal.to_string(),
        )
    }

    /// Not stored: to be sent again.
    pub fn again(message: impl Into<String>) -> Self {
        Self {
            retry_after: Some(AGAIN_SECONDS),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "again", message)
        }
    }

    /// The client asks, or is refused, too often.
    pub fn too_many(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let message = format!("Too many requests from this address: wait {seconds} seconds.");
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message)
        }
    }

    /// Not now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
    }

    /// The body cannot be read.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// A value cannot be used.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", message)
    }

    /// What a function in the database refused, or that it failed: `failed` says at what.
    pub fn of_database(failed: &str, error: &DbError) -> Self {
        let said = || match error.hint() {
            Some(hint) => format!("{} {hint}", error.message()),
            None => error.message().to_owned(),
        };
        match error.sqlstate() {
            Some(NO_DATA_FOUND) => Self::new(StatusCode::NOT_FOUND, "not_found", error.message()),
            Some(NOT_IN_THE_MATCH) => Self::new(StatusCode::FORBIDDEN, "forbidden", said()),
            Some(code) if code.starts_with("22") || code.starts_with("23") => {
                Self::unprocessable(said())
            }
            _ => {
                tracing::error!(%error, "{failed}");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.summary(), failed)
            }
        }
    }

    fn new(
        status: StatusCode,
        error: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            error: error.into(),
            message: message.into(),
            retry_after: None,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({"success": false, "message": self.message, "error": self.error});
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
