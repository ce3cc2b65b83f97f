//! Rearrangements: add a match, drop another, add, drop, as long as something is gained.
//!
//! Short chains on top of a good start are what the proofs of 2/3 and better rest on (Pettie and
//! Sanders 2004; Mestre 2006). Prices say where to look: at places that are worth something and
//! free, at pairs that are worth more than their prices and not taken, and at taken ones that are
//! worth less. They also say when to stop: a partial chain can gain no more than the price of the
//! place that it leaves open.

use super::graph::{Arc, Graph};
use super::matches::Matches;
use super::places::Places;

/// Chain lengths that are tried, in pairs added.
const DEPTHS: [usize; 4] = [3, 5, 8, 14];
/// Steps that a search from one place may take: a count, never a clock.
const STEPS_MAX: usize = 1_500;
/// Passes over all starts; each pass but the last has gained something.
const PASSES_MAX: usize = 12;
/// Prices are not exact: a chain may look this much worse than it is.
const SLACK: i64 = 2_000;

/// A step of a chain.
#[derive(Debug, Clone, Copy)]
enum Step {
    Add(u32, u32, u32),
    Drop(u32, u32, u32),
}

struct Chains<'a> {
    graph: &'a Graph,
    places: &'a Places<'a>,
    prices: &'a [i64],
    matches: &'a mut Matches,
    /// What has been done since the start of the search.
    done: Vec<Step>,
    /// The best that was found, as steps after those that were done at its start.
    best: Vec<Step>,
    best_gain: i64,
    /// People whom the chain has passed.
    passed: Vec<bool>,
    steps: usize,
}

/// Improves the matches until no chain gains anything, or the passes are spent.
pub(super) fn improve(graph: &Graph, places: &Places<'_>, prices: &[i64], matches: &mut Matches) {
    let mut chains = Chains::new(graph, places, prices, matches);
    for _ in 0..PASSES_MAX {
        let mut gained = 0;
        for person in 0..graph.people() {
            gained += chains.from_person(person);
        }
        if gained == 0 {
            return;
        }
    }
}

/// Improves the matches by chains that begin with these people only.
pub(super) fn improve_from(
    people: &[u32],
    graph: &Graph,
    places: &Places<'_>,
    prices: &[i64],
    matches: &mut Matches,
) {
    let mut chains = Chains::new(graph, places, prices, matches);
    for _ in 0..PASSES_MAX {
        let gained: i64 = people
            .iter()
            .map(|person| chains.from_person(*person as usize))
            .sum();
        if gained == 0 {
            return;
        }
    }
}

impl<'a> Chains<'a> {
    fn new(
        graph: &'a Graph,
        places: &'a Places<'a>,
        prices: &'a [i64],
        matches: &'a mut Matches,
    ) -> Self {
        let passed = vec![false; graph.people()];
        Self {
            graph,
            places,
            prices,
            matches,
            done: Vec::new(),
            best: Vec::new(),
            best_gain: 0,
            passed,
            steps: 0,
        }
    }

    /// Tries every start at a person; returns what was gained.
    fn from_person(&mut self, person: usize) -> i64 {
        let mut gained = 0;
        if self.matches.has_place(self.places, person) {
            gained += self.attempt(|chains| chains.fill(person));
        }
        for partner in self.matches.of(person).to_vec() {
            let other = partner.person as usize;
            if self.excess(person, other, partner.weight) < 0
                && self.matches.contain(person, partner.person)
            {
                gained += self.attempt(|chains| chains.replace(person, other, partner.weight));
            }
        }
        for place in self.graph.start[person]..self.graph.start[person + 1] {
            let arc = self.graph.arcs[place];
            let other = arc.to as usize;
            let promising = other > person && self.excess(person, other, arc.weight) > 0;
            if promising && !self.matches.contain(person, arc.to) {
                gained += self.attempt(|chains| chains.force(person, other, arc.weight));
            }
        }
        gained
    }

    fn excess(&self, a: usize, b: usize, weight: u32) -> i64 {
        i64::from(weight) - self.prices[a] - self.prices[b]
    }

    /// Does what is tried if it gains something, and undoes it otherwise.
    fn attempt(&mut self, attempt: impl FnOnce(&mut Self) -> i64) -> i64 {
        let gain = attempt(self);
        if gain <= 0 {
            while let Some(step) = self.done.pop() {
                self.undo(step);
            }
        }
        self.done.clear();
        gain.max(0)
    }

    /// Fills a free place.
    fn fill(&mut self, person: usize) -> i64 {
        self.grow_best(person)
    }

    /// Drops a pair and fills both places.
    fn replace(&mut self, a: usize, b: usize, weight: u32) -> i64 {
        let mut gain = self.step(Step::Drop(index(a), index(b), weight));
        gain += self.grow_best(a);
        gain + self.grow_best(b)
    }

    /// Takes a pair; who has no place for it drops another, who fills that place in turn.
    fn force(&mut self, a: usize, b: usize, weight: u32) -> i64 {
        let mut gain = self.step(Step::Add(index(a), index(b), weight));
        for (full, partner) in [(a, b), (b, a)] {
            if self.matches.count(full) > self.places.capacity(full) {
                gain += self.relieve(full, partner);
            }
        }
        gain
    }

