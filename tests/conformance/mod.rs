//! One suite of cases per trait: the sandbox and the real client pass the same ones, and each real
//! client maps every documented failure to its class.

mod alert_channels;
mod apify_failures;
mod apify_runs;
mod contact_source;
mod email_verifier;
mod sms_gateway;
mod webhook_delivery;
mod webhook_destinations;
