//! `status`: who works, what waits, how fast, what is wrong; all from views that psql has too.

use serde::Serialize;
use tokio_postgres::Row;

use super::failure::Done;
use super::output::{Output, Side};
use super::schema::Schema;
use super::target::{Absent, Session, Target, get};
use super::words::{count, grouped, maybe_seconds, seconds};
use crate::config;
use crate::db::DbError;

const NOW: &str = include_str!("../../sql/queries/cli/status_now.sql");
const DAEMONS: &str = include_str!("../../sql/queries/cli/status_daemons.sql");
const STAGES: &str = include_str!("../../sql/queries/cli/status_stages.sql");
const COMPANIES: &str = include_str!("../../sql/queries/cli/status_companies.sql");
const ERRORS: &str = include_str!("../../sql/queries/cli/status_errors.sql");
const STUCK: &str = include_str!("../../sql/queries/cli/status_stuck.sql");
const UNROUTED: &str = include_str!("../../sql/queries/cli/status_unrouted.sql");

/// Shows daemons, queues, speed, problems and where the companies stand
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade status
  pgcascade status --json | jq '.stages[] | select(.paused)'

WAITING can run now, RUNNING is an outside call, LATER is scheduled or waits for its next attempt.
DONE, P50 and P95 are of the newest 100,000 events of the last 24 hours, from insert to done.
The same in psql: marketing.vw_queue_depth, vw_event_latency, vw_stuck_events,
vw_unrouted_events, vw_unresolved_errors, vw_company_progress.")]
pub struct StatusArgs {
    /// Print one JSON document instead
    #[arg(long)]
    pub json: bool,
    /// Where the data is.
    #[command(flatten)]
    pub database: config::Database,
}

#[derive(Debug, Serialize)]
struct Status {
    at: String,
    database: String,
    daemons: Vec<DaemonRow>,
    stages: Vec<StageRow>,
    companies: Vec<Companies>,
    open_errors: Vec<OpenErrors>,
    stuck: Vec<Stuck>,
    unrouted: Vec<Unrouted>,
}

#[derive(Debug, Serialize)]
struct DaemonRow {
    id: i32,
    name: String,
    version: String,
    alive: bool,
    up_seconds: f64,
    silent_seconds: f64,
    calls_running: i64,
}

#[derive(Debug, Serialize)]
struct StageRow {
    stage: String,
    event_type: String,
    waiting: i64,
    running: i64,
    later: i64,
    next_due_seconds: Option<f64>,
    oldest_seconds: Option<f64>,
    done: i64,
    p50_seconds: Option<f64>,
    p95_seconds: Option<f64>,
    paused: bool,
    paused_reason: Option<String>,
}

#[derive(Debug, Serialize)]
struct Companies {
    state: String,
    companies: i64,
}

#[derive(Debug, Serialize)]
struct OpenErrors {
    severity: String,
    errors: i64,
}

#[derive(Debug, Serialize)]
struct Stuck {
    what_to_do: String,
    events: i64,
    longest_seconds: f64,
}

