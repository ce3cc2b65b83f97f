//! Where cities, ZIP codes and states lie: GeoNames data that ships with the program.
//!
//! `data/README.md` names the sources and their licence, CC BY 4.0. The files are parsed when a
//! place is first looked up, and stay in memory for the life of the program (about 4 MB).

use std::sync::OnceLock;

use super::list;
use super::place::Spot;

const PLACES: &str = include_str!("../../../data/places.tsv");
const ZIPS: &str = include_str!("../../../data/zips.tsv");

/// Codes and names of the states, districts and provinces.
const STATES: [(&str, &str); 64] = [
    ("AL", "alabama"),
    ("AK", "alaska"),
    ("AZ", "arizona"),
    ("AR", "arkansas"),
    ("CA", "california"),
    ("CO", "colorado"),
    ("CT", "connecticut"),
    ("DE", "delaware"),
    ("DC", "district_of_columbia"),
    ("FL", "florida"),
    ("GA", "georgia"),
    ("HI", "hawaii"),
    ("ID", "idaho"),
    ("IL", "illinois"),
    ("IN", "indiana"),
    ("IA", "iowa"),
    ("KS", "kansas"),
    ("KY", "kentucky"),
    ("LA", "louisiana"),
    ("ME", "maine"),
    ("MD", "maryland"),
    ("MA", "massachusetts"),
    ("MI", "michigan"),
    ("MN", "minnesota"),
    ("MS", "mississippi"),
    ("MO", "missouri"),
    ("MT", "montana"),
    ("NE", "nebraska"),
    ("NV", "nevada"),
    ("NH", "new_hampshire"),
    ("NJ", "new_jersey"),
    ("NM", "new_mexico"),
    ("NY", "new_york"),
    ("NC", "north_carolina"),
    ("ND", "north_dakota"),
    ("OH", "ohio"),
    ("OK", "oklahoma"),
    ("OR", "oregon"),
    ("PA", "pennsylvania"),
    ("RI", "rhode_island"),
    ("SC", "south_carolina"),
    ("SD", "south_dakota"),
    ("TN", "tennessee"),
    ("TX", "texas"),
    ("UT", "utah"),
    ("VT", "vermont"),
    ("VA", "virginia"),
    ("WA", "washington"),
    ("WV", "west_virginia"),
    ("WI", "wisconsin"),
    ("WY", "wyoming"),
    ("AB", "alberta"),
    ("BC", "british_columbia"),
    ("MB", "manitoba"),
    ("NB", "new_brunswick"),
    ("NL", "newfoundland_and_labrador"),
    ("NS", "nova_scotia"),
    ("ON", "ontario"),
    ("PE", "prince_edward_island"),
    ("QC", "quebec"),
    ("SK", "saskatchewan"),
    ("YT", "yukon"),
    ("NT", "northwest_territories"),
    ("NU", "nunavut"),
];
/// What people call a city that GeoNames calls otherwise; the state where the name needs one.
const NICKNAMES: [(&str, &str, &str); 15] = [
    ("new_york", "new_york_city", "NY"),
    ("nyc", "new_york_city", "NY"),
    ("manhattan", "new_york_city", "NY"),
    ("washington_dc", "washington", "DC"),
    ("dc", "washington", "DC"),
    ("la", "los_angeles", "CA"),
    ("philly", "philadelphia", "PA"),
    ("vegas", "las_vegas", "NV"),
    ("slc", "salt_lake_city", "UT"),
    ("dfw", "dallas", "TX"),
    ("dallas_ft_worth", "dallas", "TX"),
    ("twin_cities", "minneapolis", "MN"),
    ("bay_area", "san_francisco", "CA"),
    ("san_francisco_bay_area", "san_francisco", "CA"),
    ("tampa_bay", "tampa", "FL"),
];
/// A namesake with less than this share of the largest one's people is not meant by the bare name.
const NAMESAKE_SHARE: f64 = 0.1;

/// The index of all places.
pub(super) struct Gazetteer {
    /// Sorted by key, then by population, the largest first.
    cities: Vec<City>,
    /// Sorted by code.
    zips: Vec<(u32, f32, f32)>,
    /// By the place in `STATES`.
    states: Vec<Option<Spot>>,
}

struct City {
    key: Box<str>,
    name: &'static str,
    state: u8,
    latitude: f32,
    longitude: f32,
    population: u32,
}

impl City {
    fn spot(&self) -> Spot {
        let state = STATES
            .get(usize::from(self.state))
            .map_or("", |(code, _)| *code);
        let name = format!("{}, {state}", self.name);
        Spot::new(
            f64::from(self.latitude),
            f64::from(self.longitude),
            0.0,
            name,
        )
    }
}

