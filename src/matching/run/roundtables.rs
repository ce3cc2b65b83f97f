//! Tables of three and four, for events that want them: after the pairs, with the same people.
//!
//! Nobody sits with somebody whom the run introduces anyway, or with whom they have sat before;
//! whoever has a table on that day keeps it, so that a second run adds only what is new.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::load::{Crowd, Order, Relation};
use super::solve::NewPair;
use crate::db::{Class, DbError, Transaction};
use crate::matching::gate::Gate;
use crate::matching::params::ParamsError;
use crate::matching::plan::{Constraints, Person};
use crate::matching::seating::{Seating, Table, seat};

/// What rows say about tables of the event.
struct Standing {
    is_wanted: bool,
    seated: Vec<i64>,
    met: Vec<(i64, i64)>,
}

/// Seats people where the run wants it; the number of texts.
pub(super) async fn lay(
    tx: &Transaction<'_>,
    run_id: i64,
    order: Arc<Order>,
    crowd: Arc<Crowd>,
    pairs: &[NewPair],
) -> Result<usize, DbError> {
    let standing = standing(tx, run_id).await?;
    if !standing.is_wanted {
        return Ok(0);
    }
    let dry_run = order.dry_run;
    let mut constraints = constraints(&crowd, pairs);
    constraints.met.extend(&standing.met);
    let computed = tokio::task::spawn_blocking(move || {
        let people = people(&crowd, &standing.seated);
        let names: Names = people.iter().map(named).collect();
        let salt = u64::from_ne_bytes(order.salt.to_ne_bytes());
        let seating = seat(
            &people,
            &order.params,
            &crowd.vocabulary,
            &constraints,
            salt,
        )?;
        Ok::<_, ParamsError>((seating, names))
    });
    let (seating, names) = computed
        .await
        .map_err(|_| DbError::plain(Class::Bug, "the seating ended before it was done"))?
        .map_err(|error| DbError::plain(Class::Data, error.to_string()))?;
    let texts = match dry_run {
        true => 0,
        false => write(tx, run_id, &seating.tables, &names).await?,
    };
    finish(tx, run_id, &seating, &names, dry_run, texts).await?;
    tracing::info!(
        run.id = run_id,
        tables = seating.tables.len(),
        alone = seating.unseated.len(),
        "seated"
    );
    Ok(usize::try_from(texts).unwrap_or_default())
}

/// Each person's name and place, as others read them.
type Names = BTreeMap<i64, (String, String)>;

fn named(person: &Person) -> (i64, (String, String)) {
    let profile = &person.profile;
    let place = profile.place.as_ref().map(|place| place.name().to_owned());
    (
        profile.id,
        (profile.name.clone(), place.unwrap_or_default()),
    )
}

async fn standing(tx: &Transaction<'_>, run_id: i64) -> Result<Standing, DbError> {
    let statement = include_str!("../../../sql/queries/matching/roundtables_of_run.sql");
    let statement = tx.prepare_cached(statement).await?;
    let row = tx.query_one(&statement, &[&run_id]).await?;
    let ones: Vec<i64> = row.try_get("ones")?;
    let others: Vec<i64> = row.try_get("others")?;
    Ok(Standing {
        is_wanted: row.try_get("is_wanted")?,
        seated: row.try_get("seated")?,
        met: ones.into_iter().zip(others).collect(),
    })
}

/// Whoever can be texted and has no table yet.
fn people(crowd: &Crowd, seated: &[i64]) -> Vec<Person> {
    let free = crowd
        .people
        .iter()
        .filter(|person| person.obstacle.is_none() && seated.binary_search(&person.id()).is_err());
    free.map(|person| Person {
        profile: person.who.profile.clone(),
        max_matches: None,
    })
    .collect()
}

/// Pairs that must not sit together, new ones included.
fn constraints(crowd: &Crowd, pairs: &[NewPair]) -> Constraints {
    let mut constraints = Constraints {
        kept: pairs
            .iter()
            .map(|pair| (pair.contractor1_id, pair.contractor2_id))
            .collect(),
        ..Constraints::default()
    };
    for (a, b, relation) in &crowd.relations {
        let list = match relation {
            Relation::Kept | Relation::Movable | Relation::Pinned => &mut constraints.kept,
            Relation::Met => &mut constraints.met,
            Relation::Apart(Gate::Blocked) => &mut constraints.blocked,
            Relation::Apart(_) => &mut constraints.forbidden,
        };
        list.push((*a, *b));
    }
    constraints
}

/// Writes tables, people and texts; the number of texts.
async fn write(
    tx: &Transaction<'_>,
    run_id: i64,
    tables: &[Table],
    names: &Names,
) -> Result<i32, DbError> {
    if tables.is_empty() {
        return Ok(0);
    }
    let topics: Vec<&str> = tables
        .iter()
        .map(|table| table.topic_name.as_str())
        .collect();
    let scores: Vec<f64> = tables.iter().map(|table| table.score.get()).collect();
    let seats = (1_i32..).zip(tables).flat_map(|(number, table)| {
        let ids = table.contractor_ids.iter();
        ids.map(move |id| (number, *id))
    });
    let (numbers, ids): (Vec<i32>, Vec<i64>) = seats.unzip();
    let place = |id| names.get(id).map_or("", |(_, place)| place.as_str());
    let places: Vec<&str> = ids.iter().map(place).collect();
    let statement = include_str!("../../../sql/queries/matching/write_roundtables.sql");
    let statement = tx.prepare_cached(statement).await?;
    let row = tx
        .query_one(
            &statement,
            &[&run_id, &topics, &scores, &numbers, &ids, &places],
        )
        .await?;
    let group_ids: Vec<i64> = row.try_get("group_ids")?;
    // A statement of its own: the words for each person are made from the rows of the others.
    let statement = include_str!("../../../sql/queries/matching/invite_roundtables.sql");
    let statement = tx.prepare_cached(statement).await?;
    let row = tx.query_one(&statement, &[&group_ids]).await?;
    Ok(row.try_get("texts")?)
}

async fn finish(
    tx: &Transaction<'_>,
    run_id: i64,
    seating: &Seating,
    names: &Names,
    dry_run: bool,
    texts: i32,
) -> Result<(), DbError> {
    let name = |id: &i64| names.get(id).map_or("", |(name, _)| name.as_str());
    let people = |table: &Table| {
        let ids = table.contractor_ids.iter();
        ids.map(|id| json!({"contractor_id": id, "name": name(id)}))
            .collect::<Vec<_>>()
    };
    let groups = seating.tables.iter().map(|table| {
        json!({"topic": table.topic_name, "score": table.score.get(), "people": people(table)})
    });
    let unseated = seating
        .unseated
        .iter()
        .map(|(id, why)| json!({"contractor_id": id, "name": name(id), "reason": why.to_string()}));
    let seated = seating
        .tables
        .iter()
        .map(|table| table.contractor_ids.len());
    let value = json!({
        "groups_created": seating.tables.len(),
        "seated": seated.sum::<usize>(),
        "group_score": super::write::unit(seating.total),
        "group_score_bound": super::write::unit(seating.bound),
        "unseated": unseated.collect::<Vec<_>>(),
        "groups": if dry_run { Value::Array(groups.collect()) } else { Value::Null },
    });
    let statement = include_str!("../../../sql/queries/matching/finish_roundtables.sql");
    let statement = tx.prepare_cached(statement).await?;
    tx.execute(&statement, &[&run_id, &value, &texts]).await?;
    Ok(())
}
