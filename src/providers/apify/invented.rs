//! The people whom the sandbox invents, decided by the company's domain alone (pure).
//!
//! The mixture is what real lists show: most companies have a CEO, a CFO and a person for HR; some
//! miss one, some have two for one slot, a few have nobody. Some people have no address, one in
//! sixty a role address, one in eighty an address at another company.

use crate::outreach::contact_source::FoundPerson;
use crate::providers::dice::Dice;

/// Longest label of a host name.
const LABEL_CHARS_MAX: usize = 63;

/// Titles by slot, each with its level; all are read as their slot by whoever assigns slots.
const SLOTS: [[(&str, &str); 4]; 3] = [
    [
        ("Chief Executive Officer", "c-suite"),
        ("CEO", "c-suite"),
        ("Founder & CEO", "c-suite"),
        ("President", "c-suite"),
    ],
    [
        ("Chief Financial Officer", "c-suite"),
        ("CFO", "c-suite"),
        ("Finance Director", "director"),
        ("Controller", "director"),
    ],
    [
        ("HR Director", "director"),
        ("Chief People Officer", "c-suite"),
        ("Director of Human Resources", "director"),
        ("CHRO", "c-suite"),
    ],
];

const FIRST_NAMES: [&str; 48] = [
    "Aaron", "Abigail", "Adrian", "Alice", "Andrea", "Anita", "Arthur", "Beatrice", "Benjamin",
    "Bridget", "Calvin", "Carmen", "Cecilia", "Clara", "Curtis", "Daniel", "Denise", "Diego",
    "Edith", "Elena", "Felix", "Fiona", "Gloria", "Grace", "Hannah", "Harold", "Helen", "Ingrid",
    "Isaac", "Jane", "Joel", "Julia", "Kevin", "Laura", "Leon", "Lydia", "Marcus", "Marta",
    "Naomi", "Oscar", "Paula", "Peter", "Rosa", "Ruth", "Samuel", "Sofia", "Theodore", "Vera",
];

const LAST_NAMES: [&str; 60] = [
    "Abbott", "Alvarez", "Atwood", "Barlow", "Benton", "Bishop", "Calloway", "Carver", "Castillo",
    "Crane", "Dalton", "Delgado", "Doyle", "Easton", "Ellery", "Farrow", "Fenwick", "Fletcher",
    "Garner", "Goodwin", "Granger", "Hale", "Hartley", "Holloway", "Ibarra", "Ingram", "Jarvis",
    "Keating", "Kimball", "Lambert", "Langley", "Lowell", "Madison", "Marlow", "Mercer", "Navarro",
    "Norwood", "Oakley", "Osborne", "Palmer", "Prescott", "Quimby", "Ramsey", "Redfern", "Rowland",
    "Salazar", "Sinclair", "Stanton", "Tanner", "Thornton", "Upton", "Vance", "Vaughn", "Wade",
    "Walden", "Whitaker", "Winslow", "Yardley", "York", "Zimmer",
];

/// Role addresses by slot.
const ROLES: [&str; 3] = ["info", "office", "hr"];

/// Where people of the wrong company are.
const OTHER_COMPANIES: [&str; 4] = [
    "brightwater-group.com",
    "former-employer.com",
    "harborline-group.com",
    "old-mill-works.com",
];

/// The domain of the addresses that the sandbox invents for a company.
///
/// It is the company's domain with hyphens for dots (at most 63 characters of it) as one label
/// below the reserved `.example`: `acme.com` becomes `acme-com.example`. A check that an address
/// belongs to its company accepts this domain for that company, sandbox or not: nobody can own a
/// name below `.example`. The domain made from another company is a mismatch, as it would be with
/// real domains; the sandbox invents a few such people on purpose.
pub fn sandbox_address_domain(company_domain: &str) -> String {
    let label = company_domain.replace('.', "-");
    let label = label.chars().take(LABEL_CHARS_MAX).collect::<String>();
    format!("{}.example", label.trim_matches('-'))
}

/// Everybody whom the sandbox invents for a company, CEO first.
pub(super) fn people_of(domain: &str) -> Vec<FoundPerson> {
    let mut dice = Dice::of(&["people", domain]);
    if dice.percent() < 3 {
        return Vec::new();
    }
    let missing = (dice.percent() < 12).then(|| dice.throw() % 3);
    let doubled = (dice.percent() < 8).then(|| dice.throw() % 3);
    let first_last_name = dice.throw();
    let slots = (0_u64..)
        .zip(SLOTS)
        .zip(ROLES)
        .filter(|((slot, _), _)| missing != Some(*slot));
    let candidates = slots.flat_map(|((slot, titles), role)| {
        let count = if doubled == Some(slot) { 2 } else { 1 };
        std::iter::repeat_n((titles, role), count)
    });
    let numbered = (0_u64..).zip(candidates);
    // Seven is no divisor of the number of names, so nobody shares one with a colleague.
    let last_name = |number: u64| LAST_NAMES[index(first_last_name % 60 + number * 7, 60)];
    numbered
        .map(|(number, (titles, role))| {
            let mut dice = Dice::of(&["person", domain, &number.to_string()]);
            let (title, seniority) = titles[index(dice.throw(), 4)];
            let names = (dice.pick(&FIRST_NAMES), last_name(number));
            invent(domain, names, (title, seniority), role, &mut dice)
        })
        .collect()
}

