//! A local MillionVerifier: answers HTTP 200 to everything, as the real one does.
//!
//! It knows one paying key and the thirteen demo keys. With the paying key the address decides:
//! what comes before `@` may name a result (`catch_all.jane@acme.com`), else the address is `ok`.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::fake_http::{FakeServer, Play, Reply, Request, Service};

/// A running fake of MillionVerifier.
pub struct FakeMillionVerifier {
    /// What `MILLIONVERIFIER_BASE_URL` is set to.
    pub base_url: String,
    server: FakeServer<MillionVerifier>,
}

struct MillionVerifier {
    script: VecDeque<Play>,
    requests: Vec<Request>,
    credits: u64,
}

impl FakeMillionVerifier {
    /// The only paying key.
    pub const KEY: &'static str = "FakeKeyForTests0123456789";

    /// Starts on a free loopback port with a thousand credits.
    pub async fn start() -> Self {
        let service = MillionVerifier {
            script: VecDeque::new(),
            requests: Vec::new(),
            credits: 1_000,
        };
        let server = FakeServer::start(service).await;
        Self {
            base_url: server.base_url.clone(),
            server,
        }
    }

    /// The next requests go like this, one after the other; then all is normal again.
    pub fn script(&self, plays: impl IntoIterator<Item = Play>) {
        self.server.service().script.extend(plays);
    }

    /// Sets what the account can still pay for.
    pub fn set_credits(&self, credits: u64) {
        self.server.service().credits = credits;
    }

    /// What the account can still pay for.
    pub fn credits(&self) -> u64 {
        self.server.service().credits
    }

    /// Every request, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.server.service().requests.clone()
    }

    /// A failure as the service writes it: with status 200.
    pub fn failure(error: &str) -> Reply {
        Reply::json(200, &answer("", "error", 4, error, 0))
    }
}

impl Service for MillionVerifier {
    fn play(&mut self, request: &Request) -> Play {
        self.requests.push(request.clone());
        self.script.pop_front().unwrap_or(Play::Normal)
    }

    fn work(&mut self, request: &Request) -> Reply {
        let key = request.param("api").unwrap_or_default();
        match request.path.as_str() {
            "/api/v3/" => self.verify(key, request.param("email").unwrap_or_default()),
            "/api/v3/credits" if key == FakeMillionVerifier::KEY => {
                Reply::json(200, &json!({"credits": self.credits}))
            }
            "/api/v3/credits" => Reply::json(200, &json!({"error": "apikey_not_found"})),
            _ => Reply::text(404, "text/html", "<html>Not Found</html>"),
        }
    }
}

impl MillionVerifier {
    fn verify(&mut self, key: &str, email: &str) -> Reply {
        let (result, code, error) = match key {
            FakeMillionVerifier::KEY => self.of_address(email),
            "" => ("error", 4, "No apikey specified"),
            demo => of_demo_key(demo),
        };
        Reply::json(200, &answer(email, result, code, error, self.credits))
    }

    fn of_address(&mut self, email: &str) -> (&'static str, u8, &'static str) {
        if email.is_empty() {
            return ("error", 4, "No email specified");
        }
        if self.credits == 0 {
            return ("error", 4, "Insufficient credits");
        }
        let (result, code) = match email.split(['.', '@']).next() {
            Some("catch_all") => ("catch_all", 2),
            Some("unknown") => ("unknown", 3),
            Some("disposable") => ("disposable", 5),
            Some("invalid") => ("invalid", 6),
            _ => ("ok", 1),
        };
        // Only these three are charged.
        if matches!(result, "ok" | "invalid" | "disposable") {
            self.credits -= 1;
        }
        (result, code, "")
    }
}

fn of_demo_key(key: &str) -> (&'static str, u8, &'static str) {
    match key {
        "API_KEY_FOR_TEST" | "API_KEY_FOR_TEST_OK" => ("ok", 1, ""),
        "API_KEY_FOR_UNVERIFIED" => ("unverified", 0, ""),
        "API_KEY_FOR_TEST_CATCH_ALL" => ("catch_all", 2, ""),
        "API_KEY_FOR_TEST_UNKOWN" => ("unknown", 3, ""),
        "API_KEY_FOR_TEST_DISPOSABLE" => ("disposable", 5, ""),
        "API_KEY_FOR_TEST_INVALID" => ("invalid", 6, ""),
        "API_KEY_FOR_TEST_ERROR_NO_EMAIL" => ("error", 4, "No email specified"),
        "API_KEY_FOR_TEST_ERROR_NO_APIKEY" => ("error", 4, "No apikey specified"),
        "API_KEY_FOR_TEST_ERROR_INSUFFICIENT_CREDITS" => ("error", 4, "Insufficient credits"),
        "API_KEY_FOR_TEST_ERROR_IP_ADDRESS_BLOCKED" => ("error", 4, "IP address blocked"),
        "API_KEY_FOR_TEST_ERROR_INTERNAL_ERROR" => ("error", 4, "Internal error"),
        _ => ("error", 4, "Apikey not found"),
    }
}

/// An answer with every field of the service, `quality` a text as it really is.
fn answer(email: &str, result: &str, code: u8, error: &str, credits: u64) -> Value {
    let quality = match result {
        "ok" => "good",
        "catch_all" => "risky",
        "error" => "",
        _ => "bad",
    };
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    json!({
        "email": email,
        "quality": quality,
        "result": result,
        "resultcode": code,
        "subresult": result,
        "free": domain == "gmail.com",
        "role": local == "info",
        "didyoumean": "",
        "credits": credits,
        "executiontime": 1,
        "error": error,
        "livemode": true,
    })
}
