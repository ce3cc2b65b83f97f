//! A note as it is organised: who is in it, what kind it is, how much it matters.
//!
//! Pure, by rules alone; names are a best effort (`capitals`), numbers and addresses are checked
//! ([`crate::addresses`]).

use serde::Serialize;

use super::capitals;
use crate::addresses::{self, Addresses};
use crate::words::{self, Word, Words};

/// What a note names; the keys of `event_notes.extracted_entities`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entities {
    /// People.
    pub names: Vec<String>,
    /// E.164, or seven digits as typed.
    pub phone_numbers: Vec<String>,
    /// E-mail addresses as typed.
    pub emails: Vec<String>,
    /// Companies.
    pub companies: Vec<String>,
}

/// What kind a note is; the words of `event_notes.note_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteType {
    /// None of the others.
    General,
    /// Somebody was met, or can be reached.
    Contact,
    /// Something was learned.
    Insight,
    /// Something is to be done.
    ActionItem,
    /// About a session or who held it.
    SpeakerNote,
    /// About a sponsor or a booth.
    SponsorNote,
}

impl NoteType {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Contact => "contact",
            Self::Insight => "insight",
            Self::ActionItem => "action_item",
            Self::SpeakerNote => "speaker_note",
            Self::SponsorNote => "sponsor_note",
        }
    }
}

/// A note as rules organise it.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Who and what is named.
    pub entities: Entities,
    /// Its kind.
    pub note_type: NoteType,
    /// Tags, most general first.
    pub tags: Vec<&'static str>,
    /// How much it matters, 0 to 1 in hundredths.
    pub priority: f64,
    /// Whether something is to be done about it.
    pub requires_followup: bool,
}

/// What a word in a note speaks of.
const TOPICS: [(&str, &str); 7] = [
    (
        "ai-topic",
        "ai automation automate chatgpt gpt bot bots agent agents llm machine",
    ),
    (
        "hiring-topic",
        "hiring hire recruiting recruit retention onboarding salaries training",
    ),
    (
        "sales-topic",
        "sales closing leads lead pipeline pricing quote quotes proposals",
    ),
    (
        "marketing-topic",
        "marketing seo ads branding website reviews referrals social",
    ),
    (
        "finance-topic",
        "cash margin margins profit budget financing loan taxes accounting",
    ),
    (
        "operations-topic",
        "operations scheduling crews process processes sop sops logistics",
    ),
    (
        "software-topic",
        "crm software app erp integration dashboard tool tools",
    ),
];

const MEETING: &str = "met meet meeting talked spoke chatted connected introduced contact";
const LEARNING: &str = "insight insights learned takeaway takeaways idea ideas tip tips lesson \
    interesting stat stats statistic quote strategy key";
const SPEAKING: &str = "speaker session keynote talk presentation panel panelist slides slide \
    presenter workshop stage";
const SPONSORING: &str = "sponsor sponsors booth vendor vendors exhibitor demo demos";
const PRAISE: &str = "amazing awesome great excellent fantastic brilliant incredible best love \
    loved perfect wow huge favorite must";
const URGENCY: &str = "urgent asap important immediately critical today tomorrow deadline priority";
const TODO: &str = "todo remember remind must";

/// Phrases that say that something is to be done.
const TODO_PHRASES: [&[&str]; 20] = [
    &["follow", "up"],
    &["need", "to"],
    &["needs", "to"],
    &["have", "to"],
    &["to", "do"],
    &["action", "item"],
    &["dont", "forget"],
    &["reach", "out"],
    &["look", "into"],
    &["set", "up"],
    &["sign", "up"],
    &["check", "out"],
    &["ask", "about"],
    &["send", "him"],
    &["send", "her"],
    &["send", "them"],
    &["call", "him"],
    &["call", "her"],
    &["email", "him"],
    &["email", "her"],
];

/// Verbs that make a note a task when they open it.
const ORDERS: &str = "call email text send schedule book ask check buy hire try implement contact \
    invite order review research finish update write prepare follow get";

/// Organises a note. Phone numbers without a country are of `default_region` (`US`).
pub fn read(text: &str, default_region: &str) -> Note {
    let found = addresses::find(text, default_region);
    let capitals = capitals::find(&found.prose);
    organised(found, capitals.names, capitals.companies)
}

