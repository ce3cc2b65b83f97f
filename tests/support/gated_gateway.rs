//! A gateway that lets nobody pass before the test says so: for what happens between claim and call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use pgcascade::answer::Answer;
use pgcascade::mask::Phone;
use pgcascade::messaging::delivery::Delivery;
use pgcascade::messaging::sms_gateway::{
    Contact, Evidence, GatewayAnswer, InboundPage, OutboundText, Recipient, SentText, SmsGateway,
    UncertainAttempt,
};
use tokio::sync::watch;

use super::wait;

/// Another gateway behind a gate, which is closed at first.
pub struct GatedGateway {
    behind: Arc<dyn SmsGateway>,
    gate: watch::Sender<bool>,
    waiting: AtomicUsize,
}

impl GatedGateway {
    /// Puts a gate before a gateway.
    pub fn new(behind: Arc<dyn SmsGateway>) -> Arc<Self> {
        Arc::new(Self {
            behind,
            gate: watch::Sender::new(false),
            waiting: AtomicUsize::new(0),
        })
    }

    /// Waits until a call stands at the gate.
    pub async fn until_somebody_waits(&self) {
        wait::until("a call at the gate", async || {
            (self.waiting.load(Ordering::SeqCst) > 0).then_some(())
        })
        .await;
    }

    /// Lets everybody pass from now on.
    pub fn open(&self) {
        self.gate.send_replace(true);
    }
}

#[async_trait]
impl SmsGateway for GatedGateway {
    fn name(&self) -> &'static str {
        self.behind.name()
    }

    async fn resolve(&self, recipient: &Recipient) -> GatewayAnswer<Contact> {
        let contact = self.behind.resolve(recipient).await;
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut gate = self.gate.subscribe();
        // The sender lives as long as we do.
        let _ = gate.wait_for(|open| *open).await;
        contact
    }

    async fn send(&self, text: &OutboundText) -> GatewayAnswer<SentText> {
        self.behind.send(text).await
    }

    async fn evidence(&self, attempt: &UncertainAttempt) -> Answer<Evidence> {
        self.behind.evidence(attempt).await
    }

    async fn delivery(&self, message_id: &str) -> Answer<Delivery> {
        self.behind.delivery(message_id).await
    }

    async fn phone_of(&self, contact_id: &str) -> Answer<Option<Phone>> {
        self.behind.phone_of(contact_id).await
    }

    async fn inbound_since(&self, since: DateTime<Utc>, next: Option<&str>) -> Answer<InboundPage> {
        self.behind.inbound_since(since, next).await
    }
}
