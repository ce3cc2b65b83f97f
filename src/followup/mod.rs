//! What people note and what they said they would do.
//!
//! Rules read texts, as values in and values out; three stages write what they find, one takes over
//! the names that a chat model found, one has it word follow-ups. Names and companies are a best
//! effort by capital letters where there is none; numbers and addresses are checked by libraries.
//! Who asked for what and when an answer came is decided before, in `sms_routing_decisions`;
//! follow-ups schedule themselves in the database (`run_followups`).
//!
//! | stage | takes | writes |
//! |---|---|---|
//! | [`notes`] | `reply_note` | `event_notes` |
//! | [`goals`] | `reply_priorities` | `contractor_action_items` |
//! | [`progress`] | `reply_action_item` | `contractor_action_items`, `contractor_followup_schedules` |
//! | [`entities`] | `text_named` | `event_notes` |
//! | [`word`] | `followup_upcoming` | `contractor_followup_schedules` |

pub mod action;
pub mod answer;
pub mod capitals;
mod clock;
pub mod entities;
pub mod goals;
mod layouts;
pub mod note;
pub mod notes;
pub mod priorities;
pub mod progress;
pub mod when;
pub mod word;
mod wording;
