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
            "2031-01-01 10:00 America/Chicago",
        ])
        .await
        .ok();
    assert_eq!(said.trim(), "Text 7 is scheduled");
    assert_eq!(
        rig.text(
            "select (scheduled_time at time zone 'UTC')::text from event_messages where id = 7"
        )
        .await,
        "2031-01-01 16:00:00"
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
