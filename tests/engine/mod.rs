//! What the engine promises, against real clusters.

mod a_call_counts_until_it_ends;
mod a_committed_event_is_claimed_once;
mod a_failing_event_does_not_stop_its_batch;
mod a_frugal_daemon_lets_its_database_sleep;
mod a_stage_keeps_its_session;
mod a_stale_completion_is_refused;
mod alerts_are_raised_once;
mod an_idle_daemon_is_quiet;
mod answers_decide_what_happens_next;
mod events_are_announced;
mod events_are_kept_as_long_as_told;
mod every_error_finds_its_event;
mod limits_hold_over_all_daemons;
mod many_wait;
mod nothing_is_held_after_a_stop;
mod one_bad_row_stops_nobody;
mod people_edit_events_and_stages;
mod schedules_fire_once;
mod stages;
mod the_ledger_refuses_what_cannot_be;
mod the_schedule_is_kept;
mod the_schema_is_its_manual;
mod waking_model;
mod what_a_death_interrupted_runs_alone;
mod what_somebody_holds_waits_alone;
mod writers_need_not_notify;
