//! Whole events, lived through from the first text to the last: by a daemon, a local server that
//! plays GoHighLevel, and a database whose clock the test moves ([`crate::support::moved_clock`]).
//!
//! The short form has some of the sample's attendees; PGCASCADE_TEST_ATTENDEES=300 takes them all.
//! PGCASCADE_TEST_LATE_SECS says how late one text in a hundred may be.

mod nights_when_clocks_change;
mod two_days_are_lived;
mod venue;
