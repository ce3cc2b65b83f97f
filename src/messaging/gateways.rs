//! The gateways of one daemon, by the name that an event chooses.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::sms_gateway::SmsGateway;

/// What a sandbox's name ends in.
const SANDBOX: &str = "-sandbox";

/// The gateways that texts may go through; one that has no keys is absent.
#[derive(Clone, Default)]
pub struct SmsGateways(BTreeMap<&'static str, Arc<dyn SmsGateway>>);

impl SmsGateways {
    /// Each is known by its name; a sandbox by the name of what it stands for.
    pub fn new(gateways: impl IntoIterator<Item = Arc<dyn SmsGateway>>) -> Self {
        let by_name = gateways.into_iter().map(|gateway| {
            let name = gateway.name();
            (name.strip_suffix(SANDBOX).unwrap_or(name), gateway)
        });
        Self(by_name.collect())
    }

    /// The gateway of this name, such as `ghl`; None: its keys are not set.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn SmsGateway>> {
        self.0.get(name)
    }

    /// Whether what leaves through this one reaches nobody.
    pub fn is_sandbox(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|gateway| gateway.name().ends_with(SANDBOX))
    }

    /// The names, for an error that lists them.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.0.keys().copied().collect();
        names.join(", ")
    }

    /// All of them, with the names that events choose.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Arc<dyn SmsGateway>)> {
        self.0.iter().map(|(name, gateway)| (*name, gateway))
    }
}

impl fmt::Debug for SmsGateways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.values().map(|gateway| gateway.name());
        f.debug_list().entries(names).finish()
    }
}
