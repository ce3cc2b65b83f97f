//! The LISTEN session: its own task, never pooled, probed, and made again whenever it is lost.
//!
//! A session listens only from the moment it says so, so what was notified while none stood is
//! unheard. That is why every new session ends its greeting by waking everybody: whoever wakes
//! looks at the tables, and the tables miss nothing. Notifications themselves are only doorbells;
//! any number of them becomes one wake-up.
//!
//! The session may also hold an advisory lock for as long as it lives, which is how others see that
//! this process does. Behind a transaction pooler neither LISTEN nor the lock works; the address is
//! therefore made direct where that is known how, and the probe finds out where it is not.

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

/// A running LISTEN session. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Listener {
    bell: Bell,
    state: watch::Receiver<ListenState>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// The sending ends that the session rings.
#[derive(Debug, Clone)]
pub(super) struct Bell {
    /// Counts wake-ups; any number of notifications between two looks is one change.
    wake: watch::Sender<u64>,
    stream: broadcast::Sender<Notification>,
}

impl Bell {
    /// Wakes everybody.
    pub(super) fn ring(&self) {
        self.wake
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Passes a notification on and wakes everybody.
    pub(super) fn heard(&self, notification: Notification) {
        // Nobody reading the stream is the normal case.
        let _ = self.stream.send(notification);
        self.ring();
    }
}

/// One consumer's view of the wake-ups.
#[derive(Debug, Clone)]
pub struct Wakeup(watch::Receiver<u64>);

impl Wakeup {
    /// Waits for a wake-up that this consumer has not seen. Those that came while it was busy are
    /// one. The first call returns at once, because there may be work from before. After the
    /// listener has ended it waits for ever.
    pub async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// One reader's view of the notifications themselves.
#[derive(Debug)]
pub struct NotificationStream(broadcast::Receiver<Notification>);

impl NotificationStream {
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
    /// Starts the task. It never fails: what is wrong shows in [`Listener::state`] and once in the
    /// log, and it is tried again until `stop` is cancelled.
    pub fn spawn(options: ListenOptions, stop: CancellationToken) -> Self {
        let url = options.url.direct();
        if url.to_string() != options.url.to_string() {
            tracing::info!(%url, "LISTEN goes around the pooler to the direct address");
        }
        let bell = Bell {
            wake: watch::Sender::new(0),
            stream: broadcast::Sender::new(STREAM_MAX),
        };
        let (state_sender, state) = watch::channel(ListenState::Disconnected {
            since: Instant::now(),
            reason: "not connected yet".to_owned(),
        });
        let stop = stop.child_token();
        let keeper = Keeper {
            options: ListenOptions { url, ..options },
            bell: bell.clone(),
            state: state_sender,
            stop: stop.clone(),
        };
        let task = tokio::spawn(keeper.run());
        Self {
            bell,
            state,
            stop,
            task,
        }
    }

    /// A consumer of wake-ups; take as many as there are consumers.
    pub fn wakeup(&self) -> Wakeup {
        let mut receiver = self.bell.wake.subscribe();
        receiver.mark_changed();
        Wakeup(receiver)
    }

    /// A reader of the notifications from now on.
    pub fn stream(&self) -> NotificationStream {
        NotificationStream(self.bell.stream.subscribe())
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
    bell: Bell,
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
        let greeting = Session::open(&self.options, &self.bell, |reason| {
            self.disconnected(reason)
        });
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

    /// Listening began: say so once, and let everybody look at what was missed.
    fn connected(&self) {
        self.state.send_replace(ListenState::Connected);
        tracing::info!(url = %self.options.url, "listening for events");
        self.bell.ring();
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
