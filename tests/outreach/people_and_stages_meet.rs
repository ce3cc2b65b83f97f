//! A person's statement and a stage at the same rows at the same moment: neither undoes the other.

use crate::support::daemon::Rig;
use crate::support::outreach::sandboxes;

/// A session seen waiting for a lock, so that the interleaving is the one that was meant.
const SOMEBODY_WAITS: &str = "exists (select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock')";

#[tokio::test(flavor = "multi_thread")]
async fn a_row_linked_while_the_last_other_one_is_deleted_keeps_its_company() {
    let rig = Rig::deployed().await;
    let daemon = rig.outreach(&sandboxes());
    let first = rig.company("Acme", "https://acme.com").await;
    rig.until_idle().await;
    daemon.stop().await;

    rig.company("Acme again", "https://www.acme.com").await;
    rig.run("update intake.company_raw_intake set validated = true, domain = 'acme.com' where validated is null")
        .await;
    let link = "begin; select marketing.promote_companies((pipeline.begin_batch(id, null, null, false)).event_ids)
        from pipeline.stages where name = 'promote_company'";
    let linking = rig.session().await;
    linking.batch_execute(link).await.expect("a batch");
    let deleting = rig.session().await;
    let delete = format!("delete from intake.company_raw_intake where id = {first}");
    let deleted = tokio::spawn(async move { deleting.batch_execute(&delete).await });
    rig.until(SOMEBODY_WAITS).await;
    linking.batch_execute("commit").await.expect("a commit");
    deleted.await.expect("a task").expect("a deletion");
    let standing = "select count(*) from marketing.company_master where withdrawn_at is null";
    assert_eq!(rig.number(standing).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_company_never_loses_to_the_stage_that_works_on_it() {
    let rig = Rig::deployed().await;
    rig.run("update pipeline.stages set paused = true where name = 'create_slots'")
        .await;
    let daemon = rig.outreach(&sandboxes());
    let company = rig.company("Acme", "https://acme.com").await;
    let promoted =
        "exists (select from marketing.pipeline_events where event_type = 'company_promoted')";
    rig.until(promoted).await;
    daemon.stop().await;
    rig.run("update pipeline.stages set paused = false").await;

    let working = rig.session().await;
    let claim = "begin;
        create temp table claimed as
        select claim.event_id from pipeline.stages as stage
        cross join pipeline.claim_in_database(stage.id) as claim where stage.name = 'create_slots'";
    working.batch_execute(claim).await.expect("a claim");
    let deleting = rig.session().await;
    let delete = format!("delete from intake.company_raw_intake where id = {company}");
    let deleted = tokio::spawn(async move { deleting.batch_execute(&delete).await });
    rig.until(SOMEBODY_WAITS).await;
    let work = "select marketing.create_slots(array(select event_id from claimed)); commit";
    working.batch_execute(work).await.expect("slots");
    deleted.await.expect("a task").expect("no deadlock");
}
