//! The best alternating path from one person: add a pair, drop one, add, drop, wherever it leads.
//!
//! Under good prices every added pair costs a little (its score is below both prices) and so does
//! every dropped one (its score is above them), so the best path is a shortest path and Dijkstra
//! finds it without trying them all. Two things make the result a proposal only: prices are not
//! exact, and a path may pass somebody twice in ways that do not go together. Whoever walks it
//! checks every step.

use std::collections::BinaryHeap;

use super::graph::Graph;
use super::matches::Matches;
use super::number;
use super::places::Places;

/// Where a path has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    /// A person who has a place to fill.
    Open(u32),
    /// A person who has been given a match more than there was.
    Over(u32),
}

/// A step of a path, with the pair's weight.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// The pair is made.
    Add(u32, u32, u32),
    /// The pair is undone.
    Drop(u32, u32, u32),
}

/// What a path is looked for in.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) graph: &'a Graph,
    pub(super) places: &'a Places<'a>,
    pub(super) prices: &'a [i64],
}

/// What searches know of a state; together, because they are read together.
#[derive(Clone, Copy)]
struct State {
    /// What the path to it gains, the price of the place it leaves open included.
    value: i64,
    from: u32,
    /// Of the last step's pair.
    weight: u32,
    /// Twice the search that has reached it last, and one more when that has settled it.
    mark: u32,
}

/// A state that can be settled: the greater the value the sooner, of equal ones the first. One
/// number, because comparing is what most of a search's time goes into.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key(i64);

/// Room for eight million people; what is left holds more than any path of `SETTLED_MAX` states
/// can lose.
const STATE_BITS: u32 = 24;
const LAST_STATE: i64 = (1 << STATE_BITS) - 1;

impl Key {
    fn new(value: i64, state: u32) -> Self {
        Self((value << STATE_BITS) | (LAST_STATE - i64::from(state)))
    }

    fn parts(self) -> (i64, u32) {
        let state = LAST_STATE - (self.0 & LAST_STATE);
        (self.0 >> STATE_BITS, u32::try_from(state).unwrap_or(NONE))
    }
}

/// Room for searches, and the tree of the last one.
pub(super) struct Paths {
    states: Vec<State>,
    search: u32,
    /// States that all searches have settled.
    pub(super) spent: usize,
    /// States that no path of this start may pass, because one through them did not go together.
    banned: Vec<u32>,
    heap: BinaryHeap<Key>,
    end: Option<u32>,
    best: i64,
}

/// States that one search settles at most: a count, never a clock.
const SETTLED_MAX: usize = 3_000;
/// After so many it looks for what there is left to hope for.
const SETTLED_LONG: usize = 1_000;
const NONE: u32 = u32::MAX;

impl Paths {
    pub(super) fn new(people: usize) -> Self {
        let state = State {
            value: 0,
            from: NONE,
            weight: 0,
            mark: 0,
        };
        Self {
            states: vec![state; 2 * people],
            search: 0,
            spent: 0,
            banned: Vec::new(),
            heap: BinaryHeap::new(),
            end: None,
            best: 0,
        }
    }

    /// Forgets what was banned: another start begins.
    pub(super) fn allow_all(&mut self) {
        self.banned.clear();
    }

    /// Bans the state after a step of a path.
    pub(super) fn ban_end_of(&mut self, step: Step) {
        self.banned.push(match step {
            Step::Add(_, b, _) => state_of(At::Over(b)),
            Step::Drop(_, b, _) => state_of(At::Open(b)),
        });
    }

    /// Looks for the path that gains the most, and more than `least`; returns its end.
    /// `hope` is the most that filling somebody's free place is worth.
    pub(super) fn seek(
        &mut self,
        field: Field<'_>,
        matches: &Matches,
        start: At,
        least: i64,
        hope: i64,
    ) -> Option<u32> {
        self.search += 1;
        self.heap.clear();
        self.end = None;
        self.best = least;
        let value = match start {
            At::Open(x) => field.prices[x as usize] + field.next_bonus(matches, x),
            At::Over(u) => -field.prices[u as usize],
        };
        // A path between two free places can begin at either: it is found from the one that is
        // worth more, so the other's worth need not be hoped for beyond one's own.
        let hope = match start {
            At::Open(_) => hope.min(value),
            At::Over(_) => 0,
        };
        self.reach(state_of(start), value, NONE, 0);
        self.heap.push(Key::new(value, state_of(start)));
        for banned in &self.banned {
            self.states[*banned as usize].mark = 2 * self.search + 1;
        }
        let mut settled = 0;
        let mut left = hope;
        while let Some((value, state)) = self.heap.pop().map(Key::parts) {
            if settled == SETTLED_LONG {
                left = hope.min(field.most_left(matches, start));
            }
            if value + left <= self.best || settled == SETTLED_MAX {
                // Counted as if it had gone on for as long as it hoped before: what it is
                // spared is not for others to spend.
                if value + hope > self.best {
                    settled = SETTLED_MAX;
                }
                break;
            }
            let known = &mut self.states[state as usize];
            if known.mark > 2 * self.search {
                continue;
            }
            known.mark += 1;
            settled += 1;
            match at(state) {
                At::Open(x) => self.add_from(field, matches, x, value, hope),
                At::Over(u) => self.drop_from(field, matches, u, value, hope),
            }
        }
        self.spent += settled;
        self.end
    }

