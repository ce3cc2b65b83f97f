//! The stage that asks a chat model about unclear texts: `messaging.ask_model`, outside.
//!
//! Takes `text_unclear` events. Such a text is with a person, or a note, already: a model that is
//! absent, slow or wrong changes nothing. What it is certain of is acted on as if rules had read
//! it, unless a person or the writer has settled it meanwhile. What may be a refusal holds all
//! texts to the number, and no model ever lifts that. Of a note it names people and companies in
//! the same answer, which is the event `text_named`. It is told no phone number and no e-mail
//! address. What it cost is in `chat_requests`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::model_reading::{self, Verdict};
use super::open_question::{self, Received};
use super::routing::Question;
use super::sentiment::sentiment;
use super::{found_names, heard};
use crate::addresses;
use crate::answer::Answer;
use crate::chat::{self, ChatModel, ChatRequest, Usage};
use crate::db::{DbError, Transaction};
use crate::engine::{Ended, Ending, Event, OnUnknown, OutsideStage, Prepared, Verdict as Became};
use crate::words;

/// All tries of one text take no longer.
const DEADLINE: Duration = Duration::from_secs(15);
/// Enough for the answer, and for a model that thinks a little first.
const TOKENS_MAX: u32 = 400;
/// And for the names of a note.
const NAMING_TOKENS_MAX: u32 = 400;
/// Texts of one number that are asked about in 24 hours; the rest are for a person.
const TEXTS_A_DAY: i64 = 40;
/// How sure a reading counts that a model calls certain.
const CERTAIN: f32 = 0.8;

/// Asks a chat model about unclear texts.
pub struct ModelReading {
    /// The model; a sandbox is not asked.
    pub chat: Arc<dyn ChatModel>,
}

/// A text as it was found.
struct Unclear {
    text: Received,
    is_answer: bool,
    is_note: bool,
    prompt: String,
}

#[async_trait]
impl OutsideStage for ModelReading {
    async fn prepare(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> Result<Vec<Prepared>, DbError> {
        let nothing = |_: &Event| Prepared::Settled(Became::Processed);
        if !chat::is_real(self.chat.as_ref()) {
            return Ok(events.iter().map(nothing).collect());
        }
        let ids: Vec<i64> = events.iter().map(text_id).collect();
        let unclear = unclear(tx, &ids).await?;
        let texts: Vec<&Received> = unclear.iter().map(|unclear| &unclear.text).collect();
        let questions = open_question::of(tx, &texts).await?;
        let inputs: HashMap<i64, Value> = unclear
            .iter()
            .map(|unclear| (unclear.text.id, input(unclear, &questions)))
            .collect();
        let asked: Vec<i64> = unclear.iter().map(|unclear| unclear.text.id).collect();
        let statement = include_str!("../../sql/queries/messaging/begin_chat_requests.sql");
        let statement = tx.prepare_cached(statement).await?;
        tx.query(&statement, &[&asked, &self.chat.name()]).await?;
        let prepared = ids.iter().map(|id| match inputs.get(id) {
            Some(input) => Prepared::Call(input.clone()),
            // Settled meanwhile, gone, or one too many of its number.
            None => Prepared::Settled(Became::Processed),
        });
        Ok(prepared.collect())
    }

    async fn call(&self, input: &Value) -> Answer<Value> {
        let reply = self.chat.complete(&request(input)).await;
        let noted = |outcome: &str, reason: Option<&str>| reply.usage.noted(outcome, reason);
        let routes = model_reading::routes(&input["open"]);
        match reply.answer {
            Answer::Delivered(said) => {
                let mut result = match model_reading::judge(&said, &routes) {
                    Ok(Verdict::Unsure) => noted("unsure", None),
                    Ok(verdict) => {
                        let mut result = noted("used", None);
                        result["verdict"] = model_reading::written(&verdict);
                        result
                    }
                    Err(reason) => noted("refused", Some(&reason)),
                };
                if input["is_note"] == true {
                    let text = input["known"]["text"].as_str().unwrap_or_default();
                    result["names"] = found_names::standing_in(text, &said);
                }
                Answer::Delivered(result)
            }
            Answer::Rejected { reason } => Answer::Delivered(noted("failed", Some(&reason))),
            other => other.map(|_| Value::Null),
        }
    }

    async fn record(&self, tx: &Transaction<'_>, ended: &[Ended]) -> Result<(), DbError> {
        let mut readings: Vec<Read<'_>> = ended.iter().map(Read::of).collect();
        still_of_use(tx, &mut readings).await?;
        keep_names(tx, &mut readings).await?;
        obey(tx, &readings).await?;
        answer(tx, &readings).await?;
        hold(tx, &readings).await?;
        let results: Vec<Value> = readings.into_iter().map(|read| read.result).collect();
        let statement = include_str!("../../sql/queries/messaging/end_chat_requests.sql");
        let statement = tx.prepare_cached(statement).await?;
        tx.query(&statement, &[&Value::Array(results)]).await?;
        Ok(())
    }

    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::AskAgain
    }
}

