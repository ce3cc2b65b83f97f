//! What a chat model is asked about a received text, and what of its answer is believed.
//!
//! Pure. The model chooses: whether the writer wants an end of texts, which of the writer's own
//! open questions is answered, and what is said of it, from the intents that rules know. It writes
//! no word, names no person and reaches no question but those. What it is not certain of is a
//! person's to read; of a possible refusal it is enough that it may be one.

use serde_json::{Value, json};

use super::reply::Intent;
use super::routing::{self, Question, RouteTo};

/// Characters of a text that are told: its beginning, and its end, where people say what they want.
const CHARS_MAX: usize = 2000;
/// Characters of a question.
const ASKED_CHARS_MAX: usize = 400;
/// At most so many questions, the newest.
const QUESTIONS_MAX: usize = 6;

/// What a model makes of a text, as far as it is believed.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// No text any more, for certain.
    EndAll,
    /// No introductions any more, for certain.
    EndIntroductions,
    /// It may want an end of texts: a person decides.
    PerhapsEnd,
    /// It answers the question at this place.
    Answers(usize, Intent),
    /// Nothing that is certain.
    Unsure,
}

/// What may answer a question, in the words of the database.
pub fn intents(route: RouteTo) -> &'static [&'static str] {
    match route {
        RouteTo::Introduction => &["yes", "no", "maybe", "later", "tell_more"],
        RouteTo::Attendance => &["yes", "no"],
        RouteTo::Rating => &["rating", "comment", "no"],
        RouteTo::ActionItem => &["done", "not_yet", "started", "defer", "drop"],
        RouteTo::Priorities => &["list", "no", "later"],
        RouteTo::Choice => &["choices", "no"],
        RouteTo::Clarification
        | RouteTo::Operator
        | RouteTo::Summary
        | RouteTo::Note
        | RouteTo::Person => &[],
    }
}

/// The questions that a model may choose from, the newest first.
pub fn offered(questions: Vec<Question>) -> Vec<Question> {
    let mut questions: Vec<Question> = questions
        .into_iter()
        .filter(|question| !intents(question.route).is_empty())
        .collect();
    questions.truncate(QUESTIONS_MAX);
    questions
}

/// What the model is told, as JSON.
pub fn known(text: &str, questions: &[Question]) -> Value {
    let questions: Vec<Value> = questions
        .iter()
        .zip(1..)
        .map(|(question, number)| {
            json!({
                "number": number,
                "asked": start(&question.asked, ASKED_CHARS_MAX),
                "about": question.label,
                "offers": question.offered,
                "intents": intents(question.route),
            })
        })
        .collect();
    json!({ "text": shortened(text), "questions": questions })
}

/// The form of the answer: nothing can be chosen but what was offered. Of a note it names, too, who
/// and what stands in it.
pub fn schema(routes: &[RouteTo], is_note: bool) -> Value {
    let numbers: Vec<usize> = (0..=routes.len()).collect();
    let mut words: Vec<&str> = vec!["unclear"];
    for intent in routes.iter().flat_map(|route| intents(*route)) {
        if !words.contains(intent) {
            words.push(intent);
        }
    }
    let mut schema = json!({
        "type": "object",
        "properties": {
            "wants": {"type": "string", "enum": ["end_all_texts", "end_introductions", "neither"]},
            "question": {"type": "integer", "enum": numbers},
            "intent": {"type": "string", "enum": words},
            "numbers": {"type": "array", "items": {"type": "integer"}},
            "certain": {"type": "boolean"},
        },
        "additionalProperties": false,
    });
    if is_note {
        for list in ["names", "companies"] {
            schema["properties"][list] = json!({"type": "array", "items": {"type": "string"}});
        }
    }
    let properties = schema["properties"].as_object();
    let all: Vec<&String> = properties.into_iter().flat_map(|all| all.keys()).collect();
    schema["required"] = json!(all);
    schema
}

