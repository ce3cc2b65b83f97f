//! A chat model that answers with JSON: the trait, and what every model promises.
//!
//! What a person wrote goes into user messages only, never into the system text: a model obeys the
//! latter. The answer has the form of the schema and nothing more is promised of it; whoever asks
//! checks what it says. The conformance cases are in `tests/conformance/chat_model.rs`.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::answer::Answer;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// We instruct the model. Holds no word that a user wrote.
    System,
    /// What the model works on, as JSON or text.
    User,
    /// What the model is to have said before.
    Assistant,
}

impl Role {
    /// The word that chat services use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    /// What the answer is, as a name of ASCII letters, digits and `_`, such as `introduction`.
    pub name: &'static str,
    /// The prompt, in order.
    pub messages: Vec<ChatMessage>,
    /// JSON Schema of the answer: an object, every property required, no additional ones. Of the
    /// rest `type`, `items` and `enum` are checked; lengths and patterns are the asker's.
    pub schema: Value,
    /// Most tokens of the answer.
    pub output_tokens_max: u32,
    /// All tries together take no longer.
    pub deadline: Duration,
}

/// What the asking took, whether or not there is an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// The model that answered, in the service's words.
    pub model: String,
    /// Answers that were paid for.
    pub calls: u32,
    /// Tokens of the prompts, cached ones included.
    pub input_tokens: u64,
    /// Of these, tokens that the service had cached.
    pub cached_input_tokens: u64,
    /// Tokens of the answers.
    pub output_tokens: u64,
    /// What it cost in millionths of a US dollar; None where no prices are configured.
    pub cost_micro_dollars: Option<u64>,
}

impl Usage {
    /// What is kept of an asking: how it ended, why it was not used, what it took. The form that
    /// `public.end_chat_requests` takes, but for `record_id`.
    pub fn noted(&self, outcome: &str, reason: Option<&str>) -> Value {
        json!({
            "outcome": outcome,
            "reason": reason,
            "model": self.model,
            "calls": self.calls,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost_micro_dollars": self.cost_micro_dollars,
        })
    }
}

/// An answer and its cost.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatReply {
    /// `Delivered`: JSON of the schema's form. `Rejected`: the model refused, ran out of tokens, or
    /// did not keep to the schema twice: go on without it. Never `Unknown`: asking again does no
    /// harm.
    pub answer: Answer<Value>,
    /// What it took.
    pub usage: Usage,
}

/// A model that answers with JSON.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// The name stored with every answer, such as `openai` or `openai-sandbox`; a sandbox's name
    /// ends in `-sandbox`, and its words are not fit for people.
    fn name(&self) -> &'static str;

    /// Asks, at most twice where the first answer cannot be used.
    async fn complete(&self, request: &ChatRequest) -> ChatReply;
}

/// Whether a model's answers may be acted on: a sandbox invents them.
pub fn is_real(model: &dyn ChatModel) -> bool {
    !model.name().ends_with("-sandbox")
}

/// A prompt of our instructions and of what is known, as JSON.
pub fn prompt(instructions: &str, known: &Value) -> Vec<ChatMessage> {
    let message = |role, content| ChatMessage { role, content };
    vec![
        message(Role::System, instructions.to_owned()),
        message(Role::User, known.to_string()),
    ]
}
