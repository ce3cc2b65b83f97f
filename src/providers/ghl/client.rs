//! The client: one contact, one text, and what became of it.

use anyhow::{Context, ensure};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use url::Url;

use super::contacts::GhlContact;
use super::refusal::{Purpose, Refusal, Refusals};
use super::{GhlConfig, NAME, messages};
use crate::answer::Answer;
use crate::mask::Phone;
use crate::messaging::delivery::Delivery;
use crate::messaging::sms_gateway::{
    Contact, Evidence, GatewayAnswer, InboundPage, OutboundText, Recipient, SentText, SmsGateway,
    UncertainAttempt,
};
use crate::providers::http::{HttpClient, HttpLimits, Reply};
use crate::providers::sms_limits;

/// A page of 500 messages of 1,600 characters each has a few megabytes at most.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Texts people through GoHighLevel.
#[derive(Debug)]
pub struct GhlClient {
    http: HttpClient,
    pub(super) config: GhlConfig,
    pub(super) refusals: Refusals,
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
        let refusals = Refusals::new(config.api_key.clone());
        Ok(Self {
            http,
            config,
            refusals,
            authorization,
        })
    }

    /// A request with our key, for one version of the API.
    pub(super) fn request(&self, method: Method, url: Url, version: &str) -> RequestBuilder {
        self.http
            .request(method, url)
            .header(AUTHORIZATION, &self.authorization)
            .header(ACCEPT, "application/json")
            .header("Version", version)
    }

    /// Sends a call and reads its answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        request: RequestBuilder,
    ) -> Result<T, Refusal> {
        let reply = self.reply(purpose, request).await?;
        let malformed = |error| self.refusals.of_malformed(purpose, &error);
        reply.json::<T>().map_err(malformed)
    }

    /// Sends a call as far as an answer of success.
    pub(super) async fn reply(
        &self,
        purpose: Purpose,
        request: RequestBuilder,
    ) -> Result<Reply, Refusal> {
        let deadline = match purpose {
            Purpose::Send => self.config.send_timeout,
            Purpose::LookUp => self.config.lookup_timeout,
        };
        let sent = self.http.send(request, deadline).await;
        let reply = sent.map_err(|error| self.refusals.of_lost_call(purpose, &error))?;
        match self.refusals.of_reply(purpose, &reply) {
            Some(refusal) => Err(refusal),
            None => Ok(reply),
        }
    }

    /// Hands over a text; a contact that is gone is looked up by its number, once.
    async fn hand_over(&self, text: &OutboundText) -> Result<SentText, Refusal> {
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
        let reply = self.reply(Purpose::Send, request).await?;
        let taken = reply
            .json::<Taken>()
            .map_err(|error| self.refusals.of_malformed(Purpose::Send, &error))?;
        let incomplete = || {
            self.refusals
                .of_incomplete(Purpose::Send, &reply, "message")
        };
        let message_id = taken.message_id.filter(|id| !id.trim().is_empty());
        let sent = SentText {
            message_id: message_id.ok_or_else(incomplete)?,
            contact_id: Some(contact_id.to_owned()),
            status: messages::delivery(taken.status.as_deref().unwrap_or_default(), None).status,
        };
        tracing::info!(
            provider.name = NAME,
            sms.message_id = sent.message_id,
            sms.to = %text.recipient.phone,
            "a text was handed over"
        );
        Ok(sent)
    }
}

#[async_trait]
impl SmsGateway for GhlClient {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn resolve(&self, recipient: &Recipient) -> GatewayAnswer<Contact> {
        if let Some(objection) = sms_limits::phone_objection(&recipient.phone) {
            return objection.into();
        }
        match self.contact_for(recipient).await {
            Ok(contact) => Answer::Delivered(Contact {
                contact_id: Some(contact.id),
            })
            .into(),
            Err(refusal) => refusal.into(),
        }
    }

    async fn send(&self, text: &OutboundText) -> GatewayAnswer<SentText> {
        if let Some(objection) = sms_limits::objection(text) {
            return objection.into();
        }
        match self.hand_over(text).await {
            Ok(sent) => Answer::Delivered(sent).into(),
            Err(refusal) => refusal.into(),
        }
    }

    async fn evidence(&self, attempt: &UncertainAttempt) -> Answer<Evidence> {
        into_answer(self.look_for(attempt).await)
    }

    async fn delivery(&self, message_id: &str) -> Answer<Delivery> {
        into_answer(self.message_status(message_id).await)
    }

    async fn phone_of(&self, contact_id: &str) -> Answer<Option<Phone>> {
        let contact = self.contact(contact_id).await;
        into_answer(contact.map(|found| found?.phone.map(Phone::new)))
    }

    async fn inbound_since(&self, since: DateTime<Utc>, next: Option<&str>) -> Answer<InboundPage> {
        into_answer(self.inbound(since, next).await)
    }
}

fn into_answer<T>(result: Result<T, Refusal>) -> Answer<T> {
    match result {
        Ok(value) => Answer::Delivered(value),
        Err(refusal) => refusal.into_answer(),
    }
}
