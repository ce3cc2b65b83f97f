//! `pgcascade pg`: the cluster that runs when there is no DATABASE_URL.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use super::connect::start;
use super::output;
use crate::config;
use crate::db::embedded::{Status, StopMode};

/// The PostgreSQL cluster of pgcascade's own: in one directory, on loopback, kept between runs.
#[derive(Debug, Args)]
pub struct Pg {
    #[command(subcommand)]
    what: What,
}

/// What to do with it.
#[derive(Debug, Subcommand)]
enum What {
    /// Starts it, making it first if it is not there.
    Start,
    /// Stops it; its data stays.
    Stop,
    /// Says whether it runs.
    Status {
        /// For scripts.
        #[arg(long)]
        json: bool,
    },
    /// Opens psql on it; what follows `--` goes to psql.
    Psql {
        /// Arguments for psql, for example -c 'SELECT 1'.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Prints its connection URL, password included.
    Url,
}

impl Pg {
    /// Runs the command.
    ///
    /// # Errors
    /// What is in the way, and what to do.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        let cluster = config.cluster()?;
        match self.what {
            What::Start => {
                let url = start(cluster).await?;
                output::line(format!("Running: {url}"));
            }
            What::Stop => {
                tokio::task::spawn_blocking(move || cluster.stop(StopMode::Fast)).await??;
                output::line("Stopped; the data stays.");
            }
            What::Status { json } => show(&cluster.status()?, json),
            What::Psql { arguments } => return psql(cluster, arguments).await,
            What::Url => {
                let url = start(cluster).await?;
                output::line(url.reveal());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(status: &Status, as_json: bool) {
    let (word, pid, port) = match status {
        Status::Absent => ("absent", None, None),
        Status::Stopped => ("stopped", None, None),
        Status::Running { pid, port } => ("running", Some(*pid), Some(*port)),
    };
    if as_json {
        output::json(&json!({ "status": word, "pid": pid, "port": port }));
        return;
    }
    match (pid, port) {
        (Some(pid), Some(port)) => output::line(format!("Running, process {pid}, port {port}.")),
        _ => output::line(format!("Not running ({word}).")),
    }
}

async fn psql(
    cluster: crate::db::embedded::Cluster,
    arguments: Vec<String>,
) -> anyhow::Result<ExitCode> {
    start(cluster.clone()).await?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = cluster.psql_command(&arguments)?;
    let status = tokio::task::spawn_blocking(move || command.status())
        .await?
        .context("psql cannot be run; install it (Debian: apt-get install postgresql-client)")?;
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    Ok(ExitCode::from(code))
}
