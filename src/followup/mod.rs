//! What people note and what they said they would do.
//!
//! The files here are pure: texts in, values out, by rules alone. Names and companies are a best
//! effort by capital letters; phone numbers and e-mail addresses are checked by libraries.

pub mod action;
pub mod capitals;
mod clock;
mod layouts;
pub mod note;
pub mod priorities;
pub mod when;
