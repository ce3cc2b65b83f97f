//! A local GoHighLevel: keeps contacts, takes texts, and shows what it took, as its reference says.
//!
//! By itself everything goes well: an unknown number gets a contact when one is made, and every
//! text is taken. What differs is scripted by call, once or at every n-th. A text counts as
//! received the moment it was taken, whatever happens to the answer: that is what a phone would
//! have shown.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::fake_clock::now;
use super::fake_http::{FakeServer, Play, Reply, Request, Service};

/// What a request is about; scripts are kept for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GhlCall {
    /// `POST /conversations/messages`.
    Send,
    /// `GET /contacts/search/duplicate`.
    Search,
    /// `POST /contacts/upsert`.
    Upsert,
    /// `GET /contacts/{id}`.
    GetContact,
    /// `GET /conversations/messages/export`.
    Export,
    /// `GET /conversations/messages/{id}`.
    GetMessage,
    /// Anything else.
    Other,
}

/// A text that was taken.
#[derive(Debug, Clone)]
pub struct ReceivedText {
    /// The id that was given out, or would have been.
    pub id: String,
    /// The contact it went to.
    pub contact_id: String,
    /// The contact's number at that moment: the phone that rang.
    pub phone: String,
    /// What it said.
    pub body: String,
    /// When it was taken, for measuring.
    pub at: Instant,
    /// When it was taken, by this server's clock.
    pub added_at: DateTime<Utc>,
    status: String,
}

/// A person whom the location knows.
#[derive(Debug, Clone)]
struct Contact {
    id: String,
    phone: Option<String>,
    dnd: bool,
}

/// A running fake of GoHighLevel.
pub struct FakeGhl {
    /// What `GHL_BASE_URL` is set to.
    pub base_url: String,
    server: FakeServer<Ghl>,
}

/// The service's memory.
#[derive(Default)]
struct Ghl {
    scripts: HashMap<GhlCall, VecDeque<Play>>,
    every: HashMap<GhlCall, (usize, Play)>,
    counts: HashMap<GhlCall, usize>,
    delays: HashMap<GhlCall, Duration>,
    requests: Vec<Request>,
    contacts: Vec<Contact>,
    /// Contacts that were ever added: an id is never given out again.
    made: usize,
    /// Upserts of the first number find the contact of the second.
    confused: HashMap<String, String>,
    texts: Vec<ReceivedText>,
    inbound: Vec<Value>,
    export_delay: Duration,
    page: Option<usize>,
}

impl FakeGhl {
    /// The only token that is accepted.
    pub const TOKEN: &'static str = "pit-FakeTokenForTests";
    /// The only location that exists.
    pub const LOCATION: &'static str = "FakeLocation00000001";

    /// Starts on a free loopback port.
    pub async fn start() -> Self {
        let server = FakeServer::start(Ghl::default()).await;
        Self {
            base_url: server.base_url.clone(),
            server,
        }
    }

    /// The next requests of this kind go like this, one after the other; then all is normal again.
    pub fn script(&self, call: GhlCall, plays: impl IntoIterator<Item = Play>) {
        let mut service = self.server.service();
        service.scripts.entry(call).or_default().extend(plays);
    }

    /// Every `n`-th request of this kind goes like this, from now on.
    pub fn every(&self, n: usize, call: GhlCall, play: Play) {
        self.server.service().every.insert(call, (n, play));
    }

    /// Answers of this kind take so long; the work is done at once.
    pub fn set_delay(&self, call: GhlCall, delay: Duration) {
        self.server.service().delays.insert(call, delay);
    }

    /// The export shows a text only when it is so old.
    pub fn set_export_delay(&self, delay: Duration) {
        self.server.service().export_delay = delay;
    }

    /// The export gives so many messages a page, whatever it is asked for.
    pub fn set_page(&self, messages: usize) {
        self.server.service().page = Some(messages);
    }

    /// Adds a contact and gives its id.
    pub fn add_contact(&self, phone: Option<&str>) -> String {
        self.server.service().add_contact(phone.map(str::to_owned))
    }

    /// Whether the person behind this number wants no texts.
    pub fn set_dnd(&self, phone: &str, dnd: bool) {
        for contact in &mut self.server.service().contacts {
            if contact.phone.as_deref() == Some(phone) {
                contact.dnd = dnd;
            }
        }
    }

    /// Gives a contact another number, or none.
    pub fn set_phone(&self, contact_id: &str, phone: Option<&str>) {
        for contact in &mut self.server.service().contacts {
            if contact.id == contact_id {
                contact.phone = phone.map(str::to_owned);
            }
        }
    }

    /// Deletes a contact.
    pub fn delete_contact(&self, contact_id: &str) {
        let mut service = self.server.service();
        service.contacts.retain(|contact| contact.id != contact_id);
    }

    /// From now on an upsert of the first number gives the contact of the second.
    pub fn confuse(&self, phone: &str, with: &str) {
        let mut service = self.server.service();
        service.confused.insert(phone.to_owned(), with.to_owned());
    }

