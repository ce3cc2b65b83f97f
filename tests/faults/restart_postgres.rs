//! PostgreSQL crashes during a run: the daemon comes back by itself, and the books are right.

use super::books::wanted;
use super::kill_the_daemon::{COMPANIES, daemon, stop};
use crate::support::cluster::TestCluster;
use crate::support::outreach::books_are_right;
use crate::support::wait;

#[tokio::test(flavor = "multi_thread")]
async fn five_crashes_of_postgresql_lose_and_double_nothing() {
    let companies = wanted("PGCASCADE_TEST_COMPANIES", 2000);
    let cluster = TestCluster::start().await;
    pgcascade::db::migrate(cluster.url())
        .await
        .expect("migrations");
    let mut client = pgcascade::db::connect(cluster.url(), "test")
        .await
        .expect("a session");
    pgcascade::db::install_objects(&mut client)
        .await
        .expect("objects");
    client
        .execute(COMPANIES, &[&companies])
        .await
        .expect("companies");
    let running = daemon(cluster.url());
    for crash in 1..=5_i64 {
        let client = pgcascade::db::connect(cluster.url(), "test")
            .await
            .expect("a session");
        let share = i64::from(companies) * crash;
        wait::until("the daemon to come further", async || {
            let count = "select count(*), not exists (select from pipeline.ready) and not exists (select from pipeline.inflight)
                from marketing.pipeline_events where status = 'processed'";
            let row = client.query_one(count, &[]).await.ok()?;
            (row.get::<_, i64>(0) >= share || row.get(1)).then_some(())
        })
        .await;
        cluster.restart(true).await;
    }
    let client = pgcascade::db::connect(cluster.url(), "test")
        .await
        .expect("a session");
    wait::until("everything to be finished", async || {
        let idle = "select not exists (select from marketing.vw_company_progress where state in ('waiting', 'in_progress'))
            and not exists (select from pipeline.ready) and not exists (select from pipeline.inflight)
            and not exists (select from pipeline.scheduled where run_at < now() + interval '2 minutes')";
        client.query_one(idle, &[]).await.ok()?.get::<_, bool>(0).then_some(())
    })
    .await;
    books_are_right(&client, i64::from(companies)).await;
    stop(running).await;
}
