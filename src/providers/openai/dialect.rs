//! What a server accepts, found out once and remembered: parameters differ from server to server.

use serde_json::{Map, Value, json};

use crate::chat::{ChatMessage, ChatRequest, Role};

/// How the form of the answer is asked for, from the strictest down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// The server keeps to the schema.
    JsonSchema,
    /// The server keeps to JSON.
    JsonObject,
    /// The prompt asks for JSON.
    Plain,
}

/// What the answer's length is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LengthParam {
    MaxCompletionTokens,
    MaxTokens,
    None,
}

/// The parameters that one model of one server accepts, as far as known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    format: Format,
    length: LengthParam,
    /// Whether the server may be told not to keep what it was sent.
    has_store: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            format: Format::JsonSchema,
            length: LengthParam::MaxCompletionTokens,
            has_store: true,
        }
    }
}

impl Dialect {
    /// The body of a call. Without a schema on the wire it stands in the prompt, which must then
    /// hold the word JSON.
    pub(super) fn body(
        &self,
        model: &str,
        request: &ChatRequest,
        objection: Option<&str>,
    ) -> Value {
        let mut orders = Vec::new();
        if self.format != Format::JsonSchema {
            let schema = &request.schema;
            orders.push(format!(
                "Answer with one JSON object and nothing else. It must fit this JSON Schema: \
                 {schema}"
            ));
        }
        if let Some(objection) = objection {
            orders.push(format!(
                "Your last answer could not be used: {objection}. Answer with one JSON object \
                 that fits the schema."
            ));
        }
        let messages = messages(&request.messages, orders);
        let mut body = Map::from_iter([
            (String::from("model"), json!(model)),
            (String::from("messages"), json!(messages)),
        ]);
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        match self.format {
            Format::JsonSchema => {
                let schema = json!({
                    "name": request.name, "strict": true, "schema": request.schema,
                });
                set(
                    "response_format",
                    json!({"type": "json_schema", "json_schema": schema}),
                );
            }
            Format::JsonObject => {
                set("response_format", json!({"type": "json_object"}));
            }
            Format::Plain => {}
        }
        match self.length {
            LengthParam::MaxCompletionTokens => {
                set("max_completion_tokens", json!(request.output_tokens_max));
            }
            LengthParam::MaxTokens => {
                set("max_tokens", json!(request.output_tokens_max));
            }
            LengthParam::None => {}
        }
        if self.has_store {
            set("store", json!(false));
        }
        Value::Object(body)
    }

    /// One step down after a refusal that names this parameter, or speaks of it; None where there
    /// is no step left, so that the refusal stands.
    pub(super) fn without(&self, param: &str, message: &str) -> Option<Self> {
        let words = format!("{param} {message}").to_lowercase();
        let speaks_of = |names: &[&str]| names.iter().any(|name| words.contains(name));
        if speaks_of(&["max_completion_tokens", "max_tokens"]) {
            let length = match self.length {
                LengthParam::MaxCompletionTokens => LengthParam::MaxTokens,
                LengthParam::MaxTokens => LengthParam::None,
                LengthParam::None => return None,
            };
            return Some(Self {
                length,
                ..self.clone()
            });
        }
        if speaks_of(&["response_format", "json_schema", "json_object", "json mode"]) {
            let format = match self.format {
                Format::JsonSchema => Format::JsonObject,
                Format::JsonObject => Format::Plain,
                Format::Plain => return None,
            };
            return Some(Self {
                format,
                ..self.clone()
            });
        }
        let has_word = words
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word == "store");
        (has_word && self.has_store).then(|| Self {
            has_store: false,
            ..self.clone()
        })
    }
}

/// The prompt with further orders in its first system message: some servers take no second one, or
/// none that is not at the beginning.
fn messages(prompt: &[ChatMessage], orders: Vec<String>) -> Vec<Value> {
    let has_system = prompt
        .first()
        .is_some_and(|first| first.role == Role::System);
    let (system, rest) = prompt.split_at(usize::from(has_system));
    let spoken = system.iter().map(|message| message.content.clone());
    let system = spoken.chain(orders).collect::<Vec<_>>().join("\n\n");
    let system = (!system.is_empty()).then(|| json!({"role": "system", "content": system}));
    let rest = rest
        .iter()
        .map(|message| json!({"role": message.role.as_str(), "content": message.content}));
    system.into_iter().chain(rest).collect()
}
