//! The seats of a company that outreach is for, and who of the people found sits in each.
//!
//! Pure. One person per seat and one seat per person; the more senior wins. The same people in any
//! order give the same choice, so that a repeated lookup changes nothing.

use std::cmp::Reverse;
use std::fmt;

use super::address::{self, AddressAssessment};
use super::company::normal_name;
use super::contact_source::FoundPerson;
use super::domain::Domain;
use super::title;

/// A seat, in the order in which they are shown and in which an equal claim is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Whoever runs the company.
    Ceo,
    /// Whoever answers for its money.
    Cfo,
    /// Whoever answers for its people.
    Hr,
}

impl Slot {
    /// Every seat of a company.
    pub const ALL: [Self; 3] = [Self::Ceo, Self::Cfo, Self::Hr];

    /// The word in `slot_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ceo => "CEO",
            Self::Cfo => "CFO",
            Self::Hr => "HR",
        }
    }

    /// The words in `slot_label`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ceo => "CEO",
            Self::Cfo => "CFO",
            Self::Hr => "HR Director",
        }
    }

    /// The seat with the word in `slot_type`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|slot| slot.as_str() == word)
    }

    /// The seat that a title fills best, and how high; None when it fills none.
    pub fn from_title(title: &str) -> Option<(Self, Rank)> {
        title::seats(title)
            .into_iter()
            .min_by_key(|(slot, rank)| (*rank, *slot))
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How high in a seat a title is: 1 holds it by name (CEO, CFO, CHRO), 7 works in its department.
/// Smaller is more senior.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank(u8);

impl Rank {
    /// The lowest rank that any title has.
    pub const LOWEST: Self = Self(7);

    pub(super) fn new(rank: u8) -> Self {
        Self(rank.clamp(1, Self::LOWEST.0))
    }

    /// 1 to 7.
    pub fn get(self) -> u8 {
        self.0
    }

    /// How sure one may be that this person answers for the seat, from 1.0 (the title is the
    /// seat's) down by 0.1 per rank to 0.4; stored as `confidence_score`.
    pub fn confidence(self) -> f64 {
        f64::from(11 - self.0) / 10.0
    }
}

/// One seat and who was chosen for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The seat.
    pub slot: Slot,
    /// Place of the person in the list that was given.
    pub person: usize,
    /// How high the person's title is in this seat.
    pub rank: Rank,
}

/// Fills the seats of one company from the people found at it, best claim first; a seat that
/// nobody has a claim to is missing. In the order CEO, CFO, HR.
///
/// Of equal claims, a usable address wins over another address and that over none, then a profile
/// address, then the name. Two entries with one address, one profile or one name are one person.
pub fn choose(people: &[&FoundPerson], company: &Domain) -> Vec<Choice> {
    let mut claims: Vec<Claim<'_>> = people
        .iter()
        .enumerate()
        .flat_map(|(place, person)| claims_of(place, person, company))
        .collect();
    claims.sort_by(|a, b| a.order.cmp(&b.order));
    let mut chosen: Vec<Claim<'_>> = Vec::with_capacity(Slot::ALL.len());
    for claim in claims {
        let taken = chosen.iter().any(|earlier| {
            earlier.slot() == claim.slot() || is_same_person(earlier.person, claim.person)
        });
        if !taken {
            chosen.push(claim);
        }
    }
    chosen.sort_by_key(Claim::slot);
    let choice = |claim: &Claim<'_>| Choice {
        slot: claim.slot(),
        person: claim.place,
        rank: claim.order.0,
    };
    chosen.iter().map(choice).collect()
}

/// One person's claim to one seat. The order ends in everything that tells two people apart, so
/// that the source's order decides only between equal entries.
struct Claim<'a> {
    place: usize,
    person: &'a FoundPerson,
    order: (
        Rank,
        Slot,
        Reverse<u8>,
        Reverse<bool>,
        String,
        [Option<&'a str>; 4],
    ),
}

impl Claim<'_> {
    fn slot(&self) -> Slot {
        self.order.1
    }
}

