//! GoHighLevel (LeadConnector): texts people through a location's conversations.
//!
//! A text goes to a contact, not to a number, so the client finds the contact by its number, makes
//! one only if there is none, and compares the number before anything is sent (`contacts`). What
//! became of a text whose answer was lost (`evidence`) is read from the export of `messages`.
//! `refusal` holds the table of errors; `signature` and `webhook` read what the service tells us.
//! Without a key `sms_sandbox` stands in.

mod client;
mod contacts;
mod evidence;
mod messages;
mod refusal;
mod signature;
mod webhook;

use std::time::Duration;

use secrecy::SecretString;

use super::http::BaseUrl;

pub use client::GhlClient;
pub use signature::{PublicKeyError, PublicKeys, SIGNATURE_HEADER, SignatureError};
pub use webhook::{SignedEvent, is_stale, signed_event, workflow_text};

/// Where the service is.
pub const BASE_URL: &str = "https://services.leadconnectorhq.com";

/// The name stored with texts and notifications.
const NAME: &str = "ghl";

/// What the client needs to know. Its `Debug` shows no token.
#[derive(Debug, Clone)]
pub struct GhlConfig {
    /// The service's address, [`BASE_URL`] unless an operator says otherwise.
    pub base_url: BaseUrl,
    /// A private integration token of the location, or an OAuth access token.
    pub api_key: SecretString,
    /// The location (sub-account) whose contacts are texted.
    pub location_id: String,
    /// How long a call that sends nothing may take.
    pub lookup_timeout: Duration,
    /// How long handing over a text may take.
    pub send_timeout: Duration,
    /// How long after an attempt began its text may still come to light. Must be longer than
    /// `send_timeout`.
    pub evidence_grace: Duration,
}

impl GhlConfig {
    /// The usual settings: 15 s for a look-up, 20 s for a text, two minutes until a text that
    /// cannot be found counts as not sent.
    pub fn new(base_url: BaseUrl, api_key: SecretString, location_id: impl Into<String>) -> Self {
        Self {
            base_url,
            api_key,
            location_id: location_id.into(),
            lookup_timeout: Duration::from_secs(15),
            send_timeout: Duration::from_secs(20),
            evidence_grace: Duration::from_secs(120),
        }
    }
}