    /// What becomes of a text that was taken: one of the service's words.
    pub fn set_status(&self, message_id: &str, status: &str) {
        for text in &mut self.server.service().texts {
            if text.id == message_id {
                text.status = status.to_owned();
            }
        }
    }

    /// A message that the export shows besides the texts taken here.
    pub fn add_message(&self, message: Value) {
        self.server.service().inbound.push(message);
    }

    /// Every text that was taken, in order: what phones have shown.
    pub fn texts(&self) -> Vec<ReceivedText> {
        self.server.service().texts.clone()
    }

    /// Every request of this kind, in order.
    pub fn requests(&self, call: GhlCall) -> Vec<Request> {
        let service = self.server.service();
        let of_kind = service
            .requests
            .iter()
            .filter(|request| kind(request) == call);
        of_kind.cloned().collect()
    }

    /// An error as the service writes it.
    pub fn error(status: u16, message: impl Into<Value>) -> Reply {
        let mut body = json!({
            "statusCode": status, "message": message.into(), "traceId": "fake-trace-1",
        });
        if status == 401 {
            body["error"] = json!("Unauthorized");
        }
        Reply::json(status, &body)
    }

    /// The answer to a caller who asks too often, with the headers that the service sends.
    pub fn too_many(day_used_up: bool) -> Reply {
        let daily = if day_used_up { "0" } else { "199000" };
        Self::error(429, "Too Many Requests")
            .with_header("x-ratelimit-limit-daily", "200000")
            .with_header("x-ratelimit-daily-remaining", daily)
            .with_header("x-ratelimit-interval-milliseconds", "10000")
            .with_header("x-ratelimit-max", "100")
            .with_header("x-ratelimit-remaining", "0")
    }
}

impl Service for Ghl {
    fn play(&mut self, request: &Request) -> Play {
        let call = kind(request);
        self.requests.push(request.clone());
        let count = self.counts.entry(call).or_default();
        *count += 1;
        let scripted = self.scripts.get_mut(&call).and_then(VecDeque::pop_front);
        let regular = self
            .every
            .get(&call)
            .filter(|(n, _)| count.is_multiple_of(*n));
        scripted
            .or_else(|| regular.map(|(_, play)| play.clone()))
            .unwrap_or(Play::Normal)
    }

    fn work(&mut self, request: &Request) -> Reply {
        let bearer = format!("Bearer {}", FakeGhl::TOKEN);
        let call = kind(request);
        let version = match call {
            GhlCall::Search | GhlCall::Upsert | GhlCall::GetContact => "2021-07-28",
            GhlCall::Send | GhlCall::Export | GhlCall::GetMessage | GhlCall::Other => "2021-04-15",
        };
        match request.header("version") {
            None => return FakeGhl::error(401, "version header was not found."),
            Some(given) if given != version => {
                return FakeGhl::error(401, "version header is invalid");
            }
            Some(_) => {}
        }
        if request.header("authorization") != Some(bearer.as_str()) {
            return FakeGhl::error(401, "Invalid token: access token is invalid");
        }
        let body = serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
        let location = request.param("locationId").or(body["locationId"].as_str());
        if location.is_some_and(|location| location != FakeGhl::LOCATION) {
            return FakeGhl::error(403, "The token does not have access to this location.");
        }
        let last = request.path.rsplit('/').next().unwrap_or_default();
        match call {
            GhlCall::Send => self.take_text(&body),
            GhlCall::Search => self.search(request.param("number")),
            GhlCall::Upsert => self.upsert(&body),
            GhlCall::GetContact => self.get_contact(last),
            GhlCall::Export => self.export(request),
            GhlCall::GetMessage => self.get_message(last),
            GhlCall::Other => FakeGhl::error(404, "Cannot find this path"),
        }
    }

    fn delay(&mut self, request: &Request) -> Duration {
        self.delays.get(&kind(request)).copied().unwrap_or_default()
    }
}

impl Ghl {
    fn add_contact(&mut self, phone: Option<String>) -> String {
        self.made += 1;
        let id = format!("Contact{:013}", self.made);
        self.contacts.push(Contact {
            id: id.clone(),
            phone,
            dnd: false,
        });
        id
    }

    fn take_text(&mut self, body: &Value) -> Reply {
        let Some(contact) = self
            .contacts
            .iter()
            .find(|known| body["contactId"] == known.id)
        else {
            return FakeGhl::error(404, "Contact not found for the given contactId");
        };
        let Some(phone) = contact.phone.clone() else {
            return FakeGhl::error(400, "Missing phone number");
        };
        if contact.dnd {
            return FakeGhl::error(400, "Cannot send message as DND is active for SMS.");
        }
        let Some(message) = body["message"].as_str().filter(|_| body["type"] == "SMS") else {
            return FakeGhl::error(422, json!(["message must be a string", "type must be SMS"]));
        };
        let text = ReceivedText {
            id: format!("Message{:013}", self.texts.len() + 1),
            contact_id: contact.id.clone(),
            phone,
            body: message.to_owned(),
            at: Instant::now(),
            added_at: now(),
            status: String::from("delivered"),
        };
        let answer = json!({
            "conversationId": format!("Conversation-{}", text.contact_id), "messageId": text.id,
            "msg": "Message queued successfully.",
        });
        self.texts.push(text);
        Reply::json(201, &answer)
    }

