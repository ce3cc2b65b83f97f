//! Why two people are introduced: as stored, as organisers read it, and as the two themselves do.
//!
//! Only what is known of both and what a component says is told; names are those for people.

use serde_json::{Map, Value, json};

use crate::matching::params::Params;
use crate::matching::profile::{Profile, RawProfile};
use crate::matching::score::{Components, Score};

/// Name and version of the method, stored with every match and run.
pub(super) const ALGORITHM: &str = "prices_and_cover_v1";

/// A component above this is worth a word.
const HIGH: Score = Score::ONE;
const GOOD_MILLIONTHS: u32 = 700_000;
/// Industry above this: most trades are the same.
const SAME_TRADES_MILLIONTHS: u32 = 600_000;
/// Focus and geography above this make an ideal peer.
const IDEAL_MILLIONTHS: u32 = 800_000;
/// Focus above this is what a match is about.
const FOCUSED_MILLIONTHS: u32 = 600_000;
/// From here on a market is another one, in miles, whatever an organiser allows.
const OTHER_MARKET_MILES: f64 = 100.0;
/// A text names so many shared areas.
const AREAS_IN_TEXT: usize = 2;

/// Two people and what connects them.
pub(super) struct Couple<'a> {
    /// The one with the smaller id, understood and as in the row.
    pub(super) one: (&'a Profile, &'a RawProfile),
    /// The other.
    pub(super) other: (&'a Profile, &'a RawProfile),
    /// None for a pinned pair of which too little is known.
    pub(super) parts: Option<Components>,
    pub(super) score: Option<Score>,
    pub(super) params: &'a Params,
}

