//! Where a contractor works: text or coordinates to points on the globe, and miles between them.
//!
//! A place is a set of spots, because a business has branches and a bare name has namesakes. Two
//! places are as far apart as their nearest spots, and a spot known only as a state is a disc that
//! holds the whole state: what is said to be 100 miles away is so wherever in it the business is.

use super::locate;

/// One point of a place, with the radius within which the true point may lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// On the unit sphere.
    unit: [f64; 3],
    /// In miles; 0 for a city or a ZIP code, that of the whole state where only it is known.
    radius_miles: f64,
    /// For people: `Houston, TX`.
    name: String,
}

/// A distance beyond which it does not matter how far two places are apart, ready to be compared
/// without a sine for each pair.
#[derive(Debug, Clone, Copy)]
pub(in crate::matching) struct Enough {
    miles: f64,
    chord_squared: f64,
}

impl Enough {
    pub(in crate::matching) fn new(miles: f64) -> Self {
        let chord = 2.0 * (miles / EARTH_RADIUS_MILES / 2.0).min(1.5).sin();
        // A hair more, so that a pair at the very distance takes the exact way.
        Self {
            miles,
            chord_squared: chord * chord * (1.0 + 1e-6),
        }
    }
}

/// A place that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Never empty.
    spots: Vec<Spot>,
    /// Whether the text could mean several cities; all of them are in `spots`.
    ambiguous: bool,
    name: String,
}

const EARTH_RADIUS_MILES: f64 = 3958.8;
/// A list of more branches is not believed.
const BRANCHES_MAX: usize = 40;
const CHARS_MAX: usize = 1_000;

impl Spot {
    pub(super) fn new(latitude: f64, longitude: f64, radius_miles: f64, name: String) -> Self {
        let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
        let unit = [
            latitude.cos() * longitude.cos(),
            latitude.cos() * longitude.sin(),
            latitude.sin(),
        ];
        Self {
            unit,
            radius_miles,
            name,
        }
    }

    /// The same spot under another name.
    pub(super) fn named(self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    /// The smallest disc around the middle of some spots that holds all of them.
    pub(super) fn around(spots: &[Self], name: &str) -> Option<Self> {
        let mut sum = [0.0; 3];
        for spot in spots {
            for (total, part) in sum.iter_mut().zip(spot.unit) {
                *total += part;
            }
        }
        let length = sum.iter().map(|part| part * part).sum::<f64>().sqrt();
        let middle = Self {
            unit: sum.map(|part| part / length),
            radius_miles: 0.0,
            name: name.to_owned(),
        };
        let radius = spots
            .iter()
            .map(|spot| middle.miles_to(spot))
            .fold(0.0, f64::max);
        (length > 0.0).then_some(Self {
            radius_miles: radius,
            ..middle
        })
    }

    /// How far two businesses at these spots are apart at least, in miles, in hundredths: so fine
    /// that nobody drives it, so coarse that no rounding in a sine decides about a gate.
    fn miles_to(&self, other: &Self) -> f64 {
        let chord = self.chord_squared(other).sqrt();
        let miles = 2.0 * (chord / 2.0).min(1.0).asin() * EARTH_RADIUS_MILES;
        let at_least = miles - self.radius_miles - other.radius_miles;
        (at_least.max(0.0) * 100.0).round() / 100.0
    }
}

impl Spot {
    fn chord_squared(&self, other: &Self) -> f64 {
        let [x, y, z] = self.unit;
        let [a, b, c] = other.unit;
        (x - a) * (x - a) + (y - b) * (y - b) + (z - c) * (z - c)
    }

