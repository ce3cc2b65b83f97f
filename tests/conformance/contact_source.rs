//! What every source of contacts promises: the cases that the sandbox and the real client pass.

use std::time::Duration;

use pgcascade::answer::Answer;
use pgcascade::outreach::contact_source::{
    ContactSource, FinishedRun, FoundPerson, RunRequest, StartedRun,
};
use pgcascade::providers::apify::{ApifyClient, ApifyConfig, ApifySandbox};
use pgcascade::providers::http::BaseUrl;
use secrecy::SecretString;

use crate::support::fake_apify::FakeApify;

/// Enough for every page here, and soon exceeded by a test that wants to.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// A source that can be made anew, as a restarted daemon does, with the server it needs to live.
enum Subject {
    Sandbox,
    Apify(FakeApify),
}

impl Subject {
    fn source(&self) -> Box<dyn ContactSource> {
        match self {
            Subject::Sandbox => Box::new(ApifySandbox),
            Subject::Apify(server) => Box::new(client(server)),
        }
    }
}

fn sandbox() -> Subject {
    Subject::Sandbox
}

async fn real_client() -> Subject {
    let server = FakeApify::start().await;
    server.set_polls_until_done(2);
    Subject::Apify(server)
}

/// A client of the fake that waits for nothing.
pub fn client(server: &FakeApify) -> ApifyClient {
    client_with(&server.base_url, |_| {})
}

/// The same client with settings of the test's own.
pub fn client_with(base_url: &str, change: impl FnOnce(&mut ApifyConfig)) -> ApifyClient {
    crate::support::install_crypto();
    let base_url = BaseUrl::parse(base_url).unwrap();
    let token = SecretString::from(FakeApify::TOKEN);
    let mut config = ApifyConfig {
        poll_wait: Duration::ZERO,
        lost_start_grace: Duration::ZERO,
        body_bytes_max: BODY_BYTES_MAX,
        ..ApifyConfig::new(base_url, token, FakeApify::ACTOR)
    };
    change(&mut config);
    ApifyClient::new(config).unwrap()
}

/// A run for these domains, for at most `leads_max` people.
pub fn request(domains: &[&str], leads_max: u32) -> RunRequest {
    RunRequest {
        run_id: 7,
        domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        titles: vec![
            String::from("CEO"),
            String::from("CFO"),
            String::from("HR Director"),
        ],
        leads_max,
        cost_max_usd: 1.5,
        unknown_start_since: None,
    }
}

/// The value of an answer that must be one.
pub fn delivered<T: std::fmt::Debug>(answer: Answer<T>) -> T {
    match answer {
        Answer::Delivered(value) => value,
        other => panic!("not delivered but {other:?}"),
    }
}

/// Polls until the run has ended, as often as a run may need here.
pub async fn collected(
    source: &dyn ContactSource,
    run: &StartedRun,
    request: &RunRequest,
) -> FinishedRun {
    for _ in 0..10 {
        match source.collect(run, request).await {
            Answer::Throttled { .. } => {}
            answer => return delivered(answer),
        }
    }
    panic!("the run {run:?} is still at work after ten polls")
}

/// Twelve companies: enough for some people, whatever a sandbox makes of single ones.
fn companies() -> RunRequest {
    let domains = (10..22)
        .map(|n| format!("company-{n}.com"))
        .collect::<Vec<_>>();
    request(&domains.iter().map(String::as_str).collect::<Vec<_>>(), 100)
}

