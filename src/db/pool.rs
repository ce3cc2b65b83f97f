//! Pooled work connections, and direct sessions beside the pool.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use deadpool::managed::QueueMode;
use deadpool_postgres::{Connect, Manager, ManagerConfig, PoolError, RecyclingMethod, Runtime};
use deadpool_postgres::{Object, TimeoutType};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{Class, DbError};
use super::pump::{LastOrder, drive};
use super::tls;
use super::url::DatabaseUrl;

/// How long a caller waits for a connection that others hold. Longer than any transaction of ours
/// should take: reaching it means that the pool is too small or somebody is stuck.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a session may take to say that it lives.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);
/// What TLS and authentication may take after the line stands.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// A session from the pool, given back when it is dropped. It dereferences to the driver's client.
///
/// Statements that run more than once go through `prepare_cached`, which keeps them prepared for
/// as long as the session lives. Nothing else may be kept in the session (`SET`, LISTEN, advisory
/// locks): behind a transaction pooler the next transaction runs elsewhere.
pub type PooledClient = Object;

/// The pool of work connections. Cloning shares it.
#[derive(Clone)]
pub struct Pool {
    inner: deadpool_postgres::Pool,
    url: DatabaseUrl,
    last_order: LastOrder,
}

/// How busy a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUsage {
    /// Sessions that it may open.
    pub most: usize,
    /// Sessions that are open.
    pub open: usize,
    /// Those of them that nobody uses or keeps.
    pub idle: usize,
    /// Who waits for one.
    pub waiting: usize,
}

impl Pool {
    /// Prepares a pool of at most `connections` sessions that show as `application_name`. Connects
    /// nothing yet.
    ///
    /// # Errors
    /// Certificates that cannot be used.
    pub fn open(
        url: &DatabaseUrl,
        connections: usize,
        application_name: &str,
    ) -> Result<Self, DbError> {
        let dial = Dial {
            tls: tls::connector(url)?,
            last_order: LastOrder::default(),
        };
        let last_order = dial.last_order.clone();
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_connect(named(url, application_name), dial, recycling);
        let inner = deadpool_postgres::Pool::builder(manager)
            .max_size(connections)
            // The session that was used last has its statements prepared and its plans at hand.
            .queue_mode(QueueMode::Lifo)
            .wait_timeout(Some(WAIT_TIMEOUT))
            .create_timeout(Some(connect_deadline(url)))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| DbError::plain(Class::Bug, error.to_string()))?;
        Ok(Self {
            inner,
            url: url.clone(),
            last_order,
        })
    }

    /// A session, new or used before.
    ///
    /// After a cut that neither end was told of, the first statement on it may still fail with
    /// [`Class::Lost`]; the session is then known to be dead and is never handed out again.
    ///
    /// # Errors
    /// No connection became free in time, or a new one could not be made.
    pub async fn get(&self) -> Result<PooledClient, DbError> {
        loop {
            let client = self
                .inner
                .get()
                .await
                .map_err(|error| self.explain(error))?;
            if !client.is_closed() && self.lives(&client).await {
                return Ok(client);
            }
            // It died between the pool's check and ours. Taken out, it cannot come back.
            drop(Object::take(client));
        }
    }

    /// Whether a session that was used before answers, where that is in doubt.
    async fn lives(&self, client: &PooledClient) -> bool {
        if !self.last_order.may_have_left_a_dead_session()
            || Object::metrics(client).recycled.is_none()
        {
            return true;
        }
        let answer = tokio::time::timeout(ANSWERS_WITHIN, client.batch_execute("")).await;
        matches!(answer, Ok(Ok(())))
    }

    /// Drops every idle session.
    pub fn drop_idle(&self) {
        self.inner.retain(|_, _| false);
    }

    /// To be called with the error of a session that turned out to be lost: after a restart or a
    /// cut the idle ones are most likely lost, too, and are dropped. One that was ended by order
    /// says nothing about others: those handed out next are asked whether they live.
    pub fn distrust(&self, error: &DbError) {
        if error.is_ended_by_order() {
            self.last_order.note();
        } else if error.class() == Class::Lost {
            self.drop_idle();
        }
    }

    /// Whether a session was ended by order a moment ago: others that end now, without a word, do
    /// so for the same reason.
    pub fn was_ended_by_order(&self) -> bool {
        self.last_order.explains_an_end()
    }

    /// How busy it is at this moment.
    pub fn usage(&self) -> PoolUsage {
        let status = self.inner.status();
        PoolUsage {
            most: status.max_size,
            open: status.size,
            idle: status.available,
            waiting: status.waiting,
        }
    }

    /// Where this pool connects to.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Says what a failure of the pool means.
    fn explain(&self, error: PoolError) -> DbError {
        let url = &self.url;
        match error {
            PoolError::Backend(error) => DbError::connecting(&error, url),
            PoolError::Timeout(TimeoutType::Wait) => DbError::plain(
                Class::Lost,
                format!(
                    "all {} connections to {url} stayed busy for {} s; allow more, or find what \
                     holds them in pg_stat_activity",
                    self.inner.status().max_size,
                    WAIT_TIMEOUT.as_secs()
                ),
            ),
            PoolError::Timeout(_) => unanswered(url),
            other => DbError::plain(Class::Lost, format!("no connection to {url}: {other}")),
        }
    }
}

