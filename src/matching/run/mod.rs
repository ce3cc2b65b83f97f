//! The run: everybody at an event is matched in one transaction, `matching.match_peers`.
//!
//! | file | subject |
//! |---|---|
//! | `load` | the rows that decide, set by set |
//! | `known` | profiles, which stay read from run to run |
//! | `places` | matches that take places, which do, too |
//! | `circle` | whom a run for a few people has to look at (pure) |
//! | `solve` | who is placed with whom, and what texts may say (pure; calls plan and repair) |
//! | `doubles` | accounts of one person (pure) |
//! | `slots` | several introductions of one person at different times (pure) |
//! | `write` | the pairs, their texts and the run's result |
//! | `roundtables` | tables of three and four, where the event wants them |
//!
//! A run is a row of `event_peer_matching_runs`. One run of an event follows the other, by an
//! advisory lock; what an earlier one made is never touched, so that a second adds what is new.
//! The texts are rows of `event_messages`, which another room sends.

mod circle;
mod doubles;
mod known;
mod load;
mod places;
mod roundtables;
mod slots;
mod solve;
mod write;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::db::{Class, DbError, Transaction};
use crate::engine::{Event, InDatabaseStage, Outcome, Verdict};
use crate::matching::nearest::takes_part;
use known::{Gathering, Known};
use load::{Attendee, Crowd, Order};
use solve::Decision;

/// Does the orders that `peer_matching_requested` speaks of.
#[derive(Debug, Default)]
pub struct MatchPeers {
    /// Whether there is a chat model that words introductions.
    has_model: bool,
    known: Known,
}

