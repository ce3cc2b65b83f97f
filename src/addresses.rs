//! Phone numbers and e-mail addresses in what people write, and the text without them.
//!
//! A leaf: one room keeps what it finds, another tells nobody of it. Pure. Phone numbers go through
//! libphonenumber and come out as E.164; a seven-digit one, which has no area code, stays as it was
//! typed.

use email_address::EmailAddress;
use phonenumber::{Mode, country};

/// Characters of a text that are looked at: ten texts.
const CHARS_MAX: usize = 16_000;

/// At most so many numbers and addresses are kept of one text.
const FOUND_MAX: usize = 20;

/// Country of numbers that a text writes without one.
pub const DEFAULT_REGION: &str = "US";

/// What a text says of how people are reached, and the rest of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// E.164, or seven digits as typed.
    pub phone_numbers: Vec<String>,
    /// E-mail addresses as typed.
    pub emails: Vec<String>,
    /// The text without them.
    pub prose: String,
}

/// Reads a text. Phone numbers without a country are of `default_region` (`US`).
pub fn find(text: &str, default_region: &str) -> Addresses {
    let text: String = text.chars().take(CHARS_MAX).collect();
    let (emails, without_emails) = emails(&text);
    let (phone_numbers, prose) = phones(&without_emails, default_region);
    Addresses {
        phone_numbers,
        emails,
        prose,
    }
}

/// The e-mail addresses of a text, and the text without them.
fn emails(text: &str) -> (Vec<String>, String) {
    let mut found: Vec<String> = Vec::new();
    let mut rest = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let around = [
            '<', '>', '(', ')', '[', ']', ',', ';', ':', '.', '!', '?', '"', '\'', '“', '”', '*',
        ];
        let bare = piece.trim().trim_matches(around);
        let bare = bare.strip_prefix("mailto:").unwrap_or(bare);
        let is_address = bare.contains('@')
            && bare.len() <= 254
            && bare
                .rsplit('@')
                .next()
                .is_some_and(|domain| domain.contains('.'))
            && EmailAddress::is_valid(bare);
        if !is_address {
            rest.push_str(piece);
            continue;
        }
        // A comma in its place keeps the words around it apart.
        rest.push_str(", ");
        if found.len() < FOUND_MAX && !found.iter().any(|known| known.eq_ignore_ascii_case(bare)) {
            found.push(bare.to_owned());
        }
    }
    (found, rest)
}

/// The phone numbers of a text, and the text without them.
fn phones(text: &str, default_region: &str) -> (Vec<String>, String) {
    let mut found: Vec<String> = Vec::new();
    let mut rest = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_digit()
            || matches!(c, '+' | '(' | ')' | '-' | '.' | ' ' | '\u{a0}' | '\u{2011}')
        {
            run.push(match c {
                '\u{a0}' => ' ',
                '\u{2011}' => '-',
                c => c,
            });
            continue;
        }
        match phone(&run, default_region) {
            Some(number) => {
                rest.push_str(", ");
                if found.len() < FOUND_MAX && !found.contains(&number) {
                    found.push(number);
                }
            }
            None => rest.push_str(&run),
        }
        run.clear();
        rest.push(c);
    }
    (found, rest)
}

/// The number in a run of digits and the signs between them.
fn phone(run: &str, default_region: &str) -> Option<String> {
    let typed = run
        .trim_matches([' ', '.', '-', ')'])
        .trim_start_matches("( ");
    let digits = typed.bytes().filter(u8::is_ascii_digit).count();
    if !(7..=17).contains(&digits) || typed.len() > 40 {
        return None;
    }
    // "555-1234": kept as typed, for only its writer knows the area code.
    let local =
        digits == 7 && typed.len() == 8 && typed.get(3..4).is_some_and(|sign| "-. ".contains(sign));
    if local
        && typed
            .bytes()
            .enumerate()
            .all(|(place, b)| place == 3 || b.is_ascii_digit())
    {
        return Some(typed.to_owned());
    }
    let region: Option<country::Id> = default_region.to_ascii_uppercase().parse().ok();
    // A region must not be told where the number names its country: its trunk prefix would be cut.
    let region = region.filter(|_| !typed.starts_with('+'));
    let number = phonenumber::parse(region, typed)
        .ok()
        .filter(phonenumber::PhoneNumber::is_valid)?;
    Some(number.format().mode(Mode::E164).to_string())
}
