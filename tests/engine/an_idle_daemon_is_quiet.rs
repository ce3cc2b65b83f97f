//! With nothing to do a daemon asks the database about once a second, and no more.

use pgcascade::engine::Registry;

use crate::support::daemon::Rig;

/// Transactions of all sessions of this database so far.
const TRANSACTIONS: &str =
    "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()";
/// Sessions report what they did with a delay of up to a second.
const REPORTED: &str = "select pg_stat_clear_snapshot(); select pg_sleep(1.5)";

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_about_once_a_second() {
    let rig = Rig::bare().await;
    let daemon = rig.daemon(Registry::default());
    rig.until("exists (select from pipeline.workers where heartbeat_at > started_at + interval '2 seconds')")
        .await;
    rig.run(REPORTED).await;
    let looker = rig.session().await;
    let count = async || {
        let row = looker.query_one(TRANSACTIONS, &[]).await.expect("a number");
        row.get::<_, i64>(0)
    };
    let before = count().await;
    let beat = rig
        .text("select heartbeat_at::text from pipeline.workers")
        .await;
    // Ten beats; looked for without asking all the time, since questions are counted, too.
    let later = format!("select pg_sleep_until('{beat}'::timestamptz + interval '10 seconds')");
    rig.run(&later).await;
    rig.run(REPORTED).await;
    let asked = count().await - before;
    // Heartbeats, maintenance, preparing statements, the vacuum's own, and the questions of this test.
    assert!(asked <= 60, "{asked} transactions in ten idle seconds");
    daemon.stop().await;
}
