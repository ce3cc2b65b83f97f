//! The assignment: who meets whom, so that first everybody who can meet somebody does, then as many
//! as possible meet two, then the total score is the largest; nobody above their capacity.
//!
//! Pure, and the same for the same people and salt, whatever the order of the rows and the number
//! of threads: weights and decisive prices are whole numbers, ties fall by a salted hash of ids,
//! and effort is counted, never timed.
//!
//! In the order of the work:
//! 1. `graph`: everybody's best partners of all.
//! 2. `prices`: what a place of each person is worth (min-sum messages; a solution of the dual).
//! 3. `certificate`: all pairs again under these prices; what the graph lacks is added, and the
//!    sum bounds the total of every assignment from above.
//! 4. `greedy`: best first by score minus prices.
//! 5. `cover`: places for everybody who can have one, with a proof for those who cannot.
//! 6. `chains`: rearrangements that gain.
//!
//! Sources: Khan, Pothen et al., SIAM J. Sci. Comput. 38(5), 2016 (greedy b-matching); Babenko and
//! Gusakov, STACS 2011 (covering by stars as a flow); Bayati, Borgs, Chayes and Zecchina,
//! arXiv:0709.1190; Sanghavi, arXiv:0705.0760 (messages and the linear programme).

mod certificate;
mod chains;
mod cover;
mod graph;
mod greedy;
mod matches;
mod mend;
mod paths;
mod places;
mod prices;

pub use certificate::Certificate;
pub use cover::Crowd;
pub use mend::{Mended, mend};

use rayon::prelude::*;

use certificate::Audit;
use cover::Source;
use graph::{Edge, Graph};
use matches::Matches;
use places::Places;
use prices::Market;

/// All pairs that may be made, row by row. Both ends must agree about a pair and its weight.
pub trait Pairs: Sync {
    /// Room for one row's work, kept from row to row.
    type Scratch: Default + Send;

    /// How many people there are; they are numbered from 0.
    fn people(&self) -> usize;

    /// Replaces `found` by everybody whom a person may meet, sorted, without the person.
    fn partners(&self, person: usize, scratch: &mut Self::Scratch, found: &mut Vec<Partner>);

    /// Shows everybody's best partners to `look`: the best `wanted` of each and who ties with the
    /// last of them, more if that is easier, in any order; returns what it says, in an order that
    /// does not depend on threads.
    fn best_rows<T: Send>(
        &self,
        wanted: usize,
        look: impl Fn(usize, &mut Vec<Partner>) -> T + Sync,
    ) -> Vec<T> {
        let _all_are_more_than_enough = wanted;
        rows_of(self, look)
    }

    /// Shows everybody's partners whose weight is above the sum of both prices to `look`, sorted.
    /// Most are not, so that there are quicker ways than to look at all of them.
    fn rows_above<T: Send>(
        &self,
        prices: &[i64],
        look: impl Fn(usize, &[Partner]) -> T + Sync,
    ) -> Vec<T> {
        rows_of(self, |person, found| {
            found.retain(|partner| {
                i64::from(partner.weight) > prices[person] + prices[partner.person as usize]
            });
            look(person, found)
        })
    }
}

fn rows_of<P: Pairs + ?Sized, T: Send>(
    pairs: &P,
    look: impl Fn(usize, &mut Vec<Partner>) -> T + Sync,
) -> Vec<T> {
    let rows = (0..pairs.people()).into_par_iter().map_init(
        || (P::Scratch::default(), Vec::new()),
        |(scratch, found), person| {
            pairs.partners(person, scratch, found);
            look(person, found)
        },
    );
    rows.collect()
}

/// A person's place in a list, or a count of people, who are far below four billions.
pub(in crate::matching) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Somebody whom a person may meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partner {
    /// The other.
    pub person: u32,
    /// The score in millionths, at most 1,000,000.
    pub weight: u32,
}

/// A pair that was made; `a` is the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// One of the two.
    pub a: u32,
    /// The other.
    pub b: u32,
    /// The score in millionths.
    pub weight: u32,
}

