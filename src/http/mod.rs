//! The HTTP door: is the daemon alive, is it ready, what does it do; peer matching; and what
//! services tell us. Thin: a query, an answer; `/openapi.json` describes it.
//!
//! Without a token it opens on loopback only; with one, every request must carry it, but for the
//! services' notifications, which prove themselves.

mod agenda;
mod auth;
mod error;
mod health;
mod inbound;
mod limit;
mod matching;
mod metrics;
mod openapi;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Router, middleware};
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::config::NotificationKeys;
use crate::db::Pool;
use crate::engine::Doze;

pub use error::{HttpError, Problem};
use limit::Asked;
pub use limit::Limits;
pub use metrics::record;

/// Longest request body.
const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Longest time of one request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where to open, and to whom.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address.
    pub address: SocketAddr,
    /// Nobody asked for this very address: when it is taken the daemon runs without.
    pub is_default: bool,
    /// What every request must carry; None: loopback only.
    pub token: Option<SecretString>,
    /// How many requests a second one client may make; 0: any number.
    pub rate: u32,
}

/// What the answers are made of.
#[derive(Clone)]
pub struct Door {
    /// Connections of its own, so that a busy daemon can still be asked.
    pub pool: Pool,
    /// The daemon's connections, to tell how busy they are.
    pub work: Pool,
    /// The daemon's name in `pipeline.workers`.
    pub name: String,
    /// Whether the daemon sleeps; then nothing is asked of the database, which may sleep, too.
    pub doze: Doze,
    /// What the daemon has counted.
    pub counted: PrometheusHandle,
    /// What every request must carry.
    pub token: Option<SecretString>,
    /// What proves services' notifications; None: none are taken.
    pub notifications: Option<NotificationKeys>,
    /// How often one client may ask.
    pub limits: Arc<Limits>,
}

/// Opens the door; None when its default address is taken.
///
/// # Errors
/// See [`HttpError`].
pub async fn bind(settings: &Settings) -> Result<Option<TcpListener>, HttpError> {
    let address = settings.address;
    if settings.token.is_none() && !address.ip().is_loopback() {
        return Err(HttpError::Open { address });
    }
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if settings.is_default => {
            tracing::warn!(
                %address, %error,
                "no health checks and metrics here: set PGCASCADE_HTTP_ADDR to a free address"
            );
            Ok(None)
        }
        Err(reason) => Err(HttpError::Bind { address, reason }),
    }
}

/// Answers until told to stop; requests that were begun are finished.
pub async fn serve(listener: TcpListener, door: Door, stop: CancellationToken) {
    let keeper = tokio::spawn(metrics::keep_small(door.counted.clone(), stop.clone()));
    let service = router(door).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::warn!(%error, "the HTTP door closed");
    }
    // It ends with the same token.
    let _ = keeper.await;
}

fn router(door: Door) -> Router {
    let token = middleware::from_fn_with_state(door.clone(), auth::require_token);
    let limited = |asked| middleware::from_fn_with_state((door.clone(), asked), limit::of_client);
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, TIMEOUT);
    let probes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::render))
        .layer(token.clone())
        .layer(limited(Asked::Probe))
        .layer(timeout);
    let ours = Router::new()
        .route("/wake", post(health::wake))
        .route("/openapi.json", get(openapi::describe))
        .route("/api/events/{id}/generate-agenda", post(agenda::generate))
        .route("/api/events/{id}/peer-matching", get(matching::list))
        .route(
            "/api/events/{id}/peer-matching/generate",
            post(matching::generate),
        )
        .route("/api/peer-matches/{id}/status", put(matching::set_status))
        .route("/webhook/event-peer-matching", post(matching::webhook))
        .fallback(|| async { Problem::not_found() })
        .layer(token)
        .layer(limited(Asked::Api))
        .layer(timeout);
    let services = Router::new()
        .route("/webhooks/ghl", post(inbound::ghl))
        .route("/webhooks/twilio", post(inbound::twilio_text))
        .route("/webhooks/twilio/status", post(inbound::twilio_status))
        .layer(limited(Asked::Notification))
        // Not stored in time: to be sent again.
        .layer(TimeoutLayer::with_status_code(
            StatusCode::TOO_MANY_REQUESTS,
            TIMEOUT,
        ));
    ours.merge(probes)
        .merge(services)
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .with_state(door)
}
