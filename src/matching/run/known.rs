//! Profiles that were read stay read from run to run.
//!
//! Most of a late check-in's time would be spent on reading thousands of profiles that nobody has
//! changed. They are kept for a few events, and every run fetches what has changed since: writers
//! note it under the number of their transaction, which says something within one database and
//! while its server runs. What is kept can be lost at any time, and is all read again then.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::TryFutureExt;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::load::Order;
use super::places::{self, Places};
use crate::db::{Class, DbError, Transaction};
use crate::matching::profile::{FocusArea, Profile, RawProfile, Unread, Vocabulary};

const WORDS: &str = include_str!("../../../sql/queries/matching/vocabulary.sql");
const PEOPLE: &str = include_str!("../../../sql/queries/matching/people_of_run.sql");

/// Events whose people are kept at once; one more, and those of the one that was matched longest
/// ago are read again.
const EVENTS_MAX: usize = 4;
/// An event of more people is not kept: a few kilobytes for each.
const PEOPLE_MAX: usize = 20_000;

/// Somebody's row, understood.
#[derive(Debug)]
pub(super) struct Understood {
    pub(super) profile: Profile,
    /// As in the row.
    pub(super) first_name: Option<String>,
    pub(super) unread: Vec<Unread>,
}

/// Everybody who is at an event.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathering {
    pub(super) people: BTreeMap<i64, Arc<Understood>>,
    /// Who has a key of a company or a person.
    holders: HashMap<String, Vec<i64>>,
    /// Who has just these focus areas.
    alike: BTreeMap<Vec<FocusArea>, BTreeSet<i64>>,
    pub(super) vocabulary: Vocabulary,
    /// Whose places are taken; None: everybody is placed, and nobody has asked.
    pub(super) places: Option<Places>,
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
        order: &Order,
    ) -> Result<Arc<Gathering>, DbError> {
        let kept = self.take(order.event_id);
        // What this transaction itself has written it may take back yet.
        let settled = kept.clone().filter(|_| !order.is_settled);
        let gathering = match Gathering::since(tx, order, kept).await? {
            Some(gathering) => Arc::new(gathering),
            // Nothing is taken for known now.
            None => Arc::new(Gathering::anew(tx, order).await?),
        };
        match order.is_settled {
            true => self.keep(order.event_id, &gathering),
            false => settled
                .iter()
                .for_each(|kept| self.keep(order.event_id, kept)),
        }
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
    /// All that the rows say.
    async fn anew(tx: &Transaction<'_>, order: &Order) -> Result<Self, DbError> {
        Self::default().with(Read::of(tx, order, None, None).await?)
    }

    /// What was kept, with what is new; None: it tells nothing of these rows.
    async fn since(
        tx: &Transaction<'_>,
        order: &Order,
        kept: Option<Arc<Self>>,
    ) -> Result<Option<Self>, DbError> {
        let Some(kept) = kept else {
            return Ok(None);
        };
        let since = kept.seen.to_string();
        let since_places = kept.places.as_ref().map(|_| since.as_str());
        let read = Read::of(tx, order, Some(&since), since_places).await?;
        let is_same = kept.numbered_by == read.numbered_by && kept.vocabulary == read.vocabulary;
        let places = read.places.as_ref();
        let is_known = read.is_known && places.is_none_or(|changed| changed.is_known);
        match is_known && is_same {
            true => Arc::unwrap_or_clone(kept).with(read).map(Some),
            false => Ok(None),
        }
    }

    /// This with what was read.
    fn with(mut self, read: Read) -> Result<Self, DbError> {
        for row in &read.people {
            let Some(id) = row.try_get::<_, Option<i64>>("id")? else {
                continue;
            };
            let who = match row.try_get("is_there")? {
                true => Some(Understood::read(&raw(row)?, &read.vocabulary)),
                false => None,
            };
            self.put(id, who);
        }
        let places = read.places.as_ref();
        let places = places.map(|changed| self.places.unwrap_or_default().with(changed));
        Ok(Self {
            people: self.people,
            holders: self.holders,
            alike: self.alike,
            vocabulary: read.vocabulary,
            places,
            seen: read.seen,
            numbered_by: read.numbered_by,
        })
    }

    /// Who shares a company or a contact with one of these people, directly or through others, and
    /// is none of them.
    pub(super) fn who_has_something_in_common(
        &self,
        mut ids: BTreeSet<i64>,
    ) -> Vec<Arc<Understood>> {
        let mut open: Vec<i64> = ids.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(id) = open.pop() {
            let who = self.people.get(&id);
            let keys = who.into_iter().flat_map(|who| who.profile.keys());
            let holders = keys.filter_map(|key| self.holders.get(key));
            for other in holders.flatten().filter(|other| ids.insert(**other)) {
                open.push(*other);
                found.extend(self.people.get(other).map(Arc::clone));
            }
        }
        found
    }

    /// Everybody, by their focus areas.
    pub(super) fn by_focus(
        &self,
    ) -> impl Iterator<Item = (&[FocusArea], impl Iterator<Item = &Profile>)> {
        let profile = |id: &i64| Some(&self.people.get(id)?.profile);
        let alike = self.alike.iter();
        alike.map(move |(areas, ids)| (areas.as_slice(), ids.iter().filter_map(profile)))
    }

    /// Takes somebody in, or out.
    pub(super) fn put(&mut self, id: i64, who: Option<Understood>) {
        if let Some(former) = self.people.remove(&id) {
            for key in former.profile.keys() {
                if let Some(holders) = self.holders.get_mut(key) {
                    holders.retain(|holder| *holder != id);
                }
            }
            if let Some(alike) = self.alike.get_mut(&former.profile.focus) {
                alike.remove(&id);
            }
        }
        let Some(who) = who else { return };
        for key in who.profile.keys() {
            match self.holders.get_mut(key) {
                Some(holders) => holders.push(id),
                None => drop(self.holders.insert(key.to_owned(), vec![id])),
            }
        }
        let alike = self.alike.entry(who.profile.focus.clone()).or_default();
        alike.insert(id);
        self.people.insert(id, Arc::new(who));
    }
}

