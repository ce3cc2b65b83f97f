//! The best pair first, by score minus both prices.

use super::TieBreak;
use super::graph::Graph;
use super::matches::Matches;
use super::places::Places;

/// Takes the pairs of the graph in the order of score minus prices, each that still has a place on
/// both sides. With a strict order the result is the same for any way to compute it.
pub(super) fn guided(
    graph: &Graph,
    places: &Places<'_>,
    prices: &[i64],
    ties: &TieBreak<'_>,
) -> Matches {
    let mut order: Vec<(i64, u64, u32)> = (0u32..)
        .zip(&graph.edges)
        .map(|(number, edge)| {
            let gain = i64::from(edge.weight) - prices[edge.a as usize] - prices[edge.b as usize];
            (-gain, ties.hash(edge.a, edge.b), number)
        })
        .collect();
    order.sort_unstable();
    let mut matches = Matches::none(graph.people());
    for (_, _, number) in order {
        let edge = graph.edges[number as usize];
        let free = |person: u32| matches.has_place(places, person as usize);
        if free(edge.a) && free(edge.b) {
            matches.add(edge.a, edge.b, edge.weight);
        }
    }
    matches
}