/// Organises a note whose names and companies somebody else has found; where they have found none
/// those count that rules find.
pub fn read_naming(
    text: &str,
    default_region: &str,
    names: Vec<String>,
    companies: Vec<String>,
) -> Note {
    let found = addresses::find(text, default_region);
    let capitals = capitals::find(&found.prose);
    let is_company = |name: &String| companies.contains(name);
    let by_rules = capitals.names.into_iter().filter(|name| !is_company(name));
    let by_rules: Vec<String> = by_rules.collect();
    let names = if names.is_empty() { by_rules } else { names };
    let companies = if companies.is_empty() {
        let others = capitals.companies.into_iter();
        others.filter(|company| !names.contains(company)).collect()
    } else {
        companies
    };
    organised(found, names, companies)
}

fn organised(found: Addresses, names: Vec<String>, companies: Vec<String>) -> Note {
    let entities = Entities {
        names,
        companies,
        phone_numbers: found.phone_numbers,
        emails: found.emails,
    };
    let words = words::read(&found.prose);
    let traits = Traits::of(&words, &entities);
    Note {
        note_type: traits.note_type(),
        tags: traits.tags(&words),
        priority: traits.priority(),
        requires_followup: traits.requires_followup(),
        entities,
    }
}

/// What decides about kind and priority.
struct Traits {
    named: bool,
    reachable: bool,
    met: bool,
    todo: bool,
    urgent: bool,
    praise: bool,
    learned: bool,
    speaker: bool,
    sponsor: bool,
    topic: bool,
}

impl Traits {
    fn of(words: &Words, entities: &Entities) -> Self {
        let has = |list: &str| words.words.iter().any(|word| listed(list, &word.plain));
        let first = words.words.first();
        Self {
            named: !entities.names.is_empty(),
            reachable: !entities.phone_numbers.is_empty() || !entities.emails.is_empty(),
            met: has(MEETING),
            todo: has(TODO)
                || has_phrase(&words.words)
                || first.is_some_and(|first| listed(ORDERS, &first.plain)),
            urgent: has(URGENCY),
            praise: has(PRAISE),
            learned: has(LEARNING),
            speaker: has(SPEAKING),
            sponsor: has(SPONSORING),
            topic: TOPICS.iter().any(|(_, list)| has(list)),
        }
    }

    fn note_type(&self) -> NoteType {
        if self.reachable || self.named && self.met && !self.todo {
            NoteType::Contact
        } else if self.todo {
            NoteType::ActionItem
        } else if self.sponsor {
            NoteType::SponsorNote
        } else if self.speaker {
            NoteType::SpeakerNote
        } else if self.learned {
            NoteType::Insight
        } else {
            NoteType::General
        }
    }

    fn requires_followup(&self) -> bool {
        self.todo || self.reachable
    }

    /// Each trait adds its weight; the documented example comes to 0.85.
    fn priority(&self) -> f64 {
        let weights = [
            (true, 30),
            (self.named, 20),
            (self.reachable, 15),
            (self.praise, 10),
            (self.learned || self.topic, 10),
            (self.todo, 20),
            (self.urgent, 20),
        ];
        let sum: i32 = weights
            .iter()
            .filter(|(holds, _)| *holds)
            .map(|(_, weight)| weight)
            .sum();
        f64::from(sum.min(100)) / 100.0
    }

    fn tags(&self, words: &Words) -> Vec<&'static str> {
        let mut tags = Vec::new();
        if self.note_type() == NoteType::Contact {
            tags.push("networking");
        }
        if self.requires_followup() {
            tags.push("follow-up-required");
        }
        let speaks_of = |list: &str| words.words.iter().any(|word| listed(list, &word.plain));
        tags.extend(
            TOPICS
                .iter()
                .filter(|(_, list)| speaks_of(list))
                .map(|(tag, _)| *tag),
        );
        if self.urgent {
            tags.push("urgent");
        }
        tags
    }
}

fn listed(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|entry| entry == word)
}

fn has_phrase(words: &[Word]) -> bool {
    words.windows(2).any(|pair| {
        TODO_PHRASES.iter().any(|phrase| {
            pair.iter()
                .map(|word| word.plain.as_str())
                .eq(phrase.iter().copied())
        })
    })
}
