//! Writes what a run made: pairs, texts, and the result.

use std::time::Duration;

use serde_json::{Value, json};

use super::Performed;
use super::explain::ALGORITHM;
use super::load::Order;
use super::solve::{Plan, PlannedPair};
use crate::db::{DbError, Transaction};

/// Writes the pairs and their texts.
pub(super) async fn matches(
    tx: &Transaction<'_>,
    run_id: i64,
    plan: &Plan,
    by_model: bool,
) -> Result<Performed, DbError> {
    if plan.pairs.is_empty() {
        return Ok(Performed {
            matches: 0,
            texts: 0,
        });
    }
    fn column<T>(plan: &Plan, cell: impl Fn(&PlannedPair) -> T) -> Vec<T> {
        plan.pairs.iter().map(cell).collect()
    }
    let statement = include_str!("../../../sql/queries/matching/write_matches.sql");
    let statement = tx.prepare_cached(statement).await?;
    let row = tx
        .query_one(
            &statement,
            &[
                &run_id,
                &column(plan, |pair| pair.contractor1_id),
                &column(plan, |pair| pair.contractor2_id),
                &column(plan, |pair| pair.match_type),
                &column(plan, |pair| &pair.criteria),
                &column(plan, |pair| pair.score),
                &column(plan, |pair| pair.reason.as_str()),
                &column(plan, |pair| pair.slot),
                &column(plan, |pair| pair.distance_miles),
                &column(plan, |pair| pair.pinned),
                &column(plan, |pair| &pair.data[0]),
                &column(plan, |pair| &pair.data[1]),
                &by_model,
            ],
        )
        .await?;
    let count = |column: &str| -> Result<usize, DbError> {
        let count: i64 = row.try_get(column)?;
        Ok(usize::try_from(count).unwrap_or(0))
    };
    Ok(Performed {
        matches: count("matches")?,
        texts: count("texts")?,
    })
}

/// Writes what came of the run to its row.
pub(super) async fn result(
    tx: &Transaction<'_>,
    run_id: i64,
    order: &Order,
    plan: &Plan,
    checked_in: usize,
    written: Performed,
    took: Duration,
) -> Result<(), DbError> {
    let proof = &plan.certificate;
    let value = json!({
        "checked_in": checked_in,
        "people": plan.matchable,
        "matches_created": written.matches,
        "messages_scheduled": written.texts,
        "covered": proof.covered,
        "coverable": proof.coverable,
        "coverage_proved": proof.coverage_proved,
        "with_two": proof.with_two,
        "total_score": unit(proof.total),
        "upper_bound": unit(proof.upper_bound),
        "gap": proof.gap(),
        "algorithm": ALGORITHM,
        "input_hash": plan.input_hash,
        "compute_ms": i32::try_from(took.as_millis()).unwrap_or(i32::MAX),
        "warning": warning(order, plan, checked_in),
        "unread": plan.unread,
        "unplaced": plan.unplaced,
        "matches": if order.dry_run { json!(plan.pairs) } else { Value::Null },
    });
    let statement = include_str!("../../../sql/queries/matching/finish_run.sql");
    let statement = tx.prepare_cached(statement).await?;
    tx.execute(&statement, &[&run_id, &value]).await?;
    Ok(())
}

/// Millionths as a decimal number.
#[expect(clippy::cast_precision_loss, reason = "totals are below 2^52")]
fn unit(millionths: u64) -> f64 {
    millionths as f64 / 1e6
}

/// What the organiser should know.
fn warning(order: &Order, plan: &Plan, checked_in: usize) -> Option<String> {
    let made = plan.pairs.len();
    let few = order
        .min_matches
        .and_then(|wish| usize::try_from(wish).ok())
        .is_some_and(|wish| made < wish);
    if plan.matchable < 2 && order.wanted.is_none() {
        Some(format!(
            "insufficient_contractors: {checked_in} checked in, {} of them can be matched, and it \
             takes two; unplaced says why.",
            plan.matchable
        ))
    } else if few {
        let wish = order.min_matches.unwrap_or_default();
        Some(format!(
            "{made} new matches instead of the {wish} that were wished for; unplaced says why."
        ))
    } else {
        None
    }
}
