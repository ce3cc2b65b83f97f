//! The waking protocol where daemons die: two of them, a lease that runs out, heartbeats that look for what was left.
//!
//! What `waking_model.rs` shows of one daemon that lives is taken from there: a transaction is its id, what it read, and whether it is
//! over. Each rule is broken, too, and must then be missed. One loss is known and stays (decision 7): nobody is left to announce for a
//! writer that read "quiet" and commits after the only daemon died; the next daemon does it at its start.

use stateright::{Checker, Model, Property};

/// One that outlives a daemon, one that finds its lease run out.
const WRITERS: usize = 2;
const DAEMONS: usize = 2;
/// So often a lease is taken or renewed, a daemon dies or loses its session, and one is started again.
const LEASES: u8 = 2;
const DEATHS: u8 = 2;
const STARTS: u8 = 1;

/// A rule that is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Broken {
    Nothing,
    /// A lease ends only when it is given back.
    NeverRunsOut,
    /// Heartbeats do not look for what was left.
    NeverLooks,
    /// Heartbeats look only where a lease ran out, not where a writer has found that before them.
    LooksWhereOneRanOut,
    /// A daemon sleeps as soon as it has given the lease back.
    NoGrace,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Lease {
    Free,
    Live(usize),
    RanOut(usize),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Writer {
    NotBegun,
    Began { xid: u8 },
    Wrote { xid: u8, quiet: bool },
    Committed,
}

/// What becomes of a writer's announcement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Announcement {
    NotYet,
    /// Left to a daemon.
    Left,
    /// A writer that found the lease run out announces it when it commits.
    Taken(usize),
    Made,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Daemon {
    Dead,
    Idle,
    Relaying,
    /// The lease was given back, or lost; no snapshot since.
    Ended,
    Looking {
        xmin: u8,
        until: u8,
    },
    Waiting {
        until: u8,
    },
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct State {
    lease: Lease,
    /// The writer that is ending a lease which ran out: it holds the row until it commits.
    held_by: Option<usize>,
    next_xid: u8,
    latest_over: u8,
    writers: [Writer; WRITERS],
    announcements: [Announcement; WRITERS],
    daemons: [Daemon; DAEMONS],
    leases: u8,
    deaths: u8,
    starts: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Action {
    Begin(usize),
    ReadLease(usize),
    Commit(usize),
    RunOut,
    Start(usize),
    Die(usize),
    /// The relay's session is lost; the daemon lives.
    Falter(usize),
    Beat(usize),
    TakeLease(usize),
    LoseLease(usize),
    EndLease(usize),
    HalfLook(usize),
    Look(usize),
}

struct Deaths(Broken);

impl State {
    fn xmin(&self) -> u8 {
        let running = self.writers.iter().filter_map(|writer| match writer {
            Writer::Began { xid } | Writer::Wrote { xid, .. } => Some(*xid),
            _ => None,
        });
        running.min().unwrap_or(u8::MAX).min(self.latest_over + 1)
    }

    fn begin(&mut self) -> u8 {
        self.next_xid += 1;
        self.next_xid - 1
    }

    fn relay(&mut self) {
        for announcement in &mut self.announcements {
            if *announcement == Announcement::Left {
                *announcement = Announcement::Made;
            }
        }
    }

    fn has_left(&self) -> bool {
        self.announcements.contains(&Announcement::Left)
    }

    fn all_dead(&self) -> bool {
        self.daemons == [Daemon::Dead; DAEMONS]
    }

    fn write(&mut self, writer: usize, xid: u8) {
        self.writers[writer] = Writer::Wrote {
            xid,
            quiet: matches!(self.lease, Lease::Live(_)),
        };
        if matches!(self.lease, Lease::RanOut(_)) && self.held_by.is_none() {
            self.held_by = Some(writer);
            for announcement in &mut self.announcements {
                if *announcement == Announcement::Left {
                    *announcement = Announcement::Taken(writer);
                }
            }
        }
    }

    fn commit(&mut self, writer: usize, xid: u8, quiet: bool) {
        self.latest_over = self.latest_over.max(xid);
        self.writers[writer] = Writer::Committed;
        self.announcements[writer] = if quiet {
            Announcement::Left
        } else {
            Announcement::Made
        };
        if self.held_by == Some(writer) {
            self.held_by = None;
            self.lease = Lease::Free;
            for announcement in &mut self.announcements {
                if *announcement == Announcement::Taken(writer) {
                    *announcement = Announcement::Made;
                }
            }
        }
    }
}

impl Deaths {
    /// Whether a heartbeat would announce what was left.
    fn beat_helps(&self, state: &State) -> bool {
        state.has_left()
            && state.held_by.is_none()
            && match state.lease {
                Lease::Live(_) => false,
                Lease::RanOut(_) => self.0 != Broken::NeverLooks,
                Lease::Free => {
                    self.0 != Broken::NeverLooks && self.0 != Broken::LooksWhereOneRanOut
                }
            }
    }

    fn actions_of(&self, state: &State, daemon: usize, actions: &mut Vec<Action>) {
        let is = state.daemons[daemon];
        if is == Daemon::Dead {
            if state.starts < STARTS {
                actions.push(Action::Start(daemon));
            }
            return;
        }
        if state.deaths < DEATHS {
            actions.push(Action::Die(daemon));
            if is != Daemon::Idle {
                actions.push(Action::Falter(daemon));
            }
        }
        if self.beat_helps(state) {
            actions.push(Action::Beat(daemon));
        }
        let is_others =
            matches!(state.lease, Lease::Live(other) | Lease::RanOut(other) if other != daemon);
        let is_to_be_had = !matches!(state.lease, Lease::Live(_)) && state.held_by.is_none();
        if is_to_be_had && state.leases < LEASES && matches!(is, Daemon::Idle | Daemon::Relaying) {
            actions.push(Action::TakeLease(daemon));
        }
        match is {
            Daemon::Relaying => {
                if state.has_left() {
                    actions.push(Action::Look(daemon));
                }
                if is_others {
                    actions.push(Action::LoseLease(daemon));
                } else if state.held_by.is_none() {
                    actions.push(Action::EndLease(daemon));
                }
            }
            Daemon::Ended | Daemon::Waiting { .. } => actions.push(Action::HalfLook(daemon)),
            Daemon::Looking { .. } => actions.push(Action::Look(daemon)),
            Daemon::Idle | Daemon::Dead => {}
        }
    }

    /// Whether nothing more happens but what need not: another death, start, load or writer.
    fn is_at_rest(&self, state: &State) -> bool {
        let mut actions = Vec::new();
        self.actions(state, &mut actions);
        actions.iter().all(|action| {
            matches!(
                action,
                Action::Die(_)
                    | Action::Falter(_)
                    | Action::Start(_)
                    | Action::TakeLease(_)
                    | Action::Begin(_)
            )
        })
    }
}

impl Model for Deaths {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            lease: Lease::Free,
            held_by: None,
            next_xid: 1,
            latest_over: 0,
            writers: [Writer::NotBegun; WRITERS],
            announcements: [Announcement::NotYet; WRITERS],
            daemons: [Daemon::Idle; DAEMONS],
            leases: 0,
            deaths: 0,
            starts: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (place, writer) in state.writers.iter().enumerate() {
            match writer {
                Writer::NotBegun => actions.push(Action::Begin(place)),
                Writer::Began { .. } => actions.push(Action::ReadLease(place)),
                Writer::Wrote { .. } => actions.push(Action::Commit(place)),
                Writer::Committed => {}
            }
        }
        // Of a daemon that lives, too: it may be slow.
        if matches!(state.lease, Lease::Live(_)) && self.0 != Broken::NeverRunsOut {
            actions.push(Action::RunOut);
        }
        for daemon in 0..DAEMONS {
            self.actions_of(state, daemon, actions);
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Begin(writer) => {
                let xid = state.begin();
                state.writers[writer] = Writer::Began { xid };
            }
            Action::ReadLease(writer) => {
                if let Writer::Began { xid } = before.writers[writer] {
                    state.write(writer, xid);
                }
            }
            Action::Commit(writer) => {
                if let Writer::Wrote { xid, quiet } = before.writers[writer] {
                    state.commit(writer, xid, quiet);
                }
            }
            Action::RunOut => {
                if let Lease::Live(holder) = before.lease {
                    state.lease = Lease::RanOut(holder);
                }
            }
            Action::Start(daemon) => {
                state.starts += 1;
                state.daemons[daemon] = Daemon::Idle;
            }
            Action::Die(daemon) => {
                state.deaths += 1;
                state.daemons[daemon] = Daemon::Dead;
            }
            Action::Falter(daemon) => {
                state.deaths += 1;
                state.daemons[daemon] = Daemon::Idle;
            }
            Action::Beat(_) => {
                state.lease = Lease::Free;
                state.relay();
            }
            Action::TakeLease(daemon) => {
                state.leases += 1;
                state.lease = Lease::Live(daemon);
                state.daemons[daemon] = Daemon::Relaying;
            }
            Action::LoseLease(daemon) => state.daemons[daemon] = Daemon::Ended,
            Action::EndLease(daemon) => {
                state.lease = Lease::Free;
                state.daemons[daemon] = if self.0 == Broken::NoGrace {
                    state.relay();
                    Daemon::Idle
                } else {
                    Daemon::Ended
                };
            }
            Action::HalfLook(daemon) => {
                let xmin = state.xmin();
                let until = match before.daemons[daemon] {
                    Daemon::Waiting { until } => until,
                    _ => state.begin(),
                };
                state.daemons[daemon] = Daemon::Looking { xmin, until };
            }
            Action::Look(daemon) => {
                state.relay();
                if let Daemon::Looking { xmin, until } = before.daemons[daemon] {
                    state.latest_over = state.latest_over.max(until);
                    state.daemons[daemon] = if xmin >= until {
                        Daemon::Idle
                    } else {
                        Daemon::Waiting { until }
                    };
                }
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(SLEEPS, |_, state: &State| {
                let sleep = |daemon: &Daemon| matches!(daemon, Daemon::Idle | Daemon::Dead);
                state.deaths > 0 || !state.daemons.iter().all(sleep) || !state.has_left()
            }),
            Property::always(LIVES, |model: &Self, state: &State| {
                state.all_dead() || !state.has_left() || !model.is_at_rest(state)
            }),
            Property::sometimes(
                "known: nobody announces for a writer that outlives the only daemon",
                |model: &Self, state: &State| {
                    state.all_dead()
                        && state.has_left()
                        && state.lease == Lease::Free
                        && model.is_at_rest(state)
                },
            ),
            Property::sometimes(
                "the next daemon announces it at its start",
                |_, state: &State| {
                    state.deaths == DEATHS
                        && state.starts > 0
                        && state.announcements == [Announcement::Made; WRITERS]
                },
            ),
            Property::sometimes("a writer ends a dead daemon's lease", |_, state: &State| {
                state.deaths > 0 && state.held_by.is_some()
            }),
        ]
    }
}

const SLEEPS: &str = "while none dies, none sleeps and owes an announcement";
const LIVES: &str = "while one lives, all is announced in the end";

#[test]
fn whoever_lives_announces_what_the_dead_owed() {
    let checker = Deaths(Broken::Nothing).checker().spawn_bfs().join();
    checker.assert_properties();
    assert!(
        checker.unique_state_count() > 10_000,
        "the model is too small: {}",
        checker.unique_state_count()
    );
}

#[test]
fn each_rule_of_living_on_is_needed() {
    for (broken, missed) in [
        (Broken::NeverRunsOut, LIVES),
        (Broken::NeverLooks, LIVES),
        (Broken::LooksWhereOneRanOut, LIVES),
        (Broken::NoGrace, SLEEPS),
    ] {
        let checker = Deaths(broken).checker().spawn_bfs().join();
        assert!(
            checker.discovery(missed).is_some(),
            "{broken:?} does no harm"
        );
    }
}
