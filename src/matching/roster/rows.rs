//! A person's row of scores, without a look at most of the others.
//!
//! Focus areas are what people differ in most, and everything else can add only so much. People are
//! therefore kept together by their set of areas, and the sets are taken from the nearest to the
//! farthest: as soon as even the best of everything else could not lift a set over what is asked,
//! the row is done. What the other parts of a score are is computed when somebody is first met who
//! has it, and remembered for the row.

use std::cmp::Reverse;
use std::ops::Range;

use rayon::prelude::*;

use super::classes::compare_titles;
use super::line::Line;
use super::{BARRED, Cell, Member, NEVER, RIVALS, Roster};
use crate::matching::assign::{Pairs, Partner, number};
use crate::matching::score::{Components, Score};

/// One person's scores with the classes of the others; reused from row to row.
#[derive(Debug, Default)]
pub struct Row {
    /// Whose row it is.
    own: Option<Cell>,
    /// For each set of focus areas the score with the person's.
    focus: Vec<u32>,
    /// The sets that have an area in common with the person's, the nearest first.
    sets: Vec<u32>,
    geography: Vec<u32>,
    scale: Vec<u32>,
    industry: Vec<u32>,
    title: Vec<u32>,
    /// The best that all but focus areas can be, without titles and with them.
    best: [Components; 2],
    /// The last score of focus areas of which it was asked what a total can be, and the answer:
    /// sets that follow each other mostly have the same.
    last_most: Option<(u32, u32)>,
}

/// Not computed yet.
const UNSET: u32 = 1 << 30;
/// In a row of titles: one of the two has none.
const UNTITLED: u32 = u32::MAX;

impl Row {
    /// The score of the focus areas of the row's person with those of a set.
    pub(super) fn focus(&self, set: u32) -> u32 {
        self.focus[set as usize]
    }
}

