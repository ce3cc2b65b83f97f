//! Action items from what people write: their type, and whom they are about.
//!
//! Pure. The type is a word of an open list (`contractor_action_items.action_type`). A link is made
//! by name to notes, speakers, sponsors and peers that the caller offers; two that fit alike are
//! both left out, because a wrong link is worse than none.

use super::capitals;
use crate::words;

/// The types that rules know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionType {
    /// Whatever fits nowhere else.
    FollowUp,
    /// Preparing for a demo.
    DemoPrep,
    /// An introduction by e-mail.
    EmailIntro,
    /// Putting a tool or a way of working in place.
    ImplementTool,
    /// Getting in touch with a person.
    ContactPeer,
    /// Finding out about a company or a product.
    ResearchPartner,
}

impl ActionType {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FollowUp => "follow_up",
            Self::DemoPrep => "demo_prep",
            Self::EmailIntro => "email_intro",
            Self::ImplementTool => "implement_tool",
            Self::ContactPeer => "contact_peer",
            Self::ResearchPartner => "research_partner",
        }
    }
}

/// Something that an item may be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it is called: a person, a company. Also the names that a note mentions.
    pub names: Vec<String>,
}

/// An item is about the candidate at this place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Its place in the candidates.
    pub place: usize,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
}

/// Below this a link is not made.
const CONFIDENCE_MIN: f64 = 0.6;

/// From this on a whole name was found, and any number of links may be made.
const WHOLE_NAME: f64 = 0.9;

const DEMO: &str = "demo demos demonstration demonstrations";
const INTRODUCE: &str = "intro intros introduce introduction introductions introducing";
const CONTACT: &str = "call text contact reach meet connect talk speak email ping message \
    phone coffee lunch";
const IMPLEMENT: &str = "implement implementing install adopt try start use using launch automate \
    switch migrate rollout buy build deploy integrate";
const RESEARCH: &str = "research investigate evaluate compare review explore study look check vet";

/// The type of an item by its words.
pub fn action_type(text: &str) -> ActionType {
    let words = words::read(text).words;
    let has = |list: &str| {
        words.iter().any(|word| {
            list.split_ascii_whitespace()
                .any(|entry| entry == word.plain)
        })
    };
    let pair = |first: &str, second: &str| {
        words
            .windows(2)
            .any(|pair| pair[0].plain == first && pair[1].plain == second)
    };
    let found = capitals::find(text);
    let company = !found.companies.is_empty();
    if has(DEMO) {
        ActionType::DemoPrep
    } else if has(INTRODUCE) {
        ActionType::EmailIntro
    } else if pair("look", "into") || pair("check", "out") || has(RESEARCH) && !pair("follow", "up")
    {
        ActionType::ResearchPartner
    } else if !found.names.is_empty() || has(CONTACT) && !company {
        ActionType::ContactPeer
    } else if has(IMPLEMENT) || pair("set", "up") || pair("roll", "out") || has("software crm") {
        ActionType::ImplementTool
    } else {
        ActionType::FollowUp
    }
}

/// The candidates that a text names, the surest first. A first or last name alone counts where it
/// is the only one of its kind.
pub fn links(text: &str, candidates: &[Candidate]) -> Vec<Link> {
    let plain = words::plain(text);
    let text_words: Vec<&str> = plain.split(' ').collect();
    let mut links: Vec<Link> = candidates
        .iter()
        .enumerate()
        .map(|(place, candidate)| {
            let scores = candidate.names.iter().map(|name| named(&text_words, name));
            Link {
                place,
                confidence: scores.fold(0.0, f64::max),
            }
        })
        .filter(|link| link.confidence >= CONFIDENCE_MIN)
        .collect();
    links.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    // Part of a name that several have, or beside one whose whole name stands there, says nothing.
    let parts = links
        .iter()
        .filter(|link| link.confidence < WHOLE_NAME)
        .count();
    if parts > 1 || parts < links.len() {
        links.retain(|link| link.confidence >= WHOLE_NAME);
    }
    links
}

/// How surely a text names somebody or something.
fn named(text: &[&str], name: &str) -> f64 {
    let plain = words::plain(name);
    let parts: Vec<&str> = plain.split(' ').filter(|part| !is_form(part)).collect();
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        return 0.0;
    };
    if first.is_empty() {
        return 0.0;
    }
    let windows = || text.windows(parts.len());
    if windows().any(|here| here == parts) {
        return if parts.len() > 1 || first.len() >= 4 {
            1.0
        } else {
            0.7
        };
    }
    let whole = parts.join(" ");
    let near = |here: &[&str]| {
        whole.len() >= 6
            && strsim::osa_distance(&here.join(" "), &whole) <= 1 + usize::from(whole.len() >= 12)
    };
    if windows().any(near) {
        return WHOLE_NAME;
    }
    let has = |part: &str| part.len() >= 3 && text.contains(&part);
    match (parts.len() >= 2, has(last), has(first)) {
        (true, true, _) => 0.75,
        (true, false, true) => 0.65,
        _ => 0.0,
    }
}

/// Legal forms, which nobody writes in a text.
fn is_form(word: &str) -> bool {
    matches!(
        word,
        "inc" | "llc" | "ltd" | "corp" | "co" | "gmbh" | "company" | "the"
    )
}
