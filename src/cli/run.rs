//! `run`: the daemon.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::deploy::deploy;
use super::failure::Done;
use super::output::Output;
use super::schema::Schema;
use super::target::{Absent, Session, Target};
use crate::config::{self, Urls};
use crate::db::{Pool, check_server};
use crate::engine::{Daemon, DaemonOptions, Doze};
use crate::shutdown::Shutdown;
use crate::{app, chat, config::host_name, http};

/// Connections for what comes over HTTP: not the daemon's own, which may all be busy. Enough for
/// the notifications of a busy minute, which wait for the disk one by one.
const DOOR_CONNECTIONS: usize = 4;

/// Runs a daemon: claims events, does the work of the stages, until SIGTERM or Ctrl-C
///
/// Start as many as you like, on as many machines as you like. The first signal finishes or
/// releases what is held; a second one ends at once, and others take over within seconds.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pgcascade run
  pgcascade run --deploy --log json
  APIFY_TOKEN=… MILLIONVERIFIER_API_KEY=… pgcascade run

A provider without a key runs as its sandbox: offline, free, inventing its answers. Everything it
writes is marked as sandbox.

Webhooks take signing secrets and secret headers from the variables that their rows in
pipeline.webhooks name; all of them begin with PGCASCADE_WEBHOOK_.")]
pub struct RunArgs {
    /// Deploy first
    #[arg(long)]
    pub deploy: bool,
    /// What `pgcascade status` calls this daemon [default: host and process id]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What the daemon may use.
    #[command(flatten)]
    pub daemon: config::Daemon,
    /// Where it can be asked how it is.
    #[command(flatten)]
    pub http: config::Http,
    /// Whom it calls.
    #[command(flatten)]
    pub providers: config::Providers,
    /// Where the data is.
    #[command(flatten)]
    pub database: config::Database,
}

/// Runs the command.
///
/// # Errors
/// See [`super::failure::Failure`].
pub async fn run(args: RunArgs, shutdown: &Shutdown) -> Done {
    // All settings are checked before anything is started.
    let providers = app::providers(&args.providers)?;
    let http = args.http.settings()?;
    let notifications = args.providers.texts.notification_keys()?;
    let target = Target::choose(&args.database)?;
    let absent = match args.deploy {
        true => Absent::Make,
        false => Absent::Refuse,
    };
    let urls = target.open(absent).await?;
    if args.deploy {
        deploy(&urls, &Output::to_nobody()).await?;
        tracing::info!(database = %urls.direct, "deployed");
    } else {
        let session = Session::open(&urls, "run").await?;
        check_server(&session.client).await?;
        Schema::of(&session).await?.require()?;
    }
    tell_providers(&urls, &providers).await?;
    let name = args.name.unwrap_or_else(name);
    let doze = Doze::default();
    let pool = pool(&urls, &args.daemon, &name)?;
    let daemon = daemon(
        &pool,
        &urls,
        &providers,
        &args.daemon,
        (name.clone(), doze.clone()),
    )?;
    let door = open_door(http.as_ref(), &urls, pool, (name, doze), notifications).await?;
    let ran = daemon.run(shutdown.finish.clone()).await;
    if let Some((served, shut)) = door {
        // Open until the last event is written.
        shut.cancel();
        served.await?;
    }
    Ok(ran?)
}

/// Tells the database which providers are real: their lists are read now and then, for texts whose
/// notification was lost, and follow-ups wait for a chat model's words.
async fn tell_providers(urls: &Urls, providers: &app::Providers) -> Done {
    let names: Vec<&str> = providers
        .sms
        .iter()
        .filter(|(name, _)| !providers.sms.is_sandbox(name))
        .map(|(name, _)| name)
        .collect();
    let session = Session::open(urls, "run").await?;
    let query = include_str!("../../sql/queries/cli/note_chat_model.sql");
    let has_model = chat::is_real(providers.chat.as_ref());
    session.rows(query, &[&has_model]).await?;
    if names.is_empty() {
        return Ok(());
    }
    let query = include_str!("../../sql/queries/cli/watch_received_texts.sql");
    session.rows(query, &[&names]).await?;
    Ok(())
}

/// The HTTP door in a task of its own, and what shuts it; None where it is to stay shut.
async fn open_door(
    settings: Option<&http::Settings>,
    urls: &Urls,
    work: Pool,
    (name, doze): (String, Doze),
    notifications: config::NotificationKeys,
) -> anyhow::Result<Option<(JoinHandle<()>, CancellationToken)>> {
    let Some(settings) = settings else {
        return Ok(None);
    };
    let Some(listener) = http::bind(settings).await? else {
        return Ok(None);
    };
    let door = http::Door {
        pool: Pool::open(
            &urls.work,
            DOOR_CONNECTIONS,
            &format!("pgcascade {name} http"),
        )?,
        work,
        name,
        doze,
        counted: http::record()?,
        token: settings.token.clone(),
        notifications: Some(notifications),
        limits: Arc::new(http::Limits::new(settings.rate)),
    };
    tracing::info!(address = %listener.local_addr()?, "health and metrics");
    let shut = CancellationToken::new();
    let served = tokio::spawn(http::serve(listener, door, shut.clone()));
    Ok(Some((served, shut)))
}

/// The connections that a daemon works on.
///
/// # Errors
/// Certificates that cannot be used.
pub fn pool(urls: &Urls, settings: &config::Daemon, name: &str) -> anyhow::Result<Pool> {
    let connections = usize::from(settings.connections);
    let shows_as = format!("pgcascade {name}");
    Ok(Pool::open(&urls.work, connections, &shows_as)?)
}

/// Puts a daemon of that name together.
///
/// # Errors
/// Stages that do not fit together.
pub fn daemon(
    pool: &Pool,
    urls: &Urls,
    providers: &app::Providers,
    settings: &config::Daemon,
    (name, doze): (String, Doze),
) -> anyhow::Result<Daemon> {
    let options = DaemonOptions {
        listen_url: urls.direct.clone(),
        name,
        drain: settings.drain(),
        frugal: settings.frugal(),
        doze,
    };
    let registry = app::registry(providers, pool)?;
    Ok(Daemon::new(pool.clone(), registry, options))
}

/// Host and process: unique on this machine, and what an operator can look for.
fn name() -> String {
    format!("{}:{}", host_name(), std::process::id())
}