    /// The steps of the last search that lead to an end, the first first.
    pub(super) fn steps_to(&self, end: u32, steps: &mut Vec<Step>) {
        steps.clear();
        let mut state = end;
        while self.states[state as usize].from != NONE {
            let State {
                from: before,
                weight,
                ..
            } = self.states[state as usize];
            steps.push(match (at(before), at(state)) {
                (At::Open(a), At::Over(b)) => Step::Add(a, b, weight),
                (At::Over(a) | At::Open(a), At::Open(b) | At::Over(b)) => Step::Drop(a, b, weight),
            });
            state = before;
        }
        steps.reverse();
    }

    fn add_from(&mut self, field: Field<'_>, matches: &Matches, x: u32, value: i64, hope: i64) {
        for arc in field.graph.row(x as usize) {
            let state = state_of(At::Over(arc.to));
            let excess = field.excess(x, arc.to, arc.weight);
            let next = value + excess.min(0);
            if !self.is_better(state, next) || matches.contain(x as usize, arc.to) {
                continue;
            }
            self.reach(state, next, state_of(At::Open(x)), arc.weight);
            if matches.has_place(field.places, arc.to as usize) {
                let filled = field.prices[arc.to as usize] + field.next_bonus(matches, arc.to);
                self.end_at(next + filled, state);
            }
            self.go_on_from(state, next, hope);
        }
    }

    fn drop_from(&mut self, field: Field<'_>, matches: &Matches, u: u32, value: i64, hope: i64) {
        for partner in matches.of(u as usize) {
            let state = state_of(At::Open(partner.person));
            let excess = field.excess(u, partner.person, partner.weight);
            let next = value - excess.max(0);
            if !self.is_better(state, next) {
                continue;
            }
            self.reach(state, next, state_of(At::Over(u)), partner.weight);
            let person = partner.person as usize;
            let lost = field
                .places
                .bonus(person, matches.count(person).saturating_sub(1));
            self.end_at(next - field.prices[person] - lost, state);
            self.go_on_from(state, next, hope);
        }
    }

    /// Whether this is the best way to the state so far, and not too late.
    fn is_better(&self, state: u32, value: i64) -> bool {
        let known = &self.states[state as usize];
        let reached = 2 * self.search;
        known.mark < reached || (known.mark == reached && known.value < value)
    }

    fn reach(&mut self, state: u32, value: i64, from: u32, weight: u32) {
        let known = &mut self.states[state as usize];
        known.mark = 2 * self.search;
        known.value = value;
        known.from = from;
        known.weight = weight;
    }

    /// The best found so far only grows: what cannot beat it now never will.
    fn go_on_from(&mut self, state: u32, value: i64, hope: i64) {
        if value + hope > self.best {
            self.heap.push(Key::new(value, state));
        }
    }

    fn end_at(&mut self, gain: i64, state: u32) {
        if gain > self.best {
            self.end = Some(state);
            self.best = gain;
        }
    }
}

impl Field<'_> {
    fn excess(&self, a: u32, b: u32, weight: u32) -> i64 {
        i64::from(weight) - self.prices[a as usize] - self.prices[b as usize]
    }

    /// The most that the end of a path can add to it: where somebody fills a free place, or loses a
    /// match. The place from which the path starts can be filled only once.
    fn most_left(&self, matches: &Matches, start: At) -> i64 {
        let left = |person: usize| {
            let (count, price) = (matches.count(person), self.prices[person]);
            let is_start = At::Open(number(person)) == start;
            let fill = (count + usize::from(is_start) < self.places.capacity(person))
                .then(|| price + self.places.bonus(person, count));
            let lose = (count > 0).then(|| -price - self.places.bonus(person, count - 1));
            fill.max(lose)
        };
        let most = (0..self.prices.len()).filter_map(left).max();
        most.unwrap_or(0).max(0)
    }

    fn next_bonus(&self, matches: &Matches, person: u32) -> i64 {
        self.places
            .bonus(person as usize, matches.count(person as usize))
    }
}

fn state_of(at: At) -> u32 {
    match at {
        At::Open(person) => 2 * person,
        At::Over(person) => 2 * person + 1,
    }
}

fn at(state: u32) -> At {
    if state.is_multiple_of(2) {
        At::Open(state / 2)
    } else {
        At::Over(state / 2)
    }
}
