//! Peers meet: who is introduced to whom at an event.
//!
//! Everybody who has checked in is matched in one run with peers from other markets. The run is an
//! assignment, not a list of recommendations: first everybody who can meet somebody does, then as
//! many as possible meet two, then the sum of all scores is the largest, and nobody gets more
//! introductions than the maximum. It comes with a proof of how far from the best it can be.
//!
//! Pure but for [`run`], [`feedback`] and [`introduce`]: values in, values out; no database, no
//! clock, the same plan for the same input whatever the order of rows and the number of threads.
//!
//! | module | holds |
//! |---|---|
//! | [`profile`] | the cells of a contractor's row, understood |
//! | [`params`] | what an organiser can set |
//! | [`gate`] | who must not be introduced to whom |
//! | `same_person` | who has two accounts |
//! | `joined` | disjoint sets |
//! | [`score`] | how good it would be for two people to meet, in five parts |
//! | [`roster`] | everybody at an event, laid out for fast scoring |
//! | [`assign`] | the assignment and its proof, on any graph |
//! | [`reason`] | why two people were matched, in words that are true |
//! | [`unplaced`] | why somebody meets nobody |
//! | [`plan`] | a whole run |
//! | [`repair`] | small changes to a plan that stands |
//! | [`seating`] | tables of three and four with a topic |
//! | [`run`] | a run as a stage: rows in, matches and texts out |
//! | [`learn`] | weights from what became of introductions |
//! | [`feedback`] | an order to learn, as a stage |
//! | [`introduce`] | introductions in a chat model's words, and [`wording`], which checks them |
//!
//! ```
//! use pgcascade::matching::params::Params;
//! use pgcascade::matching::plan::{Constraints, Person, plan};
//! use pgcascade::matching::profile::{Profile, RawProfile, Vocabulary};
//!
//! let vocabulary = Vocabulary::default();
//! let people: Vec<Person> = [(1, "Austin, TX"), (56, "Houston, TX")]
//!     .map(|(id, area)| RawProfile {
//!         id,
//!         service_area: Some(area.to_owned()),
//!         focus_areas: Some("Operational Efficiency, team_building".to_owned()),
//!         ..RawProfile::default()
//!     })
//!     .iter()
//!     .map(|row| Person { profile: Profile::read(row, &vocabulary).0, max_matches: None })
//!     .collect();
//! let plan = plan(&people, &Params::default(), &vocabulary, &Constraints::default(), 7)?;
//! let pair = &plan.pairs[0];
//! assert_eq!((pair.contractor1_id, pair.contractor2_id), (1, 56));
//! assert_eq!(
//!     pair.reason,
//!     "both focused on operational efficiency and team building, 146 miles apart",
//! );
//! # Ok::<(), pgcascade::matching::params::ParamsError>(())
//! ```

pub mod assign;
pub mod feedback;
pub mod gate;
pub mod introduce;
mod joined;
pub mod learn;
mod nearest;
pub mod params;
pub mod plan;
pub mod profile;
pub mod reason;
pub mod repair;
pub mod roster;
pub mod run;
mod same_person;
pub mod score;
pub mod seating;
pub mod unplaced;
pub mod wording;
