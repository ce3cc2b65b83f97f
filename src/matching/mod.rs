//! Who meets whom.
pub mod assign;
pub mod gate;
pub mod introduce;
pub mod params;
pub mod profile;
pub mod roster;
pub mod run;
pub mod score;
pub mod wording;
