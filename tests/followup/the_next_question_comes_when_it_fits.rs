//! When a follow-up's time is not given it follows from what matters and how fast people answer.

use crate::support::daemon::Rig;

/// Days from the event's end to the follow-up of each item, by the items' numbers.
const DAYS: &str = "select string_agg(
        ((followup.scheduled_time at time zone zone_of(1, 41))::date - event.end_date)::text, ' ' order by followup.action_item_id
    )
    from contractor_followup_schedules as followup
    join events as event on event.id = 41";

async fn at_an_event() -> Rig {
    let rig = Rig::texting(1).await;
    rig.event_is_on().await;
    rig
}

/// Items of these priorities, the first with the number `first`.
async fn items(rig: &Rig, first: i32, priorities: &str) {
    rig.run(&format!(
        "insert into contractor_action_items (id, contractor_id, event_id, title, priority)
        select {first} + nth - 1, 1, 41, 'Call ' || nth, priority
        from unnest(array[{priorities}]) with ordinality as given (priority, nth)"
    ))
    .await;
}

/// Three questions that were answered after so long.
async fn answers_after(rig: &Rig, how_long: &str) {
    rig.run(&format!(
        "update event_messages
        set actual_send_time = now() - interval '20 days', response_time = now() - interval '20 days' + interval '{how_long}'
        where message_type = 'pcr_request'"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_matters_most_is_asked_about_sooner() {
    let rig = at_an_event().await;
    items(&rig, 1, "1, 3, 4, 5, 6, 10").await;
    assert_eq!(rig.text(DAYS).await, "2 2 3 3 3 3");
    assert_eq!(
        rig.text("select string_agg(distinct (scheduled_time at time zone zone_of(1, 41))::time::text, ' ') from contractor_followup_schedules")
            .await,
        "10:00:00"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_at_once_is_asked_sooner_but_never_under_two_days() {
    let rig = at_an_event().await;
    rig.asked(1, "pcr_request", "{}", 1).await;
    rig.asked(1, "pcr_request", "{}", 1).await;
    answers_after(&rig, "5 minutes").await;
    items(&rig, 1, "10").await;
    assert_eq!(rig.text(DAYS).await, "3", "two answers tell nothing");
    rig.asked(1, "pcr_request", "{}", 1).await;
    answers_after(&rig, "5 minutes").await;
    items(&rig, 2, "10").await;
    answers_after(&rig, "9 days").await;
    items(&rig, 3, "10").await;
    answers_after(&rig, "47 hours").await;
    items(&rig, 4, "10").await;
    assert_eq!(rig.text(DAYS).await, "3 2 3 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_organiser_has_set_counts_and_the_event_before_all() {
    let rig = at_an_event().await;
    rig.run("update followup_settings set check_in_after_days = 5")
        .await;
    items(&rig, 1, "1").await;
    rig.run("insert into event_followup_settings (event_id, check_in_after_days) values (41, 0)")
        .await;
    items(&rig, 2, "1").await;
    rig.run("update event_followup_settings set check_in_after_days = null")
        .await;
    items(&rig, 3, "1").await;
    assert_eq!(rig.text(DAYS).await, "5 0 5");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_without_a_time_finds_one() {
    let rig = at_an_event().await;
    items(&rig, 1, "1").await;
    rig.run(
        "delete from contractor_followup_schedules;
        insert into contractor_followup_schedules (contractor_id, event_id, action_item_id, message_template)
        values (1, 41, 1, 'Did you call?'), (1, 41, null, 'How is it going?')",
    )
    .await;
    assert_eq!(
        rig.text(
            "select string_agg(
                to_char((scheduled_time at time zone zone_of(1, 41)) - (now() at time zone zone_of(1, 41))::date, 'FMDD HH24:MI'),
                ', ' order by id
            )
            from contractor_followup_schedules"
        )
        .await,
        "2 10:00, 1 10:00"
    );
}
