//! The life of an Apify run: started once, found again when its start was lost, read whole.

use std::time::Duration;

use chrono::TimeDelta;
use pgcascade::answer::Answer;
use pgcascade::outreach::contact_source::{ContactSource, FinishedRun, RunRequest};
use serde_json::{Value, json};

use super::apify_failures::{acme, class, html};
use super::contact_source::{BODY_BYTES_MAX, client, client_with, collected, delivered, request};
use crate::support::captured_log::CapturedLog;
use crate::support::fake_apify::{ApifyCall, FakeApify};
use crate::support::fake_http::Play;

#[tokio::test]
async fn a_start_says_what_is_wanted_and_what_it_may_cost() {
    let server = FakeApify::start().await;
    let client = client_with(&server.base_url, |config| {
        config.actor = String::from(" code_crafter/leads-finder ");
    });
    delivered(client.start(&acme()).await);
    let starts = server.requests(ApifyCall::StartRun);
    assert_eq!(starts[0].param("maxTotalChargeUsd"), Some("1.5"));
    assert_eq!(starts[0].param("maxItems"), Some("10"));
    assert_eq!(starts[0].param("timeout"), Some("300"));
    assert_eq!(starts[0].param("waitForFinish"), Some("0"));
    assert_eq!(
        starts[0].param("token"),
        None,
        "a token in a URL ends in logs"
    );
    let input = json!({
        "company_domain": ["acme.com"],
        "contact_job_title": ["CEO", "CFO", "HR Director"],
        "contact_seniority": ["c-suite", "vp", "director"],
        "max_leads": 10,
    });
    assert_eq!(server.runs()[0].input, input);
    assert_eq!(server.runs()[0].cost_max_usd.as_deref(), Some("1.5"));
}

#[tokio::test]
async fn a_run_whose_start_was_lost_is_resumed_and_not_paid_twice() {
    for play in [
        Play::WorkThenCut,
        Play::WorkThenStall,
        Play::WorkThenAnswer(html(500)),
    ] {
        let server = FakeApify::start().await;
        let client = client_with(&server.base_url, |config| {
            config.request_timeout = Duration::from_secs(2);
        });
        let mut wanted = acme();
        delivered(client.start(&request(&["other.com"], 10)).await);
        let since = server.now();
        server.script(ApifyCall::StartRun, [play]);
        assert_eq!(class(&client.start(&wanted).await), "Unknown");
        delivered(client.start(&request(&["another.com"], 10)).await);
        wanted.unknown_start_since = Some(since);
        let found = delivered(client.start(&wanted).await);
        assert_eq!(server.runs().len(), 3);
        assert_eq!(found.source_run_id, server.runs()[1].id);
        let finished = collected(&client, &found, &wanted).await;
        assert!(
            finished
                .people
                .iter()
                .all(|person| person.company_domain == "acme.com")
        );
    }
}

#[tokio::test]
async fn a_start_that_never_arrived_is_made_again_once_that_is_certain() {
    let server = FakeApify::start().await;
    server.script(ApifyCall::StartRun, [Play::CutBefore]);
    let client = client_with(&server.base_url, |config| {
        config.lost_start_grace = Duration::from_secs(90);
    });
    let mut wanted = acme();
    assert_eq!(class(&client.start(&wanted).await), "Unknown");
    wanted.unknown_start_since = Some(server.now());
    let Answer::Throttled { after, .. } = client.start(&wanted).await else {
        panic!("too early to tell")
    };
    assert!(
        after > Duration::from_secs(60) && after <= Duration::from_secs(90),
        "{after:?}"
    );
    assert!(server.runs().is_empty());
    server.set_clock_ahead(TimeDelta::seconds(100));
    delivered(client.start(&wanted).await);
    assert_eq!(server.runs().len(), 1);
}

#[tokio::test]
async fn a_run_that_failed_is_not_taken_for_a_lost_start() {
    let server = FakeApify::start().await;
    server.set_ending("FAILED", "out of memory");
    let client = client(&server);
    let first = delivered(client.start(&acme()).await);
    let wanted = RunRequest {
        unknown_start_since: Some(server.now()),
        ..acme()
    };
    assert_ne!(delivered(client.start(&wanted).await), first);
}

#[tokio::test]
async fn nothing_is_started_while_the_look_for_a_lost_start_fails() {
    let server = FakeApify::start().await;
    let client = client(&server);
    let wanted = RunRequest {
        unknown_start_since: Some(server.now()),
        ..acme()
    };
    delivered(client.start(&request(&["other.com"], 10)).await);
    for (call, play, expected) in [
        (ApifyCall::ListRuns, Play::Answer(html(500)), "Transient"),
        (ApifyCall::ListRuns, Play::CutBefore, "Transient"),
        (
            ApifyCall::ListRuns,
            Play::Answer(FakeApify::error(401, "invalid-token", "")),
            "Credential",
        ),
        (ApifyCall::GetInput, Play::Answer(html(500)), "Transient"),
        (ApifyCall::GetInput, Play::WorkThenCut, "Transient"),
    ] {
        server.script(call, [play]);
        let answer = client.start(&wanted).await;
        assert_eq!(class(&answer), expected, "{call:?}: {answer:?}");
    }
    assert_eq!(server.runs().len(), 1);
    // A run without a record of its input is not ours, and not in the way.
    server.script(ApifyCall::GetInput, [Play::Answer(html(404))]);
    delivered(client.start(&wanted).await);
}

