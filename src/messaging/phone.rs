//! Phone numbers: any spelling in, E.164 or a reason out.
//!
//! Pure. The grammar of numbers is libphonenumber's, through the crate `phonenumber`; here stands
//! what people type around it (two numbers in a cell, spreadsheets that made it a decimal, words
//! instead of a number) and which numbers no text can reach. A refusal says what to do.

use std::fmt;

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, Type, country};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::mask;

/// Characters of input that are looked at: longer than any number with its punctuation, its
/// extension and a label before it.
const INPUT_CHARS_MAX: usize = 60;

/// The most digits of an E.164 number (ITU-T E.164, 6.1); an extension may follow.
const DIGITS_MAX: usize = 15;

/// A valid number. `Display` and `Debug` are masked; [`PhoneNumber::e164`] is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    number: mask::Phone,
    line: Line,
    country: Option<String>,
    extension: bool,
}

/// What kind of line a number is, as far as its digits tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A mobile phone.
    Mobile,
    /// A line that is fixed or mobile; most of North America, where digits do not tell.
    FixedOrMobile,
    /// A fixed line: no text arrives.
    Fixed,
    /// Voice over IP, which may take texts.
    Voip,
    /// Toll-free or shared cost: a company's line.
    TollFree,
    /// Premium rate: the caller pays.
    Premium,
    /// A pager, a voice-mail access or a company-wide number.
    Other,
}

/// Why a text was no phone number, and what to do about it. Never repeats the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Nothing was entered.
    #[error("no phone number was given: enter one with its area code, such as +1 512 555 0123")]
    Empty,
    /// There is no number in the text.
    #[error("this is not a phone number: enter digits with the area code, such as +1 512 555 0123")]
    NotANumber,
    /// More than one number.
    #[error("there is more than one number here: enter one, or one per row")]
    Several,
    /// The default region is not an ISO 3166 code.
    #[error("the default region is not a two-letter country code such as US: correct the setting")]
    UnknownRegion,
    /// A country code that is assigned to nobody.
    #[error("the country code does not exist: check the digits after the plus sign")]
    UnknownCountryCode,
    /// Seven digits in North America.
    #[error("the area code is missing: enter all ten digits")]
    AreaCodeMissing,
    /// Three to six digits.
    #[error("this is a short code or too short: enter a personal number with its area code")]
    TooShort,
    /// More digits than any number of the country has.
    #[error("the number has too many digits: check for a doubled digit or a second number")]
    TooLong,
    /// The right shape, but assigned to nobody.
    #[error("no such number can exist in its country: check for a mistyped digit")]
    Unassigned,
}

/// Why a valid number is not texted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotTextable {
    /// A fixed line.
    #[error("this is a landline, which gets no texts: ask for a mobile number")]
    Landline,
    /// Toll-free or shared cost.
    #[error("this is a company's toll-free line, not a person's phone: ask for a mobile number")]
    TollFree,
    /// Premium rate.
    #[error("this is a premium-rate number: ask for a mobile number")]
    Premium,
    /// A pager, a voice-mail access or a company-wide number.
    #[error("this is a pager, mailbox or company-wide number: ask for a mobile number")]
    NotAPhone,
    /// An extension means a switchboard.
    #[error(
        "a number with an extension is a switchboard, which gets no texts: ask for a mobile number"
    )]
    Extension,
    /// 555-0100 to 555-0199, which is kept for fiction.
    #[error("555-01xx numbers belong to nobody: replace the sample number by a real one")]
    Fictional,
}

impl PhoneNumber {
    /// The number as `+15125550123`. Never for a log.
    pub fn e164(&self) -> &str {
        self.number.reveal()
    }

    /// The kind of line, where the digits tell.
    pub fn line(&self) -> Line {
        self.line
    }

    /// ISO 3166-1 code of the number's country (`US`); none for numbers of no country.
    pub fn country(&self) -> Option<&str> {
        self.country.as_deref()
    }

    /// Whether it lies in North America's range for films and samples (area code 555-01xx).
    pub fn is_fictional(&self) -> bool {
        let national = self.e164().strip_prefix("+1").unwrap_or_default();
        national.get(3..8) == Some("55501")
    }