/// What of an answer is believed; `asked` are the routes of the questions and how much each offers.
///
/// # Errors
/// Why the answer cannot be used: it contradicts itself or what was asked.
pub fn judge(said: &Value, asked: &[(RouteTo, u8)]) -> Result<Verdict, String> {
    let certain = said["certain"] == true;
    match (said["wants"].as_str(), certain) {
        (Some("end_all_texts"), true) => return Ok(Verdict::EndAll),
        (Some("end_all_texts"), false) => return Ok(Verdict::PerhapsEnd),
        (Some("end_introductions"), true) => return Ok(Verdict::EndIntroductions),
        (Some("neither"), true) => {}
        _ => return Ok(Verdict::Unsure),
    }
    let intent = said["intent"].as_str().unwrap_or_default();
    let number = said["question"].as_u64().unwrap_or_default();
    let place = match usize::try_from(number) {
        Ok(number) if number > 0 && intent != "unclear" => number - 1,
        _ => return Ok(Verdict::Unsure),
    };
    let Some((route, offers)) = asked.get(place) else {
        return Err("it chose a question that was not offered".to_owned());
    };
    if !intents(*route).contains(&intent) {
        return Err("it chose an intent that does not answer its question".to_owned());
    }
    let numbers = said["numbers"].as_array().map(Vec::as_slice);
    let numbers: Vec<u8> = numbers
        .unwrap_or_default()
        .iter()
        .filter_map(|number| number.as_u64().and_then(|number| u8::try_from(number).ok()))
        .collect();
    spoken(intent, numbers, *offers).map(|intent| Verdict::Answers(place, intent))
}

/// An intent with its numbers. Of an action item it is always the one that was asked about: a model
/// counts through nobody's list.
fn spoken(intent: &str, mut numbers: Vec<u8>, offers: u8) -> Result<Intent, String> {
    Ok(match intent {
        "yes" => Intent::Yes,
        "no" => Intent::No,
        "maybe" => Intent::Maybe,
        "later" => Intent::Later,
        "tell_more" => Intent::TellMore,
        "done" => Intent::Done(Vec::new()),
        "not_yet" => Intent::NotYet(Vec::new()),
        "started" => Intent::Started(Vec::new()),
        "defer" => Intent::Defer(Vec::new()),
        "drop" => Intent::Drop(Vec::new()),
        "list" => Intent::List,
        "comment" => Intent::Comment,
        "rating" => match numbers.as_slice() {
            [points @ 1..=10] => Intent::Rating(*points),
            _ => return Err("it gave no rating from 1 to 10".to_owned()),
        },
        "choices" => {
            numbers.sort_unstable();
            numbers.dedup();
            let all_offered = numbers.iter().all(|number| (1..=offers).contains(number));
            if numbers.is_empty() || !all_offered {
                return Err("it chose what was not offered".to_owned());
            }
            Intent::Choices(numbers)
        }
        _ => return Err("it chose an intent that nobody knows".to_owned()),
    })
}

/// The routes of questions, for the schema and the judgement, from their words.
pub fn routes(open: &Value) -> Vec<(RouteTo, u8)> {
    let open = open.as_array().map(Vec::as_slice).unwrap_or_default();
    open.iter()
        .filter_map(|question| {
            let route = RouteTo::of_question(question["route"].as_str()?)?;
            let offers = question["offers"].as_u64().unwrap_or_default();
            Some((route, u8::try_from(offers).unwrap_or_default()))
        })
        .collect()
}

/// What must be known of a question when its answer is written.
pub fn kept(question: &Question, only_person: Option<i64>) -> Value {
    json!({
        "route": question.route.as_str(),
        "offers": question.offered,
        "message_id": question.message_id,
        "message_type": question.message_type,
        "contractor_id": question.contractor_id.or(only_person),
        "event_id": question.event_id,
    })
}

/// An intent as it is kept between a call and its record.
pub fn written(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::EndAll => json!({"wish": "stop_all"}),
        Verdict::EndIntroductions => json!({"wish": "stop_peer"}),
        Verdict::PerhapsEnd => json!({"wish": "maybe_stop"}),
        Verdict::Unsure => json!({}),
        Verdict::Answers(place, intent) => {
            let (word, numbers) = routing::spelled(intent);
            json!({"place": place, "intent": word, "numbers": numbers})
        }
    }
}

