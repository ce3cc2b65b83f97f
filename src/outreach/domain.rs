//! The registrable domain: what one company registers and nobody shares, as a value that cannot
//! be wrong.
//!
//! Pure. It is the key under which two rows are the same company.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use url::Host;

/// Top-level domains that no registry sells (RFC 2606, RFC 6761, RFC 6762, RFC 8375) and the words
/// that private networks use in their place.
const RESERVED_TLDS: [&str; 15] = [
    "alt",
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

/// Why a host has no registrable domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DomainProblem {
    /// An IP address in any of its spellings, decimal and hexadecimal ones included.
    #[error("it is an IP address")]
    IpAddress,
    /// One word without a dot.
    #[error("it has no dot")]
    NoDot,
    /// A name for private networks or documentation; carries its last label.
    #[error(".{0} is reserved")]
    Reserved(String),
    /// A public suffix itself, such as `com` or `co.uk`; carries it.
    #[error("{0} is a public suffix")]
    PublicSuffix(String),
    /// The last label is no top-level domain; carries it.
    #[error(".{0} is no top-level domain")]
    UnknownTld(String),
    /// Not a host name at all: forbidden characters, an empty or overlong label.
    #[error("it is no host name")]
    Malformed,
}

/// A registrable domain: one label below a public suffix, the private section of the list
/// included, in lowercase ASCII without a last dot.
///
/// `acme.co.uk` for `www.acme.co.uk`, `xn--mller-kva.de` for `müller.de`, and `acme.wixsite.com`
/// for `acme.wixsite.com`, because Wix hands out names below `wixsite.com` as a registry does. A
/// private suffix itself (`wixsite.com`) is refused like `co.uk`, even for its owner.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

impl Domain {
    /// The registrable domain of a host name or IP address, given without scheme, port and path.
    ///
    /// # Errors
    /// The [`DomainProblem`] that a person would have to mend.
    pub fn from_host(host: &str) -> Result<Self, DomainProblem> {
        let ascii = ascii_host(host)?;
        let (parent, tld) = ascii.rsplit_once('.').unwrap_or(("", &ascii));
        if RESERVED_TLDS.contains(&tld) {
            return Err(DomainProblem::Reserved(tld.to_owned()));
        }
        let Some(suffix) = psl::suffix(ascii.as_bytes()) else {
            return Err(DomainProblem::Malformed);
        };
        if !suffix.is_known() {
            return Err(match parent {
                "" => DomainProblem::NoDot,
                _ => DomainProblem::UnknownTld(tld.to_owned()),
            });
        }
        let registrable =
            psl::domain_str(&ascii).ok_or_else(|| DomainProblem::PublicSuffix(ascii.clone()))?;
        // Subdomains may hold underscores, names that one can register may not.
        Uts46::new()
            .to_ascii(
                registrable.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::CheckFirstLast,
                DnsLength::Verify,
            )
            .map(|strict| Self(strict.into_owned()))
            .map_err(|_| DomainProblem::Malformed)
    }

    /// The domain in lowercase ASCII (punycode), as it is stored and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The label that the company chose: `acme` of `acme.co.uk`, in Unicode.
    pub fn label(&self) -> String {
        let label = self.0.split('.').next().unwrap_or_default();
        idna::domain_to_unicode(label).0
    }
}

impl FromStr for Domain {
    type Err = DomainProblem;

    /// Reads a host, so that what was stored comes back as the same value.
    fn from_str(host: &str) -> Result<Self, DomainProblem> {
        Self::from_host(host)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The host in lowercase ASCII without last dots, unless it is an address.
fn ascii_host(host: &str) -> Result<String, DomainProblem> {
    let host = host.trim_end_matches('.');
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<Ipv6Addr>().is_ok() {
        return Err(DomainProblem::IpAddress);
    }
    match Host::parse(host) {
        Ok(Host::Domain(name)) => Ok(name.trim_end_matches('.').to_owned()),
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => Err(DomainProblem::IpAddress),
        // 300.1.1.1 is no address, but whoever wrote it meant one.
        Err(url::ParseError::InvalidIpv4Address) => Err(DomainProblem::IpAddress),
        Err(_) => Err(DomainProblem::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_what_one_company_registers() {
        for (host, domain) in [
            ("www.acme.com", "acme.com"),
            ("ACME.com.", "acme.com"),
            ("shop.eu.acme.co.uk", "acme.co.uk"),
            ("müller.de", "xn--mller-kva.de"),
            ("XN--MLLER-KVA.DE", "xn--mller-kva.de"),
            ("acme.wixsite.com", "acme.wixsite.com"),
            ("www.acme.github.io", "acme.github.io"),
            ("my_shop.acme.com", "acme.com"),
            ("例え。jp", "xn--r8jz45g.jp"),
            ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ] {
            assert_eq!(Domain::from_host(host).unwrap().as_str(), domain, "{host}");
        }
    }

    #[test]
    fn a_host_that_nobody_can_register_is_no_domain() {
        use DomainProblem::{IpAddress, Malformed, NoDot, PublicSuffix, Reserved, UnknownTld};
        for (host, problem) in [
            ("10.0.0.1", IpAddress),
            ("2130706433", IpAddress),
            ("0x7f.1", IpAddress),
            ("300.1.1.1", IpAddress),
            ("[::1]", IpAddress),
            ("2001:db8::1", IpAddress),
            ("acme", NoDot),
            ("localhost", Reserved("localhost".into())),
            ("printer.local", Reserved("local".into())),
            ("acme.example", Reserved("example".into())),
            ("com", PublicSuffix("com".into())),
            ("co.uk", PublicSuffix("co.uk".into())),
            ("wixsite.com", PublicSuffix("wixsite.com".into())),
            ("acme.con", UnknownTld("con".into())),
            ("acme..com", Malformed),
            ("-acme.com", Malformed),
            ("ac me.com", Malformed),
            ("", Malformed),
        ] {
            assert_eq!(Domain::from_host(host), Err(problem), "{host}");
        }
    }
}
