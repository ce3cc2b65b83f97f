//! A gateway that sends nothing: it takes every sound text, says so in the log, and reports it as
//! delivered. Its ids follow from the attempt alone and begin with `sandbox-`.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::dice::Dice;
use super::sms_limits;
use crate::answer::Answer;
use crate::mask::Phone;
use crate::messaging::delivery::{Delivery, DeliveryStatus};
use crate::messaging::sms_gateway::{
    Contact, Evidence, GatewayAnswer, InboundPage, OutboundText, Recipient, SentText, SmsGateway,
    UncertainAttempt,
};

/// What every id of a sandbox begins with.
const PREFIX: &str = "sandbox-";

/// So many attempts are remembered as evidence: an uncertain one is always a recent one.
const REMEMBERED_MAX: usize = 10_000;

/// A gateway that asks nobody.
#[derive(Debug)]
pub struct SmsSandbox {
    name: &'static str,
    /// Whether the service that it stands for texts contacts, not numbers.
    has_contacts: bool,
    taken: Mutex<VecDeque<String>>,
}

impl SmsSandbox {
    /// Stands for GoHighLevel.
    pub fn ghl() -> Self {
        Self::new("ghl-sandbox", true)
    }

    /// Stands for Twilio.
    pub fn twilio() -> Self {
        Self::new("twilio-sandbox", false)
    }

    /// Stands for a webhook.
    pub fn webhook() -> Self {
        Self::new("webhook-sandbox", false)
    }

    fn new(name: &'static str, has_contacts: bool) -> Self {
        Self {
            name,
            has_contacts,
            taken: Mutex::default(),
        }
    }

    fn contact_of(&self, phone: &Phone) -> Option<String> {
        let id = || {
            format!(
                "{PREFIX}{:016x}",
                Dice::of(&["contact", phone.reveal()]).throw()
            )
        };
        self.has_contacts.then(id)
    }

    fn sent(&self, attempt: &str, phone: &Phone) -> SentText {
        SentText {
            message_id: format!("{PREFIX}{:016x}", Dice::of(&["text", attempt]).throw()),
            contact_id: self.contact_of(phone),
            status: DeliveryStatus::Delivered,
        }
    }
}

#[async_trait]
impl SmsGateway for SmsSandbox {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn resolve(&self, recipient: &Recipient) -> GatewayAnswer<Contact> {
        sms_limits::check_phone(&recipient.phone)
            .map(|()| Contact {
                contact_id: self.contact_of(&recipient.phone),
            })
            .into()
    }

    async fn send(&self, text: &OutboundText) -> GatewayAnswer<SentText> {
        if let Err(refusal) = sms_limits::check(text) {
            return refusal.into();
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.push_back(text.attempt.clone());
        if taken.len() > REMEMBERED_MAX {
            taken.pop_front();
        }
        tracing::info!(
            provider.name = self.name,
            sms.to = %text.recipient.phone,
            "a sandbox took a text: nothing was sent to anybody"
        );
        Answer::Delivered(self.sent(&text.attempt, &text.recipient.phone)).into()
    }

    async fn evidence(&self, attempt: &UncertainAttempt) -> Answer<Evidence> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        Answer::Delivered(match taken.contains(&attempt.attempt) {
            true => Evidence::Sent(self.sent(&attempt.attempt, &attempt.phone)),
            // Another process may have taken it; sending to nobody twice does no harm.
            false => Evidence::NotSent,
        })
    }

    async fn delivery(&self, message_id: &str) -> Answer<Delivery> {
        if message_id.starts_with(PREFIX) {
            return Answer::Delivered(Delivery::on_its_way(DeliveryStatus::Delivered));
        }
        Answer::Rejected {
            reason: format!(
                "No sandbox took this text: it was sent by a real service. Set the keys of {} \
                 again to ask about it.",
                self.name.trim_end_matches("-sandbox")
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
