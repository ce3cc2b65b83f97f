//! Weights are learned from what became of introductions: the stage `matching.learn_weights`.
//!
//! An order is a row of `event_peer_weight_fits`; what came of it, old and new weights and the
//! reason, is written back to it. [`super::learn`] decides, this reads and writes.

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use tokio_postgres::Row;

use super::learn::{COMPONENTS, Lesson, OUTCOMES_MIN, Outcome, Pair, Verdict, learn};
use super::params::Weights;
use crate::db::{Class, DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome as Ended, Verdict as Fate};

/// Does the orders that `peer_learning_requested` speaks of.
pub struct LearnWeights;

#[async_trait]
impl InDatabaseStage for LearnWeights {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Ended>, DbError> {
        let mut outcomes = Vec::new();
        for event in events {
            let verdict = match event.integer("fit_id") {
                Some(fit_id) if relearn(tx, fit_id, Some(event.id)).await? => continue,
                Some(_) => Fate::Cancelled {
                    reason: "The order was deleted, or somebody has done it.".to_owned(),
                },
                None => Fate::Failed {
                    reason: "The payload names no order: fit_id must be its number.".to_owned(),
                },
            };
            outcomes.push(Ended {
                event_id: event.id,
                verdict,
            });
        }
        Ok(outcomes)
    }
}

/// An order to learn.
struct Order {
    series: Option<String>,
    dry_run: bool,
    base: Pair,
    current: Pair,
    pinned: Vec<String>,
}

/// Does an order in the caller's transaction; false when it is not there or not open.
///
/// # Errors
/// Whatever the database says.
pub async fn relearn(
    tx: &Transaction<'_>,
    fit_id: i64,
    caused_by: Option<i64>,
) -> Result<bool, DbError> {
    let Some(order) = begin(tx, fit_id, caused_by).await? else {
        return Ok(false);
    };
    let statement = include_str!("../../sql/queries/matching/peer_outcomes.sql");
    let statement = tx.prepare_cached(statement).await?;
    let rows = tx.query(&statement, &[&order.series]).await?;
    let outcomes: Vec<Outcome> = rows.iter().map(outcome).collect::<Result<_, _>>()?;
    let (base, current) = (order.base, order.current);
    let pinned = COMPONENTS.map(|component| order.pinned.iter().any(|pinned| *pinned == component));
    let computed =
        tokio::task::spawn_blocking(move || learn(&outcomes, &base, &current, pinned)).await;
    let lesson = computed
        .map_err(|_| DbError::plain(Class::Bug, "the learning ended before it was done"))?;
    let statement = include_str!("../../sql/queries/matching/finish_fit.sql");
    let statement = tx.prepare_cached(statement).await?;
    let values = result(&order, &lesson);
    tx.execute(&statement, &[&fit_id, &values]).await?;
    tracing::info!(
        fit.id = fit_id,
        outcomes = lesson.outcomes,
        verdict = word(&order, &lesson),
        "learned weights"
    );
    Ok(true)
}

async fn begin(
    tx: &Transaction<'_>,
    fit_id: i64,
    caused_by: Option<i64>,
) -> Result<Option<Order>, DbError> {
    let statement = include_str!("../../sql/queries/matching/begin_fit.sql");
    let statement = tx.prepare_cached(statement).await?;
    let Some(row) = tx.query_opt(&statement, &[&fit_id, &caused_by]).await? else {
        return Ok(None);
    };
    Ok(Some(Order {
        series: row.try_get("series")?,
        dry_run: row.try_get("dry_run")?,
        base: Pair {
            plain: weights(&row, "base")?,
            titled: weights(&row, "base_with_titles")?,
        },
        current: Pair {
            plain: weights(&row, "weights")?,
            titled: weights(&row, "weights_with_titles")?,
        },
        pinned: row.try_get("pinned")?,
    }))
}

fn weights(row: &Row, column: &str) -> Result<Weights, DbError> {
    serde_json::from_value(row.try_get(column)?)
        .map_err(|error| DbError::plain(Class::Bug, format!("the weights in {column}: {error}")))
}

fn outcome(row: &Row) -> Result<Outcome, DbError> {
    Ok(Outcome {
        event_id: row.try_get("event_id")?,
        contractor_ids: (
            row.try_get("contractor1_id")?,
            row.try_get("contractor2_id")?,
        ),
        parts: [
            row.try_get("focus")?,
            row.try_get("geography")?,
            row.try_get("scale")?,
            row.try_get("industry")?,
        ],
        title: row.try_get("title")?,
        is_success: row.try_get("is_success")?,
        is_own: row.try_get("is_own")?,
    })
}

/// What is written of an order.
fn result(order: &Order, lesson: &Lesson) -> Value {
    let named = |values: [f64; 5]| {
        let pairs = COMPONENTS.into_iter().zip(values);
        pairs
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect::<Map<_, _>>()
    };
    json!({
        "verdict": word(order, lesson),
        "reason": reason(order, lesson),
        "outcomes": lesson.outcomes,
        "successes": lesson.successes,
        "events": lesson.events,
        "log_loss_before": lesson.log_losses.map(|losses| losses.0),
        "log_loss_after": lesson.log_losses.map(|losses| losses.1),
        "coefficients": lesson.coefficients.map(named),
        "pinned": order.pinned,
        "old_weights": json(&order.current.plain, false),
        "new_weights": lesson.weights.map(|weights| json(&weights.plain, false)),
        "old_weights_with_titles": json(&order.current.titled, true),
        "new_weights_with_titles": lesson.weights.map(|weights| json(&weights.titled, true)),
    })
}

fn word(order: &Order, lesson: &Lesson) -> &'static str {
    match lesson.verdict {
        Verdict::Better if order.dry_run => "shown",
        Verdict::Better => "applied",
        Verdict::TooFew => "too_few",
        Verdict::NoBetter => "no_better",
        Verdict::Pinned => "pinned",
    }
}

fn reason(order: &Order, lesson: &Lesson) -> String {
    match lesson.verdict {
        Verdict::Better if order.dry_run => {
            "They foretell the last event better; without dry_run they would be used.".to_owned()
        }
        Verdict::Better => "They foretell the last event better and are used.".to_owned(),
        Verdict::TooFew if lesson.outcomes < OUTCOMES_MIN => format!(
            "{} outcomes are known; from {OUTCOMES_MIN} on weights are learned.",
            lesson.outcomes
        ),
        Verdict::TooFew => {
            "Too few outcomes of the last event are known to try them on.".to_owned()
        }
        Verdict::NoBetter => {
            "They do not foretell the last event better; the weights stay.".to_owned()
        }
        Verdict::Pinned => "What is not pinned has no room to change: free a component by \
            SELECT pin_peer_weights('{}')."
            .to_owned(),
    }
}

/// A set of weights as rows have it.
fn json(weights: &Weights, with_title: bool) -> Value {
    let mut value = json!({
        "focus": weights.focus,
        "geography": weights.geography,
        "scale": weights.scale,
        "industry": weights.industry,
    });
    if with_title || weights.title > 0.0 {
        value["title"] = json!(weights.title);
    }
    value
}
