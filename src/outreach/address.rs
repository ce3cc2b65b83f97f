//! Whether an e-mail address reaches one person at one company.
//!
//! Pure: syntax, lists and domains only; whether it can be delivered to is the verifier's question.
//! An address that is merely well-formed is no contact: `info@` reaches nobody in particular, a
//! free-mail address says nothing of the company, and one at another company is another contact.

use std::fmt;

use email_address::{EmailAddress, Options};

use super::domain::Domain;
use super::lists;
use crate::mask::Email;

/// The top-level domain of addresses that a sandbox invents; mail to it is never delivered
/// (RFC 2606).
const SANDBOX_TLD: &str = "example";

/// Longest address that can be put into an SMTP envelope (RFC 5321).
const ADDRESS_BYTES_MAX: usize = 254;

/// What an address is worth to one company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressAssessment {
    /// A person's address at this company.
    Usable,
    /// No address.
    Malformed,
    /// At this company, but for a function: `info@`, `sales@`.
    Role,
    /// At a provider that anybody may use.
    FreeMail,
    /// At another organisation's domain.
    OtherCompany,
}

/// A well-formed address in the form in which two spellings are equal: the domain in lowercase
/// ASCII, the local part in lowercase (no provider of weight tells them apart). Prints masked.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailSyntax {
    local: String,
    domain: String,
}

impl EmailSyntax {
    /// Reads an address; None when it is not `name@host.tld`. Quoted names, comments, display names
    /// and addresses of single machines are legal in mail and never meant in a contact list.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let options = Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        let (_, host) = text.rsplit_once('@')?;
        let domain = idna::domain_to_ascii_strict(host).ok()?;
        let address = format!("{}{domain}", text.strip_suffix(host)?);
        if address.len() > ADDRESS_BYTES_MAX {
            return None;
        }
        let checked = EmailAddress::parse_with_options(&address, options).ok()?;
        let local = checked.local_part().to_lowercase();
        (!local.contains('"')).then_some(Self { local, domain })
    }

    /// The address in its one form, masked until it is needed.
    pub fn address(&self) -> Email {
        Email::new(format!("{}@{}", self.local, self.domain))
    }

    /// The host, in lowercase ASCII.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether it reaches a function instead of a person: `info@`, `customer.service2@`.
    pub fn is_role(&self) -> bool {
        let untagged = self.local.split('+').next().unwrap_or_default();
        let letters: String = untagged
            .chars()
            .filter(|c| !matches!(c, '.' | '-' | '_'))
            .collect();
        lists::is_role(letters.trim_end_matches(|c: char| c.is_ascii_digit()))
    }
}

impl fmt::Display for EmailSyntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.address(), f)
    }
}

impl fmt::Debug for EmailSyntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.address(), f)
    }
}

/// What an address is worth to the company with this domain.
///
/// The company's own domain counts first, so that people at a mail provider are reachable there.
/// Subdomains belong to the company; so does the sandbox's `acme-com.example` to `acme.com`.
pub fn assess(email: &str, company_domain: &Domain) -> AddressAssessment {
    let Some(email) = EmailSyntax::parse(email) else {
        return AddressAssessment::Malformed;
    };
    let at_company = if is_sandbox(email.domain()) {
        email.domain() == sandbox_domain(company_domain)
    } else {
        match Domain::from_host(email.domain()) {
            Ok(domain) if domain != *company_domain && lists::is_free_mail(domain.as_str()) => {
                return AddressAssessment::FreeMail;
            }
            Ok(domain) => domain == *company_domain,
            // Nobody can own such a domain, so nobody can be reached there.
            Err(_) => return AddressAssessment::Malformed,
        }
    };
    match (at_company, email.is_role()) {
        (false, _) => AddressAssessment::OtherCompany,
        (true, true) => AddressAssessment::Role,
        (true, false) => AddressAssessment::Usable,
    }
}

/// The domain under which a sandbox invents a company's people: `acme-com.example` for `acme.com`.
pub fn sandbox_domain(company_domain: &Domain) -> String {
    format!(
        "{}.{SANDBOX_TLD}",
        company_domain.as_str().replace('.', "-")
    )
}

/// Whether a host is one that a sandbox invented.
fn is_sandbox(host: &str) -> bool {
    host.rsplit_once('.')
        .is_some_and(|(_, tld)| tld == SANDBOX_TLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(domain: &str) -> Domain {
        Domain::from_host(domain).unwrap()
    }

    #[test]
    fn an_address_is_usable_when_it_is_a_person_at_the_company() {
        use AddressAssessment::{FreeMail, Malformed, OtherCompany, Role, Usable};
        for (email, expected) in [
            ("jane.doe@acme.com", Usable),
            (" Jane.Doe@ACME.com ", Usable),
            ("jane+crm@eu.acme.com", Usable),
            ("o'brien@acme.com", Usable),
            ("jane@acme-com.example", Usable),
            ("info@acme.com", Role),
            ("Customer.Service2@acme.com", Role),
            ("sales+web@acme.com", Role),
            ("info@acme-com.example", Role),
            ("jane@gmail.com", FreeMail),
            ("info@gmail.com", FreeMail),
            ("jane@other.com", OtherCompany),
            ("jane@acme.co", OtherCompany),
            ("jane@notacme.com", OtherCompany),
            ("jane@other-com.example", OtherCompany),
            ("jane@acme.com.example", OtherCompany),
            ("", Malformed),
            ("jane", Malformed),
            ("jane@", Malformed),
            ("@acme.com", Malformed),
            ("jane@acme", Malformed),
            ("jane@@acme.com", Malformed),
            ("jane doe@acme.com", Malformed),
            ("jane..doe@acme.com", Malformed),
            ("jane@acme..com", Malformed),
            ("jane@[10.0.0.1]", Malformed),
            ("jane@10.0.0.1", Malformed),
            ("\"jane doe\"@acme.com", Malformed),
            ("Jane Doe <jane@acme.com>", Malformed),
            ("jane@acme.com, bob@acme.com", Malformed),
            ("jane@acme.con", Malformed),
            ("jane@acme.test", Malformed),
        ] {
            assert_eq!(assess(email, &at("acme.com")), expected, "{email}");
        }
    }

    #[test]
    fn people_at_a_mail_provider_are_reachable_there() {
        assert_eq!(
            assess("jane@yahoo.com", &at("yahoo.com")),
            AddressAssessment::Usable
        );
    }

    #[test]
    fn an_international_domain_is_one_domain_in_both_spellings() {
        for email in ["jane@müller.de", "jane@xn--mller-kva.de"] {
            assert_eq!(assess(email, &at("müller.de")), AddressAssessment::Usable);
        }
    }

    #[test]
    fn an_address_prints_masked() {
        let email = EmailSyntax::parse("jane.doe@acme.com").unwrap();
        assert_eq!(format!("{email} {email:?}"), "j***@acme.com j***@acme.com");
        assert_eq!(email.address().reveal(), "jane.doe@acme.com");
    }
}
