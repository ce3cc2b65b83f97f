//! How an answer feels: -1 (terrible) to 1 (wonderful), by a small list of words.
//!
//! Pure. The list and its origin are in `data/sentiment.tsv`. A denial turns a word round and
//! weakens it ("not bad" is a phrase of its own), a strong word before it strengthens it.

use std::sync::LazyLock;

use crate::words::{Phrases, Words};

static FEELINGS: LazyLock<Phrases<f32>> = LazyLock::new(|| {
    let rows = include_str!("data/sentiment.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'));
    Phrases::new(rows.filter_map(|(weight, phrase)| Some((phrase, weight.parse().ok()?))))
});

const DENIALS: &[&str] = &[
    "not", "no", "never", "dont", "didnt", "isnt", "wasnt", "arent", "cant", "nothing", "hardly",
    "pas", "nicht", "nao", "kein", "keine",
];

const STRONG: &[&str] = &[
    "very",
    "really",
    "so",
    "super",
    "absolutely",
    "totally",
    "extremely",
    "too",
    "muy",
    "tres",
    "sehr",
    "muito",
];

/// The feeling of an answer; 0 where nothing is said of it.
pub fn sentiment(words: &Words) -> f32 {
    let mut sum = 0.0_f32;
    let mut count = 0_u16;
    let mut place = 0;
    while place < words.words.len() {
        let Some((length, weight)) = FEELINGS.at(&words.words, place) else {
            place += 1;
            continue;
        };
        let clause = words.words.get(place).map(|word| word.clause);
        let before = words
            .words
            .get(place.saturating_sub(3)..place)
            .unwrap_or_default();
        let near = |list: &[&str]| {
            before
                .iter()
                .any(|word| Some(word.clause) == clause && list.contains(&word.plain.as_str()))
        };
        let strong = if near(STRONG) { 1.3 } else { 1.0 };
        sum += if near(DENIALS) {
            -0.6 * weight
        } else {
            weight * strong
        };
        count += 1;
        place += length;
    }
    if count == 0 {
        return 0.0;
    }
    (sum / f32::from(count)).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;

    fn of(text: &str) -> f32 {
        sentiment(&words::read(text))
    }

    #[test]
    fn a_feeling_has_a_sign_and_a_strength() {
        assert!(of("Loved it!!") > 0.9);
        assert!(of("it was good, thanks") > 0.2);
        assert!(of("not bad") > 0.0);
        assert!(of("not great") < -0.2);
        assert!(of("I didn't really like it") < 0.0);
        assert!(of("waste of time 👎") < -0.6);
        assert!(of("muy bueno, gracias") > 0.3);
        assert!(of("The meeting is at 9").abs() < f32::EPSILON);
    }
}
