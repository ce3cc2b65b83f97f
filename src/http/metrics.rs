//! `/metrics` in Prometheus' text format: what this daemon has counted, and what waits in the
//! database at this moment.
//!
//! What was counted is shown whether the database answers or not. What waits is read anew for every
//! answer, and left out when it cannot be: an old depth would look like a calm one.

use std::collections::HashSet;
use std::fmt::Write;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use metrics::counter;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::Door;
use crate::db::{DbError, PoolUsage};
use crate::engine::counts::describe_counts;
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
    let handle = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)?
        .install_recorder()?;
    describe_counts();
    Ok(handle)
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
pub async fn render(State(door): State<Door>) -> Response {
    counter!("pgcascade_log_lines_dropped_total").absolute(telemetry::dropped_lines() as u64);
    let mut page = Page(door.counted.render());
    page.daemon(&door);
    if !door.doze.is_asleep() {
        let depths = read_depths(&door).await;
        page.gauge(
            "pgcascade_database_up",
            "1 while the database answers; 0: what waits cannot be told",
            &[(String::new(), f64::from(u8::from(depths.is_ok())))],
        );
        match depths {
            Ok(depths) => {
                page.forget_other_stages(&depths);
                page.depths(&depths);
            }
            Err(error) => tracing::debug!(%error, "metrics without what waits"),
        }
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], page.0).into_response()
}

/// What waits for a stage.
struct Depth {
    stage: String,
    /// By state.
    events: [(&'static str, i64); 4],
    oldest_seconds: f64,
    paused: bool,
}

async fn read_depths(door: &Door) -> Result<Vec<Depth>, DbError> {
    let client = door.pool.get().await?;
    let statement = client
        .prepare_cached(include_str!("../../sql/queries/http/depths.sql"))
        .await?;
    let rows = client.query(&statement, &[]).await?;
    rows.iter()
        .map(|row| {
            let events = |state| Ok::<_, DbError>((state, row.try_get(state)?));
            Ok(Depth {
                stage: row.try_get("stage")?,
                events: [
                    events("waiting")?,
                    events("running")?,
                    events("scheduled")?,
                    events("held_back")?,
                ],
                oldest_seconds: row.try_get("oldest_seconds")?,
                paused: row.try_get("paused")?,
            })
        })
        .collect()
}

/// The text so far.
struct Page(String);

impl Page {
    /// A gauge with its values by labels.
    fn gauge(&mut self, name: &str, help: &str, values: &[(String, f64)]) {
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (labels, value) in values {
            let _ = writeln!(self.0, "{name}{labels} {value}");
        }
    }

    fn daemon(&mut self, door: &Door) {
        let version = format!("{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
        self.gauge("pgcascade_build_info", "the program", &[(version, 1.0)]);
        let asleep = f64::from(u8::from(door.doze.is_asleep()));
        let help = "1 while a frugal daemon lets its database sleep";
        self.gauge("pgcascade_asleep", help, &[(String::new(), asleep)]);
        let pools = [("work", door.work.usage()), ("http", door.pool.usage())];
        let states = |(pool, usage): &(&str, PoolUsage)| {
            [
                ("open", usage.open),
                ("idle", usage.idle),
                ("most", usage.most),
            ]
            .map(|(state, number)| {
                let labels = format!("{{pool=\"{pool}\",state=\"{state}\"}}");
                (labels, number as f64)
            })
        };
        let connections: Vec<_> = pools.iter().flat_map(states).collect();
        let help = "connections to the database: open, idle among them, and allowed";
        self.gauge("pgcascade_pool_connections", help, &connections);
        let waiting = pools.map(|(pool, usage)| (label("pool", pool), usage.waiting as f64));
        let help = "who waits for a connection";
        self.gauge("pgcascade_pool_waiting", help, &waiting);
    }

    /// Takes out what was counted for stages that are no more.
    fn forget_other_stages(&mut self, depths: &[Depth]) {
        let known: HashSet<&str> = depths.iter().map(|depth| depth.stage.as_str()).collect();
        let is_known = |line: &&str| stage_of(line).is_none_or(|stage| known.contains(stage));
        let kept = self.0.split_inclusive('\n').filter(is_known).collect();
        self.0 = kept;
    }

    fn depths(&mut self, depths: &[Depth]) {
        let by_state = |depth: &Depth| {
            let stage = quoted(&depth.stage);
            depth.events.map(|(state, events)| {
                let labels = format!("{{stage=\"{stage}\",state=\"{state}\"}}");
                (labels, events as f64)
            })
        };
        let events: Vec<_> = depths.iter().flat_map(by_state).collect();
        let help = "events that are not finished, by stage and state";
        self.gauge("pgcascade_queue_events", help, &events);
        let of_stages = |value: fn(&Depth) -> f64| -> Vec<(String, f64)> {
            let of_stage = |depth: &Depth| (label("stage", &depth.stage), value(depth));
            depths.iter().map(of_stage).collect()
        };
        let help =
            "how long the oldest event has waited since it was written, or due; 0: none waits";
        let oldest = of_stages(|depth| depth.oldest_seconds);
        self.gauge("pgcascade_oldest_waiting_seconds", help, &oldest);
        let help = "1 while a stage is paused";
        let paused = of_stages(|depth| f64::from(u8::from(depth.paused)));
        self.gauge("pgcascade_stage_paused", help, &paused);
    }
}

/// The stage that a line tells about. Their names have nothing in them that must be quoted.
fn stage_of(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("{stage=\"")?;
    rest.split_once('"').map(|(stage, _)| stage)
}

fn label(name: &str, value: &str) -> String {
    format!("{{{name}=\"{}\"}}", quoted(value))
}

/// A label's value as the format wants it.
fn quoted(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_told_as_prometheus_reads_it() {
        let mut page = Page(String::new());
        page.gauge("depth", "so many", &[(label("stage", "a\"b"), 2.0)]);
        assert_eq!(
            page.0,
            "# HELP depth so many\n# TYPE depth gauge\ndepth{stage=\"a\\\"b\"} 2\n"
        );
    }
}
