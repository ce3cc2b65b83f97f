//! A price for each person's places, so that whoever takes the best of *score minus prices* leaves
//! to others what they need more.
//!
//! Min-sum messages solve the linear relaxation of the b-matching where it is tight (Bayati, Borgs,
//! Chayes, Zecchina; Sanghavi): the message from `v` to `u` is what a place of `v` is worth to
//! everybody but `u`. A price may be negative: a subsidy to people who are hard to place. Prices
//! are also a solution of the dual, which bounds the total of every possible assignment from above:
//!
//! `sum over places of max(0, price + bonus) + sum over pairs of max(0, score - both prices)`.
//!
//! Messages are floating point, but only sums, differences and comparisons in a fixed order; the
//! prices that decide and prove are whole millionths.

use rayon::prelude::*;

use super::graph::{Arc, Graph};
use super::number;
use super::places::Places;

/// Rounds of messages between two looks at the bound.
const ROUNDS_PER_LOOK: usize = 5;
/// Looks without progress after which messages have said what they know.
const FLAT_LOOKS_MAX: usize = 4;
/// Progress: the least fall of the bound, in millionths for each person.
const FLAT: f64 = 5.0;
const SWEEPS: usize = 12;
/// Doublings of one stride: farther than any price can be off.
const STRIDES_MAX: usize = 20;
const DAMPING: f64 = 0.1;
/// The result does not depend on it.
const PEOPLE_PER_JOB: usize = 256;
/// A price at which no pair is worth anything, whoever the other is.
const UNAFFORDABLE: f64 = 1e7;
/// More places than a person can have, and one more.
const OFFERS_MAX: usize = 12;

/// Of so many arcs is it remembered that they were a person's best: all of them where people have
/// three places.
const HINTS_MAX: usize = 5;
/// The arcs of a person's best offers, as they were last.
type Hint = [u32; HINTS_MAX];
const NO_ARC: u32 = u32::MAX;

/// The best offers for a person's places, falling, one more than there are places; of equal ones
/// the first.
struct Offers {
    value: [f64; OFFERS_MAX],
    arc: [u32; OFFERS_MAX],
    wanted: usize,
}

impl Offers {
    fn of(capacity: usize, arcs: &[Arc], hint: &Hint, offer: impl Fn(&Arc) -> f64) -> Self {
        let mut best = Self {
            value: [f64::NEG_INFINITY; OFFERS_MAX],
            arc: [NO_ARC; OFFERS_MAX],
            wanted: (capacity + 2).min(OFFERS_MAX),
        };
        // What was best is mostly still the best, in much the same order: where nothing else comes
        // up to the least of it, there is nothing left to sort.
        let hint = hint.get(..best.wanted).unwrap_or_default();
        for place in hint {
            if let Some(arc) = arcs.get(*place as usize) {
                best.insert(*place, offer(arc));
            }
        }
        let least = best.value[best.wanted - 1];
        let is_good = |arc: &&Arc| offer(arc) >= least;
        if least > f64::NEG_INFINITY && arcs.iter().filter(is_good).count() == hint.len() {
            return best;
        }
        best.value.fill(f64::NEG_INFINITY);
        best.arc.fill(NO_ARC);
        for (place, arc) in (0u32..).zip(arcs) {
            let value = offer(arc);
            if value >= least && value > best.value[best.wanted - 1] {
                best.insert(place, value);
            }
        }
        best
    }

    fn hint(&self) -> Hint {
        std::array::from_fn(|rank| self.arc[rank])
    }

    /// Puts an offer behind those that are better, and behind equal ones of earlier arcs.
    fn insert(&mut self, arc: u32, offer: f64) {
        let mut place = self.wanted - 1;
        while place > 0
            && (self.value[place - 1] < offer
                || (self.value[place - 1] == offer && self.arc[place - 1] > arc))
        {
            self.value[place] = self.value[place - 1];
            self.arc[place] = self.arc[place - 1];
            place -= 1;
        }
        self.value[place] = offer;
        self.arc[place] = arc;
    }

    /// The offer at a rank from 1, as if one of them were not there, which is known by its own.
    fn without(&self, skipped: Option<usize>, rank: usize) -> f64 {
        let is_skipped = skipped.is_some_and(|skipped| skipped <= rank);
        self.value[rank - 1 + usize::from(is_skipped)]
    }
}

/// From what price on each place of a person is taken, rising.
struct Floors {
    value: [f64; OFFERS_MAX],
    capacity: usize,
}

