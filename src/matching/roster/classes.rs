//! Equal values counted once: thousands of people share a few hundred sets of focus areas, places
//! and tiers, so a person's row of scores is a few short tables and a look-up for each other.

use std::collections::BTreeMap;

use crate::matching::assign::number;
use crate::matching::profile::{Function, Level, Title};
use crate::matching::score::{self, Score};

/// The distinct values among some, and for each of them which one it is.
pub(super) fn classes<K: Ord, V>(
    values: impl Iterator<Item = V>,
    key: impl Fn(&V) -> K,
) -> (Vec<V>, Vec<u32>) {
    let mut known: BTreeMap<K, u32> = BTreeMap::new();
    let mut distinct = Vec::new();
    let mut class_of = Vec::new();
    for value in values {
        let next = number(distinct.len());
        let class = *known.entry(key(&value)).or_insert(next);
        if class == next {
            distinct.push(value);
        }
        class_of.push(class);
    }
    (distinct, class_of)
}

/// Where each class begins, and the last ends, in a list of the members by class.
pub(super) fn beginnings(class_of: &[u32], classes: usize) -> Vec<usize> {
    let mut begin = vec![0; classes + 1];
    for class in class_of {
        begin[*class as usize + 1] += 1;
    }
    for class in 0..classes {
        begin[class + 1] += begin[class];
    }
    begin
}

/// A set of tags: bits for the 64 that most people have, a sorted list for the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TagSet {
    bits: u64,
    rest: Vec<u32>,
    /// How many tags are in it.
    pub(super) count: u32,
}

impl TagSet {
    /// From the numbers of tags, which count from the most frequent.
    pub(super) fn new(mut tags: Vec<u32>) -> Self {
        tags.sort_unstable();
        tags.dedup();
        let bits = tags
            .iter()
            .filter(|tag| **tag < u64::BITS)
            .fold(0, |bits, tag| bits | 1 << tag);
        let count = number(tags.len());
        tags.retain(|tag| *tag >= u64::BITS);
        Self {
            bits,
            rest: tags,
            count,
        }
    }

    /// How many tags are in both.
    pub(super) fn shared(&self, other: &Self) -> u32 {
        let frequent = (self.bits & other.bits).count_ones();
        frequent + number(self.shared_rest(other).count())
    }

    /// How many tags are in all three.
    pub(super) fn shared_of_three(&self, one: &Self, other: &Self) -> u32 {
        let frequent = (self.bits & one.bits & other.bits).count_ones();
        let rest = self
            .shared_rest(one)
            .filter(|tag| other.rest.binary_search(tag).is_ok());
        frequent + number(rest.count())
    }

    /// The sum of the weights of the tags in both.
    pub(super) fn shared_weight(&self, other: &Self, weights: &[u32]) -> u32 {
        let mut bits = self.bits & other.bits;
        let mut sum = 0;
        while bits != 0 {
            sum += weights[bits.trailing_zeros() as usize];
            bits &= bits - 1;
        }
        sum + self
            .shared_rest(other)
            .map(|tag| weights[tag as usize])
            .sum::<u32>()
    }

    fn shared_rest<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = u32> + 'a {
        let found = |tag: &&u32| other.rest.binary_search(tag).is_ok();
        self.rest.iter().filter(found).copied()
    }
}

/// Numbers tags from the most frequent on; equally frequent ones by name.
pub(super) fn number_tags<'a>(
    tags: impl Iterator<Item = &'a str>,
) -> BTreeMap<&'a str, (u32, usize)> {
    let mut holders: BTreeMap<&str, usize> = BTreeMap::new();
    for tag in tags {
        *holders.entry(tag).or_default() += 1;
    }
    let mut order: Vec<(&str, usize)> = holders.into_iter().collect();
    order.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let numbered = order.into_iter().enumerate();
    numbered
        .map(|(place, (tag, count))| (tag, (number(place), count)))
        .collect()
}

/// Titles that are compared by spelling: for each word the words like it.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    /// For each distinct title its words; empty for titles that were understood.
    words: Vec<Vec<u32>>,
    /// For each word those that are spelt like it, with how much, in millionths; sorted.
    alike: Vec<Vec<(u32, u32)>>,
}

/// Words that are compared with each other at most.
const WORDS_COMPARED_MAX: usize = 128;
/// Below this two words are different words.
const ALIKE: f64 = 0.85;

impl Spellings {
    pub(super) fn new(titles: &[Option<Title>]) -> Self {
        let lists = titles.iter().map(|title| match title {
            Some(Title::Words(words)) => words.as_slice(),
            _ => &[],
        });
        let all: Vec<&str> = lists.clone().flatten().map(String::as_str).collect();
        let (distinct, _) = classes(all.into_iter(), |word| *word);
        let by_word: BTreeMap<&str, u32> = distinct
            .iter()
            .enumerate()
            .map(|(place, word)| (*word, number(place)))
            .collect();
        let words = lists.map(|list| {
            list.iter()
                .filter_map(|word| by_word.get(word.as_str()).copied())
        });
        let words = words.map(Iterator::collect).collect();
        Self {
            words,
            alike: alike_words(&by_word, distinct.len()),
        }
    }

