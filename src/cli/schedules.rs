//! `schedules`: what the clock emits, and when next; paused, resumed, or fired now.

use clap::Subcommand;
use serde::Serialize;
use tokio_postgres::Row;

use super::failure::{Done, Failure};
use super::output::{Output, Side};
use super::schema::Schema;
use super::target::{Absent, Session, Target, get};
use super::words::{maybe_seconds, seconds};
use crate::config;
use crate::db::DbError;

const LIST: &str = include_str!("../../sql/queries/cli/schedules.sql");
const ENABLE: &str = include_str!("../../sql/queries/cli/schedules_enable.sql");
const FIRE: &str = include_str!("../../sql/queries/cli/schedules_fire.sql");

/// Shows what is emitted by the clock; pauses and resumes it, or has it emitted now
///
/// Each time is emitted once, however many daemons run; without any it is made up for later, as
/// the column missed says.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade schedules
  pgcascade schedules pause nightly
  pgcascade schedules fire nightly

A new one is a row: INSERT INTO pipeline.schedules (name, cron, time_zone, event_type)
VALUES ('nightly', '0 20 * * *', 'Europe/Berlin', 'tidy_up');")]
pub struct SchedulesArgs {
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
    /// Emits nothing any more; what passes meanwhile does not count as missed
    Pause {
        /// The schedules
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Emits again, from the next time on
    Resume {
        /// The schedules
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Emits once now, by the next daemon that is awake
    Fire {
        /// The schedules
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
}

#[derive(Debug, Serialize)]
struct Schedule {
    name: String,
    cron: String,
    time_zone: String,
    event_type: String,
    missed: String,
    enabled: bool,
    /// By the clock of its zone; None: not found out yet, or never.
    next_local: Option<String>,
    next_seconds: Option<f64>,
    /// Since it was due last; None: never.
    last_seconds: Option<f64>,
    problem: Option<String>,
    description: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such schedule, or it cannot fire; nothing was changed then.
pub async fn run(args: SchedulesArgs) -> Done {
    let output = Output::new(args.json);
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let mut session = Session::open(&urls, "schedules").await?;
    Schema::of(&session).await?.require()?;
    let names = match args.action {
        None => None,
        Some(Action::Pause { names }) => {
            change(&mut session, ENABLE, &names, &[&false]).await?;
            Some(names)
        }
        Some(Action::Resume { names }) => {
            change(&mut session, ENABLE, &names, &[&true]).await?;
            Some(names)
        }
        Some(Action::Fire { names }) => {
            change(&mut session, FIRE, &names, &[]).await?;
            Some(names)
        }
    };
    let rows = session.rows(LIST, &[&names]).await?;
    let schedules = rows.iter().map(schedule).collect::<Result<Vec<_>, _>>()?;
    if output.is_json() {
        output.json(&schedules);
    }
    render(&schedules, &output);
    Ok(())
}

/// Changes all of the schedules, or none where one cannot be.
async fn change(
    session: &mut Session,
    query: &str,
    names: &[String],
    values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Done {
    let transaction = session.client.transaction().await?;
    let mut all: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = vec![&names];
    all.extend(values);
    let rows = transaction.query(query, &all).await?;
    let changed = rows.iter().map(|row| get(row, "name"));
    let changed = changed.collect::<Result<Vec<String>, _>>()?;
    if let Some(stranger) = names.iter().find(|name| !changed.contains(name)) {
        return Err(Failure::Failed(anyhow::anyhow!(
            "{stranger} is no schedule, or none that can be due: see `pgcascade schedules`; \
             nothing was changed"
        )));
    }
    transaction.commit().await?;
    Ok(())
}

fn schedule(row: &Row) -> Result<Schedule, DbError> {
    Ok(Schedule {
        name: get(row, "name")?,
        cron: get(row, "cron")?,
        time_zone: get(row, "time_zone")?,
        event_type: get(row, "event_type")?,
        missed: get(row, "missed")?,
        enabled: get(row, "enabled")?,
        next_local: get(row, "next_local")?,
        next_seconds: get(row, "next_seconds")?,
        last_seconds: get(row, "last_seconds")?,
        problem: get(row, "problem")?,
        description: get(row, "description")?,
    })
}

fn render(schedules: &[Schedule], output: &Output) {
    use Side::{Left, Right};
    if schedules.is_empty() {
        output.say("No schedules: `pgcascade schedules --help` says how to make one");
        return;
    }
    let columns = [
        ("SCHEDULE", Left),
        ("EMITS", Left),
        ("CRON", Left),
        ("NEXT", Right),
        ("LAST", Right),
    ];
    let rows = schedules.iter().map(|schedule| {
        vec![
            schedule.name.clone(),
            schedule.event_type.clone(),
            schedule.cron.clone(),
            next(schedule),
            schedule
                .last_seconds
                .map(|ago| format!("{} ago", seconds(ago)))
                .unwrap_or_default(),
        ]
    });
    output.table(&columns, rows.collect());
    for schedule in schedules {
        let (name, zone) = (&schedule.name, &schedule.time_zone);
        match (&schedule.problem, &schedule.next_local) {
            (Some(problem), _) => output.paragraph(2, &format!("{name} is never due: {problem}")),
            (None, Some(at)) => output.say(format!("  {name}: next at {at} {zone}")),
            (None, None) => {}
        }
    }
}

/// In how long it is due, or why it is not.
fn next(schedule: &Schedule) -> String {
    match (schedule.enabled, schedule.next_seconds) {
        (false, _) => String::from("paused"),
        _ if schedule.problem.is_some() => String::from("never"),
        (true, None) => String::from("not known yet"),
        (true, Some(left)) if left <= 0.0 => String::from("now"),
        (true, left) => maybe_seconds(left),
    }
}
