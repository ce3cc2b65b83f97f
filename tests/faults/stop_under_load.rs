//! SIGTERM under load, again and again while others work on: each daemon ends well within its
//! grace, and leaves nothing that anybody would have to take back.

use std::time::{Duration, Instant};

use super::books::{chances, progress, say};
use super::kill_the_daemon::{COMPANIES, daemon, stop};
use crate::support::daemon::Rig;
use crate::support::form::by_form;
use crate::support::outreach::books_are_right;

/// What calls under way may take after a stop (PGCASCADE_DRAIN_SECS); its sandboxes need less.
const GRACE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn daemons_that_are_stopped_under_load_end_well_and_leave_nothing() {
    let mut moments = chances();
    let companies = by_form(800, 4000);
    let stops = by_form(5, 40);
    let rig = Rig::deployed().await;
    rig.rows(COMPANIES, &[&1, &companies]).await;
    let mut other = daemon(rig.database.url());
    let (mut longest, mut left) = (Duration::ZERO, 0);
    for at in 1..=stops {
        let next = daemon(rig.database.url());
        let more = i64::from(companies) * moments.i64(1..15) / 10;
        let before = rig
            .number("select count(*) from marketing.pipeline_events")
            .await;
        rig.until(&format!(
            "(select count(*) from pipeline.workers) = 2
            and (
                (select count(*) from marketing.pipeline_events) >= {before} + {more}
                or not exists (select from pipeline.ready) and not exists (select from pipeline.inflight)
            )"
        ))
        .await;
        left += rig.number("select count(*) from pipeline.inflight").await;
        let asked = Instant::now();
        stop(std::mem::replace(&mut other, next)).await;
        longest = longest.max(asked.elapsed());
        assert_eq!(
            rig.number("select count(*) from pipeline.workers").await,
            1,
            "it said goodbye"
        );
        let orphans = "select count(*) from pipeline.inflight
            where worker_id not in (select id from pipeline.workers)";
        assert_eq!(rig.number(orphans).await, 0, "claims of nobody");
        progress("stop", at, stops);
    }
    say(&format!(
        "{stops} stops, with {left} claims under way in all; the longest took {longest:?}"
    ));
    assert!(longest < GRACE, "{longest:?}");
    rig.until(
        "not exists (
            select from marketing.vw_company_progress where state in ('waiting', 'in_progress')
        )",
    )
    .await;
    rig.until_idle().await;
    stop(other).await;
    books_are_right(&rig.client, i64::from(companies)).await;
    let reclaimed = "select count(*) from marketing.pipeline_events where crashes <> 0";
    assert_eq!(
        rig.number(reclaimed).await,
        0,
        "nothing had to be taken back"
    );
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 0);
}
