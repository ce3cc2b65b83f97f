//! The documented queries, to the letter, on what texts have made.

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;

const PENDING: &str = "SELECT * FROM contractor_action_items
WHERE contractor_id = $1 AND status = 'pending'
ORDER BY priority ASC, due_date ASC NULLS LAST;";

const UPCOMING: &str = "SELECT * FROM contractor_followup_schedules
WHERE status = 'scheduled'
  AND scheduled_time <= NOW() + INTERVAL '5 minutes'
ORDER BY scheduled_time ASC;";

const NOTES: &str = "SELECT * FROM event_notes
WHERE event_id = $1 AND contractor_id = $2
ORDER BY captured_at;";

const REQUIRING: &str = "SELECT ai.*, en.note_text, en.extracted_entities
FROM contractor_action_items ai
LEFT JOIN event_notes en ON ai.related_note_id = en.id
WHERE ai.contractor_id = $1
  AND ai.status = 'pending'
  AND ai.due_date <= CURRENT_DATE + INTERVAL '3 days';";

#[tokio::test(flavor = "multi_thread")]
async fn all_four_run_on_an_empty_and_on_a_filled_database() {
    let (rig, server) = (Rig::texting(2).await, FakeGhl::start().await);
    rig.event_is_on().await;
    assert!(rig.rows(PENDING, &[&1_i64]).await.is_empty());
    assert!(rig.rows(UPCOMING, &[]).await.is_empty());
    assert!(rig.rows(NOTES, &[&41_i64, &1_i64]).await.is_empty());
    assert!(rig.rows(REQUIRING, &[&1_i64]).await.is_empty());

    rig.run("insert into event_sponsors (id, event_id, sponsor_name) values (5, 41, 'Acme Corp')")
        .await;
    let daemon = rig.texts(&server);
    rig.receives(
        1,
        "Met John Smith - amazing insights on AI automation. 555-1234, john@example.com",
    )
    .await;
    rig.receives(1, "Lunch line is long").await;
    rig.until_heard().await;
    rig.asked(1, "post_event_wrap_up", "{}", 1).await;
    rig.receives(
        1,
        "1. Follow up with John Smith, 2. Demo with Acme Corp tomorrow, 3. Implement AI tools",
    )
    .await;
    rig.until_heard().await;
    daemon.stop().await;

    let pending = rig.rows(PENDING, &[&1_i64]).await;
    let items: Vec<(String, String, i32)> = pending
        .iter()
        .map(|row| {
            (
                row.get("title"),
                row.get("action_type"),
                row.get("contractor_priority"),
            )
        })
        .collect();
    assert_eq!(items.len(), 3, "{items:?}");
    assert_eq!(
        items[0],
        ("Follow up with John Smith".into(), "contact_peer".into(), 1)
    );
    assert_eq!(items[1].1, "demo_prep");
    assert_eq!(
        items[2],
        ("Implement AI tools".into(), "implement_tool".into(), 3)
    );
    let notes = rig.rows(NOTES, &[&41_i64, &1_i64]).await;
    assert_eq!(notes.len(), 2);
    assert_eq!(
        pending[0].get::<_, Option<i64>>("related_note_id"),
        Some(notes[0].get("id"))
    );
    assert_eq!(
        pending[1].get::<_, Option<i64>>("related_sponsor_id"),
        Some(5)
    );

    let requiring = rig.rows(REQUIRING, &[&1_i64]).await;
    assert_eq!(requiring.len(), 1);
    assert_eq!(requiring[0].get::<_, String>("action_type"), "demo_prep");
    rig.run("update contractor_followup_schedules set scheduled_time = now() + interval '4 minutes' where action_item_id = (select min(id) from contractor_action_items)")
        .await;
    assert_eq!(rig.rows(UPCOMING, &[]).await.len(), 1);
}
