//! Capacity is arithmetic: the forecast's numbers are those of the rate.

use crate::support::daemon::Rig;

const RUSHES: &str = "select coalesce(string_agg(concat_ws(' ', texts, late, extract(epoch from ends_at - begins_at)::integer, missed), ', '), '')
    from public.sending_forecast()";

/// So many people's texts of a type at one time of tomorrow's noon.
async fn due(rig: &Rig, texts: i32, message_type: &str) {
    rig.run(&format!(
        "insert into public.event_messages (event_id, contractor_id, message_type, scheduled_time)
        select 41, n, '{message_type}', date_trunc('day', now()) + interval '1 day 12 hours' from generate_series(1, {texts}) as n"
    ))
    .await;
}

async fn people(texts: i32) -> Rig {
    let rig = Rig::deployed().await;
    rig.run(&format!(
        "insert into public.events (id, name, date, timezone) values (41, 'Day', current_date + 1, 'UTC');
        insert into public.contractors (id, name) select n, 'Person ' || n from generate_series(1, {texts}) as n"
    ))
    .await;
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_take_fifteen_minutes_and_590_half_an_hour() {
    for (texts, seconds) in [(300, 900), (590, 1774)] {
        let rig = people(texts).await;
        due(&rig, texts, "admin_custom").await;
        let said = rig.text(RUSHES).await;
        let numbers: Vec<i32> = said
            .split(' ')
            .map(|number| number.parse().expect("one rush"))
            .collect();
        assert_eq!(numbers[0], texts, "{said}");
        // 20 leave within the first minute.
        assert!((texts - 22..=texts - 19).contains(&numbers[1]), "{said}");
        assert!((seconds - 5..=seconds + 5).contains(&numbers[2]), "{said}");
        assert_eq!(numbers[3], 0, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looked_at_early_is_reckoned_at_its_time() {
    let rig = people(300).await;
    due(&rig, 150, "check_in_reminder_1_hour").await;
    due(&rig, 150, "admin_custom").await;
    let said = rig.text(RUSHES).await;
    assert!(said.starts_with("300 "), "{said}");
    let at = "select to_char(begins_at, 'HH24:MI') from public.sending_forecast()";
    assert_eq!(rig.text(at).await, "12:00");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_the_rate_cannot_keep_is_told() {
    let rig = people(400).await;
    due(&rig, 400, "speaker_alert").await;
    // 15 minutes carry 299 or 300.
    let missed = rig
        .number("select missed from public.sending_forecast()")
        .await;
    assert!((100..=102).contains(&missed), "{missed}");
    let remedy = rig
        .text("select remedy from public.sending_forecast()")
        .await;
    assert!(
        remedy.contains("Spread them")
            && remedy.contains("raise the rate")
            && remedy.contains("fewer"),
        "{remedy}"
    );
    rig.run("update public.sending_accounts set rate = 500")
        .await;
    let late = "select sum(late)::bigint from public.sending_forecast()";
    assert_eq!(rig.number(late).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pointless_already_is_no_rush() {
    let rig = people(10).await;
    rig.run("insert into public.event_messages (event_id, contractor_id, message_type, scheduled_time) select 41, n, 'admin_custom', '1970-01-01' from generate_series(1, 10) as n")
        .await;
    assert_eq!(rig.text(RUSHES).await, "");
}

/// The open alert about late texts.
const ALERT: &str =
    "select coalesce(string_agg(concat_ws(' | ', subject, message, what_to_do), '; '), 'none')
    from marketing.vw_open_alerts where rule_name = 'late_texts'";

#[tokio::test(flavor = "multi_thread")]
async fn what_will_be_late_is_an_alert_whoever_planned_it() {
    let rig = Rig::deployed().await;
    let daemon = rig.daemon(pgcascade::engine::Registry::default());
    rig.run("update pipeline.alert_rules set enabled = true where name = 'late_texts'")
        .await;
    // Nobody schedules a text here: people register, and the agenda plans.
    rig.run("insert into public.events (id, name, date, timezone) values (41, 'Day', current_date + 2, 'UTC');
        insert into public.event_agenda_items (event_id, item_type, title, start_time, end_time)
            values (41, 'session', 'Talk', current_date + 2 + time '12:00', current_date + 2 + time '13:00');
        insert into public.contractors (id, name, phone) select n, 'Person ' || n, '+1512555' || lpad((100 + n % 100)::text, 4, '0') from generate_series(1, 300) as n;
        insert into public.event_attendees (event_id, contractor_id, sms_opt_in) select 41, id, true from public.contractors")
        .await;
    rig.until("exists (select from marketing.vw_open_alerts where rule_name = 'late_texts')")
        .await;
    let said = rig.text(ALERT).await;
    assert!(
        said.starts_with("main | ") && said.contains("raise the rate"),
        "{said}"
    );
    rig.run("select pipeline.raise_alerts()").await;
    assert_eq!(rig.text(ALERT).await, said, "it stands until it is over");
    // A higher rate, and plans that are made again: it is over.
    rig.run("update public.sending_accounts set rate = 6000; update public.events set date = date + 1, end_date = date + 1")
        .await;
    rig.until("not exists (select from marketing.vw_open_alerts where rule_name = 'late_texts')")
        .await;
    // The same for a bulk schedule by hand.
    rig.run("update public.sending_accounts set rate = 20")
        .await;
    due(&rig, 300, "admin_custom").await;
    rig.until("exists (select from marketing.vw_open_alerts where rule_name = 'late_texts')")
        .await;
    rig.run("update marketing.pipeline_alerts set ends_at = clock_timestamp(); select pipeline.raise_alerts()")
        .await;
    assert_eq!(rig.text(ALERT).await, "none");
    daemon.stop().await;
}