fn text_id(event: &Event) -> i64 {
    event.integer("record_id").unwrap_or_default()
}

/// The texts that are to be asked about.
async fn unclear(tx: &Transaction<'_>, ids: &[i64]) -> Result<Vec<Unclear>, DbError> {
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/messaging/texts_to_ask_about.sql"
        ))
        .await?;
    let rows = tx.query(&statement, &[&ids, &TEXTS_A_DAY]).await?;
    let unclear = rows.iter().map(|row| {
        Ok(Unclear {
            text: Received {
                id: row.try_get("id")?,
                body: row.try_get("body")?,
                at: row.try_get("at")?,
                phone: row.try_get("phone_number")?,
                contractors: row.try_get("contractor_ids")?,
                here: Vec::new(),
                lately: Vec::new(),
                is_operator: false,
            },
            is_answer: row.try_get("is_answer")?,
            is_note: row.try_get("is_note")?,
            prompt: row.try_get("prompt")?,
        })
    });
    unclear.collect()
}

/// What the call needs: the prompt, what is told, and what an answer would be written with.
fn input(unclear: &Unclear, questions: &HashMap<String, Vec<Question>>) -> Value {
    let text = &unclear.text;
    let of_writer = text.phone.as_ref().and_then(|phone| questions.get(phone));
    let open: Vec<Question> = of_writer
        .into_iter()
        .flatten()
        // What was asked after the text was written is not what it answers.
        .filter(|question| !unclear.is_answer && question.sent_at <= unclear.text.at)
        .cloned()
        .collect();
    let open = model_reading::offered(open);
    let kept = |question| model_reading::kept(question, text.only_person());
    json!({
        "prompt": unclear.prompt,
        "is_note": unclear.is_note,
        "known": model_reading::known(
            &addresses::find(&text.body, addresses::DEFAULT_REGION).prose,
            &open,
        ),
        "open": open.iter().map(kept).collect::<Vec<_>>(),
        "sentiment": sentiment(&words::read(&text.body)),
    })
}

fn request(input: &Value) -> ChatRequest {
    let routes = model_reading::routes(&input["open"]);
    let routes: Vec<_> = routes.into_iter().map(|(route, _)| route).collect();
    let is_note = input["is_note"] == true;
    ChatRequest {
        name: "reply",
        messages: chat::prompt(
            input["prompt"].as_str().unwrap_or_default(),
            &input["known"],
        ),
        schema: model_reading::schema(&routes, is_note),
        output_tokens_max: if is_note {
            TOKENS_MAX + NAMING_TOKENS_MAX
        } else {
            TOKENS_MAX
        },
        deadline: DEADLINE,
    }
}

/// What was read in a text, on its way into the database.
struct Read<'a> {
    ended: &'a Ended,
    inbound_id: i64,
    /// What is noted of the asking; `verdict` while it is to be acted on.
    result: Value,
    is_held: bool,
}

impl<'a> Read<'a> {
    fn of(ended: &'a Ended) -> Self {
        let mut result = match &ended.ending {
            Ending::Delivered(result) => result.clone(),
            Ending::Failed { reason } => Usage::default().noted("failed", Some(reason)),
        };
        let inbound_id = text_id(&ended.event);
        result["record_id"] = json!(inbound_id);
        Self {
            ended,
            inbound_id,
            result,
            is_held: false,
        }
    }

    fn wish(&self) -> Option<&str> {
        self.result["verdict"]["wish"].as_str()
    }

    /// The question that it answers, as it was kept.
    fn question(&self) -> Option<&Value> {
        let place = self.result["verdict"]["place"].as_u64()?;
        self.ended.input["open"].get(usize::try_from(place).ok()?)
    }

    fn question_id(&self) -> Option<i64> {
        self.question()?["message_id"].as_i64()
    }

