//! What cannot be is refused with a reason, what follows from the rest is filled in, and every table
//! and column says what it is.

use crate::support::daemon::Rig;

/// What the server says to a statement that it refuses.
async fn refused(rig: &Rig, sql: &str) -> String {
    let error = rig.client.batch_execute(sql).await.expect_err(sql);
    format!("{error:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_are_kept_in_one_form() {
    let rig = Rig::deployed().await;
    for (written, kept) in [
        ("(512) 555-0123", "+15125550123"),
        ("512.555.0123", "+15125550123"),
        ("1 512 555 0123", "+15125550123"),
        ("+1-512-555-0123", "+15125550123"),
        ("tel:+15125550123", "+15125550123"),
        ("+44 (0)20 7946 0123", "+442079460123"),
        ("0044 20 7946 0123", "+442079460123"),
        ("  ", ""),
    ] {
        let sql = "insert into public.contractors (name, phone) values ('Ada Sample', $1) returning coalesce(phone, '')";
        let phone: String = rig.rows(sql, &[&written]).await[0].get(0);
        assert_eq!(phone, kept, "{written}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_none_is_refused_and_not_repeated() {
    let rig = Rig::deployed().await;
    for phone in [
        "n/a",
        "555-0123",
        "512 555 0123 ext. 4",
        "+1 512 555 0123 / +1 512 555 0124",
        "112 555 0123",
        "+1 212 055 0123",
        "+0 512 555 0123",
        "+12345678901234567",
        "1-800-FLOWERS",
        "五一二",
    ] {
        let sql = format!("insert into public.contractors (name, phone) values ('A', '{phone}')");
        let said = refused(&rig, &sql).await;
        assert!(
            said.contains("This is no phone number.") && said.contains("+15125550123"),
            "{phone}: {said}"
        );
        assert!(!said.contains(phone), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_time_zone_is_refused_and_the_one_meant_is_named() {
    let rig = Rig::deployed().await;
    for (zone, said) in [
        ("'new york'", "Did you mean America/New_York?"),
        ("'america/new_york'", "Did you mean America/New_York?"),
        ("'US/Nowhere'", "US/Nowhere is no time zone."),
        ("'EST'", "EST is no time zone."),
        ("'Nowhere/Else+3'", "is no time zone."),
        ("null", "An event needs a time zone."),
    ] {
        let sql = format!(
            "insert into public.events (name, date, timezone) values ('A', '2083-03-14', {zone})"
        );
        let answer = refused(&rig, &sql).await;
        assert!(answer.contains(said), "{zone}: {answer}");
    }
    let known = "select count(*) from pg_timezone_names where name like '%/%' and name not like 'posix/%' and not public.is_time_zone(name)";
    assert_eq!(rig.number(known).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused() {
    let rig = Rig::deployed().await;
    rig.run("insert into public.events (id, name, date, timezone) values (1, 'A', '2083-03-14', 'UTC'), (2, 'B', '2083-03-14', 'UTC');
        insert into public.contractors (id, name) values (1, 'Ada Sample');
        insert into public.event_speakers (id, event_id, name) values (1, 1, 'Ida Stone')")
        .await;
    for (sql, constraint) in [
        (
            "update events set end_date = date - 1",
            "an_event_must_not_end_before_it_starts",
        ),
        (
            "update events set end_date = date + 400",
            "an_event_must_last_at_most_60_days",
        ),
        (
            "update events set name = ' '",
            "event_name_must_be_1_to_255_characters",
        ),
        (
            "update events set status = 'over'",
            "event_status_must_be_known",
        ),
        (
            "update events set sms_event_code = 'PARTY'",
            "sms_event_code_must_be_three_letters_and_four_digits",
        ),
        (
            "insert into event_days (event_id, day_date, start_time, end_time) values (1, '2083-03-14', '17:00', '08:00')",
            "a_day_must_not_end_before_it_starts",
        ),
        (
            "insert into event_agenda_items (event_id, start_time, end_time, item_type, title) values (1, now(), now(), 'session', 'x')",
            "an_item_must_not_end_before_it_starts",
        ),
        (
            "insert into event_agenda_items (event_id, start_time, end_time, item_type, title) values (1, now(), now() + '2 days', 'session', 'x')",
            "an_item_must_last_at_most_a_day",
        ),
        (
            "insert into event_agenda_items (event_id, start_time, item_type, title) values (1, 'infinity', 'session', 'x')",
            "item_times_must_be_finite",
        ),
        (
            "insert into event_agenda_items (event_id, start_time, item_type, title) values (1, now(), 'nap', 'x')",
            "item_type_must_be_known",
        ),
        (
            "insert into event_agenda_items (event_id, start_time, item_type, title, speaker_id) values (2, now(), 'session', 'x', 1)",
            "event_agenda_items_speaker_fkey",
        ),
        (
            "update event_speakers set pcr_score = -1",
            "speaker_scores_must_be_0_to_100",
        ),
        (
            "update event_speakers set total_ratings = -1",
            "total_ratings_must_not_be_negative",
        ),
        (
            "update event_speakers set session_time = now(), session_end = now() - interval '1 hour'",
            "a_talk_must_not_end_before_it_starts",
        ),
        (
            "insert into event_attendees (event_id, contractor_id, check_in_time, check_out_time) values (1, 1, now(), now() - interval '1 hour')",
            "nobody_leaves_before_coming",
        ),
        (
            "insert into event_attendees (event_id, contractor_id, check_out_time) values (1, 1, now())",
            "nobody_leaves_without_coming",
        ),
        (
            "insert into event_attendees (event_id, contractor_id, check_in_method) values (1, 1, 'smile')",
            "check_in_method_must_be_known",
        ),
        (
            "insert into event_attendees (event_id, contractor_id, profile_completion_status) values (1, 1, 'done')",
            "profile_completion_status_must_be_known",
        ),
        (
            "insert into contractors (first_name) values (' ')",
            "A contractor needs a name.",
        ),
        (
            "insert into contractors (name, email) values ('A', 'nobody')",
            "contractor_email_must_be_an_address",
        ),
    ] {
        let said = refused(&rig, sql).await;
        assert!(said.contains(constraint), "{sql}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_made_of_each_other() {
    let rig = Rig::deployed().await;
    let sql = "insert into public.contractors (name, first_name, last_name, company_name) values
            ('Zoe van Sample', null, null, null), (null, 'Yan', 'Sample', null), (null, null, null, 'Sample Inc')
        returning concat_ws('|', name, coalesce(first_name, '-'), coalesce(last_name, '-'))";
    let names: Vec<String> = rig
        .rows(sql, &[])
        .await
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(
        names,
        [
            "Zoe van Sample|Zoe|van Sample",
            "Yan Sample|Yan|Sample",
            "Sample Inc|-|-"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_becomes_complete_by_itself_and_stays_so() {
    let rig = Rig::deployed().await;
    rig.run("insert into public.events (id, name, date, timezone) values (1, 'A', '2083-03-14', 'UTC');
        insert into public.contractors (id, name) values (1, 'Ada Sample');
        insert into public.event_attendees (event_id, contractor_id, sms_opt_in) values (1, 1, true);
        update public.contractors set focus_areas = 'hiring', revenue_tier = '1m_2m'")
        .await;
    let status = "select profile_completion_status || ' ' || (profile_completion_time is not null)::text || ' ' || (sms_opt_in_at is not null)::text
        from public.event_attendees";
    assert_eq!(rig.text(status).await, "pending false true");
    rig.run("update public.contractors set team_size = '5'")
        .await;
    assert_eq!(rig.text(status).await, "complete true true");
    rig.run("update public.contractors set team_size = null")
        .await;
    assert_eq!(rig.text(status).await, "complete true true");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_agrees_to_texts_by_silence() {
    let rig = Rig::deployed().await;
    let defaults = "select string_agg(column_default, ' ') from information_schema.columns
        where table_schema = 'public' and table_name in ('contractors', 'event_attendees') and column_name = 'sms_opt_in'";
    assert_eq!(rig.text(defaults).await, "false false");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_column_and_function_of_live_events_says_what_it_is() {
    let rig = Rig::deployed().await;
    let silent = "select coalesce(string_agg(what, ', '), '') from (
        select format('%s.%s', class.oid::regclass, attribute.attname) as what
        from pg_class as class
        join pg_attribute as attribute on attribute.attrelid = class.oid and attnum > 0 and not attisdropped
        where class.relnamespace = 'public'::regnamespace and class.relkind = 'r' and class.relname <> 'refinery_schema_history'
        and col_description(class.oid, attribute.attnum) is null
        union all
        select class.oid::regclass::text from pg_class as class
        where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'v') and class.relname <> 'refinery_schema_history'
        and obj_description(class.oid, 'pg_class') is null
        union all
        select routine.oid::regprocedure::text from pg_proc as routine
        where routine.pronamespace = 'public'::regnamespace
        and (obj_description(routine.oid, 'pg_proc') is null
            or not exists (select from unnest(routine.proconfig) as setting where setting like 'search_path=%'))
    ) as silent";
    assert_eq!(rig.text(silent).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_runs_an_event_and_a_reader_only_looks() {
    let rig = super::event().await;
    rig.run(
        "set role pgcascade_operator;
        update public.events set date = '2083-03-21';
        select public.agenda_generate(41), public.agenda_sync(41);
        reset role; set role pgcascade_reader; select count(*) from public.agenda_texts(41)",
    )
    .await;
    let said = refused(&rig, "select public.agenda_sync(41)").await;
    assert!(said.contains("permission denied"), "{said}");
    let said = refused(&rig, "update public.events set name = 'Mine'").await;
    assert!(said.contains("permission denied"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_rows_bring_along_are_not_given_again() {
    let rig = super::event().await;
    let next = "insert into public.events (name, date, timezone) values ('Next', '2083-05-01', 'UTC') returning id";
    assert_eq!(rig.number(next).await, 42);
}
