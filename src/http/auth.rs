//! Who may come in: with a token set, whoever carries it.

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::{Door, Problem};

/// Lets a request pass that carries the token.
pub async fn require_token(State(door): State<Door>, request: Request, next: Next) -> Response {
    let Some(token) = &door.token else {
        return next.run(request).await;
    };
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    // Digests are compared, so the time that it takes tells nothing about the token.
    let digest = |text: &str| Sha256::digest(text.trim().as_bytes());
    match given {
        Some(given) if digest(given) == digest(token.expose_secret()) => next.run(request).await,
        _ => Problem::unauthorized().into_response(),
    }
}