/// What rows say of an event.
struct Read {
    seen: i64,
    numbered_by: String,
    /// Whether what has changed is known by name.
    is_known: bool,
    people: Vec<Row>,
    vocabulary: Vocabulary,
    places: Option<places::Changed>,
}

impl Read {
    /// Of people and places what is new since a transaction each, None: all. The places of others
    /// matter where only a few people are placed, and nobody asks otherwise.
    async fn of(
        tx: &Transaction<'_>,
        order: &Order,
        since: Option<&str>,
        since_places: Option<&str>,
    ) -> Result<Self, DbError> {
        let people = tx.prepare_cached(PEOPLE).await?;
        let words = tx.prepare_cached(WORDS).await?;
        let of_event: [&(dyn ToSql + Sync); 2] = [&order.event_id, &since];
        // In this order: what is new next time is so since the first of them.
        let (people, words, places) = tokio::try_join!(
            biased;
            tx.query(&people, &of_event).map_err(DbError::from),
            tx.query(&words, &[]).map_err(DbError::from),
            places::changed(tx, order, since_places),
        )?;
        let first = people.first();
        let first =
            first.ok_or_else(|| DbError::plain(Class::Bug, "people_of_run said nothing"))?;
        Ok(Self {
            seen: first.try_get("seen")?,
            numbered_by: first.try_get("numbered_by")?,
            is_known: first.try_get("is_known")?,
            vocabulary: vocabulary(&words)?,
            people,
            places,
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::nearest::tests::people;

    fn understood(profile: &Profile) -> Understood {
        Understood {
            profile: profile.clone(),
            first_name: None,
            unread: Vec::new(),
        }
    }

    #[test]
    fn people_are_found_by_their_focus_areas_as_they_change() {
        let mut gathering = Gathering::default();
        let people = people(90);
        for person in &people {
            gathering.put(person.id, Some(understood(person)));
        }
        for (person, other) in people.iter().zip(&people[60..]) {
            let areas = Profile {
                id: person.id,
                ..other.clone()
            };
            gathering.put(person.id, Some(understood(&areas)));
            gathering.put(other.id, None);
        }
        let mut alike: BTreeMap<&[FocusArea], Vec<i64>> = BTreeMap::new();
        for (id, who) in &gathering.people {
            alike.entry(&who.profile.focus).or_default().push(*id);
        }
        let told = gathering.by_focus();
        let told = told.map(|(areas, people)| (areas, people.map(|who| who.id).collect()));
        let told: Vec<(&[FocusArea], Vec<i64>)> = told.collect();
        let told: Vec<_> = told
            .into_iter()
            .filter(|(_, ids)| !ids.is_empty())
            .collect();
        assert!(told.len() > 20 && told.into_iter().eq(alike));
    }
}
