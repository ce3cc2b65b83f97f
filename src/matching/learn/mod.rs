//! Weights from what became of introductions. Pure.
//!
//! An outcome is a pair that was introduced: a success where both said yes, or, once it is rated,
//! where the talk was given 7 of 10 or more. The log-odds of a success are modelled as a sum of the
//! components of the score, one constant for the event and one for each of the two people, since
//! some answer nothing at all. What is believed before the first outcome are the weights that the
//! organiser set; each event moves that belief by one Laplace step, and between events it widens
//! a little, so that old ones fade. A series begins with what all other events have taught.
//!
//! New weights are proportional to the positive parts of the coefficients, and each stays within
//! [`CHANGE_MAX`] of what the organiser set. They are used from [`OUTCOMES_MIN`] outcomes on, and
//! only where weights learned from all but the last event foretell that event better than the
//! organiser's. A pinned weight is never changed.
//!
//! | file | subject |
//! |---|---|
//! | `fit` | the Laplace steps |
//! | `linear` | small systems of equations |
//! | `shares` | coefficients to weights, within their bounds |
//! | `trial` | whether new weights foretell better |

mod fit;
mod linear;
mod shares;
mod trial;

use super::params::Weights;

/// Outcomes before which nothing is changed.
pub const OUTCOMES_MIN: usize = 200;
/// How far a weight may go from what the organiser set.
pub const CHANGE_MAX: f64 = 0.10;

/// Components of a score: focus, geography, scale, industry, title.
pub const COMPONENTS: [&str; 5] = ["focus", "geography", "scale", "industry", "title"];

/// What became of one introduction.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The event; outcomes of one event follow each other, the events in order of time.
    pub event_id: i64,
    /// The two people.
    pub contractor_ids: (i64, i64),
    /// Its components, each 0 to 1.
    pub parts: [f64; 4],
    /// The component of job titles; None: one has none.
    pub title: Option<f64>,
    /// Whether it was worth it.
    pub is_success: bool,
    /// Whether it is of the series that learns; others only say where it begins.
    pub is_own: bool,
}

/// Both sets of weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Unless both have a job title.
    pub plain: Weights,
    /// When both have one.
    pub titled: Weights,
}

/// What was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// What is to be done with it.
    pub verdict: Verdict,
    /// Own outcomes.
    pub outcomes: usize,
    /// Those that were worth it.
    pub successes: usize,
    /// Events that they are of.
    pub events: usize,
    /// How badly the organiser's weights, and those learned from the rest, foretell what was held
    /// back, in nats; None: it was not tried.
    pub log_losses: Option<(f64, f64)>,
    /// What each component adds to the log-odds.
    pub coefficients: Option<[f64; 5]>,
    /// The new weights; None: nothing was learned.
    pub weights: Option<Pair>,
}

/// What is to be done with new weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are better: use them.
    Better,
    /// Too little is known, in all or of the last event.
    TooFew,
    /// They do not foretell better than the organiser's.
    NoBetter,
    /// What is not pinned cannot change.
    Pinned,
}

/// Learns weights. `base` is what the organiser set, `current` what is in use: a component in
/// `pinned` keeps its value there.
pub fn learn(outcomes: &[Outcome], base: &Pair, current: &Pair, pinned: [bool; 5]) -> Lesson {
    let own: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.is_own).collect();
    let mut events: Vec<i64> = own.iter().map(|outcome| outcome.event_id).collect();
    events.dedup();
    let mut lesson = Lesson {
        verdict: Verdict::TooFew,
        outcomes: own.len(),
        successes: own.iter().filter(|outcome| outcome.is_success).count(),
        events: events.len(),
        log_losses: None,
        coefficients: None,
        weights: None,
    };
    if own.len() < OUTCOMES_MIN {
        return lesson;
    }
    let learned = |from: &[&Outcome]| {
        let coefficients = fit::coefficients(from, &base.plain, base.titled.title);
        (
            coefficients,
            shares::weights(&coefficients, base, current, pinned),
        )
    };
    let everything: Vec<&Outcome> = outcomes.iter().collect();
    let (coefficients, weights) = learned(&everything);
    lesson.coefficients = Some(coefficients);
    lesson.weights = weights;
    let (known, held_back) = trial::hold_back(&everything, &events);
    let tried = learned(&known).1;
    let (Some(_), Some(tried)) = (weights, tried) else {
        lesson.verdict = Verdict::Pinned;
        return lesson;
    };
    let Some(losses) = trial::log_losses(&known, &held_back, base, &tried) else {
        return lesson;
    };
    lesson.log_losses = Some(losses);
    lesson.verdict = match losses.1 < losses.0 {
        true => Verdict::Better,
        false => Verdict::NoBetter,
    };
    lesson
}

impl Outcome {
    /// The weighted total of its components.
    fn total(&self, weights: &Pair) -> f64 {
        let set = match self.title {
            Some(_) => &weights.titled,
            None => &weights.plain,
        };
        let shares = [set.focus, set.geography, set.scale, set.industry];
        let parts = shares.iter().zip(self.parts);
        parts.map(|(share, part)| share * part).sum::<f64>()
            + set.title * self.title.unwrap_or_default()
    }
}

/// The logistic function.
fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests;
