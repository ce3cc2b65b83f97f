//! Insert a row; the rest cascades.
//!
//! pgcascade turns PostgreSQL tables into an event-driven pipeline: triggers write events into
//! `marketing.pipeline_events`, a daemon claims them, runs the stage that handles them and writes
//! the result back, which fires the next trigger. `ARCHITECTURE.md` walks one event through the
//! house; the modules below are in reading order.

pub mod addresses;
pub mod alerts;
pub mod answer;
pub mod chat;
pub mod mask;
pub mod words;

pub mod db;
pub mod engine;

pub mod followup;
pub mod matching;
pub mod messaging;
pub mod outreach;
pub mod providers;

pub mod app;
pub mod config;
pub mod shutdown;
pub mod telemetry;

pub mod cli;
pub mod http;
