//! A row of `pipeline.webhooks` as a delivery needs it.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio_postgres::Row;
use url::Url;

use super::message::Body;
use crate::db::DbError;

/// Where and how events are sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Its name, for people.
    pub name: String,
    /// Where to.
    pub url: Url,
    /// How.
    pub method: Method,
    /// Further headers; values may name variables.
    pub headers: BTreeMap<String, String>,
    /// The form of the body.
    pub body: Body,
    /// The variable that holds the signing secret; None: unsigned.
    pub secret_env: Option<String>,
    /// Longest wait for an answer.
    pub timeout: Duration,
    /// Most calls at once to the host and port.
    pub concurrency: usize,
    /// Whether this machine and private networks may be reached.
    pub allow_private: bool,
    /// Whether anything is sent.
    pub enabled: bool,
}

/// Why a row is no webhook.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The URL passed the table's checks and is none all the same: a port of six digits, say.
    #[error("its url cannot be read ({0})")]
    Url(#[from] url::ParseError),
}

impl Webhook {
    /// Reads a row of `webhook/settings`.
    ///
    /// # Errors
    /// The URL cannot be used, or the row is not what the query promises.
    pub fn from_row(row: &Row) -> Result<Self, SettingsError> {
        Ok(Self {
            name: column(row, "name")?,
            url: Url::parse(&column::<String>(row, "url")?)?,
            method: match column::<String>(row, "method")?.as_str() {
                "PUT" => Method::PUT,
                "PATCH" => Method::PATCH,
                _ => Method::POST,
            },
            headers: texts(&column(row, "headers")?),
            body: match column::<String>(row, "body")?.as_str() {
                "event" => Body::Event,
                _ => Body::Standard,
            },
            secret_env: column(row, "secret_env")?,
            timeout: Duration::from_millis(
                u64::try_from(column::<i64>(row, "timeout_ms")?).unwrap_or(1),
            ),
            concurrency: usize::try_from(column::<i32>(row, "concurrency")?).unwrap_or(1),
            allow_private: column(row, "allow_private")?,
            enabled: column(row, "enabled")?,
        })
    }

    /// Host and port: what can be down as one. Named in logs, where the path may be a secret.
    pub fn destination(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default().unwrap_or_default();
        format!("{host}:{port}")
    }
}

fn column<'r, T: tokio_postgres::types::FromSql<'r>>(
    row: &'r Row,
    name: &str,
) -> Result<T, DbError> {
    Ok(row.try_get(name)?)
}

fn texts(object: &Value) -> BTreeMap<String, String> {
    let pairs = object.as_object().into_iter().flatten();
    pairs
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}
