//! Reads what decides about a run, set by set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::TryFutureExt;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::known::{Gathering, Understood};
use crate::db::{Class, DbError, Transaction};
use crate::matching::gate::Gate;
use crate::matching::params::Params;
use crate::matching::profile::Vocabulary;

/// Of more people whole tables may be worth reading.
pub(super) const BY_KEYS_MAX: usize = 500;

/// An order to match.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) event_id: i64,
    pub(super) params: Params,
    /// What settles equal scores.
    pub(super) salt: i64,
    /// Only these find somebody; None: everybody.
    pub(super) wanted: Option<Vec<i64>>,
    pub(super) dry_run: bool,
    /// Several introductions of a person at different times.
    pub(super) spread: bool,
    /// The event lets a chat model word its introductions.
    pub(super) by_model: bool,
    /// Fewer new pairs are worth a warning.
    pub(super) min_matches: Option<i32>,
    /// Whom the organiser wants these few people to meet.
    pub(super) pinned: Vec<i64>,
    /// All that is read is committed: the transaction has done no other run of the event.
    pub(super) is_settled: bool,
    pub(super) started_at: SystemTime,
    /// The event of the ledger that has it done.
    pub(super) caused_by: Option<i64>,
}

/// The people whom a run looks at, and what rows say about pairs of them.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    /// In order of id.
    pub(super) people: Vec<Attendee>,
    /// Who is there, too, and takes no part: they tell what several people have in common.
    pub(super) bystanders: Vec<Arc<Understood>>,
    /// Pairs with the smaller id first.
    pub(super) relations: Vec<(i64, i64, Relation)>,
    /// Pairs that have a row at this event already, whatever came of it.
    pub(super) matched_here: BTreeSet<(i64, i64)>,
    pub(super) vocabulary: Vocabulary,
    /// Nobody suits the wanted: it is only to be told what keeps everybody away, and who has no
    /// place left counts, too.
    pub(super) is_hopeless: bool,
}

/// Somebody who is there.
#[derive(Debug)]
pub(super) struct Attendee {
    pub(super) who: Arc<Understood>,
    /// Why the person takes part in no pair.
    pub(super) obstacle: Option<String>,
    /// Slots in which the person has an introduction.
    pub(super) taken: Vec<i16>,
}

impl Attendee {
    pub(super) fn id(&self) -> i64 {
        self.who.profile.id
    }
}

/// What a row says about two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// They are a match of this event that stays as it is.
    Kept,
    /// They are a match of this event whose texts are unsent.
    Movable,
    /// They were introduced before, or were a match of this event that is over.
    Met,
    /// The organiser wants them to meet.
    Pinned,
    /// They must not be introduced.
    Apart(Gate),
}

