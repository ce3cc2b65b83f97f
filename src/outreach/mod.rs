//! (room)

pub mod contact_source;
pub mod email_verifier;
