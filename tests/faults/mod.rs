//! Faults, made on purpose: daemons are killed, cut off and held up, PostgreSQL crashes and runs
//! full, and the books are right.
//!
//! The short form runs by default. PGCASCADE_TEST_COMPANIES, PGCASCADE_TEST_KILLS and
//! PGCASCADE_TEST_ROUNDS make it longer; PGCASCADE_TEST_SEED repeats a run that failed.

mod another_clock;
mod bad_lines;
mod books;
mod cut_off_daemon;
mod every_session_is_terminated;
mod full_disk;
mod half_open_listening;
mod kill_the_daemon;
mod long_snapshots;
mod lost_answers;
mod no_connections_left;
mod poison_event;
mod restart_postgres;
mod stop_under_load;
