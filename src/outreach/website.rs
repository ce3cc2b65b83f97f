//! From what people type into a website column to an address and the domain behind it.
//!
//! Pure. What is certain is mended (case, blanks, a missing or doubled scheme, `user:pass@`, last
//! dots); what is only likely is refused with a proposal, because a wrong guess would join two
//! companies. The text as it was typed stays with the caller.

use std::net::Ipv6Addr;

use url::Url;

use super::company::{is_unprintable, takes_no_room};
use super::domain::{Domain, DomainProblem};
use super::lists;
use super::placeholder;
use super::refusal::{Refusal, Shown};
use super::scheme;

/// Longest address that is believed; browsers and crawlers agree on about this much.
pub const WEBSITE_CHARS_MAX: usize = 2_048;

/// A company's website: the address in one form, and the registrable domain it is under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Website {
    url: String,
    host: String,
    path: String,
    domain: Domain,
}

impl Website {
    /// Reads an address as it was typed. Without a scheme it becomes https; credentials, query and
    /// fragment are left out, because they are secrets or tracking.
    ///
    /// # Errors
    /// The [`Refusal`] with a sentence for the person who can mend the row.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let typed = Typed::read(text)?;
        let url = typed.url().map_err(|problem| typed.refuse(problem))?;
        let host = url
            .host_str()
            .unwrap_or_default()
            .trim_end_matches('.')
            .to_owned();
        let domain = Domain::from_host(&host).map_err(|problem| typed.refuse(problem))?;
        if lists::is_placeholder_domain(domain.as_str()) {
            return Err(Refusal::WebsitePlaceholder(typed.shown()));
        }
        if !domain.label().chars().any(char::is_alphanumeric) {
            return Err(Refusal::WebsiteWithoutLetters(typed.shown()));
        }
        let port = url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let path = url.path().trim_end_matches('/').to_owned();
        Ok(Self {
            url: format!("{}://{host}{port}{path}", url.scheme()),
            host,
            path,
            domain,
        })
    }

    /// The address, for example `https://www.acme.com/en`; no slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The host, in lowercase ASCII.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path: empty, or with a slash at its beginning and none at its end.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The registrable domain of the host.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
}

/// The parts of a typed address, before anything is known of the host.
struct Typed<'a> {
    text: &'a str,
    scheme: &'static str,
    /// Host and port.
    authority: &'a str,
    /// Path, query and fragment.
    tail: &'a str,
}

impl<'a> Typed<'a> {
    /// Takes the text apart, or refuses what cannot be one address.
    fn read(text: &'a str) -> Result<Self, Refusal> {
        let trimmed = text.trim_matches(surrounds);
        let shown = || Shown::new(text);
        let chars = trimmed.chars().count();
        if chars == 0 {
            let blank = text.chars().all(|c| c.is_whitespace() || takes_no_room(c));
            return Err(if blank {
                Refusal::WebsiteMissing
            } else {
                Refusal::WebsiteWithoutLetters(shown())
            });
        }
        if chars > WEBSITE_CHARS_MAX {
            return Err(Refusal::WebsiteTooLong {
                chars,
                shown: shown(),
            });
        }
        if trimmed.chars().any(is_unprintable) {
            return Err(Refusal::WebsiteControlCharacters(shown()));
        }
        if placeholder::is_placeholder(trimmed) {
            return Err(Refusal::WebsitePlaceholder(shown()));
        }
        if trimmed.parse::<Ipv6Addr>().is_ok() {
            return Err(Refusal::WebsiteIpAddress(shown()));
        }
        if !trimmed.chars().any(char::is_alphanumeric) {
            return Err(Refusal::WebsiteWithoutLetters(shown()));
        }
        let (scheme, rest) = scheme::split(trimmed)?;
        let (authority, tail) = rest.split_at(rest.find(ends_authority).unwrap_or(rest.len()));
        let typed = Self {
            text,
            scheme: scheme.unwrap_or("https"),
            authority,
            tail,
        };
        typed.without_person(scheme.is_some())?.one_address()
    }

    /// Leaves `user:pass@` out; an e-mail address is not a website.
    fn without_person(mut self, has_scheme: bool) -> Result<Self, Refusal> {
        let Some((person, host)) = self.authority.rsplit_once('@') else {
            return Ok(self);
        };
        if has_scheme || (person.contains(':') && !person.contains('@')) {
            self.authority = host;
            return Ok(self);
        }
        let proposal = Domain::from_host(host)
            .ok()
            .filter(|domain| !lists::is_free_mail(domain.as_str()))
            .map(|domain| Shown::new(domain.as_str()));
        Err(Refusal::WebsiteIsEmail {
            shown: self.shown(),
            proposal,
        })
    }

    /// Refuses two addresses in one cell, and blanks or commas where the host should be.
    fn one_address(self) -> Result<Self, Refusal> {
        let second = [
            " http", ",http", ";http", "|http", " www.", ",www.", ";www.", "|www.",
        ];
        let tail = self.tail.to_ascii_lowercase();
        if second.iter().any(|begin| tail.contains(begin)) {
            return Err(Refusal::WebsiteSeveral(self.shown()));
        }
        if !self.authority.contains(separates) {
            return Ok(self);
        }
        let mut domains: Vec<&str> = self
            .authority
            .split(separates)
            .filter(|part| Domain::from_host(part).is_ok())
            .collect();
        domains.dedup();
        let joined: String = self.authority.split_whitespace().collect();
        let dotted = joined.replace(',', ".");
        Err(match domains.as_slice() {
            [_, _, ..] => Refusal::WebsiteSeveral(self.shown()),
            [only] => self.mistyped(only),
            [] if Domain::from_host(&dotted).is_ok() => self.mistyped(&dotted),
            [] => Refusal::WebsiteMalformed(self.shown()),
        })
    }

    fn url(&self) -> Result<Url, DomainProblem> {
        let host = self.authority.trim_end_matches('.');
        Url::parse(&format!("{}://{host}{}", self.scheme, self.tail)).map_err(|error| match error {
            url::ParseError::InvalidIpv4Address | url::ParseError::InvalidIpv6Address => {
                DomainProblem::IpAddress
            }
            _ => DomainProblem::Malformed,
        })
    }

    fn shown(&self) -> Shown {
        Shown::new(self.text)
    }

    fn mistyped(&self, proposal: &str) -> Refusal {
        Refusal::WebsiteMistyped {
            shown: self.shown(),
            proposal: Shown::new(proposal),
        }
    }

    fn refuse(&self, problem: DomainProblem) -> Refusal {
        let shown = self.shown();
        match problem {
            DomainProblem::IpAddress => Refusal::WebsiteIpAddress(shown),
            DomainProblem::NoDot => Refusal::WebsiteWithoutDot(shown),
            DomainProblem::Reserved(_) => Refusal::WebsiteReserved(shown),
            DomainProblem::PublicSuffix(_) => Refusal::WebsitePublicSuffix(shown),
            DomainProblem::UnknownTld(_) => Refusal::WebsiteUnknownTld(shown),
            DomainProblem::Malformed => Refusal::WebsiteMalformed(shown),
        }
    }
}

/// Pasted around an address, never part of one.
fn surrounds(c: char) -> bool {
    c.is_whitespace()
        || takes_no_room(c)
        || matches!(
            c,
            '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '<' | '>' | ',' | ';' | '|' | '*'
        )
}

/// The first character after host and port.
pub(super) fn ends_authority(c: char) -> bool {
    matches!(c, '/' | '\\' | '?' | '#')
}

fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '|')
}
