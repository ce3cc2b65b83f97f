//! A company's name as a value that cannot be wrong, and the form in which names are compared.
//!
//! Pure. A [`CompanyName`] keeps the spelling of the row; [`CompanyName::normal`] is for
//! comparisons only and is never shown or stored as a name.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::domain::Domain;
use super::lists;
use super::placeholder;
use super::refusal::{Refusal, Shown};

/// Longest name of a company that is believed; the longest registered ones stay below it.
pub const NAME_CHARS_MAX: usize = 200;

/// A company's name in the spelling of its row: no blanks around it, single spaces, no control
/// characters, at most [`NAME_CHARS_MAX`] characters, and not a stand-in for "nothing".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CompanyName(String);

impl CompanyName {
    /// Reads a name as it was typed.
    ///
    /// # Errors
    /// The [`Refusal`] with a sentence for the person who can mend the row.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = single_spaced(text);
        let shown = || Shown::new(text);
        if name.is_empty() {
            return Err(Refusal::NameMissing);
        }
        let chars = name.chars().count();
        if chars > NAME_CHARS_MAX {
            return Err(Refusal::NameTooLong {
                chars,
                shown: shown(),
            });
        }
        if name.chars().any(is_unprintable) {
            return Err(Refusal::NameControlCharacters(shown()));
        }
        if name.contains(char::REPLACEMENT_CHARACTER) {
            return Err(Refusal::NameBrokenText(shown()));
        }
        if !name.chars().any(char::is_alphanumeric) {
            return Err(Refusal::NameWithoutLetters(shown()));
        }
        if name.split(' ').any(is_email_like) {
            return Err(Refusal::NameIsEmail(shown()));
        }
        if is_url_like(&name) {
            return Err(Refusal::NameIsUrl(shown()));
        }
        if is_phone_like(&name) {
            return Err(Refusal::NameIsNumber(shown()));
        }
        if placeholder::is_placeholder(&name) {
            return Err(Refusal::NamePlaceholder(shown()));
        }
        if placeholder::is_keyboard_mash(&name) {
            return Err(Refusal::NameKeyboardMash(shown()));
        }
        Ok(Self(name))
    }

    /// The name as it is stored and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two spellings of one name are equal: [`normal_name`].
    pub fn normal(&self) -> String {
        normal_name(&self.0)
    }
}

impl fmt::Display for CompanyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The form in which "Acme Inc", "ACME, Inc." and "The Acme" are equal: lowercase without accents,
/// punctuation, a first "the" and the legal form at the end.
///
/// Something always remains: a name that consists of legal forms alone keeps them. Equal normal
/// names are a hint, not an identity: two companies may share a name, never a domain.
pub fn normal_name(name: &str) -> String {
    let mut spelled = String::with_capacity(name.len());
    let mut letters_since_mark = 0;
    let plain = name.nfkd().flat_map(char::to_lowercase);
    for c in plain.filter(|c| !is_combining_mark(*c)) {
        let letters = letters_since_mark;
        letters_since_mark = if c.is_alphanumeric() { letters + 1 } else { 0 };
        match c {
            // O'Brien = OBrien.
            '\'' | '\u{2019}' | '`' => {}
            // S.p.A. = SpA and A/S = AS, but Amazon.com = Amazon com.
            '.' | '/' if letters == 1 => {}
            '&' | '+' => spelled.push_str(" and "),
            'ß' => spelled.push_str("ss"),
            'æ' => spelled.push_str("ae"),
            'œ' => spelled.push_str("oe"),
            'ø' => spelled.push('o'),
            'ł' => spelled.push('l'),
            'đ' => spelled.push('d'),
            'ı' => spelled.push('i'),
            c if c.is_alphanumeric() => spelled.push(c),
            _ => spelled.push(' '),
        }
    }
    let mut words: Vec<&str> = spelled.split_whitespace().collect();
    if words.len() > 1 && words.first() == Some(&"the") {
        words.remove(0);
    }
    while words.len() > 1 && words.last().is_some_and(|last| is_ending(last)) {
        words.pop();
    }
    words.join(" ")
}

/// A legal form, or the "and" that is left of "Harper & Co".
fn is_ending(word: &str) -> bool {
    word == "and" || lists::is_legal_form(word)
}

/// Trims, drops characters that take no room, and makes every run of white space one space.
fn single_spaced(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !takes_no_room(*c)).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Zero-width space, word joiner, byte order mark and soft hyphen: pasted along, never meant.
pub(super) fn takes_no_room(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Control characters, and the marks that make text run backwards and so hide what it says.
pub(super) fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// `<jane@acme.com>` but not `@properties`, which is a company.
fn is_email_like(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

/// Says "go to this page". `Amazon.com` and `Booking.com` are names.
fn is_url_like(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let one_word = !name.contains(' ');
    let page = || {
        name.split_once('/')
            .is_some_and(|(host, _)| Domain::from_host(host).is_ok())
    };
    name.starts_with("http://")
        || name.starts_with("https://")
        || (one_word && (name.starts_with("www.") || name.contains("://") || page()))
}

/// Seven or more digits and nothing but what phone numbers are written with.
fn is_phone_like(name: &str) -> bool {
    let digits = name.chars().filter(char::is_ascii_digit).count();
    digits >= 7
        && name
            .chars()
            .all(|c| c.is_ascii_digit() || " +-().".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_name_are_equal() {
        for (a, b) in [
            ("Acme Inc", "ACME, Inc."),
            ("The Acme Company", "Acme"),
            ("Société Générale S.A.", "SOCIETE GENERALE"),
            ("Marks & Spencer plc", "Marks and Spencer"),
            ("Müller GmbH & Co. KG", "Muller"),
            ("Straßenbau AG", "Strassenbau"),
            ("O'Reilly Media", "OReilly Media, Inc"),
            ("A.P. Møller - Mærsk A/S", "AP Moller Maersk"),
        ] {
            assert_eq!(normal_name(a), normal_name(b), "{a} / {b}");
        }
        assert_ne!(normal_name("Acme Holdings"), normal_name("Acme"));
        assert_eq!(normal_name("Co"), "co");
    }
}
