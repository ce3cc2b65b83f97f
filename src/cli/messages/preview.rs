//! `messages preview`: the decision and the words of texts, as the stages would make them now.

use serde::Serialize;

use crate::cli::failure::Done;
use crate::cli::output::Output;
use crate::cli::words::{count, whole};
use crate::config::Urls;
use crate::db::{DbError, Pool, Transaction};
use crate::messaging::decision::{self, Decision};
use crate::messaging::due_text::{self, DueText, Found};
use crate::messaging::{segments, wording};

#[derive(Debug, Serialize)]
struct Preview {
    id: i64,
    to: Option<String>,
    at: Option<String>,
    decision: String,
    text: Option<String>,
    segments: usize,
    encoding: Option<String>,
    warning: Option<String>,
}

/// Previews texts in a transaction that is rolled back.
///
/// # Errors
/// See [`crate::cli::failure::Failure`].
pub async fn run(urls: &Urls, ids: &[i64], output: &Output) -> Done {
    let pool = Pool::open(&urls.work, 1, "pgcascade messages")?;
    let mut client = pool.get().await?;
    let tx = client.transaction().await.map_err(DbError::from)?;
    let pairs: Vec<(i64, i64)> = ids.iter().map(|id| (*id, *id)).collect();
    let mut previews = Vec::new();
    for (id, found) in due_text::find(&tx, &pairs).await? {
        previews.push(match found {
            Found::Gone => nothing(id, "there is no such text"),
            Found::Busy => nothing(id, "somebody is changing it at this moment: try again"),
            Found::Text(text) => of(&tx, &text).await?,
        });
    }
    tx.rollback().await.map_err(DbError::from)?;
    if output.is_json() {
        output.json(&previews);
    }
    for preview in &previews {
        render(preview, output);
    }
    Ok(())
}

fn nothing(id: i64, why: &str) -> Preview {
    Preview {
        id,
        to: None,
        at: None,
        decision: why.to_owned(),
        text: None,
        segments: 0,
        encoding: None,
        warning: None,
    }
}

/// A text as it would go if its time were now.
async fn of(tx: &Transaction<'_>, text: &DueText) -> Result<Preview, DbError> {
    // At its own time, not at the hour of whoever looks.
    let mut then = text.clone();
    then.now = text.now.max(text.scheduled_time);
    let decision = match decision::recipient(text, true) {
        Err(decision) => decision,
        Ok(number) => {
            let facts = due_text::look_up(tx, &[(text.id, number.e164())]).await?;
            let windows = due_text::windows(tx).await?;
            let known = facts.into_iter().next().map(|(_, facts)| facts);
            at_its_time(text, |then| {
                decision::decide(then, &number, &known.clone().unwrap_or_default(), &windows)
            })
        }
    };
    let worded = wording::word(&then);
    let body = worded.as_ref().ok().map(|wording| wording.body.as_str());
    let price = segments::price(body.unwrap_or_default());
    Ok(Preview {
        id: text.id,
        to: text.person.name.clone(),
        at: Some(text.scheduled_time.to_rfc3339()),
        decision: match (&decision, &worded) {
            (Decision::Go, Err(reason)) => format!("fails: {reason}"),
            _ => said(&decision),
        },
        text: body.map(str::to_owned),
        segments: price.size.segments,
        encoding: body.map(|_| format!("{:?}", price.size.encoding)),
        warning: price.is_worth_a_warning().then(|| {
            format!(
                "the characters {:?} make it {:.1} times as dear",
                price.outside,
                price.factor()
            )
        }),
    })
}

/// The decision as it will fall: not at the hour of whoever looks, but when the stage looks; of
/// texts that may go ahead of quiet hours, that is long before their time.
fn at_its_time(text: &DueText, decide: impl Fn(&DueText) -> Decision) -> Decision {
    let mut then = text.clone();
    then.now = text.now.max(text.send_at);
    let first = decide(&then);
    match first {
        Decision::PutOff {
            until,
            reason: None,
        } => {
            then.now = until;
            decide(&then)
        }
        _ => first,
    }
}

fn said(decision: &Decision) -> String {
    match decision {
        Decision::Go => "goes out".to_owned(),
        Decision::PutOff { until, reason } => format!(
            "is put off until {}: {}",
            until.to_rfc3339(),
            reason.as_deref().unwrap_or("it is not due")
        ),
        Decision::Hold { reason } => format!("is held: {reason}"),
        Decision::Drop { reason } => format!("is cancelled: {reason}"),
        Decision::Fail { reason } => format!("fails: {reason}"),
    }
}

fn render(preview: &Preview, output: &Output) {
    output.say(format!(
        "text {} to {} at {}: {}",
        preview.id,
        preview.to.as_deref().unwrap_or("a number"),
        preview.at.as_deref().unwrap_or("no time"),
        preview.decision
    ));
    if let Some(text) = &preview.text {
        output.paragraph(4, text);
        output.say(format!(
            "    {}, {}",
            count(whole(preview.segments), "segment"),
            preview.encoding.as_deref().unwrap_or_default()
        ));
    }
    if let Some(warning) = &preview.warning {
        output.paragraph(4, &format!("warning: {warning}"));
    }
}
