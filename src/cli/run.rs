//! `pgcascade run`: the daemon.

use std::process::ExitCode;

use clap::Args;

use super::connect::{Place, check_deployed, place};
use super::deploy::deploy;
use crate::app;
use crate::config;
use crate::db::Pool;
use crate::engine::{Daemon, DaemonOptions};
use crate::shutdown;

/// Claims events and runs their stages until SIGTERM or Ctrl-C, which lets calls under way finish.
///
/// Any number of daemons may run on one database. A provider without a key runs as its sandbox.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pgcascade run\n  \
    DATABASE_URL=postgresql://… APIFY_TOKEN=… MILLIONVERIFIER_API_KEY=… pgcascade run --log json")]
pub struct Run {
    /// Deploy first.
    #[arg(long)]
    deploy: bool,

    #[command(flatten)]
    running: config::Running,

    #[command(flatten)]
    providers: config::Providers,
}

impl Run {
    /// Runs the command.
    ///
    /// # Errors
    /// The database refuses the daemon, or nothing is deployed in it.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        // Before the first await that takes long, so that a stop is never missed.
        let stop = shutdown::on_signal()?;
        let registry = app::registry(&app::providers(&self.providers)?)?;
        let place = place(config).await?;
        if self.deploy {
            deploy(&place).await?;
        } else {
            wait_until_deployed(&place, &stop).await?;
        }
        if stop.is_cancelled() {
            return Ok(ExitCode::SUCCESS);
        }
        daemon(&place, registry, &self.running)?.run(stop).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A daemon on this database.
///
/// # Errors
/// The pool's settings cannot be used.
pub fn daemon(
    place: &Place,
    registry: crate::engine::Registry,
    running: &config::Running,
) -> anyhow::Result<Daemon> {
    let name = format!("pgcascade {}", std::process::id());
    let pool = Pool::open(&place.url, usize::from(running.connections), &name)?;
    let options = DaemonOptions {
        listen_url: place.direct.clone(),
        name,
        drain: running.drain(),
    };
    Ok(Daemon::new(pool, registry, options))
}

/// A database that is starting is waited for; one in which nothing is deployed is an error.
async fn wait_until_deployed(
    place: &Place,
    stop: &tokio_util::sync::CancellationToken,
) -> anyhow::Result<()> {
    use crate::db::{AsDbError, Class};
    const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
    while !stop.is_cancelled() {
        match check_deployed(place).await {
            Ok(()) => return Ok(()),
            Err(error) if error.db_class() == Some(Class::Lost) => {
                tracing::warn!(reason = %error.root_cause(), "waiting for the database");
            }
            Err(error) => return Err(error),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    Ok(())
}
