//! What an answer means, given what was asked: yes, no, later, a rating, done, next week.
//!
//! Pure, by rules alone: the same answer always means the same. What rules do not settle comes out
//! as [`Intent::Unclear`] or with a confidence below [`SURE`]; a model or a person reads it then.
//! "Maybe" is never yes. Wishes to end texts are heard first, by `keywords`.

use super::cue::{Cue, Found, cues};
use super::rating::{self, number_word};
use super::sentiment::sentiment;
use crate::words::{self, Kind, Words};

/// From this confidence on an answer is acted on without a model or a person.
pub const SURE: f32 = 0.7;

/// What the text that is answered has asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing is open.
    Nothing,
    /// "Reply YES to get an intro, or LATER": yes, no, later, tell me more.
    Introduction,
    /// "Did you attend, visit, meet?": yes or no, perhaps with a rating at once.
    Attendance,
    /// "Rate it from 1 to 10", a session, a sponsor or a chat.
    Rating,
    /// "Have you reached out yet?": done, not yet, started, drop it, a day.
    ActionItem,
    /// "What are your top three priorities?"
    Priorities,
    /// "Reply 1 to 3 for talking points": how many were offered.
    Choice(u8),
}

/// One thing that an answer says. Numbers are those of items in a list that was asked about; none
/// means the one that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Consent, or "I did".
    Yes,
    /// Refusal, or "I did not".
    No,
    /// Undecided: never a yes.
    Maybe,
    /// Yes, at another time.
    Later,
    /// A question about what was offered.
    TellMore,
    /// 1 to 10.
    Rating(u8),
    /// Finished.
    Done(Vec<u8>),
    /// Not finished, without a date.
    NotYet(Vec<u8>),
    /// Begun.
    Started(Vec<u8>),
    /// Ask again then: the day is read by whoever knows today.
    Defer(Vec<u8>),
    /// Not to be done any more.
    Drop(Vec<u8>),
    /// Numbers of what was offered.
    Choices(Vec<u8>),
    /// Priorities, for the reader of lists.
    List,
    /// An opinion or a remark; the sentiment says how it feels.
    Comment,
    /// Nothing that rules can settle.
    Unclear,
}

/// An answer as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What it says, the most important first; never empty.
    pub intents: Vec<Intent>,
    /// How sure that is, 0 to 1.
    pub confidence: f32,
    /// How it feels, -1 to 1.
    pub sentiment: f32,
}

impl Reading {
    /// The most important intent.
    pub fn main(&self) -> &Intent {
        self.intents.first().unwrap_or(&Intent::Unclear)
    }

    /// Whether it may be acted on without a model or a person.
    pub fn is_sure(&self) -> bool {
        self.confidence >= SURE && *self.main() != Intent::Unclear
    }
}

/// Reads an answer to what was asked.
pub fn read(text: &str, asked: Asked) -> Reading {
    let words = words::read(text);
    let found = cues(&words);
    let sentiment = sentiment(&words);
    let (intents, confidence) = match asked {
        Asked::Introduction => introduction(&words, &found),
        Asked::Attendance => attendance(&words, &found, sentiment),
        Asked::Rating => rated(&words, &found),
        Asked::ActionItem => action_item(&words, &found),
        Asked::Priorities => priorities(&words, &found),
        Asked::Choice(offered) => choice(&words, &found, offered),
        Asked::Nothing => (vec![comment(&words)], 0.5),
    };
    let reacts = found.reaction && matches!(asked, Asked::Introduction | Asked::ActionItem);
    Reading {
        intents,
        // A heart on our text is friendly, but nobody's word.
        confidence: if reacts {
            confidence.min(0.6)
        } else {
            confidence
        },
        sentiment,
    }
}

type Judged = (Vec<Intent>, f32);

/// How sure one unopposed meaning is: the more words it leaves unexplained, the less.
fn plain_confidence(words: &Words, found: &Found) -> f32 {
    let unexplained = words.words.len().saturating_sub(found.explained);
    match unexplained {
        0..=1 => 0.95,
        2..=8 => 0.85,
        _ => 0.75,
    }
}

fn comment(words: &Words) -> Intent {
    if words.words.is_empty() {
        Intent::Unclear
    } else {
        Intent::Comment
    }
}

