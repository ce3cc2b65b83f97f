//! Insert a company, watch it become ready: the cascade, corrections, duplicates, withdrawals.

use serde_json::Value;

use crate::support::daemon::Rig;
use crate::support::outreach::{books_are_right, sandboxes};

#[tokio::test(flavor = "multi_thread")]
async fn each_stage_is_set_off_by_the_row_of_the_one_before() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    rig.company("Siemens AG", "HTTP://www.Siemens.com/de/")
        .await;
    rig.until_idle().await;
    let order = "select string_agg(event_type, ' ' order by first) from
        (select event_type, min(id) as first from marketing.pipeline_events group by event_type) as types";
    assert_eq!(
        rig.text(order).await,
        "company_created company_validated company_promoted slots_created enrichment_run_planned \
         enrichment_run_started contact_enriched email_verified"
    );
    assert_eq!(
        rig.text("select state from marketing.vw_company_progress")
            .await,
        "ready"
    );
    let ready = "select bool_and(domain = 'siemens.com' and sandbox and email like '%@siemens-com.example')::text from marketing.vw_outreach_ready";
    assert_eq!(rig.text(ready).await, "true");
    books_are_right(&rig.client, 1).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payloads_carry_the_keys_that_flows_expect() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    rig.company("Siemens AG", "siemens.com").await;
    rig.until_idle().await;
    for (event_type, keys) in [
        (
            "company_created",
            "batch_id company_name record_id trigger_time website",
        ),
        (
            "company_validated",
            "batch_id company_name record_id trigger_time validated_by website",
        ),
        (
            "company_promoted",
            "batch_id company_name company_unique_id trigger_time website_url",
        ),
        (
            "slots_created",
            "company_id slot_id slot_label slot_type trigger_time",
        ),
        (
            "contact_enriched",
            "company_id email enrichment_id full_name linkedin_url slot_id trigger_time",
        ),
        (
            "email_verified",
            "company_id company_name email enrichment_id full_name slot_id trigger_time verification_id verification_status",
        ),
    ] {
        let sql = "select payload from marketing.pipeline_events where event_type = $1 and payload ? 'trigger_time' order by id limit 1";
        let payload: Value = rig.rows(sql, &[&event_type]).await[0].get(0);
        let mut found: Vec<&str> = payload
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), keys, "{event_type}");
    }
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_knows_the_company_that_began_it() {
    let rig = Rig::deployed().await;
    rig.company("Siemens AG", "siemens.com").await;
    rig.company("Bosch", "bosch.com").await;
    let daemon = rig.outreach(&sandboxes());
    rig.until_idle().await;
    // Both companies share a run, and still each event of a contact leads back to its own company.
    assert_eq!(
        rig.number("select count(*) from marketing.enrichment_runs")
            .await,
        1
    );
    let strays = "select count(*) from marketing.pipeline_events as event
        join marketing.pipeline_events as root on root.id = event.root_id
        join marketing.company_master as company on company.company_unique_id = event.payload ->> 'company_id'
        where company.source_record_id <> root.payload ->> 'record_id'";
    assert_eq!(rig.number(strays).await, 0);
    let traced = "select count(*) from marketing.pipeline_events where event_type = 'email_verified' and root_id is not null";
    assert!(rig.number(traced).await > 0);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_insert_emits_without_a_daemon() {
    let rig = Rig::deployed().await;
    rig.company("Siemens AG", "siemens.com").await;
    assert_eq!(
        rig.text(
            "select string_agg(event_type || ' ' || status, ', ') from marketing.pipeline_events"
        )
        .await,
        "company_created pending"
    );
    rig.run("update intake.company_raw_intake set validated = true")
        .await;
    assert!(
        rig.text("select string_agg(event_type, ' ' order by id) from marketing.pipeline_events")
            .await
            .contains("company_validated")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_accepted_by_hand_goes_on_and_keeps_its_author() {
    let rig = Rig::deployed().await;
    rig.run("insert into intake.company_raw_intake (company, website, validated, validated_by) values ('Siemens', 'siemens.com', true, 'anna')").await;
    let emitted =
        "select string_agg(event_type, ' ' order by event_type) from marketing.pipeline_events";
    assert_eq!(rig.text(emitted).await, "company_created company_validated");
    let daemon = rig.outreach(&sandboxes());
    rig.until("exists (select from marketing.vw_outreach_ready)")
        .await;
    assert_eq!(
        rig.text("select validated_by from intake.company_raw_intake")
            .await,
        "anna"
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_row_says_what_to_change_and_goes_through_again() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    let id = rig
        .company("Siemens AG", "https://www.facebook.com/siemens")
        .await;
    rig.until("(select validated = false from intake.company_raw_intake)")
        .await;
    let notes = rig
        .text("select validation_notes from intake.company_raw_intake")
        .await;
    assert!(
        notes.contains("social network") && notes.contains("write the domain"),
        "{notes}"
    );
    rig.rows(
        "update intake.company_raw_intake set website = 'siemens.com' where id = $1",
        &[&id],
    )
    .await;
    rig.until_idle().await;
    assert_eq!(
        rig.text("select state from marketing.vw_company_progress")
            .await,
        "ready"
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_lands_with_a_reason_and_stops_nobody() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    let sql_text = "'); drop table marketing.company_master; --";
    let long = "x".repeat(10_000);
    for (company, website) in [
        (None, None),
        (Some(""), Some("")),
        (Some("test"), Some("acme.com")),
        (Some("n/a"), Some("acme.com")),
        (Some("asdf"), Some("acme.com")),
        (Some("Acme"), Some("http://10.0.0.1/")),
        (Some("Acme"), Some("com")),
        (Some("Acme"), Some("gmail.com")),
        (Some("Acme"), Some("🌞🏠")),
        (Some("Acme"), Some(sql_text)),
        (Some(long.as_str()), Some("acme.com")),
    ] {
        rig.rows(
            "insert into intake.company_raw_intake (company, website) values ($1, $2)",
            &[&company, &website],
        )
        .await;
    }
    rig.company(sql_text, "siemens.com").await;
    rig.until_idle().await;
    let refused = "select count(*) from intake.company_raw_intake where validated = false and length(validation_notes) between 20 and 500";
    assert_eq!(rig.number(refused).await, 11);
    assert_eq!(
        rig.text("select company_name from marketing.company_master")
            .await,
        sql_text
    );
    books_are_right(&rig.client, 12).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_company_twice_is_one_master_with_both_rows_linked() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    rig.company("Siemens AG", "siemens.com").await;
    rig.company("SIEMENS, AG.", "HTTPS://WWW.siemens.com./about")
        .await;
    rig.until_idle().await;
    rig.company("Siemens", "http://www.siemens.com").await;
    rig.until_idle().await;
    assert_eq!(
        rig.number("select count(*) from marketing.company_master")
            .await,
        1
    );
    assert_eq!(
        rig.number("select count(*) from marketing.company_slots")
            .await,
        3
    );
    let linked = "select count(*) from intake.company_raw_intake join marketing.company_master using (company_unique_id)";
    assert_eq!(rig.number(linked).await, 3);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn later_rows_fill_gaps_and_overwrite_nothing() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    rig.company("Siemens AG", "siemens.com").await;
    rig.until_idle().await;
    rig.run("update marketing.company_master set industry = 'Corrected by hand';
        insert into intake.company_raw_intake (company, website, industry, company_phone) values ('Siemens', 'siemens.com', 'Toys', '+49 89 0')")
        .await;
    rig.until_idle().await;
    assert_eq!(
        rig.text("select industry || ', ' || company_phone from marketing.company_master")
            .await,
        "Corrected by hand, +49 89 0"
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_another_program_accepts_before_it_is_judged_goes_through() {
    let rig = Rig::deployed().await;
    rig.run("update pipeline.stages set paused = true where name = 'validate_company'")
        .await;
    rig.company("Siemens AG", "siemens.com").await;
    let daemon = rig.outreach(&sandboxes());
    rig.run("update intake.company_raw_intake set validated = true, validated_by = 'n8n'")
        .await;
    rig.until("exists (select from marketing.company_master where domain = 'siemens.com')")
        .await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_without_an_accepted_row_is_withdrawn_and_comes_back() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    let id = rig.company("Siemens AG", "siemens.com").await;
    rig.until_idle().await;
    assert!(
        rig.number("select count(*) from marketing.vw_outreach_ready")
            .await
            > 0
    );
    // The website was wrong: the row moves to another company, the first one is abandoned.
    rig.rows(
        "update intake.company_raw_intake set website = 'bosch.com' where id = $1",
        &[&id],
    )
    .await;
    rig.until_idle().await;
    let ready = "select string_agg(distinct domain, ' ') from marketing.vw_outreach_ready";
    assert_eq!(rig.text(ready).await, "bosch.com");
    assert_eq!(
        rig.text("select domain from marketing.company_master where withdrawn_at is not null")
            .await,
        "siemens.com"
    );
    rig.company("Siemens AG", "siemens.com").await;
    rig.until_idle().await;
    assert_eq!(rig.text(ready).await, "bosch.com siemens.com");
    rig.run("delete from intake.company_raw_intake").await;
    assert_eq!(
        rig.number("select count(*) from marketing.vw_outreach_ready")
            .await,
        0
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_of_a_withdrawn_company_is_cancelled_at_once() {
    let rig = Rig::deployed().await;
    rig.run("update pipeline.stages set paused = true where name = 'verify_email'")
        .await;
    let daemon = rig.outreach(&sandboxes());
    rig.company("Siemens AG", "siemens.com").await;
    rig.company("Bosch", "bosch.com").await;
    rig.until_idle().await;
    daemon.stop().await;
    let waiting = "select count(*) from pipeline.ready";
    let both = rig.number(waiting).await;
    rig.run("delete from intake.company_raw_intake where website = 'siemens.com'")
        .await;
    let cancelled = "select count(*) from marketing.pipeline_events where error_message = 'The company was withdrawn.'";
    assert!(rig.number(cancelled).await > 0);
    let rest = rig.number(waiting).await;
    assert!(0 < rest && rest < both, "{rest} of {both}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_deleted_before_its_turn_cancels_its_event() {
    let rig = Rig::deployed().await;
    rig.company("Siemens AG", "siemens.com").await;
    rig.run("delete from intake.company_raw_intake").await;
    let daemon = rig.outreach(&sandboxes());
    rig.until_idle().await;
    assert_eq!(
        rig.text("select status || ': ' || error_message from marketing.pipeline_events")
            .await,
        "cancelled: The intake row was deleted."
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_well_formed_far_beyond_five_digits() {
    let rig = Rig::deployed().await;
    rig.run("select setval('marketing.company_numbers', 99999), setval('marketing.slot_numbers', 1234567)").await;
    let daemon = rig.outreach(&sandboxes());
    rig.company("Siemens AG", "siemens.com").await;
    rig.until_idle().await;
    assert_eq!(
        rig.text("select company_unique_id from marketing.company_master")
            .await,
        "04.04.01.84.00000.002"
    );
    assert_eq!(
        rig.text("select min(company_slot_unique_id) from marketing.company_slots")
            .await,
        "04.04.05.84.34568.013"
    );
    assert!(
        rig.text("select min(unique_id) from marketing.people_master")
            .await
            .starts_with("04.04.02.84.")
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_do_not_contact_list_counts_at_once() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    rig.company("Siemens AG", "siemens.com").await;
    rig.until_idle().await;
    rig.run("insert into marketing.do_not_contact (entry) values ('siemens.com')")
        .await;
    assert_eq!(
        rig.number("select count(*) from marketing.vw_outreach_ready")
            .await,
        0
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_needs_no_right_on_the_queues() {
    let rig = Rig::deployed().await;
    rig.run("set role pgcascade_operator").await;
    rig.company("Siemens AG", "siemens.com").await;
    rig.run(
        "update marketing.pipeline_events set status = 'cancelled';
        update marketing.pipeline_events set status = 'pending';
        update pipeline.stages set paused = true where name = 'verify_email';
        select * from marketing.vw_queue_depth",
    )
    .await;
    for forbidden in [
        "drop table marketing.company_master",
        "delete from marketing.pipeline_events",
        "alter table intake.company_raw_intake add column x text",
        "select * from pipeline.claim_in_database(1::smallint)",
        "update pipeline.stages set target = 'public.mine'",
    ] {
        let error = rig
            .client
            .batch_execute(forbidden)
            .await
            .expect_err(forbidden);
        assert_eq!(
            error.code().map(|code| code.code()),
            Some("42501"),
            "{forbidden}"
        );
    }
    rig.run("reset role; set role pgcascade_reader; select * from marketing.vw_company_progress")
        .await;
    assert!(
        rig.client
            .batch_execute("insert into intake.company_raw_intake (company) values ('x')")
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn views_agree_with_the_tables() {
    let rig = Rig::deployed().await;
    let views = [
        "vw_outreach_ready",
        "vw_company_progress",
        "vw_batch_report",
        "vw_unresolved_errors",
        "vw_error_rate_24h",
        "vw_queue_depth",
        "vw_event_latency",
        "vw_stuck_events",
        "vw_unrouted_events",
        "vw_throughput",
    ];
    for view in views {
        rig.rows(&format!("select * from marketing.{view}"), &[])
            .await;
    }
    rig.companies(60).await;
    rig.company("test", "gmail.com").await;
    let daemon = rig.outreach(&sandboxes());
    rig.until_idle().await;
    daemon.stop().await;
    for view in views {
        rig.rows(&format!("select * from marketing.{view}"), &[])
            .await;
    }
    let report = "select format('%s in, %s refused, %s masters, %s slots', companies_in, refused, companies_promoted, slots)
        from marketing.vw_batch_report where batch_id = 'TEST'";
    assert_eq!(
        rig.text(report).await,
        "61 in, 1 refused, 60 masters, 180 slots"
    );
    assert_eq!(
        rig.text("select refused_by_rule ->> 'name_placeholder' from marketing.vw_batch_report")
            .await,
        "1"
    );
    let ready = "select contacts_ready - (select count(*) from marketing.vw_outreach_ready) from marketing.vw_batch_report";
    assert_eq!(rig.number(ready).await, 0);
    let cost = "select (cost_usd - (select round(sum(cost_usd), 2) from marketing.enrichment_runs))::text from marketing.vw_batch_report";
    assert_eq!(rig.text(cost).await, "0.00");
    let latency = "select bool_and(p50_seconds <= p95_seconds and p95_seconds <= p99_seconds)::text from marketing.vw_event_latency";
    assert_eq!(rig.text(latency).await, "true");
    let throughput = "select (sum(processed) - (select count(*) from marketing.pipeline_events where status = 'processed'))::bigint from marketing.vw_throughput";
    assert_eq!(rig.number(throughput).await, 0);
    books_are_right(&rig.client, 61).await;
}
