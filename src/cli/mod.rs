//! The command tree. `--help` of each command is its manual.
//!
//! A command parses, makes one call or runs one statement that psql users have as well, and renders.
//! Exit codes: 0 done, 1 failed, 2 wrong usage.

pub mod cancel;
pub mod connect;
pub mod demo;
pub mod deploy;
pub mod errors;
pub mod import;
pub mod import_copy;
pub mod output;
pub mod pg;
pub mod preflight;
pub mod retry;
pub mod run;
pub mod select;
pub mod status;
pub mod summary;
pub mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config;
use crate::telemetry::{self, LogForm};

/// Insert a row; the rest cascades: an event-driven pipeline inside PostgreSQL.
///
/// Rows are the interface: whatever a command does, an INSERT, an UPDATE or a function call in psql
/// does as well. Begin with `pgcascade demo`, or `pgcascade deploy` and `pgcascade run`.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// Form of the log on standard error; RUST_LOG sets what is in it.
    #[arg(long, value_enum, default_value_t = LogForm::Text, global = true)]
    log: LogForm,

    #[command(flatten)]
    database: config::Database,

    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Installs or updates tables, functions, triggers and views, and tests the event flow.
    Deploy(deploy::Deploy),
    /// Runs the daemon: claims events, runs their stages, until SIGTERM or Ctrl-C.
    Run(run::Run),
    /// Shows the whole pipeline at work on sample companies, with invented people.
    Demo(demo::Demo),
    /// Shows daemons, queues, latencies, what is stuck and where the companies stand.
    Status(status::Status),
    /// Prints events as they happen.
    Watch(watch::Watch),
    /// Lists what is wrong, and settles entries of the error log.
    Errors(errors::Errors),
    /// Sets failed or cancelled events to pending, so that they run again.
    Retry(retry::Retry),
    /// Cancels events that are not finished.
    Cancel(cancel::Cancel),
    /// Imports rows from a file.
    Import(import::Import),
    /// Starts, stops and enters the cluster that pgcascade runs when there is no DATABASE_URL.
    Pg(pg::Pg),
}

impl Cli {
    /// Starts logging as this command wants it.
    pub fn start_log(&self) {
        telemetry::start(self.log, !matches!(self.command, Command::Run(_)));
    }

    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, why, and what to do.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let database = &self.database;
        match self.command {
            Command::Deploy(command) => command.run(database).await,
            Command::Run(command) => command.run(database).await,
            Command::Demo(command) => Box::pin(command.run(database)).await,
            Command::Status(command) => command.run(database).await,
            Command::Watch(command) => command.run(database).await,
            Command::Errors(command) => command.run(database).await,
            Command::Retry(command) => command.run(database).await,
            Command::Cancel(command) => command.run(database).await,
            Command::Import(command) => command.run(database).await,
            Command::Pg(command) => command.run(database).await,
        }
    }
}
