//! The LISTEN session: its own task, never pooled, probed, and made again whenever it is lost.
//!
//! A session listens only from the moment it says so, so what was notified while none stood is
//! unheard. That is why every new session is told of in [`Listener::state`]: whoever hears of it
//! looks at the tables, and the tables miss nothing. Notifications themselves are only doorbells.
//!
//! The session may also hold an advisory lock for as long as it lives, which is how others see that
//! this process does. Behind a transaction pooler neither LISTEN nor the lock works; the address is
//! therefore made direct where that is known how, and the probe finds out where it is not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::listen_session::{Ended, Session};
use super::url::DatabaseUrl;

/// The first pause before connecting again: long enough not to spin, short enough that nobody sees
/// a single cut.
const PAUSE_BASE: Duration = Duration::from_millis(100);
/// The longest pause: a server that was down for an hour is found again within these seconds, and
/// a fleet of daemons asks it a few times a second at most.
const PAUSE_CEILING: Duration = Duration::from_secs(10);
/// A session that lasted this long was a good one: the pauses start small again. Shorter ones keep
/// growing, so that a server that accepts and hangs up is not hammered.
const LASTING: Duration = Duration::from_secs(1);
/// Notifications that a slow reader of the stream may fall behind before it loses the oldest.
const STREAM_MAX: usize = 4096;

/// Whether notifications are heard at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenState {
    /// The session listens and holds its lock.
    Connected,
    /// Nothing is heard; the slow poll carries the work meanwhile.
    Disconnected {
        /// Since when, by the monotonic clock.
        since: Instant,
        /// Why, in a sentence for the operator.
        reason: String,
    },
}

/// One notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The channel it came on.
    pub channel: String,
    /// What was sent with it; empty if nothing was.
    pub payload: String,
}

/// What a reader of the stream gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A notification.
    Notification(Notification),
    /// The reader was too slow, and this many notifications are lost to it.
    Missed(u64),
}

/// What a listener is to do.
#[derive(Debug, Clone)]
pub struct ListenOptions {
    /// Where to listen; made direct if it is a known pooler's address.
    pub url: DatabaseUrl,
    /// What `pg_stat_activity` shows.
    pub application_name: String,
    /// The channels.
    pub channels: Vec<&'static str>,
    /// Class and object of the advisory lock to hold for as long as the session lives.
    pub lock_key: Option<(i32, i32)>,
}

/// Hears each notification where the socket is read, so that nobody else has to be woken first. It
/// must not wait.
pub(super) type Ear = Arc<dyn Fn(Notification) + Send + Sync>;

/// A running LISTEN session. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Listener {
    state: watch::Receiver<ListenState>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// One reader's view of the notifications themselves.
#[derive(Debug)]
pub struct NotificationStream(broadcast::Receiver<Notification>);

impl NotificationStream {
    /// The ear of a listener, and what it hears.
    pub fn channel() -> (impl Fn(Notification) + Send + Sync, Self) {
        let (sender, receiver) = broadcast::channel(STREAM_MAX);
        let ear = move |notification| {
            // The reader may be gone.
            let _ = sender.send(notification);
        };
        (ear, Self(receiver))
    }

    /// The next notification, or how many were missed; None after the listener has ended.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.0.recv().await {
            Ok(notification) => Some(Heard::Notification(notification)),
            Err(broadcast::error::RecvError::Lagged(count)) => Some(Heard::Missed(count)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

impl Listener {
    /// Starts the task, which tells `ear` of each notification while it reads: `ear` must not wait.
    /// It never fails: what is wrong shows in [`Listener::state`] and once in the log, and it is
    /// tried again until `stop` is cancelled.
    pub fn spawn(
        options: ListenOptions,
        ear: impl Fn(Notification) + Send + Sync + 'static,
        stop: CancellationToken,
    ) -> Self {
        let url = options.url.direct();
        if url.to_string() != options.url.to_string() {
            tracing::info!(%url, "LISTEN goes around the pooler to the direct address");
        }
        let (state_sender, state) = watch::channel(ListenState::Disconnected {
            since: Instant::now(),
            reason: "not connected yet".to_owned(),
        });
        let stop = stop.child_token();
        let keeper = Keeper {
            options: ListenOptions { url, ..options },
            ear: Arc::new(ear),
            state: state_sender,
            stop: stop.clone(),
        };
        let task = tokio::spawn(keeper.run());
        Self { state, stop, task }
    }

    /// Whether notifications are heard, and every change of that.
    pub fn state(&self) -> watch::Receiver<ListenState> {
        self.state.clone()
    }

    /// Stops, gives the lock back and returns when the session is closed.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // The task ends by itself; a panic in it has been reported by the runtime already.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Keeps one session standing.
struct Keeper {
    options: ListenOptions,
    ear: Ear,
    state: watch::Sender<ListenState>,
    stop: CancellationToken,
}

impl Keeper {
    /// One session after another until told to stop.
    async fn run(self) {
        let mut failures = 0;
        loop {
            let begun = Instant::now();
            let ended = self.session().await;
            let Ended::Lost(reason) = ended else { return };
            failures = if begun.elapsed() > LASTING && self.is_connected() {
                0
            } else {
                failures + 1
            };
            self.disconnected(reason);
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(pause(failures)) => {}
            }
        }
    }

    /// From connecting to the end of one session.
    async fn session(&self) -> Ended {
        let greeting = Session::open(&self.options, &self.ear, |reason| self.disconnected(reason));
        let session = tokio::select! {
            () = self.stop.cancelled() => return Ended::Stopped,
            opened = greeting => match opened {
                Ok(session) => session,
                Err(error) => return Ended::Lost(error.to_string()),
            },
        };
        self.connected();
        session.keep(&self.stop).await
    }

    fn is_connected(&self) -> bool {
        *self.state.borrow() == ListenState::Connected
    }

    /// Listening began: say so once; whoever follows the state looks at what was missed.
    fn connected(&self) {
        self.state.send_replace(ListenState::Connected);
        tracing::info!(url = %self.options.url, "listening for events");
    }

    /// Listening ended or could not begin. A reason that has been given already is not repeated.
    fn disconnected(&self, reason: String) {
        let before = self.state.borrow().clone();
        let since = match before {
            ListenState::Disconnected { reason: known, .. } if known == reason => return,
            ListenState::Disconnected { since, .. } => since,
            ListenState::Connected => Instant::now(),
        };
        tracing::warn!(
            reason,
            "not listening: events are found by the slow poll until the connection is back"
        );
        self.state
            .send_replace(ListenState::Disconnected { since, reason });
    }
}

/// Between half and the whole of the doubled pause, so that a fleet does not return in step.
fn pause(failures: u32) -> Duration {
    let doubled = PAUSE_BASE * 2_u32.pow(failures.min(10));
    doubled
        .min(PAUSE_CEILING)
        .mul_f64(0.5 + 0.5 * fastrand::f64())
}
