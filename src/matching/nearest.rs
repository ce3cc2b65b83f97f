//! Of many people those who suit a few best, so that not everybody has to be read for them. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::assign::{Partner, number};
use super::params::Params;
use super::profile::{FocusArea, Profile, Vocabulary};
use super::roster::{Roster, Row};
use super::score::{Components, Score, Shares, jaccard};

/// So many are looked at together at least: a roster of fewer takes as long.
const TOGETHER: usize = 64;

/// For whom others are looked for, and how. Focus areas are compared by Jaccard.
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

/// Who was found for some people.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The best for each of them, in the order of an assignment: by score, then by id.
    pub(super) ids: BTreeSet<i64>,
    /// Others would suit, too, only less.
    pub(super) leaves_out: bool,
}

impl Search<'_> {
    /// The best of a pool, of people by their focus areas. Who shares few areas is not looked at
    /// once these can be no better than what was found. Rows of a database that keep two people
    /// apart are not known here.
    pub(super) fn nearest<'a, P: Iterator<Item = &'a Profile>>(
        &self,
        pool: impl Iterator<Item = (&'a [FocusArea], P)>,
    ) -> Found {
        let wanted = self.wanted.iter().copied();
        let asking: Vec<&Profile> = wanted.filter(|person| takes_part(person)).collect();
        let mut by_focus: BTreeMap<Reverse<Score>, Vec<P>> = BTreeMap::new();
        for (areas, people) in pool {
            let shares = asking.iter().map(|one| shared_focus(&one.focus, areas));
            let share = shares.max().unwrap_or_default();
            if share > Score::default() {
                by_focus.entry(Reverse(share)).or_default().push(people);
            }
        }
        let mut best = Best::none(asking.len(), self);
        // Each other.
        if asking.len() > 1 {
            self.look(&asking, &[], &mut best);
        }
        let is_wanted = |id: i64| self.wanted.iter().any(|person| person.id == id);
        let mut others: Vec<&Profile> = Vec::new();
        let mut groups = by_focus.into_iter().peekable();
        while let Some((_, group)) = groups.next() {
            let people = group.into_iter().flatten();
            others.extend(people.filter(|who| takes_part(who) && !is_wanted(who.id)));
            let next = groups.peek();
            if next.is_some() && others.len() < TOGETHER {
                continue;
            }
            self.look(&asking, &others, &mut best);
            others.clear();
            if next.is_some_and(|(Reverse(share), _)| !best.gains(self.at_most(*share))) {
                break;
            }
        }
        best.found()
    }

    /// Takes those of some others who are among the best.
    fn look<'a>(&self, asking: &[&'a Profile], others: &[&'a Profile], best: &mut Best) {
        let people = [asking, others].concat();
        let (params, vocabulary) = (self.params, self.vocabulary);
        let roster = Roster::with_bystanders(&people, self.bystanders, params, vocabulary, &[]);
        let (mut row, mut partners): (Row, Vec<Partner>) = Default::default();
        for person in 0..asking.len() {
            roster.partners_unsorted(person, &mut row, &mut partners);
            let id = |partner: &Partner| people[partner.person as usize].id;
            let others = partners.iter();
            best.take(person, others.map(|partner| (partner.weight, id(partner))));
        }
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

/// The best so far, for each who asks.
struct Best {
    /// Total and id, the highest total first.
    of_each: Vec<Vec<(Reverse<u32>, i64)>>,
    most: usize,
    /// Less is nobody's.
    min_score: u32,
    leaves_out: bool,
}

impl Best {
    fn none(asking: usize, search: &Search<'_>) -> Self {
        Self {
            of_each: vec![Vec::new(); asking],
            most: search.most.max(1),
            min_score: Score::from(search.params.min_score).millionths(),
            leaves_out: false,
        }
    }

    /// Those of some others who are among the best for who asks. Somebody may be told twice.
    fn take(&mut self, asking: usize, others: impl Iterator<Item = (u32, i64)>) {
        let best = &mut self.of_each[asking];
        best.extend(others.map(|(total, id)| (Reverse(total), id)));
        best.sort_unstable();
        best.dedup();
        let last = best.get(self.most - 1).map(|(total, _)| *total);
        let kept = last.map_or(best.len(), |last| {
            best.partition_point(|(total, _)| *total <= last)
        });
        self.leaves_out |= kept < best.len();
        best.truncate(kept);
    }

    /// Whether people of such a total may change what is found.
    fn gains(&self, total: u32) -> bool {
        let is_open = |best: &Vec<(Reverse<u32>, i64)>| {
            let least = best.last().filter(|_| best.len() >= self.most);
            total >= least.map_or(self.min_score, |(Reverse(least), _)| *least)
        };
        let is_unknown = !self.leaves_out && total >= self.min_score;
        is_unknown || self.of_each.iter().any(is_open)
    }

    fn found(self) -> Found {
        let ids = self.of_each.into_iter().flatten().map(|(_, id)| id);
        Found {
            ids: ids.collect(),
            leaves_out: self.leaves_out,
        }
    }
}

/// Whether enough is known of somebody to be introduced.
pub(super) fn takes_part(person: &Profile) -> bool {
    person.place.is_some() && !person.focus.is_empty()
}

fn shared_focus(one: &[FocusArea], other: &[FocusArea]) -> Score {
    let shared = other.iter().filter(|area| one.contains(area)).count();
    jaccard(number(shared), number(one.len()), number(other.len()))
}

#[cfg(test)]
pub(super) mod tests {
    use std::iter;

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

    /// Each for themselves.
    pub(in crate::matching) fn singly<'a>(
        people: impl Iterator<Item = &'a Profile>,
    ) -> impl Iterator<Item = (&'a [FocusArea], iter::Once<&'a Profile>)> {
        people.map(|person| (person.focus.as_slice(), iter::once(person)))
    }

    /// Who is found when everybody is looked at, at once.
    fn found_among_all<'a>(search: &Search<'a>, pool: &[&'a Profile]) -> Found {
        let is_wanted = |id: i64| search.wanted.iter().any(|person| person.id == id);
        let others = pool
            .iter()
            .filter(|who| takes_part(who) && !is_wanted(who.id));
        let others: Vec<&Profile> = others.copied().collect();
        let mut best = Best::none(search.wanted.len(), search);
        search.look(search.wanted, &others, &mut best);
        best.found()
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
                // A few, too, so that now and then nobody is left out.
                for pool in [&pool[..], &pool[..150], &pool[..40]] {
                    let told = (min_score, most, first, pool.len());
                    let found = search.nearest(singly(pool.iter().copied()));
                    assert_eq!(found, found_among_all(&search, pool), "{told:?}");
                }
            }
        }
    }
}
