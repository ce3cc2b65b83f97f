//! What an application, an operator and the owner can do to the record of changes: nothing that
//! does not show.

use crate::support::daemon::Rig;

/// One item that was changed once, and an application's role with every right on its tables that
/// can be granted.
async fn with_application() -> (Rig, String) {
    let rig = Rig::texting(1).await;
    rig.run(
        "insert into contractor_action_items (id, contractor_id, title) values (1, 1, 'Call');
        update contractor_action_items set status = 'in_progress'",
    )
    .await;
    let role = format!("app_{}", rig.database.name());
    rig.run(&format!(
        "create role {role}; grant usage, create on schema public to {role};
        grant all on contractor_action_items, action_item_updates, contractor_followup_schedules to {role};
        grant all on all sequences in schema public to {role}; grant execute on all functions in schema public to {role}"
    ))
    .await;
    (rig, role)
}

async fn without_role(rig: &Rig, role: &str) {
    rig.run(&format!(
        "reset role; drop owned by {role}; drop role {role}"
    ))
    .await;
}

/// What the attacker's statement came to; the session is its own again.
async fn tried(rig: &Rig, role: &str, sql: &str) -> Result<(), String> {
    let session = rig.session().await;
    let tried = session
        .batch_execute(&format!("set role {role}; {sql}"))
        .await;
    tried.map_err(|error| match error.as_db_error() {
        Some(refusal) => refusal.message().to_owned(),
        None => error.to_string(),
    })
}

const RECORD: &str =
    "select string_agg(change::text, '|' order by change.id) from action_item_updates as change";

