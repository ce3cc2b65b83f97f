//! Thousands of people: one comparison, in a time that is printed.

use std::io::Write;
use std::time::Instant;

use super::sync;
use crate::support::daemon::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_people_and_twelve_sessions_are_compared_at_once() {
    let rig = Rig::deployed().await;
    rig.run("insert into public.contractors (id, first_name, phone, focus_areas, revenue_tier, team_size)
            select n, 'Person ' || n, '+1512555' || lpad((100 + n % 100)::text, 4, '0'), 'hiring', '1m_2m', '5' from generate_series(1, 5000) as n;
        insert into public.events (id, name, date, timezone) values (42, 'Big Day', '2083-03-14', 'America/New_York');
        insert into public.event_speakers (event_id, name) select 42, 'Speaker ' || n from generate_series(1, 12) as n;
        select public.agenda_generate(42);
        insert into public.event_attendees (event_id, contractor_id, sms_opt_in) select 42, id, true from public.contractors")
        .await;
    for (step, change, expected) in [
        // 5 of the event and 12 alerts each, and the matching.
        ("plan", "select", "85001 0 0"),
        ("plan again", "select", "0 0 0"),
        (
            "everybody checks in",
            "update public.event_attendees set check_in_time = '2083-03-14 08:30 America/New_York'",
            "65000 0 15000",
        ),
        (
            "a session moves",
            "update public.event_agenda_items set start_time = start_time + '5 minutes' where generation_key like 'speaker:%' and title like '% 5'",
            "0 10000 0",
        ),
        (
            "the event moves to the next day",
            "update public.events set date = date + 1, end_date = end_date + 1",
            "1 135000 1",
        ),
    ] {
        rig.run(change).await;
        let begun = Instant::now();
        assert_eq!(sync(&rig, 42).await, expected, "{step}");
        tell(&format!("{step}: {expected}"), begun);
    }
    for (step, change, follow) in [
        ("one person", "select", "select from public.agenda_sync(42, array[4000])"),
        (
            "a session moves, what it concerns",
            "update public.event_agenda_items set start_time = start_time + '5 minutes' where generation_key like 'speaker:%' and title like '% 6'",
            "select from public.agenda_sync_changes(42, now())",
        ),
        (
            "one late registration",
            "insert into public.contractors (id, first_name, phone, focus_areas, revenue_tier, team_size)
                values (6000, 'Late', '+15125550123', 'hiring', '1m_2m', '5');
            insert into public.event_attendees (event_id, contractor_id, sms_opt_in) values (42, 6000, true)",
            "select from public.agenda_sync(42, array[6000])",
        ),
    ] {
        rig.run(change).await;
        let begun = Instant::now();
        rig.run(follow).await;
        tell(step, begun);
    }
    assert_eq!(sync(&rig, 42).await, "0 0 0");
}

/// Says how long a step took; nothing is made of it, machines differ.
fn tell(step: &str, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    // A test whose output nobody reads goes on.
    let _ = writeln!(std::io::stderr(), "{step}: {seconds:.2} s");
}
