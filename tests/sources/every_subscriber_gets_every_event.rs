//! Several stages of one event type: each gets every event, once, and fails or succeeds on its own.

use pgcascade::engine::Registry;

use crate::support::daemon::Rig;

/// Two stages for `paid`: `first` and `second`, which write down what they get.
async fn two_subscribers(rig: &Rig) {
    rig.run("create table public.got (stage text, n integer)")
        .await;
    for name in ["first", "second"] {
        rig.run(&subscriber(name)).await;
    }
}

fn subscriber(name: &str) -> String {
    format!(
        "create or replace function public.{name}(event_ids bigint[])
        returns table (event_id bigint, error text) language sql as $$
            insert into public.got select '{name}', (payload ->> 'n')::integer
            from marketing.pipeline_events where id = any (event_ids);
            select null::bigint, null::text where false
        $$;
        insert into pipeline.stages (name, event_type, kind, target) values ('{name}', 'paid', 'sql', 'public.{name}')"
    )
}

async fn got(rig: &Rig) -> String {
    let sql = "select string_agg(stage || n, ' ' order by stage, n) from public.got";
    rig.text(sql).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_stage_gets_every_event_once() {
    let rig = Rig::bare().await;
    two_subscribers(&rig).await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("paid", 3).await;
    rig.until("(select count(*) from public.got) >= 6").await;
    rig.until_idle().await;
    assert_eq!(
        got(&rig).await,
        "first1 first2 first3 second1 second2 second3"
    );
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_for_later_is_shared_when_it_is_due() {
    let rig = Rig::bare().await;
    two_subscribers(&rig).await;
    let daemon = rig.daemon(Registry::default());
    rig.run("select pipeline.emit('paid', '{\"n\": 1}', now() + interval '200 milliseconds')")
        .await;
    rig.until("(select count(*) from public.got) >= 2").await;
    rig.until_idle().await;
    assert_eq!(got(&rig).await, "first1 second1");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_does_not_repeat_the_other() {
    let rig = Rig::bare().await;
    two_subscribers(&rig).await;
    rig.run(
        "create or replace function public.second(event_ids bigint[])
        returns table (event_id bigint, error text) language sql as
        $$ select unnest(event_ids), 'not today' $$;
        update pipeline.stages set max_attempts = 2, backoff = '10 milliseconds', backoff_max = '20 milliseconds'",
    )
    .await;
    let daemon = rig.daemon(Registry::default());
    rig.emit("paid", 1).await;
    rig.until("exists (select from marketing.pipeline_events where status = 'failed')")
        .await;
    rig.until_idle().await;
    assert_eq!(got(&rig).await, "first1");
    daemon.stop().await;
}

#[tokio::test]
async fn a_requeued_event_goes_to_its_own_stage_only() {
    let rig = Rig::bare().await;
    two_subscribers(&rig).await;
    rig.emit("paid", 1).await;
    rig.run(
        "update marketing.pipeline_events set status = 'cancelled';
        update marketing.pipeline_events set status = 'pending'",
    )
    .await;
    let queued = "select string_agg(stage.name, ' ' order by stage.name)
        from pipeline.ready join pipeline.stages as stage on stage.id = ready.stage_id";
    assert_eq!(rig.text(queued).await, "first second");
}

#[tokio::test]
async fn an_event_that_was_cancelled_before_it_was_due_is_shared_when_it_is_requeued() {
    let rig = Rig::bare().await;
    two_subscribers(&rig).await;
    rig.run(
        "select pipeline.emit('paid', '{}', now() + interval '1 hour');
        update marketing.pipeline_events set status = 'cancelled';
        update marketing.pipeline_events set status = 'pending', run_at = now();
        select pipeline.move_due(10)",
    )
    .await;
    assert_eq!(
        rig.number("select count(distinct stage_id) from pipeline.ready")
            .await,
        2
    );
}

#[tokio::test]
async fn a_deleted_stage_leaves_its_copies_cancelled_and_the_rest_to_the_next() {
    let rig = Rig::bare().await;
    two_subscribers(&rig).await;
    rig.emit("paid", 2).await;
    rig.run("delete from pipeline.stages where name = 'first'")
        .await;
    let states = "select string_agg(status || coalesce(': ' || error_message, ''), '; ' order by id) from marketing.pipeline_events";
    let gone = "cancelled: The stage first was deleted before it handled this event.";
    assert_eq!(
        rig.text(states).await,
        format!("{gone}; {gone}; pending; pending")
    );
    assert_eq!(
        rig.number("select count(*) from pipeline.ready").await,
        2,
        "the second stage's own"
    );
}

#[tokio::test]
async fn what_waits_for_the_only_stage_goes_to_its_successor() {
    let rig = Rig::bare().await;
    rig.run("create table public.got (stage text, n integer)")
        .await;
    rig.run(&subscriber("first")).await;
    rig.emit("paid", 2).await;
    rig.run(&subscriber("second")).await;
    rig.run("delete from pipeline.stages where name = 'first'")
        .await;
    let queued = "select count(*) from pipeline.ready join pipeline.stages as stage on stage.id = ready.stage_id and stage.name = 'second'";
    assert_eq!(rig.number(queued).await, 2);
}

#[tokio::test]
async fn events_that_waited_for_a_stage_go_to_all_that_come() {
    let rig = Rig::bare().await;
    rig.emit("paid", 1).await;
    rig.run(
        "insert into pipeline.stages (name, event_type, kind, target)
        values ('first', 'paid', 'sql', 'public.first'), ('second', 'paid', 'sql', 'public.second')",
    )
    .await;
    assert_eq!(
        rig.number("select count(distinct stage_id) from pipeline.ready")
            .await,
        2
    );
}
