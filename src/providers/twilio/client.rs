//! The client: one text, and what became of it.

use std::time::Duration;

use anyhow::ensure;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use url::{Url, form_urlencoded};

use super::messages::TwilioMessage;
use super::refusal::Refusals;
use super::{ATTEMPT_PARAM, NAME, STATUS_PATH, TwilioConfig};
use crate::answer::Answer;
use crate::mask::Phone;
use crate::messaging::delivery::Delivery;
use crate::messaging::sms_gateway::{
    Contact, Evidence, GatewayAnswer, InboundPage, OutboundText, Recipient, SentText, SmsGateway,
    UncertainAttempt,
};
use crate::providers::http::{HttpClient, HttpLimits};
use crate::providers::sms_call::{Caller, Purpose, Refusal, log_handed_over};
use crate::providers::sms_limits;

/// A page of 500 messages of 1,600 characters each has a few megabytes at most.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What Twilio takes as `ValidityPeriod`, in seconds.
const VALIDITY_SECS: std::ops::RangeInclusive<u64> = 1..=36_000;

/// Texts people through Twilio.
#[derive(Debug)]
pub struct TwilioClient {
    pub(super) calls: Caller<Refusals>,
    pub(super) config: TwilioConfig,
}

impl TwilioClient {
    /// Builds the client; nothing is sent yet.
    ///
    /// # Errors
    /// The account, the token or the sender is missing, or the HTTP client cannot be built.
    pub fn new(config: TwilioConfig) -> anyhow::Result<Self> {
        let limits = HttpLimits {
            body_bytes_max: BODY_BYTES_MAX,
            ..HttpLimits::default()
        };
        let http = HttpClient::new(&config.base_url, limits)?;
        let is_sid = |c: char| c.is_ascii_alphanumeric();
        ensure!(
            config.account_sid.starts_with("AC") && config.account_sid.chars().all(is_sid),
            "TWILIO_ACCOUNT_SID is no account: copy it from the Twilio console, it begins with AC"
        );
        let from = config.from.trim();
        ensure!(
            from.starts_with('+') || from.starts_with("MG"),
            "TWILIO_FROM is no sender: write a number like +15125550100, or a messaging service \
             that begins with MG"
        );
        let calls = Caller {
            http,
            refusals: Refusals::new(config.auth_token.clone()),
            send_timeout: config.send_timeout,
            lookup_timeout: config.lookup_timeout,
        };
        Ok(Self { calls, config })
    }

    /// Whether texts come from a messaging service, which has several numbers.
    pub(super) fn sends_by_service(&self) -> bool {
        self.config.from.trim().starts_with("MG")
    }

    /// Messages: created with POST, listed with GET.
    pub(super) fn messages_url(&self) -> Url {
        let account = &self.config.account_sid;
        self.config
            .base_url
            .join(["2010-04-01", "Accounts", account, "Messages.json"])
    }

    /// A request with our account.
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let token = self.config.auth_token.expose_secret().trim();
        self.calls
            .request(method, url)
            .basic_auth(&self.config.account_sid, Some(token))
            .header(ACCEPT, "application/json")
    }

    /// One text, once.
    async fn hand_over(&self, text: &OutboundText) -> Result<SentText, Refusal> {
        sms_limits::check(text)?;
        let request = self
            .request(Method::POST, self.messages_url())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form(text));
        let message = self
            .calls
            .ask::<TwilioMessage>(Purpose::Send, request)
            .await?;
        let sent = SentText {
            status: message.delivery().status,
            message_id: message.sid,
            contact_id: None,
        };
        log_handed_over(NAME, text, &sent);
        Ok(sent)
    }

    fn form(&self, text: &OutboundText) -> String {
        let sender = match self.sends_by_service() {
            true => "MessagingServiceSid",
            false => "From",
        };
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", text.recipient.phone.reveal())
            .append_pair(sender, self.config.from.trim())
            .append_pair("Body", &text.body);
        if let Some(valid_for) = text.valid_for {
            form.append_pair("ValidityPeriod", &validity(valid_for).to_string());
        }
        if let Some(public_url) = &self.config.public_url {
            let mut callback = public_url.join(STATUS_PATH);
            callback
                .query_pairs_mut()
                .append_pair(ATTEMPT_PARAM, &text.attempt);
            form.append_pair("StatusCallback", callback.as_str());
        }
        form.finish()
    }

    async fn message(&self, sid: &str) -> Result<Delivery, Refusal> {
        let account = &self.config.account_sid;
        let file = format!("{sid}.json");
        let path = ["2010-04-01", "Accounts", account, "Messages", &file];
        let url = self.config.base_url.join(path);
        let request = self.request(Method::GET, url);
        let message = self
            .calls
            .ask::<TwilioMessage>(Purpose::LookUp, request)
            .await?;
        Ok(message.delivery())
    }
}

/// Whole seconds that Twilio accepts.
fn validity(valid_for: Duration) -> u64 {
    valid_for
        .as_secs()
        .clamp(*VALIDITY_SECS.start(), *VALIDITY_SECS.end())
}

#[async_trait]
impl SmsGateway for TwilioClient {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn resolve(&self, recipient: &Recipient) -> GatewayAnswer<Contact> {
        // Twilio texts numbers: there is nobody to look up.
        sms_limits::check_phone(&recipient.phone)
            .map(|()| Contact { contact_id: None })
            .into()
    }

    async fn send(&self, text: &OutboundText) -> GatewayAnswer<SentText> {
        self.hand_over(text).await.into()
    }

    async fn evidence(&self, attempt: &UncertainAttempt) -> Answer<Evidence> {
        self.look_for(attempt).await.into()
    }

    async fn delivery(&self, message_id: &str) -> Answer<Delivery> {
        self.message(message_id).await.into()
    }

    async fn phone_of(&self, _: &str) -> Answer<Option<Phone>> {
        Answer::Delivered(None)
    }

    async fn inbound_since(&self, since: DateTime<Utc>, next: Option<&str>) -> Answer<InboundPage> {
        self.inbound(since, next).await.into()
    }
}
