//! How much the tests of faults do: the short form of every day, or the long one of
//! `PGCASCADE_TEST_LONG=1`, which has the numbers and asserts the marks of `docs/faults.md`.

/// Whether this is the long form.
pub fn is_long() -> bool {
    std::env::var_os("PGCASCADE_TEST_LONG").is_some_and(|word| word == "1")
}

/// What the form asks for. A mark of the short form forgives a machine that is busy with all tests.
pub fn by_form<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}
