//! The sandbox: verdicts that follow from the address alone, offline, marked as invented.
//!
//! It builds the answers that the service would send and judges them with the client's own table.
//! The mixture is what a clean list shows: about 80 % deliverable, the rest risky, invalid or
//! unknown. A role address, a free mail service and a broken address are recognised as such.

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::mask::Email;
use crate::outreach::email_verifier::{EmailVerifier, Verification};
use crate::providers::dice::Dice;

use super::verdict::{Judgement, judge};
use super::{Caution, DemoKey};

const NAME: &str = "millionverifier-sandbox";

/// Local parts that a team reads, not a person.
const ROLES: [&str; 13] = [
    "admin", "billing", "careers", "contact", "finance", "hello", "hr", "info", "jobs", "office",
    "sales", "support", "team",
];

/// Mail services that anybody can have an address at.
const FREE_MAIL: [&str; 6] = [
    "gmail.com",
    "hotmail.com",
    "icloud.com",
    "outlook.com",
    "proton.me",
    "yahoo.com",
];

/// A verifier that asks nobody.
#[derive(Debug, Clone)]
pub struct MillionVerifierSandbox {
    key: DemoKey,
    caution: Caution,
}

impl MillionVerifierSandbox {
    /// A sandbox whose verdicts are a mixture.
    pub fn new() -> Self {
        Self::with_demo_key(DemoKey::Mixed)
    }

    /// A sandbox that answers as the service answers this demo key.
    pub fn with_demo_key(key: DemoKey) -> Self {
        Self {
            key,
            caution: Caution::default(),
        }
    }

    /// What the service would have sent for this address.
    fn service_answer(&self, address: &str) -> Map<String, Value> {
        let mut answer = Map::from_iter([
            (String::from("quality"), json!("")),
            (String::from("credits"), json!(0)),
            (String::from("livemode"), json!(false)),
        ]);
        if let Value::Object(fixed) = self.key.fixed().unwrap_or_else(|| mixed(address)) {
            answer.extend(fixed);
        }
        answer
    }
}

impl Default for MillionVerifierSandbox {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl EmailVerifier for MillionVerifierSandbox {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn verify(&self, email: &Email) -> Answer<Verification> {
        let address = email.reveal().trim().to_lowercase();
        if address.is_empty() {
            return super::client::no_address();
        }
        match judge(&self.service_answer(&address), self.caution) {
            Judgement::Verified(mut verification) => {
                if let Value::Object(details) = &mut verification.details {
                    details.insert(String::from("sandbox"), json!(true));
                }
                tracing::debug!(
                    provider.name = NAME,
                    "a verdict was invented: no service asked"
                );
                Answer::Delivered(verification)
            }
            Judgement::Fault(fault, error) => fault.answer(
                &format!("{error}, in the sandbox"),
                &SecretString::default(),
            ),
        }
    }
}

/// The answer for an address without a fixed one.
fn mixed(address: &str) -> Value {
    let Some((local, domain)) = address
        .rsplit_once('@')
        .filter(|(local, _)| !local.is_empty())
    else {
        return json!({"result": "invalid", "resultcode": 6, "subresult": "syntax"});
    };
    let role = ROLES.contains(&local);
    let free = FREE_MAIL.contains(&domain);
    let (result, code, quality) = match Dice::of(&["verdict", address]).percent() {
        0..80 => ("ok", 1, "good"),
        80..88 => ("catch_all", 2, "risky"),
        88..94 => ("invalid", 6, "bad"),
        94..96 => ("disposable", 5, "bad"),
        _ => ("unknown", 3, ""),
    };
    json!({"result": result, "resultcode": code, "quality": quality, "role": role, "free": free})
}
