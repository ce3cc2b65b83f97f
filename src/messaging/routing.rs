//! What a received text answers: the newest open question that it is an answer to.
//!
//! Pure. What was asked last decides; of two that were asked together and could both be meant, the
//! one that the text names, else the person is asked. What answers nothing is a note while its
//! writer is at an event, and a person's to read otherwise. Nothing is guessed silently.

use chrono::{DateTime, TimeDelta, Utc};

use super::reply::{self, Asked, Intent, Reading};
use super::session_answer;

/// Questions that were sent so shortly after one another are seen together.
const TOGETHER: TimeDelta = TimeDelta::minutes(2);
/// A remark longer than this is no answer to "rate it", but a note.
const REMARK_CHARS_MAX: usize = 120;
/// So sure a reading leaves at most a word unexplained.
pub(super) const PLAIN: f32 = 0.9;
/// A number alone, or words of one title alone, leave nothing open.
const CHOSEN: f32 = 0.95;
/// So strong a feeling says enough where a number was asked for.
const FEELING_MIN: f32 = 0.3;
/// At most so many questions are offered when it is unclear which was meant.
pub const CHOICES_MAX: usize = 5;

/// Who acts on a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteTo {
    /// An answer to an introduction.
    Introduction,
    /// Was there, or was not.
    Attendance,
    /// A rating.
    Rating,
    /// How an action item goes.
    ActionItem,
    /// What matters most to somebody.
    Priorities,
    /// Numbers of what was offered.
    Choice,
    /// Which question was meant.
    Clarification,
    /// An operator's order.
    Operator,
    /// What its writer noted, summed up.
    Summary,
    /// Something to keep.
    Note,
    /// Nobody but a person can tell.
    Person,
}

impl RouteTo {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Introduction => "introduction",
            Self::Attendance => "attendance",
            Self::Rating => "rating",
            Self::ActionItem => "action_item",
            Self::Priorities => "priorities",
            Self::Choice => "choice",
            Self::Clarification => "clarification",
            Self::Operator => "operator",
            Self::Summary => "summary",
            Self::Note => "note",
            Self::Person => "person",
        }
    }

    /// The route of a question, from `reply_windows`; none for a word that is no such route.
    pub fn of_question(word: &str) -> Option<Self> {
        [
            Self::Introduction,
            Self::Attendance,
            Self::Rating,
            Self::ActionItem,
            Self::Priorities,
            Self::Choice,
            Self::Clarification,
        ]
        .into_iter()
        .find(|route| route.as_str() == word)
    }
}

/// A question that may be answered now.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The text that asked.
    pub message_id: i64,
    /// Its type.
    pub message_type: String,
    /// What answers it.
    pub route: RouteTo,
    /// Who was asked; None: the number, in an exchange with it.
    pub contractor_id: Option<i64>,
    /// The event it is about.
    pub event_id: Option<i64>,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// It has an answer already, which may be corrected.
    pub is_answered: bool,
    /// How many things it offers.
    pub offered: u8,
    /// What they are called, where their names are an answer, too; empty: only numbers are.
    pub titles: Vec<String>,
    /// What it is about, in a few words; may be empty.
    pub label: String,
    /// How it was asked; may be empty.
    pub asked: String,
    /// Of a clarification: the questions that it offers.
    pub about: Vec<i64>,
    /// Of a clarification: the text that was unclear, and its words.
    pub original: Option<(i64, String)>,
}

