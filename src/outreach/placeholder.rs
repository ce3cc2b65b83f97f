//! Text that somebody typed because the form wanted some: "n/a", "test", "asdf".
//!
//! Pure. The rule is to compare whole cells only, so that Test Rite, NA Publishing, X, 3M and None
//! Such Farms stay companies. The words are in `lists/placeholder_words.txt`.

use super::lists;

/// The letter rows of a keyboard; a mash runs along one of them.
const KEYBOARD_ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// Fewest letters without a vowel, all of one keyboard row, that no abbreviation has.
const MASH_CHARS_MIN: usize = 6;

/// Whether the whole cell stands for "nothing".
pub fn is_placeholder(text: &str) -> bool {
    let key = key(text);
    let unnumbered = key
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end();
    let words: Vec<&str> = key.split(' ').collect();
    let repeated = words.len() > 1 && words.iter().all(|word| Some(word) == words.first());
    lists::is_placeholder_word(&key)
        || (!unnumbered.is_empty() && lists::is_placeholder_word(unnumbered))
        || (repeated
            && words
                .first()
                .is_some_and(|word| lists::is_placeholder_word(word)))
}

/// Whether the cell is fingers on a keyboard: `asdfgh`, `qwer`, `sdfsdf`, `hjkhjkjh`, `zzzz`.
///
/// Only single words of Latin letters are judged. Short runs inside a row are left alone, because
/// `wert` and `trew` are names; AAA and XXX differ from a mash in being three letters long.
pub fn is_keyboard_mash(text: &str) -> bool {
    let word = text.trim().to_ascii_lowercase();
    if !word.chars().all(|c| c.is_ascii_lowercase()) {
        return false;
    }
    runs_along_a_row(&word) || repeats_a_run(&word) || is_one_row_without_vowels(&word)
}

/// Lowercase without dots, everything else that is no letter or digit turned into single spaces.
fn key(text: &str) -> String {
    let spaced: String = text
        .chars()
        .filter(|c| *c != '.')
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Four letters from the start of a row, or five and more from anywhere in it, in either direction.
fn runs_along_a_row(word: &str) -> bool {
    KEYBOARD_ROWS.iter().any(|row| {
        let backwards: String = word.chars().rev().collect();
        [word, backwards.as_str()].into_iter().any(|run| {
            (run.len() >= 4 && row.starts_with(run)) || (run.len() >= 5 && row.contains(run))
        })
    })
}

/// One letter four times and more, or a piece of a row twice and more: `dfgdfg`, `asdasdasd`.
fn repeats_a_run(word: &str) -> bool {
    (1..=word.len() / 2)
        .filter(|size| word.len().is_multiple_of(*size))
        .any(|size| {
            let Some(unit) = word.get(..size) else {
                return false;
            };
            let mash = match size {
                1 => word.len() >= 4,
                2 => false,
                _ => KEYBOARD_ROWS.iter().any(|row| row.contains(unit)),
            };
            mash && word
                .as_bytes()
                .chunks(size)
                .all(|chunk| chunk == unit.as_bytes())
        })
}

fn is_one_row_without_vowels(word: &str) -> bool {
    word.len() >= MASH_CHARS_MIN
        && !word.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        && KEYBOARD_ROWS
            .iter()
            .any(|row| word.chars().all(|c| row.contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_for_nothing_is_recognised_however_it_is_typed() {
        for text in [
            "test",
            "TEST",
            " Test 2 ",
            "test test test",
            "n/a",
            "N.A.",
            "#N/A",
            "na",
            "None",
            "tbd",
            "T.B.D.",
            "unknown",
            "Unknown Company",
            "[company name]",
            "company1",
            "xxx",
            "XXXX",
            "Self-Employed",
            "null",
            "(none)",
            "not available",
            "asdf",
            "qwerty",
            "123",
            "0",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn a_real_company_that_looks_like_a_placeholder_is_not_one() {
        for text in [
            "Test Rite",
            "Test Company",
            "Debug Test",
            "NA Publishing",
            "3M",
            "X",
            "Ox",
            "7-Eleven",
            "C&A",
            "Box",
            "None Such Farms",
            "Unknown Worlds Entertainment",
            "1-800-Flowers",
            "Blank Rome",
            "Same Deutz-Fahr",
            "AAA",
            "Nil Satis Ltd",
            "Student Loan Corp",
            "3 Day Blinds",
        ] {
            assert!(!is_placeholder(text) && !is_keyboard_mash(text), "{text}");
        }
    }

    #[test]
    fn fingers_on_a_keyboard_are_not_a_name() {
        for text in [
            "asdf",
            "Qwer",
            "asdfghjkl",
            "lkjhgf",
            "asdasd",
            "sdfsdfsdf",
            "zzzz",
            "sdkfjhgs",
            "ghjkl",
        ] {
            assert!(is_keyboard_mash(text), "{text}");
        }
        for text in [
            "Wert",
            "Trew",
            "Dallas",
            "Flask",
            "Rewe",
            "Coco",
            "Bonbon",
            "Tata",
            "Zzz",
            "GmbH",
            "Qwest",
            "Asda",
            "Xbox",
            "HSBC",
            "KPMG",
            "Mmmm Foods",
            "Zuzu",
            "Gogo",
            "Pepper",
        ] {
            assert!(!is_keyboard_mash(text), "{text}");
        }
    }
}
