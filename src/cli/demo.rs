//! `demo`: the whole of it in one command, offline, in a database of its own.
//!
//! Sandboxes invent the contacts, so a demo must never work on a real pipeline: it has a cluster
//! beside the usual one, and into a given database it goes only when asked, and only when nothing
//! but an earlier demo is there.

mod progress;
mod summary;

use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::deploy::deploy;
use super::failure::{Done, Failure};
use super::import::{Loaded, Options, load};
use super::output::{Output, complain};
use super::run::{daemon, pool};
use super::target::{Absent, Session, Target, get};
use crate::app;
use crate::config::{self, Urls};
use crate::db::DbError;
use crate::engine::Doze;
use crate::outreach::import::{CompanyCsv, Encoding};
use crate::shutdown::Shutdown;
use progress::Progress;
use summary::Summary;

/// Real companies with their real websites, and a dozen realistic mistakes.
const SAMPLE: &[u8] = include_bytes!("../../samples/companies.csv");
/// What the sample is called on the screen.
const SAMPLE_NAME: &str = "samples/companies.csv";
/// Marks the demo's rows, and tells a database of the demo from a real one.
const BATCH: &str = "pgcascade-demo";

const STRANGERS: &str = include_str!("../../sql/queries/cli/demo_strangers.sql");
const LEDGER_END: &str = include_str!("../../sql/queries/cli/ledger_end.sql");

/// How often the screen follows the database.
const LOOK_EVERY: Duration = Duration::from_millis(150);
/// A demo takes seconds; after this long something keeps it busy, and the summary says what.
const PATIENCE: Duration = Duration::from_secs(600);

/// Shows the whole pipeline at work: sample companies in, contacts out, offline, in a minute
///
/// Makes a PostgreSQL cluster of its own beside the usual one, deploys, imports 270 lines of real
/// companies and realistic mistakes, and runs a daemon until everything is done. Contacts and
/// verdicts are invented by sandboxes and marked so; nothing leaves this machine.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade demo
  pgcascade demo --companies 50
  pgcascade status --demo         the same database afterwards; likewise pg psql, watch, errors …
  pgcascade pg stop --demo        when you have seen enough")]
