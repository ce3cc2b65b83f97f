//! One event of many ends whoever works on it, as a crash of foreign code or a lack of memory
//! would: all others are done, and after three deaths it is failed, not tried for ever. It may end
//! the daemon during an outside call or during work in the database, or the session of the server
//! that runs a function, and the server with it.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use async_trait::async_trait;
use pgcascade::answer::Answer;
use pgcascade::db::{DatabaseUrl, DbError, Transaction};
use pgcascade::engine::{Ended, Event, InDatabaseStage, Outcome, OutsideStage, Prepared, Registry};
use serde_json::{Value, json};
use tokio_postgres::Client;

use super::books::{Work, books_are_right, deployed, emit, make_stages, number, say, session};
use crate::support::cluster::{TestCluster, blocking};
use crate::support::daemon::{Rig, start};
use crate::support::form::by_form;
use crate::support::wait;

/// How many there are, with the one that kills; in the database one batch takes them all.
fn events() -> i32 {
    by_form(200, 1000)
}

/// In a process with this variable, [`the_process_that_is_poisoned`] is a daemon on that database.
const URL_VARIABLE: &str = "PGCASCADE_TEST_POISONED_URL";

/// Work that ends its process at the call for an event with the payload {"poison": true}.
struct Poisoned(Work);

#[async_trait]
impl OutsideStage for Poisoned {
    async fn prepare(
        &self,
        _: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let input = |event: &Event| json!({ "poison": event.payload.get("poison") });
        Ok(events
            .iter()
            .map(|event| Prepared::Call(input(event)))
            .collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        if input["poison"] == true {
            std::process::abort();
        }
        OutsideStage::call(&self.0, input).await
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        self.0.record(tx, ended).await
    }
}

#[async_trait]
impl InDatabaseStage for Poisoned {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        // Not before something of the batch was done, which must be undone.
        let outcomes = InDatabaseStage::run(&self.0, tx, events).await?;
        if events.iter().any(|event| event.payload["poison"] == true) {
            std::process::abort();
        }
        Ok(outcomes)
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test below as a process of its own"]
async fn the_process_that_is_poisoned() {
    let Some((_, url)) = std::env::vars().find(|(name, _)| name == URL_VARIABLE) else {
        return;
    };
    let url = DatabaseUrl::parse(&url).expect("a URL");
    let stages = Registry::default()
        .outside("call", Poisoned(Work::default()))
        .and_then(|stages| stages.in_database("rust", Poisoned(Work::default())));
    let _daemon = start(&url, stages.expect("two stages"));
    // Until the test that started it is gone.
    blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()))
        .await
        .expect("its input can be read");
}

/// The process; it ends with the test, however the test ends.
struct Process(Child);

