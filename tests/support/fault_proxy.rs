//! A TCP proxy on loopback between a daemon and PostgreSQL that misbehaves when told to.
//!
//! It can cut lines, freeze them (bytes are swallowed, nothing is closed: half-open), part client
//! and server so that only the server hears of it, delay every chunk, cut at random, lose the answer
//! to a commit, and count.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pgcascade::db::DatabaseUrl;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Largest chunk that is passed on at once.
const CHUNK: usize = 16 * 1024;
/// How the driver commits.
const COMMIT: &[u8] = b"COMMIT\0";

/// The proxy; lines end with it.
pub struct FaultProxy {
    url: DatabaseUrl,
    weather: Arc<Weather>,
    task: JoinHandle<()>,
}

/// What all lines share.
struct Weather {
    /// The lines that are opened now belong to it.
    lines: Mutex<Lines>,
    /// Lines that were frozen and not cut yet.
    frozen: Mutex<Vec<Lines>>,
    /// Milliseconds that each chunk takes, in each direction.
    delay_ms: AtomicU64,
    /// Of a thousand chunks so many cut their line instead of passing.
    cut_per_mille: AtomicU64,
    /// Of a thousand commits so many arrive, while their answer is lost with the line.
    lost_commits_per_mille: AtomicU64,
    chance: Mutex<fastrand::Rng>,
    opened: AtomicUsize,
    open: AtomicUsize,
    cut: AtomicUsize,
    /// Statements that clients had executed.
    asked: AtomicUsize,
}

/// Lines that share a fate.
#[derive(Clone, Default)]
struct Lines {
    frozen: Arc<AtomicBool>,
    /// The server has given its ends up; clients know nothing of it.
    parted: CancellationToken,
    cut: CancellationToken,
}

impl FaultProxy {
    /// A proxy before the server of this URL, well-behaved at first. `seed` is for its chances.
    pub async fn before(server: &DatabaseUrl, seed: u64) -> Self {
        let port = server.config().get_ports()[0];
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = listener.local_addr().expect("it is bound").port();
        let text = server
            .reveal()
            .replacen(&format!(":{port}/"), &format!(":{own}/"), 1);
        let url = DatabaseUrl::parse(&text).expect("a changed port leaves a URL");
        assert_eq!(url.config().get_ports(), [own], "the port was exchanged");
        let weather = Arc::new(Weather {
            lines: Mutex::default(),
            frozen: Mutex::default(),
            delay_ms: AtomicU64::new(0),
            cut_per_mille: AtomicU64::new(0),
            lost_commits_per_mille: AtomicU64::new(0),
            chance: Mutex::new(fastrand::Rng::with_seed(seed)),
            opened: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            cut: AtomicUsize::new(0),
            asked: AtomicUsize::new(0),
        });
        let task = tokio::spawn(accept(listener, port, Arc::clone(&weather)));
        Self { url, weather, task }
    }

    /// Where clients connect instead.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// How many lines were ever opened.
    pub fn opened(&self) -> usize {
        self.weather.opened.load(Ordering::SeqCst)
    }

    /// How many lines stand, as clients see it.
    pub fn open(&self) -> usize {
        self.weather.open.load(Ordering::SeqCst)
    }

    /// How many statements clients have had executed.
    pub fn asked(&self) -> usize {
        self.weather.asked.load(Ordering::SeqCst)
    }

    /// How many lines chance has cut.
    pub fn cut_by_chance(&self) -> usize {
        self.weather.cut.load(Ordering::SeqCst)
    }

    /// From now on each chunk takes so long, in each direction.
    pub fn delay(&self, delay: Duration) {
        let delay = u64::try_from(delay.as_millis()).expect("a short delay");
        self.weather.delay_ms.store(delay, Ordering::SeqCst);
    }

    /// From now on so many of a thousand chunks cut their line instead of passing.
    pub fn cut_at_random(&self, per_mille: u64) {
        self.weather
            .cut_per_mille
            .store(per_mille, Ordering::SeqCst);
    }

    /// From now on so many of a thousand commits reach the server, while the client loses its line
    /// before the answer.
    pub fn lose_answers_to_commits(&self, per_mille: u64) {
        self.weather
            .lost_commits_per_mille
            .store(per_mille, Ordering::SeqCst);
    }

    /// Freezes the lines that stand: what is sent is swallowed, and no end hears of it, not even
    /// that the other one hung up. New lines work.
    pub fn freeze(&self) {
        let lines = self.weather.renew();
        lines.frozen.store(true, Ordering::SeqCst);
        locked(&self.weather.frozen).push(lines);
    }

    /// Cuts off the clients: the server gives their lines up, clients hear nothing of it, and what
    /// they send, on new lines too, is swallowed. Until [`Self::heal`].
    pub fn part(&self) {
        let lines = locked(&self.weather.lines);
        lines.frozen.store(true, Ordering::SeqCst);
        lines.parted.cancel();
    }

