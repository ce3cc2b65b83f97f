//! Stages for tests: they count what they are asked, and answer as they are told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use pgcascade::answer::Answer;
use pgcascade::db::{DbError, Transaction};
use pgcascade::engine::{
    Ended, Ending, Event, InDatabaseStage, OnUnknown, Outcome, OutsideStage, Prepared, Registry,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What a stage answers to the n of an event; called once per call.
pub type Answers = dyn Fn(i64) -> Answer<Value> + Send + Sync;

/// An outside stage under the test's control.
#[derive(Clone)]
pub struct Scripted {
    answers: Arc<Answers>,
    /// Calls made, by n.
    pub calls: Arc<Mutex<HashMap<i64, usize>>>,
    /// Calls under way now, and most ever.
    pub now: Arc<AtomicUsize>,
    /// Most calls that were ever under way at once.
    pub most: Arc<AtomicUsize>,
    /// When set, calls wait for it.
    pub gate: Option<Arc<Notify>>,
    /// What an unknown outcome means.
    pub on_unknown: OnUnknown,
}

impl Scripted {
    /// A stage that answers so.
    pub fn new(answers: impl Fn(i64) -> Answer<Value> + Send + Sync + 'static) -> Self {
        Self {
            answers: Arc::new(answers),
            calls: Arc::default(),
            now: Arc::default(),
            most: Arc::default(),
            gate: None,
            on_unknown: OnUnknown::LetAPersonDecide,
        }
    }

    /// A stage whose calls wait until the gate lets one pass.
    pub fn gated(answers: impl Fn(i64) -> Answer<Value> + Send + Sync + 'static) -> Self {
        Self {
            gate: Some(Arc::new(Notify::new())),
            ..Self::new(answers)
        }
    }

    /// A registry with this stage as `scripted`.
    pub fn registry(&self) -> Registry {
        Registry::default()
            .outside("scripted", self.clone())
            .expect("one stage")
    }

    /// How many calls were made in all.
    pub fn made(&self) -> usize {
        self.calls.lock().expect("no panic").values().sum()
    }
}

#[async_trait]
impl OutsideStage for Scripted {
    async fn prepare(
        &self,
        _: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        Ok(events
            .iter()
            .map(|event| Prepared::Call(json!({ "n": event.integer("n") })))
            .collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let n = input["n"].as_i64().unwrap_or_default();
        *self.calls.lock().expect("no panic").entry(n).or_default() += 1;
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        if let Some(gate) = &self.gate {
            gate.notified().await;
        }
        tokio::task::yield_now().await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        (self.answers)(n)
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        for end in ended {
            if let Ending::Delivered(_) = end.ending {
                tx.execute(
                    "insert into public.effects (n) values ($1)",
                    &[&end.event.integer("n")],
                )
                .await?;
            }
        }
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        self.on_unknown
    }
}

/// An in-database stage that writes an effect for each event, and panics at n = 13 if told to.
pub struct Effects {
    /// Whether 13 is unlucky.
    pub panics_at_13: bool,
}

#[async_trait]
impl InDatabaseStage for Effects {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        for event in events {
            assert!(
                !self.panics_at_13 || event.integer("n") != Some(13),
                "13 is unlucky"
            );
            tx.execute(
                "insert into public.effects (n) values ($1)",
                &[&event.integer("n")],
            )
            .await?;
        }
        Ok(Vec::new())
    }
}

/// The table in which effects are counted.
pub const EFFECTS: &str = "create table public.effects (n bigint not null)";
