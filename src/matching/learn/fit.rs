//! What each component adds to the log-odds of a success: one Laplace step for each event.
//!
//! The steps are those of a logistic regression with normal priors. People's own constants are
//! found together with the coefficients, and taken out of what is known by the variance that they
//! add (penalised quasi-likelihood).

use std::collections::BTreeMap;

use super::linear::{Matrix, inverse, solve};
use super::{Outcome, probability};
use crate::matching::params::Weights;

/// Log-odds between the worst and the best total, as believed before anything is known.
const SCALE: f64 = 4.0;
/// Standard deviation of a coefficient before anything is known.
const DOUBT: f64 = 1.0;
/// By which it grows from event to event.
const DRIFT: f64 = 0.15;
/// By which a series may differ from all other events.
const SERIES: f64 = 0.5;
/// Standard deviation of an event's constant, and of a person's.
const EVENT: f64 = 3.0;
const PERSON: f64 = 1.0;

/// Of one event at most; each round betters what it has.
const ROUNDS_MAX: usize = 60;
/// A round that moves nothing by more than this is the last.
const STILL: f64 = 1e-7;
/// The longest step of a constant in one round.
const STEP_MAX: f64 = 2.0;

/// What is believed of the coefficients: their mean and how sure it is.
#[derive(Debug, Clone)]
struct Belief {
    mean: [f64; 5],
    precision: Matrix<5>,
}

/// The coefficients after all outcomes. `plain` and `title` are what the organiser set.
pub(super) fn coefficients(outcomes: &[&Outcome], plain: &Weights, title: f64) -> [f64; 5] {
    let shares = [
        plain.focus,
        plain.geography,
        plain.scale,
        plain.industry,
        title,
    ];
    let mut belief = Belief {
        mean: shares.map(|share| SCALE * share),
        precision: diagonal(1.0 / (DOUBT * DOUBT)),
    };
    let (own, others): (Vec<&Outcome>, Vec<&Outcome>) =
        outcomes.iter().partition(|outcome| outcome.is_own);
    for (part, doubt) in [(others, SERIES), (own, 0.0)] {
        let is_known = !part.is_empty();
        for event in part.chunk_by(|one, next| one.event_id == next.event_id) {
            belief = after(&belief, event);
            widen(&mut belief, DRIFT);
        }
        if is_known && doubt > 0.0 {
            widen(&mut belief, doubt);
        }
    }
    belief.mean
}

/// What is believed after an event.
fn after(before: &Belief, event: &[&Outcome]) -> Belief {
    let mut step = Step::new(before, event);
    for _ in 0..ROUNDS_MAX {
        let moved = step.coefficients().max(step.people());
        if moved < STILL {
            break;
        }
    }
    step.belief()
}

/// The search for the likeliest values of one event.
struct Step<'a> {
    before: &'a Belief,
    rows: Vec<Row>,
    /// Coefficients, then the event's constant.
    at: [f64; 6],
    /// People's constants.
    people: Vec<f64>,
    /// For each person the rows.
    rows_of: Vec<Vec<usize>>,
}

/// An outcome, laid out.
struct Row {
    features: [f64; 6],
    people: (usize, usize),
    is_success: f64,
}

impl<'a> Step<'a> {
    fn new(before: &'a Belief, event: &[&Outcome]) -> Self {
        let mut places = BTreeMap::new();
        for outcome in event {
            for id in [outcome.contractor_ids.0, outcome.contractor_ids.1] {
                let next = places.len();
                places.entry(id).or_insert(next);
            }
        }
        let place = |id: i64| places.get(&id).copied().unwrap_or_default();
        let mut rows_of = vec![Vec::new(); places.len()];
        let mut rows = Vec::with_capacity(event.len());
        for (number, outcome) in event.iter().enumerate() {
            let people = (
                place(outcome.contractor_ids.0),
                place(outcome.contractor_ids.1),
            );
            rows_of[people.0].push(number);
            rows_of[people.1].push(number);
            rows.push(Row {
                features: features(outcome),
                people,
                is_success: f64::from(u8::from(outcome.is_success)),
            });
        }
        let [a, b, c, d, e] = before.mean;
        Self {
            before,
            rows,
            at: [a, b, c, d, e, 0.0],
            people: vec![0.0; places.len()],
            rows_of,
        }
    }

