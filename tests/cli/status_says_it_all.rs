//! `status`: daemons, queues, companies and problems, for a person and for a script.

use pgcascade::answer::Answer;
use serde_json::{Value, json};

use crate::cli::program::{Program, one_line};
use crate::engine::stages::{EFFECTS, Scripted};
use crate::support::cluster::TestCluster;
use crate::support::daemon::Rig;
use crate::support::wait;

#[tokio::test]
async fn nothing_runs_and_nothing_is_wrong() {
    let database = TestCluster::deployed_database().await;
    let out = Program::on(database.url()).run(&["status"]).await.ok();
    assert!(
        out.contains("none: nothing is worked on until you start one"),
        "{out}"
    );
    assert!(
        out.contains("none yet: `pgcascade import companies FILE.csv`"),
        "{out}"
    );
    assert!(out.ends_with("Problems\n  none\n"), "{out}");
}

#[tokio::test]
async fn what_waits_is_paused_or_goes_nowhere_is_said_with_what_to_do() {
    let database = TestCluster::deployed_database().await;
    database
        .psql(
            "insert into intake.company_raw_intake (company, website) values ('A', 'a.com');
             update pipeline.stages set paused = true, paused_reason = 'The key is refused.' \
             where name = 'verify_email';
             insert into marketing.pipeline_events (event_type) values ('odd');
             insert into pipeline.limits (name, rate) values ('nobodys', 1);
             select marketing.log_pipeline_error('x', '1', 'It broke.', null, 'critical');\n",
        )
        .await;
    let program = Program::on(database.url());
    let out = program.run(&["status"]).await.ok();
    let said = one_line(&out);
    assert!(
        said.contains("verify_email is paused: The key is refused."),
        "{out}"
    );
    assert!(
        said.contains("SET paused = false WHERE name = 'verify_email'"),
        "{out}"
    );
    assert!(
        said.contains("1 open critical error: `pgcascade errors`"),
        "{out}"
    );
    assert!(
        said.contains("1 event of type odd that no stage handles."),
        "{out}"
    );
    assert!(said.contains("1 in: 1 waiting"), "{out}");
    assert!(!said.contains("🔔"), "nobody has looked for alerts: {out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");

    database.psql("select pipeline.raise_alerts();\n").await;
    let out = program.run(&["status"]).await.ok();
    let said = one_line(&out);
    assert!(said.contains("🔔 critical, for"), "{out}");
    assert!(said.contains("x: It broke."), "{out}");

    let status = program.run(&["status", "--json"]).await.json();
    assert_eq!(status["open_alerts"][0]["rule"], "critical_error");
    let stages = status["stages"].as_array().expect("a list");
    let stage = |name: &str| stages.iter().find(|stage| stage["stage"] == name);
    assert_eq!(stage("validate_company").expect("listed")["waiting"], 1);
    assert_eq!(stage("verify_email").expect("listed")["paused"], true);
    assert_eq!(status["companies"][0]["state"], "waiting");
    assert_eq!(status["unrouted"][0]["event_type"], "odd");
    assert_eq!(status["open_errors"][0]["severity"], "critical");
    let database = status["database"].as_str().expect("a URL");
    assert!(
        !database.contains("sslmode") && !database.contains(":postgres"),
        "{database}"
    );
}

#[tokio::test]
async fn of_several_stages_of_one_type_each_has_its_own_numbers() {
    let database = TestCluster::deployed_database().await;
    database
        .psql(
            "insert into pipeline.stages (name, event_type, kind, target)
             select name, 'shared', 'sql', 'public.nothing' from unnest('{first,second}'::text[]) as name;
             insert into marketing.pipeline_events (event_type, status, processed_at)
             select 'shared', 'processed', clock_timestamp() from generate_series(1, 3);
             insert into marketing.pipeline_events (event_type, stage_id, status, processed_at)
             select 'shared', id, 'processed', clock_timestamp() from pipeline.stages where name = 'second';\n",
        )
        .await;
    let status = Program::on(database.url())
        .run(&["status", "--json"])
        .await
        .json();
    let done = |name: &str| {
        let stages = status["stages"].as_array().expect("a list");
        let stage = stages.iter().find(|stage| stage["stage"] == name);
        stage.expect(name)["done"].clone()
    };
    assert_eq!((done("first"), done("second")), (3.into(), 1.into()));
}

