//! How long a text is: GSM-7 or UCS-2, how many segments, what they cost, and where to cut.
//!
//! Pure. The alphabets are those of 3GPP TS 23.038, 6.2.1 (basic) and 6.2.1.1 (extension), the
//! lengths of parts those of 3GPP TS 23.040, 9.2.3.24.1. A character outside the alphabet turns the
//! whole text into UCS-2 and may double its price, which is why `transliterate` exists.

use super::alphabet::{self, Septets};
use super::links;

/// What GoHighLevel and Twilio take in one request, in characters.
pub const CHARS_MAX: usize = 1600;

/// What stands where prose was cut off; in GSM-7, unlike the one character.
const CUT_MARK: &str = "...";

/// How a text travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a character; ten characters take two places.
    Gsm7,
    /// Sixteen bits; most emoji take two places.
    Ucs2,
}

impl Encoding {
    /// Places in a text that fits one segment, and in each part of a longer one.
    pub fn places(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }
}

/// What a text takes on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// How it travels.
    pub encoding: Encoding,
    /// Places: septets or UTF-16 units.
    pub units: usize,
    /// Parts that are paid for; none for an empty text.
    pub segments: usize,
}

/// Measures a text as it is.
pub fn measure(text: &str) -> Size {
    let septets: Option<Vec<usize>> = text
        .chars()
        .map(|c| match alphabet::septets(c) {
            Septets::One => Some(1),
            Septets::Two => Some(2),
            Septets::Outside => None,
        })
        .collect();
    let (encoding, widths) = match septets {
        Some(widths) => (Encoding::Gsm7, widths),
        None => (Encoding::Ucs2, text.chars().map(char::len_utf16).collect()),
    };
    let units = widths.iter().sum();
    let (single, part) = encoding.places();
    let segments = match units {
        0 => 0,
        units if units <= single => 1,
        _ => parts(&widths, part),
    };
    Size {
        encoding,
        units,
        segments,
    }
}

/// Parts needed when no character is split between two.
fn parts(widths: &[usize], places: usize) -> usize {
    let (mut parts, mut used) = (1, 0);
    for width in widths {
        if used + width > places {
            parts += 1;
            used = 0;
        }
        used += width;
    }
    parts
}

/// What a few characters cost: a text with them and without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The text as it is.
    pub size: Size,
    /// The text without the characters outside GSM-7.
    pub plain: Size,
    /// Those characters, each once, in order of appearance; at most ten.
    pub outside: Vec<char>,
}

impl Price {
    /// Whether leaving these characters out would save segments.
    pub fn is_worth_a_warning(&self) -> bool {
        self.plain.segments > 0 && self.size.segments > self.plain.segments
    }

    /// Segments with the characters per segment without: 2.0 doubles the price.
    pub fn factor(&self) -> f64 {
        let count = |size: Size| f64::from(u32::try_from(size.segments).unwrap_or(u32::MAX));
        count(self.size) / count(self.plain).max(1.0)
    }
}

/// Compares a text with itself without the characters that GSM-7 lacks.
pub fn price(text: &str) -> Price {
    let is_outside = |c: &char| alphabet::septets(*c) == Septets::Outside;
    let mut outside = Vec::new();
    for c in text.chars().filter(is_outside) {
        // Parts of an emoji that are not seen alone would puzzle the reader of a warning.
        if outside.len() < 10 && !alphabet::is_joiner(c) && !outside.contains(&c) {
            outside.push(c);
        }
    }
    let plain: String = text.chars().filter(|c| !is_outside(c)).collect();
    Price {
        size: measure(text),
        plain: measure(plain.trim()),
        outside,
    }
}

/// A text cut to what was allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// The text to send.
    pub text: String,
    /// How many characters of the original are gone; 0 when it fitted.
    pub cut_chars: usize,
}

/// The links alone are longer than what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the links in this text alone take {segments} segments, {allowed} are allowed: shorten the \
     links or allow more"
)]
pub struct LinksTooLong {
    /// Segments of the links and the cut mark.
    pub segments: usize,
    /// Segments that were allowed.
    pub allowed: usize,
}

/// Cuts a text at the end of a word so that it takes at most `segments_max` segments (one at
/// least) and [`CHARS_MAX`] characters. Links are kept whole, all of them: prose gives way, and
/// links that stood behind the cut follow it.
///
/// # Errors
///
/// [`LinksTooLong`] when not even the links fit.
pub fn fit(text: &str, segments_max: usize) -> Result<Fitted, LinksTooLong> {
    let segments_max = segments_max.max(1);
    let fits =
        |text: &str| measure(text).segments <= segments_max && text.chars().count() <= CHARS_MAX;
    if fits(text) {
        return Ok(Fitted {
            text: text.to_owned(),
            cut_chars: 0,
        });
    }
    let links = links::spans(text);
    let whole = |end: usize| {
        let kept = text.get(..end).unwrap_or_default().trim_end();
        let mut cut = format!("{kept}{CUT_MARK}");
        for link in links.iter().filter(|link| link.start >= end) {
            cut.push(' ');
            cut.push_str(text.get(link.clone()).unwrap_or_default());
        }
        cut
    };
    let ends = cut_places(text, &links);
    // The longer the beginning, the longer the text; where a link changes its place this may be
    // off by a character, so the neighbours are tried too.
    let count = ends.partition_point(|end| fits(&whole(*end)));
    let near = ends.iter().take(count + 2).rev();
    let best = near.copied().find(|end| fits(&whole(*end)));
    let Some(end) = best else {
        return Err(LinksTooLong {
            segments: measure(&whole(0)).segments,
            allowed: segments_max,
        });
    };
    let text_cut = whole(end);
    Ok(Fitted {
        cut_chars: text
            .chars()
            .count()
            .saturating_sub(text_cut.chars().count())
            .max(1),
        text: text_cut,
    })
}

