//! SIGKILL at random moments, SIGTERM at the end: nothing is lost, nothing is doubled.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pgcascade::db::DatabaseUrl;

use super::books::{chances, each_effect_is_there_once, emit, make_sql_stage, progress, say};
use crate::support::daemon::Rig;
use crate::support::form::by_form;
use crate::support::outreach::books_are_right;
use crate::support::wait;

/// Work that is added before each kill: a company is a dozen events.
const COMPANIES_A_KILL: i32 = 100;
/// The same of events whose effects would show a second run.
const EFFECTS_A_KILL: i32 = 400;

/// The newest event.
const NEWEST: &str = "select last_value from marketing.pipeline_events_id_seq";
/// Everything was faster.
const NO_WORK: &str =
    "not exists (select from pipeline.ready) and not exists (select from pipeline.inflight)";

/// The real program; it ends with the test, however the test ends.
pub struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended already is no error here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    /// Its number among the workers; None where it has not registered yet.
    async fn worker(&self, rig: &Rig) -> Option<i32> {
        let sql = "select id from pipeline.workers where name like '%:' || $1";
        let rows = rig.rows(sql, &[&self.0.id().to_string()]).await;
        rows.first().map(|row| row.get(0))
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

/// Companies from one number to another, of which one in twenty is refused and one in fifty is
/// another's duplicate.
pub const COMPANIES: &str =
    "insert into intake.company_raw_intake (company, website, import_batch_id)
    select format('Northwind %s Ltd', n),
        case when n % 20 = 0 then '10.0.0.1'
        else format('https://www.northwind-%s.com', n - case when n % 50 = 1 then 1 else 0 end) end,
        'FAULTS'
    from generate_series($1::integer, $2::integer) as n";

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
    killed_at_random(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_daemons_killed_at_random_moments_loses_and_doubles_nothing() {
    killed_at_random(2).await;
}

/// So many daemons work, and time and again one of them is killed and started again.
async fn killed_at_random(replicas: usize) {
    let kills = by_form(5, if replicas == 1 { 50 } else { 200 });
    let mut moments = chances();
    let rig = Rig::deployed().await;
    make_sql_stage(&rig.client).await;
    let mut daemons: Vec<Program> = (0..replicas).map(|_| daemon(rig.database.url())).collect();
    let (mut healed, mut started) = (Vec::new(), Vec::new());
    let mut last_kill = String::from("-infinity");
    for at in 0..kills {
        load(&rig, at).await;
        // Not before it works, and then whenever chance says: by progress, not by a clock.
        let further = rig.number(NEWEST).await + moments.i64(1..i64::from(COMPANIES_A_KILL) * 4);
        rig.until(&format!("exists (select from pipeline.workers where heartbeat_at > now() - interval '1 second') and (({NEWEST}) >= {further} or {NO_WORK})")).await;
        let victim = daemons.swap_remove(moments.usize(0..replicas));
        let worker = victim.worker(&rig).await;
        kill(victim);
        let killed = Instant::now();
        last_kill = rig.text("select clock_timestamp()::text").await;
        daemons.push(daemon(rig.database.url()));
        if replicas == 1 {
            if work_begins_after(&rig, &last_kill).await {
                started.push(killed.elapsed());
            }
        } else if let Some(worker) = worker {
            let held = format!("exists (select from pipeline.inflight where worker_id = {worker})");
            if rig.text(&format!("select ({held})::text")).await == "true" {
                rig.until(&format!("not {held}")).await;
                healed.push(killed.elapsed());
            }
        }
        progress("kill", at + 1, kills);
    }
    wait::until("everything to be finished", async || {
        let done = rig.number("select count(*) from marketing.vw_company_progress where state in ('waiting', 'in_progress')").await;
        (done == 0).then_some(())
    })
    .await;
    rig.until_idle().await;
    books_are_right(&rig.client, i64::from(kills * COMPANIES_A_KILL)).await;
    each_effect_is_there_once(&rig.client, i64::from(kills * EFFECTS_A_KILL)).await;
    // The dead are forgotten once their last heartbeat is old enough.
    rig.until(&format!(
        "(select count(*) = {replicas} and max(started_at) > '{last_kill}' from pipeline.workers)"
    ))
    .await;
    for daemon in daemons {
        stop(daemon).await;
    }
    assert_eq!(rig.number("select count(*) from pipeline.workers").await, 0);
    // Last, so that a mark that is missed hides nothing worse.
    let (heals, starts) = by_form((15, 10), (3, 1));
    took("what the dead held was taken back", &mut healed, 99, heals);
    took("work began after a start", &mut started, 100, starts);
}

/// Gives the daemons what to do before a kill.
async fn load(rig: &Rig, kill: i32) {
    let first = kill * COMPANIES_A_KILL;
    rig.rows(COMPANIES, &[&(first + 1), &(first + COMPANIES_A_KILL)])
        .await;
    emit(&rig.client, "sql", EFFECTS_A_KILL).await;
}

/// Waits for a claim after this time; false where nothing waits for one.
async fn work_begins_after(rig: &Rig, time: &str) -> bool {
    let head = rig
        .rows("select min(event_id) from pipeline.ready", &[])
        .await[0]
        .get::<_, Option<i64>>(0);
    if let Some(head) = head {
        rig.until(&format!(
            "exists (
                select from marketing.pipeline_events
                where id >= {head} and claimed_at > '{time}'
            )"
        ))
        .await;
    }
    head.is_some()
}

/// Says how long something took, and checks that so many of a hundred kept the mark of so many
/// seconds.
fn took(what: &str, times: &mut [Duration], percent: usize, mark: u64) {
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1));
    if let (Some(p50), Some(p99), Some(most)) = (at(50), at(99), times.last()) {
        say(&format!(
            "{what} within {p99:?} (p99 of {}; p50 {p50:?}, longest {most:?})",
            times.len()
        ));
    }
    let kept = at(percent).is_none_or(|time| *time <= Duration::from_secs(mark));
    assert!(kept, "{what}: not within {mark} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_daemon_holds_nothing() {
    let rig = Rig::deployed().await;
    rig.rows(COMPANIES, &[&1, &1000]).await;
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
