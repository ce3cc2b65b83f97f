//! What every chat model promises, and what each failure of the service becomes.

use std::time::Duration;

use futures_util::future::join_all;
use pgcascade::answer::Answer;
use pgcascade::chat::{ChatMessage, ChatModel, ChatReply, ChatRequest, Role};
use pgcascade::providers::http::BaseUrl;
use pgcascade::providers::openai::{OpenAiClient, OpenAiConfig, OpenAiSandbox, Prices};
use serde_json::{Value, json};

use super::apify_failures::{class, html};
use crate::support::captured_log::CapturedLog;
use crate::support::fake_chat::FakeChat;
use crate::support::fake_http::{Play, Reply};

const GOOD: &str = "{\"first\": \"Meet Ana\", \"second\": \"Meet Bo\"}";

/// A model, with the server that it needs to live.
struct Subject {
    model: Box<dyn ChatModel>,
    _server: Option<FakeChat>,
}

fn client(server: &FakeChat, change: impl FnOnce(&mut OpenAiConfig)) -> OpenAiClient {
    crate::support::install_crypto();
    let base_url = BaseUrl::parse(&server.base_url).unwrap();
    let mut config = OpenAiConfig::new(base_url, FakeChat::KEY.into(), FakeChat::MODEL);
    config.try_timeout = Duration::from_secs(2);
    change(&mut config);
    OpenAiClient::new(config).unwrap()
}

fn question() -> ChatRequest {
    let text = json!({"type": "string"});
    ChatRequest {
        name: "introduction",
        messages: vec![
            ChatMessage {
                role: Role::System,
                content: String::from("Introduce two people."),
            },
            ChatMessage {
                role: Role::User,
                content: json!({"names": ["Ana", "Bo"]}).to_string(),
            },
        ],
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["first", "second"],
            "properties": {"first": text, "second": text},
        }),
        output_tokens_max: 600,
        deadline: Duration::from_secs(10),
    }
}

fn delivered(reply: ChatReply) -> Value {
    match reply.answer {
        Answer::Delivered(value) => value,
        other => panic!("no answer but {other:?}"),
    }
}

/// Runs one case against the sandbox and against the real client.
macro_rules! every_model {
    ($($case:ident),* $(,)?) => {
        mod sandbox_conforms {
            $(#[tokio::test] async fn $case() {
                let model = Box::new(super::OpenAiSandbox);
                super::$case(super::Subject { model, _server: None }).await;
            })*
        }
        mod openai_conforms {
            $(#[tokio::test] async fn $case() {
                let server = super::FakeChat::start().await;
                let model = Box::new(super::client(&server, |_| {}));
                super::$case(super::Subject { model, _server: Some(server) }).await;
            })*
        }
    };
}

every_model!(
    an_answer_has_the_form_that_was_asked_for,
    the_same_question_gets_the_same_answer_here,
    an_answer_says_what_it_took,
);

async fn an_answer_has_the_form_that_was_asked_for(subject: Subject) {
    let value = delivered(subject.model.complete(&question()).await);
    let fields = value.as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["first", "second"]);
    assert!(fields.values().all(Value::is_string));
    let is_sandbox = subject.model.name().ends_with("-sandbox");
    assert_eq!(value.to_string().contains("[sandbox]"), is_sandbox);
}

async fn the_same_question_gets_the_same_answer_here(subject: Subject) {
    let first = delivered(subject.model.complete(&question()).await);
    assert_eq!(delivered(subject.model.complete(&question()).await), first);
}

async fn an_answer_says_what_it_took(subject: Subject) {
    let usage = subject.model.complete(&question()).await.usage;
    assert_eq!(usage.calls, 1);
    assert!(!usage.model.is_empty());
}

#[test]
fn the_sandbox_knows_choices_numbers_and_lists() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut request = question();
    request.schema = json!({"type": "object", "properties": {
        "mood": {"enum": ["good", "bad"]}, "score": {"type": "integer"},
        "sure": {"type": "number"}, "tags": {"type": "array"}, "follow": {"type": "boolean"},
    }});
    let value = delivered(runtime.block_on(OpenAiSandbox.complete(&request)));
    assert!(["good", "bad"].contains(&value["mood"].as_str().unwrap()));
    assert!(value["score"].is_u64() && value["sure"].is_f64());
    assert!(value["tags"].is_array() && value["follow"].is_boolean());
}

