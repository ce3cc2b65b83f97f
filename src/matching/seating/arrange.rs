//! One room: who sits with whom, by places from 0.
//!
//! Whoever has the fewest possible partners is seated first, with the best table that can be made
//! around them. Whoever is left joins a table of three, or makes a new one with people whom tables
//! of four can spare. Then people change places, two at a time, while the total grows.

use super::exact::{self, EXACT_MAX};
use super::{SEATS_MAX, SEATS_MIN};

/// People of a room, and who may sit with whom.
pub(super) struct Room {
    /// Row by row: the score of a pair in millionths, 0: they may not sit together.
    pub(super) scores: Vec<u32>,
    /// What each can talk about, a bit for each topic.
    pub(super) topics: Vec<u128>,
    /// What settles equal scores; smaller is first.
    pub(super) rank: Vec<u64>,
}

/// Best partners that are tried as the second of a table, and spared people for a new one.
const TRIED_MAX: usize = 40;
/// Rounds of mending and exchanging; each ends earlier when nothing gets better.
const ROUNDS_MAX: usize = 4;
const EXCHANGES_MAX: usize = 30;

/// No table.
const NOWHERE: usize = usize::MAX;

/// Who sits where.
struct Tables<'a> {
    room: &'a Room,
    tables: Vec<Vec<usize>>,
    /// For each person the table.
    of: Vec<usize>,
}

impl Room {
    /// The tables, each of three or four.
    pub(super) fn arrange(&self) -> Vec<Vec<usize>> {
        if self.rank.len() <= EXACT_MAX {
            return exact::arranged(self);
        }
        self.searched()
    }

    /// Tables that are good, but not proved to be the best.
    pub(super) fn searched(&self) -> Vec<Vec<usize>> {
        let mut tables = Tables {
            room: self,
            tables: Vec::new(),
            of: vec![NOWHERE; self.rank.len()],
        };
        tables.fill();
        for _ in 0..ROUNDS_MAX {
            let mended = tables.mend();
            let bettered = tables.exchange();
            if !mended && !bettered {
                break;
            }
        }
        tables.tables.retain(|table| !table.is_empty());
        tables.tables
    }

    fn score(&self, a: usize, b: usize) -> u32 {
        self.scores[a * self.rank.len() + b]
    }

    /// The sum of the scores of all pairs at a table.
    pub(super) fn total(&self, table: &[usize]) -> u64 {
        let seats = table.iter().enumerate();
        let pairs = seats.flat_map(|(at, a)| table[at + 1..].iter().map(|b| (*a, *b)));
        pairs.map(|(a, b)| u64::from(self.score(a, b))).sum()
    }

    /// The scores of somebody with everybody at a table; None: they may not sit there.
    pub(super) fn with(&self, person: usize, table: &[usize]) -> Option<u64> {
        self.with_all(person, table.iter())
    }

    fn with_all<'t>(&self, person: usize, table: impl Iterator<Item = &'t usize>) -> Option<u64> {
        let mut topics = self.topics[person];
        let mut sum = 0;
        for other in table {
            let score = self.score(person, *other);
            topics &= self.topics[*other];
            if score == 0 || topics == 0 {
                return None;
            }
            sum += u64::from(score);
        }
        (topics != 0).then_some(sum)
    }

    /// The best of `people` for a table: by score, then by rank.
    fn best(&self, table: &[usize], people: &[usize]) -> Option<(u64, usize)> {
        let fits = people.iter().filter(|person| !table.contains(person));
        let scored = fits.filter_map(|person| Some((self.with(*person, table)?, *person)));
        scored.max_by_key(|(sum, person)| (*sum, std::cmp::Reverse(self.rank[*person])))
    }

    /// The best three of whom one is `first`.
    fn three(&self, first: usize, people: &[usize]) -> Option<Vec<usize>> {
        let mut seconds: Vec<(u64, usize)> = people
            .iter()
            .filter(|person| **person != first)
            .filter_map(|person| Some((self.with(*person, &[first])?, *person)))
            .collect();
        seconds.sort_by_key(|(sum, person)| (std::cmp::Reverse(*sum), self.rank[*person]));
        let mut found: Option<(u64, Vec<usize>)> = None;
        for (tried, (sum, second)) in seconds.iter().enumerate() {
            if tried >= TRIED_MAX && found.is_some() {
                break;
            }
            let table = [first, *second];
            if let Some((more, third)) = self.best(&table, people)
                && found.as_ref().is_none_or(|(most, _)| sum + more > *most)
            {
                found = Some((sum + more, vec![first, *second, third]));
            }
        }
        found.map(|(_, table)| table)
    }
}