    /// The decision about the text, as rules would write it.
    fn decision(&self) -> Option<Value> {
        let question = self.question()?;
        let verdict = &self.result["verdict"];
        let mut decision = json!({
            "confidence": CERTAIN,
            "sentiment": self.ended.input["sentiment"],
            "intent": verdict["intent"],
            "intents": [{"intent": verdict["intent"], "numbers": verdict["numbers"]}],
            "inbound_id": self.inbound_id,
            "about_id": self.inbound_id,
            "caused_by": self.ended.event.id,
            "route_to": question["route"],
            "method": "ai",
        });
        for name in ["message_id", "message_type", "contractor_id", "event_id"] {
            decision[name] = question[name].clone();
        }
        Some(decision)
    }
}

/// Sets aside what has been settled since the model was asked.
async fn still_of_use(tx: &Transaction<'_>, readings: &mut [Read<'_>]) -> Result<(), DbError> {
    let ids: Vec<i64> = readings.iter().map(|read| read.inbound_id).collect();
    let questions: Vec<Option<i64>> = readings.iter().map(Read::question_id).collect();
    let statement = tx
        .prepare_cached(include_str!(
            "../../sql/queries/messaging/readings_to_use.sql"
        ))
        .await?;
    let mut found = HashMap::new();
    for row in tx.query(&statement, &[&ids, &questions]).await? {
        let id: i64 = row.try_get("id")?;
        let open: bool = row.try_get("is_open")?;
        let can_answer: bool = row.try_get("can_answer")?;
        let is_held: bool = row.try_get("is_held")?;
        found.insert(id, (open, can_answer, is_held));
    }
    for read in readings {
        let (is_open, can_answer, is_held) =
            found.get(&read.inbound_id).copied().unwrap_or_default();
        read.is_held = is_held;
        let of_use = is_open && (can_answer || read.question().is_none());
        if read.result["outcome"] == "used" && !of_use {
            read.result["outcome"] = json!("late");
            read.result["reason"] = json!("It was settled before the answer came.");
            read.result["verdict"] = Value::Null;
        }
    }
    Ok(())
}

/// Writes down the names of notes. They are of use whatever has become of the reading.
async fn keep_names(tx: &Transaction<'_>, readings: &mut [Read<'_>]) -> Result<(), DbError> {
    let mut kept = Vec::new();
    for read in readings {
        let names = read.result["names"].take();
        if names.is_null() {
            continue;
        }
        if read.result["outcome"] == "unsure" {
            read.result["outcome"] = json!("used");
        }
        kept.push(json!({
            "inbound_id": read.inbound_id, "found_names": names, "event_id": read.ended.event.id,
        }));
    }
    if kept.is_empty() {
        return Ok(());
    }
    let statement = tx
        .prepare_cached(include_str!("../../sql/queries/messaging/keep_names.sql"))
        .await?;
    tx.execute(&statement, &[&Value::Array(kept)]).await?;
    Ok(())
}

/// Ends texts that are certainly not wanted any more.
async fn obey(tx: &Transaction<'_>, readings: &[Read<'_>]) -> Result<(), DbError> {
    let (mut ids, mut wishes, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for read in readings {
        if let Some(wish @ ("stop_all" | "stop_peer")) = read.wish() {
            // One that may want no texts at all is not settled by fewer introductions.
            if !(read.is_held && wish == "stop_peer") {
                ids.push(read.inbound_id);
                wishes.push(wish);
                events.push(read.ended.event.id);
            }
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    heard::obey_wishes(tx, &ids, &wishes, &events, ("ai", CERTAIN)).await
}

/// Hands answers to whoever acts on them.
async fn answer(tx: &Transaction<'_>, readings: &[Read<'_>]) -> Result<(), DbError> {
    let decisions: Vec<Value> = readings.iter().filter_map(Read::decision).collect();
    if decisions.is_empty() {
        return Ok(());
    }
    heard::write_routes(tx, decisions).await
}

/// Holds texts to numbers that may have opted out, and goes on holding where rules said so.
async fn hold(tx: &Transaction<'_>, readings: &[Read<'_>]) -> Result<(), DbError> {
    let doubtful = |read: &&Read<'_>| {
        let answered = read.is_held && read.question().is_some();
        read.wish() == Some("maybe_stop") || answered
    };
    let ids: Vec<i64> = readings
        .iter()
        .filter(doubtful)
        .map(|read| read.inbound_id)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    heard::doubt_wishes(tx, &ids).await
}
