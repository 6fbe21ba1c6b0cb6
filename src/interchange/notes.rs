//! What is worth telling of how cells were read, beyond what became of the rows.

use super::plan::{How, Step};
use super::source::RawRow;
use crate::entity::{Noun, Value, yearless};

/// What was met in a field whose dates may be less than whole.
#[derive(Debug)]
struct Partial {
    field: usize,
    /// The column that is named for it, and those of its parts.
    column: usize,
    parts: Vec<usize>,
    /// Days that lack their year.
    yearless: u64,
    /// Parts that make no day.
    lost: u64,
}

/// The notes on the rows of one noun.
#[derive(Debug, Default)]
pub(super) struct Notes {
    partial: Vec<Partial>,
}

impl Notes {
    pub(super) fn of(noun: &Noun, plan: &[Step]) -> Self {
        let partial = plan.iter().filter_map(|Step { field, how }| {
            let (column, parts) = match how {
                How::Cell(column) if noun.fields[*field].yearless => (*column, Vec::new()),
                How::DateParts(parts) => {
                    let parts: Vec<usize> = parts.iter().copied().flatten().collect();
                    (*parts.first()?, parts)
                }
                _ => return None,
            };
            Some(Partial { field: *field, column, parts, yearless: 0, lost: 0 })
        });
        Self { partial: partial.collect() }
    }

    /// Looks at the values of a row.
    pub(super) fn look(&mut self, draft: &[(usize, Value)], row: &RawRow) {
        for partial in &mut self.partial {
            match draft.iter().find(|(field, _)| *field == partial.field) {
                Some((_, Value::Date(day))) => {
                    partial.yearless += u64::from(yearless::is(*day));
                }
                Some(_) => {}
                None => {
                    let says = |c: &usize| !matches!(row.cell(*c).trim(), "" | "0" | "0000");
                    partial.lost += u64::from(partial.parts.iter().any(says));
                }
            }
        }
    }

    /// The notes, by the headers of the columns.
    pub(super) fn told(&self, headers: &[String]) -> Vec<String> {
        let mut all = Vec::new();
        for Partial { column, parts, yearless, lost, .. } in &self.partial {
            if *yearless > 0 {
                let days = if *yearless == 1 { "day" } else { "days" };
                all.push(format!(
                    "`{}`: {yearless} {days} without a year, kept as `--05-14`",
                    headers[*column]
                ));
            }
            if *lost > 0 {
                let names: Vec<String> =
                    parts.iter().map(|part| format!("`{}`", headers[*part])).collect();
                let rows = if *lost == 1 { "row" } else { "rows" };
                all.push(format!("{}: no whole day in {lost} {rows}, left out", names.join(", ")));
            }
        }
        all
    }
}
