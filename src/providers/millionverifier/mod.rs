//! MillionVerifier: says whether an e-mail address can be delivered to.
//!
//! The service answers HTTP 200 to nearly everything, so the body decides (`verdict`). The client
//! speaks to the service, the sandbox invents the service's answers, and both judge them with the
//! same table; the service's demo keys select fixed answers in the sandbox too.

mod client;
mod demo_key;
mod sandbox;
mod verdict;

use std::time::Duration;

use secrecy::SecretString;

use super::http::BaseUrl;

pub use client::MillionVerifierClient;
pub use demo_key::DemoKey;
pub use sandbox::MillionVerifierSandbox;

/// Where the service is.
pub const BASE_URL: &str = "https://api.millionverifier.com";

/// What the client needs to know. Its `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct MillionVerifierConfig {
    /// The service's address, [`BASE_URL`] unless an operator says otherwise.
    pub base_url: BaseUrl,
    /// The account's key; it travels in the URL, so no URL of this client is ever printed.
    pub api_key: SecretString,
    /// How long the service may try one address: whole seconds, held between 2 and 60.
    pub timeout: Duration,
    /// How much longer than `timeout` the answer may take to arrive.
    pub answer_margin: Duration,
    /// Which deliverable addresses count as risky all the same.
    pub caution: Caution,
}

/// Deliverable addresses that are no good for writing to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caution {
    /// An address of a role (`info@`) is risky.
    pub role_is_risky: bool,
    /// An address at a free mail service is risky.
    pub free_is_risky: bool,
}

impl Default for Caution {
    fn default() -> Self {
        Self {
            role_is_risky: true,
            free_is_risky: true,
        }
    }
}

impl MillionVerifierConfig {
    /// The usual settings: 20 s for the service, 5 s more for the answer, role and free addresses
    /// risky.
    pub fn new(base_url: BaseUrl, api_key: SecretString) -> Self {
        Self {
            base_url,
            api_key,
            timeout: Duration::from_secs(20),
            answer_margin: Duration::from_secs(5),
            caution: Caution::default(),
        }
    }
}
