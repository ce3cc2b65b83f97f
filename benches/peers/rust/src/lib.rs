//! The measurements, the same for every peer written in Rust.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::sleep;

/// Clients that enqueue at the same time.
const CLIENTS: usize = 8;
/// Between two single jobs, so that the worker is idle.
const BETWEEN_SINGLES: Duration = Duration::from_millis(15);
/// Singles that are not counted.
const WARM_UP: usize = 20;
/// Scheduled jobs begin so many seconds ahead and are spread over so many.
const AHEAD: f64 = 2.0;
const SPREAD: f64 = 5.0;

/// Whatever went wrong.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// What a job carries.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize)]
pub struct Payload {
    /// When it is due, in seconds since 1970; 0 at once.
    pub at: f64,
}

/// A handler began.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    /// When, in seconds since 1970.
    pub now: f64,
    /// When it was due.
    pub at: f64,
    /// Whether no other job follows in its chain.
    pub is_last: bool,
}

/// Where handlers report.
#[derive(Debug, Clone)]
pub struct Reports(UnboundedSender<Begun>);

impl Reports {
    /// Reports that a handler began now.
    pub fn begun(&self, payload: Payload, is_last: bool) {
        let begun = Begun {
            now: now(),
            at: payload.at,
            is_last,
        };
        // The measurement may be over.
        let _ = self.0.send(begun);
    }
}

/// What a peer can do.
pub trait Peer: Sized + Send + Sync + 'static {
    /// Installs the peer in an empty database. With `chain` a job is a chain of three.
    fn open(url: &str, chain: bool, reports: Reports) -> impl Future<Output = Result<Self, Error>>;
    /// Enqueues one job and returns when it is committed.
    fn enqueue(&self, payload: Payload) -> impl Future<Output = Result<(), Error>> + Send;
    /// Enqueues many.
    fn enqueue_many(&self, count: usize) -> impl Future<Output = Result<(), Error>> + Send;
    /// Works until the program ends.
    fn work(&self) -> impl Future<Output = Result<(), Error>> + Send;
    /// Jobs that are not finished in the database.
    fn unfinished(&self) -> &'static str;
}

/// Seconds since 1970.
pub fn now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}

/// Reads `MEASUREMENT COUNT` from the command line and `PEER_URL`, and prints one line of JSON.
pub async fn main<P: Peer>() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [measurement, count] = arguments.as_slice() else {
        return Err("MEASUREMENT COUNT".into());
    };
    let url = &std::env::var("PEER_URL")?;
    let (sender, begun) = unbounded_channel();
    let peer = P::open(url, measurement == "cascade", Reports(sender)).await?;
    let world = World {
        peer: Arc::new(peer),
        pool: sqlx::PgPool::connect(url).await?,
        begun,
        count: count.parse()?,
    };
    let answer = match measurement.as_str() {
        "enqueue" => world.enqueue(true).await?,
        "enqueue_at_rest" => world.enqueue(false).await?,
        "drain" | "cascade" => world.worked().await?,
        "latency" => world.latency().await?,
        "schedule" => world.schedule().await?,
        other => return Err(format!("{other} is no measurement").into()),
    };
    println!("{answer}");
    std::process::exit(0);
}

struct World<P> {
    peer: Arc<P>,
    pool: sqlx::PgPool,
    begun: UnboundedReceiver<Begun>,
    count: usize,
}

impl<P: Peer> World<P> {
    fn start(&self) {
        let peer = Arc::clone(&self.peer);
        tokio::spawn(async move {
            if let Err(error) = peer.work().await {
                eprintln!("the worker ended: {error}");
                std::process::exit(1);
            }
        });
    }

    async fn next(&mut self) -> Result<Begun, Error> {
        Ok(self.begun.recv().await.ok_or("the worker is gone")?)
    }

    /// Enqueues `count` jobs by the clients; `payload` is told the number of each.
    async fn by_clients(
        &self,
        count: usize,
        payload: impl Fn(usize) -> Payload + Copy + Send + 'static,
    ) -> Result<(), Error> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..CLIENTS {
            let (peer, next) = (Arc::clone(&self.peer), Arc::clone(&next));
            clients.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return Ok::<(), Error>(());
                    }
                    peer.enqueue(payload(number)).await?;
                }
            });
        }
        while let Some(ended) = clients.join_next().await {
            ended??;
        }
        Ok(())
    }

    /// While the worker works the jobs off, or without one.
    async fn enqueue(self, working: bool) -> Result<serde_json::Value, Error> {
        if working {
            self.start();
        }
        self.by_clients(CLIENTS * 4, |_| Payload::default()).await?;
        let began = now();
        self.by_clients(self.count, |_| Payload::default()).await?;
        Ok(serde_json::json!({ "per_second": self.count as f64 / (now() - began) }))
    }

    /// From the start of the first handler until every job is finished in the database.
    async fn worked(mut self) -> Result<serde_json::Value, Error> {
        self.peer.enqueue_many(self.count).await?;
        sqlx::query("vacuum analyze").execute(&self.pool).await?;
        self.start();
        let (mut began, mut done) = (None, 0);
        while done < self.count {
            let begun = self.next().await?;
            began.get_or_insert(begun.now);
            done += usize::from(begun.is_last);
        }
        let unfinished = self.peer.unfinished();
        while sqlx::query_scalar::<_, i64>(unfinished)
            .fetch_one(&self.pool)
            .await?
            > 0
        {
            sleep(Duration::from_millis(2)).await;
        }
        let seconds = now() - began.unwrap_or_default();
        Ok(serde_json::json!({ "per_second": self.count as f64 / seconds }))
    }

    async fn latency(mut self) -> Result<serde_json::Value, Error> {
        self.start();
        sleep(Duration::from_secs(1)).await;
        let mut ms = Vec::new();
        for _ in 0..WARM_UP + self.count {
            sleep(BETWEEN_SINGLES).await;
            self.peer.enqueue(Payload::default()).await?;
            let returned = now();
            ms.push(((self.next().await?.now - returned) * 1000.0).max(0.0));
        }
        Ok(serde_json::json!({ "ms": ms.split_off(WARM_UP) }))
    }

    async fn schedule(mut self) -> Result<serde_json::Value, Error> {
        self.start();
        let (first, count) = (now() + AHEAD, self.count as f64);
        let due = move |number: usize| Payload {
            at: first + number as f64 * SPREAD / count,
        };
        self.by_clients(self.count, due).await?;
        let mut ms = Vec::new();
        while ms.len() < self.count {
            let begun = self.next().await?;
            ms.push((begun.now - begun.at) * 1000.0);
        }
        Ok(serde_json::json!({ "ms": ms }))
    }
}