impl Roster<'_> {
    /// Makes the row ready for a person, and says who it is.
    pub(super) fn begin_row(&self, person: usize, row: &mut Row) -> (usize, Cell) {
        let cell = self.people[person];
        if row.own.is_none_or(|last| last.focus != cell.focus) {
            self.fill_focus(cell.focus, row);
        }
        for (table, length) in [
            (&mut row.geography, self.places.len()),
            (&mut row.scale, self.scales.len()),
            (&mut row.industry, self.trades.len()),
            (&mut row.title, self.titles.len()),
        ] {
            table.clear();
            table.resize(length, UNSET);
        }
        row.best = self.best_of_the_rest(cell);
        row.last_most = None;
        row.own = Some(cell);
        (person, cell)
    }

    fn fill_focus(&self, set: u32, row: &mut Row) {
        let sets = 0..number(self.focus.len());
        row.focus.clear();
        row.focus.extend(
            sets.clone()
                .map(|other| self.focus_score(set, other).millionths()),
        );
        row.sets.clear();
        row.sets
            .extend(sets.filter(|other| row.focus[*other as usize] > 0));
        let focus = &row.focus;
        row.sets
            .sort_by_key(|other| Reverse(focus[*other as usize]));
    }

    /// The best that can be for a person in everything but focus areas.
    fn best_of_the_rest(&self, cell: Cell) -> [Components; 2] {
        let scale = self.scales[cell.scale as usize];
        let is_scale_known = scale.revenue.is_some() || scale.team.is_some();
        let is_trade_known = self.trades[cell.trades as usize].own.count > 0;
        let best = |is_known: bool, prior: f64| {
            if is_known {
                Score::ONE
            } else {
                Score::from(prior)
            }
        };
        let parts = Components {
            focus_areas: Score::default(),
            geographic: Score::ONE,
            // What is known can still be unknown of the pair.
            business_scale: best(is_scale_known, self.params.unknown_scale),
            industry: best(is_trade_known, self.params.unknown_industry),
            job_title: None,
        };
        let titled = self.titles[cell.title as usize].is_some();
        let job_title = titled.then_some(Score::ONE);
        [parts, Components { job_title, ..parts }]
    }

    /// The most that a total can be with somebody of a set of focus areas.
    fn at_most(&self, row: &mut Row, set: u32) -> u32 {
        let focus = row.focus[set as usize];
        if let Some((of, most)) = row.last_most
            && of == focus
        {
            return most;
        }
        let focus_areas = Score::from_millionths(focus);
        let total = |parts: Components| {
            self.shares.total(&Components {
                focus_areas,
                ..parts
            })
        };
        let most = row.best.map(total).into_iter().max().unwrap_or(0);
        row.last_most = Some((focus, most));
        most
    }

    fn of_set(&self, set: u32) -> Range<usize> {
        self.begin[set as usize]..self.begin[set as usize + 1]
    }

    /// The next of a range in line who does not come from too near, by whom it is shortened.
    #[inline]
    fn next_in(
        &self,
        line: &Line,
        range: &mut Range<usize>,
        row: &mut Row,
        own: Cell,
    ) -> Option<Member> {
        let is_allowed = |cell| self.row_geography(row, own, cell) != NEVER;
        let at = line.first(range.clone(), is_allowed)?;
        range.start = at + 1;
        Some(line.people[at])
    }

    /// The total of a row's person with another; None where a gate is shut or the total is less
    /// than what is needed, which is at least 1.
    #[inline]
    fn weigh(
        &self,
        row: &mut Row,
        (person, own): (usize, Cell),
        other: Member,
        needed: u32,
    ) -> Option<u32> {
        let cell = other.cell;
        let geography = self.row_geography(row, own, cell);
        if geography == NEVER || cell.company == own.company {
            return None;
        }
        let industry = self.row_industry(row, own, cell);
        if industry & BARRED != 0 || geography & industry & RIVALS != 0 {
            return None;
        }
        let title = self.row_title(row, own, cell);
        if self.params.same_role_title && title != Score::ONE.millionths() {
            return None;
        }
        let total = self.row_total(row, own, cell, [geography, industry, title]);
        let is_apart = || {
            let list = &self.kept_apart[person];
            !list.is_empty() && self.apart(person, other.person as usize).is_some()
        };
        (total >= needed && !is_apart()).then_some(total)
    }

    /// Distance as a part of a total, computed for a place when somebody there is first met.
    #[inline]
    pub(super) fn row_geography(&self, row: &mut Row, own: Cell, cell: Cell) -> u32 {
        remembered(&mut row.geography, cell.place, || {
            self.geography(own.place, cell.place)
        })
    }

    /// The same for trades.
    #[inline]
    pub(super) fn row_industry(&self, row: &mut Row, own: Cell, cell: Cell) -> u32 {
        remembered(&mut row.industry, cell.trades, || {
            let score = self.industry(own.trades, cell.trades);
            let is_barred =
                self.params.same_industry && !self.is_one_industry(own.trades, cell.trades, score);
            if is_barred { score | BARRED } else { score }
        })
    }

    /// The same for titles.
    #[inline]
    pub(super) fn row_title(&self, row: &mut Row, own: Cell, cell: Cell) -> u32 {
        remembered(&mut row.title, cell.title, || {
            let (a, b) = (own.title as usize, cell.title as usize);
            compare_titles(&self.titles, &self.spellings, a, b).map_or(UNTITLED, Score::millionths)
        })
    }

    /// The total with somebody of whom geography, industry and title are known.
    #[inline]
    pub(super) fn row_total(
        &self,
        row: &mut Row,
        own: Cell,
        cell: Cell,
        [geography, industry, title]: [u32; 3],
    ) -> u32 {
        let scale = remembered(&mut row.scale, cell.scale, || {
            self.scale(own.scale, cell.scale).millionths()
        });
        self.shares.total(&Components {
            focus_areas: Score::from_millionths(row.focus[cell.focus as usize]),
            geographic: Score::from_millionths(geography & !RIVALS),
            business_scale: Score::from_millionths(scale),
            industry: Score::from_millionths(industry & !(RIVALS | BARRED)),
            job_title: (title != UNTITLED).then(|| Score::from_millionths(title)),
        })
    }

    /// Replaces `found` by everybody whom a person may meet. The row is this roster's.
    pub(in crate::matching) fn partners_unsorted(
        &self,
        person: usize,
        row: &mut Row,
        found: &mut Vec<Partner>,
    ) {
        self.best_of_row(person, row, self.people.len(), found);
    }

    /// A person's totals with some others, in their order; 0 with whom they may not meet. The row
    /// is this roster's.
    pub(in crate::matching) fn totals_with(
        &self,
        person: usize,
        others: &[usize],
        row: &mut Row,
        totals: &mut [u32],
    ) {
        let own = self.begin_row(person, row);
        for (other, total) in others.iter().zip(totals) {
            let member = Member {
                person: number(*other),
                cell: self.people[*other],
            };
            let is_possible = *other != person && row.focus(member.cell.focus) > 0;
            let weight = is_possible.then(|| self.weigh(row, own, member, self.min_score));
            *total = weight.flatten().unwrap_or(0);
        }
    }

    /// At least a row's best partners, so many of them; who ties with the last is there, too.
    fn best_of_row(&self, person: usize, row: &mut Row, wanted: usize, found: &mut Vec<Partner>) {
        let own = self.begin_row(person, row);
        let mut needed = self.min_score;
        let mut enough = 2 * wanted;
        found.clear();
        for place in 0..row.sets.len() {
            let set = row.sets[place];
            if self.at_most(row, set) < needed {
                break;
            }
            let mut range = self.of_set(set);
            while let Some(other) = self.next_in(&self.members, &mut range, row, own.1) {
                let weight = self.weigh(row, own, other, needed);
                found.extend(weight.map(|weight| other.partner(weight)));
            }
            if wanted > 0 && found.len() > enough {
                found.select_nth_unstable_by_key(wanted - 1, |partner| Reverse(partner.weight));
                needed = found[wanted - 1].weight;
                found.retain(|partner| partner.weight >= needed);
                enough = 2 * found.len().max(wanted);
            }
        }
    }
}

