//! The stage that reads received texts: `messaging.hear`, in the database.
//!
//! Words that end or resume texts are obeyed before anything else is made of a text, in the
//! transaction that claims it. Everything else is routed by what was asked last
//! ([`super::routing`]) and written to `sms_routing_decisions`, whose rows are the events of those
//! who act. Reads `inbound_messages`, `event_messages`, `reply_windows`; never knows what an answer
//! sets off.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use serde_json::{Value, json};

use super::heard;
use super::keywords::{self, Certainty, Wish};
use super::open_question::{self, Received};
use super::operator::{self, Order};
use super::reply::{Asked, Intent, Reading};
use super::routing::{self, Question, RouteTo, Routing};
use super::summary::{self, Form};
use crate::db::{DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome};

/// A longer text is a remark, not a number.
const RATING_CHARS_MAX: usize = 20;

/// Reads received texts.
pub struct Hearing {
    /// A chat model is there: what rules do not settle is an event for whoever asks it.
    pub has_model: bool,
}

#[async_trait]
impl InDatabaseStage for Hearing {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let by_text: HashMap<i64, i64> = events
            .iter()
            .filter_map(|event| Some((event.integer("record_id")?, event.id)))
            .collect();
        let ids: Vec<i64> = by_text.keys().copied().collect();
        let received = open_question::received(tx, &ids).await?;
        let mut heard = Heard::default();
        let (mut others, mut orders) = (Vec::new(), Vec::new());
        for text in &received {
            let event = by_text.get(&text.id).copied().unwrap_or_default();
            if let Some(order) = ordered(text, event) {
                orders.push(order);
                continue;
            }
            match keywords::hear(&text.body) {
                Some(wish) if wish.certainty == Certainty::Certain => {
                    heard.obey(text, wish.wish, event);
                }
                doubt => {
                    heard.doubts.extend(doubt.map(|_| text.id));
                    others.push((text, event));
                }
            }
        }
        heard.obeyed(tx).await?;
        if !orders.is_empty() {
            heard::write_routes(tx, orders).await?;
        }
        let mut unclear = Vec::new();
        if !others.is_empty() {
            let texts: Vec<&Received> = others.iter().map(|(text, _)| *text).collect();
            let questions = open_question::of(tx, &texts).await?;
            let mut routes = Routes::new(questions);
            for (text, event) in others {
                let is_settled = routes.take(text, event) && !heard.doubts.contains(&text.id);
                if !is_settled && !text.body.trim().is_empty() {
                    unclear.push((text.id, event));
                }
            }
            heard::write_routes(tx, routes.decisions).await?;
            heard::ask_back(tx, routes.asked_back).await?;
        }
        if !heard.doubts.is_empty() {
            heard::doubt_wishes(tx, &heard.doubts).await?;
        }
        if self.has_model && !unclear.is_empty() {
            heard::tell_model(tx, unclear).await?;
        }
        // A text that was read already, or is gone, needs nothing.
        Ok(Vec::new())
    }
}

/// Wishes about the texts themselves.
#[derive(Default)]
struct Heard {
    ids: Vec<i64>,
    wishes: Vec<&'static str>,
    events: Vec<i64>,
    doubts: Vec<i64>,
}

impl Heard {
    fn obey(&mut self, text: &Received, wish: Wish, event: i64) {
        self.ids.push(text.id);
        self.events.push(event);
        self.wishes.push(match wish {
            Wish::StopAll => "stop_all",
            Wish::StopPeer => "stop_peer",
            Wish::Start => "start",
            Wish::Help => "help",
        });
    }

    async fn obeyed(&self, tx: &Transaction<'_>) -> Result<(), DbError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        heard::obey_wishes(tx, &self.ids, &self.wishes, &self.events, ("keyword", 1.0)).await
    }
}

/// Decisions of a batch, in the order in which the texts were sent: the first answer closes its
/// question for the second text.
struct Routes {
    questions: HashMap<String, Vec<Question>>,
    decisions: Vec<Value>,
    asked_back: Vec<(i64, Value)>,
    closed: HashSet<i64>,
}