fn invent(
    domain: &str,
    (first_name, last_name): (&str, &str),
    (title, seniority): (&str, &str),
    role: &str,
    dice: &mut Dice,
) -> FoundPerson {
    let slug = format!("{first_name}.{last_name}").to_lowercase();
    let own = sandbox_address_domain(domain);
    let email = if dice.percent() < 6 {
        None
    } else if dice.one_in(60) {
        Some(format!("{role}@{own}"))
    } else if dice.one_in(80) {
        Some(format!(
            "{slug}@{}",
            sandbox_address_domain(dice.pick(&OTHER_COMPANIES))
        ))
    } else {
        Some(format!("{slug}@{own}"))
    };
    // 555-0100 to 555-0199 are reserved: no such number can ring.
    let phone = (dice.percent() < 40).then(|| format!("+1 202 555 01{:02}", dice.percent()));
    FoundPerson {
        company_domain: domain.to_owned(),
        first_name: Some(first_name.to_owned()),
        last_name: Some(last_name.to_owned()),
        title: Some(title.to_owned()),
        seniority: Some(seniority.to_owned()),
        email,
        phone,
        linkedin_url: Some(format!(
            "https://sandbox.example/in/{}",
            slug.replace('.', "-")
        )),
    }
}

/// A throw as an index below `len`.
fn index(throw: u64, len: u64) -> usize {
    usize::try_from(throw % len).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_companies_show_the_mixture_of_a_real_list() {
        let companies = (0..10_000).map(|n| people_of(&format!("company-{n}.com")));
        let companies = companies.collect::<Vec<_>>();
        let people = companies.iter().flatten().collect::<Vec<_>>();
        let nobody = companies.iter().filter(|people| people.is_empty()).count();
        let full = companies.iter().filter(|people| people.len() >= 3).count();
        let address = |part: &str| {
            let is = |person: &&&FoundPerson| {
                person
                    .email
                    .as_ref()
                    .is_some_and(|email| email.contains(part))
            };
            people.iter().filter(is).count()
        };
        let without = people
            .iter()
            .filter(|person| person.email.is_none())
            .count();
        assert!(
            (200..400).contains(&nobody),
            "{nobody} companies without anybody"
        );
        assert!(
            (8_000..9_500).contains(&full),
            "{full} companies with three people or more"
        );
        assert!(
            (1_300..2_100).contains(&without),
            "{without} people without an address"
        );
        let roles = ROLES
            .iter()
            .map(|role| address(&format!("{role}@")))
            .sum::<usize>();
        assert!((300..600).contains(&roles), "{roles} role addresses");
        let elsewhere = people.len() - without - address("@company-");
        assert!(
            (200..480).contains(&elsewhere),
            "{elsewhere} people of another company"
        );
    }

    #[test]
    fn everybody_is_marked_and_nobody_can_be_written_to() {
        for person in (0..500).flat_map(|n| people_of(&format!("company-{n}.co.uk"))) {
            assert!(
                person
                    .linkedin_url
                    .is_some_and(|url| url.contains("sandbox"))
            );
            assert!(person.email.is_none_or(|email| email.ends_with(".example")));
            assert!(
                person
                    .phone
                    .is_none_or(|phone| phone.starts_with("+1 202 555 01"))
            );
        }
    }

    #[test]
    fn colleagues_have_different_names() {
        for people in (0..500).map(|n| people_of(&format!("company-{n}.com"))) {
            let mut names = people
                .iter()
                .map(|person| &person.last_name)
                .collect::<Vec<_>>();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), people.len());
        }
    }

    #[test]
    fn the_reserved_domain_of_a_company_is_one_valid_label() {
        assert_eq!(sandbox_address_domain("acme.com"), "acme-com.example");
        assert_eq!(sandbox_address_domain("foo.co.uk"), "foo-co-uk.example");
        let long = format!("{}.com", "a".repeat(63));
        assert_eq!(sandbox_address_domain(&long).len(), 63 + ".example".len());
    }
}