#[tokio::test]
async fn the_question_asks_for_the_strictest_form_and_is_not_kept() {
    let server = FakeChat::start().await;
    delivered(client(&server, |_| {}).complete(&question()).await);
    let [asked] = server.questions().try_into().expect("one call");
    let format = &asked["response_format"];
    assert_eq!(
        (&format["type"], &format["json_schema"]["strict"]),
        (&json!("json_schema"), &json!(true))
    );
    assert_eq!(format["json_schema"]["name"], "introduction");
    assert_eq!(asked["max_completion_tokens"], 600);
    assert_eq!(asked["store"], false);
    assert_eq!(asked["temperature"], Value::Null, "some models refuse it");
    assert_eq!(asked["messages"][1]["role"], "user");
}

#[tokio::test]
async fn the_cost_is_the_tokens_at_their_prices() {
    let server = FakeChat::start().await;
    let priced = client(&server, |config| {
        config.prices = Some(Prices {
            input: 400_000,
            cached_input: 100_000,
            output: 1_600_000,
        });
    });
    let usage = priced.complete(&question()).await.usage;
    assert_eq!((usage.input_tokens, usage.cached_input_tokens), (120, 20));
    assert_eq!(
        (usage.output_tokens, usage.model.as_str()),
        (30, "fake-model-2026")
    );
    // 100 · 0.4 + 20 · 0.1 + 30 · 1.6 millionths.
    assert_eq!(usage.cost_micro_dollars, Some(90));
    let free = client(&server, |_| {}).complete(&question()).await.usage;
    assert_eq!(free.cost_micro_dollars, None);
    // An answer that could not be used was paid for all the same.
    server.set_content("no JSON");
    let reply = priced.complete(&question()).await;
    assert_eq!((class(&reply.answer), reply.usage.calls), ("Rejected", 2));
    assert_eq!(reply.usage.cost_micro_dollars, Some(180));
}

