//! Received texts act: what people write is obeyed, answered, kept.

mod a_model_reads_what_rules_cannot;
mod a_person_is_forgotten;
mod a_text_is_received_once;
mod answers_reach_what_was_asked;
mod bad_input_harms_nobody;
mod introductions_are_answered;
mod introductions_are_not_answered;
mod notifications_prove_themselves;
mod operators_order_by_text;
mod others_keep_their_names;
mod several_things_happen_at_once;
mod stop_in_odd_spellings;
mod stop_is_obeyed_at_once;
mod thousands_come_through_the_door;
mod what_was_missed_is_found;
