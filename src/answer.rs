//! The six classes of an outside answer, which alone decide what happens next.
//!
//! Every provider maps what it hears (a status code, an error in a body, a cut connection) to one
//! of these; nobody else in the house sees a status code. Reasons are written for an operator: what
//! happened and what to do. They never contain a secret, a phone number or an e-mail address.

use std::time::Duration;

/// What an outside service made of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// The call did what it should; the value is what it returned.
    Delivered(T),
    /// This event can never succeed (invalid input, unknown person). Never retried.
    Rejected {
        /// What happened and what to do.
        reason: String,
    },
    /// Not now: a rate limit, a quota for a moment, or work that is still running. The event goes
    /// back into the schedule after `after`; no attempt is spent.
    Throttled {
        /// How long to wait before asking again.
        after: Duration,
        /// What happened and what to do.
        reason: String,
    },
    /// Certainly not processed (connection refused, DNS, a 5xx on a call that is safe to repeat).
    /// Retried with backoff; an attempt is spent.
    Transient {
        /// What happened and what to do.
        reason: String,
    },
    /// The account is at fault: a refused key, no credits, a blocked address. The stage pauses with
    /// one critical error and its events go back untouched.
    Credential {
        /// What happened and what to do.
        reason: String,
    },
    /// The request may have been processed. Never repeated blindly.
    Unknown {
        /// What happened and what to do.
        reason: String,
    },
}

impl<T> Answer<T> {
    /// The same answer with the delivered value changed by `change`.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Answer::Delivered(value) => Answer::Delivered(change(value)),
            Answer::Rejected { reason } => Answer::Rejected { reason },
            Answer::Throttled { after, reason } => Answer::Throttled { after, reason },
            Answer::Transient { reason } => Answer::Transient { reason },
            Answer::Credential { reason } => Answer::Credential { reason },
            Answer::Unknown { reason } => Answer::Unknown { reason },
        }
    }
}
