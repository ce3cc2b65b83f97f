//! Names of places looked up: a cell split into branches, a branch found in the gazetteer.

use super::gazetteer::{self, Gazetteer};
use super::list;
use super::place::Spot;

/// Words around a name that do not move it.
const AROUND: [&str; 13] = [
    "greater",
    "metro",
    "metropolitan",
    "area",
    "areas",
    "region",
    "and",
    "surrounding",
    "the",
    "city",
    "of",
    "downtown",
    "vicinity",
];
const COUNTRIES: [&str; 7] = [
    "us",
    "usa",
    "u_s",
    "u_s_a",
    "united_states",
    "america",
    "canada",
];
const DIRECTIONS: [&str; 12] = [
    "north",
    "south",
    "east",
    "west",
    "central",
    "northern",
    "southern",
    "eastern",
    "western",
    "northeast",
    "northwest",
    "southeast",
];

/// The branches of a cell. A comma separates branches, and a city from its state.
pub(super) fn branches(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.starts_with(['[', '{']) {
        return list::items(text);
    }
    let mut found: Vec<String> = Vec::new();
    for part in text.split([';', '|', '\n', '/', '•']) {
        // The key of the branch before, while a state may follow it.
        let mut open: Option<String> = None;
        for piece in part
            .split(',')
            .map(str::trim)
            .filter(|piece| !piece.is_empty())
        {
            let key = list::key(piece).unwrap_or_default();
            if COUNTRIES.contains(&key.as_str()) && !found.is_empty() {
                continue;
            }
            match (found.last_mut(), open.take()) {
                (Some(city), Some(before)) if follows(&before, &key) => {
                    city.push_str(", ");
                    city.push_str(piece);
                }
                _ => {
                    found.push(piece.to_owned());
                    open = (key.len() > 2).then_some(key);
                }
            }
        }
    }
    found
}

/// Whether this is the state of the city before. Some cities are called like a state: after such a
/// name only a code is its state, so that `Delaware, OH` is one place and `Texas, Ohio` two.
fn follows(before: &str, key: &str) -> bool {
    let is_code = key.split('_').next().is_some_and(|code| code.len() == 2);
    is_state_part(key) && (is_code || state_of_key(before).is_none())
}

/// A state, or a state with a ZIP code behind it.
fn is_state_part(key: &str) -> bool {
    let without_zip = key
        .rsplit_once('_')
        .filter(|(_, last)| zip_code(last).is_some());
    state_of_key(without_zip.map_or(key, |(state, _)| state)).is_some()
}

fn state_of_key(key: &str) -> Option<usize> {
    gazetteer::state_of(key)
}

/// The spots that one branch can mean; none where it is not known.
pub(super) fn look_up(branch: &str) -> Vec<Spot> {
    let Some(key) = list::key(branch) else {
        return Vec::new();
    };
    let places = Gazetteer::shipped();
    let key = without_country(&key);
    if let Some(spot) = zip_in(key).and_then(|code| places.zip(code)) {
        return vec![spot.named(branch.trim())];
    }
    let key = without_zip(key);
    if let Some((_, comma_state)) = branch.rsplit_once(',')
        && list::key(comma_state).is_some_and(|state| is_state_part(&state))
    {
        return named_city(key).into_iter().collect();
    }
    if let Some(state) = state_of_key(key).or_else(|| directed_state(key)) {
        return state_or_city(key, state);
    }
    if let Some(spot) = named_city(key) {
        return vec![spot];
    }
    let cities = places.cities(key);
    if cities.is_empty() {
        places.cities(&core(key))
    } else {
        cities
    }
}

/// The whole state; for the names that people also use for a city, that city, or both.
fn state_or_city(key: &str, state: usize) -> Vec<Spot> {
    let places = Gazetteer::shipped();
    let city = match key {
        "new_york" => return places.cities(key),
        "washington" | "la" => places.cities(if key == "la" { key } else { "dc" }),
        _ => Vec::new(),
    };
    places.state(state).into_iter().chain(city).collect()
}

/// A city with its state behind it: `houston_tx`, `salt_lake_city_utah`, `st_louis_missouri`.
fn named_city(key: &str) -> Option<Spot> {
    let (city, state) = city_and_state(key)?;
    let places = Gazetteer::shipped();
    places
        .city_in(city, state)
        .or_else(|| places.city_in(&core(city), state))
}

/// Splits at every word from the left, so that the longest name of a state wins.
fn city_and_state(key: &str) -> Option<(&str, usize)> {
    let ends = key.match_indices('_').map(|(place, _)| place);
    ends.filter_map(|place| {
        let (city, rest) = (key.get(..place)?, key.get(place + 1..)?);
        Some((city, state_of_key(rest)?))
    })
    .next()
}

/// `central_texas`: somewhere in Texas.
fn directed_state(key: &str) -> Option<usize> {
    let (direction, state) = key.split_once('_')?;
    DIRECTIONS
        .contains(&direction)
        .then(|| state_of_key(state))
        .flatten()
}

/// The name without the words around it; all of it where nothing would be left.
fn core(key: &str) -> String {
    let words: Vec<&str> = key
        .split('_')
        .filter(|word| !AROUND.contains(word))
        .collect();
    words.join("_")
}

fn without_country(key: &str) -> &str {
    let ending = COUNTRIES
        .iter()
        .find_map(|country| key.strip_suffix(country)?.strip_suffix('_'));
    ending.unwrap_or(key)
}

fn without_zip(key: &str) -> &str {
    match key.rsplit_once('_') {
        Some((rest, last)) if zip_code(last).is_some() => rest,
        _ => key,
    }
}

/// The ZIP code at the end: `77002`, `tx_77002`, `77002_1234`.
fn zip_in(key: &str) -> Option<u32> {
    let (rest, last) = key.rsplit_once('_').unwrap_or(("", key));
    let plus_four = last.len() == 4 && last.bytes().all(|digit| digit.is_ascii_digit());
    if plus_four {
        return zip_code(rest.rsplit_once('_').map_or(rest, |(_, code)| code));
    }
    zip_code(last)
}

fn zip_code(text: &str) -> Option<u32> {
    let is_code = text.len() == 5 && text.bytes().all(|digit| digit.is_ascii_digit());
    is_code.then(|| text.parse().ok()).flatten()
}
