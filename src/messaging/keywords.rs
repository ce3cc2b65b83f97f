//! Words that end and resume texts: STOP and its relatives, STOP PEER, START, HELP.
//!
//! Pure. These are read before anything else is made of a message. A refusal may be a word or a
//! sentence, in any spelling and several languages (47 CFR 64.1200(a)(10): any reasonable means).
//! What is certainly one ends all texts at once; what may be one is shown to a person, and nothing
//! promotional goes to that number until then. YES never resumes texts. The phrases and their
//! sources are in `data/opt_out.tsv`.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::refusal;
use crate::words::{self, Kind, Phrases, Word};

/// What a message wants of the texts themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// No text any more, from nobody here.
    StopAll,
    /// No introductions to peers any more; other texts go on.
    StopPeer,
    /// Texts again.
    Start,
    /// Who is this, and how does it end?
    Help,
}

/// How sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// A person should look at it; until then nothing promotional is sent.
    Possible,
    /// Acted on at once.
    Certain,
}

/// A wish that was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What is wanted.
    pub wish: Wish,
    /// How sure that is; only [`Wish::StopAll`] is ever merely possible.
    pub certainty: Certainty,
}

/// What a phrase of the table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Alone,
    Message,
    Anywhere,
    Near,
    Peer,
    Start,
    Help,
    Possible,
    Harmless,
}

pub(super) static PHRASES: LazyLock<Phrases<Class>> = LazyLock::new(|| {
    let class = |name: &str| match name {
        "alone" => Some(Class::Alone),
        "message" => Some(Class::Message),
        "anywhere" => Some(Class::Anywhere),
        "near" => Some(Class::Near),
        "peer" => Some(Class::Peer),
        "start" => Some(Class::Start),
        "help" => Some(Class::Help),
        "possible" => Some(Class::Possible),
        "harmless" => Some(Class::Harmless),
        _ => None,
    };
    // Of two classes of one phrase the first counts: what holds anywhere holds more.
    let (anywhere, others): (Vec<_>, Vec<_>) = rows().partition(|(name, _)| *name == "anywhere");
    let rows = anywhere.into_iter().chain(others);
    Phrases::new(rows.filter_map(|(name, phrase)| Some((phrase, class(name)?))))
});

static COURTESIES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let courtesies = rows().filter(|(name, _)| *name == "courtesy");
    courtesies.map(|(_, word)| word).collect()
});

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("data/opt_out.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
}

/// What a message wants of the texts themselves; none for every other message.
pub fn hear(text: &str) -> Option<Heard> {
    let certain = |wish| Heard {
        wish,
        certainty: Certainty::Certain,
    };
    let words = spelled_out(words::read(text).words);
    let words = refusal::without_quotes(words.into_iter().map(as_meant).collect());
    if let Some(wish) = whole_message(&words) {
        return Some(certain(wish));
    }
    let stop = refusal::find(text, &words);
    if stop == Some(Certainty::Certain) {
        return Some(certain(Wish::StopAll));
    }
    if refusal::has(&words, Class::Peer) {
        return Some(certain(Wish::StopPeer));
    }
    stop.map(|certainty| Heard {
        wish: Wish::StopAll,
        certainty,
    })
}

/// The wish of a message that holds nothing else, courtesies, emoji and a signature aside.
fn whole_message(words: &[Word]) -> Option<Wish> {
    let words = unsigned(words);
    let is_core = |word: &&Word| !COURTESIES.contains(word.plain.as_str());
    let with_pictures: Vec<Word> = words.iter().filter(is_core).cloned().collect();
    let letters = |word: &&Word| word.kind != Kind::Emoji;
    let core: Vec<Word> = with_pictures.iter().filter(letters).cloned().collect();
    // A courtesy may be part of a phrase ("stop now"), so the whole message is tried as well.
    [words, &with_pictures, &core]
        .into_iter()
        .find_map(all_of_one_wish)
        .or_else(|| mistyped(&core))
}

/// The message's words without what a mail program or a phone appends.
fn unsigned(words: &[Word]) -> &[Word] {
    let begins = |place: usize, phrase: &[&str]| {
        let here = words.get(place..place + phrase.len()).unwrap_or_default();
        here.len() == phrase.len() && here.iter().zip(phrase).all(|(w, p)| w.plain == *p)
    };
    let end = (1..words.len()).find(|place| {
        begins(*place, &["sent", "from", "my"])
            || begins(*place, &["sent", "via"])
            || begins(*place, &["get", "outlook"])
    });
    words.get(..end.unwrap_or(words.len())).unwrap_or(words)
}

