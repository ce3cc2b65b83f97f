//! Other ways to the same answers, slow and simple: all subsets, a flow, an integer programme.

#![expect(
    clippy::cast_possible_truncation,
    reason = "people of made-up events are few"
)]

use microlp::{ComparisonOp, OptimizationDirection};
use pgcascade::matching::assign::{Assignment, Pair, Pairs, Partner, Problem, TieBreak, assign};

/// A graph that is written down.
#[derive(Debug, Clone)]
pub struct Written {
    /// How many people.
    pub people: usize,
    /// Both ends and the weight, the smaller end first, each once.
    pub edges: Vec<(u32, u32, u32)>,
}

impl Written {
    /// All pairs of any other graph.
    pub fn of<P: Pairs>(pairs: &P) -> Self {
        let mut edges = Vec::new();
        let (mut scratch, mut found) = (P::Scratch::default(), Vec::new());
        for a in 0..pairs.people() as u32 {
            pairs.partners(a as usize, &mut scratch, &mut found);
            let later = found.iter().filter(|partner| partner.person > a);
            edges.extend(later.map(|partner| (a, partner.person, partner.weight)));
        }
        Self {
            people: pairs.people(),
            edges,
        }
    }

    /// The assignment under these capacities.
    pub fn assign(&self, capacity: &[u8], second_match: bool) -> Assignment {
        let ids: Vec<i64> = (0..self.people as i64).collect();
        assign(&Problem {
            pairs: self,
            capacity,
            held: &vec![0; self.people],
            second_match,
            ties: TieBreak { salt: 1, ids: &ids },
        })
    }
}

impl Pairs for Written {
    type Scratch = ();

    fn people(&self) -> usize {
        self.people
    }

    fn partners(&self, person: usize, (): &mut (), found: &mut Vec<Partner>) {
        found.clear();
        for (a, b, weight) in &self.edges {
            let other = match person as u32 {
                own if own == *a => *b,
                own if own == *b => *a,
                _ => continue,
            };
            found.push(Partner {
                person: other,
                weight: *weight,
            });
        }
        found.sort_unstable();
    }
}

/// How many matches everybody has.
pub fn degrees(people: usize, pairs: &[Pair]) -> Vec<usize> {
    let mut degrees = vec![0; people];
    for pair in pairs {
        degrees[pair.a as usize] += 1;
        degrees[pair.b as usize] += 1;
    }
    degrees
}

/// The best of all subsets of the edges: people covered, people with two, total.
pub fn best_of_all(graph: &Written, capacity: &[u8], second_match: bool) -> (usize, usize, u64) {
    assert!(graph.edges.len() <= 14, "too many subsets");
    let mut best = (0, 0, 0);
    for subset in 0u32..1 << graph.edges.len() {
        let chosen = graph
            .edges
            .iter()
            .enumerate()
            .filter(|(place, _)| subset >> place & 1 == 1);
        let mut degree = vec![0u8; graph.people];
        let mut total = 0;
        for (_, (a, b, weight)) in chosen {
            degree[*a as usize] += 1;
            degree[*b as usize] += 1;
            total += u64::from(*weight);
        }
        if degree
            .iter()
            .zip(capacity)
            .all(|(degree, capacity)| degree <= capacity)
        {
            let with = |least: u8| degree.iter().filter(|degree| **degree >= least).count();
            let two = if second_match { with(2) } else { 0 };
            best = best.max((with(1), two, total));
        }
    }
    best
}

/// How many people can be covered at once: the maximum flow from people as givers of places to
/// people as takers of one, by augmenting paths.
pub fn coverable(graph: &Written, capacity: &[u8]) -> usize {
    let mut partners = vec![Vec::new(); graph.people];
    for (a, b, _) in &graph.edges {
        partners[*a as usize].push(*b as usize);
        partners[*b as usize].push(*a as usize);
    }
    let mut guests: Vec<Vec<usize>> = vec![Vec::new(); graph.people];
    let placed = (0..graph.people).filter(|taker| {
        let mut seen = vec![false; graph.people];
        place(*taker, &partners, capacity, &mut guests, &mut seen)
    });
    placed.count()
}

fn place(
    taker: usize,
    partners: &[Vec<usize>],
    capacity: &[u8],
    guests: &mut [Vec<usize>],
    seen: &mut [bool],
) -> bool {
    for giver in &partners[taker] {
        if std::mem::replace(&mut seen[*giver], true) {
            continue;
        }
        if guests[*giver].len() < usize::from(capacity[*giver]) {
            guests[*giver].push(taker);
            return true;
        }
        for guest in 0..guests[*giver].len() {
            let moved = guests[*giver][guest];
            if place(moved, partners, capacity, guests, seen) {
                guests[*giver][guest] = taker;
                return true;
            }
        }
    }
    false
}

/// The largest total of all assignments that cover everybody who has a partner, by an integer
/// programme; None where not everybody can be covered at once.
pub fn exact_total(graph: &Written, capacity: u8) -> Option<u64> {
    let mut programme = microlp::Problem::new(OptimizationDirection::Maximize);
    let taken: Vec<_> = graph
        .edges
        .iter()
        .map(|(_, _, weight)| programme.add_binary_var(f64::from(*weight)))
        .collect();
    for person in 0..graph.people as u32 {
        let own: Vec<_> = graph
            .edges
            .iter()
            .zip(&taken)
            .filter(|((a, b, _), _)| *a == person || *b == person)
            .map(|(_, variable)| (*variable, 1.0))
            .collect();
        if !own.is_empty() {
            programme.add_constraint(&own, ComparisonOp::Le, f64::from(capacity));
            programme.add_constraint(&own, ComparisonOp::Ge, 1.0);
        }
    }
    Some(programme.solve().ok()?.objective().round() as u64)
}
