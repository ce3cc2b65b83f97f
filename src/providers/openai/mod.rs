//! Chat models behind the Chat Completions API: OpenAI, and all that speak like it.
//!
//! Servers differ in what they accept, so the client asks for the strictest form first and steps
//! down when a server refuses a parameter (`dialect`), and checks what comes back against the
//! schema itself (`schema`), because some accept a schema and ignore it. `refusal` holds the table
//! of errors. The sandbox makes answers up from the schema.

mod client;
mod dialect;
mod refusal;
mod sandbox;
mod schema;

use std::time::Duration;

use secrecy::SecretString;

use super::http::BaseUrl;

pub use client::OpenAiClient;
pub use sandbox::OpenAiSandbox;

/// Where the service is.
pub const BASE_URL: &str = "https://api.openai.com/v1";

/// The model that is asked unless an operator says otherwise.
pub const MODEL: &str = "gpt-4.1-mini";

/// What the client needs to know. Its `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    /// The service's address, [`BASE_URL`] unless an operator says otherwise.
    pub base_url: BaseUrl,
    /// The account's key; servers on one's own machine take any.
    pub api_key: SecretString,
    /// The model, in the service's words.
    pub model: String,
    /// What the model costs; None: costs are not known.
    pub prices: Option<Prices>,
    /// How long one try may take, within the deadline of all.
    pub try_timeout: Duration,
}

/// Prices of a million tokens, in millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// Of prompts.
    pub input: u64,
    /// Of the part of prompts that the service had cached.
    pub cached_input: u64,
    /// Of answers.
    pub output: u64,
}

impl OpenAiConfig {
    /// The usual settings: no prices, 20 s for a try.
    pub fn new(base_url: BaseUrl, api_key: SecretString, model: impl Into<String>) -> Self {
        Self {
            base_url,
            api_key,
            model: model.into(),
            prices: None,
            try_timeout: Duration::from_secs(20),
        }
    }
}
