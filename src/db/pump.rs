//! Reads a pooled session's socket to its end, and hears what the server says unasked.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Connection};

/// A server that stops ends its sessions within a moment of telling the first of them.
const STOP: Duration = Duration::from_secs(2);
/// Between the word to a session and the end of its line, which is when the driver knows, its
/// transaction is rolled back.
const END: Duration = Duration::from_millis(250);

/// When the server last told a session that it is ended by order: by an administrator, or because
/// the server stops or is restarted. A stop without grace says so in a notice, so that the error of
/// the statement under way is only that the line has ended, as if the server had died of it.
#[derive(Debug, Clone, Default)]
pub(super) struct LastOrder(Arc<Mutex<Option<Instant>>>);

impl LastOrder {
    /// Whether a server that stops may still be ending sessions because of it.
    pub(super) fn explains_an_end(&self) -> bool {
        self.is_within(STOP)
    }

    /// Whether a session that was told may still seem alive.
    pub(super) fn may_have_left_a_dead_session(&self) -> bool {
        self.is_within(END)
    }

    fn is_within(&self, span: Duration) -> bool {
        let told = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.is_some_and(|at| at.elapsed() < span)
    }

    /// It is now.
    pub(super) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn hear(&self, code: &SqlState) {
        if *code == SqlState::ADMIN_SHUTDOWN {
            self.note();
        }
    }
}

/// Drives a session until it ends.
pub(super) async fn pump<S, T>(mut connection: Connection<S, T>, last_order: LastOrder)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                last_order.hear(notice.code());
                tracing::debug!(message = notice.message(), "the server says");
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                // Whoever uses the client hears of it too, and says what it means for the work.
                if let Some(code) = error.code() {
                    last_order.hear(code);
                }
                tracing::debug!(%error, "a database connection ended");
                return;
            }
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_order_is_one() {
        let last_order = LastOrder::default();
        assert!(!last_order.explains_an_end());
        last_order.hear(&SqlState::CRASH_SHUTDOWN);
        assert!(
            !last_order.explains_an_end(),
            "the server ends all after a crash"
        );
        last_order.hear(&SqlState::ADMIN_SHUTDOWN);
        assert!(last_order.explains_an_end() && last_order.may_have_left_a_dead_session());
    }
}
