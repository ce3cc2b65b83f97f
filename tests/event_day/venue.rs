//! Where an event takes place: a database whose clock moves, a daemon, a GoHighLevel.

use chrono::{DateTime, TimeDelta, Utc};

use crate::support::daemon::Rig;
use crate::support::fake_ghl::FakeGhl;
use crate::support::moved_clock::{MovedClock, parse};

/// The clock is moved to so long before the next thing that is due: enough for a busy machine to
/// set its timer, so that what is measured is the daemon and not the move.
const LEAD: TimeDelta = TimeDelta::milliseconds(400);
/// Nothing is under way, and nothing is due at this moment.
const STILL: &str =
    "not exists (select from pipeline.ready join pipeline.stages on stages.id = stage_id and not paused)
    and not exists (select from pipeline.inflight)
    and not exists (select from marketing.pipeline_events where status = 'processing')
    and not exists (select from event_messages where status in ('sending', 'uncertain'))
    and not exists (select from pipeline.scheduled where run_at <= clock_timestamp())";

/// A deployed database, its clock, and who takes the texts.
pub struct Venue {
    /// The database.
    pub rig: Rig,
    /// Its clock.
    pub clock: MovedClock,
    /// GoHighLevel.
    pub server: FakeGhl,
}

impl Venue {
    /// A venue whose clock shows `at`; None where libfaketime is not installed.
    pub async fn open(at: &str) -> Option<Self> {
        let (rig, clock) = MovedClock::rig(at).await?;
        // The samples' numbers belong to nobody, and nobody there answers an introduction: who is
        // reminded of one is tested elsewhere.
        rig.run(
            "update sending_accounts set sample_numbers = true;
            update event_peer_matching set unanswered = 'keep' where event_id is null",
        )
        .await;
        let server = FakeGhl::start().await;
        Some(Self { rig, clock, server })
    }

    /// What the database's clock shows.
    pub async fn now(&self) -> DateTime<Utc> {
        self.rig.rows("select clock_timestamp()", &[]).await[0].get(0)
    }

    /// How often the clock was moved.
    pub fn moves(&self) -> usize {
        self.clock.moves()
    }

    /// Waits until nothing is under way.
    pub async fn until_still(&self) {
        self.rig.until(STILL).await;
    }

    /// As [`Self::live_to`], until `at` as RFC 3339 has it.
    pub async fn live_until(&self, at: &str) {
        self.live_to(parse(at)).await;
    }

    /// Lives until then: whatever is due meanwhile happens at its time, and the time in between is
    /// skipped.
    pub async fn live_to(&self, end: DateTime<Utc>) {
        loop {
            self.until_still().await;
            let next = self
                .rig
                .rows("select min(run_at) from pipeline.scheduled", &[])
                .await[0]
                .get::<_, Option<DateTime<Utc>>>(0);
            let is_over = next.is_none_or(|next| next > end);
            let target = next.filter(|_| !is_over).map_or(end, |next| next - LEAD);
            if target > self.now().await {
                self.clock.move_to(&self.rig, target).await;
            }
            if is_over {
                return;
            }
            self.rig
                .until("not exists (select from pipeline.scheduled where run_at < clock_timestamp() + interval '400 milliseconds')")
                .await;
        }
    }
}
