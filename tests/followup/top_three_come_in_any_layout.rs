//! Answers to "What are your top three priorities?", and what becomes of each.

use pgcascade::followup::action::{ActionType, Candidate, action_type, links};
use pgcascade::followup::priorities::{Layout, PRIORITIES_MAX, read};

const SEED: [&str; 3] = [
    "Follow up with John Smith",
    "Demo with Acme Corp",
    "Implement AI tools",
];

#[test]
fn every_common_layout_gives_the_same_three() {
    for text in [
        "1. Follow up with John Smith, 2. Demo with Acme Corp, 3. Implement AI tools",
        "1. Follow up with John Smith 2. Demo with Acme Corp 3. Implement AI tools",
        "1) Follow up with John Smith\n2) Demo with Acme Corp\n3) Implement AI tools",
        "1: Follow up with John Smith; 2: Demo with Acme Corp; 3: Implement AI tools.",
        "(1) Follow up with John Smith (2) Demo with Acme Corp (3) Implement AI tools",
        "#1 Follow up with John Smith #2 Demo with Acme Corp #3 Implement AI tools",
        "1 Follow up with John Smith 2 Demo with Acme Corp 3 Implement AI tools",
        "1️⃣ Follow up with John Smith 2️⃣ Demo with Acme Corp 3️⃣ Implement AI tools",
        "1- Follow up with John Smith\n2- Demo with Acme Corp\n3- Implement AI tools",
        "My top 3:\n1. Follow up with John Smith\n2. Demo with Acme Corp\n3. Implement AI tools",
        "First, Follow up with John Smith, second, Demo with Acme Corp, third, Implement AI tools",
        "Follow up with John Smith\nDemo with Acme Corp\nImplement AI tools",
        "Follow up with John Smith\n\n Demo with Acme Corp\r\nImplement AI tools\n",
        "- Follow up with John Smith\n- Demo with Acme Corp\n- Implement AI tools",
        "• Follow up with John Smith • Demo with Acme Corp • Implement AI tools",
        "* Follow up with John Smith\n* Demo with Acme Corp\n* Implement AI tools",
        "Top 3 priorities:\nFollow up with John Smith\nDemo with Acme Corp\nImplement AI tools",
        "Follow up with John Smith; Demo with Acme Corp; Implement AI tools",
        "Follow up with John Smith, Demo with Acme Corp, Implement AI tools",
        "Follow up with John Smith, Demo with Acme Corp and Implement AI tools",
        "Follow up with John Smith, Demo with Acme Corp, and Implement AI tools!",
        "My top three are: Follow up with John Smith, Demo with Acme Corp & Implement AI tools",
        "I want to Follow up with John Smith, Demo with Acme Corp and Implement AI tools",
        "Follow up with John Smith. Demo with Acme Corp. Implement AI tools.",
    ] {
        assert_eq!(read(text).titles, SEED, "{text}");
    }
}

#[test]
fn other_counts_and_odd_things_are_kept_whole() {
    for (text, expected) in [
        ("hiring and cash flow", &["hiring and cash flow"][..]),
        (
            "hiring, marketing and cash flow",
            &["hiring", "marketing", "cash flow"],
        ),
        ("Call Sam and book the demo", &["Call Sam", "book the demo"]),
        (
            "1. hire 2 managers 2. book 3 demos",
            &["hire 2 managers", "book 3 demos"],
        ),
        (
            "Call Dr. Lee. Book the demo.",
            &["Call Dr. Lee", "Book the demo"],
        ),
        (
            "Call Acme, Inc. about pricing, email Bo",
            &["Call Acme, Inc. about pricing", "email Bo"],
        ),
        (
            "Visit three shops (Bolt, Acme, Zip), call Bo",
            &["Visit three shops (Bolt, Acme, Zip)", "call Bo"],
        ),
        (
            "Raise 1,000 dollars, rest",
            &["Raise 1,000 dollars", "rest"],
        ),
        ("1. only one thing", &["only one thing"]),
        ("get my crews trained", &["get my crews trained"]),
        ("a\nb\nc\nd\ne", &["a", "b", "c", "d", "e"]),
        (
            "contratar gente, marketing y ventas",
            &["contratar gente", "marketing y ventas"],
        ),
        ("", &[]),
        (" ... ", &[]),
    ] {
        assert_eq!(read(text).titles, expected, "{text}");
    }
    let many = read(
        &(1..=40)
            .map(|n| format!("{n}. thing\n"))
            .collect::<String>(),
    );
    assert_eq!(
        (many.layout, many.titles.len()),
        (Layout::Numbered, PRIORITIES_MAX)
    );
}

#[test]
fn each_item_has_its_type() {
    use ActionType::{ContactPeer, DemoPrep, EmailIntro, FollowUp, ImplementTool, ResearchPartner};
    for (text, expected) in [
        ("Follow up with John Smith", ContactPeer),
        ("Demo with Acme Corp", DemoPrep),
        ("Implement AI tools", ImplementTool),
        ("Prepare for Acme Corp demo", DemoPrep),
        ("Call Sam about roofing", ContactPeer),
        ("intro email to Ana Cole", EmailIntro),
        ("Review BuildPro Solutions", ResearchPartner),
        ("look into financing options", ResearchPartner),
        ("set up the CRM", ImplementTool),
        ("cash flow", FollowUp),
        ("Follow up with Acme Corp", FollowUp),
    ] {
        assert_eq!(action_type(text), expected, "{text}");
    }
}

#[test]
fn an_item_is_linked_to_what_it_names_and_to_nothing_else() {
    let candidates: Vec<Candidate> = [
        "John Smith",
        "John Cole",
        "Acme Corp",
        "Dana O'Neil",
        "Bolt",
    ]
    .into_iter()
    .map(|name| Candidate {
        names: vec![name.to_owned()],
    })
    .collect();
    let linked = |text: &str| -> Vec<usize> {
        links(text, &candidates)
            .into_iter()
            .map(|link| link.place)
            .collect()
    };
    assert_eq!(linked("Follow up with John Smith"), [0]);
    assert_eq!(linked("follow up w/ john smiht"), [0]);
    assert_eq!(linked("Call Smith"), [0]);
    assert_eq!(linked("call John"), [] as [usize; 0]);
    assert_eq!(linked("demo with acme"), [2]);
    assert_eq!(linked("ping Dana"), [3]);
    assert_eq!(linked("John Cole and Bolt"), [1, 4]);
    assert_eq!(linked("buy bolts"), [] as [usize; 0]);
}
