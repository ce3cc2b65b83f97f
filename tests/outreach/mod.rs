//! The outreach room, from the outside.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail the test, as the tests themselves do"
)]

mod a_csv_line_is_a_row_or_a_reject;
mod any_input_gets_an_answer;
mod the_sample_file_holds_what_its_readme_says;
mod website_spellings;
