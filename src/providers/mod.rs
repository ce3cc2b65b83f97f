//! The services outside the house: one client and one sandbox for each.
//!
//! A provider implements the trait of the room that needs it and maps everything it hears to an
//! [`Answer`](crate::answer::Answer); no other room sees a status code. It reads no configuration
//! and no table; webhooks, which are stages themselves, read theirs. Every base URL is
//! configurable, so that each client is tested against a local server that answers like the real
//! service, its failures included.

pub mod alerting;
pub mod apify;
pub mod ghl;
pub mod http;
pub mod millionverifier;
pub mod openai;
pub mod sms_sandbox;
pub mod text_webhook;
pub mod twilio;
pub mod webhook;

mod base_url;
mod dice;
mod foreign;
mod pace;
mod reach;
mod sms_call;
mod sms_limits;
mod webhook_body;

pub use webhook_body::WebhookError;