/// What `status` says of the one daemon and of the one limit.
async fn seen(program: &Program) -> (Value, Value, String) {
    let status = program.run(&["status", "--json"]).await.json();
    let text = one_line(&program.run(&["status"]).await.ok());
    (
        status["daemons"][0].clone(),
        status["limits"][0].clone(),
        text,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_daemon_holds_and_what_a_limit_leaves_is_said() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("called", "scripted").await;
    rig.run(
        "insert into pipeline.limits (name, rate, period, concurrency) values ('gentle', 10, '1 day', 3);
        update pipeline.stages set limiter = 'gentle'",
    )
    .await;
    let stage = Scripted::gated(|_| Answer::Delivered(json!({})));
    let daemon = rig.daemon(stage.registry());
    rig.emit("called", 5).await;
    wait::until("three calls", async || (stage.made() == 3).then_some(())).await;
    let program = Program::on(rig.database.url());
    let (held, limit, text) = seen(&program).await;
    assert_eq!(
        (&held["name"], &held["alive"]),
        (&"test daemon".into(), &true.into())
    );
    assert_eq!(
        (&held["calls_running"], &held["holds"]),
        (&3.into(), &"3 called".into())
    );
    assert_eq!(held["busy_seconds"], Value::Null);
    assert_eq!(
        limit,
        json!({
            "name": "gentle", "bounds": "10 in 1 day, 3 at once", "stages": "called",
            "left_now": 7, "running": 3, "held_back": 0
        })
    );
    assert!(text.contains("3 calls (3 called)"), "{text}");
    assert!(
        text.contains("gentle 10 in 1 day, 3 at once called 7 3 0"),
        "{text}"
    );

    wait::until("the last call", async || {
        stage.gate.as_ref().expect("a gate").notify_waiters();
        (stage.made() == 5 && rig.number("select count(*) from pipeline.inflight").await == 0)
            .then_some(())
    })
    .await;
    let (held, limit, text) = seen(&program).await;
    assert_eq!(
        (&held["calls_running"], &held["holds"]),
        (&0.into(), &Value::Null)
    );
    assert_eq!(
        (&limit["left_now"], &limit["running"]),
        (&5.into(), &0.into())
    );
    assert!(text.contains("0 calls"), "{text}");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_works_on_a_batch_in_the_database_is_said_to() {
    let rig = Rig::bare().await;
    rig.run("create table public.gate ()").await;
    rig.sql_stage(
        "slow",
        "while not exists (select from public.gate) loop perform pg_sleep(0.01); end loop;",
    )
    .await;
    let program = Program::on(rig.database.url());
    let mut running = program
        .clone()
        .and("PGCASCADE_HTTP_ADDR", "off")
        .start(&["run"]);
    running.logs("daemon started").await;
    rig.emit("slow", 1).await;
    rig.until(
        "exists (
            select from pg_stat_activity
            where application_name like 'pgcascade %' and datname = current_database()
            and xact_start < clock_timestamp() - interval '1.1 seconds'
        )",
    )
    .await;
    let status = program.run(&["status", "--json"]).await.json();
    let busy = status["daemons"][0]["busy_seconds"].as_f64();
    assert!(busy.is_some_and(|seconds| seconds >= 1.0), "{status}");
    let text = one_line(&program.run(&["status"]).await.ok());
    assert!(text.contains("0 calls, in the database for"), "{text}");
    rig.run("insert into public.gate default values").await;
    rig.until_idle().await;
    wait::until("the batch to be over", async || {
        let (daemon, _, _) = seen(&program).await;
        daemon["busy_seconds"].is_null().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_count_of_much_is_shown_with_its_age() {
    let rig = Rig::bare().await;
    rig.sql_stage("many", "return;").await;
    let program = Program::on(rig.database.url());
    rig.emit("many", 1).await;
    let status = program.run(&["status", "--json"]).await.json();
    assert!(status["stages"][0]["counted_seconds"].is_null(), "{status}");
    let text = program.run(&["status"]).await.ok();
    assert!(!text.contains("it was counted"), "{text}");

    rig.emit("many", 12_000).await;
    rig.run("select pipeline.maintain()").await;
    let status = program.run(&["status", "--json"]).await.json();
    let stage = &status["stages"][0];
    assert_eq!(stage["waiting"], 12_001, "{status}");
    assert!(stage["counted_seconds"].is_f64(), "{status}");
    let text = one_line(&program.run(&["status"]).await.ok());
    assert!(text.contains("So much waits that it was counted"), "{text}");
}
