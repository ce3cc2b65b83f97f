//! Where a delivery may go, and when a destination is left alone.

use std::time::Duration;

use chrono::DateTime;
use pgcascade::answer::Answer;
use pgcascade::providers::webhook::BreakerLimits;

use super::webhook_delivery::{deliver, deliverer, deliverer_with, message, webhook};
use crate::support::fake_http::{Play, Reply};
use crate::support::fake_receiver::{FakeReceiver, status};
use crate::support::wait;

const LIMITS: BreakerLimits = BreakerLimits {
    failures_in_a_row: 3,
    window: 20,
    // Longer than a busy machine takes for the next call.
    open_first: Duration::from_secs(3),
    open_max: Duration::from_secs(3),
};

#[tokio::test]
async fn an_inner_address_is_refused_as_a_number_and_behind_a_name() {
    let receiver = FakeReceiver::start().await;
    let deliverer = deliverer();
    let port = receiver.url.rsplit_once(':').expect("a port").1;
    for (host, kind) in [
        ("127.0.0.1", "a loopback address"),
        ("localhost", "a loopback address"),
        ("127.1", "a loopback address"),
        ("[::ffff:127.0.0.1]", "a loopback address"),
        ("10.0.0.1", "a private address"),
        ("169.254.169.254", "a link-local or metadata address"),
        ("0.0.0.0", "a reserved address"),
    ] {
        let mut public = webhook(&format!("http://{host}:{port}"));
        public.allow_private = false;
        let answer = deliver(&deliverer, &public).await;
        let Answer::Credential { reason } = answer else {
            panic!("{host} {answer:?}");
        };
        assert!(reason.contains(kind), "{reason}");
        assert!(reason.contains("allow_private"), "{reason}");
    }
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn allowing_private_addresses_opens_names_but_not_metadata() {
    let receiver = FakeReceiver::start().await;
    let deliverer = deliverer();
    let named = webhook(&receiver.url.replace("127.0.0.1", "localhost"));
    let answer = deliver(&deliverer, &named).await;
    assert!(matches!(answer, Answer::Delivered(_)), "{answer:?}");

    // A connection that stands is not lent to a webhook that may not use it.
    let mut public = named;
    public.allow_private = false;
    let answer = deliver(&deliverer, &public).await;
    assert!(matches!(answer, Answer::Credential { .. }), "{answer:?}");
    assert_eq!(receiver.requests().len(), 1);

    let metadata = webhook("http://169.254.169.254/latest/meta-data/");
    let Answer::Credential { reason } = deliver(&deliverer, &metadata).await else {
        panic!("metadata is never reached");
    };
    let said = "refused whatever allow_private says. Correct url";
    assert!(reason.contains(said), "{reason}");
}

#[tokio::test]
async fn a_destination_that_is_down_gets_no_calls_then_one_probe_then_all() {
    let receiver = FakeReceiver::start().await;
    receiver.always(status(500));
    let deliverer = deliverer_with(LIMITS);
    let webhook = webhook(&receiver.url);
    for _ in 0..3 {
        let answer = deliver(&deliverer, &webhook).await;
        assert!(matches!(answer, Answer::Transient { .. }), "{answer:?}");
    }
    let answer = deliver(&deliverer, &webhook).await;
    let Answer::Throttled { after, reason } = answer else {
        panic!("{answer:?}");
    };
    assert!(after <= LIMITS.open_first, "{after:?}");
    assert!(reason.contains("no attempt was spent"), "{reason}");
    assert_eq!(receiver.requests().len(), 3);

    // The probe hangs; while it does, nobody else gets through.
    receiver.always(Play::Stall);
    wait::until("the probe's turn", async || {
        let mut probing = webhook.clone();
        probing.timeout = Duration::from_secs(2);
        let (probe, other) =
            tokio::join!(deliver(&deliverer, &probing), deliver(&deliverer, &webhook));
        assert!(matches!(other, Answer::Throttled { .. }), "{other:?}");
        matches!(probe, Answer::Transient { .. }).then_some(())
    })
    .await;
    assert_eq!(receiver.requests().len(), 4);

    receiver.always(Play::Normal);
    wait::until("a probe that succeeds", async || {
        let answer = deliver(&deliverer, &webhook).await;
        matches!(answer, Answer::Delivered(_)).then_some(())
    })
    .await;
    let answer = deliver(&deliverer, &webhook).await;
    assert!(matches!(answer, Answer::Delivered(_)), "{answer:?}");
    assert_eq!(receiver.requests().len(), 6);
}

#[tokio::test]
async fn a_request_for_quiet_holds_for_the_whole_destination() {
    let receiver = FakeReceiver::start().await;
    let quiet = Reply::text(429, "text/plain", "").with_header("retry-after", "60");
    receiver.script([Play::Answer(quiet)]);
    let deliverer = deliverer();
    let webhook = webhook(&receiver.url);
    deliver(&deliverer, &webhook).await;
    let answer = deliver(&deliverer, &webhook).await;
    let Answer::Throttled { after, .. } = answer else {
        panic!("{answer:?}");
    };
    assert!(after > Duration::from_secs(50), "{after:?}");
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn one_destination_down_is_none_of_another_s_business() {
    let (dead, well) = (FakeReceiver::start().await, FakeReceiver::start().await);
    dead.always(status(500));
    let deliverer = deliverer_with(BreakerLimits {
        open_first: Duration::from_secs(600),
        open_max: Duration::from_secs(600),
        ..LIMITS
    });
    for _ in 0..5 {
        deliver(&deliverer, &webhook(&dead.url)).await;
        let answer = deliver(&deliverer, &webhook(&well.url)).await;
        assert!(matches!(answer, Answer::Delivered(_)), "{answer:?}");
    }
    assert_eq!(dead.requests().len(), 3);
}

#[tokio::test]
async fn no_more_calls_at_once_than_the_webhook_allows() {
    let receiver = FakeReceiver::start().await;
    receiver.always(Play::Stall);
    let deliverer = deliverer();
    let mut narrow = webhook(&receiver.url);
    narrow.concurrency = 2;
    narrow.timeout = Duration::from_secs(3);
    let calls = (0..5).map(|_| deliver(&deliverer, &narrow));
    let answers = futures_util::future::join_all(calls).await;
    let given_back = answers
        .iter()
        .filter(|answer| matches!(answer, Answer::Throttled { .. }));
    assert_eq!(given_back.count(), 3);
    assert_eq!(receiver.requests().len(), 2);
}

#[tokio::test]
async fn what_was_certainly_not_done_spends_no_attempt_for_three_days() {
    let receiver = FakeReceiver::start().await;
    let dead = webhook("http://127.0.0.1:9/");
    let happened = DateTime::parse_from_rfc3339(&message().timestamp).expect("a time");
    let days_later = |days: i64| move || happened.timestamp() + days * 24 * 60 * 60;
    let (soon, late) = (days_later(2), days_later(4));
    let deliverer = deliverer_with(LIMITS);
    let answer = deliverer.deliver(&dead, &message(), soon).await;
    let Answer::Throttled { after, reason } = answer else {
        panic!("nobody was reached: {answer:?}");
    };
    assert!(reason.contains("No attempt was spent"), "{reason}");
    assert!(after >= LIMITS.open_first, "{after:?}");
    assert!(after <= 4 * LIMITS.open_first, "{after:?}");
    let answer = deliverer.deliver(&dead, &message(), late).await;
    assert!(
        matches!(answer, Answer::Transient { .. }),
        "late: {answer:?}"
    );

    // A proxy that says so is believed when it says nothing else.
    receiver.always(status(502));
    let behind = webhook(&receiver.url);
    for spends in [true, true, false] {
        let answer = deliverer.deliver(&behind, &message(), soon).await;
        let spent = matches!(answer, Answer::Transient { .. });
        assert_eq!(spent, spends, "{answer:?}");
    }

    // What has no answer may have been done.
    let slow = FakeReceiver::start().await;
    slow.always(Play::Stall);
    let mut hanging = webhook(&slow.url);
    hanging.timeout = Duration::from_millis(100);
    for _ in 0..3 {
        let answer = deliverer.deliver(&hanging, &message(), soon).await;
        assert!(matches!(answer, Answer::Transient { .. }), "{answer:?}");
    }
}
