//! Leaving emoji out of a text where they make it cost more.
//!
//! Pure. One emoji turns a whole text into UCS-2, of which a segment holds less than half. Where a
//! text costs no more with them than without, they stay: nobody gains by their absence.

use super::alphabet::seams;
use super::segments::measure;
use super::transliterate::transliterate;
use crate::words::is_emoji;

/// What makes a picture of a digit's key out of the digit before it.
const KEYCAP: char = '\u{20E3}';

/// The text spelled plainly, and without its emoji if that saves segments. A text of nothing but
/// emoji keeps them.
pub fn spell_thriftily(text: &str) -> String {
    let whole = transliterate(text).text;
    let plain = transliterate(&without_emoji(text)).text;
    if plain.trim().is_empty() || measure(&plain).segments >= measure(&whole).segments {
        whole
    } else {
        plain
    }
}

/// The text without its emoji, and without the blanks that stood around them.
fn without_emoji(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut left_out = false;
    let mut ends = seams(text).into_iter().skip(1).collect::<Vec<_>>();
    ends.push(text.len());
    let mut begin = 0;
    for end in ends {
        let seen = text.get(begin..end).unwrap_or_default();
        begin = end;
        let Some(first) = seen.chars().next() else {
            continue;
        };
        if is_picture(first) {
            left_out = true;
            continue;
        }
        let is_blank = first == ' ';
        if left_out && is_blank && (out.is_empty() || out.ends_with([' ', '\n'])) {
            continue;
        }
        // No blank before what ends a sentence or a line.
        if left_out && matches!(first, '.' | ',' | '!' | '?' | ';' | ':' | ')' | '\n') {
            out.truncate(out.trim_end_matches(' ').len());
        }
        left_out &= is_blank;
        match seen.contains(KEYCAP) {
            true => out.push(first),
            false => out.push_str(seen),
        }
    }
    if left_out {
        out.truncate(out.trim_end_matches(' ').len());
    }
    out
}

/// Whether what begins so is an emoji: a picture, a clock or a flag.
fn is_picture(c: char) -> bool {
    is_emoji(c) || matches!(c, '\u{2300}'..='\u{23FF}' | '\u{1F000}'..='\u{1F2FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_go_with_the_blanks_around_them() {
        for (text, expected) in [
            ("Lunch 🍽️ is served 🎉!", "Lunch is served!"),
            ("🎉 Welcome, Jane 👋🏽", "Welcome, Jane"),
            ("Hi 👩‍👧‍👦, see you 🇺🇸 soon", "Hi, see you soon"),
            ("Room 1️⃣", "Room 1"),
            ("one ⭐⭐⭐ two", "one two"),
            ("⏰ 9 AM", "9 AM"),
            ("first 🎉\nsecond", "first\nsecond"),
            ("two  blanks stay", "two  blanks stay"),
            ("Zoë 日本", "Zoë 日本"),
        ] {
            assert_eq!(without_emoji(text), expected, "{text}");
        }
    }

    #[test]
    fn they_go_only_where_they_cost_something() {
        let short = "Lunch is served 🎉";
        assert_eq!(spell_thriftily(short), short);
        let long = format!("{} 🎉", "Lunch is served in hall 2. ".repeat(5).trim());
        assert_eq!(measure(&long).segments, 3);
        let spelled = spell_thriftily(&long);
        assert_eq!(measure(&spelled).segments, 1);
        assert!(!spelled.contains('🎉') && spelled.ends_with("hall 2."));
        // Another script costs as much without them.
        let other = format!("{}🎉", "会場".repeat(30));
        assert_eq!(spell_thriftily(&other), other);
        assert_eq!(spell_thriftily("🎉".repeat(80).as_str()), "🎉".repeat(80));
    }
}
