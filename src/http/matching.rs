//! Peer matching over HTTP: thin doors on functions in the database, with the bodies that existing
//! clients send and read.
//!
//! | door | function |
//! |---|---|
//! | `POST /api/events/{id}/peer-matching/generate` | `generate_peer_matches`, `peer_matching_answer` |
//! | `GET /api/events/{id}/peer-matching` | `peer_matches_answer` |
//! | `PUT /api/peer-matches/{id}/status` | `set_peer_match_status` |
//! | `POST /webhook/event-peer-matching` | as the first, without its envelope |

use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio_postgres::types::ToSql;

use super::{Door, Problem};
use crate::db::DbError;

/// So long a caller waits for the run; after that it goes on without.
const RUN_WAIT: Duration = Duration::from_secs(8);
/// Between two looks whether it is done.
const LOOK_EVERY: Duration = Duration::from_millis(25);

const GENERATE_FAILED: &str = "Failed to trigger peer matching workflow";
const FETCH_FAILED: &str = "Failed to fetch peer matches";
const UPDATE_FAILED: &str = "Failed to update match status";

/// Orders a run and waits for what comes of it.
pub async fn generate(
    State(door): State<Door>,
    Path(event): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let event = number(&event, "event")?;
    let (status, data) = ordered(&door, event, read(&body)?).await?;
    let message = match status {
        StatusCode::OK => "Peer matching workflow triggered successfully",
        _ => "Peer matching workflow triggered; it is still running",
    };
    let answer = json!({"success": true, "message": message, "data": data});
    Ok((status, Json(answer)).into_response())
}

/// The same as n8n offers it: the event is in the body.
pub async fn webhook(State(door): State<Door>, body: Bytes) -> Result<Response, Problem> {
    let options = read(&body)?;
    let event = integer(&options["event_id"])
        .ok_or_else(|| Problem::unprocessable("event_id must be the number of an event."))?;
    let options = match options {
        Value::Object(mut fields) => {
            // As text it would be refused below.
            fields.insert("event_id".to_owned(), json!(event));
            Value::Object(fields)
        }
        other => other,
    };
    let (status, data) = ordered(&door, event, options).await?;
    Ok((status, Json(data)).into_response())
}

/// The matches of an event, newest first.
pub async fn list(
    State(door): State<Door>,
    Path(event): Path<String>,
) -> Result<Json<Value>, Problem> {
    let event = number(&event, "event")?;
    let query = include_str!("../../sql/queries/http/peer_matches_answer.sql");
    let answer = ask(&door, query, &[&event]).await;
    answer
        .map(Json)
        .map_err(|error| Problem::of_database(FETCH_FAILED, &error))
}

/// What one of the two says to an introduction.
pub async fn set_status(
    State(door): State<Door>,
    Path(matched): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let matched = number(&matched, "match")?;
    let body = read(&body)?;
    let contractor = integer(&body["contractor_id"]).ok_or_else(|| {
        Problem::unprocessable("contractor_id must be the number of a contractor.")
    })?;
    let response_type = body["response_type"].as_str();
    let feedback = match &body["feedback"] {
        Value::Null => None,
        Value::String(text) => Some(text.replace('\0', "")),
        _ => return Err(Problem::unprocessable("feedback must be text.")),
    };
    let query = include_str!("../../sql/queries/http/set_peer_match_status.sql");
    let values: [&(dyn ToSql + Sync); 4] = [&matched, &contractor, &response_type, &feedback];
    execute(&door, query, &values)
        .await
        .map_err(|error| Problem::of_database(UPDATE_FAILED, &error))?;
    Ok(Json(
        json!({"success": true, "message": "Match status updated successfully"}),
    ))
}

/// Orders a run, and gives what is to be said of it: of one that is done, or that still runs.
async fn ordered(door: &Door, event: i64, options: Value) -> Result<(StatusCode, Value), Problem> {
    let failed = |error: DbError| Problem::of_database(GENERATE_FAILED, &error);
    let begun = Instant::now();
    let run = order(door, event, &options).await.map_err(failed)?;
    door.doze.wake();
    let query = include_str!("../../sql/queries/http/peer_matching_answer.sql");
    loop {
        let answer = ask(door, query, &[&run]).await.map_err(failed)?;
        if answer["status"] != "requested" {
            return Ok((StatusCode::OK, answer));
        }
        if begun.elapsed() > RUN_WAIT {
            return Ok((StatusCode::ACCEPTED, answer));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn order(door: &Door, event: i64, options: &Value) -> Result<i64, DbError> {
    let client = door.pool.get().await?;
    let query = include_str!("../../sql/queries/http/generate_peer_matches.sql");
    let query = client.prepare_cached(query).await?;
    let row = client.query_one(&query, &[&event, options]).await?;
    Ok(row.try_get("run_id")?)
}

/// The one value of a query, as JSON.
async fn ask(door: &Door, query: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Value, DbError> {
    let client = door.pool.get().await?;
    let query = client.prepare_cached(query).await?;
    let row = client.query_one(&query, values).await?;
    Ok(row
        .try_get::<_, Option<Value>>("answer")?
        .unwrap_or_default())
}

async fn execute(door: &Door, query: &str, values: &[&(dyn ToSql + Sync)]) -> Result<(), DbError> {
    let client = door.pool.get().await?;
    let query = client.prepare_cached(query).await?;
    client.execute(&query, values).await?;
    Ok(())
}

/// The number in a path.
pub(super) fn number(text: &str, what: &str) -> Result<i64, Problem> {
    text.parse()
        .map_err(|_| Problem::unprocessable(format!("The number of the {what} must be digits.")))
}

/// A whole number, also written as text, as forms do.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A body; an empty one is an empty object.
fn read(body: &Bytes) -> Result<Value, Problem> {
    if body.trim_ascii().is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(Value::Object(fields)),
        Ok(_) => Err(Problem::unprocessable("The body must be a JSON object.")),
        Err(error) => Err(Problem::bad_request(format!(
            "The body is no JSON: line {}, column {}.",
            error.line(),
            error.column()
        ))),
    }
}
