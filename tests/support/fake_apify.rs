//! A local Apify: accepts runs, works on them, keeps them, and answers as its reference says.
//!
//! By itself it finds three people for every domain, decided by the domain alone. What differs
//! from that is scripted by endpoint, one play per request. Runs stay between calls, so that a
//! restarted daemon finds the run it paid for.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::fake_http::{FakeServer, Play, Reply, Request, Service};

/// What a request is about; scripts are kept for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApifyCall {
    /// `POST …/runs`.
    StartRun,
    /// `GET …/runs`.
    ListRuns,
    /// `GET /v2/actor-runs/{id}`.
    GetRun,
    /// `GET /v2/datasets/{id}/items`.
    GetItems,
    /// `GET /v2/key-value-stores/{id}/records/INPUT`.
    GetInput,
    /// Anything else.
    Other,
}

/// A run that was started here.
#[derive(Debug, Clone)]
pub struct FakeRun {
    /// The id that was given out.
    pub id: String,
    /// The input it was started with.
    pub input: Value,
    /// When it was started, by this server's clock.
    pub started_at: DateTime<Utc>,
    /// What the caller was willing to pay, as it was written.
    pub cost_max_usd: Option<String>,
    polls_left: u32,
}

/// A running fake of Apify.
pub struct FakeApify {
    /// What `APIFY_BASE_URL` is set to.
    pub base_url: String,
    server: FakeServer<Apify>,
}

/// The service's memory.
#[derive(Default)]
struct Apify {
    scripts: HashMap<ApifyCall, VecDeque<Play>>,
    requests: Vec<Request>,
    runs: Vec<FakeRun>,
    items: Option<Vec<Value>>,
    ending: Option<(String, String)>,
    polls_until_done: u32,
    clock_ahead: TimeDelta,
}

impl FakeApify {
    /// The only token that is accepted.
    pub const TOKEN: &'static str = "apify_api_FakeTokenForTests";
    /// The only actor that exists.
    pub const ACTOR: &'static str = "code_crafter~leads-finder";

    /// Starts on a free loopback port.
    pub async fn start() -> Self {
        let server = FakeServer::start(Apify::default()).await;
        Self {
            base_url: server.base_url.clone(),
            server,
        }
    }

    /// The next requests of this kind go like this, one after the other; then all is normal again.
    pub fn script(&self, call: ApifyCall, plays: impl IntoIterator<Item = Play>) {
        self.server
            .service()
            .scripts
            .entry(call)
            .or_default()
            .extend(plays);
    }

    /// Every run answers RUNNING to so many polls before it ends.
    pub fn set_polls_until_done(&self, polls: u32) {
        self.server.service().polls_until_done = polls;
    }

    /// Every run finds these items from now on, whatever it was asked for.
    pub fn set_items(&self, items: Vec<Value>) {
        self.server.service().items = Some(items);
    }

    /// Every run ends with this status and message from now on.
    pub fn set_ending(&self, status: &str, message: &str) {
        self.server.service().ending = Some((status.to_owned(), message.to_owned()));
    }

    /// Moves the service's clock ahead of the real one.
    pub fn set_clock_ahead(&self, ahead: TimeDelta) {
        self.server.service().clock_ahead = ahead;
    }

    /// What the service's clock says.
    pub fn now(&self) -> DateTime<Utc> {
        self.server.service().now()
    }

    /// Every run that was started, that is paid for, in order.
    pub fn runs(&self) -> Vec<FakeRun> {
        self.server.service().runs.clone()
    }

    /// Every request of this kind, in order.
    pub fn requests(&self, call: ApifyCall) -> Vec<Request> {
        let service = self.server.service();
        service
            .requests
            .iter()
            .filter(|request| kind(request) == call)
            .cloned()
            .collect()
    }

    /// An error as the service writes it.
    pub fn error(status: u16, kind: &str, message: &str) -> Reply {
        Reply::json(
            status,
            &json!({"error": {"type": kind, "message": message}}),
        )
    }
}

impl Service for Apify {
    fn play(&mut self, request: &Request) -> Play {
        self.requests.push(request.clone());
        let script = self.scripts.get_mut(&kind(request));
        script.and_then(VecDeque::pop_front).unwrap_or(Play::Normal)
    }

    fn work(&mut self, request: &Request) -> Reply {
        let bearer = format!("Bearer {}", FakeApify::TOKEN);
        let reply = if request.header("authorization") == Some(bearer.as_str()) {
            self.answer(request)
        } else {
            FakeApify::error(401, "user-or-token-not-found", "User was not found")
        };
        reply.with_header(
            "date",
            &self.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        )
    }
}

