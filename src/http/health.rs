//! `/healthz`: the process runs. `/readyz`: it works, by what the database knows of it. `/wake`: a
//! frugal daemon looks at once.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{Door, Problem};
use crate::db::DbError;

/// The process answers.
pub async fn alive() -> Json<Value> {
    Json(json!({"success": true, "version": env!("CARGO_PKG_VERSION")}))
}

/// Has a frugal daemon look at once.
pub async fn wake(State(door): State<Door>) -> Json<Value> {
    let was_asleep = door.doze.is_asleep();
    door.doze.wake();
    Json(json!({"success": true, "daemon": door.name, "was_asleep": was_asleep}))
}

/// The database answers, the heartbeat is young and the LISTEN session stands.
pub async fn ready(State(door): State<Door>) -> Result<Json<Value>, Problem> {
    if door.doze.is_asleep() {
        return Ok(Json(
            json!({"success": true, "daemon": door.name, "asleep": true}),
        ));
    }
    let (beats, listens) = look(&door)
        .await
        .map_err(|error| Problem::unavailable(format!("The database: {error}.")))?;
    if !beats {
        return Err(Problem::unavailable(
            "The daemon's heartbeat is old: it starts, stops, or cannot write.",
        ));
    }
    if !listens {
        return Err(Problem::unavailable(
            "The LISTEN session is down: work goes on by polling until it stands again.",
        ));
    }
    Ok(Json(json!({"success": true, "daemon": door.name})))
}

async fn look(door: &Door) -> Result<(bool, bool), DbError> {
    let client = door.pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/http/ready.sql"))
        .await?;
    let row = client.query_one(&statement, &[&door.name]).await?;
    Ok((row.try_get("beats")?, row.try_get("listens")?))
}
