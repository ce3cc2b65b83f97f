//! The pool and its transactions.

use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pgcascade::db::{Class, DbError, Pool, connect, in_transaction};
use tokio::sync::Barrier;

use crate::support::cluster::TestCluster;
use crate::support::wait;

#[tokio::test]
async fn the_pool_survives_a_restart() {
    let cluster = TestCluster::start().await;
    let pool = Pool::open(cluster.url(), 4, "tests").expect("a pool");
    let held: Vec<_> = [pool.get().await, pool.get().await, pool.get().await].into();
    drop(held);
    cluster.restart(true).await;
    let mut failures = 0;
    // At most one statement on each old session may fail; none is handed out twice.
    for _ in 0..8 {
        let client = pool.get().await.expect("the server is back");
        if let Err(error) = client.query_one("select 1", &[]).await {
            assert_eq!(DbError::from(error).class(), Class::Lost);
            failures += 1;
        }
    }
    assert!(failures <= 3, "{failures} failures on 3 old sessions");
    let client = pool.get().await.expect("the server is back");
    client.query_one("select 1", &[]).await.expect("and works");
}

#[tokio::test]
async fn a_session_that_was_ended_by_order_is_not_handed_out_again() {
    let database = TestCluster::shared_database().await;
    let pool = Pool::open(database.url(), 2, "tests").expect("a pool");
    // The server says so first, and hangs up a little later.
    for _ in 0..20 {
        let client = pool.get().await.expect("a session");
        let end = "select pg_terminate_backend(pg_backend_pid())";
        let error = DbError::from(client.query_one(end, &[]).await.expect_err("it is ended"));
        assert!(error.is_ended_by_order(), "{error}");
        drop(client);
        pool.distrust(&error);
        assert!(pool.was_ended_by_order());
        let client = pool.get().await.expect("another session");
        client.query_one("select 1", &[]).await.expect("it lives");
    }
}