    /// Whether a text can arrive there.
    ///
    /// # Errors
    ///
    /// The reason, if none can. Sample numbers are [`NotTextable::Fictional`]: senders that reach
    /// nobody (a sandbox) let those pass.
    pub fn textable(&self) -> Result<(), NotTextable> {
        if self.extension {
            return Err(NotTextable::Extension);
        }
        match self.line {
            Line::Fixed => Err(NotTextable::Landline),
            Line::TollFree => Err(NotTextable::TollFree),
            Line::Premium => Err(NotTextable::Premium),
            Line::Other => Err(NotTextable::NotAPhone),
            _ if self.is_fictional() => Err(NotTextable::Fictional),
            Line::Mobile | Line::FixedOrMobile | Line::Voip => Ok(()),
        }
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

/// Reads a number in any usual spelling. One without a country code is of `default_region`, an ISO
/// 3166-1 code (`US`).
///
/// # Errors
///
/// Why the text is no number, in words for whoever typed it.
pub fn parse(text: &str, default_region: &str) -> Result<PhoneNumber, Refusal> {
    let region: country::Id = default_region
        .trim()
        .to_ascii_uppercase()
        .parse()
        .map_err(|_| Refusal::UnknownRegion)?;
    let plain = plain(text)?;
    let typed = typed_digits(&plain)?;
    let spelled = international(&plain, region);
    let region = (!names_its_country(&spelled)).then_some(region);
    let number = phonenumber::parse(region, &spelled).map_err(|error| refusal(&error))?;
    let line = line(&number);
    if line.is_none() || !number.is_valid() {
        return Err(why_invalid(&number, typed));
    }
    let e164 = number.format().mode(Mode::E164).to_string();
    // The number without its extension: formatters append it.
    let end = e164
        .char_indices()
        .find(|(place, c)| *place > 0 && !c.is_ascii_digit())
        .map_or(e164.len(), |(place, _)| place);
    // Germany's ranges allow more digits than any network carries.
    if end > 1 + DIGITS_MAX {
        return Err(Refusal::TooLong);
    }
    Ok(PhoneNumber {
        number: mask::Phone::new(&e164[..end]),
        line: line.unwrap_or(Line::Other),
        country: number.country().id().map(|id| id.as_ref().to_owned()),
        extension: number.extension().is_some(),
    })
}

/// One spelling of digits and dashes, nothing invisible, without what spreadsheets append.
fn plain(text: &str) -> Result<String, Refusal> {
    let mut plain = String::new();
    for c in text.chars().take(4 * INPUT_CHARS_MAX).nfkc() {
        match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            c if c.is_whitespace() => plain.push(' '),
            c if c.is_control() || is_invisible(c) => {}
            c => plain.push(c),
        }
    }
    let trimmed = plain.trim().trim_matches(['\'', '"', '`']).trim();
    if trimmed.is_empty() {
        return Err(Refusal::Empty);
    }
    if text.chars().count() > 4 * INPUT_CHARS_MAX || trimmed.chars().count() > INPUT_CHARS_MAX {
        return Err(Refusal::NotANumber);
    }
    // A table program read the column as decimals.
    let whole = trimmed.strip_suffix(".0").filter(|whole| {
        whole.len() >= 7
            && whole
                .trim_start_matches('+')
                .bytes()
                .all(|b| b.is_ascii_digit())
    });
    Ok(whole.unwrap_or(trimmed).to_owned())
}

/// Zero-width and direction marks, which come along when a number is copied from a contact card.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}'
            | '\u{AD}'
    )
}

/// How many digits were typed before any extension; refuses what cannot be one number.
fn typed_digits(plain: &str) -> Result<usize, Refusal> {
    let lower = plain.to_lowercase();
    let own = ["ext", " x", "x.", "#", ";"]
        .iter()
        .filter_map(|mark| lower.find(mark))
        .min()
        .map_or(lower.as_str(), |end| &lower[..end]);
    let digits = own.chars().filter(char::is_ascii_digit).count();
    let parts = own
        .split(['/', ',', '|', '&', '\\'])
        .chain(own.split(" or "));
    let several = parts
        .filter(|part| part.chars().filter(char::is_ascii_digit).count() >= 7)
        .count();
    // The two splits each see the whole once.
    if several > 2 || digits > DIGITS_MAX && own.matches('+').count() > 1 {
        return Err(Refusal::Several);
    }
    match digits {
        0..=2 => Err(Refusal::NotANumber),
        digits => Ok(digits),
    }
}

/// A plus sign for the prefixes of North America, and for the 00 that is typed there for Europe.
fn international(plain: &str, region: country::Id) -> String {
    let american = matches!(region, country::Id::US | country::Id::CA);
    let rest = plain
        .strip_prefix("011")
        .or_else(|| plain.strip_prefix("00"))
        .filter(|rest| american && !rest.starts_with('0'));
    rest.map_or_else(|| plain.to_owned(), |rest| format!("+{rest}"))
}

/// Whether the country code is there: a default region must not be told to the parser then, which
/// would strip that region's trunk prefix from another country's number.
fn names_its_country(spelled: &str) -> bool {
    spelled
        .split(|c: char| c.is_ascii_digit())
        .next()
        .is_some_and(|before| before.contains('+'))
}

fn refusal(error: &phonenumber::ParseError) -> Refusal {
    use phonenumber::ParseError;
    match error {
        ParseError::NoNumber | ParseError::MalformedInteger(_) => Refusal::NotANumber,
        ParseError::InvalidCountryCode => Refusal::UnknownCountryCode,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Refusal::TooShort,
        ParseError::TooLong => Refusal::TooLong,
    }
}

fn why_invalid(number: &phonenumber::PhoneNumber, typed: usize) -> Refusal {
    let american = number.code().value() == 1;
    match typed {
        7 if american => Refusal::AreaCodeMissing,
        0..=6 => Refusal::TooShort,
        8..=9 if american => Refusal::TooShort,
        12.. if american => Refusal::TooLong,
        typed if typed > DIGITS_MAX => Refusal::TooLong,
        _ => Refusal::Unassigned,
    }
}

/// None for a number that fits no range of its country.
fn line(number: &phonenumber::PhoneNumber) -> Option<Line> {
    Some(match number.number_type(&DATABASE) {
        Type::Mobile => Line::Mobile,
        Type::FixedLineOrMobile | Type::PersonalNumber => Line::FixedOrMobile,
        Type::FixedLine => Line::Fixed,
        Type::Voip => Line::Voip,
        Type::TollFree | Type::SharedCost => Line::TollFree,
        Type::PremiumRate => Line::Premium,
        Type::Pager
        | Type::Uan
        | Type::Emergency
        | Type::Voicemail
        | Type::ShortCode
        | Type::StandardRate
        | Type::Carrier
        | Type::NoInternational => Line::Other,
        Type::Unknown => return None,
    })
}
