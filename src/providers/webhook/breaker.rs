//! The circuit breaker of one destination: closed, open for a growing while, half open for a probe.
//!
//! It counts what says that the destination is down (no connection, no answer in time, a 5xx), not
//! what it thinks of an event. Times come in from outside, so that every path can be tested.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct BreakerLimits {
    /// So many failures in a row open it.
    pub failures_in_a_row: u32,
    /// It also opens when half of so many calls in a row failed.
    pub window: usize,
    /// How long it is open the first time; doubled with each probe that fails.
    pub open_first: Duration,
    /// It is never open longer.
    pub open_max: Duration,
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self {
            failures_in_a_row: 3,
            window: 20,
            open_first: Duration::from_secs(5),
            open_max: Duration::from_secs(300),
        }
    }
}

/// May a call be made?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Yes; the report must bring the number back.
    Go(u64),
    /// Not before so long from now.
    Wait(Duration),
}

/// What there is to expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// Calls may be made.
    Calls,
    /// One call may be made.
    Probe,
    /// None before so long from now.
    Wait(Duration),
}

/// How a call ended for the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It answered, whatever it said.
    Up,
    /// It could not be called.
    Unreached,
    /// Somebody answered that it is not there.
    Away,
    /// It did not answer, or said that it is broken, which may be for the event's sake.
    Down,
    /// It answered and asked for so much time without calls.
    Busy(Duration),
    /// It was not called after all.
    Untold,
}

/// One destination's breaker.
#[derive(Debug)]
pub struct Breaker {
    limits: BreakerLimits,
    state: State,
    /// Counts the states: reports of calls from an earlier one are overlooked.
    era: u64,
    /// How often in a row it was opened without a success between.
    openings: u32,
    /// It asked for quiet until then.
    quiet_until: Option<Instant>,
}

#[derive(Debug)]
enum State {
    Closed {
        failures: u32,
        /// The newest outcomes, true for a failure.
        window: VecDeque<bool>,
    },
    Open {
        until: Instant,
    },
    Probing,
}

impl State {
    fn closed() -> Self {
        Self::Closed {
            failures: 0,
            window: VecDeque::new(),
        }
    }
}

impl Breaker {
    /// A closed breaker.
    pub fn new(limits: BreakerLimits) -> Self {
        Self {
            limits,
            state: State::closed(),
            era: 0,
            openings: 0,
            quiet_until: None,
        }
    }

    /// Asks for leave to call. When it is open and its time is over, one caller may: the probe.
    pub fn admit(&mut self, now: Instant) -> Admission {
        match self.outlook(now) {
            Outlook::Calls => Admission::Go(self.era),
            Outlook::Probe => {
                self.enter(State::Probing);
                Admission::Go(self.era)
            }
            Outlook::Wait(wait) => Admission::Wait(wait),
        }
    }

    /// What a call would be told now; admits nobody.
    pub fn outlook(&self, now: Instant) -> Outlook {
        let left = |until: Instant| {
            until
                .checked_duration_since(now)
                .filter(|wait| !wait.is_zero())
        };
        if let Some(wait) = self.quiet_until.and_then(left) {
            return Outlook::Wait(wait);
        }
        match self.state {
            State::Closed { .. } => Outlook::Calls,
            State::Open { until } => left(until).map_or(Outlook::Probe, Outlook::Wait),
            State::Probing => Outlook::Wait(self.limits.open_first),
        }
    }

    /// Takes in how an admitted call ended. True when this opened the breaker.
    pub fn report(&mut self, now: Instant, era: u64, health: Health) -> bool {
        if let Health::Busy(quiet) = health {
            self.quiet_until = self.quiet_until.max(Some(now + quiet));
        }
        if era != self.era {
            return false;
        }
        if health == Health::Untold {
            if matches!(self.state, State::Probing) {
                // The next caller is the probe.
                self.enter(State::Open { until: now });
            }
            return false;
        }
        let failed = matches!(health, Health::Unreached | Health::Away | Health::Down);
        match &mut self.state {
            State::Closed { failures, window } => {
                *failures = if failed { *failures + 1 } else { 0 };
                window.push_back(failed);
                if window.len() > self.limits.window {
                    window.pop_front();
                }
                let full = window.len() == self.limits.window;
                let bad = window.iter().filter(|failed| **failed).count();
                let opens = failed
                    && (*failures >= self.limits.failures_in_a_row
                        || full && 2 * bad >= self.limits.window);
                if opens {
                    self.open(now);
                }
                opens
            }
            State::Probing if failed => {
                self.open(now);
                true
            }
            State::Probing => {
                self.openings = 0;
                self.enter(State::closed());
                false
            }
            // No call is admitted in this era.
            State::Open { .. } => false,
        }
    }

