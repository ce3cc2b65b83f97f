//! Texts: what they are, how they leave the house and how answers come in.

pub mod delivery;
pub mod gateway_event;
pub mod gateways;
pub mod sms_gateway;
