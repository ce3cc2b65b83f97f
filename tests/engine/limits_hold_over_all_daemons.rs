//! Rates and concurrencies: exact over all daemons, per key where asked, and nothing is lost to them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use pgcascade::answer::Answer;
use pgcascade::db::{DbError, Transaction};
use pgcascade::engine::{Ended, Event, OutsideStage, Prepared, Registry};
use serde_json::{Value, json};

use crate::support::daemon::{Rig, RunningDaemon};
use crate::support::ear::Ear;

/// Calls that take a moment; counts how many run at once for each person.
#[derive(Clone, Default)]
struct Calls {
    now: Arc<Mutex<HashMap<i64, usize>>>,
    most: Arc<Mutex<HashMap<i64, usize>>>,
}

impl Calls {
    fn registry(&self) -> Registry {
        let registry = Registry::default().outside("calls", self.clone());
        registry.expect("one stage")
    }

    /// The most that ever ran at once: for one person, and in all at any moment.
    fn most_for_one(&self) -> usize {
        let most = self.most.lock().expect("no panic");
        most.values().copied().max().unwrap_or_default()
    }
}

#[async_trait]
impl OutsideStage for Calls {
    async fn prepare(
        &self,
        _: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let input =
            |event: &Event| json!({ "person": event.integer("person").unwrap_or_default() });
        Ok(events
            .iter()
            .map(|event| Prepared::Call(input(event)))
            .collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let person = input["person"].as_i64().unwrap_or_default();
        {
            let mut now = self.now.lock().expect("no panic");
            let count = now.entry(person).or_default();
            *count += 1;
            let mut most = self.most.lock().expect("no panic");
            let most = most.entry(person).or_default();
            *most = (*most).max(*count);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        *self
            .now
            .lock()
            .expect("no panic")
            .entry(person)
            .or_default() -= 1;
        Answer::Delivered(Value::Null)
    }

    async fn record(&self, _: &Transaction<'_>, _: &[Ended]) -> Result<(), DbError> {
        Ok(())
    }
}

/// A database with a stage under this limit (columns and values of `pipeline.limits`).
async fn limited(columns: &str, values: &str, kind: &str, target: &str) -> Rig {
    let rig = Rig::bare().await;
    rig.run(&format!(
        "insert into pipeline.limits (name, {columns}) values ('tight', {values});
        insert into pipeline.stages (name, event_type, kind, target, concurrency, limiter)
        values ('limited', 'limited', '{kind}', '{target}', 20, 'tight')"
    ))
    .await;
    rig
}

/// One event an hour may begin for each person.
async fn one_an_hour() -> Rig {
    let rate = "1, '1 hour', 1, 'person'";
    limited("rate, period, burst, key", rate, "builtin", "calls").await
}

/// Claims for a daemon that is none.
const CLAIM: &str = "select count(*) from pipeline.claim_outside((select id from pipeline.stages), 4711, 10, false)";

async fn emit(rig: &Rig, count: i32, people: i32) {
    let sql = "insert into marketing.pipeline_events (event_type, payload)
        select 'limited', jsonb_build_object('person', n % $2) from generate_series(1, $1) as n";
    rig.rows(sql, &[&count, &people]).await;
}

fn daemons(rig: &Rig, calls: &Calls) -> Vec<RunningDaemon> {
    (0..3).map(|_| rig.daemon(calls.registry())).collect()
}

async fn finish(rig: &Rig, daemons: Vec<RunningDaemon>, count: i64) {
    let processed = "(select count(*) from marketing.pipeline_events where status = 'processed')";
    rig.until(&format!("{processed} = {count}")).await;
    for daemon in daemons {
        daemon.stop().await;
    }
    assert_eq!(rig.number("select count(*) from pipeline.parked").await, 0);
}

/// How many more events had begun at any moment than burst and rate allow since they were emitted:
/// never more than 0. (Between two moments in the middle more may seem to begin: a token is taken a
/// little before its event begins, by a time that varies on a busy machine.)
const EXCESS: &str = "with begun as (
        select claimed_at - created_at as after, row_number() over (order by claimed_at) as place from marketing.pipeline_events
    )
    select max(ceil(begun.place - $1::float8 - $2::float8 * extract(epoch from begun.after)))::bigint from begun";

#[tokio::test(flavor = "multi_thread")]
async fn three_daemons_together_begin_no_more_than_the_rate() {
    let rig = limited(
        "rate, period, burst",
        "20, '1 second', 5",
        "builtin",
        "calls",
    )
    .await;
    let calls = Calls::default();
    let daemons = daemons(&rig, &calls);
    emit(&rig, 80, 1).await;
    finish(&rig, daemons, 80).await;
    let excess: i64 = rig.rows(EXCESS, &[&5.0_f64, &20.0_f64]).await[0].get(0);
    assert!(excess <= 0, "{excess}");
    let seconds = "select extract(epoch from max(claimed_at) - min(claimed_at))::bigint from marketing.pipeline_events";
    let took = rig.number(seconds).await;
    assert!((3..=60).contains(&took), "it uses what it may: {took} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_in_the_database_obeys_a_rate_too() {
    let rig = limited(
        "rate, period, burst",
        "20, '1 second', 10",
        "sql",
        "public.nothing",
    )
    .await;
    rig.run("create function public.nothing(event_ids bigint[]) returns table (event_id bigint, error text)
        language sql as $$ select null::bigint, null::text where false $$;
        update pipeline.stages set concurrency = 2")
        .await;
    let daemons = daemons(&rig, &Calls::default());
    emit(&rig, 60, 1).await;
    finish(&rig, daemons, 60).await;
    let excess: i64 = rig.rows(EXCESS, &[&10.0_f64, &20.0_f64]).await[0].get(0);
    assert!(excess <= 0, "{excess}");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_daemons_together_run_no_more_calls_than_the_concurrency() {
    let rig = limited("concurrency", "4", "builtin", "calls").await;
    let calls = Calls::default();
    let daemons = daemons(&rig, &calls);
    emit(&rig, 60, 1).await;
    finish(&rig, daemons, 60).await;
    assert!(calls.most_for_one() <= 4, "{}", calls.most_for_one());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_at_a_time_for_each_person_and_the_others_do_not_wait() {
    let rig = limited("concurrency, key", "1, 'person'", "builtin", "calls").await;
    let calls = Calls::default();
    let daemons = daemons(&rig, &calls);
    emit(&rig, 150, 10).await;
    finish(&rig, daemons, 150).await;
    assert_eq!(calls.most_for_one(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_for_one_person_does_not_hold_up_another() {
    let rig = one_an_hour().await;
    emit(&rig, 3000, 1).await;
    rig.run("insert into marketing.pipeline_events (event_type, payload) values ('limited', '{\"person\": 7}')")
        .await;
    let calls = Calls::default();
    let daemon = rig.daemon(calls.registry());
    rig.until("exists (select from marketing.pipeline_events where status = 'processed' and payload ->> 'person' = '7')")
        .await;
    rig.until("(select held_back = 2999 from marketing.vw_queue_depth)")
        .await;
    // A limit that is lifted lets them all go.
    rig.run("update pipeline.stages set limiter = null").await;
    finish(&rig, vec![daemon], 3001).await;
}

#[tokio::test]
async fn a_call_that_is_lost_with_its_daemon_gives_its_place_back() {
    let rig = limited("concurrency, key", "1, 'person'", "builtin", "calls").await;
    emit(&rig, 2, 1).await;
    assert_eq!(rig.number(CLAIM).await, 1);
    assert_eq!(rig.number(CLAIM).await, 0);
    rig.run("select pipeline.reclaim(4711)").await;
    assert_eq!(rig.number(CLAIM).await, 1);
    assert_eq!(rig.number(CLAIM).await, 0);
}

#[tokio::test]
async fn a_parked_event_can_be_cancelled_and_an_edited_limit_judges_anew() {
    let rig = one_an_hour().await;
    emit(&rig, 4, 1).await;
    assert_eq!(rig.number(CLAIM).await, 1);
    rig.run("update marketing.pipeline_events set status = 'cancelled' where id = 2")
        .await;
    assert_eq!(rig.number("select count(*) from pipeline.parked").await, 2);
    rig.run("update pipeline.limits set rate = 1000, period = '1 second', burst = 2")
        .await;
    assert_eq!(rig.number("select count(*) from pipeline.parked").await, 0);
    rig.run("select pg_sleep(0.01)").await;
    assert_eq!(rig.number(CLAIM).await, 2);
}

/// A runner takes a batch that is not full for all there was, and looks again when it is woken.
#[tokio::test(flavor = "multi_thread")]
async fn those_behind_parked_events_are_rung_for_at_once() {
    let rig = one_an_hour().await;
    rig.run("update pipeline.stages set batch_size = 10").await;
    emit(&rig, 250, 5).await;
    let mut ear = Ear::at(&rig, "pipeline_wake").await;
    let claim = "select coalesce(cardinality(event_ids), 0) from pipeline.stages
        cross join pipeline.begin_batch(stages.id, null, null, false)";
    // One of each person begins. Of those behind none may, and all are looked through at once.
    for (claimed, more) in [(5, true), (0, false)] {
        let rows = rig.rows(claim, &[]).await;
        assert_eq!(rows[0].get::<_, i32>(0), claimed);
        let heard = ear.heard(&rig).await;
        assert_eq!(heard.contains(&json!("limited")), more, "{heard:?}");
    }
}

/// All times of limits lie an hour ahead, as they do once the clock is set back by an hour.
const SET_BACK: &str = "
    update pipeline.limit_usage set filled_at = filled_at + interval '1 hour';
    update pipeline.waiting_keys set wake_at = wake_at + interval '1 hour';
    update pipeline.limit_wakes set wake_at = wake_at + interval '1 hour';
    update pipeline.parked set until = until + interval '1 hour'";

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_holds_nothing_up_and_lets_no_more_begin() {
    for key in ["null", "'person'"] {
        let rate = format!("10, '1 second', 2, {key}");
        let rig = limited("rate, period, burst, key", &rate, "builtin", "calls").await;
        let daemons = daemons(&rig, &Calls::default());
        emit(&rig, 30, 1).await;
        let some = "exists (select from marketing.pipeline_events where status = 'processed')";
        rig.until(some).await;
        rig.run(SET_BACK).await;
        // The daemons' own maintenance does so every twenty seconds.
        rig.run("select pipeline.maintain()").await;
        finish(&rig, daemons, 30).await;
        let excess: i64 = rig.rows(EXCESS, &[&2.0_f64, &10.0_f64]).await[0].get(0);
        assert!(excess <= 0, "{key}: {excess}");
    }
}

#[tokio::test]
async fn a_limit_that_stages_use_cannot_be_dropped_and_nonsense_is_refused() {
    let rig = limited("rate", "1", "builtin", "calls").await;
    for refused in [
        "delete from pipeline.limits",
        "insert into pipeline.limits (name) values ('nothing')",
        "insert into pipeline.limits (name, rate) values ('zero', 0)",
        "insert into pipeline.limits (name, rate, period) values ('endless', 1, '2 days')",
        "update pipeline.stages set limiter = 'unknown'",
    ] {
        assert!(
            rig.client.batch_execute(refused).await.is_err(),
            "{refused}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_limit_lets_few_begin_the_most_pressing_do() {
    let rig = limited(
        "rate, period, burst",
        "1000, '1 second', 1",
        "sql",
        "public.note_order",
    )
    .await;
    rig.run("create table public.began (id bigint generated always as identity, name text);
            create function public.note_order(event_ids bigint[]) returns table (event_id bigint, error text) language sql as
            $$ insert into public.began (name) select payload ->> 'name' from marketing.pipeline_events where id = any (event_ids)
                order by array_position(event_ids, id); select null::bigint, null::text where false $$;
            update pipeline.stages set batch_size = 1, concurrency = 1, paused = true;
            insert into marketing.pipeline_events (event_type, payload, priority, deadline) values
                ('limited', '{\"name\": \"patient\"}', 5, null),
                ('limited', '{\"name\": \"late\"}', 5, now() + interval '3 hours'),
                ('limited', '{\"name\": \"soon\"}', 5, now() + interval '1 hour'),
                ('limited', '{\"name\": \"first\"}', 1, null),
                ('limited', '{\"name\": \"last\"}', 9, now() + interval '1 minute'),
                ('limited', '{\"name\": \"changed\"}', 5, now() + interval '4 hours');
            insert into marketing.pipeline_events (event_type, payload, priority, deadline, run_at)
                values ('limited', '{\"name\": \"due\"}', 5, now() + interval '2 hours', now() + interval '50 milliseconds')")
            .await;
    rig.run("update marketing.pipeline_events set deadline = now() + interval '30 minutes' where payload ->> 'name' = 'changed'")
            .await;
    rig.until("(select run_at < clock_timestamp() from marketing.pipeline_events where payload ->> 'name' = 'due')")
            .await;
    rig.run("select pipeline.move_due(100); update pipeline.stages set paused = false")
        .await;
    let daemon = rig.daemon(Registry::default());
    rig.until("(select count(*) from public.began) = 7").await;
    daemon.stop().await;
    assert_eq!(
        rig.text("select string_agg(name, ' ' order by id) from public.began")
            .await,
        "first changed soon due late patient last"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_and_one_call_at_a_time_hold_together() {
    let rig = limited(
        "rate, period, burst, concurrency, key",
        "50, '1 second', 2, 1, 'person'",
        "builtin",
        "calls",
    )
    .await;
    let calls = Calls::default();
    let daemons = daemons(&rig, &calls);
    emit(&rig, 40, 1).await;
    finish(&rig, daemons, 40).await;
    assert_eq!(calls.most_for_one(), 1);
    let excess: i64 = rig.rows(EXCESS, &[&2.0_f64, &50.0_f64]).await[0].get(0);
    assert!(excess <= 0, "{excess}");
}

/// One key is due, and another comes for the first time with more than there is room for.
#[tokio::test]
async fn what_begins_from_the_queue_counts_for_what_begins_from_aside() {
    let rig = limited("concurrency, key", "2, 'person'", "builtin", "calls").await;
    rig.run("update pipeline.stages set batch_size = 6").await;
    let emit = async |people: &str| {
        let sql = format!(
            "insert into marketing.pipeline_events (event_type, payload)
            select 'limited', jsonb_build_object('person', person) from unnest('{{{people}}}'::text[]) as person"
        );
        rig.run(&sql).await;
    };
    emit("X, X, X").await;
    assert_eq!(rig.number(CLAIM).await, 2);
    rig.run("select pipeline.release_claims(array[min(event_id)], array[min(epoch)], '{t}') from pipeline.inflight")
        .await;
    emit("Y, Z, K, K, K, K").await;
    rig.number(CLAIM).await;
    let most = "select max(calls) from (select count(*) as calls from pipeline.inflight group by limit_key) as keys";
    assert_eq!(rig.number(most).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_somebody_deletes_holds_nobody_back() {
    let rig = one_an_hour().await;
    emit(&rig, 3, 1).await;
    assert_eq!(rig.number(CLAIM).await, 1);
    rig.run("delete from pipeline.limit_usage; select pipeline.maintain()")
        .await;
    assert_eq!(rig.number(CLAIM).await, 1);
}
