//! The client: asks, steps down where a parameter is refused, asks once more where the answer
//! cannot be used.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;

use super::dialect::Dialect;
use super::refusal::{ApiError, Refusal, Refusals};
use super::{OpenAiConfig, schema};
use crate::answer::Answer;
use crate::chat::{ChatModel, ChatReply, ChatRequest, Usage};
use crate::providers::http::{HttpClient, HttpLimits, Reply};

const NAME: &str = "openai";

/// Answers are texts of a few thousand words.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Answers that are paid for: the first, and one more where it could not be used.
const ANSWERS_MAX: u32 = 2;

/// Steps down in one question, which cost nothing.
const STEPS_MAX: u32 = 5;

/// Longest name of a model that is kept.
const MODEL_CHARS_MAX: usize = 120;

/// Tokens that prices are for.
const MILLION: u64 = 1_000_000;

/// Asks a model behind the Chat Completions API.
#[derive(Debug)]
pub struct OpenAiClient {
    http: HttpClient,
    config: OpenAiConfig,
    refusals: Refusals,
    authorization: HeaderValue,
    dialect: Mutex<Dialect>,
}

/// A completion, as far as it concerns us.
#[derive(Debug, Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    usage: Option<TokenCounts>,
    model: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    message: Said,
    finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Said {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct TokenCounts {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Debug, Default, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

impl OpenAiClient {
    /// Builds the client; nothing is asked yet.
    ///
    /// # Errors
    /// The key or the model cannot be one, or the HTTP client cannot be built.
    pub fn new(config: OpenAiConfig) -> anyhow::Result<Self> {
        // A deadline may be shorter than the usual wait for a connection.
        let limits = HttpLimits {
            connect_timeout: Duration::from_secs(5).min(config.try_timeout / 2),
            body_bytes_max: BODY_BYTES_MAX,
            ..HttpLimits::default()
        };
        let http = HttpClient::new(&config.base_url, limits)?;
        ensure!(
            !config.model.trim().is_empty(),
            "OPENAI_MODEL is empty: write a model such as {}",
            super::MODEL
        );
        let bearer = format!("Bearer {}", config.api_key.expose_secret().trim());
        let mut authorization = HeaderValue::try_from(bearer)
            .context("OPENAI_API_KEY holds characters that no key has; copy it again")?;
        authorization.set_sensitive(true);
        let refusals = Refusals::new(config.api_key.clone());
        Ok(Self {
            http,
            config,
            refusals,
            authorization,
            dialect: Mutex::default(),
        })
    }

    /// Asks until an answer can be used, or none will come.
    async fn ask(&self, request: &ChatRequest, usage: &mut Usage) -> Result<Value, Refusal> {
        let begun = Instant::now();
        let mut objection: Option<String> = None;
        for _ in 0..ANSWERS_MAX {
            let left = request.deadline.saturating_sub(begun.elapsed());
            if left.is_zero() {
                break;
            }
            let asked = self.completion(request, objection.as_deref(), left);
            let completion = match asked.await {
                Ok(completion) => completion,
                // An answer was already paid for: its fault is the one to tell.
                Err(_) if objection.is_some() => break,
                Err(refusal) => return Err(refusal),
            };
            self.count(&completion, usage);
            match read(completion, &request.schema) {
                Ok(value) => return Ok(value),
                Err(why) => objection = Some(why),
            }
        }
        let why = objection.unwrap_or_else(|| String::from("there was no time to ask"));
        Err(Answer::Rejected {
            reason: format!(
                "The chat model gave no answer that can be used ({why}). What it was for goes on \
                 without it."
            ),
        })
    }

    /// One completion; a server that refuses a parameter is asked again without it.
    async fn completion(
        &self,
        request: &ChatRequest,
        objection: Option<&str>,
        left: Duration,
    ) -> Result<Completion, Refusal> {
        let begun = Instant::now();
        for _ in 0..STEPS_MAX {
            let dialect = self.dialect();
            let body = dialect.body(&self.config.model, request, objection);
            let left = left.saturating_sub(begun.elapsed());
            let reply = self.post(&body, left).await?;
            if reply.is_success() {
                self.refusals.answered();
                let malformed = |error| self.refusals.of_malformed(&error);
                return reply.json::<Completion>().map_err(malformed);
            }
            let error = ApiError::of(&reply);
            let step = match reply.status {
                400 | 422 => dialect.without(&error.param, &error.message),
                _ => None,
            };
            match step {
                Some(step) => self.remember(step),
                None => return Err(self.refusals.of_reply(&reply, &error)),
            }
        }
        Err(Answer::Rejected {
            reason: String::from(
                "The chat service refuses one parameter after the other. What it was for goes on \
                 without it; choose another OPENAI_MODEL.",
            ),
        })
    }

    async fn post(&self, body: &Value, left: Duration) -> Result<Reply, Refusal> {
        let url = self.config.base_url.join(["chat", "completions"]);
        let request = self
            .http
            .request(Method::POST, url)
            .header(AUTHORIZATION, &self.authorization)
            .json(body);
        let deadline = self.config.try_timeout.min(left);
        let sent = self.http.send(request, deadline).await;
        sent.map_err(|error| self.refusals.of_lost_call(&error))
    }

    fn count(&self, completion: &Completion, usage: &mut Usage) {
        usage.calls += 1;
        if let Some(model) = &completion.model {
            // Foreign text, which ends up in the database.
            let fit = model.chars().filter(|c| !c.is_control());
            usage.model = fit.take(MODEL_CHARS_MAX).collect();
        }
        let Some(counts) = &completion.usage else {
            return;
        };
        let details = counts.prompt_tokens_details.as_ref();
        let cached = details
            .and_then(|details| details.cached_tokens)
            .unwrap_or(0);
        usage.input_tokens += counts.prompt_tokens;
        usage.cached_input_tokens += cached.min(counts.prompt_tokens);
        usage.output_tokens += counts.completion_tokens;
        usage.cost_micro_dollars = self.config.prices.map(|prices| {
            let fresh = usage.input_tokens - usage.cached_input_tokens;
            let parts = [
                (fresh, prices.input),
                (usage.cached_input_tokens, prices.cached_input),
                (usage.output_tokens, prices.output),
            ];
            let sum = |sum: u64, (tokens, price): (u64, u64)| {
                sum.saturating_add(tokens.saturating_mul(price))
            };
            parts.into_iter().fold(0, sum).div_ceil(MILLION)
        });
    }

    fn dialect(&self) -> Dialect {
        let dialect = self.dialect.lock().unwrap_or_else(PoisonError::into_inner);
        dialect.clone()
    }

    fn remember(&self, step: Dialect) {
        tracing::info!(
            provider.name = NAME,
            chat.model = self.config.model,
            "the chat service refuses a parameter: it is asked without it from now on"
        );
        *self.dialect.lock().unwrap_or_else(PoisonError::into_inner) = step;
    }
}

#[async_trait]
impl ChatModel for OpenAiClient {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn complete(&self, request: &ChatRequest) -> ChatReply {
        let mut usage = Usage {
            model: self.config.model.clone(),
            ..Usage::default()
        };
        let answer = match self.ask(request, &mut usage).await {
            Ok(value) => Answer::Delivered(value),
            Err(refusal) => refusal.map(|never| match never {}),
        };
        tracing::debug!(
            provider.name = NAME,
            chat.purpose = request.name,
            chat.calls = usage.calls,
            chat.input_tokens = usage.input_tokens,
            chat.output_tokens = usage.output_tokens,
            chat.cost_micro_dollars = usage.cost_micro_dollars,
            "a chat model was asked"
        );
        ChatReply { answer, usage }
    }
}

/// The JSON of a completion, or what is wrong with it in words fit for the model.
fn read(completion: Completion, schema: &Value) -> Result<Value, String> {
    let Some(choice) = completion.choices.into_iter().next() else {
        return Err(String::from("it is empty"));
    };
    if choice
        .message
        .refusal
        .is_some_and(|refusal| !refusal.is_empty())
    {
        return Err(String::from("it refused to answer"));
    }
    match choice.finish_reason.as_deref() {
        // Some servers leave it out.
        Some("stop") | None => {}
        Some("length") => return Err(String::from("it was cut because it was too long")),
        Some(_) => return Err(String::from("it ended before it was complete")),
    }
    let content = choice.message.content.unwrap_or_default();
    let value = first_object(&content).ok_or("it is not a JSON object")?;
    match schema::objection(schema, &value) {
        Some(objection) => Err(objection),
        None => Ok(value),
    }
}

/// The first JSON object of a text, which may stand in words or in a fence.
fn first_object(text: &str) -> Option<Value> {
    if let Ok(value @ Value::Object(_)) = serde_json::from_str(text.trim()) {
        return Some(value);
    }
    let start = text.find('{')?;
    let mut values = serde_json::Deserializer::from_str(text.get(start..)?).into_iter::<Value>();
    values.next()?.ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_found_in_words_and_fences() {
        for text in [
            "{\"a\": \"}\"}",
            "Here you are:\n```json\n{\"a\": \"}\"}\n```\nAnything else {?",
        ] {
            assert_eq!(first_object(text), Some(json!({"a": "}"})), "{text}");
        }
        for text in ["", "no", "[1]", "{\"a\": ", "{broken} {\"a\": 1}"] {
            assert_eq!(first_object(text), None, "{text}");
        }
    }
}
