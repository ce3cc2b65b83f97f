//! Alerts by HTTP POST, in the form that Slack, Mattermost and their like read: `{"text": …}`, with
//! the alert's fields under `alert` for everybody else.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use crate::alerts::{Alert, AlertChannel, State};
use crate::answer::Answer;
use crate::providers::http::{BaseUrl, BaseUrlError, CallError, HttpClient, HttpLimits, Reply};

/// Longest wait for an answer.
const DEADLINE: Duration = Duration::from_secs(15);
/// Wait after "too many requests" that says no time.
const THROTTLED: Duration = Duration::from_secs(30);
/// Answers are read only to see that they end.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Posts alerts to one address. The address is a secret: whoever knows it may post.
pub struct WebhookChannel {
    http: HttpClient,
    url: Url,
}

/// Why a text is no address to post to. The text is not repeated: it is a secret.
#[derive(Debug, thiserror::Error)]
pub enum WebhookUrlError {
    /// Not a URL, or neither http nor https.
    #[error("PGCASCADE_ALERT_WEBHOOK cannot be used: {0}")]
    Url(#[from] BaseUrlError),
    /// No HTTP client could be made.
    #[error(transparent)]
    Client(#[from] anyhow::Error),
}

impl WebhookChannel {
    /// A channel to this address.
    ///
    /// # Errors
    /// See [`WebhookUrlError`].
    pub fn new(address: &SecretString) -> Result<Self, WebhookUrlError> {
        let url =
            Url::parse(address.expose_secret().trim()).map_err(|_| BaseUrlError::Unreadable)?;
        // The service is named by scheme, host and port; what follows is its secret.
        let base_url = BaseUrl::parse(&url.origin().ascii_serialization())?;
        let limits = HttpLimits {
            body_bytes_max: BODY_BYTES_MAX,
            ..HttpLimits::default()
        };
        let http = HttpClient::new(&base_url, limits)?;
        Ok(Self { http, url })
    }
}

#[async_trait]
impl AlertChannel for WebhookChannel {
    async fn tell(&self, alert: &Alert) -> Answer<()> {
        let request = self.http.request(Method::POST, self.url.clone());
        let request = request.json(&body(alert));
        match self.http.send(request, DEADLINE).await {
            Ok(reply) => answer(&reply),
            // It took the alert; what it said about it is not needed.
            Err(CallError::TooLarge { .. }) => Answer::Delivered(()),
            Err(error) => Answer::Transient {
                reason: format!(
                    "The alert webhook did not answer: {error}. It is told again by itself; if \
                     this goes on, check PGCASCADE_ALERT_WEBHOOK."
                ),
            },
        }
    }
}

/// What is posted.
fn body(alert: &Alert) -> Value {
    let text = match alert.state {
        State::Raised => format!("{alert}\n{}", alert.what_to_do),
        State::Resolved => alert.to_string(),
    };
    json!({"text": text, "alert": alert})
}

fn answer(reply: &Reply) -> Answer<()> {
    let status = reply.status;
    match status {
        200..300 => Answer::Delivered(()),
        401 | 403 | 404 | 410 | 300..400 => Answer::Credential {
            reason: format!(
                "The alert webhook is not there or refuses us (HTTP {status}). Set \
                 PGCASCADE_ALERT_WEBHOOK to a valid address and restart the daemon."
            ),
        },
        429 => Answer::Throttled {
            after: reply.retry_after().unwrap_or(THROTTLED),
            reason: String::from("The alert webhook asks for fewer calls (HTTP 429)."),
        },
        400..500 => Answer::Rejected {
            reason: format!(
                "The alert webhook refuses the alert (HTTP {status}). It must take JSON with a \
                 field text; see marketing.vw_open_alerts for what was to be told."
            ),
        },
        _ => Answer::Transient {
            reason: format!("The alert webhook is out of order (HTTP {status})."),
        },
    }
}
