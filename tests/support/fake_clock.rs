//! The clock of the fake services, which play other machines.

use chrono::{DateTime, Utc};

/// What another machine's clock says.
#[expect(
    clippy::disallowed_methods,
    reason = "plays another machine with its own clock"
)]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
