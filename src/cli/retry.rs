//! `retry`: failed events run again.

use super::failure::Done;
use super::selection::{Deed, Filters, apply};
use crate::config;

/// Runs failed events again from a fresh start; their errors count as settled
///
/// At least one filter is needed; several narrow the choice. Cancelled events are run again when
/// they are named by --event.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "pgcascade retry [OPTIONS] <FILTER>...",
    after_help = "Examples:
  pgcascade retry --all-failed --dry-run
  pgcascade retry --type contact_enriched --error 'timed out'
  pgcascade retry --event 17 18

The same in psql: UPDATE marketing.pipeline_events SET status = 'pending' WHERE id = 17;"
)]
pub struct RetryArgs {
    /// Which events.
    #[command(flatten)]
    filters: Filters,
    /// All failed events
    #[arg(long, group = "which")]
    all_failed: bool,
    /// Change nothing: say how many events would be retried
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

const DEED: Deed = Deed {
    command: "retry",
    find: include_str!("../../sql/queries/cli/find_failed.sql"),
    change: include_str!("../../sql/queries/cli/retry_events.sql"),
    done: "retried",
    nothing: "Nothing to retry: no failed event matches",
};

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`].
pub async fn run(args: RetryArgs) -> Done {
    apply(
        &DEED,
        &args.filters,
        &args.database,
        args.dry_run,
        args.json,
    )
    .await
}
