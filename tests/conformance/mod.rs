//! One suite of cases per trait: the sandbox and the real client pass the same ones, and each real
//! client maps every documented failure to its class.

mod alert_channels;
mod apify_failures;
mod apify_runs;
mod chat_model;
mod contact_source;
mod email_verifier;
mod ghl_failures;
mod ghl_texts;
mod sms_gateway;
mod sms_notifications;
mod twilio_texts;
mod webhook_delivery;
mod webhook_destinations;
mod webhook_texts;
mod who_sends;
