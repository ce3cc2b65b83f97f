//! A local Twilio: takes texts as forms, keeps them, and calls back as its reference says.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use ring::hmac;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::fake_clock::now;
use super::fake_http::{FakeServer, Play, Reply, Request, Service};

/// A text that was taken.
#[derive(Debug, Clone)]
pub struct TwilioText {
    /// The id that was given out, or would have been.
    pub sid: String,
    /// The number it went to.
    pub to: String,
    /// What it said.
    pub body: String,
    /// When it was taken, by this server's clock.
    pub created_at: DateTime<Utc>,
    /// Every field of the form.
    pub form: Vec<(String, String)>,
    /// What became of it: the service's word, and a code.
    pub status: (String, Option<u32>),
}

impl TwilioText {
    /// A field of the form.
    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.form.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A running fake of Twilio.
pub struct FakeTwilio {
    /// What `TWILIO_BASE_URL` is set to.
    pub base_url: String,
    server: FakeServer<Twilio>,
}

/// The service's memory.
#[derive(Default)]
struct Twilio {
    sends: VecDeque<Play>,
    lookups: VecDeque<Play>,
    requests: Vec<Request>,
    texts: Vec<TwilioText>,
    inbound: Vec<Value>,
    page: Option<usize>,
}

impl FakeTwilio {
    /// The only account that exists.
    pub const ACCOUNT: &'static str = "AC00000000000000000000000000000001";
    /// Its token.
    pub const TOKEN: &'static str = "fake0twilio0token0for0tests00001";
    /// Its sending number.
    pub const FROM: &'static str = "+15125550100";

    /// Starts on a free loopback port.
    pub async fn start() -> Self {
        let server = FakeServer::start(Twilio::default()).await;
        Self {
            base_url: server.base_url.clone(),
            server,
        }
    }

    /// The next texts are handled like this, one after the other; then all is normal again.
    pub fn script_sends(&self, plays: impl IntoIterator<Item = Play>) {
        self.server.service().sends.extend(plays);
    }

    /// The next other requests are handled like this.
    pub fn script_lookups(&self, plays: impl IntoIterator<Item = Play>) {
        self.server.service().lookups.extend(plays);
    }

    /// Lists give so many messages a page, whatever they are asked for.
    pub fn set_page(&self, messages: usize) {
        self.server.service().page = Some(messages);
    }

    /// What becomes of a text.
    pub fn set_status(&self, sid: &str, status: &str, code: Option<u32>) {
        for text in &mut self.server.service().texts {
            if text.sid == sid {
                text.status = (status.to_owned(), code);
            }
        }
    }

    /// Somebody texts our number.
    pub fn add_inbound(&self, sid: &str, from: &str, body: &str, at: DateTime<Utc>) {
        self.server.service().inbound.push(json!({
            "sid": sid, "from": from, "to": Self::FROM, "body": body, "direction": "inbound",
            "status": "received", "date_created": at.to_rfc2822(), "num_media": "0",
        }));
    }

    /// Every text that was taken, in order: what phones have shown.
    pub fn texts(&self) -> Vec<TwilioText> {
        self.server.service().texts.clone()
    }

    /// Every request, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.server.service().requests.clone()
    }

    /// An error as the service writes it.
    pub fn error(status: u16, code: u32, message: &str) -> Reply {
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        let body = json!({
            "code": code, "message": message, "more_info": more_info, "status": status,
        });
        Reply::json(status, &body)
    }

    /// The signature of a notification to this address with this form.
    pub fn sign(token: &str, url: &str, form: &[(&str, &str)]) -> String {
        let mut fields = form.to_vec();
        fields.sort_unstable();
        let fields = fields.iter().map(|(name, value)| format!("{name}{value}"));
        let signed = format!("{url}{}", fields.collect::<String>());
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
        STANDARD.encode(hmac::sign(&key, signed.as_bytes()))
    }

    /// The status callback of a text: its address and its form.
    pub fn callback(text: &TwilioText, status: &str, code: Option<u32>) -> (String, String) {
        let url = text.field("StatusCallback").unwrap_or_default().to_owned();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("MessageSid", &text.sid)
            .append_pair("MessageStatus", status)
            .append_pair("AccountSid", Self::ACCOUNT)
            .append_pair("To", &text.to)
            .append_pair("RawDlrDoneDate", "2612061200");
        if let Some(code) = code {
            form.append_pair("ErrorCode", &code.to_string());
        }
        (url, form.finish())
    }
}

