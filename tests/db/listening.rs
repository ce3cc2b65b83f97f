//! The LISTEN session: heard, cut, found again.

use pgcascade::db::{
    DatabaseUrl, Heard, ListenOptions, ListenState, Listener, Notification, NotificationStream,
    connect,
};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::support::cluster::{TestCluster, blocking};
use crate::support::wait;

const LOCK: (i32, i32) = (7001, -5);

fn listener(url: &DatabaseUrl) -> Listener {
    hearing(url).0
}

fn hearing(url: &DatabaseUrl) -> (Listener, NotificationStream) {
    let (ear, stream) = NotificationStream::channel();
    let options = ListenOptions {
        url: url.clone(),
        application_name: "tests listening".to_owned(),
        channels: vec!["bell", "Other Bell"],
        lock_key: Some(LOCK),
    };
    (
        Listener::spawn(options, ear, CancellationToken::new()),
        stream,
    )
}

async fn connected(listener: &Listener) {
    let mut state = listener.state();
    let wanted = state.wait_for(|state| *state == ListenState::Connected);
    wait::within("the listener to connect", wanted)
        .await
        .expect("the listener lives");
}

async fn disconnected(listener: &Listener) -> String {
    let mut state = listener.state();
    let wanted = state.wait_for(|state| *state != ListenState::Connected);
    let state = wait::within("the listener to lose its session", wanted).await;
    match &*state.expect("the listener lives") {
        ListenState::Disconnected { reason, .. } => reason.clone(),
        ListenState::Connected => unreachable!("waited for the contrary"),
    }
}

async fn heard(stream: &mut NotificationStream) -> String {
    let heard = wait::within("a notification", stream.next()).await;
    let Some(Heard::Notification(Notification { payload, .. })) = heard else {
        panic!("heard {heard:?}")
    };
    payload
}

async fn session(url: &DatabaseUrl) -> Client {
    connect(url, "tests")
        .await
        .expect("the server accepts sessions")
}

/// Ends the listener's session from the server's side.
async fn cut(client: &Client) {
    let sql = "select pg_terminate_backend(pid) from pg_stat_activity \
               where application_name = 'tests listening' and datname = current_database()";
    let rows = client.query(sql, &[]).await.expect("it can be ended");
    assert_eq!(rows.len(), 1, "one session listens");
}

#[tokio::test]
async fn notifications_of_every_channel_are_heard_in_their_order() {
    let database = TestCluster::shared_database().await;
    let (listener, mut stream) = hearing(database.url());
    connected(&listener).await;
    let client = session(database.url()).await;
    let many = "begin; notify bell, 'a'; notify bell, 'b'; notify \"Other Bell\", 'c'; commit";
    client.batch_execute(many).await.expect("notified");
    for expected in ["a", "b", "c"] {
        assert_eq!(heard(&mut stream).await, expected);
    }
    listener.stop().await;
    assert!(stream.next().await.is_none(), "it ends with the listener");
}

#[tokio::test]
async fn a_cut_session_comes_back_and_hears() {
    let database = TestCluster::shared_database().await;
    let (listener, mut stream) = hearing(database.url());
    connected(&listener).await;
    let mut state = listener.state();
    state.mark_unchanged();
    let client = session(database.url()).await;
    cut(&client).await;
    wait::within("the cut to be noticed", state.changed())
        .await
        .expect("the listener lives");
    connected(&listener).await;
    let notify = "notify bell, 'again'";
    client.batch_execute(notify).await.expect("notified");
    assert_eq!(heard(&mut stream).await, "again");
    listener.stop().await;
}

#[tokio::test]
async fn a_restarted_server_is_found_again() {
    let cluster = TestCluster::start().await;
    let (listener, mut stream) = hearing(cluster.url());
    connected(&listener).await;
    cluster.stop_immediately().await;
    let reason = disconnected(&listener).await;
    assert!(!reason.is_empty());
    cluster.start_again().await;
    connected(&listener).await;
    let client = session(cluster.url()).await;
    let notify = "notify bell, 'again'";
    client.batch_execute(notify).await.expect("notified");
    assert_eq!(heard(&mut stream).await, "again");
    listener.stop().await;
}

#[tokio::test]
async fn the_lock_is_held_while_listening_and_given_back_at_the_end() {
    let database = TestCluster::shared_database().await;
    let listener = listener(database.url());
    connected(&listener).await;
    let client = session(database.url()).await;
    let taken = async || {
        let sql = "select pg_try_advisory_lock($1, $2)";
        let row = client
            .query_one(sql, &[&LOCK.0, &LOCK.1])
            .await
            .expect("it answers");
        row.get::<_, bool>(0)
    };
    assert!(!taken().await, "the listener holds it");
    listener.stop().await;
    assert!(
        taken().await,
        "it is free as soon as the listener has stopped"
    );
}

#[tokio::test]
async fn a_lock_that_somebody_holds_is_waited_for_and_the_holder_named() {
    let database = TestCluster::shared_database().await;
    let holder = connect(database.url(), "the other one")
        .await
        .expect("a session");
    let sql = "select pg_advisory_lock($1, $2)";
    holder
        .query(sql, &[&LOCK.0, &LOCK.1])
        .await
        .expect("locked");
    let listener = listener(database.url());
    let mut state = listener.state();
    let named = state.wait_for(|state| {
        let ListenState::Disconnected { reason, .. } = state else {
            return false;
        };
        reason.contains("the other one")
    });
    wait::within("the holder to be named", named)
        .await
        .expect("the listener lives");
    drop(holder);
    connected(&listener).await;
    listener.stop().await;
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_server_that_is_gone() {
    let cluster = TestCluster::start().await;
    let listener = listener(cluster.url());
    connected(&listener).await;
    cluster.stop_immediately().await;
    wait::within("the listener to stop", listener.stop()).await;
}

#[tokio::test]
async fn a_frozen_server_is_noticed() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    let cluster = TestCluster::start().await;
    let listener = listener(cluster.url());
    connected(&listener).await;
    let client = session(cluster.url()).await;
    let sql = "select pid from pg_stat_activity where application_name = 'tests listening'";
    let pid: i32 = client.query_one(sql, &[]).await.expect("it listens").get(0);
    kill(Pid::from_raw(pid), Signal::SIGSTOP).expect("it can be stopped");
    let reason = disconnected(&listener).await;
    kill(Pid::from_raw(pid), Signal::SIGCONT).expect("it can go on");
    assert!(reason.contains("has not answered"), "{reason}");
    connected(&listener).await;
    blocking(move || drop(cluster)).await;
    wait::within("the listener to stop", listener.stop()).await;
}
