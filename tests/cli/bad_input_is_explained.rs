//! What a user sees when something is wrong: what, why and what to do, never a secret, never a panic.

use crate::cli::program::Program;
use crate::support::cluster::{TestCluster, temp_dir};

#[tokio::test]
async fn wrong_usage_is_exit_code_two_and_says_what_is_right() {
    let program = Program::with("PGCASCADE_DATA_DIR", "/nonexistent");
    let said = program.run(&["deploy", "--chek"]).await.failed(2);
    assert!(said.contains("--check"), "{said}");
    let said = program.run(&["retry"]).await.failed(2);
    assert!(said.contains("--all-failed"), "{said}");
    program.run(&["frobnicate"]).await.failed(2);
    program.run(&[]).await.failed(2);
    let said = program
        .run(&["run", "--drain-secs", "soon"])
        .await
        .failed(2);
    assert!(said.contains("drain-secs"), "{said}");
}

#[tokio::test]
async fn every_command_has_a_manual_that_fits_the_screen() {
    let program = Program::with("PGCASCADE_DATA_DIR", "/nonexistent");
    let commands: [&[&str]; 14] = [
        &[],
        &["deploy"],
        &["run"],
        &["demo"],
        &["status"],
        &["watch"],
        &["errors"],
        &["errors", "resolve"],
        &["retry"],
        &["cancel"],
        &["import"],
        &["import", "companies"],
        &["pg"],
        &["pg", "psql"],
    ];
    for command in commands {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let manual = program.run(&arguments).await.ok();
        let wide = manual.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{command:?}");
    }
}

#[tokio::test]
async fn a_url_that_cannot_be_used_is_wrong_usage_and_never_repeated() {
    for url in [
        "postgresql://me:hunter2@host/db?sslmod=require",
        "postgresql://me:hunter2@@host/db",
        "mysql://me:hunter2@host/db",
        "hunter2",
    ] {
        let said = Program::with("DATABASE_URL", url)
            .run(&["status"])
            .await
            .failed(2);
        assert!(said.contains("DATABASE_URL cannot be used"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let program = Program::with("APIFY_BASE_URL", "ftp://me:hunter2@host");
    let said = program.run(&["run"]).await.failed(2);
    assert!(said.contains("APIFY_BASE_URL cannot be used"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let database = TestCluster::shared_database().await;
    let url = database.url().reveal();
    let cases = [
        (
            "postgresql://me:hunter2@127.0.0.1:1/db".to_owned(),
            "nothing listens there",
        ),
        (
            "postgresql://me:hunter2@no.such.host.invalid/db".to_owned(),
            "name cannot be resolved",
        ),
        (
            url.replacen("postgres:", "postgres:hunter2", 1),
            "password for user \"postgres\" is wrong",
        ),
        (
            url.replace(database.name(), "nowhere"),
            "there is no database \"nowhere\"",
        ),
    ];
    for (url, words) in cases {
        for command in ["deploy", "run", "status", "watch"] {
            let said = Program::with("DATABASE_URL", &url)
                .run(&[command])
                .await
                .failed(1);
            assert!(said.contains(words), "{command}: {said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}

#[tokio::test]
async fn a_read_only_database_is_refused_before_anything_is_tried() {
    let database = TestCluster::shared_database().await;
    let name = database.name();
    database
        .psql(&format!(
            "alter database {name} set default_transaction_read_only = on;\n"
        ))
        .await;
    let said = Program::on(database.url()).run(&["deploy"]).await.failed(1);
    assert!(said.contains("takes no writes"), "{said}");
}

#[tokio::test]
async fn a_database_without_us_says_deploy() {
    let database = TestCluster::shared_database().await;
    let program = Program::on(database.url());
    let commands: [&[&str]; 6] = [
        &["run"],
        &["status"],
        &["watch"],
        &["errors"],
        &["retry", "--all-failed"],
        &["cancel", "--event", "1"],
    ];
    for command in commands {
        let said = program.run(command).await.failed(1);
        assert!(
            said.contains("run `pgcascade deploy`"),
            "{command:?}: {said}"
        );
    }
}

#[tokio::test]
async fn an_empty_variable_is_not_set() {
    let dir = temp_dir();
    let program = Program::own(&dir.path().join("none"))
        .and("DATABASE_URL", "")
        .and("APIFY_BASE_URL", " ")
        .and("PGCASCADE_DRAIN_SECS", "")
        .and("RUST_LOG", "");
    let said = program.run(&["run"]).await.failed(1);
    assert!(said.contains("holds no cluster"), "{said}");
    assert!(said.contains("run `pgcascade deploy`"), "{said}");
}

#[tokio::test]
async fn a_filter_of_the_log_that_cannot_be_read_is_wrong_usage() {
    let program = Program::with("RUST_LOG", "pgcascade=loud");
    let said = program.run(&["status"]).await.failed(2);
    assert!(said.contains("RUST_LOG cannot be read"), "{said}");
}

#[tokio::test]
async fn a_broken_env_file_is_told_by_its_line_and_never_repeated() {
    let dir = temp_dir();
    let here = dir.path();
    let program = Program::with("HOME", "/nonexistent").within(here);
    for (text, line) in [
        ("# keys\n\nAPIFY_TOKEN=hunter2 and more\n", 3),
        ("GHL_API_KEY='hunter2\nA=1\nB=2\n", 1),
        ("A=1\nhunter2\n", 2),
    ] {
        std::fs::write(here.join(".env"), text).expect("written");
        let said = program.run(&["status"]).await.failed(2);
        assert!(
            said.contains(&format!(".env cannot be used, line {line}:")),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn an_env_file_stands_in_for_variables_that_are_not_set() {
    let dir = temp_dir();
    let here = dir.path();
    let unusable = "DATABASE_URL=mysql://me:hunter2@host/db\nPGCASCADE_DRAIN_SECS=soon\n";
    std::fs::write(here.join(".env"), unusable).expect("written");
    let program = Program::with("PGCASCADE_DATA_DIR", "/nonexistent").within(here);
    let said = program.run(&["status"]).await.failed(2);
    assert!(
        said.contains("DATABASE_URL cannot be used") && !said.contains("hunter2"),
        "{said}"
    );
    // What is set wins, also when it is set to nothing.
    let said = program
        .clone()
        .and("DATABASE_URL", "")
        .run(&["status"])
        .await;
    assert!(
        !said.err.contains("DATABASE_URL cannot be used"),
        "{said:?}"
    );
    let said = program
        .and("PGCASCADE_DRAIN_SECS", "later")
        .run(&["run"])
        .await
        .failed(2);
    assert!(said.contains("later") && !said.contains("soon"), "{said}");
}