impl Couple<'_> {
    /// What kind of match it is.
    pub(super) fn match_type(&self) -> &'static str {
        let above = |score: Score, millionths| score.millionths() > millionths;
        match &self.parts {
            Some(parts)
                if above(parts.focus_areas, IDEAL_MILLIONTHS)
                    && above(parts.geographic, IDEAL_MILLIONTHS) =>
            {
                "ideal_peer"
            }
            Some(parts) if above(parts.focus_areas, FOCUSED_MILLIONTHS) => "focus_area_match",
            Some(parts) if above(parts.business_scale, IDEAL_MILLIONTHS) => "scale_match",
            _ => "general_match",
        }
    }

    /// How far apart the two work at least, in miles.
    pub(super) fn miles(&self) -> Option<f64> {
        let (one, other) = (self.one.0.place.as_ref()?, self.other.0.place.as_ref()?);
        let miles = one.miles_to(other);
        miles.is_finite().then(|| (miles * 10.0).round() / 10.0)
    }

    fn shared_areas(&self) -> Vec<String> {
        let theirs = &self.other.0.focus;
        let shared = self.one.0.focus.iter().filter(|area| theirs.contains(area));
        shared.map(crate::matching::profile::FocusArea::name).collect()
    }

    fn shared_trades(&self) -> Vec<String> {
        let theirs = &self.other.0.trades;
        let shared = self.one.0.trades.iter().filter(|trade| theirs.contains(trade));
        shared.map(crate::matching::profile::Trade::name).collect()
    }

    fn is_other_market(&self) -> bool {
        let least = self.params.min_distance_miles.max(OTHER_MARKET_MILES);
        self.miles().is_some_and(|miles| miles >= least)
    }

    fn is_size_known(&self) -> bool {
        let (one, other) = (self.one.0, self.other.0);
        one.revenue.is_some() && other.revenue.is_some() || one.team.is_some() && other.team.is_some()
    }

    /// The components that are high, in words for organisers.
    pub(super) fn reason(&self) -> String {
        let mut said = Vec::new();
        let areas = self.shared_areas();
        if !areas.is_empty() {
            said.push(format!("both focused on {}", listed(&areas)));
        }
        if self.is_other_market()
            && let (Some(one), Some(other), Some(miles)) =
                (&self.one.0.place, &self.other.0.place, self.miles())
        {
            let least = if one.is_exact() && other.is_exact() { "" } else { "at least " };
            said.push(format!(
                "different markets ({} and {}, {least}{miles:.0} miles apart)",
                one.name(),
                other.name()
            ));
        }
        if let Some(parts) = &self.parts {
            if self.is_size_known() && parts.business_scale.millionths() > GOOD_MILLIONTHS {
                said.push("businesses of similar size".to_owned());
            }
            let trades = self.shared_trades();
            if !trades.is_empty() && parts.industry.millionths() > SAME_TRADES_MILLIONTHS {
                said.push(format!("both in {}", listed(&trades)));
            }
            if parts.job_title == Some(HIGH) {
                said.push("in the same role".to_owned());
            }
        }
        if said.is_empty() {
            said.push("wanted by the organiser".to_owned());
        }
        capitalised(&said.join("; "))
    }

    /// The same in few words, to stand behind "you're".
    fn reason_for_text(&self) -> Option<String> {
        let mut areas = self.shared_areas();
        let more = areas.len().saturating_sub(AREAS_IN_TEXT);
        if areas.is_empty() {
            let trades = self.shared_trades();
            return (!trades.is_empty()).then(|| format!("both in {}", listed(&trades)));
        }
        areas.truncate(AREAS_IN_TEXT);
        if more > 0 {
            areas.push(format!("{more} more"));
        }
        Some(format!("both focused on {}", listed(&areas)))
    }

    /// The stored explanation: every component, and what it stands on.
    pub(super) fn criteria(&self) -> Value {
        let mut criteria = match self.parts.map(serde_json::to_value) {
            Some(Ok(Value::Object(parts))) => parts,
            _ => Map::new(),
        };
        let place = |profile: &Profile| profile.place.as_ref().map(|place| place.name().to_owned());
        let mut say = |key: &str, value: Value| {
            if !value.is_null() {
                criteria.insert(key.to_owned(), value);
            }
        };
        say("location1", json!(place(self.one.0)));
        say("location2", json!(place(self.other.0)));
        say("distanceMiles", json!(self.miles()));
        say("sharedFocusAreas", json!(self.shared_areas()));
        say("sharedServices", json!(self.shared_trades()));
        say("score", json!(self.score));
        say("algorithm", json!(ALGORITHM));
        if let Some(parts) = &self.parts {
            let weights = match parts.job_title {
                Some(_) => &self.params.weights_with_titles,
                None => &self.params.weights,
            };
            say("weights", json!(weights));
        }
        Value::Object(criteria)
    }

    /// What the text to one of the two may say about the other; `match_id` is added when there is
    /// one.
    pub(super) fn personalization(&self, to_first: bool) -> Value {
        let (peer, raw) = if to_first { self.other } else { self.one };
        let first_name = raw.first_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let first_name = first_name.or_else(|| peer.name.split(' ').next());
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut data = Map::new();
        for (key, value) in [
            ("peer_contractor_id", json!(peer.id)),
            ("peer_name", json!(filled(&peer.name))),
            ("peer_first_name", json!(first_name)),
            ("peer_company", json!(filled(&peer.company))),
            ("peer_location", json!(peer.place.as_ref().map(|place| place.name().to_owned()))),
            ("match_reason", json!(self.reason_for_text())),
            ("match_score", json!(self.score.map(|score| (score.get() * 100.0).round() / 100.0))),
            ("is_non_competing", json!(self.is_other_market())),
        ] {
            if !value.is_null() {
                data.insert(key.to_owned(), value);
            }
        }
        Value::Object(data)
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::profile::Vocabulary;

    fn person(id: i64, name: &str, place: &str, areas: &str) -> (Profile, RawProfile) {
        let raw = RawProfile {
            id,
            name: Some(name.to_owned()),
            company_name: Some(format!("{name} Co")),
            service_area: Some(place.to_owned()),
            focus_areas: Some(areas.to_owned()),
            revenue_tier: Some("31_50_million".to_owned()),
            ..RawProfile::default()
        };
        (Profile::read(&raw, &Vocabulary::default()).0, raw)
    }

    const AREAS: &str = "controlling_lead_flow, Hiring Sales Leadership, operational_efficiency";

    #[test]
    fn a_reason_names_what_is_known_and_nothing_else() {
        let one = person(1, "Ada Byron", "Austin, TX", AREAS);
        let other = person(56, "Zeek Test", "Houston, TX", AREAS);
        let params = Params::default();
        let couple = Couple {
            one: (&one.0, &one.1),
            other: (&other.0, &other.1),
            parts: Some(Components {
                focus_areas: Score::ONE,
                geographic: Score::ONE,
                business_scale: Score::ONE,
                industry: Score::from(0.3),
                job_title: None,
            }),
            score: Some(Score::from(0.895)),
            params: &params,
        };
        let reason = couple.reason();
        assert!(
            reason.starts_with(
                "Both focused on controlling lead flow, hiring sales leadership and operational \
                 efficiency; different markets (Austin, TX and Houston, TX, "
            ),
            "{reason}"
        );
        assert!(reason.contains("similar size") && !reason.contains("both in"), "{reason}");
        let data = couple.personalization(true);
        assert_eq!(data["peer_name"], "Zeek Test");
        assert_eq!(data["peer_first_name"], "Zeek");
        assert_eq!(data["peer_location"], "Houston, TX");
        assert_eq!(
            data["match_reason"],
            "both focused on controlling lead flow, hiring sales leadership and 1 more"
        );
        assert_eq!(data["is_non_competing"], true);
        assert_eq!(couple.match_type(), "ideal_peer");
        let criteria = couple.criteria();
        assert_eq!(criteria["focusAreas"], 1.0);
        assert_eq!(criteria["location2"], "Houston, TX");
    }

    #[test]
    fn neighbours_are_not_called_another_market() {
        let one = person(1, "Ada Byron", "Austin, TX", AREAS);
        let other = person(2, "Bo Ruiz", "Round Rock, TX", AREAS);
        let params = Params {
            min_distance_miles: 0.0,
            ..Params::default()
        };
        let couple = Couple {
            one: (&one.0, &one.1),
            other: (&other.0, &other.1),
            parts: None,
            score: None,
            params: &params,
        };
        assert!(!couple.reason().contains("markets"), "{}", couple.reason());
        assert_eq!(couple.personalization(false)["is_non_competing"], false);
    }
}
