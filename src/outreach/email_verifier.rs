//! Whether an e-mail address can be delivered to: the trait, and what every verifier promises.
//!
//! The conformance cases that every implementation passes are in
//! `tests/conformance/email_verifier.rs`.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::mask::Email;

/// The verdict on one address, in the words of `marketing.email_verification`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Deliverable.
    Valid,
    /// Not deliverable, or disposable.
    Invalid,
    /// May be deliverable, but nobody can tell who reads it: a domain that accepts everything, a
    /// role or free-mail address.
    Risky,
    /// The service could not find out.
    Unknown,
}

impl Verdict {
    /// The word in `verification_status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Risky => "risky",
            Self::Unknown => "unknown",
        }
    }
}

/// What the verifier says of one address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// The verdict.
    pub verdict: Verdict,
    /// The service's own answer without secrets, kept in `verification_result`. The address itself
    /// is not repeated in it.
    pub details: serde_json::Value,
}

/// A service that checks addresses one at a time.
#[async_trait]
pub trait EmailVerifier: Send + Sync {
    /// The name stored with every verdict, for example `millionverifier` or
    /// `millionverifier-sandbox`; a sandbox's name ends in `-sandbox`.
    fn name(&self) -> &'static str;

    /// Checks one address. Repeating a check is harmless (it may cost one credit), so nothing here
    /// is ever `Unknown`: a lost answer is `Transient`.
    async fn verify(&self, email: &Email) -> Answer<Verification>;
}
