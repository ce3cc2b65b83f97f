//! How long to stay away from a service that says "too many requests".

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// First wait when the service does not name one.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Doublings after which the wait stays the same (half a minute).
const DOUBLINGS_MAX: u32 = 6;

/// Counts the refusals in a row of one client.
#[derive(Debug, Default)]
pub(super) struct Pace {
    refusals: AtomicU32,
}

impl Pace {
    /// The wait after one more refusal: what the service asked for, else a random time between the
    /// doubled wait and twice of it, so that many callers do not come back at once.
    pub(super) fn refused(&self, asked: Option<Duration>) -> Duration {
        let refusals = self.refusals.fetch_add(1, Ordering::Relaxed);
        asked.unwrap_or_else(|| jittered(FIRST_WAIT * 2_u32.pow(refusals.min(DOUBLINGS_MAX))))
    }

    /// The service answered: the next refusal begins with the short wait again.
    pub(super) fn answered(&self) {
        self.refusals.store(0, Ordering::Relaxed);
    }
}

/// A random time between `wait` and twice of it.
pub(super) fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(1.0 + fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_with_jitter_and_ends_at_a_ceiling() {
        let pace = Pace::default();
        for doubling in 0..20 {
            let least = FIRST_WAIT * 2_u32.pow(doubling.min(DOUBLINGS_MAX));
            let wait = pace.refused(None);
            assert!(
                wait >= least && wait <= least * 2,
                "{wait:?} after {doubling} refusals"
            );
        }
        pace.answered();
        assert!(pace.refused(None) <= FIRST_WAIT * 2);
    }

    #[test]
    fn what_the_service_asks_for_wins() {
        let asked = Duration::from_secs(17);
        assert_eq!(Pace::default().refused(Some(asked)), asked);
    }
}
