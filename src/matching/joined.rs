//! Disjoint sets: what belongs together because it has something in common, directly or through
//! others.

use std::collections::BTreeMap;

/// For each item the place of the first one of its set: items are of one set that share a key, and
/// so are those who share one with a third.
pub(super) fn joined<K: Ord, Keys: IntoIterator<Item = K>>(
    items: impl IntoIterator<Item = Keys>,
) -> Vec<usize> {
    let mut parents: Vec<usize> = Vec::new();
    let mut first: BTreeMap<K, usize> = BTreeMap::new();
    for (place, keys) in items.into_iter().enumerate() {
        parents.push(place);
        for key in keys {
            let other = *first.entry(key).or_insert(place);
            let (a, b) = (root(&mut parents, place), root(&mut parents, other));
            parents[a.max(b)] = a.min(b);
        }
    }
    (0..parents.len())
        .map(|place| root(&mut parents, place))
        .collect()
}

/// Halves the way on its way.
fn root(parents: &mut [usize], mut place: usize) -> usize {
    while parents[place] != place {
        parents[place] = parents[parents[place]];
        place = parents[place];
    }
    place
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn who_shares_a_key_or_knows_who_does_is_of_one_set() {
        let items = [vec!["a"], vec!["b"], vec!["c"], vec!["b", "a"], vec![]];
        assert_eq!(joined(items), [0, 0, 2, 0, 4]);
    }
}
