//! A file as rows of cells, whatever its format: read in one pass with memory that doesn't grow
//! with its length.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use super::charset::Charset;
use super::decode::{Decoded, Found};
use super::delimited::Delimited;
use super::dialect::Dialect;
use super::json::JsonRows;
use super::quoting::Quotes;
use super::rejects::{OTHER_REASON, REASON, heard, is_reason, place_of};
use super::spill::Spill;
use super::told::{Columns, Open};
use super::wide::Wide;
use super::{Form, Format};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Place;

/// A row, a cell or an object larger than this is refused: 32 MB.
pub(super) const MAX_ROW: usize = 32 << 20;
/// So much of a file decides about its format and delimiter.
const HEAD: usize = 64 << 10;
/// So many rows are read ahead for what needs a whole column.
const SAMPLE_ROWS: usize = 1000;

/// One row of a file: its cells in the order of the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawRow {
    /// Line of the file where it begins, from 1.
    pub line: u64,
    /// Why the row as a whole can't be taken.
    pub fault: Option<String>,
    text: String,
    ends: Vec<usize>,
    /// Columns whose cells are in rolo's own form (`label:value; …`), whoever wrote the file.
    exact: Vec<usize>,
    /// Where it stood when an import rejected it.
    pub place: Option<Place>,
    /// The JSON object as it stands in the file, where that was asked for.
    pub(super) object: String,
}

impl RawRow {
    /// The text of a cell; empty where the row has none.
    #[must_use]
    pub fn cell(&self, column: usize) -> &str {
        let Some(&end) = self.ends.get(column) else { return "" };
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start..end]
    }

    /// Bytes of all cells.
    pub(super) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// How many cells there are; may be less or more than the header has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no cell at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|column| self.cell(column))
    }

    /// Whether the cell is in rolo's own form.
    #[must_use]
    pub fn is_exact(&self, column: usize) -> bool {
        !self.exact.is_empty() && self.exact.contains(&column)
    }

    /// The row with the cells that are one of these emptied; `None` where none is.
    pub(super) fn without(&self, blanks: &[String]) -> Option<Self> {
        let is_blank = |cell: &str| blanks.iter().any(|b| b == cell.trim());
        if blanks.is_empty() || !self.cells().any(is_blank) {
            return None;
        }
        let mut row = Self::default();
        row.begin(self.line);
        for cell in self.cells() {
            row.push(if is_blank(cell) { "" } else { cell });
        }
        row.exact.clone_from(&self.exact);
        row.place = self.place;
        Some(row)
    }

    /// Bytes that it takes, about.
    pub(super) fn size(&self) -> usize {
        self.text.len() + self.object.len() + 8 * self.ends.len() + 64
    }

    /// Appends the row as bytes.
    pub(super) fn save(&self, out: &mut Vec<u8>) {
        let mut number = |n: usize| out.extend_from_slice(&(n as u64).to_le_bytes());
        let fault = self.fault.as_deref().unwrap_or_default();
        let has_fault = usize::from(self.fault.is_some());
        let line = usize::try_from(self.line).unwrap_or(usize::MAX);
        let (ends, exact, text) = (self.ends.len(), self.exact.len(), self.text.len());
        let sizes = [line, has_fault, fault.len(), ends, exact, text, self.object.len()];
        sizes.into_iter().chain(self.ends.iter().copied()).for_each(&mut number);
        self.exact.iter().copied().for_each(number);
        out.extend_from_slice(fault.as_bytes());
        out.extend_from_slice(self.text.as_bytes());
        out.extend_from_slice(self.object.as_bytes());
    }

    /// Takes over a row from the beginning of bytes, and how many they are; `None` where the bytes
    /// end before it does.
    pub(super) fn load(&mut self, bytes: &[u8]) -> Option<usize> {
        let number = |at: usize| -> Option<usize> {
            let bytes = bytes.get(at * 8..at * 8 + 8)?.try_into().ok()?;
            usize::try_from(u64::from_le_bytes(bytes)).ok()
        };
        let [line, has_fault, fault, ends, exact, text] =
            [number(0)?, number(1)?, number(2)?, number(3)?, number(4)?, number(5)?];
        let object = number(6)?;
        let numbers = 7 + ends + exact;
        let start = numbers * 8;
        let whole = bytes.get(start..start + fault + text + object)?;
        let (fault, rest) = whole.split_at(fault);
        let (text, object) = rest.split_at(text);
        self.begin(line as u64);
        self.ends.extend((7..7 + ends).filter_map(number));
        self.exact.extend((7 + ends..numbers).filter_map(number));
        self.object.push_str(std::str::from_utf8(object).ok()?);
        self.text.push_str(std::str::from_utf8(text).ok()?);
        self.fault = (has_fault == 1).then(|| String::from_utf8_lossy(fault).into_owned());
        Some(start + whole.len())
    }

    /// Empties the row for another one.
    pub(super) fn begin(&mut self, line: u64) {
        self.line = line;
        self.fault = None;
        self.place = None;
        self.object.clear();
        self.text.clear();
        self.ends.clear();
        self.exact.clear();
    }

    /// Takes the cell of a column out, where the row ends with it.
    fn drop_cell(&mut self, column: usize) {
        if self.ends.len() == column + 1 {
            self.ends.pop();
            self.text.truncate(self.ends.last().copied().unwrap_or(0));
        }
    }

    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    pub(super) fn push_exact(&mut self, cell: &str) {
        self.exact.push(self.ends.len());
        self.push(cell);
    }

    /// Takes over cells that lie one behind the other.
    pub(super) fn set(&mut self, text: &str, ends: &[usize]) {
        self.text.push_str(text);
        self.ends.extend_from_slice(ends);
    }
}

