//! `pg`: the cluster that is used where no DATABASE_URL is set.

use crate::cli::program::Program;
use crate::support::cluster::{TestCluster, temp_dir};

#[tokio::test]
async fn it_is_stopped_started_asked_and_entered() {
    let cluster = TestCluster::start().await;
    let program = Program::own(cluster.cluster().dir());
    let status = program.run(&["pg", "status", "--json"]).await;
    assert_eq!(
        (status.code, &status.json()["state"]),
        (0, &"running".into())
    );
    let url = program.run(&["pg", "url"]).await.ok();
    assert_eq!(url.trim(), cluster.url().reveal());
    let out = program
        .run(&["pg", "psql", "-At", "-c", "select 6 * 7"])
        .await
        .ok();
    assert_eq!(out, "42\n");
    let ended = program.run(&["pg", "psql", "-c", "select 1 / 0"]).await;
    assert_eq!(ended.code, 1, "the exit code is psql's: {ended:?}");

    let out = program.run(&["pg", "stop"]).await.ok();
    assert!(out.contains("its data is kept"), "{out}");
    let out = program.run(&["pg", "stop"]).await.ok();
    assert!(out.contains("was not running"), "{out}");
    let status = program.run(&["pg", "status"]).await;
    assert_eq!(status.code, 1);
    assert!(status.out.contains("pg start"), "{}", status.out);

    let out = program.run(&["pg", "start"]).await.ok();
    assert!(
        out.contains("PostgreSQL runs at postgresql://postgres@127.0.0.1:"),
        "{out}"
    );
    program.run(&["pg", "stop", "--immediate"]).await.ok();
}

#[tokio::test]
async fn a_deploy_into_it_starts_it_and_a_check_does_not() {
    let cluster = TestCluster::start().await;
    let program = Program::own(cluster.cluster().dir());
    program.run(&["pg", "stop"]).await.ok();
    let check = program.run(&["deploy", "--check"]).await;
    assert_eq!(check.code, 1, "{check:?}");
    assert!(check.out.contains("start the cluster in"), "{}", check.out);
    assert_eq!(
        program.run(&["pg", "status"]).await.code,
        1,
        "still stopped"
    );
    let deploy = program.run(&["deploy"]).await;
    assert!(
        deploy.err.contains("Starting the PostgreSQL cluster"),
        "{}",
        deploy.err
    );
    deploy.ok();
    program.run(&["status"]).await.ok();
}

#[tokio::test]
async fn what_is_not_there_is_not_made_by_looking() {
    let dir = temp_dir();
    let home = dir.path().join("none");
    let program = Program::own(&home);
    for arguments in [&["status"][..], &["pg", "url"], &["pg", "psql"]] {
        let said = program.run(arguments).await.failed(1);
        assert!(said.contains("holds no cluster"), "{said}");
    }
    let check = program.run(&["deploy", "--check"]).await;
    assert_eq!(check.code, 1, "{check:?}");
    assert!(check.out.contains("make a PostgreSQL"), "{}", check.out);
    assert!(!home.exists(), "nothing was made");
}

#[tokio::test]
async fn a_directory_that_holds_something_else_is_refused() {
    let dir = temp_dir();
    std::fs::write(dir.path().join("thesis.txt"), "years of work").expect("a file");
    let said = Program::own(dir.path()).run(&["deploy"]).await.failed(1);
    assert!(said.contains("\"thesis.txt\", which is not ours"), "{said}");
}

#[tokio::test]
async fn missing_server_programs_are_named_with_the_command_that_installs_them() {
    let dir = temp_dir();
    let program = Program::own(&dir.path().join("none"))
        .and("PGCASCADE_PG_BIN", &dir.path().display().to_string());
    let said = program.run(&["deploy"]).await.failed(1);
    assert!(said.contains("server programs were not found"), "{said}");
    assert!(said.contains("install them with"), "{said}");
}
