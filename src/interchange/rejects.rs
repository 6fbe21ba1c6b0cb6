//! The rows that an import leaves out, as a file to be mended and imported again: the header and the
//! cells as they stood, and behind them a column with the reason.

use std::io::Write;

use super::json::with_reason;
use super::told::{Columns, Way};
use super::{CsvOut, Form, RawRow};
use crate::error::{Error, Result, RowError};
use crate::store::Place;

/// The header of the column that says why.
pub const REASON: &str = "reason";

/// The key for it in objects that have one of that name themselves.
pub(super) const OTHER_REASON: &str = "rejected";

/// Rejected rows on their way into a file.
pub struct Rejects<'w> {
    csv: CsvOut,
    to: &'w mut dyn Write,
    columns: usize,
    begun: bool,
    marked: bool,
    form: Form,
}

impl std::fmt::Debug for Rejects<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rejects").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl<'w> Rejects<'w> {
    /// Nothing is written until a row is rejected. `marked` begins the file with the mark of UTF-8,
    /// which counts for more than an encoding that the next import may be told again.
    /// As JSON rows have to keep their objects ([`super::ReadOptions::objects`]).
    pub fn new(to: &'w mut dyn Write, form: Form, delimiter: u8, marked: bool) -> Self {
        Self { csv: CsvOut::new(delimiter, false), to, columns: 0, begun: false, marked, form }
    }

    /// What stands behind the last row.
    #[must_use]
    pub fn end(form: Form) -> &'static str {
        if form == Form::Json { "\n]\n" } else { "" }
    }

    fn put_object(&mut self, headers: &[String], row: &RawRow, reason: &str) -> Result<()> {
        let has_own = headers.iter().any(|h| h == REASON);
        let key = if has_own { OTHER_REASON } else { REASON };
        let object = with_reason(&row.object, key, reason);
        let text = match (self.form, std::mem::replace(&mut self.begun, true)) {
            (Form::Json, false) => format!("[\n{object}"),
            (Form::Json, true) => format!(",\n{object}"),
            _ => format!("{object}\n"),
        };
        let cannot = |why: std::io::Error| Error::io("the file of rejects can't be written", &why);
        self.to.write_all(text.as_bytes()).map_err(cannot)
    }

    /// Writes a row with what is wrong in it, with its place in the file of the import, and with how
    /// those of its cells were read that mean one thing only beside the others of the file.
    ///
    /// # Errors
    /// The file can't be written.
    pub(super) fn put(
        &mut self,
        headers: &[String],
        row: &RawRow,
        why: &[RowError],
        told: &Columns,
        import: i64,
    ) -> Result<()> {
        let place = row.place.unwrap_or(Place { import, line: row.line });
        let reason = reasons(why) + &place_words(place) + &ways(headers, &told.decided(row));
        if matches!(self.form, Form::Json | Form::Jsonl) {
            return self.put_object(headers, row, &reason);
        }
        if !self.begun {
            self.begun = true;
            self.columns = headers.len();
            if self.marked {
                self.csv.out.extend_from_slice("\u{feff}".as_bytes());
            }
            for header in headers {
                self.csv.text(header);
            }
            self.csv.text(REASON);
            self.csv.end();
        }
        (0..self.columns).for_each(|column| self.csv.text(row.cell(column)));
        self.csv.text(&reason);
        // Cells that no header stands over: the reason keeps its column.
        (self.columns..row.len()).for_each(|column| self.csv.text(row.cell(column)));
        self.csv.end();
        self.csv.flush_to(self.to)
    }
}