    /// For how long it was opened the last time.
    fn open(&mut self, now: Instant) {
        let doubled = 2_u32.saturating_pow(self.openings);
        let open = self.limits.open_first.saturating_mul(doubled);
        self.openings = self.openings.saturating_add(1);
        let until = now + open.min(self.limits.open_max);
        self.enter(State::Open { until });
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.era += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: BreakerLimits = BreakerLimits {
        failures_in_a_row: 3,
        window: 6,
        open_first: Duration::from_secs(5),
        open_max: Duration::from_secs(30),
    };

    /// Makes a call that ends so; None when the breaker does not let it.
    fn call(breaker: &mut Breaker, now: Instant, health: Health) -> Option<bool> {
        match breaker.admit(now) {
            Admission::Go(era) => Some(breaker.report(now, era, health)),
            Admission::Wait(_) => None,
        }
    }

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(LIMITS);
        for _ in 0..3 {
            call(&mut breaker, now, Health::Down);
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_an_answer_between_does_not() {
        let now = Instant::now();
        let mut breaker = Breaker::new(LIMITS);
        call(&mut breaker, now, Health::Down);
        call(&mut breaker, now, Health::Down);
        assert_eq!(call(&mut breaker, now, Health::Up), Some(false));
        call(&mut breaker, now, Health::Down);
        call(&mut breaker, now, Health::Up);
        // Half of the window, although never three in a row.
        assert_eq!(call(&mut breaker, now, Health::Down), Some(true));
        assert_eq!(call(&mut opened(now), now, Health::Up), None);
    }

    #[test]
    fn an_open_one_lets_a_single_probe_pass_when_its_time_is_over() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let wait = Duration::from_secs(2);
        assert_eq!(
            breaker.admit(now + Duration::from_secs(3)),
            Admission::Wait(wait)
        );
        let later = now + LIMITS.open_first;
        assert_eq!(breaker.outlook(later), Outlook::Probe);
        let Admission::Go(era) = breaker.admit(later) else {
            panic!("the probe must pass");
        };
        assert!(matches!(breaker.admit(later), Admission::Wait(_)));
        breaker.report(later, era, Health::Up);
        assert!(matches!(breaker.admit(later), Admission::Go(_)));
    }

    #[test]
    fn each_probe_that_fails_doubles_the_time_up_to_a_ceiling() {
        let mut now = Instant::now();
        let mut breaker = opened(now);
        for secs in [5, 10, 20, 30, 30] {
            assert_eq!(
                breaker.outlook(now),
                Outlook::Wait(Duration::from_secs(secs))
            );
            now += Duration::from_secs(secs);
            assert_eq!(call(&mut breaker, now, Health::Down), Some(true));
        }
        now += LIMITS.open_max;
        call(&mut breaker, now, Health::Up);
        for _ in 0..3 {
            call(&mut breaker, now, Health::Down);
        }
        assert_eq!(breaker.outlook(now), Outlook::Wait(LIMITS.open_first));
    }

    #[test]
    fn answers_from_before_it_opened_are_overlooked() {
        let now = Instant::now();
        let mut breaker = Breaker::new(LIMITS);
        let Admission::Go(early) = breaker.admit(now) else {
            panic!("closed");
        };
        for _ in 0..3 {
            call(&mut breaker, now, Health::Down);
        }
        breaker.report(now, early, Health::Up);
        assert_eq!(breaker.outlook(now), Outlook::Wait(LIMITS.open_first));
    }

    #[test]
    fn a_probe_that_was_not_made_leaves_its_turn_to_the_next() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + LIMITS.open_first;
        call(&mut breaker, later, Health::Untold);
        assert_eq!(breaker.outlook(later), Outlook::Probe);
    }

    #[test]
    fn a_destination_that_asks_for_quiet_gets_it() {
        let now = Instant::now();
        let mut breaker = Breaker::new(LIMITS);
        let quiet = Duration::from_secs(7);
        call(&mut breaker, now, Health::Busy(quiet));
        assert_eq!(breaker.admit(now), Admission::Wait(quiet));
        assert!(matches!(breaker.admit(now + quiet), Admission::Go(_)));
    }
}
