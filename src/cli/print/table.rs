//! A table for people: columns sized by the first rows, the rest streamed.

use std::borrow::Cow;
use std::io::Write;

use anstyle::Style as Ansi;

use super::width::{cut, pad, width};
use super::{Printer, wrote};
use crate::entity::text::visible;
use crate::error::Result;

/// Rows that are looked at before the first is printed.
const SAMPLE: usize = 1_000;
/// Columns that a text column keeps at least on a narrow terminal.
const LEAST: usize = 6;
const GAP: &str = "  ";

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnHead {
    pub name: String,
    /// Right aligned and never cut: ids, numbers, amounts.
    pub numeric: bool,
}

impl ColumnHead {
    /// A column of text: left aligned, cut where a terminal is too narrow.
    pub fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), numeric: false }
    }

    /// A column of numbers: right aligned, never cut.
    pub fn number(name: impl Into<String>) -> Self {
        Self { name: name.into(), numeric: true }
    }
}

/// A table under way; [`Table::end`] prints what still waits.
pub struct Table<'p, 'a> {
    printer: &'p mut Printer<'a>,
    columns: Vec<ColumnHead>,
    /// Rows whose turn comes when the widths are known.
    waiting: Vec<Vec<String>>,
    widths: Option<Vec<usize>>,
    count: usize,
}

impl<'p, 'a> Table<'p, 'a> {
    pub(super) fn new(printer: &'p mut Printer<'a>, columns: Vec<ColumnHead>) -> Self {
        Self { printer, columns, waiting: Vec::new(), widths: None, count: 0 }
    }

    /// One more row; cells that it lacks are empty.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn row(&mut self, cells: Vec<String>) -> Result<()> {
        self.count += 1;
        let cells: Vec<String> = cells
            .into_iter()
            .map(|cell| match visible(&cell) {
                Cow::Borrowed(_) => cell,
                Cow::Owned(shown) => shown,
            })
            .collect();
        if let Some(widths) = &self.widths {
            return print(self.printer, &self.columns, widths, &cells);
        }
        self.waiting.push(cells);
        if self.waiting.len() < SAMPLE { Ok(()) } else { self.settle() }
    }

    /// Prints what waits; how many rows there were. Without rows nothing is printed, no head either.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub fn end(mut self) -> Result<usize> {
        if self.widths.is_none() && self.count > 0 {
            self.settle()?;
        }
        Ok(self.count)
    }

    /// Fixes the widths by the rows so far, and prints the head and those rows.
    fn settle(&mut self) -> Result<()> {
        let mut widths: Vec<usize> =
            self.columns.iter().map(|c| width(&visible(&c.name))).collect();
        for row in &self.waiting {
            for (cell, most) in row.iter().zip(&mut widths) {
                *most = (*most).max(width(cell));
            }
        }
        if let Some(room) = self.printer.style.width {
            shrink(&self.columns, &mut widths, room);
        }
        self.print_head(&widths)?;
        for row in std::mem::take(&mut self.waiting) {
            print(self.printer, &self.columns, &widths, &row)?;
        }
        self.widths = Some(widths);
        Ok(())
    }

    fn print_head(&mut self, widths: &[usize]) -> Result<()> {
        let names: Vec<String> =
            self.columns.iter().map(|c| visible(&c.name).into_owned()).collect();
        let line = line(&self.columns, widths, &names, self.printer.style.width.is_some());
        let line = self.printer.painted(Ansi::new().bold(), &line);
        wrote(writeln!(self.printer.out, "{line}"))
    }
}

fn print(
    printer: &mut Printer,
    columns: &[ColumnHead],
    widths: &[usize],
    row: &[String],
) -> Result<()> {
    let line = line(columns, widths, row, printer.style.width.is_some());
    wrote(writeln!(printer.out, "{line}"))
}