/// Byte offsets at which a text may end, in order: ends of words, or of characters in a text that
/// has hardly any words; never inside a link.
fn cut_places(text: &str, links: &[std::ops::Range<usize>]) -> Vec<usize> {
    let inside = |place: usize| {
        links
            .iter()
            .any(|link| link.start < place && place < link.end)
    };
    let mut ends = vec![0];
    let mut before = ' ';
    for (place, c) in text.char_indices() {
        if c.is_whitespace() && !before.is_whitespace() {
            ends.push(place);
        }
        before = c;
    }
    // Words of more than 40 letters on average: Chinese, or no prose at all.
    if text.len() / ends.len() > 40 {
        ends = alphabet::seams(text);
    }
    ends.retain(|end| !inside(*end));
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> (Encoding, usize, usize) {
        let size = measure(text);
        (size.encoding, size.units, size.segments)
    }

    #[test]
    fn segments_are_counted_as_networks_count_them() {
        use Encoding::{Gsm7, Ucs2};
        for (text, expected) in [
            (String::new(), (Gsm7, 0, 0)),
            ("a".repeat(160), (Gsm7, 160, 1)),
            ("a".repeat(161), (Gsm7, 161, 2)),
            ("a".repeat(306), (Gsm7, 306, 2)),
            ("a".repeat(307), (Gsm7, 307, 3)),
            ("é@£ñ\n".to_owned(), (Gsm7, 5, 1)),
            ("€".repeat(80), (Gsm7, 160, 1)),
            // The 153rd place would hold half an extension character.
            (
                format!("{}€{}", "a".repeat(152), "a".repeat(152)),
                (Gsm7, 306, 3),
            ),
            ("ç".to_owned(), (Ucs2, 1, 1)),
            ("я".repeat(70), (Ucs2, 70, 1)),
            ("я".repeat(71), (Ucs2, 71, 2)),
            // The 67th place would hold half an emoji.
            (
                format!("{}👋{}", "a".repeat(66), "a".repeat(66)),
                (Ucs2, 134, 3),
            ),
        ] {
            assert_eq!(size(&text), expected, "{text}");
        }
    }

    /// The introduction of the original system, with its placeholders filled.
    const INTRODUCTION: &str = "Hey Ana! 👋\n\n🤝 Find Your Peer: I found someone perfect for you to \
        meet!\n\nZoe Ruiz from Ruiz Homes (Houston, TX) - you're both focused on controlling lead \
        flow and hiring sales leadership.\n\nThey're in a non-competing market, so this is a great \
        chance to share strategies!\n\nReply YES to get an intro, or LATER if you want to connect \
        during a break.";

    #[test]
    fn an_emoji_that_doubles_the_price_is_told() {
        let price = price(INTRODUCTION);
        assert_eq!((price.size.segments, price.plain.segments), (6, 3));
        assert_eq!(price.outside, ['👋', '🤝']);
        assert!(price.is_worth_a_warning() && price.factor() > 1.6);
        let cheap = super::price("See you at 9 👋");
        assert!(!cheap.is_worth_a_warning());
    }

    #[test]
    fn a_text_is_cut_at_a_word_and_keeps_its_links() {
        let link = "https://example.com/agenda?day=1&who=42";
        let prose = "word ".repeat(60);
        for text in [
            format!("{prose}{link}"),
            format!("{link} {prose}"),
            format!("{} {link} {}", &prose[..150], &prose[..150]),
        ] {
            let fitted = fit(&text, 1).unwrap();
            assert!(fitted.text.contains(link), "{}", fitted.text);
            assert!(fitted.cut_chars > 0);
            let size = measure(&fitted.text);
            assert_eq!(size.segments, 1);
            assert!(size.units > 150, "room is left: {}", fitted.text);
        }
        let whole = fit("short", 1).unwrap();
        assert_eq!((whole.text.as_str(), whole.cut_chars), ("short", 0));
        let chinese = fit(&"欢".repeat(300), 2).unwrap();
        assert_eq!(measure(&chinese.text).segments, 2);
    }

    #[test]
    fn links_that_do_not_fit_are_refused() {
        let text = format!("Look: https://example.com/{}", "a".repeat(200));
        let refused = LinksTooLong {
            segments: 2,
            allowed: 1,
        };
        assert_eq!(fit(&text, 1), Err(refused));
        assert!(fit(&text, 2).is_ok());
    }
}
