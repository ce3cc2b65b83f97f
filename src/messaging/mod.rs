//! Texts: what they say, who may get them and when, how they leave the house, how answers come in.
//!
//! A row of `event_messages` is a text. Its trigger puts an event `message_due` into the schedule;
//! [`admit`] decides when it is due and queues it as `text_ready_<account>`; [`dispatch`] sends it
//! at the account's rate; [`settle`] finds out what became of those of which nobody knows.
//!
//! | file | subject |
//! |---|---|
//! | [`phone`], [`recipient_zone`], [`quiet_hours`] | numbers, where their holders may be, when they may be texted (pure) |
//! | [`template`], [`placeholder`], [`wording`] | what a text says (pure) |
//! | [`segments`], [`transliterate`], [`emoji`] | what it costs, and how it is spelled to cost less (pure) |
//! | [`due_text`], [`decision`], [`triage`] | everything that decides about a text; the decision (pure); both together |
//! | [`admit`], [`dispatch`], [`settle`] | the stages of what goes out |
//! | [`keywords`], [`reply`], [`routing`] | what a received text wants, says and answers (pure) |
//! | [`find_writer`], [`hear`], [`ask_model`], [`catch_up`] | the stages of what comes in |
//! | [`sms_gateway`], [`gateways`] | what a provider promises; which providers there are |
//! | [`delivery`], [`gateway_event`] | the words for what providers say |

pub mod admit;
mod alphabet;
pub mod ask_model;
pub mod attempt;
pub mod catch_up;
mod cue;
pub mod decision;
pub mod delivery;
pub mod dispatch;
pub mod due_text;
pub mod emoji;
pub mod find_writer;
mod found_names;
pub mod gateway_event;
pub mod gateways;
pub mod hear;
mod heard;
mod hindi;
pub mod keywords;
mod links;
mod model_reading;
mod open_question;
mod operator;
pub mod phone;
pub mod placeholder;
pub mod quiet_hours;
mod rating;
pub mod recipient_zone;
mod refusal;
pub mod reply;
pub mod routing;
pub mod segments;
mod sentiment;
mod session_answer;
pub mod settle;
pub mod sms_gateway;
mod summary;
pub mod template;
pub mod template_error;
mod template_syntax;
pub mod text_filters;
pub mod transliterate;
pub mod triage;
pub mod wording;
