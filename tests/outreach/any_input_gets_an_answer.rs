//! Properties that hold for every text: nothing panics, what is written is what was read, what is
//! normal stays normal.

use pgcascade::outreach::address::{self, AddressAssessment, EmailSyntax};
use pgcascade::outreach::company::{CompanyName, NAME_CHARS_MAX, normal_name};
use pgcascade::outreach::contact_source::FoundPerson;
use pgcascade::outreach::domain::Domain;
use pgcascade::outreach::import::{
    Cell, Column, CompanyCsv, Encoding, IntakeRow, Line, encode_row,
};
use pgcascade::outreach::refusal::Shown;
use pgcascade::outreach::slots::{Slot, choose};
use pgcascade::outreach::validate::{RawCompany, Verdict, judge};
use pgcascade::outreach::website::Website;
use proptest::prelude::*;

/// Text as it is typed, with what breaks parsers in it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,40}", "(?s).{0,30}", "[a-zäß.:/@,;%\\[\\] -]{0,30}"]
}

/// Text that the database can store.
fn stored_text() -> impl Strategy<Value = String> {
    prop_oneof!["(?s)[^\\x00]{0,30}", "[\\\\\t\n\r\"{},N a]{0,20}"]
}

fn host() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,10}(-[a-z0-9]{1,5})?\\.(com|de|co\\.uk|com\\.au|io|wixsite\\.com)"
        .prop_filter("reserved or shared by many", |host| {
            Domain::from_host(host).is_ok()
        })
}