#[derive(Debug, Serialize)]
struct Unrouted {
    event_type: String,
    events: i64,
    what_to_do: String,
}

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`].
pub async fn run(args: StatusArgs) -> Done {
    let output = Output::new(args.json);
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let session = Session::open(&urls, "status").await?;
    Schema::of(&session).await?.require()?;
    let status = read(&session, urls.direct.to_string()).await?;
    if output.is_json() {
        output.json(&status);
    } else {
        render(&status, &output);
    }
    Ok(())
}

async fn read(session: &Session, database: String) -> Result<Status, DbError> {
    Ok(Status {
        at: get(&session.row(NOW, &[]).await?, "at")?,
        database,
        daemons: all(session, DAEMONS, daemon_row).await?,
        stages: all(session, STAGES, stage_row).await?,
        companies: all(session, COMPANIES, |row| {
            Ok(Companies {
                state: get(row, "state")?,
                companies: get(row, "companies")?,
            })
        })
        .await?,
        open_errors: all(session, ERRORS, |row| {
            Ok(OpenErrors {
                severity: get(row, "severity")?,
                errors: get(row, "errors")?,
            })
        })
        .await?,
        stuck: all(session, STUCK, |row| {
            Ok(Stuck {
                what_to_do: get(row, "what_to_do")?,
                events: get(row, "events")?,
                longest_seconds: get(row, "longest_seconds")?,
            })
        })
        .await?,
        unrouted: all(session, UNROUTED, |row| {
            Ok(Unrouted {
                event_type: get(row, "event_type")?,
                events: get(row, "events")?,
                what_to_do: get(row, "what_to_do")?,
            })
        })
        .await?,
    })
}

async fn all<T>(
    session: &Session,
    query: &str,
    read: impl Fn(&Row) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    session.rows(query, &[]).await?.iter().map(read).collect()
}

fn daemon_row(row: &Row) -> Result<DaemonRow, DbError> {
    Ok(DaemonRow {
        id: get(row, "id")?,
        name: get(row, "name")?,
        version: get(row, "version")?,
        alive: get(row, "alive")?,
        up_seconds: get(row, "up_seconds")?,
        silent_seconds: get(row, "silent_seconds")?,
        calls_running: get(row, "calls_running")?,
    })
}

fn stage_row(row: &Row) -> Result<StageRow, DbError> {
    Ok(StageRow {
        stage: get(row, "stage")?,
        event_type: get(row, "event_type")?,
        waiting: get(row, "waiting")?,
        running: get(row, "running")?,
        later: get(row, "later")?,
        next_due_seconds: get(row, "next_due_seconds")?,
        oldest_seconds: get(row, "oldest_seconds")?,
        done: get(row, "done")?,
        p50_seconds: get(row, "p50_seconds")?,
        p95_seconds: get(row, "p95_seconds")?,
        paused: get(row, "paused")?,
        paused_reason: get(row, "paused_reason")?,
    })
}

fn render(status: &Status, output: &Output) {
    output.say(format!("{}  {}", status.at, status.database));
    output.heading("Daemons");
    if status.daemons.is_empty() {
        output.say("  none: nothing is worked on until you start one with `pgcascade run`");
    }
    for daemon in &status.daemons {
        let life = match daemon.alive {
            true => format!("up {}", seconds(daemon.up_seconds)),
            false => format!("silent for {}", seconds(daemon.silent_seconds)),
        };
        output.say(format!(
            "  #{} {}  version {}  {life}  {}",
            daemon.id,
            daemon.name,
            daemon.version,
            count(daemon.calls_running, "call")
        ));
    }
    render_stages(&status.stages, output);
    output.heading("Companies");
    match status.companies.as_slice() {
        [] => output.say("  none yet: `pgcascade import companies FILE.csv`"),
        rows => output.say(format!("  {}", companies(rows))),
    }
    render_problems(status, output);
}

fn render_stages(stages: &[StageRow], output: &Output) {
    use Side::{Left, Right};
    output.heading("Stages");
    let columns = [
        ("STAGE", Left),
        ("WAITING", Right),
        ("RUNNING", Right),
        ("LATER", Right),
        ("OLDEST", Right),
        ("DONE", Right),
        ("P50", Right),
        ("P95", Right),
    ];
    let rows = stages.iter().map(|stage| {
        vec![
            stage.stage.clone(),
            grouped(stage.waiting),
            grouped(stage.running),
            grouped(stage.later),
            maybe_seconds(stage.oldest_seconds),
            grouped(stage.done),
            maybe_seconds(stage.p50_seconds),
            maybe_seconds(stage.p95_seconds),
        ]
    });
    output.table(&columns, rows.collect());
    for stage in stages.iter().filter(|stage| stage.paused) {
        let reason = stage.paused_reason.as_deref().unwrap_or("by an operator");
        output.paragraph(2, &format!("⏸ {} is paused: {reason}", stage.stage));
        let resume = format!(
            "Resume: UPDATE pipeline.stages SET paused = false WHERE name = '{}';",
            stage.stage
        );
        output.paragraph(4, &resume);
    }
}

fn companies(rows: &[Companies]) -> String {
    let total = rows.iter().map(|row| row.companies).sum();
    let states: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", grouped(row.companies), row.state.replace('_', " ")))
        .collect();
    format!("{} in: {}", grouped(total), states.join(", "))
}

fn render_problems(status: &Status, output: &Output) {
    output.heading("Problems");
    let is_well =
        status.open_errors.is_empty() && status.stuck.is_empty() && status.unrouted.is_empty();
    if is_well {
        output.say("  none");
    }
    for open in &status.open_errors {
        let noun = format!("open {}", open.severity);
        let noun = if open.severity == "critical" {
            "open critical error"
        } else {
            &noun
        };
        output.say(format!(
            "  {}: `pgcascade errors` shows them",
            count(open.errors, noun)
        ));
    }
    for stuck in &status.stuck {
        output.paragraph(
            2,
            &format!(
                "{} stuck for up to {}. {}",
                count(stuck.events, "event"),
                seconds(stuck.longest_seconds),
                stuck.what_to_do
            ),
        );
    }
    for unrouted in &status.unrouted {
        let events = count(unrouted.events, "event");
        output.paragraph(
            2,
            &format!(
                "{events} of type {} that no stage handles. {}",
                unrouted.event_type, unrouted.what_to_do
            ),
        );
    }
}
