//! Peer matching: what is promised about who meets whom.

mod attacks_come_to_nothing;
pub mod attendees;
mod documented_examples;
mod everyone_who_can_meet_someone_does;
mod late_people_are_placed;
mod odd_profiles_are_survived;
mod oracle;
mod people_are_told_apart;
mod the_same_input_gives_the_same_matches;
mod totals_are_near_their_bound;
