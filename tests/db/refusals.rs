//! What the operator reads when the database cannot be used.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use pgcascade::db::{Class, DatabaseUrl, DbError, check_server, connect};

use crate::support::cluster::{TestCluster, blocking};

/// The URL with a part exchanged.
fn changed(url: &DatabaseUrl, from: &str, to: &str) -> DatabaseUrl {
    let text = url.reveal();
    assert!(text.contains(from), "the URL has no {from}");
    DatabaseUrl::parse(&text.replacen(from, to, 1)).expect("still a URL")
}

/// The error of an attempt that must fail, which never says a password.
async fn refusal(url: &DatabaseUrl) -> DbError {
    let error = connect(url, "tests")
        .await
        .err()
        .unwrap_or_else(|| panic!("{url} let us in"));
    assert!(
        !format!("{error} {error:?}").contains("geheim"),
        "a password was printed: {error}"
    );
    error
}

/// The same with a session that stands.
async fn session(url: &DatabaseUrl) -> tokio_postgres::Client {
    connect(url, "tests")
        .await
        .expect("the server accepts sessions")
}

#[tokio::test]
async fn a_wrong_password_is_called_so() {
    let database = TestCluster::shared_database().await;
    let text = database.url().reveal();
    let (_, tail) = text.split_once('@').expect("a URL with a password");
    let url = DatabaseUrl::parse(&format!("postgresql://postgres:geheim@{tail}")).expect("a URL");
    let error = refusal(&url).await;
    assert_eq!(
        (error.class(), error.sqlstate()),
        (Class::Rights, Some("28P01"))
    );
    assert!(
        error
            .to_string()
            .contains("password for user \"postgres\" is wrong"),
        "{error}"
    );
    let url = DatabaseUrl::parse(&format!("postgresql://postgres@{tail}")).expect("a URL");
    let error = refusal(&url).await;
    assert_eq!(error.class(), Class::Rights);
    assert!(error.to_string().contains("URL has none"), "{error}");
}

#[tokio::test]
async fn an_unknown_database_and_an_unknown_user_are_named() {
    let database = TestCluster::shared_database().await;
    let error = refusal(&changed(database.url(), database.name(), "nowhere")).await;
    assert_eq!(error.sqlstate(), Some("3D000"));
    assert!(
        error.to_string().contains("no database \"nowhere\""),
        "{error}"
    );
    let error = refusal(&changed(database.url(), "//postgres:", "//stranger:")).await;
    assert_eq!(error.class(), Class::Rights);
    assert!(error.to_string().contains("stranger"), "{error}");
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_lost_and_says_why() {
    // A port that is given to nobody who asks for any; a free one might be, at this moment.
    let url = DatabaseUrl::parse("postgresql://u:geheim@127.0.0.1:1/d").expect("a URL");
    let error = refusal(&url).await;
    assert_eq!(error.class(), Class::Lost);
    assert!(
        error.to_string().contains("nothing listens there"),
        "{error}"
    );
    let url = DatabaseUrl::parse("postgresql://u:geheim@no-such-host.invalid/d").expect("a URL");
    let error = refusal(&url).await;
    assert_eq!(error.class(), Class::Lost);
    assert!(error.to_string().contains("cannot be resolved"), "{error}");
    let url = DatabaseUrl::parse("postgresql://u:geheim@/d?host=/nowhere").expect("a URL");
    let error = refusal(&url).await;
    assert_eq!(error.class(), Class::Lost);
    assert!(error.to_string().contains("start the server"), "{error}");
}

#[tokio::test]
async fn a_port_where_something_else_listens_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let other = std::thread::spawn(move || drop(listener.accept()));
    let url =
        DatabaseUrl::parse(&format!("postgresql://u:geheim@127.0.0.1:{port}/d")).expect("a URL");
    let error = refusal(&url).await;
    assert_eq!(error.class(), Class::Lost);
    assert!(error.to_string().contains("is it PostgreSQL"), "{error}");
    blocking(move || other.join().expect("it hung up")).await;
}

#[tokio::test]
async fn missing_rights_say_what_to_grant() {
    let database = TestCluster::shared_database().await;
    let owner = session(database.url()).await;
    let guest = format!("guest_{}", database.name());
    owner
        .batch_execute(&format!(
            "create table secret (id int); create role {guest} login password 'geheim'"
        ))
        .await
        .expect("a table and a role");
    let text = database.url().reveal();
    let (_, tail) = text.split_once('@').expect("a URL with a password");
    let url = DatabaseUrl::parse(&format!("postgresql://{guest}:geheim@{tail}")).expect("a URL");
    let refused = session(&url)
        .await
        .batch_execute("select * from secret")
        .await;
    let error = DbError::from(refused.expect_err("no right to read"));
    assert_eq!(error.class(), Class::Rights);
    assert!(
        error
            .to_string()
            .contains("permission denied for table secret"),
        "{error}"
    );
    assert!(error.to_string().contains("grant"), "{error}");
    owner
        .batch_execute(&format!("drop role {guest}"))
        .await
        .expect("the role goes");
}

