//! People in a line, looked at in their turn.

use std::ops::Range;

use super::{Cell, Member};
use crate::matching::assign::number;

/// People in an order in which neighbours often come from one place.
pub(super) struct Line {
    pub(super) people: Vec<Member>,
    /// For each where the next stands who comes from another place.
    elsewhere: Vec<u32>,
}

impl Line {
    pub(super) fn new(people: Vec<Member>) -> Self {
        let mut elsewhere = vec![number(people.len()); people.len()];
        for at in (1..people.len()).rev() {
            let is_same = people[at - 1].cell.place == people[at].cell.place;
            elsewhere[at - 1] = if is_same { elsewhere[at] } else { number(at) };
        }
        Self { people, elsewhere }
    }

    /// Where the first of a range stands who comes from an allowed place. Of neighbours from one
    /// place only the first is asked: most of a regional event comes from a single one.
    pub(super) fn first(
        &self,
        range: Range<usize>,
        mut is_allowed: impl FnMut(Cell) -> bool,
    ) -> Option<usize> {
        let mut at = range.start;
        while at < range.end {
            if is_allowed(self.people[at].cell) {
                return Some(at);
            }
            at = self.elsewhere[at] as usize;
        }
        None
    }
}
