//! Queries that people know, as they are written elsewhere, on an empty and on a filled database.

use super::{EVENT, sync};
use crate::support::daemon::Rig;

const DETAILS: &str = "SELECT id, name, start_date, end_date
FROM events
WHERE id = $1";

const INTRODUCTIONS: &str = "SELECT
  id,
  contractor_id,
  scheduled_time,
  status,
  personalization_data->>'peer_name' as peer_name,
  personalization_data->>'match_score' as match_score
FROM event_messages
WHERE event_id = 41
  AND message_type = 'peer_match_introduction'
ORDER BY scheduled_time;";

const FAILED: &str = "SELECT * FROM event_messages
  WHERE status = 'failed'
  AND scheduled_time > NOW() - INTERVAL '24 hours'";

const ATTENDEES: &str = "SELECT
    c.id,
    c.name,
    c.phone,
    c.company_name,
    c.service_area,
    ea.event_id
  FROM contractors c
  INNER JOIN event_attendees ea ON c.id = ea.contractor_id
  WHERE ea.event_id = $1
    AND ea.checked_in = true
    AND ea.check_in_time IS NOT NULL";

const JOINED: &str =
    "SELECT em.*, c.phone, c.name, c.first_name, c.last_name, c.email, c.company_name,
    e.name AS event_name, e.date, e.location
  FROM event_messages em
  JOIN contractors c ON em.contractor_id = c.id
  JOIN events e ON em.event_id = e.id
  WHERE em.event_id = $1";

#[tokio::test(flavor = "multi_thread")]
async fn queries_that_people_know_run() {
    let rig = Rig::deployed().await;
    for is_filled in [false, true] {
        if is_filled {
            rig.run(EVENT).await;
            rig.run(
                "update public.event_attendees set check_in_time = now() where contractor_id < 3",
            )
            .await;
            sync(&rig, 41).await;
        }
        let event = 41_i64;
        for (sql, values, filled) in [
            (
                DETAILS,
                &[&event as &(dyn tokio_postgres::types::ToSql + Sync)][..],
                1,
            ),
            (INTRODUCTIONS, &[], 0),
            (FAILED, &[], 0),
            (ATTENDEES, &[&event], 2),
            (JOINED, &[&event], 22),
        ] {
            let expected = if is_filled { filled } else { 0 };
            assert_eq!(rig.rows(sql, values).await.len(), expected, "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn first_and_last_day_are_both_known() {
    let rig = Rig::deployed().await;
    rig.run("insert into events (name, date, timezone) values ('Power Day', '2083-03-14', 'America/New_York')")
        .await;
    let days = "select date || ' ' || start_date || ' ' || end_date from events";
    assert_eq!(rig.text(days).await, "2083-03-14 2083-03-14 2083-03-14");
}
