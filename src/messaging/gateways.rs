//! Which providers texts can leave through, by the word that `sending_accounts.provider` names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::sms_gateway::SmsGateway;

/// The gateways of this daemon. Cloning shares them.
#[derive(Clone, Default)]
pub struct Gateways {
    by_provider: BTreeMap<String, Arc<dyn SmsGateway>>,
}

impl Gateways {
    /// Adds a gateway under a provider's word; a second one replaces the first.
    pub fn with(mut self, provider: &str, gateway: Arc<dyn SmsGateway>) -> Self {
        self.by_provider.insert(provider.to_owned(), gateway);
        self
    }

    /// The gateway of a provider; None when this daemon has none.
    pub fn get(&self, provider: &str) -> Option<&Arc<dyn SmsGateway>> {
        self.by_provider.get(provider)
    }

    /// Whether what leaves through a provider reaches nobody.
    pub fn is_sandbox(&self, provider: &str) -> bool {
        self.get(provider)
            .is_some_and(|gateway| gateway.name().ends_with("-sandbox"))
    }

    /// The providers' words, for an error that lists them.
    pub fn providers(&self) -> String {
        let words: Vec<&str> = self.by_provider.keys().map(String::as_str).collect();
        words.join(", ")
    }
}
