//! Transactions that begin, set and ask in one round trip.

use pgcascade::db::{Begun, Class, Pool};

use crate::support::cluster::TestCluster;

const NO_SETTINGS: &str = "set local jit = off";
/// Whether the session is in a transaction that wrote, and what it has set.
const STATE: &str = "select pg_current_xact_id_if_assigned() is null, current_setting('jit'), \
                     current_setting('work_mem')";
const TABLE: &str = "
    create table once (id integer primary key deferrable initially deferred);
    create function keep(id integer) returns integer language sql as
        $$ insert into once values ($1) returning id $$;
    create function keep_and_set(id integer) returns integer language plpgsql as
        $$ begin set work_mem = '9MB'; insert into once values ($1); return $1; end $$";

/// A pool of one session, so that what a transaction leaves behind is seen by the next.
async fn pool() -> (Pool, impl Drop) {
    let database = TestCluster::shared_database().await;
    let pool = Pool::open(database.url(), 1, "tests").expect("a pool");
    let session = pool.get().await.expect("a session");
    session.batch_execute(TABLE).await.expect("a table");
    drop(session);
    (pool, database)
}

async fn begun(pool: &Pool, settings: &str, call: &str) -> Result<Begun, pgcascade::db::DbError> {
    let session = pool.get().await?;
    let begun = Begun::with_first(session, settings, call, &[]).await?;
    Ok(begun.0)
}

/// How many rows were kept; the session must be out of its transaction and as it was made.
async fn kept(pool: &Pool) -> i64 {
    let session = pool.get().await.expect("the session");
    let row = session.query_one(STATE, &[]).await.expect("its state");
    let state: (bool, String, String) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(state, (true, "on".to_owned(), "4MB".to_owned()));
    let row = session.query_one("select count(*) from once", &[]).await;
    row.expect("a count").get(0)
}

#[tokio::test]
async fn what_was_done_is_kept_at_the_commit_and_what_was_set_is_not() {
    let (pool, _database) = pool().await;
    let tx = begun(&pool, NO_SETTINGS, "select keep_and_set(1)")
        .await
        .expect("begun");
    let row = tx.query_one("show jit", &[]).await.expect("a setting");
    assert_eq!(row.get::<_, &str>(0), "off", "settings come first");
    tx.commit_and_cleanse().await.expect("committed");
    assert_eq!(kept(&pool).await, 1);
}

#[tokio::test]
async fn nothing_is_kept_of_one_that_is_dropped() {
    let (pool, _database) = pool().await;
    drop(begun(&pool, NO_SETTINGS, "select keep(1)").await);
    assert_eq!(kept(&pool).await, 0);
}

#[tokio::test]
async fn nothing_is_kept_when_settings_or_the_question_fail() {
    let (pool, _database) = pool().await;
    for (settings, call) in [
        ("set local no_such_setting = 1", "select keep(1)"),
        (NO_SETTINGS, "select keep(1) / 0"),
    ] {
        let failed = begun(&pool, settings, call).await;
        assert!(failed.is_err(), "{settings}; {call}");
        assert_eq!(kept(&pool).await, 0);
    }
}

#[tokio::test]
async fn a_constraint_that_fails_at_the_commit_leaves_the_session_clean() {
    let (pool, _database) = pool().await;
    let tx = begun(&pool, NO_SETTINGS, "select keep_and_set(1)")
        .await
        .expect("begun");
    tx.execute("select keep(1)", &[]).await.expect("deferred");
    let error = tx.commit_and_cleanse().await.expect_err("a key twice");
    assert_eq!(error.class(), Class::Data);
    assert_eq!(kept(&pool).await, 0);
}
