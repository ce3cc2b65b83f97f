//! From coefficients to weights: the positive parts, as shares, within their bounds.

use super::{CHANGE_MAX, Pair};
use crate::matching::params::Weights;

/// Halvings of the interval in which the factor is looked for: more than a double can tell apart.
const HALVINGS: usize = 200;

/// Both sets of weights; None where what is pinned leaves nothing free to change, or leaves a sum
/// that the others cannot fill within their bounds.
pub(super) fn weights(
    coefficients: &[f64; 5],
    base: &Pair,
    current: &Pair,
    pinned: [bool; 5],
) -> Option<Pair> {
    // How much more, or less, each component tells than the organiser's weights say.
    let believed = shares_of(&Weights {
        title: base.titled.title,
        ..base.plain
    });
    let factor = |place: usize| match believed[place] {
        share if share > 0.0 => coefficients[place].max(0.0) / share,
        _ => 0.0,
    };
    let factors: [f64; 5] = std::array::from_fn(factor);
    Some(Pair {
        plain: bounded(factors, &base.plain, &current.plain, pinned)?,
        titled: bounded(factors, &base.titled, &current.titled, pinned)?,
    })
}

/// Shares in proportion to what is wanted, each within its bounds, pinned ones as they are.
fn bounded(
    factors: [f64; 5],
    base: &Weights,
    current: &Weights,
    pinned: [bool; 5],
) -> Option<Weights> {
    let (base, current) = (shares_of(base), shares_of(current));
    let low = |place: usize| match pinned[place] {
        true => current[place],
        // What the organiser has set to nothing stays nothing.
        false if base[place] <= 0.0 => 0.0,
        false => (base[place] - CHANGE_MAX).max(0.0),
    };
    let high = |place: usize| match pinned[place] {
        true => current[place],
        false if base[place] <= 0.0 => 0.0,
        false => (base[place] + CHANGE_MAX).min(1.0),
    };
    let (low, high): ([f64; 5], [f64; 5]) = (std::array::from_fn(low), std::array::from_fn(high));
    let free = (0..5).filter(|place| high[*place] > low[*place]).count();
    if free < 2 || low.iter().sum::<f64>() > 1.0 || high.iter().sum::<f64>() < 1.0 {
        return None;
    }
    let at = |times: f64| -> [f64; 5] {
        std::array::from_fn(|place| {
            (times * factors[place] * base[place]).clamp(low[place], high[place])
        })
    };
    let (mut less, mut more) = (0.0, 1e12);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(less, more);
        match at(middle).iter().sum::<f64>() < 1.0 {
            true => less = middle,
            false => more = middle,
        }
    }
    Some(weights_of(rounded(at(more), &low, &high)))
}

/// In millionths, which is how totals count, with the rest where there is room for it. Where too
/// little tells anything, those that tell nothing are raised from their lowest, in their order.
fn rounded(shares: [f64; 5], low: &[f64; 5], high: &[f64; 5]) -> [f64; 5] {
    let mut shares = std::array::from_fn::<f64, 5, _>(|place| match high[place] > low[place] {
        true => (shares[place] * 1e6).round() / 1e6,
        false => shares[place],
    });
    for place in 0..5 {
        let rest = 1.0 - shares.iter().sum::<f64>();
        if high[place] > low[place] {
            shares[place] = (shares[place] + rest).clamp(low[place], high[place]);
        }
    }
    shares.map(|share| (share * 1e9).round() / 1e9)
}

fn shares_of(weights: &Weights) -> [f64; 5] {
    [
        weights.focus,
        weights.geography,
        weights.scale,
        weights.industry,
        weights.title,
    ]
}

fn weights_of([focus, geography, scale, industry, title]: [f64; 5]) -> Weights {
    Weights {
        focus,
        geography,
        scale,
        industry,
        title,
    }
}
