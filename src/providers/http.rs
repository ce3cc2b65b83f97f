//! The one HTTP client: deadlines, bounded answers, no redirects, no repeats, no URL in an error.
//!
//! Every call ends in a [`Reply`] (the service answered, whatever it said) or in a [`CallError`]
//! that says whether the service may have acted on the request. Nothing is ever sent twice by this
//! layer: what may be repeated is decided by the room that asked.
//!
//! Base URLs come from the operator, so loopback and private addresses are allowed. A destination
//! that comes from a row (a webhook) is called by a client with a [`Reach`].

use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

use anyhow::{Context, ensure};
use chrono::DateTime;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, redirect, retry};
use serde::de::DeserializeOwned;

use super::foreign;

pub use super::base_url::{BaseUrl, BaseUrlError};
pub use super::reach::{Reach, Unreachable};

/// Sent with every request: services block the default names of HTTP libraries.
pub const USER_AGENT: &str = concat!("pgcascade/", env!("CARGO_PKG_VERSION"));

/// Most of a `Retry-After` that is believed; a service that asks for more is asked again earlier.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);

/// Idle connections are dropped before a load balancer drops them under a request of ours.
const IDLE_CONNECTION_MAX: Duration = Duration::from_secs(20);

/// Bounds of every call of one client.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Longest wait for a connection, TLS included. Must be shorter than any call's deadline:
    /// only then is a service that cannot be reached told apart from one that does not answer.
    pub connect_timeout: Duration,
    /// Most bytes of one answer that are read.
    pub body_bytes_max: usize,
    /// Whether the status is all that counts: then an answer of success whose body is too long, or
    /// ends in the middle, is an answer with the part of the body that was read.
    pub status_is_enough: bool,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            body_bytes_max: 16 * 1024 * 1024,
            status_is_enough: false,
        }
    }
}

/// A client bound to one service.
#[derive(Debug, Clone)]
pub struct HttpClient {
    inner: Client,
    limits: HttpLimits,
    reach: Option<Reach>,
}

/// What the service answered.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Why there is no answer. The words hold neither URL nor key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The request never left: refused, no such host, TLS failed. Certainly not processed.
    #[error("no connection: {why}")]
    NotSent {
        /// The first cause, such as `Connection refused`.
        why: String,
    },
    /// The request was never made: the host leads where this client must not go.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The request left and the answer did not arrive whole. It may have been processed.
    #[error("{why}")]
    Lost {
        /// What happened, as a clause.
        why: String,
    },
    /// The service answered with success and with more than we read.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The client's limit.
        limit_bytes: usize,
    },
}

/// An answer that is not the JSON it should be; says what came instead, without quoting it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the answer is {what}")]
pub struct Malformed {
    what: String,
}

impl HttpClient {
    /// Builds the client for one service. Proxies of the environment are used, except for a
    /// service on this machine.
    ///
    /// # Errors
    /// No crypto provider is installed (the program does that first thing), or the system's TLS
    /// roots cannot be read.
    pub fn new(base_url: &BaseUrl, limits: HttpLimits) -> anyhow::Result<Self> {
        let builder = builder(limits)?;
        let builder = if base_url.is_loopback() {
            builder.no_proxy()
        } else {
            builder
        };
        Self::build(builder, limits, None)
    }

    /// Builds a client for destinations that rows name. It connects only to addresses that it may
    /// reach, and never through a proxy, which would look names up by itself.
    ///
    /// # Errors
    /// As [`HttpClient::new`].
    pub fn reaching(reach: Reach, limits: HttpLimits) -> anyhow::Result<Self> {
        let builder = builder(limits)?.no_proxy().dns_resolver(reach);
        Self::build(builder, limits, Some(reach))
    }

    fn build(
        builder: ClientBuilder,
        limits: HttpLimits,
        reach: Option<Reach>,
    ) -> anyhow::Result<Self> {
        let inner = builder
            .build()
            .context("the HTTP client could not be built")?;
        Ok(Self {
            inner,
            limits,
            reach,
        })
    }

    /// Begins a request; [`HttpClient::send`] ends it.
    pub fn request(&self, method: Method, url: url::Url) -> RequestBuilder {
        self.inner.request(method, url)
    }