impl Routes {
    fn new(questions: HashMap<String, Vec<Question>>) -> Self {
        Self {
            questions,
            decisions: Vec::new(),
            asked_back: Vec::new(),
            closed: HashSet::new(),
        }
    }

    /// Decides about a text; returns whether rules have settled it.
    fn take(&mut self, text: &Received, event: i64) -> bool {
        let mut questions = text
            .phone
            .as_ref()
            .and_then(|phone| self.questions.get(phone))
            .cloned()
            .unwrap_or_default();
        questions.retain(|question| text.may_answer(question));
        for question in &mut questions {
            question.is_answered |= self.closed.contains(&question.message_id);
        }
        let routing = routing::route(&text.body, &questions);
        let is_settled = match &routing {
            Routing::Answers(_, reading) => leaves_nothing(reading),
            Routing::AskBack(_) => true,
            Routing::Nothing(_) => false,
        };
        let mut decision = match routing {
            Routing::Answers(question, _) if question.route == RouteTo::Clarification => {
                self.closed.insert(question.message_id);
                clarified(text, question, &questions)
            }
            Routing::Answers(question, reading) => {
                self.closed.insert(question.message_id);
                answer(text, text.id, question, &reading)
            }
            Routing::AskBack(meant) => {
                let ids: Vec<i64> = meant.iter().map(|question| question.message_id).collect();
                let choices: Vec<&str> = meant.iter().map(|question| label(question)).collect();
                self.asked_back
                    .push((text.id, json!({ "choices": choices, "message_ids": ids })));
                let note = "Which question was meant was asked back.";
                let mut decision = unasked(text, RouteTo::Clarification, Some(note));
                decision["contractor_id"] = json!(meant.first().and_then(|q| q.contractor_id));
                decision
            }
            Routing::Nothing(reading) => match rated_after_all(&text.body, &questions) {
                Some((question, rated)) => answer(text, text.id, question, &rated),
                None => unanswered(text, &reading),
            },
        };
        decision["inbound_id"] = json!(text.id);
        decision["caused_by"] = json!(event);
        self.decisions.push(decision);
        is_settled
    }
}

/// Whether an answer leaves nothing that a model should look at. Any words pass for a remark or a
/// list, and a no with many words around it may refuse more than was asked.
fn leaves_nothing(reading: &Reading) -> bool {
    match reading.main() {
        Intent::Comment | Intent::List => false,
        Intent::No | Intent::Drop(_) => reading.confidence >= routing::PLAIN,
        _ => true,
    }
}

/// A number that comes right after the "yes, I was there", before anybody has asked for it.
fn rated_after_all<'a>(body: &str, questions: &'a [Question]) -> Option<(&'a Question, Reading)> {
    let is_short = body.trim().chars().count() <= RATING_CHARS_MAX;
    questions
        .iter()
        .filter(|question| question.is_answered && question.route == RouteTo::Attendance)
        .map(|question| (question, routing::read_for(body, question)))
        .find(|(_, reading)| {
            let rates = |intent: &Intent| matches!(intent, Intent::Rating(_));
            is_short && reading.is_sure() && reading.intents.iter().any(rates)
        })
}

/// What a question is called when it is asked which was meant.
fn label(question: &Question) -> &str {
    if question.label.is_empty() {
        match question.route {
            RouteTo::Introduction => "the introduction",
            RouteTo::Attendance | RouteTo::Rating => "the session",
            _ => "the other one",
        }
    } else {
        &question.label
    }
}

fn answer(text: &Received, about_id: i64, question: &Question, reading: &Reading) -> Value {
    let mut decision = in_words(reading);
    decision["about_id"] = json!(about_id);
    decision["route_to"] = json!(question.route.as_str());
    decision["method"] = json!("database");
    decision["message_id"] = json!(question.message_id);
    decision["message_type"] = json!(question.message_type);
    decision["contractor_id"] = json!(question.contractor_id.or_else(|| text.only_person()));
    decision["event_id"] = json!(question.event_id);
    decision
}