impl Service for Twilio {
    fn play(&mut self, request: &Request) -> Play {
        self.requests.push(request.clone());
        let script = match request.method.as_str() {
            "POST" => &mut self.sends,
            _ => &mut self.lookups,
        };
        script.pop_front().unwrap_or(Play::Normal)
    }

    fn work(&mut self, request: &Request) -> Reply {
        let pair = format!("{}:{}", FakeTwilio::ACCOUNT, FakeTwilio::TOKEN);
        let basic = format!("Basic {}", STANDARD.encode(pair));
        if request.header("authorization") != Some(basic.as_str()) {
            return FakeTwilio::error(401, 20003, "Authenticate");
        }
        let root = format!("/2010-04-01/Accounts/{}/Messages", FakeTwilio::ACCOUNT);
        let path = request
            .path
            .strip_prefix(&root)
            .and_then(|path| path.strip_suffix(".json"));
        match (request.method.as_str(), path) {
            ("POST", Some("")) => self.take_text(request),
            ("GET", Some("")) => self.list(request),
            ("GET", Some(sid)) => self.get(sid.trim_start_matches('/')),
            _ => FakeTwilio::error(404, 20404, "The requested resource was not found"),
        }
    }
}

impl Twilio {
    fn take_text(&mut self, request: &Request) -> Reply {
        let form = form_urlencoded::parse(&request.body).into_owned();
        let mut text = TwilioText {
            sid: format!("SM{:032x}", self.texts.len() + 1),
            to: String::new(),
            body: String::new(),
            created_at: now(),
            form: form.collect(),
            status: (String::from("queued"), None),
        };
        let field = |name: &str| text.field(name).unwrap_or_default().to_owned();
        let (to, body, from) = (field("To"), field("Body"), field("From"));
        if body.is_empty() || body.chars().count() > 1_600 {
            return FakeTwilio::error(400, 21617, "The message body is empty or too long");
        }
        if from != FakeTwilio::FROM && !field("MessagingServiceSid").starts_with("MG") {
            return FakeTwilio::error(400, 21606, "The From number is not valid for this account");
        }
        (text.to, text.body) = (to, body);
        let answer = describe(&text);
        self.texts.push(text);
        Reply::json(201, &answer)
    }

    fn list(&self, request: &Request) -> Reply {
        let texts = self.texts.iter().rev().map(describe);
        let to = request.param("To");
        let all = texts.chain(self.inbound.iter().cloned());
        let all = all
            .filter(|text| to.is_none_or(|to| text["to"] == to))
            .collect::<Vec<_>>();
        let number = |name| {
            request
                .param(name)
                .and_then(|text| text.parse::<usize>().ok())
        };
        let page_size = self.page.or_else(|| number("PageSize")).unwrap_or(50);
        let from = number("Page").unwrap_or(0) * page_size;
        let messages = all.iter().skip(from).take(page_size).collect::<Vec<_>>();
        let next = (from + page_size < all.len()).then(|| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("Page", &(from / page_size + 1).to_string());
            if let Some(to) = to {
                query.append_pair("To", to);
            }
            format!("{}?{}", request.path, query.finish())
        });
        Reply::json(200, &json!({"messages": messages, "next_page_uri": next}))
    }

    fn get(&self, sid: &str) -> Reply {
        match self.texts.iter().find(|text| text.sid == sid) {
            Some(text) => Reply::json(200, &describe(text)),
            None => FakeTwilio::error(404, 20404, "The requested resource was not found"),
        }
    }
}

fn describe(text: &TwilioText) -> Value {
    json!({
        "sid": text.sid, "status": text.status.0, "error_code": text.status.1,
        "error_message": null, "body": text.body, "to": text.to, "from": FakeTwilio::FROM,
        "direction": "outbound-api", "date_created": text.created_at.to_rfc2822(),
        "num_segments": "1", "num_media": "0", "account_sid": FakeTwilio::ACCOUNT,
    })
}
