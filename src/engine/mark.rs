//! Up to which id nothing can come any more.
//!
//! Ids are given out before their rows are committed, so the highest one that was seen says
//! nothing about lower ones. But whoever took an id had a transaction id before, in every table
//! that is written by a trigger of the ledger. So, of a look that notes the last id given out and
//! then takes a transaction id of its own: once the `xmin` of a later snapshot reaches that id,
//! every transaction that may have held one of those ids is over, and that later look has seen
//! what they left. (The end of the look's snapshot, its `xmax`, would not do: it is the highest id
//! whose transaction is over, plus one, and higher ones are running.)

/// What one look at a table told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Look {
    /// The last id that was given out, read before the snapshot was taken; or a lower one, when the
    /// look did not deal with all that it saw.
    pub last_id: i64,
    /// The oldest transaction that was not over.
    pub xmin: i64,
    /// The look's own transaction id, taken after `last_id` was read.
    pub own_xid: i64,
}

/// A low-water mark over the ids of one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Mark {
    settled: i64,
    candidate: Option<Look>,
}

impl Mark {
    /// The highest id that is settled: none up to it appears any more.
    pub fn settled(&self) -> i64 {
        self.settled
    }

    /// The mark without what was about to be settled.
    pub fn unconfirmed(self) -> Self {
        Self {
            candidate: None,
            ..self
        }
    }

    /// Takes in a look that dealt with everything it saw from [`Mark::settled`] to its last id.
    pub fn saw_all(&mut self, look: Look) {
        let candidate = *self.candidate.get_or_insert(look);
        if look.xmin >= candidate.own_xid {
            self.settled = self.settled.max(candidate.last_id.min(look.last_id));
            self.candidate = Some(look);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(last_id: i64, xmin: i64, own_xid: i64) -> Look {
        Look {
            last_id,
            xmin,
            own_xid,
        }
    }

    #[test]
    fn an_id_is_settled_when_all_who_could_hold_it_are_over() {
        let mut mark = Mark::default();
        mark.saw_all(look(10, 5, 8));
        assert_eq!(mark.settled(), 0, "transactions 5 to 7 may be under way");
        mark.saw_all(look(20, 7, 12));
        assert_eq!(mark.settled(), 0, "7 is");
        mark.saw_all(look(30, 8, 15));
        assert_eq!(mark.settled(), 10);
        mark.saw_all(look(40, 15, 15));
        assert_eq!(mark.settled(), 30);
    }

    #[test]
    fn with_nobody_writing_one_look_settles_all() {
        let mut mark = Mark::default();
        mark.saw_all(look(10, 8, 8));
        assert_eq!(mark.settled(), 10);
    }

    #[test]
    fn a_look_that_did_not_get_so_far_again_settles_less() {
        let mut mark = Mark::default();
        mark.saw_all(look(10, 5, 8));
        // Rows of the transactions 5 to 7 turned up, and filled the batch.
        mark.saw_all(look(7, 8, 9));
        assert_eq!(mark.settled(), 7);
    }

    #[test]
    fn a_long_transaction_holds_the_mark() {
        let mut mark = Mark::default();
        mark.saw_all(look(10, 8, 8));
        for later in 0..100 {
            mark.saw_all(look(20 + later, 9, 12 + later));
            assert_eq!(mark.settled(), 10);
        }
    }
}
