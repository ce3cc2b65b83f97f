//! The command tree; `--help` is the manual. One file per command, thin: parse, one call, render.
//!
//! | file | subject |
//! |---|---|
//! | `deploy` `run` `demo` | make a database ready, work on it, see it all at once |
//! | `status` `watch` `errors` | what is going on, live or now, and what went wrong |
//! | `stages` `schedules` | who handles which events, and what the clock emits |
//! | `retry` `cancel` | plain UPDATEs of the ledger, found by `selection` |
//! | `import` | companies or a live event from files |
//! | `agenda` | live events: the agenda, laid out and shown |
//! | `messages` | texts: what is to come, what went wrong, settling it |
//! | `webhooks` | where events are posted to |
//! | `match_peers` | who is introduced to whom at an event |
//! | `match_weights` | what is learned from what became of it |
//! | `pg` | the cluster of our own |
//! | `output` `failure` `words` | how results and errors look |
//! | `target` `schema` | which database, and whether it fits this program |

mod agenda;
mod bench;
mod cancel;
mod demo;
mod deploy;
mod errors;
mod failure;
mod import;
mod match_peers;
mod match_weights;
mod messages;
mod output;
mod pg;
mod retry;
mod run;
mod schedules;
mod schema;
mod selection;
mod stages;
mod status;
mod target;
mod watch;
mod webhooks;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{self, overlook_empty};
use crate::shutdown::Shutdown;
use crate::telemetry::{self, Talk};
use failure::{Done, Failure};

/// Insert a row; the rest cascades: an event-driven pipeline inside PostgreSQL
///
/// Insert a company into intake.company_raw_intake; validation, promotion, slots, contacts and
/// verified addresses follow, each stage set off by the row that the one before it wrote.
#[derive(Debug, Parser)]
#[command(
    name = "pgcascade",
    version,
    max_term_width = 80,
    after_help = "First steps:
  pgcascade demo                         see all of it work, offline
  pgcascade deploy                       make a database ready
  pgcascade run                          start the daemon
  pgcascade import companies FILE.csv    put companies in

Exit codes: 0 done, 1 failed, 2 wrong usage.
What a flag says can be said by its variable, too: [env: …]."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
    /// How it logs.
    #[command(flatten)]
    log: config::Log,
}

#[derive(Debug, Subcommand)]
enum Command {
    Deploy(deploy::DeployArgs),
    Run(Box<run::RunArgs>),
    Demo(demo::DemoArgs),
    Status(status::StatusArgs),
    Stages(stages::StagesArgs),
    Schedules(schedules::SchedulesArgs),
    Watch(watch::WatchArgs),
    Errors(errors::ErrorsArgs),
    Retry(retry::RetryArgs),
    Cancel(cancel::CancelArgs),
    Import(import::ImportArgs),
    Agenda(agenda::AgendaArgs),
    Messages(messages::MessagesArgs),
    Webhooks(webhooks::WebhooksArgs),
    Match(match_peers::MatchArgs),
    Pg(pg::PgArgs),
    Bench(bench::BenchArgs),
}

impl Command {
    fn talk(&self) -> Talk {
        match self {
            Self::Run(_) => Talk::Daemon,
            Self::Watch(_) | Self::Demo(_) => Talk::Silent,
            _ => Talk::Quiet,
        }
    }
}

/// Reads the command line and does what it says; errors have been printed when it returns.
pub fn main() -> ExitCode {
    if let Err(broken) = config::load_env_file() {
        return Failure::Usage(broken.to_string()).report();
    }
    let matches = overlook_empty(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match begin(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Log, crypto and runtime, then the command.
fn begin(cli: Cli) -> Done {
    // To its end, so that the log's last lines are written.
    let _logging = telemetry::start(&cli.log, cli.command.talk())
        .map_err(|error| Failure::Usage(format!("{error:#}")))?;
    crate::db::install_crypto_provider();
    let runtime = tokio::runtime::Runtime::new()?;
    let done = runtime.block_on(async {
        let shutdown = Shutdown::on_signals()?;
        tokio::select! {
            done = dispatch(cli.command, &shutdown) => done,
            () = shutdown.at_once.cancelled() => Err(Failure::Interrupted),
        }
    });
    // What still blocks a thread (a server that is being started) must not hold us up.
    runtime.shutdown_background();
    done
}

async fn dispatch(command: Command, shutdown: &Shutdown) -> Done {
    match command {
        Command::Run(args) => run::run(*args, shutdown).await,
        Command::Deploy(args) => until(shutdown, deploy::run(args)).await,
        Command::Status(args) => until(shutdown, status::run(args)).await,
        Command::Stages(args) => until(shutdown, stages::run(args)).await,
        Command::Schedules(args) => until(shutdown, schedules::run(args)).await,
        Command::Demo(args) => demo::run(args, shutdown).await,
        Command::Watch(args) => watch::run(args, shutdown).await,
        Command::Errors(args) => until(shutdown, errors::run(args)).await,
        Command::Retry(args) => until(shutdown, retry::run(args)).await,
        Command::Cancel(args) => until(shutdown, cancel::run(args)).await,
        Command::Agenda(args) => until(shutdown, agenda::run(args)).await,
        Command::Import(args) => until(shutdown, import::run(args)).await,
        Command::Messages(args) => until(shutdown, messages::run(args)).await,
        Command::Webhooks(args) => until(shutdown, webhooks::run(args)).await,
        Command::Match(args) => until(shutdown, match_peers::run(args)).await,
        Command::Pg(args) => until(shutdown, pg::run(args)).await,
        Command::Bench(args) => bench::run(args, shutdown).await,
    }
}

/// Drops a command at the first signal: its session ends, and the server rolls back.
async fn until(shutdown: &Shutdown, command: impl Future<Output = Done>) -> Done {
    tokio::select! {
        done = command => done,
        () = shutdown.finish.cancelled() => Err(Failure::Interrupted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_fits_together() {
        Cli::command().debug_assert();
    }
}
