//! graphile_worker for Rust: a local queue of 5,000 jobs, completions gathered for 5 ms, 100 jobs
//! at a time. <https://leo91000.github.io/graphile_worker_rs/guides/local-queue.html>

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use graphile_worker::{
    IntoTaskHandlerResult, JobSpec, LocalQueueConfig, RawJobSpec, TaskHandler, Worker,
    WorkerContext, WorkerContextExt, WorkerOptions, WorkerUtils,
};
use pgcascade_peers::{Error, Payload, Peer, Reports};

/// The three jobs of a chain; a single job is the last.
const NAMES: [&str; 3] = ["first", "second", "third"];
const LAST: usize = NAMES.len() - 1;

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Step<const PLACE: usize>(Payload);

impl<const PLACE: usize> TaskHandler for Step<PLACE> {
    const IDENTIFIER: &'static str = NAMES[PLACE];

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        if let Some(reports) = context.get_ext::<Reports>() {
            reports.begun(self.0, PLACE == LAST);
        }
        if PLACE < LAST {
            let next = context.add_raw_job(NAMES[PLACE + 1], self.0, JobSpec::default());
            next.await.map_err(|error| error.to_string())?;
        }
        Ok::<(), String>(())
    }
}

struct Graphile {
    worker: Arc<Worker>,
    utils: WorkerUtils,
    first: &'static str,
}

impl Peer for Graphile {
    async fn open(url: &str, chain: bool, reports: Reports) -> Result<Self, Error> {
        let worker = WorkerOptions::default()
            .database_url(url)
            .max_pg_conn(20)
            .concurrency(100)
            .local_queue(LocalQueueConfig::default().with_size(5000))
            .complete_job_batch_delay(Duration::from_millis(5))
            .fail_job_batch_delay(Duration::from_millis(5))
            .listen_os_shutdown_signals(false)
            .add_extension(reports)
            .define_job::<Step<0>>()
            .define_job::<Step<1>>()
            .define_job::<Step<2>>()
            .init()
            .await?;
        Ok(Self {
            utils: worker.create_utils(),
            worker: Arc::new(worker),
            first: if chain { NAMES[0] } else { NAMES[LAST] },
        })
    }

    async fn enqueue(&self, payload: Payload) -> Result<(), Error> {
        let microseconds = (payload.at * 1e6) as i64;
        let run_at = DateTime::from_timestamp_micros(microseconds).filter(|_| payload.at > 0.0);
        let spec = JobSpec {
            run_at,
            ..JobSpec::default()
        };
        self.utils.add_raw_job(self.first, payload, spec).await?;
        Ok(())
    }

    async fn enqueue_many(&self, count: usize) -> Result<(), Error> {
        let job = RawJobSpec {
            identifier: self.first.to_owned(),
            payload: serde_json::to_value(Payload::default())?,
            spec: JobSpec::default(),
        };
        self.utils.add_raw_jobs(&vec![job; count]).await?;
        Ok(())
    }

    async fn work(&self) -> Result<(), Error> {
        Ok(self.worker.run().await?)
    }

    fn unfinished(&self) -> &'static str {
        "select count(*) from graphile_worker._private_jobs"
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    pgcascade_peers::main::<Graphile>().await
}
