//! Why a company row is refused: a code for reports, and a sentence for the person who mends it.
//!
//! Pure. A [`Refusal`] repeats what was typed only as [`Shown`], which is short and has every
//! e-mail address masked, so that a sentence may be stored, logged and mailed.

use std::fmt;

use super::company::{NAME_CHARS_MAX, is_unprintable};
use super::website::WEBSITE_CHARS_MAX;
use crate::mask::{Email, Phone};

/// Most characters of the offending value that a sentence repeats.
const SHOWN_CHARS_MAX: usize = 60;

/// Somebody's text made fit for a sentence: one line, at most 60 characters, e-mail addresses and
/// phone numbers masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown(String);

impl Shown {
    /// Masks and shortens any text.
    pub fn new(text: &str) -> Self {
        let text = text.replace(['＠', '﹫'], "@").replace("%40", "@");
        let masked: Vec<String> = text.split_whitespace().map(masked).collect();
        let mut chars = masked
            .join(" ")
            .chars()
            .map(printable)
            .collect::<Vec<char>>();
        if chars.len() > SHOWN_CHARS_MAX {
            chars.truncate(SHOWN_CHARS_MAX - 1);
            chars.push('…');
        }
        Self(chars.into_iter().collect())
    }

    /// A phone number, which only its last digits tell apart.
    fn as_phone(&self) -> Phone {
        Phone::new(self.0.clone())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn masked(word: &str) -> String {
    if word.contains('@') {
        Email::new(word).to_string()
    } else {
        word.to_owned()
    }
}

fn printable(c: char) -> char {
    if is_unprintable(c) {
        char::REPLACEMENT_CHARACTER
    } else {
        c
    }
}

fn website(shown: &Shown, wrong: &str) -> String {
    format!("The website \"{shown}\" {wrong}")
}

/// One reason against a row. The list is closed: reports count by [`Refusal::code`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No name, or blanks only.
    NameMissing,
    /// A word such as "test" or "n/a" instead of a name.
    NamePlaceholder(Shown),
    /// Fingers on a keyboard instead of a name.
    NameKeyboardMash(Shown),
    /// More than 200 characters.
    NameTooLong {
        /// How many there are.
        chars: usize,
        /// The beginning of it.
        shown: Shown,
    },
    /// Characters that no keyboard types and no list can show.
    NameControlCharacters(Shown),
    /// Letters lost in a conversion between encodings.
    NameBrokenText(Shown),
    /// Punctuation or symbols only.
    NameWithoutLetters(Shown),
    /// A phone number or another long number.
    NameIsNumber(Shown),
    /// The address of a page.
    NameIsUrl(Shown),
    /// An e-mail address, or text that holds one.
    NameIsEmail(Shown),
    /// No website, or blanks only.
    WebsiteMissing,
    /// A word such as "none", or a domain that stands for "your domain here".
    WebsitePlaceholder(Shown),
    /// More than 2,048 characters.
    WebsiteTooLong {
        /// How many there are.
        chars: usize,
        /// The beginning of it.
        shown: Shown,
    },
    /// Control characters inside the address.
    WebsiteControlCharacters(Shown),
    /// Symbols only, or a domain of symbols.
    WebsiteWithoutLetters(Shown),
    /// More than one address in the cell.
    WebsiteSeveral(Shown),
    /// Nearly an address; what was probably meant is proposed, never assumed.
    WebsiteMistyped {
        /// What was typed.
        shown: Shown,
        /// What was probably meant.
        proposal: Shown,
    },
    /// A scheme other than http and https.
    WebsiteScheme(Shown),
    /// No address at all.
    WebsiteMalformed(Shown),
    /// An e-mail address.
    WebsiteIsEmail {
        /// The address, masked.
        shown: Shown,
        /// The website that the address hints at, unless it is a free-mail domain.
        proposal: Option<Shown>,
    },
    /// An IP address in any spelling, or a bare number.
    WebsiteIpAddress(Shown),
    /// A name of a private network or of documentation (.local, .test, .example).
    WebsiteReserved(Shown),
    /// One word without a dot.
    WebsiteWithoutDot(Shown),
    /// A public suffix itself (`com`, `co.uk`, `wixsite.com`).
    WebsitePublicSuffix(Shown),
    /// A last label that is no top-level domain.
    WebsiteUnknownTld(Shown),
    /// A page in a social network.
    WebsiteSocialProfile(Shown),
    /// A shop, listing or app on a marketplace.
    WebsiteMarketplace(Shown),
    /// An entry in a directory, map or encyclopedia.
    WebsiteDirectory(Shown),
    /// A short link or a page of links.
    WebsiteShortLink(Shown),
    /// A page under a host that many share.
    WebsiteSharedPage(Shown),
    /// The domain of a free mail provider.
    WebsiteFreeMail(Shown),
}

impl Refusal {
    /// The stable name of the reason, in snake case; it never changes once rows carry it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameMissing => "name_missing",
            Self::NamePlaceholder(_) => "name_placeholder",
            Self::NameKeyboardMash(_) => "name_keyboard_mash",
            Self::NameTooLong { .. } => "name_too_long",
            Self::NameControlCharacters(_) => "name_control_characters",
            Self::NameBrokenText(_) => "name_broken_text",
            Self::NameWithoutLetters(_) => "name_without_letters",
            Self::NameIsNumber(_) => "name_is_number",
            Self::NameIsUrl(_) => "name_is_url",
            Self::NameIsEmail(_) => "name_is_email",
            Self::WebsiteMissing => "website_missing",
            Self::WebsitePlaceholder(_) => "website_placeholder",
            Self::WebsiteTooLong { .. } => "website_too_long",
            Self::WebsiteControlCharacters(_) => "website_control_characters",
            Self::WebsiteWithoutLetters(_) => "website_without_letters",
            Self::WebsiteSeveral(_) => "website_several",
            Self::WebsiteMistyped { .. } => "website_mistyped",
            Self::WebsiteScheme(_) => "website_scheme",
            Self::WebsiteMalformed(_) => "website_malformed",
            Self::WebsiteIsEmail { .. } => "website_is_email",
            Self::WebsiteIpAddress(_) => "website_ip_address",
            Self::WebsiteReserved(_) => "website_reserved",
            Self::WebsiteWithoutDot(_) => "website_without_dot",
            Self::WebsitePublicSuffix(_) => "website_public_suffix",
            Self::WebsiteUnknownTld(_) => "website_unknown_tld",
            Self::WebsiteSocialProfile(_) => "website_social_profile",
            Self::WebsiteMarketplace(_) => "website_marketplace",
            Self::WebsiteDirectory(_) => "website_directory",
            Self::WebsiteShortLink(_) => "website_short_link",
            Self::WebsiteSharedPage(_) => "website_shared_page",
            Self::WebsiteFreeMail(_) => "website_free_mail",
        }
    }

    /// What was typed, in quotes, and what is wrong with it.
    fn problem(&self) -> String {
        match self {
            Self::NameMissing => "The company has no name".into(),
            Self::NamePlaceholder(it) => format!("The name \"{it}\" is a placeholder"),
            Self::NameKeyboardMash(it) => format!("The name \"{it}\" is random typing"),
            Self::NameTooLong { chars, shown } => {
                format!("The name \"{shown}\" has {chars} characters; {NAME_CHARS_MAX} are allowed")
            }
            Self::NameControlCharacters(it) => {
                format!("The name \"{it}\" holds control characters (shown as \u{FFFD})")
            }
            Self::NameBrokenText(it) => {
                format!("The name \"{it}\" lost letters in a conversion (shown as \u{FFFD})")
            }
            Self::NameWithoutLetters(it) => format!("The name \"{it}\" has no letter or digit"),
            Self::NameIsNumber(it) => format!("The name is the number {}", it.as_phone()),
            Self::NameIsUrl(it) => format!("The name \"{it}\" is a web address"),
            Self::NameIsEmail(it) => format!("The name \"{it}\" is an e-mail address"),
            Self::WebsiteMissing => "The company has no website".into(),
            Self::WebsiteTooLong { chars, shown } => format!(
                "The website \"{shown}\" has {chars} characters; {WEBSITE_CHARS_MAX} are allowed"
            ),
            Self::WebsiteMistyped { shown, .. } => format!("The website \"{shown}\" is mistyped"),
            Self::WebsiteIsEmail { shown, .. } => {
                format!("The website is the e-mail address {shown}")
            }
            Self::WebsitePlaceholder(it) => website(it, "is a placeholder"),
            Self::WebsiteControlCharacters(it) => {
                website(it, "holds control characters or line breaks")
            }
            Self::WebsiteWithoutLetters(it) => website(it, "has no letter or digit in its name"),
            Self::WebsiteSeveral(it) => website(it, "holds several addresses"),
            Self::WebsiteScheme(it) => website(it, "starts with neither http:// nor https://"),
            Self::WebsiteMalformed(it) => website(it, "is no web address"),
            Self::WebsiteIpAddress(it) => website(it, "is an IP address or a number"),
            Self::WebsiteReserved(it) => {
                website(it, "exists only inside private networks or in examples")
            }
            Self::WebsiteWithoutDot(it) => website(it, "is one word without an ending like .com"),
            Self::WebsitePublicSuffix(it) => website(it, "is only an ending that domains share"),
            Self::WebsiteUnknownTld(it) => website(it, "has an ending that does not exist"),
            Self::WebsiteSocialProfile(it) => website(it, "is a page in a social network"),
            Self::WebsiteMarketplace(it) => website(it, "is a page on a marketplace"),
            Self::WebsiteDirectory(it) => website(it, "is an entry in a directory"),
            Self::WebsiteShortLink(it) => website(it, "is a link to another page"),
            Self::WebsiteSharedPage(it) => website(it, "is a page under a domain that many share"),
            Self::WebsiteFreeMail(it) => website(it, "is a mail provider that anybody may use"),
        }
    }

    /// What to change.
    fn remedy(&self) -> String {
        const OWN: &str = "write the domain that the company owns, for example acme.com";
        match self {
            Self::NameMissing
            | Self::NamePlaceholder(_)
            | Self::NameKeyboardMash(_)
            | Self::NameWithoutLetters(_)
            | Self::NameIsNumber(_) => "write the company's name into company".into(),
            Self::NameTooLong { .. } => "shorten it to the name alone".into(),
            Self::NameControlCharacters(_) => "type the name again".into(),
            Self::NameBrokenText(_) => "type the name again, or export the file as UTF-8".into(),
            Self::NameIsUrl(_) => "write the name into company and the address into website".into(),
            Self::NameIsEmail(_) => {
                "write the name into company and the address into company_email".into()
            }
            Self::WebsiteTooLong { .. } | Self::WebsiteControlCharacters(_) => {
                "write the domain alone, for example acme.com".into()
            }
            Self::WebsiteSeveral(_) => "keep one of them".into(),
            Self::WebsiteMistyped { proposal, .. } => format!("if it means {proposal}, write that"),
            Self::WebsiteIsEmail { proposal, .. } => match proposal {
                Some(domain) => format!(
                    "move it to company_email; if {domain} is the company's website, write that"
                ),
                None => format!("move it to company_email and {OWN}"),
            },
            Self::WebsiteSocialProfile(_) => {
                format!("move it to the column for its network and {OWN}")
            }
            Self::WebsiteShortLink(_) => "open it and write the domain where it ends".into(),
            Self::WebsiteUnknownTld(_) => "look for a typing error at its end".into(),
            Self::WebsiteMissing
            | Self::WebsitePlaceholder(_)
            | Self::WebsiteWithoutLetters(_)
            | Self::WebsiteScheme(_)
            | Self::WebsiteMalformed(_)
            | Self::WebsiteIpAddress(_)
            | Self::WebsiteReserved(_)
            | Self::WebsiteWithoutDot(_)
            | Self::WebsitePublicSuffix(_)
            | Self::WebsiteMarketplace(_)
            | Self::WebsiteDirectory(_)
            | Self::WebsiteSharedPage(_)
            | Self::WebsiteFreeMail(_) => OWN.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}.", self.problem(), self.remedy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_never_holds_an_address_in_full() {
        for text in [
            "jane.doe@acme.com",
            "Jane <jane.doe@acme.com>",
            "https://jane.doe:secret@acme.com/",
            "jane.doe%40acme.com",
            "jane.doe＠acme.com",
            "x@y.com,jane.doe@acme.com",
        ] {
            let shown = Shown::new(text).to_string();
            assert!(
                !shown.contains("ane.doe") && !shown.contains("secret"),
                "{shown}"
            );
        }
        assert_eq!(Shown::new("jane.doe@acme.com").to_string(), "j***@acme.com");
        let number = Refusal::NameIsNumber(Shown::new("+1 202-555-0142"));
        assert!(!number.to_string().contains("555"), "{number}");
    }

    #[test]
    fn a_value_is_repeated_short_and_on_one_line() {
        let shown = Shown::new(&"long\u{1b}\n".repeat(5_000)).to_string();
        assert_eq!(shown.chars().count(), SHOWN_CHARS_MAX);
        assert!(!shown.chars().any(char::is_control));
    }

    #[test]
    fn a_sentence_says_what_is_wrong_and_what_to_change() {
        let refusal = Refusal::WebsiteIpAddress(Shown::new("10.0.0.1"));
        assert_eq!(
            refusal.to_string(),
            "The website \"10.0.0.1\" is an IP address or a number: \
             write the domain that the company owns, for example acme.com."
        );
    }
}
