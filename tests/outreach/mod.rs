//! The outreach room, from the outside.

mod a_csv_line_is_a_row_or_a_reject;
mod a_person_is_forgotten;
mod addresses_are_verified_once;
mod an_inserted_company_becomes_ready;
mod any_input_gets_an_answer;
mod people_and_stages_meet;
mod runs_are_paid_once;
mod the_documented_session_works;
mod the_sample_file_holds_what_its_readme_says;
mod website_spellings;
