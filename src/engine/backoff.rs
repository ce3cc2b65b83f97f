//! Exponential backoff with jitter and a ceiling (pure).

use std::time::Duration;

/// How far a wait strays from the plan, either way: enough that a thousand events that failed in
/// the same second do not return in the same second.
const JITTER: f64 = 0.2;

/// The wait after failed attempt number `attempt` (from 1): `base`, doubled with each attempt, at
/// most `ceiling`, strayed by up to a fifth either way. `chance` is a number from 0 to 1.
pub fn wait_after(attempt: i16, base: Duration, ceiling: Duration, chance: f64) -> Duration {
    let doublings = u32::try_from(attempt.max(1) - 1).unwrap_or(0).min(30);
    let planned = base
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(ceiling);
    planned.mul_f64(1.0 - JITTER + 2.0 * JITTER * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: Duration = Duration::from_secs(5);
    const CEILING: Duration = Duration::from_secs(60);

    #[test]
    fn waits_double_until_the_ceiling() {
        let planned: Vec<u64> = (1..=6)
            .map(|attempt| wait_after(attempt, BASE, CEILING, 0.5).as_secs())
            .collect();
        assert_eq!(planned, [5, 10, 20, 40, 60, 60]);
    }

    proptest! {
        #[test]
        fn no_wait_strays_by_more_than_a_fifth(attempt in i16::MIN..i16::MAX, chance in -1.0..2.0) {
            let wait = wait_after(attempt, BASE, CEILING, chance);
            prop_assert!(wait >= BASE.mul_f64(0.8));
            prop_assert!(wait <= CEILING.mul_f64(1.2));
        }
    }
}
