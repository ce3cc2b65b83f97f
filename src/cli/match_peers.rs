//! `match`: peers of an event, matched, shown, or tried.

use clap::Subcommand;
use serde_json::{Value, json};

use super::failure::{Done, Failure};
use super::match_weights;
use super::output::{Output, Side};
use super::schema::Schema;
use super::target::{Absent, Session, Target};
use crate::config;
use crate::db::{DbError, Pool, in_transaction};
use crate::matching::run::MatchPeers;

/// Matches the people who have checked in at an event, and shows whom they meet
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade match dry-run 41
  pgcascade match run 41
  pgcascade match show 41 --json
  pgcascade match learn --dry-run

The same in psql: INSERT INTO event_peer_matching_runs (event_id, dry_run)
VALUES (41, true); the agenda does it by itself 15 minutes before lunch.
Parameters of an event: event_peer_matching; pins and blocks: event_peer_rules;
what was learned: vw_peer_weights, held by SELECT pin_peer_weights('{focus}').")]
pub struct MatchArgs {
    /// What to do.
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Match now: adds what is new, touches nothing that was sent
    Run(RunArgs),
    /// What a run would do now; writes no match and no text
    DryRun(RunArgs),
    /// The matches that there are, and the last run
    Show(ShowArgs),
    /// Learn the weights from what became of introductions
    Learn(match_weights::LearnArgs),
    /// The weights: set, in use, old, new, pinned
    Weights(match_weights::WeightsArgs),
}

