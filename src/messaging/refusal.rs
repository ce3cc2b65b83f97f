//! Refusals within a sentence: "please stop sending me these".
//!
//! Pure. What the table of phrases does not list is recognised by its build: a word that refuses, a
//! word for texting near it, and no denial before it. A word like STOP that stays unexplained makes
//! the message a possible refusal, for a person to read.

use super::hindi;
use super::keywords::{Certainty, Class, PHRASES};
use crate::words::Word;

/// Ending something that goes on.
const STOPPERS: &[&str] = &[
    "stop",
    "stopp",
    "quit",
    "cease",
    "halt",
    "discontinue",
    "end",
    "cancel",
];

/// What is refused, whoever sends it.
pub(super) const TEXTING: &[&str] = &[
    "texting",
    "texts",
    "text",
    "messaging",
    "messages",
    "message",
    "msgs",
    "msg",
    "messging",
    "msging",
    "msgin",
    "mssging",
    "mesaging",
    "messagin",
    "mesage",
    "mesages",
    "messege",
    "messeges",
    "textin",
    "txtin",
    "sms",
    "spamming",
    "spam",
    "contacting",
    "contact",
    "bothering",
    "bother",
    "harassing",
    "harrassing",
    "notifications",
    "txts",
    "txting",
    "txt",
    "blasts",
    "pinging",
    "bugging",
];

/// Sending and writing refuse texts only with what is sent, or to whom.
const SENDING: &[&str] = &["sending", "send", "writing", "write", "calling", "call"];

/// Before a word of refusal these turn it round.
const DENIALS: &[&str] = &[
    "dont", "didnt", "not", "never", "wont", "cant", "cannot", "couldnt", "shouldnt", "wouldnt",
    "doesnt", "without", "isnt", "wasnt", "nobody", "nothing", "havent",
];

/// After "text me" these do not narrow the refusal.
const ANYMORE: &[&str] = &[
    "anymore", "again", "any", "more", "please", "pls", "ever", "this", "these", "thanks", "stop",
    "ok", "or", "and", "further",
];

/// Before a STOP that ends its sentence these ask for it.
const ASKING: &[&str] = &[
    "you", "u", "said", "please", "pls", "plz", "must", "just", "people", "guys", "can", "would",
    "will",
];

/// Beside a doubtful phrase ("how did you get my number") these settle it.
const REMOVALS: &[&str] = &["remove", "delete", "erase", "stop", "quit"];

/// Words that stand for a wish to end texts and are explained by nothing else.
const SUSPECTS: &[&str] = &["stop", "stopall", "stopp", "unsubscribe", "unsub", "optout"];

/// The refusal in these words of a text, if there is one.
pub(super) fn find(text: &str, words: &[Word]) -> Option<Certainty> {
    let mut possible = false;
    let mut place = 0;
    while place < words.len() {
        let phrase = PHRASES.at(words, place);
        if let Some((length, Class::Harmless)) = phrase {
            possible |= texting_within(words, place + length, 2);
            place += length;
            continue;
        }
        if let Some((length, Class::Peer)) = phrase {
            place += length;
            continue;
        }
        if let Some((length, Class::Possible)) = phrase {
            if words
                .iter()
                .any(|word| REMOVALS.contains(&word.plain.as_str()))
            {
                return Some(Certainty::Certain);
            }
            possible = true;
            place += length;
            continue;
        }
        if let Some((length, Class::Near)) = phrase {
            if is_clause(words, place, length) || hindi::texting_around(words, place, length) {
                return Some(Certainty::Certain);
            }
            possible = true;
            place += length;
            continue;
        }
        let found = phrase
            .filter(|(length, class)| holds(words, place, *length, *class))
            .map(|_| Certainty::Certain)
            .or_else(|| shouted(text, words, place))
            .or_else(|| built(words, place))
            .or_else(|| hindi::built(words, place));
        match found {
            Some(Certainty::Certain) => return found,
            Some(Certainty::Possible) => possible = true,
            None => possible |= is_suspect(words, place),
        }
        place += 1;
    }
    possible.then_some(Certainty::Possible)
}