/// The text that was unclear, as the answer to the question that its writer has chosen.
fn clarified(text: &Received, chosen: &Question, questions: &[Question]) -> Value {
    let choice = routing::read_for(&text.body, chosen);
    let (_, numbers) = routing::spelled(choice.main());
    let place = numbers.first().map_or(0, |number| usize::from(*number) - 1);
    let meant = chosen.about.get(place);
    let question = questions.iter().find(|q| Some(&q.message_id) == meant);
    match (question, &chosen.original) {
        (Some(question), Some((id, body))) => {
            answer(text, *id, question, &routing::read_for(body, question))
        }
        _ => unasked(
            text,
            RouteTo::Person,
            Some("It chose a question that is no longer open."),
        ),
    }
}

/// A text that answers nothing: a note of somebody who is at an event, or was lately; a person's to
/// read otherwise, and when it asks something itself.
fn unanswered(text: &Received, reading: &Reading) -> Value {
    let asks = text.body.trim_end().ends_with('?');
    let empty = text.body.trim().is_empty();
    let is_note = !empty && text.noted_by().is_some();
    let note = match (is_note, asks) {
        (true, true) => Some("It asks something; it was kept as a note as well."),
        (true, false) => None,
        (false, _) if empty => Some("Nothing was written; pictures are not kept."),
        (false, _) if text.contractors.is_empty() => Some("Nobody here has this number."),
        (false, _) if text.contractors.len() > 1 => {
            Some("Several people have this number, and nothing was asked that it answers.")
        }
        (false, _) => Some("It answers nothing that was asked."),
    };
    let route = if is_note {
        RouteTo::Note
    } else {
        RouteTo::Person
    };
    let mut decision = unasked(text, route, note);
    decision["sentiment"] = json!(reading.sentiment);
    decision
}

fn unasked(text: &Received, route: RouteTo, note: Option<&str>) -> Value {
    let noted = text.noted_by();
    let mut decision = in_words(&super::reply::read(&text.body, Asked::Nothing));
    decision["about_id"] = json!(text.id);
    decision["route_to"] = json!(route.as_str());
    decision["method"] = json!("fallback");
    decision["contractor_id"] = json!(noted.map(|(id, _)| id).or_else(|| text.only_person()));
    decision["event_id"] = json!(noted.map(|(_, event)| event));
    decision["note"] = json!(note);
    decision
}

/// What is done whatever else was asked, for the stages that do it: an operator's order, and a
/// known person's wish for the summary of an event.
fn ordered(text: &Received, event: i64) -> Option<Value> {
    let (route, intent, written) = if let Some(order) = operator_order(text) {
        (RouteTo::Operator, order.verb, order.written())
    } else {
        let form = wanted_summary(text)?;
        let written = json!({ "intent": form.as_str() });
        (RouteTo::Summary, form.as_str(), written)
    };
    let mut decision = unasked(text, route, None);
    decision["method"] = json!("keyword");
    decision["confidence"] = json!(1.0);
    decision["intent"] = json!(intent);
    decision["intents"] = json!([written]);
    decision["inbound_id"] = json!(text.id);
    decision["caused_by"] = json!(event);
    Some(decision)
}

fn operator_order(text: &Received) -> Option<Order> {
    operator::read(&text.body).filter(|_| text.is_operator)
}

fn wanted_summary(text: &Received) -> Option<Form> {
    let is_known = text.noted_by().is_some() || text.only_person().is_some();
    summary::asked(&text.body).filter(|_| is_known && keywords::hear(&text.body).is_none())
}

/// A reading in the words of the database.
fn in_words(reading: &Reading) -> Value {
    let intents: Vec<Value> = reading
        .intents
        .iter()
        .map(routing::spelled)
        .map(|(intent, numbers)| json!({ "intent": intent, "numbers": numbers }))
        .collect();
    json!({
        "confidence": reading.confidence,
        "sentiment": reading.sentiment,
        "intent": routing::spelled(reading.main()).0,
        "intents": intents,
    })
}
