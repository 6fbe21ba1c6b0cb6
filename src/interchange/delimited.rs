//! Reading CSV and TSV: every cell of every row, with the line where a row begins, and faults that
//! name their place.

use std::io::Read;
use std::sync::Arc;

use csv_core::{ReadRecordResult, Reader};

use super::charset::{Charset, readings};
use super::decode::Found;
use super::dialect::Dialect;
use super::guard::unguard;
use super::quoting::{Quotes, Unescape, against};
use super::source::{MAX_ROW, RawRow, broken};
use super::squeeze::Squeeze;
use crate::error::{Error, Result};

const CHUNK: usize = 64 << 10;

/// The rows of a delimited file.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of the file or its piece")]
pub(super) struct Delimited {
    input: Box<dyn Read + Send>,
    chunk: Vec<u8>,
    /// What of the chunk hasn't been read yet.
    start: usize,
    at_end: bool,
    core: Reader,
    squeeze: Option<Squeeze>,
    unescape: Option<Unescape>,
    quotes: Quotes,
    quote: u8,
    /// In this piece a backslash stands before a quote, which the beginning of the file didn't show.
    suspicious: bool,
    /// A file of rolo's own, which has each cell to the letter.
    own: bool,
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Line at `start`, from 1; CR, LF and CRLF each end one.
    line: u64,
    after_cr: bool,
    found: Arc<Found>,
    delimiter: u8,
    raw: bool,
    headers: Vec<String>,
}

/// What a column without a name is called.
fn nameless(at: usize) -> String {
    format!("column {}", at + 1)
}

/// Whether a column has no name: lines that end with a comma have such a last one.
pub(super) fn is_nameless(headers: &[String], at: usize) -> bool {
    headers[at] == nameless(at)
}

/// The size of a record as it came from the parser.
struct Cut {
    line: u64,
    text: usize,
    cells: usize,
    /// Where it began in the piece that is at hand, if all of it is in there.
    from: Option<usize>,
}

