//! What a demonstration came to, in words that a person understands.

use chrono::{DateTime, Utc};
use tokio_postgres::Client;

use super::import_copy::Report;
use super::output;

/// Prints the summary of a batch that began at `began`, by the database's clock.
///
/// # Errors
/// The database cannot be read.
pub async fn show(client: &Client, report: &Report, began: DateTime<Utc>) -> anyhow::Result<()> {
    if report.imported == 0 {
        output::line("");
        output::line("Nothing new: these companies are in this cluster already.");
    } else {
        batch(client, report).await?;
        refusals(client, report).await?;
        stages(client, began).await?;
    }
    next_steps();
    Ok(())
}

async fn batch(client: &Client, report: &Report) -> anyhow::Result<()> {
    let statement = include_str!("../../sql/queries/cli/demo_summary.sql");
    let row = client.query_one(statement, &[&report.batch]).await?;
    let count = |column: &str| row.get::<_, i64>(column);
    output::line("");
    output::line(format!(
        "✅ {} companies in, done in {:.1} s",
        count("companies_in"),
        row.get::<_, f64>("seconds")
    ));
    output::line(format!(
        "   {:>4} ready for outreach, with {} contacts",
        count("ready"),
        count("contacts_ready")
    ));
    output::line(format!(
        "   {:>4} without a contact one may write to",
        count("no_contact")
    ));
    output::line(format!(
        "   {:>4} refused, each with what to change",
        count("refused")
    ));
    output::line(format!("   {:>4} failed", count("failed")));
    if count("under_way") > 0 {
        output::line(format!("   {:>4} still under way", count("under_way")));
    }
    output::line(format!(
        "   {} masters for them (the same company twice is one), {} slots, {} people found, {} \
         addresses valid",
        count("companies_promoted"),
        count("slots"),
        count("people_found"),
        count("addresses_valid")
    ));
    output::line("   People and verdicts are invented by sandboxes; addresses end in .example.");
    Ok(())
}

async fn refusals(client: &Client, report: &Report) -> anyhow::Result<()> {
    let statement = include_str!("../../sql/queries/cli/demo_refusals.sql");
    let rows = client.query(statement, &[&report.batch]).await?;
    output::line("\nRefused, by rule");
    let rows = rows.iter().map(output::cells).collect();
    output::table(
        &["rule", "rows", "example", "what to change"],
        rows,
        "None.",
    );
    if report.rejected > 0 {
        output::line("\nLines of the file that are no rows");
        for (line, reason) in &report.reasons {
            output::line(format!("  line {line} {reason}"));
        }
    }
    Ok(())
}

async fn stages(client: &Client, began: DateTime<Utc>) -> anyhow::Result<()> {
    let statement = include_str!("../../sql/queries/cli/demo_stages.sql");
    let rows = client.query(statement, &[&began]).await?;
    output::line("\nStages");
    let rows = rows.iter().map(output::cells).collect();
    output::table(
        &[
            "stage",
            "events",
            "first insert to last result",
            "mean per event",
        ],
        rows,
        "No events.",
    );
    Ok(())
}

fn next_steps() {
    let program = output::program();
    output::line(format!("\nLook around: {program} pg psql"));
    for statement in [
        "SELECT company_name, slot_type, full_name, email FROM marketing.vw_outreach_ready LIMIT 10;",
        "SELECT company, website, reason FROM marketing.vw_company_progress WHERE state = 'refused';",
        "UPDATE intake.company_raw_intake SET website = 'https://…' WHERE id = …;",
    ] {
        output::line(format!("  {statement}"));
    }
    output::line("A corrected row goes through again as soon as a daemon runs:");
    output::line(format!(
        "  {program} run        the daemon; Ctrl-C stops it"
    ));
    output::line(format!("  {program} watch      events as they happen"));
    output::line(format!(
        "  {program} pg stop    stops the database; its data stays"
    ));
}
