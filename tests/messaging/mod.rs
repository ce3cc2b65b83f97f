//! Texts: a row is a text, sent once, on time, to who wants it.

mod a_forecast_can_be_counted_on;
mod a_row_is_a_text;
mod an_abandoned_text_is_seen;
mod an_event_chooses_who_sends;
mod an_unknown_outcome_is_never_resent;
mod any_number_gets_an_answer;
mod any_text_is_measured_and_cut;
mod bad_input_gets_a_reason;
mod emoji_go_where_they_cost;
mod existing_callers_find_everything;
mod hours_are_kept_to_the_second;
mod hours_follow_the_clock;
mod many_are_one_statement;
mod phones_are_read_in_any_spelling;
mod the_rate_is_kept_exactly;
mod the_same_is_not_sent_twice;
mod what_was_called_off_is_never_sent;
mod who_said_no_is_never_texted;
