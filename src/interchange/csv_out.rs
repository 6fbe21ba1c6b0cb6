//! Writing CSV and TSV: cells straight into one buffer, quoted and guarded only where they must be.

use std::io::Write;

use super::guard::is_dangerous;
use crate::error::{Error, Result};

/// Cells on their way out. The buffer grows until [`Self::flush_to`] takes it.
#[derive(Debug)]
pub struct CsvOut {
    pub out: Vec<u8>,
    delimiter: u8,
    raw: bool,
    cells: usize,
    row_start: usize,
}

impl CsvOut {
    /// A writer with a delimiter; `raw` leaves dangerous cells unguarded.
    #[must_use]
    pub fn new(delimiter: u8, raw: bool) -> Self {
        Self { out: Vec::with_capacity(1 << 16), delimiter, raw, cells: 0, row_start: 0 }
    }

    /// Writes a cell of any text.
    pub fn text(&mut self, text: &str) {
        self.next_cell();
        let bytes = text.as_bytes();
        let guarded = !self.raw && is_dangerous(text);
        let delimiter = self.delimiter;
        let must_quote = |b: &u8| matches!(*b, b'"' | b'\n' | b'\r') || *b == delimiter;
        if !bytes.iter().any(must_quote) {
            if guarded {
                self.out.push(b'\'');
            }
            self.out.extend_from_slice(bytes);
            return;
        }
        self.out.push(b'"');
        if guarded {
            self.out.push(b'\'');
        }
        for part in bytes.split_inclusive(|b| *b == b'"') {
            self.out.extend_from_slice(part);
            if part.last() == Some(&b'"') {
                self.out.push(b'"');
            }
        }
        self.out.push(b'"');
    }

    /// Writes a cell of what can't hold a mark of CSV or begin a formula: numbers, dates, uids.
    pub fn plain(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.next_cell();
        write(&mut self.out);
    }

    /// Writes an empty cell.
    pub fn empty(&mut self) {
        self.next_cell();
    }

    /// Ends the row.
    pub fn end(&mut self) {
        // A row of one empty cell would be a blank line, which readers pass over.
        if self.cells == 1 && self.out.len() == self.row_start {
            self.out.extend_from_slice(b"\"\"");
        }
        self.out.push(b'\n');
        self.cells = 0;
        self.row_start = self.out.len();
    }

    /// Takes the rows written so far.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        self.row_start = 0;
        let room = self.out.capacity();
        std::mem::replace(&mut self.out, Vec::with_capacity(room))
    }

    /// Hands the buffer on, between two rows.
    ///
    /// # Errors
    /// The target can't be written.
    pub fn flush_to(&mut self, target: &mut dyn Write) -> Result<()> {
        target
            .write_all(&self.out)
            .map_err(|cause| Error::io("the output can't be written", &cause))?;
        self.out.clear();
        self.row_start = 0;
        Ok(())
    }

    fn next_cell(&mut self) {
        if self.cells > 0 {
            self.out.push(self.delimiter);
        }
        self.cells += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::{Input, RawRow, ReadOptions, Source};
    use super::*;
    use proptest::prelude::*;

    fn written(rows: &[Vec<String>], delimiter: u8, raw: bool) -> Vec<u8> {
        let mut csv = CsvOut::new(delimiter, raw);
        for row in rows {
            for cell in row {
                csv.text(cell);
            }
            csv.end();
        }
        csv.out
    }

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        let row =
            ["a b", "x,y", "5\" screen", "two\nlines", "", "=1", " z", "-5"].map(str::to_owned);
        let out = written(&[row.into()], b',', false);
        assert_eq!(
            String::from_utf8(out).expect("text"),
            "a b,\"x,y\",\"5\"\" screen\",\"two\nlines\",,'=1, z,-5\n"
        );
        let out = written(
            &[vec!["a\tb".into(), "c,d".into(), "=1".into()], vec![String::new()]],
            b'\t',
            true,
        );
        assert_eq!(String::from_utf8(out).expect("text"), "\"a\tb\"\tc,d\t=1\n\"\"\n");
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[\"',;\t\r\n=+@\\-a 0-9\u{1}\u{202e}|]{0,8}",
            1 => "'?=\"[a0]?\"",
            4 => any::<String>().prop_map(|s| s.replace('\0', "")),
        ]
    }

    fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
        (1_usize..5).prop_flat_map(|width| {
            proptest::collection::vec(proptest::collection::vec(cell(), width), 0..6)
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(
            rows in table(),
            delimiter in prop_oneof![Just(b','), Just(b'\t'), Just(b';')],
            raw in any::<bool>(),
        ) {
            let width = rows.first().map_or(1, Vec::len);
            let header: Vec<String> = (0..width).map(|n| format!("h{n}")).collect();
            let all: Vec<Vec<String>> = std::iter::once(header).chain(rows.clone()).collect();
            let out = written(&all, delimiter, raw);
            let input = Input::Stream(Box::new(std::io::Cursor::new(out.clone())));
            let options = ReadOptions { delimiter: Some(delimiter), raw, ..ReadOptions::default() };
            let mut source = Source::open(input, &options).expect("a source");
            let (mut found, mut row) = (Vec::new(), RawRow::default());
            while source.read(&mut row).expect("a row") {
                prop_assert_eq!(&row.fault, &None);
                found.push(row.cells().map(str::to_owned).collect::<Vec<_>>());
            }
            // Rows of blank cells are passed over.
            let want: Vec<Vec<String>> = rows
                .iter()
                .filter(|r| r.iter().any(|c| !c.trim().is_empty()))
                .cloned()
                .collect();
            prop_assert_eq!(found, want);
            // Another reader finds the same cells.
            let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(&out[..]);
            for (record, row) in reader.records().zip(&rows) {
                let record = record.expect("a record");
                let bare = |cell: &str| if raw { cell.to_owned() } else { super::super::unguard(cell).to_owned() };
                prop_assert_eq!(&record.iter().map(bare).collect::<Vec<_>>(), row);
            }
        }
    }
}
