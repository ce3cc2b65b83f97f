//! Twilio's error codes: what each means, in an answer and in a status callback (pure).

use crate::messaging::delivery::NumberFault;

/// What kind of trouble a code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The key, or the account.
    Account,
    /// The sending number or its registration.
    Sender,
    /// Too many texts for now.
    Busy,
    /// The owner of the number opted out.
    OptedOut,
    /// The number can never be texted.
    DeadNumber,
    /// The phone is away for now.
    Away,
    /// This text to this number will not go.
    Refused,
    /// Nobody knows what became of it.
    Unclear,
}

/// The trouble, and what to do about it; None for a code that is not in the table.
pub(super) fn meaning(code: u32) -> Option<(Trouble, &'static str)> {
    Some(match code {
        20003 => (
            Trouble::Account,
            "Twilio refuses the account or its token. Set TWILIO_ACCOUNT_SID and \
             TWILIO_AUTH_TOKEN as the console shows them, restart the daemon",
        ),
        20005 | 30002 => (
            Trouble::Account,
            "The Twilio account is suspended. Settle it in the console",
        ),
        20429 | 30001 | 30022 => (
            Trouble::Busy,
            "Twilio's queue for this sender is full. Lower the sender's rate if this is frequent",
        ),
        30023 => (
            Trouble::Busy,
            "The carrier's daily cap of this sender is used up. The next texts go tomorrow; raise \
             the cap with a better registration",
        ),
        21211 | 21217 | 21614 | 30005 | 30006 => (
            Trouble::DeadNumber,
            "This number cannot receive texts. Correct the person's number",
        ),
        21266 => (
            Trouble::Refused,
            "The person's number is our own sender's. Correct the person's number",
        ),
        21408 => (
            Trouble::Refused,
            "Texts to this country are not switched on. Switch them on under geo permissions in \
             the Twilio console",
        ),
        21610 => (
            Trouble::OptedOut,
            "The person has opted out at Twilio. Nothing is sent to this number until the person \
             writes START",
        ),
        21612 => (
            Trouble::Refused,
            "Twilio has no route from our sender to this number. Use a sender of the number's \
             country",
        ),
        21606 | 21659 => (
            Trouble::Sender,
            "TWILIO_FROM is no number or messaging service of this account that may send texts. \
             Correct it, restart the daemon",
        ),
        30034 => (
            Trouble::Sender,
            "The sending number is not registered for texts to US phones (10DLC). Register it in \
             the Twilio console",
        ),
        30003 | 30008 => (
            Trouble::Away,
            "The phone could not be reached: switched off, or out of range",
        ),
        30004 | 30450 => (
            Trouble::Refused,
            "The text was blocked on its way to this number. Look at its details in the console",
        ),
        30007 => (
            Trouble::Refused,
            "The carrier filtered the text. Look at its words and links, and at the sender's \
             registration",
        ),
        30410 => (Trouble::Unclear, "The carrier did not answer in time"),
        _ => return None,
    })
}

/// What a callback with this code says of the number, and whether the sender is at fault.
pub(super) fn of_report(code: u32) -> (Option<NumberFault>, bool) {
    match meaning(code).map(|(trouble, _)| trouble) {
        Some(Trouble::OptedOut) => (Some(NumberFault::OptedOut), false),
        Some(Trouble::DeadNumber) => (Some(NumberFault::Unreachable), false),
        Some(Trouble::Account | Trouble::Sender) => (None, true),
        Some(Trouble::Away | Trouble::Busy | Trouble::Refused | Trouble::Unclear) | None => {
            (None, false)
        }
    }
}
