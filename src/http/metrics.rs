//! `/metrics` in Prometheus' text format: what this daemon has counted, and what waits in the
//! database at this moment.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use metrics::{counter, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::{Door, Problem};
use crate::db::DbError;
use crate::telemetry;

/// Upper bounds of the histograms, in seconds: from a claim to a slow provider.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0, 60.0,
];
/// How often the histograms' samples are put into their buckets.
const UPKEEP: Duration = Duration::from_secs(5);

/// Has everything that the engine counts recorded from now on, in this process.
///
/// # Errors
/// Another recorder is there already.
pub fn record() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets(&BUCKETS)?
        .install_recorder()
}

/// Puts samples into buckets now and then, so that nothing grows while nobody asks.
pub async fn keep_small(counted: PrometheusHandle, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(UPKEEP) => counted.run_upkeep(),
        }
    }
}

/// Everything, as text.
pub async fn render(State(door): State<Door>) -> Result<Response, Problem> {
    if !door.doze.is_asleep() {
        read_depths(&door)
            .await
            .map_err(|error| Problem::unavailable(format!("The database: {error}.")))?;
    }
    counter!("pgcascade_log_lines_dropped_total").absolute(telemetry::dropped_lines() as u64);
    let text = door.counted.render();
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

async fn read_depths(door: &Door) -> Result<(), DbError> {
    let client = door.pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/http/depths.sql"))
        .await?;
    for row in client.query(&statement, &[]).await? {
        let stage: String = row.try_get("stage")?;
        for state in ["waiting", "running", "scheduled", "held_back"] {
            let events: i64 = row.try_get(state)?;
            let labels = [("stage", stage.clone()), ("state", state.to_owned())];
            gauge!("pgcascade_queue_events", &labels).set(events as f64);
        }
        let oldest: f64 = row.try_get("oldest_seconds")?;
        let paused: bool = row.try_get("paused")?;
        gauge!("pgcascade_oldest_waiting_seconds", "stage" => stage.clone()).set(oldest);
        gauge!("pgcascade_stage_paused", "stage" => stage).set(f64::from(u8::from(paused)));
    }
    let pool = door.pool.usage();
    gauge!("pgcascade_pool_connections", "state" => "open").set(pool.open as f64);
    gauge!("pgcascade_pool_connections", "state" => "idle").set(pool.idle as f64);
    gauge!("pgcascade_pool_connections", "state" => "most").set(pool.most as f64);
    gauge!("pgcascade_pool_waiting").set(pool.waiting as f64);
    Ok(())
}
