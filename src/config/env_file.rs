//! `.env` in the working directory: variables for whoever starts the program without setting them.
//!
//! What is set really wins, also when it is set to nothing. To be read before a thread is started:
//! the environment is the process's. Errors tell the line, never what stands in it.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Where it is.
const NAME: &str = ".env";

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EnvFileError {
    /// It is there and cannot be read.
    #[error(
        ".env is there and cannot be read ({0}): give yourself the right to read it, or remove it"
    )]
    Unreadable(io::Error),
    /// One of its lines is not in the form.
    #[error(
        ".env cannot be used, line {line}: write NAME=value, a value with blanks, quotes, # or $ \
         in 'single quotes', and a remark behind #"
    )]
    Line {
        /// Which, from 1.
        line: usize,
    },
    /// A value would not be what it seems.
    #[error(
        ".env cannot be used, line {line}: what a $ begins would be replaced; write the value in \
         'single quotes'"
    )]
    Dollar {
        /// Which, from 1.
        line: usize,
    },
    /// One of its lines holds bytes that are no text.
    #[error(".env cannot be used, line {line}: it is no text in UTF-8")]
    NoText {
        /// Which, from 1.
        line: usize,
    },
}

/// Sets the variables of the file that are not set; without a file nothing.
///
/// # Errors
/// A file that cannot be used; then none of its variables is set.
pub fn load() -> Result<(), EnvFileError> {
    let Some(text) = read(Path::new(NAME))? else {
        return Ok(());
    };
    check(&text)?;
    dotenvy::from_read(text.as_bytes()).map_err(|_| EnvFileError::Line { line: 1 })
}

/// The file's text, ending with a line end; a directory of that name holds no variables.
fn read(path: &Path) -> Result<Option<String>, EnvFileError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(EnvFileError::Unreadable(error)),
    };
    let line_of = |place: usize| 1 + bytes.iter().take(place).filter(|b| **b == b'\n').count();
    let text = std::str::from_utf8(&bytes).map_err(|error| EnvFileError::NoText {
        line: line_of(error.valid_up_to()),
    })?;
    if let Some(place) = text.find('\0') {
        return Err(EnvFileError::NoText {
            line: line_of(place),
        });
    }
    Ok(Some(format!("{}\n", text.trim_start_matches('\u{feff}'))))
}

/// Whether all of it is in the form.
fn check(text: &str) -> Result<(), EnvFileError> {
    if let Some(line) = replaced(text) {
        return Err(EnvFileError::Dollar { line });
    }
    let taken = Cell::new(0);
    let lines = Counted {
        rest: text.as_bytes(),
        taken: &taken,
    };
    for pair in dotenvy::from_read_iter(lines) {
        match pair {
            Ok(_) => {}
            // Where a quote is left open all lines behind it are in it: the first one is to blame.
            Err(dotenvy::Error::LineParse(piece, _)) => {
                let others = piece.lines().count().saturating_sub(1);
                let line = taken.get().saturating_sub(others).max(1);
                return Err(EnvFileError::Line { line });
            }
            Err(_) => return Err(EnvFileError::Line { line: taken.get() }),
        }
    }
    Ok(())
}

/// The first line with a `$` whose word would be replaced by a variable: outside single quotes, not
/// behind a backslash, not in a remark.
fn replaced(text: &str) -> Option<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Part {
        Name,
        Bare,
        Single,
        Double,
        Remark,
    }
    let (mut part, mut line, mut last) = (Part::Name, 1, ' ');
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        part = match (part, c) {
            (Part::Bare | Part::Double, '$') => return Some(line),
            (Part::Bare | Part::Double, '\\') => {
                line += usize::from(chars.next() == Some('\n'));
                part
            }
            (Part::Name, '#') => Part::Remark,
            (Part::Bare, '#') if last.is_whitespace() => Part::Remark,
            (Part::Bare, '\'') => Part::Single,
            (Part::Bare, '"') => Part::Double,
            (Part::Name, '=') | (Part::Single, '\'') | (Part::Double, '"') => Part::Bare,
            (Part::Name | Part::Bare | Part::Remark, '\n') => Part::Name,
            _ => part,
        };
        line += usize::from(c == '\n');
        last = c;
    }
    None
}

/// Gives out one line at a time, and counts them.
struct Counted<'a> {
    rest: &'a [u8],
    taken: &'a Cell<usize>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let line = self.rest.iter().position(|b| *b == b'\n');
        let wanted = line
            .map_or(self.rest.len(), |end| end + 1)
            .min(buffer.len());
        let (now, rest) = self.rest.split_at(wanted);
        if let Some(room) = buffer.get_mut(..wanted) {
            room.copy_from_slice(now);
        }
        self.rest = rest;
        if now.ends_with(b"\n") {
            self.taken.set(self.taken.get() + 1);
        }
        Ok(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str) -> Option<usize> {
        match check(&format!("{text}\n")) {
            Err(EnvFileError::Line { line }) => Some(line),
            Err(other) => panic!("{other}"),
            Ok(()) => None,
        }
    }

    #[test]
    fn the_line_that_is_broken_is_named() {
        for (text, line) in [
            ("", None),
            ("# a b\n\nA=1\nexport B='two words' # why\nC= ", None),
            ("A=\"two\nlines\"\nB=3", None),
            ("A=1\n# x y\nB=x y\nC=1", Some(3)),
            ("A=1\n\nnonsense", Some(3)),
            ("A=1\nB=\"open\nC=2\nD=3", Some(2)),
            ("=1", Some(1)),
        ] {
            assert_eq!(broken(text), line, "{text:?}");
        }
    }

    #[test]
    fn a_value_that_would_be_replaced_is_refused_with_its_line() {
        for (text, line) in [
            ("A=pa$$word", Some(1)),
            ("A=1\nB=\"pa${HOME}\"", Some(2)),
            ("A='one\ntwo$' # it's $1\nB=$A", Some(3)),
            ("A=\"one\ntwo $x\"", Some(2)),
            ("A='pa$word' # $5\n# don't: $HOME\nB=1", None),
            ("A=\\$5 # costs $5", None),
        ] {
            let refused = match check(&format!("{text}\n")) {
                Err(EnvFileError::Dollar { line }) => Some(line),
                Err(other) => panic!("{text:?}: {other}"),
                Ok(()) => None,
            };
            assert_eq!(refused, line, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_told_with_its_line() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join(NAME);
        assert!(read(&file).expect("none").is_none());
        for (bytes, line) in [(&b"A=1\nB=\xff"[..], 2), (&b"A=\0"[..], 1)] {
            std::fs::write(&file, bytes).expect("written");
            let error = read(&file).expect_err("no text").to_string();
            assert!(error.contains(&format!("line {line}:")), "{error}");
        }
        std::fs::write(&file, "\u{feff}A=1").expect("written");
        assert_eq!(read(&file).expect("text").as_deref(), Some("A=1\n"));
        assert!(read(dir.path()).expect("a directory").is_none());
    }
}