impl Floors {
    #[expect(clippy::cast_precision_loss, reason = "bonuses are far below 2^52")]
    fn of(places: &Places<'_>, person: usize) -> Self {
        let capacity = places.capacity(person).min(OFFERS_MAX - 2);
        let mut value = [f64::INFINITY; OFFERS_MAX];
        if capacity == 0 {
            value[0] = UNAFFORDABLE;
        }
        for (before, floor) in value.iter_mut().enumerate().take(capacity) {
            *floor = -(places.bonus(person, before) as f64);
        }
        Self { value, capacity }
    }

    /// How many places are filled when the offer at some rank is not there.
    fn filled(&self, offers: &Offers, without: Option<usize>) -> usize {
        let taken = |rank: &usize| offers.without(without, *rank) >= self.value[rank - 1];
        (1..=self.capacity).rev().find(taken).unwrap_or(0)
    }

    /// What one place is worth to everybody but who makes the offer at some rank.
    fn worth(&self, offers: &Offers, without: Option<usize>) -> f64 {
        let filled = self.filled(offers, without);
        let last = if filled == 0 {
            f64::INFINITY
        } else {
            offers.without(without, filled)
        };
        last.min(self.value[filled])
    }

    /// The price at which as many want a place as there are places to give.
    fn price(&self, offers: &Offers) -> f64 {
        let filled = self.filled(offers, None);
        if filled == 0 {
            return self.value[0];
        }
        let low = offers.value[filled].max(self.value[filled - 1]);
        let high = offers.value[filled - 1].min(self.value[filled]);
        (low + high) / 2.0
    }
}

/// Prices for the people of a graph.
pub(super) struct Market<'a> {
    graph: &'a Graph,
    floors: Vec<Floors>,
}

impl<'a> Market<'a> {
    pub(super) fn new(graph: &'a Graph, places: &Places<'_>) -> Self {
        let floors = (0..graph.people())
            .map(|person| Floors::of(places, person))
            .collect();
        Self { graph, floors }
    }

    /// Prices from messages, polished; the start is from earlier prices, where there are any.
    pub(super) fn prices(&self, start: Option<&[f64]>, rounds_max: usize) -> Vec<f64> {
        let mut messages = self.first_messages(start);
        let mut hints = vec![[NO_ARC; HINTS_MAX]; self.graph.people()];
        let mut best = self.prices_of(&messages, &hints);
        let mut least = self.bound(&best);
        let progress = FLAT * f64::from(number(self.graph.people()));
        let mut flat = 0;
        for _ in 0..rounds_max / ROUNDS_PER_LOOK {
            for _ in 0..ROUNDS_PER_LOOK {
                self.round(&mut messages, &mut hints);
            }
            let prices = self.prices_of(&messages, &hints);
            let bound = self.bound(&prices);
            flat = if bound < least - progress {
                0
            } else {
                flat + 1
            };
            if bound < least {
                (least, best) = (bound, prices);
            }
            if flat >= FLAT_LOOKS_MAX {
                break;
            }
        }
        self.sweep(&mut best);
        best
    }

    /// Steps along the subgradient towards the total that was found (Polyak), which untie what
    /// messages leave tied; then sweeps. Never returns worse prices.
    pub(super) fn descend(&self, prices: &[f64], target: f64, steps: usize) -> Vec<f64> {
        let mut best = prices.to_vec();
        let mut least = self.bound(&best);
        let mut at = best.clone();
        let mut slope = vec![0.0; at.len()];
        for _ in 0..steps {
            let bound = self.slope(&at, &mut slope);
            if bound < least {
                least = bound;
                best.clone_from(&at);
            }
            let length: f64 = slope.iter().map(|part| part * part).sum();
            if length == 0.0 || bound <= target {
                break;
            }
            let step = (bound - target) / length;
            for (price, part) in at.iter_mut().zip(&slope) {
                *price -= step * part;
            }
        }
        self.sweep(&mut best);
        best
    }

    /// Goes on in a direction that has lowered the bound, by double strides while that lowers it
    /// further: people who outbid each other move prices steadily, and slowly.
    pub(super) fn carry_on(&self, from: &[f64], to: Vec<f64>) -> Vec<f64> {
        let mut best = to;
        let mut least = self.bound(&best);
        let mut stride: Vec<f64> = best.iter().zip(from).map(|(to, from)| to - from).collect();
        for _ in 0..STRIDES_MAX {
            let next: Vec<f64> = best.iter().zip(&stride).map(|(at, by)| at + by).collect();
            let bound = self.bound(&next);
            if bound >= least {
                break;
            }
            (best, least) = (next, bound);
            stride.iter_mut().for_each(|by| *by *= 2.0);
        }
        self.sweep(&mut best);
        best
    }