/// Waits for the event's other runs, then takes an order that is open.
pub(super) async fn begin(
    tx: &Transaction<'_>,
    run_id: i64,
    caused_by: Option<i64>,
) -> Result<Option<Order>, DbError> {
    let lock = include_str!("../../../sql/queries/matching/lock_run.sql");
    let lock = tx.prepare_cached(lock).await?;
    let begin = include_str!("../../../sql/queries/matching/begin_run.sql");
    let begin = tx.prepare_cached(begin).await?;
    let of_run: [&(dyn ToSql + Sync); 1] = [&run_id];
    let ((), _, row) = tokio::try_join!(
        biased;
        plan(tx, 1),
        tx.query(&lock, &of_run).map_err(DbError::from),
        tx.query_opt(&begin, &of_run).map_err(DbError::from),
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let params: Params = serde_json::from_value(row.try_get("params")?)
        .map_err(|error| DbError::plain(Class::Bug, format!("the run's parameters: {error}")))?;
    Ok(Some(Order {
        event_id: row.try_get("event_id")?,
        params,
        salt: row.try_get("salt")?,
        wanted: row.try_get("contractor_ids")?,
        dry_run: row.try_get("dry_run")?,
        spread: row.try_get("spread")?,
        by_model: row.try_get("by_model")?,
        min_matches: row.try_get("min_matches")?,
        pinned: row.try_get("pinned")?,
        is_settled: row.try_get("is_settled")?,
        started_at: row.try_get("started_at")?,
        caused_by,
    }))
}

/// What rows say about some of the people who are there, `ids` being sorted. Unsent matches of
/// `movable` may be moved, for None those of everybody.
pub(super) async fn crowd(
    tx: &Transaction<'_>,
    run_id: i64,
    gathering: &Gathering,
    ids: &[i64],
    movable: Option<&[i64]>,
) -> Result<Crowd, DbError> {
    let is_everybody = ids.len() == gathering.people.len();
    let ((), people, pairs) = tokio::try_join!(
        biased;
        plan(tx, ids.len()),
        attendees(tx, run_id, gathering, ids),
        pairs(tx, run_id, ids, movable, is_everybody)
    )?;
    let mut crowd = Crowd {
        people,
        vocabulary: gathering.vocabulary.clone(),
        ..Crowd::default()
    };
    for row in pairs {
        let (one, other, relation) = relation(&row)?;
        if row.try_get("is_here")? {
            crowd.matched_here.insert((one, other));
        }
        crowd.relations.push((one, other, relation));
    }
    if !is_everybody {
        crowd.bystanders = gathering.who_has_something_in_common(ids.iter().copied().collect());
    }
    Ok(crowd)
}

/// How the statements that follow are planned: for a few people by keys.
async fn plan(tx: &Transaction<'_>, people: usize) -> Result<(), DbError> {
    let settings = match people {
        ..=BY_KEYS_MAX => include_str!("../../../sql/queries/matching/plan_by_keys.sql"),
        _ => include_str!("../../../sql/queries/matching/plan_by_sets.sql"),
    };
    Ok(tx.batch_execute(settings).await?)
}

async fn attendees(
    tx: &Transaction<'_>,
    run_id: i64,
    gathering: &Gathering,
    ids: &[i64],
) -> Result<Vec<Attendee>, DbError> {
    let statement = include_str!("../../../sql/queries/matching/standing_of_people.sql");
    let statement = tx.prepare_cached(statement).await?;
    let mut standing = BTreeMap::new();
    for row in tx.query(&statement, &[&run_id, &ids]).await? {
        let (obstacle, taken) = (row.try_get("obstacle")?, row.try_get("taken")?);
        standing.insert(row.try_get::<_, i64>("id")?, (obstacle, taken));
    }
    let attendee = |id: &i64| {
        let (obstacle, taken) = standing.remove(id)?;
        Some(Attendee {
            who: Arc::clone(gathering.people.get(id)?),
            obstacle,
            taken,
        })
    };
    Ok(ids.iter().filter_map(attendee).collect())
}

/// What rows say about pairs of them; unsent matches that may be moved are held.
async fn pairs(
    tx: &Transaction<'_>,
    run_id: i64,
    ids: &[i64],
    movable: Option<&[i64]>,
    is_everybody: bool,
) -> Result<Vec<Row>, DbError> {
    let statement = include_str!("../../../sql/queries/matching/pairs_of_run.sql");
    let statement = tx.prepare_cached(statement).await?;
    Ok(tx
        .query(&statement, &[&run_id, &ids, &movable, &is_everybody])
        .await?)
}

fn relation(row: &Row) -> Result<(i64, i64, Relation), DbError> {
    let relation = match row.try_get("relation")? {
        "kept" => Relation::Kept,
        "movable" => Relation::Movable,
        "met" => Relation::Met,
        "pin" => Relation::Pinned,
        "blocked" => Relation::Apart(Gate::Blocked),
        _ => Relation::Apart(Gate::Forbidden),
    };
    let (one, other): (i64, i64) = (
        row.try_get("contractor1_id")?,
        row.try_get("contractor2_id")?,
    );
    Ok((one.min(other), one.max(other), relation))
}