fn introduction(words: &Words, found: &Found) -> Judged {
    let has = |cue| found.has(cue);
    let sure = plain_confidence(words, found);
    let yes = has(Cue::Yes);
    let no = has(Cue::No) || has(Cue::Refuse);
    if has(Cue::Maybe) {
        return (vec![Intent::Maybe], if yes || no { 0.6 } else { sure });
    }
    if has(Cue::Refuse) && !yes {
        return (vec![Intent::No], sure);
    }
    if has(Cue::Later) || has(Cue::Defer) || has(Cue::NotYet) {
        let refused = has(Cue::Refuse);
        return (
            vec![Intent::Later],
            if refused { 0.5 } else { sure.min(0.9) },
        );
    }
    // "Yup! Where do I find him?" has agreed already; "yes, who is she?" wants to know first.
    if has(Cue::More) || found.asks && !no && !yes {
        let mut intents = vec![Intent::TellMore];
        intents.extend(yes.then_some(Intent::Yes));
        return (intents, if no { 0.5 } else { sure.min(0.85) });
    }
    match (yes, no) {
        (true, false) => (vec![Intent::Yes], sure),
        (false, true) => (vec![Intent::No], sure),
        (true, true) => (vec![Intent::Unclear, Intent::Yes, Intent::No], 0.4),
        (false, false) => (vec![Intent::Unclear], 0.2),
    }
}

fn attendance(words: &Words, found: &Found, sentiment: f32) -> Judged {
    let has = |cue| found.has(cue);
    let rating = rating::rating(words);
    let mut intents = Vec::new();
    let went = has(Cue::Yes) || has(Cue::Attended) || has(Cue::Done);
    let missed = has(Cue::No) || has(Cue::Missed) || has(Cue::NotYet) || has(Cue::Refuse);
    let mut sure = plain_confidence(words, found);
    match (went, missed) {
        // "No, I missed it but I met him": a person decides.
        (true, true) => return (vec![Intent::Unclear, Intent::Yes, Intent::No], 0.4),
        (true, false) => intents.push(Intent::Yes),
        (false, true) => intents.push(Intent::No),
        // Who rates a session or praises it was there.
        (false, false) if rating.is_some() => {
            intents.push(Intent::Yes);
            sure = 0.85;
        }
        (false, false) if has(Cue::Maybe) => return (vec![Intent::Maybe], sure),
        (false, false) if has(Cue::Later) || has(Cue::Defer) => {
            return (vec![Intent::Later], sure.min(0.8));
        }
        (false, false) if sentiment.abs() >= 0.3 => {
            intents.push(Intent::Yes);
            sure = SURE;
        }
        (false, false) => return (vec![Intent::Unclear], 0.2),
    }
    if let Some(rated) = rating.filter(|_| intents.first() == Some(&Intent::Yes)) {
        intents.push(Intent::Rating(rated.points));
    }
    if went && has(Cue::Maybe) {
        return (vec![Intent::Maybe], 0.6);
    }
    (intents, sure)
}

fn rated(words: &Words, found: &Found) -> Judged {
    if let Some(rated) = rating::rating(words) {
        return (vec![Intent::Rating(rated.points)], rated.confidence);
    }
    let sure = plain_confidence(words, found);
    let has = |cue| found.has(cue);
    if has(Cue::Missed) || has(Cue::NotYet) || has(Cue::Refuse) || has(Cue::No) && !has(Cue::Yes) {
        return (vec![Intent::No], sure);
    }
    if has(Cue::Later) {
        return (vec![Intent::Later], sure.min(0.85));
    }
    match comment(words) {
        Intent::Comment => (vec![Intent::Comment], 0.8),
        other => (vec![other], 0.2),
    }
}

fn action_item(words: &Words, found: &Found) -> Judged {
    let mut intents: Vec<Intent> = Vec::new();
    let met = found.has(Cue::Done) || found.has(Cue::Attended);
    for (cue, numbers) in found.with_numbers(words) {
        let intent = match cue {
            Cue::Drop => Intent::Drop(numbers),
            Cue::Defer | Cue::Later => Intent::Defer(numbers),
            Cue::NotYet | Cue::Missed => Intent::NotYet(numbers),
            Cue::Progress => Intent::Started(numbers),
            Cue::Done | Cue::Attended => Intent::Done(numbers),
            // "Have you?" is answered by yes and no.
            Cue::Yes => Intent::Done(numbers),
            // "Already met him" refuses an introduction, and finishes a task.
            Cue::Refuse if met => continue,
            Cue::No | Cue::Refuse => Intent::NotYet(numbers),
            Cue::Maybe | Cue::More => continue,
        };
        if !intents.contains(&intent) {
            intents.push(intent);
        }
    }
    let numbered = |intent: &Intent| match intent {
        Intent::Done(n)
        | Intent::NotYet(n)
        | Intent::Started(n)
        | Intent::Defer(n)
        | Intent::Drop(n) => !n.is_empty(),
        _ => false,
    };
    let sure = plain_confidence(words, found);
    if intents.is_empty() {
        let asks = found.has(Cue::More) || found.asks;
        return if asks {
            (vec![Intent::TellMore], 0.6)
        } else {
            (vec![Intent::Unclear], 0.2)
        };
    }
    if intents.iter().any(numbered) {
        intents.retain(numbered);
        return (intents, sure.min(0.9));
    }
    one_item(intents, sure)
}

