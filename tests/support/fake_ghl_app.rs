//! The other side of GoHighLevel: notifications, signed as a marketplace app's are, or unsigned as
//! a workflow's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::StatusCode;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::fake_ghl::FakeGhl;

/// The service repeats a notification so often, and only where it is answered 429.
const REPEATS: usize = 6;

/// What an Ed25519 key is wrapped in.
const WRAPPING: &str = "302a300506032b6570032100";

/// A marketplace app with a key pair of its own.
pub struct GhlApp {
    key: Ed25519KeyPair,
}

impl GhlApp {
    /// An app whose key follows from the seed.
    pub fn new(seed: u8) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed of 32 bytes");
        Self { key }
    }

    /// The key that signatures are checked with, as PEM.
    pub fn public_key(&self) -> String {
        let wrapping = (0..WRAPPING.len()).step_by(2);
        let wrapping = wrapping.map(|at| u8::from_str_radix(&WRAPPING[at..at + 2], 16));
        let mut bytes = wrapping.map(|byte| byte.expect("hex")).collect::<Vec<_>>();
        bytes.extend_from_slice(self.key.public_key().as_ref());
        let base64 = STANDARD.encode(bytes);
        format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n")
    }

    /// The header's value for a body.
    pub fn sign(&self, body: &[u8]) -> String {
        STANDARD.encode(self.key.sign(body))
    }

    /// Posts a signed notification as the service does; says how each time was answered.
    pub async fn deliver(&self, url: &str, body: &Value) -> Vec<StatusCode> {
        let body = body.to_string();
        let signature = self.sign(body.as_bytes());
        post(url, &body, &[("x-ghl-signature", &signature)]).await
    }
}

/// Posts a workflow's notification, which is not signed, with the headers set in the workflow.
pub async fn deliver_workflow(
    url: &str,
    body: &Value,
    headers: &[(&str, &str)],
) -> Vec<StatusCode> {
    post(url, &body.to_string(), headers).await
}

/// Once, and again at once as long as the answer is 429; the real service waits ten minutes.
async fn post(url: &str, body: &str, headers: &[(&str, &str)]) -> Vec<StatusCode> {
    super::install_crypto();
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let mut answers = Vec::new();
    for _ in 0..=REPEATS {
        let mut request = client.post(url).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let reply = request
            .body(body.to_owned())
            .send()
            .await
            .expect("an answer");
        answers.push(reply.status());
        if reply.status() != StatusCode::TOO_MANY_REQUESTS {
            break;
        }
    }
    answers
}

/// A text that somebody sent, as a marketplace app is told of it.
pub fn inbound_message(id: &str, contact_id: &str, body: &str, at: DateTime<Utc>) -> Value {
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({
        "type": "InboundMessage", "locationId": FakeGhl::LOCATION, "attachments": [],
        "body": body, "contactId": contact_id, "contentType": "text/plain",
        "conversationId": format!("Conversation-{contact_id}"), "dateAdded": at,
        "direction": "inbound", "messageType": "SMS", "status": "delivered", "messageId": id,
        "timestamp": at, "webhookId": format!("Webhook-{id}"),
    })
}

/// A text of ours, as a marketplace app is told of it.
pub fn outbound_message(id: &str, contact_id: &str, status: &str, at: DateTime<Utc>) -> Value {
    let mut event = inbound_message(id, contact_id, "Hello", at);
    event["type"] = json!("OutboundMessage");
    event["direction"] = json!("outbound");
    event["source"] = json!("api");
    event["status"] = json!(status);
    event["webhookId"] = json!(format!("Webhook-{id}-{status}"));
    event
}

/// A text that somebody sent, as a workflow tells of it today.
pub fn workflow_message(contact_id: &str, phone: &str, body: &str) -> Value {
    json!({
        "contact_id": contact_id, "phone": phone, "message": {"type": 2, "body": body},
        "location": {"id": FakeGhl::LOCATION, "name": "Sample"},
    })
}
