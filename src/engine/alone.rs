//! Events that run alone in the database, because a death interrupted work on them before.
//!
//! Work in the database leaves nothing behind when its process or its server dies of it, and would
//! be begun again for ever. So after a death the events that were under way are marked
//! (`pipeline.suspect`, `pipeline.after_crash`), and each of them runs in two steps: a note that it
//! is held, committed, and then the work. Whoever dies in between is known to have held it. Nothing
//! of this costs anything as long as nobody dies.

use super::event::Event;
use crate::db::{Class, DbError, Pool, Transaction};

/// What a claim is refused by while another event runs alone.
const ONE_RUNS_ALONE: &str = "one_runs_alone";

/// An event that this runner has noted as held, and has not finished.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    /// The event.
    pub(super) id: i64,
    /// The number of the claim.
    pub(super) epoch: i64,
}

/// What a runner knows about a row of lost sessions.
#[derive(Debug, Default)]
pub(super) struct Losses {
    /// Sessions lost since the last batch that went well.
    count: u32,
    /// One ended in the middle of a batch, without a word, and nobody had ordered it.
    at_work: bool,
    /// Somebody said since that the server has to recover.
    recovers: bool,
}

/// How a session was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// While a batch was under way.
    AtWork,
    /// Before it had begun, or when sessions were being ended by order.
    Blamelessly,
}

impl Losses {
    /// Takes in what a batch failed with.
    pub(super) fn count(&mut self, error: &DbError, lost: Lost) {
        if error.class() != Class::Lost {
            return;
        }
        let state = error.sqlstate();
        self.count += 1;
        // Whoever is ended by an administrator, or because of another session, is told so.
        if lost == Lost::AtWork && state.is_none() {
            self.at_work = true;
            self.recovers = false;
        }
        self.recovers |= matches!(state, Some("57P02" | "57P03"));
    }

    /// Whether it seems that the server died of this runner's batch. A line that is cut, however
    /// often, is nobody's fault.
    pub(super) fn seem_our_fault(&self) -> bool {
        self.at_work && self.recovers
    }

    /// Whether it is worth trying again at once: the first session in a row, and the server is
    /// there.
    pub(super) fn are_one(&self) -> bool {
        self.count <= 1 && !self.recovers
    }

    /// Sessions lost in a row.
    pub(super) fn in_a_row(&self) -> u32 {
        self.count
    }
}

/// Whether a claim had to wait for an event that runs alone: nobody's fault.
pub(super) fn is_awaited(error: &DbError) -> bool {
    error.constraint() == Some(ONE_RUNS_ALONE)
}

/// Begins the work on an event that is held alone; None when the claim does not stand any more.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn begin(tx: &Transaction<'_>, held: Held) -> Result<Option<Event>, DbError> {
    let query = include_str!("../../sql/queries/engine/begin_alone.sql");
    let Some(row) = tx.query_opt(query, &[&held.id, &held.epoch]).await? else {
        return Ok(None);
    };
    Ok(Some(Event {
        id: held.id,
        event_type: row.try_get("event_type")?,
        payload: row.try_get("payload")?,
        attempt: row.try_get("attempt")?,
        waited: super::claim::seconds(row.try_get("waited_seconds")?),
        crashes: row.try_get("crashes")?,
        epoch: held.epoch,
    }))
}

/// Looks for the event to blame after the server died of a batch of this runner.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn after_crash(
    pool: &Pool,
    (stage_id, stage_name): (i16, &str),
    worker_id: i32,
) -> Result<(), DbError> {
    let query = include_str!("../../sql/queries/engine/after_crash.sql");
    let client = pool.get().await?;
    let row = client.query_one(query, &[&stage_id, &worker_id]).await?;
    let events: i64 = row.try_get(0)?;
    tracing::warn!(
        stage.name = stage_name,
        events,
        "the server died while this stage worked: what was under way runs alone from now on"
    );
    Ok(())
}

/// Says which stages this daemon runs in the database, before it begins with them.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn begin_work(
    pool: &Pool,
    worker_id: i32,
    stage_ids: &[i16],
) -> Result<(), DbError> {
    let query = include_str!("../../sql/queries/engine/begin_work.sql");
    let client = pool.get().await?;
    let row = client.query_one(query, &[&worker_id, &stage_ids]).await?;
    let suspects: i64 = row.try_get(0)?;
    if suspects > 0 {
        tracing::warn!(
            events = suspects,
            "a daemon died while it worked on these events: they run alone from now on"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn losses(errors: &[DbError]) -> Losses {
        let mut losses = Losses::default();
        for error in errors {
            losses.count(error, Lost::AtWork);
        }
        losses
    }

    fn recovering() -> DbError {
        DbError::plain(Class::Lost, "the database system is in recovery").with_code("57P03")
    }

    fn cut() -> DbError {
        DbError::plain(Class::Lost, "the connection ended")
    }

    #[test]
    fn a_cut_is_nobodys_fault() {
        assert!(!losses(&[cut()]).seem_our_fault());
        assert!(!losses(&[]).seem_our_fault());
        let full = DbError::plain(Class::Full, "no space");
        assert!(!losses(&[full, cut(), cut()]).seem_our_fault());
    }

    #[test]
    fn a_server_that_dies_at_work_is_our_fault_whatever_was_ordered_before() {
        assert!(losses(&[cut(), recovering()]).seem_our_fault());
        let mut losses = Losses::default();
        losses.count(&cut(), Lost::Blamelessly);
        losses.count(&recovering(), Lost::Blamelessly);
        assert!(!losses.seem_our_fault(), "the server was stopped");
        losses.count(&cut(), Lost::AtWork);
        assert!(!losses.seem_our_fault(), "or the line was cut");
        losses.count(&recovering(), Lost::Blamelessly);
        assert!(losses.seem_our_fault(), "the next batch killed it");
    }

    #[test]
    fn a_line_that_is_cut_again_and_again_is_tried_more_rarely() {
        assert!(losses(&[cut()]).are_one());
        let many = losses(&[cut(), cut(), cut()]);
        assert!(!many.seem_our_fault() && !many.are_one());
        assert_eq!(many.in_a_row(), 3);
    }
}