/// What is done with a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Routing<'a> {
    /// It answers this.
    Answers(&'a Question, Reading),
    /// It could be meant for any of these: ask.
    AskBack(Vec<&'a Question>),
    /// It answers nothing that was asked.
    Nothing(Reading),
}

/// Finds out what a text answers. `questions` are those of its writer, the newest first.
pub fn route<'a>(text: &str, questions: &'a [Question]) -> Routing<'a> {
    let open: Vec<&Question> = questions.iter().filter(|q| !q.is_answered).collect();
    let mut candidates = candidates(text, &open);
    if candidates.is_empty() {
        // "Oops, I meant 8": a correction says plainly what it says.
        let answered: Vec<&Question> = questions.iter().filter(|q| q.is_answered).collect();
        let corrections = self::candidates(text, &answered).into_iter();
        let mut corrections = corrections.filter(|(_, reading)| is_plain(reading));
        return match corrections.next() {
            Some((question, reading)) => Routing::Answers(question, reading),
            None => Routing::Nothing(reply::read(text, Asked::Nothing)),
        };
    }
    let (newest, reading) = candidates.remove(0);
    let rivals: Vec<&Question> = candidates
        .iter()
        .filter(|(question, _)| is_rival(newest, question))
        .map(|(question, _)| *question)
        .collect();
    if rivals.is_empty() {
        return Routing::Answers(newest, reading);
    }
    let mut meant: Vec<&Question> = std::iter::once(newest).chain(rivals).collect();
    let named: Vec<&Question> = meant
        .iter()
        .copied()
        .filter(|question| names(text, &question.label))
        .collect();
    if let [question] = named.as_slice() {
        return Routing::Answers(question, read_for(text, question));
    }
    meant.truncate(CHOICES_MAX);
    Routing::AskBack(meant)
}

/// Reads a text as the answer to a question.
pub fn read_for(text: &str, question: &Question) -> Reading {
    if !question.titles.is_empty() {
        return read_titled(text, question);
    }
    let asked = match question.route {
        RouteTo::Introduction => Asked::Introduction,
        RouteTo::Attendance => Asked::Attendance,
        RouteTo::Rating => Asked::Rating,
        RouteTo::ActionItem => Asked::ActionItem,
        RouteTo::Priorities => Asked::Priorities,
        RouteTo::Choice | RouteTo::Clarification => Asked::Choice(question.offered),
        RouteTo::Operator | RouteTo::Summary | RouteTo::Note | RouteTo::Person => Asked::Nothing,
    };
    reply::read(text, asked)
}

/// Which one is meant of what has names; all else is no answer, not even a no.
fn read_titled(text: &str, question: &Question) -> Reading {
    let mut reading = reply::read(text, Asked::Choice(question.offered));
    (reading.intents, reading.confidence) = match session_answer::named(text, &question.titles) {
        Some(place) => (vec![Intent::Choices(vec![place])], CHOSEN),
        None => (vec![Intent::Unclear], 0.0),
    };
    reading
}

fn candidates<'a>(text: &str, questions: &[&'a Question]) -> Vec<(&'a Question, Reading)> {
    questions
        .iter()
        .map(|question| (*question, read_for(text, question)))
        .filter(|(question, reading)| reading.is_sure() && decides(question.route, reading, text))
        .collect()
}

/// Whether a reading is an answer to such a question at all.
fn decides(route: RouteTo, reading: &Reading, text: &str) -> bool {
    match (route, reading.main()) {
        (_, Intent::Unclear) => false,
        (RouteTo::Rating, Intent::Comment) => {
            reading.sentiment.abs() >= FEELING_MIN && text.chars().count() <= REMARK_CHARS_MAX
        }
        (RouteTo::Clarification, intent) => matches!(intent, Intent::Choices(_)),
        (_, intent) => *intent != Intent::Comment,
    }
}

/// Whether it could be nothing else: a number, or hardly a word beside what it says.
fn is_plain(reading: &Reading) -> bool {
    match reading.main() {
        Intent::Comment | Intent::Unclear | Intent::List | Intent::TellMore => false,
        Intent::Rating(_) => true,
        _ => reading.confidence >= PLAIN,
    }
}

/// Whether two questions were seen together and one answer fits both.
fn is_rival(newest: &Question, other: &Question) -> bool {
    newest.route == other.route
        && newest.route != RouteTo::Priorities
        && newest.route != RouteTo::Clarification
        && newest.sent_at - other.sent_at <= TOGETHER
}

