//! What was heard in received texts, written down: by rules ([`super::hear`]) and by a chat model
//! ([`super::ask_model`]) alike.

use serde_json::Value;

use crate::db::{DbError, Transaction};

/// Does what texts ask of the texts themselves; `read_by`: keyword or ai, and how sure that is.
pub(super) async fn obey_wishes(
    tx: &Transaction<'_>,
    ids: &[i64],
    wishes: &[&str],
    events: &[i64],
    read_by: (&str, f32),
) -> Result<(), DbError> {
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/messaging/obey_wishes.sql"))
        .await?;
    let (method, confidence) = (read_by.0, f64::from(read_by.1));
    tx.execute(&statement, &[&ids, &wishes, &events, &method, &confidence])
        .await?;
    Ok(())
}

/// Marks texts as what may be refusals: nothing goes to their numbers until a person has decided.
pub(super) async fn doubt_wishes(tx: &Transaction<'_>, ids: &[i64]) -> Result<(), DbError> {
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/messaging/doubt_wishes.sql"))
        .await?;
    tx.execute(&statement, &[&ids]).await?;
    Ok(())
}

/// Writes how texts were understood, for those who act on them.
pub(super) async fn write_routes(
    tx: &Transaction<'_>,
    decisions: Vec<Value>,
) -> Result<(), DbError> {
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/messaging/write_routes.sql"))
        .await?;
    tx.execute(&statement, &[&Value::Array(decisions)]).await?;
    Ok(())
}

/// Asks which of several questions was meant.
pub(super) async fn ask_back(
    tx: &Transaction<'_>,
    asked: Vec<(i64, Value)>,
) -> Result<(), DbError> {
    if asked.is_empty() {
        return Ok(());
    }
    let (ids, data): (Vec<i64>, Vec<Value>) = asked.into_iter().unzip();
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/messaging/ask_back.sql"))
        .await?;
    tx.query(&statement, &[&ids, &data]).await?;
    Ok(())
}

/// Makes events of texts that a chat model is to be asked about.
pub(super) async fn tell_model(
    tx: &Transaction<'_>,
    texts: Vec<(i64, i64)>,
) -> Result<(), DbError> {
    let (ids, events): (Vec<i64>, Vec<i64>) = texts.into_iter().unzip();
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/messaging/tell_model.sql"))
        .await?;
    tx.execute(&statement, &[&ids, &events]).await?;
    Ok(())
}
