//! The engine: takes events from the ledger, has stages do their work, writes what became of them.
//!
//! | file | subject |
//! |---|---|
//! | [`event`], [`stage`], [`verdict`] | the contract: what a stage gets, promises and decides |
//! | [`registry`], [`stages`] | which code a stage's row means, and within which bounds |
//! | [`claim`], [`complete`] | events in, results out; the only writers of statuses |
//! | [`in_database`], [`outside`] | the two ways a stage runs |
//! | `kept_session` | a session that goes from batch to batch of one stage |
//! | `alone` | what a death interrupted in the database, one by one |
//! | [`bell`], [`schedule`], [`liveness`] | when to look, what is due, who is alive |
//! | `first_look` | what waits when a daemon begins to work, or to hear |
//! | [`wake`] | announcing for writers under load |
//! | [`low_water`], [`mark`] | up to where a queue was read; up to which id nothing can come any more |
//! | [`frugal`] | sleeping while nothing is to be done |
//! | [`cron`], [`schedules`] | events by the clock |
//! | [`counts`] | what is counted |
//! | [`daemon`] | all of it together, from start to a graceful end |
//!
//! The engine knows event types only as text and stages only as rows and trait objects. It reads
//! and writes `marketing.pipeline_events`, `marketing.pipeline_errors` and the schema `pipeline`,
//! through functions of the latter. Only the database's clock decides anything here.

mod alone;
pub mod backoff;
pub mod bell;
pub mod claim;
pub mod complete;
pub mod counts;
pub mod cron;
pub mod daemon;
pub mod event;
mod first_look;
pub mod frugal;
pub mod in_database;
pub mod isolate;
mod kept_session;
pub mod liveness;
pub mod low_water;
pub mod mark;
pub mod outside;
pub mod outside_batch;
mod outside_held;
mod outside_waiting;
pub mod registry;
pub mod schedule;
pub mod schedules;
pub mod sql_stage;
pub mod stage;
pub mod stages;
pub mod verdict;
pub mod wake;

pub use daemon::{Daemon, DaemonOptions};
pub use event::Event;
pub use frugal::{Doze, Frugal};
pub use registry::{OutsideFactory, Registry};
pub use stage::{
    Appetite, Bounds, Ended, Ending, InDatabaseStage, OnUnknown, Outcome, OutsideStage, Prepared,
};
pub use verdict::Verdict;
