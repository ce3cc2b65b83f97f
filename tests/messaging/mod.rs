//! The messaging room, from the outside.

mod any_number_gets_an_answer;
mod any_text_is_measured_and_cut;
mod hours_are_kept_to_the_second;
mod hours_follow_the_clock;
mod phones_are_read_in_any_spelling;
