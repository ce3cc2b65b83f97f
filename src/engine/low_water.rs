//! Up to where a stage's queue has been read, so that claims do not read its dead rows again.
//!
//! A hint that is kept by each runner for itself. What it may miss (rows that another runner held
//! and gave up, ids that somebody chose by hand) is found by looking at all now and then: soon when
//! nothing else is found, and in any case every few seconds, but for at most half a hundredth of
//! the time, since that is what takes long while a long transaction keeps dead rows. Only the claim
//! counts, not the work that follows it, and a minute is the longest wait.

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
/// Looking at all takes at most this part of the time: of what comes meanwhile, less than one in a
/// hundred waits for it ...
const PART: u32 = 200;
/// ... but happens at least so often.
const AT_LEAST: Duration = Duration::from_secs(60);

/// The marks of one runner.
#[derive(Debug, Default)]
pub struct LowWater {
    marks: [Mark; PRIORITIES],
    /// When all was looked at last, and how long that took.
    looked: Option<(Instant, Duration)>,
    /// When the claim under way began, if it looks at all.
    looking: Option<Instant>,
    /// The marks that the claim under way, or the last one, began with; none if it looked at all.
    began_with: Option<[Mark; PRIORITIES]>,
}

impl LowWater {
    /// For each priority the id up to which nothing new can come; none where all is to be looked
    /// at.
    pub fn after_ids(&mut self) -> Vec<i64> {
        if self.is_due(WHILE_BUSY) {
            self.looking = Some(Instant::now());
        }
        self.began_with = self.looking.is_none().then_some(self.marks);
        let marks = self.began_with.unwrap_or_default();
        marks.iter().map(Mark::settled).collect()
    }

    /// Takes in what a claim that found events says with the first of them; `took`: the claim,
    /// where more than that has happened since it began.
    ///
    /// # Errors
    /// A column is not what it should be.
    pub fn saw(&mut self, first: &Row, took: Option<Duration>) -> Result<(), DbError> {
        let looked_at_all = self.end_look(took);
        let reached_ids: Option<Vec<i64>> = first.try_get("reached_ids")?;
        let mut looks = Vec::new();
        for last_id in reached_ids.unwrap_or_default() {
            looks.push(Look {
                last_id,
                xmin: first.try_get("oldest_xid")?,
                own_xid: first.try_get("next_xid")?,
            });
        }
        self.take_in(&looks, looked_at_all);
        Ok(())
    }

    /// A full batch says nothing of the priorities behind it, and may have left events below the
    /// marks; any other has found all that was there.
    fn take_in(&mut self, looks: &[Look], looked_at_all: bool) {
        if looked_at_all && looks.len() < PRIORITIES {
            self.marks = Default::default();
        }
        for (mark, look) in self.marks.iter_mut().zip(looks) {
            mark.saw_all(*look);
        }
    }

    /// A claim found nothing: whether it is worth looking at all now.
    pub fn saw_nothing(&mut self) -> bool {
        if self.end_look(None) || self.marks.iter().all(|mark| mark.settled() == 0) {
            return false;
        }
        if !self.is_due(WHEN_EMPTY) {
            return false;
        }
        self.looking = Some(Instant::now());
        true
    }

    /// What was claimed has been given up, and waits where it was: above the marks that the claim
    /// began with. What was about to be settled is not: somebody of an older transaction, whose
    /// rows the claim had taken, may hold them still. A look at all is to be repeated.
    pub fn take_back(&mut self) {
        match self.began_with {
            Some(marks) => {
                self.marks = marks.map(|mark| mark.unconfirmed());
                self.looking = None;
            }
            None => *self = Self::default(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a claim says that saw everything up to an id, while nobody is under way for long.
    fn looks(last_id: i64, priorities: usize) -> Vec<Look> {
        let look = Look {
            last_id,
            xmin: last_id - 1,
            own_xid: last_id,
        };
        vec![look; priorities]
    }

    #[test]
    fn a_look_at_all_that_found_all_keeps_the_marks() {
        let mut low_water = LowWater::default();
        for (last_id, after) in [(10, 0), (20, 10), (30, 20)] {
            low_water.take_in(&looks(last_id, PRIORITIES), true);
            assert_eq!(low_water.marks.map(|mark| mark.settled()), [after; 10]);
        }
        assert_eq!(
            low_water.after_ids(),
            [0; 10],
            "the first claim looks at all"
        );
        low_water.end_look(None);
        assert_eq!(low_water.after_ids(), [20; 10]);
    }

    #[test]
    fn a_full_batch_may_have_left_events_below_the_marks() {
        let mut low_water = LowWater::default();
        low_water.take_in(&looks(10, PRIORITIES), false);
        low_water.take_in(&looks(20, PRIORITIES), false);
        low_water.take_in(&looks(30, 5), false);
        assert_eq!(low_water.marks[9].settled(), 10);
        low_water.take_in(&looks(40, 5), true);
        assert_eq!(low_water.marks.map(|mark| mark.settled()), [0; 10]);
    }

    /// Marks at 10, by a look at all and a claim after it; the next claim has begun.
    fn at_10() -> LowWater {
        let mut low_water = LowWater::default();
        low_water.after_ids();
        low_water.take_in(&looks(10, PRIORITIES), true);
        low_water.take_in(&looks(20, PRIORITIES), false);
        low_water.end_look(None);
        assert_eq!(low_water.after_ids(), [10; 10]);
        low_water
    }

    #[test]
    fn what_was_given_up_is_looked_for_where_it_was() {
        let mut low_water = at_10();
        low_water.take_in(&looks(30, PRIORITIES), false);
        low_water.take_back();
        assert_eq!(low_water.after_ids(), [10; 10], "events 11 to 20 are back");
        low_water.take_in(&looks(30, PRIORITIES), false);
        assert_eq!(low_water.after_ids(), [10; 10], "and may still be held");
    }

    #[test]
    fn a_claim_that_never_began_was_no_look() {
        let mut low_water = at_10();
        low_water.looking = Some(Instant::now());
        low_water.take_back();
        assert!(low_water.looking.is_none(), "or the outage was its length");
        assert_eq!(low_water.after_ids(), [10; 10]);
    }

    #[test]
    fn a_look_at_all_that_was_given_up_is_repeated() {
        let mut low_water = LowWater::default();
        low_water.after_ids();
        low_water.take_in(&looks(10, PRIORITIES), true);
        low_water.end_look(None);
        low_water.take_back();
        assert!(low_water.looking.is_none());
        assert_eq!(low_water.after_ids(), [0; 10]);
        assert!(low_water.looking.is_some());
    }
}
