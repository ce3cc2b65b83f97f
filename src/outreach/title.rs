//! From a job title to the seats that it fills: whole words, with the words around them.
//!
//! Pure. Titles are short and messy: "President & CEO", "VP, Finance", "Executive Assistant to the
//! CEO". A vice president is no president, a product owner owns no company, and whoever assists,
//! advises or preceded the holder of a seat does not hold it. English titles only.

use super::slots::{Rank, Slot};

/// Up to the next comma the title speaks of somebody else, or of another time.
const CUTS: &str = "to for former formerly ex past previous previously";

/// Anywhere in the title: the person has left the seat, or does not have it yet.
const GONE: &str = "retired emeritus elect incoming aspiring";

/// In the first words these make every seat of the title somebody else's.
const ASSISTANTS: &str = "assistant intern trainee aide ea pa";

/// Not the holder of the seat named beside them, but somebody near or below.
const NEAR_ONLY: &str = "assistant intern trainee aide ea pa deputy associate junior vice advisor adviser coach \
    office staff student";

/// What one owns without owning the company.
const NOT_COMPANIES: &str =
    "product process data system systems risk control service platform project home technical";

/// What a controller of money is called; a document controller controls documents.
const OF_MONEY: &str = "financial finance corporate group company division divisional plant senior chief regional \
    global business accounting";

/// Sells or builds something for personnel departments, and is in none.
const SELLERS: &str =
    "sales software engineer developer account marketing consultant broker agent tech";

/// Every seat that a title fills and how high in it; at most one rank per seat.
pub fn seats(title: &str) -> Vec<(Slot, Rank)> {
    let Some(title) = Title::read(title) else {
        return Vec::new();
    };
    [
        (Slot::Ceo, title.ceo()),
        (Slot::Cfo, title.cfo()),
        (Slot::Hr, title.hr()),
    ]
    .into_iter()
    .filter_map(|(slot, rank)| Some((slot, Rank::new(rank?))))
    .collect()
}

/// The words that speak of the person's own seats: parts between "&", "/" and commas.
struct Title {
    parts: Vec<Vec<String>>,
}

impl Title {
    /// None when the title as a whole is somebody else's seat.
    fn read(title: &str) -> Option<Self> {
        let plain = plain(title);
        let mut parts = Vec::new();
        for (place, phrase) in plain.split('|').enumerate() {
            let words: Vec<&str> = phrase.split_whitespace().collect();
            if words.iter().any(|word| listed(GONE, word)) {
                return None;
            }
            let own = words
                .split(|word| listed(CUTS, word))
                .next()
                .unwrap_or_default();
            if place == 0
                && own
                    .iter()
                    .take_while(|w| **w != "&")
                    .any(|w| listed(ASSISTANTS, w))
            {
                return None;
            }
            parts.extend(
                own.split(|word| *word == "&")
                    .filter(|part| !part.iter().any(|word| listed(NEAR_ONLY, word)))
                    .map(|part| part.iter().map(|word| (*word).to_owned()).collect()),
            );
        }
        Some(Self { parts })
    }

    /// 1 chief executive · 2 president, owner · 3 founder · 4 managing director · 5 general manager
    /// · 6 principal.
    fn ceo(&self) -> Option<u8> {
        // "Managing Director, Finance" runs a department.
        let of_department = self.names_finance() || self.names_people();
        if self.has("ceo") || self.has_pair("chief", "executive") {
            Some(1)
        } else if self.has("president")
            || self.has_after("owner", |word| !listed(NOT_COMPANIES, word))
        {
            Some(2)
        } else if self.has("founder") || self.has("cofounder") {
            Some(3)
        } else if self.has_pair("managing", "director") && !of_department {
            Some(4)
        } else if self.has_pair("general", "manager") && !of_department {
            Some(5)
        } else {
            let principal = |part: &Vec<String>| {
                part.as_slice() == ["principal"] || *part == ["managing", "principal"]
            };
            self.parts.iter().any(principal).then_some(6)
        }
    }

