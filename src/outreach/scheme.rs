//! The `https://` of a typed address: there, missing, doubled, misspelt, or another scheme.
//!
//! Pure; a part of reading a website, which lives in `website.rs`.

use super::domain::Domain;
use super::refusal::{Refusal, Shown};
use super::website::ends_authority;

/// The scheme, if there is one, and what follows it. `http://https://acme.com`, `http:/acme.com`
/// and `//acme.com` leave no doubt; `htp://acme.com` and `http//acme.com` are refused.
pub fn split(text: &str) -> Result<(Option<&'static str>, &str), Refusal> {
    let mut scheme = None;
    let mut rest = text;
    while let Some((found, after)) = strip_http(rest) {
        scheme.get_or_insert(found);
        rest = after;
    }
    if scheme.is_some() || rest.starts_with("//") {
        return Ok((scheme, rest.trim_start_matches('/')));
    }
    if let Some(address) = strip_prefix_ignoring_case(rest, "mailto:") {
        return Ok((None, address));
    }
    if let Some(address) = after_misspelt_http(rest) {
        let host = address.split(ends_authority).next().unwrap_or_default();
        let shown = Shown::new(text);
        return Err(match Domain::from_host(host) {
            Ok(_) => {
                let proposal = Shown::new(&format!("https://{address}"));
                Refusal::WebsiteMistyped { shown, proposal }
            }
            Err(_) => Refusal::WebsiteMalformed(shown),
        });
    }
    let authority = rest.split(ends_authority).next().unwrap_or_default();
    match authority.split_once(':') {
        Some((word, after)) if is_other_scheme(word, after) => {
            Err(Refusal::WebsiteScheme(Shown::new(text)))
        }
        _ => Ok((None, rest)),
    }
}

fn strip_http(text: &str) -> Option<(&'static str, &str)> {
    [("https:", "https"), ("http:", "http")]
        .into_iter()
        .find_map(|(prefix, scheme)| {
            let after = strip_prefix_ignoring_case(text, prefix)?;
            Some((scheme, after.trim_start_matches(['/', '\\', ' '])))
        })
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, after) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(after)
}

/// What follows a word of the letters h, t, p and s and the punctuation of a scheme.
fn after_misspelt_http(text: &str) -> Option<&str> {
    let letters = text.find(|c: char| !c.is_ascii_alphabetic())?;
    let (word, after) = text.split_at_checked(letters)?;
    let address = after.trim_start_matches([':', ';', ',', '.', '/', '\\', ' ']);
    let punctuation = after.strip_suffix(address)?;
    let near = (2..=7).contains(&word.len())
        && word
            .chars()
            .all(|c| matches!(c.to_ascii_lowercase(), 'h' | 't' | 'p' | 's'));
    (near && punctuation.contains([':', ';', '/', '\\'])).then_some(address)
}

/// `ftp:` and `tel:`, but not `acme.com:8080`, `localhost:3000`, `user:pass@acme.com` and `[::1]`.
fn is_other_scheme(word: &str, after: &str) -> bool {
    !word.contains(['.', '[', '@'])
        && !after.contains('@')
        && !after.starts_with(|c: char| c.is_ascii_digit())
}