/// `line 3, E-mail: it has no @; line 3, Born: …`.
fn reasons(why: &[RowError]) -> String {
    let one = |r: &RowError| match r.column.as_str() {
        "" => format!("line {}: {}", r.line, r.reason),
        column => format!("line {}, {column}: {}", r.line, r.reason),
    };
    why.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// ` (line 3 of import 7)`.
fn place_words(Place { import, line }: Place) -> String {
    format!(" (line {line} of import {import})")
}

/// Where a row stood beside which such a reason stands.
pub(super) fn place_of(reason: &str) -> Option<Place> {
    let said = reason.rsplit_once(WAYS).map_or(reason, |(said, _)| said);
    let (_, place) = said.strip_suffix(')')?.rsplit_once(" (line ")?;
    let (line, import) = place.split_once(" of import ")?;
    Some(Place { line: line.parse().ok()?, import: import.parse().ok()? })
}

/// What stands before how cells were read.
const WAYS: &str = " (in the whole file, ";

/// ` (in the whole file, `Born` is day first)`.
fn ways(headers: &[String], decided: &[(usize, Way)]) -> String {
    if decided.is_empty() {
        return String::new();
    }
    let one = |(column, way): &(usize, Way)| format!("`{}` is {}", headers[*column], way.words());
    format!("{WAYS}{})", decided.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// How cells were read that stand beside such a reason, by the headers of their columns.
pub(super) fn heard(reason: &str) -> Vec<(&str, Way)> {
    let Some((_, said)) = reason.rsplit_once(WAYS) else { return Vec::new() };
    let one = |text| -> Option<(&str, Way)> {
        let (header, words): (&str, &str) = str::rsplit_once(text, "` is ")?;
        Some((header, Way::of(words)?))
    };
    let said = said.trim_end().trim_end_matches(')').trim_start_matches('`');
    said.split(", `").filter_map(one).collect()
}

/// Whether a cell is one that [`Rejects`] wrote: a file may have a column `reason` of its own.
pub(super) fn is_reason(cell: &str) -> bool {
    let Some(rest) = cell.strip_prefix("line ") else { return false };
    let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    behind.len() < rest.len() && behind.starts_with([',', ':'])
}

#[cfg(test)]
mod tests {
    use super::super::{Input, Mark, ReadOptions, Source};
    use super::*;
    use crate::entity::when::DateOrder;

    fn source(text: &str) -> Source {
        let input = Input::Stream(Box::new(std::io::Cursor::new(text.to_owned().into_bytes())));
        Source::open(input, &ReadOptions::default()).expect("a source")
    }

    fn rows(source: &mut Source) -> Vec<Vec<String>> {
        let (mut all, mut row) = (Vec::new(), RawRow::default());
        while source.read(&mut row).expect("a row") {
            all.push(row.cells().map(str::to_owned).collect());
        }
        all
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let text = "name;note;\nАнна;\"a;b \"\"c\"\"\nd\";=1+1\nx;;\n1;2;3;4\n";
        let mut first = source(text);
        let headers = first.headers().to_vec();
        let mut file = Vec::new();
        let mut rejects = Rejects::new(&mut file, Form::Csv, b',', false);
        let mut row = RawRow::default();
        while first.read(&mut row).expect("a row") {
            let why = RowError {
                line: row.line,
                column: "name".into(),
                value: String::new(),
                reason: "it is, \"wrong\"".into(),
            };
            let told = Columns::of(&[None, None, None], false);
            rejects.put(&headers, &row, &[why], &told, 7).expect("written");
        }
        let text = String::from_utf8(file).expect("text");
        let mut again = source(&text);
        assert_eq!(again.headers(), headers);
        let found = rows(&mut again);
        assert_eq!(found[0], ["Анна", "a;b \"c\"\nd", "=1+1"]);
        assert_eq!(found[1], ["x", "", ""]);
        // A cell too many is still one too many.
        assert_eq!(found[2].len(), 5);
    }

    #[test]
    fn how_cells_were_read_comes_back_too() {
        let headers = ["Born".to_owned(), "a, `b` is".to_owned(), "Sum".to_owned()];
        let said = [(0, Way::Order(DateOrder::Dmy)), (2, Way::Decimal(Mark::Comma))];
        let text = format!("line 2: no{}", ways(&headers, &said));
        assert_eq!(
            text,
            "line 2: no (in the whole file, `Born` is day first, `Sum` is with a decimal comma)"
        );
        assert_eq!(heard(&text), [("Born", said[0].1), ("Sum", said[1].1)]);
        assert_eq!(heard("line 2: no"), []);
        assert_eq!(ways(&headers, &[]), "");
    }

    #[test]
    fn the_place_of_a_row_comes_back_too() {
        let place = Place { import: 12, line: 3 };
        let text = format!("line 3: no (line 1 of import 1){}", place_words(place));
        assert_eq!(place_of(&text), Some(place));
        let order = [(0, Way::Order(DateOrder::Dmy))];
        assert_eq!(place_of(&(text + &ways(&["Born".to_owned()], &order))), Some(place));
        for text in ["line 3: no", "line 3: no (line 3 of import x)", ""] {
            assert_eq!(place_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_column_of_that_name_with_other_words_is_data() {
        let mut own = source("name,reason\nAnn,too dear\nBob,\n");
        assert_eq!(own.headers(), ["name", "reason"]);
        assert_eq!(rows(&mut own)[0], ["Ann", "too dear"]);
        let mut ours = source("name,reason\nAnn,\"line 2, name: no\"\nBob,\n");
        assert_eq!(ours.headers(), ["name"]);
        assert_eq!(rows(&mut ours), [["Ann"], ["Bob"]]);
        assert!(is_reason("line 7: x") && !is_reason("line seven: x") && !is_reason("line 7"));
    }
}
