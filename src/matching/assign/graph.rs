//! The pairs that are worth considering: everybody's best partners, as a graph in rows.

use rayon::prelude::*;

use super::{Pairs, Partner, TieBreak, number};

/// A pair with its weight; `a` is the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) weight: u32,
}

/// An edge as seen from one of its ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    /// The other end.
    pub(super) to: u32,
    pub(super) weight: u32,
    /// Where the same edge stands in the other end's row.
    pub(super) back: u32,
}

/// Edges in rows: the arcs of person `v` are `arcs[start[v]..start[v + 1]]`, by the other end.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) start: Vec<usize>,
    pub(super) arcs: Vec<Arc>,
    pub(super) edges: Vec<Edge>,
}

/// Partners whom everybody keeps. The audits add what is missed: 16, 32 and 64 end within a
/// ten-thousandth of each other, and the time that the rest takes is in proportion.
const PARTNERS_KEPT: usize = 16;

impl Graph {
    /// Scans all pairs and keeps everybody's best.
    pub(super) fn of_best<P: Pairs>(pairs: &P, ties: &TieBreak<'_>) -> Self {
        let kept = pairs.best_rows(PARTNERS_KEPT, |person, found| best(found, person, ties));
        Self::new(pairs.people(), kept.into_iter().flatten().collect())
    }

    /// From edges in any order, each once or twice.
    pub(super) fn new(people: usize, mut edges: Vec<Edge>) -> Self {
        edges.par_sort_unstable();
        edges.dedup();
        edges.shrink_to_fit();
        let mut start = vec![0; people + 1];
        for edge in &edges {
            start[edge.a as usize + 1] += 1;
            start[edge.b as usize + 1] += 1;
        }
        for place in 0..people {
            start[place + 1] += start[place];
        }
        let none = Arc {
            to: 0,
            weight: 0,
            back: 0,
        };
        let mut arcs = vec![none; 2 * edges.len()];
        let mut next = start.clone();
        // Two passes, so that every row is sorted by the other end: first the smaller ones.
        for edge in &edges {
            let place = next[edge.b as usize];
            next[edge.b as usize] += 1;
            arcs[place] = Arc {
                to: edge.a,
                weight: edge.weight,
                back: 0,
            };
        }
        let mut behind = start.clone();
        for edge in &edges {
            let (place, back) = (next[edge.a as usize], behind[edge.b as usize]);
            next[edge.a as usize] += 1;
            behind[edge.b as usize] += 1;
            arcs[place] = Arc {
                to: edge.b,
                weight: edge.weight,
                back: number(back),
            };
            arcs[back].back = number(place);
        }
        Self { start, arcs, edges }
    }

    pub(super) fn people(&self) -> usize {
        self.start.len() - 1
    }

    /// The arcs of a person.
    pub(super) fn row(&self, person: usize) -> &[Arc] {
        &self.arcs[self.start[person]..self.start[person + 1]]
    }
}

fn best(found: &mut Vec<Partner>, person: usize, ties: &TieBreak<'_>) -> Vec<Edge> {
    let own = number(person);
    if found.len() > PARTNERS_KEPT {
        found.select_nth_unstable_by(PARTNERS_KEPT, |x, y| {
            y.weight
                .cmp(&x.weight)
                .then_with(|| ties.cmp((own, x.person), (own, y.person)))
        });
        found.truncate(PARTNERS_KEPT);
    }
    let edge = |partner: &Partner| Edge {
        a: own.min(partner.person),
        b: own.max(partner.person),
        weight: partner.weight,
    };
    found.iter().map(edge).collect()
}
