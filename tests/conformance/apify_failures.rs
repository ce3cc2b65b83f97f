//! What each failure of Apify becomes.

use std::time::Duration;

use futures_util::future::join_all;
use pgcascade::answer::Answer;
use pgcascade::outreach::contact_source::{ContactSource, FinishedRun, RunRequest, StartedRun};
use serde_json::json;

use super::contact_source::{BODY_BYTES_MAX, client, client_with, delivered, request};
use crate::support::captured_log::CapturedLog;
use crate::support::fake_apify::{ApifyCall, FakeApify};
use crate::support::fake_http::{Play, Reply};

/// A small run.
pub fn acme() -> RunRequest {
    request(&["acme.com"], 10)
}

/// The class of an answer, as one word.
pub fn class<T>(answer: &Answer<T>) -> &'static str {
    match answer {
        Answer::Delivered(_) => "Delivered",
        Answer::Rejected { .. } => "Rejected",
        Answer::Throttled { .. } => "Throttled",
        Answer::Transient { .. } => "Transient",
        Answer::Credential { .. } => "Credential",
        Answer::Unknown { .. } => "Unknown",
    }
}

/// What one play makes of a start.
async fn start_under(play: Play) -> Answer<StartedRun> {
    let server = FakeApify::start().await;
    server.script(ApifyCall::StartRun, [play]);
    let client = client_with(&server.base_url, |config| {
        config.request_timeout = Duration::from_secs(2);
    });
    let answer = client.start(&acme()).await;
    assert_eq!(
        server.requests(ApifyCall::StartRun).len(),
        1,
        "a start is never repeated"
    );
    answer
}

/// What one play makes of collecting a run that has ended.
async fn collect_under(call: ApifyCall, play: Play) -> Answer<FinishedRun> {
    let server = FakeApify::start().await;
    let client = client_with(&server.base_url, |config| {
        config.request_timeout = Duration::from_secs(2);
    });
    let run = delivered(client.start(&acme()).await);
    server.script(call, [play]);
    client.collect(&run, &acme()).await
}

/// What a gateway says instead of the service.
pub fn html(status: u16) -> Reply {
    Reply::text(
        status,
        "text/html",
        "<html><h1>Something went wrong</h1></html>",
    )
}

/// The rows of the table that an error body decides, with the class for a start and for a poll.
fn error_table() -> Vec<(Reply, &'static str, &'static str)> {
    let error = FakeApify::error;
    vec![
        (
            error(400, "invalid-input", "Field max_leads must be <= 5"),
            "Rejected",
            "Rejected",
        ),
        (error(400, "invalid-request", "Bad"), "Rejected", "Rejected"),
        (
            error(401, "token-not-provided", "No token"),
            "Credential",
            "Credential",
        ),
        (
            error(401, "user-or-token-not-found", "Who?"),
            "Credential",
            "Credential",
        ),
        (
            error(403, "insufficient-permissions", "No"),
            "Credential",
            "Credential",
        ),
        (
            error(402, "x402-payment-required", "Pay"),
            "Credential",
            "Credential",
        ),
        (
            error(402, "not-enough-usage-to-run-paid-actor", "Pay"),
            "Credential",
            "Credential",
        ),
        (
            error(402, "actor-memory-limit-exceeded", "Memory"),
            "Throttled",
            "Throttled",
        ),
        (
            error(402, "concurrent-runs-limit-exceeded", "Runs"),
            "Throttled",
            "Throttled",
        ),
        (
            error(404, "record-not-found", "No such"),
            "Credential",
            "Rejected",
        ),
        (
            error(404, "page-not-found", "No page"),
            "Credential",
            "Credential",
        ),
        (
            error(408, "run-timeout-exceeded", "Slow"),
            "Unknown",
            "Throttled",
        ),
        (
            error(429, "rate-limit-exceeded", "Slow down"),
            "Throttled",
            "Throttled",
        ),
        (
            error(500, "internal-server-error", "Oops"),
            "Unknown",
            "Transient",
        ),
        (html(302), "Credential", "Credential"),
        (html(403), "Credential", "Credential"),
        (html(502), "Unknown", "Transient"),
        (html(503), "Unknown", "Transient"),
        (html(200), "Unknown", "Transient"),
        (
            error(200, "x402-payment-required", "Pay"),
            "Credential",
            "Credential",
        ),
        (
            error(200, "invalid-token", "Bad token"),
            "Credential",
            "Credential",
        ),
        (error(201, "something-new", "Hm"), "Unknown", "Transient"),
        (
            Reply::text(201, "application/json", "{\"data\": {\"id\": \"R"),
            "Unknown",
            "Transient",
        ),
        (
            Reply::json(201, &json!({"data": {"status": "READY"}})),
            "Unknown",
            "Transient",
        ),
        (
            Reply::text(200, "application/json", ""),
            "Unknown",
            "Transient",
        ),
        (
            Reply::text(200, "text/plain", "x".repeat(2 * BODY_BYTES_MAX)),
            "Unknown",
            "Transient",
        ),
        (
            Reply::text(500, "text/plain", "x".repeat(2 * BODY_BYTES_MAX)),
            "Unknown",
            "Transient",
        ),
    ]
}

