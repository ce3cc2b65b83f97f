//! The file of rejected lines beside the imported one: complete or not there.
//!
//! It is written under another name and moved into place when the import has been committed. A file
//! from before is never overwritten: somebody may be correcting its lines.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context;
use csv::ByteRecord;

use crate::outreach::import::{Header, RejectReason, RejectWriter};

/// So many rejects are shown on the screen, too.
const SHOWN_MAX: usize = 10;
/// So many files of earlier imports are stepped over.
const NAMES_MAX: u32 = 1000;

/// Rejected lines of one import.
pub struct Rejects {
    /// The imported file.
    of: PathBuf,
    header: Header,
    /// Only shown, never written.
    dry_run: bool,
    writer: Option<RejectWriter<BufWriter<File>>>,
    first: Vec<String>,
}

impl Rejects {
    /// For an import of this file; nothing is created before the first reject.
    pub fn beside(file: &Path, header: Header, dry_run: bool) -> Self {
        Self {
            of: file.to_owned(),
            header,
            dry_run,
            writer: None,
            first: Vec::new(),
        }
    }

    /// Takes a line.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(
        &mut self,
        line: u64,
        reason: &RejectReason,
        raw: &ByteRecord,
    ) -> anyhow::Result<()> {
        if self.first.len() < SHOWN_MAX {
            self.first.push(format!("line {line} {reason}"));
        }
        if self.dry_run {
            return Ok(());
        }
        let part = self.part();
        let said = || {
            format!(
                "{} cannot be written; make its directory writable",
                part.display()
            )
        };
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let out = BufWriter::new(File::create(&part).with_context(said)?);
                none.insert(RejectWriter::new(out, &self.header).with_context(said)?)
            }
        };
        writer.write(line, reason, raw).with_context(said)
    }

    /// The first rejects, as sentences.
    pub fn first(&self) -> &[String] {
        &self.first
    }

    /// Moves the file into place, after the commit; its name, if there were rejects.
    ///
    /// # Errors
    /// The file cannot be written or moved.
    pub fn keep(&mut self) -> anyhow::Result<Option<PathBuf>> {
        let Some(writer) = self.writer.take() else {
            return Ok(None);
        };
        let part = self.part();
        let said = || format!("the rejected lines stay in {}", part.display());
        let out = writer.finish().with_context(said)?;
        out.into_inner()
            .map_err(|error| error.into_error())
            .with_context(said)?;
        let written = fs::read(&part).with_context(said)?;
        for number in 1..=NAMES_MAX {
            let name = self.name(number);
            match fs::read(&name) {
                // The same file was imported before, with the same rejects.
                Ok(before) if before == written => {
                    fs::remove_file(&part).with_context(said)?;
                    return Ok(Some(name));
                }
                Ok(_) => {}
                Err(_) => {
                    fs::rename(&part, &name).with_context(said)?;
                    return Ok(Some(name));
                }
            }
        }
        Ok(Some(part))
    }

    /// `leads.rejects.csv`, `leads.rejects-2.csv`, …
    fn name(&self, number: u32) -> PathBuf {
        match number {
            1 => self.of.with_extension("rejects.csv"),
            number => self.of.with_extension(format!("rejects-{number}.csv")),
        }
    }

    fn part(&self) -> PathBuf {
        self.of.with_extension("rejects.csv.part")
    }
}

impl Drop for Rejects {
    fn drop(&mut self) {
        // Nothing was imported, so nothing was rejected either.
        if self.writer.take().is_some() {
            let _ = fs::remove_file(self.part());
        }
    }
}
