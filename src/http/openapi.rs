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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_that_is_served_is_described_and_no_other() {
        let described: Value = serde_json::from_str(include_str!("openapi.json")).unwrap();
        let described = described["paths"].as_object().unwrap();
        let router = include_str!("mod.rs");
        let router = router.split("fn router(").nth(1).unwrap();
        // Doors that services knock at follow after this.
        let router = router.split("let services").next().unwrap();
        let mut served = 0;
        for call in router.split(".route(").skip(1) {
            let path = call.split('"').nth(1).unwrap();
            let method = ["get", "post", "put", "delete"]
                .into_iter()
                .find(|method| call.contains(&format!("{method}(")))
                .unwrap();
            assert!(described[path][method].is_object(), "{method} {path}");
            served += 1;
        }
        let ours = described
            .keys()
            .filter(|path| !path.starts_with("/webhooks/"));
        assert_eq!(ours.count(), served);
    }
}