/// Whether a word for ending texts stands there unexplained. "Where does the shuttle stop?" asks.
fn is_suspect(words: &[Word], place: usize) -> bool {
    let Some(word) = words
        .get(place)
        .filter(|word| SUSPECTS.contains(&word.plain.as_str()))
    else {
        return false;
    };
    let first = words.partition_point(|other| other.sentence < word.sentence);
    let asks = words
        .get(first)
        .is_some_and(|first| matches!(first.plain.as_str(), "where" | "when"));
    !denied(words, place) && !asks && !ends_something_else(words, place)
}

/// "Stop discounting": an activity of nobody's but the speaker's. "Stop pestering me" is another
/// matter.
fn ends_something_else(words: &[Word], place: usize) -> bool {
    let clause = words.get(place).map(|word| word.clause);
    let mut behind = words
        .iter()
        .skip(place + 1)
        .take(4)
        .take_while(|word| Some(word.clause) == clause);
    let activity = behind.next().is_some_and(|next| {
        next.plain.ends_with("ing")
            && !TEXTING.contains(&next.plain.as_str())
            && !SENDING.contains(&next.plain.as_str())
    });
    let ours = ["me", "us", "my", "our", "this", "these", "it", "please"];
    activity && !behind.any(|word| ours.contains(&word.plain.as_str()))
}

/// Whether a phrase of the table stands where its class makes it a refusal.
fn holds(words: &[Word], place: usize, length: usize, class: Class) -> bool {
    match class {
        Class::Anywhere => !denied(words, place),
        Class::Alone => is_clause(words, place, length),
        Class::Message => is_signed(words, place, length),
        Class::Near
        | Class::Peer
        | Class::Start
        | Class::Help
        | Class::Possible
        | Class::Harmless => false,
    }
}

/// STOP in capitals, where not all is in capitals, is the keyword whatever stands around it; so is
/// a STOP that opens a message and is followed by a reason.
fn shouted(text: &str, words: &[Word], place: usize) -> Option<Certainty> {
    let word = words.get(place).filter(|word| word.plain == "stop")?;
    let letters = |capital: bool| {
        let of_case = |c: &char| {
            if capital {
                c.is_uppercase()
            } else {
                c.is_lowercase()
            }
        };
        text.chars().filter(of_case).take(5).count()
    };
    let written = text.get(word.span.clone()).unwrap_or_default();
    let shouted = written.chars().all(char::is_uppercase) && letters(false) > 0;
    let reason = words.get(1).is_some_and(|next| {
        let opens = [
            "i", "im", "ive", "this", "these", "please", "pls", "plz", "you", "u", "all", "your",
        ];
        opens.contains(&next.plain.as_str())
    });
    (!denied(words, place) && (shouted || place == 0 && reason)).then_some(Certainty::Certain)
}

/// Whether a phrase of this class stands anywhere.
pub(super) fn has(words: &[Word], class: Class) -> bool {
    (0..words.len()).any(|place| {
        PHRASES
            .at(words, place)
            .is_some_and(|(_, found)| found == class)
    })
}

/// A message without the text it quotes: what phones make of a reaction (`Liked “Reply STOP to opt
/// out”`), and our own instruction sent back.
pub(super) fn without_quotes(words: Vec<Word>) -> Vec<Word> {
    const REACTIONS: &[&str] = &[
        "liked",
        "loved",
        "disliked",
        "emphasized",
        "questioned",
        "laughed",
        "reacted",
        "removed",
    ];
    let quotes = |word: &Word| matches!(word.before, '“' | '"' | '«' | '„');
    let first = words.first().map(|word| word.plain.as_str());
    if first.is_some_and(|first| REACTIONS.contains(&first)) && words.iter().skip(1).any(quotes) {
        return Vec::new();
    }
    let instruction = |at: usize| {
        let here = |ahead: usize| words.get(at + ahead).map_or("", |word| word.plain.as_str());
        matches!(here(0), "reply" | "text" | "txt" | "send") && here(1) == "stop" && here(2) == "to"
    };
    let mut kept = Vec::with_capacity(words.len());
    let mut skipped = 0_usize;
    for (place, word) in words.iter().enumerate() {
        if instruction(place) {
            // "Reply STOP to opt out": five words, the last two of them the reason.
            skipped = 5;
        }
        if skipped == 0 {
            kept.push(word.clone());
        }
        skipped = skipped.saturating_sub(1);
    }
    kept
}

