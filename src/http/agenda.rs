//! `POST /api/events/{id}/generate-agenda`: an agenda laid out from its speakers, which schedules
//! the texts and the matching of the event. A thin door on `agenda_generate`.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::matching::number;
use super::{Door, Problem};
use crate::db::DbError;

/// Lays the agenda out.
pub async fn generate(
    State(door): State<Door>,
    Path(event): Path<String>,
) -> Result<Json<Value>, Problem> {
    let event = number(&event, "event")?;
    let changed = lay_out(&door, event)
        .await
        .map_err(|error| Problem::of_database("Failed to generate the agenda", &error))?;
    Ok(Json(json!({
        "success": true,
        "message": "Agenda generated successfully",
        "data": changed,
    })))
}

async fn lay_out(door: &Door, event: i64) -> Result<Value, DbError> {
    let client = door.pool.get().await?;
    let query = include_str!("../../sql/queries/http/agenda_generate.sql");
    let query = client.prepare_cached(query).await?;
    let row = client.query_one(&query, &[&event]).await?;
    Ok(row.try_get("changed")?)
}
