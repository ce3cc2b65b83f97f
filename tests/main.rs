//! The tests, one module per behaviour that a user would name.

// `cfg(test)` is always true here; it tells clippy that helpers may unwrap, too.
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod support;