/// Whether the phrase is a clause of its own.
fn is_clause(words: &[Word], place: usize, length: usize) -> bool {
    let clause = words.get(place).map(|word| word.clause);
    let before = place.checked_sub(1).and_then(|place| words.get(place));
    let after = words.get(place + length);
    before.map(|word| word.clause) != clause && after.map(|word| word.clause) != clause
}

/// Whether the phrase opens the message alone and only a short signature follows.
fn is_signed(words: &[Word], place: usize, length: usize) -> bool {
    let first = words.first().map_or(0, |word| word.sentence);
    let rest = words.get(length..).unwrap_or_default();
    place == 0
        && (1..=3).contains(&rest.len())
        && rest.iter().all(|word| word.sentence != first)
        && !rest.iter().any(|word| word.after == '?')
}

/// Whether a denial stands up to three words before, in the same clause.
fn denied(words: &[Word], place: usize) -> bool {
    let clause = words.get(place).map(|word| word.clause);
    let before = words
        .get(place.saturating_sub(3)..place)
        .unwrap_or_default();
    before
        .iter()
        .any(|word| Some(word.clause) == clause && DENIALS.contains(&word.plain.as_str()))
}

fn texting_within(words: &[Word], from: usize, reach: usize) -> bool {
    let ahead = words.get(from..).unwrap_or_default().iter().take(reach);
    ahead
        .into_iter()
        .any(|word| TEXTING.contains(&word.plain.as_str()))
}

/// The words behind a place, within its clause; empty where there is none.
struct Behind<'a> {
    words: &'a [Word],
    place: usize,
    clause: usize,
}

impl<'a> Behind<'a> {
    fn plain(&self, ahead: usize) -> &'a str {
        let there = self.words.get(self.place + ahead);
        there
            .filter(|there| there.clause == self.clause)
            .map_or("", |there| &there.plain)
    }
}

/// A refusal built of a word that refuses and one for texting.
fn built(words: &[Word], place: usize) -> Option<Certainty> {
    let word = words.get(place)?;
    let behind = Behind {
        words,
        place,
        clause: word.clause,
    };
    match word.plain.as_str() {
        _ if denied(words, place) => None,
        "removed" | "removal" | "deleted" | "off" => wants_off(words, &behind),
        plain if STOPPERS.contains(&plain) => {
            ended(words, &behind, plain).or_else(|| asked_of_you(words, place))
        }
        "dont" | "never" => forbidden(&behind),
        // "Why not text me" is an invitation.
        "not" => {
            let before = place.checked_sub(1).and_then(|place| words.get(place));
            let orders = ["do", "please", "must", "should", "may"];
            let ordered = before.is_some_and(|before| orders.contains(&before.plain.as_str()));
            forbidden(&behind).filter(|_| ordered)
        }
        _ => None,
    }
}

/// "Stop texting me", "quit sending me these": something that goes on shall end.
fn ended(words: &[Word], behind: &Behind<'_>, stopper: &str) -> Option<Certainty> {
    // "End the message with a joke" and "cancel the text blast" are orders of another kind.
    let sure = matches!(stopper, "stop" | "stopp" | "quit" | "cease");
    let certain_if = |certain: bool| {
        if certain {
            Certainty::Certain
        } else {
            Certainty::Possible
        }
    };
    if let Some(ahead) = (1..=4).find(|ahead| TEXTING.contains(&behind.plain(*ahead))) {
        // "I had to stop texting while driving" tells a story.
        let story = behind.plain(ahead + 1) == "while" || first_person(words, behind.place);
        return Some(certain_if(sure && !story));
    }
    let ahead = (1..=2).find(|ahead| sure && SENDING.contains(&behind.plain(*ahead)))?;
    let to_me = matches!(
        behind.plain(ahead + 1),
        "me" | "us" | "to" | "this" | "these" | ""
    );
    Some(certain_if(
        to_me && !behind.plain(ahead).starts_with("call"),
    ))
}

