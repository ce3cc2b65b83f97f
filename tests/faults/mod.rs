//! Faults, made on purpose: daemons are killed, cut off and held up, PostgreSQL crashes and runs
//! full, and the books are right.
//!
//! The short form runs by default. PGCASCADE_TEST_COMPANIES, PGCASCADE_TEST_KILLS,
//! PGCASCADE_TEST_ROUNDS, PGCASCADE_TEST_CUTS and PGCASCADE_TEST_TEXTS make it longer or worse; PGCASCADE_TEST_SEED repeats
//! a run that failed. What a fault costs in speed is measured by `scripts/measure-engine`: `held`,
//! `rate`, `scanned`, `cut`, `start`. A destination that is dead among many is a fault, too: it is in the tests of
//! webhooks, `one_dead_destination_delays_nobody`.

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