    fn search(&self, number: Option<&str>) -> Reply {
        let carries = |contact: &&Contact| number.is_some() && contact.phone.as_deref() == number;
        let found = self.contacts.iter().find(carries).map(describe);
        Reply::json(200, &json!({"contact": found, "traceId": "fake-trace-2"}))
    }

    fn upsert(&mut self, body: &Value) -> Reply {
        let known = [
            "locationId",
            "firstName",
            "lastName",
            "phone",
            "email",
            "companyName",
        ];
        let fields = body.as_object().into_iter().flatten();
        let strange = fields.filter(|(field, _)| !known.contains(&field.as_str()));
        let strange = strange.map(|(field, _)| format!("property {field} should not exist"));
        let strange = strange.collect::<Vec<_>>();
        if !strange.is_empty() {
            return FakeGhl::error(422, json!(strange));
        }
        let phone = body["phone"].as_str().unwrap_or_default().to_owned();
        let phone = self.confused.get(&phone).cloned().unwrap_or(phone);
        let carries = |contact: &&Contact| contact.phone.as_deref() == Some(phone.as_str());
        let known = self
            .contacts
            .iter()
            .find(carries)
            .map(|contact| contact.id.clone());
        let is_new = known.is_none();
        let id = known.unwrap_or_else(|| self.add_contact(Some(phone)));
        let contact = self
            .contacts
            .iter()
            .find(|contact| contact.id == id)
            .map(describe);
        Reply::json(
            if is_new { 201 } else { 200 },
            &json!({"new": is_new, "contact": contact}),
        )
    }

    fn get_contact(&self, id: &str) -> Reply {
        match self.contacts.iter().find(|contact| contact.id == id) {
            Some(contact) => Reply::json(200, &json!({"contact": describe(contact)})),
            None => FakeGhl::error(400, format!("Contact with id {id} not found")),
        }
    }

    fn get_message(&self, id: &str) -> Reply {
        match self.texts.iter().find(|text| text.id == id) {
            Some(text) => Reply::json(200, &describe_text(text)),
            None => FakeGhl::error(404, "Message not found"),
        }
    }

    fn export(&self, request: &Request) -> Reply {
        let old_enough = |text: &&ReceivedText| text.at.elapsed() >= self.export_delay;
        let texts = self.texts.iter().filter(old_enough).map(describe_text);
        let since = request.param("startDate");
        let since = since.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        let is_wanted = |message: &Value| {
            let added_at = message["dateAdded"].as_str();
            let added_at = added_at.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            let contact = request.param("contactId");
            contact.is_none_or(|contact| message["contactId"] == contact)
                && added_at
                    .zip(since)
                    .is_none_or(|(added_at, since)| added_at >= since)
        };
        let all = texts.chain(self.inbound.iter().cloned());
        let all = all.filter(is_wanted).collect::<Vec<_>>();
        let number = |name| {
            request
                .param(name)
                .and_then(|text| text.parse::<usize>().ok())
        };
        let from = number("cursor").unwrap_or(0);
        let page = self.page.or_else(|| number("limit")).unwrap_or(20);
        let messages = all.iter().skip(from).take(page).collect::<Vec<_>>();
        let next = (from + page < all.len()).then(|| (from + page).to_string());
        Reply::json(
            200,
            &json!({"messages": messages, "nextCursor": next, "total": all.len()}),
        )
    }
}

fn describe(contact: &Contact) -> Value {
    let sms = if contact.dnd { "active" } else { "inactive" };
    json!({
        "id": contact.id,
        "phone": contact.phone,
        "dnd": contact.dnd,
        "dndSettings": {"SMS": {"status": sms, "message": "", "code": ""}},
    })
}

fn describe_text(text: &ReceivedText) -> Value {
    json!({
        "id": text.id,
        "contactId": text.contact_id,
        "conversationId": format!("Conversation-{}", text.contact_id),
        "locationId": FakeGhl::LOCATION,
        "messageType": "TYPE_SMS",
        "direction": "outbound",
        "source": "api",
        "status": text.status,
        "body": text.body,
        "dateAdded": text.added_at.to_rfc3339_opts(SecondsFormat::Millis, true),
    })
}

fn kind(request: &Request) -> GhlCall {
    let path = request.path.trim_matches('/');
    let segments = path.split('/').collect::<Vec<_>>();
    match (request.method.as_str(), segments.as_slice()) {
        ("POST", ["conversations", "messages"]) => GhlCall::Send,
        ("GET", ["conversations", "messages", "export"]) => GhlCall::Export,
        ("GET", ["conversations", "messages", _]) => GhlCall::GetMessage,
        ("GET", ["contacts", "search", "duplicate"]) => GhlCall::Search,
        ("POST", ["contacts", "upsert"]) => GhlCall::Upsert,
        ("GET", ["contacts", _]) => GhlCall::GetContact,
        _ => GhlCall::Other,
    }
}
