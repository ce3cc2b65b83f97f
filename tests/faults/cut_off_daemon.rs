//! A daemon is cut off from the database while its calls run, for so long that another takes over
//! what it holds. When it comes back with its answers, they are refused.

use std::time::Instant;

use super::books::{TYPES, Work, books_are_right, emit, make_stages, number, say, until_ended};
use crate::support::daemon::{Rig, start};
use crate::support::fault_proxy::FaultProxy;
use crate::support::wait;

const CALLS: i32 = 40;

/// Accepted completions are counted by the ledger itself: every change of a status to processed.
pub(super) const COUNT_COMPLETIONS: &str = "
    create table public.completions (event_id bigint not null);
    create function public.count_completion() returns trigger language plpgsql as $$
    begin
        insert into public.completions (event_id) values (new.id);
        return null;
    end $$;
    create trigger count_completions after update on marketing.pipeline_events
    for each row when (new.status = 'processed' and old.status = 'processing')
    execute function public.count_completion()";

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_was_cut_off_completes_nothing_that_another_took_over() {
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    rig.run(COUNT_COMPLETIONS).await;
    let proxy = FaultProxy::before(rig.database.url(), 0).await;
    let (first, second) = (Work::shut(), Work::default());
    let cut_off = start(proxy.url(), first.registry());
    rig.until("(select count(*) from pipeline.workers) = 1")
        .await;
    emit(&rig.client, "call", CALLS).await;
    wait::until("the first daemon's calls", async || {
        (first.made() == 8).then_some(())
    })
    .await;
    // Those whose calls run, and those that wait in the daemon for theirs.
    let held = rig.number("select count(*) from pipeline.inflight").await;
    assert!(held >= 8, "{held} are held");
    let epoch = rig.number("select max(epoch) from pipeline.inflight").await;

    proxy.part();
    let parted = Instant::now();
    let heir = start(rig.database.url(), second.registry());
    rig.until(&format!(
        "not exists (select from pipeline.inflight where epoch <= {epoch})"
    ))
    .await;
    let taken_over = parted.elapsed();
    until_ended(&rig.client, i64::from(CALLS)).await;
    let finished = parted.elapsed();
    let before = rig
        .number("select max(id)::bigint from pipeline.workers")
        .await;

    // Its answers arrive while it is still cut off, and it comes back with all of them.
    first.open.send_replace(true);
    proxy.heal();
    rig.until(&format!(
        "(select count(*) from pipeline.workers) = 2 and exists (
            select from pipeline.workers
            where id < {before} and heartbeat_at > now() - interval '1 second'
        )"
    ))
    .await;
    let came_back = parted.elapsed();
    // It is as good as new: the work is its own now.
    heir.stop().await;
    let again = 100;
    for event_type in TYPES {
        emit(&rig.client, event_type, again).await;
    }
    let events = i64::from(CALLS + 3 * again);
    until_ended(&rig.client, events).await;
    cut_off.stop().await;

    say(&format!(
        "{held} claims taken over after {taken_over:?}, finished after {finished:?}; the first \
         daemon was back after {came_back:?} and began {} calls in all",
        first.made()
    ));
    let calls = 8 + usize::try_from(again).expect("a small number");
    assert_eq!(first.made(), calls, "those that waited in it are not made");
    let repeated = "select count(*) from (
        select event_id from public.completions group by event_id having count(*) <> 1
    ) as repeated";
    assert_eq!(number(&rig.client, repeated).await, Some(0));
    let accepted = number(&rig.client, "select count(*) from public.completions").await;
    assert_eq!(accepted, Some(i64::from(CALLS + again)));
    books_are_right(&rig.client, events, 0).await;
    let blamed = "select count(*) from marketing.pipeline_events where crashes > 1";
    assert_eq!(number(&rig.client, blamed).await, Some(0));
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_stopped_while_cut_off_ends_all_the_same() {
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    let proxy = FaultProxy::before(rig.database.url(), 0).await;
    let work = Work::shut();
    let cut_off = start(proxy.url(), work.registry());
    for event_type in TYPES {
        emit(&rig.client, event_type, CALLS).await;
    }
    wait::until("calls", async || (work.made() == 8).then_some(())).await;
    proxy.part();
    emit(&rig.client, "sql", CALLS).await;
    let asked = Instant::now();
    cut_off.stop().await;
    let stopped = asked.elapsed();
    say(&format!("stopped after {stopped:?}"));

    work.open.send_replace(true);
    let heir = start(rig.database.url(), work.registry());
    let events = i64::from(CALLS) * 4;
    until_ended(&rig.client, events).await;
    books_are_right(&rig.client, events, 0).await;
    heir.stop().await;
}