/// A row as one line, without spaces at its end.
fn line(columns: &[ColumnHead], widths: &[usize], row: &[String], may_cut: bool) -> String {
    let mut line = String::with_capacity(widths.iter().sum::<usize>() + 2 * widths.len());
    for (at, (column, columns_wide)) in columns.iter().zip(widths).enumerate() {
        if at > 0 {
            line.push_str(GAP);
        }
        let cell = row.get(at).map_or("", String::as_str);
        if may_cut && !column.numeric {
            line.push_str(&pad(&cut(cell, *columns_wide), *columns_wide, false));
        } else {
            line.push_str(&pad(cell, *columns_wide, column.numeric));
        }
    }
    line.truncate(line.trim_end_matches(' ').len());
    line
}

/// Takes columns from the widest text until all fit into `room`, or none can give any more.
fn shrink(columns: &[ColumnHead], widths: &mut [usize], room: usize) {
    for (column, wide) in columns.iter().zip(widths.iter_mut()) {
        if !column.numeric {
            *wide = (*wide).min(room);
        }
    }
    let gaps = GAP.len() * columns.len().saturating_sub(1);
    let mut over = (widths.iter().sum::<usize>() + gaps).saturating_sub(room);
    while over > 0 {
        let texts = (0..columns.len()).filter(|at| !columns[*at].numeric && widths[*at] > LEAST);
        // Of equals the last gives first: names stand in front.
        let Some(widest) = texts.max_by_key(|at| (widths[*at], *at)) else { return };
        widths[widest] -= 1;
        over -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Style;
    use super::*;

    fn table(width: Option<usize>, rows: &[[&str; 3]]) -> String {
        let mut out = Vec::new();
        let style = Style { width, ..Style::default() };
        let mut printer = Printer::over(&mut out, Vec::new(), style);
        let columns =
            vec![ColumnHead::number("id"), ColumnHead::text("name"), ColumnHead::text("city")];
        let rows = rows.iter().map(|r| Ok(r.iter().map(ToString::to_string).collect()));
        printer.table(columns, rows).unwrap();
        printer.finish().unwrap();
        drop(printer);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_aligned_by_what_a_terminal_shows() {
        let text =
            table(None, &[["1", "Ann", "Rome"], ["10", "王伟", "Sofia"], ["7", "Ę\u{301}", ""]]);
        assert_eq!(text, "id  name  city\n 1  Ann   Rome\n10  王伟  Sofia\n 7  Ę\u{301}\n");
    }

    #[test]
    fn no_cell_can_break_its_line_or_its_column() {
        let text = table(None, &[["1", "a\u{202e}b\nc\x1b[2J", "x"], ["2", "d", "y"]]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(!text.chars().any(|c| c != '\n' && crate::entity::text::is_hidden(c)));
        let column = |line: &str, of: char| width(&line[..line.rfind(of).unwrap()]);
        assert_eq!(column(lines[1], 'x'), column(lines[2], 'y'));
    }

    #[test]
    fn a_pipe_gets_everything_and_a_terminal_what_fits() {
        let long = "n".repeat(10_000);
        let rows = [["123456789012", long.as_str(), "Rome"]];
        assert!(table(None, &rows).contains(&long));
        for room in [20, 40, 80] {
            let text = table(Some(room), &rows);
            assert!(text.contains("123456789012"), "{text}");
            for line in text.lines() {
                assert!(width(line) <= room.max(28), "{room}: {line}");
            }
        }
        assert_eq!(
            table(Some(30), &rows).lines().nth(1).unwrap(),
            "123456789012  nnnnnnnnn…  Rome"
        );
    }

    #[test]
    fn rows_beyond_the_sample_are_streamed_under_the_same_widths() {
        let rows: Vec<[&str; 3]> = vec![["1", "Ann", "Rome"]; SAMPLE + 5];
        let text = table(None, &rows);
        assert_eq!(text.lines().count(), SAMPLE + 6);
        assert!(text.lines().skip(1).all(|line| line == " 1  Ann   Rome"));
    }

    #[test]
    fn no_rows_print_nothing() {
        assert_eq!(table(None, &[]), "");
    }
}
