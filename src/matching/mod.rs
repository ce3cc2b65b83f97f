//! Who meets whom.
pub mod profile;
