//! `webhooks test`: one signed event to one webhook, and what came back.

use std::time::Instant;

use serde::Serialize;
use serde_json::{Value, json};

use super::{TestArgs, open};
use crate::answer::Answer;
use crate::cli::failure::{Done, Failure};
use crate::cli::output::Output;
use crate::cli::target::{Session, get};
use crate::cli::words::seconds;
use crate::config;
use crate::providers::webhook::{BreakerLimits, Deliverer, Message, Webhook};

const SETTINGS: &str = include_str!("../../../sql/queries/webhook/settings.sql");
const REGISTRY: &str = include_str!("../../../sql/queries/cli/webhook_registry.sql");

/// The type of the event that is sent.
const EVENT_TYPE: &str = "webhook_test";

#[derive(Debug, Serialize)]
struct Report<'r> {
    webhook: &'r str,
    destination: String,
    delivered: bool,
    signed: bool,
    seconds: f64,
    status: Option<&'r Value>,
    said: &'r str,
}

/// Runs the command.
///
/// # Errors
/// There is no such webhook, or the event was not delivered.
pub async fn run(args: TestArgs) -> Done {
    let output = Output::new(args.json);
    let session = open(&args.database).await?;
    let rows = session.rows(SETTINGS, &[&args.name]).await?;
    let Some(row) = rows.first() else {
        return Err(Failure::Failed(anyhow::anyhow!(
            "there is no webhook {} in pipeline.webhooks; marketing.vw_webhooks lists them",
            args.name
        )));
    };
    let webhook = Webhook::from_row(row)?;
    let now: f64 = get(row, "now_seconds")?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Unix seconds and milliseconds fit for longer than anything here lasts"
    )]
    let (at, millis) = (now as i64, (now * 1000.0) as i64);
    let message = Message {
        id: format!("evt_test_{millis}"),
        event_id: 0,
        event_type: EVENT_TYPE.to_owned(),
        timestamp: timestamp(at),
        data: sample(&session).await?,
    };

    let deliverer = Deliverer::new(config::webhook_variables(), BreakerLimits::default())?;
    let begun = Instant::now();
    let answer = deliverer.deliver(&webhook, &message, || at).await;
    let report = report(&webhook, &answer, begun.elapsed().as_secs_f64());
    if output.is_json() {
        output.json(&report);
    }
    render(&report, &output);
    match report.delivered {
        true => Ok(()),
        false => Err(Failure::Said),
    }
}

fn report<'r>(webhook: &'r Webhook, answer: &'r Answer<Value>, seconds: f64) -> Report<'r> {
    let (status, said) = match answer {
        Answer::Delivered(value) => {
            let said = value.get("answer").and_then(Value::as_str);
            (value.get("status"), said.unwrap_or_default())
        }
        Answer::Rejected { reason }
        | Answer::Throttled { reason, .. }
        | Answer::Transient { reason }
        | Answer::Credential { reason }
        | Answer::Unknown { reason } => (None, reason.as_str()),
    };
    Report {
        webhook: &webhook.name,
        destination: webhook.destination(),
        delivered: matches!(answer, Answer::Delivered(_)),
        signed: webhook.secret_env.is_some(),
        seconds,
        status,
        said,
    }
}

/// What the imported file gives for tests, or nothing in particular.
async fn sample(session: &Session) -> Result<Value, Failure> {
    let rows = session.rows(REGISTRY, &[]).await?;
    let document = match rows.first() {
        Some(row) => get::<Value>(row, "document")?,
        None => Value::Null,
    };
    let sample = document.pointer("/testing/sample_payload");
    Ok(sample.cloned().unwrap_or_else(|| json!({"test": true})))
}

fn timestamp(unix_seconds: i64) -> String {
    chrono::DateTime::from_timestamp(unix_seconds, 0)
        .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
        .unwrap_or_default()
}

fn render(report: &Report<'_>, output: &Output) {
    let test_event = match report.signed {
        true => "a signed test event",
        false => "an unsigned test event",
    };
    let (webhook, destination) = (report.webhook, &report.destination);
    let took = seconds(report.seconds);
    match report.status {
        Some(status) => output.say(format!(
            "✅ {webhook}: {destination} took {test_event}: {status} in {took}"
        )),
        None => output.say(format!(
            "❌ {webhook}: {destination} did not take {test_event} ({took})"
        )),
    }
    output.paragraph(3, report.said);
}