    /// Sends one request once and reads the answer, all within `deadline`.
    ///
    /// # Errors
    /// See [`CallError`]. An answer other than success is a [`Reply`], even if its body was cut or
    /// is too long: the status alone says what happened, and the body is only quoted. See also
    /// [`HttpLimits::status_is_enough`].
    pub async fn send(
        &self,
        request: RequestBuilder,
        deadline: Duration,
    ) -> Result<Reply, CallError> {
        let request = request.timeout(deadline).build();
        let request = request.map_err(|error| classify(error, deadline))?;
        if let Some(reach) = self.reach {
            reach.judge(request.url())?;
        }
        let sent = self.inner.execute(request).await;
        let mut response = sent.map_err(|error| classify(error, deadline))?;
        let body = match self.read_body(&mut response, deadline).await {
            (body, None) => body,
            (_, Some(error)) if response.status().is_success() && !self.limits.status_is_enough => {
                return Err(error);
            }
            (body, Some(_)) => body,
        };
        let status = response.status().as_u16();
        Ok(Reply {
            status,
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    /// Reads until the end, the limit or the cut, and gives what was read in every case.
    async fn read_body(
        &self,
        response: &mut Response,
        deadline: Duration,
    ) -> (Vec<u8>, Option<CallError>) {
        let limit_bytes = self.limits.body_bytes_max;
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => return (body, None),
                Ok(Some(chunk)) if body.len() + chunk.len() > limit_bytes => {
                    let rest = limit_bytes - body.len();
                    body.extend_from_slice(&chunk[..rest]);
                    return (body, Some(CallError::TooLarge { limit_bytes }));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Err(error) => return (body, Some(classify(error, deadline))),
            }
        }
    }
}

impl Reply {
    /// True for 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's text, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// When the service says it answered, by its own clock.
    pub fn date(&self) -> Option<DateTime<chrono::FixedOffset>> {
        DateTime::parse_from_rfc2822(self.header(DATE.as_str())?).ok()
    }

    /// How long the service asks us to wait, in either form of `Retry-After`. A date is measured
    /// against the answer's own `Date`, so that our clock plays no part.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.header(RETRY_AFTER.as_str())?.trim();
        let wait = match text.parse::<u64>() {
            Ok(secs) => Duration::from_secs(secs),
            Err(_) => {
                let until = DateTime::parse_from_rfc2822(text).ok()?;
                (until - self.date()?).to_std().unwrap_or_default()
            }
        };
        Some(wait.min(RETRY_AFTER_MAX))
    }

    /// The body, as far as it was read.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON of the expected shape.
    ///
    /// # Errors
    /// The body is something else; the error says what, without quoting it.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Malformed> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let what = match self.body.trim_ascii_start().first() {
                None => String::from("empty"),
                Some(b'<') => String::from("an HTML page"),
                Some(_) if error.is_data() => String::from("JSON of another shape"),
                Some(_) => format!("{} bytes that are not JSON", self.body.len()),
            };
            Malformed { what }
        })
    }
}

/// What all clients have in common.
fn builder(limits: HttpLimits) -> anyhow::Result<ClientBuilder> {
    // reqwest panics without a provider, so the question is asked here.
    ensure!(
        rustls::crypto::CryptoProvider::get_default().is_some(),
        "no TLS crypto provider is installed; install rustls' ring provider at start-up"
    );
    Ok(Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(limits.connect_timeout)
        .pool_idle_timeout(IDLE_CONNECTION_MAX)
        .redirect(redirect::Policy::none())
        .retry(retry::never()))
}

/// Tells a request that never left from one whose answer was lost.
fn classify(error: reqwest::Error, deadline: Duration) -> CallError {
    let error = error.without_url();
    if let Some(refused) = causes(&error).find_map(|cause| cause.downcast_ref::<Unreachable>()) {
        return CallError::Unreachable(refused.clone());
    }
    if error.is_connect() || error.is_builder() {
        return CallError::NotSent {
            why: innermost(&error),
        };
    }
    let why = if error.is_timeout() {
        format!("no complete answer within {} s", deadline.as_secs_f32())
    } else {
        format!(
            "the connection broke before the answer was complete ({})",
            innermost(&error)
        )
    };
    CallError::Lost { why }
}

/// An error and what caused it, down to the first cause.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

/// The words of the first cause, which is the one that helps: `Connection refused`.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let first_cause = causes(error).last().unwrap_or(error);
    foreign::quote(&first_cause.to_string(), None)
}