    fn miles_up_to(&self, other: &Self, enough: Enough) -> f64 {
        let exact = self.radius_miles + other.radius_miles == 0.0;
        if exact && self.chord_squared(other) > enough.chord_squared {
            return enough.miles;
        }
        self.miles_to(other).min(enough.miles)
    }
}

impl Place {
    /// From coordinates in degrees, which are believed before any text; None where they are none on
    /// the globe, and for 0, 0, which is how a missing value looks.
    pub fn from_coordinates(latitude: f64, longitude: f64, name: &str) -> Option<Self> {
        let sane = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let missing = latitude == 0.0 && longitude == 0.0;
        let spot = || Spot::new(latitude, longitude, 0.0, name.to_owned());
        (sane && !missing).then(|| Self {
            spots: vec![spot()],
            ambiguous: false,
            name: name.to_owned(),
        })
    }

    /// From text: `Houston, TX`, `Houston`, a ZIP code, a state, a list of branches. The second
    /// value holds the entries that are no known place; None where nothing is known.
    pub fn read(text: &str) -> (Option<Self>, Vec<String>) {
        if text.chars().nth(CHARS_MAX).is_some() {
            return (None, vec![text.to_owned()]);
        }
        let mut spots: Vec<Spot> = Vec::new();
        let mut unread = Vec::new();
        let mut ambiguous = false;
        for branch in locate::branches(text).into_iter().take(BRANCHES_MAX) {
            let found = locate::look_up(&branch);
            match found.len() {
                0 => unread.push(branch),
                1 => {}
                _ => ambiguous = true,
            }
            spots.extend(found);
        }
        let name = if spots.len() == 1 {
            spots.first().map(|spot| spot.name.clone())
        } else {
            Some(text.trim().to_owned())
        };
        let place = name.filter(|_| !spots.is_empty()).map(|name| Self {
            spots,
            ambiguous,
            name,
        });
        (place, unread)
    }

    /// How far the nearest spots of two places are apart at least, in miles.
    pub fn miles_to(&self, other: &Self) -> f64 {
        let pairs = self
            .spots
            .iter()
            .flat_map(|a| other.spots.iter().map(move |b| a.miles_to(b)));
        pairs.fold(f64::INFINITY, f64::min)
    }

    /// The same, but never more than enough, and quick where it is more.
    pub(in crate::matching) fn miles_up_to(&self, other: &Self, enough: Enough) -> f64 {
        let each = |a: &Spot| {
            let ends = other.spots.iter().map(|b| a.miles_up_to(b, enough));
            ends.fold(f64::INFINITY, f64::min)
        };
        self.spots.iter().map(each).fold(f64::INFINITY, f64::min)
    }

    /// Whether distances from here are exact, and not only the least that they can be.
    pub fn is_exact(&self) -> bool {
        self.spots.len() == 1 && self.spots.iter().all(|spot| spot.radius_miles == 0.0)
    }

    /// Whether the text could mean several cities.
    pub fn is_ambiguous(&self) -> bool {
        self.ambiguous
    }

    /// The words for people: `Houston, TX`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What tells two places apart: equal keys have equal distances to everywhere.
    pub(in crate::matching) fn key(&self) -> Vec<[u64; 4]> {
        let bits = |spot: &Spot| {
            let [x, y, z] = spot.unit.map(f64::to_bits);
            [x, y, z, spot.radius_miles.to_bits()]
        };
        self.spots.iter().map(bits).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        let (place, unread) = Place::read(text);
        assert_eq!(unread, Vec::<String>::new(), "{text}");
        place.unwrap_or_else(|| panic!("{text} is no place"))
    }

    #[test]
    fn austin_and_houston_are_146_miles_apart() {
        let miles = place("Austin, TX").miles_to(&place("Houston, TX"));
        assert!((145.0..148.0).contains(&miles), "{miles}");
    }

