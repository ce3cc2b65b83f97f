//! The words of a text message, as they are compared: plain, lowercase, with their clauses.
//!
//! A leaf: rooms that read what people write need the same words and may not know each other. Pure
//! and linear. Accents go, look-alike letters of other scripts become Latin, apostrophes are left
//! out (`don’t` and `dont` are one word), emoji are words of their own. Word lists of rooms go
//! through the same door, so that they can be written as people write.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a word is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters, perhaps with digits among them.
    Word,
    /// Digits, perhaps with one decimal point.
    Number,
    /// A symbol that is shown as a picture.
    Emoji,
}

/// One word and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is compared.
    pub plain: String,
    /// What it is made of.
    pub kind: Kind,
    /// The clause it stands in, from 0: commas and brackets part clauses, as sentences do.
    pub clause: usize,
    /// The sentence it stands in, from 0: full stops, line breaks and dashes part sentences.
    pub sentence: usize,
    /// The sign right before it, or a space.
    pub before: char,
    /// The sign right after it, or a space.
    pub after: char,
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
}

/// A text as words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// All of them, in order.
    pub words: Vec<Word>,
    /// The sentences that end with a question mark.
    pub questions: BTreeSet<usize>,
}

/// Reads a text of any length and content.
pub fn read(text: &str) -> Words {
    let mut reader = Reader::default();
    for (place, c) in text.char_indices() {
        reader.take(text, place, c);
    }
    reader.finish(text, text.len(), ' ');
    reader.done
}

/// One word as it is compared; several words stay apart by a space.
pub fn plain(text: &str) -> String {
    let words = read(text).words;
    let plain: Vec<String> = words.into_iter().map(|word| word.plain).collect();
    plain.join(" ")
}

#[derive(Default)]
struct Reader {
    done: Words,
    clause: usize,
    sentence: usize,
    begun: Option<usize>,
    before: char,
    last: char,
}

impl Reader {
    fn take(&mut self, text: &str, place: usize, c: char) {
        let next = || {
            let rest = text.get(place + c.len_utf8()..).unwrap_or_default();
            rest.chars().next().unwrap_or(' ')
        };
        if is_part(c) || self.begun.is_some() && self.joins(c, next()) {
            if self.begun.is_none() {
                self.begun = Some(place);
                self.before = self.last;
            }
        } else if !is_ignored(c) {
            self.finish(text, place, c);
            if is_emoji(c) {
                self.emoji(place, c);
            }
            self.part(c, next());
        }
        self.last = c;
    }

    /// Whether a sign within a word belongs to it: an apostrophe, a decimal point.
    fn joins(&self, c: char, next: char) -> bool {
        match c {
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' => next.is_alphabetic(),
            '.' => self.last.is_ascii_digit() && next.is_ascii_digit(),
            _ => is_combining_mark(c),
        }
    }

    fn finish(&mut self, text: &str, end: usize, after: char) {
        let Some(begun) = self.begun.take() else {
            return;
        };
        let plain = fold(text.get(begun..end).unwrap_or_default());
        if plain.is_empty() {
            return;
        }
        let digits = plain.chars().all(|c| c.is_ascii_digit() || c == '.');
        self.done.words.push(Word {
            kind: if digits { Kind::Number } else { Kind::Word },
            plain,
            clause: self.clause,
            sentence: self.sentence,
            before: sign(self.before),
            after: sign(after),
            span: begun..end,
        });
    }

    fn emoji(&mut self, place: usize, c: char) {
        // What a joiner ties to the emoji before it is the same picture.
        if self.last == '\u{200D}' {
            return;
        }
        self.done.words.push(Word {
            plain: c.to_string(),
            kind: Kind::Emoji,
            clause: self.clause,
            sentence: self.sentence,
            before: ' ',
            after: ' ',
            span: place..place + c.len_utf8(),
        });
    }

