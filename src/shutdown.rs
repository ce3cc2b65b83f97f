//! SIGTERM and SIGINT: the first asks everybody to finish, the second ends at once.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The two tokens that signals cancel, in this order.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    /// After the first signal: finish what is begun, begin nothing.
    pub finish: CancellationToken,
    /// After the second signal: end now. What is held is reclaimed by others within seconds.
    pub at_once: CancellationToken,
}

impl Shutdown {
    /// Listens for signals from now on.
    ///
    /// # Errors
    /// The system refuses a handler.
    pub fn on_signals() -> std::io::Result<Self> {
        let shutdown = Self::default();
        let mut signals = Signals::new()?;
        let tokens = shutdown.clone();
        tokio::spawn(async move {
            signals.next().await;
            tokens.finish.cancel();
            signals.next().await;
            tokens.at_once.cancel();
        });
        Ok(shutdown)
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