/// Whether the text names what the question is about, by any word of it that tells.
fn names(text: &str, label: &str) -> bool {
    let text = crate::words::plain(text);
    let words: Vec<&str> = text.split(' ').collect();
    crate::words::plain(label)
        .split(' ')
        .any(|word| word.chars().count() >= 3 && words.contains(&word))
}

/// The word for an intent in the database, and its numbers.
pub fn spelled(intent: &Intent) -> (&'static str, Vec<u8>) {
    match intent {
        Intent::Yes => ("yes", vec![]),
        Intent::No => ("no", vec![]),
        Intent::Maybe => ("maybe", vec![]),
        Intent::Later => ("later", vec![]),
        Intent::TellMore => ("tell_more", vec![]),
        Intent::Rating(points) => ("rating", vec![*points]),
        Intent::Done(numbers) => ("done", numbers.clone()),
        Intent::NotYet(numbers) => ("not_yet", numbers.clone()),
        Intent::Started(numbers) => ("started", numbers.clone()),
        Intent::Defer(numbers) => ("defer", numbers.clone()),
        Intent::Drop(numbers) => ("drop", numbers.clone()),
        Intent::Choices(numbers) => ("choices", numbers.clone()),
        Intent::List => ("list", vec![]),
        Intent::Comment => ("comment", vec![]),
        Intent::Unclear => ("unclear", vec![]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(message_id: i64, route: RouteTo, minutes_ago: i64) -> Question {
        Question {
            message_id,
            message_type: route.as_str().to_owned(),
            route,
            contractor_id: Some(1),
            event_id: Some(41),
            sent_at: DateTime::UNIX_EPOCH + TimeDelta::days(1) - TimeDelta::minutes(minutes_ago),
            is_answered: false,
            offered: 0,
            titles: vec![],
            label: String::new(),
            asked: String::new(),
            about: vec![],
            original: None,
        }
    }

    fn answered(text: &str, questions: &[Question]) -> Option<i64> {
        match route(text, questions) {
            Routing::Answers(question, _) => Some(question.message_id),
            _ => None,
        }
    }

    #[test]
    fn the_newest_question_that_a_text_answers_is_meant() {
        let questions = [
            asked(3, RouteTo::Rating, 1),
            asked(2, RouteTo::Introduction, 20),
        ];
        assert_eq!(answered("9", &questions), Some(3));
        assert_eq!(answered("YES", &questions), Some(2));
    }

    #[test]
    fn of_two_that_were_asked_together_the_named_one_is_meant_or_the_person_is_asked() {
        let mut questions = [
            asked(3, RouteTo::Introduction, 5),
            asked(2, RouteTo::Introduction, 5),
        ];
        questions[0].label = "Sam Sample".to_owned();
        questions[1].label = "Kim Example".to_owned();
        assert_eq!(answered("yes to kim", &questions), Some(2));
        let unclear = route("yes", &questions);
        assert!(
            matches!(&unclear, Routing::AskBack(meant) if meant.len() == 2),
            "{unclear:?}"
        );
    }

    #[test]
    fn an_answer_can_be_corrected_but_not_by_any_remark() {
        let mut question = asked(3, RouteTo::Attendance, 5);
        question.is_answered = true;
        let questions = [question];
        assert_eq!(answered("no", &questions), Some(3));
        let mut question = asked(4, RouteTo::Priorities, 5);
        question.is_answered = true;
        assert_eq!(
            answered("Met Sam at the booth, call him", &[question]),
            None
        );
    }

    #[test]
    fn a_long_remark_does_not_pass_for_a_rating() {
        let questions = [asked(3, RouteTo::Rating, 5)];
        assert_eq!(answered("loved it", &questions), Some(3));
        let long = "Great idea from the second speaker: give every crew its own dashboard and \
                    look at it together on Mondays, before the trucks leave the yard.";
        assert_eq!(answered(long, &questions), None);
    }
}
