//! Webhooks: events posted to addresses that operators name, signed as Standard Webhooks has it.
//!
//! | file | subject |
//! |---|---|
//! | [`stage`] | the stages of kind `webhook`, as the engine runs them |
//! | [`settings`] | a row of `pipeline.webhooks` |
//! | [`message`] | what is sent |
//! | [`variables`], [`sign`] | secrets: where they come from, and the signature |
//! | [`deliver`], [`answers`] | one call, and what its answer means |
//! | [`registry`] | the file in which n8n users list their webhooks |
//! | [`destination`], [`breaker`] | how much a host gets at once, and when it is left alone |
//!
//! At least once: a call whose outcome is unknown is made again with the same `webhook-id`, by
//! which a receiver knows that it has the event already.

pub mod answers;
pub mod breaker;
pub mod deliver;
pub mod destination;
pub mod message;
pub mod registry;
pub mod settings;
pub mod sign;
pub mod stage;
pub mod variables;

pub use breaker::BreakerLimits;
pub use deliver::Deliverer;
pub use message::Message;
pub use registry::RegistryFile;
pub use settings::Webhook;
pub use stage::{KIND, WebhookStages};
pub use variables::Variables;
