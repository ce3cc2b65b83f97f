//! `stages`: who handles which events, paused, resumed and tuned; a daemon follows within a second.

use clap::{Args, Subcommand};
use serde::Serialize;
use tokio_postgres::Row;

use super::failure::{Done, Failure};
use super::output::{Output, Side};
use super::schema::Schema;
use super::target::{Absent, Session, Target, get};
use super::words::{count, grouped, seconds};
use crate::config;
use crate::db::DbError;

const LIST: &str = include_str!("../../sql/queries/cli/stages.sql");
const PAUSE: &str = include_str!("../../sql/queries/cli/stages_pause.sql");
const RESUME: &str = include_str!("../../sql/queries/cli/stages_resume.sql");
const SET: &str = include_str!("../../sql/queries/cli/stage_set.sql");
/// The constraint that a stage's limit is one.
const LIMITER: &str = "stages_limiter_fkey";

/// Shows the stages; pauses, resumes and tunes them while daemons run
///
/// A stage handles the events of one type. While it is paused its events wait; nothing is lost.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade stages
  pgcascade stages show verify_email
  pgcascade stages pause verify_email --reason 'The provider is being changed.'
  pgcascade stages resume verify_email
  pgcascade stages set verify_email --concurrency 4 --timeout-secs 30

CALLS is outside calls at once in each daemon, or batches at once. The same in psql:
UPDATE pipeline.stages SET paused = true, concurrency = 4 WHERE name = 'verify_email';")]
pub struct StagesArgs {
    /// What to do; nothing: list them.
    #[command(subcommand)]
    action: Option<Action>,
    /// Print one JSON document instead
    #[arg(long, global = true)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// All there is to know of one stage
    Show {
        /// The stage
        name: String,
    },
    /// Lets stages claim nothing any more; what they hold is finished, the rest waits
    Pause {
        /// The stages
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
        /// Why, for whoever finds them paused
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Lets stages claim again
    Resume {
        /// The stages
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    Set(SetArgs),
}

/// Changes what bounds a stage; what is not named stays
#[derive(Debug, Args)]
struct SetArgs {
    /// The stage
    name: String,
    #[command(flatten)]
    bounds: Bounds,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Bounds {
    /// Most events of one claim
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=5000))]
    batch_size: Option<i32>,
    /// Batches at once, or outside calls at once in each daemon
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=64))]
    concurrency: Option<i32>,
    /// After so many failed attempts an event fails for good
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=100))]
    max_attempts: Option<i32>,
    /// Longest time of a batch in the database, or of an outside call: 1 to 3600
    #[arg(long, value_name = "SECONDS")]
    timeout_secs: Option<f64>,
    /// Wait after the first failed attempt; doubles with each
    #[arg(long, value_name = "SECONDS")]
    backoff_secs: Option<f64>,
    /// Longest wait after a failed attempt
    #[arg(long, value_name = "SECONDS")]
    backoff_max_secs: Option<f64>,
    /// The row of pipeline.limits that it obeys
    #[arg(long, value_name = "NAME")]
    limiter: Option<String>,
    /// It obeys no limit
    #[arg(long, conflicts_with = "limiter")]
    no_limiter: bool,
}

#[derive(Debug, Serialize)]
struct Stage {
    name: String,
    event_type: String,
    kind: String,
    target: String,
    batch_size: i32,
    concurrency: i32,
    max_attempts: i32,
    timeout_seconds: f64,
    backoff_seconds: f64,
    backoff_max_seconds: f64,
    limiter: Option<String>,
    paused: bool,
    /// For how long; None: it is not.
    paused_seconds: Option<f64>,
    paused_reason: Option<String>,
    waiting: i64,
    running: i64,
    later: i64,
    description: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such stage, or a bound is refused; nothing was changed then.
pub async fn run(args: StagesArgs) -> Done {
    let output = Output::new(args.json);
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let mut session = Session::open(&urls, "stages").await?;
    Schema::of(&session).await?.require()?;
    let Some(action) = args.action else {
        let stages = list(&session, None).await?;
        render_list(&stages, &output);
        output_json(&stages, &output);
        return Ok(());
    };
    let (names, say): (Vec<String>, fn(&Stage, &Output)) = match action {
        Action::Show { name } => (vec![name], render),
        Action::Pause { names, reason } => {
            change(&mut session, PAUSE, &names, &[&reason]).await?;
            (names, say_paused)
        }
        Action::Resume { names } => {
            change(&mut session, RESUME, &names, &[]).await?;
            (names, say_resumed)
        }
        Action::Set(args) => {
            let names = vec![args.name];
            let bounds = args.bounds;
            let limiter = bounds.limiter.or(bounds.no_limiter.then(String::new));
            let values: Values<'_> = &[
                &bounds.batch_size,
                &bounds.concurrency,
                &bounds.max_attempts,
                &bounds.timeout_secs,
                &bounds.backoff_secs,
                &bounds.backoff_max_secs,
                &limiter,
            ];
            change(&mut session, SET, &names, values).await?;
            (names, render)
        }
    };
    let stages = list(&session, Some(&names)).await?;
    known(&names, stages.iter().map(|stage| stage.name.as_str()))?;
    for stage in &stages {
        say(stage, &output);
    }
    output_json(&stages, &output);
    Ok(())
}

