//! What a session has compiled and planned serves the stage that wants it to again.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pgcascade::db::{DbError, Transaction};
use pgcascade::engine::{Event, InDatabaseStage, Outcome, Registry};
use tokio::sync::Notify;

use super::stages::EFFECTS;
use crate::support::daemon::Rig;
use crate::support::wait;

/// Writes which session it works in.
struct Keeps;

#[async_trait]
impl InDatabaseStage for Keeps {
    fn keeps_session(&self) -> bool {
        true
    }

    async fn run(&self, tx: &Transaction<'_>, _: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let sql = "insert into public.effects (n) values (pg_backend_pid())";
        tx.execute(sql, &[]).await?;
        Ok(Vec::new())
    }
}

/// Has the session that the pool gives it until the gate opens.
#[derive(Clone, Default)]
struct Gated {
    has_begun: Arc<Notify>,
    gate: Arc<Notify>,
}

#[async_trait]
impl InDatabaseStage for Gated {
    async fn run(&self, _: &Transaction<'_>, _: &[Event]) -> Result<Vec<Outcome>, DbError> {
        self.has_begun.notify_one();
        self.gate.notified().await;
        Ok(Vec::new())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_that_work_meanwhile_do_not_get_it() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("kept", "keeps").await;
    rig.builtin_stage("other", "gated").await;
    rig.run("update pipeline.stages set concurrency = 1").await;
    let gated = Gated::default();
    let registry = Registry::default().in_database("keeps", Keeps);
    let registry = registry.and_then(|registry| registry.in_database("gated", gated.clone()));
    let daemon = rig.daemon(registry.expect("two stages"));
    let has_written = |n: usize| format!("(select count(*) = {n} from public.effects)");
    for round in 0..2 {
        rig.emit("kept", 1).await;
        rig.until(&has_written(2 * round + 1)).await;
        // The session that was used last is the first that the pool gives away.
        rig.emit("other", 1).await;
        wait::within("the other to begin", gated.has_begun.notified()).await;
        rig.emit("kept", 1).await;
        rig.until(&has_written(2 * round + 2)).await;
        gated.gate.notify_one();
        rig.until_idle().await;
    }
    daemon.stop().await;
    let sessions = "select count(distinct n) from public.effects";
    assert_eq!(rig.number(sessions).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_ended_is_replaced() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("kept", "keeps").await;
    let registry = Registry::default().in_database("keeps", Keeps);
    let daemon = rig.daemon(registry.expect("a stage"));
    rig.emit("kept", 1).await;
    rig.until("(select count(*) = 1 from public.effects)").await;
    rig.run("select pg_terminate_backend(n::integer, 10000) from public.effects")
        .await;
    rig.emit("kept", 1).await;
    rig.until("(select count(distinct n) = 2 from public.effects)")
        .await;
    rig.until_idle().await;
    daemon.stop().await;
    assert_eq!(rig.number("select count(*) from public.effects").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frugal_daemon_sleeps_without_it() {
    let rig = Rig::bare().await;
    rig.run(EFFECTS).await;
    rig.builtin_stage("kept", "keeps").await;
    rig.emit("kept", 1).await;
    let registry = Registry::default().in_database("keeps", Keeps);
    let hours = Duration::from_secs(7200);
    let (daemon, doze) = rig.frugal_daemon_with(hours, registry.expect("a stage"));
    wait::until("its sleep", async || doze.is_asleep().then_some(())).await;
    let gone =
        "not exists (select from pg_stat_activity where pid in (select n from public.effects))";
    rig.until(gone).await;
    assert_eq!(rig.number("select count(*) from public.effects").await, 1);
    daemon.stop().await;
}
