//! SIGKILL at random moments, SIGTERM at the end: nothing is lost, nothing is doubled.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pgcascade::db::DatabaseUrl;

use super::books::wanted;
use crate::support::daemon::Rig;
use crate::support::outreach::books_are_right;
use crate::support::wait;

/// The real program; it ends with the test, however the test ends.
pub struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended already is no error here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the real program.
pub fn daemon(url: &DatabaseUrl) -> Program {
    start(&mut command(url))
}

/// How the real program is started.
pub fn command(url: &DatabaseUrl) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgcascade"));
    command
        .arg("run")
        .env("DATABASE_URL", url.reveal())
        .env("RUST_LOG", "error")
        .env_remove("APIFY_TOKEN")
        .env_remove("MILLIONVERIFIER_API_KEY")
        .stdin(Stdio::null());
    command
}

/// Starts it so.
pub fn start(command: &mut Command) -> Program {
    Program(command.spawn().expect("the program starts"))
}

/// Kills it as nothing can be caught.
pub fn kill(mut daemon: Program) {
    daemon.0.kill().expect("it runs");
    daemon.0.wait().expect("it was ours");
}

/// Companies of which one in twenty is refused and one in fifty is another's duplicate.
pub const COMPANIES: &str =
    "insert into intake.company_raw_intake (company, website, import_batch_id)
    select format('Northwind %s Ltd', n),
        case when n % 20 = 0 then '10.0.0.1'
        else format('https://www.northwind-%s.com', n - case when n % 50 = 1 then 1 else 0 end) end,
        'FAULTS'
    from generate_series(1, $1::integer) as n";

/// Asks a daemon to stop and expects it to end well.
pub async fn stop(mut daemon: Program) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(daemon.0.id()).expect("a process id"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("it runs");
    let status = tokio::task::spawn_blocking(move || daemon.0.wait()).await;
    let status = status.expect("no panic").expect("it was ours");
    assert_eq!(status.code(), Some(0), "a graceful end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_killed_at_random_moments_loses_and_doubles_nothing() {
    let companies = wanted("PGCASCADE_TEST_COMPANIES", 800);
    let kills = wanted("PGCASCADE_TEST_KILLS", 5);
    let mut moments = fastrand::Rng::with_seed(20_261_120);
    let rig = Rig::deployed().await;
    rig.rows(COMPANIES, &[&companies]).await;
    for _ in 0..kills {
        let daemon = daemon(rig.database.url());
        // Not before it works, and then whenever chance says: by progress, not by a clock.
        let before = rig
            .number("select count(*) from marketing.pipeline_events")
            .await;
        let events = i64::from(companies) * moments.i64(1..20) / 10;
        let moved = format!(
            "(select count(*) from marketing.pipeline_events) >= {before} + {events}
            or not exists (select from pipeline.ready) and not exists (select from pipeline.inflight)"
        );
        rig.until(&format!("exists (select from pipeline.workers where heartbeat_at > now() - interval '1 second') and ({moved})")).await;
        kill(daemon);
    }
    let last = daemon(rig.database.url());
    wait::until("everything to be finished", async || {
        let done = rig.number("select count(*) from marketing.vw_company_progress where state in ('waiting', 'in_progress')").await;
        (done == 0).then_some(())
    })
    .await;
    rig.until_idle().await;
    books_are_right(&rig.client, i64::from(companies)).await;
    // The dead are forgotten once their last heartbeat is old enough.
    rig.until("(select count(*) from pipeline.workers) = 1")
        .await;
    stop(last).await;
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_daemon_holds_nothing() {
    let rig = Rig::deployed().await;
    rig.rows(COMPANIES, &[&1000]).await;
    let running = daemon(rig.database.url());
    rig.until("exists (select from marketing.email_verification)")
        .await;
    stop(running).await;
    assert_eq!(
        rig.number("select count(*) from pipeline.inflight").await,
        0
    );
    assert_eq!(rig.number("select count(*) from marketing.pipeline_events where status in ('processing', 'failed')").await, 0);
    let running = daemon(rig.database.url());
    rig.until("not exists (select from marketing.vw_company_progress where state in ('waiting', 'in_progress'))").await;
    rig.until_idle().await;
    books_are_right(&rig.client, 1000).await;
    stop(running).await;
    // One in a while is slow; the daemon must still have ended by itself.
    tokio::time::timeout(Duration::from_secs(5), rig.session())
        .await
        .expect("the server answers");
}
