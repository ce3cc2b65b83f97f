//! A commit reaches the server and its answer never arrives: what was committed is not done again,
//! and what was claimed without anybody's knowledge does not stay claimed.

use std::time::Instant;

use super::books::{TYPES, Work, books_are_right, chances, emit, make_stages, say, until_ended};
use crate::support::daemon::{Rig, start};
use crate::support::fault_proxy::FaultProxy;
use crate::support::form::by_form;

/// Of a thousand commits.
const LOST: u64 = 300;

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_neither_repeated_nor_forgotten() {
    let seed = chances().u64(..);
    let each = 10 * by_form(20, 200);
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    let proxy = FaultProxy::before(rig.database.url(), seed).await;
    let work = Work::default();
    let daemon = start(proxy.url(), work.registry());
    rig.until("(select count(*) from pipeline.workers) = 1")
        .await;

    proxy.lose_answers_to_commits(LOST);
    let began = Instant::now();
    for event_type in TYPES {
        emit(&rig.client, event_type, each).await;
    }
    let events = i64::from(each) * 3;
    until_ended(&rig.client, events).await;
    say(&format!(
        "{} answers were lost; {events} events done after {:?}, with {} calls for {each}",
        proxy.cut_by_chance(),
        began.elapsed(),
        work.made()
    ));
    assert!(proxy.cut_by_chance() > 0, "an answer was lost");
    // A claim nobody heard of is given back before its call: no call is made twice.
    assert_eq!(i32::try_from(work.made()), Ok(each), "calls");
    books_are_right(&rig.client, events, 0).await;
    let blamed =
        "select count(*) from marketing.pipeline_events where attempts <> 1 or crashes <> 0";
    assert_eq!(rig.number(blamed).await, 0, "no attempt was spent");
    proxy.lose_answers_to_commits(0);
    daemon.stop().await;
}
