//! The tests, one module per behaviour that a user would name; one binary, because linking is slow.

// `cfg(test)` is always true here; it tells clippy that helpers may unwrap, too.
#[cfg(test)]
mod agenda;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod db;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod event_day;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod followup;
#[cfg(test)]
mod http;
#[cfg(test)]
mod matching;
#[cfg(test)]
mod meeting;
#[cfg(test)]
mod messaging;
#[cfg(test)]
mod outreach;
#[cfg(test)]
mod replies;
#[cfg(test)]
mod replies_act;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod support;
#[cfg(test)]
mod webhooks;
