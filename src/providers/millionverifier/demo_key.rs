//! The service's demo keys: each gives a fixed answer and costs nothing.

use serde_json::{Value, json};

/// What a demo key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoKey {
    /// A mixture, decided by the address.
    Mixed,
    /// Every address gets this `result` and `resultcode`.
    Result(&'static str, u8),
    /// Every call fails with this `error`.
    Error(&'static str),
}

/// All demo keys, spelt as the service spells them.
const DEMO_KEYS: [(&str, DemoKey); 13] = [
    ("API_KEY_FOR_TEST", DemoKey::Mixed),
    ("API_KEY_FOR_UNVERIFIED", DemoKey::Result("unverified", 0)),
    ("API_KEY_FOR_TEST_OK", DemoKey::Result("ok", 1)),
    (
        "API_KEY_FOR_TEST_CATCH_ALL",
        DemoKey::Result("catch_all", 2),
    ),
    ("API_KEY_FOR_TEST_INVALID", DemoKey::Result("invalid", 6)),
    ("API_KEY_FOR_TEST_UNKOWN", DemoKey::Result("unknown", 3)),
    (
        "API_KEY_FOR_TEST_DISPOSABLE",
        DemoKey::Result("disposable", 5),
    ),
    (
        "API_KEY_FOR_TEST_ERROR_NO_EMAIL",
        DemoKey::Error("No email specified"),
    ),
    (
        "API_KEY_FOR_TEST_ERROR_NO_APIKEY",
        DemoKey::Error("No apikey specified"),
    ),
    (
        "API_KEY_FOR_TEST_ERROR_INVALID_APIKEY",
        DemoKey::Error("Apikey not found"),
    ),
    (
        "API_KEY_FOR_TEST_ERROR_INSUFFICIENT_CREDITS",
        DemoKey::Error("Insufficient credits"),
    ),
    (
        "API_KEY_FOR_TEST_ERROR_IP_ADDRESS_BLOCKED",
        DemoKey::Error("IP address blocked"),
    ),
    (
        "API_KEY_FOR_TEST_ERROR_INTERNAL_ERROR",
        DemoKey::Error("Internal error"),
    ),
];

impl DemoKey {
    /// The demo key of this name, if it is one. Such a key must run as the sandbox: the service
    /// would answer it with verdicts that are not real either.
    pub fn parse(key: &str) -> Option<Self> {
        let key = key.trim();
        // Both families of names are in use for this one key.
        let key = if key == "API_KEY_FOR_TEST_UNVERIFIED" {
            "API_KEY_FOR_UNVERIFIED"
        } else {
            key
        };
        DEMO_KEYS
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, demo_key)| *demo_key)
    }

    /// Every name, for tests and help texts.
    pub fn names() -> impl Iterator<Item = &'static str> {
        DEMO_KEYS.iter().map(|(name, _)| *name)
    }

    /// The fields of the service's answer that this key fixes.
    pub(super) fn fixed(self) -> Option<Value> {
        match self {
            DemoKey::Mixed => None,
            DemoKey::Result(result, code) => {
                Some(json!({"result": result, "resultcode": code, "error": ""}))
            }
            DemoKey::Error(error) => {
                Some(json!({"result": "error", "resultcode": 4, "error": error}))
            }
        }
    }
}
