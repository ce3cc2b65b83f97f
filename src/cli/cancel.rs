//! `cancel`: events that are not finished are not worked on any more.

use super::failure::Done;
use super::selection::{Deed, Filters, apply};
use crate::config;

/// Cancels events that wait, are scheduled, or run
///
/// At least one filter is needed; several narrow the choice. A call to an outside service that is
/// under way is not undone, but its result is refused.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "pgcascade cancel [OPTIONS] <FILTER>...",
    after_help = "Examples:
  pgcascade cancel --batch SPRING-2026 --dry-run
  pgcascade cancel --type contact_enriched
  pgcascade cancel --event 17 18

The same in psql: UPDATE marketing.pipeline_events SET status = 'cancelled' WHERE id = 17;
Cancelled by mistake? pgcascade retry --event 17 18"
)]
pub struct CancelArgs {
    /// Which events.
    #[command(flatten)]
    filters: Filters,
    /// All unfinished events
    #[arg(long, group = "which")]
    all_unfinished: bool,
    /// Change nothing: say how many events would be cancelled
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
    command: "cancel",
    find: include_str!("../../sql/queries/cli/find_unfinished.sql"),
    change: include_str!("../../sql/queries/cli/cancel_events.sql"),
    done: "cancelled",
    nothing: "Nothing to cancel: no unfinished event matches",
};

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`].
pub async fn run(args: CancelArgs) -> Done {
    apply(
        &DEED,
        &args.filters,
        &args.database,
        args.dry_run,
        args.json,
    )
    .await
}
