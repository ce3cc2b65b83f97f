//! Outreach: a company row becomes contacts that a salesperson may write to.
//!
//! | stage (`pipeline.stages`) | event | work | next |
//! |---|---|---|---|
//! | `validate_company`, `validate_correction` | `company_created`, `company_updated` | [`validation`] | the row's `validated` |
//! | `promote_company` | `company_validated` | `marketing.promote_companies` | a row of `company_master` |
//! | `create_slots` | `company_promoted` | `marketing.create_slots` | rows of `company_slots` |
//! | `plan_enrichment` | `slots_created` | `marketing.plan_enrichment` | a row of `enrichment_runs` |
//! | `start_enrichment` | `enrichment_run_planned` | [`run_start`] | the run's `source_run_id` |
//! | `collect_enrichment` | `enrichment_run_started` | [`run_collect`] | rows of `contact_enrichment` |
//! | `verify_email` | `contact_enriched` | [`verification`] | a row of `email_verification` |
//! | `outreach_ready` | `email_verified` | `marketing.fill_slots` | `vw_outreach_ready` |
//!
//! This room knows the engine's contract and its own traits ([`contact_source`],
//! [`email_verifier`]); who implements them is none of its business. The rules (what a company, a
//! title, an address is) are pure files.

pub mod address;
pub mod company;
pub mod contact_source;
pub mod domain;
pub mod email_verifier;
pub mod import;
mod lists;
pub mod placeholder;
mod platforms;
pub mod refusal;
pub mod run_collect;
pub mod run_start;
mod scheme;
pub mod slots;
mod title;
pub mod validate;
pub mod validation;
pub mod verification;
pub mod website;
