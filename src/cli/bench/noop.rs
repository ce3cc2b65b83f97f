//! An outside stage that calls nobody: what the engine itself costs.

use async_trait::async_trait;
use serde_json::Value;

use crate::answer::Answer;
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Event, OutsideStage, Prepared};

/// Every call succeeds at once, and runs this first.
pub struct Noop<F>(pub F);

#[async_trait]
impl<F: Fn() + Send + Sync> OutsideStage for Noop<F> {
    async fn prepare(
        &self,
        _tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        Ok(vec![Prepared::Call(Value::Null); events.len()])
    }

    async fn call(&self, _input: &Value) -> Answer<Value> {
        (self.0)();
        Answer::Delivered(Value::Null)
    }

    async fn record(&self, _tx: &Transaction<'_>, _ended: &[Ended]) -> Result<(), DbError> {
        Ok(())
    }
}