    fn chance(&self, row: &Row) -> f64 {
        let known = dot(&row.features, &self.at);
        probability(known + self.people[row.people.0] + self.people[row.people.1])
    }

    /// One Newton step of coefficients and the event's constant; how far the farthest went.
    fn coefficients(&mut self) -> f64 {
        let mut slope = [0.0; 6];
        let mut curve = [[0.0; 6]; 6];
        let moved: [f64; 5] = std::array::from_fn(|at| self.at[at] - self.before.mean[at]);
        for (at, row) in self.before.precision.iter().enumerate() {
            slope[at] = -dot(row, &moved);
            curve[at][..5].copy_from_slice(row);
        }
        slope[5] = -self.at[5] / (EVENT * EVENT);
        curve[5][5] = 1.0 / (EVENT * EVENT);
        for row in &self.rows {
            let chance = self.chance(row);
            add(
                &mut curve,
                &row.features,
                (chance * (1.0 - chance)).max(1e-6),
            );
            for (slope, feature) in slope.iter_mut().zip(row.features) {
                *slope += (row.is_success - chance) * feature;
            }
        }
        let Some(step) = solve(curve, slope) else {
            return 0.0;
        };
        let longest = step.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        // Far from the top the step is too long: Newton's method would leap over it.
        let share = (STEP_MAX / longest.max(STEP_MAX)).min(1.0);
        for (at, part) in self.at.iter_mut().zip(step) {
            *at += share * part;
        }
        longest * share
    }

    /// One Newton step of each person's constant, one after the other.
    fn people(&mut self) -> f64 {
        let mut farthest: f64 = 0.0;
        for person in 0..self.people.len() {
            let mut slope = -self.people[person] / (PERSON * PERSON);
            let mut curve = 1.0 / (PERSON * PERSON);
            for row in &self.rows_of[person] {
                let row = &self.rows[*row];
                let chance = self.chance(row);
                slope += row.is_success - chance;
                curve += chance * (1.0 - chance);
            }
            let step = (slope / curve).clamp(-STEP_MAX, STEP_MAX);
            self.people[person] += step;
            farthest = farthest.max(step.abs());
        }
        farthest
    }

    /// The likeliest coefficients, and how sure they are.
    fn belief(&self) -> Belief {
        let mut precision = self.before.precision;
        let mut constant = 1.0 / (EVENT * EVENT);
        let mut shared = [0.0; 5];
        for row in &self.rows {
            let chance = self.chance(row);
            let weight = chance * (1.0 - chance);
            // Two people's constants are in it that are not known either.
            let weight = weight / (1.0 + 2.0 * PERSON * PERSON * weight);
            let [a, b, c, d, e, _] = row.features;
            let features = [a, b, c, d, e];
            for (shared, feature) in shared.iter_mut().zip(features) {
                *shared += weight * feature;
            }
            add(&mut precision, &features, weight);
            constant += weight;
        }
        // The event's constant taken out.
        add(&mut precision, &shared, -1.0 / constant);
        let [a, b, c, d, e, _] = self.at;
        Belief {
            mean: [a, b, c, d, e],
            precision,
        }
    }
}

/// The components around their middle, and the constant. A title that is not there says nothing.
fn features(outcome: &Outcome) -> [f64; 6] {
    let [focus, geography, scale, industry] = outcome.parts.map(|part| part - 0.5);
    let title = outcome.title.map_or(0.0, |part| part - 0.5);
    [focus, geography, scale, industry, title, 1.0]
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add<const N: usize>(matrix: &mut Matrix<N>, features: &[f64; N], weight: f64) {
    for (row, one) in matrix.iter_mut().zip(features) {
        for (cell, other) in row.iter_mut().zip(features) {
            *cell += weight * one * other;
        }
    }
}

fn diagonal(value: f64) -> Matrix<5> {
    let mut matrix = [[0.0; 5]; 5];
    for (place, row) in matrix.iter_mut().enumerate() {
        row[place] = value;
    }
    matrix
}

/// Less sure by so much, in standard deviations.
fn widen(belief: &mut Belief, doubt: f64) {
    let Some(mut variance) = inverse(&belief.precision) else {
        return;
    };
    for (place, row) in variance.iter_mut().enumerate() {
        row[place] += doubt * doubt;
    }
    if let Some(precision) = inverse(&variance) {
        belief.precision = precision;
    }
}
