//! What no gateway would take: found before a call is spent on it.

use std::convert::Infallible;

use crate::answer::Answer;
use crate::mask::Phone;
use crate::messaging::delivery::NumberFault;
use crate::messaging::sms_gateway::{BODY_CHARS_MAX, GatewayAnswer, OutboundText};

/// Digits of the shortest and longest numbers that E.164 allows, the country code included.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// An objection, which delivers nothing.
#[derive(Debug)]
pub(super) struct Objection {
    answer: Answer<Infallible>,
    number: Option<NumberFault>,
}

impl<T> From<Objection> for GatewayAnswer<T> {
    fn from(objection: Objection) -> Self {
        Self {
            answer: objection.answer.map(|never| match never {}),
            number: objection.number,
        }
    }
}

/// What is wrong with a number, if anything: the form is checked, not whether it is in use.
pub(super) fn phone_objection(phone: &Phone) -> Option<Objection> {
    let digits = phone.reveal().strip_prefix('+').unwrap_or_default();
    let is_e164 = PHONE_DIGITS.contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if is_e164 {
        return None;
    }
    Some(Objection {
        answer: Answer::Rejected {
            reason: format!(
                "The number {phone} is not written as + and digits with the country code. Correct \
                 the person's number, then retry."
            ),
        },
        number: Some(NumberFault::Unreachable),
    })
}

/// What is wrong with a text, if anything.
pub(super) fn objection(text: &OutboundText) -> Option<Objection> {
    let chars = text.body.chars().count();
    let reason = if text.body.trim().is_empty() {
        String::from("The text is empty. Nothing was sent; write something, then retry.")
    } else if chars > BODY_CHARS_MAX {
        format!(
            "The text has {chars} characters and no service takes more than {BODY_CHARS_MAX}. \
             Nothing was sent; shorten it, then retry."
        )
    } else {
        return phone_objection(&text.recipient.phone);
    };
    Some(Objection {
        answer: Answer::Rejected { reason },
        number: None,
    })
}
