//! A bar for each stage while the demo runs; a plain line where no terminal is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::cli::output::Output;
use crate::cli::target::{Session, get};
use crate::db::DbError;

const STAGES: &str = include_str!("../../../sql/queries/cli/demo_progress.sql");

/// Name, bar and numbers fit into 80 columns.
const LINE: &str = "  {prefix:<20} {bar:30} {pos:>6} of {len:<6} {msg}";

/// The bars, in the order of the stages.
pub struct Progress {
    all: MultiProgress,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

impl Progress {
    /// Begins; bars appear with their stages.
    pub fn begin(output: &Output) -> Self {
        let all = MultiProgress::new();
        if all.is_hidden() {
            output.say("⚙️  Working through the stages …");
        }
        Self {
            all,
            bars: Mutex::default(),
        }
    }

    /// Reads where the stages are; true when nothing is left that happens within a minute.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn look(&self, session: &Session, from: i64) -> Result<bool, DbError> {
        let rows = session.rows(STAGES, &[&from]).await?;
        let mut left = 0;
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        for row in &rows {
            let (done, open): (i64, i64) = (get(row, "done")?, get(row, "open")?);
            let (later, paused): (i64, bool) = (get(row, "later")?, get(row, "paused")?);
            // What is paused does not go on by itself.
            left += if paused { 0 } else { open };
            if done + open == 0 {
                continue;
            }
            let name: String = get(row, "stage")?;
            let bar = bars.entry(name).or_insert_with_key(|name| self.bar(name));
            bar.set_length(u64::try_from(done + open).unwrap_or_default());
            bar.set_position(u64::try_from(done).unwrap_or_default());
            bar.set_message(match (paused, later) {
                (true, _) => "paused".to_owned(),
                (false, 0) => String::new(),
                (false, later) => format!("{later} later"),
            });
        }
        Ok(left == 0)
    }

    /// Takes the bars off the screen.
    pub fn end(&self) {
        // What cannot be cleared stays; the summary follows anyhow.
        let _ = self.all.clear();
    }

    fn bar(&self, stage: &str) -> ProgressBar {
        let bar = self.all.add(ProgressBar::new(0));
        if let Ok(style) = ProgressStyle::with_template(LINE) {
            bar.set_style(style);
        }
        bar.set_prefix(stage.to_owned());
        bar
    }
}
