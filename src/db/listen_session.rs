//! One LISTEN session from its greeting to its end; `listen.rs` keeps one standing.
//!
//! Takes one session advisory lock, writes nothing, and reads `pg_locks` when the lock is taken.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client};
use tokio_util::sync::CancellationToken;

use super::error::{Class, DbError};
use super::listen::{Ear, ListenOptions, Notification};
use super::pump::pump;
use super::{pool, tls};

/// Between two probes. The kernel's keepalives find a dead line too, but not a pooler that has
/// swapped the session behind us, nor a server that no longer answers.
const PROBE_EVERY: Duration = Duration::from_secs(9);
/// How long a probe or a farewell may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// Between two attempts at a lock that somebody holds.
const LOCK_RETRY: Duration = Duration::from_millis(250);
/// Attempts before it is said that the lock is held: a session of ours that died a moment ago is
/// gone by then.
const LOCK_PATIENCE: u32 = 8;

const SESSION_SETTINGS: &str = include_str!("../../sql/queries/db/listen_settings.sql");
const TRY_LOCK: &str = include_str!("../../sql/queries/db/try_lock.sql");
const END_PREDECESSOR: &str = include_str!("../../sql/queries/db/end_predecessor.sql");
const UNLOCK: &str = include_str!("../../sql/queries/db/unlock.sql");
const LOCK_HOLDER: &str = include_str!("../../sql/queries/db/lock_holder.sql");
const LISTENING: &str = include_str!("../../sql/queries/db/listening_channels.sql");

/// Why a session ended.
pub(super) enum Ended {
    /// We were told to stop.
    Stopped,
    /// It is gone, for this reason.
    Lost(String),
}

/// A session that listens.
pub(super) struct Session<'o> {
    options: &'o ListenOptions,
    client: Client,
    /// Reads the socket; its result is why the connection ended.
    pump: JoinHandle<Option<tokio_postgres::Error>>,
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // A pump on a dead line would wait for its time-out; nobody listens to it any more.
        self.pump.abort();
    }
}

impl<'o> Session<'o> {
    /// Connects, takes the lock, then listens: in this order, because whoever is heard to listen
    /// must be seen to live. `waiting` is told why it takes long.
    pub(super) async fn open(
        options: &'o ListenOptions,
        ear: &Ear,
        waiting: impl Fn(String),
    ) -> Result<Self, DbError> {
        let url = &options.url;
        let config = pool::named(url, &options.application_name);
        let connecting = config.connect(tls::connector(url)?);
        let (client, mut connection) = timeout(pool::connect_deadline(url), connecting)
            .await
            .map_err(|_| pool::unanswered(url))?
            .map_err(|error| DbError::connecting(&error, url))?;
        let ear = Arc::clone(ear);
        let pump = tokio::spawn(async move {
            pump(&mut connection, |message| match message {
                AsyncMessage::Notification(notification) => ear(Notification {
                    channel: notification.channel().to_owned(),
                    payload: notification.payload().to_owned(),
                }),
                AsyncMessage::Notice(notice) => {
                    tracing::debug!(message = notice.message(), "the server says");
                }
                _ => {}
            })
            .await
        });
        let session = Self {
            options,
            client,
            pump,
        };
        session
            .answered(session.client.batch_execute(SESSION_SETTINGS))
            .await?;
        if let Some(key) = options.lock_key {
            session.lock(key, waiting).await?;
        }
        for channel in &options.channels {
            let listen = format!("listen \"{}\"", channel.replace('"', "\"\""));
            session
                .answered(session.client.batch_execute(&listen))
                .await?;
        }
        session.probe().await?;
        Ok(session)
    }

    /// Stays until the line is lost, a probe fails, or we are told to stop.
    pub(super) async fn keep(mut self, stop: &CancellationToken) -> Ended {
        let mut probes = tokio::time::interval(PROBE_EVERY);
        probes.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        probes.reset();
        loop {
            tokio::select! {
                () = stop.cancelled() => {
                    self.farewell().await;
                    return Ended::Stopped;
                }
                ended = &mut self.pump => return Ended::Lost(lost_reason(ended.ok().flatten())),
                _ = probes.tick() => {
                    if let Err(error) = self.probe().await {
                        return Ended::Lost(error.to_string());
                    }
                }
            }
        }
    }

    /// Takes the advisory lock, however long somebody else holds it.
    async fn lock(&self, key: (i32, i32), waiting: impl Fn(String)) -> Result<(), DbError> {
        for attempt in 0_u32.. {
            let row = self
                .answered(self.client.query_one(TRY_LOCK, &[&key.0, &key.1]))
                .await?;
            if row.try_get(0)? {
                break;
            }
            if attempt == LOCK_PATIENCE && !self.end_predecessor(key).await? {
                waiting(self.lock_holder(key).await?);
            }
            tokio::time::sleep(LOCK_RETRY).await;
        }
        Ok(())
    }

    /// Ends an earlier session of ours that still has the lock, and whose line we have given up:
    /// the server may not find out for a minute. False where somebody else has it.
    async fn end_predecessor(&self, key: (i32, i32)) -> Result<bool, DbError> {
        let row = self
            .answered(self.client.query_one(END_PREDECESSOR, &[&key.0, &key.1]))
            .await?;
        Ok(row.try_get(0)?)
    }

    /// Says who has the lock.
    async fn lock_holder(&self, key: (i32, i32)) -> Result<String, DbError> {
        let rows = self
            .answered(self.client.query(LOCK_HOLDER, &[&key.0, &key.1]))
            .await?;
        let holder = match rows.first() {
            Some(row) => format!(
                "process {} ({})",
                row.try_get::<_, i32>(0)?,
                row.try_get::<_, &str>(1)?
            ),
            None => "a session that is just leaving".to_owned(),
        };
        Ok(format!(
            "this worker's lock is held by database {holder}; if that is an earlier session of the \
             same worker, it ends by itself within a minute, or at once with pg_terminate_backend"
        ))
    }

    /// Whether the session answers and still listens.
    async fn probe(&self) -> Result<(), DbError> {
        let row = self.answered(self.client.query_one(LISTENING, &[])).await?;
        let listening: Vec<String> = row.try_get(0)?;
        let wanted = &self.options.channels;
        if wanted
            .iter()
            .all(|channel| listening.iter().any(|name| name == channel))
        {
            return Ok(());
        }
        Err(DbError::plain(
            Class::Bug,
            format!(
                "{} is a transaction pooler, which forgets LISTEN; give a direct address as \
                 PGCASCADE_LISTEN_URL",
                self.options.url
            ),
        ))
    }

    /// Gives the lock back and closes, so that both have happened when this returns.
    async fn farewell(&mut self) {
        if let Some((class, object)) = self.options.lock_key {
            // A session that cannot say goodbye loses its lock when the server notices.
            let _ = self
                .answered(self.client.execute(UNLOCK, &[&class, &object]))
                .await;
        }
        let _ = self.answered(self.client.batch_execute("unlisten *")).await;
    }

    /// Bounds the wait for an answer: on a dead line none ever comes.
    async fn answered<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, DbError> {
        match timeout(ANSWER_WITHIN, answer).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(DbError::plain(
                Class::Lost,
                format!(
                    "the LISTEN session has not answered for {} s",
                    ANSWER_WITHIN.as_secs()
                ),
            )),
        }
    }
}

/// Why the line ended.
fn lost_reason(error: Option<tokio_postgres::Error>) -> String {
    match error {
        Some(error) => DbError::from(error).to_string(),
        None => "the server closed the LISTEN session".to_owned(),
    }
}
