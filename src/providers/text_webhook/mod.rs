//! A webhook that sends texts: a flow of n8n, say, that passes them on to whatever service it
//! knows.
//!
//! Each text is one POST, signed as Standard Webhooks has it, whose `webhook-id` is our reference
//! of the attempt. The body holds the text under `data`, and once more under `send_via_ghl`, in the
//! form that existing flows read:
//!
//! ```json
//! {"id": "6f1…", "type": "text.send", "timestamp": "2026-01-02T03:04:05Z",
//!  "data": {"phone": "+15125550123", "message": "Lunch is served.",
//!           "message_type": "admin_custom", "first_name": "Jane", "last_name": "Roe",
//!           "valid_secs": 600},
//!  "send_via_ghl": {"phone": "+15125550123", "message": "Lunch is served.", "from_name": "Events",
//!                   "timestamp": "2026-01-02T03:04:05Z", "tags": ["admin_custom"]}}
//! ```
//!
//! Any 2xx says that the text was taken. Its body may name `message_id` and `contact_id`; without
//! them our reference is the text's id. A 4xx says that it was not, and may name `number`:
//! `opted_out` or `unreachable`. A webhook cannot be asked what it did, so a text whose answer was
//! lost is a person's to settle.

mod client;
mod refusal;

use std::time::Duration;

use secrecy::SecretString;

use super::http::BaseUrl;

pub use client::TextWebhook;

/// The name stored with texts; what `sending_accounts.provider` says.
const NAME: &str = "webhook";

/// What the client needs to know. Its `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct TextWebhookConfig {
    /// Where texts are posted to.
    pub url: BaseUrl,
    /// One signing secret (`whsec_…`), or two parted by a blank while one replaces the other.
    pub secret: SecretString,
    /// Whom texts say that they come from, for flows that ask.
    pub from_name: String,
    /// How long handing over a text may take.
    pub send_timeout: Duration,
}

impl TextWebhookConfig {
    /// The usual settings: 20 s for a text.
    pub fn new(url: BaseUrl, secret: SecretString, from_name: impl Into<String>) -> Self {
        Self {
            url,
            secret,
            from_name: from_name.into(),
            send_timeout: Duration::from_secs(20),
        }
    }
}
