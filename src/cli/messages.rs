//! `messages`: texts that wait, went out, failed or are uncertain, and what to do with them.

mod preview;
mod render;

use clap::{Subcommand, ValueEnum};
use serde_json::Value;

use super::failure::{Done, Failure};
use super::output::{Output, Side};
use super::schema::Schema;
use super::target::{Absent, Session, Target, get};
use crate::config;
use crate::db::{Class, DbError};

/// Shows texts and settles them: upcoming, stats, show, preview, cancel, reschedule, retry, resolve
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade messages upcoming --event 41
  pgcascade messages preview --event 41
  pgcascade messages forecast
  pgcascade messages resolve 123 not-sent

The same in psql: get_upcoming_messages(), get_queue_stats(), sending_forecast(), vw_conversation,
cancel_event_message(123), reschedule_event_message(123, now()), retry_message(123),
resolve_message(123, 'sent'). Stop all sending: UPDATE sending_accounts SET paused = true;")]
pub struct MessagesArgs {
    /// What to do.
    #[command(subcommand)]
    action: Action,
    /// Print one JSON document instead
    #[arg(long, global = true)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Settled {
    /// It arrived, or the provider shows it
    Sent,
    /// It was not sent: send it now
    NotSent,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Texts that are to be sent soon, the next first
    Upcoming {
        /// How far ahead, in hours
        #[arg(long, value_name = "HOURS", default_value_t = 24.0)]
        within: f64,
        /// Of this event only
        #[arg(long, value_name = "ID")]
        event: Option<i64>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// How many texts wait, are under way and are done
    Stats {
        /// Of this event only
        #[arg(long, value_name = "ID")]
        event: Option<i64>,
    },
    /// What will be late at the accounts' rates, by how much, and what helps
    Forecast {
        /// How far ahead, in hours
        #[arg(long, value_name = "HOURS", default_value_t = 168.0)]
        within: f64,
        /// Only rushes in which this event has texts
        #[arg(long, value_name = "ID")]
        event: Option<i64>,
    },
    /// A text, whole, with its attempts
    Show {
        /// The text's number
        id: i64,
    },
    /// What would be sent to whom and when, with its price; sends nothing
    Preview {
        /// Numbers of texts
        #[arg(value_name = "ID", required_unless_present = "event")]
        ids: Vec<i64>,
        /// The texts of this event that are still to come
        #[arg(long, value_name = "ID", conflicts_with = "ids")]
        event: Option<i64>,
        /// At most so many of them
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: u32,
    },
    /// Cancels texts that have not been sent
    Cancel {
        /// Numbers of texts
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Moves a text, or schedules a failed or cancelled one again
    Reschedule {
        /// The text's number
        id: i64,
        /// When, by the clock of its event: '2026-10-17 19:07'; or with a zone: '2026-10-17 19:07
        /// America/Chicago'
        time: String,
    },
    /// Sends failed or cancelled texts now
    Retry {
        /// Numbers of texts
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
    /// Settles a text of which nobody knows whether it was sent
    Resolve {
        /// The text's number
        id: i64,
        /// What became of it
        outcome: Settled,
        /// The provider's id of the text, if found
        #[arg(long, value_name = "ID")]
        provider_id: Option<String>,
    },
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub async fn run(args: MessagesArgs) -> Done {
    let output = Output::new(args.json);
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let session = Session::open(&urls, "messages").await?;
    Schema::of(&session).await?.require()?;
    match args.action {
        Action::Preview { ids, event, limit } => {
            let ids = chosen(&session, ids, event, limit).await?;
            if ids.is_empty() {
                output.say("No texts of the event are to come: see pgcascade agenda show");
            }
            preview::run(&urls, &ids, &output).await
        }
        action => act(&session, action, &output).await,
    }
}

async fn act(session: &Session, action: Action, output: &Output) -> Done {
    match action {
        Action::Upcoming {
            within,
            event,
            limit,
        } => {
            let query = include_str!("../../sql/queries/cli/messages_upcoming.sql");
            let rows = documents(session, query, &[&within, &event, &i64::from(limit)]).await?;
            render::upcoming(&rows, output);
        }
        Action::Stats { event } => {
            let query = include_str!("../../sql/queries/cli/messages_stats.sql");
            render::stats(&documents(session, query, &[&event]).await?, output);
        }
        Action::Forecast { within, event } => {
            let query = include_str!("../../sql/queries/cli/messages_forecast.sql");
            let rows = documents(session, query, &[&within, &event]).await?;
            render::forecast(&rows, output);
        }
        Action::Show { id } => {
            let query = include_str!("../../sql/queries/cli/messages_show.sql");
            let rows = documents(session, query, &[&id]).await?;
            let Some(row) = rows.first() else {
                return Err(Failure::Failed(anyhow::anyhow!(
                    "There is no text {id}: see pgcascade messages upcoming."
                )));
            };
            render::show(row, output);
        }
        Action::Cancel { ids, reason } => {
            let query = include_str!("../../sql/queries/cli/message_cancel.sql");
            let mut failures = 0_usize;
            for id in &ids {
                let done = settle(session, query, &[id, &reason], *id, output).await;
                failures += unless_done(done)?;
            }
            said_of(failures)?;
        }
        Action::Reschedule { id, time } => {
            let query = include_str!("../../sql/queries/cli/message_reschedule.sql");
            settle(session, query, &[&id, &time], id, output).await?;
        }
        Action::Retry { ids } => {
            let query = include_str!("../../sql/queries/cli/message_retry.sql");
            let mut failures = 0_usize;
            for id in &ids {
                failures += unless_done(settle(session, query, &[id], *id, output).await)?;
            }
            said_of(failures)?;
        }
        Action::Resolve {
            id,
            outcome,
            provider_id,
        } => {
            let outcome = match outcome {
                Settled::Sent => "sent",
                Settled::NotSent => "not_sent",
            };
            let query = include_str!("../../sql/queries/cli/message_resolve.sql");
            settle(session, query, &[&id, &outcome, &provider_id], id, output).await?;
        }
        Action::Preview { .. } => {}
    }
    Ok(())
}

/// Values for a statement.
type Values<'a> = &'a [&'a (dyn tokio_postgres::types::ToSql + Sync)];

/// The rows of a query that returns documents.
async fn documents(
    session: &Session,
    query: &str,
    values: Values<'_>,
) -> Result<Vec<Value>, Failure> {
    let rows = session.rows(query, values).await?;
    let rows: Result<Vec<Value>, _> = rows.iter().map(|row| get(row, "row")).collect();
    Ok(rows?)
}

/// Calls a function that settles one text, and says what the text is now.
async fn settle(
    session: &Session,
    query: &str,
    values: Values<'_>,
    id: i64,
    output: &Output,
) -> Done {
    let row = session.row(query, values).await?;
    let status: String = get(&row, "status")?;
    if output.is_json() {
        output.json_line(&serde_json::json!({ "id": id, "status": status }));
    }
    output.say(format!("Text {id} is {status}"));
    Ok(())
}

/// One of several that could not be settled is told at once, and the others go on; it counts 1.
///
/// # Errors
/// What would befall the others, too.
fn unless_done(done: Done) -> Result<usize, Failure> {
    match done {
        Ok(()) => Ok(0),
        Err(Failure::Failed(error)) if is_of_one_text(&error) => {
            let _exit_code = Failure::Failed(error).report();
            Ok(1)
        }
        Err(other) => Err(other),
    }
}

/// Whether the database works, and refuses this text only.
fn is_of_one_text(error: &anyhow::Error) -> bool {
    let class = error.downcast_ref::<DbError>().map(DbError::class);
    matches!(class, Some(Class::Data | Class::Conflict))
}

/// The end of a command of which so many parts have failed, and said so.
fn said_of(failures: usize) -> Done {
    match failures {
        0 => Ok(()),
        _ => Err(Failure::Said),
    }
}

/// The texts to preview.
async fn chosen(
    session: &Session,
    ids: Vec<i64>,
    event: Option<i64>,
    limit: u32,
) -> Result<Vec<i64>, Failure> {
    let Some(event) = event else {
        return Ok(ids);
    };
    let query = include_str!("../../sql/queries/cli/messages_of_event.sql");
    let rows = session.rows(query, &[&event, &i64::from(limit)]).await?;
    let ids: Result<Vec<i64>, _> = rows.iter().map(|row| get(row, "id")).collect();
    Ok(ids?)
}

/// A column of words.
const fn words(name: &'static str) -> (&'static str, Side) {
    (name, Side::Left)
}
