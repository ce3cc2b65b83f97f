//! After a death exactly what was under way in the database is suspected, and runs one by one.

use tokio_postgres::Client;

use crate::support::daemon::Rig;

const STAGE: &str = "select id from pipeline.stages where event_type = 'a'";

/// Begins a transaction that has claimed a batch of ten, and does not end it.
async fn claiming(rig: &Rig) -> Client {
    let client = rig.session().await;
    client
        .batch_execute(&format!(
            "begin; select pipeline.begin_batch(({STAGE}), null, null, false)"
        ))
        .await
        .expect("a claim");
    client
}

/// The events that must run alone, and how many were found now.
async fn suspected(rig: &Rig) -> String {
    let suspect = format!("select pipeline.suspect(array[({STAGE})])");
    let found = rig.number(&suspect).await;
    let marked =
        "select coalesce(min(event_id) || '-' || max(event_id), 'none') || ' of ' || count(*)
        from pipeline.ready where alone";
    format!("{found} found: {}", rig.text(marked).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_transaction_had_taken_when_it_rolled_back_is_suspected_and_nothing_else() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", "return;").await;
    rig.run("update pipeline.stages set batch_size = 10").await;
    rig.emit("a", 50).await;
    assert_eq!(suspected(&rig).await, "0 found: none of 0");

    claiming(&rig)
        .await
        .batch_execute("commit")
        .await
        .expect("an end");
    let (dying, living) = (claiming(&rig).await, claiming(&rig).await);
    dying.batch_execute("rollback").await.expect("an end");
    // Whoever looked at rows and let them be is not suspected, nor is what goes on.
    rig.run("begin; select from pipeline.ready order by event_id desc limit 5 for update skip locked; commit")
        .await;
    assert_eq!(suspected(&rig).await, "10 found: 11-20 of 10");
    assert_eq!(suspected(&rig).await, "0 found: 11-20 of 10");
    living.batch_execute("commit").await.expect("an end");
    assert_eq!(suspected(&rig).await, "0 found: 11-20 of 10");
}

/// Claims for a worker, in a transaction of its own: the event and its claim's number, or why not.
async fn claim(rig: &Rig, event_type: &str, worker: i32) -> Result<(i64, Option<i64>), String> {
    let query = "select event_id, epoch
        from pipeline.stages
        cross join pipeline.claim_in_database(stages.id, null, $2::integer)
        where stages.event_type = $1";
    match rig.client.query_one(query, &[&event_type, &worker]).await {
        Ok(row) => Ok((row.get(0), row.get(1))),
        Err(error) => Err(error
            .as_db_error()
            .and_then(|error| error.constraint())
            .unwrap_or_default()
            .to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn suspects_run_one_by_one_and_the_gravest_beside_no_other() {
    let rig = Rig::bare().await;
    for event_type in ["a", "b"] {
        rig.sql_stage(event_type, "return;").await;
        rig.emit(event_type, 2).await;
    }
    rig.run("update pipeline.ready set alone = true, requeued = true")
        .await;

    let (first, epoch) = claim(&rig, "a", 1).await.expect("a claim");
    assert_eq!((first, epoch.is_some()), (1, true));
    assert_eq!(
        claim(&rig, "a", 2).await,
        Err("one_runs_alone".to_owned()),
        "one of a stage"
    );
    let (third, _) = claim(&rig, "b", 2).await.expect("another stage's");
    assert_eq!(third, 3);
    let begin = "select event_type from pipeline.begin_alone($1, $2)";
    let begun = rig.rows(begin, &[&first, &epoch]).await;
    assert_eq!(begun[0].get::<_, &str>(0), "a");
    assert!(rig.rows(begin, &[&first, &epoch]).await.is_empty(), "once");

    // The daemon that holds event 3 dies: from now on nothing else is suspected beside it.
    rig.run("select pipeline.reclaim(2)").await;
    let crashes = "select crashes::bigint from marketing.pipeline_events where id = 3";
    assert_eq!(rig.number(crashes).await, 2, "one death was not seen");
    assert_eq!(claim(&rig, "b", 3).await.map(|claim| claim.0), Ok(3));
    assert_eq!(claim(&rig, "a", 4).await, Err("one_runs_alone".to_owned()));
    rig.run("select pipeline.reclaim(3)").await;
    assert_eq!(
        rig.text("select string_agg(status, ' ' order by id) from marketing.pipeline_events")
            .await,
        "processed pending failed pending"
    );
    assert_eq!(claim(&rig, "a", 4).await.map(|claim| claim.0), Ok(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_given_another_chance_while_daemons_die_of_something_else() {
    let rig = Rig::bare().await;
    rig.sql_stage("a", "return;").await;
    rig.emit("a", 1).await;
    rig.run(
        "update pipeline.ready set alone = true, requeued = true;
        insert into pipeline.deaths (worker_id, held_alone) values (9, '{99}')",
    )
    .await;
    let mut ends = Vec::new();
    for worker in 1..=3 {
        claim(&rig, "a", worker).await.expect("a claim");
        rig.run(&format!("select pipeline.reclaim({worker})")).await;
        ends.push(
            rig.text("select status || ' ' || crashes from marketing.pipeline_events")
                .await,
        );
    }
    assert_eq!(ends, ["pending 2", "pending 3", "failed 4"]);
}