/// Runs one case against the sandbox and against the real client.
macro_rules! every_source {
    ($($case:ident),* $(,)?) => {
        mod sandbox_conforms {
            $(#[tokio::test] async fn $case() { super::$case(super::sandbox()).await; })*
        }
        mod apify_conforms {
            $(#[tokio::test] async fn $case() { super::$case(super::real_client().await).await; })*
        }
    };
}

every_source!(
    a_run_finds_people_of_the_companies_it_was_asked_for,
    a_run_returns_no_more_people_than_it_may,
    a_run_is_collected_by_whoever_knows_its_id,
    a_run_collected_twice_says_the_same,
    a_lost_start_is_answered_with_a_run_that_can_be_collected,
    a_run_that_nobody_started_is_rejected,
    a_run_that_can_find_nobody_is_not_started,
    a_sandbox_says_so_in_its_name_its_runs_and_its_people,
);

async fn a_run_finds_people_of_the_companies_it_was_asked_for(subject: Subject) {
    let (source, request) = (subject.source(), companies());
    let run = delivered(source.start(&request).await);
    let finished = collected(&*source, &run, &request).await;
    assert!(
        finished.people.len() >= request.domains.len(),
        "{} people",
        finished.people.len()
    );
    assert!(
        finished
            .people
            .iter()
            .all(|person| request.domains.contains(&person.company_domain))
    );
    assert!(
        finished
            .people
            .iter()
            .all(|person| person.first_name.is_some())
    );
    assert!(
        finished
            .cost_usd
            .is_some_and(|cost| cost <= request.cost_max_usd)
    );
}

async fn a_run_returns_no_more_people_than_it_may(subject: Subject) {
    let source = subject.source();
    let request = RunRequest {
        leads_max: 5,
        ..companies()
    };
    let run = delivered(source.start(&request).await);
    assert_eq!(collected(&*source, &run, &request).await.people.len(), 5);
}

async fn a_run_is_collected_by_whoever_knows_its_id(subject: Subject) {
    let request = companies();
    let run = delivered(subject.source().start(&request).await);
    let after_a_restart = subject.source();
    assert!(
        !collected(&*after_a_restart, &run, &request)
            .await
            .people
            .is_empty()
    );
}

async fn a_run_collected_twice_says_the_same(subject: Subject) {
    let (source, request) = (subject.source(), companies());
    let run = delivered(source.start(&request).await);
    let first = collected(&*source, &run, &request).await;
    assert_eq!(collected(&*source, &run, &request).await, first);
}

async fn a_lost_start_is_answered_with_a_run_that_can_be_collected(subject: Subject) {
    let source = subject.source();
    let long_ago = chrono::DateTime::from_timestamp(1_700_000_000, 0);
    let request = RunRequest {
        unknown_start_since: long_ago,
        ..companies()
    };
    let first = delivered(source.start(&request).await);
    let again = delivered(source.start(&request).await);
    assert_eq!(
        first, again,
        "the second start must find the run of the first"
    );
    assert!(
        !collected(&*source, &again, &request)
            .await
            .people
            .is_empty()
    );
}

async fn a_run_that_nobody_started_is_rejected(subject: Subject) {
    let run = StartedRun {
        source_run_id: String::from("never/started?"),
    };
    let answer = subject.source().collect(&run, &companies()).await;
    assert!(matches!(answer, Answer::Rejected { .. }), "{answer:?}");
}

async fn a_run_that_can_find_nobody_is_not_started(subject: Subject) {
    let source = subject.source();
    for request in [
        request(&[], 10),
        request(&["acme.com"], 0),
        RunRequest {
            cost_max_usd: 0.0,
            ..request(&["acme.com"], 10)
        },
        RunRequest {
            cost_max_usd: f64::NAN,
            ..request(&["acme.com"], 10)
        },
    ] {
        let answer = source.start(&request).await;
        assert!(matches!(answer, Answer::Rejected { .. }), "{answer:?}");
    }
    if let Subject::Apify(server) = &subject {
        assert!(server.runs().is_empty());
    }
}

async fn a_sandbox_says_so_in_its_name_its_runs_and_its_people(subject: Subject) {
    let (source, request) = (subject.source(), companies());
    let run = delivered(source.start(&request).await);
    let finished = collected(&*source, &run, &request).await;
    let is_sandbox = source.name().ends_with("-sandbox");
    let says_so =
        |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains("sandbox"));
    let marked = |person: &FoundPerson| says_so(&person.linkedin_url);
    assert_eq!(run.source_run_id.contains("sandbox"), is_sandbox);
    assert!(
        finished
            .people
            .iter()
            .all(|person| marked(person) == is_sandbox)
    );
}

#[tokio::test]
async fn the_sandbox_serves_ten_thousand_companies_by_their_domains_alone() {
    let domains = (0..10_000)
        .map(|n| format!("company-{n:05}.com"))
        .collect::<Vec<_>>();
    let request = request(
        &domains.iter().map(String::as_str).collect::<Vec<_>>(),
        100_000,
    );
    let run = delivered(ApifySandbox.start(&request).await);
    let together = delivered(ApifySandbox.collect(&run, &request).await).people;
    assert!(together.len() > 25_000);
    let one = RunRequest {
        run_id: 8,
        domains: vec![domains[4_711].clone()],
        ..request
    };
    let run = delivered(ApifySandbox.start(&one).await);
    let alone = delivered(ApifySandbox.collect(&run, &one).await).people;
    let same = |person: &&FoundPerson| person.company_domain == domains[4_711];
    assert_eq!(
        alone,
        together.iter().filter(same).cloned().collect::<Vec<_>>()
    );
}