impl Tables<'_> {
    /// Tables around whoever is hardest to seat.
    fn fill(&mut self) {
        let room = self.room;
        let people = 0..room.rank.len();
        let partners = |person: usize| {
            people
                .clone()
                .filter(|other| room.score(person, *other) > 0)
                .count()
        };
        let mut order: Vec<usize> = people.clone().collect();
        order.sort_by_cached_key(|person| (partners(*person), room.rank[*person]));
        for person in order {
            if self.of[person] != NOWHERE {
                continue;
            }
            let free = self.standing();
            if let Some(mut table) = room.three(person, &free) {
                table.extend(room.best(&table, &free).map(|(_, fourth)| fourth));
                self.open(table);
            }
        }
    }

    /// Seats whoever is left; whether anybody was.
    fn mend(&mut self) -> bool {
        let mut seated = false;
        for person in self.standing() {
            if self.of[person] != NOWHERE {
                continue;
            }
            seated |= self.join(person) || self.open_around(person) || self.take_over(person);
        }
        seated
    }

    /// A seat at the table of three that suits best.
    fn join(&mut self, person: usize) -> bool {
        let fits = self.tables.iter().enumerate().filter_map(|(at, table)| {
            let is_open = (SEATS_MIN..SEATS_MAX).contains(&table.len());
            Some((is_open.then(|| self.room.with(person, table))??, at))
        });
        let best = fits.max_by_key(|(sum, at)| (*sum, std::cmp::Reverse(*at)));
        if let Some((_, at)) = best {
            self.tables[at].push(person);
            self.of[person] = at;
        }
        best.is_some()
    }

    /// A new table with others who stand, and with people whom tables of four can spare.
    fn open_around(&mut self, person: usize) -> bool {
        let room = self.room;
        let mut others: Vec<(bool, u64, usize)> = (0..room.rank.len())
            .filter(|other| *other != person && (self.of[*other] == NOWHERE || self.spares(*other)))
            .filter_map(|other| {
                let sum = room.with(other, &[person])?;
                Some((self.of[other] != NOWHERE, sum, other))
            })
            .collect();
        // Those who stand first: nobody is taken away for them.
        others
            .sort_by_key(|(sits, sum, other)| (*sits, std::cmp::Reverse(*sum), room.rank[*other]));
        for (at, (_, _, one)) in others.iter().enumerate() {
            for (_, _, other) in others.iter().skip(at + 1).take(TRIED_MAX) {
                let one_table = self.of[*one] != NOWHERE && self.of[*one] == self.of[*other];
                if !one_table && room.with(*other, &[person, *one]).is_some() {
                    for spared in [*one, *other] {
                        self.leave(spared);
                    }
                    self.open(vec![person, *one, *other]);
                    return true;
                }
            }
        }
        false
    }

    /// The seat of somebody who can go to a table of three.
    fn take_over(&mut self, person: usize) -> bool {
        for other in 0..self.of.len() {
            let at = self.of[other];
            let Some(table) = self.tables.get(at) else {
                continue;
            };
            let rest: Vec<usize> = table
                .iter()
                .filter(|sits| **sits != other)
                .copied()
                .collect();
            if self.room.with(person, &rest).is_none() {
                continue;
            }
            self.leave(other);
            if self.join_elsewhere(other, at) {
                self.tables[at].push(person);
                self.of[person] = at;
                return true;
            }
            self.tables[at].push(other);
            self.of[other] = at;
        }
        false
    }

    fn join_elsewhere(&mut self, person: usize, left: usize) -> bool {
        let found = self.tables.iter().enumerate().find(|(at, table)| {
            *at != left
                && (SEATS_MIN..SEATS_MAX).contains(&table.len())
                && self.room.with(person, table).is_some()
        });
        let Some(at) = found.map(|(at, _)| at) else {
            return false;
        };
        self.tables[at].push(person);
        self.of[person] = at;
        true
    }

    /// Changes people's places while the total grows; whether it grew.
    fn exchange(&mut self) -> bool {
        let mut grew = false;
        for _ in 0..EXCHANGES_MAX {
            let mut moved = false;
            for one in 0..self.of.len() {
                for other in one + 1..self.of.len() {
                    moved |= self.try_exchange(one, other);
                }
                moved |= self.try_move(one);
            }
            if !moved {
                break;
            }
            grew = true;
        }
        grew
    }

    /// Two people of different tables change places, or one takes the place of another.
    fn try_exchange(&mut self, one: usize, other: usize) -> bool {
        let (at, to) = (self.of[one], self.of[other]);
        if at == to {
            return false;
        }
        let gain = |person: usize, table: usize, instead_of: usize| -> Option<i64> {
            if table == NOWHERE {
                return Some(0);
            }
            let rest = |sits: &&usize| **sits != instead_of;
            let table = &self.tables[table];
            let new = self.room.with_all(person, table.iter().filter(rest))?;
            let old = self.room.with_all(instead_of, table.iter().filter(rest))?;
            Some(i64::try_from(new).ok()? - i64::try_from(old).ok()?)
        };
        let Some(there) = gain(one, to, other) else {
            return false;
        };
        let Some(here) = gain(other, at, one) else {
            return false;
        };
        if there + here <= 0 {
            return false;
        }
        for (table, leaves, comes) in [(at, one, other), (to, other, one)] {
            self.of[comes] = table;
            if let Some(seat) = self
                .tables
                .get_mut(table)
                .and_then(|table| table.iter_mut().find(|sits| **sits == leaves))
            {
                *seat = comes;
            }
        }
        true
    }

    /// One of four goes to a table of three.
    fn try_move(&mut self, person: usize) -> bool {
        if self.of[person] == NOWHERE || !self.spares(person) {
            return false;
        }
        let mut rest = self.tables[self.of[person]].clone();
        rest.retain(|sits| *sits != person);
        let Some(old) = self.room.with(person, &rest) else {
            return false;
        };
        let better = self.tables.iter().enumerate().find_map(|(at, table)| {
            let is_open = (SEATS_MIN..SEATS_MAX).contains(&table.len());
            let new = is_open.then(|| self.room.with(person, table))??;
            (new > old).then_some(at)
        });
        if let Some(at) = better {
            self.leave(person);
            self.tables[at].push(person);
            self.of[person] = at;
        }
        better.is_some()
    }

    /// Whether the table of somebody is one without them.
    fn spares(&self, person: usize) -> bool {
        self.tables
            .get(self.of[person])
            .is_some_and(|table| table.len() > SEATS_MIN)
    }

    fn leave(&mut self, person: usize) {
        if let Some(table) = self.tables.get_mut(self.of[person]) {
            table.retain(|sits| *sits != person);
        }
        self.of[person] = NOWHERE;
    }

    fn open(&mut self, table: Vec<usize>) {
        for person in &table {
            self.of[*person] = self.tables.len();
        }
        self.tables.push(table);
    }

    fn standing(&self) -> Vec<usize> {
        let people = 0..self.of.len();
        people
            .filter(|person| self.of[*person] == NOWHERE)
            .collect()
    }
}