/// What is to be assigned.
#[derive(Debug)]
pub struct Problem<'a, P> {
    /// Who may meet whom.
    pub pairs: &'a P,
    /// How many new matches each person can have, at most 10.
    pub capacity: &'a [u8],
    /// How many each person has already.
    pub held: &'a [u8],
    /// Whether a second match for somebody counts more than a better score.
    pub second_match: bool,
    /// What settles equal scores.
    pub ties: TieBreak<'a>,
}

/// Settles equal scores by a hash of both ids, so that nobody wins all ties by having come first.
#[derive(Debug, Clone, Copy)]
pub struct TieBreak<'a> {
    /// Of the run.
    pub salt: u64,
    /// Of each person, rising.
    pub ids: &'a [i64],
}

/// Who meets whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The new pairs, sorted.
    pub pairs: Vec<Pair>,
    /// People who could not all be placed, with everybody whom they could have met.
    pub crowds: Vec<Crowd>,
    /// How good it is.
    pub certificate: Certificate,
}

/// Rounds of messages at the start, and after pairs were added.
const ROUNDS_MAX: [usize; 2] = [200, 60];
/// Scans of all pairs for what the graph lacks, after each change of the prices.
const AUDITS_MAX: usize = 3;
/// What missing pairs may add to the bound without being sought, in millionths for each person.
const MISSING_MATTERS: i64 = 30;
/// Steps of one descent of the prices, and descents at most.
const DESCENT_STEPS: usize = 150;
const DESCENTS_MAX: usize = 10;
/// A descent that closes less than this share of the gap is the last.
const DESCENT_WORTH: f64 = 0.03;
/// A gap, as a share, at which quick matches say nothing yet; and tries to narrow it.
const GAP_WIDE: f64 = 0.006;
const APPROACHES_MAX: usize = 6;
/// A gap, as a share, that is not worth more work.
const GAP_GOOD: f64 = 0.0007;
/// Greedy starts with other ties, while the gap is not good and one in so many gains something; a
/// few people allow many, and many people have a small gap anyway.
const STARTS_MAX: usize = 16;
const STARTS_OF_ALL_MAX: usize = 2_000;
const STARTS_IN_VAIN_MAX: u64 = 2;

impl TieBreak<'_> {
    /// The hash of a pair; smaller wins.
    pub(super) fn hash(&self, a: u32, b: u32) -> u64 {
        let id = |person: u32| u64::from_ne_bytes(self.ids[person as usize].to_ne_bytes());
        mix(mix(mix(self.salt) ^ id(a.min(b))) ^ id(a.max(b)))
    }

    /// Which of two pairs wins a tie, as the lesser.
    pub(super) fn cmp(&self, one: (u32, u32), other: (u32, u32)) -> std::cmp::Ordering {
        let key = |(a, b): (u32, u32)| (self.hash(a, b), a.min(b), a.max(b));
        key(one).cmp(&key(other))
    }
}

