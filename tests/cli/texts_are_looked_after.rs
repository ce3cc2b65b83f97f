//! `messages`: what is to come, what it would say, and settling it.

use crate::cli::program::{Program, one_line};
use crate::support::daemon::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_listed_previewed_moved_and_cancelled() {
    let rig = Rig::texting(2).await;
    rig.run("insert into event_messages (id, event_id, contractor_id, message_type, message_content, scheduled_time)
        values (7, 41, 1, 'admin_custom', 'Hi {firstName}', now() + interval '1 hour'), (8, 41, 2, 'admin_custom', 'Hi {nickName}', now() + interval '2 hours')")
        .await;
    let program = Program::on(rig.database.url());
    let upcoming = program
        .run(&["messages", "upcoming", "--json"])
        .await
        .json();
    assert_eq!(upcoming.as_array().map(Vec::len), Some(2));
    let preview = program
        .run(&["messages", "preview", "--event", "41"])
        .await
        .ok();
    assert!(
        preview.contains("Hi Robin") && preview.contains("nickName"),
        "{preview}"
    );
    let stats = program.run(&["messages", "stats", "--json"]).await.json();
    assert_eq!(stats["delayed"], 2);
    let said = program
        .run(&["messages", "cancel", "7", "--reason", "rain"])
        .await
        .ok();
    assert_eq!(said.trim(), "Text 7 is cancelled");
    let shown = program.run(&["messages", "show", "7"]).await.ok();
    assert!(shown.contains("skip_reason: rain"), "{shown}");
    let said = program
        .run(&[
            "messages",
            "reschedule",
            "7",
            "2083-01-01 10:00 America/Chicago",
        ])
        .await
        .ok();
    assert_eq!(said.trim(), "Text 7 is scheduled");
    assert_eq!(
        rig.text(
            "select (scheduled_time at time zone 'UTC')::text from event_messages where id = 7"
        )
        .await,
        "2083-01-01 16:00:00"
    );
    let refused = one_line(
        &program
            .run(&["messages", "resolve", "7", "sent"])
            .await
            .failed(1),
    );
    assert!(refused.contains("is not uncertain"), "{refused}");
    let refused = one_line(&program.run(&["messages", "show", "99"]).await.failed(1));
    assert!(refused.contains("There is no text 99"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_texts_each_is_done_that_can_be() {
    let rig = Rig::texting(2).await;
    rig.run("insert into event_messages (id, event_id, contractor_id, message_type, message_content, scheduled_time)
        values (3, 41, 1, 'admin_custom', 'one', now() + interval '1 hour'), (4, 41, 2, 'admin_custom', 'two', now() + interval '1 hour')")
        .await;
    let program = Program::on(rig.database.url());
    let ended = program
        .run(&["messages", "cancel", "999", "3", "998", "4"])
        .await;
    assert_eq!(ended.out.trim(), "Text 3 is cancelled\nText 4 is cancelled");
    let errors = one_line(&ended.failed(1));
    assert!(
        errors.contains("no text 999") && errors.contains("no text 998"),
        "{errors}"
    );
    let ended = program.run(&["messages", "retry", "999", "3"]).await;
    assert_eq!(ended.out.trim(), "Text 3 is scheduled");
    ended.failed(1);
}

/// The event of the agenda's tests in Los Angeles, its people in Texas.
async fn far_from_home() -> (Rig, Program) {
    let rig = Rig::deployed().await;
    rig.run(include_str!("../agenda/event.sql")).await;
    rig.run("update public.events set timezone = 'America/Los_Angeles'; select from public.agenda_sync(41)")
        .await;
    let program = Program::on(rig.database.url());
    (rig, program)
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_those_at_which_texts_leave() {
    let (rig, program) = far_from_home().await;
    let upcoming = program
        .run(&["messages", "upcoming", "--within", "900000"])
        .await
        .ok();
    assert!(
        upcoming.contains("2083-03-13 20:00") && upcoming.contains("2083-03-14 07:00"),
        "{upcoming}"
    );
    let few = program
        .run(&["messages", "upcoming", "--within", "900000", "--limit", "3"])
        .await
        .ok();
    assert!(few.contains("and 19 more"), "{few}");
    // 8 PM there is 10 PM in Texas: it goes before 9 PM.
    let night = rig
        .text("select id::text from public.event_messages where message_type = 'check_in_reminder_night_before' and contractor_id = 1")
        .await;
    let preview = program.run(&["messages", "preview", &night]).await.ok();
    assert!(
        preview.contains("put off until 2083-03-14T02:55:00") && preview.contains("1 segment,"),
        "{preview}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_without_a_zone_is_the_events_and_nonsense_is_explained() {
    let (rig, program) = far_from_home().await;
    let id = rig
        .text(
            "select min(id)::text from public.event_messages where message_type = 'speaker_alert'",
        )
        .await;
    program
        .run(&["messages", "reschedule", &id, "2083-03-14 09:20"])
        .await
        .ok();
    let at = format!(
        "select (scheduled_time at time zone 'America/Los_Angeles')::text from public.event_messages where id = {id}"
    );
    assert_eq!(rig.text(&at).await, "2083-03-14 09:20:00");
    for wrong in ["soon", "infinity", "2083-02-30 10:00"] {
        let said = one_line(
            &program
                .run(&["messages", "reschedule", &id, wrong])
                .await
                .failed(1),
        );
        assert!(
            said.contains("is no time.") && said.contains("America/Chicago"),
            "{said}"
        );
    }
    let said = one_line(
        &program
            .run(&["messages", "reschedule", "99999", "2083-03-14 09:20"])
            .await
            .failed(1),
    );
    assert!(said.contains("There is no text 99999"), "{said}");
    let none = program
        .run(&["messages", "preview", "--event", "7"])
        .await
        .ok();
    assert!(none.contains("No texts of the event are to come"), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_times_are_read_as_they_were_meant() {
    let (rig, _program) = far_from_home().await;
    for (written, meant) in [
        ("2083-03-14T09:20:00", "2083-03-14 16:20:00"),
        ("2083-03-14", "2083-03-14 08:00:00"),
        ("2083-03-14 09:20 America/New_York", "2083-03-14 13:20:00"),
        ("2083-03-14T09:20:00Z", "2083-03-14 09:20:00"),
        ("2083-03-14T09:20:00.5-05:00", "2083-03-14 14:20:00.5"),
    ] {
        let sql = format!(
            "select (scheduled_time at time zone 'UTC')::text from public.event_messages where id in (
                select public.schedule_event_messages('{{\"event_id\": 41, \"contractor_id\": 1, \"message_type\": \"admin_custom\", \"message_content\": \"x\", \"scheduled_time\": \"{written}\"}}'))"
        );
        // The row is there when the statement that made it has ended.
        rig.run("delete from public.event_messages where message_type = 'admin_custom'")
            .await;
        rig.rows(&sql, &[]).await;
        let found = "select (scheduled_time at time zone 'UTC')::text from public.event_messages where message_type = 'admin_custom'";
        assert_eq!(rig.text(found).await, meant, "{written}");
    }
}
