//! SIGKILL at random moments while texts go out through a slow provider that now and then hangs up:
//! none is sent twice, none is lost, and uncertain are at most those that were in flight.

use std::collections::HashMap;
use std::time::Duration;

use super::books::{chances, progress, say};
use super::kill_the_daemon::{Program, command, kill, start, stop};
use crate::support::daemon::Rig;
use crate::support::fake_ghl::{FakeGhl, GhlCall};
use crate::support::fake_http::Play;
use crate::support::form::by_form;
use crate::support::wait;

/// Every so many texts the provider takes the text and hangs up.
const CUT_EVERY: usize = 23;

/// The server has let go of all that the programs were.
const NO_SESSION: &str = "not exists (select from pg_stat_activity
    where datname = current_database() and application_name like 'pgcascade%')";

fn texting_daemon(rig: &Rig, server: &FakeGhl) -> Program {
    start(
        command(rig.database.url())
            .env("GHL_BASE_URL", &server.base_url)
            .env("GHL_API_KEY", FakeGhl::TOKEN)
            .env("GHL_LOCATION_ID", FakeGhl::LOCATION)
            .env("PGCASCADE_HTTP_ADDR", "127.0.0.1:0"),
    )
}

/// How often each text arrived.
fn received(server: &FakeGhl) -> HashMap<String, usize> {
    let mut received = HashMap::new();
    for text in server.texts() {
        *received.entry(text.body).or_default() += 1;
    }
    received
}

/// A person looks at each uncertain text and settles it by what the recipient's phone shows.
async fn settle(rig: &Rig, server: &FakeGhl) -> i64 {
    let mut settled = 0;
    for row in rig
        .rows("select id, body from vw_uncertain_messages", &[])
        .await
    {
        let (id, body): (i64, String) = (row.get(0), row.get(1));
        let outcome = match received(server).contains_key(&body) {
            true => "sent",
            false => "not_sent",
        };
        // Evidence may have been faster.
        let resolved = rig
            .client
            .query("select resolve_message($1, $2)", &[&id, &outcome])
            .await;
        settled += i64::from(resolved.is_ok());
    }
    settled
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_killed_while_texting_sends_nothing_twice_and_loses_nothing() {
    let texts = by_form(200, 2000);
    let kills = by_form(5, 50);
    let mut moments = chances();
    let (rig, server) = (Rig::texting(texts.min(600)).await, FakeGhl::start().await);
    server.set_delay(GhlCall::Send, Duration::from_millis(30));
    server.every(CUT_EVERY, GhlCall::Send, Play::WorkThenCut);
    rig.run("update sending_accounts set rate = 120, period = '1 second'")
        .await;
    rig.rows(
        "insert into event_messages (event_id, contractor_id, message_type, message_content)
        select 41, 1 + n % least($1::bigint, 600), 'admin_custom', 'text ' || n from generate_series(1, $1::bigint) as n",
        &[&texts],
    )
    .await;
    let mut in_flight = 0;
    for at in 1..=kills {
        let daemon = texting_daemon(&rig, &server);
        let before = server.texts().len();
        let more = moments.usize(
            1..(usize::try_from(texts).expect("few") / usize::try_from(kills).expect("few")).max(3),
        );
        let nothing_left = "select (not exists (select from event_messages where status in ('scheduled', 'sending')))::integer::bigint";
        wait::until("some more texts to go out", async || {
            let moved =
                server.texts().len() >= before + more || rig.number(nothing_left).await == 1;
            moved.then_some(())
        })
        .await;
        kill(daemon);
        // What it had asked for last may be done a moment later: only then are its texts counted.
        rig.until(NO_SESSION).await;
        in_flight += rig
            .number("select count(*) from message_attempts where outcome = 'called'")
            .await;
        progress("kill", at, kills);
    }
    let last = texting_daemon(&rig, &server);
    let mut by_hand = 0;
    wait::until("every text to be settled", async || {
        by_hand += settle(&rig, &server).await;
        let open = "select count(*) from event_messages where status in ('scheduled', 'sending', 'uncertain')";
        (rig.number(open).await == 0).then_some(())
    })
    .await;
    rig.until("not exists (select from pipeline.inflight)")
        .await;
    stop(last).await;
    let received = received(&server);
    let twice = received.values().filter(|times| **times > 1).count();
    let uncertain = rig.number("select count(*) from message_attempts where outcome = 'unknown' or settled_by is not null").await;
    let cuts = i64::try_from(server.texts().len() / CUT_EVERY).expect("few") + 1;
    say(&format!(
        "{texts} texts, {kills} kills: {twice} twice, {} lost, {uncertain} uncertain ({in_flight} in flight at the kills, at most {cuts} cut), {by_hand} settled by hand",
        texts - i64::try_from(received.len()).expect("few")
    ));
    assert_eq!(twice, 0, "sent twice");
    assert_eq!(
        i64::try_from(received.len()),
        Ok(texts),
        "{}",
        rig.tally().await
    );
    assert_eq!(rig.tally().await, format!("sent {texts}"));
    assert!(
        uncertain <= in_flight + cuts,
        "{uncertain} uncertain, {in_flight} in flight, {cuts} cut"
    );
}
