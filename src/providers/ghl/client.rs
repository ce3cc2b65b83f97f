//! The client: one contact, one text, and what became of it.

use anyhow::{Context, ensure};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::contacts::GhlContact;
use super::refusal::Refusals;
use super::{GhlConfig, NAME, messages};
use crate::answer::Answer;
use crate::mask::Phone;
use crate::messaging::delivery::Delivery;
use crate::messaging::sms_gateway::{
    Contact, Evidence, GatewayAnswer, InboundPage, OutboundText, Recipient, SentText, SmsGateway,
    UncertainAttempt,
};
use crate::providers::http::{HttpClient, HttpLimits};
use crate::providers::sms_call::{Caller, Purpose, Refusal, Refuses, log_handed_over};
use crate::providers::sms_limits;

/// A page of 500 messages of 1,600 characters each has a few megabytes at most.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Texts people through GoHighLevel.
#[derive(Debug)]
pub struct GhlClient {
    pub(super) calls: Caller<Refusals>,
    pub(super) config: GhlConfig,
    authorization: HeaderValue,
}

/// What the service says of a text that it took.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Taken {
    message_id: Option<String>,
    status: Option<String>,
}

impl GhlClient {
    /// Builds the client; nothing is sent yet.
    ///
    /// # Errors
    /// The key or the location cannot be one, or the HTTP client cannot be built.
    pub fn new(config: GhlConfig) -> anyhow::Result<Self> {
        let limits = HttpLimits {
            body_bytes_max: BODY_BYTES_MAX,
            ..HttpLimits::default()
        };
        let http = HttpClient::new(&config.base_url, limits)?;
        ensure!(
            !config.location_id.trim().is_empty(),
            "GHL_LOCATION_ID is empty: copy the location's id from its settings in GoHighLevel"
        );
        let bearer = format!("Bearer {}", config.api_key.expose_secret().trim());
        let mut authorization = HeaderValue::try_from(bearer)
            .context("GHL_API_KEY holds characters that no key has; copy it again")?;
        authorization.set_sensitive(true);
        let calls = Caller {
            http,
            refusals: Refusals::new(config.api_key.clone()),
            send_timeout: config.send_timeout,
            lookup_timeout: config.lookup_timeout,
        };
        Ok(Self {
            calls,
            config,
            authorization,
        })
    }

    /// A request with our key, for one version of the API.
    pub(super) fn request(&self, method: Method, url: Url, version: &str) -> RequestBuilder {
        self.calls
            .request(method, url)
            .header(AUTHORIZATION, &self.authorization)
            .header(ACCEPT, "application/json")
            .header("Version", version)
    }

    /// Hands over a text; a contact that is gone is looked up by its number, once.
    async fn hand_over(&self, text: &OutboundText) -> Result<SentText, Refusal> {
        sms_limits::check(text)?;
        let contact_id = match &text.recipient.contact_id {
            Some(id) => id.clone(),
            None => self.contact_for(&text.recipient).await?.id,
        };
        match self.post(&contact_id, text).await {
            // A contact that does not exist was certainly not texted.
            Err(refusal) if refusal.is_missing => {
                let anew = Recipient {
                    contact_id: None,
                    ..text.recipient.clone()
                };
                let GhlContact { id, .. } = self.contact_for(&anew).await?;
                self.post(&id, text).await
            }
            taken => taken,
        }
    }

    /// One text, once.
    async fn post(&self, contact_id: &str, text: &OutboundText) -> Result<SentText, Refusal> {
        let url = self.config.base_url.join(["conversations", "messages"]);
        let body = json!({
            "type": "SMS",
            "contactId": contact_id,
            "message": text.body,
            "toNumber": text.recipient.phone.reveal(),
        });
        let request = self
            .request(Method::POST, url, messages::VERSION)
            .json(&body);
        let reply = self.calls.reply(Purpose::Send, request).await?;
        let taken = reply
            .json::<Taken>()
            .map_err(|error| Refusals::SERVICE.of_malformed(Purpose::Send, &error))?;
        let incomplete = || {
            self.calls
                .refusals
                .of_incomplete(Purpose::Send, &reply, "message")
        };
        let message_id = taken.message_id.filter(|id| !id.trim().is_empty());
        let sent = SentText {
            message_id: message_id.ok_or_else(incomplete)?,
            contact_id: Some(contact_id.to_owned()),
            status: messages::delivery(taken.status.as_deref().unwrap_or_default(), None).status,
        };
        log_handed_over(NAME, text, &sent);
        Ok(sent)
    }
}

#[async_trait]
impl SmsGateway for GhlClient {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn resolve(&self, recipient: &Recipient) -> GatewayAnswer<Contact> {
        let contact = async {
            sms_limits::check_phone(&recipient.phone)?;
            let GhlContact { id, .. } = self.contact_for(recipient).await?;
            Ok(Contact {
                contact_id: Some(id),
            })
        };
        contact.await.into()
    }

    async fn send(&self, text: &OutboundText) -> GatewayAnswer<SentText> {
        self.hand_over(text).await.into()
    }

    async fn evidence(&self, attempt: &UncertainAttempt) -> Answer<Evidence> {
        self.look_for(attempt).await.into()
    }

    async fn delivery(&self, message_id: &str) -> Answer<Delivery> {
        self.message_status(message_id).await.into()
    }

    async fn phone_of(&self, contact_id: &str) -> Answer<Option<Phone>> {
        let contact = self.contact(contact_id).await;
        contact.map(|found| found?.phone.map(Phone::new)).into()
    }

    async fn inbound_since(&self, since: DateTime<Utc>, next: Option<&str>) -> Answer<InboundPage> {
        self.inbound(since, next).await.into()
    }
}
