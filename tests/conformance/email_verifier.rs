//! What every verifier promises, and what each failure of MillionVerifier becomes.

use std::time::Duration;

use pgcascade::answer::Answer;
use pgcascade::mask::Email;
use pgcascade::outreach::email_verifier::{EmailVerifier, Verdict, Verification};
use pgcascade::providers::http::BaseUrl;
use pgcascade::providers::millionverifier::{
    DemoKey, MillionVerifierClient, MillionVerifierConfig, MillionVerifierSandbox,
};
use secrecy::SecretString;
use serde_json::json;

use crate::support::captured_log::CapturedLog;
use crate::support::fake_http::{Play, Reply};
use crate::support::fake_millionverifier::FakeMillionVerifier;

const ADDRESS: &str = "jane.doe@acme.com";

/// A verifier, with the server that it needs to live.
struct Subject {
    verifier: Box<dyn EmailVerifier>,
    _server: Option<FakeMillionVerifier>,
}

fn sandbox() -> Subject {
    Subject {
        verifier: Box::new(MillionVerifierSandbox::new()),
        _server: None,
    }
}

async fn real_client() -> Subject {
    let server = FakeMillionVerifier::start().await;
    let verifier = Box::new(client(&server, FakeMillionVerifier::KEY));
    Subject {
        verifier,
        _server: Some(server),
    }
}

fn client(server: &FakeMillionVerifier, key: &str) -> MillionVerifierClient {
    client_at(&server.base_url, key)
}

fn client_at(base_url: &str, key: &str) -> MillionVerifierClient {
    crate::support::install_crypto();
    let base_url = BaseUrl::parse(base_url).unwrap();
    let config = MillionVerifierConfig {
        timeout: Duration::from_secs(2),
        answer_margin: Duration::ZERO,
        ..MillionVerifierConfig::new(base_url, SecretString::from(key))
    };
    MillionVerifierClient::new(config).unwrap()
}

fn delivered(answer: Answer<Verification>) -> Verification {
    match answer {
        Answer::Delivered(verification) => verification,
        other => panic!("no verdict but {other:?}"),
    }
}

