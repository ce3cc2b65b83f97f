//! Names in two accounts that can be one person's: spelt in another way, or as initials.

use super::list;

/// One spelling of a name; None where it is none.
pub(in crate::matching) fn folded(name: &str) -> Option<String> {
    list::key(name)
}

/// Whether two folded names can be one: the first and the last name are equal, or one of them is
/// the initial of the other. `rs` and `r_s` are like `robin_sample`; `robin_sample_jr` is not.
pub(in crate::matching) fn are_alike(one: &str, other: &str) -> bool {
    let parts = |name| str::split(name, '_').collect::<Vec<&str>>();
    let (a, b) = (parts(one), parts(other));
    one == other || are_ends_alike(&a, &b) || are_initials(&a, &b) || are_initials(&b, &a)
}

/// Names in the middle are often left out.
fn are_ends_alike(a: &[&str], b: &[&str]) -> bool {
    let ([a_first, .., a_last], [b_first, .., b_last]) = (a, b) else {
        return false;
    };
    is_part_alike(a_first, b_first) && is_part_alike(a_last, b_last)
}

fn is_part_alike(a: &str, b: &str) -> bool {
    let is_initial = |a: &str, b: &str| a.chars().count() == 1 && b.starts_with(a);
    a == b || is_initial(a, b) || is_initial(b, a)
}

/// Whether the first is one word of the initials of the second.
fn are_initials(word: &[&str], name: &[&str]) -> bool {
    let initials = name.iter().filter_map(|part| part.chars().next());
    matches!(word, [word] if name.len() > 1 && word.chars().eq(initials))
}
