//! Properties of phone numbers: nothing panics, what is written is read again, nobody is shown.

use chrono_tz::Tz;
use pgcascade::messaging::phone;
use pgcascade::messaging::recipient_zone::{Known, places};
use proptest::prelude::*;

/// Text as it is typed into a phone column, with what breaks parsers in it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "(?s).{0,70}",
        "[+0-9() .xX;=,#/-]{0,40}",
        "(tel:)?\\+?[0-9]{3,17}(;ext=[0-9]{0,8})?",
        "(\\+|00|011)?[ 0-9٠-٩０-９-]{5,20}",
    ]
}

proptest! {
    #[test]
    fn any_text_is_a_number_or_a_reason(
        text in text(),
        region in prop_oneof!["US", "GB", "IN", "de", "(?s).{0,3}"],
    ) {
        match phone::parse(&text, &region) {
            Ok(number) => {
                let e164 = number.e164();
                prop_assert!(e164.starts_with('+') && e164[1..].bytes().all(|b| b.is_ascii_digit()));
                prop_assert!((5..=16).contains(&e164.len()), "{}", e164);
                let shown = format!("{number} {number:?}");
                prop_assert!(!shown.contains(&e164[1..]), "{}", shown);
                let again = phone::parse(e164, "US");
                prop_assert_eq!(again.map(|n| n.e164().to_owned()), Ok(e164.to_owned()));
                let at = places(Some(&number), &Known::default()).unwrap();
                prop_assert!(!at.regions.iter().any(String::is_empty));
            }
            Err(refusal) => {
                let sentence = refusal.to_string();
                prop_assert!(sentence.contains(": "), "what to do is missing: {}", sentence);
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                prop_assert!(digits.len() < 7 || !sentence.contains(&digits));
            }
        }
    }

    #[test]
    fn any_address_leaves_the_zones_that_are_sure(
        address in "(?s).{0,200}",
        state in "(?s).{0,20}",
    ) {
        let known = Known {
            zone: Some("America/Chicago"),
            address: Some(&address),
            state: Some(&state),
            ..Known::default()
        };
        let places = places(None, &known).unwrap();
        prop_assert!(places.zones.contains(&Tz::America__Chicago));
    }
}