/// Several things said of one item: the day beats the state, "drop it" beats both; done and not
/// done at once is for a person.
fn one_item(mut intents: Vec<Intent>, sure: f32) -> Judged {
    let rank = |intent: &Intent| match intent {
        Intent::Drop(_) => 0,
        Intent::Defer(_) => 1,
        Intent::Started(_) => 2,
        Intent::NotYet(_) => 3,
        _ => 4,
    };
    intents.sort_by_key(rank);
    let has = |wanted: &Intent| intents.contains(wanted);
    let contradicts = has(&Intent::Done(vec![]))
        && (has(&Intent::NotYet(vec![]))
            || has(&Intent::Drop(vec![]))
            || has(&Intent::Defer(vec![])));
    if contradicts {
        intents.insert(0, Intent::Unclear);
        return (intents, 0.4);
    }
    (intents, sure)
}

fn priorities(words: &Words, found: &Found) -> Judged {
    let letters = words
        .words
        .iter()
        .filter(|word| word.kind == Kind::Word)
        .count();
    let sure = plain_confidence(words, found);
    let only = |cue| found.has(cue) && letters <= found.explained + 1;
    if only(Cue::No) || only(Cue::Refuse) {
        return (vec![Intent::No], sure);
    }
    if only(Cue::Later) || only(Cue::Defer) || only(Cue::NotYet) || only(Cue::Progress) {
        return (vec![Intent::Later], sure.min(0.85));
    }
    if only(Cue::Maybe) {
        return (vec![Intent::Maybe], sure);
    }
    match letters {
        0..=1 => (vec![Intent::Unclear], 0.3),
        _ => (vec![Intent::List], 0.85),
    }
}

fn choice(words: &Words, found: &Found, offered: u8) -> Judged {
    let mut chosen = Vec::new();
    for word in &words.words {
        let number = match (word.kind, word.plain.as_str()) {
            (Kind::Number, plain) => plain.parse().ok(),
            (_, "first" | "1st" | "primero" | "primera" | "premier" | "erste" | "primeiro") => {
                Some(1)
            }
            (_, "second" | "2nd" | "segundo" | "segunda" | "deuxieme" | "zweite") => Some(2),
            // "First and last": of what was offered.
            (_, "last") if words.words.len() <= 4 => Some(offered),
            (_, "third" | "3rd" | "tercero" | "tercera" | "troisieme" | "dritte") => Some(3),
            (_, "all" | "everything" | "every" | "todos" | "todas" | "tous" | "alle") => {
                // "All my friends": only a short answer means what was offered.
                let sure = if words.words.len() <= 4 { 0.9 } else { 0.5 };
                return (vec![Intent::Choices((1..=offered).collect())], sure);
            }
            (_, "both") if offered == 2 => return (vec![Intent::Choices(vec![1, 2])], 0.85),
            // "The second one": the pronoun follows its number.
            (_, "one") if !chosen.is_empty() => None,
            (Kind::Word, plain) => number_word(plain),
            (Kind::Emoji, _) => None,
        };
        chosen.extend(number.filter(|number| (1..=offered).contains(number)));
    }
    chosen.sort_unstable();
    chosen.dedup();
    let sure = plain_confidence(words, found);
    if !chosen.is_empty() {
        let short = words.words.len() <= 6;
        return (
            vec![Intent::Choices(chosen)],
            if short { 0.95 } else { 0.6 },
        );
    }
    let has = |cue| found.has(cue);
    if has(Cue::No) || has(Cue::Refuse) {
        return (vec![Intent::No], sure);
    }
    if has(Cue::Later) {
        return (vec![Intent::Later], sure.min(0.85));
    }
    // "Yes" does not say which.
    (vec![Intent::Unclear], 0.3)
}
