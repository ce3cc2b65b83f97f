//! What one host and port gets at once, whatever the stages that send to it, and when it rests.
//!
//! State of this daemon: another learns by itself, with a few calls of its own, that a destination
//! is down. Nothing here is waited for longer than a moment, so a stage is never held up by
//! the destination of another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::breaker::{Admission, Breaker, BreakerLimits, Health, Outlook};

/// How long a call waits for a place before its event goes back.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long an event stays back whose call found no place.
const NO_PLACE: Duration = Duration::from_secs(1);

/// Every destination of this daemon.
#[derive(Debug, Default)]
pub struct Destinations {
    limits: BreakerLimits,
    known: Mutex<HashMap<String, Arc<Destination>>>,
}

/// One host and port.
#[derive(Debug)]
pub struct Destination {
    name: String,
    traffic: Mutex<Traffic>,
    /// Rings when a call ends.
    place: Notify,
}

#[derive(Debug)]
struct Traffic {
    calls: usize,
    breaker: Breaker,
}

/// Why no call may be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It rests: it was down, or asked for quiet.
    Resting(Duration),
    /// As many calls as allowed are under way.
    Full(Duration),
}

/// Leave to make one call. Dropped without a report, it counts as a call that had no answer:
/// whoever gave up waiting drops it so.
#[derive(Debug)]
pub struct Permit {
    destination: Arc<Destination>,
    era: u64,
    health: Health,
}

impl Destinations {
    /// None known yet.
    pub fn new(limits: BreakerLimits) -> Self {
        Self {
            limits,
            known: Mutex::default(),
        }
    }

    /// The destination of that name, made at its first mention.
    pub fn of(&self, name: &str) -> Arc<Destination> {
        let mut known = lock(&self.known);
        if let Some(destination) = known.get(name) {
            return Arc::clone(destination);
        }
        let destination = Arc::new(Destination {
            name: name.to_owned(),
            traffic: Mutex::new(Traffic {
                calls: 0,
                breaker: Breaker::new(self.limits),
            }),
            place: Notify::new(),
        });
        known.insert(name.to_owned(), Arc::clone(&destination));
        destination
    }
}

impl Destination {
    /// Asks for leave to call, with at most `calls_max` under way.
    ///
    /// # Errors
    /// When to come again.
    pub async fn admit(self: &Arc<Self>, calls_max: usize) -> Result<Permit, Refused> {
        let until = Instant::now() + PATIENCE;
        loop {
            // Registered before the look, or a place that becomes free between is missed.
            let place = self.place.notified();
            if let Some(answer) = self.try_admit(calls_max) {
                return answer;
            }
            if tokio::time::timeout_at(until, place).await.is_err() {
                return Err(Refused::Full(NO_PLACE));
            }
        }
    }

    /// What a call would be told now.
    pub fn outlook(&self) -> Outlook {
        lock(&self.traffic).breaker.outlook(Instant::now())
    }

    /// None when there is no place.
    fn try_admit(self: &Arc<Self>, calls_max: usize) -> Option<Result<Permit, Refused>> {
        let mut traffic = lock(&self.traffic);
        let now = Instant::now();
        let calls = traffic.breaker.outlook(now) == Outlook::Calls;
        if calls && traffic.calls >= calls_max {
            return None;
        }
        Some(match traffic.breaker.admit(now) {
            Admission::Wait(wait) => Err(Refused::Resting(wait)),
            Admission::Go(era) => {
                traffic.calls += 1;
                Ok(Permit {
                    destination: Arc::clone(self),
                    era,
                    health: Health::Down,
                })
            }
        })
    }
}

impl Permit {
    /// Says how the call ended.
    pub fn report(mut self, health: Health) {
        self.health = health;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut traffic = lock(&self.destination.traffic);
        traffic.calls -= 1;
        let opened = traffic.breaker.report(now, self.era, self.health);
        let outlook = traffic.breaker.outlook(now);
        drop(traffic);
        self.destination.place.notify_one();
        if let (true, Outlook::Wait(wait)) = (opened, outlook) {
            tracing::warn!(
                webhook.destination = self.destination.name,
                rests_secs = wait.as_secs_f32(),
                "a destination of webhooks is down; its events wait, and one of them will try"
            );
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_more_calls_than_allowed_are_under_way_and_a_free_place_is_taken_at_once() {
        let destination = Destinations::default().of("a.example:443");
        let first = destination.admit(2).await.unwrap();
        let _second = destination.admit(2).await.unwrap();
        let refused = destination.admit(2).await.unwrap_err();
        assert_eq!(refused, Refused::Full(NO_PLACE));
        let waiting = tokio::spawn({
            let destination = Arc::clone(&destination);
            async move { destination.admit(2).await.is_ok() }
        });
        tokio::task::yield_now().await;
        first.report(Health::Up);
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn a_call_that_is_given_up_counts_as_a_failure() {
        let destinations = Destinations::default();
        let destination = destinations.of("a.example:443");
        for _ in 0..BreakerLimits::default().failures_in_a_row {
            drop(destination.admit(8).await.unwrap());
        }
        assert!(matches!(destination.outlook(), Outlook::Wait(_)));
        assert!(matches!(
            destination.admit(8).await,
            Err(Refused::Resting(_))
        ));
        let other = destinations.of("b.example:443");
        assert_eq!(other.outlook(), Outlook::Calls);
    }
}