/// The statements of [`cleanse`].
pub(super) const CLEANSE: &str = include_str!("../../sql/queries/db/cleanse.sql");

/// Takes back what a user's function may have set for the whole session, so that whoever gets it
/// next finds it as it was made.
///
/// # Errors
/// Whatever the database says.
pub async fn cleanse(client: &PooledClient) -> Result<(), DbError> {
    Ok(client.batch_execute(CLEANSE).await?)
}

/// Opens a direct session that shows as `application_name`, and spawns the task that drives it. It
/// ends when the client is dropped.
///
/// # Errors
/// The server cannot be reached, refuses us, or does not answer in time.
pub async fn connect(url: &DatabaseUrl, application_name: &str) -> Result<Client, DbError> {
    let dial = Dial {
        tls: tls::connector(url)?,
        last_order: LastOrder::default(),
    };
    let config = named(url, application_name);
    match tokio::time::timeout(connect_deadline(url), dial.connect(&config)).await {
        Ok(Ok((client, _task))) => Ok(client),
        Ok(Err(error)) => Err(DbError::connecting(&error, url)),
        Err(_) => Err(unanswered(url)),
    }
}

/// The driver's settings with the name that `pg_stat_activity` shows.
pub(super) fn named(url: &DatabaseUrl, application_name: &str) -> Config {
    let mut config = url.config().clone();
    config.application_name(application_name);
    config
}

/// How long connecting may take in all: the driver bounds only the line to each host.
pub(super) fn connect_deadline(url: &DatabaseUrl) -> Duration {
    let hosts = u32::try_from(url.config().get_hosts().len()).unwrap_or(1);
    let line = url
        .config()
        .get_connect_timeout()
        .copied()
        .unwrap_or_default();
    line * hosts + HANDSHAKE_TIMEOUT
}

/// The error of a server that accepted the line and then said nothing.
pub(super) fn unanswered(url: &DatabaseUrl) -> DbError {
    DbError::plain(
        Class::Lost,
        format!("cannot connect to {url}: no answer in time; check host, port and any firewall"),
    )
}

/// Makes connections for the pool and for direct sessions alike.
struct Dial {
    tls: MakeRustlsConnect,
    last_order: LastOrder,
}

/// What the pool wants a connection attempt to be.
type Connecting<'a> = Pin<
    Box<dyn Future<Output = Result<(Client, JoinHandle<()>), tokio_postgres::Error>> + Send + 'a>,
>;

impl Connect for Dial {
    fn connect(&self, config: &Config) -> Connecting<'_> {
        let (tls, last_order) = (self.tls.clone(), self.last_order.clone());
        let config = config.clone();
        Box::pin(async move {
            let (client, connection) = config.connect(tls).await?;
            Ok((client, tokio::spawn(drive(connection, last_order))))
        })
    }
}
