//! `retry`: failed events run again.

use super::failure::Done;
use super::selection::{Deed, Filters, apply};
use crate::config;

/// Runs failed events again from a fresh start; their errors count as settled
///
/// At least one filter is needed; several narrow the choice. Cancelled events are run again when
/// they are named by --event. With --finished a stage is run again for a whole import batch, also
/// where it went well.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "pgcascade retry [OPTIONS] <FILTER>...",
    after_help = "Examples:
  pgcascade retry --all-failed --dry-run
  pgcascade retry --type contact_enriched --error 'timed out'
  pgcascade retry --event 17 18
  pgcascade retry --finished --batch WV-2026-11 --type contact_enriched

The same in psql: UPDATE marketing.pipeline_events SET status = 'pending' WHERE id = 17;"
)]
pub struct RetryArgs {
    /// Which events.
    #[command(flatten)]
    filters: Filters,
    /// All failed events
    #[arg(long, group = "which")]
    all_failed: bool,
    /// Also events that were processed or cancelled; with --batch and --type
    #[arg(long, requires_all = ["batch", "event_type"])]
    finished: bool,
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

const DEED_AGAIN: Deed = Deed {
    command: "retry",
    find: include_str!("../../sql/queries/cli/find_finished.sql"),
    change: include_str!("../../sql/queries/cli/run_again.sql"),
    done: "run again",
    nothing: "Nothing to run again: the batch has no finished event of this type",
};

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`].
pub async fn run(args: RetryArgs) -> Done {
    apply(
        if args.finished { &DEED_AGAIN } else { &DEED },
        &args.filters,
        &args.database,
        args.dry_run,
        args.json,
    )
    .await
}
