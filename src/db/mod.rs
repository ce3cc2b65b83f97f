//! What a connection is to us: URLs, TLS, the pool, direct sessions, transactions and errors.
//!
//! Two kinds of session exist. *Pooled* ones ([`Pool`]) carry the work and may stand behind a
//! transaction pooler such as PgBouncer, so nothing may be kept in them between transactions.
//! *Direct* ones ([`connect`]) keep state: LISTEN, advisory locks, migrations. This room knows
//! nothing of events, stages or domains, and reads no configuration: it is given URLs.

mod begun;
mod deploy_lock;
#[cfg(unix)]
pub mod embedded;
mod error;
mod explain;
mod libpq;
mod listen;
mod listen_session;
pub mod migrate;
pub mod objects;
mod place;
mod pool;
mod pump;
mod server;
mod tls;
mod transaction;
pub mod trigger_text;
mod url;
mod url_error;
mod words;

pub use begun::Begun;
pub use deadpool_postgres::GenericClient as Statements;
pub use error::{Class, DbError};
pub use listen::{Heard, ListenOptions, ListenState, Listener, Notification, NotificationStream};
pub use migrate::{MigrateError, MigrationReport, migrate, pending_migrations};
pub use objects::{ObjectsError, install_objects};
pub use pool::{Pool, PoolUsage, PooledClient, cleanse, connect};
pub use server::{ServerInfo, check_server};
pub use tls::{Roots, TlsMode, Verify, install_crypto_provider};
pub use transaction::{AsDbError, Scope, Transaction, Working, in_transaction};
pub use url::DatabaseUrl;
pub use url_error::UrlError;