fn claims_of<'a>(
    place: usize,
    person: &'a FoundPerson,
    company: &Domain,
) -> impl Iterator<Item = Claim<'a>> + use<'a> {
    let worth = address_worth(person, company);
    let has_profile = person.linkedin_url.is_some();
    let rest = [
        &person.email,
        &person.linkedin_url,
        &person.phone,
        &person.title,
    ]
    .map(|text| text.as_deref());
    let seats = title::seats(person.title.as_deref().unwrap_or_default());
    seats.into_iter().map(move |(slot, rank)| Claim {
        place,
        person,
        order: (
            rank,
            slot,
            Reverse(worth),
            Reverse(has_profile),
            full_name(person),
            rest,
        ),
    })
}

/// 2 for an address that outreach can use, 1 for any other, 0 for none.
fn address_worth(person: &FoundPerson, company: &Domain) -> u8 {
    match person
        .email
        .as_deref()
        .map(|email| address::assess(email, company))
    {
        Some(AddressAssessment::Usable) => 2,
        Some(
            AddressAssessment::Malformed
            | AddressAssessment::Role
            | AddressAssessment::FreeMail
            | AddressAssessment::OtherCompany,
        ) => 1,
        None => 0,
    }
}

fn full_name(person: &FoundPerson) -> String {
    let name = [&person.first_name, &person.last_name].map(|part| part.as_deref().unwrap_or(""));
    normal_name(&name.join(" "))
}

fn is_same_person(a: &FoundPerson, b: &FoundPerson) -> bool {
    let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => !a.trim().is_empty() && a.trim().eq_ignore_ascii_case(b.trim()),
        _ => false,
    };
    let named = a.first_name.is_some() && a.last_name.is_some();
    same(&a.email, &b.email)
        || same(&a.linkedin_url, &b.linkedin_url)
        || (named && full_name(a) == full_name(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(first: &str, title: &str, email: Option<&str>) -> FoundPerson {
        FoundPerson {
            company_domain: "acme.com".into(),
            first_name: Some(first.into()),
            last_name: Some("Doe".into()),
            title: Some(title.into()),
            email: email.map(Into::into),
            ..FoundPerson::default()
        }
    }

    fn chosen(people: &[FoundPerson]) -> Vec<(Slot, String)> {
        let people: Vec<&FoundPerson> = people.iter().collect();
        choose(&people, &Domain::from_host("acme.com").unwrap())
            .into_iter()
            .map(|choice| {
                (
                    choice.slot,
                    people[choice.person].first_name.clone().unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn the_more_senior_person_gets_the_seat() {
        let people = [
            person("Gus", "General Manager", Some("gus@acme.com")),
            person("Cleo", "Chief Executive Officer", None),
            person("Tom", "Treasurer", None),
            person("Hana", "HR Manager", None),
            person("Vic", "VP Human Resources", None),
        ];
        let expected = [(Slot::Ceo, "Cleo"), (Slot::Cfo, "Tom"), (Slot::Hr, "Vic")];
        assert_eq!(
            chosen(&people),
            expected.map(|(slot, name)| (slot, name.to_owned()))
        );
    }

    #[test]
    fn one_person_gets_one_seat_and_leaves_the_other_to_the_next() {
        let people = [
            person("Ann", "CEO & CFO", None),
            person("Con", "Controller", None),
        ];
        assert_eq!(
            chosen(&people),
            [(Slot::Ceo, "Ann".into()), (Slot::Cfo, "Con".into())]
        );
        let twice = [person("Ann", "CEO", None), person("ann", "CFO", None)];
        assert_eq!(chosen(&twice), [(Slot::Ceo, "Ann".into())]);
    }

    #[test]
    fn of_equals_the_one_who_can_be_reached_gets_the_seat() {
        let people = [
            person("Abe", "CEO", None),
            person("Bea", "CEO", Some("bea@gmail.com")),
            person("Cyd", "CEO", Some("cyd@acme.com")),
        ];
        assert_eq!(chosen(&people), [(Slot::Ceo, "Cyd".into())]);
    }

    #[test]
    fn confidence_falls_from_one_with_the_rank() {
        let confidence = |title| Slot::from_title(title).map(|(_, rank)| rank.confidence());
        assert_eq!(confidence("CEO"), Some(1.0));
        assert_eq!(confidence("Treasurer"), Some(0.7));
        assert_eq!(confidence("Recruiting"), Some(0.4));
        assert_eq!(confidence("Janitor"), None);
    }

    #[test]
    fn a_seat_reads_back_from_its_word() {
        for slot in Slot::ALL {
            assert_eq!(Slot::from_word(slot.as_str()), Some(slot));
        }
        assert_eq!(Slot::Hr.label(), "HR Director");
    }
}
