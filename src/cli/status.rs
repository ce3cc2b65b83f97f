//! `status`: who works, what waits, how fast, what is wrong; all from views that psql has too.

mod render;

use serde::Serialize;
use tokio_postgres::Row;

use super::failure::Done;
use super::output::Output;
use super::schema::Schema;
use super::target::{Absent, Session, Target, get};
use crate::config;
use crate::db::DbError;

const NOW: &str = include_str!("../../sql/queries/cli/status_now.sql");
const DAEMONS: &str = include_str!("../../sql/queries/cli/status_daemons.sql");
const STAGES: &str = include_str!("../../sql/queries/cli/status_stages.sql");
const COMPANIES: &str = include_str!("../../sql/queries/cli/status_companies.sql");
const ERRORS: &str = include_str!("../../sql/queries/cli/status_errors.sql");
const STUCK: &str = include_str!("../../sql/queries/cli/status_stuck.sql");
const RATES: &str = include_str!("../../sql/queries/cli/status_rates.sql");
const LIMITS: &str = include_str!("../../sql/queries/cli/status_limits.sql");
const ALERTS: &str = include_str!("../../sql/queries/cli/status_alerts.sql");
const UNROUTED: &str = include_str!("../../sql/queries/cli/status_unrouted.sql");

/// Shows daemons, queues, speed, problems and where the companies stand
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade status
  pgcascade status --json | jq '.stages[] | select(.paused)'

WAITING can run now, RUNNING is an outside call, LATER is scheduled or waits for its next attempt.
OLDEST is how long the first that can run has waited since it was written, or due.
A daemon's calls are those it has claimed, begun or not; a batch in the database is shown from its
second second on, to the daemon's own role and to members of pg_read_all_stats.
DONE, P50 and P95 are of the newest 100,000 events of the last 24 hours, from insert to done.
The same in psql: marketing.vw_queue_depth, vw_event_latency, vw_stuck_events,
vw_unrouted_events, vw_unresolved_errors, vw_company_progress, vw_open_alerts.")]
pub struct StatusArgs {
    /// Print one JSON document instead
    #[arg(long)]
    pub json: bool,
    /// Where the data is.
    #[command(flatten)]
    pub database: config::Database,
}

/// The server's SQLSTATE for a statement that overran its limit.
const TOO_LONG: &str = "57014";

#[derive(Debug, Serialize)]
struct Status {
    at: String,
    database: String,
    daemons: Vec<DaemonRow>,
    limits: Vec<LimitRow>,
    stages: Vec<StageRow>,
    companies: Vec<Companies>,
    open_alerts: Vec<OpenAlert>,
    open_errors: Vec<OpenErrors>,
    /// None: it could not be told in time.
    stuck: Option<Vec<Stuck>>,
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
    /// Until it looks again; None: it is awake.
    asleep_seconds: Option<f64>,
    calls_running: i64,
    /// Its calls by stage; None: it has none under way.
    holds: Option<String>,
    /// Its longest transaction of more than a second, a batch as a rule; None: there is none, or
    /// its sessions are not ours to see.
    busy_seconds: Option<f64>,
}

#[derive(Debug, Serialize)]
struct LimitRow {
    name: String,
    bounds: String,
    stages: String,
    /// None: it has a key, or nothing was taken yet.
    left_now: Option<i64>,
    running: i64,
    held_back: i64,
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
    /// How long ago `waiting` and `later` were counted; None: now.
    counted_seconds: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Companies {
    state: String,
    companies: i64,
}

#[derive(Debug, Serialize)]
struct OpenAlert {
    severity: String,
    rule: String,
    message: String,
    what_to_do: String,
    open_seconds: f64,
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
    let limited = session.client.batch_execute(LIMITS).await;
    limited.map_err(DbError::from)?;
    let status = read(&session, urls.direct.to_string()).await?;
    if output.is_json() {
        output.json(&status);
    } else {
        render::render(&status, &output);
    }
    Ok(())
}

async fn read(session: &Session, database: String) -> Result<Status, DbError> {
    Ok(Status {
        at: get(&session.row(NOW, &[]).await?, "at")?,
        database,
        daemons: all(session, DAEMONS, daemon_row).await?,
        stages: all(session, STAGES, stage_row).await?,
        limits: all(session, RATES, limit_row).await?,
        companies: all(session, COMPANIES, |row| {
            Ok(Companies {
                state: get(row, "state")?,
                companies: get(row, "companies")?,
            })
        })
        .await?,
        open_alerts: all(session, ALERTS, |row| {
            Ok(OpenAlert {
                severity: get(row, "severity")?,
                rule: get(row, "rule_name")?,
                message: get(row, "message")?,
                what_to_do: get(row, "what_to_do")?,
                open_seconds: get(row, "open_seconds")?,
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
        stuck: stuck(session).await?,
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

/// What is stuck; None where the question takes too long, so that the rest is still shown.
async fn stuck(session: &Session) -> Result<Option<Vec<Stuck>>, DbError> {
    let rows = all(session, STUCK, |row| {
        Ok(Stuck {
            what_to_do: get(row, "what_to_do")?,
            events: get(row, "events")?,
            longest_seconds: get(row, "longest_seconds")?,
        })
    });
    match rows.await {
        Ok(stuck) => Ok(Some(stuck)),
        Err(error) if error.sqlstate() == Some(TOO_LONG) => Ok(None),
        Err(error) => Err(error),
    }
}

fn daemon_row(row: &Row) -> Result<DaemonRow, DbError> {
    Ok(DaemonRow {
        id: get(row, "id")?,
        name: get(row, "name")?,
        version: get(row, "version")?,
        alive: get(row, "alive")?,
        up_seconds: get(row, "up_seconds")?,
        silent_seconds: get(row, "silent_seconds")?,
        asleep_seconds: get(row, "asleep_seconds")?,
        calls_running: get(row, "calls_running")?,
        holds: get(row, "holds")?,
        busy_seconds: get(row, "busy_seconds")?,
    })
}

fn limit_row(row: &Row) -> Result<LimitRow, DbError> {
    Ok(LimitRow {
        name: get(row, "name")?,
        bounds: get(row, "bounds")?,
        stages: get(row, "stages")?,
        left_now: get(row, "left_now")?,
        running: get(row, "running")?,
        held_back: get(row, "held_back")?,
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
        counted_seconds: get(row, "counted_seconds")?,
    })
}