pub struct DemoArgs {
    /// Only the first lines of the sample
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    companies: Option<u64>,
    /// Into DATABASE_URL instead; refused if other companies are there
    #[arg(long)]
    here: bool,
    /// Print one JSON document instead
    #[arg(long)]
    json: bool,
    /// Where the data is.
    #[command(flatten)]
    database: config::Database,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub async fn run(mut args: DemoArgs, shutdown: &Shutdown) -> Done {
    args.database.own.demo = !args.here;
    let output = Output::new(args.json);
    let begun = Instant::now();
    let urls = tokio::select! {
        urls = Target::choose(&args.database)?.open(Absent::Make) => urls?,
        () = shutdown.finish.cancelled() => return Err(Failure::Interrupted),
    };
    if args.here {
        refuse_strangers(&urls).await?;
    }
    deploy(&urls, &Output::to_nobody()).await?;
    output.say(format!("✅ Deployed into {}", urls.direct));

    let mut session = Session::open(&urls, "demo").await?;
    let from = get(&session.row(LEDGER_END, &[]).await?, "id")?;
    let (loaded, rejects) = import(&mut session, args.companies).await?;
    output.say(match loaded.imported {
        0 => format!("📥 {SAMPLE_NAME}: nothing new, every line is there from an earlier demo"),
        new => format!("📥 {SAMPLE_NAME}: {} new", super::words::count(new, "row")),
    });
    work(&urls, &session, from, shutdown, &output).await?;

    let summary = Summary::read(&session, BATCH, loaded, rejects, begun.elapsed()).await?;
    if output.is_json() {
        output.json(&summary);
    }
    summary.render(&output);
    next_steps(&args, &output);
    Ok(())
}

/// A database with other people's companies is not for a demo.
async fn refuse_strangers(urls: &Urls) -> Result<(), Failure> {
    let session = Session::open(urls, "demo").await?;
    let strangers: i64 = match session.row(STRANGERS, &[&BATCH]).await {
        Ok(row) => get(&row, "companies")?,
        // Nobody deployed here yet.
        Err(error) if matches!(error.sqlstate(), Some("42P01" | "3F000")) => 0,
        Err(error) => return Err(error.into()),
    };
    if strangers == 0 {
        return Ok(());
    }
    Err(Failure::Failed(anyhow::anyhow!(
        "{} holds {} that are not the demo's, and the demo would invent contacts for them; run \
         `pgcascade demo` without --here, which makes a cluster of its own",
        urls.direct,
        super::words::grouped(strangers)
            + if strangers == 1 {
                " company"
            } else {
                " companies"
            }
    )))
}

/// The sample's lines, and the sentences about those that are no rows.
async fn import(
    session: &mut Session,
    lines_max: Option<u64>,
) -> anyhow::Result<(Loaded, Vec<String>)> {
    let csv = CompanyCsv::open(SAMPLE, Encoding::Utf8)?;
    let options = Options {
        batch: Some(BATCH.to_owned()),
        name: BATCH.to_owned(),
        lines_max,
        dry_run: false,
    };
    let mut rejects = Vec::new();
    let loaded = load(session, csv, &options, &mut |line, reason, _| {
        rejects.push(format!("line {line} {reason}"));
        Ok(())
    })
    .await?;
    Ok((loaded, rejects))
}

/// Runs a daemon until nothing is left that happens within a minute.
async fn work(
    urls: &Urls,
    session: &Session,
    from: i64,
    shutdown: &Shutdown,
    output: &Output,
) -> Result<(), Failure> {
    let settings = config::Daemon {
        connections: 12,
        drain_secs: 10,
        mode: config::Mode::Awake,
        look_every_mins: 15,
    };
    let pool = pool(urls, &settings, "demo")?;
    let who = (String::from("demo"), Doze::default());
    let daemon = daemon(&pool, urls, &app::sandboxes(), &settings, who)?;
    let stop = shutdown.finish.child_token();
    let mut running: JoinHandle<Result<(), DbError>> = tokio::spawn(daemon.run(stop.clone()));
    let progress = Progress::begin(output);
    let watching = follow(session, from, &progress, &stop);
    let outcome = tokio::select! {
        followed = watching => followed,
        ended = &mut running => {
            ended.context("the daemon ended")??;
            return Ok(());
        }
    };
    progress.end();
    stop.cancel();
    running.await.context("the daemon ended")??;
    outcome
}

/// Shows the stages until they are done, patience ends, or somebody stops the demo.
async fn follow(
    session: &Session,
    from: i64,
    progress: &Progress,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    let begun = Instant::now();
    loop {
        if progress.look(session, from).await? {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            complain("Still at work after ten minutes; this is how far it is:");
            return Ok(());
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// What to type next; with the directory, if it is not the usual one.
fn next_steps(args: &DemoArgs, output: &Output) {
    let program = config::program_name();
    let place = match (&args.database.own.data_dir, args.here) {
        (_, true) => String::new(),
        (Some(dir), false) => format!(" --demo --data-dir {}", dir.display()),
        (None, false) => " --demo".to_owned(),
    };
    output.heading("Next");
    match args.here {
        true => output.say("  psql \"$DATABASE_URL\""),
        false => output.say(format!("  {program} pg psql{place}")),
    }
    output.say("    SELECT company_name, slot_type, full_name, email, sandbox");
    output.say("      FROM marketing.vw_outreach_ready LIMIT 10;");
    output.say("    INSERT INTO intake.company_raw_intake (company, website)");
    output.say("      VALUES ('Harbor Bakery', 'https://www.harbor-bakery.com');");
    output.say(format!("  {program} run{place}"));
    output.say("    works on what you insert");
    output.say(format!("  {program} watch{place}"));
    output.say("    shows it live");
    if !args.here {
        output.say(format!("  {program} pg stop{place}"));
        output.say("    when you have seen enough; the data is kept");
    }
    // Deploying is the step from the demo to one's own data.
    output.say(format!("  DATABASE_URL=postgresql://… {program} deploy"));
    output.say("    the real thing, in your own database");
}
