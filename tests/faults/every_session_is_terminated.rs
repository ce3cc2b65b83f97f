//! An administrator, or a server short of memory, ends all of the daemon's sessions again and
//! again: nothing is lost, nothing is doubled, and the work goes on meanwhile.

use std::time::{Duration, Instant};

use super::books::{
    Work, books_are_right, chances, emit, make_stages, number, say, until_ended, writer,
};
use crate::support::daemon::Rig;
use crate::support::form::by_form;
use crate::support::wait;

/// Ends every session of every daemon.
const TERMINATE: &str = "select count(*) filter (where pg_terminate_backend(pid))
    from pg_stat_activity
    where datname = current_database()
    and application_name like 'test daemon%'";

/// More sessions than the two daemons have at once.
const TERMINATED: i64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn two_daemons_whose_sessions_are_terminated_lose_and_double_nothing() {
    let mut chances = chances();
    let rounds = by_form(60, 2000);
    let events = i64::from(rounds) * 30;
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    let work = Work::default();
    let daemons = [rig.daemon(work.registry()), rig.daemon(work.registry())];
    let began = Instant::now();
    let writer = writer(rig.session().await, rounds);

    let ended = "select count(*) from marketing.pipeline_events where status = 'processed'";
    let (mut terminated, mut while_cut) = (0, 0);
    while !writer.is_finished()
        || terminated <= TERMINATED
        || number(&rig.client, ended).await < Some(events * 8 / 10)
    {
        terminated += rig.number(TERMINATE).await;
        // Where the machine is too slow to get anything done between two cuts, they become rarer.
        let longer = 1 + began.elapsed().as_secs() / 15;
        tokio::time::sleep(Duration::from_millis(longer * chances.u64(20..300))).await;
        while_cut = rig.number(ended).await;
        assert!(
            began.elapsed() < wait::deadline(),
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
    books_are_right(&rig.client, events, 0).await;
    for daemon in daemons {
        daemon.stop().await;
    }
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 0);
}

/// Ends one session of the daemon's, whichever. (What it costs on a machine that does nothing else,
/// and for long: `scripts/measure-engine cut`.)
const TERMINATE_ONE: &str = "select count(*) filter (where pg_terminate_backend(pid)) from (
        select pid, row_number() over (order by backend_start) as place, count(*) over () as many
        from pg_stat_activity
        where datname = current_database()
        and application_name like 'test daemon%'
    ) as session
    where place = 1 + $1 % many";

#[tokio::test(flavor = "multi_thread")]
async fn sessions_terminated_five_times_a_second_cost_little() {
    let each = by_form(15_000, 300_000);
    let mut chances = chances();
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    let daemon = rig.daemon(Work::default().registry());
    let began = Instant::now();
    emit(&rig.client, "sql", each).await;
    until_ended(&rig.client, i64::from(each)).await;
    let alone = began.elapsed();

    let began = Instant::now();
    emit(&rig.client, "sql", each).await;
    let mut terminated = 0;
    let ended = "select count(*) from marketing.pipeline_events where status = 'processed'";
    while rig.number(ended).await < 2 * i64::from(each) {
        let one = chances.i64(0..1000);
        terminated += rig.rows(TERMINATE_ONE, &[&one]).await[0].get::<_, i64>(0);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(began.elapsed() < wait::deadline(), "the work does not end");
    }
    let cut = began.elapsed();
    let share = alone.as_secs_f64() / cut.as_secs_f64();
    say(&format!(
        "{each} events took {alone:?} alone and {cut:?} with {terminated} sessions ended: {share:.2}"
    ));
    books_are_right(&rig.client, 2 * i64::from(each), 0).await;
    daemon.stop().await;
}
