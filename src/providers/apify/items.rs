//! One item of a dataset → one person (pure).
//!
//! Actors spell fields as they like (`firstName`, `first_name`, `First Name`), leave them out, or
//! fill them with null, numbers and lists. A field that cannot be read is missing; an item that
//! names no person or no company is nobody.

use std::collections::HashMap;

use serde_json::Value;
use url::Url;

use crate::outreach::contact_source::FoundPerson;

/// A longer text is no name, title or address.
const TEXT_CHARS_MAX: usize = 1_000;

/// Texts with which actors say "nothing".
const NOTHING: [&str; 6] = ["null", "none", "n/a", "na", "undefined", "-"];

/// The fields of one item by their spelling without case and separators; a nested object's fields
/// carry its name in front (`company: {domain}` is `companydomain`).
struct Fields<'a>(HashMap<String, &'a Value>);

/// The person that an item describes, or None. `asked` are the domains of the run: a host below
/// one of them counts as that one.
pub(super) fn person(item: &Value, asked: &[String]) -> Option<FoundPerson> {
    let fields = Fields::of(item)?;
    let email = fields.text(&[
        "email",
        "workemail",
        "businessemail",
        "emailaddress",
        "emails",
    ]);
    let domain = fields
        .text(&[
            "companydomain",
            "companyprimarydomain",
            "organizationprimarydomain",
        ])
        .or_else(|| fields.text(&["organizationdomain", "domain"]))
        .or_else(|| fields.text(&["companywebsite", "companywebsiteurl", "website"]))
        .and_then(|text| host(&text))
        .map(|host| company_of(&host, asked).unwrap_or(host))
        .or_else(|| company_of_address(email.as_deref()?, asked))?;
    let (first_name, last_name) = fields.names();
    let linkedin_url = fields.text(&["linkedinurl", "linkedin", "linkedinprofile", "profileurl"]);
    if first_name.is_none() && last_name.is_none() && email.is_none() && linkedin_url.is_none() {
        return None;
    }
    Some(FoundPerson {
        company_domain: domain,
        first_name,
        last_name,
        title: fields.text(&["title", "jobtitle", "position"]),
        seniority: fields.text(&["seniority", "senioritylevel"]),
        email,
        phone: fields.text(&[
            "phone",
            "phonenumber",
            "mobilenumber",
            "mobilephone",
            "workphone",
        ]),
        linkedin_url,
    })
}

impl<'a> Fields<'a> {
    fn of(item: &'a Value) -> Option<Self> {
        let mut fields = HashMap::new();
        for (key, value) in item.as_object()? {
            if let Some(nested) = value.as_object() {
                for (inner, value) in nested {
                    fields
                        .entry(plain(&format!("{key}{inner}")))
                        .or_insert(value);
                }
            } else if text(value).is_some() {
                // Two spellings of one field: the one that says something wins.
                fields.insert(plain(key), value);
            }
        }
        Some(Self(fields))
    }

    /// The first of these fields that says something.
    fn text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| text(self.0.get(*name)?))
    }

    /// Given and family name; a full name is split at its first space if neither is there.
    fn names(&self) -> (Option<String>, Option<String>) {
        let first = self.text(&["firstname", "givenname"]);
        let last = self.text(&["lastname", "familyname", "surname"]);
        if first.is_some() || last.is_some() {
            return (first, last);
        }
        match self.text(&["fullname", "name"]) {
            None => (None, None),
            Some(full) => match full.split_once(' ') {
                Some((first, last)) => (Some(first.to_owned()), Some(last.trim().to_owned())),
                None => (Some(full), None),
            },
        }
    }
}