    /// Begins a clause or a sentence where the sign does.
    fn part(&mut self, c: char, next: char) {
        let ends = match c {
            '.' | '!' | '?' | ';' | '\n' | '\r' | '…' | '—' | '–' | '。' | '！' | '？' | '¡'
            | '¿' | '।' | '॥' | '۔' | '؟' | '；' => true,
            '-' => self.last.is_whitespace() || next.is_whitespace(),
            _ => false,
        };
        if matches!(c, '?' | '？' | '؟') {
            self.done.questions.insert(self.sentence);
        }
        // Empty sentences are none: "!!!" ends one.
        let last = self.done.words.last();
        if ends && last.is_some_and(|word| word.sentence == self.sentence) {
            self.sentence += 1;
        }
        let apart = ends
            || matches!(
                c,
                ',' | ':' | '(' | ')' | '"' | '“' | '”' | '、' | '，' | '،' | '：'
            );
        if apart && last.is_some_and(|word| word.clause == self.clause) {
            self.clause += 1;
        }
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || is_letter_picture(c)
}

/// Letters that are drawn as pictures: 🇸 and 🅂.
fn is_letter_picture(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}' | '\u{1F130}'..='\u{1F149}' | '\u{1F150}'..='\u{1F189}')
}

/// What is not seen, or only shapes the sign before it.
fn is_ignored(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{1F3FB}'..='\u{1F3FF}'
            | '\u{FEFF}'
            | '\u{AD}'
            | '\u{20E3}'
    ) || is_accent(c)
}

/// Marks that tell no words apart. Vowels of Indic scripts are marks, too, and do.
fn is_accent(c: char) -> bool {
    let is_indic = matches!(c, '\u{900}'..='\u{DFF}');
    is_combining_mark(c) && (!is_indic || c == '\u{93C}')
}

/// Whether a sign is shown as a picture; flags, which are made of letters, are not among them.
pub fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{1F300}'..='\u{1FAFF}')
}

fn sign(c: char) -> char {
    if c == '\0' || c.is_whitespace() {
        ' '
    } else {
        c
    }
}