proptest! {
    #[test]
    fn any_row_gets_a_verdict(company in text(), website in text()) {
        let raw = RawCompany {
            company: Some(&company),
            website: Some(&website),
            ..RawCompany::default()
        };
        match judge(&raw) {
            Verdict::Accepted { domain, website, name } => {
                prop_assert_eq!(&domain, website.domain());
                prop_assert!(name.as_str().chars().count() <= NAME_CHARS_MAX);
                prop_assert_eq!(Website::parse(website.url()), Ok(website));
                prop_assert_eq!(CompanyName::parse(name.as_str()), Ok(name));
            }
            Verdict::Refused { reasons } => {
                prop_assert!((1..=2).contains(&reasons.len()));
                for reason in reasons {
                    let sentence = reason.to_string();
                    prop_assert!(sentence.ends_with('.') && sentence.chars().count() < 300);
                    prop_assert!(reason.code().chars().all(|c| c.is_ascii_lowercase() || c == '_'));
                }
            }
        }
    }

    #[test]
    fn a_domain_reads_back_as_itself(typed in text(), host in host()) {
        for host in [typed, host] {
            if let Ok(domain) = Domain::from_host(&host) {
                prop_assert_eq!(Domain::from_host(domain.as_str()), Ok(domain.clone()));
                prop_assert_eq!(domain.as_str().to_ascii_lowercase(), domain.as_str());
            }
        }
    }

    #[test]
    fn however_a_website_is_written_it_is_one_domain(
        host in host(),
        scheme in "|http://|HTTPS://|http:/|//|http://https://",
        user in prop::sample::select(vec!["", "user:pass@"]),
        www in prop::sample::select(vec!["", "www.", "WWW."]),
        port in prop::sample::select(vec!["", ":80", ":8443"]),
        path in "(/[a-z@ ]{0,8}){0,2}",
        blank in prop::sample::select(vec!["", " ", "\t", "\u{a0}", "\u{200b}"]),
    ) {
        let typed = format!("{blank}{scheme}{user}{www}{}{port}{path}{blank}", host.to_uppercase());
        let domain = Domain::from_host(&host).unwrap();
        prop_assume!(!typed.contains(" www."));
        match Website::parse(&typed) {
            Ok(website) => prop_assert_eq!(website.domain(), &domain),
            Err(refusal) => prop_assert_eq!(refusal.code(), "website_placeholder", "{}", typed),
        }
    }

    #[test]
    fn a_normal_name_is_normal(name in text()) {
        let normal = normal_name(&name);
        prop_assert_eq!(&normal_name(&normal), &normal);
        prop_assert_eq!(normal_name(&name.to_ascii_uppercase()), normal);
    }

    #[test]
    fn no_address_is_shown_in_full(
        local in "[a-z]{2,10}\\.[a-z]{2,10}",
        before in "[^@＠﹫%]{0,20}",
        after in text(),
    ) {
        let shown = Shown::new(&format!("{before} {local}@acme.com {after}")).to_string();
        prop_assert!(!shown.contains(&format!("{local}@")), "{}", shown);
    }

    #[test]
    fn an_address_is_the_companys_or_it_is_not_usable(
        local in text(), host in host(), other in host(),
    ) {
        let domain = Domain::from_host(&host).unwrap();
        let elsewhere = Domain::from_host(&other).unwrap();
        prop_assume!(domain != elsewhere);
        let email = format!("{local}@{other}");
        prop_assert_ne!(address::assess(&email, &domain), AddressAssessment::Usable);
        if let Some(checked) = EmailSyntax::parse(&email) {
            let revealed = checked.address();
            prop_assert_eq!(EmailSyntax::parse(revealed.reveal()), Some(checked));
        }
        let sandbox = format!("jane@{}", address::sandbox_domain(&domain));
        prop_assert_eq!(address::assess(&sandbox, &domain), AddressAssessment::Usable);
        prop_assert_eq!(address::assess(&sandbox, &elsewhere), AddressAssessment::OtherCompany);
    }

    #[test]
    fn any_title_fills_at_most_its_seats(title in text()) {
        if let Some((_, rank)) = Slot::from_title(&title) {
            prop_assert!((0.4..=1.0).contains(&rank.confidence()));
        }
    }

    #[test]
    fn the_order_of_the_people_does_not_change_the_choice(people in people(), turn in 0_usize..8) {
        let company = Domain::from_host("acme.com").unwrap();
        let mut turned = people.clone();
        turned.rotate_left(turn % people.len().max(1));
        let names = |people: &[FoundPerson]| {
            choose(&people.iter().collect::<Vec<_>>(), &company)
                .into_iter()
                .map(|choice| (choice.slot, choice.rank, people[choice.person].clone()))
                .collect::<Vec<_>>()
        };
        let chosen = names(&people);
        prop_assert_eq!(&chosen, &names(&turned));
        prop_assert!(chosen.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn any_row_arrives_through_copy_as_it_was(
        name in stored_text(),
        keywords in prop::collection::vec("[^\\x00,;|\\s]{1,8}", 0..4),
        extra in prop::option::of(stored_text()),
    ) {
        let mut row = IntakeRow::default();
        row.set(Column::Company, &name).unwrap();
        row.set(Column::Keywords, &keywords.join(", ")).unwrap();
        let mut out = Vec::new();
        encode_row(&row, &[extra.as_deref()], &mut out);
        let cells = copied(&out);
        prop_assert_eq!(cells.len(), Column::ALL.len() + 1);
        prop_assert_eq!(cells[Column::Company as usize].as_deref(), row.text(Column::Company));
        let expected = match row.get(Column::Keywords) {
            Some(Cell::List(parts)) => Some(parts.clone()),
            Some(Cell::Text(_) | Cell::Integer(_)) | None => None,
        };
        prop_assert_eq!(cells[Column::Keywords as usize].as_deref().map(array), expected);
        prop_assert_eq!(&cells[Column::ALL.len()], &extra);
    }

    #[test]
    fn a_written_file_is_read_back(
        rows in prop::collection::vec((stored_text(), stored_text()), 0..8),
    ) {
        let mut file = csv::Writer::from_writer(Vec::new());
        file.write_record(["company", "city"]).unwrap();
        let mut expected = Vec::new();
        for (name, city) in &rows {
            file.write_record([name, city]).unwrap();
            if !(name.trim().is_empty() && city.trim().is_empty()) {
                let filled = |cell: &String| !cell.is_empty();
                let cell = |cell: &str| Some(cell.trim().to_owned()).filter(filled);
                expected.push([cell(name), cell(city)]);
            }
        }
        let file = file.into_inner().unwrap();
        let lines: Vec<Line> =
            CompanyCsv::open(&file[..], Encoding::Utf8).unwrap().map(Result::unwrap).collect();
        let read: Vec<_> = lines
            .iter()
            .filter_map(|line| match line {
                Line::Row { row, .. } => {
                    let cell = |column| row.text(column).map(str::to_owned);
                    Some([cell(Column::Company), cell(Column::CompanyCity)])
                }
                Line::Reject { .. } => None,
            })
            .filter(|cells| cells.iter().any(Option::is_some))
            .collect();
        prop_assert_eq!(read, expected);
        let is_reject = |line: &&Line| matches!(line, Line::Reject { .. });
        prop_assert_eq!(lines.iter().find(is_reject), None);
    }

    #[test]
    fn any_bytes_become_lines(bytes in prop::collection::vec(
        prop_oneof![any::<u8>(), Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r')], 0..200)
    ) {
        let file = [b"company,city\n".as_slice(), &bytes].concat();
        let physical = file.split(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
        let mut last = 1;
        for line in CompanyCsv::open(&file[..], Encoding::Utf8).unwrap() {
            let (Line::Row { line, .. } | Line::Reject { line, .. }) = line.unwrap();
            prop_assert!(line > last && line <= physical);
            last = line;
        }
    }
}

fn people() -> impl Strategy<Value = Vec<FoundPerson>> {
    let titles = [
        "CEO",
        "President & CFO",
        "CFO",
        "Controller",
        "HR Manager",
        "Owner",
        "Clerk",
    ];
    let person = (
        prop::sample::select(vec!["Ann", "Bob", "Cyd", "Dee"]),
        prop::sample::select(titles.to_vec()),
        prop::option::of(prop::sample::select(vec![
            "a@acme.com",
            "b@acme.com",
            "c@gmail.com",
        ])),
    );
    prop::collection::vec(person, 0..8).prop_map(|people| {
        people
            .into_iter()
            .map(|(first, title, email)| FoundPerson {
                first_name: Some(first.into()),
                last_name: Some("Doe".into()),
                title: Some(title.into()),
                email: email.map(Into::into),
                ..FoundPerson::default()
            })
            .collect()
    })
}

/// The cells of one line of COPY's text format, as the server reads them.
fn copied(line: &[u8]) -> Vec<Option<String>> {
    let line = std::str::from_utf8(line)
        .unwrap()
        .strip_suffix('\n')
        .unwrap();
    assert!(!line.contains('\n') && !line.contains('\r'));
    let cell = |cell: &str| {
        let mut chars = cell.chars();
        let mut text = String::new();
        while let Some(c) = chars.next() {
            text.push(match c {
                '\\' => match chars.next().unwrap() {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                },
                c => c,
            });
        }
        text
    };
    line.split('\t')
        .map(|raw| (raw != "\\N").then(|| cell(raw)))
        .collect()
}

/// The parts of an array literal whose parts are all quoted.
fn array(literal: &str) -> Vec<String> {
    let mut chars = literal
        .strip_prefix('{')
        .unwrap()
        .strip_suffix('}')
        .unwrap()
        .chars();
    let mut parts = Vec::new();
    while let Some(c) = chars.next() {
        if c == ',' {
            continue;
        }
        assert_eq!(c, '"');
        let mut part = String::new();
        loop {
            match chars.next().unwrap() {
                '"' => break,
                '\\' => part.push(chars.next().unwrap()),
                c => part.push(c),
            }
        }
        parts.push(part);
    }
    parts
}
