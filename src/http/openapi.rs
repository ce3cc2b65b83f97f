//! `/openapi.json`: what can be asked here, for programs that read it.

use axum::Json;
use serde_json::{Value, json};

use super::Problem;

/// The description, with this program's version.
pub async fn describe() -> Result<Json<Value>, Problem> {
    let text = include_str!("openapi.json");
    let mut document: Value = serde_json::from_str(text)
        .map_err(|error| Problem::unavailable(format!("The description is broken: {error}.")))?;
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    Ok(Json(document))
}
