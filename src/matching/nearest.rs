//! Of many people those who suit a few best, so that not everybody has to be read for them. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::assign::Partner;
use super::params::Params;
use super::profile::{Profile, Vocabulary};
use super::roster::{Roster, Row};
use super::score::{Components, Score, Shares, jaccard};

/// For each who is wanted so many of those with most focus areas in common are looked at first.
const FIRST: usize = 8;

/// For whom others are looked for, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'a> {
    /// They may be among the others.
    pub(super) wanted: &'a [&'a Profile],
    /// Who may tell that others are of one company.
    pub(super) bystanders: &'a [&'a Profile],
    pub(super) params: &'a Params,
    pub(super) vocabulary: &'a Vocabulary,
    /// How many are wanted for each; whoever ties with the last is there, too.
    pub(super) most: usize,
}

/// What was found for some people among others.
struct Found {
    ids: BTreeSet<i64>,
    /// Others would suit, too, only less.
    leaves_out: bool,
    /// Nobody else who would score less with each of the wanted is among the best of one.
    least: u32,
}

impl<'a> Search<'a> {
    /// For each of the wanted the best of a pool, in the order of an assignment: by score, then by
    /// id; also whether anybody is left out who would suit, only less. `pool` is in order of id.
    /// Rows of a database that keep two people apart are not known here.
    pub(super) fn nearest(&self, pool: impl Iterator<Item = &'a Profile>) -> (BTreeSet<i64>, bool) {
        let found = self.among(pool);
        (found.ids, found.leaves_out)
    }

    /// The same best where focus areas are compared by Jaccard, of a pool of thousands in less
    /// time: who shares few areas is not looked at once these can be no better than what was found.
    pub(super) fn best(&self, pool: impl Iterator<Item = &'a Profile>) -> BTreeSet<i64> {
        let asking: Vec<&Profile> = self
            .wanted
            .iter()
            .copied()
            .filter(|p| takes_part(p))
            .collect();
        let shared = |person: &Profile| {
            let shares = asking.iter().map(|one| shared_focus(one, person));
            shares.max().unwrap_or_default()
        };
        let mut by_focus: BTreeMap<Reverse<Score>, Vec<&Profile>> = BTreeMap::new();
        for person in pool.filter(|person| takes_part(person)) {
            let share = shared(person);
            if share > Score::default() {
                by_focus.entry(Reverse(share)).or_default().push(person);
            }
        }
        let mut looked_at: Vec<&Profile> = Vec::new();
        let mut enough = FIRST * self.most;
        let mut groups = by_focus.into_iter().peekable();
        while let Some((_, group)) = groups.next() {
            looked_at.extend(group);
            let Some((Reverse(next), _)) = groups.peek() else {
                break;
            };
            if looked_at.len() >= enough {
                let found = self.among(in_order(&looked_at));
                if self.at_most(*next) < found.least {
                    return found.ids;
                }
                enough = 4 * looked_at.len();
            }
        }
        self.among(in_order(&looked_at)).ids
    }

    fn among(&self, pool: impl Iterator<Item = &'a Profile>) -> Found {
        let most = self.most;
        let is_wanted = |id: i64| self.wanted.iter().any(|person| person.id == id);
        let wanted = self.wanted.iter().copied();
        let mut people: Vec<&Profile> = wanted.filter(|person| takes_part(person)).collect();
        let asking = people.len();
        people.extend(
            pool.filter(|person| takes_part(person))
                .filter(|person| !is_wanted(person.id)),
        );
        let (params, vocabulary) = (self.params, self.vocabulary);
        let roster = Roster::with_bystanders(&people, self.bystanders, params, vocabulary, &[]);
        let mut found = Found {
            ids: BTreeSet::new(),
            leaves_out: false,
            least: u32::MAX,
        };
        let (mut row, mut partners): (Row, Vec<Partner>) = Default::default();
        for person in 0..asking {
            roster.partners_unsorted(person, &mut row, &mut partners);
            // Less is nobody's.
            let mut least = Score::from(params.min_score).millionths();
            if partners.len() >= most && most > 0 {
                partners.select_nth_unstable_by_key(most - 1, |partner| Reverse(partner.weight));
                least = partners[most - 1].weight;
                let suit = partners.len();
                partners.retain(|partner| partner.weight >= least);
                found.leaves_out |= partners.len() < suit;
            }
            found.least = found.least.min(least);
            let ids = partners
                .iter()
                .map(|partner| people[partner.person as usize].id);
            found.ids.extend(ids);
        }
        found
    }

