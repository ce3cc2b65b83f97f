//! Cues: phrases of an answer that mean something, whatever was asked.
//!
//! Pure. The phrases are in `data/reply_phrases.tsv`. One phrase may have several meanings ("later"
//! is one for an introduction and a date for a task): all are found, and the question decides.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::words::{Kind, Phrases, Word, Words};

/// What a phrase means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Cue {
    Yes,
    No,
    /// A no that leaves no room: "no thanks", "not interested".
    Refuse,
    Later,
    More,
    Maybe,
    Done,
    NotYet,
    Progress,
    Drop,
    Defer,
    Attended,
    Missed,
}

/// The cues of an answer.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Each cue with the place of its phrase, in order.
    cues: Vec<(Cue, usize)>,
    /// How many words belong to a phrase or are mere courtesy.
    pub explained: usize,
    /// Whether a sentence asks something.
    pub asks: bool,
    /// Whether it is a reaction to our text rather than words.
    pub reaction: bool,
}

/// The meanings of a phrase: a set of cues, and whether it must be a clause of its own.
#[derive(Clone, Copy, Debug)]
struct Meaning {
    cues: u16,
    alone: u16,
}

const ALL: [(&str, Cue); 13] = [
    ("yes", Cue::Yes),
    ("no", Cue::No),
    ("refuse", Cue::Refuse),
    ("later", Cue::Later),
    ("more", Cue::More),
    ("maybe", Cue::Maybe),
    ("done", Cue::Done),
    ("notyet", Cue::NotYet),
    ("progress", Cue::Progress),
    ("drop", Cue::Drop),
    ("defer", Cue::Defer),
    ("attended", Cue::Attended),
    ("missed", Cue::Missed),
];

static PHRASES: LazyLock<Phrases<Meaning>> = LazyLock::new(|| {
    let mut meanings: HashMap<String, (&str, Meaning)> = HashMap::new();
    for (name, phrase) in rows() {
        let bare = name.trim_end_matches('1');
        let bit = ALL
            .iter()
            .position(|(known, _)| *known == bare)
            .map_or(0, |place| 1 << place);
        let entry = meanings
            .entry(crate::words::plain(phrase))
            .or_insert((phrase, Meaning { cues: 0, alone: 0 }));
        if bare == name {
            entry.1.cues |= bit;
        } else {
            entry.1.alone |= bit;
        }
    }
    Phrases::new(meanings.into_values())
});

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("data/reply_phrases.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
}

/// Before a phrase these turn it round.
const DENIALS: &[&str] = &[
    "not", "dont", "didnt", "cant", "cannot", "wont", "isnt", "wasnt", "never", "havent",
    "wouldnt", "couldnt", "doesnt", "hasnt", "aint", "nicht", "pas", "nao",
];

/// Words that add nothing to an answer.
static COURTESIES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "please pls plz thanks thank you thx ty so much very the a an to me him her them it that this \
    one i im is and but well oh hey hi lol haha ok okay gracias merci danke obrigado por favor man \
    dude sir just now with for of by all my be in on at was"
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect()
});

/// Finds the cues of an answer.
pub(super) fn cues(words: &Words) -> Found {
    let list: Vec<Word> = words.words.iter().map(without_runs).collect();
    let list = list.as_slice();
    let mut found = Found {
        asks: asks(words),
        reaction: is_reaction(list),
        ..Found::default()
    };
    let mut place = 0;
    while let Some(word) = list.get(place) {
        let (length, cues) = at(list, place);
        if cues.is_empty() && COURTESIES.contains(word.plain.as_str()) {
            found.explained += 1;
        } else if !cues.is_empty() {
            found.explained += length;
        }
        found.cues.extend(cues.into_iter().map(|cue| (cue, place)));
        place += length;
    }
    found
}

/// "Yesss" and "cooool" as they are written: of three equal letters one stands, or two.
fn without_runs(word: &Word) -> Word {
    let runs = |most: usize| {
        let mut kept = String::with_capacity(word.plain.len());
        for c in word.plain.chars() {
            if kept.chars().rev().take_while(|last| *last == c).count() < most {
                kept.push(c);
            }
        }
        kept
    };
    let mut shorter = word.clone();
    if word.kind == Kind::Word && runs(2) != word.plain {
        shorter.plain = runs(1);
        if PHRASES.at(std::slice::from_ref(&shorter), 0).is_none() {
            shorter.plain = runs(2);
        }
    }
    shorter
}

impl Found {
    pub fn has(&self, cue: Cue) -> bool {
        self.cues.iter().any(|(found, _)| *found == cue)
    }

    /// Each cue with the numbers that belong to it: those before it, else those after the last one.
    pub fn with_numbers(&self, words: &Words) -> Vec<(Cue, Vec<u8>)> {
        let mut cues: Vec<(Cue, Vec<u8>)> = Vec::new();
        let mut pending: Vec<u8> = Vec::new();
        let mut ahead = self.cues.iter().peekable();
        for place in 0..=words.words.len() {
            let here: Vec<Cue> = std::iter::from_fn(|| ahead.next_if(|(_, at)| *at == place))
                .map(|(cue, _)| *cue)
                .collect();
            if !here.is_empty() {
                let numbers = std::mem::take(&mut pending);
                cues.extend(here.into_iter().map(|cue| (cue, numbers.clone())));
            }
            pending.extend(item_number(&words.words, place));
        }
        if let Some((_, numbers)) = cues.last_mut().filter(|(_, numbers)| numbers.is_empty()) {
            numbers.append(&mut pending);
        }
        cues
    }
}

