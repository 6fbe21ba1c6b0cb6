//! Rows on their way in, whatever records they make: one loop, with what is wrong in rows, where the
//! bad ones go, and which columns nobody took.

use super::ahead::{self, Parsed, Understand};
use super::delimited::is_nameless;
use super::import::{Options, Summary, Told};
use super::told::Columns;
use super::{Mapping, RawRow, Source};
use crate::entity::Noun;
use crate::error::{Error, ErrorKind, Result, RowError};
use crate::store::Writer;

/// Most bad rows that are listed one by one.
pub(super) const MOST_ERRORS: usize = 10_000;

/// The rows of a file on their way in, whatever records they make.
pub(super) struct Intake<'t> {
    pub(super) told: Told<'t>,
    pub(super) summary: Summary,
    pub(super) headers: Vec<String>,
    pub(super) left: Leftover,
    /// What the columns have told, for rows that are rejected.
    pub(super) columns: Columns,
    /// Rows are read on a thread of their own.
    pub(super) on_thread: bool,
}

impl Intake<'_> {
    /// Takes row after row in: `take` writes what one makes, and says what is wrong with it.
    ///
    /// # Errors
    /// Every bad row where none may be left out, or the file can't be read on.
    pub(super) fn run<U: Understand>(
        &mut self,
        w: &mut Writer,
        source: &mut Source,
        understand: &mut U,
        take: &mut Take<U::Record>,
    ) -> Result<()> {
        ahead::each(source, understand, self.on_thread, &mut |batch| {
            (self.told.progress)(batch.position);
            for Parsed { row, incoming, spent } in &mut batch.rows {
                self.summary.read += 1;
                self.left.look(row);
                let wrong = match std::mem::replace(incoming, Err(Vec::new())) {
                    Err(errors) => errors,
                    Ok(record) => {
                        if self.told.rejects.is_some() {
                            w.begin_row();
                        }
                        let notes = self.told.rejects.is_some() && self.summary.rejected > 0;
                        w.begin_mended(row.line, row.place, notes);
                        let taken = take(w, row, record, &mut self.summary)?;
                        *spent = w.take_spent();
                        match taken {
                            None => {
                                w.keep_mended();
                                continue;
                            }
                            Some(wrong) => {
                                w.take_back_row()?;
                                vec![wrong]
                            }
                        }
                    }
                };
                if let Some(rejects) = &mut self.told.rejects {
                    rejects.put(&self.headers, row, &wrong, &self.columns, w.change)?;
                }
                if !self.summary.reject(wrong) && self.told.rejects.is_none() {
                    return Ok(false);
                }
            }
            Ok(true)
        })?;
        if !self.summary.bad.is_empty() && self.told.rejects.is_none() {
            return Err(refused(&self.summary.bad, self.summary.read));
        }
        self.summary.ignored_columns = self.left.told(&self.headers);
        Ok(())
    }
}

/// Writes what a row makes, and counts it.
type Take<'t, R> = dyn FnMut(&mut Writer, &RawRow, R, &mut Summary) -> Taken + 't;

/// What is wrong with a row that can't be taken in, or nothing.
pub(super) type Taken = Result<Option<RowError>>;

/// Columns that mean nothing here. Of a program's whole address book those without any text aren't
/// worth a word, nor is a column without a name.
pub(super) struct Leftover {
    columns: Vec<usize>,
    /// Those among them that have been empty so far, if that matters.
    empty: Vec<usize>,
}

impl Leftover {
    pub(super) fn of(columns: Vec<usize>, headers: &[String], options: &Options) -> Self {
        let is_known = options.layout.preset.is_some();
        let may_be_empty = |at: &usize| is_known || is_nameless(headers, *at);
        let empty = columns.iter().copied().filter(may_be_empty).collect();
        Self { columns, empty }
    }

    pub(super) fn look(&mut self, row: &RawRow) {
        if !self.empty.is_empty() {
            self.empty.retain(|column| row.cell(*column).is_empty());
        }
    }

    pub(super) fn told(&self, headers: &[String]) -> Vec<String> {
        let told = self.columns.iter().filter(|c| !self.empty.contains(c));
        told.map(|c| headers[*c].clone()).collect()
    }
}

/// Whether an error is about the data of one row, not about the database.
#[must_use]
pub fn is_of_the_row(why: &Error) -> bool {
    matches!(
        why.kind,
        ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::NotFound | ErrorKind::Ambiguous
    )
}

/// The row of an error, with the column that fills the field it is about.
#[must_use]
pub fn row_error(why: Error, row: &RawRow, noun: &Noun, mapping: &Mapping) -> RowError {
    let column = why.field.and_then(|f| noun.index(f)).and_then(|field| {
        // Of several columns the one that the row fills.
        let mut all = mapping.columns_of(field).peekable();
        let first = all.peek().copied();
        all.find(|c| !row.cell(*c).is_empty()).or(first)
    });
    let hint = why.hint.map_or(String::new(), |h| format!("; {h}"));
    RowError {
        line: row.line,
        column: column.map_or(String::new(), |c| mapping.headers[c].clone()),
        value: column.map_or(String::new(), |c| row.cell(c).to_owned()),
        reason: format!("{}{hint}", why.message),
    }
}

/// The error of a file with bad rows.
#[must_use]
pub fn refused(bad: &[RowError], read: u64) -> Error {
    let mut lines: Vec<u64> = bad.iter().map(|r| r.line).collect();
    lines.dedup();
    let more = if bad.len() > MOST_ERRORS { " or more" } else { "" };
    let rows = if lines.len() == 1 { "row" } else { "rows" };
    Error::invalid(format!("{}{more} bad {rows} of {read}: nothing was imported", lines.len()))
        .hint("mend them and import the file again, or add `--rejects FILE`: the good rows go in and the bad ones there")
        .rows(bad.to_vec())
}