    /// The most that a total can be with that much of focus areas in common.
    fn at_most(&self, focus_areas: Score) -> u32 {
        let shares = Shares::new(self.params);
        let total = |job_title| {
            shares.total(&Components {
                focus_areas,
                geographic: Score::ONE,
                business_scale: Score::ONE,
                industry: Score::ONE,
                job_title,
            })
        };
        total(None).max(total(Some(Score::ONE)))
    }
}

/// Whether enough is known of somebody to be introduced.
pub(super) fn takes_part(person: &Profile) -> bool {
    person.place.is_some() && !person.focus.is_empty()
}

fn in_order<'a>(people: &[&'a Profile]) -> impl Iterator<Item = &'a Profile> {
    let mut people = people.to_vec();
    people.sort_unstable_by_key(|person| person.id);
    people.into_iter()
}

fn shared_focus(one: &Profile, other: &Profile) -> Score {
    let has = |key: &str| one.focus.iter().any(|area| area.key() == key);
    let shared = other.focus.iter().filter(|area| has(area.key())).count();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    jaccard(
        count(shared),
        count(one.focus.len()),
        count(other.focus.len()),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::matching::profile::RawProfile;

    /// People of a few places, trades and sizes, with some of a dozen focus areas each.
    pub(in crate::matching) fn people(count: i64) -> Vec<Profile> {
        let cities = [
            "Austin, TX",
            "Houston, TX",
            "Boise, ID",
            "Miami, FL",
            "Denver, CO",
        ];
        let pick = |list: &[&str], n: i64| {
            let place = usize::try_from(n.unsigned_abs()).unwrap_or(0) % list.len();
            Some(list[place].to_owned())
        };
        let read = |id: i64| {
            let mixed = id * 7_919 % 104_729;
            let areas =
                (0..1 + mixed % 5).map(|nth| format!("area {}", (mixed / 3 + nth * nth) % 12));
            let raw = RawProfile {
                id,
                name: Some(format!("Sample {id}")),
                company_name: Some(format!("Company {}", mixed % 900)),
                service_area: pick(&cities, mixed / 7),
                focus_areas: Some(areas.collect::<Vec<_>>().join(", ")),
                revenue_tier: pick(&["1m_2m", "2m_5m", "10m_plus"], mixed / 11),
                services_offered: pick(&["Roofing", "HVAC", "Siding"], mixed / 13),
                job_title: (mixed % 3 > 0).then(|| "Owner".to_owned()),
                ..RawProfile::default()
            };
            Profile::read(&raw, &Vocabulary::default()).0
        };
        (1..=count).map(read).collect()
    }

    #[test]
    fn who_is_not_looked_at_would_not_have_been_found() {
        let (people, vocabulary) = (people(3_000), Vocabulary::default());
        let pool: Vec<&Profile> = people.iter().collect();
        for (min_score, most) in [(0.6, 51), (0.0, 51), (0.0, 5), (0.9, 400), (1.0, 51)] {
            let params = Params {
                min_score,
                ..Params::default()
            };
            for first in [0, 700, 1_900] {
                let search = Search {
                    wanted: &pool[first..first + 2],
                    bystanders: &[],
                    params: &params,
                    vocabulary: &vocabulary,
                    most,
                };
                let (all, _) = search.nearest(pool.iter().copied());
                assert_eq!(
                    search.best(pool.iter().copied()),
                    all,
                    "{min_score} {most} {first}"
                );
            }
        }
    }
}
