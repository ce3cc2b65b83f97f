//! What an organiser is told of accounts of one person. Pure.

/// Pairs that are named to an organiser; the others are counted.
const NAMED_MAX: usize = 5;

/// The sentence about pairs of accounts that are taken for one person; None: there are none. Names
/// ids only: numbers and addresses are nobody else's business.
pub(super) fn told(doubles: &[(i64, i64)]) -> Option<String> {
    if doubles.is_empty() {
        return None;
    }
    let named = doubles.iter().take(NAMED_MAX);
    let named: Vec<String> = named.map(|(a, b)| format!("{a} and {b}")).collect();
    let more = match doubles.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    Some(format!(
        "Contractors {}{more} are taken for one person each (two phone numbers or e-mail addresses \
         in common, or one and the name) and are not introduced to each other: merge them or \
         exclude one; if they are two people, correct the number or pin the pair.",
        named.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pairs_are_told_or_how_many_more_there_are() {
        let pairs: Vec<(i64, i64)> = (1..=8).map(|id| (id, id + 100)).collect();
        let few = told(&pairs[..2]).unwrap();
        assert!(
            few.starts_with("Contractors 1 and 101, 2 and 102 are taken for one person"),
            "{few}"
        );
        let many = told(&pairs).unwrap();
        assert!(many.contains("5 and 105 and 3 more are taken"), "{many}");
        assert_eq!(told(&[]), None);
    }
}