/// A field's name without case and separators.
fn plain(key: &str) -> String {
    key.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A value's text on one line, without what PostgreSQL cannot store; of a list the first text.
fn text(value: &Value) -> Option<String> {
    let raw = match value {
        Value::String(raw) => raw.clone(),
        // Phone numbers come as numbers; a number is no name, and whoever checks will say so.
        Value::Number(number) => number.to_string(),
        Value::Array(values) => {
            return values.iter().find_map(|value| match value {
                Value::String(_) => text(value),
                _ => None,
            });
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => return None,
    };
    let line = raw.replace(char::is_control, " ");
    let line = line.trim();
    let says_something = !line.is_empty()
        && line.chars().count() <= TEXT_CHARS_MAX
        && !NOTHING.contains(&line.to_lowercase().as_str());
    says_something.then(|| line.to_owned())
}

/// The host of a domain or website, lowercase ASCII, without `www.`.
fn host(text: &str) -> Option<String> {
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let url = Url::parse(&with_scheme).ok()?;
    let host = url.domain()?.trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    host.contains('.').then(|| host.to_owned())
}

/// The domain of the run that this host belongs to.
fn company_of(host: &str, asked: &[String]) -> Option<String> {
    let belongs = |domain: &&String| {
        host.strip_suffix(domain.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    asked.iter().find(belongs).cloned()
}

/// The company of a person whose item names none: only an address at a company of the run says it.
fn company_of_address(email: &str, asked: &[String]) -> Option<String> {
    let (_, domain) = email.rsplit_once('@')?;
    company_of(&host(domain)?, asked)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn asked() -> Vec<String> {
        vec![String::from("acme.com"), String::from("bolt.io")]
    }

    fn found(item: Value) -> FoundPerson {
        person(&item, &asked()).unwrap()
    }

    #[test]
    fn every_spelling_of_a_field_is_the_same_field() {
        let camel = json!({
            "firstName": "Ana", "lastName": "Ruiz", "linkedinUrl": "https://l.example/ana",
            "companyDomain": "acme.com", "jobTitle": "CFO", "seniorityLevel": "c-suite",
            "email": "ana@acme.com", "mobileNumber": 12_025_550_142_u64,
        });
        let snake = json!({
            "first_name": "Ana", "last_name": "Ruiz", "linkedin_url": "https://l.example/ana",
            "company_domain": "ACME.com", "title": "CFO", "seniority": "c-suite",
            "email": "ana@acme.com", "phone": "12025550142",
        });
        let nested = json!({
            "Full Name": "Ana Ruiz", "linkedin": "https://l.example/ana", "position": "CFO",
            "company": {"domain": "https://www.acme.com/about"}, "seniority": "c-suite",
            "emails": [null, "ana@acme.com"], "phone_number": "12025550142",
        });
        assert_eq!(found(camel.clone()), found(snake));
        assert_eq!(found(camel), found(nested));
    }

    #[test]
    fn a_field_that_says_nothing_is_missing() {
        for email in [
            json!(null),
            json!(""),
            json!("  "),
            json!("N/A"),
            json!(true),
            json!({}),
        ] {
            let item = json!({"name": "Ana", "domain": "acme.com", "email": email});
            assert_eq!(found(item).email, None);
        }
        let item = json!({"name": "A\u{0}na", "domain": "acme.com", "title": "x".repeat(2_000)});
        assert_eq!(found(item.clone()).first_name.as_deref(), Some("A"));
        assert_eq!(found(item).title, None);
    }

    #[test]
    fn an_item_without_person_or_company_is_nobody() {
        for item in [
            json!(null),
            json!("Ana"),
            json!([]),
            json!({"error": "no results"}),
            json!({"first_name": "Ana", "email": "ana@elsewhere.com"}),
            json!({"company_domain": "acme.com", "title": "CFO"}),
            json!({"company_domain": "localhost", "first_name": "Ana"}),
        ] {
            assert_eq!(person(&item, &asked()), None, "{item}");
        }
    }

    #[test]
    fn a_company_is_known_by_its_host_or_by_the_address() {
        let below = json!({"name": "Ana", "website": "http://careers.bolt.io/jobs"});
        assert_eq!(found(below).company_domain, "bolt.io");
        let by_address = json!({"name": "Ana", "email": "ana@mail.acme.com"});
        assert_eq!(found(by_address).company_domain, "acme.com");
        let another = json!({"name": "Ana", "company_domain": "notacme.com"});
        assert_eq!(found(another).company_domain, "notacme.com");
    }

    proptest! {
        #[test]
        fn no_item_breaks_the_reader(
            key in "[a-zA-Z_ ]{0,12}", word in any::<String>(), email in any::<String>(),
        ) {
            let item = json!({key: word, "company_domain": word, "email": email, "name": word});
            if let Some(person) = person(&item, &asked()) {
                prop_assert!(!person.company_domain.is_empty());
                let name = person.first_name.unwrap_or_default();
                prop_assert!(!name.contains(char::is_control));
            }
        }
    }
}