    #[test]
    fn every_spelling_of_a_city_is_at_the_same_spot() {
        let houston = place("Houston, TX");
        for text in [
            "Houston",
            "houston tx",
            "HOUSTON, Texas",
            "Houston, TX, USA",
            "Greater Houston Area",
            "Houston metro, TX",
            "77002",
            "Houston, TX 77002-1234",
            "TX 77002",
        ] {
            let miles = place(text).miles_to(&houston);
            assert!(miles < 15.0, "{text}: {miles}");
        }
        assert_eq!(place("Houston").name(), "Houston, TX");
        for (text, same) in [
            ("ST LOUIS, MO", "Saint Louis, Missouri"),
            ("El Paso, TX", "El Paso"),
            ("New York, NY", "NYC"),
            ("New York", "New York City"),
            ("Washington, DC", "Washington DC"),
            ("Ft. Worth TX", "Fort Worth, Texas"),
            ("Winston-Salem, NC", "winston salem nc"),
            ("Montreal, QC", "Montréal, Quebec, Canada"),
            ("Katy, TX", "katy texas"),
        ] {
            assert!(place(text).miles_to(&place(same)) < 1.0, "{text} {same}");
        }
    }

    #[test]
    fn the_nearest_branch_counts() {
        let branches = place("Miami, FL; Dallas, TX");
        let miles = branches.miles_to(&place("Fort Worth, TX"));
        assert!(miles < 40.0, "{miles}");
        assert_eq!(
            place(r#"["Miami, FL", "Dallas, TX"]"#).miles_to(&branches),
            0.0
        );
        assert_eq!(place("Miami, FL, Dallas, TX").miles_to(&branches), 0.0);
        assert!(!branches.is_exact());
    }

    #[test]
    fn a_state_is_as_near_as_its_nearest_corner() {
        let texas = place("Texas");
        assert_eq!(texas.miles_to(&place("El Paso, TX")), 0.0);
        assert!(texas.miles_to(&place("Miami, FL")) > 300.0);
        assert!(place("Central Texas").miles_to(&texas) == 0.0);
        assert!(!texas.is_exact());
        assert!(place("TX, LA").is_ambiguous());
    }

    #[test]
    fn a_name_that_many_cities_bear_means_all_of_them() {
        let springfield = place("Springfield");
        assert!(springfield.is_ambiguous());
        for city in ["Springfield, MO", "Springfield, MA", "Springfield, IL"] {
            assert_eq!(springfield.miles_to(&place(city)), 0.0);
        }
        assert!(!place("Houston").is_ambiguous());
        assert!(place("Washington").is_ambiguous());
    }

    #[test]
    fn what_is_nowhere_is_returned() {
        for text in [
            "Nationwide",
            "remote",
            "🙂",
            "Xyzzy, TX",
            "00000",
            "USA",
            "Acme Inc.",
        ] {
            assert_eq!(Place::read(text), (None, vec![text.to_owned()]));
        }
        let (place, unread) = Place::read("Austin, TX; Xyzzyville");
        assert!(place.is_some());
        assert_eq!(unread, ["Xyzzyville"]);
        assert!(Place::read(&"Austin ".repeat(2_000)).0.is_none());
        assert_eq!(Place::read("  "), (None, Vec::new()));
    }

    #[test]
    fn coordinates_are_checked() {
        assert!(Place::from_coordinates(30.27, -97.74, "Austin").is_some());
        assert!(Place::from_coordinates(0.0, 0.0, "x").is_none());
        assert!(Place::from_coordinates(91.0, 0.0, "x").is_none());
        assert!(Place::from_coordinates(f64::NAN, 0.0, "x").is_none());
    }

    #[test]
    fn the_quick_way_to_a_distance_agrees_with_the_exact_one() {
        let places: Vec<Place> = [
            "Austin, TX",
            "Houston, TX",
            "Dallas",
            "Texas",
            "Miami",
            "60601",
            "Springfield",
        ]
        .map(place)
        .to_vec();
        for miles in [10.0, 100.0, 146.0, 900.0, 12_000.0] {
            for (a, b) in places
                .iter()
                .flat_map(|a| places.iter().map(move |b| (a, b)))
            {
                assert_eq!(
                    a.miles_up_to(b, Enough::new(miles)),
                    a.miles_to(b).min(miles)
                );
            }
        }
    }
}
