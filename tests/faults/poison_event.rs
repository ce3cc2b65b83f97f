//! One event of many ends whoever calls for it, as a crash of foreign code or a lack of memory
//! would: all others are done, and after three deaths it is failed, not tried for ever.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use async_trait::async_trait;
use pgcascade::answer::Answer;
use pgcascade::db::{DatabaseUrl, DbError, Transaction};
use pgcascade::engine::{Ended, Event, OutsideStage, Prepared, Registry};
use serde_json::{Value, json};

use super::books::{Work, books_are_right, emit, make_stages, number, say};
use crate::support::cluster::blocking;
use crate::support::daemon::{Rig, start};
use crate::support::wait;

const EVENTS: i32 = 200;
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test below as a process of its own"]
async fn the_process_that_is_poisoned() {
    let Some((_, url)) = std::env::vars().find(|(name, _)| name == URL_VARIABLE) else {
        return;
    };
    let url = DatabaseUrl::parse(&url).expect("a URL");
    let stages = Registry::default().outside("call", Poisoned(Work::default()));
    let _daemon = start(&url, stages.expect("one stage"));
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
    emit(&rig.client, "call", EVENTS / 2).await;
    rig.run(
        "insert into marketing.pipeline_events (event_type, payload)
        values ('call', '{\"poison\": true}')",
    )
    .await;
    emit(&rig.client, "call", EVENTS / 2 - 1).await;

    let began = Instant::now();
    let mut process = Process::start(rig.database.url());
    let mut deaths = 0;
    let done = "select count(*) from marketing.pipeline_events
        where status in ('processed', 'failed')";
    wait::until(
        "the poison to be failed and the rest to be done",
        async || {
            if process.is_dead() {
                deaths += 1;
                assert!(deaths <= 3, "a fourth process died");
                process = Process::start(rig.database.url());
            }
            (number(&rig.client, done).await? == i64::from(EVENTS)).then_some(())
        },
    )
    .await;
    say(&format!(
        "{deaths} deaths; all over after {:?}",
        began.elapsed()
    ));
    assert_eq!(deaths, 3);
    books_are_right(&rig.client, i64::from(EVENTS) - 1, 1).await;
    let poison = rig
        .text("select payload::text || ' ' || error_message from marketing.pipeline_events where status = 'failed'")
        .await;
    assert!(poison.contains("poison"), "{poison}");
    assert!(poison.contains("died three times"), "{poison}");
    let bystanders = "select count(*) from marketing.pipeline_events
        where status = 'processed' and crashes > 1";
    assert_eq!(
        rig.number(bystanders).await,
        0,
        "nobody else died with it once it was alone"
    );
}
