//! Reads a session's socket to its end, and hears what the server says unasked.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Connection};

/// How long a server that stops takes to end its sessions, from the first of them on. One that is
/// busy with what cannot be interrupted may take longer, and then seems to have died of it.
const STOP_TAKES: Duration = Duration::from_secs(2);
/// Between the word to a session and the end of its line, which is when the driver knows, its
/// transaction is rolled back.
const LINE_ENDS_WITHIN: Duration = Duration::from_millis(250);

/// When a session was ended by order for the last time: by an administrator, or because the server
/// stops or is restarted. A stop without grace says so in a notice, so that the error of the
/// statement under way is only that the line has ended, as if the server had died of it.
#[derive(Debug, Clone, Default)]
pub(super) struct LastOrder(Arc<Mutex<Option<Instant>>>);

impl LastOrder {
    /// Whether a server that stops may still be ending sessions because of it.
    pub(super) fn explains_an_end(&self) -> bool {
        self.is_within(STOP_TAKES)
    }

    /// Whether a session that was told may still seem alive.
    pub(super) fn may_have_left_a_dead_session(&self) -> bool {
        self.is_within(LINE_ENDS_WITHIN)
    }

    /// It is now.
    pub(super) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn is_within(&self, span: Duration) -> bool {
        let told = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.is_some_and(|at| at.elapsed() < span)
    }
}

/// Reads the socket to its end, so that the server is never kept waiting by a busy consumer;
/// returns why it ended.
pub(super) async fn pump<S, T>(
    connection: &mut Connection<S, T>,
    mut hear: impl FnMut(AsyncMessage),
) -> Option<tokio_postgres::Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(message)) => hear(message),
            Some(Err(error)) => return Some(error),
            None => return None,
        }
    }
}

/// Drives a session of work until it ends.
pub(super) async fn drive<S, T>(mut connection: Connection<S, T>, last_order: LastOrder)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut was_told = false;
    let ended = pump(&mut connection, |message| {
        if let AsyncMessage::Notice(notice) = message {
            was_told |= *notice.code() == SqlState::ADMIN_SHUTDOWN;
            // A function's words may name people.
            tracing::debug!(code = notice.code().code(), "the server says something");
        }
    })
    .await;
    if let Some(error) = ended {
        was_told |= error.code() == Some(&SqlState::ADMIN_SHUTDOWN);
        // Whoever uses the client hears of it too, and says what it means for the work.
        tracing::debug!(%error, "a database connection ended");
    }
    // Before the connection is dropped, which is when whoever waits on it hears of its end.
    if was_told {
        last_order.note();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_explains_what_ends_right_after_it() {
        let last_order = LastOrder::default();
        assert!(!last_order.explains_an_end());
        last_order.note();
        assert!(last_order.explains_an_end() && last_order.may_have_left_a_dead_session());
    }
}
