//! Enrichment against a server that answers like Apify: batched, budgeted, resumed, never paid twice.

use serde_json::json;

use crate::support::daemon::Rig;
use crate::support::fake_apify::{ApifyCall, FakeApify};
use crate::support::fake_http::{Play, Reply};
use crate::support::outreach::{books_are_right, with_apify};
use crate::support::wait;

const FAST: &str =
    "update pipeline.stages set backoff = '10 milliseconds', backoff_max = '20 milliseconds'";

#[tokio::test(flavor = "multi_thread")]
async fn companies_share_runs_within_the_limits() {
    let server = FakeApify::start().await;
    let rig = Rig::deployed().await;
    rig.companies(60).await;
    let daemon = rig.outreach(&with_apify(&server));
    rig.until_idle().await;
    assert_eq!(server.runs().len(), 3);
    assert!(
        server
            .runs()
            .iter()
            .all(|run| run.cost_max_usd.as_deref() == Some("1.5"))
    );
    books_are_right(&rig.client, 60).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_found_is_a_normal_result_looked_at_again_later() {
    let server = FakeApify::start().await;
    server.set_items(Vec::new());
    let rig = Rig::deployed().await;
    rig.company("Siemens AG", "siemens.com").await;
    let daemon = rig.outreach(&with_apify(&server));
    rig.until_idle().await;
    assert_eq!(rig.number("select count(*) from marketing.contact_enrichment where enrichment_status = 'completed' and not_found").await, 3);
    assert_eq!(
        rig.text("select state from marketing.vw_company_progress")
            .await,
        "no_contact"
    );
    let later = "select count(*) from marketing.pipeline_events where event_type = 'slots_created' and run_at > now() + interval '89 days'";
    assert_eq!(rig.number(later).await, 3);
    // The time comes: a new run looks again.
    rig.run("update marketing.pipeline_events set run_at = now() where status = 'pending'")
        .await;
    rig.until_idle().await;
    assert_eq!(server.runs().len(), 2);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_one_may_not_write_to_are_explained_and_cost_no_verification() {
    let server = FakeApify::start().await;
    let person = |title: &str, email: Option<&str>| json!({"firstName": "Ada", "lastName": title, "title": title, "email": email, "company_domain": "siemens.com"});
    server.set_items(vec![
        person("CEO", Some("info@siemens.com")),
        person("CFO", Some("ada@bosch.com")),
        person("HR Director", None),
    ]);
    let rig = Rig::deployed().await;
    rig.company("Siemens AG", "siemens.com").await;
    let daemon = rig.outreach(&with_apify(&server));
    rig.until_idle().await;
    assert_eq!(
        rig.number("select count(*) from marketing.email_verification")
            .await,
        0
    );
    let reasons = "select string_agg(slot_type || ': ' || not_ready_reason, ' ' order by slot_type) from marketing.company_slots";
    assert_eq!(
        rig.text(reasons).await,
        "CEO: The address reaches a function (such as info@), not the person. CFO: The address belongs to another \
         company. HR: No address is known of the contact."
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_pauses_the_stage_once_and_loses_nothing() {
    for refusal in [
        FakeApify::error(401, "user-or-token-not-found", "no such token"),
        FakeApify::error(402, "x402-payment-required", "out of credits"),
        FakeApify::error(404, "record-not-found", "no such actor"),
    ] {
        let server = FakeApify::start().await;
        server.script(ApifyCall::StartRun, vec![Play::Answer(refusal); 10]);
        let rig = Rig::deployed().await;
        rig.companies(60).await;
        let daemon = rig.outreach(&with_apify(&server));
        rig.until("(select paused from pipeline.stages where name = 'start_enrichment')")
            .await;
        rig.until("not exists (select from pipeline.inflight)")
            .await;
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
        assert!(server.runs().is_empty());
        server.script(ApifyCall::StartRun, []);
        // Whatever of the script is left answers the first calls; then the account is in order.
        for _ in 0..10 {
            rig.run("update pipeline.stages set paused = false").await;
            rig.until(
                "(select paused from pipeline.stages where name = 'start_enrichment') or
                not exists (select from marketing.enrichment_runs where status <> 'finished')",
            )
            .await;
        }
        rig.run("update pipeline.stages set paused = false").await;
        rig.until("not exists (select from marketing.enrichment_runs where status <> 'finished')")
            .await;
        assert_eq!(server.runs().len(), 3);
        daemon.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_whose_answer_was_lost_is_found_again_and_not_paid_twice() {
    for lost in [
        Play::WorkThenCut,
        Play::WorkThenAnswer(Reply::text(500, "text/html", "<h1>oops</h1>")),
        Play::CutBefore,
    ] {
        let server = FakeApify::start().await;
        server.script(ApifyCall::StartRun, [lost]);
        let rig = Rig::deployed().await;
        rig.run(FAST).await;
        rig.company("Siemens AG", "siemens.com").await;
        let daemon = rig.outreach(&with_apify(&server));
        rig.until_idle().await;
        assert_eq!(server.runs().len(), 1, "one run was paid");
        assert_eq!(
            rig.text("select status from marketing.enrichment_runs")
                .await,
            "finished"
        );
        daemon.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_dies_during_a_start_leaves_one_paid_run() {
    let server = FakeApify::start().await;
    server.script(ApifyCall::StartRun, [Play::WorkThenStall]);
    let rig = Rig::deployed().await;
    rig.run(FAST).await;
    rig.company("Siemens AG", "siemens.com").await;
    let daemon = rig.outreach(&with_apify(&server));
    wait::until("the start to arrive", async || {
        (server.runs().len() == 1).then_some(())
    })
    .await;
    daemon.crash();
    let heir = rig.outreach(&with_apify(&server));
    rig.until("exists (select from marketing.enrichment_runs where status = 'finished')")
        .await;
    rig.until_idle().await;
    assert_eq!(server.runs().len(), 1, "one run was paid");
    books_are_right(&rig.client, 1).await;
    heir.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_run_is_planned_once_more_and_then_fails_for_a_person() {
    let server = FakeApify::start().await;
    server.set_ending("FAILED", "the actor ran out of memory");
    let rig = Rig::deployed().await;
    rig.run(FAST).await;
    rig.company("Siemens AG", "siemens.com").await;
    let daemon = rig.outreach(&with_apify(&server));
    rig.until("(select status = 'failed' from marketing.enrichment_runs)")
        .await;
    rig.until_idle().await;
    assert_eq!(server.runs().len(), 2);
    assert_eq!(
        rig.number(
            "select count(*) from marketing.contact_enrichment where enrichment_status = 'failed'"
        )
        .await,
        3
    );
    assert_eq!(
        rig.text("select state from marketing.vw_company_progress")
            .await,
        "failed"
    );
    let message = rig
        .text("select max(error_message) from marketing.pipeline_errors")
        .await;
    assert!(message.contains("ran out of memory"), "{message}");

    // The cause is mended; the failed event is set to pending, and the run is planned anew.
    server.set_ending("SUCCEEDED", "");
    rig.run(
        "update marketing.pipeline_events set status = 'pending'
        where id = (select max(id) from marketing.pipeline_events where status = 'failed')",
    )
    .await;
    rig.until("exists (select from marketing.enrichment_runs where status = 'finished')")
        .await;
    rig.until_idle().await;
    assert_ne!(
        rig.text("select state from marketing.vw_company_progress")
            .await,
        "failed"
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_budget_pauses_the_stage_before_anything_is_spent() {
    let server = FakeApify::start().await;
    let rig = Rig::deployed().await;
    rig.run("update marketing.outreach_settings set runs_per_day_max = 2")
        .await;
    rig.companies(100).await;
    let daemon = rig.outreach(&with_apify(&server));
    rig.until("(select paused from pipeline.stages where name = 'start_enrichment')")
        .await;
    rig.until("not exists (select from pipeline.inflight)")
        .await;
    assert!(server.runs().len() <= 2, "{} runs", server.runs().len());
    let message = rig
        .text("select error_message from marketing.pipeline_errors where severity = 'critical'")
        .await;
    assert!(message.contains("runs_per_day_max"), "{message}");
    rig.run(
        "update marketing.outreach_settings set runs_per_day_max = 100, usd_per_month_max = 1000;
        update pipeline.stages set paused = false",
    )
    .await;
    rig.until("(select count(*) = 4 from marketing.enrichment_runs where status = 'finished')")
        .await;
    assert_eq!(server.runs().len(), 4);
    daemon.stop().await;
}
