//! The messaging room, from the outside.

mod any_number_gets_an_answer;
mod hours_are_kept_to_the_second;
