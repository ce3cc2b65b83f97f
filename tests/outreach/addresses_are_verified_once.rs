//! Verification against a server that answers like MillionVerifier.

use crate::support::daemon::Rig;
use crate::support::fake_http::Play;
use crate::support::fake_millionverifier::FakeMillionVerifier;
use crate::support::outreach::{books_are_right, sandboxes, with_millionverifier};

/// The service says no inside a 200: one answer is enough to stop.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_problem_pauses_the_stage_with_one_critical_error() {
    for problem in [
        "Apikey not found",
        "Insufficient credits",
        "IP address blocked",
    ] {
        let server = FakeMillionVerifier::start().await;
        server.script(vec![
            Play::Answer(FakeMillionVerifier::failure(problem));
            500
        ]);
        let rig = Rig::deployed().await;
        rig.companies(50).await;
        let daemon = rig.outreach(&with_millionverifier(&server));
        rig.until("(select paused from pipeline.stages where name = 'verify_email')")
            .await;
        rig.until("not exists (select from pipeline.inflight)")
            .await;
        assert!(
            server.requests().len() <= 20,
            "{} requests with {problem}",
            server.requests().len()
        );
        assert_eq!(
            rig.number(
                "select count(*) from marketing.pipeline_errors where severity = 'critical'"
            )
            .await,
            1
        );
        assert_eq!(
            rig.number("select count(*) from marketing.pipeline_errors")
                .await,
            1
        );
        let spent = "select coalesce(sum(attempts), 0) from marketing.pipeline_events where event_type = 'contact_enriched' and status = 'pending'";
        assert_eq!(rig.number(spent).await, 0);
        daemon.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recent_verdict_is_used_again_instead_of_paid_for() {
    let server = FakeMillionVerifier::start().await;
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&with_millionverifier(&server));
    rig.company("Siemens AG", "siemens.com").await;
    rig.until_idle().await;
    let asked = server.requests().len();
    assert!(asked > 0);
    rig.run("update marketing.pipeline_events set status = 'pending' where event_type = 'contact_enriched' and status = 'processed'").await;
    rig.until_idle().await;
    assert_eq!(server.requests().len(), asked, "nothing was paid twice");
    rig.run("update marketing.email_verification set verified_at = now() - interval '31 days';
        update marketing.pipeline_events set status = 'pending' where event_type = 'contact_enriched' and status = 'processed'")
        .await;
    rig.until_idle().await;
    assert!(
        server.requests().len() > asked,
        "an old verdict is asked for again"
    );
    books_are_right(&rig.client, 1).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_nobody_could_judge_is_checked_once_more_hours_later() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    rig.companies(60).await;
    rig.until_idle().await;
    let unknown =
        "select count(*) from marketing.email_verification where verification_status = 'unknown'";
    let before = rig.number(unknown).await;
    assert!(before > 0, "the sandbox leaves some addresses unjudged");
    let later = "select count(*) from marketing.pipeline_events where event_type = 'contact_enriched' and status = 'pending' and run_at > now() + interval '5 hours'";
    assert_eq!(rig.number(later).await, before);
    rig.run("update marketing.pipeline_events set run_at = now() where event_type = 'contact_enriched' and status = 'pending'").await;
    rig.until_idle().await;
    assert_eq!(rig.number(later).await, 0, "twice is enough");
    let checks = "select count(*) from marketing.email_verification where verification_status = 'unknown' and checks <> 2";
    assert_eq!(rig.number(checks).await, 0);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn risky_addresses_are_ready_only_when_the_operator_says_so() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    rig.companies(60).await;
    rig.until_idle().await;
    let risky = "select count(*) from marketing.vw_outreach_ready join marketing.email_verification using (email) where verification_status = 'risky'";
    assert_eq!(rig.number(risky).await, 0);
    rig.run("update marketing.outreach_settings set accept_risky = true;
        update marketing.pipeline_events set status = 'pending' where event_type = 'email_verified'")
        .await;
    rig.until_idle().await;
    assert!(rig.number(risky).await > 0);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_corrected_by_hand_is_verified_by_itself() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    rig.company("Siemens AG", "siemens.com").await;
    rig.until_idle().await;
    let edited =
        "update marketing.contact_enrichment set email = 'new.person@siemens.com' where id = (
            select min(id) from marketing.contact_enrichment where email is not null
        )";
    rig.run(edited).await;
    rig.until("exists (select from marketing.email_verification where email = 'new.person@siemens.com' and verification_status <> 'pending')")
        .await;
    rig.until_idle().await;
    let emitted =
        "select count(*) from marketing.pipeline_events where event_type = 'contact_enriched'";
    let before = rig.number(emitted).await;
    rig.run(edited).await;
    assert_eq!(rig.number(emitted).await, before, "nothing has changed");
    daemon.stop().await;
}
