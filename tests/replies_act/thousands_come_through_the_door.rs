//! Texts come through the door of the program itself, faster than anybody writes them, some twice
//! and out of order: each is acted on once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::form_urlencoded;

use crate::cli::program::Program;
use crate::support::daemon::Rig;
use crate::support::fake_twilio::FakeTwilio;

/// As Twilio calls it.
const URL: &str = "https://texts.example.com/webhooks/twilio";
/// Most deliveries at once, as of a service with many servers.
const AT_ONCE: usize = 32;
/// Every so many texts one says STOP.
const STOP_EVERY: usize = 50;
/// Every so many texts one is delivered twice.
const TWICE_EVERY: usize = 5;
/// A delivery that is answered 429, by an overloaded machine, comes again so often.
const AGAIN_MAX: usize = 7;
/// Deliveries of so many texts change places.
const SHUFFLED: usize = 40;

/// Whose number it is that so many people have one of.
fn number(person: usize) -> String {
    let area = ["512", "212", "415", "602", "303", "206"][person / 100 % 6];
    format!("+1{area}55501{:02}", person % 100)
}

/// The deliveries, shuffled within stretches, some twice.
fn deliveries(texts: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (1..=texts)
        .flat_map(|n| std::iter::repeat_n(n, if n % TWICE_EVERY == 0 { 2 } else { 1 }))
        .collect();
    for stretch in order.chunks_mut(SHUFFLED) {
        let size = stretch.len();
        for place in 0..size {
            // Any fixed mixture serves; the same one each time is easier to look into.
            stretch.swap(place, (place * 17 + 5) % size);
        }
    }
    order
}

fn form(n: usize, people: usize) -> Vec<(&'static str, String)> {
    let body = if n.is_multiple_of(STOP_EVERY) {
        String::from("STOP")
    } else {
        format!("Met John Smith {n}")
    };
    vec![
        ("MessageSid", format!("SM{n}")),
        ("AccountSid", FakeTwilio::ACCOUNT.to_owned()),
        ("From", number(1 + n % people)),
        ("To", FakeTwilio::FROM.to_owned()),
        ("Body", body),
    ]
}

/// Posts one delivery, again as long as the answer is 429; how often it was, and after how long the
/// last one was answered.
async fn post(
    client: reqwest::Client,
    url: String,
    form: Vec<(&'static str, String)>,
) -> (usize, Duration) {
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, &**value)).collect();
    let signature = FakeTwilio::sign(FakeTwilio::TOKEN, URL, &pairs);
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&pairs)
        .finish();
    for again in 0..AGAIN_MAX {
        let began = Instant::now();
        let answer = client
            .post(&url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", &signature)
            .body(body.clone())
            .send()
            .await
            .expect("an answer");
        match answer.status() {
            StatusCode::OK => return (again, began.elapsed()),
            status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS),
        }
    }
    panic!("not stored after {AGAIN_MAX} times");
}

/// 300 texts here; ten thousand in a minute with `PGCASCADE_TEST_DOOR=10000`.
#[tokio::test(flavor = "multi_thread")]
async fn each_is_acted_on_once() {
    let texts = std::env::var_os("PGCASCADE_TEST_DOOR")
        .and_then(|count| count.to_str()?.parse::<usize>().ok())
        .unwrap_or(300);
    let people = (texts / 5).clamp(50, 599);
    crate::support::install_crypto();
    let (rig, twilio) = (
        Rig::texting(i64::try_from(people).expect("few")).await,
        FakeTwilio::start().await,
    );
    rig.event_is_on().await;
    rig.run("update sending_accounts set provider = 'twilio'")
        .await;
    let mut running = Program::on(rig.database.url())
        .and("PGCASCADE_HTTP_ADDR", "127.0.0.1:0")
        .and("NO_COLOR", "1")
        .and("TWILIO_ACCOUNT_SID", FakeTwilio::ACCOUNT)
        .and("TWILIO_AUTH_TOKEN", FakeTwilio::TOKEN)
        .and("TWILIO_FROM", FakeTwilio::FROM)
        .and("TWILIO_BASE_URL", &twilio.base_url)
        .and("PGCASCADE_PUBLIC_URL", "https://texts.example.com")
        .start(&["run"]);
    let line = running.logs("health and metrics").await;
    let address = line.split("address=").nth(1).expect("an address").trim();
    let url = format!("http://{address}/webhooks/twilio");

    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let order = deliveries(texts);
    // The rate of a busy minute, not one burst, where there is a minute's worth.
    let minute = Duration::from_secs(if texts > 2_000 { 55 } else { 0 });
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut posts = JoinSet::new();
    let began = Instant::now();
    for (place, n) in order.iter().enumerate() {
        let due = minute.mul_f64(place as f64 / order.len() as f64);
        tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        let permit = at_once.clone().acquire_owned().await.expect("open");
        let (client, url, form) = (client.clone(), url.clone(), form(*n, people));
        posts.spawn(async move {
            let answered = post(client, url, form).await;
            drop(permit);
            answered
        });
    }
    let answers = posts.join_all().await;
    let delivered = began.elapsed();
    let repeated: usize = answers.iter().map(|(again, _)| again).sum();
    let mut waits: Vec<Duration> = answers.into_iter().map(|(_, wait)| wait).collect();
    rig.until_heard().await;
    let took = began.elapsed();
    rig.until_texted().await;

    let texts = i64::try_from(texts).expect("few");
    let stops = texts / i64::try_from(STOP_EVERY).expect("few");
    for (what, expected) in [
        ("inbound_messages", texts),
        ("inbound_messages where wish = 'stop_all'", stops),
        ("event_notes", texts - stops),
        ("sms_routing_decisions", texts),
    ] {
        let count = format!("select count(*) from {what}");
        assert_eq!(rig.number(&count).await, expected, "{what}");
    }
    let out = "select count(distinct phone_number) from inbound_messages where wish = 'stop_all'";
    assert_eq!(
        i64::try_from(twilio.texts().len()).expect("few"),
        rig.number(out).await,
        "one confirmation to each number"
    );
    waits.sort_unstable();
    let p99 = |of: &str| {
        format!(
            "select coalesce(round((percentile_cont(0.99) within group (order by extract(epoch from {of})) * 1000)::numeric, 1)::text, '-')
            from inbound_messages as inbound
            left join marketing.pipeline_events as event
                on event.event_type = 'reply_note' and (event.payload ->> 'inbound_message_id')::bigint = inbound.id"
        )
    };
    println!(
        "{texts} texts, {} deliveries ({repeated} asked for again) in {delivered:.1?}, all acted on after {took:.1?}; p99: answer of the door {:.1?}, receipt to reading {} ms, receipt to action {} ms",
        order.len(),
        waits[waits.len() * 99 / 100],
        rig.text(&p99("inbound.handled_at - inbound.stored_at"))
            .await,
        rig.text(&p99(
            "coalesce(event.processed_at, inbound.handled_at) - inbound.stored_at"
        ))
        .await,
    );
}
