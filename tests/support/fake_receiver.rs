//! A local receiver of webhooks: keeps what it is sent and answers as it is told.

use std::collections::VecDeque;
use std::time::Duration;

use pgcascade::providers::webhook::{BreakerLimits, Variables, WebhookStages};
use serde_json::{Value, json};
use standardwebhooks::Webhook as Verifier;

use super::fake_http::{FakeServer, Play, Reply, Request, Service};

/// The signing secret of tests, and the variable that holds it.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const SECRET_ENV: &str = "PGCASCADE_WEBHOOK_TEST_SECRET";
/// A secret header's value, and the variable that holds it.
pub const KEY: &str = "k3y-of-the-receiver";
pub const KEY_ENV: &str = "PGCASCADE_WEBHOOK_TEST_KEY";

/// A running receiver.
pub struct FakeReceiver {
    /// Where events are posted to.
    pub url: String,
    server: FakeServer<Receiver>,
}

struct Receiver {
    script: VecDeque<Play>,
    otherwise: Play,
    requests: Vec<Request>,
    delay: Duration,
}

impl FakeReceiver {
    /// Starts on a free loopback port; every event is welcome.
    pub async fn start() -> Self {
        let server = FakeServer::start(Receiver {
            script: VecDeque::new(),
            otherwise: Play::Normal,
            requests: Vec::new(),
            delay: Duration::ZERO,
        })
        .await;
        Self {
            url: format!("{}/webhook/validate-company", server.base_url),
            server,
        }
    }

    /// The next requests go like this, one after the other; then as always.
    pub fn script(&self, plays: impl IntoIterator<Item = Play>) {
        self.server.service().script.extend(plays);
    }

    /// From now on requests go like this.
    pub fn always(&self, play: Play) {
        self.server.service().otherwise = play;
    }

    /// From now on each answer takes so long.
    pub fn take(&self, delay: Duration) {
        self.server.service().delay = delay;
    }

    /// Every request, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.server.service().requests.clone()
    }
}

impl Service for Receiver {
    fn play(&mut self, request: &Request) -> Play {
        self.requests.push(request.clone());
        self.script.pop_front().unwrap_or(self.otherwise.clone())
    }

    fn work(&mut self, _: &Request) -> Reply {
        Reply::json(200, &json!({"message": "Workflow was started"}))
    }

    fn delay(&mut self, _: &Request) -> Duration {
        self.delay
    }
}

/// An answer without a body.
pub fn status(status: u16) -> Play {
    Play::Answer(Reply::text(status, "text/plain", ""))
}

/// A request's body.
pub fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).expect("JSON")
}

/// Checks the signature as a receiver does.
#[track_caller]
pub fn verify(request: &Request) {
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in &request.headers {
        let name: reqwest::header::HeaderName = name.parse().expect("a name");
        headers.insert(name, value.parse().expect("a value"));
    }
    Verifier::new(SECRET)
        .expect("a secret")
        .verify(&request.body, &headers)
        .expect("the signature fits");
}

/// What a daemon has in its environment.
pub fn variables() -> Variables {
    Variables::new([
        (SECRET_ENV.to_owned(), SECRET.to_owned()),
        (KEY_ENV.to_owned(), KEY.to_owned()),
    ])
}

/// The stages of a daemon with those variables.
pub fn stages(breaker: BreakerLimits) -> WebhookStages {
    super::install_crypto();
    WebhookStages::new(variables(), breaker).expect("HTTP clients")
}
