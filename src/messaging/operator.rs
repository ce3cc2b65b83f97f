//! What an event's operators order by text: DELAY, MSG, STATUS, CHECKIN, CANCEL, HELP.
//!
//! Pure. Only for numbers in `admin_users`; whoever reads asks for that first. A bare CANCEL is
//! what it is for everybody, an opt-out: an order says what is cancelled.

use serde_json::{Value, json};

use super::segments;
use super::transliterate::transliterate;

/// An order, as `public.obey_operator` takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// delay, msg, status, checkin, cancel or help.
    pub verb: &'static str,
    /// Minutes, whom, a name, or a type; empty where none was said.
    pub argument: String,
    /// The event's code in capitals; None: the one that is on.
    pub code: Option<String>,
    /// What is to be said.
    pub words: String,
    /// How many messages the words take on a phone; 0 without words.
    pub segments: usize,
}

impl Order {
    /// As an intent in the words of the database.
    pub fn written(&self) -> Value {
        json!({
            "intent": self.verb, "argument": self.argument, "code": self.code, "words": self.words,
            "segments": self.segments,
        })
    }
}

/// The order in a text; None for every other text.
pub fn read(text: &str) -> Option<Order> {
    let (head, words) = match text.split_once(':') {
        Some((head, words)) => (head, words.trim()),
        None => (text, ""),
    };
    let mut parts: Vec<&str> = head.split_whitespace().collect();
    let verb = parts.first()?.to_ascii_lowercase();
    let code = parts
        .last()
        .filter(|last| parts.len() > 1 && is_code(last))
        .map(|code| code.to_ascii_uppercase());
    if code.is_some() {
        parts.pop();
    }
    let argument = parts.get(1..).unwrap_or_default().join(" ");
    let one = parts.len() == 2;
    let whole = words.is_empty() && !text.contains(':');
    let verb = match verb.as_str() {
        "delay" if whole && (argument.is_empty() || is_minutes(&argument)) => "delay",
        "msg" if !words.is_empty() && (argument.is_empty() || one) => "msg",
        "status" if whole && argument.is_empty() => "status",
        "checkin" if whole && !argument.is_empty() => "checkin",
        "cancel" if whole && one && is_cancelled(&argument) => "cancel",
        "help" if whole && argument.is_empty() && code.is_none() => "help",
        _ => return None,
    };
    Some(Order {
        verb,
        argument,
        code,
        words: words.to_owned(),
        segments: segments::measure(&transliterate(words).text).segments,
    })
}

/// Three letters and four digits: `TPE2025`.
fn is_code(word: &str) -> bool {
    let bytes = word.as_bytes();
    let (letters, digits) = bytes.split_at(bytes.len().min(3));
    bytes.len() == 7
        && letters.iter().all(u8::is_ascii_alphabetic)
        && digits.iter().all(u8::is_ascii_digit)
}

/// Everything, or a type of texts as `message_types` spells it: `admin_custom`. "Cancel please" and
/// "cancel texts" are what they are for everybody.
fn is_cancelled(word: &str) -> bool {
    word.eq_ignore_ascii_case("all") || word.contains('_')
}

fn is_minutes(word: &str) -> bool {
    word.parse::<i16>()
        .is_ok_and(|minutes| (-1440..=1440).contains(&minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_as_documented() {
        for (text, verb, argument, code, words) in [
            ("DELAY", "delay", "", None, ""),
            ("delay 20 tpe2025", "delay", "20", Some("TPE2025"), ""),
            ("Delay TPE2025", "delay", "", Some("TPE2025"), ""),
            ("MSG: Lunch: now!", "msg", "", None, "Lunch: now!"),
            (
                "msg checkedin TPE2025: Hi",
                "msg",
                "checkedin",
                Some("TPE2025"),
                "Hi",
            ),
            ("STATUS", "status", "", None, ""),
            (
                "checkin Ana  Cole TPE2025",
                "checkin",
                "Ana Cole",
                Some("TPE2025"),
                "",
            ),
            ("CANCEL ALL", "cancel", "ALL", None, ""),
            ("cancel admin_custom", "cancel", "admin_custom", None, ""),
            ("Help", "help", "", None, ""),
        ] {
            let order = Order {
                verb,
                argument: argument.to_owned(),
                code: code.map(str::to_owned),
                words: words.to_owned(),
                segments: usize::from(!words.is_empty()),
            };
            assert_eq!(read(text), Some(order), "{text}");
        }
    }

    #[test]
    fn everything_else_is_a_text_like_any_other() {
        for text in [
            "",
            "CANCEL",
            "STOP",
            "delay the start",
            "delay 99999",
            "status of things",
            "checkin",
            "msg everybody",
            "msg:",
            "cancel my 3 pm",
            "Cancel please",
            "cancel texts",
            "CANCEL SMS TPE2025",
            "cancel subscription",
            "Cancel it",
            "cancel that",
            "help me",
            ":",
            "Met Ana: great",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
