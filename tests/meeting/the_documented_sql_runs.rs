//! The statements that the documents print, as printed, on an empty and on a filled database.

use super::venue::CHECK_IN;
use crate::support::daemon::Rig;

/// Pairs of different markets that are not matched yet.
const FIND_PAIRS: &str = "WITH attendee_pool AS (
  SELECT
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
    AND ea.check_in_time IS NOT NULL
)
SELECT
  a1.id as contractor1_id,
  a1.name as contractor1_name,
  a1.phone as contractor1_phone,
  a1.service_area as contractor1_location,
  a2.id as contractor2_id,
  a2.name as contractor2_name,
  a2.phone as contractor2_phone,
  a2.service_area as contractor2_location,
  -- Calculate match score
  CASE
    WHEN a1.service_area != a2.service_area THEN 80
    ELSE 40
  END as base_score
FROM attendee_pool a1
CROSS JOIN attendee_pool a2
WHERE a1.id < a2.id  -- Avoid duplicate pairs
  AND a1.service_area != a2.service_area  -- Different markets
  AND NOT EXISTS (
    -- Avoid duplicate matches
    SELECT 1 FROM event_peer_matches epm
    WHERE epm.event_id = a1.event_id
      AND ((epm.contractor1_id = a1.id AND epm.contractor2_id = a2.id)
       OR  (epm.contractor1_id = a2.id AND epm.contractor2_id = a1.id))
  )
ORDER BY base_score DESC
LIMIT 20;";

const FIND_EVENT: &str = "SELECT id, name, start_date, end_date
FROM events
WHERE id = 41;";

/// What a flow of n8n writes, with its placeholders filled in.
const INSERT_MATCH: &str = "INSERT INTO event_peer_matches (
  event_id,
  contractor1_id,
  contractor2_id,
  match_type,
  match_criteria,
  match_score,
  match_reason,
  introduction_message,
  created_at
) VALUES (
  41,
  1,
  56,
  'peer_networking',
  jsonb_build_object(
    'location1', 'Austin, TX',
    'location2', 'Houston, TX',
    'algorithm', 'geographic_diversity_v1'
  ),
  80,
  'Same industry, different markets - great for peer learning',
  '',  -- Will be generated next
  NOW()
) RETURNING id, contractor1_id, contractor2_id;";

const UPDATE_MATCH: &str = "UPDATE event_peer_matches
SET
  introduction_sent_time = NOW(),
  introduction_message = 'to one' || ' | ' || 'to the other',
  updated_at = NOW()
WHERE id = 1;";

const LEARN: &str = "INSERT INTO ai_learning_events (
  contractor_id,
  event_type,
  event_data,
  timestamp,
  context
) VALUES
  (1, 'peer_match_introduction',
   jsonb_build_object('match_id', 1, 'peer_id', 56),
   NOW(), 'event_orchestrator'),
  (56, 'peer_match_introduction',
   jsonb_build_object('match_id', 1, 'peer_id', 1),
   NOW(), 'event_orchestrator');";

const LIST_MATCHES: &str = "
      SELECT
        epm.*,
        c1.name as contractor1_name,
        c1.phone as contractor1_phone,
        c2.name as contractor2_name,
        c2.phone as contractor2_phone
      FROM event_peer_matches epm
      INNER JOIN contractors c1 ON epm.contractor1_id = c1.id
      INNER JOIN contractors c2 ON epm.contractor2_id = c2.id
      WHERE epm.event_id = $1
      ORDER BY epm.created_at DESC
    ";

const MATCHES_WITH_NAMES: &str = "SELECT
  epm.*,
  c1.first_name || ' ' || c1.last_name as contractor1_name,
  c2.first_name || ' ' || c2.last_name as contractor2_name
FROM event_peer_matches epm
JOIN contractors c1 ON epm.contractor1_id = c1.id
JOIN contractors c2 ON epm.contractor2_id = c2.id
WHERE epm.event_id = 41
ORDER BY epm.match_score DESC;";

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

#[tokio::test(flavor = "multi_thread")]
async fn on_an_empty_database_every_question_is_answered_with_nothing() {
    let rig = Rig::deployed().await;
    let event: i32 = 41;
    for question in [FIND_EVENT, MATCHES_WITH_NAMES, INTRODUCTIONS] {
        assert!(rig.rows(question, &[]).await.is_empty(), "{question}");
    }
    for question in [FIND_PAIRS, LIST_MATCHES] {
        let rows = rig.rows(question, &[&i64::from(event)]).await;
        assert!(rows.is_empty(), "{question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_of_n8n_finds_writes_and_learns_as_before() {
    let rig = Rig::venue(0).await;
    rig.run(CHECK_IN).await;
    let event = 41_i64;
    assert_eq!(rig.rows(FIND_EVENT, &[]).await.len(), 1);
    let pairs = rig.rows(FIND_PAIRS, &[&event]).await;
    assert_eq!(pairs.len(), 1);
    assert_eq!(pairs[0].get::<_, i64>("contractor2_id"), 56);
    let written = rig.rows(INSERT_MATCH, &[]).await;
    assert_eq!(written[0].get::<_, i64>("id"), 1);
    rig.run(UPDATE_MATCH).await;
    rig.run(LEARN).await;
    assert!(
        rig.rows(FIND_PAIRS, &[&event]).await.is_empty(),
        "they are matched"
    );
    let listed = rig.rows(LIST_MATCHES, &[&event]).await;
    assert_eq!(listed[0].get::<_, &str>("contractor1_name"), "John Sample");
    assert_eq!(
        listed[0].get::<_, &str>("contractor2_phone"),
        "+17135550156"
    );
    let named = rig.rows(MATCHES_WITH_NAMES, &[]).await;
    assert_eq!(named[0].get::<_, &str>("contractor2_name"), "Zeek Test");
    // Such a flow texts by itself: nothing is planned beside it.
    assert!(rig.rows(INTRODUCTIONS, &[]).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_seen_by_the_documented_questions() {
    let rig = Rig::venue(0).await;
    rig.run(CHECK_IN).await;
    let daemon = rig.host();
    rig.matched().await;
    daemon.stop().await;
    let named = rig.rows(MATCHES_WITH_NAMES, &[]).await;
    assert_eq!(named.len(), 1);
    let texts = rig.rows(INTRODUCTIONS, &[]).await;
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[0].get::<_, &str>("status"), "scheduled");
    assert_eq!(texts[0].get::<_, &str>("peer_name"), "Zeek Test");
    assert!(
        texts[0]
            .get::<_, &str>("match_score")
            .parse::<f64>()
            .expect("a number")
            >= 0.6
    );
    // All 21 columns that existing systems know, and more.
    let columns: &str = &rig
        .text(
            "select string_agg(name, ',') from unnest(array[
                'id', 'event_id', 'contractor1_id', 'contractor2_id', 'match_type', 'match_criteria', 'match_score', 'match_reason',
                'introduction_sent_time', 'introduction_message', 'contractor1_response', 'contractor2_response', 'connection_made',
                'meeting_scheduled', 'meeting_time', 'meeting_location', 'feedback_contractor1', 'feedback_contractor2', 'pcr_score',
                'created_at', 'updated_at', 'notes']) as name
            where not exists (select from information_schema.columns where table_name = 'event_peer_matches' and column_name = name)",
        )
        .await;
    assert_eq!(columns, "");
}
