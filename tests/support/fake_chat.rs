//! A local chat service: answers as it is told, keeps what it was asked.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::fake_http::{FakeServer, Play, Reply, Request, Service};

/// A running fake of a chat service.
pub struct FakeChat {
    /// What `OPENAI_BASE_URL` is set to.
    pub base_url: String,
    server: FakeServer<Chat>,
}

/// The service's memory.
#[derive(Default)]
struct Chat {
    script: VecDeque<Play>,
    requests: Vec<Request>,
    refused: Vec<String>,
    content: Option<String>,
    answers: HashMap<String, String>,
    delay: Duration,
    gate: Option<watch::Sender<bool>>,
}

impl FakeChat {
    /// The only key that is accepted.
    pub const KEY: &'static str = "sk-FakeKeyForTests";
    /// The only model that exists.
    pub const MODEL: &'static str = "fake-model";

    /// Starts on a free loopback port.
    pub async fn start() -> Self {
        let server = FakeServer::start(Chat::default()).await;
        Self {
            base_url: format!("{}/v1", server.base_url),
            server,
        }
    }

    /// The next requests go like this, one after the other; then all is normal again.
    pub fn script(&self, plays: impl IntoIterator<Item = Play>) {
        self.server.service().script.extend(plays);
    }

    /// Every answer says this from now on; before, it makes one up from the schema.
    pub fn set_content(&self, content: &str) {
        self.server.service().content = Some(content.to_owned());
    }

    /// Every answer of this name, such as `reply`, says this from now on.
    pub fn answer(&self, name: &str, content: &str) {
        let mut service = self.server.service();
        service.answers.insert(name.to_owned(), content.to_owned());
    }

    /// A parameter, or `json_schema` and `json_object`, that this server does not know.
    pub fn refuse(&self, param: &str) {
        self.server.service().refused.push(param.to_owned());
    }

    /// Answers take so long.
    pub fn set_delay(&self, delay: Duration) {
        self.server.service().delay = delay;
    }

    /// Answers are held back until [`Self::let_go`].
    pub fn hold(&self) {
        self.server.service().gate = Some(watch::Sender::new(false));
    }

    /// Answers go out, those that were held back and those to come.
    pub fn let_go(&self) {
        if let Some(gate) = self.server.service().gate.take() {
            gate.send_replace(true);
        }
    }

    /// The bodies of all requests, in order.
    pub fn questions(&self) -> Vec<Value> {
        let service = self.server.service();
        let bodies = service.requests.iter().map(|request| &request.body);
        bodies
            .map(|body| serde_json::from_slice(body).unwrap_or_default())
            .collect()
    }

    /// A completion as the service writes it.
    pub fn completion(content: Option<&str>, finish_reason: &str, refusal: Option<&str>) -> Reply {
        Reply::json(
            200,
            &json!({
                "id": "chatcmpl-fake", "object": "chat.completion", "model": "fake-model-2026",
                "choices": [{
                    "index": 0, "finish_reason": finish_reason,
                    "message": {"role": "assistant", "content": content, "refusal": refusal},
                }],
                "usage": {
                    "prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150,
                    "prompt_tokens_details": {"cached_tokens": 20},
                },
            }),
        )
    }

    /// An error as the service writes it.
    pub fn error(status: u16, code: &str, param: Option<&str>, message: &str) -> Reply {
        let error = json!({
            "message": message, "type": "invalid_request_error", "param": param, "code": code,
        });
        Reply::json(status, &json!({"error": error}))
    }
}

impl Service for Chat {
    fn play(&mut self, request: &Request) -> Play {
        self.requests.push(request.clone());
        self.script.pop_front().unwrap_or(Play::Normal)
    }

    fn work(&mut self, request: &Request) -> Reply {
        let bearer = format!("Bearer {}", FakeChat::KEY);
        if request.header("authorization") != Some(bearer.as_str()) {
            return FakeChat::error(401, "invalid_api_key", None, "Incorrect API key provided");
        }
        if request.path != "/v1/chat/completions" {
            return Reply::text(404, "text/html", "<html>404</html>");
        }
        let body = serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
        if body["model"] != FakeChat::MODEL {
            return FakeChat::error(404, "model_not_found", None, "The model does not exist");
        }
        let format = body["response_format"]["type"].as_str().unwrap_or_default();
        for param in &self.refused {
            if !body[param.as_str()].is_null() {
                let message = format!("Unsupported parameter: '{param}'");
                return FakeChat::error(400, "unsupported_parameter", Some(param), &message);
            }
            if format == param {
                let message = format!("Invalid parameter: 'response_format' of type '{param}'");
                return FakeChat::error(400, "", Some("response_format"), &message);
            }
        }
        let schema = &body["response_format"]["json_schema"]["schema"];
        let name = &body["response_format"]["json_schema"]["name"];
        let content = self
            .answers
            .get(name.as_str().unwrap_or_default())
            .or(self.content.as_ref())
            .cloned()
            .unwrap_or_else(|| made_up(schema).to_string());
        FakeChat::completion(Some(&content), "stop", None)
    }

    fn delay(&mut self, _: &Request) -> Duration {
        self.delay
    }

    fn gate(&mut self) -> Option<watch::Receiver<bool>> {
        self.gate.as_ref().map(watch::Sender::subscribe)
    }
}

/// An object with a text in every property.
fn made_up(schema: &Value) -> Value {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, _)| (name.clone(), json!(format!("a {name}"))))
        .collect()
}
