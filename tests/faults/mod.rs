//! Faults, made on purpose: the real daemon is killed, PostgreSQL crashes, and the books are right.
//!
//! The short form runs by default; PGCASCADE_TEST_COMPANIES and PGCASCADE_TEST_KILLS make it longer.

mod kill_the_daemon;
mod restart_postgres;
