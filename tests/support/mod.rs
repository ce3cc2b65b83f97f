//! What tests stand on: private clusters, local servers that answer like the real services, waits
//! that fail, captured logs.

pub mod captured_log;
pub mod cluster;
pub mod daemon;
pub mod ear;
pub mod fake_apify;
pub mod fake_chat;
pub mod fake_clock;
pub mod fake_ghl;
pub mod fake_ghl_app;
pub mod fake_http;
pub mod fake_millionverifier;
pub mod fake_receiver;
pub mod fake_smtp;
pub mod fake_twilio;
pub mod fault_proxy;
pub mod form;
pub mod gated_gateway;
pub mod messaging;
pub mod moved_clock;
pub mod outreach;
pub mod replies;
pub mod small_disk;
pub mod wait;

/// Installs the crypto provider that the program installs at start-up; again and again is fine.
pub fn install_crypto() {
    // An error says that another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
