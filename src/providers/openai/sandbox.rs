//! The sandbox: answers that follow from the question alone, offline and free, marked as invented.

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::chat::{ChatModel, ChatReply, ChatRequest, Usage};
use crate::providers::dice::Dice;

const NAME: &str = "openai-sandbox";

/// A model that asks nobody. Every text that it writes says that a sandbox wrote it.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenAiSandbox;

#[async_trait]
impl ChatModel for OpenAiSandbox {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn complete(&self, request: &ChatRequest) -> ChatReply {
        let mut words = vec![request.name];
        words.extend(
            request
                .messages
                .iter()
                .map(|message| message.content.as_str()),
        );
        let value = invent(&request.schema, &mut Dice::of(&words));
        tracing::debug!(
            provider.name = NAME,
            chat.purpose = request.name,
            "an answer was invented: no model was asked"
        );
        ChatReply {
            answer: Answer::Delivered(value),
            usage: Usage {
                model: NAME.to_owned(),
                calls: 1,
                cost_micro_dollars: Some(0),
                ..Usage::default()
            },
        }
    }
}

/// A value of the schema's form.
fn invent(schema: &Value, dice: &mut Dice) -> Value {
    if let Some(choices) = schema["enum"]
        .as_array()
        .filter(|choices| !choices.is_empty())
    {
        let count = u64::try_from(choices.len()).unwrap_or(1);
        let index = usize::try_from(dice.throw() % count).unwrap_or_default();
        return choices.get(index).cloned().unwrap_or_default();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => {
            let properties = schema["properties"].as_object();
            let fields = properties.into_iter().flatten();
            let fields = fields.map(|(name, property)| (name.clone(), invent(property, dice)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Some("array") => json!([]),
        Some("boolean") => json!(dice.one_in(2)),
        Some("integer") => json!(dice.percent() % 10 + 1),
        Some("number") => json!(f64::from(u32::try_from(dice.percent()).unwrap_or(0)) / 100.0),
        Some("string") => json!(format!(
            "[sandbox] invented text {:04x}",
            dice.throw() & 0xffff
        )),
        _ => Value::Null,
    }
}
