//! What a contractor works on: one key for every spelling of an area, and its name for people.
//!
//! The vocabulary is open. The areas of the registration forms are known with their names; any
//! other short text is an area of its own, which two people share when they wrote the same.

use super::Vocabulary;
use super::list;

/// A focus area, as its key (`operational_efficiency`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FocusArea(String);

/// Other words for an area that the forms know.
const ALIASES: [(&str, &str); 25] = [
    ("lead_flow", "controlling_lead_flow"),
    ("control_lead_flow", "controlling_lead_flow"),
    ("lead_flow_control", "controlling_lead_flow"),
    ("closing_a_higher_percentage", "closing_higher_percentage"),
    ("closing_higher_percentages", "closing_higher_percentage"),
    ("close_higher_percentage", "closing_higher_percentage"),
    ("quality_of_installation", "installation_quality"),
    ("install_quality", "installation_quality"),
    ("hire_sales_leadership", "hiring_sales_leadership"),
    ("hiring_sales_leaders", "hiring_sales_leadership"),
    ("automated_marketing", "marketing_automation"),
    ("automation_of_marketing", "marketing_automation"),
    ("retaining_customers", "customer_retention"),
    ("client_retention", "customer_retention"),
    ("operations_efficiency", "operational_efficiency"),
    ("operational_efficiencies", "operational_efficiency"),
    ("efficiency_of_operations", "operational_efficiency"),
    ("integration_of_technology", "technology_integration"),
    ("tech_integration", "technology_integration"),
    ("tech_implementation", "technology_implementation"),
    ("tech_systems", "technology_systems"),
    ("finance_management", "financial_management"),
    ("managing_finances", "financial_management"),
    ("greenfield", "greenfield_growth"),
    ("grow_revenue", "revenue_growth"),
];
/// Words that are written in capitals.
const CAPITALS: [&str; 8] = ["ai", "crm", "hr", "hvac", "kpi", "seo", "it", "roi"];

impl FocusArea {
    /// The area that a text names; None for blank text, words that say nothing, and whole essays.
    pub fn read(text: &str, vocabulary: &Vocabulary) -> Option<Self> {
        let key = list::key(text)?;
        let own = vocabulary.focus_aliases.get(&key).map(String::as_str);
        let known = ALIASES.iter().find(|(alias, _)| *alias == key);
        let key = own.or(known.map(|(_, area)| *area)).unwrap_or(&key);
        Some(Self(key.to_owned()))
    }

    /// The key that is stored and compared.
    pub fn key(&self) -> &str {
        &self.0
    }

    /// The words that people read, fit for the middle of a sentence: `controlling lead flow`.
    pub fn name(&self) -> String {
        let words: Vec<String> = self.0.split('_').map(capitals).collect();
        words.join(" ")
    }
}

fn capitals(word: &str) -> String {
    if CAPITALS.contains(&word) {
        word.to_uppercase()
    } else {
        word.to_owned()
    }
}

/// The areas of two cells, the list and the main one, sorted, each once; and what was not an area.
pub(super) fn read_all(
    cells: [Option<&str>; 2],
    vocabulary: &Vocabulary,
) -> (Vec<FocusArea>, Vec<String>) {
    let mut areas = Vec::new();
    let mut unread = Vec::new();
    for item in cells.into_iter().flatten().flat_map(list::items) {
        match FocusArea::read(&item, vocabulary) {
            Some(area) => areas.push(area),
            None => unread.push(item),
        }
    }
    areas.sort();
    areas.dedup();
    (areas, unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_and_known_aliases_are_one_area() {
        let vocabulary = Vocabulary::default();
        let read = |text| FocusArea::read(text, &vocabulary);
        let area = read("Operational Efficiency").unwrap();
        assert_eq!(Some(&area), read("operational_efficiency").as_ref());
        assert_eq!(Some(&area), read("Operations efficiency").as_ref());
        assert_eq!(area.name(), "operational efficiency");
        assert_eq!(read("AI for HR").unwrap().name(), "AI for HR");
        assert_eq!(read("n/a"), None);
    }

    #[test]
    fn an_organiser_adds_aliases() {
        let mut vocabulary = Vocabulary::default();
        let alias = ("lean".to_owned(), "operational_efficiency".to_owned());
        vocabulary.focus_aliases.extend([alias]);
        let area = FocusArea::read("Lean!", &vocabulary).unwrap();
        assert_eq!(area.key(), "operational_efficiency");
    }

    #[test]
    fn the_main_area_counts_once_and_what_is_none_is_returned() {
        let cells = [
            Some("team_building, 🙂, Team Building"),
            Some("revenue growth"),
        ];
        let (areas, unread) = read_all(cells, &Vocabulary::default());
        let keys: Vec<&str> = areas.iter().map(FocusArea::key).collect();
        assert_eq!(keys, ["revenue_growth", "team_building"]);
        assert_eq!(unread, ["🙂"]);
    }
}
