//! `match learn` and `match weights`: what became of introductions, and what is made of it.

use serde_json::Value;

use super::failure::Done;
use super::output::{Output, Side};
use super::schema::Schema;
use super::target::{Absent, Session, Target};
use crate::config;
use crate::db::{DbError, Pool, in_transaction};
use crate::matching::feedback::relearn;

#[derive(Debug, clap::Args)]
pub(super) struct LearnArgs {
    /// Only of the events of this series (event_peer_matching.series)
    #[arg(long, value_name = "NAME")]
    series: Option<String>,
    /// Show the new weights without using them
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

#[derive(Debug, clap::Args)]
pub(super) struct WeightsArgs {
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

/// Orders to learn and does it here, so that no daemon need run.
pub(super) async fn learn(args: &LearnArgs) -> Done {
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let session = Session::open(&urls, "match").await?;
    Schema::of(&session).await?.require()?;
    let pool = Pool::open(&urls.work, 1, "pgcascade match")?;
    let done = in_transaction(&pool, "match learn", |tx| {
        Box::pin(async move {
            let order = include_str!("../../sql/queries/cli/order_peer_learning.sql");
            let row = tx.query_one(order, &[&args.series, &args.dry_run]).await?;
            relearn(&tx, row.try_get("id")?, None).await?;
            Ok::<(), DbError>(())
        })
    });
    done.await?;
    show(&session, args.json).await
}

/// Every weight: set, in use, old, new, pinned.
pub(super) async fn weights(args: &WeightsArgs) -> Done {
    let urls = Target::choose(&args.database)?.open(Absent::Refuse).await?;
    let session = Session::open(&urls, "match").await?;
    Schema::of(&session).await?.require()?;
    show(&session, args.json).await
}

async fn show(session: &Session, is_json: bool) -> Done {
    let query = include_str!("../../sql/queries/cli/peer_weights.sql");
    let row = session.row(query, &[]).await?;
    let series: Value = row.try_get("answer").map_err(DbError::from)?;
    let out = Output::new(is_json);
    if is_json {
        out.json(&series);
        return Ok(());
    }
    for known in series.as_array().map(Vec::as_slice).unwrap_or_default() {
        let name = known["series"].as_str();
        out.heading(&name.map_or_else(|| "All events".to_owned(), |name| format!("Series {name}")));
        tell(&out, known);
    }
    Ok(())
}

fn tell(out: &Output, known: &Value) {
    let cell = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = known["weights"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let rows = rows.iter().map(|row| {
        let mark = |key: &str, word: &str| match row[key] == true {
            true => word.to_owned(),
            false => String::new(),
        };
        let mut cells = vec![cell(&row["component"]), mark("with_titles", "both titled")];
        cells.extend(["set_by_organiser", "old", "new", "in_use"].map(|key| cell(&row[key])));
        cells.push(mark("pinned", "pinned"));
        cells
    });
    out.table(
        &[
            ("component", Side::Left),
            ("where", Side::Left),
            ("set", Side::Right),
            ("old", Side::Right),
            ("new", Side::Right),
            ("in use", Side::Right),
            ("", Side::Left),
        ],
        rows.collect(),
    );
    match known["reason"].as_str() {
        Some(reason) => out.paragraph(
            0,
            &format!("Learned from {} outcomes. {reason}", known["outcomes"]),
        ),
        None => out.say("Nothing was learned yet: pgcascade match learn"),
    }
}
