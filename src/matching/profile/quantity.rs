//! Ranges of numbers as people write them: `1M-5M`, `31_50_million`, `under 10`, `$5,000,000+`.
//!
//! Shared by revenue and team size, which differ in their units and in the words they allow. A
//! text with any other word is not read: a range is never guessed.

/// What a text says about a quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Range {
    /// One number.
    Exactly(f64),
    /// From one number to another, the first smaller.
    Between(f64, f64),
    /// Less than a number.
    Under(f64),
    /// A number or more.
    Over(f64),
}

/// How far an open range is taken: `under 10` is 2 to 10, `10 plus` is 10 to 50.
const OPEN_FACTOR: f64 = 5.0;
/// Longer texts hold more than a range.
const CHARS_MAX: usize = 80;

impl Range {
    /// The two ends, both above 0; open ranges get a factor of five.
    pub(super) fn ends(self) -> (f64, f64) {
        match self {
            Self::Exactly(value) => (value, value),
            Self::Between(low, high) if low > 0.0 => (low, high),
            Self::Between(_, high) | Self::Under(high) => (high / OPEN_FACTOR, high),
            Self::Over(low) => (low, low * OPEN_FACTOR),
        }
    }
}

/// What the words of one kind of quantity mean.
pub(super) struct Words {
    /// Units with their size. A unit also serves the numbers on its left that have none.
    pub(super) units: &'static [(&'static str, f64)],
    /// Words that say nothing about the number.
    pub(super) filler: &'static [&'static str],
    /// Whether a number without any unit can stand, given its value.
    pub(super) bare: fn(f64) -> bool,
}

const UNDER: [&str; 8] = ["under", "below", "less", "upto", "max", "lt", "fewer", "<"];
const OVER: [&str; 9] = [
    "over", "above", "more", "plus", "min", "gt", "least", "+", ">",
];
const JOINTS: [&str; 9] = [
    "to", "and", "between", "from", "than", "at", "or", "-", "through",
];

#[derive(Debug, PartialEq)]
enum Token {
    Number(f64),
    Word(String),
}

/// Reads a range; None where anything in the text is not understood.
pub(super) fn read(text: &str, words: &Words) -> Option<Range> {
    if text.chars().nth(CHARS_MAX).is_some() {
        return None;
    }
    let mut numbers: Vec<(f64, Option<f64>)> = Vec::new();
    let (mut under, mut over) = (false, false);
    for token in tokens(&text.to_lowercase())? {
        match token {
            Token::Number(value) => numbers.push((value, None)),
            Token::Word(word) => {
                if let Some((_, size)) = words.units.iter().find(|(unit, _)| *unit == word) {
                    serve(&mut numbers, *size)?;
                } else if UNDER.contains(&word.as_str()) {
                    under = true;
                } else if OVER.contains(&word.as_str()) {
                    over = true;
                } else if word == "up" {
                    // `up to 5`, and `5 and up`.
                    under |= numbers.is_empty();
                    over |= !numbers.is_empty();
                } else if !JOINTS.contains(&word.as_str()) && !words.filler.contains(&word.as_str())
                {
                    return None;
                }
            }
        }
    }
    let values = numbers.into_iter().map(|(value, unit)| match unit {
        Some(size) => Some(value * size),
        None => (words.bare)(value).then_some(value),
    });
    let values: Vec<f64> = values.collect::<Option<_>>()?;
    range_of(&values, under, over)
}

fn range_of(values: &[f64], under: bool, over: bool) -> Option<Range> {
    match (values, under, over) {
        ([value], false, false) if *value > 0.0 => Some(Range::Exactly(*value)),
        ([value], true, false) if *value > 0.0 => Some(Range::Under(*value)),
        ([value], false, true) if *value > 0.0 => Some(Range::Over(*value)),
        ([low, high], false, false) if low < high => Some(Range::Between(*low, *high)),
        _ => None,
    }
}

/// Gives a unit to the numbers on its left that have none yet; without any it stands alone.
fn serve(numbers: &mut [(f64, Option<f64>)], size: f64) -> Option<()> {
    let waiting = numbers.iter_mut().filter(|(_, unit)| unit.is_none());
    let mut served = false;
    for (value, unit) in waiting {
        // `0_5_million`: nothing is nothing in any unit.
        *unit = Some(size);
        served |= value.is_finite();
    }
    served.then_some(())
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut place = 0;
    while let Some(&c) = letters.get(place) {
        let end = |wanted: fn(char) -> bool| {
            let rest = letters.get(place..).unwrap_or_default();
            place + rest.iter().take_while(|c| wanted(**c)).count()
        };
        if c.is_ascii_digit() {
            let stop = end(|c| c.is_ascii_digit() || c == ',' || c == '.');
            let digits: String = letters.get(place..stop)?.iter().collect();
            found.push(Token::Number(number(digits.trim_end_matches([',', '.']))?));
            place = stop;
        } else if c.is_alphabetic() {
            let stop = end(char::is_alphabetic);
            found.push(Token::Word(letters.get(place..stop)?.iter().collect()));
            place = stop;
        } else {
            match c {
                '<' | '≤' => found.push(Token::Word("<".into())),
                '>' | '≥' => found.push(Token::Word(">".into())),
                '+' => found.push(Token::Word("+".into())),
                '-' | '–' | '—' | '~' | '/' | '=' => found.push(Token::Word("-".into())),
                '_' | '$' | '(' | ')' | '\'' | '"' | '.' | ',' => {}
                _ if c.is_whitespace() => {}
                // Another currency, an emoji, a percent sign: not understood.
                _ => return None,
            }
            place += 1;
        }
    }
    Some(found)
}

/// Digits with commas between thousands; `1,5` is not read, because it could be either.
fn number(digits: &str) -> Option<f64> {
    let mut groups = digits.split('.').next()?.split(',').skip(1);
    if !groups.all(|group| group.len() == 3) {
        return None;
    }
    let value: f64 = digits.replace(',', "").parse().ok()?;
    value.is_finite().then_some(value)
}
