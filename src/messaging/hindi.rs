//! Refusals in Hindi, in its own script and in Latin letters: "मैसेज मत भेजो", "message band karo".
//!
//! Pure. What is refused stands first, the word that refuses and its verb after it.

use super::keywords::Certainty;
use super::refusal::TEXTING;
use crate::words::Word;

/// What is refused; the words of [`TEXTING`] are used in Hindi, too.
const MESSAGES: &[&str] = &[
    "messages",
    "sandesh",
    "bhejna",
    "मैसेज",
    "मेसेज",
    "मैसेजेस",
    "संदेश",
    "सन्देश",
    "एसएमएस",
    "टेक्स्ट",
    "भेजना",
];

/// To whom nothing shall be sent.
const TO_ME: &[&str] = &[
    "mujhe",
    "mujhko",
    "muje",
    "मुझे",
    "मुझको",
    "hame",
    "humein",
    "हमें",
];

/// What ends or denies; the first two are English words, too.
const REFUSING: &[&str] = &[
    "band",
    "mat",
    "bandh",
    "nahi",
    "nahin",
    "nhi",
    "बंद",
    "बन्द",
    "मत",
    "नहीं",
    "नही",
];

/// How verbs begin that say what shall not be done, or is not wanted.
const VERBS: &[&str] = &[
    "karo",
    "kare",
    "kari",
    "karn",
    "kard",
    "kijiy",
    "kijie",
    "chahi",
    "chaiy",
    "bhej",
    "कर",
    "कीजि",
    "चाहि",
    "भेज",
];

/// How verbs begin that tell what has not come: "message nahi mila".
const ARRIVING: &[&str] = &["mil", "aa", "मिल", "आ"];

/// Whether a word for messages, or for the speaker, stands within three words of a phrase.
pub(super) fn texting_around(words: &[Word], place: usize, length: usize) -> bool {
    let clause = words.get(place).map(|word| word.clause);
    let before = words.get(place.saturating_sub(3)..place);
    let after = words.get(place + length..);
    before
        .into_iter()
        .flatten()
        .chain(after.into_iter().flatten().take(3))
        .filter(|word| Some(word.clause) == clause)
        .any(|word| is_message(&word.plain) || TO_ME.contains(&word.plain.as_str()))
}

/// The refusal that begins with the word for messages at this place: sure with its verb.
pub(super) fn built(words: &[Word], place: usize) -> Option<Certainty> {
    let word = words.get(place).filter(|word| is_message(&word.plain))?;
    let behind = |ahead: usize| {
        let there = words.get(place + ahead);
        there
            .filter(|there| there.clause == word.clause)
            .map_or("", |there| there.plain.as_str())
    };
    let refusing = (1..=3).find(|ahead| REFUSING.contains(&behind(*ahead)))?;
    let next = behind(refusing + 1);
    // "Message band mat karo": they shall go on.
    if matches!(next, "mat" | "na" | "मत" | "न" | "ना") {
        return None;
    }
    let among = |list: &[&str], verb: &str| list.iter().any(|begin| verb.starts_with(begin));
    if next == "kar" || among(VERBS, next) {
        return Some(Certainty::Certain);
    }
    let is_english = matches!(behind(refusing), "band" | "mat");
    (!is_english && !among(ARRIVING, next)).then_some(Certainty::Possible)
}

fn is_message(plain: &str) -> bool {
    TEXTING.contains(&plain) || MESSAGES.contains(&plain)
}
