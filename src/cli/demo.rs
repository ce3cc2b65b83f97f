//! `pgcascade demo`: the whole pipeline on sample companies, in one command.

use std::io::Cursor;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio_postgres::{Client, Row};
use tokio_util::sync::CancellationToken;

use super::connect::{Place, session, start};
use super::deploy::deploy;
use super::import_copy::{Report, Source, import};
use super::run::daemon;
use super::{output, summary};
use crate::app;
use crate::config;
use crate::outreach::import::Encoding;
use crate::shutdown;

/// The sample companies: real ones, and a dozen lines as people really get them wrong.
const SAMPLES: &[u8] = include_bytes!("../../samples/companies.csv");
/// Name of the sample file, for batch ids.
const STEM: &str = "samples";
/// Pause between two looks at the progress.
const LOOK: Duration = Duration::from_millis(100);

/// Runs sample companies through the whole pipeline, on a PostgreSQL cluster of its own.
///
/// Companies are real, people are invented by sandboxes (addresses end in .example, every row says
/// sandbox); nothing leaves this machine. The cluster stays, so that you can look around in psql.
#[derive(Debug, Args)]
pub struct Demo {
    #[command(flatten)]
    running: config::Running,
}

impl Demo {
    /// Runs the command. It never works on DATABASE_URL: samples have no place in real data.
    ///
    /// # Errors
    /// The cluster cannot be started, or something in the pipeline does not work.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        let stop = shutdown::on_signal()?;
        let url = start(config.cluster()?)
            .await
            .context("the demo needs a cluster of its own")?;
        let place = Place {
            direct: url.clone(),
            url,
            own_cluster: true,
        };
        deploy(&place).await?;

        let mut client = session(&place.url).await?;
        let began: DateTime<Utc> = client
            .query_one(include_str!("../../sql/queries/cli/database_time.sql"), &[])
            .await?
            .get(0);
        let report = import_samples(&mut client).await?;
        output::line("");
        output::line(format!(
            "📥 {} companies imported as batch {}, {} were there already, {} lines rejected",
            report.imported,
            report.batch,
            report.rows.saturating_sub(report.imported),
            report.rejected
        ));

        let daemon = daemon(&place, app::registry(&app::sandboxes())?, &self.running)?;
        let done = CancellationToken::new();
        let running = tokio::spawn(daemon.run(done.clone()));
        let finished = follow(&client, &report, &stop).await;
        done.cancel();
        running.await??;
        finished?;
        summary::show(&client, &report, began).await?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn import_samples(client: &mut Client) -> anyhow::Result<Report> {
    let source = Source {
        input: Box::new(Cursor::new(SAMPLES)),
        stem: STEM.to_owned(),
        encoding: Encoding::Utf8,
        reject_file: None,
        batch: None,
        dry_run: false,
    };
    import(client, source)
        .await
        .context("the sample companies cannot be imported")
}

/// Shows how far it is until there is nothing left to do, or somebody stops it.
async fn follow(client: &Client, report: &Report, stop: &CancellationToken) -> anyhow::Result<()> {
    let statement = client
        .prepare(include_str!("../../sql/queries/cli/demo_progress.sql"))
        .await?;
    let bar = ProgressBar::new(report.imported);
    let style = ProgressStyle::with_template("⚙  {bar:30} {pos}/{len} companies judged  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    while !stop.is_cancelled() {
        let row = client.query_one(&statement, &[&report.batch]).await?;
        bar.set_position(count(&row, "judged"));
        bar.set_message(format!(
            "{} slots, {} looked up, {} verified, {} ready",
            count(&row, "slots"),
            count(&row, "looked_up"),
            count(&row, "verified"),
            count(&row, "ready")
        ));
        if !row.get::<_, bool>("busy") {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    bar.finish_and_clear();
    Ok(())
}

fn count(row: &Row, column: &str) -> u64 {
    u64::try_from(row.get::<_, i64>(column)).unwrap_or(0)
}