    /// Drops the partner whose loss costs the least, all that follows included, but not `kept`.
    fn relieve(&mut self, full: usize, kept: usize) -> i64 {
        let mut best: Option<(i64, Vec<Step>)> = None;
        for partner in self.matches.of(full).to_vec() {
            if partner.person as usize == kept {
                continue;
            }
            let before = self.done.len();
            let mut gain = self.step(Step::Drop(index(full), partner.person, partner.weight));
            gain += self.grow_best(partner.person as usize);
            let better = best.as_ref().is_none_or(|(most, _)| gain > *most);
            if better {
                best = Some((gain, self.done[before..].to_vec()));
            }
            while self.done.len() > before {
                if let Some(step) = self.done.pop() {
                    self.undo(step);
                }
            }
        }
        let Some((_, steps)) = best else { return 0 };
        steps.into_iter().map(|step| self.step(step)).sum()
    }

    /// The best chain from a free place, found by ever longer chains, and done.
    fn grow_best(&mut self, person: usize) -> i64 {
        self.best.clear();
        self.best_gain = 0;
        self.steps = 0;
        let before = self.done.len();
        for depth in DEPTHS {
            self.passed[person] = true;
            self.grow(person, depth, 0, before);
            self.passed[person] = false;
            if self.steps >= STEPS_MAX {
                break;
            }
        }
        let best = std::mem::take(&mut self.best);
        let gain = self.best_gain;
        for step in &best {
            self.step(*step);
        }
        self.best = best;
        gain
    }

    /// Looks at every chain from a free place that can still beat the best.
    fn grow(&mut self, person: usize, depth: usize, gain: i64, before: usize) {
        let own = self.places.bonus(person, self.matches.count(person));
        for place in self.graph.start[person]..self.graph.start[person + 1] {
            let Arc { to, weight, .. } = self.graph.arcs[place];
            let center = to as usize;
            if self.passed[center] || self.matches.contain(person, to) {
                continue;
            }
            let added = gain + i64::from(weight) + own;
            if self.matches.has_place(self.places, center) {
                let total = added + self.places.bonus(center, self.matches.count(center));
                if total > self.best_gain {
                    self.keep(before, Step::Add(index(person), to, weight), total);
                }
                continue;
            }
            self.steps += 1;
            if self.steps > STEPS_MAX {
                return;
            }
            self.through(
                person,
                Arc {
                    to,
                    weight,
                    back: 0,
                },
                depth,
                added,
                before,
            );
        }
    }

    /// Continues through somebody who is full and drops a partner.
    fn through(&mut self, person: usize, arc: Arc, depth: usize, added: i64, before: usize) {
        let center = arc.to as usize;
        for partner in self.matches.of(center).to_vec() {
            let other = partner.person as usize;
            if self.passed[other] {
                continue;
            }
            let lost = self.places.bonus(other, self.matches.count(other) - 1);
            let total = added - i64::from(partner.weight) - lost;
            let hope = total + self.prices[other] + lost + SLACK;
            if hope <= self.best_gain {
                continue;
            }
            self.step(Step::Drop(arc.to, partner.person, partner.weight));
            self.step(Step::Add(index(person), arc.to, arc.weight));
            if total > self.best_gain {
                self.best_gain = total;
                self.best.clear();
                self.best.extend_from_slice(&self.done[before..]);
            }
            if depth > 1 {
                self.passed[center] = true;
                self.passed[other] = true;
                self.grow(other, depth - 1, total, before);
                self.passed[center] = false;
                self.passed[other] = false;
            }
            for _ in 0..2 {
                if let Some(step) = self.done.pop() {
                    self.undo(step);
                }
            }
        }
    }

    fn keep(&mut self, before: usize, last: Step, gain: i64) {
        self.best_gain = gain;
        self.best.clear();
        self.best.extend_from_slice(&self.done[before..]);
        self.best.push(last);
    }

    /// Does a step; returns what it gains.
    fn step(&mut self, step: Step) -> i64 {
        self.done.push(step);
        match step {
            Step::Add(a, b, weight) => {
                let gain = self.bonus_of_next(a) + self.bonus_of_next(b);
                self.matches.add(a, b, weight);
                gain + i64::from(weight)
            }
            Step::Drop(a, b, weight) => {
                self.matches.remove(a, b);
                -(self.bonus_of_next(a) + self.bonus_of_next(b) + i64::from(weight))
            }
        }
    }

    fn undo(&mut self, step: Step) {
        match step {
            Step::Add(a, b, _) => self.matches.remove(a, b),
            Step::Drop(a, b, weight) => self.matches.add(a, b, weight),
        }
    }

    fn bonus_of_next(&self, person: u32) -> i64 {
        self.places
            .bonus(person as usize, self.matches.count(person as usize))
    }
}

fn index(person: usize) -> u32 {
    u32::try_from(person).unwrap_or(u32::MAX)
}