/// Lowercase Latin where the letters are, or look like, Latin; without accents and apostrophes.
fn fold(word: &str) -> String {
    if word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let lower: String = word
        .chars()
        .filter(|c| !is_ignored(*c) && !matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´'))
        .map(picture)
        .nfkd()
        .filter(|c| !is_accent(*c))
        // Two signs for one nasal vowel, which people exchange.
        .map(|c| if c == '\u{901}' { '\u{902}' } else { c })
        .flat_map(char::to_lowercase)
        .collect();
    if lower.is_ascii() {
        return lower;
    }
    let mut latin = String::with_capacity(lower.len());
    for c in lower.chars() {
        match letters(c) {
            Some(letters) => latin.push_str(letters),
            None => latin.push(look_alike(c)),
        }
    }
    // A word that stays foreign is itself: only a whole word of look-alikes was meant as Latin.
    if latin.is_ascii() {
        latin
    } else {
        lower.nfc().collect()
    }
}

fn picture(c: char) -> char {
    let base = match c {
        '\u{1F1E6}'..='\u{1F1FF}' => 0x1F1E6,
        '\u{1F130}'..='\u{1F149}' => 0x1F130,
        '\u{1F150}'..='\u{1F169}' => 0x1F150,
        '\u{1F170}'..='\u{1F189}' => 0x1F170,
        _ => return c,
    };
    let letter = u8::try_from(u32::from(c) - base).unwrap_or(0);
    char::from(b'a' + letter.min(25))
}

/// Latin letters that have no accent to take off.
fn letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

/// Letters of other scripts that are taken for Latin ones (a small part of Unicode's TR 39), and
/// small capitals.
fn look_alike(c: char) -> char {
    const FOREIGN: &str = "асеѕіјһкмнорԛтвухԁԝɡαβεικνορστυχγᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ";
    const LATIN: &str = "acesijhkmhopqtbyxdwgabeikvopstuxyabcdefghijklmnoprstuvwyz";
    let place = FOREIGN.chars().position(|foreign| foreign == c);
    place
        .and_then(|place| LATIN.chars().nth(place))
        .unwrap_or(c)
}

/// Phrases with what they mean: the longest one wins.
#[derive(Clone, Debug)]
pub struct Phrases<T> {
    by_first: HashMap<String, Vec<(Vec<String>, T)>>,
}

impl<T: Copy> Phrases<T> {
    /// A list of phrases, each written as people write it.
    pub fn new<'a>(phrases: impl IntoIterator<Item = (&'a str, T)>) -> Self {
        let mut by_first: HashMap<String, Vec<(Vec<String>, T)>> = HashMap::new();
        for (phrase, meaning) in phrases {
            let words = read(phrase).words.into_iter().map(|word| word.plain);
            let words: Vec<String> = words.collect();
            if let Some(first) = words.first() {
                by_first
                    .entry(first.clone())
                    .or_default()
                    .push((words, meaning));
            }
        }
        for phrases in by_first.values_mut() {
            phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        Self { by_first }
    }

    /// The longest phrase that begins at this word and stays within its clause: how many words it
    /// has and what it means.
    pub fn at(&self, words: &[Word], place: usize) -> Option<(usize, T)> {
        let first = words.get(place)?;
        let phrases = self.by_first.get(&first.plain)?;
        phrases.iter().find_map(|(phrase, meaning)| {
            let here = words.get(place..place + phrase.len())?;
            let fits = here
                .iter()
                .zip(phrase)
                .all(|(word, part)| word.plain == *part && word.clause == first.clause);
            fits.then_some((phrase.len(), *meaning))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_has_many_spellings() {
        for text in [
            "stop",
            "STOP",
            "Stop!",
            "ѕтор",
            "ЅΤΟΡ",
            "ｓｔｏｐ",
            "𝗦𝗧𝗢𝗣",
            "ⓈⓉⓄⓅ",
            "🇸🇹🇴🇵",
            "🅂🅃🄾🄿",
            "ꜱᴛᴏᴘ",
            "s\u{200b}top",
            "st\u{301}op",
            "  stop…",
            "\u{202e}stop",
        ] {
            assert_eq!(plain(text), "stop", "{text}");
        }
        assert_eq!(plain("Don’t don't dont"), "dont dont dont");
        assert_eq!(plain("ARRÊT, s’il vous plaît"), "arret sil vous plait");
        assert_eq!(plain("стоп"), "стоп");
        assert_eq!(plain("हाँ, है"), "हां है");
        assert_eq!(plain("ज़रूर"), plain("जरूर"));
        assert_eq!(plain("👍🏽 ❤️ 👩‍👧"), "👍 ❤ 👩");
    }

    #[test]
    fn clauses_and_sentences_are_counted() {
        let read = read("Yes, sure! At 9.5 - or 9/10? non-stop");
        let places: Vec<(&str, usize, usize)> = read
            .words
            .iter()
            .map(|word| (word.plain.as_str(), word.sentence, word.clause))
            .collect();
        assert_eq!(
            places,
            [
                ("yes", 0, 0),
                ("sure", 0, 1),
                ("at", 1, 2),
                ("9.5", 1, 2),
                ("or", 2, 3),
                ("9", 2, 3),
                ("10", 2, 3),
                ("non", 3, 4),
                ("stop", 3, 4),
            ]
        );
        assert_eq!(read.questions, BTreeSet::from([2]));
        assert_eq!((read.words[5].after, read.words[6].before), ('/', '/'));
    }

    #[test]
    fn the_longest_phrase_wins_within_a_clause() {
        let phrases = Phrases::new([("not now", 1), ("not", 2), ("not now please", 3)]);
        let words = read("Not now please. Not, now").words;
        assert_eq!(phrases.at(&words, 0), Some((3, 3)));
        assert_eq!(phrases.at(&words, 3), Some((1, 2)));
        assert_eq!(phrases.at(&words, 9), None);
    }

    #[test]
    fn nothing_in_a_text_is_lost_or_split() {
        let text = "Meet José — tel. 555-1234 (a@b.c)";
        for word in read(text).words {
            assert!(text.get(word.span).is_some());
        }
        assert_eq!(read("").words, []);
        assert_eq!(read("\0\u{7}!?").words, []);
    }
}
