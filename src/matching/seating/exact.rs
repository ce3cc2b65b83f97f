//! The best tables of a small room, by trying everything once.

use super::arrange::Room;

/// People of a room for which there is time: the tables of every subset are found.
pub(super) const EXACT_MAX: usize = 12;

/// What a subset of the room can have at best.
#[derive(Debug, Clone, Copy, Default)]
struct Best {
    seats: u32,
    total: u64,
    /// The table with the smallest of them; 0: the smallest stands.
    table: usize,
}

/// Tables at which most people sit, and of those the ones whose pairs score most.
pub(super) fn arranged(room: &Room) -> Vec<Vec<usize>> {
    let count = room.rank.len();
    let tables = allowed(room);
    let mut best = vec![Best::default(); 1 << count];
    for set in 1..best.len() {
        let first = set.trailing_zeros() as usize;
        let mut most = Best {
            table: 0,
            ..best[set & (set - 1)]
        };
        for (table, total) in &tables[first] {
            if table & set == *table {
                let rest = best[set & !table];
                let seats = rest.seats + table.count_ones();
                let total = rest.total + total;
                if (seats, total) > (most.seats, most.total) {
                    most = Best {
                        seats,
                        total,
                        table: *table,
                    };
                }
            }
        }
        best[set] = most;
    }
    let mut found = Vec::new();
    let mut left = best.len() - 1;
    while left != 0 {
        let table = best[left].table;
        if table == 0 {
            left &= left - 1;
        } else {
            left &= !table;
            found.push(
                (0..count)
                    .filter(|person| table >> person & 1 == 1)
                    .collect(),
            );
        }
    }
    found
}

/// For each person the allowed tables of which they are the smallest, with their totals.
fn allowed(room: &Room) -> Vec<Vec<(usize, u64)>> {
    let count = room.rank.len();
    let mut tables = vec![Vec::new(); count];
    for (first, own) in tables.iter_mut().enumerate() {
        for second in first + 1..count {
            let Some(pair) = room.with(second, &[first]) else {
                continue;
            };
            for third in second + 1..count {
                let Some(more) = room.with(third, &[first, second]) else {
                    continue;
                };
                let set = 1 << first | 1 << second | 1 << third;
                own.push((set, pair + more));
                for fourth in third + 1..count {
                    if let Some(last) = room.with(fourth, &[first, second, third]) {
                        own.push((set | 1 << fourth, pair + more + last));
                    }
                }
            }
        }
    }
    tables
}
