//! Which of several sessions somebody names: by its number or by words of its title.
//!
//! Pure. What is asked with every note in mind must not swallow the next one: only a number, or
//! words that all stand in one title and in no other, name a session. Everything else is a note.

use super::rating::number_word;
use crate::words::{self, Kind, Word};

/// Words that stand around a number or a title and tell nothing.
const FILLERS: &str = "the a an im in at on it its is was i am me my this that session talk track \
    number no nr option choice room one please pls plz thanks thank you from about with by and of \
    for to ok yes yeah sitting attending currently now";

/// What alone answers something else, whatever title holds it.
const REPLIES: &str = "no nope nah later maybe done yes ok";

/// What is taken for a mistyped word of a title is at least so long.
const TYPO_CHARS_MIN: usize = 5;

/// The place of the session that a text names among these titles, 1 first.
pub fn named(text: &str, titles: &[String]) -> Option<u8> {
    let words = words::read(text).words;
    let is_meant = |word: &&Word| word.kind != Kind::Emoji;
    let words: Vec<&Word> = words.iter().filter(is_meant).collect();
    by_number(&words, titles.len()).or_else(|| by_title(&words, titles))
}

/// A number, and nothing beside it but fillers.
fn by_number(words: &[&Word], offered: usize) -> Option<u8> {
    let mut found = None;
    for word in words {
        let number = ordinal(&word.plain, offered);
        match (found, number) {
            (None, Some(number)) => found = Some(number),
            // "The second one".
            (Some(_), Some(_)) if word.plain == "one" => {}
            (Some(_), Some(_)) => return None,
            (_, None) if is_filler(&word.plain) => {}
            (_, None) => return None,
        }
    }
    found.filter(|number| (1..=offered).contains(&usize::from(*number)))
}

fn ordinal(word: &str, offered: usize) -> Option<u8> {
    match word {
        "first" | "1st" | "primero" | "primera" | "premier" | "erste" => Some(1),
        "second" | "2nd" | "segundo" | "segunda" | "deuxieme" | "zweite" => Some(2),
        "third" | "3rd" | "tercero" | "tercera" | "troisieme" | "dritte" => Some(3),
        "last" => u8::try_from(offered).ok(),
        _ => word.parse().ok().or_else(|| number_word(word)),
    }
}

/// Words that all stand in one title, and not all of them in another.
fn by_title(words: &[&Word], titles: &[String]) -> Option<u8> {
    let plain: Vec<Vec<String>> = titles.iter().map(|title| plain_words(title)).collect();
    let mut fitting = (1_u8..).zip(&plain).filter(|(place, title)| {
        let mut words = words.iter().map(|word| word.plain.as_str()).peekable();
        // "2 Growing with AI": its number before its words.
        if words.peek().and_then(|word| word.parse().ok()) == Some(*place) {
            words.next();
        }
        let mut told = false;
        let fits = words.all(|word| {
            let stands = title.iter().any(|known| is_same(known, word));
            told |= stands && !is_filler(word) && !is_reply(word);
            stands || is_filler(word)
        });
        fits && told
    });
    let (place, _) = fitting.next()?;
    fitting.next().is_none().then_some(place)
}

fn plain_words(title: &str) -> Vec<String> {
    let words = words::read(title).words.into_iter();
    words.map(|word| word.plain).collect()
}

fn is_same(known: &str, word: &str) -> bool {
    known == word
        || word.chars().count() >= TYPO_CHARS_MIN && strsim::osa_distance(known, word) <= 1
}

fn is_filler(word: &str) -> bool {
    listed(FILLERS, word)
}

fn is_reply(word: &str) -> bool {
    listed(REPLIES, word)
}

fn listed(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|entry| entry == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(text: &str) -> Option<u8> {
        let titles = [
            "Growing with AI",
            "Hiring 201: Keep Your Crew",
            "Panel: Growing Margins",
        ];
        named(text, &titles.map(str::to_owned))
    }

    #[test]
    fn a_number_or_the_words_of_a_title_name_a_session() {
        for (text, expected) in [
            ("2", 2),
            ("#2", 2),
            ("number two please", 2),
            ("I'm in the second one", 2),
            ("the first", 1),
            ("last one", 3),
            ("3!", 3),
            ("AI", 1),
            ("Growing with AI", 1),
            ("growing with ai 👍", 1),
            ("the hirring talk", 2),
            ("2 keep your crew", 2),
            ("Hiring 201", 2),
            ("margins panel", 3),
        ] {
            assert_eq!(among(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_reply_to_another_question_names_no_session() {
        let titles = ["The Power of No", "Now or Later", "Say Yes"].map(str::to_owned);
        for text in ["no", "NO thanks", "later", "later please", "yes"] {
            assert_eq!(named(text, &titles), None, "{text}");
        }
        assert_eq!(named("the power of no", &titles), Some(1));
    }

    #[test]
    fn everything_else_is_a_note() {
        for text in [
            "",
            "4",
            "0",
            "growing",
            "1 and 2",
            "both",
            "2 new ideas: raise prices",
            "AI saves an hour a day",
            "Met John Smith, 555-1234",
            "keep your crew happy with numbers",
            "session",
            "raise prices by 3",
        ] {
            assert_eq!(among(text), None, "{text}");
        }
    }
}
