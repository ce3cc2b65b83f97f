//! Whether weights foretell what they have not seen.

use super::linear::solve;
use super::{Outcome, Pair, probability};

/// Outcomes that must be held back for a trial to say anything.
const HELD_BACK_MIN: usize = 10;
/// Of a single event every so many-th outcome is held back.
const ONE_IN: usize = 5;
/// How little is believed of slope and constant before anything is known: standard deviations.
const DOUBT: f64 = 10.0;
/// Newton steps of two numbers.
const ROUNDS: usize = 30;

/// What is learned from, and what is held back: the last event; of one event alone, a fifth.
pub(super) fn hold_back<'a>(
    outcomes: &[&'a Outcome],
    own_events: &[i64],
) -> (Vec<&'a Outcome>, Vec<&'a Outcome>) {
    let last = own_events.last().copied();
    let is_only_one = own_events.len() < 2;
    let mut number = 0;
    outcomes.iter().partition(|outcome| {
        if !outcome.is_own || Some(outcome.event_id) != last {
            return true;
        }
        number += 1;
        is_only_one && number % ONE_IN != 0
    })
}

/// How badly `base` and `tried` foretell what was held back, in nats for each outcome. Totals are
/// made into chances by what is known of the rest. None: too little was held back.
pub(super) fn log_losses(
    known: &[&Outcome],
    held_back: &[&Outcome],
    base: &Pair,
    tried: &Pair,
) -> Option<(f64, f64)> {
    let own: Vec<&Outcome> = known.iter().filter(|one| one.is_own).copied().collect();
    if held_back.len() < HELD_BACK_MIN || own.len() < HELD_BACK_MIN {
        return None;
    }
    Some((
        log_loss(&own, held_back, base),
        log_loss(&own, held_back, tried),
    ))
}

#[expect(clippy::cast_precision_loss, reason = "a count of rows")]
fn log_loss(known: &[&Outcome], held_back: &[&Outcome], weights: &Pair) -> f64 {
    let line = calibrated(known, weights);
    let losses = held_back.iter().map(|outcome| {
        let chance = probability(line[0] + line[1] * (outcome.total(weights) - 0.5));
        match outcome.is_success {
            true => -chance.max(1e-12).ln(),
            false => -(1.0 - chance).max(1e-12).ln(),
        }
    });
    losses.sum::<f64>() / held_back.len() as f64
}

/// Constant and slope that make totals into log-odds.
fn calibrated(known: &[&Outcome], weights: &Pair) -> [f64; 2] {
    let mut line = [0.0, 0.0];
    for _ in 0..ROUNDS {
        let doubt = 1.0 / (DOUBT * DOUBT);
        let mut slope = line.map(|at| -at * doubt);
        let mut curve = [[doubt, 0.0], [0.0, doubt]];
        for outcome in known {
            let total = outcome.total(weights) - 0.5;
            let chance = probability(line[0] + line[1] * total);
            let missed = f64::from(u8::from(outcome.is_success)) - chance;
            let weight = (chance * (1.0 - chance)).max(1e-6);
            slope = [slope[0] + missed, slope[1] + missed * total];
            curve[0][0] += weight;
            curve[0][1] += weight * total;
            curve[1][0] += weight * total;
            curve[1][1] += weight * total * total;
        }
        let Some(step) = solve(curve, slope) else {
            break;
        };
        for (at, step) in line.iter_mut().zip(step) {
            *at += step.clamp(-2.0, 2.0);
        }
    }
    line
}
