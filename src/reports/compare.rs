//! Two answers of a number beside each other: before and after an assumption, and the difference.

use std::collections::BTreeMap;

use super::sheet::{Cell, Column, Figure, Row, Sheet};
use crate::entity::Value;
use crate::entity::money::Currency;

/// A row of two sheets.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub before: Row,
    pub after: Row,
    /// After less before, figure by figure.
    pub difference: Row,
}

/// Two sheets of one number, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub columns: Vec<Column>,
    /// In the order of the sheets.
    pub pairs: Vec<Pair>,
    pub total: Option<Pair>,
    /// What stood beside the figures after.
    pub notes: Vec<String>,
    /// The currency that sums were converted to.
    pub to: Option<Currency>,
}

impl Pair {
    fn of(columns: &[Column], before: Option<&Row>, after: Option<&Row>) -> Option<Self> {
        let one = before.or(after)?;
        let empty = || Row {
            key: one.key.clone(),
            cells: one
                .cells
                .iter()
                .zip(columns)
                .map(|(cell, c)| match c.figure {
                    Figure::Name => cell.clone(),
                    figure => Cell::empty(figure),
                })
                .collect(),
            ids: Vec::new(),
            rates: std::collections::BTreeSet::new(),
        };
        let before = before.cloned().unwrap_or_else(empty);
        let after = after.cloned().unwrap_or_else(empty);
        let cells = after.cells.iter().zip(&before.cells).zip(columns);
        let difference = Row {
            key: one.key.clone(),
            cells: cells
                .map(|((after, before), column)| after.less(before, column.figure))
                .collect(),
            ids: Vec::new(),
            rates: after.rates.union(&before.rates).copied().collect(),
        };
        Some(Self { before, after, difference })
    }

    /// The total: where a row has a name it has none.
    fn blank(&self) -> Self {
        let mut total = self.clone();
        for row in [&mut total.before, &mut total.after, &mut total.difference] {
            for cell in &mut row.cells {
                if *cell == Cell::Value(Value::Null) {
                    *cell = Cell::Value(Value::Text(String::new()));
                }
            }
        }
        total
    }

    /// Whether an assumption changed anything of it.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.before.cells != self.after.cells
    }
}

/// Puts the rows of two sheets of one number beside each other.
#[must_use]
pub fn compare(before: &Sheet, after: &Sheet) -> Compared {
    let places = |sheet: &Sheet| -> BTreeMap<String, usize> {
        sheet.rows.iter().enumerate().map(|(at, row)| (row.key.clone(), at)).collect()
    };
    let (in_before, in_after) = (places(before), places(after));
    let mut pairs = Vec::new();
    let (mut left, mut right) = (before.rows.iter().peekable(), after.rows.iter().peekable());
    // Both are in one order: a row that only one of them has stands where that one has it.
    loop {
        let is_gone = |row: &&&Row| !in_after.contains_key(&row.key);
        let is_new = |row: &&&Row| !in_before.contains_key(&row.key);
        let (gone, new) = (left.peek().filter(is_gone), right.peek().filter(is_new));
        let (from_left, from_right) = match (gone, new) {
            (Some(gone), Some(new))
                if gone.key == super::NONE || gone.key > new.key && new.key != super::NONE =>
            {
                (false, true)
            }
            (Some(_), _) => (true, false),
            (None, Some(_)) => (false, true),
            (None, None) => (true, true),
        };
        let one = from_left.then(|| left.next()).flatten();
        let other = from_right.then(|| right.next()).flatten();
        // Where both have it, the same row stands on both sides.
        let other = match (one, other) {
            (Some(one), Some(_)) => in_after.get(&one.key).and_then(|at| after.rows.get(*at)),
            (_, other) => other,
        };
        match Pair::of(&after.columns, one, other) {
            Some(pair) => pairs.push(pair),
            None => break,
        }
    }
    Compared {
        columns: after.columns.clone(),
        pairs,
        total: Pair::of(&after.columns, before.total.as_ref(), after.total.as_ref()),
        notes: after.notes.clone(),
        to: after.to,
    }
}

impl Compared {
    /// The same as a sheet of three rows a row, told apart by a column of its own: of all rows, or of
    /// those alone that changed. How many were left out.
    #[must_use]
    pub fn sheet(&self, all: bool) -> (Sheet, usize) {
        let names = self.columns.iter().filter(|c| c.figure == Figure::Name).count();
        let mut columns = self.columns.clone();
        columns.insert(names, Column::new("what", Figure::Text));
        let mut sheet = Sheet { columns, notes: self.notes.clone(), ..Sheet::default() };
        let shown = self.pairs.iter().filter(|p| all || p.is_changed());
        let shown: Vec<&Pair> = shown.collect();
        let left_out = self.pairs.len() - shown.len();
        let total = self.total.as_ref().filter(|_| !all).map(Pair::blank);
        for pair in shown.into_iter().chain(&total) {
            let rows = [
                ("before", &pair.before),
                ("after", &pair.after),
                ("difference", &pair.difference),
            ];
            for (what, row) in rows {
                let mut row = row.clone();
                row.cells.insert(names, Cell::Value(Value::Text(what.into())));
                sheet.rows.push(row);
            }
        }
        (sheet, left_out)
    }
}
