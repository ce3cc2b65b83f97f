//! The program as a user meets it: the real binary, its screens, its exit codes.

mod a_stage_may_stay_in_n8n;
mod bad_input_is_explained;
mod companies_are_imported;
mod errors_are_settled;
mod live_events_are_shown;
pub mod program;
mod stages_are_edited;
mod status_says_it_all;
mod texts_are_looked_after;
mod the_bench_measures;
mod the_cluster_of_our_own;
mod the_daemon_runs;
mod the_demo_shows_it_all;
mod the_deploy_proves_itself;
mod the_originals_are_adopted;
mod the_stream_is_watched;
mod webhooks_are_imported;