#[tokio::test]
async fn too_many_runs_to_compare_are_left_to_a_person() {
    let server = FakeApify::start().await;
    let client = client(&server);
    for n in 0..100 {
        delivered(
            client
                .start(&request(&[&format!("company-{n}.com")], 1))
                .await,
        );
    }
    let wanted = RunRequest {
        unknown_start_since: Some(server.now()),
        ..acme()
    };
    assert_eq!(class(&client.start(&wanted).await), "Unknown");
    assert_eq!(server.runs().len(), 100);
}

#[tokio::test]
async fn a_run_at_work_is_polled_and_a_run_that_ended_badly_says_why() {
    let server = FakeApify::start().await;
    server.set_polls_until_done(1);
    let client = client(&server);
    let run = delivered(client.start(&acme()).await);
    let Answer::Throttled { after, .. } = client.collect(&run, &acme()).await else {
        panic!("the run is still at work")
    };
    assert_eq!(after, Duration::from_secs(5));
    for status in ["FAILED", "TIMED-OUT", "ABORTED"] {
        server.set_ending(status, "the actor ran out of proxies");
        let answer = client.collect(&run, &acme()).await;
        let Answer::Rejected { reason } = answer else {
            panic!("{status} is final: {answer:?}")
        };
        assert!(reason.contains("the actor ran out of proxies"), "{reason}");
    }
    server.set_ending("DREAMING", "");
    assert_eq!(class(&client.collect(&run, &acme()).await), "Transient");
}

/// What a run with these items comes to.
async fn finished_with(items: Vec<Value>, leads_max: u32) -> (FinishedRun, usize) {
    let server = FakeApify::start().await;
    server.set_items(items);
    let (client, wanted) = (client(&server), request(&["acme.com"], leads_max));
    let run = delivered(client.start(&wanted).await);
    let finished = collected(&client, &run, &wanted).await;
    (finished, server.requests(ApifyCall::GetItems).len())
}

fn person(n: usize) -> Value {
    json!({"first_name": format!("Person{n}"), "company_domain": "acme.com"})
}

#[tokio::test]
async fn a_run_that_found_nobody_is_a_result() {
    let (finished, _) = finished_with(Vec::new(), 10).await;
    assert_eq!(
        finished,
        FinishedRun {
            people: Vec::new(),
            cost_usd: Some(0.021)
        }
    );
}

#[tokio::test]
async fn a_long_dataset_is_read_page_by_page_in_order() {
    let mut items = (0..600).map(person).collect::<Vec<_>>();
    // Empty items are counted by a page and not sent, so this page is short and not the last.
    items[100..120].fill(json!({}));
    let (finished, pages) = finished_with(items, 1_000).await;
    assert_eq!((finished.people.len(), pages), (580, 3));
    assert_eq!(
        finished.people[579].first_name.as_deref(),
        Some("Person599")
    );
}

#[tokio::test]
async fn reading_stops_at_the_people_asked_for() {
    let (finished, pages) = finished_with((0..600).map(person).collect(), 300).await;
    assert_eq!((finished.people.len(), pages), (300, 2));
    let (finished, pages) = finished_with(vec![person(1)], 300).await;
    assert_eq!((finished.people.len(), pages), (1, 1));
}

#[tokio::test]
async fn one_bad_item_loses_only_itself() {
    let (log, _guard) = CapturedLog::begin();
    let mut items = (0..20).map(person).collect::<Vec<_>>();
    items[3] = json!("Jane Roe, jane.roe@acme.com");
    items[4] = json!({"error": "no data"});
    items[5] = json!({"company_domain": 7, "first_name": ["Eve"], "email": 12});
    let (finished, _) = finished_with(items, 100).await;
    assert_eq!(finished.people.len(), 17);
    let log = log.text();
    assert!(log.contains("items.dropped=3"), "{log}");
    assert!(!log.contains("jane.roe") && !log.contains("Eve"), "{log}");
}

#[tokio::test]
async fn an_item_too_large_to_read_loses_only_itself() {
    let mut items = (0..20).map(person).collect::<Vec<_>>();
    items[11]["headline"] = json!("x".repeat(2 * BODY_BYTES_MAX));
    let (finished, _) = finished_with(items, 100).await;
    assert_eq!(finished.people.len(), 19);
}
