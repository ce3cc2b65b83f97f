//! The stage that admits texts: `messaging.admit`, in the database.
//!
//! Takes `message_due` when a text's time has come. What is pointless, unwanted or not allowed by
//! then ends here, without a token of the account's rate; what may go waits for its account's turn
//! as `text_ready_<account>`, in the order of priority and deadline. Reads and writes
//! `event_messages`, whose triggers emit the events. Never knows how texts are sent.

use std::time::Duration;

use async_trait::async_trait;

use super::gateways::SmsGateways;
use super::triage::{Decisions, Judged, judge};
use crate::db::{DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome, Verdict};

/// Wait before a text that somebody holds is looked at again.
pub(super) const BUSY_WAIT: Duration = Duration::from_secs(1);

/// Decides about texts that are due.
pub struct Admission {
    /// The providers: what goes to a sandbox may go to a sample number.
    pub gateways: SmsGateways,
}

#[async_trait]
impl InDatabaseStage for Admission {
    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let mut decisions = Decisions::default();
        let mut exceptions = Vec::new();
        let judged = judge(tx, events, &self.gateways).await?;
        for (event, judged) in events.iter().zip(judged) {
            match judged {
                Judged::Go(text, _) => decisions.queue(event, &text),
                Judged::Not(text, decision) => decisions.push_decision(event, &text, decision),
                other => exceptions.push(Outcome {
                    event_id: event.id,
                    verdict: exception(&other),
                }),
            }
        }
        decisions.write(tx).await?;
        Ok(exceptions)
    }
}

/// What becomes of an event whose text cannot be decided about.
pub(super) fn exception(judged: &Judged) -> Verdict {
    match judged {
        Judged::NoText => Verdict::Failed {
            reason: "The payload names no text: record_id must be its number.".to_owned(),
        },
        Judged::Stale(reason) => Verdict::Cancelled {
            reason: (*reason).to_owned(),
        },
        Judged::Busy => Verdict::Retry {
            after: BUSY_WAIT,
            spent: false,
            reason: "Somebody is changing the text at this moment.".to_owned(),
        },
        // Settled elsewhere: nothing is left to do for this event.
        Judged::Open(_) | Judged::Go(..) | Judged::Not(..) => Verdict::Processed,
    }
}
