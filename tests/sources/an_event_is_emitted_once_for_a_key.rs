//! `pipeline.emit` and `pipeline.emit_batch`: in the caller's transaction, once for a key.

use crate::support::daemon::Rig;

#[tokio::test]
async fn a_key_that_is_taken_returns_the_event_that_has_it() {
    let rig = Rig::bare().await;
    let emit = "select pipeline.emit('paid', '{\"order\": 7}', dedupe_key => 'order-7')";
    let first = rig.number(emit).await;
    assert_eq!(rig.number(emit).await, first);
    let other_type = "select pipeline.emit('shipped', '{}', dedupe_key => 'order-7')";
    assert_ne!(rig.number(other_type).await, first);
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events")
            .await,
        2
    );
}

#[tokio::test]
async fn a_key_is_free_after_its_window_and_when_its_event_is_cancelled() {
    let rig = Rig::bare().await;
    let emit = "select pipeline.emit('paid', dedupe_key => 'a', dedupe_window => '1 hour')";
    let first = rig.number(emit).await;
    rig.run("update pipeline.dedupe set expires_at = now() - interval '1 second'")
        .await;
    let second = rig.number(emit).await;
    assert_ne!(second, first);
    rig.run("update marketing.pipeline_events set status = 'cancelled'")
        .await;
    assert_ne!(rig.number(emit).await, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_emits() {
    let rig = Rig::bare().await;
    let mut emitters = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let client = rig.session().await;
        emitters.spawn(async move {
            let mut ids = Vec::new();
            for n in 0..50 {
                let key = format!("key {n}");
                let sql = "select pipeline.emit('paid', dedupe_key => $1)";
                let row = client.query_one(sql, &[&key]).await.expect("an id");
                ids.push(row.get::<_, i64>(0));
            }
            ids
        });
    }
    let answers = emitters.join_all().await;
    assert!(answers.iter().all(|ids| *ids == answers[0]), "{answers:?}");
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events")
            .await,
        50
    );
}

#[tokio::test]
async fn a_batch_keeps_its_order_and_names_its_duplicates() {
    let rig = Rig::bare().await;
    rig.run("select pipeline.emit('paid', '{\"n\": 0}', dedupe_key => 'a')")
        .await;
    // A statement does not see the rows that it emits: look in a second one.
    rig.run(
        "create table public.answer as select * from pipeline.emit_batch(
            'paid', array['{\"n\": 1}', '{\"n\": 2}', '{\"n\": 3}', '{\"n\": 4}']::jsonb[], dedupe_keys => '{a,b,b,null}'
        ) with ordinality",
    )
    .await;
    let told = "select string_agg(concat(event.payload ->> 'n', ' ', answer.is_duplicate), ', ' order by answer.ordinality)
        from public.answer
        join marketing.pipeline_events as event on event.id = answer.event_id";
    assert_eq!(rig.text(told).await, "0 t, 2 f, 2 t, 4 f");
    assert_eq!(
        rig.number("select count(*) from marketing.pipeline_events")
            .await,
        3
    );
}

#[tokio::test]
async fn what_is_emitted_for_later_waits_with_its_priority() {
    let rig = Rig::bare().await;
    rig.run("select pipeline.emit('paid', '{}', now() + interval '1 hour', 1)")
        .await;
    let waits = "select count(*) from pipeline.scheduled join marketing.pipeline_events as event on event.id = event_id and priority = 1";
    assert_eq!(rig.number(waits).await, 1);
}

#[tokio::test]
async fn an_operator_may_emit_and_a_reader_may_not() {
    let rig = Rig::bare().await;
    rig.run("set role pgcascade_operator; select pipeline.emit('paid'); reset role; set role pgcascade_reader")
        .await;
    let refused = rig.client.batch_execute("select pipeline.emit('paid')");
    assert!(refused.await.is_err());
}

#[tokio::test]
async fn expired_keys_are_cleaned_away() {
    let rig = Rig::bare().await;
    rig.run(
        "select pipeline.emit('paid', dedupe_key => 'old'), pipeline.emit('paid', dedupe_key => 'new');
        update pipeline.dedupe set expires_at = now() - interval '1 second' where key = 'old';
        select pipeline.maintain()",
    )
    .await;
    assert_eq!(
        rig.text("select string_agg(key, ' ') from pipeline.dedupe")
            .await,
        "new"
    );
}

#[tokio::test]
async fn nonsense_is_refused_with_what_to_write() {
    let rig = Rig::bare().await;
    for (arguments, message, hint) in [
        (
            "'a', priority => 0",
            "priority cannot be 0.",
            "1 is claimed first",
        ),
        (
            "'a', priority => null",
            "priority cannot be NULL.",
            "1 is claimed first",
        ),
        (
            "'a', '[1]'",
            "payload must be a JSON object, and is an array.",
            "Give it a name",
        ),
        (
            "'a', '7'",
            "payload must be a JSON object, and is a number.",
            "Give it a name",
        ),
        ("''", "event_type must have 1 to 100", "pipeline.emit("),
        ("null", "event_type must have 1 to 100", "pipeline.emit("),
        (
            "'a', run_at => 'infinity'",
            "run_at cannot be infinity.",
            "leave it out",
        ),
        (
            "'a', dedupe_key => ''",
            "1 to 500 characters, and one has 0.",
            "NULL stands for no key",
        ),
        (
            "'a', dedupe_key => repeat('k', 501)",
            "and one has 501.",
            "md5",
        ),
        (
            "'a', dedupe_key => 'k', dedupe_window => null",
            "dedupe_window cannot be NULL.",
            "a day",
        ),
        (
            "'a', dedupe_key => 'k', dedupe_window => '0'",
            "dedupe_window cannot be 00:00:00.",
            "a day",
        ),
    ] {
        let sql = format!("select pipeline.emit({arguments})");
        let error = rig.client.batch_execute(&sql).await.expect_err(&sql);
        let error = error.as_db_error().expect("the server's").clone();
        assert!(
            error.message().contains(message),
            "{sql}: {}",
            error.message()
        );
        let told = error.hint().unwrap_or_default();
        assert!(told.contains(hint), "{sql}: {told}");
    }
}

#[tokio::test]
async fn a_payload_that_is_null_is_empty_in_a_batch_too() {
    let rig = Rig::bare().await;
    rig.run("select pipeline.emit('a', null), pipeline.emit('a', null, dedupe_key => 'k')")
        .await;
    rig.run("select pipeline.emit_batch('a', array[null, '{}']::jsonb[])")
        .await;
    let empty = "select count(*) from marketing.pipeline_events where payload = '{}'";
    assert_eq!(rig.number(empty).await, 4);
}
