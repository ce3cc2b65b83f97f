//! `agenda_generate`: a day from its speakers, lunch near noon, people's items left alone, the rest
//! by difference.

use crate::support::daemon::Rig;

/// An event of so many days with so many speakers, in New York.
async fn speakers(days: i32, count: i32) -> Rig {
    let rig = Rig::deployed().await;
    rig.run(&format!(
        "insert into public.events (id, name, date, end_date, timezone)
            values (41, 'Power Day', '2083-03-14', date '2083-03-13' + {days}, 'America/New_York');
        insert into public.event_speakers (id, event_id, name) select n, 41, 'Speaker ' || n from generate_series(1, {count}) as n"
    ))
    .await;
    rig
}

async fn generate(rig: &Rig) -> String {
    rig.text(
        "select concat_ws(' ', inserted, updated, deleted, kept) from public.agenda_generate(41)",
    )
    .await
}

/// The agenda, `HH:MM-HH:MM type` by line; further days begin with their number.
async fn agenda(rig: &Rig) -> String {
    rig.text("select string_agg(case when start_time at time zone 'America/New_York' >= '2083-03-15'
            then to_char(start_time at time zone 'America/New_York', 'DD ') else '' end
            || to_char(start_time at time zone 'America/New_York', 'HH24:MI-') || to_char(end_time at time zone 'America/New_York', 'HH24:MI ')
            || case when speaker_id is null then item_type else 'speaker ' || speaker_id end, E'\\n' order by start_time)
        from public.event_agenda_items where status <> 'cancelled'")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_laid_out_from_its_speakers() {
    let rig = speakers(1, 6).await;
    assert_eq!(generate(&rig).await, "11 0 0 0");
    assert_eq!(
        agenda(&rig).await,
        "08:00-09:00 registration\n09:00-09:30 keynote\n09:45-10:30 speaker 1\n10:45-11:30 speaker 2\n\
         11:30-12:30 lunch\n12:30-13:15 speaker 3\n13:30-14:15 speaker 4\n14:15-14:30 break\n\
         14:30-15:15 speaker 5\n15:30-16:15 speaker 6\n16:15-16:45 closing"
    );
    let status = "select agenda_status from public.events";
    assert_eq!(rig.text(status).await, "confirmed");
    assert_eq!(generate(&rig).await, "0 0 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_speaker_is_enough_for_a_lunch() {
    let rig = speakers(1, 1).await;
    generate(&rig).await;
    assert_eq!(
        agenda(&rig).await,
        "08:00-09:00 registration\n09:00-09:30 keynote\n09:45-10:30 speaker 1\n12:00-13:00 lunch\n13:00-13:30 closing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn speakers_are_spread_over_the_days() {
    let rig = speakers(2, 3).await;
    rig.run(
        "insert into public.event_days (event_id, day_date, start_time, end_time)
        values (41, '2083-03-14', '08:00', '17:00'), (41, '2083-03-15', '09:00', '17:00')",
    )
    .await;
    generate(&rig).await;
    let told = agenda(&rig).await;
    assert!(
        told.contains("speaker 2\n")
            && told.contains("15 09:00-09:30 registration\n15 09:30-10:15 speaker 3")
            && told.contains("15 12:00-13:00 lunch"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_time_that_was_given_is_kept() {
    let rig = speakers(1, 3).await;
    rig.run("update public.event_speakers set session_time = '2083-03-14 11:45 America/New_York', session_duration_minutes = 90 where id = 1;
        insert into public.event_sponsors (event_id, sponsor_name, presentation_time) values (41, 'Sponsor', '2083-03-14 15:00 America/New_York')")
        .await;
    generate(&rig).await;
    let told = agenda(&rig).await;
    assert!(
        told.contains("11:45-13:15 speaker 1") && told.contains("15:00-15:30 sponsor_session"),
        "{told}"
    );
    let clash = "select count(*) from public.event_agenda_items as one join public.event_agenda_items as other
        on other.id > one.id and tstzrange(one.start_time, one.end_time) && tstzrange(other.start_time, other.end_time)";
    assert_eq!(rig.number(clash).await, 0, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_that_stay_keep_their_ids_and_changes_of_people_stay() {
    let rig = speakers(1, 4).await;
    generate(&rig).await;
    rig.run("update public.event_agenda_items set start_time = '2083-03-14 12:15 America/New_York', end_time = '2083-03-14 13:00 America/New_York'
            where item_type = 'lunch';
        insert into public.event_agenda_items (event_id, start_time, end_time, item_type, title)
            values (41, '2083-03-14 18:00 America/New_York', '2083-03-14 19:00 America/New_York', 'networking', 'Drinks')")
        .await;
    let ids = "select string_agg(id || generation_key, ' ' order by id) from public.event_agenda_items where origin <> 'manual'";
    let before = rig.text(ids).await;
    rig.run("delete from public.event_speakers where id = 4")
        .await;
    assert!(generate(&rig).await.ends_with(" 1 2"));
    let after = rig.text(ids).await;
    assert!(before.starts_with(&after[..20]), "{before}\n{after}");
    let told = agenda(&rig).await;
    assert!(
        told.contains("12:15-13:00 lunch") && told.contains("18:00-19:00 networking"),
        "{told}"
    );
    // Cancelled by a person, it does not come back.
    rig.run(
        "update public.event_agenda_items set status = 'cancelled' where item_type = 'keynote'",
    )
    .await;
    generate(&rig).await;
    assert!(!agenda(&rig).await.contains("keynote"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_speakers_it_says_what_to_do() {
    let rig = speakers(1, 0).await;
    let error = rig
        .client
        .batch_execute("select public.agenda_generate(41)")
        .await
        .expect_err("nothing to lay out");
    let said = format!("{error:?}");
    assert!(
        said.contains("has no speakers") && said.contains("INSERT INTO event_speakers"),
        "{said}"
    );
    let error = rig
        .client
        .batch_execute("select public.agenda_generate(42)")
        .await
        .expect_err("no such event");
    assert!(format!("{error:?}").contains("There is no event 42."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_is_over_in_minutes() {
    let rig = speakers(1, 3).await;
    rig.run("update public.events set accelerated = true").await;
    generate(&rig).await;
    let span = "select (max(end_time) - min(start_time)) < interval '10 minutes' and min(start_time) > now()
        and bool_or(item_type = 'lunch') from public.event_agenda_items";
    let is_short: bool = rig.rows(span, &[]).await[0].get(0);
    assert!(is_short, "{}", agenda(&rig).await);
    assert_eq!(generate(&rig).await, "0 0 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_deletes_stays_deleted_until_it_is_asked_for() {
    let rig = speakers(1, 6).await;
    generate(&rig).await;
    rig.run("delete from public.event_agenda_items where item_type = 'lunch' or title like '%Speaker 2%' or speaker_id = 2")
        .await;
    assert_eq!(generate(&rig).await, "0 0 0 0");
    // A speaker who goes is another matter: the layout drops the session itself.
    rig.run("delete from public.event_speakers where id = 6")
        .await;
    generate(&rig).await;
    let lunches = "select count(*) from public.event_agenda_items where item_type = 'lunch'";
    assert_eq!(rig.number(lunches).await, 0);
    let removed = "select string_agg(generation_key, ', ' order by generation_key) from public.agenda_removals";
    assert_eq!(rig.text(removed).await, "lunch:day-1, speaker:2");
    rig.run("select public.agenda_generate(41, restore => true)")
        .await;
    assert_eq!(rig.number(lunches).await, 1);
    assert_eq!(
        rig.number("select count(*) from public.agenda_removals")
            .await,
        0
    );
    rig.run("delete from public.events").await;
}
