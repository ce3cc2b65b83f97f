//! Texts: what they say, who may get them and when, how they leave the house and how answers come in.
//!
//! | file | subject |
//! |---|---|
//! | [`phone`], [`recipient_zone`], [`quiet_hours`] | numbers, where their holders may be, when they may be texted (pure) |
//! | [`segments`], [`transliterate`] | what a text costs, and how it is spelled to cost less (pure) |
//! | [`sms_gateway`], [`delivery`], [`gateway_event`] | what a provider promises, and the words for what it says |

mod alphabet;
pub mod delivery;
pub mod gateway_event;
mod links;
pub mod phone;
pub mod quiet_hours;
pub mod recipient_zone;
pub mod segments;
pub mod sms_gateway;
pub mod transliterate;