/// The value of a class, computed when it is first asked for.
#[inline]
fn remembered(table: &mut [u32], class: u32, compute: impl FnOnce() -> u32) -> u32 {
    let value = &mut table[class as usize];
    if *value == UNSET {
        *value = compute();
    }
    *value
}

impl Pairs for Roster<'_> {
    type Scratch = Row;

    fn people(&self) -> usize {
        self.people.len()
    }

    fn partners(&self, person: usize, row: &mut Row, found: &mut Vec<Partner>) {
        // The row may come from another roster.
        row.own = None;
        self.partners_unsorted(person, row, found);
        found.sort_unstable();
    }

    fn best_rows<T: Send>(
        &self,
        wanted: usize,
        look: impl Fn(usize, &mut Vec<Partner>) -> T + Sync,
    ) -> Vec<T> {
        let rows = self.members.people.par_iter().map_init(
            || (Row::default(), Vec::new()),
            |(row, found), member| {
                let person = member.person as usize;
                self.best_of_row(person, row, wanted, found);
                look(person, found)
            },
        );
        rows.collect()
    }

    fn rows_above<T: Send>(
        &self,
        prices: &[i64],
        look: impl Fn(usize, &[Partner]) -> T + Sync,
    ) -> Vec<T> {
        let price = |member: &Member| prices[member.person as usize];
        let mut cheapest_first = self.members.people.clone();
        for set in 0..number(self.focus.len()) {
            cheapest_first[self.of_set(set)].sort_by_key(price);
        }
        let cheapest_first = Line::new(cheapest_first);
        let least = prices.iter().copied().min().unwrap_or(0);
        let rows = self.members.people.par_iter().map_init(
            || (Row::default(), Vec::new()),
            |(row, found): &mut (Row, Vec<Partner>), member| {
                let person = member.person as usize;
                let own = self.begin_row(person, row);
                found.clear();
                let own_price = prices[person];
                for place in 0..row.sets.len() {
                    let set = row.sets[place];
                    let most = self.at_most(row, set);
                    if most < self.min_score || i64::from(most) <= own_price + least {
                        break;
                    }
                    let mut range = self.of_set(set);
                    while let Some(other) = self.next_in(&cheapest_first, &mut range, row, own.1) {
                        let above = own_price + price(&other);
                        if i64::from(most) <= above {
                            break;
                        }
                        let needed = u32::try_from(above + 1).unwrap_or(0).max(self.min_score);
                        let weight = self.weigh(row, own, other, needed);
                        found.extend(weight.map(|weight| other.partner(weight)));
                    }
                }
                found.sort_unstable();
                look(person, found)
            },
        );
        rows.collect()
    }
}
