//! Reads what decides about a run, set by set.

use std::collections::BTreeSet;

use tokio_postgres::Row;

use crate::db::{Class, DbError, Transaction};
use crate::matching::gate::Gate;
use crate::matching::params::Params;
use crate::matching::profile::{RawProfile, Vocabulary};

/// An order to match.
#[derive(Debug)]
pub(super) struct Order {
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
}

/// Everybody who is there, and what rows say about pairs of them.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    /// In order of id.
    pub(super) people: Vec<Attendee>,
    /// Pairs with the smaller id first.
    pub(super) relations: Vec<(i64, i64, Relation)>,
    /// Pairs that have a row at this event already, whatever came of it.
    pub(super) matched_here: BTreeSet<(i64, i64)>,
    pub(super) vocabulary: Vocabulary,
}

/// Somebody who is there.
#[derive(Debug, Default)]
pub(super) struct Attendee {
    pub(super) raw: RawProfile,
    /// Why the person takes part in no pair.
    pub(super) obstacle: Option<String>,
    /// Slots in which the person has an introduction.
    pub(super) taken: Vec<i16>,
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
    tx.query(&tx.prepare_cached(lock).await?, &[&run_id])
        .await?;
    let begin = include_str!("../../../sql/queries/matching/begin_run.sql");
    let begin = tx.prepare_cached(begin).await?;
    let Some(row) = tx.query_opt(&begin, &[&run_id, &caused_by]).await? else {
        return Ok(None);
    };
    let params: Params = serde_json::from_value(row.try_get("params")?)
        .map_err(|error| DbError::plain(Class::Bug, format!("the run's parameters: {error}")))?;
    Ok(Some(Order {
        params,
        salt: row.try_get("salt")?,
        wanted: row.try_get("contractor_ids")?,
        dry_run: row.try_get("dry_run")?,
        spread: row.try_get("spread")?,
        by_model: row.try_get("by_model")?,
        min_matches: row.try_get("min_matches")?,
    }))
}

/// Whom a run looks at, and how many are there.
///
/// Where every match stays as it is and only some people are to be placed, nobody matters but them
/// and who has a place to give (`can_move` and `wanted` say so): the decision is the same as over
/// everybody, without reading thousands of profiles.
pub(super) async fn crowd(
    tx: &Transaction<'_>,
    run_id: i64,
    order: &Order,
    can_move: bool,
) -> Result<(Crowd, usize), DbError> {
    let only_some = order.wanted.is_some() && !can_move;
    let people = include_str!("../../../sql/queries/matching/people_of_run.sql");
    let people = tx.prepare_cached(people).await?;
    let people = tx.query(&people, &[&run_id, &only_some]).await?;
    let checked_in = if only_some {
        checked_in(tx, run_id).await?
    } else {
        people.len()
    };
    let words = include_str!("../../../sql/queries/matching/vocabulary.sql");
    let words = tx.query(&tx.prepare_cached(words).await?, &[]).await?;
    let mut crowd = Crowd {
        people: people.iter().map(attendee).collect::<Result<_, _>>()?,
        vocabulary: vocabulary(&words)?,
        ..Crowd::default()
    };
    pairs(tx, run_id, &mut crowd, can_move).await?;
    Ok((crowd, checked_in))
}

async fn checked_in(tx: &Transaction<'_>, run_id: i64) -> Result<usize, DbError> {
    let count = include_str!("../../../sql/queries/matching/checked_in_of_run.sql");
    let statement = tx.prepare_cached(count).await?;
    let count: i64 = tx
        .query_one(&statement, &[&run_id])
        .await?
        .try_get("checked_in")?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// What rows say about pairs of them; with `can_move` unsent matches are held and may be moved.
async fn pairs(
    tx: &Transaction<'_>,
    run_id: i64,
    crowd: &mut Crowd,
    can_move: bool,
) -> Result<(), DbError> {
    let ids: Vec<i64> = crowd.people.iter().map(|person| person.raw.id).collect();
    let statement = include_str!("../../../sql/queries/matching/pairs_of_run.sql");
    let statement = tx.prepare_cached(statement).await?;
    for row in tx.query(&statement, &[&run_id, &ids, &can_move]).await? {
        let (one, other, relation) = relation(&row)?;
        if row.try_get("is_here")? {
            crowd.matched_here.insert((one, other));
        }
        crowd.relations.push((one, other, relation));
    }
    Ok(())
}

fn attendee(row: &Row) -> Result<Attendee, DbError> {
    Ok(Attendee {
        raw: RawProfile {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            first_name: row.try_get("first_name")?,
            last_name: row.try_get("last_name")?,
            company_name: row.try_get("company_name")?,
            company_website: row.try_get("company_website")?,
            parent_company: row.try_get("parent_company")?,
            service_area: row.try_get("service_area")?,
            latitude: row.try_get("latitude")?,
            longitude: row.try_get("longitude")?,
            services_offered: row.try_get("services_offered")?,
            focus_areas: row.try_get("focus_areas")?,
            primary_focus_area: row.try_get("primary_focus_area")?,
            revenue_tier: row.try_get("revenue_tier")?,
            annual_revenue: row.try_get("annual_revenue")?,
            team_size: row.try_get("team_size")?,
            job_title: row.try_get("job_title")?,
            contacts: row.try_get("contacts")?,
        },
        obstacle: row.try_get("obstacle")?,
        taken: row.try_get("taken")?,
    })
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

/// The organiser's words; his table of complementary trades stands in for the program's.
fn vocabulary(rows: &[Row]) -> Result<Vocabulary, DbError> {
    let mut vocabulary = Vocabulary {
        complementary_trades: Vec::new(),
        ..Vocabulary::default()
    };
    for row in rows {
        let (word, means): (String, String) = (row.try_get("word")?, row.try_get("means")?);
        match row.try_get("kind")? {
            "focus_area" => {
                vocabulary.focus_aliases.insert(word, means);
            }
            "trade" => {
                vocabulary.trade_aliases.insert(word, means);
            }
            _ => vocabulary.complementary_trades.push((word, means)),
        }
    }
    Ok(vocabulary)
}
