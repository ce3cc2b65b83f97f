//! An administrator, or a server short of memory, ends all of the daemon's sessions again and
//! again: nothing is lost, nothing is doubled, and the work goes on meanwhile.

use std::time::{Duration, Instant};

use super::books::{
    Work, books_are_right, chances, make_stages, number, say, until_ended, wanted, writer,
};
use crate::support::daemon::Rig;

/// Ends every session of every daemon.
const TERMINATE: &str = "select count(*) filter (where pg_terminate_backend(pid))
    from pg_stat_activity
    where datname = current_database()
    and application_name like 'test daemon%'";

#[tokio::test(flavor = "multi_thread")]
async fn two_daemons_whose_sessions_are_terminated_lose_and_double_nothing() {
    let mut chances = chances();
    let rounds = wanted("PGCASCADE_TEST_ROUNDS", 60);
    let events = i64::from(rounds) * 30;
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    let work = Work::default();
    let daemons = [rig.daemon(work.registry()), rig.daemon(work.registry())];
    let began = Instant::now();
    let writer = writer(rig.session().await, rounds);

    let ended = "select count(*) from marketing.pipeline_events where status = 'processed'";
    let (mut terminated, mut while_cut) = (0, 0);
    while !writer.is_finished() || number(&rig.client, ended).await < Some(events * 8 / 10) {
        terminated += rig.number(TERMINATE).await;
        tokio::time::sleep(Duration::from_millis(chances.u64(20..300))).await;
        while_cut = rig.number(ended).await;
        assert!(
            began.elapsed() < crate::support::wait::DEADLINE,
            "{while_cut} of {events} events were processed while sessions were terminated"
        );
    }
    writer.await.expect("the writer was not cut");
    let cut_for = began.elapsed();
    until_ended(&rig.client, events).await;
    say(&format!(
        "{terminated} sessions ended in {cut_for:?}; {while_cut} of {events} events done meanwhile, \
         all after {:?}",
        began.elapsed()
    ));
    assert!(terminated > 20, "{terminated} sessions were terminated");
    books_are_right(&rig.client, events, 0).await;
    for daemon in daemons {
        daemon.stop().await;
    }
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 0);
}
