//! Times of day that people name: "at 10", "3pm", "10:30", "noon", "in the morning".
//!
//! Pure. Without am or pm an hour from one to six is in the afternoon: nobody means three at night.

use chrono::NaiveTime;

use crate::words::Word;

/// "At 10", "3pm", "10:30", "noon", "in the morning".
pub(super) fn time(words: &[Word]) -> Option<NaiveTime> {
    let plain = |place: usize| words.get(place).map_or("", |word| word.plain.as_str());
    let clock = |hour: u32, minute: u32| NaiveTime::from_hms_opt(hour, minute, 0);
    (0..words.len()).find_map(|place| match plain(place) {
        "noon" | "midday" | "mediodia" | "midi" | "mittag" => clock(12, 0),
        "morning" | "morgens" => clock(9, 0),
        "afternoon" | "nachmittag" | "tarde" => clock(14, 0),
        "evening" | "tonight" | "abend" => clock(18, 0),
        word => hour_at(words, place, word),
    })
}

fn hour_at(words: &[Word], place: usize, word: &str) -> Option<NaiveTime> {
    let plain = |place: usize| words.get(place).map_or("", |word| word.plain.as_str());
    let bare = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let hour: u32 = bare.parse().ok()?;
    let minute_word = words
        .get(place)
        .filter(|word| word.after == ':')
        .map(|_| plain(place + 1));
    let minute_bare = minute_word.map(|m| m.trim_end_matches(|c: char| c.is_ascii_alphabetic()));
    let minute: u32 = minute_bare.map_or(Ok(0), str::parse).ok()?;
    let next = plain(place + 1 + usize::from(minute_word.is_some()));
    let half = [word, minute_word.unwrap_or_default(), next]
        .into_iter()
        .find_map(
            |word| match word.trim_start_matches(|c: char| c.is_ascii_digit()) {
                "pm" => Some(12),
                "am" => Some(0),
                _ => None,
            },
        );
    let at = place
        .checked_sub(1)
        .is_some_and(|before| matches!(plain(before), "at" | "um" | "las" | "as"));
    let hour = match (half, hour) {
        (Some(half), 1..=12) => hour % 12 + half,
        // Nobody means three in the morning.
        (None, 1..=6) if at || minute_word.is_some() => hour + 12,
        (None, 0..=23) if at || minute_word.is_some() => hour,
        _ => return None,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}
