//! The log: tracing to standard error, compact for a person or JSON for a collector.
//!
//! Standard output belongs to results (`cli/output.rs`), so a log never spoils a pipe. A thread of
//! its own writes, so that a pipe which nobody reads holds nobody up: what does not fit is dropped,
//! and counted. Fields are named by entity with dots (`stage.name`); units are in the names.
//! Nothing personal is a field: addresses and numbers go through [`crate::mask`].

use std::io::IsTerminal;
use std::sync::OnceLock;

use anyhow::Context;
use tracing::Level;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
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

/// So many lines wait for a slow reader: about a megabyte, minutes of a busy daemon.
const LINES_MAX: usize = 5_000;

static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// How many lines were dropped because nobody read the log.
pub fn dropped_lines() -> usize {
    DROPPED.get().map_or(0, ErrorCounter::dropped_lines)
}

/// The log that has begun: dropping it writes what is left, for about a second at most.
#[derive(Debug)]
#[must_use = "the log ends with it"]
pub struct Logging {
    writer: Option<WorkerGuard>,
}

impl Drop for Logging {
    fn drop(&mut self) {
        let lines = dropped_lines();
        if lines > 0 {
            tracing::warn!(lines, "log lines were dropped: nobody read standard error");
        }
        // Still nobody reads: nothing can be written, and the guard would print that.
        if dropped_lines() > lines {
            std::mem::forget(self.writer.take());
        }
    }
}

/// Begins to log. To be called once.
///
/// # Errors
/// A filter that cannot be read.
pub fn start(log: &Log, talk: Talk) -> anyhow::Result<Logging> {
    let filter = log.filter.as_deref().unwrap_or(talk.filter());
    let filter = EnvFilter::try_new(filter)
        .context("RUST_LOG cannot be read: write for example info or pgcascade=debug,warn")?;
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(LINES_MAX)
        .thread_name("log")
        .finish(std::io::stderr());
    let _ = DROPPED.set(writer.error_counter());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(writer);
    match log.format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Compact => builder
            .compact()
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal() && !config::no_color())
            .init(),
    }
    log_panics();
    Ok(Logging {
        writer: Some(guard),
    })
}

/// A panic is a log line, too: written directly, it would wait for a reader.
fn log_panics() {
    let directly = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if tracing::enabled!(Level::ERROR) {
            tracing::error!("{panic}");
        } else {
            directly(panic);
        }
    }));
}
