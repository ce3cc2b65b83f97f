//! The screen of `status`: five short parts, each with what to do where something is wrong.

use super::{Companies, LimitRow, StageRow, Status, Stuck};
use crate::cli::output::{Output, Side};
use crate::cli::words::{count, grouped, maybe_seconds, seconds};

/// Shows everything to a person.
pub fn render(status: &Status, output: &Output) {
    output.say(format!("{}  {}", status.at, status.database));
    output.heading("Daemons");
    if status.daemons.is_empty() {
        output.say("  none: nothing is worked on until you start one with `pgcascade run`");
    }
    for daemon in &status.daemons {
        let life = match (daemon.asleep_seconds, daemon.alive) {
            (Some(left), _) => format!("asleep, looks again in {}", seconds(left)),
            (None, true) => format!("up {}", seconds(daemon.up_seconds)),
            (None, false) => format!("silent for {}", seconds(daemon.silent_seconds)),
        };
        let holds = match &daemon.holds {
            Some(holds) => format!(" ({holds})"),
            None => String::new(),
        };
        let busy = match daemon.busy_seconds {
            Some(busy) => format!(", in the database for {}", seconds(busy)),
            None => String::new(),
        };
        output.say(format!(
            "  #{} {}  version {}  {life}  {}{holds}{busy}",
            daemon.id,
            daemon.name,
            daemon.version,
            count(daemon.calls_running, "call")
        ));
    }
    render_stages(&status.stages, output);
    if !status.limits.is_empty() {
        render_limits(&status.limits, output);
    }
    output.heading("Companies");
    match status.companies.as_slice() {
        [] => output.say("  none yet: `pgcascade import companies FILE.csv`"),
        rows => output.say(format!("  {}", companies(rows))),
    }
    render_problems(status, output);
}

fn render_stages(stages: &[StageRow], output: &Output) {
    use Side::{Left, Right};
    output.heading("Stages");
    let columns = [
        ("STAGE", Left),
        ("WAITING", Right),
        ("RUNNING", Right),
        ("LATER", Right),
        ("OLDEST", Right),
        ("DONE", Right),
        ("P50", Right),
        ("P95", Right),
    ];
    let rows = stages.iter().map(|stage| {
        vec![
            stage.stage.clone(),
            grouped(stage.waiting),
            grouped(stage.running),
            grouped(stage.later),
            maybe_seconds(stage.oldest_seconds),
            grouped(stage.done),
            maybe_seconds(stage.p50_seconds),
            maybe_seconds(stage.p95_seconds),
        ]
    });
    output.table(&columns, rows.collect());
    let counted = stages.iter().filter_map(|stage| stage.counted_seconds);
    if let Some(ago) = counted.reduce(f64::max) {
        let ago = seconds(ago);
        output.say(format!("  So much waits that it was counted {ago} ago."));
    }
    for stage in stages.iter().filter(|stage| stage.paused) {
        let reason = stage.paused_reason.as_deref().unwrap_or("by an operator");
        output.paragraph(2, &format!("⏸ {} is paused: {reason}", stage.stage));
        let resume = format!(
            "Resume: UPDATE pipeline.stages SET paused = false WHERE name = '{}';",
            stage.stage
        );
        output.paragraph(4, &resume);
    }
}

fn render_limits(limits: &[LimitRow], output: &Output) {
    use Side::{Left, Right};
    output.heading("Limits");
    let columns = [
        ("LIMIT", Left),
        ("ALLOWS", Left),
        ("STAGES", Left),
        ("LEFT", Right),
        ("RUNNING", Right),
        ("HELD BACK", Right),
    ];
    let rows = limits.iter().map(|limit| {
        vec![
            limit.name.clone(),
            limit.bounds.clone(),
            limit.stages.clone(),
            limit.left_now.map(grouped).unwrap_or_default(),
            grouped(limit.running),
            grouped(limit.held_back),
        ]
    });
    output.table(&columns, rows.collect());
}

fn companies(rows: &[Companies]) -> String {
    let total = rows.iter().map(|row| row.companies).sum();
    let states: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", grouped(row.companies), row.state.replace('_', " ")))
        .collect();
    format!("{} in: {}", grouped(total), states.join(", "))
}

fn render_problems(status: &Status, output: &Output) {
    output.heading("Problems");
    let stuck = status.stuck.as_deref();
    if status.stuck.is_none() {
        output.say("  what is stuck could not be told in time; see marketing.vw_stuck_events");
    }
    let nothing_stuck = stuck.is_some_and(<[Stuck]>::is_empty);
    let no_alerts = status.open_alerts.is_empty();
    if no_alerts && status.open_errors.is_empty() && nothing_stuck && status.unrouted.is_empty() {
        output.say("  none");
    }
    for alert in &status.open_alerts {
        let since = seconds(alert.open_seconds);
        let (severity, rule) = (&alert.severity, &alert.rule);
        output.paragraph(2, &format!("🔔 {severity}, for {since}: {}", alert.message));
        output.paragraph(4, &format!("{rule}: {}", alert.what_to_do));
    }
    for open in &status.open_errors {
        let noun = format!("open {}", open.severity);
        let noun = if open.severity == "critical" {
            "open critical error"
        } else {
            &noun
        };
        output.say(format!(
            "  {}: `pgcascade errors` shows them",
            count(open.errors, noun)
        ));
    }
    for stuck in stuck.unwrap_or_default() {
        output.paragraph(
            2,
            &format!(
                "{} stuck for up to {}. {}",
                count(stuck.events, "event"),
                seconds(stuck.longest_seconds),
                stuck.what_to_do
            ),
        );
    }
    for unrouted in &status.unrouted {
        let events = count(unrouted.events, "event");
        output.paragraph(
            2,
            &format!(
                "{events} of type {} that no stage handles. {}",
                unrouted.event_type, unrouted.what_to_do
            ),
        );
    }
}
