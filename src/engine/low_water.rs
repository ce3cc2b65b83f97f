//! Up to where a stage's queue has been read, so that claims do not read its dead rows again.
//!
//! A hint that is kept by each runner for itself. What it may miss (rows that another runner held
//! and gave up, ids that somebody chose by hand) is found by looking at all now and then: soon when
//! nothing else is found, and in any case every few seconds, but for at most a twentieth of the
//! time, since that is what takes long while a long transaction keeps dead rows. Only the claim
//! counts, not the work that follows it, and half a minute is the longest wait.

use std::time::{Duration, Instant};

use tokio_postgres::Row;

use super::mark::{Look, Mark};
use crate::db::DbError;

/// Priorities, 1 to 10.
const PRIORITIES: usize = 10;
/// While events are found above the marks, all is looked at so often.
const WHILE_BUSY: Duration = Duration::from_secs(5);
/// When none is found above the marks, all is looked at so soon after the last time.
const WHEN_EMPTY: Duration = Duration::from_secs(1);
/// Looking at all takes at most this part of the time ...
const PART: u32 = 20;
/// ... but happens at least so often.
const AT_LEAST: Duration = Duration::from_secs(30);

/// The marks of one runner.
#[derive(Debug, Default)]
pub struct LowWater {
    marks: [Mark; PRIORITIES],
    /// When all was looked at last, and how long that took.
    looked: Option<(Instant, Duration)>,
    /// When the claim under way began, if it looks at all.
    looking: Option<Instant>,
}

impl LowWater {
    /// For each priority the id up to which nothing new can come; none where all is to be looked
    /// at.
    pub fn after_ids(&mut self) -> Vec<i64> {
        if self.is_due(WHILE_BUSY) {
            self.forget();
            self.looking = Some(Instant::now());
        }
        self.marks.iter().map(Mark::settled).collect()
    }

    /// Takes in what a claim that found events says with the first of them; `took`: the claim,
    /// where more than that has happened since it began.
    ///
    /// # Errors
    /// A column is not what it should be.
    pub fn saw(&mut self, first: &Row, took: Option<Duration>) -> Result<(), DbError> {
        self.end_look(took);
        let reached_ids: Option<Vec<i64>> = first.try_get("reached_ids")?;
        let Some(reached_ids) = reached_ids else {
            return Ok(());
        };
        let (xmin, own_xid) = (first.try_get("oldest_xid")?, first.try_get("next_xid")?);
        for (mark, last_id) in self.marks.iter_mut().zip(reached_ids) {
            mark.saw_all(Look {
                last_id,
                xmin,
                own_xid,
            });
        }
        Ok(())
    }

    /// A claim found nothing: whether it is worth looking at all now.
    pub fn saw_nothing(&mut self) -> bool {
        if self.end_look(None) || self.marks.iter().all(|mark| mark.settled() == 0) {
            return false;
        }
        if !self.is_due(WHEN_EMPTY) {
            return false;
        }
        self.forget();
        true
    }

    /// Starts from nothing: what was claimed has been given up.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    fn is_due(&self, after: Duration) -> bool {
        self.looked.is_none_or(|(at, took)| {
            let rest = (took * PART).min(AT_LEAST);
            at.elapsed() >= after.max(rest)
        })
    }

    /// Whether the claim that has just ended looked at all.
    fn end_look(&mut self, took: Option<Duration>) -> bool {
        let Some(began) = self.looking.take() else {
            return false;
        };
        self.looked = Some((Instant::now(), took.unwrap_or_else(|| began.elapsed())));
        true
    }
}
