//! Faults, made on purpose: daemons are killed, cut off and held up, PostgreSQL crashes and runs
//! full, and the books are right.
//!
//! `docs/faults.md` has a row for each fault: what is done, the mark, what was measured. The short
//! form of the tests runs by default. `PGCASCADE_TEST_LONG=1` has the matrix's numbers and asserts
//! its marks; it shows how far it is with `--nocapture`, wants one test at a time, and takes
//! long: `scripts/test-faults`. A run says its seed; `PGCASCADE_TEST_SEED` repeats its choices. With
//! `PGCASCADE_TEST_CLOCK=required` and `PGCASCADE_TEST_DISK=required`, which the long form implies,
//! no test is left out for want of libfaketime or of root.
//!
//! What a fault costs in speed is measured by `scripts/measure-engine`: `held`, `rate`, `scanned`,
//! `cut`, `start`, `killed`. A destination that is dead among many is a fault, too: it is in the
//! tests of webhooks, `one_dead_destination_delays_nobody`.

mod another_clock;
mod bad_lines;
pub mod books;
mod crash_of_a_backend;
mod cut_off_daemon;
mod cut_off_webhooks;
mod database_clock;
mod every_session_is_terminated;
mod full_disk;
mod half_open_listening;
mod held_horizon;
mod kill_the_daemon;
mod kill_the_postmaster;
mod kill_while_texting;
mod long_snapshots;
mod lost_answers;
mod no_connections_left;
mod poison_event;
mod restart_postgres;
mod stop_under_load;
