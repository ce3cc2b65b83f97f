//! The outreach room, from the outside.

mod website_spellings;
