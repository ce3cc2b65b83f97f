//! The messaging room, from the outside.

mod a_row_is_a_text;
mod any_number_gets_an_answer;
mod any_text_is_measured_and_cut;
mod hours_are_kept_to_the_second;
