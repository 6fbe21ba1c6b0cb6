//! The one printer: tables, records, notes and errors for people. Whatever comes from a record goes
//! through [`visible`], so that none can move the cursor or forge a line; JSON and CSV carry the
//! true value and are written through [`Printer::out`].

mod table;
pub use crate::entity::width;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use anstyle::{AnsiColor, Style as Ansi};
use serde_json::json;

pub use table::{ColumnHead, Table};
use width::{cut, pad, width, wrap};

use crate::entity::text::{visible, visible_lines};
use crate::error::{Error, ErrorKind, Result, RowError};

/// How to print.
#[allow(clippy::struct_excessive_bools)] // Each is an option of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Colours on standard output.
    pub color: bool,
    /// Colours on standard error.
    pub error_color: bool,
    /// Errors alone go to standard error.
    pub quiet: bool,
    /// Errors are JSON objects.
    pub json_errors: bool,
    /// Columns to keep within; `None`: nothing is cut or wrapped.
    pub width: Option<usize>,
}

/// A line of a record's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub value: String,
    /// Text of several lines, shown below its name.
    pub long: bool,
}

impl Entry {
    /// A value of one line.
    pub fn line(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), long: false }
    }

    /// A text of several lines.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), long: true }
    }
}

/// Writes to standard output, buffered, and to standard error.
pub struct Printer<'a> {
    out: BufWriter<Box<dyn Write + 'a>>,
    err: Box<dyn Write + 'a>,
    style: Style,
}

impl Printer<'static> {
    /// A printer over the process's own outputs.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self::over(io::stdout().lock(), io::stderr(), style)
    }
}

