//! underway: a job of one step, or of three for the cascade; 16 at a time (2, 4 and 8 drain less, 32
//! no more), a look every 50 ms beside the notifications. <https://docs.rs/underway>

use jiff::{Span, ToSpan};
use pgcascade_peers::{Error, Payload, Peer, Reports, now};
use sqlx::postgres::PgPoolOptions;
use underway::{Job, To};

const CONCURRENCY: usize = 16;
/// One for each job at work, and for the clients.
const CONNECTIONS: u32 = 28;

struct Underway {
    job: Job<Payload, Reports>,
    pool: sqlx::PgPool,
}

impl Peer for Underway {
    async fn open(url: &str, chain: bool, reports: Reports) -> Result<Self, Error> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect(url)
            .await?;
        underway::run_migrations(&pool).await?;
        let builder = Job::builder().state(reports);
        let job = if chain {
            builder
                .step(|context, payload: Payload| async move {
                    context.state.begun(payload, false);
                    To::next(payload)
                })
                .step(|context, payload: Payload| async move {
                    context.state.begun(payload, false);
                    To::next(payload)
                })
                .step(|context, payload: Payload| async move {
                    context.state.begun(payload, true);
                    To::done()
                })
                .name("peer")
                .pool(pool.clone())
                .build()
                .await?
        } else {
            builder
                .step(|context, payload: Payload| async move {
                    context.state.begun(payload, true);
                    To::done()
                })
                .name("peer")
                .pool(pool.clone())
                .build()
                .await?
        };
        Ok(Self { job, pool })
    }

    async fn enqueue(&self, payload: Payload) -> Result<(), Error> {
        if payload.at > 0.0 {
            let ahead = Span::new().microseconds(((payload.at - now()) * 1e6).max(0.0) as i64);
            self.job.enqueue_after(&payload, ahead).await?;
        } else {
            self.job.enqueue(&payload).await?;
        }
        Ok(())
    }

    async fn enqueue_many(&self, count: usize) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        for _ in 0..count {
            self.job
                .enqueue_using(&mut *transaction, &Payload::default())
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn work(&self) -> Result<(), Error> {
        let mut worker = self.job.worker();
        worker.set_concurrency_limit(CONCURRENCY);
        Ok(worker.run_every(50.milliseconds()).await?)
    }

    fn unfinished(&self) -> &'static str {
        "select count(*) from underway.task where state in ('pending', 'in_progress')"
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    pgcascade_peers::main::<Underway>().await
}
