//! `webhooks`: a registry file in and out, and one call to see whether a receiver is there.

mod entry;
mod export;
mod import;
mod probe;

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};

use super::failure::{Done, Failure};
use super::schema::Schema;
use super::target::{Absent, Session, Target};
use crate::config;

/// Sends events to URLs: imports and exports the list of them, and tries one
///
/// A webhook is a row of pipeline.webhooks; a stage of kind webhook sends events of one type to it,
/// signed as Standard Webhooks has it, at least once, with the same webhook-id at every attempt.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade webhooks import n8n_webhook_registry.json --dry-run
  pgcascade webhooks test company_created
  pgcascade webhooks export > n8n_webhook_registry.json

The same in psql: pipeline.webhooks, pipeline.stages, and what waits: marketing.vw_webhooks.")]
pub struct WebhooksArgs {
    /// What to do.
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Import(ImportArgs),
    Export(ExportArgs),
    Test(TestArgs),
}

/// Reads a registry file: a webhook and its stage for each entry
///
/// The file is {"webhooks": {"company_created": {"url": "https://…"}}}. Beside url an entry may say
/// method, description, status (planned and disabled begin paused), throttling (batch_size,
/// delay_seconds, max_retries), and event_type, name, headers, secret_env, body, timeout_seconds,
/// concurrency and allow_private, which are columns of pipeline.webhooks. What an entry does not
/// say is left as it is; what is not ours is kept for the export.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade webhooks import n8n_webhook_registry.json --dry-run
  pgcascade webhooks import registry.json --event-body --allow-private

No secret stands in the file: secret_env names the variable of the daemon that
holds the signing secret, and a header may be \"Bearer ${PGCASCADE_WEBHOOK_KEY}\".
Exit code 1 when an entry was refused; the others are imported all the same.")]
struct ImportArgs {
    /// The registry file
    #[arg(value_name = "FILE.json", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The URLs may lead to this machine or a private network
    #[arg(long)]
    allow_private: bool,
    /// Post {event_id, event_type, payload}, which existing n8n flows read, to every URL
    #[arg(long)]
    event_body: bool,
    /// Change nothing: say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

/// Prints the registry: every stage of kind webhook, with what was imported beside it
#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

/// Sends one test event to a webhook and says what came back
///
/// Signed and addressed as the daemon would do it, with the variables of this shell. The event's
/// type is webhook_test, its data the sample_payload of the imported file.
#[derive(Debug, clap::Args)]
struct TestArgs {
    /// The webhook
    #[arg(value_name = "NAME")]
    name: String,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`].
pub async fn run(args: WebhooksArgs) -> Done {
    match args.action {
        Action::Import(args) => import::run(args).await,
        Action::Export(args) => export::run(args).await,
        Action::Test(args) => probe::run(args).await,
    }
}

async fn open(database: &config::Database) -> Result<Session, Failure> {
    let urls = Target::choose(database)?.open(Absent::Refuse).await?;
    let session = Session::open(&urls, "webhooks").await?;
    Schema::of(&session).await?.require()?;
    Ok(session)
}