/// "I'd like to be removed from your list", "I want off this list". Of "the list" a person decides:
/// it may be any.
fn wants_off(words: &[Word], behind: &Behind<'_>) -> Option<Certainty> {
    const WISHES: &[&str] = &[
        "want", "wanna", "like", "need", "wish", "ask", "asking", "prefer",
    ];
    const LISTS: &[&str] = &[
        "list", "lists", "database", "contacts", "texts", "messages", "system",
    ];
    let before = words
        .get(behind.place.saturating_sub(5)..behind.place)
        .unwrap_or_default();
    let wished = before
        .iter()
        .any(|word| word.clause == behind.clause && WISHES.contains(&word.plain.as_str()));
    let ahead = (2..=5).find(|ahead| LISTS.contains(&behind.plain(*ahead)))?;
    match behind.plain(ahead - 1) {
        "your" | "this" | "these" | "all" | "any" if wished => Some(Certainty::Certain),
        "the" if wished => Some(Certainty::Possible),
        _ => None,
    }
}

/// "Don't text me": sure when nothing follows that would narrow it to a time or a subject.
fn forbidden(behind: &Behind<'_>) -> Option<Certainty> {
    let is_verb = |ahead: usize| {
        let there = behind.plain(ahead);
        TEXTING.contains(&there) || matches!(there, "send" | "write")
    };
    let filler = matches!(
        behind.plain(1),
        "ever" | "you" | "u" | "please" | "even" | "be"
    );
    let mut verb = if is_verb(1) { 1 } else { 2 };
    if !is_verb(verb) || verb == 2 && !filler {
        return None;
    }
    // "Don't text or call me".
    if matches!(behind.plain(verb + 1), "or" | "and") {
        verb += 2;
    }
    let whom = behind.plain(verb + 1);
    if matches!(whom, "anymore" | "again") {
        return Some(Certainty::Certain);
    }
    if !matches!(whom, "me" | "us" | "this" | "my") {
        return None;
    }
    let (next, second) = (behind.plain(verb + 2), behind.plain(verb + 3));
    let sends = matches!(behind.plain(verb), "send" | "write");
    let here = matches!(next, "at" | "on") && matches!(second, "this" | "my");
    let what = (verb + 2..verb + 5).any(|ahead| TEXTING.contains(&behind.plain(ahead)));
    let sure = next.is_empty() && !sends || ANYMORE.contains(&next) || here || what || whom != "me";
    Some(if sure {
        Certainty::Certain
    } else {
        Certainty::Possible
    })
}

/// "I stopped", "I will quit": somebody tells of himself.
fn first_person(words: &[Word], place: usize) -> bool {
    let before = words
        .get(place.saturating_sub(4)..place)
        .unwrap_or_default();
    let among = |list: &[&str]| {
        before
            .iter()
            .any(|word| list.contains(&word.plain.as_str()))
    };
    among(&["i", "ill", "ive", "we", "id"]) && !among(&["you", "want", "said", "like", "need"])
}

/// "Can you please stop", "I said stop": the sentence ends with it and asks for it.
fn asked_of_you(words: &[Word], place: usize) -> Option<Certainty> {
    let word = words.get(place)?;
    if !matches!(word.plain.as_str(), "stop" | "stopp") {
        return None;
    }
    let trails = ["now", "please", "it", "this", "already", "thanks", "all"];
    let ends = words
        .get(place + 1)
        .is_none_or(|next| next.sentence != word.sentence || trails.contains(&next.plain.as_str()));
    let before = words
        .get(place.saturating_sub(4)..place)
        .unwrap_or_default();
    let asks = before
        .iter()
        .any(|word| ASKING.contains(&word.plain.as_str()));
    (ends && asks).then_some(Certainty::Certain)
}