/// The number of an item in a list, 1 to 9, unless it counts days or says a time.
fn item_number(list: &[Word], place: usize) -> Option<u8> {
    let word = list.get(place).filter(|word| word.kind == Kind::Number)?;
    let number: u8 = word
        .plain
        .parse()
        .ok()
        .filter(|number| (1..=9).contains(number))?;
    let before = place.checked_sub(1).and_then(|place| list.get(place));
    let timed = before.is_some_and(|before| {
        let words = [
            "in", "at", "by", "until", "till", "after", "for", "within", "around", "another",
        ];
        words.contains(&before.plain.as_str())
    });
    let after = list.get(place + 1).map_or("", |next| next.plain.as_str());
    let counts = [
        "day", "days", "week", "weeks", "month", "months", "am", "pm", "hours", "hour", "min",
        "minutes",
    ];
    (!timed && !counts.contains(&after) && word.after != ':' && word.before != ':')
        .then_some(number)
}

/// How many words to go on by, and the cues that stand there.
fn at(list: &[Word], place: usize) -> (usize, Vec<Cue>) {
    let Some((length, meaning)) = PHRASES.at(list, place) else {
        return (1, Vec::new());
    };
    let alone = if meaning.alone != 0 && is_clause(list, place, length) {
        meaning.alone
    } else {
        0
    };
    let bits = meaning.cues | alone;
    let denied = is_denied(list, place);
    let cues = ALL
        .iter()
        .enumerate()
        .filter(|(bit, _)| bits >> bit & 1 == 1)
        .filter_map(|(_, (_, cue))| if denied { turned(*cue) } else { Some(*cue) });
    (length, cues.collect())
}

/// What a denied cue means. A denial is no answer of its own: "not later" says neither.
fn turned(cue: Cue) -> Option<Cue> {
    match cue {
        Cue::Yes => Some(Cue::No),
        Cue::Done | Cue::Progress => Some(Cue::NotYet),
        Cue::Attended => Some(Cue::Missed),
        Cue::No
        | Cue::Refuse
        | Cue::Later
        | Cue::More
        | Cue::Maybe
        | Cue::NotYet
        | Cue::Drop
        | Cue::Defer
        | Cue::Missed => None,
    }
}

/// Whether a denial stands one or two words before, in the same clause, as part of no phrase.
fn is_denied(list: &[Word], place: usize) -> bool {
    let clause = list.get(place).map(|word| word.clause);
    (1..=2).any(|back| {
        let before = place.checked_sub(back);
        before
            .and_then(|before| list.get(before))
            .is_some_and(|word| {
                Some(word.clause) == clause && DENIALS.contains(&word.plain.as_str())
            })
            && before.is_some_and(|before| PHRASES.at(list, before).is_none())
    })
}

/// Whether the phrase is a clause of its own, courtesies and emoji aside.
fn is_clause(list: &[Word], place: usize, length: usize) -> bool {
    let clause = list.get(place).map(|word| word.clause);
    let foreign = |word: &Word| {
        Some(word.clause) == clause
            && word.kind != Kind::Emoji
            && !COURTESIES.contains(word.plain.as_str())
    };
    let before = list.get(place.saturating_sub(4)..place).unwrap_or_default();
    let after = list.get(place + length..).unwrap_or_default();
    !before.iter().any(foreign) && !after.iter().take(4).any(foreign)
}

/// Whether a sentence asks something: a question mark, or a question word in front.
fn asks(words: &Words) -> bool {
    let question = [
        "who", "what", "where", "which", "when", "why", "how", "quien", "que", "qui", "wer", "was",
    ];
    !words.questions.is_empty()
        || words
            .words
            .first()
            .is_some_and(|first| words.words.len() > 1 && question.contains(&first.plain.as_str()))
}

/// `Liked “Hey Ana …”`: what phones send for a reaction.
fn is_reaction(list: &[Word]) -> bool {
    let reactions = [
        "liked",
        "loved",
        "disliked",
        "emphasized",
        "questioned",
        "laughed",
        "reacted",
    ];
    list.first()
        .is_some_and(|first| reactions.contains(&first.plain.as_str()))
        && list
            .iter()
            .skip(1)
            .any(|word| matches!(word.before, '“' | '"' | '«'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::rating::number_word;

    #[test]
    fn every_row_of_the_table_has_a_known_meaning() {
        for (name, phrase) in rows() {
            let known = ALL
                .iter()
                .any(|(known, _)| *known == name.trim_end_matches('1'));
            assert!(known, "{name} {phrase}");
        }
    }

    #[test]
    fn numbers_go_with_their_cue() {
        let words = crate::words::read("1 and 3 done, 2 not yet");
        let found = cues(&words);
        assert_eq!(
            found.with_numbers(&words),
            [
                (Cue::Done, vec![1, 3]),
                (Cue::NotYet, vec![2]),
                (Cue::Missed, vec![2])
            ]
        );
    }

    #[test]
    fn a_number_word_is_no_item() {
        assert_eq!(number_word("one"), Some(1));
        let words = crate::words::read("done with one in 2 days");
        assert_eq!(cues(&words).with_numbers(&words), [(Cue::Done, vec![])]);
    }
}