fn start(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A text that is too long to be told, without its middle.
fn shortened(text: &str) -> String {
    let chars = text.chars().count();
    if chars <= CHARS_MAX {
        return text.to_owned();
    }
    let half = CHARS_MAX / 2;
    let end: String = text.chars().skip(chars - half).collect();
    format!("{} […] {end}", start(text, half))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &[(RouteTo, u8)] = &[
        (RouteTo::Introduction, 0),
        (RouteTo::Choice, 3),
        (RouteTo::Rating, 0),
        (RouteTo::ActionItem, 0),
    ];

    fn said(wants: &str, question: u8, intent: &str, numbers: &[i64], certain: bool) -> Value {
        json!({
            "wants": wants, "question": question, "intent": intent, "numbers": numbers,
            "certain": certain,
        })
    }

    #[test]
    fn what_is_certain_and_was_offered_is_believed() {
        for (said, verdict) in [
            (said("end_all_texts", 1, "no", &[], true), Verdict::EndAll),
            (
                said("end_introductions", 0, "unclear", &[], true),
                Verdict::EndIntroductions,
            ),
            (
                said("neither", 1, "yes", &[], true),
                Verdict::Answers(0, Intent::Yes),
            ),
            (
                said("neither", 2, "choices", &[3, 1, 3], true),
                Verdict::Answers(1, Intent::Choices(vec![1, 3])),
            ),
            (
                said("neither", 3, "rating", &[8], true),
                Verdict::Answers(2, Intent::Rating(8)),
            ),
            // Whatever items it counts up: only the one that was asked about.
            (
                said("neither", 4, "done", &[1, 2, 3, 4], true),
                Verdict::Answers(3, Intent::Done(vec![])),
            ),
        ] {
            assert_eq!(judge(&said, ASKED), Ok(verdict), "{said}");
        }
    }

    #[test]
    fn what_is_not_certain_is_a_persons_and_a_possible_refusal_stays_possible() {
        for (said, verdict) in [
            (
                said("end_all_texts", 0, "unclear", &[], false),
                Verdict::PerhapsEnd,
            ),
            (
                said("end_introductions", 0, "unclear", &[], false),
                Verdict::Unsure,
            ),
            (said("neither", 1, "yes", &[], false), Verdict::Unsure),
            (said("neither", 0, "yes", &[], true), Verdict::Unsure),
            (said("neither", 1, "unclear", &[], true), Verdict::Unsure),
            (json!({}), Verdict::Unsure),
        ] {
            assert_eq!(judge(&said, ASKED), Ok(verdict), "{said}");
        }
    }

    #[test]
    fn what_was_not_offered_is_refused() {
        for said in [
            said("neither", 5, "yes", &[], true),
            said("neither", 1, "done", &[], true),
            said("neither", 1, "delete_everything", &[], true),
            said("neither", 2, "choices", &[4], true),
            said("neither", 2, "choices", &[], true),
            said("neither", 3, "rating", &[11], true),
            said("neither", 3, "rating", &[8, 9], true),
            said("neither", 3, "rating", &[-1], true),
        ] {
            assert!(judge(&said, ASKED).is_err(), "{said}");
        }
    }

    #[test]
    fn the_form_offers_the_questions_own_intents_only() {
        let schema = schema(&[RouteTo::Attendance], false);
        assert_eq!(schema["properties"]["question"]["enum"], json!([0, 1]));
        assert_eq!(
            schema["properties"]["intent"]["enum"],
            json!(["unclear", "yes", "no"])
        );
    }

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        let long = format!("first {} last", "x".repeat(10_000));
        let told = shortened(&long);
        assert!(
            told.starts_with("first") && told.ends_with("last"),
            "{told}"
        );
        assert!(told.chars().count() < 2100);
    }
}
