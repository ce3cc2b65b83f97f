//! `bench`: every number is there, and nothing of it remains.

use crate::cli::program::Program;
use crate::support::cluster::TestCluster;

#[tokio::test]
async fn every_measurement_has_numbers_and_nothing_remains() {
    let database = TestCluster::shared_database().await;
    let program = Program::on(database.url());
    let arguments = ["bench", "--events", "200", "--rounds", "1", "--json"];
    let report = program.run(&arguments).await.json();
    let measures = report["measures"].as_array().expect("a list");
    for scenario in ["enqueue", "drain", "latency", "cascade", "schedule"] {
        let of_it = measures.iter().filter(|m| m["scenario"] == scenario);
        let values: Vec<f64> = of_it.filter_map(|m| m["median"].as_f64()).collect();
        assert!(!values.is_empty(), "{scenario} is missing: {report}");
        assert!(values.iter().all(|value| value.is_finite()), "{report}");
    }
    let left = "select count(*) from pg_database where datname like 'pgcascade_bench%';\n";
    let left = database.psql(left).await;
    assert!(left.contains('0'), "{left}");
}

#[tokio::test]
async fn a_user_who_may_not_create_databases_is_told() {
    let database = TestCluster::shared_database().await;
    let role = format!("bencher_{}", database.name());
    database
        .psql(&format!("create role {role} login password 'secret';\n"))
        .await;
    let url = database.url().reveal();
    let (_, place) = url.split_once('@').expect("a URL with a user");
    let program = Program::with(
        "DATABASE_URL",
        &format!("postgresql://{role}:secret@{place}"),
    );
    let said = program.run(&["bench"]).await.failed(1);
    assert!(said.contains("CREATEDB"), "{said}");
    database.psql(&format!("drop role {role};\n")).await;
}
