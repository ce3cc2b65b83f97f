//! Several introductions of one person at different times: a colour for each pair, no two pairs of
//! a person in one.
//!
//! The best pair comes first, so that the first slot holds the best introductions. With at most
//! three for each person five slots always suffice.

use std::collections::HashMap;

/// The slot of each pair, from 1. `pairs` are ids with their score; `taken` are slots of before.
pub(super) fn slots(
    pairs: &[(i64, i64, u32)],
    taken: impl Iterator<Item = (i64, Vec<i16>)>,
) -> Vec<i16> {
    let mut busy: HashMap<i64, Vec<i16>> = taken.collect();
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by_key(|place| {
        let (a, b, score) = pairs[*place];
        (std::cmp::Reverse(score), a, b)
    });
    let mut slots = vec![1; pairs.len()];
    for place in order {
        let (a, b, _) = pairs[place];
        let is_free = |slot: &i16| {
            [a, b]
                .iter()
                .all(|id| busy.get(id).is_none_or(|slots| !slots.contains(slot)))
        };
        let slot = (1..=SLOTS_MAX).find(is_free).unwrap_or(SLOTS_MAX);
        slots[place] = slot;
        for id in [a, b] {
            busy.entry(id).or_default().push(slot);
        }
    }
    slots
}

/// As many as `public.introduction_slots` gives times for: twice the most matches of a person.
const SLOTS_MAX: i16 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_in_two_pairs_at_once_and_the_best_comes_first() {
        let pairs = [(1, 2, 700), (1, 3, 900), (2, 3, 800), (1, 4, 600)];
        let given = slots(&pairs, std::iter::empty());
        assert_eq!(given, [3, 1, 2, 2]);
        let given = slots(&pairs, [(3, vec![1])].into_iter());
        assert_eq!(given[1], 2, "an earlier introduction keeps its slot");
    }
}
