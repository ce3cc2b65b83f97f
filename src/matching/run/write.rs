//! Writes what a run made: pairs, texts, and the result.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_postgres::types::ToSql;

use super::Performed;
use super::load::{BY_KEYS_MAX, Order};
use super::solve::{Decision, NewPair};
use crate::db::{DbError, Transaction};

/// Name and version of the method.
const ALGORITHM: &str = "lexicographic_assignment_v1";
const REPAIR: &str = "local_repair_v1";
const RELEASE: &str = include_str!("../../../sql/queries/matching/release_matches.sql");
const WRITE: &str = include_str!("../../../sql/queries/matching/write_matches.sql");

/// Has both known to the server, so that `dropped` and `pairs` arrive in this order when they are
/// sent together: of two errors the first is the cause.
pub(super) async fn prepare(tx: &Transaction<'_>) -> Result<(), DbError> {
    tx.prepare_cached(RELEASE).await?;
    tx.prepare_cached(WRITE).await?;
    Ok(())
}

/// Gives unsent pairs up; their texts are cancelled by that.
pub(super) async fn dropped(
    tx: &Transaction<'_>,
    run_id: i64,
    pairs: &[(i64, i64)],
) -> Result<(), DbError> {
    if pairs.is_empty() {
        return Ok(());
    }
    let statement = tx.prepare_cached(RELEASE).await?;
    let (ones, others): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
    tx.execute(&statement, &[&run_id, &ones, &others]).await?;
    Ok(())
}

/// Writes the pairs and their texts.
pub(super) async fn pairs(
    tx: &Transaction<'_>,
    run_id: i64,
    pairs: &[NewPair],
    by_model: bool,
) -> Result<Performed, DbError> {
    if pairs.is_empty() {
        return Ok(Performed {
            matches: 0,
            texts: 0,
        });
    }
    fn column<'a, T>(pairs: &'a [NewPair], cell: impl Fn(&'a NewPair) -> T) -> Vec<T> {
        pairs.iter().map(cell).collect()
    }
    if pairs.len() > BY_KEYS_MAX {
        let once = include_str!("../../../sql/queries/matching/plan_checks_once.sql");
        tx.batch_execute(once).await?;
    }
    let statement = tx.prepare_cached(WRITE).await?;
    let row = tx
        .query_one(
            &statement,
            &[
                &run_id,
                &column(pairs, |pair| pair.contractor1_id),
                &column(pairs, |pair| pair.contractor2_id),
                &column(pairs, |pair| pair.match_type),
                &column(pairs, |pair| &pair.match_criteria),
                &column(pairs, |pair| pair.match_score),
                &column(pairs, |pair| pair.match_reason.as_str()),
                &column(pairs, |pair| pair.slot),
                &column(pairs, |pair| pair.distance_miles),
                &column(pairs, |pair| pair.pinned),
                &column(pairs, |pair| &pair.data[0]),
                &column(pairs, |pair| &pair.data[1]),
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
    decision: &Decision,
    checked_in: usize,
    written: Performed,
    took: Duration,
) -> Result<(), DbError> {
    let proof = decision.certificate.as_ref();
    let value = json!({
        "checked_in": checked_in,
        "people": decision.matchable,
        "matches_created": written.matches,
        "messages_scheduled": written.texts,
        "covered": proof.map(|proof| proof.covered),
        "coverable": proof.map(|proof| proof.coverable),
        "coverage_proved": proof.map(|proof| proof.coverage_proved),
        "with_two": proof.map(|proof| proof.with_two),
        "total_score": proof.map(|proof| unit(proof.total)),
        "upper_bound": proof.map(|proof| unit(proof.upper_bound)),
        "gap": proof.map(crate::matching::assign::Certificate::gap),
        "algorithm": if proof.is_some() { ALGORITHM } else { REPAIR },
        "input_hash": decision.input_hash,
        "compute_ms": i32::try_from(took.as_millis()).unwrap_or(i32::MAX),
        "warning": warning(order, decision, checked_in),
        "unread": decision.unread,
        "unplaced": decision.alone,
        "matches": if order.dry_run { json!(decision.pairs) } else { Value::Null },
    });
    let statement = include_str!("../../../sql/queries/matching/finish_run.sql");
    let statement = tx.prepare_cached(statement).await?;
    let parameters: [&(dyn ToSql + Sync); 4] =
        [&run_id, &value, &order.started_at, &order.caused_by];
    tx.execute(&statement, &parameters).await?;
    Ok(())
}

/// Millionths as a decimal number.
#[expect(clippy::cast_precision_loss, reason = "totals are below 2^52")]
pub(super) fn unit(millionths: u64) -> f64 {
    millionths as f64 / 1e6
}

/// What the organiser should know.
fn warning(order: &Order, decision: &Decision, checked_in: usize) -> Option<String> {
    let made = decision.pairs.len();
    let wish = order.min_matches.unwrap_or_default();
    let few = if decision.matchable < 2 && order.wanted.is_none() {
        Some(format!(
            "insufficient_contractors: {checked_in} checked in, {} of them can be introduced, and \
             it takes two; unplaced says why.",
            decision.matchable
        ))
    } else if i32::try_from(made).is_ok_and(|made| made < wish) {
        Some(format!(
            "{made} new matches instead of the {wish} that were wished for; unplaced says why."
        ))
    } else {
        None
    };
    let told: Vec<String> = few.into_iter().chain(decision.doubles.clone()).collect();
    (!told.is_empty()).then(|| told.join(" "))
}
