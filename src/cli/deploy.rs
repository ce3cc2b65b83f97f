//! `deploy`: makes a database ready, and shows that it is.
//!
//! Checks first (server, rights, names that others use), then migrates, installs the objects, looks
//! for the triggers in the database's own catalogue and sends one event through them in a
//! transaction that is rolled back. Every step may be repeated; two deploys take turns.

mod adopt;
mod check;
mod files;
mod obstacles;
mod verify;

use serde::Serialize;

use super::failure::{Done, Failure};
use super::output::Output;
use super::schema::Schema;
use super::target::{Absent, Session, Target};
use super::words::{count, whole};
use crate::config::{self, Urls};
use crate::db::embedded::Status;
use crate::db::objects::{embedded_objects, install};
use crate::db::{DbError, ServerInfo, check_server, migrate};
use files::split;
use verify::Trigger;

const ENSURE_PARTITIONS: &str = include_str!("../../sql/queries/cli/ensure_partitions.sql");

/// Creates or updates everything in the database, then proves that events flow
///
/// Without DATABASE_URL a PostgreSQL cluster of its own is made and started. Safe to run again, and
/// while daemons run. No data is ever dropped; names that others use stop it before any change.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade deploy
  DATABASE_URL=postgresql://me:secret@db.example.com/outreach pgcascade deploy
  pgcascade deploy --check      says what would be done; exit code 1 if anything would
  pgcascade deploy --adopt      takes over the tables of the n8n workflows

With --adopt the old tables move, as they are, into the schema originals; their rows are copied with
their ids and times. Rows that do not fit stay there and are listed in originals.not_adopted. Events
that were waiting are cancelled, so that nothing is done twice; an UPDATE brings them back.")]
pub struct DeployArgs {
    /// Change nothing: say what would be done, with exit code 1 if anything would
    #[arg(long)]
    pub check: bool,
    /// Take over tables of our names that others made, with their rows; nothing is dropped
    #[arg(long)]
    pub adopt: bool,
    /// Print one JSON document instead
    #[arg(long)]
    pub json: bool,
    /// Where the data is.
    #[command(flatten)]
    pub database: config::Database,
}

/// What a deploy did and found.
#[derive(Debug, Serialize)]
pub struct Report {
    database: String,
    server_version: String,
    migrations_applied: Vec<String>,
    objects_installed: usize,
    triggers: Vec<Trigger>,
    event_flow_works: bool,
    adopted: Vec<adopt::Adopted>,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub async fn run(args: DeployArgs) -> Done {
    let output = Output::new(args.json);
    let target = Target::choose(&args.database)?;
    if args.check {
        return match would_start(&target)? {
            Some(would) => check::tell(&output, None, vec![would]),
            None => check::run(&target.open(Absent::Refuse).await?, args.adopt, &output).await,
        };
    }
    let urls = target.open(Absent::Make).await?;
    let report = match args.adopt {
        true => deploy_adopting(&urls, &output).await?,
        false => deploy(&urls, &output).await?,
    };
    if output.is_json() {
        output.json(&report);
    }
    output.say("\nNext: pgcascade run          starts the daemon");
    output.say("      pgcascade import companies FILE.csv");
    Ok(())
}

/// Deploys, and says so step by step.
///
/// # Errors
/// See [`Failure`]; what was done before stays done, and running it again goes on from there.
pub async fn deploy(urls: &Urls, output: &Output) -> Result<Report, Failure> {
    let (mut session, server) = connect(urls, output).await?;
    obstacles::refuse(&session).await?;

    output.say("📦 Deploying: PostgreSQL Triggers & Event Queue");
    let migrated = migrate(&urls.direct).await?;
    let files = embedded_objects()?;
    let objects_installed = files.len();
    let (queue, errors) = split(files);
    install(&mut session.client, &queue).await?;
    session.row(ENSURE_PARTITIONS, &[]).await?;
    output.say(format!(
        "   {} applied, {} before; {} installed",
        count(whole(migrated.applied.len()), "migration"),
        migrated.already,
        count(whole(queue.len()), "object")
    ));
    output.say("   ✅ Success!");

    output.say("📦 Deploying: Error Logging System");
    install(&mut session.client, &errors).await?;
    verify::error_log(&mut session).await?;
    output.say("   ✅ Success!");

    output.say("🔍 VERIFYING TRIGGERS");
    let triggers = verify::triggers(&session).await?;
    output.say(format!("   Found {} event triggers", triggers.len()));
    for trigger in &triggers {
        let Trigger {
            schema,
            table,
            name,
            ..
        } = trigger;
        output.say(format!("    {name:<39} {schema}.{table}"));
    }

    output.say("🧪 TESTING EVENT FLOW");
    verify::publications(&session).await?;
    verify::event_flow(&mut session).await?;
    output.say("   ✅ Event system working!");
    Ok(Report {
        database: urls.direct.to_string(),
        server_version: server.version,
        migrations_applied: migrated.applied,
        objects_installed,
        triggers,
        event_flow_works: true,
        adopted: Vec::new(),
    })
}

/// Deploys and takes over what stood there before.
async fn deploy_adopting(urls: &Urls, output: &Output) -> Result<Report, Failure> {
    let (mut session, _) = connect(urls, &Output::to_nobody()).await?;
    obstacles::refuse_rights(&session).await?;
    if Schema::of(&session).await? == Schema::Absent
        && let Some(originals) = adopt::Originals::find(&session).await?
    {
        let transaction = session.client.transaction().await.map_err(DbError::from)?;
        originals.set_aside(&transaction).await?;
        transaction.commit().await.map_err(DbError::from)?;
    }
    let mut report = deploy(urls, output).await?;
    if adopt::is_due(&session).await? {
        output.say("📦 Adopting the tables that were there");
        let transaction = session.client.transaction().await.map_err(DbError::from)?;
        report.adopted = adopt::copy(&transaction).await?;
        transaction.commit().await.map_err(DbError::from)?;
        adopt::tell(&report.adopted, output);
    } else {
        output.say("   Nothing to adopt");
    }
    Ok(report)
}

/// Connects and makes sure that the server is one that works.
async fn connect(urls: &Urls, output: &Output) -> Result<(Session, ServerInfo), Failure> {
    let session = Session::open(urls, "deploy").await?;
    let server = check_server(&session.client).await?;
    output.say(format!(
        "✅ Connected to PostgreSQL {} at {}",
        server.major, urls.direct
    ));
    Schema::of(&session).await?.refuse_foreign()?;
    Ok((session, server))
}

/// What must be started before anything can be looked at.
fn would_start(target: &Target) -> Result<Option<String>, Failure> {
    let Target::Own(own) = target else {
        return Ok(None);
    };
    let cluster = &own.cluster;
    let dir = cluster.dir().display();
    Ok(match cluster.status()? {
        Status::Running { .. } => None,
        Status::Absent => Some(format!(
            "make a PostgreSQL {} cluster in {dir}, start it and deploy into it",
            cluster.binaries().major
        )),
        Status::Stopped => Some(format!(
            "start the cluster in {dir}; what else, it says once `pgcascade pg start` has run"
        )),
    })
}