/// Where a file comes from.
pub enum Input {
    File(File),
    /// Standard input, or anything else that can be read once.
    Stream(Box<dyn Read + Send>),
}

impl Input {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// It can't be opened.
    pub fn open(path: &str) -> Result<Self> {
        if path == "-" {
            return Ok(Self::Stream(Box::new(std::io::stdin())));
        }
        let refused = |cause: &dyn std::fmt::Display| {
            Error::usage(format!("`{path}` can't be read: {cause}"))
        };
        let file = File::open(path).map_err(|cause| refused(&cause))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            return Err(refused(&"it is a folder"));
        }
        Ok(Self::File(file))
    }

    /// Bytes of the file, where that is known.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::File(file) => {
                file.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len())
            }
            Self::Stream(_) => None,
        }
    }
}

/// What was asked for; the rest is found out.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions {
    pub form: Option<Form>,
    pub delimiter: Option<u8>,
    pub charset: Option<Charset>,
    pub quotes: Option<Quotes>,
    /// Rows keep the JSON object that they were, so that they can be written as it.
    pub objects: bool,
    /// Cells stay as they are written: the `'` of guarded ones, the `="…"` of spreadsheets.
    pub raw: bool,
}

enum Rows {
    Delimited(Box<Delimited>),
    Json(Box<JsonRows>),
    Wide(Box<Wide>),
}

/// The rows of a file.
pub struct Source {
    rows: Rows,
    form: Form,
    found: Arc<Found>,
    ahead: Spill,
    sampled: bool,
    watched: Option<Columns>,
    /// Its last column holds reasons for which rolo rejected the rows: none of the data.
    reasons: bool,
}

impl Source {
    /// Opens a file as rows. JSON is read through once for its keys, and spooled for that where
    /// the input can be read only once.
    ///
    /// # Errors
    /// The file is empty, in another encoding, or broken from its start.
    pub fn open(input: Input, options: &ReadOptions) -> Result<Self> {
        let (mut file, input): (Option<File>, Box<dyn Read + Send>) = match input {
            Input::File(file) => {
                let same = file.try_clone().map_err(|e| Error::io("the file", &e))?;
                (Some(file), Box::new(same))
            }
            Input::Stream(stream) => (None, stream),
        };
        let unread = |cause: std::io::Error| Error::io("the file can't be read", &cause);
        let (mut text, found) = Decoded::new(input, options.charset).map_err(unread)?;
        let mut head = Vec::with_capacity(HEAD);
        (&mut text).take(HEAD as u64).read_to_end(&mut head).map_err(unread)?;
        let whole = head.len() < HEAD;
        let form = options.form.unwrap_or_else(|| sniff(&head));
        let rows = match form {
            Form::Csv | Form::Tsv => {
                let tab = (form == Form::Tsv).then_some(b'\t');
                let dialect = Dialect::of(&head, whole, options.delimiter.or(tab), options.quotes);
                let text = Box::new(text);
                let found = Arc::clone(&found);
                let rows = Delimited::new(head, text, found, dialect, options.raw)?;
                Rows::Delimited(Box::new(rows))
            }
            Form::Json | Form::Jsonl => {
                let seekable = file.as_mut().is_some_and(|f| f.stream_position().is_ok());
                let spooled = match file {
                    Some(file) if seekable && found.charset() == Charset::UTF8 => file,
                    _ => spool(&head, &mut text)?,
                };
                Rows::Json(Box::new(JsonRows::new(spooled, form, options.objects)?))
            }
        };
        let mut source = Self {
            rows,
            form,
            found,
            ahead: Spill::default(),
            sampled: false,
            watched: None,
            reasons: false,
        };
        source.set_reasons_aside()?;
        Ok(source)
    }

