//! Notes from an event: the documented example, and others like those that people send.

use pgcascade::followup::note::{NoteType, read};

#[test]
fn the_documented_note_comes_out_as_documented() {
    let note = read(
        "Met John Smith - amazing insights on AI automation. 555-1234, john@example.com",
        "US",
    );
    assert_eq!(note.note_type.as_str(), "contact");
    assert_eq!(
        serde_json::to_value(&note.entities).unwrap(),
        serde_json::json!({
            "names": ["John Smith"],
            "phone_numbers": ["555-1234"],
            "emails": ["john@example.com"],
            "companies": [],
        })
    );
    assert_eq!(note.tags, ["networking", "follow-up-required", "ai-topic"]);
    assert!((note.priority - 0.85).abs() < 1e-9, "{}", note.priority);
    assert!(note.requires_followup);
}

#[test]
fn numbers_and_addresses_are_found_in_any_spelling() {
    for (text, phones, emails) in [
        ("call Bo (512) 555-0123", &["+15125550123"][..], &[][..]),
        (
            "Bo: 512.555.0123 or +44 7400 123456",
            &["+15125550123", "+447400123456"],
            &[],
        ),
        ("1-512-555-0123 twice 512 555 0123", &["+15125550123"], &[]),
        (
            "mail <ana.cole@example.com>, Bo@Example.org.",
            &[],
            &["ana.cole@example.com", "Bo@Example.org"],
        ),
        ("mailto:ana@example.com", &[], &["ana@example.com"]),
        ("order 1234567 for 2026-10-16, $1,250,000", &[], &[]),
        ("@ana or ana@home", &[], &[]),
        ("room 12, 10:30 - 11:30", &[], &[]),
    ] {
        let entities = read(text, "US").entities;
        assert_eq!(entities.phone_numbers, phones, "{text}");
        assert_eq!(entities.emails, emails, "{text}");
    }
}

#[test]
fn a_note_has_its_kind() {
    use NoteType::{ActionItem, Contact, General, Insight, SpeakerNote, SponsorNote};
    for (text, expected, follow) in [
        ("Met Sarah Cole from Bolt Roofing", Contact, false),
        ("Sarah Cole 512-555-0123", Contact, true),
        ("Need to call Sarah Cole about windows", ActionItem, true),
        ("follow up with the bank next week", ActionItem, true),
        ("Remember: raise prices 5%", ActionItem, true),
        ("Send the quote to Ana", ActionItem, true),
        ("Acme booth has a good demo", SponsorNote, false),
        ("Speaker said margins are down", SpeakerNote, false),
        ("Learned that reviews beat ads", Insight, false),
        ("lunch was fine", General, false),
        ("", General, false),
    ] {
        let note = read(text, "US");
        assert_eq!(
            (note.note_type, note.requires_followup),
            (expected, follow),
            "{text}"
        );
    }
}

#[test]
fn priority_stays_within_its_bounds() {
    let all = "URGENT todo: must call John Smith, amazing AI insight, 512-555-0123";
    assert!((read(all, "US").priority - 1.0).abs() < 1e-9);
    assert!((read("ok", "US").priority - 0.3).abs() < 1e-9);
}
