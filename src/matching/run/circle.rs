//! Whom a run for a few people has to look at. Pure.
//!
//! Of thousands at an event nobody matters to a late guest but who would suit and has a place, and
//! where nobody has, who would suit best and those to whom they are promised. The decision over
//! these is the one over everybody: where dozens of the best are kept from the guest by rows of the
//! database, so that places stay empty, everybody is looked at.

use std::collections::BTreeSet;
use std::iter;

use super::known::Gathering;
use super::load::Order;
use crate::matching::nearest::{Found, Search};
use crate::matching::params::{FocusMeasure, Params};
use crate::matching::profile::{FocusArea, Profile};

/// For more people than that the circle of each is no longer small beside the event.
const FEW: usize = 16;
/// People of whom one is looked for, beyond three for every other who is wanted.
const SUITING_MAX: usize = 48;
/// People among whom somebody nearly always has a match to give up.
const NEAREST: usize = 8;

/// Whom to look at.
#[derive(Debug)]
pub(super) struct Circle {
    /// Sorted.
    pub(super) ids: Vec<i64>,
    /// Others would suit, too, only less.
    pub(super) leaves_out: bool,
    /// Somebody may suit, or is pinned to one of the wanted.
    pub(super) finds_somebody: bool,
}

/// Those of the wanted who are there, who has a place for one of them, and who is pinned to them.
pub(super) fn of_free(order: &Order, gathering: &Gathering, wanted: &[i64]) -> Circle {
    let free = free(gathering, usize::from(order.params.max_matches));
    let Found {
        mut ids,
        leaves_out,
    } = match is_local(order, wanted) {
        true => {
            let singly = free.map(|who| (who.focus.as_slice(), iter::once(who)));
            nearest(order, gathering, wanted, most_of(wanted), singly)
        }
        false => Found {
            ids: free.map(|who| who.id).collect(),
            leaves_out: false,
        },
    };
    let finds_somebody = !ids.is_empty() || !order.pinned.is_empty();
    ids.extend(wanted.iter().chain(&order.pinned));
    Circle {
        ids: there(gathering, &ids),
        leaves_out,
        finds_somebody,
    }
}

/// Who has a place, in order of id.
fn free(gathering: &Gathering, most: usize) -> impl Iterator<Item = &Profile> {
    let full = gathering.places.iter();
    let mut full = full
        .flat_map(move |places| places.who_hold(most))
        .peekable();
    let people = gathering.people.iter().filter(move |(id, _)| {
        while full.next_if(|holder| holder < *id).is_some() {}
        full.peek() != Some(*id)
    });
    people.map(|(_, who)| &who.profile)
}

/// Whether one of these, who are wanted and can be introduced, has a place left beside what is
/// taken and what is new.
pub(super) fn has_room(
    order: &Order,
    gathering: &Gathering,
    new: &[(i64, i64)],
    mut wanted: impl Iterator<Item = i64>,
) -> bool {
    let most = usize::from(order.params.max_matches);
    let places = gathering.places.as_ref();
    let held = |id: i64| {
        let with_new = new.iter().filter(|(a, b)| *a == id || *b == id).count();
        places.map_or(0, |places| places.held(id)) + with_new
    };
    wanted.any(|id| held(id) < most)
}

/// Those who would suit the wanted best, whoever has a place; None: a search among few would not
/// do.
pub(super) fn of_best(order: &Order, gathering: &Gathering, wanted: &[i64]) -> Option<Vec<i64>> {
    is_local(order, wanted).then(|| best(order, gathering, wanted, most_of(wanted)))
}

/// The first of these for one newcomer for whom nobody has a place; None: it is somebody else's
/// case.
pub(super) fn of_nearest(
    order: &Order,
    gathering: &Gathering,
    wanted: &[i64],
    circle: &Circle,
) -> Option<Vec<i64>> {
    let places = gathering.places.as_ref()?;
    let [newcomer] = wanted else { return None };
    let is_case = !circle.finds_somebody && is_local(order, wanted) && places.held(*newcomer) == 0;
    let nearest = is_case.then(|| best(order, gathering, wanted, NEAREST))?;
    (!nearest.is_empty()).then_some(nearest)
}

