//! `samples/companies.csv` against the numbers in `samples/README.md`.

use std::collections::{BTreeMap, BTreeSet};

use pgcascade::outreach::import::{Column, CompanyCsv, Encoding, Line};
use pgcascade::outreach::validate::{RawCompany, Verdict, judge};

const SAMPLE: &[u8] = include_bytes!("../../samples/companies.csv");

#[test]
fn the_sample_holds_the_companies_and_the_bad_lines_that_its_readme_counts() {
    let file = CompanyCsv::open(SAMPLE, Encoding::Utf8).unwrap();
    assert_eq!(file.header().ignored(), Vec::<String>::new());
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut accepted, mut domains) = (0, BTreeSet::new());
    for line in file {
        let (line, row) = match line.unwrap() {
            Line::Row { line, row } => (line, row),
            Line::Reject { reason, .. } => {
                let reason = reason.to_string();
                let words = reason.split(':').next().unwrap_or_default().to_owned();
                *reasons
                    .entry(if words.contains("UTF-8") {
                        "utf8"
                    } else {
                        "cells"
                    })
                    .or_default() += 1;
                continue;
            }
        };
        let raw = RawCompany {
            company: row.text(Column::Company),
            website: row.text(Column::Website),
            ..RawCompany::default()
        };
        match judge(&raw) {
            Verdict::Accepted { domain, .. } => {
                accepted += 1;
                domains.insert(domain);
            }
            Verdict::Refused { reasons: all } => {
                assert_eq!(all.len(), 1, "line {line}: {all:?}");
                *reasons.entry(all[0].code()).or_default() += 1;
            }
        }
    }
    assert_eq!((accepted, domains.len()), (258, 255));
    let expected = [
        "cells",
        "name_missing",
        "name_placeholder",
        "name_placeholder",
        "utf8",
        "website_free_mail",
        "website_ip_address",
        "website_is_email",
        "website_placeholder",
        "website_public_suffix",
        "website_social_profile",
        "website_without_letters",
    ];
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for code in expected {
        *counts.entry(code).or_default() += 1;
    }
    assert_eq!(reasons, counts);
}