impl Apify {
    fn now(&self) -> DateTime<Utc> {
        #[expect(
            clippy::disallowed_methods,
            reason = "plays another machine with its own clock"
        )]
        let now = Utc::now();
        now + self.clock_ahead
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let path = request.path.clone();
        let segments = path.trim_matches('/').split('/').collect::<Vec<_>>();
        match (kind(request), segments.as_slice()) {
            (ApifyCall::StartRun | ApifyCall::ListRuns, [_, _, actor, _])
                if *actor != FakeApify::ACTOR =>
            {
                not_found()
            }
            (ApifyCall::StartRun, _) => self.start_run(request),
            (ApifyCall::ListRuns, _) => self.list_runs(request),
            (ApifyCall::GetRun, [.., id]) => self.get_run(id),
            (ApifyCall::GetItems, [_, _, dataset, _]) => self.get_items(dataset, request),
            (ApifyCall::GetInput, [_, _, store, ..]) => self.get_input(store),
            _ => FakeApify::error(
                404,
                "page-not-found",
                "We have bad news: there is no page here",
            ),
        }
    }

    fn start_run(&mut self, request: &Request) -> Reply {
        let Ok(input) = serde_json::from_slice::<Value>(&request.body) else {
            return FakeApify::error(400, "invalid-input", "Input is not valid JSON");
        };
        let run = FakeRun {
            id: format!("Run{:014}", self.runs.len() + 1),
            input,
            started_at: self.now(),
            cost_max_usd: request.param("maxTotalChargeUsd").map(str::to_owned),
            polls_left: self.polls_until_done,
        };
        let body = json!({"data": self.describe(&run)});
        self.runs.push(run);
        Reply::json(201, &body)
    }

    fn list_runs(&self, request: &Request) -> Reply {
        let after = request.param("startedAfter");
        let after = after.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        let recent = |run: &&FakeRun| after.is_none_or(|after| run.started_at >= after);
        let mut items = self.runs.iter().filter(recent).collect::<Vec<_>>();
        if request.param("desc") == Some("1") {
            items.reverse();
        }
        let limit = request
            .param("limit")
            .and_then(|text| text.parse().ok())
            .unwrap_or(1_000);
        let total = items.len();
        let items = items.into_iter().take(limit);
        let items = items.map(|run| self.describe(run)).collect::<Vec<_>>();
        Reply::json(
            200,
            &json!({"data": {"total": total, "count": items.len(), "items": items}}),
        )
    }

    fn get_run(&mut self, id: &str) -> Reply {
        let Some(run) = self.runs.iter_mut().find(|run| run.id == id) else {
            return not_found();
        };
        let answered = run.clone();
        run.polls_left = run.polls_left.saturating_sub(1);
        Reply::json(200, &json!({"data": self.describe(&answered)}))
    }

    fn get_items(&self, dataset: &str, request: &Request) -> Reply {
        let Some(run) = self
            .runs
            .iter()
            .find(|run| format!("D-{}", run.id) == dataset)
        else {
            return not_found();
        };
        let number = |name| {
            request
                .param(name)
                .and_then(|text| text.parse::<usize>().ok())
        };
        let items = self.items.clone().unwrap_or_else(|| people(&run.input));
        let (offset, limit) = (
            number("offset").unwrap_or(0),
            number("limit").unwrap_or(1_000),
        );
        let page = items.iter().skip(offset).take(limit);
        // `clean` leaves empty items out after the page was cut, as the service does.
        let page = page.filter(|item| **item != json!({})).collect::<Vec<_>>();
        Reply::json(200, &json!(page))
            .with_header("x-apify-pagination-total", &items.len().to_string())
    }

    fn get_input(&self, store: &str) -> Reply {
        let Some(run) = self
            .runs
            .iter()
            .find(|run| format!("K-{}", run.id) == store)
        else {
            return not_found();
        };
        let mut input = run.input.clone();
        // A default value of the actor, which the service adds to what was sent.
        input["file_name"] = json!("Prospects");
        Reply::json(200, &input)
    }

    fn describe(&self, run: &FakeRun) -> Value {
        let (status, message) = match &self.ending {
            _ if run.polls_left > 0 => ("RUNNING", None),
            Some((status, message)) => (status.as_str(), Some(message.as_str())),
            None => ("SUCCEEDED", None),
        };
        json!({
            "id": run.id,
            "actId": "FakeActorId",
            "status": status,
            "statusMessage": message,
            "startedAt": run.started_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            "defaultDatasetId": format!("D-{}", run.id),
            "defaultKeyValueStoreId": format!("K-{}", run.id),
            "usageTotalUsd": 0.021,
        })
    }
}

fn not_found() -> Reply {
    FakeApify::error(
        404,
        "record-not-found",
        "The requested resource was not found",
    )
}

fn kind(request: &Request) -> ApifyCall {
    let segments = request
        .path
        .trim_matches('/')
        .split('/')
        .collect::<Vec<_>>();
    match (request.method.as_str(), segments.as_slice()) {
        ("POST", ["v2", "actors", _, "runs"]) => ApifyCall::StartRun,
        ("GET", ["v2", "actors", _, "runs"]) => ApifyCall::ListRuns,
        ("GET", ["v2", "actor-runs", _]) => ApifyCall::GetRun,
        ("GET", ["v2", "datasets", _, "items"]) => ApifyCall::GetItems,
        ("GET", ["v2", "key-value-stores", _, "records", "INPUT"]) => ApifyCall::GetInput,
        _ => ApifyCall::Other,
    }
}

/// The items that the actor finds for an input: a CEO, a CFO and a person for HR at each domain.
fn people(input: &Value) -> Vec<Value> {
    let domains = input["company_domain"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let domains = domains.iter().filter_map(Value::as_str);
    let people = domains.flat_map(|domain| {
        let company = domain.split('.').next().unwrap_or(domain);
        [("Carla", "CEO"), ("Frank", "CFO"), ("Hilda", "HR Director")].map(|(first, title)| {
            json!({
                "first_name": first,
                "last_name": format!("Of-{company}"),
                "job_title": title,
                "seniority_level": if title == "HR Director" { "director" } else { "c_suite" },
                "email": format!("{}@{domain}", first.to_lowercase()),
                "linkedin": format!("https://linkedin.example/in/{first}-{company}"),
                "company_name": company,
                "company_domain": domain,
            })
        })
    });
    let leads_max = input["max_leads"]
        .as_u64()
        .and_then(|max| usize::try_from(max).ok());
    people.take(leads_max.unwrap_or(usize::MAX)).collect()
}
