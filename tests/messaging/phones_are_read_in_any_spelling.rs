//! Phone numbers as people type them, and why some are refused.

use pgcascade::messaging::phone::{NotTextable, Refusal, parse};

use crate::support::daemon::Rig;

fn e164(text: &str) -> Result<String, Refusal> {
    parse(text, "US").map(|number| number.e164().to_owned())
}

#[test]
fn every_usual_spelling_is_the_same_number() {
    for text in [
        "5125550123",
        "512-555-0123",
        "(512) 555-0123",
        "512.555.0123",
        "512 555 0123",
        "1 512 555 0123",
        "1-512-555-0123",
        "+15125550123",
        "+1 (512) 555-0123",
        "+1\u{a0}512\u{2011}555\u{2011}0123",
        "tel:+1-512-555-0123",
        "Tel: 512-555-0123",
        "011 1 512 555 0123",
        "001 512 555 0123",
        "5125550123.0",
        "'5125550123",
        "\u{202a}+1 512-555-0123\u{202c}",
        "５１２５５５０１２３",
    ] {
        assert_eq!(e164(text).as_deref(), Ok("+15125550123"), "{text}");
    }
}

#[test]
fn numbers_of_other_countries_are_read() {
    for (text, region, expected) in [
        ("+44 7400 123456", "US", "+447400123456"),
        ("07400 123456", "GB", "+447400123456"),
        ("0171 3920012", "de", "+491713920012"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("98765 43210", "IN", "+919876543210"),
        ("00 44 7400 123456", "US", "+447400123456"),
        ("+44 1223 000000", "US", "+441223000000"),
        ("011 44 1223 000000", "US", "+441223000000"),
        ("+52 55 1234 5678", "US", "+525512345678"),
    ] {
        let number = parse(text, region).unwrap();
        assert_eq!(number.e164(), expected, "{text}");
    }
    assert_eq!(
        parse("+1 416 555 0123", "US").unwrap().country(),
        Some("CA")
    );
}

#[test]
fn a_refusal_says_what_is_wrong() {
    for (text, expected) in [
        ("", Refusal::Empty),
        (" \u{200b} ", Refusal::Empty),
        ("n/a", Refusal::NotANumber),
        ("call me", Refusal::NotANumber),
        ("jane@example.com", Refusal::NotANumber),
        ("555-1234", Refusal::AreaCodeMissing),
        ("12345", Refusal::TooShort),
        ("911", Refusal::TooShort),
        ("512-555-012", Refusal::TooShort),
        ("512-555-01234567", Refusal::TooLong),
        ("112-555-0123", Refusal::Unassigned),
        ("000-000-0000", Refusal::NotANumber),
        ("+999 123 456 789", Refusal::UnknownCountryCode),
        ("512-555-0123 / 512-555-0124", Refusal::Several),
        ("512-555-0123 or 512-555-0124", Refusal::Several),
        ("+15125550123, +15125550124", Refusal::Several),
    ] {
        assert_eq!(e164(text), Err(expected), "{text}");
    }
    assert_eq!(parse("512", "Texas"), Err(Refusal::UnknownRegion));
    let long = "5".repeat(10_000);
    assert_eq!(e164(&long), Err(Refusal::NotANumber));
}

#[test]
fn what_gets_no_text_says_why() {
    for (text, region, expected) in [
        ("512-555-0123", "US", Err(NotTextable::Fictional)),
        ("800-555-0123", "US", Err(NotTextable::TollFree)),
        ("900-555-0123", "US", Err(NotTextable::Premium)),
        ("512-555-0123 ext. 14", "US", Err(NotTextable::Extension)),
        ("512-555-0123 x14", "US", Err(NotTextable::Extension)),
        ("020 7946 0018", "GB", Err(NotTextable::Landline)),
        ("07400 123456", "GB", Ok(())),
    ] {
        assert_eq!(parse(text, region).unwrap().textable(), expected, "{text}");
    }
    assert_eq!(e164("512-555-0123 ext. 14").as_deref(), Ok("+15125550123"));
}

#[test]
fn a_number_is_never_printed_in_full() {
    let number = parse("512 555 0123", "US").unwrap();
    assert_eq!(number.to_string(), "***23");
    assert!(!format!("{number:?}").contains("5550123"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_s_number_is_brought_into_one_form_at_the_door() {
    let rig = Rig::texting(1).await;
    let stored = rig
        .rows(
            "insert into event_messages (event_id, contractor_id, message_type, message_content, phone)
            values (41, 1, 'admin_custom', 'a', '(512) 555-0123'), (41, 1, 'admin_custom', 'b', '001 512 555 0123'),
                (41, 1, 'admin_custom', 'c', 'extension 5'), (41, 1, 'admin_custom', 'd', null)
            returning coalesce(phone, 'none')",
            &[],
        )
        .await;
    let stored: Vec<String> = stored.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        stored,
        ["+15125550123", "+15125550123", "extension 5", "none"]
    );
    // Ten digits say nothing where an account is at home elsewhere.
    rig.run("insert into sending_accounts (name, provider, default_region) values ('berlin', 'ghl', 'DE');
        update event_messages set phone = '512 555 0124' where message_content = 'a'")
        .await;
    assert_eq!(
        rig.text("select phone from event_messages where message_content = 'a'")
            .await,
        "512 555 0124"
    );
}