/// Values for a statement.
type Values<'a> = &'a [&'a (dyn tokio_postgres::types::ToSql + Sync)];

/// Changes all of the stages, or none where one is not there.
async fn change(session: &mut Session, query: &str, names: &[String], values: Values<'_>) -> Done {
    let transaction = session.client.transaction().await?;
    let mut all: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = vec![&names];
    all.extend(values);
    let rows = transaction.query(query, &all).await;
    let rows = rows.map_err(|error| refusal(error.into()))?;
    let changed = rows.iter().map(|row| get(row, "name"));
    let changed = changed.collect::<Result<Vec<&str>, _>>()?;
    known(names, changed.into_iter())?;
    transaction.commit().await?;
    Ok(())
}

/// Says what to write where a bound was refused.
fn refusal(error: DbError) -> Failure {
    match error.constraint() {
        Some(LIMITER) => Failure::Failed(anyhow::anyhow!(
            "there is no limit of that name in pipeline.limits; marketing.vw_limits lists them"
        )),
        // Its name is the sentence.
        Some(bound) => Failure::Failed(anyhow::anyhow!(
            "{}; nothing was changed",
            bound.replace('_', " ")
        )),
        None => error.into(),
    }
}

/// Refuses names that are no stage's.
fn known<'s>(names: &[String], stages: impl Iterator<Item = &'s str>) -> Done {
    let stages: Vec<&str> = stages.collect();
    let strangers = names.iter().filter(|name| !stages.contains(&name.as_str()));
    let strangers: Vec<&str> = strangers.map(String::as_str).collect();
    if strangers.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(anyhow::anyhow!(
        "there is no stage {}; `pgcascade stages` lists them",
        strangers.join(", ")
    )))
}

async fn list(session: &Session, names: Option<&[String]>) -> Result<Vec<Stage>, DbError> {
    let rows = session.rows(LIST, &[&names]).await?;
    rows.iter().map(stage).collect()
}

fn stage(row: &Row) -> Result<Stage, DbError> {
    Ok(Stage {
        name: get(row, "name")?,
        event_type: get(row, "event_type")?,
        kind: get(row, "kind")?,
        target: get(row, "target")?,
        batch_size: get(row, "batch_size")?,
        concurrency: get(row, "concurrency")?,
        max_attempts: get(row, "max_attempts")?,
        timeout_seconds: get(row, "timeout_seconds")?,
        backoff_seconds: get(row, "backoff_seconds")?,
        backoff_max_seconds: get(row, "backoff_max_seconds")?,
        limiter: get(row, "limiter")?,
        paused: get(row, "paused")?,
        paused_seconds: get(row, "paused_seconds")?,
        paused_reason: get(row, "paused_reason")?,
        waiting: get(row, "waiting")?,
        running: get(row, "running")?,
        later: get(row, "later")?,
        description: get(row, "description")?,
    })
}

fn output_json(stages: &[Stage], output: &Output) {
    if output.is_json() {
        output.json(&stages);
    }
}

fn render_list(stages: &[Stage], output: &Output) {
    use Side::{Left, Right};
    let columns = [
        ("STAGE", Left),
        ("HANDLES", Left),
        ("BATCH", Right),
        ("CALLS", Right),
        ("WAITING", Right),
        ("", Left),
    ];
    let rows = stages.iter().map(|stage| {
        vec![
            stage.name.clone(),
            stage.event_type.clone(),
            grouped(stage.batch_size.into()),
            stage.concurrency.to_string(),
            grouped(stage.waiting),
            String::from(if stage.paused { "paused" } else { "" }),
        ]
    });
    output.table(&columns, rows.collect());
    output.say("\nMore of one: pgcascade stages show NAME");
}

fn render(stage: &Stage, output: &Output) {
    output.say(format!("{}: {}", stage.name, stage.description));
    let (kind, target) = (&stage.kind, &stage.target);
    let wait = seconds(stage.backoff_seconds);
    let most = seconds(stage.backoff_max_seconds);
    for (what, value) in [
        ("handles", stage.event_type.clone()),
        ("runs", format!("{kind} {target}")),
        (
            "a claim",
            format!("{} at most", count(stage.batch_size.into(), "event")),
        ),
        ("at once", stage.concurrency.to_string()),
        ("time-out", seconds(stage.timeout_seconds)),
        ("attempts", stage.max_attempts.to_string()),
        ("between them", format!("{wait}, doubling up to {most}")),
        (
            "limit",
            stage.limiter.clone().unwrap_or_else(|| "none".into()),
        ),
        ("events", waits(stage)),
    ] {
        output.say(format!("  {what:<13} {value}"));
    }
    if stage.paused {
        say_paused(stage, output);
    }
}

fn waits(stage: &Stage) -> String {
    let [waiting, running, later] = [stage.waiting, stage.running, stage.later].map(grouped);
    format!("{waiting} waiting, {running} running, {later} later")
}

fn say_paused(stage: &Stage, output: &Output) {
    let reason = stage.paused_reason.as_deref().unwrap_or("no reason given");
    let since = stage.paused_seconds.map(seconds).unwrap_or_default();
    let name = &stage.name;
    output.paragraph(0, &format!("⏸ {name} is paused, for {since}: {reason}"));
    let waiting = count(stage.waiting, "event");
    output.paragraph(
        2,
        &format!("{waiting} waiting. Resume: pgcascade stages resume {name}"),
    );
}

fn say_resumed(stage: &Stage, output: &Output) {
    let waiting = count(stage.waiting, "event");
    output.say(format!("▶ {} runs again; {waiting} waiting", stage.name));
}
