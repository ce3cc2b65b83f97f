//! Spelling a text in GSM-7: quotes, dashes, spaces and accents that would double its price.
//!
//! Pure. Typography goes always, because nobody misses it. Accents go only when that makes the
//! whole text GSM-7: a text that stays UCS-2 for its emoji keeps them. What has no plain spelling
//! (another script, emoji) stays; links stay as they are.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::alphabet::{Septets, is_joiner, septets};
use super::links;

/// A text with its replacements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transliterated {
    /// The text to send.
    pub text: String,
    /// What was replaced, each character once, in order of appearance.
    pub replaced: Vec<Replacement>,
}

/// One character that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// What stood there.
    pub from: char,
    /// What stands there now; empty where it was invisible.
    pub to: String,
    /// How often.
    pub count: usize,
}

/// Spells a text in GSM-7 as far as it can be.
pub fn transliterate(text: &str) -> Transliterated {
    let composed: String = text.nfc().collect();
    let plain = rewrite(&composed, |c, before| {
        typographic(c, before)
            .map(str::to_owned)
            .or_else(|| unaccented(c))
    });
    if plain.text.chars().all(|c| septets(c) != Septets::Outside) {
        return plain;
    }
    rewrite(&composed, |c, before| {
        typographic(c, before).map(str::to_owned)
    })
}

fn rewrite(text: &str, spell: impl Fn(char, char) -> Option<String>) -> Transliterated {
    let links = links::spans(text);
    let mut links = links.iter().peekable();
    let mut out = String::with_capacity(text.len());
    let mut replaced: Vec<Replacement> = Vec::new();
    let mut before = ' ';
    for (place, c) in text.char_indices() {
        while links.next_if(|link| link.end <= place).is_some() {}
        let in_link = links.peek().is_some_and(|link| link.contains(&place));
        let spelled = (!in_link && septets(c) == Septets::Outside).then(|| spell(c, before));
        match spelled.flatten() {
            Some(to) => {
                out.push_str(&to);
                match replaced.iter_mut().find(|known| known.from == c) {
                    Some(known) => known.count += 1,
                    None => replaced.push(Replacement {
                        from: c,
                        to,
                        count: 1,
                    }),
                }
            }
            None => out.push(c),
        }
        before = c;
    }
    Transliterated {
        text: out,
        replaced,
    }
}

/// The plain spelling of a typographic character. A joiner within an emoji is part of it.
fn typographic(c: char, before: char) -> Option<&'static str> {
    let within_emoji = !before.is_alphanumeric() && septets(before) == Septets::Outside;
    Some(match c {
        '‘' | '’' | '‚' | '‛' | '′' | '´' | '`' | 'ʼ' | '‹' | '›' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => "\"",
        '\u{2010}'..='\u{2015}' | '−' | '•' | '‣' | '◦' => "-",
        '…' => "...",
        '·' => ".",
        '©' => "(c)",
        '®' => "(r)",
        '™' => "(tm)",
        '×' => "x",
        '→' => "->",
        '←' => "<-",
        '\u{2028}' | '\u{2029}' | '\u{85}' => "\n",
        '\u{200D}' | '\u{FE00}'..='\u{FE0F}' if within_emoji => return None,
        '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{AD}' => "",
        c if c.is_whitespace() => " ",
        c if c.is_control() => "",
        _ => return None,
    })
}

/// The letter without its accent, or the plain letters of a compatibility character (`ﬁ`, `½`).
fn unaccented(c: char) -> Option<String> {
    let letters = match c {
        'ł' => "l",
        'Ł' => "L",
        'đ' => "d",
        'Đ' => "D",
        'ı' => "i",
        'œ' => "oe",
        'Œ' => "OE",
        'ẞ' => "SS",
        'þ' => "th",
        'Þ' => "Th",
        'ð' => "d",
        'Ð' => "D",
        '⁄' => "/",
        _ => "",
    };
    if !letters.is_empty() {
        return Some(letters.to_owned());
    }
    let base: String = c
        .nfkd()
        .filter(|part| !is_combining_mark(*part))
        .map(|part| if part == '⁄' { '/' } else { part })
        .collect();
    let fits = !base.is_empty() && base.chars().all(|part| septets(part) != Septets::Outside);
    (fits || is_joiner(c) && is_combining_mark(c)).then_some(if fits {
        base
    } else {
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::segments::{Encoding, measure};

    #[test]
    fn typography_becomes_plain_and_is_listed() {
        let spelled = transliterate("“It’s on” – at\u{a0}9… it’s\u{200b} ok");
        assert_eq!(spelled.text, "\"It's on\" - at 9... it's ok");
        let apostrophe = Replacement {
            from: '’',
            to: "'".to_owned(),
            count: 2,
        };
        assert!(spelled.replaced.contains(&apostrophe));
        assert_eq!(measure(&spelled.text).encoding, Encoding::Gsm7);
    }

    #[test]
    fn accents_go_only_when_that_saves_something() {
        assert_eq!(
            transliterate("João Muñoz, São José").text,
            "Joao Muñoz, Sao José"
        );
        assert_eq!(transliterate("e\u{301}te\u{301}").text, "été");
        assert_eq!(transliterate("Łukasz ½ ﬁn").text, "Lukasz 1/2 fin");
        // The emoji keeps the text UCS-2, so the name keeps its accents.
        assert_eq!(transliterate("João’s 👋").text, "João's 👋");
        assert_eq!(transliterate("Привет – João").text, "Привет - João");
    }

    #[test]
    fn an_emoji_is_not_taken_apart() {
        for text in ["👩‍👧 hi", "❤️ hi", "👋🏽 hi", "🇺🇸 hi"] {
            assert_eq!(transliterate(text).text, text);
        }
    }

    #[test]
    fn links_stay_as_they_are() {
        let text = "Voilà: https://example.com/café–x";
        assert!(
            transliterate(text)
                .text
                .ends_with("https://example.com/café–x")
        );
    }
}
