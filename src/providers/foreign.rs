//! Words of an outside service, made fit for a reason or a log.
//!
//! A service may put anything into its error texts: our key, the address we asked about, a page of
//! HTML. What is quoted is one line, short, and names nobody.

use secrecy::{ExposeSecret, SecretString};

/// Longest quotation, in characters.
const QUOTE_CHARS_MAX: usize = 240;

/// So many digits in one word could be a phone number.
const PHONE_DIGITS_MIN: usize = 7;

/// One line of `text` without `secret`, e-mail addresses, phone numbers and URLs.
pub(super) fn quote(text: &str, secret: Option<&SecretString>) -> String {
    let without_secret = match secret.map(ExposeSecret::expose_secret) {
        Some(secret) if !secret.is_empty() => text.replace(secret, "[key]"),
        _ => text.to_owned(),
    };
    let words = without_secret.split(|c: char| c.is_whitespace() || c.is_control());
    let line = words
        .filter(|word| !word.is_empty())
        .map(harmless)
        .collect::<Vec<_>>()
        .join(" ");
    match line.char_indices().nth(QUOTE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The word itself, or what stands for it.
fn harmless(word: &str) -> &str {
    let phone_like = |c: char| c.is_ascii_digit() || "+-.()/,;:".contains(c);
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if word.contains('@') || word.contains("%40") {
        "[address]"
    } else if word.contains("://") {
        "[url]"
    } else if digits >= PHONE_DIGITS_MIN && word.chars().all(phone_like) {
        "[number]"
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_names_nobody_and_holds_no_key() {
        let key = SecretString::from("s3cret-key");
        let said = "Token s3cret-key of\njane@acme.com (call +1-202-555-0142) at https://x.y/?k=1";
        assert_eq!(
            quote(said, Some(&key)),
            "Token [key] of [address] (call [number] at [url]"
        );
    }

    #[test]
    fn a_quotation_is_one_short_line() {
        let page = "<html>\n".repeat(1_000);
        let quoted = quote(&page, None);
        assert!(quoted.chars().count() <= QUOTE_CHARS_MAX + 1);
        assert!(!quoted.contains('\n'));
        assert_eq!(
            quote("naïve \u{0} text", Some(&SecretString::from(""))),
            "naïve text"
        );
    }
}
