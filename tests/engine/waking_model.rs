//! The waking protocol, every interleaving of it: `src/engine/wake.rs` and `src/engine/mark.rs`.
//!
//! Transactions are modelled by what matters here: an id of their own, what they read, and whether
//! they are over. Each rule that the code relies on is also broken, and the checker must then find
//! the lost announcement; a model that finds nothing in a broken protocol proves nothing.

use pgcascade::engine::mark::{Look, Mark};
use stateright::{Checker, Model, Property};

/// Writers of the model; two can overtake each other, a third finds nothing new.
const WRITERS: usize = 3;
/// No lease is taken beyond so many transactions: each look takes an id, and leases are all alike.
const XIDS: u8 = 12;

/// A rule that is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Broken {
    Nothing,
    /// The daemon sleeps as soon as the lease is given back.
    NoGrace,
    /// A writer reads the lease before it has a transaction id.
    LeaseReadBeforeId,
    /// A look takes what is there before it asks who is under way.
    TakesBeforeSnapshot,
    /// The daemon waits for ids below the end of its snapshot, not below an id of its own.
    WaitsForSnapshotEnd,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Writer {
    NotBegun,
    /// Has read the lease, without an id: only in a broken protocol.
    Read {
        quiet: bool,
    },
    Began {
        xid: u8,
    },
    Wrote {
        xid: u8,
        quiet: bool,
    },
    Committed,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Daemon {
    Relaying,
    /// The lease was given back; no snapshot since.
    Ended,
    /// The first half of a look was made: which was the oldest transaction, and what the first of
    /// these looks had as its own id.
    Looking {
        xmin: u8,
        until: u8,
    },
    /// Between two looks.
    Waiting {
        until: u8,
    },
    Asleep,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    quiet: bool,
    next_xid: u8,
    /// The highest id whose transaction is over: where snapshots end, though higher ones run.
    latest_over: u8,
    writers: [Writer; WRITERS],
    left: [bool; WRITERS],
    announced: [bool; WRITERS],
    daemon: Daemon,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Action {
    Begin(usize),
    ReadLease(usize),
    Commit(usize),
    EndLease,
    HalfLook,
    Look,
    TakeLease,
}

struct Waking(Broken);

impl State {
    /// Where a snapshot ends.
    fn xmax(&self) -> u8 {
        self.latest_over + 1
    }

    /// The oldest transaction that a snapshot knows to be running, or its end.
    fn xmin(&self) -> u8 {
        let running = self.writers.iter().filter_map(|writer| match writer {
            Writer::Began { xid } | Writer::Wrote { xid, .. } => Some(*xid),
            _ => None,
        });
        running.min().unwrap_or(u8::MAX).min(self.xmax())
    }

    fn over(&mut self, xid: u8) {
        self.latest_over = self.latest_over.max(xid);
    }

    fn relay(&mut self) {
        for writer in 0..WRITERS {
            self.announced[writer] |= std::mem::take(&mut self.left[writer]);
        }
    }

    fn begin(&mut self) -> u8 {
        self.next_xid += 1;
        self.next_xid - 1
    }
}

impl Model for Waking {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            quiet: true,
            next_xid: 1,
            latest_over: 0,
            writers: [Writer::NotBegun; WRITERS],
            left: [false; WRITERS],
            announced: [false; WRITERS],
            daemon: Daemon::Relaying,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let early = self.0 == Broken::LeaseReadBeforeId;
        for (place, writer) in state.writers.iter().enumerate() {
            match writer {
                Writer::NotBegun if early => actions.push(Action::ReadLease(place)),
                Writer::NotBegun | Writer::Read { .. } => actions.push(Action::Begin(place)),
                Writer::Began { .. } => actions.push(Action::ReadLease(place)),
                Writer::Wrote { .. } => actions.push(Action::Commit(place)),
                Writer::Committed => {}
            }
        }
        match state.daemon {
            Daemon::Relaying => actions.extend([Action::Look, Action::EndLease]),
            Daemon::Ended | Daemon::Waiting { .. } => actions.push(Action::HalfLook),
            Daemon::Looking { .. } => actions.push(Action::Look),
            Daemon::Asleep if state.next_xid < XIDS => actions.push(Action::TakeLease),
            Daemon::Asleep => {}
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Begin(writer) => {
                let xid = state.begin();
                state.writers[writer] = match before.writers[writer] {
                    Writer::Read { quiet } => Writer::Wrote { xid, quiet },
                    _ => Writer::Began { xid },
                };
            }
            Action::ReadLease(writer) => {
                let quiet = state.quiet;
                state.writers[writer] = match before.writers[writer] {
                    Writer::Began { xid } => Writer::Wrote { xid, quiet },
                    _ => Writer::Read { quiet },
                };
            }
            Action::Commit(writer) => {
                let Writer::Wrote { quiet, xid } = before.writers[writer] else {
                    return None;
                };
                state.over(xid);
                state.writers[writer] = Writer::Committed;
                state.left[writer] = quiet;
                state.announced[writer] = !quiet;
            }
            Action::EndLease => {
                state.quiet = false;
                state.daemon = if self.0 == Broken::NoGrace {
                    state.relay();
                    Daemon::Asleep
                } else {
                    Daemon::Ended
                };
            }
            Action::HalfLook => {
                if self.0 == Broken::TakesBeforeSnapshot {
                    state.relay();
                }
                let xmin = state.xmin();
                let until = match before.daemon {
                    Daemon::Waiting { until } => until,
                    _ if self.0 == Broken::WaitsForSnapshotEnd => state.xmax(),
                    _ => state.begin(),
                };
                state.daemon = Daemon::Looking { xmin, until };
            }
            Action::Look => {
                if self.0 == Broken::TakesBeforeSnapshot {
                    // What counts is who is under way now, though the rows were taken before.
                    if let Daemon::Looking { xmin, .. } = &mut state.daemon {
                        *xmin = before.xmin();
                    }
                } else {
                    state.relay();
                }
                if let Daemon::Looking { until, .. } = state.daemon
                    && self.0 != Broken::WaitsForSnapshotEnd
                {
                    state.over(until);
                }
                state.daemon = match state.daemon {
                    Daemon::Looking { xmin, until } if xmin >= until => Daemon::Asleep,
                    Daemon::Looking { until, .. } => Daemon::Waiting { until },
                    other => other,
                };
            }
            Action::TakeLease => {
                state.quiet = true;
                state.daemon = Daemon::Relaying;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("a sleeping daemon owes nothing", |_, state: &State| {
                state.daemon != Daemon::Asleep || state.left == [false; WRITERS]
            }),
            Property::sometimes("all is announced and it sleeps", |_, state: &State| {
                state.daemon == Daemon::Asleep && state.announced == [true; WRITERS]
            }),
            Property::sometimes("a writer outlives the lease", |_, state: &State| {
                let waiting = matches!(state.daemon, Daemon::Waiting { .. });
                waiting && state.left.contains(&true)
            }),
        ]
    }
}

#[test]
fn no_announcement_is_lost_when_the_lease_ends() {
    let checker = Waking(Broken::Nothing).checker().spawn_bfs().join();
    checker.assert_properties();
    assert!(
        checker.unique_state_count() > 1000,
        "the model is too small"
    );
}

#[test]
fn each_rule_of_the_lease_is_needed() {
    for broken in [
        Broken::NoGrace,
        Broken::LeaseReadBeforeId,
        Broken::TakesBeforeSnapshot,
        Broken::WaitsForSnapshotEnd,
    ] {
        let checker = Waking(broken).checker().spawn_bfs().join();
        let found = checker.discovery("a sleeping daemon owes nothing");
        assert!(found.is_some(), "{broken:?} loses nothing");
    }
}

/// What is wrong with how rows are numbered or looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Flaw {
    Nothing,
    /// The writer takes its row's id before it has a transaction id, as from a cached sequence.
    IdBeforeXid,
    /// A look brings the end of its snapshot instead of an id of its own.
    SnapshotEnd,
}

/// A table with ids from a sequence, its writers, and one who skips what is settled.
struct Skipping(Flaw);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Row {
    NotBegun,
    Began { xid: i64 },
    Numbered { xid: i64, id: i64 },
    Cached { id: i64 },
    Committed { id: i64 },
    Taken,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Table {
    rows: [Row; WRITERS],
    last_id: i64,
    next_xid: i64,
    /// The highest id whose transaction is over.
    latest_over: i64,
    /// What the first step of a look noted: the last id.
    noted: Option<i64>,
    mark: Mark,
    looks: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Write(usize),
    NoteLastId,
    Look,
}

impl Model for Skipping {
    type State = Table;
    type Action = Step;

    fn init_states(&self) -> Vec<Table> {
        vec![Table {
            rows: [Row::NotBegun; WRITERS],
            last_id: 0,
            next_xid: 1,
            latest_over: 0,
            noted: None,
            mark: Mark::default(),
            looks: 0,
        }]
    }

    fn actions(&self, table: &Table, steps: &mut Vec<Step>) {
        let at_work = |row: &Row| !matches!(row, Row::Committed { .. } | Row::Taken);
        steps.extend(
            (0..WRITERS)
                .filter(|row| at_work(&table.rows[*row]))
                .map(Step::Write),
        );
        if table.noted.is_some() {
            steps.push(Step::Look);
        } else if table.looks < 4 {
            steps.push(Step::NoteLastId);
        }
    }

    fn next_state(&self, before: &Table, step: Step) -> Option<Table> {
        let mut table = before.clone();
        match step {
            Step::Write(row) => table.write(row, self.0),
            Step::NoteLastId => table.noted = Some(table.last_id),
            Step::Look => table.look(self.0),
        }
        Some(table)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no row is skipped", |_, table: &Table| {
                let settled = table.mark.settled();
                !table.rows.iter().any(|row| match row {
                    Row::Committed { id } | Row::Numbered { id, .. } | Row::Cached { id } => {
                        *id <= settled
                    }
                    _ => false,
                })
            }),
            Property::sometimes("the mark moves past a writer", |_, table: &Table| {
                table.mark.settled() > 0 && table.rows.contains(&Row::NotBegun)
            }),
        ]
    }
}

