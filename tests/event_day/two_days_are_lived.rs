//! The sample event from its import to the wrap-up: every text of every kind goes once to whom it
//! is due, none early, in the order of priority; counted at the server that takes them.
//!
//! Two days and the two weeks before pass in a minute because the database's clock is moved over
//! the time in which nothing is due. Rules, offsets, caps and consent are the product's own; the
//! account is faster than a real one, in the proportion in which time is shorter, and nobody has
//! quiet hours (they have their own test beside this one).

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

use super::venue::Venue;
use crate::cli::program::Program;
use crate::faults::books::{say, wanted};
use crate::support::cluster::temp_dir;
use crate::support::moved_clock::MovedClock;

/// What is not so in a real event: the rate, and quiet hours. Two rules that are off by default are
/// switched on, to have every kind of text.
const FASTER: &str = "
    update sending_accounts set rate = 6000, period = '10 seconds', concurrency = 24;
    delete from quiet_windows;
    update agenda_rules set enabled = true where name in ('profile_reminder_a_day_before', 'sponsor_batch_check')";
/// Who is there, and what they will do. One in ten never comes, one in ten comes after the start;
/// some will say YES to the first attendance check, two will say STOP at the first lunch.
const GUESTS: &str = "
    create table public.guests as
    select
        attendee.contractor_id,
        attendee.profile_completion_status = 'complete' as complete,
        case row_number() over (order by attendee.contractor_id) % 10
            when 0 then null
            when 1 then timestamptz '2027-09-14 08:20 America/Chicago'
            else timestamptz '2027-09-14 07:40 America/Chicago'
        end as comes_at,
        row_number() over (order by attendee.contractor_id) % 7 = 3 as says_yes,
        case when row_number() over (order by attendee.contractor_id) in (5, 18) then timestamptz '2027-09-14 12:40 America/Chicago' end as stops_at
    from public.event_attendees as attendee
    join public.contractors as contractor on contractor.id = attendee.contractor_id
    where attendee.sms_opt_in
    and contractor.phone is not null";
/// Also people without a phone, or who agreed to no texts, come in.
const COME: &str = "
    update public.event_attendees as attendee
    set check_in_time = clock_timestamp(), check_in_method = 'qr_code'
    where check_in_time is null
    and not exists (
        select from public.guests as guest
        where guest.contractor_id = attendee.contractor_id
        and coalesce(guest.comes_at, 'infinity') > clock_timestamp()
    )";
/// An organiser's own words to everybody, at the moment of the first alert.
const ANNOUNCE: &str = "
    insert into public.event_messages (event_id, contractor_id, message_type, message_content, scheduled_time)
    select event.id, guest.contractor_id, 'admin_custom', 'Coffee is free all day, {firstName}.',
        (select min(start_time) from public.event_agenda_items where speaker_id is not null) - interval '15 minutes'
    from public.events as event cross join public.guests as guest";
/// Those who will, answer.
const SAY: &str = "
    insert into public.inbound_messages (phone_number, body, provider_message_id)
    select public.read_phone(contractor.phone), $1, gen_random_uuid()::text
    from public.guests as guest join public.contractors as contractor on contractor.id = guest.contractor_id
    where case $1 when 'YES' then guest.says_yes and guest.comes_at is not null else guest.stops_at is not null end";
/// What was expected and not sent, and what was sent and not expected.
const DIFFERENCES: &str = "
    with
    sent as (
        select message_type::text, contractor_id,
            case when expected.is_timed then scheduled_time end as due, agenda_item_id as item_id
        from public.event_messages
        join (select message_type as kind, bool_or(due is not null) as is_timed from public.expected_texts group by message_type) as expected
            on expected.kind = message_type
        where direction = 'outbound' and status = 'sent'
        union all
        select message_type, contractor_id, null, null from public.event_messages
        where direction = 'outbound' and status = 'sent' and message_type not in (select message_type from public.expected_texts)
    ),
    wanted as (select message_type, contractor_id, due, item_id from public.expected_texts)
    select string_agg(line, E'\\n' order by line) from (
        (select 'not sent: ' || missing::text as line from (table wanted except all table sent) as missing limit 20)
        union all
        (select 'not expected: ' || surplus::text from (table sent except all table wanted) as surplus limit 20)
    ) as differences";

