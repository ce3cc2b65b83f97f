//! The GSM 7-bit alphabet, and where characters hang together.
//!
//! Pure. Source: 3GPP TS 23.038, 6.2.1 (default alphabet) and 6.2.1.1 (its extension).

use unicode_normalization::char::is_combining_mark;

/// The default alphabet without the escape, in the order of the standard.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Characters that take the escape and a second septet. Form feed is the page break.
const EXTENSION: &str = "^{}\\[~]|€\u{c}";

/// How many septets a character takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Septets {
    /// In the default alphabet.
    One,
    /// In the extension, with the escape before it.
    Two,
    /// In neither: the whole text becomes UCS-2.
    Outside,
}

/// What a character takes in GSM-7.
pub(super) fn septets(c: char) -> Septets {
    if c.is_ascii_alphanumeric() || BASIC.contains(c) {
        Septets::One
    } else if EXTENSION.contains(c) {
        Septets::Two
    } else {
        Septets::Outside
    }
}

/// Whether a character only shapes the ones beside it: joiners, variation selectors, skin tones,
/// combining marks.
pub(super) fn is_joiner(c: char) -> bool {
    let shapes = matches!(
        c,
        '\u{200D}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{1F3FB}'..='\u{1F3FF}'
            | '\u{E0020}'..='\u{E007F}'
    );
    shapes || is_combining_mark(c)
}

/// Byte offsets between characters that are seen apart: no family, flag or accent is split.
pub(super) fn seams(text: &str) -> Vec<usize> {
    let mut seams = vec![0];
    let mut before = ' ';
    let mut flags = 0_u32;
    for (place, c) in text.char_indices() {
        let is_flag = matches!(c, '\u{1F1E6}'..='\u{1F1FF}');
        let joined = before == '\u{200D}' || is_joiner(c) || (is_flag && flags % 2 == 1);
        flags = if is_flag { flags + 1 } else { 0 };
        if place > 0 && !joined {
            seams.push(place);
        }
        before = c;
    }
    seams
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_the_size_of_the_standard() {
        // 128 places, of which one is the escape.
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        assert_eq!(septets('ç'), Septets::Outside);
        assert_eq!(septets('Ç'), Septets::One);
        assert_eq!(septets('€'), Septets::Two);
    }

    #[test]
    fn what_is_seen_as_one_is_not_split() {
        assert_eq!(seams("👩‍👧a"), [0, "👩‍👧".len()]);
        assert_eq!(seams("🇺🇸🇨🇦"), [0, 8]);
        assert_eq!(seams("e\u{301}x"), [0, 3]);
        assert_eq!(seams("👋🏽!"), [0, 8]);
    }
}
