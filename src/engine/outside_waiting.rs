//! Claimed events that wait for their calls, and how far their claims can be trusted.
//!
//! Whoever cancels such an event, settles it, queues it again or takes it back from a daemon that
//! seems dead deletes its claim; the completion would be refused, but the call would have been
//! made. So a call begins only under a claim that is known to stand: one that was made, or looked
//! for, a moment ago, and since when nobody has told the stage that claims were lost. One look is
//! for all that wait.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::claim::lost_claims;
use super::event::Event;
use crate::db::{DbError, Pool};

/// For so long a claim is taken to stand without a look. Nobody is told of what happens while the
/// line to the database is cut, and after 1.65 seconds of silence others take back what we hold.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// An event and the input of its call.
pub(super) type Call = (Arc<Event>, Arc<Value>);

/// The events, in the order of their calls.
#[derive(Default)]
pub(super) struct Waiting {
    queue: VecDeque<(Call, Instant)>,
    /// When it was last heard that claims of the stage were lost.
    heard_at: Option<Instant>,
    /// That may be some of these: a look is due.
    in_doubt: bool,
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(super) fn events(&self) -> impl Iterator<Item = &Arc<Event>> {
        self.queue.iter().map(|((event, _), _)| event)
    }

    /// Takes in what was claimed; at `stood_at` the claim had not been made yet.
    pub(super) fn extend(&mut self, calls: Vec<Call>, stood_at: Instant) {
        self.in_doubt |= !calls.is_empty() && self.heard_at.is_some_and(|heard| heard >= stood_at);
        self.queue
            .extend(calls.into_iter().map(|call| (call, stood_at)));
    }

    /// The next call, if its claim is known to stand.
    pub(super) fn next(&mut self) -> Option<Call> {
        let (_, stood_at) = self.queue.front()?;
        if !self.is_trusted(*stood_at) {
            return None;
        }
        self.queue.pop_front().map(|(call, _)| call)
    }

    /// All of them, whose calls will not be made.
    pub(super) fn take(&mut self) -> impl Iterator<Item = Call> + use<> {
        std::mem::take(&mut self.queue)
            .into_iter()
            .map(|(call, _)| call)
    }

    /// Somebody said that claims of the stage were lost.
    pub(super) fn hear_of_loss(&mut self) {
        self.heard_at = Some(Instant::now());
        self.in_doubt = !self.queue.is_empty();
    }

    /// Whether it should be looked which claims stand.
    pub(super) fn wants_look(&self) -> bool {
        let next = self.queue.front();
        next.is_some_and(|(_, stood_at)| self.in_doubt || !self.is_trusted(*stood_at))
    }

    /// Begins to look which claims stand.
    pub(super) fn look(&mut self, pool: Pool) -> impl Future<Output = Looked> + use<> {
        self.in_doubt = false;
        let began = Instant::now();
        let events: Vec<Arc<Event>> = self.events().map(Arc::clone).collect();
        let last_epoch = events.last().map_or(0, |event| event.epoch);
        async move {
            let look = async {
                let client = pool.get().await?;
                let events: Vec<&Event> = events.iter().map(Arc::as_ref).collect();
                lost_claims(&client, &events).await
            };
            Looked {
                began,
                last_epoch,
                lost: look.await,
            }
        }
    }

    /// Takes in what a look has found, and lets go of what was lost; returns how many that were.
    ///
    /// # Errors
    /// Whatever the look could not find out. It is due again.
    pub(super) fn settle(&mut self, looked: Looked) -> Result<usize, DbError> {
        let lost = looked.lost.inspect_err(|_| self.in_doubt = true)?;
        let before = self.queue.len();
        self.queue
            .retain(|((event, _), _)| !lost.contains(&(event.id, event.epoch)));
        for ((event, _), stood_at) in &mut self.queue {
            // Epochs grow from claim to claim: of later ones nothing was found out.
            if event.epoch <= looked.last_epoch {
                *stood_at = looked.began;
            }
        }
        Ok(before - self.queue.len())
    }

    fn is_trusted(&self, stood_at: Instant) -> bool {
        stood_at.elapsed() < TRUSTED_FOR && self.heard_at.is_none_or(|heard| heard < stood_at)
    }
}

/// What a look has found.
pub(super) struct Looked {
    began: Instant,
    /// Of the events that were looked for.
    last_epoch: i64,
    lost: Result<HashSet<(i64, i64)>, DbError>,
}

impl Looked {
    /// What the database said instead of an answer.
    pub(super) fn error(&self) -> Option<&DbError> {
        self.lost.as_ref().err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event of the claim with this epoch.
    fn call(id: i64, epoch: i64) -> Call {
        let event = Event {
            id,
            event_type: "a".to_owned(),
            payload: Value::Null,
            attempt: 1,
            waited: Duration::ZERO,
            crashes: 0,
            epoch,
        };
        (Arc::new(event), Arc::new(Value::Null))
    }

    fn next(waiting: &mut Waiting) -> Option<i64> {
        waiting.next().map(|(event, _)| event.id)
    }

    #[test]
    fn what_was_being_claimed_when_a_loss_was_heard_of_is_looked_for() {
        let mut waiting = Waiting::default();
        let claim_began = Instant::now();
        waiting.hear_of_loss();
        assert!(!waiting.wants_look(), "nothing waits");
        waiting.extend(vec![call(1, 1)], claim_began);
        assert!(waiting.wants_look());
        assert_eq!(next(&mut waiting), None);
    }

    #[test]
    fn a_look_tells_nothing_of_what_was_claimed_beside_it() {
        let mut waiting = Waiting::default();
        let claims_began = Instant::now();
        waiting.extend(vec![call(1, 1), call(2, 1)], claims_began);
        waiting.hear_of_loss();
        let began = Instant::now() + Duration::from_millis(1);
        waiting.extend(vec![call(3, 2)], claims_began);
        let looked = Looked {
            began,
            last_epoch: 1,
            lost: Ok(HashSet::from([(1, 1)])),
        };
        assert!(matches!(waiting.settle(looked), Ok(1)));
        assert_eq!(next(&mut waiting), Some(2));
        assert_eq!(next(&mut waiting), None);
        assert!(waiting.wants_look());
    }
}
