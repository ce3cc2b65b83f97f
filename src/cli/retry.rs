//! `pgcascade retry`: failed events run again.

use std::process::ExitCode;

use clap::Args;

use super::connect::deployed;
use super::select::Filters;
use crate::config;

/// Sets failed events to pending: attempts begin anew, their open errors are settled.
///
/// The same in psql: UPDATE marketing.pipeline_events SET status = 'pending' WHERE id = …;
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pgcascade retry --event 4711\n  \
    pgcascade retry --type contact_enriched --error 'time-out' --dry-run\n  \
    pgcascade retry --all-failed")]
pub struct Retry {
    #[command(flatten)]
    filters: Filters,

    /// Every failed event.
    #[arg(long)]
    all_failed: bool,

    /// Cancelled events, too.
    #[arg(long)]
    cancelled: bool,
}

impl Retry {
    /// Runs the command.
    ///
    /// # Errors
    /// No filter, or the database refuses it.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        if !self.all_failed {
            self.filters
                .require_one("--all-failed means every failed one")?;
        }
        let (_, client) = deployed(config).await?;
        let rows = client
            .query(
                include_str!("../../sql/queries/cli/failed_events.sql"),
                &[
                    &self.filters.ids(),
                    &self.filters.event_type,
                    &self.filters.batch,
                    &self.filters.error_pattern(),
                    &self.cancelled,
                ],
            )
            .await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.get("id")).collect();
        self.filters
            .apply(&client, &ids, "pending", "set to pending")
            .await?;
        Ok(ExitCode::SUCCESS)
    }
}
