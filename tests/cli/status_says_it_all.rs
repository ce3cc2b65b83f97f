//! `status`: daemons, queues, companies and problems, for a person and for a script.

use crate::cli::program::{Program, one_line};
use crate::support::cluster::TestCluster;

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
