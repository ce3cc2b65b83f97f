//! What is learned from made-up events whose truth is known.

use super::*;
use crate::matching::params::Params;

/// Numbers from 0 to 1 that only look like chance.
struct Dice(u64);

impl Dice {
    #[expect(clippy::cast_precision_loss, reason = "the upper 53 bits")]
    fn roll(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Events whose introductions succeed with log-odds of `truth` times the components.
fn history(events: i64, pairs: i64, truth: [f64; 5], seed: u64) -> Vec<Outcome> {
    let mut dice = Dice(seed);
    let mut outcomes = Vec::new();
    for event_id in 1..=events {
        for pair in 0..pairs {
            let parts = [dice.roll(), 1.0, dice.roll(), dice.roll()];
            let title = (pair % 2 == 0).then(|| dice.roll());
            let told = [parts[0], parts[1], parts[2], parts[3], title.unwrap_or(0.5)];
            let log_odds: f64 = told.iter().zip(truth).map(|(x, b)| (x - 0.5) * b).sum();
            let person = event_id * 1000 + pair;
            outcomes.push(Outcome {
                event_id,
                contractor_ids: (person % 97 + event_id * 1000, person % 89 + 500_000),
                parts,
                title,
                is_success: dice.roll() < probability(log_odds),
                is_own: true,
            });
        }
    }
    outcomes
}

fn base() -> Pair {
    let params = Params::default();
    Pair {
        plain: params.weights,
        titled: params.weights_with_titles,
    }
}

/// Nobody cares for focus, everybody for trades.
const TRADES: [f64; 5] = [0.0, 0.0, 0.0, 6.0, 0.0];

fn all(weights: &Weights) -> [f64; 5] {
    [
        weights.focus,
        weights.geography,
        weights.scale,
        weights.industry,
        weights.title,
    ]
}

#[test]
fn what_leads_to_meetings_counts_more_and_what_does_not_counts_less() {
    let lesson = learn(&history(4, 200, TRADES, 1), &base(), &base(), [false; 5]);
    assert_eq!(lesson.verdict, Verdict::Better);
    assert_eq!((lesson.outcomes, lesson.events), (800, 4));
    let learned = lesson.weights.unwrap();
    let (before, after) = (all(&base().plain), all(&learned.plain));
    assert!((after[3] - 0.25).abs() < 1e-9, "trades at most: {after:?}");
    assert!(after[0] < before[0], "{after:?}");
    let (before, after) = lesson.log_losses.unwrap();
    assert!(after < before, "{before} {after}");
}

#[test]
fn no_weight_leaves_its_bounds_and_all_of_them_add_up() {
    for (seed, truth) in [
        (1, TRADES),
        (2, [9.0, 0.0, -3.0, -3.0, 5.0]),
        (3, [-5.0; 5]),
        (4, [0.0; 5]),
    ] {
        let lesson = learn(&history(3, 150, truth, seed), &base(), &base(), [false; 5]);
        let learned = lesson.weights.unwrap();
        for (after, before) in [
            (&learned.plain, &base().plain),
            (&learned.titled, &base().titled),
        ] {
            let (after, before) = (all(after), all(before));
            assert!(
                (after.iter().sum::<f64>() - 1.0).abs() < 1e-9,
                "{truth:?}: {after:?}"
            );
            for (new, old) in after.iter().zip(before) {
                assert!(
                    (new - old).abs() < CHANGE_MAX + 1e-9,
                    "{truth:?}: {after:?}"
                );
                assert!((0.0..=1.0).contains(new));
            }
        }
        assert!(
            learned.plain.title.abs() < 1e-12,
            "titles are of one set only"
        );
    }
}

#[test]
fn a_pinned_weight_is_never_changed() {
    let history = history(4, 200, TRADES, 1);
    let mut current = base();
    current.plain.industry = 0.17;
    current.plain.scale = 0.18;
    let lesson = learn(
        &history,
        &base(),
        &current,
        [false, false, false, true, false],
    );
    let learned = lesson.weights.unwrap();
    assert_eq!(learned.plain.industry.to_bits(), 0.17_f64.to_bits());
    assert_eq!(
        learned.titled.industry.to_bits(),
        current.titled.industry.to_bits()
    );
    assert!((all(&learned.plain).iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let lesson = learn(&history, &base(), &current, [true; 5]);
    assert_eq!((lesson.verdict, lesson.weights), (Verdict::Pinned, None));
    let lesson = learn(&history, &base(), &base(), [true, true, true, false, true]);
    assert_eq!(
        lesson.verdict,
        Verdict::Pinned,
        "one alone has nobody to share with"
    );
}

#[test]
fn before_two_hundred_outcomes_nothing_is_learned() {
    let mut outcomes = history(4, 50, TRADES, 1);
    let last = outcomes.pop();
    let lesson = learn(&outcomes, &base(), &base(), [false; 5]);
    assert_eq!((lesson.verdict, lesson.weights), (Verdict::TooFew, None));
    outcomes.extend(last);
    let lesson = learn(&outcomes, &base(), &base(), [false; 5]);
    assert_ne!(lesson.verdict, Verdict::TooFew);
}

#[test]
fn outcomes_of_other_events_alone_change_nothing() {
    let mut outcomes = history(4, 200, TRADES, 1);
    for outcome in &mut outcomes {
        outcome.is_own = outcome.event_id == 4;
    }
    outcomes.truncate(790);
    let lesson = learn(&outcomes, &base(), &base(), [false; 5]);
    assert_eq!((lesson.verdict, lesson.outcomes), (Verdict::TooFew, 190));
}

#[test]
fn a_series_begins_with_what_all_others_have_taught() {
    let mut outcomes = history(4, 250, TRADES, 1);
    for outcome in &mut outcomes {
        outcome.is_own = outcome.event_id == 4;
    }
    let pooled = learn(&outcomes, &base(), &base(), [false; 5]);
    let own: Vec<Outcome> = outcomes
        .iter()
        .filter(|outcome| outcome.is_own)
        .cloned()
        .collect();
    let alone = learn(&own, &base(), &base(), [false; 5]);
    let trades = |lesson: &Lesson| lesson.coefficients.unwrap()[3];
    assert!(
        trades(&pooled) > trades(&alone),
        "{pooled:?} {alone:?}: others agree, so it is surer"
    );
}

#[test]
fn what_tells_nothing_is_not_used_because_it_foretells_no_better() {
    let worse = (1..=20)
        .filter(|seed| {
            let outcomes = history(3, 100, [1.6, 1.0, 0.8, 0.6, 0.2], *seed);
            learn(&outcomes, &base(), &base(), [false; 5]).verdict == Verdict::Better
        })
        .count();
    assert!(
        worse < 16,
        "the organiser is right, and is overruled in {worse} of 20"
    );
}

#[test]
fn the_same_outcomes_teach_the_same() {
    let outcomes = history(3, 120, TRADES, 5);
    let one = learn(&outcomes, &base(), &base(), [false; 5]);
    let other = learn(&outcomes, &base(), &base(), [false; 5]);
    assert_eq!(one, other);
}

#[test]
fn outcomes_that_are_all_alike_or_all_the_same_person_break_nothing() {
    let mut outcomes = history(3, 100, [0.0; 5], 6);
    for outcome in &mut outcomes {
        outcome.parts = [1.0; 4];
        outcome.title = None;
        outcome.is_success = true;
        outcome.contractor_ids = (1, 2);
    }
    let lesson = learn(&outcomes, &base(), &base(), [false; 5]);
    assert!(
        lesson
            .coefficients
            .unwrap()
            .iter()
            .all(|part| part.is_finite())
    );
    assert!(lesson.weights.is_some());
}
