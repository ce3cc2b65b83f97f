//! The follow-up room, from the outside.

mod a_day_is_named_in_many_ways;
mod any_text_becomes_rows;
mod notes_are_organised;
mod top_three_come_in_any_layout;
