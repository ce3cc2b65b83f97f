//! How often one client may ask, and be refused.
//!
//! A notification that proves itself is never turned away, however many come: Twilio does not send
//! one again. What does not prove itself is refused, and who was refused too often is told to wait.
//! Probes are not limited. Behind a proxy on this machine the client is whom the proxy names.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::{Door, Problem};
use crate::providers::{ghl, twilio};

/// After a rest a client may ask so many times its rate at once.
const BURST_SECONDS: u32 = 4;
/// So many refusals at once, and one more each second.
const REFUSALS: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
/// One second's worth of refusals.
const REFUSALS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN;
/// So many clients are remembered before those at rest are forgotten.
const CLIENTS_MAX: usize = 10_000;
/// Whom a proxy speaks for.
const FORWARDED_FOR: &str = "x-forwarded-for";

type Buckets = RateLimiter<
    IpAddr,
    HashMapStateStore<IpAddr>,
    MonotonicClock,
    NoOpMiddleware<<MonotonicClock as Clock>::Instant>,
>;

/// What clients have left.
pub struct Limits {
    requests: Option<Buckets>,
    refusals: Buckets,
}

impl Limits {
    /// `rate` is how many requests a second one client may make of the API; 0: any number.
    pub fn new(rate: u32) -> Self {
        let quota = |rate: NonZeroU32| {
            let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(BURST_SECONDS - 1));
            Quota::per_second(rate).allow_burst(burst)
        };
        let refusals = Quota::per_second(REFUSALS_PER_SECOND).allow_burst(REFUSALS);
        Self {
            requests: NonZeroU32::new(rate).map(|rate| RateLimiter::keyed(quota(rate))),
            refusals: RateLimiter::keyed(refusals),
        }
    }

    fn request(&self, client: IpAddr) -> Result<(), Problem> {
        match &self.requests {
            Some(buckets) => take(buckets, client),
            None => Ok(()),
        }
    }

    fn refusal(&self, client: IpAddr) -> Result<(), Problem> {
        take(&self.refusals, client)
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "limits of {} clients", self.refusals.len())
    }
}

fn take(buckets: &Buckets, client: IpAddr) -> Result<(), Problem> {
    if buckets.len() > CLIENTS_MAX {
        buckets.retain_recent();
    }
    buckets.check_key(&client).map_err(|not_until| {
        let wait = not_until.wait_time_from(buckets.clock().now());
        Problem::too_many(wait.max(Duration::from_secs(1)))
    })
}

/// What is asked for, which decides what is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// How the daemon is: any number, of those who have the token.
    Probe,
    /// The API: so many a second.
    Api,
    /// Somebody tells us something: any number, of those who prove themselves.
    Notification,
}

/// Limits what a client asks, and how often it may come without what it must carry.
pub async fn of_client(
    State((door, asked)): State<(Door, Asked)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let client = client(peer, request.headers());
    let response = match asked {
        Asked::Api => match door.limits.request(client) {
            Ok(()) => next.run(request).await,
            Err(problem) => return problem.into_response(),
        },
        // It is refused without its body being read.
        Asked::Notification if !may_prove_itself(&request) => Problem::unproved(
            "the notification carries neither signature nor secret: have the service sign it, or \
             set GHL_WEBHOOK_SECRET and send it from the workflow, as Authorization: Bearer … or \
             ?secret=… in the address",
        )
        .into_response(),
        Asked::Notification | Asked::Probe => next.run(request).await,
    };
    let refused = matches!(
        response.status(),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    );
    if !refused {
        return response;
    }
    match door.limits.refusal(client) {
        Ok(()) => response,
        Err(problem) => problem.into_response(),
    }
}

/// Whether there is anything about it that could prove where it comes from.
fn may_prove_itself(request: &Request) -> bool {
    let headers = request.headers();
    headers.contains_key(ghl::SIGNATURE_HEADER)
        || headers.contains_key(twilio::SIGNATURE_HEADER)
        || headers.contains_key(AUTHORIZATION)
        || request.uri().query().is_some()
}

/// Who asks. Networks of IPv6 count as one, because everybody there has addresses without end.
fn client(peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    let named = headers
        .get(FORWARDED_FOR)
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .and_then(|address| address.trim().parse().ok())
        .filter(|_| peer.ip().to_canonical().is_loopback());
    match named.unwrap_or_else(|| peer.ip()).to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(peer: &str, forwarded: Option<&str>) -> String {
        let mut headers = HeaderMap::new();
        if let Some(list) = forwarded {
            headers.insert(FORWARDED_FOR, list.parse().unwrap());
        }
        client(format!("{peer}:9").parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_proxy_on_this_machine_speaks_for_others() {
        assert_eq!(of("198.51.100.7", Some("203.0.113.9")), "198.51.100.7");
        assert_eq!(
            of("127.0.0.1", Some("192.0.2.1, 203.0.113.9")),
            "203.0.113.9"
        );
        assert_eq!(of("127.0.0.1", Some("nobody")), "127.0.0.1");
        assert_eq!(of("[2001:db8:1:2:3::4]", None), "2001:db8:1:2::");
        assert_eq!(of("[::ffff:198.51.100.7]", None), "198.51.100.7");
    }

    #[test]
    fn who_asks_too_often_is_told_how_long_to_wait_and_others_are_not() {
        let limits = Limits::new(2);
        let (one, other) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let begun = std::time::Instant::now();
        let taken = (0..20).filter(|_| limits.request(one).is_ok()).count();
        // Two more for each second that a busy machine takes.
        let more = 1 + 2 * begun.elapsed().as_secs();
        assert!((8..=8 + more).contains(&(taken as u64)), "{taken}");
        assert!(limits.request(other).is_ok());
        let refused = (0..1000).find_map(|_| limits.request(one).err());
        let response = refused.unwrap().into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["retry-after"], "1");
        let unlimited = Limits::new(0);
        assert!((0..1000).all(|_| unlimited.request(one).is_ok()));
    }
}
