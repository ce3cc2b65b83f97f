//! Job titles as level and function, because two titles can be close in letters only ("sales
//! manager" and "sales trainer") or in meaning only ("owner" and "president").

use super::list;

/// How far up a title is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Owns or runs the business.
    Principal,
    /// Runs a part of it.
    Executive,
    /// Leads people.
    Manager,
    /// Does the work.
    Staff,
}

/// What a title is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// The business as a whole, or nothing said.
    General,
    /// Selling, business development, accounts.
    Sales,
    /// Marketing and advertising.
    Marketing,
    /// Operations, projects, production, field work.
    Operations,
    /// Money.
    Finance,
    /// People.
    People,
    /// Technology.
    Technology,
}

/// A title that says something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Title {
    /// Level and function are known.
    Known(Level, Function),
    /// Neither is: the words, compared by spelling.
    Words(Vec<String>),
}

/// Words of a title with the level they mean; the first that occurs decides, so the higher first.
const LEVELS: [(&str, Level); 48] = [
    ("vice_president", Level::Executive),
    ("vp", Level::Executive),
    ("v_p", Level::Executive),
    ("svp", Level::Executive),
    ("evp", Level::Executive),
    ("owner", Level::Principal),
    ("co_owner", Level::Principal),
    ("coowner", Level::Principal),
    ("president", Level::Principal),
    ("ceo", Level::Principal),
    ("chief_executive", Level::Principal),
    ("chief_executive_officer", Level::Principal),
    ("founder", Level::Principal),
    ("cofounder", Level::Principal),
    ("principal", Level::Principal),
    ("proprietor", Level::Principal),
    ("managing_member", Level::Principal),
    ("managing_partner", Level::Principal),
    ("managing_director", Level::Principal),
    ("partner", Level::Principal),
    ("chairman", Level::Principal),
    ("chair", Level::Principal),
    ("coo", Level::Executive),
    ("cfo", Level::Executive),
    ("cmo", Level::Executive),
    ("cto", Level::Executive),
    ("cio", Level::Executive),
    ("cro", Level::Executive),
    ("chro", Level::Executive),
    ("chief", Level::Executive),
    ("gm", Level::Executive),
    ("general_manager", Level::Executive),
    ("director", Level::Manager),
    ("dir", Level::Manager),
    ("manager", Level::Manager),
    ("mgr", Level::Manager),
    ("head", Level::Manager),
    ("supervisor", Level::Manager),
    ("lead", Level::Manager),
    ("foreman", Level::Manager),
    ("pm", Level::Manager),
    ("superintendent", Level::Manager),
    ("coordinator", Level::Staff),
    ("rep", Level::Staff),
    ("representative", Level::Staff),
    ("consultant", Level::Staff),
    ("specialist", Level::Staff),
    ("trainer", Level::Staff),
];
/// More words of those who do the work; they decide only where no word above does.
const STAFF: [&str; 14] = [
    "estimator",
    "associate",
    "assistant",
    "technician",
    "tech",
    "installer",
    "analyst",
    "executive",
    "salesperson",
    "salesman",
    "bookkeeper",
    "administrator",
    "agent",
    "engineer",
];
/// Words with the function they mean; the first that occurs decides.
const FUNCTIONS: [(&str, Function); 36] = [
    ("business_development", Function::Sales),
    ("account_executive", Function::Sales),
    ("sales", Function::Sales),
    ("bd", Function::Sales),
    ("bdr", Function::Sales),
    ("sdr", Function::Sales),
    ("salesperson", Function::Sales),
    ("salesman", Function::Sales),
    ("revenue", Function::Sales),
    ("cro", Function::Sales),
    ("marketing", Function::Marketing),
    ("cmo", Function::Marketing),
    ("brand", Function::Marketing),
    ("advertising", Function::Marketing),
    ("operations", Function::Operations),
    ("ops", Function::Operations),
    ("operating", Function::Operations),
    ("coo", Function::Operations),
    ("project", Function::Operations),
    ("pm", Function::Operations),
    ("production", Function::Operations),
    ("field", Function::Operations),
    ("installation", Function::Operations),
    ("installer", Function::Operations),
    ("foreman", Function::Operations),
    ("superintendent", Function::Operations),
    ("estimator", Function::Operations),
    ("finance", Function::Finance),
    ("financial", Function::Finance),
    ("cfo", Function::Finance),
    ("bookkeeper", Function::Finance),
    ("hr", Function::People),
    ("human_resources", Function::People),
    ("recruiting", Function::People),
    ("technology", Function::Technology),
    ("cto", Function::Technology),
];
/// Words of a title that were not understood; more are left out.
const WORDS_MAX: usize = 8;

