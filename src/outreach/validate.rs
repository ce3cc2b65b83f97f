//! Whether an intake row is a company one can work with, and if not, what to change.
//!
//! Pure: the same row always gets the same verdict. All reasons are given at once, at most one for
//! the name and one for the website, so that a person corrects a row only once.
//!
//! The documented acceptance inserts are accepted: "Test Company" with <https://test.com> and
//! "Debug Test" with <https://debug.com>. The rules refuse "test" as a whole cell only, and both
//! domains are registered. "Test" alone is refused wherever it points.

use super::company::CompanyName;
use super::domain::Domain;
use super::platforms::{self, Kind};
use super::refusal::{Refusal, Shown};
use super::website::Website;

/// What is judged of a row; None and blank text are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RawCompany<'a> {
    /// `company`.
    pub company: Option<&'a str>,
    /// `company_name_for_emails`: the name when `company` is blank.
    pub company_name_for_emails: Option<&'a str>,
    /// `website`.
    pub website: Option<&'a str>,
}

/// The outcome for one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The row can be promoted.
    Accepted {
        /// The key under which two rows are the same company.
        domain: Domain,
        /// The website in one form.
        website: Website,
        /// The name in the spelling of the row.
        name: CompanyName,
    },
    /// The row waits for a correction.
    Refused {
        /// Every reason, never empty; the name's comes first.
        reasons: Vec<Refusal>,
    },
}

/// Judges one row.
pub fn judge(raw: &RawCompany<'_>) -> Verdict {
    let name = CompanyName::parse(typed_name(raw));
    let typed = raw.website.unwrap_or_default();
    let website = Website::parse(typed).and_then(|site| own_site(site, name.as_ref().ok(), typed));
    match (name, website) {
        (Ok(name), Ok(website)) => Verdict::Accepted {
            domain: website.domain().clone(),
            website,
            name,
        },
        (name, website) => Verdict::Refused {
            reasons: name.err().into_iter().chain(website.err()).collect(),
        },
    }
}

fn typed_name<'a>(raw: &RawCompany<'a>) -> &'a str {
    let filled = |text: &Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
    [raw.company, raw.company_name_for_emails]
        .into_iter()
        .find(filled)
        .flatten()
        .unwrap_or_default()
}

/// Refuses an address that many companies share.
fn own_site(site: Website, name: Option<&CompanyName>, typed: &str) -> Result<Website, Refusal> {
    let shown = Shown::new(typed);
    match platforms::shared_by_many(&site, name) {
        None => Ok(site),
        Some(Kind::Social) => Err(Refusal::WebsiteSocialProfile(shown)),
        Some(Kind::Marketplace) => Err(Refusal::WebsiteMarketplace(shown)),
        Some(Kind::Directory) => Err(Refusal::WebsiteDirectory(shown)),
        Some(Kind::Link) => Err(Refusal::WebsiteShortLink(shown)),
        Some(Kind::Page) => Err(Refusal::WebsiteSharedPage(shown)),
        Some(Kind::FreeMail) => Err(Refusal::WebsiteFreeMail(shown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(company: &str, website: &str) -> Vec<&'static str> {
        let raw = RawCompany {
            company: Some(company),
            website: Some(website),
            ..RawCompany::default()
        };
        match judge(&raw) {
            Verdict::Accepted { .. } => Vec::new(),
            Verdict::Refused { reasons } => reasons.iter().map(Refusal::code).collect(),
        }
    }

    #[test]
    fn the_documented_acceptance_inserts_are_accepted() {
        assert!(codes("Test Company", "https://test.com").is_empty());
        assert!(codes("Debug Test", "https://debug.com").is_empty());
    }

    #[test]
    fn a_real_company_passes_whatever_its_name_looks_like() {
        for (company, website) in [
            ("Test Rite", "testritegroup.com"),
            ("NA Publishing", "http://www.napublishing.com/"),
            ("3M", "https://www.3m.com"),
            ("X", "https://x.com"),
            ("Ox", "www.ox.security"),
            ("7-Eleven", "7-eleven.com"),
            ("C&A", "https://www.c-and-a.com/eu/en/shop"),
            ("Box", "box.com"),
            ("None Such Farms", "nonesuchfarms.com"),
            ("Amazon", "https://www.amazon.com"),
            ("Booking.com", "https://www.booking.com"),
            ("@properties", "atproperties.com"),
            ("Yahoo!", "yahoo.com"),
            ("1-800-Flowers.com", "1800flowers.com"),
            (
                "Robert'); drop table intake.company_raw_intake; --",
                "acme.com",
            ),
            ("株式会社日立製作所", "www.hitachi.co.jp"),
        ] {
            assert_eq!(codes(company, website), Vec::<&str>::new(), "{company}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_refused_for_what_it_is() {
        for (company, code) in [
            ("", "name_missing"),
            ("  \u{a0}\t", "name_missing"),
            ("test", "name_placeholder"),
            ("N/A", "name_placeholder"),
            ("Unknown Company", "name_placeholder"),
            ("company", "name_placeholder"),
            ("qwerty", "name_placeholder"),
            ("qwertyu", "name_keyboard_mash"),
            ("-", "name_without_letters"),
            ("🏢", "name_without_letters"),
            ("Acme\u{7}Inc", "name_control_characters"),
            ("Acme \u{202e}cnI", "name_control_characters"),
            ("Caf\u{fffd} Nero", "name_broken_text"),
            ("https://acme.com", "name_is_url"),
            ("www.acme.com", "name_is_url"),
            ("acme.com/about", "name_is_url"),
            ("jane@acme.com", "name_is_email"),
            ("Jane Doe <jane@acme.com>", "name_is_email"),
            ("+1 (202) 555-0142", "name_is_number"),
        ] {
            assert_eq!(codes(company, "acme.com"), [code], "{company}");
        }
        assert_eq!(
            codes(&"long name ".repeat(1_000), "acme.com"),
            ["name_too_long"]
        );
    }

    #[test]
    fn all_reasons_are_given_at_once() {
        assert_eq!(
            codes("asdf", "10.0.0.1"),
            ["name_placeholder", "website_ip_address"]
        );
        assert_eq!(
            codes("Test", "facebook.com/x"),
            ["name_placeholder", "website_social_profile"]
        );
    }

    #[test]
    fn the_name_for_emails_stands_in_for_a_blank_name_only() {
        let verdict = |company| {
            let company_name_for_emails = Some("Acme");
            judge(&RawCompany {
                company,
                company_name_for_emails,
                website: Some("acme.com"),
            })
        };
        for blank in [None, Some(""), Some(" ")] {
            assert!(matches!(verdict(blank), Verdict::Accepted { name, .. }
                if name.as_str() == "Acme"));
        }
        assert!(matches!(verdict(Some("n/a")), Verdict::Refused { .. }));
        assert!(
            matches!(judge(&RawCompany::default()), Verdict::Refused { reasons }
            if reasons.len() == 2)
        );
    }
}
