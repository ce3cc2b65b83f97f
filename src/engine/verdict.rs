//! What becomes of an event: one exhaustive match from an answer or an error to the next status.
//!
//! Pure. A new class of answer does not compile until somebody has decided here what it means.

use std::time::Duration;

use super::backoff::wait_after;
use super::stage::{Bounds, OnUnknown};
use crate::answer::Answer;
use crate::db::DbError;

/// An event for which the disk is too full is tried again after so long, or the stage's longest
/// wait.
const DISK_FULL_PAUSE: Duration = Duration::from_secs(30);

/// What becomes of one event. Reasons end up in the ledger, readable by an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Processed,
    /// There is nothing to do any more (its record was deleted, for example).
    Cancelled {
        /// Why it is not needed any more.
        reason: String,
    },
    /// It failed for good; it goes into the error log.
    Failed {
        /// What happened and what to do.
        reason: String,
    },
    /// It is tried again after `after`. `spent` tells whether this attempt counts.
    Retry {
        /// Wait before the next attempt.
        after: Duration,
        /// Whether this attempt counts.
        spent: bool,
        /// Why this attempt did not succeed.
        reason: String,
    },
    /// The account is at fault: the stage stops, the event goes back untouched.
    PauseStage {
        /// What happened and what to do.
        reason: String,
    },
}

/// What an outside answer means for the event.
pub fn of_answer<T>(
    answer: &Answer<T>,
    attempt: i16,
    bounds: &Bounds,
    on_unknown: OnUnknown,
) -> Verdict {
    match answer {
        Answer::Delivered(_) => Verdict::Processed,
        Answer::Rejected { reason } => Verdict::Failed {
            reason: reason.clone(),
        },
        Answer::Throttled { after, reason } => Verdict::Retry {
            after: *after,
            spent: false,
            reason: reason.clone(),
        },
        Answer::Transient { reason } => try_again(reason, attempt, bounds),
        Answer::Credential { reason } => Verdict::PauseStage {
            reason: reason.clone(),
        },
        Answer::Unknown { reason } => match on_unknown {
            OnUnknown::AskAgain => try_again(reason, attempt, bounds),
            OnUnknown::LetAPersonDecide => Verdict::Failed {
                reason: format!(
                    "{reason} It may have been done; find out, then mark the event as processed, \
                     or set it to pending to try again."
                ),
            },
        },
    }
}

/// What an error of the work in the database means for the one event that causes it.
pub fn of_error(error: &DbError, attempt: i16, bounds: &Bounds) -> Verdict {
    if error.is_locked_out() {
        // Somebody takes long over the row: no attempt of the event's.
        return Verdict::Retry {
            after: bounds.backoff,
            spent: false,
            reason: error.summary(),
        };
    }
    if error.is_disk_full() {
        // There may be room for the others and not for this one: it is not held against it.
        return Verdict::Retry {
            after: bounds.backoff_max.min(DISK_FULL_PAUSE),
            spent: false,
            reason: error.summary(),
        };
    }
    try_again(&error.summary(), attempt, bounds)
}

/// Another attempt after a growing wait, until there were enough.
pub fn try_again(reason: &str, attempt: i16, bounds: &Bounds) -> Verdict {
    let reason = match reason.trim() {
        "" => "It failed, and no reason was given.",
        reason => reason,
    };
    if attempt >= bounds.max_attempts {
        return Verdict::Failed {
            reason: format!(
                "{reason} (attempt {attempt} of {}; set the event to pending to try again)",
                bounds.max_attempts
            ),
        };
    }
    Verdict::Retry {
        after: wait_after(attempt, bounds.backoff, bounds.backoff_max, fastrand::f64()),
        spent: true,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        concurrency: 1,
        max_attempts: 3,
        backoff: Duration::from_secs(5),
        backoff_max: Duration::from_secs(60),
        timeout: Duration::from_secs(1),
    };

    fn verdict(answer: Answer<()>, attempt: i16) -> Verdict {
        of_answer(&answer, attempt, &BOUNDS, OnUnknown::LetAPersonDecide)
    }

    fn reason() -> String {
        "why".to_owned()
    }

    #[test]
    fn what_was_delivered_is_processed() {
        assert_eq!(verdict(Answer::Delivered(()), 1), Verdict::Processed);
    }

    #[test]
    fn what_was_rejected_is_never_tried_again() {
        assert_eq!(
            verdict(Answer::Rejected { reason: reason() }, 1),
            Verdict::Failed { reason: reason() }
        );
    }

    #[test]
    fn being_throttled_spends_no_attempt() {
        let after = Duration::from_secs(7);
        assert_eq!(
            verdict(
                Answer::Throttled {
                    after,
                    reason: reason()
                },
                99
            ),
            Verdict::Retry {
                after,
                spent: false,
                reason: reason()
            }
        );
    }

    #[test]
    fn a_transient_failure_is_tried_again_until_attempts_are_spent() {
        let transient = Answer::Transient { reason: reason() };
        assert!(matches!(
            verdict(transient.clone(), 2),
            Verdict::Retry { spent: true, .. }
        ));
        assert!(matches!(verdict(transient, 3), Verdict::Failed { .. }));
    }

    #[test]
    fn a_failure_without_a_word_is_called_one() {
        let silent = Answer::Transient {
            reason: " ".to_owned(),
        };
        for attempt in [1, 3] {
            let (Verdict::Retry { reason, .. } | Verdict::Failed { reason }) =
                verdict(silent.clone(), attempt)
            else {
                unreachable!("it is tried again or failed");
            };
            assert!(reason.starts_with("It failed"), "{reason}");
        }
    }

    #[test]
    fn a_refused_account_pauses_the_stage() {
        assert_eq!(
            verdict(Answer::Credential { reason: reason() }, 1),
            Verdict::PauseStage { reason: reason() }
        );
    }

    #[test]
    fn an_unknown_outcome_is_repeated_only_where_the_stage_can_find_out() {
        let unknown: Answer<()> = Answer::Unknown { reason: reason() };
        assert!(matches!(
            verdict(unknown.clone(), 1),
            Verdict::Failed { .. }
        ));
        assert!(matches!(
            of_answer(&unknown, 1, &BOUNDS, OnUnknown::AskAgain),
            Verdict::Retry { spent: true, .. }
        ));
    }
}