    /// What is found out about the bytes.
    pub(super) fn found(&self) -> Arc<Found> {
        self.found.clone()
    }

    /// The encoding that was asked for or found; UTF-8 while all that was read is ASCII.
    #[must_use]
    pub fn charset(&self) -> Charset {
        self.found.charset()
    }

    /// Rows that another source is cut into.
    pub(super) fn of_wide(wide: Wide) -> Self {
        Self {
            found: wide.found(),
            rows: Rows::Wide(Box::new(wide)),
            form: Form::Csv,
            ahead: Spill::default(),
            sampled: false,
            watched: None,
            reasons: false,
        }
    }

    /// The format that was asked for or found.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Whether it holds JSON, which has numbers of its own.
    #[must_use]
    pub fn is_json(&self) -> bool {
        matches!(self.rows, Rows::Json(_))
    }

    /// The delimiter of a delimited file.
    #[must_use]
    pub fn delimiter(&self) -> Option<u8> {
        match &self.rows {
            Rows::Delimited(rows) => Some(rows.delimiter()),
            Rows::Json(_) | Rows::Wide(_) => None,
        }
    }

    /// How quotes are written in a delimited file, where it isn't as usual.
    #[must_use]
    pub fn odd_quotes(&self) -> Option<Quotes> {
        match &self.rows {
            Rows::Delimited(rows) => Some(rows.quotes()).filter(|q| *q != Quotes::Doubled),
            Rows::Json(_) | Rows::Wide(_) => None,
        }
    }

    /// The names of the columns, as they stand in the file.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        let all = match &self.rows {
            Rows::Delimited(rows) => rows.headers(),
            Rows::Json(rows) => rows.headers(),
            Rows::Wide(rows) => rows.headers(),
        };
        &all[..all.len() - usize::from(self.reasons)]
    }

    /// Bytes read so far, for a progress bar.
    #[must_use]
    pub fn position(&self) -> u64 {
        match &self.rows {
            Rows::Delimited(_) => self.found.bytes(),
            Rows::Json(rows) => rows.position(),
            Rows::Wide(rows) => rows.position(),
        }
    }

    /// The first rows, read ahead: what needs a look at a whole column is decided from them. They
    /// come again by [`Self::read`]. To be called before any row is read.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn sample(&mut self) -> Result<&[RawRow]> {
        if !self.sampled {
            self.sampled = true;
            let mut row = RawRow::default();
            let mut rows = 0;
            while rows < SAMPLE_ROWS && self.ahead.has_room() && self.rows.read(&mut row)? {
                rows += 1;
                self.ahead.put(&row)?;
            }
        }
        Ok(self.ahead.in_memory())
    }

    /// Has columns watched: before a row comes of which a cell could be read two ways, the rows
    /// behind it are looked at until one tells, or all have been seen.
    pub(super) fn watch(&mut self, columns: Columns) {
        if self.reasons {
            let sample = self.ahead.in_memory().to_vec();
            for row in &sample {
                self.hear(&columns, row);
            }
        }
        self.watched = Some(columns);
    }

    /// Takes over what a row's reason says of how its cells were read when it was rejected.
    fn hear(&self, columns: &Columns, row: &RawRow) {
        if !self.reasons {
            return;
        }
        let headers = self.headers();
        for (header, way) in heard(row.cell(headers.len())) {
            if let Some(column) = headers.iter().position(|h| h == header) {
                columns.hear(column, way);
            }
        }
    }

    /// Reads on until a column has told how it is written; the rows come again in their turn.
    fn look_ahead(&mut self, columns: &Columns, what: Open) -> Result<()> {
        let mut row = RawRow::default();
        while columns.is_unsettled(what) {
            if !self.rows.read(&mut row)? {
                columns.all_seen();
                break;
            }
            columns.observe_row(&row);
            self.hear(columns, &row);
            self.ahead.put(&row)?;
        }
        Ok(())
    }

    /// Reads the next row into `row`, whose memory is used again; false at the end. A row that is
    /// bad in itself comes with its [`RawRow::fault`].
    ///
    /// # Errors
    /// The file can't be read on: a quote that never closes, bytes that aren't UTF-8, broken JSON.
    pub fn read(&mut self, row: &mut RawRow) -> Result<bool> {
        if !self.ahead.take(row)? && !self.rows.read(row)? {
            return Ok(false);
        }
        if let Some(columns) = self.watched.take() {
            self.hear(&columns, row);
            while let Some(what) = columns.asked_by(row) {
                self.look_ahead(&columns, what)?;
            }
            self.watched = Some(columns);
        }
        if self.reasons {
            let reason = self.headers().len();
            row.place = place_of(row.cell(reason));
            row.drop_cell(reason);
        }
        Ok(true)
    }

    /// Leaves out the last column where it is the one that `--rejects` wrote.
    fn set_reasons_aside(&mut self) -> Result<()> {
        let last = self.headers().len().saturating_sub(1);
        if last == 0 || ![REASON, OTHER_REASON].contains(&self.headers()[last].as_str()) {
            return Ok(());
        }
        let sample = self.sample()?;
        let is_whole = sample.len() < SAMPLE_ROWS;
        let mut said = sample.iter().map(|r| r.cell(last)).filter(|c| !c.is_empty()).peekable();
        let is_any = said.peek().is_some();
        self.reasons = said.all(is_reason) && (is_any || is_whole);
        Ok(())
    }
}

