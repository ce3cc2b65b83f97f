//! What no gateway would take: found before a call is spent on it.

use super::sms_call::{Refusal, rejected};
use crate::mask::Phone;
use crate::messaging::delivery::NumberFault;
use crate::messaging::sms_gateway::{BODY_CHARS_MAX, OutboundText};

/// Digits of the shortest and longest numbers that E.164 allows, the country code included.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Objects to a number: the form is checked, not whether it is in use.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check_phone(phone: &Phone) -> Result<(), Refusal> {
    let digits = phone.reveal().strip_prefix('+').unwrap_or_default();
    let is_e164 = PHONE_DIGITS.contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    if is_e164 {
        return Ok(());
    }
    let reason = format!(
        "The number {phone} is not written as + and digits with the country code. Correct the \
         person's number, then retry."
    );
    Err(rejected(reason).about_number(NumberFault::Unreachable))
}

/// Objects to a text.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(text: &OutboundText) -> Result<(), Refusal> {
    let chars = text.body.chars().count();
    if text.body.trim().is_empty() {
        return Err(rejected(String::from(
            "The text is empty. Nothing was sent; write something, then retry.",
        )));
    }
    if chars > BODY_CHARS_MAX {
        return Err(rejected(format!(
            "The text has {chars} characters and no service takes more than {BODY_CHARS_MAX}. \
             Nothing was sent; shorten it, then retry."
        )));
    }
    check_phone(&text.recipient.phone)
}
