//! `pg`: the cluster of our own, by hand.

use std::os::unix::process::CommandExt;

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;

use super::failure::{Done, Failure};
use super::output::Output;
use super::target::{Absent, own_cluster, start};
use crate::config::OwnCluster;
use crate::db::embedded::{Cluster, Status, StopMode};

/// Starts, stops or opens the PostgreSQL cluster that is used where no DATABASE_URL is set
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade pg psql
  pgcascade pg psql -c 'SELECT * FROM marketing.vw_outreach_ready'
  psql \"$(pgcascade pg url)\"")]
pub struct PgArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with the cluster.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Start it; make it first if it is not there
    Start {
        /// Which cluster.
        #[command(flatten)]
        own: OwnCluster,
    },
    /// Stop it; running commands lose their connection
    Stop {
        /// As if the power failed; the next start recovers
        #[arg(long)]
        immediate: bool,
        /// Which cluster.
        #[command(flatten)]
        own: OwnCluster,
    },
    /// Say whether it runs; exit code 1 if it does not
    Status {
        /// Print one JSON document instead
        #[arg(long)]
        json: bool,
        /// Which cluster.
        #[command(flatten)]
        own: OwnCluster,
    },
    /// Open psql on it; further arguments go to psql
    Psql {
        /// Which cluster.
        #[command(flatten)]
        own: OwnCluster,
        /// Arguments of psql
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "PSQL ARGUMENTS"
        )]
        arguments: Vec<String>,
    },
    /// Print its connection URL, password included
    Url {
        /// Which cluster.
        #[command(flatten)]
        own: OwnCluster,
    },
}

#[derive(Serialize)]
struct Shown {
    directory: String,
    state: &'static str,
    pid: Option<i32>,
    port: Option<u16>,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub async fn run(args: PgArgs) -> Done {
    match args.action {
        Action::Start { own } => {
            let url = start(own_cluster(&own)?, Absent::Make).await?;
            Output::new(false).say(format!("PostgreSQL runs at {url}"));
            Ok(())
        }
        Action::Stop { immediate, own } => stop(own_cluster(&own)?.cluster, immediate).await,
        Action::Status { json, own } => status(&own_cluster(&own)?.cluster, &Output::new(json)),
        Action::Psql { own, arguments } => {
            let own = own_cluster(&own)?;
            start(own.clone(), Absent::Refuse).await?;
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            // Ctrl-C and the exit code are psql's from here on: this process becomes psql.
            let error = own.cluster.psql_command(&arguments)?.exec();
            Err(error).context("psql could not be started")?
        }
        Action::Url { own } => {
            let url = start(own_cluster(&own)?, Absent::Refuse).await?;
            Output::new(false).plain(&url.reveal());
            Ok(())
        }
    }
}

async fn stop(cluster: Cluster, immediate: bool) -> Done {
    let mode = match immediate {
        true => StopMode::Immediate,
        false => StopMode::Fast,
    };
    let dir = cluster.dir().display().to_string();
    let was_running = tokio::task::spawn_blocking(move || cluster.stop(mode))
        .await
        .context("stopping the cluster was cut short")??;
    Output::new(false).say(match was_running {
        true => format!("Stopped the PostgreSQL cluster in {dir}; its data is kept"),
        false => format!("The PostgreSQL cluster in {dir} was not running"),
    });
    Ok(())
}

fn status(cluster: &Cluster, output: &Output) -> Done {
    let directory = cluster.dir().display().to_string();
    let (state, words, pid, port) = match cluster.status()? {
        Status::Absent => (
            "absent",
            "no cluster yet; `pgcascade pg start` makes one",
            None,
            None,
        ),
        Status::Stopped => (
            "stopped",
            "stopped; `pgcascade pg start` starts it",
            None,
            None,
        ),
        Status::Running { pid, port } => ("running", "running", Some(pid), Some(port)),
    };
    output.say(format!("{directory}: {words}"));
    if let (Some(pid), Some(port)) = (pid, port) {
        output.say(format!(
            "  PostgreSQL {} on 127.0.0.1:{port}, process {pid}",
            cluster.binaries().major
        ));
    }
    if output.is_json() {
        output.json(&Shown {
            directory,
            state,
            pid,
            port,
        });
    }
    match state {
        "running" => Ok(()),
        _ => Err(Failure::Said),
    }
}
