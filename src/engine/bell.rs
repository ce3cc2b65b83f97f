//! Who is woken by what: notifications rung through to the stages that wait for them.
//!
//! A bell is only a hint to look; looking finds what there is. Lost hints are made up for by the
//! heartbeat, which rings every stage that has something to claim.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::Notify;

use super::counts::{self, Cause};
use crate::db::Notification;

/// Channel on which users and the engine hear of events.
pub const EVENT_CHANNEL: &str = "pipeline_event";
/// Channel on which daemons are told to look again: an event type, `schedule`, `schedules`,
/// `stages`, or `claims` with the id of a stage of which some were lost.
pub const WAKE_CHANNEL: &str = "pipeline_wake";

/// The bells of one daemon.
#[derive(Clone, Default)]
pub struct Bells {
    stages: Arc<Mutex<HashMap<i16, StageBell>>>,
    /// Rings when something was scheduled that may be due before all else.
    pub schedule: Arc<Notify>,
    /// Rings when a row of `pipeline.schedules` was changed.
    pub schedules: Arc<Notify>,
    /// Rings when a row of `pipeline.stages` was changed.
    pub stages_changed: Arc<Notify>,
    /// How much is heard.
    pub traffic: Traffic,
}

/// Notifications are counted over this long.
const SPAN: Duration = Duration::from_millis(50);
/// What comes closer together is counted once. A transaction's notifications come in one go, and
/// have held the lock of NOTIFY once, however many they are.
const MOMENT: Duration = Duration::from_millis(1);
/// So many moments of it are much: 200 a second, a tenth of what the lock lets through.
const MUCH: u32 = 10;

/// Whether much is heard. A lone notification wakes nobody here, who would be in the way of the
/// stage that it rings for.
#[derive(Clone, Default)]
pub struct Traffic(Arc<(Mutex<Option<Heard>>, Notify)>);

/// In how many moments something was heard.
#[derive(Clone, Copy)]
struct Heard {
    since: Instant,
    last: Instant,
    count: u32,
}

impl Traffic {
    /// Waits until much is heard.
    pub async fn is_much(&self) {
        loop {
            self.0.1.notified().await;
            let heard = *self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
            // It may have been told long ago, when nobody waited, and little been heard since.
            if heard.is_some_and(|heard| heard.count >= MUCH && heard.since.elapsed() < 2 * SPAN) {
                return;
            }
        }
    }

    fn one(&self, now: Instant) {
        let mut heard = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *heard {
            Some(heard) if now.duration_since(heard.last) < MOMENT => return,
            Some(heard) if now.duration_since(heard.since) <= SPAN => {
                heard.last = now;
                heard.count += 1;
            }
            before => {
                *before = Some(Heard {
                    since: now,
                    last: now,
                    count: 1,
                });
            }
        }
        if heard.is_some_and(|heard| heard.count == MUCH) {
            self.0.1.notify_one();
        }
    }
}

#[derive(Clone, Default)]
struct StageBell {
    event_type: String,
    /// There may be something to claim.
    bell: Arc<Notify>,
    /// Claims may have been lost.
    claims: Arc<Notify>,
}

impl Bells {
    /// The bell of a stage for what waits, made at its first mention.
    pub fn of_stage(&self, stage_id: i16, event_type: &str) -> Arc<Notify> {
        self.of(stage_id, event_type).bell
    }

    /// The bell of a stage for claims that were lost.
    pub fn of_claims(&self, stage_id: i16, event_type: &str) -> Arc<Notify> {
        self.of(stage_id, event_type).claims
    }

    fn of(&self, stage_id: i16, event_type: &str) -> StageBell {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = stages.entry(stage_id).or_default();
        event_type.clone_into(&mut entry.event_type);
        entry.clone()
    }

    /// Rings one stage.
    pub fn ring_stage(&self, stage_id: i16) {
        self.ring(|id, _| id == stage_id);
    }

    /// Rings everybody, when it is not known whom something concerns.
    pub fn ring_all(&self) {
        self.ring(|_, _| true);
        self.ring_all_claims();
        self.ring_others();
    }

    /// Rings all stages for claims that may have been lost.
    pub fn ring_all_claims(&self) {
        self.ring_claims(|_| true);
    }

    /// Rings all but the stages.
    pub fn ring_others(&self) {
        self.schedule.notify_one();
        self.schedules.notify_one();
        self.stages_changed.notify_one();
    }

    /// Rings whom a notification concerns.
    pub fn hear(&self, notification: &Notification) {
        counts::woken(Cause::Notification);
        self.traffic.one(Instant::now());
        match (notification.channel.as_str(), notification.payload.as_str()) {
            (WAKE_CHANNEL, "schedule") => self.schedule.notify_one(),
            (WAKE_CHANNEL, "schedules") => self.schedules.notify_one(),
            (WAKE_CHANNEL, "stages") => self.stages_changed.notify_one(),
            (WAKE_CHANNEL, payload) => match claims(payload) {
                Some(stage_id) => self.ring_claims(|id| id == stage_id),
                None => self.ring(|_, of| of == payload),
            },
            (_, body) => match serde_json::from_str::<Announced>(body) {
                Ok(announced) => self.ring(|_, of| of == announced.event_type),
                // Anybody may notify anything on this channel.
                Err(_) => self.ring_all(),
            },
        }
    }

    fn ring(&self, whom: impl Fn(i16, &str) -> bool) {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, stage) in stages.iter() {
            if whom(*id, &stage.event_type) {
                stage.bell.notify_one();
            }
        }
    }

    fn ring_claims(&self, whose: impl Fn(i16) -> bool) {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, stage) in stages.iter().filter(|(id, _)| whose(**id)) {
            stage.claims.notify_one();
        }
    }
}

/// The stage whose claims this is about.
fn claims(payload: &str) -> Option<i16> {
    payload.strip_prefix("claims ")?.parse().ok()
}

/// The part of an announcement that tells whom it concerns.
#[derive(Deserialize)]
struct Announced {
    event_type: String,
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    /// Notifications from `from` on, each so long after the one before.
    fn hear(traffic: &Traffic, from: Instant, apart: Duration) {
        for n in 0..MUCH {
            traffic.one(from + n * apart);
        }
    }

    fn is_much(traffic: &Traffic) -> bool {
        traffic.is_much().now_or_never().is_some()
    }

    #[test]
    fn a_load_that_is_over_is_not_much() {
        let traffic = Traffic::default();
        let now = Instant::now();
        assert!(!is_much(&traffic));
        hear(&traffic, now, MOMENT);
        assert!(is_much(&traffic));
        // Nobody waited when it was told; what is heard later is the first of another span.
        hear(&traffic, now + 2 * SPAN, MOMENT);
        traffic.one(now + 4 * SPAN);
        assert!(!is_much(&traffic));
    }

    #[test]
    fn what_one_transaction_tells_is_not_much() {
        let traffic = Traffic::default();
        let now = Instant::now();
        hear(&traffic, now, MOMENT / 10);
        assert!(!is_much(&traffic));
        hear(&traffic, now + SPAN / 10, MOMENT / 10);
        assert!(!is_much(&traffic));
    }
}