/// Whether moves for a newcomer among the nearest are those that would be made among everybody.
///
/// Partners are asked in their order, so that it is of no matter who comes after the last of them
/// who gave a place. Where somebody had to ask on it is.
pub(super) fn is_decided(
    params: &Params,
    newcomer: i64,
    nearest: &[i64],
    mut new: impl Iterator<Item = (i64, i64)>,
    givers: &[Option<i64>],
) -> bool {
    let wish = match params.second_match {
        true => usize::from(params.max_matches).min(2),
        false => 1,
    };
    let is_near = |giver: &Option<i64>| giver.is_some_and(|id| nearest.binary_search(&id).is_ok());
    givers.len() >= wish
        && givers.iter().all(is_near)
        && new.all(|(one, other)| one == newcomer || other == newcomer)
}

/// Those who would suit the wanted best, so many for each, whoever has a place. Sorted.
fn best(order: &Order, gathering: &Gathering, wanted: &[i64], most: usize) -> Vec<i64> {
    let found = nearest(order, gathering, wanted, most, gathering.by_focus());
    found.ids.into_iter().collect()
}

/// Those of a pool who would suit the wanted best, so many for each.
fn nearest<'a, P: Iterator<Item = &'a Profile>>(
    order: &Order,
    gathering: &'a Gathering,
    wanted: &[i64],
    most: usize,
    pool: impl Iterator<Item = (&'a [FocusArea], P)>,
) -> Found {
    let profile = |id: &i64| Some(&gathering.people.get(id)?.profile);
    let others = gathering.who_has_something_in_common(wanted.iter().copied().collect());
    let search = Search {
        wanted: &wanted.iter().filter_map(profile).collect::<Vec<_>>(),
        bystanders: &others.iter().map(|who| &who.profile).collect::<Vec<_>>(),
        params: &order.params,
        vocabulary: &gathering.vocabulary,
        most,
    };
    search.nearest(pool)
}

/// The circle with others, and with whoever is promised to one of these.
pub(super) fn with_peers(gathering: &Gathering, circle: &[i64], others: &[i64]) -> Vec<i64> {
    let mut ids: BTreeSet<i64> = circle.iter().chain(others).copied().collect();
    let places = gathering.places.iter();
    let pairs = places.flat_map(|places| others.iter().flat_map(|id| places.pairs_of(*id)));
    ids.extend(pairs.flat_map(|(a, b)| [a, b]));
    there(gathering, &ids)
}

/// How rare a focus area is can only be said of everybody.
fn is_local(order: &Order, wanted: &[i64]) -> bool {
    wanted.len() <= FEW && order.params.focus_measure == FocusMeasure::Jaccard
}

/// How many are looked for at first for each of the wanted.
fn most_of(wanted: &[i64]) -> usize {
    SUITING_MAX + 3 * wanted.len()
}

fn there(gathering: &Gathering, ids: &BTreeSet<i64>) -> Vec<i64> {
    let is_there = |id: &&i64| gathering.people.contains_key(id);
    ids.iter().filter(is_there).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::nearest::tests::{people, singly};
    use crate::matching::plan::{Constraints, Introduction, Person, plan};
    use crate::matching::profile::Vocabulary;
    use crate::matching::repair::{Repair, repair};
    use crate::matching::run::known::Understood;
    use crate::matching::run::places::{Changed, Places};

    type Pairs = Vec<(i64, i64)>;

    /// People who are there, and one who comes late.
    struct Case<'a> {
        there: &'a [Profile],
        late: &'a Profile,
        params: &'a Params,
        vocabulary: &'a Vocabulary,
        /// Matches of those who are there.
        standing: &'a [(i64, i64)],
    }

    fn pairs(made: &[Introduction]) -> Pairs {
        let two = |pair: &Introduction| (pair.contractor1_id, pair.contractor2_id);
        made.iter().map(two).collect()
    }

    /// The others are there, too, and take no part.
    fn persons<'a>(
        profiles: impl Iterator<Item = &'a Profile>,
        takes_part: impl Fn(i64) -> bool,
    ) -> Vec<Person> {
        let person = |profile: &Profile| Person {
            profile: profile.clone(),
            max_matches: (!takes_part(profile.id)).then_some(0),
        };
        profiles.map(person).collect()
    }

    impl Case<'_> {
        /// Who suits best of those who are there and of whom that holds.
        fn best(&self, holds: impl Fn(i64) -> bool) -> Vec<i64> {
            let (wanted, there): (_, Vec<&Profile>) = ([self.late], self.there.iter().collect());
            let search = Search {
                wanted: &wanted,
                bystanders: &there,
                params: self.params,
                vocabulary: self.vocabulary,
                most: NEAREST,
            };
            let pool = there.iter().copied().filter(|who| holds(who.id));
            search.nearest(singly(pool)).ids.into_iter().collect()
        }

        fn mended(
            &self,
            kept: Pairs,
            movable: &[(i64, i64)],
            takes_part: impl Fn(i64) -> bool,
        ) -> Repair {
            let constraints = Constraints {
                kept,
                ..Constraints::default()
            };
            let people = persons(self.there.iter().chain([self.late]), takes_part);
            let (params, words, late) = (self.params, self.vocabulary, [self.late.id]);
            repair(&people, params, words, &constraints, movable, &late, 7).unwrap()
        }

        /// Whether a look at the nearest decides; then it is compared with one at everybody.
        fn is_decided(&self) -> bool {
            let matches = |id: i64| {
                let of = |pair: &&(i64, i64)| pair.0 == id || pair.1 == id;
                self.standing.iter().filter(of).count()
            };
            let most = usize::from(self.params.max_matches);
            if !self.best(|id| matches(id) < most).is_empty() {
                return false;
            }
            let nearest = self.best(|_| true);
            let is_near = |id: &i64| nearest.binary_search(id).is_ok();
            let is_movable = |pair: &(i64, i64)| is_near(&pair.0) || is_near(&pair.1);
            let (movable, kept): (Pairs, Pairs) =
                self.standing.iter().copied().partition(is_movable);
            let looked_at: BTreeSet<i64> = movable.iter().flat_map(|(a, b)| [*a, *b]).collect();
            let takes_part = |id| looked_at.contains(&id) || is_near(&id) || id == self.late.id;
            let few = self.mended(kept, &movable, takes_part);
            let new = pairs(&few.added).into_iter();
            let is_decided = is_decided(self.params, self.late.id, &nearest, new, &few.givers);
            if is_decided {
                let all = self.mended(Vec::new(), self.standing, |_| true);
                let told = (self.late.id, self.params.max_matches, &nearest);
                let moved = |made: &Repair| (pairs(&made.added), made.dropped.clone());
                assert_eq!(moved(&few), moved(&all), "{told:?}");
            }
            is_decided
        }
    }

    #[test]
    fn who_has_fewer_matches_than_can_be_has_a_place() {
        let mut gathering = Gathering::default();
        for profile in people(40) {
            let (first_name, unread) = (None, Vec::new());
            let who = Understood {
                profile,
                first_name,
                unread,
            };
            gathering.put(who.profile.id, Some(who));
        }
        assert_eq!(free(&gathering, 2).count(), 40, "nobody has a match");
        // Of people who have left, too.
        let pairs = (0..90).map(|nth| (nth % 7 * 3, 1 + nth * nth % 53));
        let rows: Vec<_> = (0..).zip(pairs.map(Some)).collect();
        let is_known = true;
        let places = Places::default().with(&Changed { is_known, rows });
        gathering.places = Some(places.clone());
        for most in 1..10 {
            let people = gathering.people.keys().copied();
            let has_place: Vec<i64> = people.filter(|id| places.held(*id) < most).collect();
            let told = free(&gathering, most).map(|who| who.id);
            assert!(told.eq(has_place.iter().copied()), "{most}: {has_place:?}");
        }
    }

    #[test]
    fn moves_among_the_nearest_are_those_among_everybody() {
        let (profiles, vocabulary) = (people(760), Vocabulary::default());
        let (there, come_late) = profiles.split_at(600);
        let mut decided = 0;
        for (max_matches, second_match) in [(3, true), (2, true), (2, false)] {
            let params = Params {
                max_matches,
                second_match,
                ..Params::default()
            };
            let everybody = persons(there.iter(), |_| true);
            let none = Constraints::default();
            let standing = plan(&everybody, &params, &vocabulary, &none, 7).unwrap();
            let standing = pairs(&standing.pairs);
            let case = |late| Case {
                there,
                late,
                params: &params,
                vocabulary: &vocabulary,
                standing: &standing,
            };
            decided += come_late.iter().map(case).filter(Case::is_decided).count();
        }
        assert!(decided > 300, "{decided}");
    }
}
