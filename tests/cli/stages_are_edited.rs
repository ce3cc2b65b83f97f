//! `stages` and `schedules`: shown, paused, resumed and tuned from a shell, with effect on a daemon
//! that runs.

use crate::cli::program::{Program, one_line};
use crate::support::cluster::TestCluster;
use crate::support::daemon::Rig;

#[tokio::test]
async fn stages_are_listed_shown_and_tuned() {
    let database = TestCluster::deployed_database().await;
    let program = Program::on(database.url());
    let out = program.run(&["stages"]).await.ok();
    assert!(out.contains("verify_email"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");

    let tune = [
        "stages",
        "set",
        "verify_email",
        "--concurrency",
        "3",
        "--timeout-secs",
        "12.5",
        "--max-attempts",
        "7",
        "--json",
    ];
    let tuned = program.run(&tune).await.json();
    assert_eq!(tuned[0]["concurrency"], 3);
    assert_eq!(tuned[0]["timeout_seconds"], 12.5);
    assert_eq!(tuned[0]["max_attempts"], 7);
    assert!(
        tuned[0]["batch_size"].as_i64() > Some(0),
        "what is not named stays"
    );

    let shown = program.run(&["stages", "show", "verify_email"]).await.ok();
    assert!(
        one_line(&shown).contains("at once 3 time-out 12 s attempts 7"),
        "{shown}"
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_is_changed() {
    let database = TestCluster::deployed_database().await;
    let program = Program::on(database.url());
    let pause = ["stages", "pause", "verify_email", "verify_mail"];
    let said = program.run(&pause).await.failed(1);
    assert!(said.contains("there is no stage verify_mail"), "{said}");
    let shown = program
        .run(&["stages", "show", "verify_email", "--json"])
        .await
        .json();
    assert_eq!(shown[0]["paused"], false);
    let said = program
        .run(&["stages", "set", "verify_email", "--concurrency", "65"])
        .await
        .failed(2);
    assert!(said.contains("1..=64"), "{said}");
    let said = program
        .run(&["stages", "set", "verify_email"])
        .await
        .failed(2);
    assert!(said.contains("--concurrency"), "{said}");
    let said = program
        .run(&["stages", "set", "verify_email", "--timeout-secs", "0.1"])
        .await
        .failed(1);
    assert!(
        said.contains("timeout must be 1 second to 1 hour; nothing was changed"),
        "{said}"
    );
    let said = program
        .run(&["stages", "set", "verify_email", "--limiter", "none_such"])
        .await
        .failed(1);
    assert!(said.contains("pipeline.limits"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_stage_waits_and_says_why_until_it_is_resumed() {
    let rig = Rig::bare().await;
    rig.run(
        "create function public.noop(event_ids bigint[]) returns table (event_id bigint, error text)
            language sql as 'select null::bigint, null::text where false';
        insert into pipeline.stages (name, event_type, kind, target)
        values ('noop', 'noop', 'sql', 'public.noop')",
    )
    .await;
    let daemon = rig.daemon(pgcascade::engine::Registry::default());
    let program = Program::on(rig.database.url());
    let reason = "Being changed.";
    let said = program
        .run(&["stages", "pause", "noop", "--reason", reason])
        .await
        .ok();
    assert!(said.contains(reason), "{said}");
    // The daemon reads the pause before it is asked to do anything.
    rig.run("insert into marketing.pipeline_events (event_type) values ('noop')")
        .await;
    let shown = program.run(&["stages", "show", "noop"]).await.ok();
    assert!(shown.contains("1 waiting"), "{shown}");
    let resumed = program.run(&["stages", "resume", "noop"]).await.ok();
    assert!(resumed.contains("runs again"), "{resumed}");
    rig.until("exists (select from marketing.pipeline_events where status = 'processed')")
        .await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_fired_paused_and_resumed() {
    let rig = Rig::bare().await;
    rig.run(
        "insert into pipeline.schedules (name, cron, time_zone, event_type)
        values ('yearly', '0 0 1 1 *', 'Europe/Berlin', 'tick'), ('odd', '99 * * * *', 'UTC', 'tick')",
    )
    .await;
    let program = Program::on(rig.database.url());
    let out = program.run(&["schedules"]).await.ok();
    assert!(out.contains("not known yet"), "{out}");
    let daemon = rig.daemon(pgcascade::engine::Registry::default());
    rig.until("not exists (select from pipeline.schedules where enabled and next_at is null and problem is null)").await;
    let out = program.run(&["schedules"]).await.ok();
    assert!(
        one_line(&out).contains("-01-01 00:00:00 Europe/Berlin"),
        "{out}"
    );
    assert!(out.contains("odd is never due"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    program.run(&["schedules", "fire", "yearly"]).await.ok();
    rig.until(
        "exists (select from marketing.pipeline_events where payload ->> 'schedule' = 'yearly')",
    )
    .await;
    let said = program.run(&["schedules", "fire", "odd"]).await.failed(1);
    assert!(said.contains("nothing was changed"), "{said}");
    let paused = program
        .run(&["schedules", "pause", "yearly", "--json"])
        .await
        .json();
    assert_eq!(paused[0]["enabled"], false);
    let resumed = program
        .run(&["schedules", "resume", "yearly", "--json"])
        .await
        .json();
    assert_eq!(resumed[0]["enabled"], true);
    daemon.stop().await;
}
