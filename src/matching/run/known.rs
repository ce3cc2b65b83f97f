//! Profiles that were read stay read from run to run.
//!
//! Most of a late check-in's time would be spent on reading thousands of profiles that nobody has
//! changed. They are kept for a few events, and every run fetches what has changed since: rows tell
//! it by the transaction that wrote them, which says something within one database and while its
//! server runs. What is kept can be lost at any time, and is all read again then.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::load::Order;
use crate::db::{DbError, Transaction};
use crate::matching::profile::{Profile, RawProfile, Unread, Vocabulary};

const PRESENT: &str = include_str!("../../../sql/queries/matching/present_of_run.sql");
const WORDS: &str = include_str!("../../../sql/queries/matching/vocabulary.sql");
const PEOPLE: &str = include_str!("../../../sql/queries/matching/people_of_run.sql");

/// Events whose people are kept at once; one more, and those of the one that was matched longest
/// ago are read again.
const EVENTS_MAX: usize = 4;
/// An event of more people is not kept: about two kilobytes for each.
const PEOPLE_MAX: usize = 20_000;
/// Transactions after which ages can no longer be compared, by far.
const TRANSACTIONS_MAX: i64 = 1 << 30;

/// Somebody's row, understood.
#[derive(Debug)]
pub(super) struct Understood {
    pub(super) profile: Profile,
    /// As in the row.
    pub(super) first_name: Option<String>,
    pub(super) unread: Vec<Unread>,
}

/// Everybody who is at an event.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    pub(super) people: BTreeMap<i64, Arc<Understood>>,
    pub(super) vocabulary: Vocabulary,
    /// What transactions of older numbers did is in it.
    seen: i64,
    /// The database, and the start of its server, whose numbers these are.
    numbered_by: String,
}

/// The people of a few events, by event, the one that was matched last at the end.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Vec<(i64, Arc<Gathering>)>>);

impl Known {
    /// Everybody who is at the event of a run now, as the rows are now.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn gather(
        &self,
        tx: &Transaction<'_>,
        run_id: i64,
        order: &Order,
    ) -> Result<Arc<Gathering>, DbError> {
        let kept = self.take(order.event_id);
        let since = kept.as_ref().map(|kept| number(kept.seen));
        let present = tx.prepare_cached(PRESENT).await?;
        let words = tx.prepare_cached(WORDS).await?;
        let people = tx.prepare_cached(PEOPLE).await?;
        let of_run: [&(dyn ToSql + Sync); 1] = [&run_id];
        let since_run: [&(dyn ToSql + Sync); 2] = [&run_id, &since];
        // In this order: what is new is asked for after it was noted what was seen.
        let (present, words, rows) = tokio::try_join!(
            biased;
            tx.query_one(&present, &of_run),
            tx.query(&words, &[]),
            tx.query(&people, &since_run),
        )?;
        let numbered_by: String = present.try_get("numbered_by")?;
        let (present, seen): (Vec<i64>, i64) = (present.try_get("ids")?, present.try_get("seen")?);
        let words = vocabulary(&words)?;
        let kept = kept.filter(|kept| {
            // A server that crashed may count again from before what was never written.
            let is_later = (0..TRANSACTIONS_MAX).contains(&(seen - kept.seen));
            is_later && kept.numbered_by == numbered_by && kept.vocabulary == words
        });
        // Before the rows were fetched it was not known that all of them are needed.
        let rows = match (&kept, since) {
            (None, Some(_)) => tx.query(&people, &[&run_id, &None::<String>]).await?,
            _ => rows,
        };
        let mut people = match kept.map(Arc::try_unwrap) {
            Some(Ok(kept)) => kept.people,
            Some(Err(shared)) => shared.people.clone(),
            None => BTreeMap::new(),
        };
        for row in &rows {
            let understood = Understood::read(&raw(row)?, &words);
            people.insert(understood.profile.id, Arc::new(understood));
        }
        people.retain(|id, _| present.binary_search(id).is_ok());
        let gathering = Arc::new(Gathering {
            people,
            vocabulary: words,
            seen,
            numbered_by,
        });
        self.keep(order.event_id, &gathering);
        Ok(gathering)
    }

    fn take(&self, event_id: i64) -> Option<Arc<Gathering>> {
        let mut events = self.events();
        let place = events.iter().position(|(event, _)| *event == event_id)?;
        Some(events.remove(place).1)
    }

    fn keep(&self, event_id: i64, gathering: &Arc<Gathering>) {
        if gathering.people.len() > PEOPLE_MAX {
            return;
        }
        let mut events = self.events();
        events.retain(|(event, _)| *event != event_id);
        events.push((event_id, Arc::clone(gathering)));
        if events.len() > EVENTS_MAX {
            events.remove(0);
        }
    }

    fn events(&self) -> MutexGuard<'_, Vec<(i64, Arc<Gathering>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gathering {
    /// Who shares a company or a contact with one of these people, directly or through others, and
    /// is none of them; `ids` are sorted.
    pub(super) fn who_has_something_in_common(&self, ids: &[i64]) -> Vec<Arc<Understood>> {
        let mut others: Vec<&Arc<Understood>> = Vec::with_capacity(self.people.len());
        let mut keys: HashSet<&str> = HashSet::new();
        for (id, who) in &self.people {
            match ids.binary_search(id) {
                Ok(_) => keys.extend(who.profile.keys()),
                Err(_) => others.push(who),
            }
        }
        let mut found = Vec::new();
        loop {
            let shares = |who: &&Arc<Understood>| who.profile.keys().any(|key| keys.contains(key));
            let (more, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(shares);
            if more.is_empty() {
                return found;
            }
            keys.extend(more.iter().flat_map(|who| who.profile.keys()));
            found.extend(more.into_iter().map(Arc::clone));
            others = rest;
        }
    }
}

impl Understood {
    pub(super) fn read(raw: &RawProfile, vocabulary: &Vocabulary) -> Self {
        let (profile, unread) = Profile::read(raw, vocabulary);
        Self {
            profile,
            first_name: raw.first_name.clone(),
            unread,
        }
    }
}

/// A transaction's number as rows have it: without how often they began anew.
fn number(seen: i64) -> String {
    (seen & i64::from(u32::MAX)).to_string()
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

fn raw(row: &Row) -> Result<RawProfile, DbError> {
    Ok(RawProfile {
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
    })
}