    /// Ends a freeze or a parting: lines from before turn out to be dead, new ones work.
    pub fn heal(&self) {
        self.weather.renew().cut.cancel();
        for lines in locked(&self.weather.frozen).drain(..) {
            lines.cut.cancel();
        }
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.heal();
        self.task.abort();
    }
}

impl Weather {
    /// Lines opened from now on are new ones; returns those from before.
    fn renew(&self) -> Lines {
        std::mem::take(&mut *locked(&self.lines))
    }

    /// How long a chunk takes, None where it cuts its line.
    fn fate(&self) -> Option<Duration> {
        if self.strikes(&self.cut_per_mille) {
            self.cut.fetch_add(1, Ordering::SeqCst);
            return None;
        }
        Some(Duration::from_millis(self.delay_ms.load(Ordering::SeqCst)))
    }

    /// Whether this chunk of a client's is a commit whose answer is to be lost.
    fn loses_the_answer_to(&self, chunk: &[u8]) -> bool {
        let commits = chunk.windows(COMMIT.len()).any(|bytes| bytes == COMMIT);
        commits && self.strikes(&self.lost_commits_per_mille)
    }

    fn strikes(&self, per_mille: &AtomicU64) -> bool {
        let per_mille = per_mille.load(Ordering::SeqCst);
        per_mille > 0 && locked(&self.chance).u64(0..1000) < per_mille
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, port: u16, weather: Arc<Weather>) {
    while let Ok((client, _)) = listener.accept().await {
        let lines = locked(&weather.lines).clone();
        weather.opened.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(line(client, port, lines, Arc::clone(&weather)));
    }
}

/// One line from its opening to its end.
async fn line(mut client: TcpStream, port: u16, lines: Lines, weather: Arc<Weather>) {
    weather.open.fetch_add(1, Ordering::SeqCst);
    tokio::select! {
        () = lines.cut.cancelled() => {}
        () = carry(&mut client, port, &lines, &weather) => {}
    }
    weather.open.fetch_sub(1, Ordering::SeqCst);
}

async fn carry(client: &mut TcpStream, port: u16, lines: &Lines, weather: &Weather) {
    if !lines.parted.is_cancelled() {
        let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else {
            return;
        };
        // A proxy must not add what it does not mean to add.
        let quick = client.set_nodelay(true).and(server.set_nodelay(true));
        quick.expect("an option of every socket");
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let doomed = AtomicBool::new(false);
        let watched = |chunk: &[u8]| {
            weather.asked.fetch_add(statements(chunk), Ordering::SeqCst);
            if weather.loses_the_answer_to(chunk) {
                doomed.store(true, Ordering::SeqCst);
            }
            true
        };
        let answered = |_: &[u8]| {
            let passes = !doomed.load(Ordering::SeqCst);
            if !passes {
                weather.cut.fetch_add(1, Ordering::SeqCst);
            }
            passes
        };
        tokio::select! {
            () = lines.parted.cancelled() => {}
            () = pump(&mut from_client, &mut to_server, watched, lines, weather) => return,
            () = pump(&mut from_server, &mut to_client, answered, lines, weather) => return,
        }
    }
    // The server's end is closed; the client's is read, so that its kernel gets its acknowledgements.
    let mut swallowed = [0; CHUNK];
    while client.read(&mut swallowed).await.is_ok_and(|n| n > 0) {}
}

/// How many statements a chunk of whole messages has executed: those of Execute and Query
/// (<https://www.postgresql.org/docs/15/protocol-message-formats.html>).
fn statements(mut chunk: &[u8]) -> usize {
    let mut found = 0;
    while let [kind, a, b, c, d, ..] = *chunk {
        found += usize::from(matches!(kind, b'E' | b'Q'));
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        chunk = chunk.get(1 + length..).unwrap_or_default();
    }
    found
}

/// Carries bytes one way until an end closes, chance cuts, or a chunk does not pass.
async fn pump(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    passes: impl Fn(&[u8]) -> bool,
    lines: &Lines,
    weather: &Weather,
) {
    // Chunks on their way, so that a delay is a latency and no limit of bandwidth.
    let (send, mut under_way) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let reading = async {
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = from.read(&mut chunk).await.unwrap_or(0);
            if lines.frozen.load(Ordering::SeqCst) {
                if read == 0 {
                    // Nobody hears of a hang-up on a frozen line.
                    std::future::pending::<()>().await;
                }
                continue;
            }
            if !passes(&chunk[..read]) {
                return;
            }
            let Some(delay) = weather.fate() else { return };
            let passed = send.send((Instant::now() + delay, chunk[..read].to_vec()));
            if read == 0 || passed.is_err() {
                // The end is closed when what was sent before has arrived.
                std::future::pending::<()>().await;
            }
        }
    };
    let writing = async {
        while let Some((due, chunk)) = under_way.recv().await {
            tokio::time::sleep_until(due).await;
            if chunk.is_empty() {
                return;
            }
            if !lines.frozen.load(Ordering::SeqCst) && to.write_all(&chunk).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = reading => {}
        () = writing => {}
    }
}
