//! From a signal to a graceful end.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by the first SIGTERM or SIGINT. A second signal ends the process at
/// once, with the status that shells give to a process ended by it.
///
/// # Errors
/// The process may not handle signals.
pub fn on_signal() -> std::io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let cancel = stop.clone();
    tokio::spawn(async move {
        for first in [true, false] {
            let number = tokio::select! {
                _ = terminate.recv() => 15,
                _ = interrupt.recv() => 2,
            };
            if first {
                tracing::info!(signal = number, "stopping; once more ends at once");
                cancel.cancel();
            } else {
                std::process::exit(128 + number);
            }
        }
    });
    Ok(stop)
}