    /// 1 chief financial officer · 2 finance director, vice president of finance · 3 controller
    /// · 4 treasurer.
    fn cfo(&self) -> Option<u8> {
        let controls_money = |title| {
            self.has_unsold(title)
                && self.has_after(title, |word| word.is_empty() || listed(OF_MONEY, word))
        };
        if self.has("cfo")
            || self.has_pair("chief", "financial")
            || self.has_pair("chief", "finance")
        {
            Some(1)
        } else if ["vp", "director"]
            .iter()
            .any(|level| self.leads(level, "finance"))
            || self.has_pair("financial", "director")
        {
            Some(2)
        } else if controls_money("controller") || controls_money("comptroller") {
            Some(3)
        } else {
            self.has("treasurer").then_some(4)
        }
    }

    /// 1 chief people officer · 2 vice president · 3 director, head · 4 manager · 6 everybody else
    /// in human resources; one lower in a part of it (talent, recruiting, benefits).
    fn hr(&self) -> Option<u8> {
        let chief = ["people", "human", "hr", "talent"]
            .iter()
            .any(|of| self.has_pair("chief", of));
        if chief || self.has("chro") {
            return Some(1);
        }
        let section = ["talent", "recruiting", "recruitment", "benefits"];
        let whole = self.names_people();
        if !whole && !section.iter().any(|word| self.has_unsold(word)) {
            return None;
        }
        let level = if self.has("vp") {
            2
        } else if self.has("director") || self.has("head") {
            3
        } else if self.has("manager") || self.has("lead") {
            4
        } else if whole {
            6
        } else {
            7
        };
        Some(if whole || level > 4 { level } else { level + 1 })
    }

    fn names_finance(&self) -> bool {
        self.has("finance") || self.has("financial")
    }

    fn names_people(&self) -> bool {
        let leads_people = ["vp", "head", "director"]
            .iter()
            .any(|level| self.leads(level, "people"));
        self.has_unsold("hr")
            || self.has_pair("people", "operations")
            || self.has_pair("people", "ops")
            || leads_people
    }

    fn has(&self, word: &str) -> bool {
        self.has_after(word, |_| true)
    }

    /// Whether the word stands after one that fits; after nothing, that one is empty.
    fn has_after(&self, word: &str, fits: impl Fn(&str) -> bool) -> bool {
        self.parts.iter().any(|part| {
            part.iter().enumerate().any(|(place, here)| {
                let before = place.checked_sub(1).and_then(|place| part.get(place));
                here == word && fits(before.map(String::as_str).unwrap_or_default())
            })
        })
    }

    fn has_pair(&self, first: &str, second: &str) -> bool {
        self.has_after(second, |before| before == first)
    }

    /// Whether a part has the word and none that says the person only sells to such people.
    fn has_unsold(&self, word: &str) -> bool {
        self.parts.iter().any(|part| {
            part.iter().any(|here| here == word)
                && !part.iter().any(|here| listed(SELLERS, here.as_str()))
        })
    }

    /// "VP Finance", "VP of Finance", "VP, Finance" and "Finance VP".
    fn leads(&self, level: &str, department: &str) -> bool {
        let filler =
            |word: &&str| !matches!(*word, "of" | "the" | "global" | "corporate" | "group");
        let words: Vec<&str> = self
            .parts
            .iter()
            .flatten()
            .map(String::as_str)
            .filter(filler)
            .collect();
        words
            .windows(2)
            .any(|pair| pair == [level, department] || pair == [department, level])
    }
}

fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|entry| entry == word)
}

