//! Links in a text, so that nothing cuts or rewrites them.
//!
//! Pure. What a phone makes tappable: a word with a scheme or `www.`, or a domain with a path
//! (`example.com/a`). Punctuation that ends the sentence is not part of it.

use std::ops::Range;

/// The byte ranges of the links, in order.
pub(super) fn spans(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut start = None;
    for (place, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_whitespace(), start) {
            (false, None) => start = Some(place),
            (true, Some(begun)) => {
                spans.extend(link(text, begun..place));
                start = None;
            }
            _ => {}
        }
    }
    spans
}

/// The link of a word, without the brackets and the punctuation around it.
fn link(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    let whole = text.get(word.clone())?;
    let bare = whole.trim_start_matches(['(', '<', '[', '"', '\'', '“', '‘']);
    let start = word.start + (whole.len() - bare.len());
    let mut link = bare.trim_end_matches(['.', ',', ';', ':', '!', '?', '>', '"', '\'', '”', '’']);
    // A closing bracket belongs to the link that opened it.
    while let Some(shorter) = link.strip_suffix([')', ']']) {
        if shorter.contains(['(', '[']) {
            break;
        }
        link = shorter.trim_end_matches(['.', ',', '!', '?']);
    }
    is_link(link).then(|| start..start + link.len())
}

fn is_link(word: &str) -> bool {
    let lower = word.get(..12.min(word.len())).unwrap_or(word);
    let starts = |with: &str| {
        lower
            .get(..with.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    if starts("http://") || starts("https://") || starts("www.") {
        return word.len() > 8;
    }
    let Some((host, _)) = word.split_once('/') else {
        return false;
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    host.contains('.')
        && top.len() >= 2
        && top.chars().all(|c| c.is_ascii_alphabetic())
        && host.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        spans(text).into_iter().map(|span| &text[span]).collect()
    }

    #[test]
    fn links_are_found_without_what_is_around_them() {
        assert_eq!(
            found("See https://example.com/a?b=1. And (www.example.com), example.com/x!"),
            [
                "https://example.com/a?b=1",
                "www.example.com",
                "example.com/x"
            ]
        );
        assert_eq!(
            found("HTTPS://EXAMPLE.COM/A_(b)"),
            ["HTTPS://EXAMPLE.COM/A_(b)"]
        );
    }

    #[test]
    fn words_with_dots_and_slashes_are_no_links() {
        assert_eq!(
            found("and/or 9/10 e.g. 3.5/10 a.m./p.m. http:// ..."),
            [""; 0]
        );
    }
}
