//! `import companies`: whole or not at all, never twice, and no line lost.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::cli::program::{Program, one_line};
use crate::support::cluster::{TestCluster, TestDatabase, temp_dir};

/// Two good lines, one with too many cells, one that repeats the first.
const LEADS: &str = "Company,Website\nAcme,https://acme.com\nSmith, Jones,smith.com\n\
                     Beta,beta.example\nAcme,https://acme.com\n";

struct Desk {
    database: TestDatabase,
    program: Program,
    dir: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let database = TestCluster::deployed_database().await;
        let program = Program::on(database.url());
        Self {
            database,
            program,
            dir: temp_dir(),
        }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    async fn rows(&self) -> String {
        let query = "select company || '/' || import_batch_id from intake.company_raw_intake \
                     order by id;\n";
        one_line(&self.database.psql(query).await)
    }
}

#[tokio::test]
async fn good_lines_go_in_and_bad_ones_are_kept_with_line_and_reason() {
    let desk = Desk::new().await;
    let file = desk.file("leads.csv", LEADS);
    let out = desk.program.run(&["import", "companies", &file]).await.ok();
    assert!(one_line(&out).contains("2 imported, batch "), "{out}");
    assert!(
        one_line(&out).contains("1 already there 1 rejected line 3 has 3 cells"),
        "{out}"
    );
    let rejects = fs::read_to_string(desk.path("leads.rejects.csv")).expect("a reject file");
    assert!(
        rejects.starts_with("line,reason,Company,Website\n3,"),
        "{rejects}"
    );
    assert!(rejects.contains("Smith, Jones,smith.com"), "{rejects}");
    let rows = desk.rows().await;
    assert!(
        rows.contains("-leads-1 Beta/"),
        "in the file's order: {rows}"
    );
    let events = desk
        .database
        .psql("select event_type, count(*) from marketing.pipeline_events group by 1;\n")
        .await;
    assert!(
        one_line(&events).contains("company_created | 2 (1 row)"),
        "{events}"
    );
}

#[tokio::test]
async fn the_same_file_again_is_nothing_new_and_says_so() {
    let desk = Desk::new().await;
    let file = desk.file("leads.csv", LEADS);
    desk.program.run(&["import", "companies", &file]).await.ok();
    let report = desk
        .program
        .run(&["import", "companies", &file, "--json"])
        .await
        .json();
    assert_eq!(report["lines"], 4);
    assert_eq!(report["imported"], 0);
    assert_eq!(report["already_there"], 3);
    assert_eq!(report["rejected"], 1);
    assert_eq!(report["batch"], serde_json::Value::Null);
    let rejects = report["rejects_file"].as_str().expect("a file");
    assert!(rejects.ends_with("/leads.rejects.csv"), "{rejects}");
}

#[tokio::test]
async fn rejects_that_somebody_corrects_are_never_overwritten() {
    let desk = Desk::new().await;
    let file = desk.file("leads.csv", LEADS);
    desk.program.run(&["import", "companies", &file]).await.ok();
    let corrected = "line,reason,Company,Website\n3,,\"Smith, Jones\",smith.com\n";
    let rejects = desk.file("leads.rejects.csv", corrected);
    let report = desk
        .program
        .run(&["import", "companies", &file, "--json"])
        .await
        .json();
    let other = report["rejects_file"].as_str().expect("a file");
    assert!(other.ends_with("/leads.rejects-2.csv"), "{other}");
    assert_eq!(fs::read_to_string(&rejects).expect("kept"), corrected);

    let report = desk
        .program
        .run(&["import", "companies", &rejects, "--json"])
        .await
        .json();
    assert_eq!(
        (&report["imported"], &report["rejected"]),
        (&1.into(), &0.into())
    );
    assert!(desk.rows().await.contains("Smith, Jones/"));
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let desk = Desk::new().await;
    let file = desk.file("leads.csv", LEADS);
    let arguments = ["import", "companies", &file, "--dry-run"];
    let out = desk.program.run(&arguments).await.ok();
    let out = one_line(&out);
    assert!(
        out.contains("2 would be imported 1 already there 1 rejected"),
        "{out}"
    );
    assert!(!desk.path("leads.rejects.csv").exists());
    assert!(desk.rows().await.contains("(0 rows)"));
}

#[tokio::test]
async fn batches_of_a_day_are_numbered_unless_they_are_named() {
    let desk = Desk::new().await;
    let one = desk.file("leads.csv", "company,website\nOne,one.com\n");
    desk.program.run(&["import", "companies", &one]).await.ok();
    let two = desk.file("leads.csv", "company,website\nTwo,two.com\n");
    let report = desk
        .program
        .run(&["import", "companies", &two, "--json"])
        .await
        .json();
    let batch = report["batch"].as_str().expect("a batch");
    assert!(batch.ends_with("-leads-2"), "{batch}");
    let three = desk.file(
        "leads.csv",
        "company,website,batch\nThree,three.com,THEIRS\n",
    );
    desk.program
        .run(&["import", "companies", &three])
        .await
        .ok();
    let four = desk.file("leads.csv", "company,website,batch\nFour,four.com,THEIRS\n");
    desk.program
        .run(&["import", "companies", &four, "--batch", "OURS"])
        .await
        .ok();
    let rows = desk.rows().await;
    assert!(rows.contains("Three/THEIRS Four/OURS"), "{rows}");
}

#[tokio::test]
async fn a_database_that_refuses_leaves_nothing_behind() {
    let desk = Desk::new().await;
    let trap = "create function public.trap() returns trigger language plpgsql as $$ begin if \
                new.company = 'Beta' then raise exception 'no Beta'; end if; return new; end $$; \
                create trigger trap before insert on intake.company_raw_intake for each row \
                execute function public.trap();\n";
    desk.database.psql(trap).await;
    let file = desk.file("leads.csv", LEADS);
    let said = desk
        .program
        .run(&["import", "companies", &file])
        .await
        .failed(1);
    assert!(
        said.contains("was imported") && said.contains("no Beta"),
        "{said}"
    );
    assert!(desk.rows().await.contains("(0 rows)"));
    let left: Vec<_> = fs::read_dir(desk.dir.path()).expect("readable").collect();
    assert_eq!(left.len(), 1, "only the file itself: {left:?}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_what_to_change() {
    let desk = Desk::new().await;
    let cases = [
        (
            "twice.csv",
            &b"Company,Name\nA,B\n"[..],
            "both mean company",
        ),
        (
            "none.csv",
            b"a,b\n1,2\n",
            "no column holds the company's name",
        ),
        ("empty.csv", b"", "the file is empty"),
        (
            "latin.csv",
            b"Soci\xe9t\xe9,Website\n",
            "--encoding windows-1252",
        ),
    ];
    for (name, content, words) in cases {
        let file = desk.file(name, content);
        let said = desk
            .program
            .run(&["import", "companies", &file])
            .await
            .failed(1);
        assert!(said.contains(words) && said.contains(name), "{said}");
    }
    let said = desk
        .program
        .run(&["import", "companies", "/no/such.csv"])
        .await
        .failed(1);
    assert!(said.contains("/no/such.csv cannot be imported"), "{said}");
}
