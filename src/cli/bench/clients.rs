//! Clients that insert single rows at the same time, beside the daemon and not within its threads.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::future::try_join_all;
use tokio::runtime::Builder;
use tokio_postgres::Statement;

use crate::cli::failure::Failure;
use crate::cli::target::Session;
use crate::config::Urls;
use crate::db::DbError;

const INSERT_ORDER: &str = include_str!("../../../sql/queries/bench/insert_order.sql");

/// Sessions that insert at the same time.
const CLIENTS: u32 = 8;
/// What they insert before the clock runs, as with the other job queues in benches/peers.
pub const WARM_UP: u32 = 4 * CLIENTS;

/// Inserts so many rows, each committed by itself, and returns how long that took.
///
/// Clients are other programs: all of them share one thread, and none of the daemon's. Whoever is
/// free takes the next row, so that none is left to insert alone at the end.
///
/// # Errors
/// The database cannot be reached, or refuses a row.
pub async fn insert_single_rows(urls: Urls, rows: u32) -> Result<Duration, Failure> {
    let inserting = move || {
        let thread = Builder::new_current_thread().enable_all().build();
        let thread = thread.context("a thread for the clients")?;
        Ok(thread.block_on(warmed_up(&urls, rows))?)
    };
    let inserted = tokio::task::spawn_blocking(inserting).await;
    inserted.context("the clients were cut short")?
}

async fn warmed_up(urls: &Urls, rows: u32) -> Result<Duration, DbError> {
    let clients = try_join_all((0..CLIENTS).map(|_| client(urls))).await?;
    insert_by(&clients, WARM_UP).await?;
    let began = Instant::now();
    insert_by(&clients, rows).await?;
    Ok(began.elapsed())
}

async fn client(urls: &Urls) -> Result<(Session, Statement), DbError> {
    let session = Session::open(urls, "bench client").await?;
    let statement = session.client.prepare(INSERT_ORDER).await?;
    Ok((session, statement))
}

async fn insert_by(clients: &[(Session, Statement)], rows: u32) -> Result<(), DbError> {
    let left = Cell::new(rows);
    let until_none_is_left = async |(session, statement): &(Session, Statement)| {
        while let Some(rest) = left.get().checked_sub(1) {
            left.set(rest);
            session.client.execute(statement, &[]).await?;
        }
        Ok::<(), DbError>(())
    };
    try_join_all(clients.iter().map(until_none_is_left)).await?;
    Ok(())
}