#[tokio::test]
async fn data_errors_never_quote_the_row() {
    let database = TestCluster::shared_database().await;
    let client = session(database.url()).await;
    client
        .batch_execute(
            "create table people (email text constraint email_once unique);
             insert into people values ('ann@example.com');
             create function complain() returns void language plpgsql as
                 $$ begin raise 'no slot is free' using errcode = 'PC001', hint = 'add'; end $$",
        )
        .await
        .expect("a table and a function");
    let cases = [
        (
            "insert into people values ('ann@example.com')",
            "23505",
            "email_once",
        ),
        (
            "select 'ann@example.com'::int",
            "22P02",
            "invalid input syntax",
        ),
        ("select complain()", "PC001", "no slot is free"),
    ];
    for (statement, code, expected) in cases {
        let refused = client.batch_execute(statement).await.expect_err("refused");
        let error = DbError::from(refused);
        assert_eq!(
            (error.class(), error.sqlstate()),
            (Class::Data, Some(code)),
            "{statement}"
        );
        let all = format!("{error} {} {error:?}", error.summary());
        assert!(all.contains(expected) && !all.contains("ann@"), "{all}");
    }
    let refused = client
        .batch_execute("insert into people values ('ann@example.com')")
        .await;
    let error = DbError::from(refused.expect_err("refused"));
    assert_eq!(error.constraint(), Some("email_once"));
}

#[tokio::test]
async fn a_server_that_takes_no_writes_is_refused() {
    let database = TestCluster::shared_database().await;
    let client = session(database.url()).await;
    let info = check_server(&client)
        .await
        .expect("a writable server passes");
    assert!(info.major >= 15);
    client
        .batch_execute("set default_transaction_read_only = on")
        .await
        .expect("a setting");
    let error = check_server(&client).await.expect_err("read-only");
    assert_eq!(error.class(), Class::ReadOnly);
    assert!(
        error.to_string().contains("default_transaction_read_only"),
        "{error}"
    );
    let refused = client
        .batch_execute("create table t ()")
        .await
        .expect_err("no writes");
    assert_eq!(DbError::from(refused).class(), Class::ReadOnly);
}

#[tokio::test]
async fn a_hot_standby_is_called_a_replica() {
    // A copy that waits for a primary which never comes stands by as a real replica does.
    let standby = TestCluster::start_with(&[], |data| {
        let signal = data.join("standby.signal");
        std::fs::write(&signal, "").expect("a file in the data directory");
        let owner = std::os::unix::fs::MetadataExt::uid(&data.metadata().expect("it is there"));
        std::os::unix::fs::chown(&signal, Some(owner), None).expect("it can be given");
    })
    .await;
    let error = check_server(&session(standby.url()).await)
        .await
        .expect_err("a replica");
    assert_eq!(error.class(), Class::ReadOnly);
    assert!(error.to_string().contains("read-only replica"), "{error}");
    let url = changed(standby.url(), "?", "?target_session_attrs=read-write&");
    let error = refusal(&url).await;
    assert!(error.to_string().contains("read-only replica"), "{error}");
}

#[tokio::test]
async fn an_old_server_and_a_cockroach_are_named() {
    let columns = ["12.17", "120017", "PostgreSQL 12.17 on x86_64", "f", "off"];
    let error = check_impostor(columns).await;
    assert!(
        error
            .to_string()
            .contains("PostgreSQL 12.17, and 15 or later"),
        "{error}"
    );
    let columns = ["13.0.0", "130000", "CockroachDB CCL v24.3", "f", "off"];
    let error = check_impostor(columns).await;
    assert!(error.to_string().contains("CockroachDB"), "{error}");
}

/// What the check says of a server that answers with these columns.
async fn check_impostor(columns: [&'static str; 5]) -> DbError {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        serve(stream, &columns);
    });
    let text = format!("postgresql://u:geheim@127.0.0.1:{port}/d?sslmode=disable");
    let client = session(&DatabaseUrl::parse(&text).expect("a URL")).await;
    let error = check_server(&client).await.expect_err("not what we need");
    drop(client);
    blocking(move || server.join().expect("the impostor ends with its client")).await;
    error
}

/// Speaks just enough of the protocol to let a client in and answer one query with one row.
fn serve(mut stream: TcpStream, columns: &[&str; 5]) {
    let names = [
        "version",
        "version_number",
        "product",
        "in_recovery",
        "read_only",
    ];
    let mut startup = [0; 1024];
    let _ = stream.read(&mut startup).expect("a startup packet");
    let ready = message(b'Z', b"I");
    let welcome = [message(b'R', &0_i32.to_be_bytes()), ready.clone()].concat();
    stream.write_all(&welcome).expect("the client listens");
    let _ = stream.read(&mut startup).expect("a query");
    let count = i16::try_from(columns.len())
        .expect("few columns")
        .to_be_bytes();
    let mut description = count.to_vec();
    let mut row = count.to_vec();
    for (name, value) in names.iter().zip(columns) {
        description.extend(
            [
                name.as_bytes(),
                &[0; 7],
                &25_i32.to_be_bytes(),
                &[255; 6],
                &[0; 2],
            ]
            .concat(),
        );
        row.extend(i32::try_from(value.len()).expect("short").to_be_bytes());
        row.extend(value.as_bytes());
    }
    let answer = [
        message(b'T', &description),
        message(b'D', &row),
        message(b'C', b"SELECT 1\0"),
        ready,
    ];
    stream
        .write_all(&answer.concat())
        .expect("the client listens");
    // Until the client leaves.
    let _ = stream.read(&mut startup);
}

/// A message of the protocol.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len() + 4)
        .expect("a short message")
        .to_be_bytes();
    [&[kind], length.as_slice(), body].concat()
}