/// Lowercase words; "&" between parts of one phrase, "|" between phrases; "vp" for every kind of
/// vice president, "hr" for human resources, and C.E.O. as one word.
fn plain(title: &str) -> String {
    let mut spelled = String::with_capacity(title.len());
    for c in title.chars().flat_map(char::to_lowercase) {
        match c {
            '.' | '\'' | '’' => {}
            ',' | ';' | '|' | '(' | ')' | '–' | '—' | ':' => spelled.push_str(" | "),
            '&' | '/' | '+' => spelled.push_str(" & "),
            c if c.is_alphanumeric() => spelled.push(c),
            '-' => spelled.push('-'),
            _ => spelled.push(' '),
        }
    }
    let spelled = format!(" {spelled} ")
        .replace(" - ", " | ")
        .replace('-', " ");
    let words: Vec<&str> = spelled
        .split_whitespace()
        .map(|word| match word {
            "and" => "&",
            "svp" | "evp" | "sevp" => "vp",
            "avp" => "assistant",
            word => word,
        })
        .collect();
    words
        .join(" ")
        .replace("vice president", "vp")
        .replace("human resources", "hr")
        .replace("human resource", "hr")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seated(title: &str) -> Vec<(Slot, u8)> {
        seats(title)
            .into_iter()
            .map(|(slot, rank)| (slot, rank.get()))
            .collect()
    }

    #[test]
    fn a_title_fills_the_seats_that_it_names() {
        use Slot::{Ceo, Cfo, Hr};
        for (title, expected) in [
            ("CEO", &[(Ceo, 1)][..]),
            ("C.E.O.", &[(Ceo, 1)]),
            ("Chief Executive Officer", &[(Ceo, 1)]),
            ("President & CEO", &[(Ceo, 1)]),
            ("Co-CEO", &[(Ceo, 1)]),
            ("ex-Google, CEO at Acme", &[(Ceo, 1)]),
            ("President", &[(Ceo, 2)]),
            ("Owner/Operator", &[(Ceo, 2)]),
            ("Business Owner", &[(Ceo, 2)]),
            ("Co-Founder", &[(Ceo, 3)]),
            ("Cofounder", &[(Ceo, 3)]),
            ("Managing Director", &[(Ceo, 4)]),
            ("General Manager", &[(Ceo, 5)]),
            ("Principal", &[(Ceo, 6)]),
            ("CFO & Assistant Secretary", &[(Cfo, 1)]),
            ("Deputy CEO & CFO", &[(Cfo, 1)]),
            (
                "Executive Vice President and Chief Financial Officer",
                &[(Cfo, 1)],
            ),
            ("VP Finance", &[(Cfo, 2)]),
            ("Senior Vice President, Finance", &[(Cfo, 2)]),
            ("Director of Finance", &[(Cfo, 2)]),
            ("Finance Director", &[(Cfo, 2)]),
            ("Managing Director, Finance", &[(Cfo, 2)]),
            ("Corporate Controller", &[(Cfo, 3)]),
            ("Treasurer", &[(Cfo, 4)]),
            ("CHRO", &[(Hr, 1)]),
            ("Chief People Officer", &[(Hr, 1)]),
            ("Chief Human Resources Officer", &[(Hr, 1)]),
            ("Vice President of Human Resources", &[(Hr, 2)]),
            ("HR Director", &[(Hr, 3)]),
            ("Director, Human Resources", &[(Hr, 3)]),
            ("Head of People & Culture", &[(Hr, 3)]),
            ("HR Manager", &[(Hr, 4)]),
            ("Talent Acquisition Manager", &[(Hr, 5)]),
            ("Human Resources Generalist", &[(Hr, 6)]),
            ("Recruiting", &[(Hr, 7)]),
            ("President and CFO", &[(Ceo, 2), (Cfo, 1)]),
            ("CEO, CFO & HR Director", &[(Ceo, 1), (Cfo, 1), (Hr, 3)]),
        ] {
            assert_eq!(seated(title), expected, "{title}");
        }
    }

    #[test]
    fn whoever_assists_advises_or_preceded_the_holder_does_not_hold_the_seat() {
        for title in "Vice President|VP of Sales|Executive Assistant to the CEO|CEO (retired)\
            |Executive Assistant, CEO & CFO|Assistant to the President|Advisor to the CEO and CFO\
            |Chief of Staff, Office of the CEO|Former CEO|Former President and CEO|ex-CEO\
            |President Emeritus|President-Elect|Deputy CEO|Assistant Controller|AVP Finance\
            |Assistant HR Manager|Past President|CEO Coach"
            .split('|')
        {
            assert_eq!(seated(title), [], "{title}");
        }
    }

    #[test]
    fn a_word_inside_another_title_fills_no_seat() {
        for title in "Product Owner|Process Owner|Principal Engineer|Principal Consultant\
            |Document Controller|Air Traffic Controller|Controller Software Engineer|Talent Agent\
            |HR Software Sales Manager|Presidential Historian|Chief Technology Officer|Director\
            |Natural Resources Director|Marketing Manager|Finance Manager|'; drop table people; --||&&& ,,,"
            .split('|')
        {
            assert_eq!(seated(title), [], "{title}");
        }
    }
}
