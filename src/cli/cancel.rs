//! `pgcascade cancel`: unfinished events do not run any more.

use std::process::ExitCode;

use clap::Args;

use super::connect::deployed;
use super::select::Filters;
use crate::config;

/// Cancels waiting, scheduled and running events. The result of a call under way is refused.
///
/// The same in psql: UPDATE marketing.pipeline_events SET status = 'cancelled' WHERE id = …;
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pgcascade cancel --event 4711\n  \
    pgcascade cancel --batch 20261120-wv-1 --dry-run")]
pub struct Cancel {
    #[command(flatten)]
    filters: Filters,
}

impl Cancel {
    /// Runs the command.
    ///
    /// # Errors
    /// No filter, or the database refuses it.
    pub async fn run(self, config: &config::Database) -> anyhow::Result<ExitCode> {
        self.filters.require_one(
            "to stop everything, pause the stages instead: UPDATE \
            pipeline.stages SET paused = true",
        )?;
        let (_, client) = deployed(config).await?;
        let rows = client
            .query(
                include_str!("../../sql/queries/cli/unfinished_events.sql"),
                &[
                    &self.filters.ids(),
                    &self.filters.event_type,
                    &self.filters.batch,
                    &self.filters.error_pattern(),
                ],
            )
            .await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.get("id")).collect();
        self.filters
            .apply(&client, &ids, "cancelled", "cancelled")
            .await?;
        Ok(ExitCode::SUCCESS)
    }
}