impl<'a> Printer<'a> {
    /// A printer over any two writers: a batch holds its output back, a test reads it.
    pub fn over(out: impl Write + 'a, err: impl Write + 'a, style: Style) -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, Box::new(out)), err: Box::new(err), style }
    }

    #[must_use]
    pub fn style(&self) -> Style {
        self.style
    }

    /// Standard output for what is written to the letter; pass its result through [`wrote`].
    pub fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// A line of standard output for people.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn line(&mut self, text: &str) -> Result<()> {
        wrote(writeln!(self.out, "{}", visible(text)))
    }

    /// Text of the program's own, several lines, as it is.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn page(&mut self, text: &str) -> Result<()> {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        wrote(write!(self.out, "{text}{end}"))
    }

    /// A heading of a page, after an empty line.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn heading(&mut self, text: &str) -> Result<()> {
        let line = self.painted(Ansi::new().bold(), &visible(text));
        wrote(writeln!(self.out, "\n{line}"))
    }

    /// A table to which rows are given one by one.
    pub fn start_table<'p>(&'p mut self, columns: Vec<ColumnHead>) -> Table<'p, 'a> {
        Table::new(self, columns)
    }

    /// A whole table; how many rows it had. Without rows nothing is printed.
    ///
    /// # Errors
    /// Standard output is closed or full, or a row could not be read.
    pub fn table(
        &mut self,
        columns: Vec<ColumnHead>,
        rows: impl IntoIterator<Item = Result<Vec<String>>>,
    ) -> Result<usize> {
        let mut table = self.start_table(columns);
        for row in rows {
            table.row(row?)?;
        }
        table.end()
    }

    /// The page of one record: names aligned, long text below its name.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn key_values(&mut self, entries: &[Entry]) -> Result<()> {
        const GAP: usize = 2;
        let names = entries.iter().filter(|e| !e.long).map(|e| width(&visible(&e.name)));
        let column = names.max().unwrap_or(0);
        let room = self.style.width.map(|all| all.saturating_sub(column + GAP).max(20));
        for entry in entries {
            let name = visible(&entry.name);
            let dim = Ansi::new().dimmed();
            if entry.long {
                let text = visible_lines(entry.value.trim_end_matches('\n'));
                let name = self.painted(dim, &name);
                wrote(writeln!(self.out, "{name}"))?;
                let room = self.style.width.map(|all| all.saturating_sub(GAP).max(20));
                for line in text.split('\n').flat_map(|line| wrap(line, room)) {
                    let line = format!("  {line}");
                    wrote(writeln!(self.out, "{}", line.trim_end()))?;
                }
                continue;
            }
            let name = self.painted(dim, &pad(&name, column, false));
            let value = visible(&entry.value);
            let mut lines = wrap(&value, room).into_iter();
            wrote(writeln!(self.out, "{name}  {}", lines.next().unwrap_or_default()))?;
            for line in lines {
                wrote(writeln!(self.out, "{}{line}", " ".repeat(column + GAP)))?;
            }
        }
        Ok(())
    }

    /// A line for people on standard error, unless they asked for quiet.
    pub fn note(&mut self, text: &str) {
        if !self.style.quiet {
            self.tell(&format!("{}\n", visible_lines(text)));
        }
    }

    /// A question on standard error, without an end of line.
    pub fn ask(&mut self, question: &str) {
        self.tell(&format!("{} ", visible(question)));
    }

    /// An error on standard error: for people, or as the JSON object of the contract.
    pub fn error(&mut self, error: &Error) {
        if matches!(error.kind, ErrorKind::ClosedPipe | ErrorKind::Signal(_)) {
            return;
        }
        let text = if self.style.json_errors {
            format!("{}\n", error_json(error))
        } else {
            self.error_text(error)
        };
        self.tell(&text);
    }

    fn error_text(&self, error: &Error) -> String {
        let word = |word: &'static str, color: AnsiColor| {
            let style = color.on_default().bold();
            if self.style.error_color { format!("{style}{word}{style:#}") } else { word.to_owned() }
        };
        let mut text =
            format!("{} {}\n", word("error:", AnsiColor::Red), visible_lines(&error.message));
        for row in &error.rows {
            text.push_str(&row_text(row));
        }
        if let Some(hint) = &error.hint {
            let _ = writeln!(text, "{} {}", word("hint:", AnsiColor::Cyan), visible_lines(hint));
        }
        text
    }

    /// What is on standard output goes first, so that a terminal shows both in order. A failure of
    /// standard error has nowhere to be told.
    fn tell(&mut self, text: &str) {
        let _ = self.out.flush();
        let _ = self.err.write_all(text.as_bytes());
        let _ = self.err.flush();
    }

    /// Writes out what is buffered. To be called before the process ends.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn finish(&mut self) -> Result<()> {
        wrote(self.out.flush())
    }

    fn painted(&self, style: Ansi, text: &str) -> String {
        if self.style.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// The result of a write to standard output: a closed pipe stays one, anything else names it.
///
/// # Errors
/// The write failed.
pub fn wrote(result: io::Result<()>) -> Result<()> {
    result.map_err(|cause| Error::io("can't write to standard output", &cause))
}

/// A refused row for people; a long cell is cut.
fn row_text(row: &RowError) -> String {
    let mut place = format!("line {}", row.line);
    if !row.column.is_empty() {
        let _ = write!(place, ", {}", visible(&row.column));
    }
    if !row.value.is_empty() {
        let head: String = row.value.chars().take(200).collect();
        let _ = write!(place, ", `{}`", cut(&visible(&head), 60));
    }
    format!("  {place}: {}\n", visible(&row.reason))
}

/// The JSON object of an error.
fn error_json(error: &Error) -> String {
    let rows: Vec<_> = error
        .rows
        .iter()
        .map(|r| json!({"line": r.line, "column": r.column, "value": r.value, "reason": r.reason}))
        .collect();
    let object = json!({"error": {
        "code": error.kind.code(),
        "kind": error.kind.word(),
        "message": error.message,
        "hint": error.hint,
        "rows": rows,
    }});
    json_safe(&object.to_string()).into_owned()
}

/// JSON with DEL, C1 and bidi controls as `\u` escapes (serializers escape C0 themselves). Such
/// characters stand inside strings alone, so the whole text can be gone over.
#[must_use]
pub fn json_safe(json: &str) -> Cow<'_, str> {
    let is_unsafe = |c: char| {
        matches!(c, '\x7f'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if json.is_ascii() && !json.contains('\x7f') || !json.contains(is_unsafe) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_unsafe(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(style: Style, f: impl FnOnce(&mut Printer)) -> (String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut printer = Printer::over(&mut out, &mut err, style);
        f(&mut printer);
        printer.finish().unwrap();
        drop(printer);
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn an_error_has_its_rows_and_its_hint() {
        let row = |line, column: &str, value: &str| RowError {
            line,
            column: column.into(),
            value: value.into(),
            reason: "it is no date".into(),
        };
        let error = Error::invalid("2 rows can't be taken\n  here")
            .hint("mend them")
            .rows(vec![row(3, "closes", "soon\x1b[2J"), row(9, "", "")]);
        let (out, err) = printed(Style::default(), |p| p.error(&error));
        assert_eq!(out, "");
        assert_eq!(
            err,
            "error: 2 rows can't be taken\n  here\n  line 3, closes, `soon␛[2J`: it is no date\n  \
             line 9: it is no date\nhint: mend them\n"
        );
        let style = Style { json_errors: true, ..Style::default() };
        let (_, err) = printed(style, |p| p.error(&error));
        let json: serde_json::Value = serde_json::from_str(&err).unwrap();
        assert_eq!(json["error"]["code"], 4);
        assert_eq!(json["error"]["kind"], "invalid");
        assert_eq!(json["error"]["rows"][0]["value"], "soon\u{1b}[2J");
        assert!(!err.contains('\x1b'));
    }

    #[test]
    fn quiet_keeps_errors_and_leaves_notes_out() {
        let style = Style { quiet: true, ..Style::default() };
        let (_, err) = printed(style, |p| {
            p.note("moved 3 deals");
            p.error(&Error::failed("broken"));
        });
        assert_eq!(err, "error: broken\n");
        let (_, err) = printed(Style::default(), |p| p.note("moved \x07 3 deals"));
        assert_eq!(err, "moved ␇ 3 deals\n");
    }

    #[test]
    fn a_page_aligns_names_and_puts_long_text_below() {
        let entries = [
            Entry::line("name", "Ann\nforged: yes"),
            Entry::line("company", "Acme"),
            Entry::text("about", "one\n\ntwo\r\n"),
        ];
        let (out, _) = printed(Style::default(), |p| p.key_values(&entries).unwrap());
        assert_eq!(out, "name     Ann␤forged: yes\ncompany  Acme\nabout\n  one\n\n  two\n");
        let style = Style { width: Some(30), ..Style::default() };
        let wide = [Entry::line("name", "aaaa bbbb cccc dddd eeee ffff gggg")];
        let (out, _) = printed(style, |p| p.key_values(&wide).unwrap());
        assert_eq!(out, "name  aaaa bbbb cccc dddd eeee\n      ffff gggg\n");
    }

    struct Broken(io::ErrorKind);
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
        for (cause, kind) in [
            (io::ErrorKind::BrokenPipe, ErrorKind::ClosedPipe),
            (io::ErrorKind::StorageFull, ErrorKind::Failed),
        ] {
            let mut err = Vec::new();
            let mut printer = Printer::over(Broken(cause), &mut err, Style::default());
            printer.line("hello").unwrap();
            let error = printer.finish().unwrap_err();
            assert_eq!(error.kind, kind);
            printer.error(&error);
            drop(printer);
            let said = String::from_utf8(err).unwrap();
            assert_eq!(said.contains("standard output"), kind == ErrorKind::Failed, "{said}");
        }
    }

    #[test]
    fn json_holds_no_control_that_a_terminal_obeys() {
        let text = "a\x7f\u{9b}\u{202e}\u{2066}é\u{200d}";
        let json = serde_json::to_string(text).unwrap();
        let safe = json_safe(&json);
        assert_eq!(safe, "\"a\\u007f\\u009b\\u202e\\u2066é\u{200d}\"");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }
}