/// The finalizer of SplitMix64.
fn mix(mut value: u64) -> u64 {
    value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Makes the assignment.
pub fn assign<P: Pairs>(problem: &Problem<'_, P>) -> Assignment {
    let places = Places::new(problem);
    let graph = Graph::of_best(problem.pairs, &problem.ties);
    let first = scarcity(problem, &places, &graph);
    let exact = Market::new(&graph, &places).prices(Some(&first), ROUNDS_MAX[0]);
    let exact = approached(problem, &places, &graph, exact);
    let priced = audited(problem, &places, graph, exact, i64::MAX);
    let matches = improved(problem, &places, &priced, 0);
    let (priced, matches) = descended(problem, &places, priced, matches);
    let mut matches = best_start(problem, &places, &priced, matches);
    let crowds = settle(problem, &places, &mut matches);
    conclude(&priced, &places, &matches, crowds)
}

/// Prices with the graph they are for, and the least bound that any prices have proved.
struct Priced {
    graph: Graph,
    exact: Vec<f64>,
    whole: Vec<i64>,
    bound: i64,
}

/// Prices for scarcity alone: whoever is needed by a crowd gets the worth of a match there, and who
/// is in the crowd pays for it. Messages would find that, too, but slowly, by outbidding one
/// another.
#[expect(clippy::cast_precision_loss, reason = "bonuses are far below 2^52")]
fn scarcity<P: Pairs>(problem: &Problem<'_, P>, places: &Places<'_>, graph: &Graph) -> Vec<f64> {
    let people = problem.pairs.people();
    let mut prices = vec![0.0; people];
    let mut matches = greedy::guided(graph, places, &vec![0; people], &problem.ties);
    let mut candidates = Source::<P>::Candidates(graph);
    for least in if problem.second_match { 1..=2 } else { 1..=1 } {
        for crowd in cover::cover(&mut candidates, places, &mut matches, least) {
            let bonus = places.bonus_of(least) as f64;
            for person in crowd.people {
                prices[person as usize] = -bonus;
            }
            for partner in crowd.partners {
                prices[partner as usize] = bonus;
            }
        }
    }
    prices
}

/// Lowers the prices' bound towards quick matches while messages have left a wide gap.
#[expect(clippy::cast_precision_loss, reason = "totals are below 2^52")]
fn approached<P: Pairs>(
    problem: &Problem<'_, P>,
    places: &Places<'_>,
    graph: &Graph,
    mut exact: Vec<f64>,
) -> Vec<f64> {
    let market = Market::new(graph, places);
    let mut least = market.bound(&exact);
    for _ in 0..APPROACHES_MAX {
        let quick = start(problem, places, graph, &prices::whole(&exact), 0);
        let missing = least - quick.worth(places) as f64;
        if missing <= GAP_WIDE * quick.weight() as f64 {
            break;
        }
        let nearer = approach(&market, &exact, quick.worth(places) as f64);
        let bound = market.bound(&nearer);
        let worth_it = least - bound > DESCENT_WORTH * missing;
        (exact, least) = (nearer, bound);
        if !worth_it {
            break;
        }
    }
    exact
}

/// One descent; messages then spread what it has found in one place.
fn approach(market: &Market<'_>, from: &[f64], target: f64) -> Vec<f64> {
    let descended = market.descend(from, target, DESCENT_STEPS);
    let spread = market.prices(Some(&descended), ROUNDS_MAX[1]);
    market.carry_on(from, spread)
}

/// Improves prices and matches in turn: the better the matches, the better the aim of the descent.
#[expect(clippy::cast_precision_loss, reason = "totals are below 2^52")]
fn descended<P: Pairs>(
    problem: &Problem<'_, P>,
    places: &Places<'_>,
    mut priced: Priced,
    mut matches: Matches,
) -> (Priced, Matches) {
    let before = priced.whole.clone();
    let mut least = Market::new(&priced.graph, places).bound(&priced.exact);
    for _ in 0..DESCENTS_MAX {
        let worth = matches.worth(places) as f64;
        if least - worth <= GAP_GOOD * matches.weight() as f64 {
            break;
        }
        let market = Market::new(&priced.graph, places);
        let better = approach(&market, &priced.exact, worth);
        let bound = market.bound(&better);
        if least - bound <= DESCENT_WORTH * (least - worth) {
            break;
        }
        priced.whole = prices::whole(&better);
        (priced.exact, least) = (better, bound);
        let again = improved(problem, places, &priced, 0);
        chains::improve(&priced.graph, places, &priced.whole, &mut matches);
        if again.worth(places) > matches.worth(places) {
            matches = again;
        }
    }
    if priced.whole == before {
        return (priced, matches);
    }
    let Priced {
        graph,
        exact,
        bound,
        ..
    } = priced;
    (audited(problem, places, graph, exact, bound), matches)
}

/// The best matches of several starts.
fn best_start<P: Pairs>(
    problem: &Problem<'_, P>,
    places: &Places<'_>,
    priced: &Priced,
    mut best: Matches,
) -> Matches {
    let mut in_vain = 0;
    let starts = STARTS_MAX.min(STARTS_OF_ALL_MAX / places.people().max(1));
    for attempt in (1..).take(starts) {
        if gap(priced, &best, places) < GAP_GOOD || in_vain == STARTS_IN_VAIN_MAX {
            break;
        }
        let matches = improved(problem, places, priced, attempt);
        in_vain += 1;
        if matches.worth(places) > best.worth(places) {
            best = matches;
            in_vain = 0;
        }
    }
    best
}

/// Scans all pairs under the prices, and mends graph and prices while pairs are missing that
/// matter.
#[expect(clippy::cast_possible_truncation, reason = "a bound is far below 2^63")]
fn audited<P: Pairs>(
    problem: &Problem<'_, P>,
    places: &Places<'_>,
    mut graph: Graph,
    mut exact: Vec<f64>,
    mut bound: i64,
) -> Priced {
    let people = problem.pairs.people();
    let mut left = AUDITS_MAX;
    loop {
        let whole = prices::whole(&exact);
        let Audit {
            bound: found,
            missing,
        } = certificate::audit(problem.pairs, &graph, places, &whole);
        bound = bound.min(found);
        left -= 1;
        let own = Market::new(&graph, places).bound(&exact) as i64;
        let matters = found - own > MISSING_MATTERS * i64::try_from(people).unwrap_or(i64::MAX);
        if left == 0 || !matters {
            return Priced {
                graph,
                exact,
                whole,
                bound,
            };
        }
        graph = Graph::new(people, graph.edges.into_iter().chain(missing).collect());
        exact = Market::new(&graph, places).prices(Some(&exact), ROUNDS_MAX[1]);
    }
}

/// Matches under some prices, with everybody placed who can be placed among the candidates.
fn start<P: Pairs>(
    problem: &Problem<'_, P>,
    places: &Places<'_>,
    graph: &Graph,
    prices: &[i64],
    attempt: u64,
) -> Matches {
    let ties = TieBreak {
        salt: problem.ties.salt.wrapping_add(attempt),
        ..problem.ties
    };
    let mut matches = greedy::guided(graph, places, prices, &ties);
    let mut candidates = Source::<P>::Candidates(graph);
    cover::cover(&mut candidates, places, &mut matches, 1);
    if problem.second_match {
        cover::cover(&mut candidates, places, &mut matches, 2);
    }
    matches
}

fn improved<P: Pairs>(
    problem: &Problem<'_, P>,
    places: &Places<'_>,
    priced: &Priced,
    attempt: u64,
) -> Matches {
    let mut matches = start(problem, places, &priced.graph, &priced.whole, attempt);
    chains::improve(&priced.graph, places, &priced.whole, &mut matches);
    matches
}

/// The last word on coverage, over all pairs: nobody is left out whom any pair could place.
fn settle<P: Pairs>(
    problem: &Problem<'_, P>,
    places: &Places<'_>,
    matches: &mut Matches,
) -> Vec<Crowd> {
    let mut all = Source::All(problem.pairs, P::Scratch::default(), Vec::new());
    cover::cover(&mut all, places, matches, 1)
}

#[expect(clippy::cast_precision_loss, reason = "totals are below 2^52")]
fn gap(priced: &Priced, matches: &Matches, places: &Places<'_>) -> f64 {
    let bound = (priced.bound - matches.bonuses(places)) as f64;
    if bound > 0.0 {
        1.0 - matches.weight() as f64 / bound
    } else {
        0.0
    }
}

fn conclude(
    priced: &Priced,
    places: &Places<'_>,
    matches: &Matches,
    crowds: Vec<Crowd>,
) -> Assignment {
    let unsigned = |weight: i64| u64::try_from(weight).unwrap_or(0);
    let covered = matches.people_with(places, 1);
    // A crowd of one with nobody to meet is no question of coverage.
    let crowds: Vec<Crowd> = crowds
        .into_iter()
        .filter(|crowd| !crowd.partners.is_empty())
        .collect();
    let unproved = crowds.iter().filter(|crowd| !crowd.proves());
    let perhaps: usize = unproved.map(|crowd| crowd.left_over.len()).sum();
    let certificate = Certificate {
        covered,
        coverable: covered + perhaps,
        coverage_proved: perhaps == 0,
        with_two: matches.people_with(places, 2),
        total: unsigned(matches.weight()),
        upper_bound: unsigned(priced.bound - matches.bonuses(places)),
    };
    let pair = |Edge { a, b, weight }| Pair { a, b, weight };
    Assignment {
        pairs: matches.edges().into_iter().map(pair).collect(),
        crowds,
        certificate,
    }
}