/// Runs one case against the sandbox and against the real client.
macro_rules! every_verifier {
    ($($case:ident),* $(,)?) => {
        mod sandbox_conforms {
            $(#[tokio::test] async fn $case() { super::$case(super::sandbox()).await; })*
        }
        mod millionverifier_conforms {
            $(#[tokio::test] async fn $case() { super::$case(super::real_client().await).await; })*
        }
    };
}

every_verifier!(
    an_address_gets_a_verdict_that_does_not_repeat_it,
    the_same_address_gets_the_same_verdict,
    a_role_address_is_never_valid,
    a_missing_address_is_rejected,
    a_strange_address_gets_a_verdict_too,
);

async fn an_address_gets_a_verdict_that_does_not_repeat_it(subject: Subject) {
    let verification = delivered(subject.verifier.verify(&Email::new(ADDRESS)).await);
    assert!(verification.details["result"].is_string());
    assert!(!verification.details.to_string().contains("jane"));
    let is_sandbox = subject.verifier.name().ends_with("-sandbox");
    assert_eq!(verification.details["sandbox"] == json!(true), is_sandbox);
}

async fn the_same_address_gets_the_same_verdict(subject: Subject) {
    for n in 0..50 {
        let email = Email::new(format!("person-{n}@acme.com"));
        let first = delivered(subject.verifier.verify(&email).await);
        assert_eq!(
            delivered(subject.verifier.verify(&email).await).verdict,
            first.verdict
        );
    }
}

async fn a_role_address_is_never_valid(subject: Subject) {
    for domain in ["acme.com", "bolt.io", "acme-com.example"] {
        let email = Email::new(format!("info@{domain}"));
        assert_ne!(
            delivered(subject.verifier.verify(&email).await).verdict,
            Verdict::Valid
        );
    }
}

async fn a_missing_address_is_rejected(subject: Subject) {
    let answer = subject.verifier.verify(&Email::new("  ")).await;
    assert!(matches!(answer, Answer::Rejected { .. }), "{answer:?}");
}

async fn a_strange_address_gets_a_verdict_too(subject: Subject) {
    for address in [
        "no-at-sign",
        "@",
        "a b&c=d#?@acme.com",
        "jürgen@müller.de",
        "x@y@z.com",
    ] {
        delivered(subject.verifier.verify(&Email::new(address)).await);
    }
}

#[tokio::test]
async fn a_demo_key_means_the_same_in_the_sandbox_and_at_the_service() {
    let server = FakeMillionVerifier::start().await;
    let class = |answer: Answer<Verification>| match answer {
        Answer::Delivered(verification) => format!("{:?}", verification.verdict),
        Answer::Credential { .. } => String::from("Credential"),
        Answer::Transient { .. } => String::from("Transient"),
        other => panic!("no demo key is answered with {other:?}"),
    };
    assert_eq!(DemoKey::names().count(), 13);
    for name in DemoKey::names().filter(|name| *name != "API_KEY_FOR_TEST") {
        let sandbox = MillionVerifierSandbox::with_demo_key(DemoKey::parse(name).unwrap());
        let email = Email::new(ADDRESS);
        let invented = class(sandbox.verify(&email).await);
        assert_eq!(
            invented,
            class(client(&server, name).verify(&email).await),
            "{name}"
        );
    }
}

#[tokio::test]
async fn four_of_five_invented_verdicts_are_valid() {
    let sandbox = MillionVerifierSandbox::new();
    let mut valid = 0;
    for n in 0..2_000 {
        let email = Email::new(format!("first.last{n}@company-{n}-com.example"));
        valid += i32::from(delivered(sandbox.verify(&email).await).verdict == Verdict::Valid);
    }
    assert!(
        (1_500..1_700).contains(&valid),
        "{valid} of 2,000 are valid"
    );
}

#[tokio::test]
async fn the_request_names_us_and_carries_key_address_and_timeout() {
    let server = FakeMillionVerifier::start().await;
    let email = Email::new("jane+news@acme.com");
    delivered(
        client(&server, FakeMillionVerifier::KEY)
            .verify(&email)
            .await,
    );
    let requests = server.requests();
    let [request] = requests.as_slice() else {
        panic!("one call, not {}", requests.len())
    };
    assert_eq!(request.param("api"), Some(FakeMillionVerifier::KEY));
    assert_eq!(request.param("email"), Some("jane+news@acme.com"));
    assert_eq!(request.param("timeout"), Some("2"));
    assert!(
        request
            .header("user-agent")
            .is_some_and(|name| name.starts_with("pgcascade/"))
    );
    assert_eq!(server.credits(), 999);
}

/// What one play makes of one check.
async fn answer_to(play: Play) -> Answer<Verification> {
    let server = FakeMillionVerifier::start().await;
    server.script([play]);
    let answer = client(&server, FakeMillionVerifier::KEY)
        .verify(&Email::new(ADDRESS))
        .await;
    assert_eq!(
        server.requests().len(),
        1,
        "a call is never repeated by the client"
    );
    answer
}

#[tokio::test]
async fn a_fault_of_the_account_inside_a_200_pauses_the_stage() {
    for error in [
        "Apikey not found",
        "No apikey specified",
        "IP address blocked",
    ] {
        let answer = answer_to(Play::Answer(FakeMillionVerifier::failure(error))).await;
        assert!(
            matches!(answer, Answer::Credential { .. }),
            "{error}: {answer:?}"
        );
    }
    let server = FakeMillionVerifier::start().await;
    server.set_credits(0);
    let answer = client(&server, FakeMillionVerifier::KEY)
        .verify(&Email::new(ADDRESS))
        .await;
    assert!(matches!(&answer, Answer::Credential { reason } if reason.contains("credits")));
}

#[tokio::test]
async fn a_trouble_of_the_service_is_tried_again() {
    let page = || Reply::text(200, "text/html", "<html>down for maintenance</html>");
    let plays = [
        Play::Answer(FakeMillionVerifier::failure("Internal error")),
        Play::Answer(Reply::json(200, &json!({"result": "something new"}))),
        Play::Answer(Reply::json(200, &json!(["not", "an", "object"]))),
        Play::Answer(Reply::text(200, "application/json", "{\"result\": \"o")),
        Play::Answer(Reply::text(200, "application/json", "")),
        Play::Answer(page()),
        Play::Answer(Reply::text(200, "text/plain", "x".repeat(1024 * 1024))),
        Play::Answer(Reply::text(500, "text/html", "<html>oops</html>")),
        Play::CutBefore,
        Play::WorkThenCut,
        Play::WorkThenCutAnswer,
        Play::Stall,
    ];
    for play in plays {
        let name = format!("{play:.80?}");
        let answer = answer_to(play).await;
        assert!(
            matches!(answer, Answer::Transient { .. }),
            "{name}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_service_that_nobody_runs_is_tried_again() {
    // The port was free a moment ago, and nobody listens on it now.
    let gone = FakeMillionVerifier::start().await.base_url.clone();
    let answer = client_at(&gone, FakeMillionVerifier::KEY)
        .verify(&Email::new(ADDRESS))
        .await;
    assert!(matches!(&answer, Answer::Transient { reason } if reason.contains("reached")));
}

#[tokio::test]
async fn a_status_of_the_edge_has_its_class() {
    for status in [401, 402, 403, 404, 302] {
        let answer = answer_to(Play::Answer(Reply::text(status, "text/html", "<html>"))).await;
        assert!(
            matches!(answer, Answer::Credential { .. }),
            "{status}: {answer:?}"
        );
    }
    let answer = answer_to(Play::Answer(Reply::text(400, "text/plain", "bad request"))).await;
    assert!(matches!(answer, Answer::Rejected { .. }), "{answer:?}");
    let slower = Reply::text(429, "text/plain", "").with_header("retry-after", "7");
    let Answer::Throttled { after, .. } = answer_to(Play::Answer(slower)).await else {
        panic!("429 is throttled")
    };
    assert_eq!(after, Duration::from_secs(7));
    let Answer::Throttled { after, .. } = answer_to(Play::Answer(Reply::text(429, "", ""))).await
    else {
        panic!("429 is throttled")
    };
    assert!((500..=1_000).contains(&after.as_millis()), "{after:?}");
}

#[tokio::test]
async fn a_refused_key_is_not_tried_again_until_the_account_answers() {
    let server = FakeMillionVerifier::start().await;
    server.script([Play::Answer(FakeMillionVerifier::failure(
        "Apikey not found",
    ))]);
    let client = client(&server, FakeMillionVerifier::KEY);
    for _ in 0..20 {
        let answer = client.verify(&Email::new(ADDRESS)).await;
        assert!(matches!(answer, Answer::Credential { .. }), "{answer:?}");
    }
    assert_eq!(server.requests().len(), 1);
    assert_eq!(client.credits().await, Answer::Delivered(1_000));
    delivered(client.verify(&Email::new(ADDRESS)).await);
}

#[tokio::test]
async fn the_credits_of_a_wrong_key_are_a_fault_of_the_key() {
    let server = FakeMillionVerifier::start().await;
    let answer = client(&server, "WrongKey").credits().await;
    assert!(matches!(answer, Answer::Credential { .. }), "{answer:?}");
    server.script([Play::Answer(Reply::json(200, &json!({"credits": "12"})))]);
    let retyped = client(&server, FakeMillionVerifier::KEY).credits().await;
    assert_eq!(retyped, Answer::Delivered(12));
    server.script([Play::CutBefore]);
    let lost = client(&server, FakeMillionVerifier::KEY).credits().await;
    assert!(matches!(lost, Answer::Transient { .. }), "{lost:?}");
}

#[tokio::test]
async fn neither_key_nor_address_reaches_a_reason_or_a_log() {
    let (log, _guard) = CapturedLog::begin();
    let secret = FakeMillionVerifier::KEY;
    let gossip = format!("Apikey {secret} of {ADDRESS} not found at /?api={secret}");
    let plays = [
        Play::Answer(FakeMillionVerifier::failure(&gossip)),
        Play::Answer(FakeMillionVerifier::failure(&format!(
            "no luck with {ADDRESS}, {secret}"
        ))),
        Play::Answer(Reply::text(500, "text/html", gossip.clone())),
        Play::Answer(Reply::json(200, &json!({"result": gossip}))),
        Play::Answer(Reply::text(302, "text/html", "").with_header("location", &gossip)),
        Play::CutBefore,
        Play::WorkThenCutAnswer,
        Play::Stall,
        Play::Normal,
    ];
    let mut said = String::new();
    for play in plays {
        said.push_str(&format!("{:?}\n", answer_to(play).await));
    }
    let server = FakeMillionVerifier::start().await;
    said.push_str(&format!("{:?}\n", client(&server, secret)));
    delivered(
        MillionVerifierSandbox::new()
            .verify(&Email::new(ADDRESS))
            .await,
    );
    assert!(
        log.text().contains("millionverifier-sandbox"),
        "the log is not captured"
    );
    said.push_str(&log.text());
    assert!(
        !said.contains(secret) && !said.contains("jane.doe"),
        "{said}"
    );
}
