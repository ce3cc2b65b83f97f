//! (room)

pub mod address;
pub mod company;
pub mod contact_source;
pub mod domain;
pub mod email_verifier;
pub mod import;
mod lists;
pub mod placeholder;
mod platforms;
pub mod refusal;
mod scheme;
pub mod slots;
mod title;
pub mod validate;
pub mod website;
