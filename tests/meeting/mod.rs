//! Peers at an event: from the agenda to the answer, on a real database and over real HTTP.

mod days_and_companies_are_told_apart;
mod faults_stay_mended;
mod few_are_read_for_few;
mod introductions_are_worded;
mod little_is_shown_before_consent;
mod odd_events_are_survived;
mod people_come_late_and_leave_early;
mod people_have_their_rights;
mod rows_keep_the_rules;
mod success_is_measured;
mod tables_are_laid;
mod the_api_speaks_as_documented;
mod the_documented_sql_runs;
mod the_whole_way;
mod venue;
mod weights_are_learned;