/// Whether nothing but phrases of wishes stand there, and which; a stop beats the others.
fn all_of_one_wish(words: &[Word]) -> Option<Wish> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < words.len() {
        let (length, class) = PHRASES.at(words, place)?;
        found.push(match class {
            Class::Alone | Class::Message | Class::Anywhere | Class::Near => Wish::StopAll,
            Class::Peer => Wish::StopPeer,
            Class::Start => Wish::Start,
            Class::Help => Wish::Help,
            Class::Possible | Class::Harmless => return None,
        });
        place += length;
    }
    [Wish::StopAll, Wish::StopPeer, Wish::Help, Wish::Start]
        .into_iter()
        .find(|wish| found.contains(wish))
}

/// A message of one mistyped word.
fn mistyped(core: &[Word]) -> Option<Wish> {
    let [word] = core else {
        return None;
    };
    let word = unleet(&word.plain);
    let squeezed = squeeze(&word);
    let stop = ["stop", "stopal", "unsubscribe", "cancel", "optout", "unsub"];
    let typos = [
        "sotp",
        "tsop",
        "stpo",
        "stp",
        "stob",
        "syop",
        "dtop",
        "srop",
        "stpp",
        "atop",
        "stoo",
        "stip",
        "sstop",
        "stpop",
        "stoop",
        "stopo",
        "stopit",
        "stahp",
        "stap",
        "sto",
        "wtop",
        "stoip",
        "stolp",
        "ztop",
        "estop",
        "cancle",
        "cancal",
        "cansel",
        "stoptexting",
        "stopplease",
        "pleasestop",
        "stopnow",
        "removeme",
        "leavemealone",
        "optout",
    ];
    let near = |wanted: &str, edits: usize| {
        word.len().abs_diff(wanted.len()) <= edits && strsim::osa_distance(&word, wanted) <= edits
    };
    if stop.contains(&squeezed.as_str())
        || typos.contains(&word.as_str())
        || near("unsubscribe", 3)
        || near("desabonner", 2)
    {
        return Some(Wish::StopAll);
    }
    let word = words::read(&squeezed).words;
    all_of_one_wish(&word)
}

/// A word as it was meant, where a misspelt one can mean nothing else.
fn as_meant(mut word: Word) -> Word {
    let plain = word.plain.as_str();
    // "Subscribe" is as near to it as "unsuscribe"; those who unsubscribe are spoken of.
    let unsubscribes = plain.starts_with("un")
        && plain.is_ascii()
        && !plain.ends_with(['d', 'r', 's'])
        && strsim::osa_distance(plain, "unsubscribe") <= 2;
    if unsubscribes {
        word.plain = "unsubscribe".to_owned();
        return word;
    }
    let whole = match plain {
        "ur" => "your",
        "dnt" | "dnot" | "donot" => "dont",
        _ => return word,
    };
    word.plain = whole.to_owned();
    word
}

/// Digits and signs that stand for letters.
fn unleet(word: &str) -> String {
    if !word.chars().any(|c| c.is_ascii_alphabetic()) {
        return word.to_owned();
    }
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        c => c,
    };
    word.chars().map(letter).collect()
}

/// Every run of a letter as one: `stooopp` is `stop`.
fn squeeze(word: &str) -> String {
    let mut squeezed = String::with_capacity(word.len());
    for c in word.chars() {
        if !squeezed.ends_with(c) {
            squeezed.push(c);
        }
    }
    squeezed
}

/// Runs of single letters as one word: `S T O P` and `s.t.o.p`.
fn spelled_out(words: Vec<Word>) -> Vec<Word> {
    let is_letter = |word: &Word| word.kind == Kind::Word && word.plain.chars().count() == 1;
    let mut out: Vec<Word> = Vec::with_capacity(words.len());
    let mut run = 0;
    for word in words {
        let joins = is_letter(&word) && run > 0;
        run = if is_letter(&word) { run + 1 } else { 0 };
        match out.last_mut() {
            Some(last) if joins => {
                last.plain.push_str(&word.plain);
                last.span.end = word.span.end;
                last.after = word.after;
            }
            _ => out.push(word),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_of_the_table_is_found_as_a_message_of_its_own() {
        for (class, phrase) in rows() {
            let expected = match class {
                "alone" | "message" | "anywhere" | "near" => Some(Wish::StopAll),
                "peer" => Some(Wish::StopPeer),
                "start" => Some(Wish::Start),
                "help" => Some(Wish::Help),
                "possible" | "harmless" | "courtesy" => None,
                other => panic!("{other} is no class"),
            };
            let certain = |heard: Heard| heard.certainty == Certainty::Certain;
            let heard = hear(phrase).filter(|heard| certain(*heard));
            assert_eq!(heard.map(|heard| heard.wish), expected, "{class} {phrase}");
        }
    }

    #[test]
    fn yes_resumes_nothing() {
        for text in ["YES", "yes please", "Y", "sí", "start at 9?", "let's start"] {
            assert_eq!(hear(text), None, "{text}");
        }
    }
}