/// Waits until so many sessions of the pool are asleep.
async fn asleep(cluster: &TestCluster, sessions: i64) {
    let client = connect(cluster.url(), "looker").await.expect("a session");
    wait::until("the sessions to sleep", async || {
        let count = "select count(*) from pg_stat_activity
            where application_name = 'tests' and wait_event = 'PgSleep'";
        let row = client.query_one(count, &[]).await.ok()?;
        (row.get::<_, i64>(0) == sessions).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stop_without_grace_is_known_for_an_order() {
    let cluster = TestCluster::start().await;
    for is_immediate in [true, false] {
        let pool = Pool::open(cluster.url(), 2, "tests").expect("a pool");
        let client = pool.get().await.expect("a session");
        assert!(!pool.was_ended_by_order());
        let work = async {
            let ended = client.query_one("select pg_sleep(60)", &[]).await;
            let error = DbError::from(ended.expect_err("it is ended"));
            pool.distrust(&error);
            assert_eq!(error.class(), Class::Lost);
            assert!(pool.was_ended_by_order(), "{error}");
        };
        let stop = async {
            asleep(&cluster, 1).await;
            cluster.restart(is_immediate).await;
        };
        tokio::join!(work, stop);
    }
}

#[tokio::test]
async fn a_crash_is_no_order() {
    let cluster = TestCluster::start().await;
    let pool = Pool::open(cluster.url(), 2, "tests").expect("a pool");
    let client = pool.get().await.expect("a session");
    let bystander = pool.get().await.expect("a session");
    let pid = client.query_one("select pg_backend_pid()", &[]).await;
    let pid: i32 = pid.expect("a process").get(0);
    let (killed, other, ()) = tokio::join!(
        client.query_one("select pg_sleep(60)", &[]),
        bystander.query_one("select pg_sleep(60)", &[]),
        async {
            asleep(&cluster, 2).await;
            kill(Pid::from_raw(pid), Signal::SIGKILL).expect("it can be killed");
        }
    );
    for ended in [killed, other] {
        let error = DbError::from(ended.expect_err("it is ended"));
        assert_eq!(error.class(), Class::Lost);
        pool.distrust(&error);
    }
    assert!(!pool.was_ended_by_order());
}

#[tokio::test]
async fn while_the_server_is_down_the_pool_says_lost() {
    let cluster = TestCluster::start().await;
    let pool = Pool::open(cluster.url(), 2, "tests").expect("a pool");
    cluster.stop_immediately().await;
    let error = pool.get().await.expect_err("nobody is there");
    assert_eq!(error.class(), Class::Lost);
    cluster.start_again().await;
    let answer = wait::until("the pool to answer again", async || {
        let client = pool.get().await.ok()?;
        client.query_one("select 1", &[]).await.ok()
    });
    assert_eq!(answer.await.get::<_, i32>(0), 1);
}

#[tokio::test]
async fn sessions_show_their_name() {
    let database = TestCluster::shared_database().await;
    let pool = Pool::open(database.url(), 1, "pgcascade worker").expect("a pool");
    let client = pool.get().await.expect("a session");
    let statement = client
        .prepare_cached("show application_name")
        .await
        .expect("prepared");
    let row = client.query_one(&statement, &[]).await.expect("it answers");
    assert_eq!(row.get::<_, &str>(0), "pgcascade worker");
}

#[tokio::test]
async fn an_error_rolls_the_transaction_back() {
    let database = TestCluster::shared_database().await;
    let pool = Pool::open(database.url(), 1, "tests").expect("a pool");
    let client = connect(database.url(), "tests").await.expect("a session");
    client
        .batch_execute("create table t (id int)")
        .await
        .expect("a table");
    let result: anyhow::Result<()> = in_transaction(&pool, "refused", |tx| {
        Box::pin(async move {
            tx.execute("insert into t values (1)", &[]).await?;
            anyhow::bail!("changed my mind")
        })
    })
    .await;
    assert_eq!(
        result.expect_err("it failed").to_string(),
        "changed my mind"
    );
    in_transaction(&pool, "kept", |tx| {
        Box::pin(async move {
            tx.execute("insert into t values (2)", &[]).await?;
            Ok::<_, DbError>(())
        })
    })
    .await
    .expect("it commits");
    let rows = client.query("select id from t", &[]).await.expect("rows");
    assert_eq!(
        rows.iter()
            .map(|row| row.get::<_, i32>(0))
            .collect::<Vec<_>>(),
        [2]
    );
}

#[tokio::test]
async fn a_deadlock_is_repeated_until_both_are_through() {
    let database = TestCluster::shared_database().await;
    let pool = Pool::open(database.url(), 2, "tests").expect("a pool");
    let client = connect(database.url(), "tests").await.expect("a session");
    let setup = "create table t (id int primary key, n int); insert into t values (1, 0), (2, 0)";
    client.batch_execute(setup).await.expect("a table");
    // Both hold their first row before either asks for its second: a deadlock for certain.
    let barrier = Barrier::new(2);
    let attempts = AtomicU32::new(0);
    let both = |first: i32, second: i32| {
        let (barrier, attempts, tries) = (&barrier, &attempts, AtomicU32::new(0));
        let pool = &pool;
        async move {
            let tries = &tries;
            in_transaction(pool, "crossing", |tx| {
                Box::pin(async move {
                    attempts.fetch_add(1, Ordering::SeqCst);
                    let add = "update t set n = n + 1 where id = $1";
                    tx.execute(add, &[&first]).await?;
                    if tries.fetch_add(1, Ordering::SeqCst) == 0 {
                        barrier.wait().await;
                    }
                    tx.execute(add, &[&second]).await?;
                    Ok::<_, DbError>(())
                })
            })
            .await
        }
    };
    let (one, two) = wait::within("both transactions", async {
        tokio::join!(both(1, 2), both(2, 1))
    })
    .await;
    one.expect("the first commits");
    two.expect("the second commits");
    assert_eq!(
        attempts.load(Ordering::SeqCst),
        3,
        "exactly one was repeated"
    );
    let sum: i64 = client
        .query_one("select sum(n) from t", &[])
        .await
        .expect("a sum")
        .get(0);
    assert_eq!(sum, 4);
}

#[tokio::test]
async fn nothing_but_a_conflict_is_repeated_and_a_conflict_not_for_ever() {
    let database = TestCluster::shared_database().await;
    let pool = Pool::open(database.url(), 1, "tests").expect("a pool");
    for (code, class, expected) in [("40001", Class::Conflict, 6), ("23505", Class::Data, 1)] {
        let attempts = AtomicU32::new(0);
        let counted = &attempts;
        let raise = format!("do $$ begin raise 'made up' using errcode = '{code}'; end $$");
        let raise = &raise;
        let result: Result<(), DbError> = in_transaction(&pool, "made up", |tx| {
            Box::pin(async move {
                counted.fetch_add(1, Ordering::SeqCst);
                tx.batch_execute(raise).await?;
                Ok(())
            })
        })
        .await;
        assert_eq!(result.expect_err("raised").class(), class);
        assert_eq!(attempts.load(Ordering::SeqCst), expected, "{code}");
    }
}

#[tokio::test]
async fn a_transaction_runs_in_a_task_of_its_own() {
    let database = TestCluster::shared_database().await;
    let pool = Pool::open(database.url(), 1, "tests").expect("a pool");
    let task = tokio::spawn(async move {
        let number = 41;
        let number = &number;
        in_transaction(&pool, "spawned", |tx| {
            Box::pin(async move {
                let row = tx.query_one("select $1::int + 1", &[number]).await?;
                Ok::<i32, DbError>(row.get(0))
            })
        })
        .await
    });
    assert_eq!(task.await.expect("no panic").expect("it commits"), 42);
}