impl Delimited {
    /// Reads the header of a file that begins with `head` and goes on with `input`.
    pub(super) fn new(
        head: Vec<u8>,
        input: Box<dyn Read + Send>,
        found: Arc<Found>,
        dialect: Dialect,
        raw: bool,
    ) -> Result<Self> {
        let mut made = Self {
            input,
            chunk: head,
            start: dialect.skip,
            at_end: false,
            core: dialect.reader(),
            squeeze: None,
            unescape: None,
            quotes: dialect.quotes(),
            quote: dialect.quote,
            suspicious: false,
            own: false,
            text: vec![0; CHUNK],
            ends: vec![0; 64],
            line: dialect.line,
            after_cr: false,
            found,
            delimiter: dialect.delimiter,
            raw,
            headers: Vec::new(),
        };
        if let Some(doubled) = dialect.escaped {
            let mut unescape = Unescape::new(dialect.delimiter, dialect.quote, doubled);
            made.chunk = unescape.unescape(&made.chunk[made.start..]);
            made.start = 0;
            made.unescape = Some(unescape);
        }
        if let Some(all) = dialect.spaced {
            let mut squeeze = Squeeze::new(dialect.delimiter, dialect.quote, all);
            made.chunk = squeeze.squeeze(&made.chunk[made.start..]);
            made.start = 0;
            made.squeeze = Some(squeeze);
        }
        let mut row = RawRow::default();
        if !made.read_any(&mut row)? {
            return Err(Error::invalid("the file is empty: it has no header")
                .hint("the first row names the columns"));
        }
        made.headers = row
            .cells()
            .enumerate()
            .map(|(at, name)| match name.trim() {
                "" => nameless(at),
                name => name.to_owned(),
            })
            .collect();
        made.own = made.headers.iter().any(|h| h == "uid");
        Ok(made)
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    pub(super) fn quotes(&self) -> Quotes {
        self.quotes
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The next row that isn't blank. One shorter than the header lacks empty cells at its end; one
    /// that is longer has a fault, unless what is too much is empty.
    pub(super) fn read(&mut self, row: &mut RawRow) -> Result<bool> {
        let width = self.headers.len();
        loop {
            if !self.read_any(row)? {
                return Ok(false);
            }
            if row.len() > width && row.cells().skip(width).any(|c| !c.trim().is_empty()) {
                row.fault = Some(format!(
                    "it has {} cells where the header has {width}: is a quote or a delimiter missing?",
                    row.len()
                ));
                return Ok(true);
            }
            // Spreadsheets leave rows of empty cells behind.
            if row.cells().any(|c| !c.trim().is_empty()) {
                return Ok(true);
            }
        }
    }

    fn read_any(&mut self, row: &mut RawRow) -> Result<bool> {
        let Some(cut) = self.record()? else { return Ok(false) };
        let is_broken = self.suspicious && self.is_broken(&cut);
        let ends = &self.ends[..cut.cells];
        let bytes = &self.text[..cut.text];
        let text =
            std::str::from_utf8(bytes).map_err(|bad| self.not_utf8(&cut, bad.valid_up_to()))?;
        if let Some(end) = ends.iter().find(|end| !text.is_char_boundary(**end)) {
            return Err(self.not_utf8(&cut, end - 1));
        }
        if let Some(at) = bytes.iter().position(|b| *b == 0) {
            return Err(broken(self.line_of(&cut, at), "a NUL byte stands in the text")
                .hint("take it out; if it is another encoding, name it with `--encoding`"));
        }
        row.begin(cut.line);
        let has_formula = !self.own && bytes.contains(&b'=');
        if self.raw || !(has_formula || bytes.contains(&b'\'')) {
            row.set(text, ends);
        } else {
            let mut start = 0;
            for end in ends {
                let cell = &text[start..*end];
                let cell = unguard(cell);
                // A cell that was guarded says its formula to the letter.
                let is_whole = has_formula && cell.len() == end - start;
                row.push(if is_whole { unformula(cell) } else { cell });
                start = *end;
            }
        }
        if is_broken {
            row.fault = Some(
                "a backslash stands before a quote: say `--quotes backslash`, or double the quote"
                    .into(),
            );
        }
        // One large row must not cost every later one.
        if self.text.len() > 1 << 20 && cut.text < CHUNK {
            self.text = vec![0; CHUNK];
        }
        Ok(true)
    }

    /// Parses the next record into `text` and `ends`.
    fn record(&mut self) -> Result<Option<Cut>> {
        if !self.skip_line_ends()? {
            return Ok(None);
        }
        let mut cut = Cut { line: self.line, text: 0, cells: 0, from: Some(self.start) };
        loop {
            if self.start == self.chunk.len() && !self.at_end {
                self.fill()?;
                cut.from = None;
            }
            // Behind the last byte a line end closes the record, unless a quote is open.
            let last = self.at_end && self.start == self.chunk.len();
            let input = if last { b"\n".as_slice() } else { &self.chunk[self.start..] };
            let (result, read, wrote, ended) = self.core.read_record(
                input,
                &mut self.text[cut.text..],
                &mut self.ends[cut.cells..],
            );
            cut.text += wrote;
            cut.cells += ended;
            if !last {
                self.advance(read);
            }
            match result {
                ReadRecordResult::Record => return Ok(Some(cut)),
                ReadRecordResult::InputEmpty if last => return Err(self.unclosed(&cut)),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    if cut.text >= MAX_ROW {
                        return Err(self.too_large(&cut));
                    }
                    self.text.resize(self.text.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// Whether a cell of a record goes on behind its quote, as it does where a backslash stands
    /// before one that belongs to the text.
    fn is_broken(&self, cut: &Cut) -> bool {
        let Some(from) = cut.from else { return false };
        let bytes = &self.chunk[from..self.start];
        let broken = |escaped| against(bytes, self.delimiter, self.quote, escaped, false).broken;
        broken(false) > broken(true)
    }

    /// Passes blank lines, so that a record's line is that of its first character; false at the end
    /// of the file.
    fn skip_line_ends(&mut self) -> Result<bool> {
        loop {
            let blank =
                self.chunk[self.start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            self.advance(blank);
            if self.start < self.chunk.len() {
                return Ok(true);
            }
            if self.at_end {
                return Ok(false);
            }
            self.fill()?;
        }
    }

    /// Reads the next piece; it is empty at the end alone.
    fn fill(&mut self) -> Result<()> {
        self.start = 0;
        loop {
            self.chunk.resize(CHUNK, 0);
            let read = loop {
                match self.input.read(&mut self.chunk) {
                    Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                    read => {
                        break read.map_err(|cause| Error::io("the file can't be read", &cause))?;
                    }
                }
            };
            self.chunk.truncate(read);
            self.at_end = read == 0;
            self.suspicious = self.quotes == Quotes::Doubled
                && self.chunk.contains(&b'\\')
                && self.chunk.windows(2).any(|w| w == [b'\\', self.quote]);
            if let Some(unescape) = &mut self.unescape {
                self.chunk = unescape.unescape(&self.chunk);
            }
            if let Some(squeeze) = &mut self.squeeze {
                self.chunk = squeeze.squeeze(&self.chunk);
            }
            if self.at_end || !self.chunk.is_empty() {
                return Ok(());
            }
        }
    }

    /// Takes bytes of the chunk as read and counts their lines.
    fn advance(&mut self, by: usize) {
        let passed = &self.chunk[self.start..self.start + by];
        let (lines, after_cr) = line_ends(passed, self.after_cr);
        self.line += lines;
        self.after_cr = after_cr;
        self.start += by;
    }

    /// The line of a byte of the record's text. The text has lost its quotes, never a line end.
    fn line_of(&self, cut: &Cut, at: usize) -> u64 {
        cut.line + line_ends(&self.text[..at], false).0
    }

    /// The line where the record's last cell begins.
    fn last_cell(&self, cut: &Cut) -> u64 {
        let before = cut.cells.checked_sub(1).map_or(0, |last| self.ends[last]);
        self.line_of(cut, before)
    }

    fn unclosed(&self, cut: &Cut) -> Error {
        broken(self.last_cell(cut), "the quote that opens here is never closed")
            .hint("close it, and double a quote that belongs to the text: `\"5\"\" screen\"`")
    }

    fn too_large(&self, cut: &Cut) -> Error {
        let cell = self.last_cell(cut);
        broken(cut.line, format!("the row is larger than {} MB", MAX_ROW >> 20))
            .hint(format!("is a quote that opens on line {cell} never closed?"))
    }

    fn not_utf8(&self, cut: &Cut, at: usize) -> Error {
        let column = self.ends[..cut.cells].iter().take_while(|end| **end <= at).count();
        let place = match self.headers.get(column) {
            Some(name) => format!(" in the column `{name}`"),
            None => String::new(),
        };
        let line = self.line_of(cut, at);
        let charset = self.found.charset();
        if charset != Charset::UTF8 {
            let name = charset.name();
            return broken(line, format!("what stands{place} is not {name}"))
                .hint(format!("is it another encoding? name it with `--encoding`: {KNOWN}"));
        }
        let byte = self.text[at];
        let error = broken(line, format!("the byte {byte:02X}{place} is not UTF-8"));
        if !self.found.is_undecided() {
            return error.hint("mend that place, or name the encoding with `--encoding`");
        }
        let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        let end = self.ends[..cut.cells].get(column).map_or(cut.text, |end| *end);
        let near = &self.text[start.max(at.saturating_sub(20))..end.min(at + 20).max(at + 1)];
        let read = readings(near);
        error.hint(format!("say what it is with `--encoding`: {read}"))
    }
}

/// The text of `="00123"`, as spreadsheets keep digits from becoming a number.
fn unformula(cell: &str) -> &str {
    let inside = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inside.filter(|text| !text.contains('"')).unwrap_or(cell)
}

/// Names of encodings, for hints.
const KNOWN: &str = "`windows-1252`, `windows-1251`, `windows-1250`, `koi8-r`, `ibm866`, …";

/// How many lines end within the bytes, and whether the last byte is a CR; the LF of a CRLF that
/// was cut in two doesn't count again.
fn line_ends(bytes: &[u8], after_cr: bool) -> (u64, bool) {
    let Some(last) = bytes.last() else { return (0, after_cr) };
    let feeds: u64 = bytes.iter().map(|b| u64::from(*b == b'\n')).sum();
    if !bytes.contains(&b'\r') {
        return (feeds - u64::from(after_cr && bytes[0] == b'\n'), false);
    }
    let mut returns = 0;
    let mut pairs = u64::from(after_cr && bytes[0] == b'\n');
    for pair in bytes.windows(2) {
        returns += u64::from(pair[0] == b'\r');
        pairs += u64::from(pair == b"\r\n");
    }
    returns += u64::from(*last == b'\r');
    (feeds + returns - pairs, *last == b'\r')
}

#[cfg(test)]
mod tests {
    use super::super::source::{Input, ReadOptions, Source};
    use super::*;
    use proptest::prelude::*;

    fn source(text: &[u8], raw: bool) -> Result<Source> {
        let input = Input::Stream(Box::new(std::io::Cursor::new(text.to_vec())));
        Source::open(input, &ReadOptions { raw, ..ReadOptions::default() })
    }

    fn rows(text: &[u8]) -> Result<Vec<RawRow>> {
        let mut source = source(text, false)?;
        let mut rows = Vec::new();
        let mut row = RawRow::default();
        while source.read(&mut row)? {
            rows.push(row.clone());
        }
        Ok(rows)
    }

    fn lines(text: &str) -> Vec<(u64, Vec<String>)> {
        let rows = rows(text.as_bytes()).expect("rows");
        rows.iter().map(|r| (r.line, r.cells().map(str::to_owned).collect())).collect()
    }

    fn fails(text: &[u8]) -> String {
        rows(text).expect_err("an error").message
    }

    #[test]
    fn rows_know_the_line_where_they_begin() {
        let text = "a,b\n1,\"x\ny\"\n\n\n2,z\n \n3,w";
        let want = [(2, ["1", "x\ny"]), (6, ["2", "z"]), (8, ["3", "w"])];
        for ends in ["\n", "\r\n", "\r"] {
            let found = lines(&text.replace('\n', ends));
            let found: Vec<(u64, [String; 2])> = found
                .into_iter()
                .map(|(l, c)| (l, [c[0].clone(), c[1].replace(ends, "\n")]))
                .collect();
            assert_eq!(found, want.map(|(l, c)| (l, c.map(str::to_owned))), "{ends:?}");
        }
        let mixed = lines("a,b\r1,2\r\n3,4\n5,6\r\r\n7,8");
        assert_eq!(mixed.iter().map(|r| r.0).collect::<Vec<_>>(), [2, 3, 4, 6]);
    }

    #[test]
    fn an_unclosed_quote_is_named_by_the_line_where_it_opens() {
        assert_eq!(
            fails(b"a,b\n1,2\n\"x\ny\",\"open\n3,4\n5,6\n"),
            "line 4: the quote that opens here is never closed"
        );
        assert_eq!(fails(b"a,\"b\n1"), "line 1: the quote that opens here is never closed");
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_their_line() {
        assert_eq!(
            fails(b"a,name\n1,\"x\n\xe9\"\n"),
            "line 3: the byte E9 in the column `name` is not UTF-8"
        );
        assert_eq!(
            fails(b"a,b\n1,\xc3,\xa9\n"),
            "line 2: the byte C3 in the column `b` is not UTF-8"
        );
        assert_eq!(fails(b"a,b\n1,x\n2,\0\n"), "line 3: a NUL byte stands in the text");
    }

    #[test]
    fn a_row_that_is_too_long_is_a_fault_and_a_short_one_is_filled() {
        let rows = rows(b"a,b,\n1\n1,2,,\n1,2,3,4\n5,6\n").expect("rows");
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0].cell(1), "");
        assert_eq!(rows[1].fault, None);
        assert_eq!(
            rows[2].fault.as_deref(),
            Some("it has 4 cells where the header has 3: is a quote or a delimiter missing?")
        );
        assert_eq!(rows[3].fault, None);
    }

    #[test]
    fn guarded_cells_lose_their_mark_unless_raw() {
        let text = b"a,b\n'=1+1,'quoted'\n";
        assert_eq!(rows(text).expect("rows")[0].cell(0), "=1+1");
        assert_eq!(rows(text).expect("rows")[0].cell(1), "'quoted'");
        let mut row = RawRow::default();
        assert!(source(text, true).expect("a source").read(&mut row).expect("a row"));
        assert_eq!(row.cell(0), "'=1+1");
    }

    #[test]
    fn wide_and_large_files_are_read() {
        let wide = vec!["x"; 20_000].join(",");
        let found = rows(format!("{wide}\n{wide}\n").as_bytes()).expect("rows");
        assert_eq!(found[0].len(), 20_000);
        let large = "y".repeat(16 << 20);
        let found = rows(format!("a,b\n1,{large}\n2,z\n").as_bytes()).expect("rows");
        assert_eq!((found[0].cell(1).len(), found[1].cell(1)), (16 << 20, "z"));
        let huge = format!("a,b\n1,\"{}", "z\n".repeat(17 << 20));
        assert_eq!(fails(huge.as_bytes()), "line 2: the row is larger than 32 MB");
    }

    #[test]
    fn quotes_that_others_write_otherwise_are_understood() {
        for (text, want) in [
            ("a,b\n\"x \\\"y, z\\\" \",1\n\"u\",2\n", ["x \"y, z\" ", "1"]),
            ("a,b\n\"C:\\\",1\n\"D:\\\",2\n", ["C:\\", "1"]),
            ("'a','b'\n'x, y','it''s'\n", ["x, y", "it's"]),
            ("a, \"b\"\nx, \"y, z\"\n", ["x", "y, z"]),
            ("\"a\" ; \"b\"\n\"x\" ; \"y; z\"\n", ["x", "y; z"]),
            ("a,b\n5\" screen,say \"hi\"\n", ["5\" screen", "say \"hi\""]),
            ("a,b\n x , y \n", [" x ", " y "]),
        ] {
            let rows = rows(text.as_bytes()).expect(text);
            assert_eq!([rows[0].cell(0), rows[0].cell(1)], want, "{text}");
        }
    }

    #[test]
    fn a_file_without_a_header_is_refused() {
        assert!(fails(b"").contains("the file is empty"));
        assert!(fails(b"\xef\xbb\xbf\n\n").contains("the file is empty"));
    }

    #[test]
    fn headers_are_trimmed_and_nameless_columns_numbered() {
        let source = source(b"\xef\xbb\xbf name ,,\"x\"\n", false).expect("a source");
        assert_eq!(source.headers(), ["name", "column 2", "x"]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_lines_grow(bytes in proptest::collection::vec(
            prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b'\''), any::<u8>()],
            0..200,
        )) {
            if let Ok(rows) = rows(&bytes) {
                prop_assert!(rows.windows(2).all(|w| w[0].line < w[1].line));
            }
        }
    }
}
