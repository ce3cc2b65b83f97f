//! Events by the clock: once each however many daemons run, with a policy for what was missed.

use pgcascade::engine::Registry;

use crate::support::daemon::Rig;

async fn fired(rig: &Rig, name: &str) -> i64 {
    let sql = "select count(*) from marketing.pipeline_events where payload ->> 'schedule' = $1";
    rig.rows(sql, &[&name]).await[0].get(0)
}

async fn schedule(rig: &Rig, name: &str, cron: &str, missed: &str) {
    let sql = "insert into pipeline.schedules (name, cron, event_type, missed, payload) values ($1, $2, 'tick', $3, '{\"a\": 1}')";
    rig.rows(sql, &[&name, &cron, &missed]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_daemons_emit_each_time_once() {
    let rig = Rig::bare().await;
    let daemons: Vec<_> = (0..3).map(|_| rig.daemon(Registry::default())).collect();
    for n in 0..5 {
        schedule(&rig, &format!("every_second_{n}"), "* * * * * *", "once").await;
    }
    rig.until("(select count(*) from marketing.pipeline_events where payload ? 'schedule') >= 20")
        .await;
    let doubled = "select count(*) from (
            select from marketing.pipeline_events where payload ? 'schedule'
            group by payload ->> 'schedule', payload ->> 'due_at' having count(*) > 1
        ) as doubled";
    assert_eq!(rig.number(doubled).await, 0);
    let early = "select count(*) from marketing.pipeline_events where payload ? 'schedule' and created_at < (payload ->> 'due_at')::timestamptz";
    assert_eq!(rig.number(early).await, 0, "nothing comes before its time");
    let kept = "select count(*) from marketing.pipeline_events where payload ->> 'a' = '1'";
    assert!(rig.number(kept).await >= 20);
    for daemon in daemons {
        daemon.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_that_are_due_at_once_are_each_emitted_once() {
    let rig = Rig::bare().await;
    // No time of its own comes while the test runs.
    rig.run(
        "insert into pipeline.schedules (name, cron, time_zone, event_type, next_at)
        select 'yearly_' || n, '0 0 29 2 *', (array['UTC', 'Europe/Berlin'])[1 + n % 2], 'tick', now() + interval '1 second'
        from generate_series(1, 300) as n",
    )
    .await;
    let daemons: Vec<_> = (0..3).map(|_| rig.daemon(Registry::default())).collect();
    rig.until("(select bool_and(next_at > now() + interval '1 hour') from pipeline.schedules)")
        .await;
    for daemon in daemons {
        daemon.stop().await;
    }
    let emitted = "select format('%s events of %s schedules', count(*), count(distinct payload ->> 'schedule'))
        from marketing.pipeline_events where payload ? 'schedule'";
    assert_eq!(rig.text(emitted).await, "300 events of 300 schedules");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_made_up_for_by_the_policy() {
    let rig = Rig::bare().await;
    // Half an hour from now no time comes while the test runs.
    let minute = "select extract(minute from now() at time zone 'UTC' + interval '30 minutes')";
    let cron = format!("{} * * * *", rig.number(&format!("{minute}::bigint")).await);
    for policy in ["skip", "once", "all"] {
        schedule(&rig, policy, &cron, policy).await;
    }
    rig.run("update pipeline.schedules set next_at = date_trunc('minute', now()) - interval '5 hours 30 minutes'")
        .await;
    let daemon = rig.daemon(Registry::default());
    rig.until("(select bool_and(next_at > now()) from pipeline.schedules)")
        .await;
    daemon.stop().await;
    assert_eq!(fired(&rig, "once").await, 1);
    assert_eq!(fired(&rig, "all").await, 6);
    assert_eq!(fired(&rig, "skip").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_reckoned_anew_and_a_disabled_schedule_is_silent() {
    let rig = Rig::bare().await;
    let daemon = rig.daemon(Registry::default());
    schedule(&rig, "yearly", "0 0 1 1 *", "once").await;
    rig.until("(select next_at is not null from pipeline.schedules)")
        .await;
    rig.run("update pipeline.schedules set cron = '* * * * * *'")
        .await;
    rig.until("exists (select from marketing.pipeline_events where payload ? 'schedule')")
        .await;
    rig.run("update pipeline.schedules set enabled = false")
        .await;
    let before = fired(&rig, "yearly").await;
    assert_eq!(
        rig.text("select next_at::text from pipeline.schedules")
            .await,
        ""
    );
    rig.run("update pipeline.schedules set enabled = true, cron = '0 0 1 1 *'")
        .await;
    rig.until("(select next_at > now() from pipeline.schedules)")
        .await;
    assert_eq!(fired(&rig, "yearly").await, before);
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_or_explained_in_the_row() {
    let rig = Rig::bare().await;
    for (columns, reason) in [
        (
            "'a', '* * * * *', 'Mars/Olympus', 'tick'",
            "There is no time zone 'Mars/Olympus'.",
        ),
        (
            "'a', '* * * * *', 'UTC', 'tick'), ('b', '* * * * *', 'UTC', 'tick'), ('c', '* * * * *', 'Utopia', 'tick'",
            "There is no time zone 'Utopia'.",
        ),
        (
            "'a', 'daily', 'UTC', 'tick'",
            "cron_must_have_5_or_6_fields",
        ),
        (
            "'A b', '* * * * *', 'UTC', 'tick'",
            "schedule_name_must_be_snake_case",
        ),
    ] {
        let sql = format!(
            "insert into pipeline.schedules (name, cron, time_zone, event_type) values ({columns})"
        );
        let error = rig.client.batch_execute(&sql).await.expect_err(&sql);
        let said = error.as_db_error().expect("the server's").message();
        assert!(said.contains(reason), "{said}");
    }
    let daemon = rig.daemon(Registry::default());
    schedule(&rig, "wrong", "61 * * * *", "once").await;
    schedule(&rig, "never", "0 0 30 2 *", "once").await;
    rig.until("(select count(*) from marketing.vw_schedules where problem is not null) = 2")
        .await;
    let said = rig
        .text("select problem from pipeline.schedules where name = 'wrong'")
        .await;
    assert!(said.contains("cannot be read"), "{said}");
    rig.run("update pipeline.schedules set cron = '* * * * * *' where name = 'wrong'")
        .await;
    rig.until(
        "exists (select from marketing.pipeline_events where payload ->> 'schedule' = 'wrong')",
    )
    .await;
    daemon.stop().await;
}