impl Title {
    /// Reads a title; None where there is no word in it.
    pub fn read(text: &str) -> Option<Self> {
        let key = list::key(text)?;
        let level = first(&key, &LEVELS).or_else(|| {
            STAFF
                .iter()
                .any(|word| contains(&key, word))
                .then_some(Level::Staff)
        });
        let function = first(&key, &FUNCTIONS);
        Some(match (level, function) {
            (None, None) => Self::Words(words(&key)),
            // "Sales" alone is somebody who sells.
            (level, function) => Self::Known(
                level.unwrap_or(Level::Staff),
                function.unwrap_or(Function::General),
            ),
        })
    }
}

fn first<T: Copy>(key: &str, table: &[(&str, T)]) -> Option<T> {
    let found = table.iter().find(|(word, _)| contains(key, word));
    found.map(|(_, meaning)| *meaning)
}

/// Whether the words stand in the key, as whole words: `pm` is not in `development`.
fn contains(key: &str, wanted: &str) -> bool {
    key.match_indices(wanted).any(|(place, _)| {
        let before = key.get(..place).unwrap_or_default();
        let after = key.get(place + wanted.len()..).unwrap_or_default();
        (before.is_empty() || before.ends_with('_')) && (after.is_empty() || after.starts_with('_'))
    })
}

fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = key.split('_').map(str::to_owned).take(WORDS_MAX).collect();
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonyms_have_one_level() {
        for title in [
            "Owner",
            "co-owner",
            "President & CEO",
            "Founder",
            "OWNER/OPERATOR",
            "Managing Partner",
        ] {
            assert!(
                matches!(Title::read(title), Some(Title::Known(Level::Principal, _))),
                "{title}"
            );
        }
        let known = |title| match Title::read(title) {
            Some(Title::Known(level, function)) => Some((level, function)),
            _ => None,
        };
        assert_eq!(
            known("V.P. of Sales"),
            Some((Level::Executive, Function::Sales))
        );
        assert_eq!(known("VP Sales"), Some((Level::Executive, Function::Sales)));
        assert_eq!(
            known("Vice President, Operations"),
            Some((Level::Executive, Function::Operations))
        );
        assert_eq!(known("GM"), Some((Level::Executive, Function::General)));
        assert_eq!(
            known("Dir. of Marketing"),
            Some((Level::Manager, Function::Marketing))
        );
        assert_eq!(
            known("Sales Manager"),
            Some((Level::Manager, Function::Sales))
        );
        assert_eq!(
            known("Sales Trainer"),
            Some((Level::Staff, Function::Sales))
        );
        assert_eq!(
            known("Estimator"),
            Some((Level::Staff, Function::Operations))
        );
    }

    #[test]
    fn only_whole_words_count() {
        assert_eq!(
            Title::read("Development"),
            Some(Title::Words(vec!["development".into()]))
        );
        let business = Title::read("VP Business Development");
        assert_eq!(
            business,
            Some(Title::Known(Level::Executive, Function::Sales))
        );
    }

    #[test]
    fn titles_without_words_are_none() {
        for title in ["", "🙂", "n/a", &"manager ".repeat(2_000)] {
            assert_eq!(Title::read(title), None);
        }
    }
}
