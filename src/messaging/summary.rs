//! Who asks for the summary of what he noted: SUMMARY, "send me my notes", "recap by email please".
//!
//! Pure. Every word of the text must belong to the request: "great summary by Pat" is a note.

use crate::words::{self, Kind};

/// How it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the answer.
    Text,
    /// By e-mail.
    Email,
}

impl Form {
    /// The intent, in the words of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "summary",
            Self::Email => "summary_by_email",
        }
    }
}

/// A longer text says more than that.
const WORDS_MAX: usize = 12;
/// What alone is the request, as people write it.
const SUMMARIES: &str = "summary sumary summery sumarry summry summarize summarise recap resumen \
    resumo riassunto zusammenfassung";
/// What is the request with a word of [`ASKING`] beside it.
const NOTES: &str = "notes notas notizen";
const ASKING: &str = "my send get give me want mis mi meine";
/// Who would like or could have it asks for it; who has or likes it does not.
const WISHES: &str = "would could can may want need id";
const EMAIL: &str = "email emailed mail mailed correo courriel";
const FILLERS: &str = "please pls plz can could may would you u i get have had want need like to a \
    an the of from for by via per in as on it me my send give text sms e all event everything so \
    far hi hey hello thanks thank also now today conference expo por favor mi mis el la de bitte \
    meine die notes id";

/// Whether a text asks for the summary, and how.
pub fn asked(text: &str) -> Option<Form> {
    let words = words::read(text).words;
    let is_said = |word: &&words::Word| word.kind != Kind::Emoji;
    let plain: Vec<&str> = words
        .iter()
        .filter(is_said)
        .map(|word| word.plain.as_str())
        .collect();
    let has = |list: &str| plain.iter().any(|word| listed(list, word));
    let is_asked = has(SUMMARIES) || has(NOTES) && (has(ASKING) || has(EMAIL));
    let known = [SUMMARIES, NOTES, EMAIL, FILLERS];
    let says_no_more = plain
        .iter()
        .all(|word| known.iter().any(|list| listed(list, word)));
    if !is_asked || !says_no_more || plain.len() > WORDS_MAX || is_told(&plain) {
        return None;
    }
    Some(if has(EMAIL) { Form::Email } else { Form::Text })
}

/// Whether a text of such words only tells something: who has got it says thanks for it, who has or
/// likes it says so, and who has to send notes himself notes that.
fn is_told(plain: &[&str]) -> bool {
    let place = |list: &str| plain.iter().position(|word| listed(list, word));
    let thanks_for_it = place("thanks thank").is_some_and(|thanks| {
        let asked_before = place(SUMMARIES).is_some_and(|asked| asked < thanks);
        !asked_before && plain.iter().skip(thanks).any(|word| *word == "for")
    });
    let is_wish = place(WISHES).is_some();
    let has_it = place("have had like").is_some() && !is_wish;
    let sends_it = plain
        .windows(2)
        .any(|pair| pair[0] == "to" && listed("email mail send", pair[1]));
    thanks_for_it || has_it || sends_it && place("you").is_none()
}

fn listed(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|entry| entry == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_it_in_any_usual_words_is_heard() {
        for text in [
            "SUMMARY",
            "summery pls",
            "Recap!",
            "Can you send me my notes please?",
            "my notes",
            "summary of the event 🙏",
            "Resumen por favor",
            "Can I get a summary of my notes?",
            "I'd like my notes",
            "I would like to have a summary",
            "Could you send me the summary? Thanks for all",
        ] {
            assert_eq!(asked(text), Some(Form::Text), "{text}");
        }
        for text in [
            "SUMMARY BY EMAIL",
            "email me my notes",
            "Send the recap by e-mail",
            "summary via mail",
            "notes by email",
        ] {
            assert_eq!(asked(text), Some(Form::Email), "{text}");
        }
    }

    #[test]
    fn what_says_more_is_a_note() {
        for text in [
            "",
            "notes",
            "Great summary by Pat",
            "Summary: raise prices, answer leads",
            "send John the notes",
            "email me",
            "my summary of the keynote is that margins are down",
            "get the email",
            "Thanks for the summary!",
            "Thank you for my notes",
            "I have the summary",
            "I like the recap",
            "I need to email my notes",
        ] {
            assert_eq!(asked(text), None, "{text}");
        }
    }
}
