//! The matches that stand at a moment: who has whom, both ways.

use super::places::Places;
use super::{Partner, graph::Edge};

/// Who has whom. Never more than anybody's capacity, except while a chain is being tried.
#[derive(Debug, Clone)]
pub(super) struct Matches {
    partners: Vec<Vec<Partner>>,
}

impl Matches {
    pub(super) fn none(people: usize) -> Self {
        Self {
            partners: vec![Vec::new(); people],
        }
    }

    /// The new matches of a person.
    pub(super) fn of(&self, person: usize) -> &[Partner] {
        &self.partners[person]
    }

    pub(super) fn count(&self, person: usize) -> usize {
        self.partners[person].len()
    }

    pub(super) fn has_place(&self, places: &Places<'_>, person: usize) -> bool {
        self.count(person) < places.capacity(person)
    }

    pub(super) fn contain(&self, a: usize, b: u32) -> bool {
        self.partners[a].iter().any(|partner| partner.person == b)
    }

    pub(super) fn add(&mut self, a: u32, b: u32, weight: u32) {
        self.partners[a as usize].push(Partner { person: b, weight });
        self.partners[b as usize].push(Partner { person: a, weight });
    }

    pub(super) fn remove(&mut self, a: u32, b: u32) {
        self.partners[a as usize].retain(|partner| partner.person != b);
        self.partners[b as usize].retain(|partner| partner.person != a);
    }

    /// All pairs, sorted, each once.
    pub(super) fn edges(&self) -> Vec<Edge> {
        let mut edges: Vec<Edge> = Vec::new();
        for (a, partners) in (0u32..).zip(&self.partners) {
            let later = partners.iter().filter(|partner| partner.person > a);
            edges.extend(later.map(|partner| Edge {
                a,
                b: partner.person,
                weight: partner.weight,
            }));
        }
        edges.sort_unstable();
        edges
    }

    /// The sum of the weights and of what the matches are worth beyond them.
    pub(super) fn worth(&self, places: &Places<'_>) -> i64 {
        self.weight() + self.bonuses(places)
    }

    pub(super) fn weight(&self) -> i64 {
        let both = self
            .partners
            .iter()
            .flatten()
            .map(|partner| i64::from(partner.weight));
        both.sum::<i64>() / 2
    }

    pub(super) fn bonuses(&self, places: &Places<'_>) -> i64 {
        (0..self.partners.len())
            .map(|person| places.bonuses(person, self.count(person)))
            .sum()
    }

    /// How many people have at least so many matches, those they held before included.
    pub(super) fn people_with(&self, places: &Places<'_>, least: usize) -> usize {
        let enough = |person: &usize| places.matches(*person, self.count(*person)) >= least;
        (0..self.partners.len()).filter(enough).count()
    }
}
