//! How texts look on a screen.

use serde_json::Value;

use super::words;
use crate::cli::output::{Output, Side};
use crate::mask::Phone;

/// A field as words; nothing where it is missing.
fn field(row: &Value, name: &str) -> String {
    match &row[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Texts to come.
pub fn upcoming(rows: &[Value], output: &Output) {
    if output.is_json() {
        output.json(&rows);
    }
    if rows.is_empty() {
        output.say("No texts are to be sent in that time");
        return;
    }
    let cells = rows.iter().map(|row| {
        [
            "id",
            "at",
            "priority",
            "message_type",
            "contractor_name",
            "event_name",
        ]
        .iter()
        .map(|name| field(row, name))
        .collect()
    });
    let columns = [
        ("text", Side::Right),
        words("event's time"),
        ("prio", Side::Right),
        words("type"),
        words("to"),
        words("event"),
    ];
    output.table(&columns, cells.collect());
    let more = rows.first().and_then(|row| row["more"].as_i64());
    let more = more.unwrap_or(0);
    if more > 0 {
        output.say(format!("and {more} more: see them with --limit"));
    }
}

/// Counts, and the accounts.
pub fn stats(rows: &[Value], output: &Output) {
    let Some(row) = rows.first() else {
        return;
    };
    if output.is_json() {
        output.json(row);
    }
    let names = [
        "waiting",
        "active",
        "delayed",
        "total",
        "completed",
        "failed",
        "uncertain",
        "cancelled",
    ];
    let cells = names
        .iter()
        .map(|name| vec![(*name).to_owned(), field(row, name)]);
    output.table(&[words("texts"), ("", Side::Right)], cells.collect());
    let accounts = row["accounts"].as_array().cloned().unwrap_or_default();
    let cells = accounts.iter().map(|account| {
        let paused = field(account, "paused_reason");
        let state = match account["paused"].as_bool() {
            Some(true) if paused.is_empty() => "paused".to_owned(),
            Some(true) => paused,
            _ => "sends".to_owned(),
        };
        let rate = format!("{} in {}", field(account, "rate"), field(account, "period"));
        vec![
            field(account, "name"),
            field(account, "provider"),
            rate,
            field(account, "waiting"),
            state,
        ]
    });
    let columns = [
        words("account"),
        words("provider"),
        words("rate"),
        ("waiting", Side::Right),
        words("state"),
    ];
    output.heading("Accounts");
    output.table(&columns, cells.collect());
}

/// Rushes.
pub fn forecast(rows: &[Value], output: &Output) {
    if output.is_json() {
        output.json(&rows);
    }
    let late: Vec<&Value> = rows.iter().filter(|row| !row["remedy"].is_null()).collect();
    if late.is_empty() {
        output.say("Nothing will be late");
    }
    for row in late {
        output.say(format!(
            "{} from {} to {}: {} texts, {} of them late, by up to {}; {} would be dropped",
            field(row, "account"),
            field(row, "from"),
            field(row, "to"),
            field(row, "texts"),
            field(row, "late"),
            field(row, "latest"),
            field(row, "missed"),
        ));
        output.paragraph(2, &field(row, "remedy"));
    }
}

/// One text.
pub fn show(row: &Value, output: &Output) {
    if output.is_json() {
        output.json(row);
    }
    let known = [
        "id",
        "status",
        "message_type",
        "priority",
        "event_name",
        "contractor_name",
        "scheduled_time",
        "send_at",
        "expires_at",
        "actual_send_time",
        "delay_minutes",
        "message_content",
        "segments",
        "delivery_status",
        "ghl_message_id",
        "skip_reason",
        "error_message",
    ];
    for name in known {
        let value = field(row, name);
        if !value.is_empty() {
            output.paragraph(0, &format!("{name}: {value}"));
        }
    }
    for attempt in row["attempts_made"].as_array().into_iter().flatten() {
        output.say(format!(
            "attempt {}: {} by {} to {} at {} {}",
            field(attempt, "id"),
            field(attempt, "outcome"),
            field(attempt, "provider"),
            Phone::new(field(attempt, "phone_number")),
            field(attempt, "called_at"),
            field(attempt, "reason"),
        ));
    }
}