#[tokio::test]
async fn a_parameter_that_is_refused_is_left_out_from_then_on() {
    let server = FakeChat::start().await;
    for param in [
        "json_schema",
        "json_object",
        "max_completion_tokens",
        "store",
    ] {
        server.refuse(param);
    }
    server.set_content("Here you are:\n```json\n{\"first\": \"a\", \"second\": \"b\"}\n```");
    let model = client(&server, |_| {});
    assert_eq!(delivered(model.complete(&question()).await)["second"], "b");
    let asked = server.questions();
    let last = asked.last().unwrap();
    assert_eq!(asked.len(), 5, "one step at a time");
    assert_eq!(
        (&last["response_format"], &last["store"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(last["max_tokens"], 600);
    assert!(last["messages"].to_string().contains("JSON Schema"));
    delivered(model.complete(&question()).await);
    assert_eq!(server.questions().len(), 6, "it is remembered");
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_asked_for_once_more_with_the_reason() {
    let server = FakeChat::start().await;
    let said = |content: &str| FakeChat::completion(Some(content), "stop", None);
    for (name, bad) in [
        (
            "ignored the schema",
            said("{\"first\": 1, \"second\": \"b\"}"),
        ),
        ("lacks a property", said("{\"first\": \"a\"}")),
        ("no JSON", said("I would love to!")),
        (
            "refusal",
            FakeChat::completion(None, "stop", Some("I cannot help with that")),
        ),
        (
            "too long",
            FakeChat::completion(Some("{\"first\": \"a"), "length", None),
        ),
        (
            "filtered",
            FakeChat::completion(Some(GOOD), "content_filter", None),
        ),
        ("empty", Reply::json(200, &json!({"choices": []}))),
    ] {
        let asked_before = server.questions().len();
        server.script([Play::Answer(bad.clone()), Play::Answer(said(GOOD))]);
        let model = client(&server, |_| {});
        assert_eq!(
            delivered(model.complete(&question()).await)["first"],
            "Meet Ana",
            "{name}"
        );
        let asked = server.questions();
        assert_eq!(asked.len() - asked_before, 2, "{name}");
        let words = asked.last().unwrap()["messages"].to_string();
        assert!(words.contains("could not be used"), "{name}: {words}");
        assert_eq!(
            words.matches("\"system\"").count(),
            1,
            "some servers take one only"
        );
        server.script([Play::Answer(bad.clone()), Play::Answer(bad)]);
        let reply = model.complete(&question()).await;
        assert_eq!(class(&reply.answer), "Rejected", "{name}: {reply:?}");
    }
}

#[tokio::test]
async fn every_error_of_the_service_has_its_class() {
    let error = |status, code: &str| FakeChat::error(status, code, None, "As the reference says");
    let limited = error(429, "rate_limit_exceeded").with_header("retry-after-ms", "1500");
    for (reply, expected) in [
        (error(401, "invalid_api_key"), "Credential"),
        (
            error(403, "unsupported_country_region_territory"),
            "Credential",
        ),
        (error(402, "insufficient_credits"), "Credential"),
        (error(404, "model_not_found"), "Credential"),
        (html(404), "Credential"),
        (html(302), "Credential"),
        (error(429, "insufficient_quota"), "Credential"),
        (limited, "Throttled"),
        (error(429, "slow_down"), "Throttled"),
        (error(400, "context_length_exceeded"), "Rejected"),
        (error(408, "timeout"), "Transient"),
        (error(409, "conflict"), "Transient"),
        (error(500, "server_error"), "Transient"),
        (html(503), "Transient"),
        (html(200), "Transient"),
        (
            Reply::json(400, &json!({"error": "a bare text"})),
            "Rejected",
        ),
    ] {
        let name = format!(
            "{} {:.60}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
        let server = FakeChat::start().await;
        server.script([Play::Answer(reply)]);
        let reply = client(&server, |_| {}).complete(&question()).await;
        assert_eq!(class(&reply.answer), expected, "{name}: {reply:?}");
        assert_eq!(
            (reply.usage.calls, server.questions().len()),
            (0, 1),
            "{name}"
        );
        if let Answer::Throttled { after, .. } = reply.answer {
            assert!(after <= Duration::from_millis(1_500), "{name}: {after:?}");
        }
    }
}

#[tokio::test]
async fn a_model_that_hangs_is_left_at_the_deadline() {
    let plays = [
        Play::Stall,
        Play::WorkThenStall,
        Play::CutBefore,
        Play::WorkThenCutAnswer,
    ];
    join_all(plays.map(async |play| {
        let name = format!("{play:?}");
        let server = FakeChat::start().await;
        server.script([play]);
        let mut request = question();
        request.deadline = Duration::from_millis(400);
        let begun = std::time::Instant::now();
        let patient = client(&server, |config| {
            config.try_timeout = Duration::from_secs(600)
        });
        let reply = patient.complete(&request).await;
        assert_eq!(class(&reply.answer), "Transient", "{name}: {reply:?}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{name}");
    }))
    .await;
}

#[tokio::test]
async fn an_answer_that_is_slow_and_in_time_is_taken() {
    let server = FakeChat::start().await;
    server.set_delay(Duration::from_millis(200));
    delivered(client(&server, |_| {}).complete(&question()).await);
}

#[tokio::test]
async fn neither_key_nor_person_reaches_a_reason_or_a_log() {
    let (log, _guard) = CapturedLog::begin();
    let gossip = format!(
        "Key {} of jane.roe@acme.com, +1-512-555-0123",
        FakeChat::KEY
    );
    let mut said = String::new();
    for status in [302, 400, 401, 402, 404, 429, 500] {
        let server = FakeChat::start().await;
        server.script([Play::Answer(FakeChat::error(status, "", None, &gossip))]);
        let model = client(&server, |_| {});
        said.push_str(&format!(
            "{:?} {model:?}",
            model.complete(&question()).await
        ));
    }
    assert!(
        log.text().contains("a chat model was asked"),
        "the log is not captured"
    );
    said.push_str(&log.text());
    for secret in [FakeChat::KEY, "jane.roe", "555-0123", "Ana"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
