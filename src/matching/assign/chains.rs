//! Rearrangements: add a match, drop another, add, drop, as long as something is gained.
//!
//! Short chains on top of a good start are what the proofs of 2/3 and better rest on (Pettie and
//! Sanders 2004; Mestre 2006). Prices say where to begin: at places that are worth something and
//! free, at pairs that are worth more than their prices and not taken, and at taken ones that are
//! worth less. Under the best prices there are none of these, and nothing to gain.

use super::graph::Graph;
use super::matches::Matches;
use super::number;
use super::paths::{At, Field, Paths, Step};
use super::places::Places;

/// Passes over all starts; each pass but the last has gained something.
const PASSES_MAX: usize = 4;
/// Paths that are tried from a free place, each around a state where the one before failed; and
/// from each end of a pair, of which there are many more.
const TRIES_MAX: usize = 12;
const TRIES_OF_PAIR_MAX: usize = 2;
/// Less is not worth a search, in millionths: whole prices are off by that much.
const NEGLIGIBLE: i64 = 50;

/// States that all searches together may settle, for each person: under poor prices there would be
/// no end of them. A count, never a clock.
const SPENT_MAX: usize = 150;

struct Chains<'a> {
    field: Field<'a>,
    matches: &'a mut Matches,
    paths: Paths,
    /// The most that filling a free place is worth.
    hope: i64,
    /// What has been done since the start of the attempt.
    done: Vec<Step>,
}

/// Improves the matches until no chain gains anything, or the passes are spent.
pub(super) fn improve(graph: &Graph, places: &Places<'_>, prices: &[i64], matches: &mut Matches) {
    let paths = Paths::new(graph.people());
    let field = Field {
        graph,
        places,
        prices,
    };
    let mut chains = Chains {
        field,
        matches,
        paths,
        hope: 0,
        done: Vec::new(),
    };
    for _ in 0..PASSES_MAX {
        chains.hope = chains.most_hope();
        let mut gained = 0;
        for person in 0..number(graph.people()) {
            if chains.paths.spent > SPENT_MAX * graph.people() {
                return;
            }
            gained += chains.begin_at(person);
        }
        if gained == 0 {
            return;
        }
    }
}

impl Chains<'_> {
    fn most_hope(&self) -> i64 {
        let Field { places, prices, .. } = self.field;
        let free = (0..prices.len()).filter(|person| self.matches.has_place(places, *person));
        let worth =
            free.map(|person| prices[person] + places.bonus(person, self.matches.count(person)));
        worth.max().unwrap_or(0).max(0)
    }

    /// Tries every start at a person; returns what was gained.
    fn begin_at(&mut self, person: u32) -> i64 {
        let Field {
            graph,
            places,
            prices,
        } = self.field;
        let own = person as usize;
        let excess =
            |other: u32, weight: u32| i64::from(weight) - prices[own] - prices[other as usize];
        let mut gained = 0;
        if self.matches.has_place(places, own) {
            gained += self.attempt(|chains| chains.walk(At::Open(person), NEGLIGIBLE, TRIES_MAX));
        }
        for partner in self.matches.of(own).to_vec() {
            if excess(partner.person, partner.weight) < -NEGLIGIBLE
                && self.matches.contain(own, partner.person)
            {
                let pair = Step::Drop(person, partner.person, partner.weight);
                gained += self.attempt(|chains| chains.replace(pair));
            }
        }
        for arc in graph.row(own) {
            let promising = arc.to > person && excess(arc.to, arc.weight) > NEGLIGIBLE;
            if promising && !self.matches.contain(own, arc.to) {
                let pair = Step::Add(person, arc.to, arc.weight);
                gained += self.attempt(|chains| chains.force(pair));
            }
        }
        gained
    }

    /// Does what is tried if it gains something, and undoes it otherwise.
    fn attempt(&mut self, attempt: impl FnOnce(&mut Self) -> i64) -> i64 {
        let gain = attempt(self);
        if gain <= 0 {
            self.undo_to(0);
        }
        self.done.clear();
        gain.max(0)
    }

    /// Drops a pair and fills both places.
    fn replace(&mut self, pair: Step) -> i64 {
        let mut gain = self.step(pair);
        for person in ends(pair) {
            if self.matches.has_place(self.field.places, person as usize) {
                gain += self.walk(At::Open(person), NEGLIGIBLE, TRIES_OF_PAIR_MAX);
            }
        }
        gain
    }

    /// Takes a pair; who has no place for it drops another, who fills that place in turn.
    fn force(&mut self, pair: Step) -> i64 {
        let mut gain = self.step(pair);
        for person in ends(pair) {
            if self.is_over(person) {
                gain += self.walk(At::Over(person), i64::MIN / 4, TRIES_OF_PAIR_MAX);
            }
        }
        if ends(pair).into_iter().any(|person| self.is_over(person)) {
            0
        } else {
            gain
        }
    }

    fn is_over(&self, person: u32) -> bool {
        self.matches.count(person as usize) > self.field.places.capacity(person as usize)
    }

    /// Walks the best path that goes together and gains more than `least`; returns its gain.
    fn walk(&mut self, start: At, least: i64, tries: usize) -> i64 {
        let mut steps = Vec::new();
        self.paths.allow_all();
        for _ in 0..tries {
            let Some(end) = self
                .paths
                .seek(self.field, self.matches, start, least, self.hope)
            else {
                break;
            };
            self.paths.steps_to(end, &mut steps);
            let before = self.done.len();
            match self.walk_steps(&steps) {
                Ok(gain) if gain > least => return gain,
                Ok(_) => steps
                    .last()
                    .into_iter()
                    .for_each(|step| self.paths.ban_end_of(*step)),
                Err(step) => self.paths.ban_end_of(step),
            }
            self.undo_to(before);
        }
        0
    }

    /// Does the steps; the error is the first that does not go with those before.
    fn walk_steps(&mut self, steps: &[Step]) -> Result<i64, Step> {
        let mut gain = 0;
        for step in steps {
            let sound = match *step {
                Step::Add(a, b, _) => a != b && !self.matches.contain(a as usize, b),
                Step::Drop(a, b, _) => self.matches.contain(a as usize, b),
            };
            if !sound {
                return Err(*step);
            }
            gain += self.step(*step);
        }
        let over = |step: &&Step| ends(**step).into_iter().any(|person| self.is_over(person));
        steps
            .iter()
            .rev()
            .find(over)
            .map_or(Ok(gain), |step| Err(*step))
    }

    /// Does a step; returns what it gains.
    fn step(&mut self, step: Step) -> i64 {
        self.done.push(step);
        match step {
            Step::Add(a, b, weight) => {
                let gain = self.next_bonus(a) + self.next_bonus(b);
                self.matches.add(a, b, weight);
                gain + i64::from(weight)
            }
            Step::Drop(a, b, weight) => {
                self.matches.remove(a, b);
                -(self.next_bonus(a) + self.next_bonus(b) + i64::from(weight))
            }
        }
    }

    fn undo_to(&mut self, length: usize) {
        for step in self.done.drain(length..).rev() {
            match step {
                Step::Add(a, b, _) => self.matches.remove(a, b),
                Step::Drop(a, b, weight) => self.matches.add(a, b, weight),
            }
        }
    }

    fn next_bonus(&self, person: u32) -> i64 {
        self.field
            .places
            .bonus(person as usize, self.matches.count(person as usize))
    }
}

fn ends(step: Step) -> [u32; 2] {
    match step {
        Step::Add(a, b, _) | Step::Drop(a, b, _) => [a, b],
    }
}
