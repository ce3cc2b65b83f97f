//! Alerts: what the database found to be wrong, brought to a person.
//!
//! Which alerts there are is decided in the database (`pipeline.raise_alerts`); an alert that opens
//! or closes is the event `alert_changed`. Here it is only told: [`channel`] is what a way to tell
//! it must promise, [`delivery`] the stage.

pub mod channel;
pub mod delivery;

pub use channel::{Alert, AlertChannel, State};
pub use delivery::AlertDelivery;
