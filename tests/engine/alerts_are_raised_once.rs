//! Alerts: opened once for each rule and subject, refreshed, closed, and told as events.

use pgcascade::engine::Registry;

use crate::support::daemon::Rig;

/// A database on which only this rule is enabled.
async fn with_rule(name: &str) -> Rig {
    let rig = Rig::bare().await;
    let sql = format!("update pipeline.alert_rules set enabled = true where name = '{name}'");
    rig.run(&sql).await;
    rig
}

async fn raise(rig: &Rig) -> i64 {
    rig.number("select pipeline.raise_alerts()").await
}

/// States of the alerts' events, in order.
async fn told(rig: &Rig) -> String {
    let sql = "select string_agg(payload ->> 'state', ' ' order by id) from marketing.pipeline_events where event_type = 'alert_changed'";
    rig.text(sql).await
}

async fn open(rig: &Rig) -> String {
    let sql = "select string_agg(format('%s %s %s', severity, rule_name, subject), '; ') from marketing.vw_open_alerts";
    rig.text(sql).await
}

#[tokio::test]
async fn a_critical_error_is_told_once_and_told_again_when_it_is_settled() {
    let rig = with_rule("critical_error").await;
    let log = "select marketing.log_pipeline_error('company_created', '1', 'The key is refused.', null, 'critical')";
    rig.run(log).await;
    assert_eq!(raise(&rig).await, 1);
    rig.run(log).await;
    assert_eq!(raise(&rig).await, 0, "the second of its kind is no news");
    assert_eq!(open(&rig).await, "critical critical_error company_created");
    assert_eq!(
        rig.number("select value::bigint from marketing.pipeline_alerts")
            .await,
        2
    );
    rig.run("select marketing.resolve_pipeline_error(id, 'me', 'mended') from marketing.pipeline_errors")
        .await;
    assert_eq!(raise(&rig).await, 1);
    assert_eq!(open(&rig).await, "");
    assert_eq!(told(&rig).await, "raised resolved");
}

#[tokio::test]
async fn a_rate_of_failures_is_judged_from_twenty_events_on() {
    let rig = with_rule("error_rate").await;
    let finished = "insert into marketing.pipeline_events (event_type, status, processed_at, error_message)
        select 'paid', case when n = 1 then 'failed' else 'processed' end, now(), 'why' from generate_series(1, 19) as n";
    rig.run(finished).await;
    assert_eq!(raise(&rig).await, 0, "19 are too few");
    rig.run("insert into marketing.pipeline_events (event_type, status, processed_at) values ('paid', 'processed', now())")
        .await;
    assert_eq!(raise(&rig).await, 1);
    assert_eq!(open(&rig).await, "error error_rate paid");
    let message = rig
        .text("select message from marketing.vw_open_alerts")
        .await;
    assert_eq!(message, "1 of the last 20 events paid failed.");
}

#[tokio::test]
async fn events_that_wait_too_long_are_told_unless_their_stage_is_paused() {
    let rig = with_rule("stuck").await;
    rig.run("insert into pipeline.stages (name, event_type, kind, target) values ('pay', 'paid', 'sql', 'public.nothing');
        insert into marketing.pipeline_events (event_type, created_at, run_at)
        values ('paid', now() - interval '11 minutes', now() - interval '11 minutes'), ('paid', now(), now())")
        .await;
    assert_eq!(raise(&rig).await, 1);
    assert_eq!(open(&rig).await, "error stuck pay");
    rig.run("update pipeline.stages set paused = true").await;
    assert_eq!(raise(&rig).await, 1);
    assert_eq!(told(&rig).await, "raised resolved");
}

#[tokio::test]
async fn a_webhook_that_is_away_is_told_although_its_events_are_put_off_again_and_again() {
    let rig = with_rule("stuck").await;
    rig.run("insert into pipeline.webhooks (name, url) values ('crm', 'https://crm.example');
        insert into pipeline.stages (name, event_type, kind, target) values ('send', 'told', 'webhook', 'crm');
        insert into marketing.pipeline_events (event_type, created_at, run_at)
        values ('told', now() - interval '11 minutes', now() - interval '11 minutes');
        select from pipeline.stages cross join pipeline.claim_outside(stages.id, 4711, 10, false);
        select pipeline.finish_events('{1}', '{pending}', '{300000}', '{f}', '{Nobody answered.}', 'send')")
        .await;
    assert_eq!(raise(&rig).await, 1);
    assert_eq!(open(&rig).await, "error stuck send");
    let message = rig
        .text("select message from marketing.pipeline_alerts")
        .await;
    assert!(message.ends_with("Nobody answered."), "{message}");
    // One that is only later is not away.
    rig.run(
        "update marketing.pipeline_events set status = 'cancelled';
        insert into marketing.pipeline_events (event_type, created_at, run_at)
        values ('told', now() - interval '11 minutes', now() + interval '1 minute')",
    )
    .await;
    raise(&rig).await;
    assert_eq!(told(&rig).await, "raised resolved");
}

#[tokio::test]
async fn a_rule_of_ones_own_counts_what_waits() {
    let rig = Rig::bare().await;
    rig.run("insert into pipeline.stages (name, event_type, kind, target) values ('pay', 'paid', 'sql', 'public.nothing');
        insert into pipeline.alert_rules (name, metric, event_type, threshold, severity, description)
        values ('many_payments', 'waiting', 'paid', 2, 'warning', 'Payments pile up.')")
        .await;
    rig.emit("paid", 2).await;
    assert_eq!(raise(&rig).await, 0);
    rig.emit("paid", 1).await;
    assert_eq!(raise(&rig).await, 1);
    assert_eq!(open(&rig).await, "warning many_payments pay");
    rig.run("update pipeline.alert_rules set enabled = false")
        .await;
    assert_eq!(raise(&rig).await, 1, "a rule that is off closes its alerts");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_sessions_at_once_open_one_alert() {
    let rig = with_rule("unrouted").await;
    rig.emit("nobody_handles_this", 3).await;
    let mut sessions = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let client = rig.session().await;
        sessions.spawn(async move {
            for _ in 0..20 {
                let raised = client.batch_execute("select pipeline.raise_alerts()").await;
                raised.expect("no conflict");
            }
        });
    }
    sessions.join_all().await;
    let alerts =
        "select count(*) from marketing.pipeline_alerts where subject = 'nobody_handles_this'";
    assert_eq!(rig.number(alerts).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_raises_alerts_by_itself() {
    let rig = with_rule("unrouted").await;
    rig.emit("nobody_handles_this", 1).await;
    let daemon = rig.daemon(Registry::default());
    rig.until(
        "exists (select from marketing.vw_open_alerts where subject = 'nobody_handles_this')",
    )
    .await;
    daemon.stop().await;
}
