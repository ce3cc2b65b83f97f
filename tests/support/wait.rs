//! Waits that end: each has a deadline and says what it was waiting for.

use std::time::{Duration, Instant};

use super::form::by_form;

/// How long anything in a test may take to happen. Generous: the machine may be busy with others.
pub fn deadline() -> Duration {
    by_form(Duration::from_secs(120), Duration::from_secs(1200))
}

/// Looks again and again until `look` finds something.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let (begun, deadline) = (Instant::now(), deadline());
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            begun.elapsed() < deadline,
            "waited {deadline:?} in vain for: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Bounds a future that should end by itself.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(deadline(), future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {:?} in vain for: {what}", deadline()),
    }
}