impl Process {
    fn start(url: &DatabaseUrl) -> Self {
        let module = module_path!().split_once("::").expect("a path").1;
        let itself = std::env::current_exe().expect("a path");
        let child = Command::new(itself)
            .args(["--exact", "--ignored", "--nocapture"])
            .arg(format!("{module}::the_process_that_is_poisoned"))
            .env(URL_VARIABLE, url.reveal())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.expect("this program starts once more"))
    }

    /// Whether it died.
    fn is_dead(&mut self) -> bool {
        self.0.try_wait().expect("it was ours").is_some()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already is no error here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_fails_alone_after_three_deaths() {
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    poison(&rig.client, "call").await;
    assert_eq!(deaths_until_done(&rig).await, 3);
    only_the_poison_failed(&rig.client).await;
    let bystanders = "select count(*) from marketing.pipeline_events
        where status = 'processed' and crashes > 1";
    assert_eq!(
        rig.number(bystanders).await,
        0,
        "nobody else died with it once it was alone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_of_a_stage_in_the_database_fails_alone_after_three_deaths() {
    let rig = Rig::bare().await;
    make_stages(&rig.client).await;
    // The stage beside it is worked on at each death, and has nothing to do with it.
    rig.run(
        "update pipeline.stages
        set batch_size = case name when 'sql' then 3 else 1000 end
        where name in ('sql', 'rust')",
    )
    .await;
    poison(&rig.client, "rust").await;
    emit(&rig.client, "sql", events()).await;
    let deaths = deaths_until_done(&rig).await;
    // A first death before the note of the second daemon may be one more on a busy machine.
    assert!((3..=4).contains(&deaths), "{deaths} deaths");
    only_the_poison_failed(&rig.client).await;
}

/// Emits events of a type, in the middle of them the one that kills.
async fn poison(client: &Client, event_type: &str) {
    emit(client, event_type, events() / 2).await;
    let poison = "insert into marketing.pipeline_events (event_type, payload)
        values ($1, '{\"poison\": true}')";
    client
        .execute(poison, &[&event_type])
        .await
        .expect("an event");
    emit(client, event_type, events() / 2 - 1).await;
}

/// How often the process dies, and is started again, until all events are over.
async fn deaths_until_done(rig: &Rig) -> i32 {
    let began = Instant::now();
    let mut process = Process::start(rig.database.url());
    let mut deaths = 0;
    let over = "select count(*) from marketing.pipeline_events
        where status not in ('processed', 'failed')";
    wait::until(
        "the poison to be failed and the rest to be done",
        async || {
            if process.is_dead() {
                deaths += 1;
                assert!(deaths <= 6, "a seventh process died");
                process = Process::start(rig.database.url());
            }
            (number(&rig.client, over).await? == 0).then_some(())
        },
    )
    .await;
    say(&format!(
        "{deaths} deaths; all over after {:?}",
        began.elapsed()
    ));
    deaths
}

/// Checks that everything is done but the poison, which says why it is not.
async fn only_the_poison_failed(client: &Client) {
    let processed = "select count(*) from marketing.pipeline_events where status = 'processed'";
    let processed = number(client, processed).await.expect("events");
    books_are_right(client, processed, 1).await;
    let failed = "select payload::text || ' ' || error_message from marketing.pipeline_events
        where status = 'failed'";
    let failed = client.query_one(failed, &[]).await.expect("one event");
    let failed: &str = failed.get(0);
    assert!(failed.contains("poison"), "{failed}");
    assert!(failed.contains("died 3 times"), "{failed}");
}

/// A stage whose function kills the server's process that runs it, as foreign code with a fault or
/// a lack of memory does, and with it every other session. ($PPID: whose child the program is.)
const DEADLY: &str = "
    create function public.work_deadly(event_ids bigint[])
    returns table (event_id bigint, error text) language plpgsql as $$
    begin
        insert into public.effects (event_id) select unnest(event_ids);
        if exists (
            select from marketing.pipeline_events as event
            where event.id = any (event_ids) and event.payload ? 'poison'
        ) then
            copy (select 1) to program 'kill -9 $PPID';
        end if;
    end
    $$;
    insert into pipeline.stages (name, event_type, kind, target, batch_size)
    values ('deadly', 'deadly', 'sql', 'public.work_deadly', 1000)";

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_that_crashes_the_server_fails_alone_after_three_crashes() {
    let cluster = TestCluster::start().await;
    let client = deployed(cluster.url()).await;
    client.batch_execute(DEADLY).await.expect("a stage");
    poison(&client, "deadly").await;
    drop(client);
    let daemon = start(cluster.url(), Work::default().registry());
    let over = "select count(*) from marketing.pipeline_events
        where status not in ('processed', 'failed')";
    wait::until("the poison to be failed", async || {
        let client = pgcascade::db::connect(cluster.url(), "test").await.ok()?;
        (number(&client, over).await? == 0).then_some(())
    })
    .await;
    let client = session(cluster.url()).await;
    only_the_poison_failed(&client).await;
    // The first crash is not on its record: nobody knew then.
    let crashes = "select crashes::bigint from marketing.pipeline_events where status = 'failed'";
    assert_eq!(number(&client, crashes).await, Some(3));
    let blamed = "select count(*) from marketing.pipeline_events
        where status = 'processed' and crashes > 0";
    assert_eq!(number(&client, blamed).await, Some(0), "nobody else");
    daemon.stop().await;
}