impl MatchPeers {
    /// `has_model`: there is a chat model that words introductions.
    pub fn new(has_model: bool) -> Self {
        Self {
            has_model,
            known: Known::default(),
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Performed {
    /// New pairs; of a dry run: those it would make.
    pub matches: usize,
    /// New texts.
    pub texts: usize,
}

#[async_trait]
impl InDatabaseStage for MatchPeers {
    /// Somebody stands at the door.
    fn keeps_session(&self) -> bool {
        true
    }

    async fn run(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<Vec<Outcome>, DbError> {
        let mut outcomes = Vec::new();
        for event in events {
            let verdict = match event.integer("run_id") {
                Some(run_id) => match self.perform(tx, run_id, Some(event.id)).await? {
                    Some(_) => continue,
                    None => Verdict::Cancelled {
                        reason: "The order was deleted, or somebody has done it.".to_owned(),
                    },
                },
                None => Verdict::Failed {
                    reason: "The payload names no order: run_id must be its number.".to_owned(),
                },
            };
            outcomes.push(Outcome {
                event_id: event.id,
                verdict,
            });
        }
        Ok(outcomes)
    }
}

impl MatchPeers {
    /// Does an order in the caller's transaction; None when it is not there or not open.
    /// `caused_by` is the event of the ledger that has it done.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn perform(
        &self,
        tx: &Transaction<'_>,
        run_id: i64,
        caused_by: Option<i64>,
    ) -> Result<Option<Performed>, DbError> {
        let Some(order) = load::begin(tx, run_id, caused_by).await? else {
            return Ok(None);
        };
        let gathering = self.known.gather(tx, &order).await?;
        let mut run = Run {
            tx,
            run_id,
            order: Arc::new(order),
            gathering,
            took: Duration::ZERO,
        };
        let (crowd, decision) = match run.order.wanted.clone() {
            None => run.decide(run.everybody(), Whose::Nobodys).await?,
            Some(wanted) => run.place(wanted).await?,
        };
        let written = run.write(&decision, self.has_model).await?;
        run.finish(crowd, &decision, written).await.map(Some)
    }
}

/// A run that is under way.
struct Run<'a, 't> {
    tx: &'a Transaction<'t>,
    run_id: i64,
    order: Arc<Order>,
    gathering: Arc<Gathering>,
    /// Spent on computing.
    took: Duration,
}

/// Whose unsent matches may be moved for who would meet nobody.
enum Whose {
    Nobodys,
    /// Nobody's, and to no end: nobody suits, whatever is moved.
    NobodysInVain,
    Of(Vec<i64>),
    Everybodys,
}

impl Run<'_, '_> {
    fn everybody(&self) -> Vec<i64> {
        self.gathering.people.keys().copied().collect()
    }

    /// Places a few people: with whom there is a place, at first among those who suit best; else
    /// unsent matches of these are moved; else, rarely, of anybody.
    async fn place(&mut self, wanted: Vec<i64>) -> Result<(Arc<Crowd>, Decision), DbError> {
        let (order, gathering) = (Arc::clone(&self.order), Arc::clone(&self.gathering));
        let (wanted, circle, nearest) = self
            .compute(move || {
                let circle = circle::of_free(&order, &gathering, &wanted);
                let nearest = circle::of_nearest(&order, &gathering, &wanted, &circle);
                (wanted, circle, nearest)
            })
            .await?;
        let mut needs_move = false;
        if let (Some(nearest), [newcomer]) = (nearest, wanted.as_slice()) {
            let ids = circle::with_peers(&self.gathering, &circle.ids, &nearest);
            let made = self.decide(ids, Whose::Of(nearest.clone())).await?;
            let (new, givers) = (made.1.ids_of_pairs(), &made.1.givers);
            if circle::is_decided(&self.order.params, *newcomer, &nearest, new, givers) {
                return Ok(made);
            }
            // Nobody has a place: it takes a move, unless the newcomer cannot be introduced.
            let is_newcomer = |person: &&Attendee| person.id() == *newcomer;
            let newcomer = made.0.people.iter().find(is_newcomer);
            needs_move = newcomer.is_some_and(|newcomer| newcomer.obstacle.is_none());
        }
        if !needs_move {
            let mut made = self.decide(circle.ids.clone(), Whose::Nobodys).await?;
            if circle.leaves_out && self.has_room(&wanted, &made) {
                made = self.decide(self.everybody(), Whose::Nobodys).await?;
            }
            if !made.1.leaves_somebody_alone {
                return Ok(made);
            }
        }
        let (order, gathering) = (Arc::clone(&self.order), Arc::clone(&self.gathering));
        let best = self
            .compute(move || circle::of_best(&order, &gathering, &wanted))
            .await?;
        if best.as_ref().is_some_and(Vec::is_empty) {
            return self.decide(self.everybody(), Whose::NobodysInVain).await;
        }
        if let Some(best) = best {
            let ids = circle::with_peers(&self.gathering, &circle.ids, &best);
            let made = self.decide(ids, Whose::Of(best)).await?;
            if !made.1.leaves_somebody_alone {
                return Ok(made);
            }
        }
        self.decide(self.everybody(), Whose::Everybodys).await
    }

    /// Whether one of the wanted could be introduced to more people.
    fn has_room(&self, wanted: &[i64], made: &(Arc<Crowd>, Decision)) -> bool {
        let (crowd, decision) = made;
        let new: Vec<(i64, i64)> = decision.ids_of_pairs().collect();
        let people = crowd.people.iter();
        let can_be_introduced =
            people.filter(|person| person.obstacle.is_none() && takes_part(&person.who.profile));
        let ids = can_be_introduced.map(Attendee::id);
        let wanted = ids.filter(|id| wanted.contains(id));
        circle::has_room(&self.order, &self.gathering, &new, wanted)
    }

    /// Reads what rows say about some people, and decides.
    async fn decide(
        &mut self,
        ids: Vec<i64>,
        movable: Whose,
    ) -> Result<(Arc<Crowd>, Decision), DbError> {
        let whose = match &movable {
            Whose::Nobodys | Whose::NobodysInVain => Some(&[][..]),
            Whose::Of(ids) => Some(ids.as_slice()),
            Whose::Everybodys => None,
        };
        let mut crowd = load::crowd(self.tx, self.run_id, &self.gathering, &ids, whose).await?;
        crowd.is_hopeless = matches!(movable, Whose::NobodysInVain);
        let crowd = Arc::new(crowd);
        let (order, looked_at) = (Arc::clone(&self.order), Arc::clone(&crowd));
        let decision = self
            .compute(move || solve::solve(&order, &looked_at))
            .await?
            .map_err(|error| DbError::plain(Class::Data, error.to_string()))?;
        Ok((crowd, decision))
    }

    /// Computes beside the runtime's threads, which have other work.
    async fn compute<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DbError> {
        let begun = Instant::now();
        let computed = tokio::task::spawn_blocking(work).await;
        self.took += begun.elapsed();
        computed.map_err(|_| DbError::plain(Class::Bug, "the matching ended before it was done"))
    }

    async fn write(&self, decision: &Decision, has_model: bool) -> Result<Performed, DbError> {
        if self.order.dry_run {
            return Ok(Performed {
                matches: decision.pairs.len(),
                texts: 0,
            });
        }
        let by_model = has_model && self.order.by_model;
        write::prepare(self.tx).await?;
        // Neither needs what the other writes: sent together.
        let ((), written) = tokio::try_join!(
            biased;
            write::dropped(self.tx, self.run_id, &decision.dropped),
            write::pairs(self.tx, self.run_id, &decision.pairs, by_model),
        )?;
        Ok(written)
    }

    /// Writes the result, and lays tables where everybody was placed.
    async fn finish(
        self,
        crowd: Arc<Crowd>,
        decision: &Decision,
        mut written: Performed,
    ) -> Result<Performed, DbError> {
        let checked_in = self.gathering.people.len();
        let (tx, run_id, order) = (self.tx, self.run_id, self.order);
        write::result(tx, run_id, &order, decision, checked_in, written, self.took).await?;
        // Newcomers alone make no tables, and are nearly all that such a run has read.
        if order.wanted.is_none() {
            written.texts += roundtables::lay(tx, run_id, order, crowd, &decision.pairs).await?;
        }
        tracing::info!(
            run.id = run_id,
            people = checked_in,
            matches = written.matches,
            alone = decision.alone.len(),
            compute.ms = self.took.as_millis(),
            "matched"
        );
        Ok(written)
    }
}
