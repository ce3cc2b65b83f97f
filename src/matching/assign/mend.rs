//! Places for a few people in an assignment that stands: who comes late, and whom others left.
//!
//! Only what is needed is moved. Somebody who has one match to spare may lose it to a newcomer who
//! would have none; nobody loses a match for a mere gain in score, because others have been told.

use super::cover::{self, Covered, Source};
use super::graph::Edge;
use super::matches::Matches;
use super::places::Places;
use super::{Crowd, Pair, Pairs, Partner, Problem};

/// What has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// New pairs, sorted.
    pub added: Vec<Pair>,
    /// Pairs that were given up, sorted.
    pub dropped: Vec<Pair>,
    /// For each place that one of the wanted got, up to the second, who gave it; None: somebody had
    /// to ask on for it.
    pub givers: Vec<Option<u32>>,
    /// Those of the wanted who could not be placed, with everybody whom they could meet.
    pub crowds: Vec<Crowd>,
}

/// People whom one search for a second match asks: it is not worth moving half of an event.
const ASKED_MAX: usize = 40;

/// Places the wanted among `standing` pairs, which may be moved and take places of the capacity.
pub fn mend<P: Pairs>(problem: &Problem<'_, P>, standing: &[Pair], wanted: &[u32]) -> Mended {
    let places = Places::new(problem);
    let mut matches = Matches::none(problem.pairs.people());
    for pair in standing {
        matches.add(pair.a, pair.b, pair.weight);
    }
    let before = matches.edges();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut all = Source::All(problem.pairs, P::Scratch::default(), Vec::new());
    let Covered { crowds, mut givers } =
        cover::cover_only(&wanted, &mut all, &places, &mut matches, 1, usize::MAX);
    if problem.second_match {
        let second = cover::cover_only(&wanted, &mut all, &places, &mut matches, 2, ASKED_MAX);
        givers.extend(second.givers);
    }
    for person in &wanted {
        fill(problem, &places, &mut matches, *person);
    }
    let after = matches.edges();
    let not_in = |some: &[Edge], others: &[Edge]| -> Vec<Pair> {
        let new = some
            .iter()
            .filter(|edge| others.binary_search(edge).is_err());
        new.map(|edge| Pair {
            a: edge.a,
            b: edge.b,
            weight: edge.weight,
        })
        .collect()
    };
    Mended {
        added: not_in(&after, &before),
        dropped: not_in(&before, &after),
        givers,
        crowds: crowds
            .into_iter()
            .filter(|crowd| !crowd.partners.is_empty())
            .collect(),
    }
}

/// Fills somebody's free places with the best who have one free, too.
fn fill<P: Pairs>(
    problem: &Problem<'_, P>,
    places: &Places<'_>,
    matches: &mut Matches,
    person: u32,
) {
    let own = person as usize;
    if !matches.has_place(places, own) {
        return;
    }
    let mut partners: Vec<Partner> = Vec::new();
    problem
        .pairs
        .partners(own, &mut P::Scratch::default(), &mut partners);
    partners.sort_by(|x, y| {
        let ties = || problem.ties.cmp((person, x.person), (person, y.person));
        y.weight.cmp(&x.weight).then_with(ties)
    });
    for partner in partners {
        let other = partner.person as usize;
        let free = matches.has_place(places, own) && matches.has_place(places, other);
        if free && !matches.contain(own, partner.person) {
            matches.add(person, partner.person, partner.weight);
        }
    }
}
