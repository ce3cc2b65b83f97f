//! The client: one signed text, once.

use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value, json};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};

use super::refusal::Refusals;
use super::{NAME, TextWebhookConfig};
use crate::answer::Answer;
use crate::mask::Phone;
use crate::messaging::delivery::{Delivery, DeliveryStatus};
use crate::messaging::sms_gateway::{
    Contact, Evidence, GatewayAnswer, InboundPage, OutboundText, Recipient, SentText, SmsGateway,
    UncertainAttempt,
};
use crate::providers::http::{HttpClient, HttpLimits};
use crate::providers::sms_call::{Caller, Purpose, Refusal, credential, log_handed_over};
use crate::providers::sms_limits;
use crate::providers::webhook::sign::Signer;

/// An answer names two ids at most; the rest is dropped with its connection.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Texts people through a webhook.
pub struct TextWebhook {
    calls: Caller<Refusals>,
    config: TextWebhookConfig,
    signer: Signer,
}

impl TextWebhook {
    /// Builds the client; nothing is sent yet.
    ///
    /// # Errors
    /// The secret is none, or the HTTP client cannot be built.
    pub fn new(config: TextWebhookConfig) -> anyhow::Result<Self> {
        let limits = HttpLimits {
            body_bytes_max: BODY_BYTES_MAX,
            // The status alone says that a text was taken.
            status_is_enough: true,
            ..HttpLimits::default()
        };
        let calls = Caller {
            http: HttpClient::new(&config.url, limits)?,
            refusals: Refusals::new(config.secret.clone()),
            send_timeout: config.send_timeout,
            lookup_timeout: config.send_timeout,
        };
        let signer = Signer::new(&config.secret)
            .context("PGCASCADE_TEXT_WEBHOOK_SECRET holds no signing secret")?;
        Ok(Self {
            calls,
            config,
            signer,
        })
    }

    async fn hand_over(&self, text: &OutboundText) -> Result<SentText, Refusal> {
        sms_limits::check(text)?;
        let request = self.request(text)?;
        let reply = self.calls.reply(Purpose::Send, request).await?;
        // Whatever else it says, or does not, the text was taken.
        let said = reply.json::<Map<String, Value>>().unwrap_or_default();
        let message_id = id(&said, ["message_id", "messageId"]);
        let sent = SentText {
            message_id: message_id.unwrap_or_else(|| text.attempt.clone()),
            contact_id: id(&said, ["contact_id", "contactId"]),
            status: DeliveryStatus::Queued,
        };
        log_handed_over(NAME, text, &sent);
        Ok(sent)
    }

    /// The signed request. Its time is that of the attempt, so that it says the same as our rows.
    fn request(&self, text: &OutboundText) -> Result<RequestBuilder, Refusal> {
        let body = self.body(text).to_string();
        let at = text.called_at.timestamp();
        let signature = self.signer.sign(&text.attempt, at, &body);
        let signature = signature.map_err(|error| {
            credential(format!(
                "The text could not be signed: {error}. Correct PGCASCADE_TEXT_WEBHOOK_SECRET, \
                 restart the daemon, then resume the stage."
            ))
        })?;
        Ok(self
            .calls
            .request(Method::POST, self.config.url.join([]))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(HEADER_WEBHOOK_ID, &text.attempt)
            .header(HEADER_WEBHOOK_TIMESTAMP, at.to_string())
            .header(HEADER_WEBHOOK_SIGNATURE, signature)
            .body(body))
    }

    fn body(&self, text: &OutboundText) -> Value {
        let recipient = &text.recipient;
        let timestamp = text.called_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        json!({
            "id": text.attempt,
            "type": "text.send",
            "timestamp": timestamp,
            "data": {
                "phone": recipient.phone.reveal(),
                "message": text.body,
                "message_type": text.message_type,
                "first_name": recipient.first_name,
                "last_name": recipient.last_name,
                "valid_secs": text.valid_for.map(|valid_for| valid_for.as_secs()),
            },
            "send_via_ghl": {
                "phone": recipient.phone.reveal(),
                "message": text.body,
                "from_name": self.config.from_name,
                "timestamp": timestamp,
                "tags": [text.message_type],
            },
        })
    }
}

/// An id under one of its names, which comes as a text or a number.
fn id(said: &Map<String, Value>, names: [&str; 2]) -> Option<String> {
    let text = match names.iter().find_map(|name| said.get(*name))? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[async_trait]
impl SmsGateway for TextWebhook {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn resolve(&self, recipient: &Recipient) -> GatewayAnswer<Contact> {
        // Whom the receiver knows by which id is its own affair.
        sms_limits::check_phone(&recipient.phone)
            .map(|()| Contact { contact_id: None })
            .into()
    }

    async fn send(&self, text: &OutboundText) -> GatewayAnswer<SentText> {
        self.hand_over(text).await.into()
    }

    async fn evidence(&self, _: &UncertainAttempt) -> Answer<Evidence> {
        Answer::Delivered(Evidence::CannotSay {
            reason: String::from(
                "a webhook cannot be asked what it did; look for the reference of the attempt, \
                 its webhook-id, in the receiver's own log",
            ),
        })
    }

    async fn delivery(&self, _: &str) -> Answer<Delivery> {
        Answer::Rejected {
            reason: String::from(
                "A webhook cannot be asked how far a text has come. Look for it in the receiver's \
                 own log.",
            ),
        }
    }

    async fn phone_of(&self, _: &str) -> Answer<Option<Phone>> {
        Answer::Delivered(None)
    }

    async fn inbound_since(&self, _: DateTime<Utc>, _: Option<&str>) -> Answer<InboundPage> {
        Answer::Delivered(InboundPage::default())
    }
}
