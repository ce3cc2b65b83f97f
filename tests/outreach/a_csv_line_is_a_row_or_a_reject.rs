//! Files as people write them: what becomes a row, what a reject, and what stops an import.

use std::io::Read;

use pgcascade::outreach::import::{
    Cell, Column, CompanyCsv, Encoding, IntakeRow, Line, RejectReason, RejectWriter,
};

fn lines(file: &[u8]) -> Vec<Line> {
    lines_as(file, Encoding::Utf8)
}

fn lines_as(file: &[u8], encoding: Encoding) -> Vec<Line> {
    CompanyCsv::open(file, encoding)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn companies(lines: &[Line]) -> Vec<(u64, Option<&str>)> {
    lines
        .iter()
        .filter_map(|line| match line {
            Line::Row { line, row } => Some((*line, row.text(Column::Company))),
            Line::Reject { .. } => None,
        })
        .collect()
}

fn rejects(lines: &[Line]) -> Vec<(u64, String)> {
    lines
        .iter()
        .filter_map(|line| match line {
            Line::Row { .. } => None,
            Line::Reject { line, reason, .. } => Some((*line, reason.to_string())),
        })
        .collect()
}

fn refusal(file: &[u8]) -> String {
    CompanyCsv::open(file, Encoding::Utf8)
        .err()
        .expect("the file is refused")
        .to_string()
}

#[test]
fn a_line_number_is_that_of_the_physical_line_where_the_record_begins() {
    for end in ["\n", "\r\n", "\r"] {
        let file = "company,city\nAcme,\"A\nB\nC\"\n\n\nBox,D\n,,,\nX,E".replace('\n', end);
        let lines = lines(file.as_bytes());
        let expected = [(2, Some("Acme")), (7, Some("Box")), (9, Some("X"))];
        assert_eq!(companies(&lines), expected, "{end:?}");
        let Line::Row { row, .. } = &lines[0] else {
            panic!("a row")
        };
        assert_eq!(
            row.text(Column::CompanyCity),
            Some(format!("A{end}B{end}C").as_str())
        );
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_header() {
    assert_eq!(
        companies(&lines(b"\xef\xbb\xbfcompany\nAcme\n")),
        [(2, Some("Acme"))]
    );
    assert_eq!(
        companies(&lines(b"\xef\xbb\xbf\"company\",city\nAcme,X\n")),
        [(2, Some("Acme"))]
    );
}

#[test]
fn the_header_shows_what_separates_the_cells() {
    for delimiter in [",", ";", "\t", "|"] {
        let file =
            format!("company{delimiter}\"x, y\"{delimiter}city\nAcme{delimiter}z{delimiter}Ulm");
        let lines = lines(file.as_bytes());
        let Line::Row { row, .. } = &lines[0] else {
            panic!("a row with {delimiter:?}")
        };
        assert_eq!(row.text(Column::CompanyCity), Some("Ulm"));
    }
}

#[test]
fn a_line_with_another_number_of_cells_is_rejected_and_the_next_is_read() {
    let lines = lines(b"company,website\nAcme, Inc.,acme.com\nShort\nBox,box.com\n");
    assert_eq!(companies(&lines), [(4, Some("Box"))]);
    let rejects = rejects(&lines);
    assert_eq!(
        rejects.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [2, 3]
    );
    assert!(
        rejects[0].1.starts_with("has 3 cells, the header 2"),
        "{}",
        rejects[0].1
    );
}

#[test]
fn a_quote_that_never_closes_costs_one_line() {
    let good: String = (0..500).map(|n| format!("Company {n},x\n")).collect();
    let lines = lines(format!("company,city\n\"Acme,x\n{good}").as_bytes());
    assert_eq!(companies(&lines).len(), 500);
    assert_eq!(rejects(&lines).len(), 1);
    let Line::Reject {
        line: 2,
        reason: RejectReason::UnclosedQuote,
        raw,
    } = &lines[0]
    else {
        panic!("{:?}", lines[0]);
    };
    assert_eq!(raw.iter().collect::<Vec<_>>(), [b"\"Acme,x"]);
}

#[test]
fn a_line_without_an_end_is_rejected_in_pieces_and_nothing_of_it_is_lost() {
    let long = "x".repeat((5 << 20) / 2);
    let lines = lines(format!("company\n{long}\nAcme\n").as_bytes());
    assert_eq!(companies(&lines), [(3, Some("Acme"))]);
    let kept: usize = lines
        .iter()
        .map(|line| match line {
            Line::Reject {
                line: 2,
                reason: RejectReason::TooLong,
                raw,
            } => raw[0].len(),
            Line::Reject { .. } | Line::Row { .. } => 0,
        })
        .sum();
    assert_eq!(kept, long.len());
}

#[test]
fn a_cell_that_is_not_utf8_rejects_its_line_unless_the_encoding_is_declared() {
    let file = b"company,city\nCaf\xe9 Nero,x\nAcme,y\n";
    let utf8 = lines(file);
    assert_eq!(companies(&utf8), [(3, Some("Acme"))]);
    assert!(rejects(&utf8)[0].1.contains("windows-1252"));
    let declared = lines_as(file, Encoding::Windows1252);
    assert_eq!(
        companies(&declared),
        [(2, Some("Café Nero")), (3, Some("Acme"))]
    );
    assert_eq!(
        companies(&lines_as(b"company\n\x80uro\n", Encoding::Windows1252))[0].1,
        Some("€uro")
    );
}

#[test]
fn a_number_that_is_none_rejects_its_line_with_the_column_and_the_value() {
    let file =
        b"company,Employees,Founded Year\nA,\"1,200\",1998\nB,51-200,\nC,abc,\nD,,3005\nE,,\n";
    let lines = lines(file);
    assert_eq!(companies(&lines), [(2, Some("A")), (6, Some("E"))]);
    let Line::Row { row, .. } = &lines[0] else {
        panic!("a row")
    };
    assert_eq!(row.get(Column::NumEmployees), Some(&Cell::Integer(1200)));
    let reasons: Vec<String> = rejects(&lines)
        .into_iter()
        .map(|(_, reason)| reason)
        .collect();
    assert!(
        reasons[0].starts_with("num_employees is the range \"51-200\""),
        "{}",
        reasons[0]
    );
    assert!(
        reasons[1].starts_with("num_employees is \"abc\""),
        "{}",
        reasons[1]
    );
    assert!(
        reasons[2].starts_with("founded_year is the year 3005"),
        "{}",
        reasons[2]
    );
}

#[test]
fn a_nul_byte_rejects_its_line_because_the_database_cannot_store_it() {
    let lines = lines(b"company,city\nAc\0me,x\nAcme,y\n");
    assert_eq!(companies(&lines), [(3, Some("Acme"))]);
    assert!(rejects(&lines)[0].1.starts_with("company holds a NUL byte"));
}

#[test]
fn nothing_is_judged_here_but_what_the_table_cannot_hold() {
    let long = "long name ".repeat(1_000);
    let file = format!("company,website\n,n/a\n\"'); drop table x; --\",🏢\n{long},\n");
    let lines = lines(file.as_bytes());
    let names = [None, Some("'); drop table x; --"), Some(long.trim())];
    assert_eq!(
        companies(&lines)
            .iter()
            .map(|(_, name)| *name)
            .collect::<Vec<_>>(),
        names
    );
}

#[test]
fn a_file_that_cannot_be_understood_is_refused_with_what_to_change() {
    let duplicate = refusal(b"Company,Website,Company Name,URL\nA,B,C,D\n");
    assert_eq!(
        duplicate,
        "\"Company\" (column 1) and \"Company Name\" (column 3) both mean company: \
         delete or rename one of them"
    );
    let nameless = refusal(b"first,last,jane.doe@acme.com\n");
    assert!(
        nameless.contains("The first line has \"first\", \"last\", \"j***@acme.com\""),
        "{nameless}"
    );
    assert!(refusal(b"").contains("empty"));
    assert!(refusal(b"\xef\xbb\xbf").contains("empty"));
    assert!(refusal(b"\n  \n").contains("empty"));
    assert!(refusal(b"\xff\xfec\0o\0").contains("UTF-16"));
    assert!(refusal(b"c\0o\0m\0").contains("UTF-16"));
    assert!(refusal(b"soci\xe9t\xe9,company\n").contains("windows-1252"));
    assert!(refusal(b"\"company\nAcme\n").contains("quote"));
}

#[test]
fn a_header_that_means_nothing_is_ignored_and_said_so() {
    let file =
        CompanyCsv::open(&b"company,Shoe size,,notes\nA,1,2,3\n"[..], Encoding::Utf8).unwrap();
    assert_eq!(file.header().ignored(), ["Shoe size", "notes"]);
    assert_eq!(
        file.header().columns().collect::<Vec<_>>(),
        [Column::Company]
    );
}

#[test]
fn the_reject_file_can_be_imported_once_it_is_corrected() {
    let file = b"company,employees\n\"Acme, Inc.\",abc\nBox,1,2\nCaf\xe9,3\nX,4\n";
    let written = reject_file(file);
    let text = String::from_utf8_lossy(&written);
    assert!(
        text.starts_with("line,reason,company,employees\n2,"),
        "{text}"
    );
    assert!(text.contains(",\"Acme, Inc.\",abc\n3,"), "{text}");
    assert!(
        written.windows(6).any(|bytes| bytes == b",Caf\xe9,"),
        "{text}"
    );
    let corrected: Vec<u8> = text
        .replace("abc", "5")
        .replace("Box,1,2", "Box,1")
        .into_bytes();
    let lines = lines(&corrected);
    let names = [Some("Acme, Inc."), Some("Box"), Some("Caf\u{fffd}")];
    assert_eq!(
        companies(&lines)
            .iter()
            .map(|(_, name)| *name)
            .collect::<Vec<_>>(),
        names
    );
}

#[test]
fn rejecting_a_reject_file_replaces_its_line_numbers() {
    let first = reject_file(b"company,employees\nAcme,abc\nBox,1,2\n");
    let second = String::from_utf8(reject_file(&first)).unwrap();
    assert!(
        second.starts_with("line,reason,company,employees\n2,"),
        "{second}"
    );
    assert!(
        second.ends_with(",Box,1,2\n") && second.contains(",Acme,abc\n"),
        "{second}"
    );
}

fn reject_file(file: &[u8]) -> Vec<u8> {
    let file = CompanyCsv::open(file, Encoding::Utf8).unwrap();
    let mut writer = RejectWriter::new(Vec::new(), file.header()).unwrap();
    for line in file {
        if let Line::Reject { line, reason, raw } = line.unwrap() {
            writer.write(line, &reason, &raw).unwrap();
        }
    }
    writer.finish().unwrap()
}

/// A file of any length that is never in memory.
struct Endless {
    rows_left: usize,
    pending: Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.pending.is_empty() && self.rows_left > 0 {
            self.rows_left -= 1;
            self.pending = format!("\"Company, {}\",c{0}.com\r\n", self.rows_left).into_bytes();
        }
        let taken = buffer.len().min(self.pending.len());
        buffer[..taken].copy_from_slice(&self.pending[..taken]);
        self.pending.drain(..taken);
        Ok(taken)
    }
}

#[test]
fn a_hundred_thousand_rows_are_read_as_a_stream() {
    let input = (&b"company,website\r\n"[..]).chain(Endless {
        rows_left: 100_000,
        pending: Vec::new(),
    });
    let file = CompanyCsv::open(input, Encoding::Utf8).unwrap();
    let mut rows = 0;
    let mut last = 1;
    for line in file {
        let Line::Row { line, .. } = line.unwrap() else {
            panic!("a reject")
        };
        assert_eq!(line, last + 1);
        last = line;
        rows += 1;
    }
    assert_eq!(rows, 100_000);
}

#[test]
fn a_read_that_fails_is_an_error_and_not_the_end() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("unplugged"))
        }
    }
    let mut file =
        CompanyCsv::open((&b"company\nAcme\n"[..]).chain(Broken), Encoding::Utf8).unwrap();
    assert!(matches!(file.next(), Some(Ok(Line::Row { line: 2, .. }))));
    assert!(matches!(file.next(), Some(Err(_))));
}

#[test]
fn the_same_company_has_the_same_fingerprint_in_another_file() {
    let first = lines(b"company,website\nAcme,acme.com\n");
    let second = lines(b"\xef\xbb\xbfURL;Batch;Company Name\r\n acme.com ;B2;\"Acme\"\r\n");
    let fingerprint = |line: &Line| match line {
        Line::Row { row, .. } => IntakeRow::fingerprint(row),
        Line::Reject { reason, .. } => panic!("{reason}"),
    };
    assert_eq!(fingerprint(&first[0]), fingerprint(&second[0]));
}