#[derive(Debug, clap::Args)]
struct RunArgs {
    /// Number of the event
    #[arg(value_name = "EVENT")]
    event: i64,
    /// Introductions of one person at most [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i16).range(1..=10))]
    max_matches: Option<i16>,
    /// The least score of a pair, 0 to 1 [default: 0.6]
    #[arg(long, value_name = "SCORE")]
    min_score: Option<f64>,
    /// Nearer than this nobody is introduced, in miles [default: 100]
    #[arg(long, value_name = "MILES")]
    min_distance: Option<f64>,
    /// Introduce now instead of at lunch or in the next break
    #[arg(long)]
    now: bool,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// Number of the event
    #[arg(value_name = "EVENT")]
    event: i64,
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
pub async fn run(args: MatchArgs) -> Done {
    match args.action {
        Action::Run(args) => order(&args, false).await,
        Action::DryRun(args) => order(&args, true).await,
        Action::Show(args) => show(&args).await,
        Action::Learn(args) => match_weights::learn(&args).await,
        Action::Weights(args) => match_weights::weights(&args).await,
    }
}

/// Orders a run and does it here, so that no daemon need run.
async fn order(args: &RunArgs, dry_run: bool) -> Done {
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let session = Session::open(&urls, "match").await?;
    Schema::of(&session).await?.require()?;
    let pool = Pool::open(&urls.work, 1, "pgcascade match")?;
    let done = in_transaction(&pool, "match", |tx| {
        Box::pin(async move {
            let values = include_str!("../../sql/queries/cli/order_peer_matching.sql");
            let row = tx
                .query_one(
                    values,
                    &[
                        &args.event,
                        &dry_run,
                        &args.max_matches,
                        &args.min_score,
                        &args.min_distance,
                        &args.now,
                    ],
                )
                .await?;
            let run: i64 = row.try_get("id")?;
            // Whether a model may word them is for the daemon to know; templates always can.
            MatchPeers::new(false).perform(&tx, run, None).await?;
            Ok::<i64, DbError>(run)
        })
    });
    let run = done.await.map_err(|error| explain(error, args.event))?;
    let answer = include_str!("../../sql/queries/http/peer_matching_answer.sql");
    let answer: Value = session
        .row(answer, &[&run])
        .await?
        .try_get("answer")
        .map_err(DbError::from)?;
    let out = Output::new(args.json);
    if args.json {
        out.json(&answer);
    } else {
        tell_run(&out, &answer, dry_run);
        if !dry_run {
            out.say(format!(
                "\nWho meets whom: pgcascade match show {}",
                args.event
            ));
        }
    }
    Ok(())
}

fn explain(error: DbError, event: i64) -> Failure {
    match error.constraint() {
        Some("event_peer_matching_runs_event_id_fkey") => Failure::Failed(anyhow::anyhow!(
            "there is no event {event}: SELECT id, name FROM events shows those that there are"
        )),
        _ => error.into(),
    }
}

async fn show(args: &ShowArgs) -> Done {
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let session = Session::open(&urls, "match").await?;
    Schema::of(&session).await?.require()?;
    let query = include_str!("../../sql/queries/http/peer_matches_answer.sql");
    let answer = session.row(query, &[&args.event]).await;
    let answer: Value = match answer {
        Ok(row) => row.try_get("answer").map_err(DbError::from)?,
        Err(error) if error.sqlstate() == Some("P0002") => {
            return Err(Failure::Failed(anyhow::anyhow!(
                "there is no event {}: SELECT id, name FROM events shows those that there are",
                args.event
            )));
        }
        Err(error) => return Err(error.into()),
    };
    let last = include_str!("../../sql/queries/cli/last_peer_matching.sql");
    let last = session.rows(last, &[&args.event]).await?;
    let last: Option<Value> = match last.first() {
        Some(row) => row.try_get("answer").map_err(DbError::from)?,
        None => None,
    };
    let out = Output::new(args.json);
    if args.json {
        out.json(
            &json!({"matches": answer["matches"], "count": answer["count"], "last_run": last}),
        );
        return Ok(());
    }
    tell_matches(&out, &answer["matches"]);
    match &last {
        Some(last) => {
            out.heading("Last run");
            tell_run(&out, last, last["dry_run"] == true);
        }
        None => out.say(format!(
            "\nThe event was not matched yet: pgcascade match run {}",
            args.event
        )),
    }
    Ok(())
}

/// The result of a run, for a person.
fn tell_run(out: &Output, answer: &Value, dry_run: bool) {
    let text = |key: &str| shown(&answer[key]);
    let verb = if dry_run { "would be made" } else { "made" };
    out.say(format!(
        "{} matches {verb}; {} of {} people who can have a peer have one; at most {:.3} % below \
         the best total",
        text("matches_created"),
        text("covered"),
        text("coverable"),
        answer["gap"].as_f64().unwrap_or_default() * 100.0
    ));
    if let Some(time) = answer["introduction_time"].as_str() {
        out.say(format!(
            "Introductions from {time} on: {} wait",
            text("introductions_scheduled")
        ));
    }
    if let Some(warning) = answer["warning"].as_str() {
        out.paragraph(0, &format!("Note: {warning}"));
    }
    tell_matches(out, &answer["matches"]);
    if let Some(count) = answer["groups_created"].as_i64() {
        out.say(format!("{count} roundtables {verb}"));
    }
    tell_tables(out, &answer["groups"]);
    for (key, heading, columns) in [
        (
            "unplaced",
            "Without a peer",
            ["contractor_id", "name", "reason"],
        ),
        (
            "unseated",
            "Without a table",
            ["contractor_id", "name", "reason"],
        ),
        (
            "unread",
            "Not understood",
            ["contractor_id", "field", "value"],
        ),
    ] {
        let rows = answer[key]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if !rows.is_empty() {
            out.heading(heading);
            let cells = |row: &Value| columns.map(|column| shown(&row[column])).to_vec();
            let names = columns.map(|column| (column, Side::Left));
            out.table(&names, rows.iter().map(cells).collect());
        }
    }
}

/// Roundtables of a dry run.
fn tell_tables(out: &Output, tables: &Value) {
    let tables = tables.as_array().map(Vec::as_slice).unwrap_or_default();
    if tables.is_empty() {
        return;
    }
    out.heading("Roundtables");
    let cells = |table: &Value| {
        let people = table["people"].as_array().map(Vec::as_slice);
        let people = people.unwrap_or_default().iter();
        let names: Vec<String> = people.map(|person| shown(&person["name"])).collect();
        let score = table["score"].as_f64().unwrap_or_default();
        vec![
            shown(&table["topic"]),
            names.join(", "),
            format!("{score:.2}"),
        ]
    };
    out.table(
        &[
            ("topic", Side::Left),
            ("who", Side::Left),
            ("score", Side::Right),
        ],
        tables.iter().map(cells).collect(),
    );
}

fn tell_matches(out: &Output, matches: &Value) {
    let rows = matches.as_array().map(Vec::as_slice).unwrap_or_default();
    if rows.is_empty() {
        return;
    }
    out.heading("Matches");
    let cells = |row: &Value| {
        let names = ["contractor1_name", "contractor2_name"].map(|name| shown(&row[name]));
        vec![
            names.join(" and "),
            shown(&row["match_score"]),
            shown(&row["status"]),
            shown(&row["match_reason"]),
        ]
    };
    out.table(
        &[
            ("who", Side::Left),
            ("score", Side::Right),
            ("status", Side::Left),
            ("why", Side::Left),
        ],
        rows.iter().map(cells).collect(),
    );
}

/// A value in a cell.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
