//! The log: tracing to standard error, compact for a person or JSON for a collector.
//!
//! Standard output belongs to results (`cli/output.rs`), so a log never spoils a pipe. Fields are
//! named by entity with dots (`stage.name`); units are in the names. Nothing personal is a field:
//! addresses and numbers go through [`crate::mask`].

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{self, Log, LogFormat};

/// Names of fields, so that one thing has one name in every log line.
pub mod field {
    /// The daemon's number in `pipeline.workers`.
    pub const WORKER_ID: &str = "worker.id";
    /// The daemon's name there.
    pub const WORKER_NAME: &str = "worker.name";
    /// A stage, by its name in `pipeline.stages`.
    pub const STAGE_NAME: &str = "stage.name";
    /// An event, by its id in the ledger.
    pub const EVENT_ID: &str = "event.id";
    /// What happened, in the ledger's words.
    pub const EVENT_TYPE: &str = "event.type";
    /// An outside service, or its sandbox.
    pub const PROVIDER_NAME: &str = "provider.name";
}

/// What a command logs unless told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// A daemon: what it does, once.
    Daemon,
    /// A command that is done in a moment: what went wrong.
    Quiet,
    /// A command that fills the screen itself: nothing.
    Silent,
}

impl Talk {
    fn filter(self) -> &'static str {
        match self {
            // The driver logs every notice of the server as info.
            Self::Daemon => "info,tokio_postgres=warn,refinery_core=warn",
            Self::Quiet => "warn",
            Self::Silent => "off",
        }
    }
}

/// Begins to log. To be called once.
///
/// # Errors
/// A filter that cannot be read.
pub fn start(log: &Log, talk: Talk) -> anyhow::Result<()> {
    let filter = log.filter.as_deref().unwrap_or(talk.filter());
    let filter = EnvFilter::try_new(filter)
        .context("RUST_LOG cannot be read: write for example info or pgcascade=debug,warn")?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(std::io::stderr);
    match log.format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Compact => builder
            .compact()
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal() && !config::no_color())
            .init(),
    }
    Ok(())
}