#[tokio::test]
async fn every_error_of_a_start_has_its_class() {
    for (reply, expected, _) in error_table() {
        let name = format!(
            "{} {:.60}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
        let answer = start_under(Play::Answer(reply)).await;
        assert_eq!(class(&answer), expected, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn every_error_of_a_poll_has_its_class() {
    for (reply, _, expected) in error_table() {
        let name = format!(
            "{} {:.60}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
        let answer = collect_under(ApifyCall::GetRun, Play::Answer(reply)).await;
        assert_eq!(class(&answer), expected, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn a_start_without_an_answer_is_unknown_and_a_poll_without_one_is_tried_again() {
    let plays = [
        Play::CutBefore,
        Play::WorkThenCut,
        Play::WorkThenCutAnswer,
        Play::Stall,
        Play::WorkThenStall,
        Play::WorkThenAnswer(html(500)),
    ];
    // All at once, because a stalled call takes as long as its deadline.
    join_all(plays.map(async |play| {
        let name = format!("{play:.60?}");
        let (started, polled, read) = tokio::join!(
            start_under(play.clone()),
            collect_under(ApifyCall::GetRun, play.clone()),
            collect_under(ApifyCall::GetItems, play.clone()),
        );
        assert_eq!(class(&started), "Unknown", "{name}: {started:?}");
        assert_eq!(class(&polled), "Transient", "{name}: {polled:?}");
        assert_eq!(class(&read), "Transient", "{name}: {read:?}");
    }))
    .await;
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_has_certainly_not_started_a_run() {
    let gone = FakeApify::start().await.base_url.clone();
    let answer = client_with(&gone, |_| {}).start(&acme()).await;
    assert_eq!(class(&answer), "Transient", "{answer:?}");
}

#[tokio::test]
async fn a_service_without_tls_has_certainly_not_started_a_run() {
    let server = FakeApify::start().await;
    let answer = client_with(&server.base_url.replace("http:", "https:"), |_| {});
    let answer = answer.start(&acme()).await;
    assert_eq!(class(&answer), "Transient", "{answer:?}");
    assert!(server.runs().is_empty());
}

#[tokio::test]
async fn a_wait_that_apify_asks_for_is_kept_and_else_it_doubles_with_jitter() {
    let server = FakeApify::start().await;
    let client = client(&server);
    let limited = || FakeApify::error(429, "rate-limit-exceeded", "Slow down");
    let with = |value: &str| Play::Answer(limited().with_header("retry-after", value));
    let dated = limited()
        .with_header("date", "Sun, 06 Dec 2026 08:00:00 GMT")
        .with_header("retry-after", "Sun, 06 Dec 2026 08:00:42 GMT");
    let plays = [with("9"), with("99999999"), Play::Answer(dated)];
    server.script(ApifyCall::StartRun, plays);
    server.script(ApifyCall::StartRun, vec![Play::Answer(limited()); 2]);
    let mut waits = Vec::new();
    for _ in 0..5 {
        let Answer::Throttled { after, .. } = client.start(&acme()).await else {
            panic!("429 is throttled")
        };
        waits.push(after.as_millis());
    }
    assert_eq!(waits[..3], [9_000, 3_600_000, 42_000]);
    assert!((4_000..=8_000).contains(&waits[3]) && (8_000..=16_000).contains(&waits[4]));
}

#[tokio::test]
async fn a_dataset_error_inside_a_200_is_no_empty_result() {
    let error = FakeApify::error(200, "internal-error", "no items today");
    let answer = collect_under(ApifyCall::GetItems, Play::Answer(error)).await;
    assert_eq!(class(&answer), "Transient", "{answer:?}");
    let gone = FakeApify::error(404, "record-not-found", "Dataset was not found");
    let answer = collect_under(ApifyCall::GetItems, Play::Answer(gone)).await;
    assert_eq!(class(&answer), "Rejected", "{answer:?}");
}

#[tokio::test]
async fn neither_token_nor_person_reaches_a_reason_or_a_log() {
    let (log, _guard) = CapturedLog::begin();
    let token = FakeApify::TOKEN;
    let gossip = format!("Token {token} of jane.roe@acme.com, +1-202-555-0142, ?token={token}");
    let mut said = String::new();
    for status in [200, 302, 400, 401, 402, 403, 404, 408, 429, 500] {
        let play = || Play::Answer(FakeApify::error(status, &gossip, &gossip));
        said.push_str(&format!("{:?}\n", start_under(play()).await));
        said.push_str(&format!(
            "{:?}\n",
            collect_under(ApifyCall::GetRun, play()).await
        ));
        said.push_str(&format!(
            "{:?}\n",
            collect_under(ApifyCall::GetItems, play()).await
        ));
    }
    let server = FakeApify::start().await;
    server.set_ending("FAILED", &gossip);
    let client = client(&server);
    let run = delivered(client.start(&acme()).await);
    said.push_str(&format!(
        "{:?}\n{client:?}\n",
        client.collect(&run, &acme()).await
    ));
    assert!(
        log.text().contains("a run was started"),
        "the log is not captured"
    );
    said.push_str(&log.text());
    for secret in [token, "jane.roe", "555-0142"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
