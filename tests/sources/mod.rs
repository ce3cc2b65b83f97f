//! Any table as a source, any program as an emitter, several stages for one type.

mod a_published_table_emits;
mod an_event_is_emitted_once_for_a_key;
mod every_subscriber_gets_every_event;
mod partitions_emit_like_their_table;
mod updates_are_paired_by_a_key;
mod which_statements_emit;