impl Gazetteer {
    /// The one that ships with the program.
    pub(super) fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Gazetteer> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::parse(PLACES, ZIPS))
    }

    fn parse(places: &'static str, zips: &'static str) -> Self {
        let mut cities: Vec<City> = rows(places).filter_map(city_row).collect();
        let codes: Vec<(u32, f32, f32, Option<City>)> = rows(zips).filter_map(zip_row).collect();
        sort_cities(&mut cities);
        // Post offices name many places that are too small for the list of cities.
        let mut offices: Vec<City> = Vec::new();
        let mut zips: Vec<(u32, f32, f32)> = Vec::with_capacity(codes.len());
        for (code, latitude, longitude, office) in codes {
            zips.push((code, latitude, longitude));
            let new = office.filter(|office| {
                let same = |city: &City| city.key == office.key && city.state == office.state;
                !named(&cities, &office.key).iter().any(same)
            });
            offices.extend(new);
        }
        sort_cities(&mut offices);
        offices.dedup_by(|a, b| a.key == b.key && a.state == b.state);
        let states = (0..STATES.len())
            .map(|state| state_spot(&cities, state))
            .collect();
        cities.append(&mut offices);
        sort_cities(&mut cities);
        zips.sort_by_key(|(code, _, _)| *code);
        Self {
            cities,
            zips,
            states,
        }
    }

    /// Where a five-digit ZIP code lies.
    pub(super) fn zip(&self, code: u32) -> Option<Spot> {
        let place = self
            .zips
            .binary_search_by_key(&code, |(code, _, _)| *code)
            .ok()?;
        let (_, latitude, longitude) = *self.zips.get(place)?;
        Some(Spot::new(
            f64::from(latitude),
            f64::from(longitude),
            0.0,
            format!("{code:05}"),
        ))
    }

    /// The whole of a state: a disc that holds all of its cities.
    pub(super) fn state(&self, state: usize) -> Option<Spot> {
        self.states.get(state)?.clone()
    }

    /// A city of a state, by its key.
    pub(super) fn city_in(&self, key: &str, state: usize) -> Option<Spot> {
        let key = city_key(key);
        let code = STATES.get(state).map(|(code, _)| *code);
        let nickname = NICKNAMES
            .iter()
            .find(|(nick, _, of)| *nick == key && Some(*of) == code);
        let key = nickname.map_or(key.as_str(), |(_, city, _)| *city);
        let of_state = |city: &&City| usize::from(city.state) == state;
        named(&self.cities, key)
            .iter()
            .find(of_state)
            .map(City::spot)
    }

    /// The cities that a name without a state can mean: the largest, and every one with at least a
    /// tenth of its people.
    pub(super) fn cities(&self, key: &str) -> Vec<Spot> {
        let key = city_key(key);
        let nickname = NICKNAMES.iter().find(|(nick, _, _)| *nick == key);
        if let Some((_, city, code)) = nickname {
            let state = state_of(code).unwrap_or(STATES.len());
            return self.city_in(city, state).into_iter().collect();
        }
        let namesakes = named(&self.cities, &key);
        let largest = namesakes
            .first()
            .map_or(0.0, |city| f64::from(city.population));
        let meant = |city: &&City| f64::from(city.population) >= largest * NAMESAKE_SHARE;
        namesakes.iter().filter(meant).map(City::spot).collect()
    }
}

/// The place in the table of a state's code or name, given as a key (`tx`, `new_york`).
pub(super) fn state_of(text: &str) -> Option<usize> {
    STATES
        .iter()
        .position(|(code, name)| code.eq_ignore_ascii_case(text) || *name == text)
}

/// One spelling for names that are shortened: `saint` is `st`, `fort` is `ft`.
fn city_key(key: &str) -> String {
    let words: Vec<&str> = key
        .split('_')
        .map(|word| match word {
            "saint" => "st",
            "sainte" => "ste",
            "fort" => "ft",
            "mount" => "mt",
            "heights" => "hts",
            word => word,
        })
        .collect();
    words.join("_")
}

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

fn city_row(cells: Vec<&'static str>) -> Option<City> {
    let [name, state, latitude, longitude, population] = cells.try_into().ok()?;
    Some(City {
        key: city_key(&list::key(name)?).into(),
        name,
        state: u8::try_from(state_of(state)?).ok()?,
        latitude: latitude.parse().ok()?,
        longitude: longitude.parse().ok()?,
        population: population.parse().ok()?,
    })
}

fn zip_row(cells: Vec<&'static str>) -> Option<(u32, f32, f32, Option<City>)> {
    let [code, latitude, longitude, office, state] = cells.try_into().ok()?;
    let city = city_row(vec![office, state, latitude, longitude, "0"]);
    Some((
        code.parse().ok()?,
        latitude.parse().ok()?,
        longitude.parse().ok()?,
        city,
    ))
}

fn sort_cities(cities: &mut [City]) {
    cities.sort_by(|a, b| {
        (&a.key, std::cmp::Reverse(a.population), a.state)
            .cmp(&(&b.key, std::cmp::Reverse(b.population), b.state))
            .then(a.latitude.total_cmp(&b.latitude))
            .then(a.longitude.total_cmp(&b.longitude))
    });
}

fn named<'a>(cities: &'a [City], key: &str) -> &'a [City] {
    let begin = cities.partition_point(|city| *city.key < *key);
    let rest = cities.get(begin..).unwrap_or_default();
    let end = rest.partition_point(|city| *city.key == *key);
    rest.get(..end).unwrap_or_default()
}

fn state_spot(cities: &[City], state: usize) -> Option<Spot> {
    let own: Vec<Spot> = cities
        .iter()
        .filter(|city| usize::from(city.state) == state)
        .map(City::spot)
        .collect();
    Spot::around(&own, STATES.get(state)?.0)
}
