//! With nothing to do a daemon asks the database less than once a second.

use std::time::Duration;

use pgcascade::engine::Registry;

use crate::support::daemon::{Rig, start};
use crate::support::fault_proxy::FaultProxy;

/// Three rounds of maintenance, and what lies between them.
const WATCHED: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_less_than_once_a_second() {
    let rig = Rig::bare().await;
    let proxy = FaultProxy::before(rig.database.url(), 0).await;
    let daemon = start(proxy.url(), Registry::default());
    // By then every statement that an idle daemon needs has been prepared.
    rig.until("exists (select from pipeline.workers where heartbeat_at > started_at + interval '4 seconds')")
        .await;
    let before = proxy.asked();
    tokio::time::sleep(WATCHED).await;
    let asked = proxy.asked() - before;
    let seconds = usize::try_from(WATCHED.as_secs()).expect("a few");
    assert!(
        asked <= seconds,
        "{asked} statements in {seconds} idle seconds"
    );
    daemon.stop().await;
}
