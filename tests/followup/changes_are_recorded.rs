//! Every change of an action item is on record, by whomever and however it was made, and the record
//! shows what was done to it.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_changed_from_four_places_tells_who_how_and_why() {
    let (rig, server) = (Rig::texting(1).await, FakeGhl::start().await);
    rig.event_is_on().await;
    // 1: a form of another program.
    rig.run(
        "set application_name = 'registration form';
        insert into contractor_action_items (id, contractor_id, event_id, title) values (123, 1, 41, 'Follow up with John Smith');
        reset application_name",
    )
    .await;
    // 2: psql, by hand.
    rig.database
        .psql("update contractor_action_items set priority = 1 where id = 123;\n")
        .await;
    // 3: a model, by an API.
    rig.run(
        "begin; select say_who_changes('ai', 'api', 'sounds urgent');
        update contractor_action_items set due_date = current_date + 3, description = 'Ask about crews'; commit",
    )
    .await;
    // 4: the person, by a text.
    let question = rig.asked(1, "follow_up", "{}", 5).await;
    rig.run(&format!(
        "update contractor_followup_schedules set message_id = {question}, status = 'sent' where action_item_id = 123"
    ))
    .await;
    let daemon = rig.texts(&server);
    let text = rig.receives(1, "Done, sent him an email").await;
    rig.until_heard().await;
    daemon.stop().await;
    let changes: Vec<String> = rig
        .rows(
            "select concat_ws(' ', update_number, update_type, coalesce(old_value, '-'), '→',
                case when update_type = 'due_date_change' then 'a day' else new_value end, 'by', updated_by, 'through', update_source)
            from action_item_updates where action_item_id = 123 order by update_number",
            &[],
        )
        .await
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(
        changes,
        [
            "1 created - → Follow up with John Smith by operator through registration form",
            "2 priority_change 5 → 1 by operator through psql",
            "3 due_date_change - → a day by ai through api",
            "4 note_added - → Ask about crews by ai through api",
            "5 status_change pending → completed by contractor through sms_conversation",
        ]
    );
    assert_eq!(
        rig.number("select message_id from action_item_updates where update_number = 5")
            .await,
        text
    );
    assert_eq!(
        rig.text(
            "select response_text from contractor_followup_schedules where status = 'responded'"
        )
        .await,
        "Done, sent him an email"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_cannot_be_changed_by_who_may_change_items() {
    let rig = Rig::texting(1).await;
    rig.run("insert into contractor_action_items (contractor_id, title) values (1, 'Call'); update contractor_action_items set status = 'in_progress'")
        .await;
    let role = format!("app_{}", rig.database.name());
    rig.run(&format!(
        "create role {role}; grant usage on schema public to {role};
        grant select, insert, update, delete, truncate on contractor_action_items, action_item_updates to {role}"
    ))
    .await;
    for forbidden in [
        "update action_item_updates set new_value = 'completed'",
        "delete from action_item_updates",
        "truncate action_item_updates",
        "insert into action_item_updates (action_item_id, contractor_id, update_type, updated_by, update_source, database_user, update_number, digest, row_hash, salt)
         values (1, 1, 'status_change', 'contractor', 'sms', 'me', 9, '', '', '')",
    ] {
        let tried = rig
            .client
            .batch_execute(&format!("set role {role}; {forbidden}"))
            .await;
        rig.run("reset role").await;
        let refusal = tried.expect_err(forbidden);
        let refusal = refusal.as_db_error().expect("the server's refusal");
        assert!(refusal.message().contains("never changed"), "{refusal}");
    }
    rig.run(&format!(
        "set role {role}; update contractor_action_items set status = 'deferred'; reset role"
    ))
    .await;
    assert_eq!(
        rig.number("select count(*) from action_item_updates").await,
        3
    );
    assert_eq!(
        rig.number("select count(*) from check_action_item_updates()")
            .await,
        0
    );
    rig.run(&format!("drop owned by {role}; drop role {role}"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_owner_of_the_table_tampers_with_is_evident() {
    let rig = Rig::texting(1).await;
    rig.run("insert into contractor_action_items (id, contractor_id, title) values (1, 1, 'Call'), (2, 1, 'Write'), (3, 1, 'Meet');
        update contractor_action_items set status = 'in_progress'; update contractor_action_items set status = 'completed'")
        .await;
    rig.run(
        "alter table action_item_updates disable trigger user;
        update action_item_updates set new_value = 'cancelled' where action_item_id = 1 and update_number = 2;
        delete from action_item_updates where action_item_id = 2 and update_number = 2;
        delete from action_item_updates where action_item_id = 3 and update_number = 3;
        alter table action_item_updates enable trigger user",
    )
    .await;
    assert_eq!(
        rig.text("select string_agg(action_item_id || ': ' || problem, '; ' order by action_item_id, update_number) from check_action_item_updates()")
            .await,
        "1: its values were altered; 2: a change before it is missing; \
        3: its last recorded status is not its status: changes are missing"
    );
}
