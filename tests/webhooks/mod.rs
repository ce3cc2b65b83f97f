//! Stages of kind `webhook`, through a daemon and a database.

mod an_event_reaches_its_webhook;
mod large_events_are_held_few_at_a_time;
mod one_dead_destination_delays_nobody;
mod rows_hold_no_secret;
