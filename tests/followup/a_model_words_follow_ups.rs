//! A chat model words follow-ups ahead of their time; whatever it does, they go out, and in time.

use std::time::Duration;

use serde_json::json;

use crate::support::daemon::{Rig, RunningDaemon};
use crate::support::fake_chat::FakeChat;
use crate::support::fake_ghl::FakeGhl;

const TEMPLATE: &str = "Hey {firstName}! Just checking in. Have you reached out to John Smith yet?";
const WORDS: &str = "Hey Robin! Have you had a chance to connect with John Smith from Sample Expo? \
    I know you were interested in his insights on AI automation.";
const WITH_HINTS: &str = "Hey Robin! Just checking in. Have you reached out to John Smith yet? \
    (from Sample Expo, you noted: AI automation discussion)";

struct Desk {
    rig: Rig,
    server: FakeGhl,
    chat: FakeChat,
    daemon: RunningDaemon,
}

/// A model that says this, and one follow-up that is due in ten minutes.
async fn desk(message: &str, delay: Duration) -> Desk {
    let (rig, server, chat) = (
        Rig::texting(1).await,
        FakeGhl::start().await,
        FakeChat::start().await,
    );
    rig.event_is_on().await;
    chat.answer("followup", &json!({ "message": message }).to_string());
    chat.set_delay(delay);
    let daemon = rig.texts_and_asks(&server, &chat).await;
    rig.rows(
        "insert into contractor_followup_schedules (id, contractor_id, event_id, scheduled_time, message_template, ai_context_hints)
        values (1, 1, 41, now() + interval '10 minutes', $1,
            '{\"mention_event\": \"Sample Expo\", \"reference_note\": \"AI automation discussion\"}')",
        &[&TEMPLATE],
    )
    .await;
    Desk {
        rig,
        server,
        chat,
        daemon,
    }
}

impl Desk {
    /// The follow-up is due now; what was sent, and within how many seconds.
    async fn sent(self) -> (String, i64) {
        self.rig
            .run("update contractor_followup_schedules set scheduled_time = now() where id = 1")
            .await;
        self.rig
            .until("exists (select from contractor_followup_schedules where status = 'sent')")
            .await;
        let late = self
            .rig
            .number("select ceil(extract(epoch from sent_at - scheduled_time))::bigint from contractor_followup_schedules where id = 1")
            .await;
        self.daemon.stop().await;
        let texts = self.server.texts();
        assert_eq!(texts.len(), 1, "{texts:?}");
        (texts[0].body.clone(), late)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn good_words_are_sent_and_their_cost_is_noted() {
    let desk = desk(WORDS, Duration::ZERO).await;
    desk.rig.until_asked("followup", 1).await;
    assert_eq!(
        desk.rig
            .text("select concat_ws(' ', outcome, calls, input_tokens > 0, cost_micro_dollars > 0) from chat_requests")
            .await,
        "used 1 t t"
    );
    let asked = desk.chat.questions();
    let user = asked[0]["messages"][1]["content"].to_string();
    assert!(
        user.contains("AI automation") && !user.contains("555"),
        "{user}"
    );
    let (body, _) = desk.sent().await;
    assert_eq!(body, WORDS);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_invent_or_leave_out_are_not_sent() {
    let desk = desk(
        "Hey Robin! Win 5000 at http://evil.example, says Zoe Ruiz of Sample Expo. John Smith?",
        Duration::ZERO,
    )
    .await;
    desk.rig.until_asked("followup", 1).await;
    let noted = desk
        .rig
        .text("select outcome || ': ' || reason from chat_requests")
        .await;
    assert!(noted.starts_with("refused: it holds http"), "{noted}");
    assert_eq!(desk.sent().await.0, WITH_HINTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_hangs_makes_no_follow_up_late() {
    let desk = desk(WORDS, Duration::from_secs(60)).await;
    desk.rig
        .until("exists (select from chat_requests where purpose = 'followup')")
        .await;
    let (body, late) = desk.sent().await;
    assert_eq!(body, WITH_HINTS);
    assert!(late <= 20, "{late} seconds late");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_leaves_the_template() {
    let desk = desk(WORDS, Duration::ZERO).await;
    desk.rig.until_asked("followup", 1).await;
    desk.chat.answer("followup", "\u{0} {\"message\": 7}");
    // Another hint empties the words; the model is asked again when the time is set anew.
    desk.rig
        .run(
            "update contractor_followup_schedules
            set ai_context_hints = '{\"mention_event\": \"Sample Expo\"}', scheduled_time = now() + interval '9 minutes'",
        )
        .await;
    desk.rig
        .until("exists (select from chat_requests where outcome = 'failed')")
        .await;
    assert_eq!(
        desk.sent().await.0,
        "Hey Robin! Just checking in. Have you reached out to John Smith yet? (from Sample Expo)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn words_for_another_template_are_gone_with_it() {
    let desk = desk(WORDS, Duration::ZERO).await;
    desk.rig.until_asked("followup", 1).await;
    desk.rig
        .run("update contractor_followup_schedules set message_template = 'Did you call Ana Cole?', ai_context_hints = '{}'")
        .await;
    assert_eq!(desk.sent().await.0, "Did you call Ana Cole?");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_model_nothing_wakes_before_the_time() {
    let rig = Rig::texting(1).await;
    let upcoming = "select count(*) from marketing.pipeline_events where event_type = 'followup_upcoming' and status = 'pending'";
    rig.run(
        "insert into contractor_followup_schedules (contractor_id, scheduled_time, message_template, ai_context_hints)
        values (1, now() + interval '3 days', 'How is it going?', '{\"mention_event\": \"Sample Expo\"}')",
    )
    .await;
    assert_eq!(rig.number(upcoming).await, 0);
    // A model that comes later is asked about what waits already, and not any more once it is gone.
    rig.run("select note_chat_model(true)").await;
    assert_eq!(rig.number(upcoming).await, 1);
    rig.run("select note_chat_model(true)").await;
    assert_eq!(rig.number(upcoming).await, 1);
    rig.run("select note_chat_model(false)").await;
    assert_eq!(rig.number(upcoming).await, 0);
}
