//! `demo`: everything in one command, and never in somebody's real data.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::cli::program::{Program, one_line};
use crate::support::cluster::{TestCluster, temp_dir};
use crate::support::wait;

/// A directory whose demo cluster is stopped when the test ends.
struct Home {
    dir: TempDir,
}

impl Home {
    fn path(&self) -> PathBuf {
        self.dir.path().join("pg")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let mut stop = std::process::Command::new(env!("CARGO_BIN_EXE_pgcascade"));
        stop.args(["pg", "stop", "--demo", "--immediate"]);
        // Whatever it says, the directory goes with the test.
        let _ = stop.env("PGCASCADE_DATA_DIR", self.path()).output();
    }
}

#[tokio::test]
async fn every_company_is_accounted_for_and_the_summary_says_how() {
    let database = TestCluster::shared_database().await;
    let program = Program::on(database.url());
    let out = program.run(&["demo", "--here"]).await.ok();
    for words in [
        "268 in",
        "ready for outreach",
        "refused:",
        "placeholder",
        "0 failed",
    ] {
        assert!(one_line(&out).contains(words), "{words}: {out}");
    }
    for words in [
        "All people are invented",
        "sandbox",
        ".example",
        "psql \"$DATABASE_URL\"",
    ] {
        assert!(one_line(&out).contains(words), "{words}: {out}");
    }
    let again = program.run(&["demo", "--here", "--json"]).await.json();
    assert_eq!(again["imported"], 0);
    let all = &again["companies"];
    let count = |name: &str| all[name].as_i64().expect("a number");
    let accounted = ["ready", "no_contact", "refused", "failed"]
        .map(count)
        .iter()
        .sum::<i64>();
    assert_eq!(accounted, count("companies_in"), "{all}");
    assert_eq!(count("under_way"), 0, "{all}");
    let real = "select count(*) from marketing.people_master where email not like '%.example' \
                or source_system not like '%-sandbox';\n";
    let real = database.psql(real).await;
    assert!(one_line(&real).contains("0 (1 row)"), "{real}");
}

#[tokio::test]
async fn it_has_a_cluster_of_its_own_whatever_the_database_url_says() {
    let elsewhere = TestCluster::deployed_database().await;
    let home = Home { dir: temp_dir() };
    let program = Program::own(&home.path()).and("DATABASE_URL", &elsewhere.url().reveal());
    let out = program.run(&["demo", "--companies", "20"]).await.ok();
    assert!(out.contains("pg psql --demo --data-dir"), "{out}");
    assert!(
        out.lines()
            .all(|line| line.chars().count() <= 80 || line.contains("/pgcascade ")),
        "{out}"
    );
    let rows = elsewhere
        .psql("select count(*) from intake.company_raw_intake;\n")
        .await;
    assert!(one_line(&rows).contains("0 (1 row)"), "{rows}");
    let arguments = ["pg", "psql", "--demo", "-At", "-c"];
    let query = "select count(*) from intake.company_raw_intake";
    let rows = program.run(&[&arguments[..], &[query]].concat()).await.ok();
    assert_eq!(rows, "20\n");
    let again = program.run(&["demo", "--companies", "20"]).await.ok();
    assert!(
        again.contains("nothing new, every line is there from an earlier demo"),
        "{again}"
    );
}

#[tokio::test]
async fn what_it_proposes_leads_to_people_to_write_to() {
    let home = Home { dir: temp_dir() };
    let program = Program::own(&home.path());
    let out = program.run(&["demo", "--companies", "20"]).await.ok();
    let psql = async |query: &str| {
        let arguments = ["pg", "psql", "--demo", "-q", "-At", "-c", query];
        program.run(&arguments).await.ok()
    };
    let (_, insert) = out.split_once("INSERT INTO").expect("a proposal");
    let (insert, _) = insert.split_once(';').expect("a statement");
    let company = psql(&format!("INSERT INTO {insert} RETURNING company")).await;
    let _daemon = program.start(&["run", "--demo"]);
    let ready = format!(
        "select exists (select from marketing.vw_outreach_ready where company_name = '{}')",
        company.trim()
    );
    wait::until("somebody to write to", async || {
        (psql(&ready).await == "t\n").then_some(())
    })
    .await;
}

#[tokio::test]
async fn it_refuses_a_database_with_other_peoples_companies() {
    let database = TestCluster::deployed_database().await;
    database
        .psql("insert into intake.company_raw_intake (company, website) values ('A', 'a.com');\n")
        .await;
    let said = Program::on(database.url())
        .run(&["demo", "--here"])
        .await
        .failed(1);
    assert!(
        said.contains("holds 1 company that are not the demo's"),
        "{said}"
    );
    let rows = database
        .psql("select count(*) from intake.company_raw_intake;\n")
        .await;
    assert!(one_line(&rows).contains("1 (1 row)"), "{rows}");
}
