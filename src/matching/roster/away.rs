//! What keeps everybody away from somebody who meets nobody, counted over a whole row at once: a
//! crowd from one city would otherwise be compared pair by pair, each with everything it takes.

use std::collections::BTreeMap;

use super::rows::Row;
use super::{BARRED, NEVER, RIVALS, Roster};
use crate::matching::assign::number;
use crate::matching::gate::Gate;
use crate::matching::score::Score;

/// What keeps the others away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptAway {
    /// How many others each gate keeps away.
    pub by_gate: BTreeMap<Gate, usize>,
    /// The best score among those who are below the minimum only.
    pub best_score: Option<Score>,
}

impl Roster<'_> {
    /// What keeps the others away from a person: for everybody what `judge` says.
    pub fn kept_away(&self, person: usize, row: &mut Row) -> KeptAway {
        self.begin_row(person, row);
        let mut kept = KeptAway::default();
        for other in (0..number(self.people.len())).filter(|other| *other as usize != person) {
            let Some((gate, score)) = self.gate_of_row(row, person, other) else {
                continue;
            };
            *kept.by_gate.entry(gate).or_default() += 1;
            kept.best_score = kept.best_score.max(score);
        }
        kept
    }

    /// People in an order in which rows of neighbours have most in common.
    pub fn alike_first(&self, mut people: Vec<usize>) -> Vec<usize> {
        people.sort_by_key(|person| self.people[*person].focus);
        people
    }

    /// The first gate that is shut, in the order of `judge`, and the score where it is too low.
    fn gate_of_row(
        &self,
        row: &mut Row,
        person: usize,
        other: u32,
    ) -> Option<(Gate, Option<Score>)> {
        let (own, cell) = (self.people[person], self.people[other as usize]);
        if let Some(gate) = self.apart(person, other as usize) {
            return Some((gate, None));
        }
        if own.company == cell.company {
            return Some((Gate::SameCompany, None));
        }
        if row.focus(cell.focus) == 0 {
            return Some((Gate::NoSharedFocus, None));
        }
        let geography = self.row_geography(row, own, cell);
        let industry = self.row_industry(row, own, cell);
        if geography == NEVER || geography & industry & RIVALS != 0 {
            return Some((Gate::TooClose, None));
        }
        if industry & BARRED != 0 {
            return Some((Gate::OtherIndustry, None));
        }
        let title = self.row_title(row, own, cell);
        if self.params.same_role_title && title != Score::ONE.millionths() {
            return Some((Gate::OtherRole, None));
        }
        let total = self.row_total(row, own, cell, [geography, industry, title]);
        let score = Some(Score::from_millionths(total));
        (total < self.min_score).then_some((Gate::BelowMinimum, score))
    }
}
