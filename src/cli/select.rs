//! Which events a command is about: the filters that `retry` and `cancel` share.

use anyhow::bail;
use clap::Args;
use serde_json::json;
use tokio_postgres::Client;

use super::output;

/// Filters; an event must pass all that are given.
#[derive(Debug, Args)]
pub struct Filters {
    /// Ids of events.
    #[arg(long = "event", value_name = "ID", num_args = 1..)]
    pub events: Vec<i64>,

    /// Their type, for example contact_enriched.
    #[arg(long = "type", value_name = "EVENT_TYPE")]
    pub event_type: Option<String>,

    /// The import batch of the company they are about.
    #[arg(long)]
    pub batch: Option<String>,

    /// Words of their error message.
    #[arg(long, value_name = "TEXT")]
    pub error: Option<String>,

    /// Only say how many it would be.
    #[arg(long)]
    pub dry_run: bool,

    /// For scripts.
    #[arg(long)]
    pub json: bool,
}

impl Filters {
    /// Refuses a command without any filter: it would be about everything.
    ///
    /// # Errors
    /// None is given.
    pub fn require_one(&self, otherwise: &str) -> anyhow::Result<()> {
        let given = !self.events.is_empty()
            || self.event_type.is_some()
            || self.batch.is_some()
            || self.error.is_some();
        if !given {
            let message =
                format!("say which events: --event, --type, --batch or --error; {otherwise}");
            return Err(output::WrongUsage(message).into());
        }
        Ok(())
    }

    /// The ids as the statements take them: NULL when none is given.
    pub fn ids(&self) -> Option<&[i64]> {
        (!self.events.is_empty()).then_some(self.events.as_slice())
    }

    /// The words of the error as a pattern for `ilike`, in which they stand for themselves.
    pub fn error_pattern(&self) -> Option<String> {
        self.error.as_ref().map(|text| {
            text.replace('\\', r"\\")
                .replace('%', r"\%")
                .replace('_', r"\_")
        })
    }

    /// Sets the status of events and says how many changed.
    ///
    /// # Errors
    /// The database refuses it, or a named event does not exist or is in no state for it.
    pub async fn apply(
        &self,
        client: &Client,
        ids: &[i64],
        status: &str,
        done: &str,
    ) -> anyhow::Result<()> {
        let missing: Vec<String> = self
            .events
            .iter()
            .filter(|id| !ids.contains(id))
            .map(ToString::to_string)
            .collect();
        if !missing.is_empty() {
            bail!(
                "no event {} that can be {done}; see SELECT id, status, error_message FROM \
                 marketing.pipeline_events WHERE id IN ({})",
                missing.join(", "),
                missing.join(", ")
            );
        }
        let changed = if self.dry_run {
            0
        } else {
            client
                .execute(
                    include_str!("../../sql/queries/cli/set_status.sql"),
                    &[&ids, &status],
                )
                .await?
        };
        if self.json {
            output::json(&json!({ "matching": ids.len(), "changed": changed }));
        } else if self.dry_run {
            output::line(format!("{} events would be {done}.", ids.len()));
        } else {
            output::line(format!("{changed} events {done}."));
        }
        Ok(())
    }
}