/// A text as the rows tell it.
struct Sent {
    kind: String,
    priority: i16,
    due: DateTime<Utc>,
    phone: String,
    body: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_of_a_two_day_event_goes_once_on_time_to_whom_it_is_due() {
    let Some(venue) = Venue::open("2027-09-01T12:00:00-05:00").await else {
        say("skipped: this needs libfaketime: scripts/install-faketime.sh");
        return;
    };
    venue.rig.run(FASTER).await;
    let daemon = venue.rig.texts(&venue.server);
    import(&venue, wanted("PGCASCADE_TEST_ATTENDEES", 30)).await;
    let began = Instant::now();
    live(&venue).await;
    daemon.stop().await;
    say(&format!(
        "16 days passed in {:.0?}, by {} moves of the clock",
        began.elapsed(),
        venue.moves()
    ));

    let differences = venue.rig.text(DIFFERENCES).await;
    assert_eq!(differences, "");
    let open =
        "select count(*) from event_messages where status not in ('sent', 'cancelled', 'received')";
    assert_eq!(venue.rig.number(open).await, 0);
    let once = "select count(*) from event_messages where status = 'sent' and attempts <> 1";
    assert_eq!(venue.rig.number(once).await, 0);
    assert!(venue.rig.number(AT_LUNCH).await > 0);
    let errors = "select string_agg(error_message, '; ') from marketing.pipeline_errors";
    assert_eq!(venue.rig.text(errors).await, "");
    count_at_the_server(&venue).await;
}

/// Imports the event with the first of its attendees, and writes down what the test knows of them.
async fn import(venue: &Venue, attendees: usize) {
    let sample = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/samples/event"));
    let folder = temp_dir();
    for name in [
        "event.csv",
        "days.csv",
        "speakers.csv",
        "sponsors.csv",
        "attendees.csv",
    ] {
        let text = fs::read_to_string(sample.join(name)).expect(name);
        let kept = match name {
            "attendees.csv" => text.split_inclusive('\n').take(attendees + 1).collect(),
            _ => text,
        };
        fs::write(folder.path().join(name), kept).expect(name);
    }
    let program = Program::on(venue.rig.database.url());
    let folder = folder.path().to_str().expect("a path of letters");
    program.run(&["import", "event", folder]).await.ok();
    venue.rig.run(GUESTS).await;
    venue.rig.run(include_str!("expected.sql")).await;
}

/// Introductions are made five minutes into lunch at the earliest.
const AT_LUNCH: &str = "select count(*) from public.event_messages as text
    join public.event_agenda_items as lunch on lunch.item_type = 'lunch' and text.scheduled_time = lunch.start_time + interval '5 minutes'
    where text.message_type = 'peer_match_introduction' and text.status = 'sent'";

/// Two weeks, two days and a night.
async fn live(venue: &Venue) {
    let rig = &venue.rig;
    rig.until("(select count(*) from event_agenda_items where speaker_id is not null) = 12")
        .await;
    venue.until_still().await;
    rig.run(ANNOUNCE).await;
    venue.live_until("2027-09-14T07:40:00-05:00").await;
    rig.run(COME).await;
    venue.live_until("2027-09-14T08:20:00-05:00").await;
    rig.run(COME).await;
    let asked = "select min(end_time) + interval '9 minutes' from event_agenda_items where speaker_id is not null";
    let asked = rig.rows(asked, &[]).await[0].get(0);
    venue.live_to(asked).await;
    rig.rows(SAY, &[&"YES"]).await;
    venue.live_until("2027-09-14T12:40:00-05:00").await;
    rig.rows(SAY, &[&"STOP"]).await;
    venue.live_until("2027-09-17T12:00:00-05:00").await;
}

/// Every text that arrived is one of ours, at its own phone, once; none is early, and what was due
/// together came in the order of priority.
async fn count_at_the_server(venue: &Venue) {
    let mut sent = sent(venue).await;
    let arrived = venue.server.texts();
    let mut lateness: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut moments: BTreeMap<DateTime<Utc>, Vec<i16>> = BTreeMap::new();
    for text in &arrived {
        let Some(row) = sent.remove(&text.id) else {
            panic!("a text arrived that no row knows, or twice: {}", text.body)
        };
        assert_eq!((&row.phone, &row.body), (&text.phone, &text.body));
        let at = venue.clock.at(text.at);
        let late = at - row.due;
        assert!(
            late > -MovedClock::tolerance(),
            "{} was early: {late}",
            row.kind
        );
        lateness
            .entry(row.kind)
            .or_default()
            .push(late.num_milliseconds());
        moments.entry(row.due).or_default().push(row.priority);
    }
    assert_eq!(sent.len(), 0, "{} texts never arrived", sent.len());
    let early = "select count(*) from message_attempts as attempt join event_messages as message on message.id = message_id
        where called_at < scheduled_time";
    assert_eq!(venue.rig.number(early).await, 0);
    report(&lateness, arrived.len());

    let concurrency = venue
        .rig
        .number("select concurrency::bigint from sending_accounts")
        .await;
    let (together, overtaken) = order_of(&moments);
    say(&format!(
        "{together} moments had texts of several priorities; at most {overtaken} texts of a lower \
         priority arrived before one of a higher ({concurrency} are under way at once)"
    ));
    assert!(together > 0, "priorities met at no moment");
    assert!(overtaken <= usize::try_from(concurrency).expect("few"));
}

/// All texts that were sent, by the provider's id.
async fn sent(venue: &Venue) -> HashMap<String, Sent> {
    let rows = "select ghl_message_id, message_type::text, priority, scheduled_time, phone, message_content
        from event_messages where direction = 'outbound' and status = 'sent'";
    let rows = venue.rig.rows(rows, &[]).await;
    let of = |row: &tokio_postgres::Row| {
        let sent = Sent {
            kind: row.get(1),
            priority: row.get(2),
            due: row.get(3),
            phone: row.get(4),
            body: row.get(5),
        };
        (row.get(0), sent)
    };
    rows.iter().map(of).collect()
}

/// Prints how late texts were: the middle one, and all but one in a hundred.
fn report(lateness: &BTreeMap<String, Vec<i64>>, arrived: usize) {
    let mut all = Vec::new();
    for (kind, late) in lateness {
        let (p50, p99) = (percentile(late, 50), percentile(late, 99));
        say(&format!(
            "{kind:32} {:6} texts, late p50 {p50} ms, p99 {p99} ms",
            late.len()
        ));
        all.extend_from_slice(late);
    }
    let (p50, p99) = (percentile(&all, 50), percentile(&all, 99));
    say(&format!(
        "{arrived} texts arrived, each once; late p50 {p50} ms, p99 {p99} ms"
    ));
    let most = TimeDelta::milliseconds(p99);
    assert!(
        most < TimeDelta::seconds(wanted("PGCASCADE_TEST_LATE_SECS", 120)),
        "p99 is {most}"
    );
}

/// How many moments had texts of several priorities, and how many of a lower one came before one
/// of a higher at most.
fn order_of(moments: &BTreeMap<DateTime<Utc>, Vec<i16>>) -> (usize, usize) {
    let mut together = 0;
    let mut most = 0;
    for priorities in moments.values() {
        together += usize::from(priorities.iter().any(|other| *other != priorities[0]));
        for (at, priority) in priorities.iter().enumerate() {
            let before = &priorities[..at];
            most = most.max(before.iter().filter(|other| *other > priority).count());
        }
    }
    (together, most)
}

/// The value below which so many of a hundred lie.
fn percentile(values: &[i64], percent: usize) -> i64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) * percent / 100]
}
