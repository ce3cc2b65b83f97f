//! Who meets whom.
pub mod assign;
pub mod gate;
pub mod params;
pub mod profile;
pub mod roster;
pub mod score;
