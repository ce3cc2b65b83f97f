//! Twilio: texts numbers, which need no contact.
//!
//! Every text carries our attempt in the address of its status callback, so the callback is the
//! evidence even when the answer was lost; without one the list of messages is searched
//! (`messages`). `codes` holds Twilio's table of error codes, `refusal` maps answers to classes,
//! `signature` and `webhook` read what Twilio tells us.

mod client;
mod codes;
mod messages;
mod refusal;
mod signature;
mod webhook;

use std::time::Duration;

use secrecy::SecretString;

use super::http::BaseUrl;

pub use client::TwilioClient;
pub use signature::{SIGNATURE_HEADER, SignatureError, verify};
pub use webhook::{ATTEMPT_PARAM, EMPTY_ANSWER, inbound_text, status_report};

/// Where the service is.
pub const BASE_URL: &str = "https://api.twilio.com";

/// The path below the public address where status callbacks are received.
pub const STATUS_PATH: [&str; 3] = ["webhooks", "twilio", "status"];

/// The name stored with texts and notifications.
const NAME: &str = "twilio";

/// What the client needs to know. Its `Debug` shows no token.
#[derive(Debug, Clone)]
pub struct TwilioConfig {
    /// The service's address, [`BASE_URL`] unless an operator says otherwise.
    pub base_url: BaseUrl,
    /// The account, `AC…`.
    pub account_sid: String,
    /// The account's token.
    pub auth_token: SecretString,
    /// Whom texts come from: a number in E.164, or a messaging service, `MG…`.
    pub from: String,
    /// Where Twilio reaches this program from outside; without it there are no status callbacks.
    pub public_url: Option<BaseUrl>,
    /// How long a call that sends nothing may take.
    pub lookup_timeout: Duration,
    /// How long handing over a text may take.
    pub send_timeout: Duration,
    /// How long after an attempt began its text may still come to light. Must be longer than
    /// `send_timeout`.
    pub evidence_grace: Duration,
}

impl TwilioConfig {
    /// The usual settings: no status callbacks, 15 s for a look-up, 20 s for a text, two minutes
    /// until a text that cannot be found counts as not sent.
    pub fn new(
        base_url: BaseUrl,
        account_sid: impl Into<String>,
        auth_token: SecretString,
        from: impl Into<String>,
    ) -> Self {
        Self {
            base_url,
            account_sid: account_sid.into(),
            auth_token,
            from: from.into(),
            public_url: None,
            lookup_timeout: Duration::from_secs(15),
            send_timeout: Duration::from_secs(20),
            evidence_grace: Duration::from_secs(120),
        }
    }
}
