//! What a match is worth beyond its score: a person's first match more than any score, the second
//! more than any score but less than somebody else's first.
//!
//! The values fall with every further match, so a person's places can be treated like goods of
//! falling value, and prices find who gets them.

use super::Problem;

/// More than any rearrangement of scores can gain along one chain.
const SECOND: i64 = 1_000_000;
const FIRST: i64 = 2_500_000;

/// Capacities, and what each further match of each person is worth, in millionths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places<'a> {
    capacity: &'a [u8],
    held: &'a [u8],
    second_match: bool,
}

impl<'a> Places<'a> {
    pub(super) fn new<P>(problem: &Problem<'a, P>) -> Self {
        Self {
            capacity: problem.capacity,
            held: problem.held,
            second_match: problem.second_match,
        }
    }

    /// How many people there are.
    pub(super) fn people(&self) -> usize {
        self.capacity.len()
    }

    /// How many new matches a person can have.
    pub(super) fn capacity(&self, person: usize) -> usize {
        usize::from(self.capacity[person])
    }

    /// How many matches a person has, beside `new` ones.
    pub(super) fn matches(&self, person: usize, new: usize) -> usize {
        usize::from(self.held[person]) + new
    }

    /// What the next match is worth to somebody who has `new` new ones, beyond its score.
    pub(super) fn bonus(&self, person: usize, new: usize) -> i64 {
        self.bonus_of(self.matches(person, new) + 1)
    }

    /// What somebody's n-th match is worth beyond its score, n from 1.
    pub(super) fn bonus_of(&self, nth: usize) -> i64 {
        match nth {
            1 => FIRST,
            2 if self.second_match => SECOND,
            _ => 0,
        }
    }

    /// What all of somebody's `new` matches are worth beyond their scores.
    pub(super) fn bonuses(&self, person: usize, new: usize) -> i64 {
        (0..new).map(|before| self.bonus(person, before)).sum()
    }
}