#[tokio::test(flavor = "multi_thread")]
async fn an_application_cannot_forge_empty_or_silence_it() {
    let (rig, role) = with_application().await;
    let record = rig.text(RECORD).await;
    let forged = "insert into public.action_item_updates (
            action_item_id, contractor_id, update_type, updated_by, update_source, database_user, update_number, digest, row_hash, salt, previous_hash
        )
        select action_item_id, contractor_id, 'status_change', 'contractor', 'sms', 'somebody else', update_number + 1, digest, row_hash, salt, row_hash
        from public.action_item_updates order by id desc limit 1";
    let by_trigger = format!(
        "create temp table bait (n integer);
        create function pg_temp.forge() returns trigger language plpgsql as $$ begin {forged}; return null; end $$;
        create trigger forge after insert on bait for each row execute function pg_temp.forge();
        insert into bait values (1)"
    );
    for (what, sql) in [
        ("a forged change", forged),
        (
            "a forged change by a trigger of its own",
            by_trigger.as_str(),
        ),
        (
            "an erasure that is none",
            "update action_item_updates set old_value = null, new_value = null, update_note = null, salt = null, erased_at = now()",
        ),
        (
            "another value",
            "update action_item_updates set new_value = 'completed'",
        ),
        ("a deleted change", "delete from action_item_updates"),
        ("an emptied record", "truncate action_item_updates"),
        ("emptied items", "truncate contractor_action_items cascade"),
        (
            "an item of another number",
            "update contractor_action_items set id = 99",
        ),
        (
            "no trigger",
            "alter table action_item_updates disable trigger all",
        ),
        (
            "no recording",
            "alter table contractor_action_items disable trigger record_action_item_change",
        ),
        (
            "a dropped trigger",
            "drop trigger record_action_item_change on contractor_action_items",
        ),
        (
            "a replaced function",
            "create or replace function public.record_action_item_change() returns trigger language plpgsql as $$ begin return null; end $$",
        ),
        (
            "a replica's silence",
            "set session_replication_role = replica; update contractor_action_items set status = 'completed'",
        ),
        (
            "an owner's right",
            "alter table action_item_updates owner to current_user",
        ),
        (
            "a rule",
            "create rule nothing as on insert to action_item_updates do instead nothing",
        ),
    ] {
        let refusal = tried(&rig, &role, sql).await;
        assert!(refusal.is_err(), "{what} was possible");
    }
    assert_eq!(rig.text(RECORD).await, record);
    // What it may do is recorded under its login, whatever it says of itself.
    tried(
        &rig,
        &role,
        "select say_who_changes('contractor', 'sms'); delete from contractor_action_items",
    )
    .await
    .expect("it may change items");
    assert_eq!(
        rig.text("select update_type || ' ' || (database_user = session_user) from action_item_updates order by id desc limit 1")
            .await,
        "deleted true"
    );
    assert_eq!(
        rig.number("select count(*) from check_action_item_updates()")
            .await,
        0
    );
    without_role(&rig, &role).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_reads_it_and_changes_items_only() {
    let (rig, role) = with_application().await;
    let record = rig.text(RECORD).await;
    for sql in [
        "insert into action_item_updates default values",
        "update action_item_updates set new_value = 'completed'",
        "delete from action_item_updates",
        "truncate action_item_updates",
        "truncate contractor_action_items cascade",
        "set session_replication_role = replica",
        "select erase_contractor(1)",
        "select marketing.erase_person('a@example.com')",
    ] {
        let refusal = tried(&rig, "pgcascade_operator", sql).await;
        assert!(refusal.is_err(), "{sql} was possible");
    }
    assert_eq!(rig.text(RECORD).await, record);
    tried(
        &rig,
        "pgcascade_operator",
        "update contractor_action_items set priority = 1; select * from action_item_updates; select * from peers_to_ask()",
    )
    .await
    .expect("that is an operator's work");
    without_role(&rig, &role).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_owner_does_behind_the_triggers_shows() {
    let (rig, role) = with_application().await;
    rig.run("insert into contractor_action_items (id, contractor_id, title) values (2, 1, 'Write'), (3, 1, 'Meet'), (4, 1, 'Read')")
        .await;
    // An item that vanishes, one that is changed, one that is made, all unrecorded.
    rig.run(
        "set session_replication_role = replica;
        delete from contractor_action_items where id = 2;
        update contractor_action_items set status = 'completed', completed_at = now() where id = 3;
        insert into contractor_action_items (id, contractor_id, title) values (5, 1, 'Unseen');
        set session_replication_role = origin",
    )
    .await;
    let problems = rig
        .text("select string_agg(distinct action_item_id::text, ' ' order by action_item_id::text) from check_action_item_updates()")
        .await;
    assert_eq!(problems, "2 3 5");
    without_role(&rig, &role).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_chain_of_follow_ups_is_for_ever_whatever_a_row_says() {
    let (rig, role) = with_application().await;
    let base = "insert into contractor_followup_schedules (contractor_id, message_template, is_recurring, recurrence_interval_days";
    for endless in [
        format!("{base}, max_occurrences, scheduled_time) values (1, 'How?', true, 1, 61, now())"),
        format!("{base}, occurrence, scheduled_time) values (1, 'How?', true, 1, 0, now())"),
        format!("{base}, occurrence, scheduled_time) values (1, 'How?', true, 1, -1000000, now())"),
        format!("{base}, scheduled_time) values (1, 'How?', true, 0, now())"),
        format!("{base}, scheduled_time) values (1, 'How?', true, -7, now())"),
        format!("{base}, scheduled_time) values (1, 'How?', true, null, now())"),
        format!("{base}, scheduled_time) values (1, 'How?', true, 1, 'infinity')"),
    ] {
        assert!(tried(&rig, &role, &endless).await.is_err(), "{endless}");
    }
    // A daily one that was forgotten for ninety years makes one next, not thirty thousand.
    rig.run(&format!(
        "{base}, scheduled_time) values (1, 'How?', true, 1, '1936-01-01')"
    ))
    .await;
    rig.run("select next_followup(followup) from contractor_followup_schedules as followup where is_recurring")
        .await;
    assert_eq!(
        rig.number("select count(*) from contractor_followup_schedules where is_recurring")
            .await,
        2
    );
    // Two that name each other as the next make no third, and a loop is not followed.
    rig.run("update contractor_followup_schedules as followup set next_occurrence_id = other.id
        from contractor_followup_schedules as other where followup.is_recurring and other.is_recurring and other.id <> followup.id;
        select next_followup(followup) from contractor_followup_schedules as followup where is_recurring")
        .await;
    assert_eq!(
        rig.number("select count(*) from contractor_followup_schedules where is_recurring")
            .await,
        2
    );
    without_role(&rig, &role).await;
}
