//! The proof that comes with an assignment: how much better any other could be.

use serde::{Deserialize, Serialize};

use super::graph::{Edge, Graph};
use super::places::Places;
use super::{Pairs, Partner, number};

/// How good an assignment is, and how good any can be. Weights are in millionths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// People who have at least one match, those held before included.
    pub covered: usize,
    /// People who can have one, all at once: the maximum of the covering flow.
    pub coverable: usize,
    /// Whether `coverable` is exact. It can be too high where people want a single introduction
    /// and could only pair off among an odd number of each other.
    pub coverage_proved: bool,
    /// People who have at least two.
    pub with_two: usize,
    /// The total of the new pairs.
    pub total: u64,
    /// No assignment that covers as many people, and gives as many a second match, has more.
    pub upper_bound: u64,
}

impl Certificate {
    /// How far the total can be below the best, as a share of the bound; 0 is optimal.
    #[expect(clippy::cast_precision_loss, reason = "totals are below 2^52")]
    pub fn gap(&self) -> f64 {
        let missing = self.upper_bound.saturating_sub(self.total);
        if missing == 0 {
            0.0
        } else {
            missing as f64 / self.upper_bound as f64
        }
    }
}

/// The dual over all pairs, and the pairs that the graph lacks although they are worth more than
/// their prices.
pub(super) struct Audit {
    /// In whole millionths, bonuses included.
    pub(super) bound: i64,
    pub(super) missing: Vec<Edge>,
}

/// Missing pairs that one person adds at most: with poor prices there would be millions.
const MISSING_MAX: usize = 12;

/// Scans all pairs under these prices. What the graph lacks is in the bound in any case, which
/// makes it valid for every assignment.
pub(super) fn audit<P: Pairs>(
    pairs: &P,
    graph: &Graph,
    places: &Places<'_>,
    prices: &[i64],
) -> Audit {
    let rows = pairs.rows_above(prices, |person, found| {
        excess_of(person, found, graph, prices)
    });
    let of_places: i64 = (0..prices.len())
        .map(|person| worth(places, person, prices[person]))
        .sum();
    let of_pairs: i64 = rows.iter().map(|(excess, _)| excess).sum();
    Audit {
        bound: of_places + of_pairs,
        missing: rows.into_iter().flat_map(|(_, missing)| missing).collect(),
    }
}

/// What a person's places are worth at a price.
fn worth(places: &Places<'_>, person: usize, price: i64) -> i64 {
    let each = |before| (price + places.bonus(person, before)).max(0);
    (0..places.capacity(person)).map(each).sum()
}

/// By how much the pairs with later people exceed their prices, and which of them are new.
fn excess_of(
    person: usize,
    partners: &[Partner],
    graph: &Graph,
    prices: &[i64],
) -> (i64, Vec<Edge>) {
    let a = number(person);
    let mut row = graph.row(person).iter().peekable();
    let mut sum = 0;
    let mut missing: Vec<(i64, Edge)> = Vec::new();
    for partner in partners.iter().filter(|partner| partner.person > a) {
        let excess = i64::from(partner.weight) - prices[person] - prices[partner.person as usize];
        sum += excess;
        while row.next_if(|arc| arc.to < partner.person).is_some() {}
        if row.peek().is_none_or(|arc| arc.to != partner.person) {
            let edge = Edge {
                a,
                b: partner.person,
                weight: partner.weight,
            };
            missing.push((-excess, edge));
        }
    }
    if missing.len() > MISSING_MAX {
        missing.sort_unstable();
        missing.truncate(MISSING_MAX);
    }
    (sum, missing.into_iter().map(|(_, edge)| edge).collect())
}
