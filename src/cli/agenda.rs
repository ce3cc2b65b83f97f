//! `agenda`: lays the agenda of a live event out, and shows it with what hangs on it.

mod show;

use clap::Subcommand;
use serde::Serialize;

use super::failure::{Done, Failure};
use super::output::Output;
use super::schema::Schema;
use super::target::{Absent, Session, Target, get};
use super::words::count;
use crate::config;
use crate::db::DbError;
use show::items;

const GENERATE: &str = include_str!("../../sql/queries/cli/agenda_generate.sql");

/// Lays the agenda of a live event out, or shows it
///
/// Texts and the matching of peers hang on the agenda. Whatever changes it, they are moved and
/// cancelled along with it by the daemon.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade agenda generate 41 --dry-run
  pgcascade agenda generate 41
  pgcascade agenda show 41

The same in psql: SELECT * FROM agenda_generate(41), agenda_layout(41), agenda_texts(41);
rules are rows of agenda_rules.")]
pub struct AgendaArgs {
    /// What to do.
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Generate(GenerateArgs),
    Show(ShowArgs),
}

/// Lays an agenda out from the event's speakers and sponsors
///
/// Runs by itself when speakers change, unless an agenda was entered by hand; then this fills in
/// around it. What a person entered or changed is kept, what was deleted stays deleted, items that
/// stay keep their ids, and doing it twice changes nothing. Lunch is at the gap nearest to noon,
/// however few speakers there are.
#[derive(Debug, clap::Args)]
struct GenerateArgs {
    /// The event's id
    event: i64,
    /// Change nothing: show what would be laid out
    #[arg(long)]
    dry_run: bool,
    /// Lay out again what people have deleted
    #[arg(long)]
    restore: bool,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

/// Shows the agenda, when peers are matched, and how many texts are planned
#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// The event's id
    event: i64,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

#[derive(Debug, Serialize)]
struct Generated {
    event_id: i64,
    inserted: i32,
    updated: i32,
    deleted: i32,
    kept: i32,
}

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`].
pub async fn run(args: AgendaArgs) -> Done {
    match args.action {
        Action::Generate(args) => generate(args).await,
        Action::Show(args) => {
            let session = open(&args.database).await?;
            show::run(&session, args.event, &Output::new(args.json)).await
        }
    }
}

async fn open(database: &config::Database) -> Result<Session, Failure> {
    let urls = Target::choose(database)?.open(Absent::Refuse).await?;
    let session = Session::open(&urls, "agenda").await?;
    Schema::of(&session).await?.require()?;
    Ok(session)
}

async fn generate(args: GenerateArgs) -> Done {
    let output = Output::new(args.json);
    let session = open(&args.database).await?;
    if args.dry_run {
        show::event(&session, args.event).await?;
        let items = items(&session, args.event, true).await?;
        if output.is_json() {
            output.json(&items);
        } else if items.is_empty() {
            output.say("Nothing to lay out: the event has no speakers");
        }
        show::render_items(&items, &output);
        return Ok(());
    }
    let generated = lay_out(&session, args.event, args.restore).await?;
    if output.is_json() {
        output.json(&generated);
    }
    output.say(sentence(&generated));
    output.say(format!("See it: pgcascade agenda show {}", args.event));
    Ok(())
}

async fn lay_out(session: &Session, event_id: i64, restore: bool) -> Result<Generated, DbError> {
    let row = session.row(GENERATE, &[&event_id, &restore]).await?;
    Ok(Generated {
        event_id,
        inserted: get(&row, "inserted")?,
        updated: get(&row, "updated")?,
        deleted: get(&row, "deleted")?,
        kept: get(&row, "kept")?,
    })
}

fn sentence(generated: &Generated) -> String {
    let Generated {
        inserted,
        updated,
        deleted,
        kept,
        ..
    } = generated;
    let kept = match kept {
        0 => String::new(),
        kept => format!("; {} of yours left alone", count(i64::from(*kept), "item")),
    };
    match (inserted, updated, deleted) {
        (0, 0, 0) => format!("The agenda is laid out already{kept}"),
        _ => format!("Laid out: {inserted} new, {updated} changed, {deleted} dropped{kept}"),
    }
}