impl Table {
    fn write(&mut self, row: usize, flaw: Flaw) {
        self.rows[row] = match self.rows[row] {
            Row::NotBegun if flaw == Flaw::IdBeforeXid => Row::Cached { id: self.next_id() },
            Row::NotBegun => Row::Began {
                xid: self.next_xid(),
            },
            Row::Cached { id } => Row::Numbered {
                xid: self.next_xid(),
                id,
            },
            Row::Began { xid } => Row::Numbered {
                xid,
                id: self.next_id(),
            },
            Row::Numbered { xid, id } => {
                self.latest_over = self.latest_over.max(xid);
                Row::Committed { id }
            }
            other => other,
        };
    }

    /// The second step of a look: a snapshot, an id of its own, and what the snapshot shows above
    /// the mark is taken.
    fn look(&mut self, flaw: Flaw) {
        let xmax = self.latest_over + 1;
        let running = self.rows.iter().filter_map(|row| match row {
            Row::Began { xid } | Row::Numbered { xid, .. } => Some(*xid),
            _ => None,
        });
        let xmin = running.min().unwrap_or(i64::MAX).min(xmax);
        let own_xid = if flaw == Flaw::SnapshotEnd {
            xmax
        } else {
            let own_xid = self.next_xid();
            self.latest_over = own_xid;
            own_xid
        };
        let look = Look {
            last_id: self.noted.take().unwrap_or_default(),
            xmin,
            own_xid,
        };
        for row in &mut self.rows {
            if matches!(row, Row::Committed { id } if *id > self.mark.settled()) {
                *row = Row::Taken;
            }
        }
        self.mark.saw_all(look);
        self.looks += 1;
    }

    fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    fn next_xid(&mut self) -> i64 {
        self.next_xid += 1;
        self.next_xid - 1
    }
}

#[test]
fn the_mark_skips_no_row() {
    let checker = Skipping(Flaw::Nothing).checker().spawn_bfs().join();
    checker.assert_properties();
}

#[test]
fn each_rule_of_the_mark_is_needed() {
    for flaw in [Flaw::IdBeforeXid, Flaw::SnapshotEnd] {
        let checker = Skipping(flaw).checker().spawn_bfs().join();
        let found = checker.discovery("no row is skipped");
        assert!(found.is_some(), "{flaw:?} skips nothing");
    }
}
