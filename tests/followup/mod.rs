//! The follow-up room, from the outside.

mod a_day_is_named_in_many_ways;
mod a_model_finds_names;
mod a_model_words_follow_ups;
mod a_summary_brings_it_home;
mod an_event_is_lived;
mod any_text_becomes_rows;
mod changes_are_recorded;
mod documented_queries_return_rows;
mod follow_ups_happen;
mod notes_are_organised;
mod notes_find_their_session;
mod partners_are_recommended_later;
mod peers_are_asked_whether_they_met;
mod the_next_question_comes_when_it_fits;
mod the_record_withstands;
mod top_three_come_in_any_layout;