impl Rows {
    fn read(&mut self, row: &mut RawRow) -> Result<bool> {
        match self {
            Self::Delimited(rows) => rows.read(row),
            Self::Json(rows) => rows.read(row),
            Self::Wide(rows) => rows.read(row),
        }
    }
}

/// An error about a place of the file.
pub(super) fn broken(line: u64, what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Invalid, format!("line {line}: {what}"))
}

/// The format that the first character tells.
fn sniff(head: &[u8]) -> Form {
    let Some(at) = head.iter().position(|b| !b.is_ascii_whitespace()) else { return Form::Csv };
    match head[at] {
        b'{' => Form::Json,
        // `[id],name` is a header; an array holds objects, or nothing.
        b'[' => match head[at + 1..].iter().find(|b| !b.is_ascii_whitespace()) {
            Some(b'{' | b']') => Form::Json,
            _ => Form::Csv,
        },
        _ => Form::Csv,
    }
}

/// Puts a stream into a file without a name, to be read more than once.
fn spool(head: &[u8], rest: &mut dyn Read) -> Result<File> {
    let failed = |cause: std::io::Error| Error::io("the input can't be spooled", &cause);
    let mut file = tempfile::tempfile().map_err(failed)?;
    std::io::copy(&mut head.chain(rest), &mut file).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(file)
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("form", &self.form).finish_non_exhaustive()
    }
}

impl Form {
    /// The format's entry in the table.
    #[must_use]
    pub fn format(self) -> &'static Format {
        super::FORMATS.iter().find(|f| f.form == self).unwrap_or(&super::FORMATS[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_can_be_read_in_another_thread() {
        fn is_send<T: Send>() {}
        is_send::<Source>();
        is_send::<super::super::RowParser<'static>>();
    }

    #[test]
    fn rows_read_ahead_come_again() {
        let text = "a\n1\n2\n3\n";
        let input = Input::Stream(Box::new(text.as_bytes()));
        let mut source = Source::open(input, &ReadOptions::default()).expect("a source");
        assert_eq!(source.sample().expect("a sample").len(), 3);
        let (mut lines, mut row) = (Vec::new(), RawRow::default());
        while source.read(&mut row).expect("a row") {
            lines.push(row.line);
        }
        assert_eq!(lines, [2, 3, 4]);
    }

    #[test]
    fn the_format_is_told_by_the_first_character() {
        assert_eq!(sniff(b" \n{\"a\":1}"), Form::Json);
        assert_eq!(sniff(b"[ {\"a\":1}]"), Form::Json);
        assert_eq!(sniff(b"[id],name\n"), Form::Csv);
        assert_eq!(sniff(b""), Form::Csv);
    }

    #[test]
    fn a_missing_file_is_a_wrong_command_line() {
        let error = Input::open("/nowhere/x.csv").err().expect("an error");
        assert_eq!(error.kind, ErrorKind::Usage);
    }
}