    /// The mean over the words of both titles of how much the best word of the other is like it.
    pub(super) fn compare(&self, a: usize, b: usize) -> Score {
        let (a, b) = (&self.words[a], &self.words[b]);
        let best = |word: u32, others: &[u32]| {
            let like = &self.alike[word as usize];
            let found = others.iter().filter_map(|other| {
                let place = like.binary_search_by_key(other, |(word, _)| *word).ok()?;
                like.get(place).map(|(_, much)| *much)
            });
            found.max().unwrap_or(0)
        };
        let sum = a.iter().map(|word| u64::from(best(*word, b))).sum::<u64>()
            + b.iter().map(|word| u64::from(best(*word, a))).sum::<u64>();
        let mean = sum.checked_div((a.len() + b.len()) as u64).unwrap_or(0);
        Score::from_millionths(u32::try_from(mean).unwrap_or(0))
    }
}

/// Only words that begin alike are compared: a slip in the first letter is rare, and all pairs of
/// thousands of words would cost more than the matching.
fn alike_words(by_word: &BTreeMap<&str, u32>, count: usize) -> Vec<Vec<(u32, u32)>> {
    let mut alike: Vec<Vec<(u32, u32)>> = vec![Vec::new(); count];
    let sorted: Vec<(&str, u32)> = by_word
        .iter()
        .map(|(word, place)| (*word, *place))
        .collect();
    for group in neighbours(&sorted) {
        for (word, place) in group {
            let like = group.iter().filter_map(|(other, number)| {
                // Always the same way round: one and the other are as alike as the other and one.
                let much = strsim::jaro_winkler(word.min(other), word.max(other));
                (much >= ALIKE).then(|| (*number, Score::from(much).millionths()))
            });
            alike[*place as usize].extend(like);
            alike[*place as usize].sort_unstable();
        }
    }
    alike
}

/// Cuts sorted words into groups that begin alike: with the same letter, and where these are too
/// many, with as many letters as it takes.
fn neighbours<'w, 'a>(sorted: &'w [(&'a str, u32)]) -> Vec<&'w [(&'a str, u32)]> {
    let mut groups = Vec::new();
    let mut open = vec![(sorted, 1)];
    while let Some((words, letters)) = open.pop() {
        let beginning = |(word, _): &(&'a str, u32)| word.chars().take(letters).collect::<String>();
        for group in words.chunk_by(|one, other| beginning(one) == beginning(other)) {
            if group.len() > WORDS_COMPARED_MAX {
                open.push((group, letters + 1));
            } else {
                groups.push(group);
            }
        }
    }
    groups
}

/// Level and function of a title that was understood.
pub(super) fn understood(title: Option<&Title>) -> Option<(Level, Function)> {
    match title {
        Some(Title::Known(level, function)) => Some((*level, *function)),
        _ => None,
    }
}

/// Two distinct titles, by their classes; a title that was understood has nothing in common with
/// one that was not.
pub(super) fn compare_titles(
    titles: &[Option<Title>],
    spellings: &Spellings,
    a: usize,
    b: usize,
) -> Option<Score> {
    let (one, other) = (titles[a].as_ref()?, titles[b].as_ref()?);
    Some(match (understood(Some(one)), understood(Some(other))) {
        (Some(a), Some(b)) => score::titles(a, b),
        (None, None) => spellings.compare(a, b),
        _ => Score::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_64_tags_are_counted_too() {
        let a = TagSet::new((0..100).collect());
        let b = TagSet::new((50..200).rev().collect());
        assert_eq!((a.count, b.count, a.shared(&b)), (100, 150, 50));
        assert_eq!(a.shared_weight(&b, &[2; 200]), 100);
    }

    #[test]
    fn equal_values_are_one_class() {
        let (distinct, class_of) = classes(["b", "a", "b"].into_iter(), |text| *text);
        assert_eq!((distinct, class_of), (vec!["b", "a"], vec![0, 1, 0]));
    }

    #[test]
    fn thousands_of_words_that_begin_alike_are_compared_with_few_each() {
        let words: Vec<String> = (0..5_000).map(|n| format!("qwertz{n:04}")).collect();
        let words: Vec<(&str, u32)> = words.iter().map(|word| (word.as_str(), 0)).collect();
        let groups = neighbours(&words);
        assert_eq!(groups.iter().map(|group| group.len()).sum::<usize>(), 5_000);
        assert!(groups.iter().all(|group| group.len() <= WORDS_COMPARED_MAX));
        assert_eq!(neighbours(&words[..100]).len(), 1);
    }

    #[test]
    fn unknown_titles_are_compared_by_spelling() {
        let words = |text: &str| Some(Title::Words(text.split(' ').map(str::to_owned).collect()));
        let titles = [
            words("visionary"),
            words("visionery"),
            words("wizard"),
            None,
        ];
        let spellings = Spellings::new(&titles);
        let compare = |a, b| compare_titles(&titles, &spellings, a, b).map(Score::get);
        assert_eq!(compare(0, 0), Some(1.0));
        assert!(compare(0, 1).unwrap() > 0.9);
        assert_eq!(compare(0, 2), Some(0.0));
        assert_eq!(compare(0, 3), None);
    }
}