    /// The dual's value on this graph.
    pub(super) fn bound(&self, prices: &[f64]) -> f64 {
        let of_places = |person: usize| {
            let floors = &self.floors[person];
            let taken = floors.value[..floors.capacity].iter();
            taken
                .map(|floor| (prices[person] - floor).max(0.0))
                .sum::<f64>()
        };
        let of_edges = |person: usize| {
            let own = prices[person];
            let later = self
                .graph
                .row(person)
                .iter()
                .filter(|arc| arc.to as usize > person);
            let excess =
                |arc: &Arc| (f64::from(arc.weight) - own - prices[arc.to as usize]).max(0.0);
            later.map(excess).sum::<f64>()
        };
        (0..prices.len())
            .map(|person| of_places(person) + of_edges(person))
            .sum()
    }

    /// The dual's value, and in `slope` how it changes with each price.
    fn slope(&self, prices: &[f64], slope: &mut [f64]) -> f64 {
        let mut excess = vec![0.0; prices.len()];
        slope.fill(0.0);
        for edge in &self.graph.edges {
            let (a, b) = (edge.a as usize, edge.b as usize);
            // As either end reckons it: rounding differs, and everybody's sum is that of their row.
            for (own, other) in [(a, b), (b, a)] {
                let more = f64::from(edge.weight) - prices[own] - prices[other];
                if more > 0.0 {
                    excess[own] += more;
                    slope[own] -= 1.0;
                }
            }
        }
        let mut value = 0.0;
        for (person, floors) in self.floors.iter().enumerate() {
            let own = prices[person];
            for floor in &floors.value[..floors.capacity] {
                if own > *floor {
                    value += own - floor;
                    slope[person] += 1.0;
                }
            }
            // Each pair is seen from both of its ends.
            value += excess[person] / 2.0;
        }
        value
    }

    fn first_messages(&self, start: Option<&[f64]>) -> Vec<f64> {
        match start {
            None => vec![0.0; self.graph.arcs.len()],
            Some(prices) => {
                let rows = prices.iter().enumerate();
                let row = |(person, price): (usize, &f64)| {
                    std::iter::repeat_n(*price, self.graph.row(person).len())
                };
                rows.flat_map(row).collect()
            }
        }
    }

    /// Every person in turn tells every other what a place is worth without them, and hears at once
    /// what those before have said: that takes half the rounds of all speaking at the same time.
    fn round(&self, messages: &mut [f64], hints: &mut [Hint]) {
        for (person, hint) in hints.iter_mut().enumerate() {
            let floors = &self.floors[person];
            let offers = self.offers(person, messages, hint);
            *hint = offers.hint();
            let own = &mut messages[self.graph.start[person]..self.graph.start[person + 1]];
            let damped = |before: f64, said: f64| DAMPING * before + (1.0 - DAMPING) * said;
            // To whom the person would give no place anyway, the price is the same.
            let chosen = offers.arc.map(|arc| own.get(arc as usize).copied());
            let usual = floors.worth(&offers, None);
            for message in own.iter_mut() {
                *message = damped(*message, usual);
            }
            for (rank, before) in (1..=floors.capacity + 1).zip(chosen) {
                if let Some(before) = before {
                    let arc = offers.arc[rank - 1] as usize;
                    own[arc] = damped(before, floors.worth(&offers, Some(rank)));
                }
            }
        }
    }

    fn offers(&self, person: usize, messages: &[f64], hint: &Hint) -> Offers {
        let offer = |arc: &Arc| f64::from(arc.weight) - messages[arc.back as usize];
        let capacity = self.floors[person].capacity;
        Offers::of(capacity, self.graph.row(person), hint, offer)
    }

    fn prices_of(&self, messages: &[f64], hints: &[Hint]) -> Vec<f64> {
        let price = |person: usize| {
            let offers = self.offers(person, messages, &hints[person]);
            self.floors[person].price(&offers)
        };
        (0..self.graph.people())
            .into_par_iter()
            .with_min_len(PEOPLE_PER_JOB)
            .map(price)
            .collect()
    }

    /// Sets every price to the best for it while the others stand, some times over: the bound only
    /// falls.
    fn sweep(&self, prices: &mut [f64]) {
        let mut hints = vec![[NO_ARC; HINTS_MAX]; prices.len()];
        for _ in 0..SWEEPS {
            for (person, hint) in hints.iter_mut().enumerate() {
                let offer = |arc: &Arc| f64::from(arc.weight) - prices[arc.to as usize];
                let (capacity, row) = (self.floors[person].capacity, self.graph.row(person));
                let offers = Offers::of(capacity, row, hint, offer);
                *hint = offers.hint();
                prices[person] = self.floors[person].price(&offers);
            }
        }
    }
}

/// Whole millionths, which are what decides and proves.
#[expect(
    clippy::cast_possible_truncation,
    reason = "prices lie between the bonuses"
)]
pub(super) fn whole(prices: &[f64]) -> Vec<i64> {
    prices.iter().map(|price| price.round() as i64).collect()
}
