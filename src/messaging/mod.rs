//! Texts: what they say, who may get them and when.
//!
//! The files here are pure: values in, values out. They hold the rules of language and law that a
//! text has to keep; the rows that make use of them are read and written elsewhere.

mod alphabet;
mod cue;
pub mod keywords;
mod links;
pub mod phone;
pub mod placeholder;
pub mod quiet_hours;
mod rating;
pub mod recipient_zone;
mod refusal;
pub mod reply;
pub mod segments;
mod sentiment;
pub mod template;
pub mod template_error;
mod template_syntax;
pub mod text_filters;
pub mod transliterate;
